package io.linkspan.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The newest raw frames, in and out, in a file of fixed size beside the log: so that `why` can show the bytes on the
/// wire while they are there. Never synced: it survives a kill, and a power cut as far as the medium has it; what was
/// torn is found by its checksum and is not given out. Thread-safe.
///
/// A frame's id is its place in an endless file of which the newest `bytes` are kept. In the file (big-endian): 16
/// bytes with `u64` id at which a search for the end may begin and the `u64` size of the ring; then records: `u32`
/// magic `LSFR`, `u32` length, `u64` id, `u32` CRC32C of the bytes, the bytes. A record never goes over the end of
/// the file.
public final class FrameRing implements Closeable {
    /// Longest frame in bytes.
    public static final int FRAME_BYTES_MAX = 1 << 16;

    private static final int MAGIC = 0x4C53_4652;
    private static final int FILE_HEADER_BYTES = 16;
    private static final int RECORD_HEADER_BYTES = 20;
    private static final int NOTE_EVERY_BYTES = 1 << 16;

    private final Disk.File file;
    private final long bytes;
    private final ByteBuffer out = ByteBuffer.allocateDirect(RECORD_HEADER_BYTES + FRAME_BYTES_MAX);
    private long next;
    private long noted;

    private FrameRing(Disk.File file, long bytes) throws IOException {
        this.file = file;
        this.bytes = bytes;
        next = noted = findEnd();
    }

    /// Opens the ring in a file, or begins one.
    ///
    /// @param bytes size of the ring, at least twice the longest frame
    public static FrameRing open(Disk disk, String name, long bytes) throws IOException {
        if (bytes < 2L * (FRAME_BYTES_MAX + RECORD_HEADER_BYTES))
            throw new IllegalArgumentException("A ring of frames has " + 2 * (FRAME_BYTES_MAX + RECORD_HEADER_BYTES)
                    + " bytes or more, not " + bytes);
        var file = disk.open(name);
        try {
            if (file.size() > FILE_HEADER_BYTES + bytes) file.truncate(0);
            return new FrameRing(file, bytes);
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    /// Looks up a frame without the right to write, as [#get]; empty also when there is no ring.
    public static Optional<byte[]> look(Disk disk, String name, long id) throws IOException {
        if (id < 0 || !disk.exists(name)) return Optional.empty();
        try (var file = disk.openToRead(name)) {
            var header = ByteBuffer.allocate(FILE_HEADER_BYTES);
            long noted = file.read(header, 0) < FILE_HEADER_BYTES ? 0 : header.getLong(Long.BYTES);
            return read(file, noted == 0 ? Long.MAX_VALUE : noted, id); // never noted: it never came to its end
        }
    }

    /// The checksum by which the log and the ring agree on a frame: its CRC32C (RFC 3720, B.4).
    public static int checksum(ByteBuffer frame) {
        var crc = new CRC32C();
        crc.update(frame.duplicate());
        return (int) crc.getValue();
    }

    /// Keeps a frame and returns its id, which grows. The buffer keeps its position.
    public synchronized long put(ByteBuffer frame) throws IOException {
        int length = frame.remaining();
        if (length > FRAME_BYTES_MAX)
            throw new IllegalArgumentException("A frame has at most " + FRAME_BYTES_MAX + " bytes, not " + length);
        int record = RECORD_HEADER_BYTES + length;
        if (next % bytes + record > bytes) next += bytes - next % bytes;
        long id = next;
        out.clear();
        out.putInt(MAGIC).putInt(length).putLong(id).putInt(checksum(frame));
        out.put(frame.duplicate()).flip();
        file.write(out, FILE_HEADER_BYTES + id % bytes);
        next = id + record;
        if (next - noted >= NOTE_EVERY_BYTES) note(id);
        return id;
    }

    private void note(long id) throws IOException {
        file.write(ByteBuffer.allocate(FILE_HEADER_BYTES).putLong(id).putLong(bytes).clear(), 0);
        noted = id;
    }

    /// The frame of an id; empty when a newer one has its place, when it was never put, or when it is torn. Compare
    /// [#checksum] with what the log noted: after a power cut an id may be given out anew.
    public synchronized Optional<byte[]> get(long id) throws IOException {
        if (id < 0 || id < next - bytes || id >= next) return Optional.empty();
        return read(id);
    }

    private Optional<byte[]> read(long id) throws IOException {
        return read(file, bytes, id);
    }

    private static Optional<byte[]> read(Disk.File file, long bytes, long id) throws IOException {
        var header = ByteBuffer.allocate(RECORD_HEADER_BYTES);
        long at = id % bytes;
        if (file.read(header, FILE_HEADER_BYTES + at) < RECORD_HEADER_BYTES) return Optional.empty();
        header.flip();
        int length = header.getInt(4);
        boolean sound = header.getInt(0) == MAGIC
                && header.getLong(8) == id
                && length >= 0
                && length <= FRAME_BYTES_MAX
                && length <= bytes - at - RECORD_HEADER_BYTES;
        if (!sound) return Optional.empty();
        var frame = ByteBuffer.allocate(length);
        if (file.read(frame, FILE_HEADER_BYTES + at + RECORD_HEADER_BYTES) < length) return Optional.empty();
        return checksum(frame.flip()) == header.getInt(16) ? Optional.of(frame.array()) : Optional.empty();
    }

    /// Follows the records from the noted id on; where there is none at the end of the file it may go on at its
    /// start.
    private long findEnd() throws IOException {
        var header = ByteBuffer.allocate(FILE_HEADER_BYTES);
        if (file.read(header, 0) < FILE_HEADER_BYTES) return 0;
        long end = Math.max(0, header.getLong(0));
        while (true) {
            var frame = read(end);
            if (frame.isPresent()) {
                end += RECORD_HEADER_BYTES + frame.get().length;
                continue;
            }
            long wrapped = end + bytes - end % bytes;
            if (end % bytes == 0 || read(wrapped).isEmpty()) return end;
            end = wrapped;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        note(next);
        file.close();
    }
}
