package io.linkspan.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Entries of one site that wait to become one block: the two sections as they will stand on disk. Not thread-safe.
///
/// An entry in the control section: `varint(readingsLength << 2 | hasControl << 1 | hasExtra)`, `varint(site time since
/// the entry before, microseconds)`; with hasExtra `varint(zigzag(change of wall time minus site time) << 1 |
/// refused)`; with hasControl `varint(controlLength)` and the control bytes. The readings section is the readings one
/// after the other, without those that were refused.
final class Batch {
    private static final int FIRST_BYTES = 512;
    private static final int KEPT_BYTES_MAX = 1 << 16;
    private static final int ENTRY_OVERHEAD_MAX = 4 * Varint.BYTES_MAX;

    final BlockKind kind;
    final int epoch;
    final long firstSeq;
    byte[] control;
    int controlLength;
    byte[] readings;
    int readingsLength;
    int count;
    /// Entries whose readings part is in the readings section.
    int withReadings;
    /// What the entries count for in the journal's limit of pending bytes.
    long reserved;
    long firstSite;
    long firstWall;
    long lastSite;
    long lastWall;

    Batch(BlockKind kind, int epoch, long firstSeq, byte[] control, byte[] readings) {
        this.kind = kind;
        this.epoch = epoch;
        this.firstSeq = firstSeq;
        this.control = control;
        this.readings = readings;
    }

    static Batch entries(int epoch, long firstSeq) {
        return new Batch(BlockKind.ENTRIES, epoch, firstSeq, new byte[FIRST_BYTES], new byte[FIRST_BYTES]);
    }

    /// The batch after this one, with the arrays of one that is done with.
    static Batch reusing(Batch done, int epoch, long firstSeq) {
        var control = done.control.length <= KEPT_BYTES_MAX ? done.control : new byte[FIRST_BYTES];
        var readings = done.readings.length <= KEPT_BYTES_MAX ? done.readings : new byte[FIRST_BYTES];
        return new Batch(BlockKind.ENTRIES, epoch, firstSeq, control, readings);
    }

    long lastSeq() {
        return firstSeq + count - 1;
    }

    int bytes() {
        return controlLength + readingsLength;
    }

    /// Adds an entry; the buffers keep their positions. Site time must not be before the last entry's.
    void add(long site, long wall, ByteBuffer controlPart, ByteBuffer readingsPart, boolean refused) {
        int controlBytes = controlPart.remaining();
        int readingsBytes = readingsPart.remaining();
        if (count == 0) {
            firstSite = lastSite = site;
            firstWall = lastWall = wall;
        }
        control = fitting(control, controlLength, controlBytes + ENTRY_OVERHEAD_MAX);
        long shift = wall - site - (lastWall - lastSite);
        boolean extra = shift != 0 || refused;
        int at = Varint.put(
                control, controlLength, (long) readingsBytes << 2 | (controlBytes > 0 ? 2 : 0) | (extra ? 1 : 0));
        at = Varint.put(control, at, site - lastSite);
        if (extra) at = Varint.put(control, at, Varint.fold(shift) << 1 | (refused ? 1 : 0));
        if (controlBytes > 0) {
            at = Varint.put(control, at, controlBytes);
            controlPart.get(controlPart.position(), control, at, controlBytes);
            at += controlBytes;
        }
        controlLength = at;
        if (!refused && readingsBytes > 0) {
            readings = fitting(readings, readingsLength, readingsBytes);
            readingsPart.get(readingsPart.position(), readings, readingsLength, readingsBytes);
            readingsLength += readingsBytes;
            withReadings++;
        }
        reserved += controlBytes + (refused ? 0 : readingsBytes);
        lastSite = site;
        lastWall = wall;
        count++;
    }

    private static byte[] fitting(byte[] bytes, int used, int more) {
        return used + more <= bytes.length ? bytes : Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + more));
    }
}
