package io.linkspan.history;

import io.linkspan.feed.Feed;
import io.linkspan.model.Entry;
import io.linkspan.model.History;
import io.linkspan.model.Log;
import io.linkspan.model.Names;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// The history of one site in one folder: a table in memory, which the site's log makes anew after a start, and
/// segments
/// in the format of Apache TsFile.
///
/// One thread hands over what a feed of the site's log has, from [#resumeAt] on ([#take]); another calls [#maintain]
/// again and again. What [#sealedTo] says is in segments: below it the log is not needed any more. Killed at any moment
/// it opens again as it was at the last change of its manifest, and takes the rest from the log.
///
/// Thread-safety: safe for many threads, but [#take] is for one.
public final class TsFileHistory implements History, AutoCloseable {
    /// A chart's column is at least so many roll-ups wide, when it is made of them.
    static final int ROLL_UPS_A_COLUMN_MIN = 16;

    private final Store store;
    private final Ledger ledger;
    private final Upkeep upkeep;
    private final SiteId site;
    private final HistorySettings settings;
    private final ReentrantLock taking = new ReentrantLock();
    private volatile long position;
    private volatile long completeTo;
    private long takenAgainFrom = Long.MIN_VALUE; // wall time, under `taking`
    private volatile Counts counts = new Counts(0, 0, 0, 0, 0, 0);

    /// What was counted since the start.
    ///
    /// @param readings were taken
    /// @param repeated readings that were there already
    /// @param tooOld readings from before what is kept, refused
    /// @param withoutReadings entries whose readings the log had dropped already
    /// @param pushedBack how often the taker had to write a segment itself because memory was full
    /// @param unnumbered readings of properties with a number beyond what is possible, refused
    public record Counts(
            long readings, long repeated, long tooOld, long withoutReadings, long pushedBack, long unnumbered) {}

    private TsFileHistory(
            Store store,
            Ledger ledger,
            SiteId site,
            HistorySettings settings,
            Supplier<ZoneId> zone,
            IntFunction<Keep> keep) {
        this.store = store;
        this.ledger = ledger;
        this.site = site;
        this.settings = settings;
        upkeep = new Upkeep(store, ledger, zone, keep);
        position = store.view().manifest().sealed();
        completeTo = store.view().manifest().completeTo();
    }

    /// Opens the history in a folder, or begins one. Reads two small files.
    ///
    /// @param name of the site; the segments keep the one that it began with
    /// @param zone of the site, asked when days are rolled up
    /// @param keep how long each property is kept, asked by its number
    public static TsFileHistory open(
            Path folder,
            SiteId site,
            String name,
            HistorySettings settings,
            Supplier<ZoneId> zone,
            IntFunction<Keep> keep)
            throws IOException {
        return open(new Folder(folder), site, name, settings, zone, keep);
    }

    /// Opens a history to look at it, where no node runs: nothing is changed. It takes what the log has beyond it
    /// as far as
    /// that fits into memory.
    ///
    /// @throws java.nio.file.NoSuchFileException there is no such folder
    public static TsFileHistory openToLook(
            Path folder, SiteId site, String name, HistorySettings settings, Supplier<ZoneId> zone) throws IOException {
        return open(Folder.toLook(folder), site, name, settings, zone, _ -> Keep.ALL);
    }

    static TsFileHistory open(
            Folder folder,
            SiteId site,
            String name,
            HistorySettings settings,
            Supplier<ZoneId> zone,
            IntFunction<Keep> keep)
            throws IOException {
        var store = new Store(folder, Names.check(name), zone.get().getId());
        try {
            var file = store.view().manifest().ledger();
            var ledger = file.isEmpty() ? Optional.<byte[]>empty() : folder.read(file);
            return new TsFileHistory(
                    store, ledger.map(Ledger::decode).orElseGet(Ledger::new), site, settings, zone, keep);
        } catch (IOException | IllegalArgumentException e) {
            store.close();
            throw e;
        }
    }

    // ---- taking

    /// The newest entry that was taken; empty before the first.
    public Optional<Log.Position> position() {
        return at(position);
    }

    /// The newest entry of which, and of all before it, everything is in segments; empty: none. The log keeps what
    /// is
    /// behind it.
    public Optional<Log.Position> sealedTo() {
        return at(store.view().manifest().sealed());
    }

    /// From where a feed goes on.
    public Log.Position resumeAt() {
        return position().map(Feed::after).orElse(new Log.Position(site, 1, 0));
    }

    private Optional<Log.Position> at(long packed) {
        return packed == 0 ? Optional.empty() : Optional.of(Log.Position.of(site, packed));
    }

    /// Takes the next item of the site's feed. One that was taken before changes nothing.
    ///
    /// @throws IOException memory is full, and a segment can not be written: take it again later
    public void take(Feed.Item item) throws IOException {
        take(item.at(), item.entry());
    }

    /// Takes an entry of the site's log.
    public void take(Log.Position at, Entry entry) throws IOException {
        makeRoom();
        taking.lock();
        try {
            if (at.packed() <= position) return;
            if (entry.at().wall() < takenAgainFrom) { // it is in segments, or retention dropped it
                position = at.packed();
                return;
            }
            var table = store.view().active();
            for (var result : entry.results()) take(table, result, entry);
            if (entry.readingsDropped()) counts = with(0, 0, 0, 1, 0, 0);
            position = at.packed();
            table.position = position;
            if (table.began == 0) table.began = entry.at().wall();
            completeTo = Math.max(completeTo, entry.at().wall());
            table.completeTo = completeTo;
            if (table.bytes() >= settings.memoryBytesMax() / 2) freeze();
        } finally {
            taking.unlock();
        }
    }

    /// While tables that nobody wrote yet fill the memory, the taker writes them.
    private void makeRoom() throws IOException {
        while (!store.view().frozen().isEmpty() && memoryBytes() >= settings.memoryBytesMax()) {
            if (upkeep.seal()) counts = with(0, 0, 0, 0, 1, 0);
        }
    }

    /// All that the site's log has on disk was taken, and nothing else was received up to this instant.
    public void caughtUp(long wallMicros) {
        completeTo = Math.max(completeTo, wallMicros);
    }

    /// The branch of the log that the history has taken ended at an instant, and another goes on from there: drops
    /// what
    /// came later. [#resumeAt] is the beginning of the log then; what is read before the end of the branch is
    /// passed over.
    ///
    /// What was imported has no log. Of it, readings of times after that instant go too, and every file may be
    /// imported
    /// again.
    ///
    /// @param wallMicros wall time of the last entry that counts
    /// @return how many readings were dropped from segments
    public long backTo(long wallMicros) throws IOException {
        taking.lock();
        try {
            long margin = settings.deviceClockMax().toNanos() / 1_000;
            // A reading at `at` came within the margin of it; so what is from here on may be of the other branch.
            long cut = wallMicros - margin;
            long dropped = upkeep.backTo(cut, Math.min(completeTo, wallMicros));
            takenAgainFrom = cut - margin;
            position = 0;
            completeTo = Math.min(completeTo, wallMicros);
            return dropped;
        } finally {
            taking.unlock();
        }
    }

    /// What readings take in memory, in bytes.
    public long memoryBytes() {
        var view = store.view();
        long bytes = view.active().bytes();
        for (var table : view.frozen()) bytes += table.bytes();
        return bytes;
    }

    private void take(Table table, Result result, Entry entry) {
        long wall = entry.at().wall();
        switch (result) {
            case Result.Took r -> readings(table, r.readings(), wall);
            case Result.RegisterTurned r -> {
                if (!ledger.turned(r.property(), wall, r.exchanged(), r.baseUnscaled(), r.decimals())) return;
                long from = r.exchanged() ? wall - Rolling.TOLD_MAX_MICROS : wall;
                touched(table, r.property(), from, wall + 1);
            }
            case Result.GapOpened r -> {
                for (int p : r.properties())
                    if (ledger.gapOpened(p, r.fromWall(), r.cause())) touched(table, p, r.fromWall(), wall);
            }
            case Result.GapClosed r -> {
                for (int p : r.properties()) ledger.gapClosed(p, r.toWall());
            }
            case Result.GapNoted r -> {
                for (int p : r.properties())
                    if (ledger.gapNoted(p, r.fromWall(), r.toWall(), r.cause()))
                        touched(table, p, r.fromWall(), r.toWall());
            }
            case Result.Computed r -> computed(table, r, wall);
            case Result.Began _,
                    Result.Adopted _,
                    Result.LinkMoved _,
                    Result.CommandAt _,
                    Result.LeaseBegan _,
                    Result.BulkOpened _,
                    Result.BulkMoved _,
                    Result.HoldPlaced _,
                    Result.HoldEnded _,
                    Result.Charged _,
                    Result.WriteOrdered _,
                    Result.WriteWithheld _,
                    Result.WriteEnded _,
                    Result.LocalChange _,
                    Result.Left _,
                    Result.CommandOpened _,
                    Result.CommandEnded _,
                    Result.LineIs _,
                    Result.UnitIs _,
                    Result.ServiceIs _,
                    Result.ArmedIs _,
                    Result.DiskIs _,
                    Result.RuleMoved _,
                    Result.RuleHolds _,
                    Result.ModeIs _,
                    Result.RuleIs _,
                    Result.AlarmMoved _,
                    Result.NoteOpened _,
                    Result.NoteTried _,
                    Result.NoteEnded _,
                    Result.NoteHeld _,
                    Result.TellStorm _,
                    Result.CaughtUp _,
                    Result.Noticed _ -> {
                // says nothing of readings
            }
        }
    }

    /// A window's value stands at the end of its stretch, however late that was computed. One that corrects takes
    /// the place
    /// of the one that was told; whether it is usable now, the log tells.
    private void computed(Table table, Result.Computed r, long wall) {
        if (r.value().isEmpty()) {
            if (ledger.gapNoted(r.property(), r.fromWall(), r.toWall(), Result.Computed.NOTHING))
                touched(table, r.property(), r.fromWall(), r.toWall());
            return;
        }
        var quality = r.corrects() ? Quality.CORRECTED : r.quality();
        var repeated = take(table, r.property(), r.toWall(), r.value().get(), quality, wall);
        counts = with(repeated == Series.Taken.REPEATED ? 0 : 1, repeated == Series.Taken.REPEATED ? 1 : 0, 0, 0, 0, 0);
    }

    private Series.Taken take(Table table, int property, long at, Value value, Quality quality, long wall) {
        long before = ledger.newest(property);
        var taken = table.add(property, at, value, quality, wall, before);
        if (at > before) ledger.newest(property, at);
        return taken;
    }

    private void touched(Table table, int property, long fromMicros, long toMicros) {
        if (fromMicros < store.view().manifest().rolledTo()) table.touch(property, fromMicros, toMicros);
    }

    /// A telegram whose own time is near enough has readings at their devices' times, else at the receive time
    /// (decision 0010). An older time of one reading in it is that of a sub-meter.
    private void readings(Table table, List<Reading> readings, long wall) {
        long newest = Reading.NO_TIME;
        for (var r : readings) newest = Math.max(newest, r.deviceTimeMicros());
        boolean clockIsRight = newest != Reading.NO_TIME
                && Math.abs(newest - wall) <= settings.deviceClockMax().toNanos() / 1_000;
        long repeated = 0;
        long tooOld = 0;
        long unnumbered = 0;
        var dropped = store.view().manifest().droppedTo();
        boolean hasDropped = !dropped.isEmpty();
        for (var r : readings) {
            long at = clockIsRight && r.hasDeviceTime() ? r.deviceTimeMicros() : wall;
            if (r.property() > Table.PROPERTIES_MAX) unnumbered++;
            else if (hasDropped && at < dropped.getOrDefault(r.property(), Long.MIN_VALUE)) tooOld++;
            else if (take(table, r.property(), at, r.value(), r.quality(), wall) == Series.Taken.REPEATED) repeated++;
        }
        counts = with(readings.size() - repeated - tooOld - unnumbered, repeated, tooOld, 0, 0, unnumbered);
    }

    private Counts with(long readings, long repeated, long old, long without, long pushed, long unnumbered) {
        var c = counts;
        return new Counts(
                c.readings + readings,
                c.repeated + repeated,
                c.tooOld + old,
                c.withoutReadings + without,
                c.pushedBack + pushed,
                c.unnumbered + unnumbered);
    }

    private void freeze() {
        store.freeze(ledger.encode());
    }

    // ---- upkeep

    /// Does one part of what is due in the background: seals a table, merges segments, rolls up days, drops what is
    /// too
    /// old. Never holds up who takes or asks.
    ///
    /// @param nowMicros wall time
    /// @return whether something was done; then there may be more
    public boolean maintain(long nowMicros) throws IOException {
        taking.lock();
        try {
            var active = store.view().active();
            if (active.position != 0
                    && nowMicros - active.began >= settings.sealEvery().toNanos() / 1_000) freeze();
        } finally {
            taking.unlock();
        }
        return upkeep.seal() || upkeep.step(nowMicros);
    }

    /// Writes all that is in memory to segments.
    public void seal() throws IOException {
        taking.lock();
        try {
            if (store.view().active().position != 0) freeze();
        } finally {
            taking.unlock();
        }
        boolean more;
        do more = upkeep.seal();
        while (more);
    }

    /// Merges all segments, whatever their size: for those who move a history or measure it.
    public void mergeAll() throws IOException {
        upkeep.mergeAll();
    }

    /// What was counted since the start.
    public Counts counts() {
        return counts;
    }

    /// Bytes of all segments.
    ///
    /// @param rollUps of those with roll-ups, else of those with readings
    public long bytes(boolean rollUps) {
        return store.view().manifest().segments().stream()
                .filter(s -> s.isRollUp() == rollUps)
                .mapToLong(Manifest.Info::bytes)
                .sum();
    }

    /// How many segments there are.
    public int segments() {
        return store.view().manifest().segments().size();
    }

    /// Bytes that were written to the disk since the start, merging included.
    public long bytesWritten() {
        return upkeep.bytesWritten();
    }

    // ---- bringing in what no log has

    /// Takes readings that come from elsewhere.
    @FunctionalInterface
    public interface Taker {
        /// Takes a reading, in any order of times.
        void take(int property, long atMicros, Value value, Quality quality) throws IOException;
    }

    /// Hands over readings that come from elsewhere.
    @FunctionalInterface
    public interface Source {
        /// Hands over all, each once.
        void readings(Taker taker) throws IOException;
    }

    /// Brings in readings that no log has, all or nothing, with the standing of having come now.
    ///
    /// @param name of the source, for example of a file
    /// @param hash of its content: the same again changes nothing
    /// @return whether anything was brought in
    public boolean bring(String name, String hash, Source source) throws IOException {
        if (hash.equals(store.view().manifest().imports().get(name))) return false;
        var tables = new Object() {
            Table now = new Table();
            final List<Table> stale = new ArrayList<>();
            final List<Manifest.Info> written = new ArrayList<>();
            final TreeMap<Integer, Long> newest = new TreeMap<>();
        };
        source.readings((property, at, value, quality) -> {
            if (property < 1 || property > Table.PROPERTIES_MAX)
                throw new IllegalArgumentException(
                        "A property's number is 1.." + Table.PROPERTIES_MAX + ", not " + property);
            long dropped = store.view().manifest().droppedTo().getOrDefault(property, Long.MIN_VALUE);
            if (at < dropped) {
                counts = with(0, 0, 1, 0, 0, 0);
                return;
            }
            tables.now.add(property, at, value, quality, 0, Long.MIN_VALUE);
            tables.newest.merge(property, at, Math::max);
            if (tables.now.bytes() < settings.memoryBytesMax() / 2) return;
            addTo(tables.written, tables.now);
            tables.stale.add(tables.now);
            tables.now = new Table();
        });
        addTo(tables.written, tables.now);
        tables.stale.add(tables.now);
        taking.lock();
        try {
            tables.newest.forEach(ledger::newest);
        } finally {
            taking.unlock();
        }
        store.publish(
                now -> {
                    var all = new ArrayList<>(now.segments());
                    all.addAll(tables.written);
                    return now.withSegments(List.copyOf(all))
                            .withRolled(now.zone(), now.rolledTo(), upkeep.stale(now, tables.stale))
                            .withImport(name, hash);
                },
                null);
        return true;
    }

    private void addTo(List<Manifest.Info> written, Table table) throws IOException {
        var info = upkeep.write(table);
        if (info != null) written.add(info);
    }

    // ---- asking

    /// The numbers of the properties that have readings, growing.
    public List<Integer> properties() {
        return ledger.properties().stream()
                .filter(p -> ledger.newest(p) != Long.MIN_VALUE)
                .toList();
    }

    @Override
    public Points read(int property, long fromMicros, long toMicros, int max) throws IOException {
        if (max < 1 || max > POINTS_MAX)
            throw new IllegalArgumentException("One answer has 1.." + POINTS_MAX + " points, not " + max);
        checkSpan(fromMicros, toMicros);
        var points = new ArrayList<Point>();
        boolean[] more = {false};
        try (var query = store.pin()) {
            query.run(
                    property,
                    fromMicros,
                    toMicros,
                    (rows, from, to) -> {
                        int end = Math.min(to, from + max - points.size());
                        for (int i = from; i < end; i++) points.add(rows.point(i));
                        more[0] = end < to;
                        return !more[0];
                    },
                    Merge.Conflicts.IGNORED);
        }
        return new Points(points, more[0]);
    }

    /// Hands over the readings of a span, oldest first, each with when it came where that is known: of one that was
    /// not newer than all before it; else 0.
    ///
    /// @param max most readings, 1..[#POINTS_MAX]
    /// @return there are more in the span; go on at the last one's instant + 1
    boolean each(int property, long fromMicros, long toMicros, int max, Export.Readings readings) throws IOException {
        checkSpan(fromMicros, toMicros);
        int[] left = {max};
        boolean[] more = {false};
        try (var query = store.pin()) {
            query.run(
                    property,
                    fromMicros,
                    toMicros,
                    (rows, from, to) -> {
                        int end = Math.min(to, from + left[0]);
                        for (int i = from; i < end; i++) readings.reading(rows.point(i), rows.received(i));
                        left[0] -= end - from;
                        more[0] = end < to;
                        return !more[0];
                    },
                    Merge.Conflicts.IGNORED);
        }
        return more[0];
    }

    private static void checkSpan(long fromMicros, long toMicros) {
        if (fromMicros > toMicros)
            throw new IllegalArgumentException(
                    "A span ends after it begins, not from " + fromMicros + " to " + toMicros);
    }

    @Override
    public Optional<Point> lastBefore(int property, long beforeMicros) throws IOException {
        try (var query = store.pin()) {
            return query.lastBefore(property, beforeMicros, false)
                    .map(s -> s.rows().point(0));
        }
    }

    /// Further, different values of instants in a span: the side series `<property>_again`.
    public List<Again> again(int property, long fromMicros, long toMicros) throws IOException {
        checkSpan(fromMicros, toMicros);
        try (var query = store.pin()) {
            return query.again(property, fromMicros, toMicros);
        }
    }

    @Override
    public Buckets buckets(int property, long fromMicros, long toMicros, Every every) throws IOException {
        checkSpan(fromMicros, toMicros);
        try (var query = store.pin()) {
            var calendar = new Calendar(ZoneId.of(query.manifest().zone()));
            long start = calendar.start(fromMicros, every);
            long end = toMicros == fromMicros ? start : calendar.end(calendar.start(toMicros - 1, every), every);
            var buckets = new ArrayList<Bucket>();
            var days = new Days(
                    query, property, calendar, every, query.rolled(property, day(calendar, start), end, every));
            boolean whole = days.walk(start, end, rolls -> {
                for (var roll : rolls)
                    if (roll.from() >= start && roll.to() <= end && buckets.size() <= BUCKETS_MAX)
                        buckets.add(roll.bucket());
                return buckets.size() <= BUCKETS_MAX;
            });
            boolean more = !whole || buckets.size() > BUCKETS_MAX;
            return new Buckets(buckets.size() > BUCKETS_MAX ? buckets.subList(0, BUCKETS_MAX) : buckets, more);
        }
    }

    private static long day(Calendar calendar, long micros) {
        return calendar.start(micros, Every.DAY);
    }

    private interface RollSink {
        boolean accept(List<Roll> rolls) throws IOException;
    }

    /// Walks over a span: days that are rolled up as they are stored, the others made of their readings.
    private final class Days {
        private final Query query;
        private final int property;
        private final Calendar calendar;
        private final Every every;
        private final NavigableMap<Long, List<Roll>> rolled;

        Days(Query query, int property, Calendar calendar, Every every, NavigableMap<Long, List<Roll>> rolled) {
            this.query = query;
            this.property = property;
            this.calendar = calendar;
            this.every = every;
            this.rolled = rolled;
        }

        /// @return whether it came to the end
        boolean walk(long start, long end, RollSink sink) throws IOException {
            long at = start;
            for (var e : rolled.entrySet()) {
                if (e.getKey() > at && !raw(at, e.getKey(), sink)) return false;
                if (!sink.accept(e.getValue())) return false;
                at = Math.max(at, calendar.end(e.getKey(), Every.DAY));
            }
            return at >= end || raw(at, end, sink);
        }

        private boolean raw(long from, long to, RollSink sink) throws IOException {
            long complete = completeTo;
            long until = complete == 0 ? Long.MAX_VALUE : complete;
            return sink.accept(query.roll(property, from, to, every, calendar, ledger, until, BUCKETS_MAX + 1));
        }
    }

    @Override
    public List<Point> reduce(int property, long fromMicros, long toMicros, int columns) throws IOException {
        if (columns < 1 || columns > COLUMNS_MAX)
            throw new IllegalArgumentException("A chart has 1.." + COLUMNS_MAX + " columns, not " + columns);
        checkSpan(fromMicros, toMicros);
        if (fromMicros == toMicros) return List.of();
        try (var query = store.pin()) {
            var reduction = new Reduction(fromMicros, toMicros, columns);
            var calendar = new Calendar(ZoneId.of(query.manifest().zone()));
            var rolled = coarsest((double) (toMicros - fromMicros) / columns)
                    .map(every -> rolled(query, property, fromMicros, toMicros, every))
                    .orElseGet(TreeMap::new);
            long at = fromMicros;
            for (var e : rolled.entrySet()) {
                long end = calendar.end(e.getKey(), Every.DAY);
                if (e.getKey() < at || end > toMicros) continue;
                rows(query, property, at, e.getKey(), reduction);
                e.getValue().forEach(reduction::add);
                at = end;
            }
            rows(query, property, at, toMicros, reduction);
            return reduction.finish();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static NavigableMap<Long, List<Roll>> rolled(Query query, int property, long from, long to, Every every) {
        try {
            return query.rolled(property, from, to, every);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void rows(Query query, int property, long from, long to, Reduction reduction) throws IOException {
        if (from >= to) return;
        query.run(
                property,
                from,
                to,
                (rows, first, end) -> {
                    reduction.add(rows, first, end);
                    return true;
                },
                Merge.Conflicts.IGNORED);
    }

    /// The longest kind of roll-up of which a column has enough.
    private static Optional<Every> coarsest(double columnMicros) {
        Every found = null;
        for (var every : Every.values())
            if (Calendar.seconds(every) * 1e6 * ROLL_UPS_A_COLUMN_MIN <= columnMicros) found = every;
        return Optional.ofNullable(found);
    }

    @Override
    public List<Missing> missing(int property, long fromMicros, long toMicros) {
        checkSpan(fromMicros, toMicros);
        return ledger.missing(property, fromMicros, toMicros);
    }

    @Override
    public long completeTo() {
        return completeTo;
    }

    /// Closes the files. What is in memory only comes from the log again.
    @Override
    public void close() throws IOException {
        store.close();
    }
}
