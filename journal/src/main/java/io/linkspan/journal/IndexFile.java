package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The bytes of a segment's index (journal/README.md, "Index"). Functions, no I/O.
final class IndexFile {
    private static final long MAGIC = 0x4C53_494E_4445_5831L; // "LSINDEX1"

    private IndexFile() {}

    static ByteBuffer encode(SegmentIndex index) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(MAGIC);
            out.writeInt(index.number);
            out.writeInt(index.generation);
            out.writeInt(index.end());
            out.writeLong(index.readingsBytes());
            out.writeLong(index.newestWallMicros());
            out.writeInt(index.statesAtEnd().size());
            var sites = index.statesAtEnd().keySet().stream()
                    .sorted(Comparator.comparingLong(SiteId::high).thenComparingLong(SiteId::low))
                    .toList();
            for (var site : sites) {
                writeState(out, Objects.requireNonNull(index.statesAtEnd().get(site)));
                writeOffsets(out, index.blocks(site));
            }
        } catch (IOException impossible) {
            throw new IllegalStateException("Writing to memory failed", impossible);
        }
        var crc = new CRC32C();
        crc.update(bytes.toByteArray());
        return ByteBuffer.allocate(bytes.size() + Integer.BYTES)
                .put(bytes.toByteArray())
                .putInt((int) crc.getValue())
                .flip();
    }

    private static void writeState(DataOutputStream out, SiteState state) throws IOException {
        writePosition(out, state.head().at());
        writeHash(out, state.head().hash());
        out.writeLong(state.head().siteTimeMicros());
        out.writeLong(state.head().wallTimeMicros());
        out.writeBoolean(state.unsure());
        out.writeInt(state.epochs().size());
        for (var start : state.epochs()) {
            out.writeInt(start.epoch());
            writePosition(out, start.after());
            writeHash(out, start.hash());
            var why = start.why().getBytes(StandardCharsets.UTF_8);
            out.writeInt(why.length);
            out.write(why);
        }
    }

    private static void writePosition(DataOutputStream out, Log.Position at) throws IOException {
        out.writeLong(at.site().high());
        out.writeLong(at.site().low());
        out.writeInt(at.epoch());
        out.writeLong(at.seq());
    }

    private static void writeHash(DataOutputStream out, ChainHash hash) throws IOException {
        var bytes = ByteBuffer.allocate(ChainHash.BYTES);
        hash.put(bytes);
        out.write(bytes.array());
    }

    private static void writeOffsets(DataOutputStream out, SegmentIndex.Blocks blocks) throws IOException {
        int count = blocks.count();
        out.writeInt(count);
        var number = new byte[Varint.BYTES_MAX];
        for (int i = 0, before = 0; i < count; before = blocks.offset(i++))
            out.write(number, 0, Varint.put(number, 0, blocks.offset(i) - before));
    }

    /// Empty when the bytes are not whole.
    static Optional<SegmentIndex> parse(ByteBuffer in) {
        int length = in.remaining() - Integer.BYTES;
        if (length < Long.BYTES || in.getLong(0) != MAGIC) return Optional.empty();
        var crc = new CRC32C();
        crc.update(in.slice(0, length));
        if ((int) crc.getValue() != in.getInt(length)) return Optional.empty();
        try {
            return Optional.of(read(in.slice(Long.BYTES, length - Long.BYTES)));
        } catch (BufferUnderflowException | IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    private static SegmentIndex read(ByteBuffer in) {
        var index = new SegmentIndex(in.getInt(), in.getInt());
        int end = in.getInt();
        long readingsBytes = in.getLong();
        long newestWall = in.getLong();
        int sites = in.getInt();
        var states = new HashMap<SiteId, SiteState>();
        for (int i = 0; i < sites; i++) {
            var state = readState(in);
            var site = state.head().at().site();
            states.put(site, state);
            int count = in.getInt();
            for (int block = 0, offset = 0; block < count; block++) {
                offset += (int) Varint.get(in);
                index.add(site, offset, 0, 0, 0);
            }
        }
        index.restore(end, readingsBytes, newestWall);
        index.seal(states);
        return index;
    }

    private static SiteState readState(ByteBuffer in) {
        var head = new Head(readPosition(in), ChainHash.get(in), in.getLong(), in.getLong());
        boolean unsure = in.get() != 0;
        int count = in.getInt();
        var epochs = new ArrayList<SiteState.EpochStart>();
        for (int i = 0; i < count; i++) {
            int epoch = in.getInt();
            var after = readPosition(in);
            var hash = ChainHash.get(in);
            var why = new byte[Math.min(in.getInt(), in.remaining())];
            in.get(why);
            epochs.add(new SiteState.EpochStart(epoch, after, hash, new String(why, StandardCharsets.UTF_8)));
        }
        return new SiteState(head, epochs, unsure);
    }

    private static Log.Position readPosition(ByteBuffer in) {
        return new Log.Position(new SiteId(in.getLong(), in.getLong()), in.getInt(), in.getLong());
    }
}
