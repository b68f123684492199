package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The log of one site, in the stream that it shares with the node's other sites.
///
/// [#append] copies into memory and never waits for the disk. Thread-safety as [Log] says; [#openEpoch] belongs to the
/// site's thread too.
public final class SiteLog implements Log {
    private final Journal journal;
    private final SiteId site;
    private final Object lock = new Object();
    private final ArrayDeque<Batch> full = new ArrayDeque<>();

    // Under the lock: what is appended and not yet taken for writing.
    private @Nullable Batch filling;
    private @Nullable Batch done;
    private boolean queued;
    private volatile int epoch;
    private long seq;
    private boolean unsure;
    private boolean tookReadings = true;

    // The commit's: what is written, and what of it is durable.
    private ChainHash writtenHash;
    private volatile SiteState durable;

    SiteLog(Journal journal, SiteState state) {
        this.journal = journal;
        site = state.head().at().site();
        epoch = state.head().at().epoch();
        seq = state.head().at().seq();
        unsure = state.unsure();
        writtenHash = state.head().hash();
        durable = state;
    }

    /// {@inheritDoc}
    ///
    /// The buffers keep their positions. While the journal is [Health#DEAD] entries are numbered and forgotten.
    ///
    /// @throws IllegalStateException when damage may have taken the newest entries and no epoch was opened since
    @Override
    public long append(long siteTimeMicros, long wallTimeMicros, ByteBuffer control, ByteBuffer readings) {
        int controlBytes = control.remaining();
        int readingsBytes = readings.remaining();
        if (controlBytes + readingsBytes == 0 || controlBytes > ENTRY_BYTES_MAX || readingsBytes > ENTRY_BYTES_MAX)
            throw new IllegalArgumentException("An entry has 1 to " + ENTRY_BYTES_MAX
                    + " bytes of control or readings, not " + controlBytes + " and " + readingsBytes);
        var fit = journal.reserve(controlBytes, readingsBytes);
        synchronized (lock) {
            if (unsure)
                throw new IllegalStateException(
                        "Damage may have taken the newest entries of site " + site + "; open an epoch first");
            seq++;
            tookReadings = fit == Journal.Fit.ALL;
            if (fit == Journal.Fit.NOTHING) return seq;
            batchFor(siteTimeMicros, controlBytes + readingsBytes)
                    .add(siteTimeMicros, wallTimeMicros, control, readings, fit == Journal.Fit.CONTROL);
            queue();
            return seq;
        }
    }

    /// Whether the readings part of the newest entry was taken: it is refused when too much waits for the disk. For
    /// the
    /// site's thread.
    public boolean tookReadings() {
        synchronized (lock) {
            return tookReadings;
        }
    }

    private Batch batchFor(long siteTime, int bytes) {
        var batch = filling;
        if (batch != null
                && (siteTime < batch.lastSite
                        || batch.bytes() + bytes > journal.settings().blockBytesMax())) {
            full.add(batch);
            batch = null;
        }
        if (batch == null) {
            var old = done;
            batch = old == null ? Batch.entries(epoch, seq) : Batch.reusing(old, epoch, seq);
            done = null;
            filling = batch;
        }
        return batch;
    }

    private void queue() {
        if (queued) return;
        queued = true;
        journal.queue(this);
    }

    @Override
    public void urge() {
        journal.urge();
    }

    @Override
    public Position head() {
        synchronized (lock) {
            return new Position(site, epoch, seq);
        }
    }

    @Override
    public long durable() {
        var at = durable.head().at();
        return at.epoch() == epoch ? at.seq() : 0;
    }

    /// The newest durable block with its hash and times, to be noted outside.
    public Head durableHead() {
        return durable.head();
    }

    /// Opens the next epoch at the head of this log: as its new leader, or after a restore.
    public Position openEpoch(String why) {
        synchronized (lock) {
            return openEpoch(epoch + 1, new Position(site, epoch, seq), ChainHash.NONE, why);
        }
    }

    /// Opens an epoch that continues another branch, or this one from an earlier entry on (a snapshot, after
    /// damage): entries of earlier epochs beyond `after` stay on disk, and are off the branch from now on.
    ///
    /// @param newEpoch higher than any that this site had
    /// @param after the last position that the new epoch builds on
    /// @param hash the hash at `after`; [ChainHash#NONE] when `after` is the block before in this very log
    /// @return the position before the new epoch's first entry
    public Position openEpoch(int newEpoch, Position after, ChainHash hash, String why) {
        if (!after.site().equals(site))
            throw new IllegalArgumentException("An epoch of site " + site + " cannot follow " + after);
        synchronized (lock) {
            if (newEpoch <= epoch || newEpoch <= after.epoch())
                throw new IllegalArgumentException(
                        "The next epoch of site " + site + " is " + (epoch + 1) + " or more, not " + newEpoch);
            var current = filling;
            if (current != null) full.add(current);
            filling = null;
            epoch = newEpoch;
            seq = 0;
            unsure = false;
            var start = SegmentScan.writeStart(new SiteState.EpochStart(newEpoch, after, hash, why));
            var opening = new Batch(BlockKind.EPOCH, newEpoch, 0, start, new byte[0]);
            opening.controlLength = start.length;
            full.add(opening);
            queue();
        }
        journal.urge();
        return new Position(site, newEpoch, 0);
    }

    /// {@inheritDoc}
    ///
    /// Each entry is checked against its block's CRC32C, not against the chain of hashes: [JournalCheck] does that.
    ///
    /// @throws BeyondBranch when the position is not on this log's branch
    @Override
    public Reader read(Position from) throws IOException {
        return EntryReader.at(journal, this::state, head(), from);
    }

    /// Saves the site's state after the entry at a position. For any thread but the site's, one at a time: it waits
    /// for the disk.
    ///
    /// @throws IllegalArgumentException when the entry is not durable, or not on this log's branch: a snapshot must
    ///     never be ahead of its log
    /// @throws Disk.NoSpace when the disk is full; nothing has changed then
    public void saveSnapshot(Position at, Snapshot.Body body) throws IOException {
        if (!durable.knows(at))
            throw new IllegalArgumentException("Position " + at + " is not durable here ("
                    + durable.head().at() + " is); commit first, then save a snapshot of it");
        journal.snapshots().save(at, body);
    }

    /// The newest snapshot that is whole and on this log's branch; what was passed over is named in it.
    public Optional<Snapshot> newestSnapshot() throws IOException {
        return journal.snapshots().newest(site, durable::knows);
    }

    /// The newest of those that a caller can use, as [#newestSnapshot].
    public Optional<Snapshot> newestSnapshot(Predicate<Position> usable) throws IOException {
        return journal.snapshots().newest(site, at -> durable.knows(at) && usable.test(at));
    }

    /// Where this site's snapshots stand, newest first, whole or not.
    public List<Position> snapshots() throws IOException {
        return journal.snapshots().list(site);
    }

    /// Removes old snapshots, so that the newest `keep` whole ones stay; 1 or more.
    public void keepSnapshots(int keep) throws IOException {
        if (keep < 1) throw new IllegalArgumentException("At least 1 snapshot is kept, not " + keep);
        journal.snapshots().keep(site, keep);
    }

    // What follows is called by the commit alone.

    /// Moves what waits to the commit.
    void take(List<Journal.Taken> into) {
        synchronized (lock) {
            queued = false;
            for (var batch : full) into.add(new Journal.Taken(this, batch));
            full.clear();
            var batch = filling;
            if (batch != null) into.add(new Journal.Taken(this, batch));
            filling = null;
        }
    }

    ChainHash writtenHash() {
        return writtenHash;
    }

    void written(ChainHash hash) {
        writtenHash = hash;
    }

    void forgetWritten() {
        writtenHash = durable.head().hash();
    }

    /// A batch is on disk; its arrays can be used again.
    void settled(Batch batch, ChainHash hash) {
        var before = durable;
        if (batch.kind == BlockKind.EPOCH) {
            durable = before.opened(
                    SegmentScan.readStart(batch.epoch, site, ByteBuffer.wrap(batch.control, 0, batch.controlLength)),
                    hash);
            return;
        }
        durable = new SiteState(
                new Head(new Position(site, batch.epoch, batch.lastSeq()), hash, batch.lastSite, batch.lastWall),
                before.epochs(),
                false);
        synchronized (lock) {
            done = batch;
        }
    }

    SiteState state() {
        return durable;
    }

    SiteId site() {
        return site;
    }
}
