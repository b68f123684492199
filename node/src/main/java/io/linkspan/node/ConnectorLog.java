package io.linkspan.node;

import io.linkspan.connector.OwnLog;
import io.linkspan.journal.ChainHash;
import io.linkspan.journal.Health;
import io.linkspan.journal.SiteLog;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log that a connector has of its own, in the stream of the node's journal.
///
/// Thread-safety: as [OwnLog] says; [#durable(Log.Position)] and [#health] are for the thread that commits.
final class ConnectorLog implements OwnLog {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.node");

    /// Snapshots kept.
    static final int SNAPSHOTS_KEPT = 2;
    /// How long recovering and saving wait for what was written before.
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

    private static final Runnable NOBODY = () -> {};

    private final String connector;
    private final SiteLog log;
    private final Object lock = new Object();
    private boolean unsure;
    // under the lock: what was written last, the newest of it with readings, and what of it is on disk
    private long written;
    private long withReadings;
    private long durable;
    private boolean torn;
    private Health health;
    private volatile Runnable changed = NOBODY;

    /// @param unsure the newest entries may be missing
    ConnectorLog(String connector, SiteLog log, Health health, boolean unsure) {
        this.connector = connector;
        this.log = log;
        this.health = health;
        this.unsure = unsure;
        durable = log.durableHead().at().packed();
        written = durable;
    }

    @Override
    public Moment recover(Consumer<ByteBuffer> snapshot, Consumer<Log.Stored> entry)
            throws IOException, InterruptedException {
        changed = NOBODY;
        awaitStored(log.head().packed());
        var newest = log.newestSnapshot();
        for (String skipped : newest.map(Snapshot::skipped).orElse(List.of())) LOG.warn("{}", skipped);
        newest.ifPresent(s -> snapshot.accept(s.bytes()));
        var head = log.head();
        var last = newest.map(Snapshot::at).orElse(new Log.Position(head.site(), 1, 0));
        boolean damaged = unsure;
        var end = log.durableHead();
        var moment = new Moment(end.siteTimeMicros(), end.wallTimeMicros());
        try (var reader = log.read(new Log.Position(last.site(), last.epoch(), last.seq() + 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                entry.accept(stored);
                last = stored.at();
            }
        } catch (Log.Damaged e) {
            damaged = true;
            LOG.error("{}; {} goes on from {}, nothing was deleted", e.getMessage(), connector, last);
        }
        if (damaged) log.openEpoch(head.epoch() + 1, last, ChainHash.NONE, "damage");
        unsure = false;
        synchronized (lock) {
            torn = false;
            written = log.head().packed();
            withReadings = 0;
            durable = Math.max(durable, written);
        }
        return moment;
    }

    private void awaitStored(long position) throws IOException, InterruptedException {
        log.urge();
        long end = System.nanoTime() + STORE_TIMEOUT.toNanos();
        while (log.durableHead().at().packed() < position) {
            if (System.nanoTime() > end)
                throw new IOException(
                        "The log of " + connector + " is not on disk yet; linkspan status says how it is");
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    @Override
    public long write(Moment at, ByteBuffer control, ByteBuffer readings) {
        boolean has = readings.hasRemaining();
        synchronized (lock) {
            long seq = log.append(at.site(), at.wall(), control, readings);
            if (has && !log.tookReadings()) return 0;
            written = Log.Position.pack(log.head().epoch(), seq);
            if (has) withReadings = written;
            return written;
        }
    }

    @Override
    public void urge() {
        log.urge();
    }

    @Override
    public long durable() {
        synchronized (lock) {
            return durable;
        }
    }

    @Override
    public State state() {
        synchronized (lock) {
            if (health == Health.DEAD) return State.DEAD;
            if (torn) return State.TORN;
            return health == Health.OK ? State.OK : State.CONTROL_ONLY;
        }
    }

    @Override
    public void listen(Runnable who) {
        changed = who;
    }

    /// All entries up to this position are on disk, perhaps without their readings.
    void durable(Log.Position at) {
        synchronized (lock) {
            if (!torn) durable = Math.max(durable, at.packed());
        }
        changed.run();
    }

    /// The disk is full, dead, or takes everything again.
    void health(Health now) {
        synchronized (lock) {
            if (health == Health.OK && now != Health.OK && withReadings > durable) torn = true;
            health = now;
        }
        changed.run();
    }

    @Override
    public void saveSnapshot(long position, Body body) throws IOException, InterruptedException {
        var at = Log.Position.of(log.head().site(), position);
        awaitStored(position);
        try {
            log.saveSnapshot(at, body::writeTo);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        log.keepSnapshots(SNAPSHOTS_KEPT);
    }

    /// Where the snapshots stand, newest first.
    List<Log.Position> snapshots() throws IOException {
        return log.snapshots();
    }
}
