package io.linkspan.journal;

import io.linkspan.model.SiteId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Writes blocks at the end of the newest segment, over zeros that were allocated before. Not thread-safe.
final class SegmentWriter implements Closeable {
    private static final int OUT_BYTES = 1 << 18;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

    private final Segments segments;
    private final JournalSettings settings;
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
    private final ByteBuffer start = ByteBuffer.allocate(Block.OVERHEAD_BYTES + ChainHash.BYTES);
    private final CRC32C crc = new CRC32C();
    private final Digests digests = new Digests();
    private Disk.File file;
    private Segments.Header header;
    private int flushed;
    private int durable;
    private int allocated;
    private long bytesWritten;

    private SegmentWriter(
            Segments segments,
            JournalSettings settings,
            Disk.File file,
            Segments.Header header,
            int end,
            int allocated) {
        this.segments = segments;
        this.settings = settings;
        this.file = file;
        this.header = header;
        this.allocated = allocated;
        flushed = durable = end;
    }

    /// Goes on in a segment whose content ends at `end`, all of it durable; the file is cut there.
    static SegmentWriter resume(Segments segments, JournalSettings settings, Segments.Header header, int end)
            throws IOException {
        var file = segments.disk().open(Segments.name(header.number()));
        file.truncate(end);
        if (end == Segments.HEADER_BYTES) file.write(header.encode(), 0);
        file.force();
        return new SegmentWriter(segments, settings, file, header, end, end);
    }

    /// Begins the journal's first segment.
    static SegmentWriter first(Segments segments, JournalSettings settings) throws IOException {
        var header = new Segments.Header(1, 0, saltOf(settings, 1));
        var file = segments.disk().open(Segments.name(1));
        var writer = new SegmentWriter(segments, settings, file, header, 0, 0);
        writeZeros(file, 0, settings.allocateBytes());
        writer.begin(file, 1, settings.allocateBytes());
        return writer;
    }

    /// Begins the next segment. What was written before is durable. When there is no room for it nothing has
    /// changed.
    void roll() throws IOException {
        var name = Segments.name(header.number() + 1);
        segments.disk().delete(name);
        var next = segments.disk().open(name);
        try {
            writeZeros(next, 0, settings.allocateBytes());
        } catch (Disk.NoSpace full) {
            next.close();
            segments.disk().delete(name);
            throw full;
        }
        leave();
        begin(next, header.number() + 1, settings.allocateBytes());
    }

    /// Begins the next segment in a file of zeros that has its name already.
    void rollInto(int length) throws IOException {
        leave();
        begin(segments.disk().open(Segments.name(header.number() + 1)), header.number() + 1, length);
    }

    private void leave() throws IOException {
        file.truncate(durable);
        file.force();
        file.close();
    }

    private void begin(Disk.File next, int number, int length) throws IOException {
        file = next;
        header = new Segments.Header(number, 0, saltOf(settings, number));
        allocated = length;
        file.write(header.encode(), 0);
        file.force();
        segments.disk().syncFolder(Segments.FOLDER);
        flushed = durable = Segments.HEADER_BYTES;
    }

    private static int saltOf(JournalSettings settings, int number) {
        var bytes = ByteBuffer.allocate(12).putLong(settings.salt()).putInt(number);
        return (int) new Digests().of(bytes.array(), 0, 12).a();
    }

    int number() {
        return header.number();
    }

    /// Offset behind the last block.
    int end() {
        return flushed + out.position();
    }

    long bytesWritten() {
        return bytesWritten;
    }

    Segments.Header header() {
        return header;
    }

    /// Allocates a piece when less than four are left; says whether it did.
    boolean allocateAhead() throws IOException {
        int target = Math.min(settings.segmentBytes(), end() + 4 * settings.allocateBytes());
        if (target - allocated < settings.allocateBytes()) return false;
        allocate(settings.allocateBytes());
        file.force();
        return true;
    }

    /// Whether a block of this length belongs in the next segment.
    boolean isFullFor(long length) {
        return end() > Segments.HEADER_BYTES && end() + length > settings.segmentBytes();
    }

    static long lengthOf(Batch batch, boolean withReadings) {
        return (long) Block.OVERHEAD_BYTES
                + batch.controlLength
                + (withReadings ? batch.readingsLength : ChainHash.BYTES);
    }

    /// Writes a batch as a block behind the last one and returns the hash that the site's next block names. Nothing
    /// of it is sure before [#force].
    ChainHash write(Batch batch, SiteId site, ChainHash previous, boolean withReadings) throws IOException {
        boolean drop = !withReadings && batch.readingsLength > 0;
        int flags = drop ? Block.READINGS_DROPPED | Block.NEVER_STORED : 0;
        var readingsHash = digests.of(batch.readings, 0, batch.readingsLength);
        start.clear();
        Block.begin(start, batch, site, header.salt(), durable, flags, previous);
        if (drop) readingsHash.put(start);
        start.flip();
        crc.reset();
        crc.update(start.array(), Block.CRC_FROM, start.limit() - Block.CRC_FROM);
        crc.update(batch.control, 0, batch.controlLength);
        if (!drop) crc.update(batch.readings, 0, batch.readingsLength);
        start.putInt(8, (int) crc.getValue());
        int length = start.limit() + batch.controlLength + (drop ? 0 : batch.readingsLength);
        ensureRoom(length);
        put(start.array(), start.limit());
        put(batch.control, batch.controlLength);
        if (!drop) put(batch.readings, batch.readingsLength);
        return digests.chain(
                start.slice(Block.PREFIX_BYTES, Block.HEADER_BYTES),
                digests.of(batch.control, 0, batch.controlLength),
                readingsHash);
    }

    private void put(byte[] bytes, int length) throws IOException {
        for (int at = 0; at < length; ) {
            if (!out.hasRemaining()) flush();
            int part = Math.min(length - at, out.remaining());
            out.put(bytes, at, part);
            at += part;
        }
    }

    private void flush() throws IOException {
        int length = out.flip().remaining();
        file.write(out, flushed);
        flushed += length;
        bytesWritten += length;
        out.clear();
    }

    private void ensureRoom(int length) throws IOException {
        int missing = end() + length - allocated;
        if (missing > 0) allocate(Math.max(missing, settings.allocateBytes()));
    }

    /// Writes zeros behind what is allocated, so that later a sync need not wait for the file's length.
    private void allocate(int bytes) throws IOException {
        writeZeros(file, allocated, bytes);
        allocated += bytes;
    }

    private static void writeZeros(Disk.File into, int offset, int bytes) throws IOException {
        for (int at = 0; at < bytes; at += ZEROS.capacity())
            into.write(ZEROS.duplicate().limit(Math.min(ZEROS.capacity(), bytes - at)), offset + at);
    }

    /// Waits until all that was written is on disk.
    void force() throws IOException {
        if (out.position() > 0) flush();
        file.force();
        durable = flushed;
    }

    /// Takes back what was written since the last [#force].
    void rollBack() throws IOException {
        out.clear();
        file.truncate(durable);
        flushed = allocated = durable;
    }

    /// Ends the stream for now with a block that says that all before it is durable.
    void finish() throws IOException {
        var nobody = new SiteId(0, 0);
        write(new Batch(BlockKind.CLOSED, 1, 0, new byte[0], new byte[0]), nobody, ChainHash.NONE, true);
        force();
        file.truncate(durable);
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
