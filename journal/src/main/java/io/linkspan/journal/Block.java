package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Some entries of one site as they stand on disk; journal/README.md has the layout byte by byte. Big-endian.
///
/// @param bytes the whole block, its prefix first; belongs to the window that read it
record Block(
        int offset,
        int durable,
        int flags,
        BlockKind kind,
        SiteId site,
        int epoch,
        long firstSeq,
        int count,
        long siteTimeMicros,
        long wallTimeMicros,
        int controlLength,
        int readingsLength,
        ChainHash previous,
        ByteBuffer bytes) {

    static final int MAGIC = 0x4C53_4231; // "LSB1"
    static final int PREFIX_BYTES = 24;
    static final int HEADER_BYTES = 92;
    static final int OVERHEAD_BYTES = PREFIX_BYTES + HEADER_BYTES;
    static final int CRC_FROM = 12;
    /// One entry of the greatest size and what stands around it.
    static final int BYTES_MAX = 2 * Log.ENTRY_BYTES_MAX + OVERHEAD_BYTES + ChainHash.BYTES + 64;

    /// In place of the readings section stands its hash: retention dropped it, or the disk had no room for it.
    static final int READINGS_DROPPED = 1;
    /// Beside [#READINGS_DROPPED]: the disk was full when the block was written.
    static final int NEVER_STORED = 2;

    int length() {
        return bytes.remaining();
    }

    boolean readingsDropped() {
        return (flags & READINGS_DROPPED) != 0;
    }

    Log.Position first() {
        return new Log.Position(site, epoch, firstSeq);
    }

    Log.Position last() {
        return new Log.Position(site, epoch, lastSeq());
    }

    /// The last entry; of an epoch's opening 0.
    long lastSeq() {
        return kind == BlockKind.ENTRIES ? firstSeq + count - 1 : 0;
    }

    ByteBuffer header() {
        return bytes.slice(PREFIX_BYTES, HEADER_BYTES);
    }

    ByteBuffer control() {
        return bytes.slice(OVERHEAD_BYTES + (readingsDropped() ? ChainHash.BYTES : 0), controlLength);
    }

    /// Empty where it was dropped.
    ByteBuffer readings() {
        return readingsDropped() ? ByteBuffer.allocate(0) : bytes.slice(OVERHEAD_BYTES + controlLength, readingsLength);
    }

    /// The hash that the site's next block must name as its previous one.
    ChainHash hash(Digests digests) {
        var readingsHash = readingsDropped()
                ? ChainHash.get(bytes.slice(OVERHEAD_BYTES, ChainHash.BYTES))
                : digests.of(readings());
        return digests.chain(header(), digests.of(control()), readingsHash);
    }

    /// Fills in a block's prefix and header for a batch, all but the checksum.
    static void begin(ByteBuffer into, Batch batch, SiteId site, int salt, int durable, int flags, ChainHash previous) {
        boolean dropped = (flags & READINGS_DROPPED) != 0;
        int body = batch.controlLength + (dropped ? ChainHash.BYTES : batch.readingsLength);
        into.putInt(MAGIC).putInt(OVERHEAD_BYTES + body).putInt(0);
        into.putInt(salt).putInt(durable).putInt(flags);
        into.putLong(site.high()).putLong(site.low()).putInt(batch.epoch).putLong(batch.firstSeq);
        into.putInt(batch.count).put(batch.kind.code).put((byte) 0).putShort((short) 0);
        into.putLong(batch.firstSite).putLong(batch.firstWall);
        into.putInt(batch.controlLength).putInt(batch.readingsLength);
        previous.put(into);
    }

    /// What the block at `bytes` says of itself when it is whole: right magic, salt, lengths and CRC32C (RFC 3720,
    /// B.4). Empty when it is not.
    static Optional<Block> parse(ByteBuffer bytes, int offset, int salt) {
        if (bytes.remaining() < OVERHEAD_BYTES) return Optional.empty();
        int length = bytes.getInt(4);
        if (bytes.getInt(0) != MAGIC || bytes.getInt(12) != salt || length != bytes.remaining())
            return Optional.empty();
        var crc = new CRC32C();
        crc.update(bytes.slice(CRC_FROM, length - CRC_FROM));
        if ((int) crc.getValue() != bytes.getInt(8)) return Optional.empty();
        var kind = BlockKind.of(bytes.get(PREFIX_BYTES + 32));
        if (kind.isEmpty()) return Optional.empty();
        var block = read(bytes, offset, kind.get());
        boolean sound = block.controlLength >= 0
                && block.readingsLength >= 0
                && block.bodyLength() == length - OVERHEAD_BYTES
                && block.epoch >= 1
                && block.firstSeq >= 0
                && block.count >= 0;
        return sound ? Optional.of(block) : Optional.empty();
    }

    /// The block whose first bytes these are, unchecked, with the length that it claims.
    static Optional<Block> guess(ByteBuffer start, int offset, int length) {
        return BlockKind.of(start.get(PREFIX_BYTES + 32))
                .map(kind -> read(start, offset, kind))
                .filter(block -> block.controlLength >= 0 && block.readingsLength >= 0)
                .filter(block -> block.epoch >= 1 && block.firstSeq >= 0 && block.count >= 0)
                .filter(block -> length == OVERHEAD_BYTES + block.bodyLength());
    }

    int bodyLength() {
        return controlLength + (readingsDropped() ? ChainHash.BYTES : readingsLength);
    }

    private static Block read(ByteBuffer bytes, int offset, BlockKind kind) {
        var in = bytes.duplicate().position(bytes.position() + 16);
        int durable = in.getInt();
        int flags = in.getInt();
        var site = new SiteId(in.getLong(), in.getLong());
        int epoch = in.getInt();
        long firstSeq = in.getLong();
        int count = in.getInt();
        in.getInt();
        long siteTime = in.getLong();
        long wallTime = in.getLong();
        int controlLength = in.getInt();
        int readingsLength = in.getInt();
        var previous = ChainHash.get(in);
        return new Block(
                offset,
                durable,
                flags,
                kind,
                site,
                epoch,
                firstSeq,
                count,
                siteTime,
                wallTime,
                controlLength,
                readingsLength,
                previous,
                bytes);
    }
}
