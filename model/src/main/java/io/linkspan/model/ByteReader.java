package io.linkspan.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/// Reads what a [ByteWriter] wrote. Bytes that no writer of ours made end in an [IllegalArgumentException], never in
/// more
/// memory or time than their own length asks for. Not thread-safe.
public final class ByteReader {
    /// Deepest nesting of groups.
    private static final int GROUPS_MAX = 8;

    private final ByteBuffer buffer;

    /// Reads from the buffer's position to its limit.
    public ByteReader(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /// How many bytes are left.
    public int left() {
        return buffer.remaining();
    }

    /// One byte, 0..255.
    public int u8() {
        try {
            return buffer.get() & 0xFF;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("An entry ends too early", e);
        }
    }

    /// A number that is not negative.
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if ((b & 0x80) == 0) return value;
        }
        throw new IllegalArgumentException("A number in an entry has more than ten bytes");
    }

    /// A number that fits an int and is not negative.
    public int count() {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) throw new IllegalArgumentException("No such number here: " + value);
        return (int) value;
    }

    /// How many items follow, each at least one byte long.
    public int items() {
        int n = count();
        if (n > left()) throw new IllegalArgumentException("An entry tells of " + n + " items and ends too early");
        return n;
    }

    /// A number of either sign.
    public long signed() {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /// True or false.
    public boolean flag() {
        return u8() != 0;
    }

    /// A double of eight bytes.
    public double f64() {
        return Double.longBitsToDouble(i64());
    }

    /// Eight bytes, the high one first.
    public long i64() {
        long value = 0;
        for (int i = 0; i < 8; i++) value = value << 8 | u8();
        return value;
    }

    /// Bytes with their count before them.
    public byte[] bytes() {
        byte[] content = new byte[items()];
        buffer.get(content);
        return content;
    }

    /// Text.
    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /// A constant of an enum.
    public <E extends Enum<E>> E constant(E[] constants) {
        int code = u8();
        if (code >= constants.length)
            throw new IllegalArgumentException("Code " + code + " is newer than this version knows; update Linkspan");
        return constants[code];
    }

    /// A value with its tag.
    public Value value() {
        return value(u8(), 0);
    }

    Value value(int tag, int depth) {
        int t = tag & 0x3F;
        if (t <= ByteWriter.DECIMALS_MAX) return new Value.Num(signed() / ByteWriter.power(t));
        if (t >= ByteWriter.REGISTER && t <= ByteWriter.REGISTER + 9)
            return new Value.Register(signed(), t - ByteWriter.REGISTER);
        return switch (t) {
            case ByteWriter.DOUBLE -> new Value.Num(f64());
            case ByteWriter.INTEGER -> new Value.Int(signed());
            case ByteWriter.OFF -> Value.Flag.OFF;
            case ByteWriter.ON -> Value.Flag.ON;
            case ByteWriter.CHOICE -> new Value.Choice(text());
            case ByteWriter.TEXT -> new Value.Text(text());
            case ByteWriter.BYTES -> new Value.Bytes(bytes());
            case ByteWriter.POSITION -> new Value.Position(f64(), f64(), f64());
            case ByteWriter.GROUP -> group(depth);
            default -> throw new IllegalArgumentException("No value has the tag " + tag); // open: any byte
        };
    }

    private Value group(int depth) {
        if (depth >= GROUPS_MAX)
            throw new IllegalArgumentException("Groups are nested more than " + GROUPS_MAX + " deep");
        var members = new TreeMap<String, Value>();
        for (int n = items(); n > 0; n--) members.put(text(), value(u8(), depth + 1));
        return new Value.Group(members);
    }
}
