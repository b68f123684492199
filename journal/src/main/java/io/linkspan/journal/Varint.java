package io.linkspan.journal;

import java.nio.ByteBuffer;

/// Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set while more follow
/// (LEB128). Signed ones are folded first (zigzag): 0, -1, 1, -2 become 0, 1, 2, 3.
final class Varint {
    static final int BYTES_MAX = 10;

    private Varint() {}

    static int put(byte[] into, int at, long value) {
        while ((value & ~0x7FL) != 0) {
            into[at++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        into[at++] = (byte) value;
        return at;
    }

    static void put(ByteBuffer into, long value) {
        while ((value & ~0x7FL) != 0) {
            into.put((byte) (value | 0x80));
            value >>>= 7;
        }
        into.put((byte) value);
    }

    static long get(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) return value;
        }
        throw new IllegalArgumentException("A number of more than " + BYTES_MAX + " bytes");
    }

    static long fold(long signed) {
        return signed << 1 ^ signed >> 63;
    }

    static long unfold(long folded) {
        return folded >>> 1 ^ -(folded & 1);
    }
}
