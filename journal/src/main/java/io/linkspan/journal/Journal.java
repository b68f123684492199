package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The logs of all sites of one node, in one stream of files with one sync for all that waits.
///
/// It reads no clock and starts no thread: one thread (or a simulation) calls [#commit] whenever [#nanosUntilDue] is 0,
/// and [#maintain] now and then; [#park] waits between the two. Sites append from their own threads. All methods are
/// safe for any thread.
public final class Journal implements BlockSource, Closeable {
    private static final String LOCK = "lock";

    private final JournalSettings settings;
    private final Closeable lock;
    private final Segments segments;
    private final Snapshots snapshots;
    private final Recovery recovery;
    private final Retention retention = new Retention(this);
    private final Map<SiteId, SiteLog> logs = new ConcurrentHashMap<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong readingsRefused = new AtomicLong();
    private volatile Listener listener = new Listener() {};
    private volatile Health health = Health.OK;
    private volatile String trouble = "";
    private volatile Active active;

    // Under pendingLock.
    private final Object pendingLock = new Object();
    private ArrayList<SiteLog> waiting = new ArrayList<>();
    private ArrayList<SiteLog> spare = new ArrayList<>();
    private boolean urged;
    private boolean sinceKnown;
    private long sinceNanos;
    private @Nullable Thread parked;

    // Under commitLock.
    private final Object commitLock = new Object();
    private final SegmentWriter writer;
    private final ArrayList<Taken> backlog = new ArrayList<>();
    private final Reserve reserve;
    private int written;
    private long retryNanos;
    private boolean retrying;
    private long syncs;
    private @Nullable SegmentIndex unindexed;

    private record Active(Segments.Header header, SegmentIndex index) {}

    /// A batch on its way to the disk.
    static final class Taken {
        final SiteLog log;
        final Batch batch;
        ChainHash hash = ChainHash.NONE;
        int offset;
        int length;
        int storedReadings;

        Taken(SiteLog log, Batch batch) {
            this.log = log;
            this.batch = batch;
        }
    }

    /// What of an entry can be taken.
    enum Fit {
        ALL,
        CONTROL,
        NOTHING
    }

    /// Hears what the journal has done. Called by the thread that commits, [#health] also by one that appends; must
    /// return soon and must not call back into the journal.
    public interface Listener {
        /// All entries of the site up to this position are on disk: act, then tell.
        default void durable(Log.Position at) {}

        /// The journal's health has changed; `why` is a sentence for people.
        default void health(Health now, String why) {}
    }

    /// Opens the journal in a folder, or begins one; cuts a torn tail and names damage in [#recovery].
    ///
    /// @throws Disk.InUse when another process has it
    public static Journal open(Disk disk, JournalSettings settings) throws IOException {
        var lock = disk.lock(LOCK);
        try {
            return new Journal(disk, settings, lock);
        } catch (IOException | RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    private Journal(Disk disk, JournalSettings settings, Closeable lock) throws IOException {
        this.settings = settings;
        this.lock = lock;
        segments = new Segments(disk);
        snapshots = new Snapshots(disk);
        var opened = Opening.open(segments, settings);
        recovery = opened.recovery();
        writer = opened.writer();
        active = new Active(opened.header(), opened.index());
        opened.states().forEach((site, state) -> logs.put(site, new SiteLog(this, state)));
        reserve = new Reserve(
                disk, settings.controlReserveBytes(), settings.healEvery().toNanos());
    }

    /// What opening found.
    public Recovery recovery() {
        return recovery;
    }

    /// From now on this one hears; before, nobody did.
    public void listen(Listener newListener) {
        listener = newListener;
    }

    /// The log of a site; a site that the journal does not know begins at epoch 1.
    public SiteLog open(SiteId site) {
        return logs.computeIfAbsent(site, id -> new SiteLog(this, SiteState.none(id)));
    }

    /// The sites that have a log here.
    public List<SiteId> sites() {
        return logs.keySet().stream()
                .sorted(Comparator.comparing(SiteId::toString))
                .toList();
    }

    // Appending, called by the sites' threads.

    Fit reserve(int control, int readings) {
        if (health == Health.DEAD) return Fit.NOTHING;
        long before = pendingBytes.get();
        if (before + control + readings <= settings.pendingBytesMax()) {
            pendingBytes.addAndGet((long) control + readings);
            return Fit.ALL;
        }
        if (before + control > 2L * settings.pendingBytesMax() && before > 0) {
            die("The disk does not keep up: " + before + " bytes of control wait for it");
            return Fit.NOTHING;
        }
        pendingBytes.addAndGet(control);
        if (readings == 0) return Fit.ALL;
        readingsRefused.incrementAndGet();
        return Fit.CONTROL;
    }

    void queue(SiteLog log) {
        Thread wake;
        synchronized (pendingLock) {
            waiting.add(log);
            wake = waiting.size() == 1 ? parked : null;
        }
        LockSupport.unpark(wake);
    }

    void urge() {
        Thread wake;
        synchronized (pendingLock) {
            urged = true;
            wake = parked;
        }
        LockSupport.unpark(wake);
    }

    Snapshots snapshots() {
        return snapshots;
    }

    JournalSettings settings() {
        return settings;
    }

    // The duty cycle.

    /// Nanoseconds until [#commit] has something to do; 0 when it has now, [Long#MAX_VALUE] when nothing waits.
    ///
    /// @param nanoNow the caller's monotone clock
    public long nanosUntilDue(long nanoNow) {
        synchronized (pendingLock) {
            boolean nothing = waiting.isEmpty() && !urged;
            if (health == Health.DEAD || (nothing && !retrying)) return Long.MAX_VALUE;
            if (retrying) return Math.max(0, retryNanos - nanoNow);
            if (urged) return 0;
            if (!sinceKnown) {
                sinceKnown = true;
                sinceNanos = nanoNow;
            }
            return Math.max(0, sinceNanos + settings.commitEvery().toNanos() - nanoNow);
        }
    }

    /// Waits until something may be due, at most `nanosMax`. For one thread at a time; ends early now and then, and
    /// when the thread is interrupted.
    public void park(long nanoNow, long nanosMax) {
        long nanos = Math.min(nanosMax, nanosUntilDue(nanoNow));
        synchronized (pendingLock) {
            if (urged || nanos <= 0) return;
            if (!waiting.isEmpty() && !sinceKnown) return;
            parked = Thread.currentThread();
        }
        LockSupport.parkNanos(this, nanos);
        synchronized (pendingLock) {
            parked = null;
        }
    }

    /// Writes all that waits and syncs it, if somebody urged or the oldest entry has waited for `commitEvery`. One
    /// sync serves all sites.
    ///
    /// @return whether something became durable
    public boolean commit(long nanoNow) {
        if (nanosUntilDue(nanoNow) > 0) return false;
        return commitNow(nanoNow);
    }

    /// Writes and syncs all that waits, due or not.
    ///
    /// @return whether something became durable
    public boolean commitNow(long nanoNow) {
        synchronized (commitLock) {
            if (health == Health.DEAD) return false;
            takeWaiting();
            if (backlog.isEmpty()) return false;
            try {
                return store(nanoNow);
            } catch (IOException failed) {
                die("The disk failed: " + failed.getMessage());
                return false;
            }
        }
    }

    private void takeWaiting() {
        ArrayList<SiteLog> taken;
        synchronized (pendingLock) {
            taken = waiting;
            waiting = spare;
            spare = taken;
            urged = sinceKnown = retrying = false;
        }
        for (var log : taken) log.take(backlog);
        taken.clear();
    }

    private boolean store(long nanoNow) throws IOException {
        try {
            writeBacklog(health == Health.OK);
            return true;
        } catch (Disk.NoSpace full) {
            takeBack();
            sick(String.valueOf(full.getMessage()));
        }
        try {
            if (reserve.isThere()) rollInto(reserve);
            writeBacklog(false);
            return true;
        } catch (Disk.NoSpace full) {
            takeBack();
            synchronized (pendingLock) {
                retrying = true;
                retryNanos = nanoNow + settings.healEvery().toNanos();
            }
            return false;
        }
    }

    private void writeBacklog(boolean withReadings) throws IOException {
        while (written < backlog.size()) {
            var taken = backlog.get(written);
            long length = SegmentWriter.lengthOf(taken.batch, withReadings);
            if (writer.isFullFor(length)) roll();
            taken = backlog.get(written);
            taken.offset = writer.end();
            taken.hash = writer.write(taken.batch, taken.log.site(), taken.log.writtenHash(), withReadings);
            taken.length = writer.end() - taken.offset;
            taken.storedReadings = withReadings ? taken.batch.readingsLength : 0;
            taken.log.written(taken.hash);
            written++;
        }
        settle();
    }

    /// Syncs what is written and lets everybody know.
    private void settle() throws IOException {
        writer.force();
        syncs++;
        var done = backlog.subList(0, written);
        var index = active.index();
        long bytes = 0;
        for (var taken : done) {
            index.add(taken.log.site(), taken.offset, taken.length, taken.storedReadings, taken.batch.firstWall);
            taken.log.settled(taken.batch, taken.hash);
            bytes += taken.batch.reserved;
            if (taken.storedReadings < taken.batch.readingsLength) readingsRefused.addAndGet(taken.batch.withReadings);
        }
        pendingBytes.addAndGet(-bytes);
        for (var taken : done) listener.durable(taken.log.durableHead().at());
        done.clear();
        written = 0;
    }

    private void takeBack() throws IOException {
        for (var taken : backlog) taken.log.forgetWritten();
        written = 0;
        writer.rollBack();
    }

    private void roll() throws IOException {
        if (written > 0) settle();
        writer.roll();
        begun();
    }

    private void rollInto(Reserve into) throws IOException {
        writer.rollInto(into.giveUp(Segments.name(writer.number() + 1)));
        begun();
    }

    /// The segment before is complete: its index is written by [#maintain], and can be made anew should that not
    /// happen.
    private void begun() {
        var ended = active.index();
        var states = new HashMap<SiteId, SiteState>();
        logs.forEach((site, log) -> {
            if (!log.state().equals(SiteState.none(site))) states.put(site, log.state()); // opened, and never written
        });
        ended.seal(states);
        segments.keep(ended);
        var header = writer.header();
        active = new Active(header, new SegmentIndex(header.number(), header.generation()));
        unindexed = ended;
    }

    /// Does a small piece of the work that nobody waits for: allocates ahead, writes the index of a segment that is
    /// full, makes the reserve again when there is room. Call it when nothing is due.
    ///
    /// @return whether there may be more to do at once
    public boolean maintain(long nanoNow) {
        synchronized (commitLock) {
            try {
                return health != Health.DEAD && maintainHealthy(nanoNow);
            } catch (Disk.NoSpace full) {
                sick(String.valueOf(full.getMessage()));
                return false;
            } catch (IOException failed) {
                die("The disk failed: " + failed.getMessage());
                return false;
            }
        }
    }

    /// Drops readings from one full segment, the oldest that has some to drop. For a thread that may wait for the
    /// disk; commits go on meanwhile.
    ///
    /// @return what was dropped; empty when nothing may go
    /// @throws Disk.NoSpace when there is no room for the smaller copy; nothing has changed then
    public Optional<DroppedReadings> dropReadings(RetentionLimits limits) throws IOException {
        synchronized (retention) {
            return retention.dropOne(limits);
        }
    }

    private boolean maintainHealthy(long nanoNow) throws IOException {
        var index = unindexed;
        if (index != null) {
            unindexed = null;
            segments.writeIndex(index);
            return true;
        }
        if (health == Health.OK && writer.allocateAhead()) return true;
        if (reserve.rests(nanoNow)) return false;
        reserve.grow(nanoNow);
        if (reserve.isThere() && health == Health.CONTROL_ONLY) heal();
        return true;
    }

    private void heal() {
        become(Health.CONTROL_ONLY, Health.OK, "", "There is room on the disk again; everything is stored");
    }

    private void sick(String why) {
        become(Health.OK, Health.CONTROL_ONLY, why, why + "; control is stored in the reserve, readings are not");
    }

    private void die(String why) {
        var told = why + "; nothing is acknowledged any more, and only a restart on a disk that works helps";
        become(Health.OK, Health.DEAD, why, told);
        become(Health.CONTROL_ONLY, Health.DEAD, why, told);
    }

    private void become(Health from, Health to, String why, String told) {
        synchronized (pendingLock) {
            if (health != from) return;
            health = to;
            trouble = why;
        }
        listener.health(to, told);
    }

    // What can be asked.

    /// What the journal can still do.
    public Health health() {
        return health;
    }

    /// Why the health is not [Health#OK]: a sentence, empty when it is.
    public String trouble() {
        return trouble;
    }

    /// Bytes of entries that wait for the disk.
    public long pendingBytes() {
        return pendingBytes.get();
    }

    /// Entries whose readings part was not stored since the journal was opened, because too much waited or the disk
    /// was full.
    public long readingsRefused() {
        return readingsRefused.get();
    }

    /// Syncs since the journal was opened.
    public long syncs() {
        synchronized (commitLock) {
            return syncs;
        }
    }

    /// Bytes of blocks written since the journal was opened.
    public long bytesWritten() {
        synchronized (commitLock) {
            return writer.bytesWritten();
        }
    }

    @Override
    public Segments segments() {
        return segments;
    }

    @Override
    public int newest() {
        return active.header().number();
    }

    @Override
    public Segments.Header header(int number) throws IOException {
        var now = active;
        return now.header().number() == number ? now.header() : segments.existing(number);
    }

    @Override
    public SegmentIndex index(Segments.Header header) throws IOException {
        var now = active;
        return now.header().number() == header.number() ? now.index() : segments.index(header);
    }

    @Override
    public boolean refresh() {
        return false;
    }

    /// Stores what waits, notes that all is in order, and lets the folder go.
    @Override
    public void close() throws IOException {
        synchronized (commitLock) {
            commitNow(0);
            try {
                if (health == Health.OK) {
                    writer.finish();
                    if (unindexed != null) segments.writeIndex(unindexed);
                }
            } finally {
                health = Health.DEAD;
                trouble = "The journal is closed";
                writer.close();
                lock.close();
            }
        }
    }
}
