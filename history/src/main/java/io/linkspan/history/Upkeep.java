package io.linkspan.history;

import io.linkspan.model.History.Every;
import io.linkspan.model.Quality;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What goes on behind those who take and those who ask: tables become segments, segments are merged, days are rolled
/// up, what is too old goes. Each writes aside, syncs, and changes the manifest: killed anywhere, nothing happened.
///
/// Thread-safety: safe for many threads; two of them take turns.
final class Upkeep {
    /// So many neighbours of one level become one of the next.
    static final int FAN_IN = 8;
    /// Segments of this level are not merged any more.
    static final int LEVEL_MAX = 3;
    /// Segments of this level and above are packed as tightly as possible.
    static final int DENSE_LEVEL = 2;
    /// A kind of roll-up is stored for a day that has at least so many readings for each of its buckets; else it is
    /// made
    /// of the readings when asked for, which is as quick.
    static final int CONDENSES = 8;
    /// Most days that are rolled up in one step.
    static final int ROLL_DAYS_MAX = 31;
    /// Most days of a property times properties that are rolled up anew in one step.
    static final int STALE_DAYS_MAX = 4_096;
    /// A day is rolled up so long after its end, when most of what is late has come.
    static final Duration ROLL_AFTER = Duration.ofMinutes(15);

    private static final long DAY_MICROS = 86_400_000_000L;

    private final Store store;
    private final Ledger ledger;
    private final Supplier<ZoneId> zone;
    private final IntFunction<Keep> keep;
    private final ReentrantLock sealing = new ReentrantLock();
    private final ReentrantLock maintaining = new ReentrantLock();
    private volatile long bytesWritten;

    Upkeep(Store store, Ledger ledger, Supplier<ZoneId> zone, IntFunction<Keep> keep) {
        this.store = store;
        this.ledger = ledger;
        this.zone = zone;
        this.keep = keep;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    private Calendar calendar() {
        return new Calendar(ZoneId.of(store.view().manifest().zone()));
    }

    // ---- tables become segments

    /// Writes the oldest closed table; false when there is none.
    boolean seal() throws IOException {
        sealing.lock();
        try {
            var frozen = store.view().frozen();
            if (frozen.isEmpty()) return false;
            seal(frozen.getFirst());
            return true;
        } finally {
            sealing.unlock();
        }
    }

    private void seal(Table table) throws IOException {
        var info = write(table);
        var ledgerName = store.fileName("ledger", ".lsh");
        store.folder().replace(ledgerName, table.ledger);
        bytesWritten += table.ledger.length;
        store.publish(
                now -> {
                    var next = info == null ? now : now.withSegments(with(now.segments(), info));
                    next = next.withRolled(now.zone(), now.rolledTo(), stale(next, List.of(table)));
                    return next.withSealed(table.position, table.completeTo, ledgerName);
                },
                table);
    }

    private static List<Manifest.Info> with(List<Manifest.Info> segments, Manifest.Info more) {
        var all = new ArrayList<>(segments);
        all.add(more);
        return List.copyOf(all);
    }

    /// The days that are rolled up and not right any more when these tables are on disk.
    TreeMap<Integer, SortedSet<Long>> stale(Manifest now, List<Table> tables) {
        var all = now;
        var calendar = new Calendar(ZoneId.of(now.zone()));
        for (var table : tables) {
            for (int property : table.properties()) {
                var series = table.of(property);
                if (series == null || series.first() >= now.rolledTo()) continue;
                var days = new TreeSet<Long>();
                var rows = series.rows(Merge.Conflicts.IGNORED);
                for (int i = 0; i < rows.size() && rows.times()[i] < now.rolledTo(); ) {
                    long day = calendar.start(rows.times()[i], Every.DAY);
                    long next = calendar.end(day, Every.DAY);
                    days.add(day);
                    i = rows.indexFrom(i, next);
                }
                all = all.withRolled(now.zone(), now.rolledTo(), all.moreStale(property, days));
            }
            for (var t : table.touched()) {
                var days = new TreeSet<Long>();
                for (long day = calendar.start(t.fromMicros(), Every.DAY);
                        day < Math.min(t.toMicros(), now.rolledTo());
                        day = calendar.end(day, Every.DAY)) days.add(day);
                all = all.withRolled(now.zone(), now.rolledTo(), all.moreStale(t.property(), days));
            }
        }
        return new TreeMap<>(all.stale());
    }

    /// A table as a segment that no manifest names yet; null when nothing is in it.
    Manifest.@Nullable Info write(Table table) throws IOException {
        if (table.rows() == 0) return null;
        return segment("s", false, 0, new TreeSet<>(), writer -> {
            for (int property : table.properties()) {
                var series = table.of(property);
                if (series == null || series.size() == 0) continue;
                var again = new ArrayList<Again>();
                var rows = series.rows(again::add);
                writer.begin(property);
                writer.rows(rows);
                writer.again(inOrder(again));
                writer.end();
            }
        });
    }

    private static List<Again> inOrder(List<Again> again) {
        return again.stream()
                .sorted(java.util.Comparator.comparingLong(Again::receivedMicros))
                .toList();
    }

    @FunctionalInterface
    private interface Content {
        void write(SegmentWriter writer) throws IOException;
    }

    private Manifest.@Nullable Info segment(
            String kind, boolean isRollUp, int level, SortedSet<Long> cuts, Content content) throws IOException {
        var name = store.fileName(kind, ".tsfile");
        var folder = store.folder();
        boolean dense = level >= DENSE_LEVEL;
        try (var writer =
                new SegmentWriter(folder.aside(name), store.view().manifest().site(), dense)) {
            content.write(writer);
            folder.step("sync " + name);
            writer.finish();
            if (writer.written() == 0) {
                folder.delete(name + ".tmp");
                return null;
            }
            folder.keep(name);
            long bytes = folder.size(name);
            bytesWritten += bytes;
            return new Manifest.Info(name, isRollUp, level, writer.from(), writer.to(), writer.written(), bytes, cuts);
        }
    }

    // ---- segments are merged

    /// Does one thing that is due; false when nothing is.
    boolean step(long nowMicros) throws IOException {
        maintaining.lock();
        try {
            return merge(false) || merge(true) || roll() || rollAnew() || drop(nowMicros);
        } finally {
            maintaining.unlock();
        }
    }

    /// Merges everything into one segment of readings and one of roll-ups.
    void mergeAll() throws IOException {
        maintaining.lock();
        try {
            for (boolean rollUps : new boolean[] {false, true}) {
                var all = segments(rollUps);
                if (all.size() > 1) replace(all, rollUps, LEVEL_MAX);
            }
        } finally {
            maintaining.unlock();
        }
    }

    private List<Manifest.Info> segments(boolean rollUps) {
        return store.view().manifest().segments().stream()
                .filter(s -> s.isRollUp() == rollUps)
                .toList();
    }

    private boolean merge(boolean rollUps) throws IOException {
        var all = segments(rollUps);
        for (int level = 0; level < LEVEL_MAX; level++)
            for (int i = 0; i + FAN_IN <= all.size(); i++) {
                var run = all.subList(i, i + FAN_IN);
                int wanted = level;
                if (!run.stream().allMatch(s -> s.level() == wanted)) continue;
                replace(run, rollUps, level + 1);
                return true;
            }
        return false;
    }

    private void replace(List<Manifest.Info> run, boolean rollUps, int level) throws IOException {
        var cuts = new TreeSet<>(run.getFirst().cuts());
        for (var s : run) cuts.retainAll(s.cuts());
        var info = rollUps ? mergeRolled(run, level) : mergeRaw(run, level, cuts, _ -> true);
        swap(run, info);
    }

    /// Puts one segment, or none, in the place of a run of neighbours.
    private void swap(List<Manifest.Info> run, Manifest.@Nullable Info info) throws IOException {
        store.publish(now -> now.withSegments(swapped(now.segments(), run, info)), null);
    }

    private static List<Manifest.Info> swapped(
            List<Manifest.Info> segments, List<Manifest.Info> run, Manifest.@Nullable Info info) {
        var all = new ArrayList<Manifest.Info>();
        for (var s : segments) {
            if (!run.contains(s)) all.add(s);
            else if (s.equals(run.getLast()) && info != null) all.add(info);
        }
        return List.copyOf(all);
    }

    private interface Stays {
        boolean test(int property);
    }

    private Manifest.@Nullable Info mergeRaw(List<Manifest.Info> run, int level, SortedSet<Long> cuts, Stays stays)
            throws IOException {
        var parts = scans(run);
        var rows = new Rows.Builder();
        return segment("s", false, level, cuts, writer -> {
            for (int property : properties(parts)) {
                if (!stays.test(property)) continue;
                var again = new ArrayList<Again>();
                var cursors = new ArrayList<Merge.Cursor>();
                for (var part : parts) {
                    var whole = part.whole(property);
                    cursors.addAll(whole.cursors());
                    again.addAll(whole.again());
                }
                writer.begin(property);
                Merge.run(
                        cursors,
                        (from, first, end) -> {
                            rows.add(from, first, end);
                            if (rows.size() >= SegmentWriter.CHUNK_ROWS_MAX) writer.rows(rows.take());
                            return true;
                        },
                        again::add);
                writer.rows(rows.take());
                writer.again(inOrder(again));
                writer.end();
            }
        });
    }

    private List<Segment> parts(List<Manifest.Info> run) {
        var view = store.view();
        var all = new ArrayList<>(view.raw());
        all.addAll(view.rolled());
        return all.stream().filter(s -> run.contains(s.info)).toList();
    }

    private List<SegmentFile> scans(List<Manifest.Info> run) throws IOException {
        var scans = new ArrayList<SegmentFile>();
        for (var part : parts(run)) scans.add(part.file().scan());
        return scans;
    }

    private static SortedSet<Integer> properties(List<SegmentFile> parts) throws IOException {
        var all = new TreeSet<Integer>();
        for (var part : parts) all.addAll(part.properties());
        return all;
    }

    private Manifest.@Nullable Info mergeRolled(List<Manifest.Info> run, int level) throws IOException {
        var parts = scans(run);
        long now = store.view().manifest().completeTo();
        return segment("r", true, level, new TreeSet<>(), writer -> {
            for (int property : properties(parts)) {
                writer.begin(property);
                var all = new ArrayList<Map<String, List<SegmentWriter.Blob>>>();
                for (var part : parts) all.add(part.blobs(property, Roll.MEASUREMENTS));
                for (var every : Every.values()) {
                    var blobs = new TreeMap<Long, byte[]>();
                    for (var part : all)
                        for (var blob : part.getOrDefault(Roll.measurement(every), List.of()))
                            blobs.put(blob.atMicros(), blob.bytes()); // the newest counts
                    keep.apply(property)
                            .rollUp(every)
                            .ifPresent(limit -> blobs.headMap(now - limit.toMillis() * 1_000)
                                    .clear());
                    writer.blobs(Roll.measurement(every), blobs(blobs));
                }
                writer.end();
            }
        });
    }

    private static List<SegmentWriter.Blob> blobs(Map<Long, byte[]> blobs) {
        return blobs.entrySet().stream()
                .map(e -> new SegmentWriter.Blob(e.getKey(), e.getValue()))
                .toList();
    }

    // ---- a branch of the log ended

    /// Drops what was received from an instant on, and what is in memory.
    ///
    /// @return how many readings were dropped from segments
    long backTo(long cut, long completeTo) throws IOException {
        sealing.lock();
        maintaining.lock();
        try {
            var now = store.view().manifest();
            var calendar = calendar();
            var segments = new ArrayList<Manifest.Info>();
            var stale = new TreeMap<Integer, SortedSet<Long>>(now.stale());
            long dropped = 0;
            for (var s : now.segments()) {
                if (s.isRollUp()
                        || s.to() < cut && !scans(List.of(s)).getFirst().hasFrom(cut)) {
                    segments.add(s);
                    continue;
                }
                var left = without(s, cut, calendar, stale);
                if (left != null) segments.add(left);
                dropped += s.rows() - (left == null ? 0 : left.rows());
            }
            long rolledTo = Math.min(now.rolledTo(), calendar.start(cut, Every.DAY));
            for (var days : stale.values()) days.removeIf(day -> day >= rolledTo);
            stale.values().removeIf(SortedSet::isEmpty);
            try (var fresh = new Fresh(segments)) {
                ledger.backTo(cut, fresh::newest);
            } catch (java.io.UncheckedIOException e) {
                throw e.getCause();
            }
            var ledgerName = store.fileName("ledger", ".lsh");
            store.folder().replace(ledgerName, ledger.encode());
            store.publishWithoutTables(latest -> latest.withSegments(List.copyOf(segments))
                    .withRolled(latest.zone(), rolledTo, stale)
                    .withBranchEnded(completeTo, ledgerName));
            return dropped;
        } finally {
            maintaining.unlock();
            sealing.unlock();
        }
    }

    /// A segment without what was received from an instant on; where a value stood before, it stands again.
    private Manifest.@Nullable Info without(
            Manifest.Info s, long cut, Calendar calendar, Map<Integer, SortedSet<Long>> stale) throws IOException {
        var part = scans(List.of(s)).getFirst();
        return segment("s", false, s.level(), s.cuts(), writer -> {
            for (int property : part.properties()) {
                var whole = part.whole(property);
                var again = new ArrayList<Again>();
                for (var a : whole.again()) if (a.receivedMicros() < cut) again.add(a);
                var rows = new Rows.Builder();
                writer.begin(property);
                Merge.run(
                        whole.cursors(),
                        (from, first, end) -> {
                            for (int i = first; i < end; i++) {
                                long at = from.times()[i];
                                if ((from.received(i) == 0 ? at : from.received(i)) < cut) rows.add(from, i, i + 1);
                                else {
                                    before(again, at).ifPresent(row -> rows.add(row, 0, 1));
                                    stale.computeIfAbsent(property, _ -> new TreeSet<>())
                                            .add(calendar.start(at, Every.DAY));
                                }
                            }
                            if (rows.size() >= SegmentWriter.CHUNK_ROWS_MAX) writer.rows(rows.take());
                            return true;
                        },
                        again::add);
                writer.rows(rows.take());
                writer.again(inOrder(again));
                writer.end();
            }
        });
    }

    /// What stood at an instant before: the last that is CORRECTED, else the first. It is no longer beside then.
    private static Optional<Rows> before(List<Again> again, long at) {
        Again found = null;
        for (var a : again) if (a.atMicros() == at && (found == null || a.quality() == Quality.CORRECTED)) found = a;
        if (found == null) return Optional.empty();
        again.remove(found);
        var series = new Series();
        series.add(at, found.value(), found.quality(), found.receivedMicros(), at);
        return Optional.of(series.rows(Merge.Conflicts.IGNORED));
    }

    /// Segments that no view has yet.
    private final class Fresh implements AutoCloseable {
        private final List<SegmentFile> files = new ArrayList<>();

        Fresh(List<Manifest.Info> segments) throws IOException {
            var folder = store.folder();
            for (var s : segments)
                if (!s.isRollUp())
                    files.add(new SegmentFile(
                            folder.path(s.file()), store.view().manifest().site()));
        }

        long newest(int property) {
            long newest = Long.MIN_VALUE;
            try {
                for (var file : files) newest = Math.max(newest, file.lastBefore(property, Long.MAX_VALUE));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return newest;
        }

        @Override
        public void close() throws IOException {
            for (var file : files) file.close();
        }
    }

    // ---- days are rolled up

    /// Rolls up the days that are over.
    private boolean roll() throws IOException {
        try (var query = store.pin()) {
            var manifest = query.manifest();
            if (manifest.segments().isEmpty() || manifest.completeTo() == 0) return false;
            var calendar = new Calendar(zone.get());
            boolean moved = !calendar.zone().getId().equals(manifest.zone());
            long from = manifest.rolledTo();
            boolean anew = moved && manifest.droppedTo().isEmpty();
            if (from == Long.MIN_VALUE || anew) from = oldest(manifest, calendar);
            if (calendar.start(from, Every.DAY) != from)
                from = calendar.end(calendar.start(from, Every.DAY), Every.DAY);
            long due = calendar.start(manifest.completeTo() - ROLL_AFTER.toMillis() * 1_000, Every.DAY);
            long to = from;
            for (int day = 0; day < ROLL_DAYS_MAX && to < due; day++) to = calendar.end(to, Every.DAY);
            if (to <= from) return false;
            var spans = new TreeMap<Integer, List<long[]>>();
            for (int property : query.sealedProperties(from, to)) spans.put(property, List.of(new long[] {from, to}));
            long rolledTo = to;
            var info = write(query, calendar, spans, false);
            store.publish(
                    now -> {
                        // A late reading that was sealed meanwhile may be missing: the next step looks again.
                        if (now.sealed() != manifest.sealed() || !now.imports().equals(manifest.imports())) return now;
                        // Of another zone's days nothing stays, where all can be made anew.
                        var kept = anew ? now.withSegments(readings(now.segments())) : now;
                        return (info == null ? kept : kept.withSegments(with(kept.segments(), info)))
                                .withRolled(calendar.zone().getId(), rolledTo, now.stale());
                    },
                    null);
            if (info != null && !store.view().manifest().segments().contains(info))
                store.folder().delete(info.file());
            return true;
        }
    }

    private static List<Manifest.Info> readings(List<Manifest.Info> segments) {
        return segments.stream().filter(s -> !s.isRollUp()).toList();
    }

    private static long oldest(Manifest manifest, Calendar calendar) {
        long from = Long.MAX_VALUE;
        for (var s : manifest.segments()) if (!s.isRollUp()) from = Math.min(from, s.from());
        return calendar.start(from == Long.MAX_VALUE ? manifest.completeTo() : from, Every.DAY);
    }

    /// Rolls up anew what late readings changed.
    private boolean rollAnew() throws IOException {
        try (var query = store.pin()) {
            var calendar = calendar();
            var spans = new TreeMap<Integer, List<long[]>>();
            var done = new TreeMap<Integer, SortedSet<Long>>();
            int days = 0;
            for (var e : query.manifest().stale().entrySet()) {
                if (days + e.getValue().size() > STALE_DAYS_MAX && days > 0) break;
                days += e.getValue().size();
                done.put(e.getKey(), e.getValue());
                spans.put(e.getKey(), joined(withNext(query, e.getKey(), e.getValue(), calendar), calendar));
            }
            if (done.isEmpty()) return false;
            var info = write(query, calendar, spans, false);
            var seen = query.manifest();
            store.publish(
                    now -> {
                        var left = new TreeMap<Integer, SortedSet<Long>>(now.stale());
                        // What became stale while we looked at an older view stays so.
                        if (now.sealed() == seen.sealed() && now.imports().equals(seen.imports()))
                            done.keySet().forEach(left::remove);
                        var next = info == null ? now : now.withSegments(with(now.segments(), info));
                        return next.withRolled(now.zone(), now.rolledTo(), left);
                    },
                    null);
            return true;
        }
    }

    /// Also the next day with readings behind each: what stood at its beginning may be another value.
    private static SortedSet<Long> withNext(Query query, int property, SortedSet<Long> days, Calendar calendar)
            throws IOException {
        var all = new TreeSet<>(days);
        for (long day : days)
            query.runSealed(
                    property, calendar.end(day, Every.DAY), query.manifest().rolledTo(), (rows, from, _) -> {
                        all.add(calendar.start(rows.times()[from], Every.DAY));
                        return false;
                    });
        return all;
    }

    private static List<long[]> joined(SortedSet<Long> days, Calendar calendar) {
        var spans = new ArrayList<long[]>();
        for (long day : days) {
            if (!spans.isEmpty() && spans.getLast()[1] == day) spans.getLast()[1] = calendar.end(day, Every.DAY);
            else spans.add(new long[] {day, calendar.end(day, Every.DAY)});
        }
        return spans;
    }

    /// Writes the roll-ups of spans of whole days.
    ///
    /// @param always also of kinds that are hardly shorter than the readings
    private Manifest.@Nullable Info write(
            Query query, Calendar calendar, Map<Integer, List<long[]>> spans, boolean always) throws IOException {
        return segment("r", true, 0, new TreeSet<>(), writer -> {
            for (var e : spans.entrySet()) {
                var tiers = new EnumMap<Every, TreeMap<Long, byte[]>>(Every.class);
                for (var span : e.getValue()) tiers(query, calendar, e.getKey(), span, always, tiers);
                writer.begin(e.getKey());
                for (var every : Every.values())
                    writer.blobs(Roll.measurement(every), blobs(tiers.getOrDefault(every, new TreeMap<>())));
                writer.end();
            }
        });
    }

    private void tiers(
            Query query,
            Calendar calendar,
            int property,
            long[] span,
            boolean always,
            Map<Every, TreeMap<Long, byte[]>> tiers)
            throws IOException {
        var all = query.rollAll(property, span[0], span[1], calendar, ledger);
        var readings = new TreeMap<Long, Long>();
        for (var roll : all.getOrDefault(Every.DAY, List.of())) readings.put(roll.from(), roll.count());
        for (var e : all.entrySet()) {
            var days = new TreeMap<Long, List<Roll>>();
            for (var roll : e.getValue())
                days.computeIfAbsent(calendar.start(roll.from(), Every.DAY), _ -> new ArrayList<>())
                        .add(roll);
            days.forEach((day, rolls) -> {
                if (always || (long) rolls.size() * CONDENSES <= readings.getOrDefault(day, 0L))
                    tiers.computeIfAbsent(e.getKey(), _ -> new TreeMap<>()).put(day, Roll.encode(rolls));
            });
        }
    }

    // ---- what is too old goes

    /// Drops the readings of one segment that are older than they are kept, once their days are rolled up in every
    /// kind.
    private boolean drop(long nowMicros) throws IOException {
        var manifest = store.view().manifest();
        var calendar = calendar();
        for (var s : manifest.segments()) {
            if (s.isRollUp() || s.to() >= manifest.rolledTo() || nowMicros - s.to() < DAY_MICROS) continue;
            var properties = parts(List.of(s)).getFirst().file().properties();
            var limits = new TreeSet<Long>();
            for (int property : properties)
                limits.add(keep.apply(property).raw().toMillis() * 1_000);
            for (long limit : limits) {
                if (s.cuts().contains(limit) || s.to() >= calendar.start(nowMicros - limit, Every.DAY)) continue;
                drop(s, limit, properties, calendar);
                return true;
            }
        }
        return false;
    }

    private void drop(Manifest.Info s, long limit, SortedSet<Integer> properties, Calendar calendar)
            throws IOException {
        long end = calendar.end(calendar.start(s.to(), Every.DAY), Every.DAY);
        try (var query = store.pin()) {
            var spans = new TreeMap<Integer, List<long[]>>();
            var dropped = new TreeMap<>(query.manifest().droppedTo());
            for (int property : properties) {
                if (keep.apply(property).raw().toMillis() * 1_000 != limit) continue;
                long from = calendar.start(s.from(), Every.DAY);
                long done = dropped.getOrDefault(property, Long.MIN_VALUE);
                if (done < end) spans.put(property, List.of(new long[] {Math.max(from, done), end}));
                dropped.put(property, Math.max(done, end));
            }
            var rolled = write(query, calendar, spans, true);
            var cuts = new TreeSet<>(s.cuts());
            cuts.add(limit);
            var left = mergeRaw(
                    List.of(s), s.level(), cuts, p -> keep.apply(p).raw().toMillis() * 1_000 != limit);
            store.publish(
                    now -> {
                        var next = now.withSegments(swapped(now.segments(), List.of(s), left));
                        if (rolled != null) next = next.withSegments(with(next.segments(), rolled));
                        var stale = new TreeMap<Integer, SortedSet<Long>>(now.stale());
                        for (int p : spans.keySet()) {
                            if (!stale.containsKey(p)) continue;
                            var days = new TreeSet<>(stale.get(p));
                            days.headSet(end).clear();
                            if (days.isEmpty()) stale.remove(p);
                            else stale.put(p, days);
                        }
                        return next.withDropped(dropped).withRolled(now.zone(), now.rolledTo(), stale);
                    },
                    null);
        }
    }
}
