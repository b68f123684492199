package io.linkspan.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads the blocks of one segment through a buffer that moves along. What it hands out is valid until its next call.
/// Not thread-safe.
final class BlockWindow implements Closeable {
    private final Disk.File file;
    private final int salt;
    private ByteBuffer buffer;
    private long start;

    /// @param step bytes that one read brings at least
    BlockWindow(Disk.File file, int salt, int step) {
        this.file = file;
        this.salt = salt;
        buffer = ByteBuffer.allocate(step).limit(0);
    }

    /// The block that begins at an offset, or empty when there is none or it is not whole.
    Optional<Block> read(int offset) throws IOException {
        if (!promises(offset)) return Optional.empty();
        int length = buffer.getInt((int) (offset - start) + 4);
        if (load(offset, length) < length) return Optional.empty();
        return Block.parse(buffer.slice((int) (offset - start), length), offset, salt);
    }

    /// The same, but never from bytes that were read before the block was written.
    Optional<Block> readNow(int offset) throws IOException {
        var block = read(offset);
        if (block.isPresent()) return block;
        buffer.limit(0);
        return read(offset);
    }

    /// Whether a block seems to begin here. Looks at the salt too, which nobody who sends us bytes can know: so
    /// bytes that look like a block inside an entry are never taken for one.
    private boolean promises(int offset) throws IOException {
        if (load(offset, Block.OVERHEAD_BYTES) < Block.OVERHEAD_BYTES) return false;
        int at = (int) (offset - start);
        int length = buffer.getInt(at + 4);
        return buffer.getInt(at) == Block.MAGIC
                && buffer.getInt(at + Block.CRC_FROM) == salt
                && length >= Block.OVERHEAD_BYTES
                && length <= Block.BYTES_MAX;
    }

    /// The first whole block at or after an offset.
    Optional<Block> find(int offset) throws IOException {
        int at = offset;
        while (load(at, Integer.BYTES) == Integer.BYTES) {
            int index = (int) (at - start);
            int last = buffer.limit() - Integer.BYTES;
            while (index <= last && buffer.getInt(index) != Block.MAGIC) index++;
            at = (int) (start + index);
            if (index <= last) {
                var block = read(at);
                if (block.isPresent()) return block;
                at++;
            }
        }
        return Optional.empty();
    }

    /// The block at an offset if its prefix and header can be read, whole or not: a guess at what was damaged.
    Optional<Block> guess(int offset) throws IOException {
        if (!promises(offset)) return Optional.empty();
        int length = buffer.getInt((int) (offset - start) + 4);
        return Block.guess(buffer.slice((int) (offset - start), Block.OVERHEAD_BYTES), offset, length);
    }

    /// Where the bytes other than 0 end, looking from an offset to the end of the file.
    int endOfContent(int offset) throws IOException {
        int end = offset;
        for (int at = offset; load(at, 1) > 0; ) {
            int index = (int) (at - start);
            for (; index < buffer.limit(); index++) if (buffer.get(index) != 0) end = (int) (start + index + 1);
            at = (int) (start + buffer.limit());
        }
        return end;
    }

    /// Makes `length` bytes from an offset available, as far as the file goes, and returns how many there are.
    private int load(long offset, int length) throws IOException {
        long end = start + buffer.limit();
        if (offset >= start && offset + length <= end) return length;
        if (length > buffer.capacity()) buffer = ByteBuffer.allocate(length);
        buffer.clear();
        start = offset;
        int bytes = file.read(buffer, offset);
        buffer.clear().limit(bytes);
        return Math.min(bytes, length);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
