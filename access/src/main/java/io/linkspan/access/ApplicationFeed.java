package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Feed;
import io.linkspan.feed.Filter;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.Log;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// A feed that is taken item by item, for a door that has its own way of waiting: what an application may have of a
/// site, as told over HTTP too ([FeedRun], [WindowRun]), but property by property.
///
/// Not thread-safe.
public final class ApplicationFeed implements Closeable {
    /// Most entries that one [#next] looks at without finding any that is let out.
    static final int LOOKED_AT_MAX = 1_000;

    private final Place place;
    private final Contract contract;
    private final ArrayDeque<Item> ready = new ArrayDeque<>();
    private final long begin;
    private Optional<Log.Reader> log = Optional.empty();
    private Optional<LogTail.Item> young = Optional.empty();
    private Optional<Filter> filter = Optional.empty();
    private Directory of = Directory.EMPTY;
    private long windowsFrom;
    private boolean isDropped;

    /// What is told of one property, or of the feed itself.
    ///
    /// @param path of the property; empty: of the feed
    /// @param position as the application stores it; empty where it has none
    public record Told(String path, String position, Tree.Fields body) {}

    /// What was taken together.
    ///
    /// @param at [io.linkspan.model.Log.Position#packed], or the end of a window: from there it goes on
    public record Item(long at, List<Told> all) {
        public Item {
            all = List.copyOf(all);
        }
    }

    /// @param after where the last item stood that was taken; none: from now on
    /// @throws IOException the log can not be read, or there is no history to cut windows from
    public ApplicationFeed(Place place, Contract contract, OptionalLong after) throws IOException {
        this.place = place;
        this.contract = contract;
        if (contract.windows().isPresent()) {
            if (place.history().isEmpty())
                throw new IOException("This contract lets windows of the history out, and this node keeps none");
            windowsFrom = after.orElse(filter().over(place.history().get()).completeTo());
            begin = windowsFrom;
            return;
        }
        var last = after.isPresent() ? Log.Position.of(place.id(), after.getAsLong()) : place.newest();
        begin = last.packed();
        try {
            log = Optional.of(place.reader(Feed.after(last)));
        } catch (Log.BeyondBranch e) { // what was told from there on never was, in this life of the site
            var to = e.resetTo();
            log = Optional.of(place.reader(Feed.after(to)));
            var body = Words.fields().text("type", "reset").text("from", Words.position(to));
            ready.add(new Item(to.packed(), List.of(new Told("", Words.position(to), body.done()))));
        }
    }

    /// Where it begins.
    public long begin() {
        return begin;
    }

    /// The next item; none when there is nothing new yet.
    public Optional<Item> next() throws IOException {
        if (ready.isEmpty()) {
            if (contract.windows().isPresent()) windows();
            else entries();
        }
        return Optional.ofNullable(ready.poll());
    }

    // ---- from the log

    private void entries() throws IOException {
        for (int i = 0; i < LOOKED_AT_MAX; i++) {
            var item = young.isPresent() ? young : LogTail.next(log.orElseThrow());
            young = Optional.empty();
            if (item.isEmpty()) return;
            switch (item.get()) {
                case LogTail.Lost lost -> ready.add(damaged(lost));
                case LogTail.Written written -> {
                    if (written.entry().at().wall() > filter().horizon()) { // too young for this contract
                        young = item;
                        return;
                    }
                    var let = filter().let(written.entry());
                    var told = let.isPresent() ? told(written.at(), let.get()) : new ArrayList<Told>();
                    dropped(written, told);
                    if (!told.isEmpty() || i == LOOKED_AT_MAX - 1)
                        ready.add(new Item(written.at().packed(), told));
                }
            }
            if (!ready.isEmpty()) return;
        }
    }

    private static Item damaged(LogTail.Lost lost) {
        String at = Words.position(lost.at());
        var body = Words.fields()
                .text("type", "damaged")
                .text("damaged_from", Words.position(lost.first()))
                .text("damaged_to", at);
        return new Item(lost.at().packed(), List.of(new Told("", at, body.done())));
    }

    /// Readings that the log has no more are told once for each stretch of them.
    private void dropped(LogTail.Written written, List<Told> told) {
        boolean now = written.entry().readingsDropped();
        if (now && !isDropped) {
            String at = Words.position(written.at());
            var body = Words.fields()
                    .text("type", "dropped")
                    .text("position", at)
                    .time("time", written.entry().at().wall());
            told.addFirst(new Told("", at, body.done()));
        }
        isDropped = now;
    }

    private List<Told> told(Log.Position at, Entry entry) {
        var all = new ArrayList<Told>();
        String position = Words.position(at);
        for (var result : entry.results())
            switch (result) {
                case Result.Took t ->
                    t.readings()
                            .forEach(r -> all.add(
                                    told(r.property(), position, "reading", entry, FeedRun.value(Words.fields(), r))));
                case Result.GapOpened g ->
                    missing(
                            all,
                            g.properties(),
                            position,
                            entry,
                            Optional.of(g.fromWall()),
                            Optional.empty(),
                            g.cause());
                case Result.GapClosed g ->
                    missing(all, g.properties(), position, entry, Optional.empty(), Optional.of(g.toWall()), "");
                case Result.GapNoted g ->
                    missing(
                            all,
                            g.properties(),
                            position,
                            entry,
                            Optional.of(g.fromWall()),
                            Optional.of(g.toWall()),
                            g.cause());
                default -> {} // open: a party outside takes readings and gaps, as the contract says
            }
        return all;
    }

    private void missing(
            List<Told> all,
            List<Integer> properties,
            String position,
            Entry entry,
            Optional<Long> from,
            Optional<Long> to,
            String cause) {
        for (int property : properties) {
            var body = Words.fields();
            from.ifPresent(t -> body.time("from", t));
            to.ifPresent(t -> body.time("to", t));
            if (!cause.isEmpty()) body.text("cause", cause);
            all.add(told(property, position, "missing", entry, body));
        }
    }

    private Told told(int property, String position, String type, Entry entry, Words.Fields what) {
        var body = Words.fields()
                .text("type", type)
                .text("position", position)
                .time("time", entry.at().wall());
        what.done().fields().forEach(body::put);
        return new Told(of.name(Result.Sort.PROPERTY, property), position, body.done());
    }

    // ---- windows

    private void windows() throws IOException {
        var open = filter().over(place.history().orElseThrow());
        long end = open.completeTo();
        if (windowsFrom >= end) return;
        long to = WindowRun.stretchEnd(contract, windowsFrom, end);
        for (var e : WindowRun.cut(place, contract, path -> true, filter(), open, windowsFrom, to)
                .entrySet()) {
            String position = Positions.window(contract, e.getKey());
            var all = new ArrayList<Told>();
            for (var cut : e.getValue()) {
                var body = Words.fields().text("type", "window").text("position", position);
                Cells.bucket(cut.bucket()).fields().forEach(body::put);
                all.add(new Told(cut.path(), position, body.done()));
            }
            ready.add(new Item(e.getKey(), all));
        }
        windowsFrom = to;
    }

    // ---- the newest

    /// The newest of each property that the contract lets out and whose path is wanted.
    public static List<Told> newest(Place place, Contract contract, Predicate<String> wanted) throws IOException {
        var filter = Filter.of(contract, place.directory(), place.closed(), place::nowMicros);
        var all = new ArrayList<Told>();
        for (var n : place.directory().numbers().values()) {
            if (n.sort() != Result.Sort.PROPERTY || n.version() == 0 || !filter.lets(n.number())) continue;
            var cell = place.cell(n.number());
            if (!wanted.test(n.path()) || cell.isEmpty() || cell.get().isPrivate()) continue;
            var shown = Cells.shown(place, filter, cell.get());
            boolean said = shown.fields().containsKey("value")
                    || shown.fields().containsKey("window")
                    || shown.fields().containsKey("missing_since");
            if (!said) continue;
            var body = Words.fields().text("type", "newest");
            shown.fields().forEach((name, part) -> {
                if (!name.equals("shown") && !name.equals("age_ms")) body.put(name, part);
            });
            all.add(new Told(n.path(), "", body.done()));
        }
        return all;
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

    @Override
    public void close() {
        log.ifPresent(Log.Reader::close);
    }
}
