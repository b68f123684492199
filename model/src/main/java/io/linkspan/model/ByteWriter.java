package io.linkspan.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;

/// Writes the small binary words that entries and snapshots are made of. Not thread-safe; made to be used again.
public final class ByteWriter {
    private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

    /// Most decimals with which a number is written as a decimal; others take eight bytes.
    static final int DECIMALS_MAX = 6;

    private byte[] bytes = new byte[512];
    private int size;

    /// Forgets what was written.
    public void clear() {
        size = 0;
    }

    /// How many bytes were written since the last clear.
    public int size() {
        return size;
    }

    /// A view of what was written, valid until the next change.
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    /// A copy of what was written.
    public byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    private void need(int more) {
        if (size + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }

    /// One byte.
    public ByteWriter u8(int value) {
        need(1);
        bytes[size++] = (byte) value;
        return this;
    }

    /// A number that is not negative, seven bits a byte, low ones first.
    public ByteWriter varint(long value) {
        need(10);
        while ((value & ~0x7FL) != 0) {
            bytes[size++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[size++] = (byte) value;
        return this;
    }

    /// A number of either sign, small ones short.
    public ByteWriter signed(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    /// True or false.
    public ByteWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /// Eight bytes of a double.
    public ByteWriter f64(double value) {
        return i64(Double.doubleToLongBits(value));
    }

    /// Eight bytes, the high one first.
    public ByteWriter i64(long value) {
        need(8);
        for (int shift = 56; shift >= 0; shift -= 8) bytes[size++] = (byte) (value >>> shift);
        return this;
    }

    /// Bytes with their count before them.
    public ByteWriter bytes(byte[] content) {
        varint(content.length);
        need(content.length);
        System.arraycopy(content, 0, bytes, size, content.length);
        size += content.length;
        return this;
    }

    /// Text in UTF-8 with its length before it.
    public ByteWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A constant of an enum.
    public ByteWriter constant(Enum<?> constant) {
        return u8(constant.ordinal());
    }

    /// Tag bits that stand before a value.
    static final int DECIMAL = 0x00;
    static final int DOUBLE = 0x10;
    static final int INTEGER = 0x11;
    static final int OFF = 0x12;
    static final int ON = 0x13;
    static final int CHOICE = 0x14;
    static final int TEXT = 0x15;
    static final int BYTES = 0x16;
    static final int POSITION = 0x17;
    static final int GROUP = 0x18;
    static final int REGISTER = 0x20;

    /// A value with its tag.
    public ByteWriter value(Value value) {
        return value(value, 0);
    }

    /// A value with its tag, further bits set in the tag (0x80 and 0x40 are free).
    ByteWriter value(Value value, int bits) {
        return switch (value) {
            case Value.Num n -> number(n.value(), bits);
            case Value.Int i -> u8(INTEGER | bits).signed(i.value());
            case Value.Register r -> u8(REGISTER + r.decimals() | bits).signed(r.unscaled());
            case Value.Flag f -> u8((f.on() ? ON : OFF) | bits);
            case Value.Choice c -> u8(CHOICE | bits).text(c.name());
            case Value.Text t -> u8(TEXT | bits).text(t.text());
            case Value.Bytes b -> u8(BYTES | bits).bytes(b.content());
            case Value.Position p ->
                u8(POSITION | bits).f64(p.latitude()).f64(p.longitude()).f64(p.altitude());
            case Value.Group g -> group(g.members(), bits);
        };
    }

    private ByteWriter number(double d, int bits) {
        for (int e = 0; e <= DECIMALS_MAX; e++) {
            double scaled = Math.rint(d * POWERS[e]);
            if (Math.abs(scaled) > 1e12) break;
            if (scaled / POWERS[e] == d) return u8(DECIMAL + e | bits).signed((long) scaled);
        }
        return u8(DOUBLE | bits).f64(d);
    }

    private ByteWriter group(SortedMap<String, Value> members, int bits) {
        u8(GROUP | bits).varint(members.size());
        for (var member : members.entrySet()) text(member.getKey()).value(member.getValue());
        return this;
    }

    static double power(int decimals) {
        return POWERS[decimals];
    }
}
