package io.linkspan.model;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The ordered record of one site. What is in it are bytes: who writes the entries knows what they mean.
///
/// An entry has a control part (who did what, why; kept for years) and a readings part (may be dropped by age or size
/// without breaking the chain of hashes). Either may be empty, not both.
///
/// Thread-safety: [#append] and [#urge] belong to the one thread that steps the site; [#durable] and [#read] may be
/// called
/// by any thread.
public interface Log {
    /// Longest control part and longest readings part of one entry, in bytes. Longer: [IllegalArgumentException].
    int ENTRY_BYTES_MAX = 16 << 20;

    /// Adds an entry after the last one and returns its sequence number, which counts from 1 in each epoch.
    /// Never waits for the disk: the entry is durable when [#durable] has reached its number.
    ///
    /// @param siteTimeMicros monotone time of the site, microseconds
    /// @param wallTimeMicros wall time, microseconds since 1970-01-01T00:00Z
    long append(long siteTimeMicros, long wallTimeMicros, ByteBuffer control, ByteBuffer readings);

    /// Somebody waits for what was appended so far: sync at once instead of within `commitEvery`.
    void urge();

    /// The site's id (128 random bits for life) and the current epoch with its newest entry.
    Position head();

    /// The highest sequence number of the current epoch that is on disk; 0 when none is.
    long durable();

    /// Reads on-disk entries in order, the first at or after `from` (an epoch and a sequence number), across
    /// epochs.
    ///
    /// @throws BeyondBranch when `from` lies on a branch that this log does not continue
    Reader read(Position from) throws IOException;

    /// Where an entry stands: unambiguous through restores and changes of leader.
    ///
    /// @param seq 0 means before the first entry of the epoch
    record Position(SiteId site, int epoch, long seq) implements Comparable<Position> {
        public Position {
            if (epoch < 1) throw new IllegalArgumentException("An epoch counts from 1, not " + epoch);
            if (seq < 0) throw new IllegalArgumentException("A sequence number is not negative: " + seq);
        }

        /// Bits of a sequence number in [#packed]: an epoch has at most 2^44 entries.
        public static final int SEQ_BITS = 44;

        /// Epoch and sequence number in one number, which grows through the life of a site.
        public long packed() {
            return pack(epoch, seq);
        }

        /// Epoch and sequence number in one number.
        public static long pack(int epoch, long seq) {
            return (long) epoch << SEQ_BITS | seq;
        }

        /// The position of this packed number.
        public static Position of(SiteId site, long packed) {
            return new Position(site, (int) (packed >>> SEQ_BITS), packed & (1L << SEQ_BITS) - 1);
        }

        @Override
        public int compareTo(Position other) {
            return epoch != other.epoch ? Integer.compare(epoch, other.epoch) : Long.compare(seq, other.seq);
        }

        @Override
        public String toString() {
            return site + ":" + epoch + ":" + seq;
        }
    }

    /// An entry as it was appended. The buffers are read-only views, valid until the next [Reader#next].
    ///
    /// @param readingsDropped the readings part was dropped by retention, or was never stored because the disk was
    /// full
    record Stored(
            Position at,
            long siteTimeMicros,
            long wallTimeMicros,
            ByteBuffer control,
            ByteBuffer readings,
            boolean readingsDropped) {}

    /// A walk over the entries. Not thread-safe; close it to let the log drop what it holds open.
    interface Reader extends AutoCloseable {
        /// The next entry, or null at the end of what is durable now (a later call may find more).
        /// A damaged block is a [Damaged], once, with the range that is missing; the walk can go on behind it.
        @org.jspecify.annotations.Nullable
        Stored next() throws IOException;

        @Override
        void close();
    }

    /// A position that this log does not know: it was given out by a branch that ended (a restored backup, a new
    /// leader).
    final class BeyondBranch extends IOException {
        private static final long serialVersionUID = 1;
        private final Position resetTo;

        /// Says which position is asked for and where the branch left.
        public BeyondBranch(Position asked, Position resetTo) {
            super("Position " + asked + " is not in this log; go on from " + resetTo
                    + " and take what came after it as never said");
            this.resetTo = resetTo;
        }

        /// The last position that both have.
        public Position resetTo() {
            return resetTo;
        }
    }

    /// Bytes on disk that were durable and no longer match their hash.
    final class Damaged extends IOException {
        private static final long serialVersionUID = 1;
        private final Position first;
        private final Position last;

        /// Entries `first` to `last`, both included, can not be read; `where` names the file and the offset.
        public Damaged(Position first, Position last, String where) {
            super("Entries " + first + " to " + last + " are damaged in " + where);
            this.first = first;
            this.last = last;
        }

        /// The first entry that is missing.
        public Position first() {
            return first;
        }

        /// The last entry that is missing.
        public Position last() {
            return last;
        }
    }
}
