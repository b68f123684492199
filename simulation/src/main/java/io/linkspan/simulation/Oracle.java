package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.journal.SiteLog;
import io.linkspan.model.Cell;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.site.Site;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a site's log beside the site, entry by entry as it becomes durable, and holds it against the invariants that
/// need nothing but the log.
///
/// Not thread-safe.
final class Oracle {
    private final SiteId id;
    private Site replayed = new Site();
    private Log.Position last;
    private final List<Seen> entries = new ArrayList<>();
    private final Set<String> readings = new HashSet<>();
    private final Map<Long, Result.WriteOrdered> orders = new HashMap<>();
    private final Map<String, Outcome> outcomes = new HashMap<>();
    private final Set<Long> opened = new HashSet<>();
    private final Map<Integer, Long> missing = new HashMap<>();
    private final Map<Integer, List<Gap>> gaps = new HashMap<>();
    private final Set<String> outOfService = new HashSet<>();
    private boolean armed = true;
    private boolean dropped;

    /// An entry as it was when it was durable first.
    private record Seen(long packed, int bytesHash) {}

    /// Something missing; `to` is [Long#MAX_VALUE] while it is.
    record Gap(long from, long to) {
        boolean covers(long wall) {
            return from <= wall && wall <= to;
        }
    }

    Oracle(SiteId id) {
        this.id = id;
        last = new Log.Position(id, 1, 0);
    }

    /// Reads what became durable since the last call.
    void catchUp(SiteLog log) throws IOException {
        try (var reader = log.read(new Log.Position(id, last.epoch(), last.seq() + 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) take(stored);
        }
    }

    /// The program began anew: what was durable must be there as it was, and the log is read again from its first
    /// entry.
    void restarted(SiteLog log) throws IOException {
        var before = new ArrayList<>(entries);
        entries.clear();
        replayed = new Site();
        last = new Log.Position(id, 1, 0);
        readings.clear();
        orders.clear();
        outcomes.clear();
        opened.clear();
        missing.clear();
        gaps.clear();
        outOfService.clear();
        armed = true;
        dropped = false;
        catchUp(log);
        unless(
                entries.size() >= before.size(),
                "nothing-acknowledged-is-lost",
                before.size() + " entries were durable before the stop, " + entries.size() + " are there after it");
        for (int i = 0; i < before.size(); i++)
            unless(
                    before.get(i).equals(entries.get(i)),
                    "nothing-acknowledged-is-lost",
                    "entry " + (i + 1) + " was durable and is another one after the stop");
    }

    private void take(Log.Stored stored) {
        var at = stored.at();
        boolean next =
                at.epoch() == last.epoch() ? at.seq() == last.seq() + 1 : at.epoch() > last.epoch() && at.seq() == 1;
        unless(next, "seq-without-holes", at + " follows " + last);
        last = at;
        entries.add(new Seen(at.packed(), 31 * hash(stored.control()) + hash(stored.readings())));
        dropped |= stored.readingsDropped();
        var entry = EntryCodec.decode(stored);
        unless(
                !entry.toString().contains(WorldSite.MARK)
                        && !entry.toString().contains("value=" + WorldSite.MARK_NUMBER + ".")
                        && !entry.toString().contains("value=" + WorldSite.MARK_NUMBER / 2 + "."),
                "no-private-value-anywhere",
                "entry " + at + " has one: " + entry.results());
        replayed.replay(entry);
        look(entry);
        ledger(entry);
    }

    private static int hash(ByteBuffer bytes) {
        return bytes.duplicate().hashCode();
    }

    private void look(Entry entry) {
        switch (entry.input()) {
            case Input.Service s -> {
                if (s.out()) outOfService.add(s.thing());
                else outOfService.remove(s.thing());
            }
            case Input.Arm a -> armed = a.armed();
            case Input.Frame f -> f.readings().forEach(r -> readings.add(key(r.property(), r.value())));
            default -> {} // open: the others say nothing about who may write
        }
        for (var result : entry.results()) {
            switch (result) {
                case Result.WriteOrdered w -> ordered(entry, w);
                case Result.CommandOpened o ->
                    unless(
                            opened.add(o.number()),
                            "one-command-one-outcome",
                            "command " + o.number() + " was opened twice");
                case Result.CommandEnded e -> ended(e);
                default -> {} // open: held against other books
            }
        }
    }

    private void ordered(Entry entry, Result.WriteOrdered w) {
        String path = replayed.directory().name(Result.Sort.PROPERTY, w.property());
        String thing = path.substring(0, path.indexOf('.'));
        unless(
                !outOfService.contains(thing),
                "out-of-service-never-written",
                path + " was written at entry " + entry.seq() + " though " + thing + " is out of service");
        unless(
                armed,
                "unarmed-never-written",
                path + " was written at entry " + entry.seq() + " though the site only watches");
        unless(
                orders.put(w.write(), w) == null,
                "one-command-one-outcome",
                "write " + w.write() + " was ordered twice");
    }

    private void ended(Result.CommandEnded e) {
        opened.remove(e.number());
        if (e.key().isEmpty()) return;
        var before = outcomes.put(e.key(), e.outcome());
        unless(before == null, "one-command-one-outcome", e.key() + " ended as " + before + " and as " + e.outcome());
    }

    private void ledger(Entry entry) {
        for (Cell cell : replayed.allCells()) {
            int p = cell.property();
            Long since = missing.get(p);
            if (since == null && cell.missingSince() != 0) missing.put(p, cell.missingSince());
            else if (since != null && cell.missingSince() != since) {
                note(p, since, entry.at().wall());
                if (cell.missingSince() == 0) missing.remove(p);
                else missing.put(p, cell.missingSince());
            }
        }
        for (var result : entry.results())
            if (result instanceof Result.GapNoted g) g.properties().forEach(p -> note(p, g.fromWall(), g.toWall()));
    }

    private void note(int property, long from, long to) {
        gaps.computeIfAbsent(property, _ -> new ArrayList<>()).add(new Gap(from, to));
    }

    static String key(int property, Value value) {
        return property + "=" + value;
    }

    // ---- what it saw

    /// Whether a reading with this value was stored.
    boolean stored(int property, Value value) {
        return readings.contains(key(property, value));
    }

    /// Whether the ledger names this wall time as missing.
    boolean covers(int property, long wall) {
        Long since = missing.get(property);
        if (since != null && since <= wall) return true;
        return gaps.getOrDefault(property, List.of()).stream().anyMatch(g -> g.covers(wall));
    }

    /// The gaps of a series that are over, in seconds since the world began, for who looks for one.
    String gaps(int property) {
        var words = new StringBuilder();
        for (var g : gaps.getOrDefault(property, List.of()))
            words.append((g.from - World.START_WALL_MICROS) / 1e6)
                    .append("..")
                    .append((g.to - World.START_WALL_MICROS) / 1e6)
                    .append(' ');
        return words.toString();
    }

    /// Whether this order is in the log that is on disk.
    boolean orderIsDurable(Result.WriteOrdered order) {
        var known = orders.get(order.write());
        return known != null
                && known.property() == order.property()
                && (known.value().isEmpty() || known.value().equals(order.value()));
    }

    /// What the log says became of a command.
    java.util.Optional<Outcome> outcome(String key) {
        return java.util.Optional.ofNullable(outcomes.get(key));
    }

    /// Commands that have no end yet.
    Set<Long> open() {
        return opened;
    }

    boolean isOutOfService(String thing) {
        return outOfService.contains(thing);
    }

    boolean isArmed() {
        return armed;
    }

    /// Entries read.
    int entries() {
        return entries.size();
    }

    /// The live site must be what its log makes, as soon as all of it is on disk and nothing was refused by a full
    /// disk.
    void compare(Site live) {
        if (dropped || live.here() != replayed.here()) return;
        unless(
                Arrays.equals(live.image().hash(), replayed.image().hash()),
                "replay-equals-state",
                "the state after entry " + last + " is not what the log makes");
    }
}
