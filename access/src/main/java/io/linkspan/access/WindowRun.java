package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.model.History;
import io.linkspan.model.Json;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A feed of a reduced contract: cut from the history by whole windows, each told once it is settled, in the order of
/// their ends. For one thread.
final class WindowRun {
    /// How long a stretch is that is asked at once.
    private static final int WINDOWS_AT_ONCE = 96;

    private final Place place;
    private final Contract contract;
    private final Set<String> only;
    private final Outlet out;
    private final BooleanSupplier mayGoOn;
    private final Figures figures;
    private long from;

    /// @param only of what the contract lets out; empty: all
    /// @param from the end of the last window that the client has
    WindowRun(
            Place place,
            Contract contract,
            Set<String> only,
            Outlet out,
            long from,
            BooleanSupplier mayGoOn,
            Figures figures) {
        this.place = place;
        this.contract = contract;
        this.only = only;
        this.out = out;
        this.from = from;
        this.mayGoOn = mayGoOn;
        this.figures = figures;
    }

    void run(History history) throws IOException, InterruptedException {
        long alive = System.nanoTime();
        while (mayGoOn.getAsBoolean()) {
            var filter = Filter.of(contract, place.directory(), place.closed(), place::nowMicros);
            var open = filter.over(history);
            long end = open.completeTo();
            while (from < end && mayGoOn.getAsBoolean()) give(filter, open, end);
            if (System.nanoTime() - alive > Limits.ALIVE_EVERY.toNanos()) {
                out.alive();
                alive = System.nanoTime();
            }
            TimeUnit.NANOSECONDS.sleep(Limits.LOOK_EVERY.toNanos());
        }
    }

    private void give(Filter filter, History open, long end) throws IOException {
        long to = stretchEnd(contract, from, end);
        Predicate<String> wanted = path -> only.isEmpty() || only.contains(path);
        var byEnd = cut(place, contract, wanted, filter, open, from, to);
        for (var e : byEnd.entrySet()) {
            String position = Positions.window(contract, e.getKey());
            out.tell(
                    "windows",
                    position,
                    Json.write(Words.fields()
                            .text("position", position)
                            .list(
                                    "windows",
                                    e.getValue().stream().map(Cut::named).toList())
                            .done()));
            figures.feedItems.increment();
        }
        from = to;
    }

    /// A window of one property.
    record Cut(String path, History.Bucket bucket) {
        Tree named() {
            var out = Words.fields().text("property", path);
            Cells.bucket(bucket).fields().forEach(out::put);
            return out.done();
        }
    }

    /// The end of the stretch that is asked at once.
    static long stretchEnd(Contract contract, long from, long end) {
        return Math.min(end, from + contract.every().toMillis() * 1_000 * WINDOWS_AT_ONCE);
    }

    /// The windows of a stretch by their ends.
    static TreeMap<Long, List<Cut>> cut(
            Place place, Contract contract, Predicate<String> wanted, Filter filter, History open, long from, long to)
            throws IOException {
        var byEnd = new TreeMap<Long, List<Cut>>();
        for (var n : place.directory().numbers().values()) {
            if (n.sort() != Result.Sort.PROPERTY || n.version() == 0 || !filter.lets(n.number())) continue;
            if (!wanted.test(n.path())) continue;
            var found = open.buckets(n.number(), from, to, contract.windows().orElseThrow());
            for (var b : found.buckets())
                if (b.toMicros() > from && b.toMicros() <= to)
                    byEnd.computeIfAbsent(b.toMicros(), _ -> new ArrayList<>()).add(new Cut(n.path(), b));
        }
        return byEnd;
    }

    /// How far back a feed begins that says no position.
    static final Duration BACK = Duration.ofDays(1);
}
