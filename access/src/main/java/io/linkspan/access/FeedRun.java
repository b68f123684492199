package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Feed;
import io.linkspan.feed.Filter;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// One feed from the log on its way out: lossless, in order, resumable by position. It takes from the tail that all
/// share while it keeps up with it, and from the log itself while it does not.
///
/// An entry may give several events; only the last one has the entry's position, so that a taker who stores it has
/// all.
///
/// For one thread.
final class FeedRun {
    private final Place place;
    private final Contract contract;
    private final LogTail tail;
    private final Outlet out;
    private final BooleanSupplier mayGoOn;
    private final Figures figures;
    private final Pace pace;
    private Optional<Filter> filter = Optional.empty();
    private Directory of = Directory.EMPTY;
    private Log.Position wanted;
    private long alive = System.nanoTime();
    private long looked = System.nanoTime();
    private boolean over;

    /// @param from the first position that is wanted
    /// @param mayGoOn asked twice a second: false ends the feed
    FeedRun(
            Place place,
            Contract contract,
            LogTail tail,
            Outlet out,
            Log.Position from,
            BooleanSupplier mayGoOn,
            Figures figures,
            Pace pace) {
        this.place = place;
        this.contract = contract;
        this.tail = tail;
        this.out = out;
        this.wanted = from;
        this.mayGoOn = mayGoOn;
        this.figures = figures;
        this.pace = pace;
    }

    /// Runs until the client is gone or may no longer have it.
    void run() throws IOException, InterruptedException {
        tail.enter();
        try {
            while (goesOn()) {
                catchUp();
                follow();
            }
        } finally {
            tail.leave();
        }
    }

    /// Looks now and then whether the feed may go on, and tells the client that it is there.
    private boolean goesOn() throws IOException {
        long now = System.nanoTime();
        if (now - looked > Limits.LOOK_EVERY.toNanos()) {
            looked = now;
            over |= !mayGoOn.getAsBoolean();
        }
        if (over) return false;
        if (now - alive > Limits.ALIVE_EVERY.toNanos()) {
            out.alive();
            alive = now;
        }
        return true;
    }

    // ---- where it comes from

    /// Reads the log itself, up to where the shared tail begins.
    private void catchUp() throws IOException, InterruptedException {
        if (tail.join(wanted).isPresent()) return;
        try (var log = place.reader(wanted)) {
            while (goesOn()) {
                var item = LogTail.next(log);
                if (item.isPresent()) {
                    if (!give(item.get())) return;
                } else if (tail.join(wanted).isPresent()) return;
                else TimeUnit.NANOSECONDS.sleep(Limits.LOOK_EVERY.toNanos() / 10);
            }
        } catch (Log.BeyondBranch e) {
            reset(e.resetTo());
        }
    }

    /// What the client has beyond this position was never said: a restored backup, or another leader.
    private void reset(Log.Position to) throws IOException {
        wanted = Feed.after(to);
        String at = Words.position(to);
        tell("reset", at, Words.fields().text("position", at).text("from", at).done());
    }

    private void follow() throws IOException, InterruptedException {
        var joined = tail.join(wanted);
        if (joined.isEmpty()) return;
        long at = joined.getAsLong();
        while (goesOn()) {
            var items = tail.take(at, Limits.LOOK_EVERY.toNanos());
            if (items.isEmpty()) return;
            for (var item : items.get()) {
                if (!give(item)) return;
                at++;
            }
        }
    }

    // ---- what is given

    private boolean give(LogTail.Item item) throws IOException, InterruptedException {
        if (item.at().compareTo(wanted) < 0) return true;
        switch (item) {
            case LogTail.Written w -> {
                if (!waitUntilOldEnough(w.entry())) return false;
                var let = filter().let(w.entry());
                if (let.isPresent()) tell(w.at(), let.get());
            }
            case LogTail.Lost l ->
                tell(
                        "event",
                        Words.position(l.at()),
                        Words.fields()
                                .text("position", Words.position(l.at()))
                                .text("damaged_from", Words.position(l.first()))
                                .text("damaged_to", Words.position(l.at()))
                                .done());
        }
        wanted = Feed.after(item.at());
        return true;
    }

    /// A delayed contract lets an entry out when its time has come.
    private boolean waitUntilOldEnough(Entry entry) throws IOException, InterruptedException {
        while (entry.at().wall() > filter().horizon()) {
            if (filter().isOver() || !goesOn()) return false;
            TimeUnit.NANOSECONDS.sleep(Limits.LOOK_EVERY.toNanos());
        }
        return true;
    }

    /// The filter over the site as it is now: a new site file may have brought properties.
    @SuppressWarnings("ReferenceEquality") // an equal one would do too, and comparing costs more than making
    private Filter filter() {
        var now = place.directory();
        if (filter.isEmpty() || of != now) {
            of = now;
            filter = Optional.of(Filter.of(contract, now, place.closed(), place::nowMicros));
        }
        return filter.get();
    }

    private void tell(Log.Position at, Entry entry) throws IOException, InterruptedException {
        var events = new ArrayList<Event>();
        var readings = new ArrayList<Tree>();
        var missing = new ArrayList<Tree>();
        boolean isMore = !(entry.input() instanceof Input.Frame);
        for (var result : entry.results()) {
            if (result instanceof Result.Took t) t.readings().forEach(r -> readings.add(reading(r)));
            else if (result instanceof Result.Computed c && c.value().isPresent())
                readings.add(reading(c.reading().orElseThrow()));
            else if (!gap(result, missing)) isMore = true;
        }
        if (!missing.isEmpty()) events.add(new Event("missing", Words.fields().list("missing", missing)));
        if (!readings.isEmpty()) events.add(new Event("readings", Words.fields().list("readings", readings)));
        if (isMore && contract.isOwner()) {
            var event = Words.fields();
            place.tree(at, entry).fields().forEach((name, part) -> {
                if (!name.equals("position") && !name.equals("time")) event.put(name, part);
            });
            events.add(new Event("event", event));
        }
        pace.keep(readings.size());
        for (int i = 0; i < events.size(); i++) {
            String position = i == events.size() - 1 ? Words.position(at) : "";
            var body = Words.fields();
            if (!position.isEmpty()) body.text("position", position);
            body.time("time", entry.at().wall());
            events.get(i).body().done().fields().forEach(body::put);
            tell(events.get(i).type(), position, body.done());
        }
    }

    private record Event(String type, Words.Fields body) {}

    private void tell(String type, String position, Tree.Fields body) throws IOException {
        out.tell(type, position, Json.write(body));
        figures.feedItems.increment();
        alive = System.nanoTime();
    }

    private Tree reading(Reading r) {
        return value(Words.fields().text("property", of.name(Result.Sort.PROPERTY, r.property())), r)
                .done();
    }

    /// A reading's value, quality and own time.
    static Words.Fields value(Words.Fields into, Reading r) {
        into.put("value", Words.value(r.value()))
                .text("quality", r.quality().name().toLowerCase(Locale.ROOT));
        return r.hasDeviceTime() ? into.time("device_time", r.deviceTimeMicros()) : into;
    }

    private boolean gap(Result result, List<Tree> missing) {
        return switch (result) {
            case Result.GapOpened g ->
                missing.add(Words.fields()
                        .list("properties", names(g.properties()))
                        .time("from", g.fromWall())
                        .text("cause", g.cause())
                        .done());
            case Result.Computed c ->
                missing.add(Words.fields()
                        .list("properties", names(List.of(c.property())))
                        .time("from", c.fromWall())
                        .time("to", c.toWall())
                        .text("cause", Result.Computed.NOTHING)
                        .done());
            case Result.GapClosed g ->
                missing.add(Words.fields()
                        .list("properties", names(g.properties()))
                        .time("to", g.toWall())
                        .done());
            case Result.GapNoted g ->
                missing.add(Words.fields()
                        .list("properties", names(g.properties()))
                        .time("from", g.fromWall())
                        .time("to", g.toWall())
                        .text("cause", g.cause())
                        .done());
            default -> false; // open: what is no gap is told as an event
        };
    }

    private List<Tree> names(List<Integer> properties) {
        return properties.stream()
                .map(p -> Tree.text(of.name(Result.Sort.PROPERTY, p)))
                .toList();
    }

    /// How fast an application may take (its quota); who has none takes as fast as it can. For one thread.
    static final class Pace {
        private final int perSecondMax;
        private double owed;
        private long at = System.nanoTime();

        Pace(int perSecondMax) {
            this.perSecondMax = perSecondMax;
        }

        /// Waits until so many items more may go.
        void keep(int items) throws InterruptedException {
            if (perSecondMax == 0) return;
            long now = System.nanoTime();
            owed = Math.max(0, owed - (now - at) * 1e-9 * perSecondMax) + items;
            at = now;
            double over = owed - perSecondMax; // a second's worth may go at once
            if (over > 0) TimeUnit.NANOSECONDS.sleep((long) (over / perSecondMax * 1e9));
        }
    }
}
