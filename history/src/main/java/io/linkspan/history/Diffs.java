package io.linkspan.history;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Whole numbers as the differences between neighbours, in the bits of the widest of a block: the encoding TS_2DIFF of
/// Apache TsFile, whole pages at a time.
///
/// A block is the number of its differences and their width in bits (32 bits each), the least difference and the first
/// number (64 bits each), and each difference less the least one, packed from the highest bit on (TsFile 2.4,
/// `DeltaBinaryEncoder.LongDeltaEncoder`). TsFile's own encoder does the same bit by bit, at ten times the cost.
final class Diffs {
    /// Most differences of a block.
    private static final int BLOCK = 128;

    private static final int HEADER_BYTES = 24;
    /// Widths up to this one fit beside the seven bits that may wait for a whole byte.
    private static final int WIDTH_AT_ONCE_MAX = 56;

    private Diffs() {}

    /// Bytes that grow.
    static final class Bytes {
        private byte[] bytes = new byte[1 << 12];
        private int size;

        byte[] array() {
            return bytes;
        }

        int size() {
            return size;
        }

        void clear() {
            size = 0;
        }

        /// Room for so many bytes more.
        Bytes room(int more) {
            if (size + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
            return this;
        }

        void add(byte[] more, int from, int length) {
            room(length);
            System.arraycopy(more, from, bytes, size, length);
            size += length;
        }

        void unsignedVarint(int value) {
            room(5);
            int left = value;
            while ((left & ~0x7F) != 0) {
                bytes[size++] = (byte) (left & 0x7F | 0x80);
                left >>>= 7;
            }
            bytes[size++] = (byte) left;
        }

        private void u32(int value) {
            for (int shift = 24; shift >= 0; shift -= 8) bytes[size++] = (byte) (value >>> shift);
        }

        private void u64(long value) {
            for (int shift = 56; shift >= 0; shift -= 8) bytes[size++] = (byte) (value >>> shift);
        }
    }

    /// Adds these numbers to the bytes; `from` and behind, up to `to` - 1.
    static void encode(long[] values, int from, int to, Bytes out) {
        long[] diffs = new long[BLOCK];
        for (int i = from; i < to; ) {
            long first = values[i++];
            int n = Math.min(BLOCK, to - i);
            long before = first;
            long least = Long.MAX_VALUE;
            for (int k = 0; k < n; k++) {
                long value = values[i + k];
                long diff = value - before;
                diffs[k] = diff;
                if (diff < least) least = diff;
                before = value;
            }
            long any = 0;
            for (int k = 0; k < n; k++) {
                diffs[k] -= least;
                any |= diffs[k];
            }
            int width = Long.SIZE - Long.numberOfLeadingZeros(any);
            out.room(HEADER_BYTES + n * Long.BYTES + 1);
            out.u32(n);
            out.u32(width);
            out.u64(least);
            out.u64(first);
            pack(diffs, n, width, out);
            i += n;
        }
    }

    private static void pack(long[] diffs, int n, int width, Bytes out) {
        if (width == 0) return;
        byte[] bytes = out.bytes;
        int at = out.size;
        long waiting = 0;
        int bits = 0;
        int low = width > WIDTH_AT_ONCE_MAX ? Integer.SIZE : 0;
        for (int k = 0; k < n; k++) {
            long diff = diffs[k];
            if (low != 0) {
                waiting = waiting << width - low | diff >>> low;
                bits += width - low;
                while (bits >= Byte.SIZE) bytes[at++] = (byte) (waiting >>> (bits -= Byte.SIZE));
                diff &= 0xFFFF_FFFFL;
            }
            waiting = waiting << (low == 0 ? width : low) | diff;
            bits += low == 0 ? width : low;
            while (bits >= Byte.SIZE) bytes[at++] = (byte) (waiting >>> (bits -= Byte.SIZE));
        }
        if (bits > 0) bytes[at++] = (byte) (waiting << Byte.SIZE - bits);
        out.size = at;
    }

    /// Reads so many numbers.
    ///
    /// @throws IllegalArgumentException these bytes have no such numbers
    static void decode(ByteBuffer in, long[] values, int n) {
        byte[] bytes = in.array();
        int at = in.arrayOffset() + in.position();
        int end = in.arrayOffset() + in.limit();
        for (int i = 0; i < n; ) {
            if (end - at < HEADER_BYTES) throw wrong();
            int count = (int) u(bytes, at, 4);
            int width = (int) u(bytes, at + 4, 4);
            long least = u(bytes, at + 8, 8);
            long before = u(bytes, at + 16, 8);
            at += HEADER_BYTES;
            values[i++] = before;
            if (count < 0 || count > n - i || width < 0 || width > Long.SIZE) throw wrong();
            int length = (count * width + Byte.SIZE - 1) / Byte.SIZE;
            if (end - at < length) throw wrong();
            unpack(bytes, at, values, i, count, width, least, before);
            i += count;
            at += length;
        }
        in.position(at - in.arrayOffset());
    }

    private static void unpack(
            byte[] bytes, int start, long[] values, int from, int count, int width, long least, long first) {
        long before = first;
        if (width == 0) {
            for (int k = from; k < from + count; k++) values[k] = before += least;
            return;
        }
        int at = start;
        long waiting = 0;
        int bits = 0;
        int low = width > WIDTH_AT_ONCE_MAX ? Integer.SIZE : 0;
        int high = width - low;
        long mask = (1L << high) - 1; // at most 56 bits
        for (int k = from; k < from + count; k++) {
            while (bits < high) {
                waiting = waiting << Byte.SIZE | bytes[at++] & 0xFF;
                bits += Byte.SIZE;
            }
            bits -= high;
            long diff = waiting >>> bits & mask;
            if (low != 0) {
                while (bits < low) {
                    waiting = waiting << Byte.SIZE | bytes[at++] & 0xFF;
                    bits += Byte.SIZE;
                }
                bits -= low;
                diff = diff << low | waiting >>> bits & 0xFFFF_FFFFL;
            }
            values[k] = before += least + diff;
        }
    }

    private static long u(byte[] bytes, int at, int n) {
        long value = 0;
        for (int i = 0; i < n; i++) value = value << Byte.SIZE | bytes[at + i] & 0xFF;
        return value;
    }

    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("These bytes are no differences; the segment is damaged");
    }
}
