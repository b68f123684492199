package io.linkspan.history;

import java.util.Arrays;

/// Bytes that grow, and the encodings of Apache Parquet on them. All numbers are little-endian.
///
/// The sections are those of `Encodings.md` of parquet-format 2.11.
final class ParquetBytes {
    /// Numbers of a block of DELTA_BINARY_PACKED, a multiple of 128.
    static final int BLOCK = 128;
    /// Parts of a block with a width of their own; each has a multiple of 32 numbers.
    static final int PARTS = 4;

    private static final int PART = BLOCK / PARTS;
    /// Values that are packed by bits come in eights; so many equal ones are worth a run.
    private static final int EIGHT = 8;

    private byte[] bytes = new byte[1 << 12];
    private int size;
    private long waiting; // bits that are no whole word yet
    private int bits;

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /// What they take in memory.
    int room() {
        return bytes.length;
    }

    /// Empties it, and gives back what one long text took beyond so many bytes.
    void clearTo(int most) {
        if (bytes.length > most) bytes = new byte[1 << 12];
        size = 0;
    }

    private void room(int more) {
        if (size + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }

    void u8(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    void u32(int value) {
        room(Integer.BYTES);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) bytes[size++] = (byte) (value >>> shift);
    }

    void u64(long value) {
        room(Long.BYTES);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) bytes[size++] = (byte) (value >>> shift);
    }

    void add(byte[] more) {
        add(more, 0, more.length);
    }

    void add(byte[] more, int from, int length) {
        room(length);
        System.arraycopy(more, from, bytes, size, length);
        size += length;
    }

    /// A byte array (Plain): its length in 32 bits, then the bytes.
    void sized(byte[] more) {
        u32(more.length);
        add(more);
    }

    /// ULEB128: seven bits a byte, the lowest first.
    void varint(long value) {
        room(10);
        long left = value;
        while ((left & ~0x7FL) != 0) {
            bytes[size++] = (byte) (left & 0x7F | 0x80);
            left >>>= 7;
        }
        bytes[size++] = (byte) left;
    }

    /// A signed number as ULEB128 of its zigzag: 0, -1, 1, -2, ...
    void signed(long value) {
        varint(value << 1 ^ value >> 63);
    }

    // ---- bits, from the lowest of each byte on

    private void pack(long value, int width) {
        if (width == 0) return;
        waiting |= value << bits;
        if (bits + width < Long.SIZE) {
            bits += width;
            return;
        }
        u64(waiting);
        int spilt = Long.SIZE - bits;
        waiting = spilt == Long.SIZE ? 0 : value >>> spilt;
        bits = width - spilt;
    }

    private void endPack() {
        room(Long.BYTES);
        for (; bits > 0; bits -= Byte.SIZE) {
            bytes[size++] = (byte) waiting;
            waiting >>>= Byte.SIZE;
        }
        bits = 0;
        waiting = 0;
    }

    /// Flags (Plain, BOOLEAN): a bit each.
    void flags(long[] values, int from, int to) {
        for (int i = from; i < to; i++) pack(values[i] & 1, 1);
        endPack();
    }

    /// Small numbers as runs of equal ones and as bits (Run Length Encoding / Bit-Packing Hybrid), without their
    /// length.
    ///
    /// @param width bits of the largest, 1..32
    void hybrid(long[] values, int from, int to, int width) {
        int packedFrom = from;
        for (int i = from; i < to; ) {
            int end = i + 1;
            while (end < to && values[end] == values[i]) end++;
            int missing = (EIGHT - (i - packedFrom) % EIGHT) % EIGHT; // only the last eight may be filled up
            if (end - i - missing >= EIGHT) {
                eights(values, packedFrom, i + missing, width);
                int run = end - i - missing;
                varint((long) run << 1);
                for (int shift = 0; shift < width; shift += Byte.SIZE) u8((int) (values[i] >>> shift));
                packedFrom = end;
            }
            i = end;
        }
        eights(values, packedFrom, to, width);
    }

    private void eights(long[] values, int from, int to, int width) {
        if (from == to) return;
        int groups = (to - from + EIGHT - 1) / EIGHT;
        varint((long) groups << 1 | 1);
        for (int i = from; i < from + groups * EIGHT; i++) pack(i < to ? values[i] : 0, width);
        endPack();
    }

    /// Whole numbers as differences (Delta Encoding, DELTA_BINARY_PACKED). Differences wrap around.
    void deltas(long[] values, int from, int to) {
        varint(BLOCK);
        varint(PARTS);
        varint(to - from);
        signed(from == to ? 0 : values[from]);
        for (int i = from + 1; i < to; i += BLOCK) block(values, i, Math.min(to, i + BLOCK));
    }

    private void block(long[] values, int from, int to) {
        long least = Long.MAX_VALUE;
        for (int i = from; i < to; i++) least = Math.min(least, values[i] - values[i - 1]);
        signed(least);
        int widths = size;
        for (int p = 0; p < PARTS; p++) {
            long all = 0;
            for (int i = from + p * PART; i < Math.min(to, from + (p + 1) * PART); i++)
                all |= values[i] - values[i - 1] - least;
            u8(Long.SIZE - Long.numberOfLeadingZeros(all));
        }
        for (int p = 0; p < PARTS && from + p * PART < to; p++) {
            int width = bytes[widths + p];
            for (int i = from + p * PART; i < from + (p + 1) * PART; i++)
                pack(i < to ? values[i] - values[i - 1] - least : 0, width);
            endPack();
        }
    }
}
