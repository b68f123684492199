package io.linkspan.access;

import io.linkspan.feed.Feed;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Link;
import io.linkspan.model.Log;
import io.linkspan.model.Priority;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Wish;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// When a link that switches was in charge of its actuator, and what would have been wished without it, from the log.
/// It
/// is read once, from its first entry on; each look goes on where the last one stopped.
///
/// Thread-safety: safe for many threads; one reads at a time.
final class Charges {
    /// Most stretches that are kept; of more, the oldest are forgotten, and [#keptFrom] says up to when.
    static final int STRETCHES_MAX = 100_000;
    /// Entries between two looks at the clock.
    private static final int LOOK_EVERY = 1_000;

    /// A link had its way.
    ///
    /// @param to wall time, microseconds; [Long#MAX_VALUE]: it still has
    /// @param instead what would have been wished without it; empty: nobody can tell
    record Stretch(int link, int property, long from, long to, Optional<Value> instead) {}

    private record Wished(Priority priority, Wish wish) {}

    private final ArrayDeque<Stretch> done = new ArrayDeque<>();
    private final Map<Integer, Stretch> open = new HashMap<>();
    private final Map<Integer, Map<Long, Wished>> wishes = new HashMap<>();
    private final Map<Long, Integer> holds = new HashMap<>();
    private final Set<String> outOfService = new HashSet<>();
    private Optional<Log.Position> seen = Optional.empty();
    private boolean armed;
    private boolean begun;
    private boolean whole;
    private long readTo = Long.MIN_VALUE;
    private long keptFrom = Long.MIN_VALUE;
    private int damaged;

    /// What the log tells of a span.
    ///
    /// @param readTo wall time of the newest entry that was looked at
    /// @param whole the log was read to its end
    /// @param keptFrom older stretches were forgotten
    /// @param damaged how many ranges of entries could not be read
    record Told(List<Stretch> stretches, long readTo, boolean whole, long keptFrom, int damaged) {}

    /// Reads on, for at most so long, and tells what is known of a span.
    synchronized Told look(Place place, long from, long to, long nanosMost) throws IOException {
        read(place, System.nanoTime() + nanosMost);
        var all = new ArrayList<Stretch>();
        for (var s : done) if (s.from() < to && s.to() > from) all.add(s);
        for (var s : open.values()) if (s.from() < to) all.add(s);
        all.sort(java.util.Comparator.comparingLong(Stretch::from));
        return new Told(all, readTo, whole, keptFrom, damaged);
    }

    private void read(Place place, long untilNanos) throws IOException {
        if (!begun) {
            armed = place.directory().file().armed();
            begun = true;
        }
        var at = seen.map(Feed::after).orElse(new Log.Position(place.id(), 1, 0));
        whole = false;
        try (var reader = reader(place, at)) {
            for (int n = 1; ; n++) {
                try {
                    var stored = reader.next();
                    if (stored == null) {
                        whole = true;
                        return;
                    }
                    take(place.directory(), EntryCodec.decode(stored));
                    seen = Optional.of(stored.at());
                } catch (Log.Damaged e) {
                    damaged++;
                    seen = Optional.of(e.last());
                }
                if (n % LOOK_EVERY == 0 && System.nanoTime() - untilNanos > 0) return;
            }
        }
    }

    /// Where a branch of the log ended, what came after is taken as never said.
    private static Log.Reader reader(Place place, Log.Position at) throws IOException {
        try {
            return place.reader(at);
        } catch (Log.BeyondBranch e) {
            return place.reader(Feed.after(e.resetTo()));
        }
    }

    private void take(Directory directory, Entry entry) {
        long at = entry.at().wall();
        for (var result : entry.results()) {
            switch (result) {
                case Result.LinkMoved m -> moved(directory, m);
                case Result.HoldPlaced p -> {
                    wishes.computeIfAbsent(p.hold().property(), _ -> new HashMap<>())
                            .put(
                                    p.hold().id(),
                                    new Wished(p.hold().priority(), p.hold().wish()));
                    holds.put(p.hold().id(), p.hold().property());
                }
                case Result.HoldEnded e -> {
                    var property = holds.remove(e.hold());
                    if (property != null)
                        wishes.getOrDefault(property, new HashMap<>()).remove(e.hold());
                }
                case Result.Charged c -> charged(directory, c, at);
                case Result.ArmedIs a -> {
                    armed = a.armed();
                    if (!armed) for (int property : List.copyOf(open.keySet())) close(property, at);
                }
                case Result.ServiceIs s -> service(directory, s, at);
                case Result.Began b -> away(b, at);
                default -> {} // open: nothing else says who is in charge
            }
        }
        readTo = Math.max(readTo, at);
    }

    /// Wishes of links are kept under their number, negative: holds have numbers of their own.
    private void moved(Directory directory, Result.LinkMoved m) {
        var link = link(directory, m.link());
        if (link.isEmpty()) return;
        var all = wishes.computeIfAbsent(directory.property(link.get().to()), _ -> new HashMap<>());
        if (m.wish().isPresent())
            all.put(-(long) m.link(), new Wished(link.get().priority(), m.wish().get()));
        else all.remove(-(long) m.link());
    }

    private static Optional<Link> link(Directory directory, int number) {
        return Optional.ofNullable(directory.file().links().get(directory.name(Result.Sort.LINK, number)));
    }

    private void charged(Directory directory, Result.Charged c, long at) {
        var now = open.get(c.property());
        // kept off by its minimum time after a link let go: still the doing of that link
        boolean goesOn = now != null
                && c.charge().by() == Result.By.MINIMUM_TIME
                && c.desired().isPresent()
                && !c.desired().equals(now.instead());
        if (goesOn) return;
        close(c.property(), at);
        if (c.charge().by() != Result.By.HOLD || c.charge().link() == 0 || !armed) return;
        if (link(directory, c.charge().link()).isEmpty()) return;
        String path = directory.name(Result.Sort.PROPERTY, c.property());
        if (outOfService.contains(path.substring(0, Math.max(0, path.indexOf('.'))))) return;
        var instead = instead(directory, c.property(), c.charge().link());
        open.put(c.property(), new Stretch(c.charge().link(), c.property(), at, Long.MAX_VALUE, instead));
    }

    /// The highest of the other wishes, else the fallback. A bound of somebody else makes it unknown.
    private Optional<Value> instead(Directory directory, int property, int link) {
        Wished best = null;
        boolean bound = false;
        for (var e : wishes.getOrDefault(property, Map.of()).entrySet()) {
            if (e.getKey() == -(long) link) continue;
            if (e.getValue().wish() instanceof Wish.Want) {
                if (best == null || e.getValue().priority().beats(best.priority())) best = e.getValue();
            } else bound = true;
        }
        if (bound) return Optional.empty();
        if (best != null && best.wish() instanceof Wish.Want(var value)) return Optional.of(value);
        return directory
                .find(directory.name(Result.Sort.PROPERTY, property))
                .flatMap(Property::writing)
                .flatMap(Property.Writing::fallback);
    }

    private void service(Directory directory, Result.ServiceIs s, long at) {
        if (!s.out()) {
            outOfService.remove(s.thing());
            return;
        }
        outOfService.add(s.thing());
        for (int property : List.copyOf(open.keySet()))
            if (directory.name(Result.Sort.PROPERTY, property).startsWith(s.thing() + ".")) close(property, at);
    }

    /// What happened while this node was away, nobody can tell.
    private void away(Result.Began b, long at) {
        if (b.lastWall() <= 0 || b.lastWall() >= at) return;
        for (int property : List.copyOf(open.keySet())) {
            var s = open.get(property);
            close(property, b.lastWall());
            if (s != null) open.put(property, new Stretch(s.link(), s.property(), at, Long.MAX_VALUE, s.instead()));
        }
    }

    private void close(int property, long at) {
        var s = open.remove(property);
        if (s == null || s.from() >= at) return;
        done.add(new Stretch(s.link(), s.property(), s.from(), at, s.instead()));
        if (done.size() > STRETCHES_MAX) keptFrom = done.removeFirst().to();
    }
}
