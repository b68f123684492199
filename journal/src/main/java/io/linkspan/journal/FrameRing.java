package io.linkspan.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The newest raw frames, in and out, in a file of limited size beside the log: so that `why` can show the bytes on the
/// wire while they are there. [#put] only copies, so that it is fit for the thread that steps a site; [#flush] writes,
/// and
/// who
/// commits calls it behind each commit. Never synced: what was flushed survives a kill, and a power cut as far as the
/// medium has
/// it; what was torn is found by its checksums and is not given out. Thread-safe.
///
/// A frame's id is its number: 1, 2, 3 ... in the order of [#put], on and on through restarts; so it stays near the
/// number of the entry that names it, and costs the log little.
///
/// The file is blocks of 128 KiB, filled one after the other, round and round; nothing else is in it. A block is
/// records (big-endian) from its first byte on, with ids one apart: `u32` magic `LSFR`, `u32` length, `u64` id, `u32`
/// CRC32C of the bytes, `u32` CRC32C of the 20 bytes before, the bytes. After the newest record stand 4 bytes 0. No
/// record goes over the end of a block: so the first byte of a block is never from a frame, each block can be read
/// whatever became of the others, and bytes of a frame that look like a record are never reached; should a power cut
/// lose those 4, the ids one apart still let nothing jump.
public final class FrameRing implements Closeable {
    /// Longest frame in bytes.
    public static final int FRAME_BYTES_MAX = 1 << 16;

    /// What one lookup reads at most; longer than the longest record.
    static final int BLOCK_BYTES = 1 << 17;

    static final int MAGIC = 0x4C53_4652;
    static final int HEADER_BYTES = 24;
    private static final int HEADER_CHECKED_BYTES = 20;
    private static final int END_BYTES = 4;
    /// Most full blocks that wait for a flush; more, and the oldest is lost.
    static final int FULL_BLOCKS_MAX = 8;

    private static final int BLOCKS_MIN = 2;
    /// 1 GiB; in memory each takes 8 bytes.
    private static final int BLOCKS_MAX = 1 << 13;
    /// No ring comes near it; a file that somebody made up could, and the next ids must be numbers still.
    private static final long ID_MAX = 1L << 62;

    private final Disk.File file;
    /// Records of the current block that are not written yet; they end at [#at].
    private final ByteBuffer out = ByteBuffer.allocateDirect(BLOCK_BYTES);
    /// What of full blocks is not written yet, the oldest first.
    private final ArrayDeque<Rest> full = new ArrayDeque<>();
    /// The id of the first record of each block; 0: it has none.
    private final long[] firsts;
    private int block;
    private int at;
    private long next = 1;
    private long lostBlocks;

    private FrameRing(Disk.File file, int blocks) throws IOException {
        this.file = file;
        long[] found = firsts(file);
        firsts = Arrays.copyOf(found, blocks);
        for (int b = 0; b < found.length; b++) if (found[b] > found[block]) block = b;
        if (found.length > 0 && found[block] > 0) {
            var end = follow(block(file, block), found[block], ID_MAX);
            at = end.at;
            next = end.id;
        }
        if (found.length > blocks) shrink(blocks);
    }

    /// The newest id may be in what is cut off: then an empty frame carries it on.
    private void shrink(int blocks) throws IOException {
        if (block >= blocks) {
            block = blocks - 1;
            at = BLOCK_BYTES;
            put(ByteBuffer.allocate(0));
            flush();
        }
        file.truncate((long) blocks * BLOCK_BYTES);
    }

    /// Opens the ring in a file, or begins one. A ring that had another size goes on in this one: a larger one
    /// keeps all,
    /// a smaller one loses the frames of the part that is cut off.
    ///
    /// @param bytes the most that the file may have, 256 KiB to 1 GiB; whole blocks of 128 KiB are used
    public static FrameRing open(Disk disk, String name, long bytes) throws IOException {
        long blocks = bytes / BLOCK_BYTES;
        if (blocks < BLOCKS_MIN || blocks > BLOCKS_MAX)
            throw new IllegalArgumentException("A ring of frames has 256 KiB to 1 GiB, not " + bytes + " bytes");
        var file = disk.open(name);
        try {
            return new FrameRing(file, (int) blocks);
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    /// Looks up a frame without the right to write, as [#get]; empty also when there is no ring. May be called
    /// while
    /// another process has the ring open.
    public static Optional<byte[]> look(Disk disk, String name, long id) throws IOException {
        if (!disk.exists(name)) return Optional.empty();
        try (var file = disk.openToRead(name)) {
            return find(file, firsts(file), id);
        }
    }

    /// The checksum by which the log and the ring agree on a frame: its CRC32C (RFC 3720, B.4).
    public static int checksum(ByteBuffer frame) {
        var crc = new CRC32C();
        crc.update(frame.duplicate());
        return (int) crc.getValue();
    }

    /// Keeps a frame and returns its id, one more than the last. The buffer keeps its position. Writes only when a
    /// block
    /// is
    /// full, and never fails: frames that a failing disk did not take are lost when their block ends.
    public synchronized long put(ByteBuffer frame) {
        int length = frame.remaining();
        if (length > FRAME_BYTES_MAX)
            throw new IllegalArgumentException("A frame has at most " + FRAME_BYTES_MAX + " bytes, not " + length);
        if (at + HEADER_BYTES + length + END_BYTES > BLOCK_BYTES) {
            leaveBlock();
        }
        if (at == 0) firsts[block] = next;
        int record = out.position();
        out.putInt(MAGIC).putInt(length).putLong(next).putInt(checksum(frame));
        out.putInt(checksum(out.slice(record, HEADER_CHECKED_BYTES)));
        out.put(frame.duplicate());
        at += HEADER_BYTES + length;
        return next++;
    }

    /// The rest of a full block waits for the next flush; when nobody flushes, the oldest rest is lost.
    private void leaveBlock() {
        if (out.position() > 0) full.add(rest());
        if (full.size() > FULL_BLOCKS_MAX) {
            full.remove();
            lostBlocks++;
        }
        out.clear();
        block = (block + 1) % firsts.length;
        at = 0;
    }

    /// What of the current block is not written, with the 4 bytes behind it.
    private Rest rest() {
        int length = out.position();
        var bytes = ByteBuffer.allocate(length + END_BYTES);
        out.get(0, bytes.array(), 0, length);
        return new Rest((long) block * BLOCK_BYTES + at - length, bytes, length);
    }

    private record Rest(long offset, ByteBuffer bytes, int length) {}

    /// Writes what was put since the last time; [#put] does not wait for it. When it fails, what was put stays for
    /// the
    /// next try.
    public void flush() throws IOException {
        synchronized (file) {
            while (true) {
                Rest rest;
                boolean ofFull;
                synchronized (this) {
                    ofFull = !full.isEmpty();
                    if (!ofFull && out.position() == 0) return;
                    rest = ofFull ? full.element() : rest();
                }
                file.write(rest.bytes.duplicate(), rest.offset);
                written(rest, ofFull);
            }
        }
    }

    private synchronized void written(Rest rest, boolean ofFull) {
        boolean isCurrent = rest.offset == (long) block * BLOCK_BYTES + at - out.position();
        if (ofFull) full.remove(rest);
        else if (isCurrent) out.flip().position(rest.length).compact();
        // else its block became full meanwhile, and all that was not written then is written again
    }

    /// Whether more than one block waits for a flush: it should not wait long.
    public synchronized boolean isFilling() {
        return !full.isEmpty();
    }

    /// How often the rest of a block was lost, since nobody flushed or the disk did not take it.
    public synchronized long lostBlocks() {
        return lostBlocks;
    }

    /// The frame of an id; empty when newer ones have its place, when it was never put, or when it is torn. Compare
    /// [#checksum] with what the log noted: after a power cut an id may be given out anew.
    public Optional<byte[]> get(long id) throws IOException {
        synchronized (this) {
            if (id >= next) return Optional.empty();
        }
        try {
            flush();
        } catch (Disk.NoSpace noRoom) {
            // what is on the disk can be read all the same
        }
        synchronized (this) {
            return find(file, firsts, id);
        }
    }

    /// The block that can have it is the one with the highest first id up to it.
    private static Optional<byte[]> find(Disk.File file, long[] firsts, long id) throws IOException {
        int b = -1;
        for (int i = 0; i < firsts.length; i++)
            if (firsts[i] > 0 && firsts[i] <= id && (b < 0 || firsts[i] > firsts[b])) b = i;
        if (b < 0) return Optional.empty();
        var bytes = block(file, b);
        var place = follow(bytes, firsts[b], id);
        if (place.id != id || !isRecord(bytes, place.at, id)) return Optional.empty();
        int length = bytes.getInt(place.at + 4);
        if (place.at + HEADER_BYTES + length > bytes.limit()) return Optional.empty();
        var frame = bytes.slice(place.at + HEADER_BYTES, length);
        if (checksum(frame) != bytes.getInt(place.at + 16)) return Optional.empty();
        var copy = new byte[length];
        frame.get(copy);
        return Optional.of(copy);
    }

    private static long[] firsts(Disk.File file) throws IOException {
        var firsts = new long[(int) Math.min((file.size() + BLOCK_BYTES - 1) / BLOCK_BYTES, BLOCKS_MAX)];
        var header = ByteBuffer.allocate(HEADER_BYTES);
        for (int b = 0; b < firsts.length; b++) {
            if (file.read(header.clear(), (long) b * BLOCK_BYTES) < HEADER_BYTES) continue;
            long id = header.flip().getLong(8);
            if (id > 0 && id < ID_MAX && isRecord(header, 0, id)) firsts[b] = id;
        }
        return firsts;
    }

    private static ByteBuffer block(Disk.File file, int block) throws IOException {
        var bytes = ByteBuffer.allocate(BLOCK_BYTES);
        file.read(bytes, (long) block * BLOCK_BYTES);
        return bytes.flip();
    }

    /// A place in a block, and the id of the record that is there or would be.
    private record Place(int at, long id) {}

    /// Follows the records of a block up to an id, or to the place after its last.
    private static Place follow(ByteBuffer block, long first, long upTo) {
        int at = 0;
        long id = first;
        while (id < upTo && isRecord(block, at, id)) {
            at += HEADER_BYTES + block.getInt(at + 4);
            id++;
        }
        return new Place(at, id);
    }

    /// Whether the header of this record is there, whole; its frame may be torn.
    private static boolean isRecord(ByteBuffer block, int at, long id) {
        if (at + HEADER_BYTES > block.limit() || block.getInt(at) != MAGIC || block.getLong(at + 8) != id) return false;
        int length = block.getInt(at + 4);
        return length >= 0
                && length <= FRAME_BYTES_MAX
                && at + HEADER_BYTES + length <= BLOCK_BYTES
                && block.getInt(at + HEADER_CHECKED_BYTES) == checksum(block.slice(at, HEADER_CHECKED_BYTES));
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
        } catch (IOException lost) { // the ring is no record: an end is in order without its last frames
            synchronized (this) {
                lostBlocks++;
            }
        }
        file.close();
    }
}
