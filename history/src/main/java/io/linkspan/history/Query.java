package io.linkspan.history;

import io.linkspan.model.History.Every;
import io.linkspan.model.History.Missing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// What can be asked of one view. Close it, so that merged segments can go. Not thread-safe.
final class Query implements AutoCloseable {
    private final Store store;
    private final Store.View view;
    private final List<Segment> pinned;
    private final List<Table> tables;

    Query(Store store, Store.View view, List<Segment> pinned, List<Table> tables) {
        this.store = store;
        this.view = view;
        this.pinned = pinned;
        this.tables = tables;
    }

    Manifest manifest() {
        return view.manifest();
    }

    /// All rows of a property in a span, from disk and memory.
    void run(int property, long fromMicros, long toMicros, Merge.Sink sink, Merge.Conflicts again) throws IOException {
        var cursors = sealed(property, fromMicros, toMicros);
        for (var table : tables) {
            var series = table.of(property);
            if (series != null && series.first() < toMicros)
                cursors.add(new Merge.InMemory(series.rows(again), fromMicros, toMicros));
        }
        Merge.run(cursors, sink, again);
    }

    /// Only those on disk.
    void runSealed(int property, long fromMicros, long toMicros, Merge.Sink sink) throws IOException {
        Merge.run(sealed(property, fromMicros, toMicros), sink, Merge.Conflicts.IGNORED);
    }

    private List<Merge.Cursor> sealed(int property, long fromMicros, long toMicros) throws IOException {
        var cursors = new ArrayList<Merge.Cursor>();
        for (var segment : view.raw())
            if (segment.info.meets(fromMicros, toMicros))
                cursors.addAll(segment.file().cursors(property, fromMicros, toMicros));
        return cursors;
    }

    /// One row, with nothing around it.
    record Single(Rows rows) {}

    /// The newest row before an instant.
    Optional<Single> lastBefore(int property, long beforeMicros, boolean onlySealed) throws IOException {
        long best = Long.MIN_VALUE;
        if (!onlySealed)
            for (var table : tables) {
                var series = table.of(property);
                if (series == null || series.first() >= beforeMicros) continue;
                var rows = series.rows(Merge.Conflicts.IGNORED);
                int i = rows.indexFrom(0, beforeMicros) - 1;
                if (i >= 0) best = Math.max(best, rows.times()[i]);
            }
        var newestFirst = view.raw().stream()
                .filter(s -> s.info.from() < beforeMicros)
                .sorted(Comparator.comparingLong((Segment s) -> s.info.to()).reversed())
                .toList();
        for (var segment : newestFirst) {
            if (segment.info.to() <= best) break;
            best = Math.max(best, segment.file().lastBefore(property, beforeMicros));
        }
        if (best == Long.MIN_VALUE) return Optional.empty();
        var found = new ArrayList<Single>();
        Merge.Sink keep = (rows, from, to) -> found.add(new Single(copy(rows, from, to)));
        if (onlySealed) runSealed(property, best, best + 1, keep);
        else run(property, best, best + 1, keep, Merge.Conflicts.IGNORED);
        return Optional.of(found.getFirst());
    }

    private static Rows copy(Rows rows, int from, int to) {
        var builder = new Rows.Builder();
        builder.add(rows, from, to);
        return builder.take();
    }

    /// What did not stand, by instant and in the order of receiving; each value once, and not the one that stands.
    List<Again> again(int property, long fromMicros, long toMicros) throws IOException {
        var all = new ArrayList<Again>();
        for (var segment : view.raw()) all.addAll(segment.file().again(property));
        run(property, fromMicros, toMicros, (_, _, _) -> true, all::add);
        var distinct = new LinkedHashMap<List<Object>, Again>();
        all.stream()
                .filter(a -> a.atMicros() >= fromMicros && a.atMicros() < toMicros)
                .sorted(Comparator.comparingLong(Again::atMicros).thenComparingLong(Again::receivedMicros))
                .forEach(a -> distinct.putIfAbsent(List.of(a.atMicros(), a.value()), a));
        var left = new ArrayList<Again>();
        for (var again : distinct.values()) {
            var stands = lastBefore(property, again.atMicros() + 1, false);
            if (stands.isEmpty() || !stands.get().rows().value(0).equals(again.value())) left.add(again);
        }
        return left;
    }

    /// The numbers of the properties that are on disk, growing.
    List<Integer> sealedProperties(long fromMicros, long toMicros) throws IOException {
        var all = new java.util.TreeSet<Integer>();
        for (var segment : view.raw())
            if (segment.info.meets(fromMicros, toMicros))
                all.addAll(segment.file().properties());
        return List.copyOf(all);
    }

    /// Rolls of the days that are rolled up and right, by day; the newest made count.
    NavigableMap<Long, List<Roll>> rolled(int property, long fromMicros, long toMicros, Every every)
            throws IOException {
        var blobs = new TreeMap<Long, byte[]>();
        for (var segment : view.rolled())
            if (segment.info.meets(fromMicros, toMicros))
                for (var blob : segment.file().blobs(property, Roll.measurement(every), fromMicros, toMicros))
                    blobs.put(blob.atMicros(), blob.bytes());
        var stale = view.manifest().stale().get(property);
        if (stale != null)
            for (long day : stale) {
                blobs.remove(day);
                Long next = blobs.higherKey(day); // what stood at its beginning may be another value
                if (next != null) blobs.remove(next);
            }
        long fresh = freshFrom(property);
        var rolls = new TreeMap<Long, List<Roll>>();
        for (var e : blobs.headMap(Math.min(fresh, view.manifest().rolledTo())).entrySet())
            rolls.put(e.getKey(), Roll.decode(e.getValue()));
        return rolls;
    }

    /// From where on readings in memory may have changed a day that is rolled up.
    private long freshFrom(int property) {
        long from = Long.MAX_VALUE;
        for (var table : tables) {
            var series = table.of(property);
            if (series != null) from = Math.min(from, series.first());
            for (var t : table.touched()) if (t.property() == property) from = Math.min(from, t.fromMicros());
        }
        return from == Long.MAX_VALUE
                ? from
                : new Calendar(java.time.ZoneId.of(view.manifest().zone())).start(from, Every.DAY);
    }

    /// Rolls made of the readings of a span that begins and ends where buckets do.
    ///
    /// @param until what stands last, stands up to here at most
    /// @param most stops soon after so many
    List<Roll> roll(
            int property,
            long fromMicros,
            long toMicros,
            Every every,
            Calendar calendar,
            Ledger ledger,
            long until,
            int most)
            throws IOException {
        var rolling = rolling(property, every, calendar, ledger);
        var before = lastBefore(property, fromMicros, false);
        before.ifPresent(b -> rolling.before(b.rows(), 0));
        Merge.Sink sink = (rows, from, to) -> {
            rolling.add(rows, from, to);
            return rolling.size() <= most;
        };
        run(property, fromMicros, toMicros, sink, Merge.Conflicts.IGNORED);
        return rolling.finish(Math.min(toMicros, until));
    }

    private static Rolling rolling(int property, Every every, Calendar calendar, Ledger ledger) {
        List<Missing> gaps = ledger.missing(property, Long.MIN_VALUE, Long.MAX_VALUE);
        return new Rolling(calendar, every, gaps, ledger.turns(property));
    }

    /// Rolls of every kind of what is on disk, of a span of whole days that are over.
    Map<Every, List<Roll>> rollAll(int property, long fromMicros, long toMicros, Calendar calendar, Ledger ledger)
            throws IOException {
        var cursors = sealed(property, fromMicros, toMicros);
        if (cursors.isEmpty()) return Map.of();
        var kinds = new EnumMap<Every, Rolling>(Every.class);
        var before = lastBefore(property, fromMicros, true);
        for (var every : Every.values()) {
            var rolling = rolling(property, every, calendar, ledger);
            before.ifPresent(b -> rolling.before(b.rows(), 0));
            kinds.put(every, rolling);
        }
        Merge.Sink sink = (rows, from, to) -> {
            var figures = Rolling.Figures.of(rows, from, to);
            for (var rolling : kinds.values()) rolling.add(rows, from, to, figures);
            return true;
        };
        Merge.run(cursors, sink, Merge.Conflicts.IGNORED);
        var rolls = new EnumMap<Every, List<Roll>>(Every.class);
        kinds.forEach((every, rolling) -> rolls.put(every, rolling.finish(toMicros)));
        return rolls;
    }

    @Override
    public void close() {
        for (var segment : pinned) segment.release();
        for (var table : tables) store.release(table);
    }
}
