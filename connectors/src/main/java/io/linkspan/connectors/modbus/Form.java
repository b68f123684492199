package io.linkspan.connectors.modbus;

import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// How one value lies in registers: decodes and encodes it. Immutable, so safe for many threads.
///
/// @param count registers it takes; 1 for a coil or a discrete input
/// @param bit 0..15 for [Format#BIT], else 0; for a bit of a SunSpec bit field also beyond 15
/// @param missing raw numbers that stand for "no value", as unsigned bits of the format's width
public record Form(Format format, int count, int bit, WordOrder order, Scaling scaling, List<Long> missing) {
    /// Decimals of a register whose numbers come as floating point, where the property declares no step.
    static final int FLOAT_DECIMALS = 3;

    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

    public Form {
        missing = List.copyOf(missing);
    }

    /// A plain number, or a single bit, without more.
    static Form of(Format format) {
        return new Form(format, Math.max(1, format.registers()), 0, WordOrder.ABCD, Scaling.NONE, List.of());
    }

    /// The same, scaled otherwise.
    Form scaled(Scaling other) {
        return new Form(format, count, bit, order, other, missing);
    }

    /// What was decoded.
    sealed interface Decoded {
        /// A value.
        record Got(Value value) implements Decoded {}

        /// The device has no value, or sent what is none.
        ///
        /// @param why completes a sentence: `0x8000 stands for "no value"`
        record Nothing(String why) implements Decoded {}
    }

    /// Decodes a value of this type from register bytes (big-endian, as on the wire) or from packed bits.
    ///
    /// @param at index of the first byte, or of the bit for [Format#FLAG]
    /// @param decimals for a register: how many at least
    Decoded decode(ValueType type, Map<Long, String> choices, int decimals, byte[] bytes, int at) {
        return switch (format) {
            case FLAG -> new Decoded.Got(flag(((bytes[at >> 3] >> (at & 7)) & 1) != 0, type));
            case TEXT -> text(bytes, at);
            case BYTES -> new Decoded.Got(new Value.Bytes(swapped(bytes, at)));
            case FLOAT32, FLOAT64 -> fraction(type, decimals, raw(bytes, at));
            case BIT ->
                missing.contains(raw(bytes, at))
                        ? nothing(raw(bytes, at))
                        : new Decoded.Got(flag(((raw(bytes, at) >> bit) & 1) != 0, type));
            case INT16, UINT16, INT32, UINT32, INT64, UINT64, BCD16, BCD32 ->
                whole(type, choices, decimals, raw(bytes, at));
        };
    }

    private static Value flag(boolean on, ValueType type) {
        return type == ValueType.INTEGER ? new Value.Int(on ? 1 : 0) : new Value.Flag(on);
    }

    private Decoded nothing(long raw) {
        return new Decoded.Nothing("0x" + hex(raw) + " stands for \"no value\"");
    }

    private String hex(long raw) {
        String digits = Long.toHexString(raw).toUpperCase(java.util.Locale.ROOT);
        return "0".repeat(Math.max(0, 4 * count - digits.length())) + digits;
    }

    /// The bits of the number, unsigned, after the order of words was undone.
    private long raw(byte[] bytes, int at) {
        int width = 2 * count;
        long raw = 0;
        for (int i = 0; i < width; i++) raw = (raw << 8) | (bytes[at + order.at(i, width)] & 0xFF);
        return raw;
    }

    private Decoded whole(ValueType type, Map<Long, String> choices, int decimals, long bits) {
        if (missing.contains(bits)) return nothing(bits);
        if ((format == Format.BCD16 || format == Format.BCD32) && !Bcd.valid(bits))
            return new Decoded.Nothing("0x" + hex(bits) + " is no decimal number (" + format.word() + ")");
        long raw = signed(bits);
        boolean huge = format == Format.UINT64 && raw < 0;
        return switch (type) {
            case NUMBER ->
                new Decoded.Got(
                        new Value.Num(huge ? scaling.exact(unsigned(raw)).doubleValue() : scaling.number(raw)));
            case INTEGER -> integer(scaling.exact(huge ? unsigned(raw) : BigInteger.valueOf(raw)));
            case REGISTER -> register(scaling.exact(huge ? unsigned(raw) : BigInteger.valueOf(raw)), decimals);
            case FLAG -> new Decoded.Got(new Value.Flag(raw != 0));
            case CHOICE -> {
                var name = choices.get(raw);
                yield name == null
                        ? new Decoded.Nothing(raw + " is none of the codes " + codes(choices))
                        : new Decoded.Got(new Value.Choice(name));
            }
            case TEXT, BYTES, POSITION, GROUP -> throw new IllegalStateException(type + " was refused by Address");
        };
    }

    private static String codes(Map<Long, String> choices) {
        return choices.keySet().stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private long signed(long bits) {
        return switch (format) {
            case INT16 -> (short) bits;
            case INT32 -> (int) bits;
            case BCD16, BCD32 -> Bcd.number(bits);
            case UINT16, UINT32, INT64, UINT64, FLAG, BIT, FLOAT32, FLOAT64, TEXT, BYTES -> bits;
        };
    }

    private static BigInteger unsigned(long raw) {
        return BigInteger.valueOf(raw).add(TWO_TO_64);
    }

    private static Decoded integer(BigDecimal exact) {
        try {
            return new Decoded.Got(new Value.Int(exact.longValueExact()));
        } catch (ArithmeticException e) {
            return new Decoded.Nothing(exact.toPlainString() + " does not fit in 64 bits");
        }
    }

    private static Decoded register(BigDecimal exact, int decimals) {
        try {
            var scaled = exact.scale() < decimals ? exact.setScale(decimals) : exact;
            return new Decoded.Got(new Value.Register(scaled.unscaledValue().longValueExact(), scaled.scale()));
        } catch (ArithmeticException | IllegalArgumentException e) {
            return new Decoded.Nothing(exact.toPlainString() + " does not fit in a register of 64 bits and 9 decimals");
        }
    }

    /// Floating point is taken by its shortest decimal, so that 21.4 read back is the 21.4 that was written.
    private Decoded fraction(ValueType type, int decimals, long bits) {
        if (missing.contains(bits)) return nothing(bits);
        double raw = format == Format.FLOAT64
                ? Double.longBitsToDouble(bits)
                : Double.parseDouble(Float.toString(Float.intBitsToFloat((int) bits)));
        if (!Double.isFinite(raw)) return new Decoded.Nothing(raw + " is no quantity");
        if (type == ValueType.NUMBER && scaling.equals(Scaling.NONE)) return new Decoded.Got(new Value.Num(raw));
        var exact = scaling.exact(new BigDecimal(Double.toString(raw)));
        if (type == ValueType.REGISTER) {
            int places = Math.clamp(decimals, FLOAT_DECIMALS, 9);
            return register(exact.setScale(places, RoundingMode.HALF_EVEN), places);
        }
        double number = exact.doubleValue();
        return Double.isFinite(number)
                ? new Decoded.Got(new Value.Num(number))
                : new Decoded.Nothing(exact + " is no quantity");
    }

    private Decoded text(byte[] bytes, int at) {
        byte[] content = swapped(bytes, at);
        int end = 0;
        while (end < content.length && content[end] != 0) end++;
        if (end == 0 && missing.contains(0L))
            return new Decoded.Nothing("a text without characters stands for \"no value\"");
        return new Decoded.Got(new Value.Text(new String(content, 0, end, StandardCharsets.UTF_8).strip()));
    }

    private byte[] swapped(byte[] bytes, int at) {
        byte[] content = Arrays.copyOfRange(bytes, at, at + 2 * count);
        if (order == WordOrder.BADC)
            for (int i = 0; i < content.length; i += 2) {
                byte first = content[i];
                content[i] = content[i + 1];
                content[i + 1] = first;
            }
        return content;
    }

    /// The register bytes of a value, as on the wire.
    ///
    /// @throws DoesNotFit with a sentence
    byte[] encode(Value value, Map<Long, String> choices) throws DoesNotFit {
        return switch (format) {
            case FLAG, BIT -> throw new IllegalStateException("A bit is written as a coil or with a mask");
            case TEXT -> swapped(padded(textOf(value).getBytes(StandardCharsets.UTF_8)), 0);
            case BYTES -> swapped(padded(value instanceof Value.Bytes b ? b.content() : refuse(value)), 0);
            case FLOAT32 -> ordered(Float.floatToRawIntBits(single(value)) & 0xFFFF_FFFFL);
            case FLOAT64 ->
                ordered(Double.doubleToRawLongBits(
                        finite(scaling.fraction(quantity(value)).doubleValue(), value)));
            case INT16, UINT16, INT32, UINT32, INT64, UINT64, BCD16, BCD32 -> ordered(bits(value, choices));
        };
    }

    /// What stands for "no value" in the register: the first marker, or NaN where that is wanted and possible.
    Optional<byte[]> absent(boolean nan) {
        if (!missing.isEmpty() && format.number()) return Optional.of(ordered(missing.getFirst()));
        if (nan && format == Format.FLOAT32) return Optional.of(ordered(0x7FC0_0000L));
        if (nan && format == Format.FLOAT64) return Optional.of(ordered(0x7FF8_0000_0000_0000L));
        return Optional.empty();
    }

    /// Whether a value means on, for a coil or a bit.
    static boolean on(Value value) throws DoesNotFit {
        return switch (value) {
            case Value.Flag flag -> flag.on();
            case Value.Int i when i.value() == 0 || i.value() == 1 -> i.value() == 1;
            case Value.Int _,
                    Value.Num _,
                    Value.Register _,
                    Value.Choice _,
                    Value.Text _,
                    Value.Bytes _,
                    Value.Position _,
                    Value.Group _ -> throw new DoesNotFit(value + " is not on or off");
        };
    }

    /// The value can not be written in this form.
    static final class DoesNotFit extends Exception {
        private static final long serialVersionUID = 1;

        DoesNotFit(String what) {
            super(what);
        }
    }

    private float single(Value value) throws DoesNotFit {
        float single = scaling.fraction(quantity(value)).floatValue();
        finite(single, value);
        return single;
    }

    private double finite(double number, Value value) throws DoesNotFit {
        if (!Double.isFinite(number)) throw new DoesNotFit(value + " does not fit in " + format.word());
        return number;
    }

    private long bits(Value value, Map<Long, String> choices) throws DoesNotFit {
        var raw = switch (value) {
            case Value.Choice choice -> BigInteger.valueOf(code(choice, choices));
            case Value.Flag flag -> BigInteger.valueOf(flag.on() ? 1 : 0);
            case Value.Num _, Value.Int _, Value.Register _ -> scaling.raw(quantity(value));
            case Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ -> BigInteger.valueOf(number(value));
        };
        var least = least();
        var most = most();
        if (raw.compareTo(least) < 0 || raw.compareTo(most) > 0)
            throw new DoesNotFit(
                    value + " is " + raw + " in the register, and " + format.word() + " holds " + least + ".." + most);
        long bits = format == Format.BCD16 || format == Format.BCD32 ? Bcd.bits(raw.longValue()) : raw.longValue();
        long mask = count == 4 ? -1L : (1L << (16 * count)) - 1;
        if (missing.contains(bits & mask))
            throw new DoesNotFit(value + " would be 0x" + hex(bits & mask) + ", which stands for \"no value\"");
        return bits & mask;
    }

    private BigInteger least() {
        return switch (format) {
            case INT16 -> BigInteger.valueOf(Short.MIN_VALUE);
            case INT32 -> BigInteger.valueOf(Integer.MIN_VALUE);
            case INT64 -> BigInteger.valueOf(Long.MIN_VALUE);
            case UINT16, UINT32, UINT64, BCD16, BCD32, FLAG, BIT, FLOAT32, FLOAT64, TEXT, BYTES -> BigInteger.ZERO;
        };
    }

    private BigInteger most() {
        return switch (format) {
            case INT16 -> BigInteger.valueOf(Short.MAX_VALUE);
            case UINT16 -> BigInteger.valueOf(0xFFFF);
            case INT32 -> BigInteger.valueOf(Integer.MAX_VALUE);
            case UINT32 -> BigInteger.valueOf(0xFFFF_FFFFL);
            case INT64 -> BigInteger.valueOf(Long.MAX_VALUE);
            case UINT64 -> TWO_TO_64.subtract(BigInteger.ONE);
            case BCD16 -> BigInteger.valueOf(9_999);
            case BCD32 -> BigInteger.valueOf(99_999_999);
            case FLAG, BIT, FLOAT32, FLOAT64, TEXT, BYTES -> BigInteger.ZERO;
        };
    }

    private static long code(Value.Choice choice, Map<Long, String> choices) throws DoesNotFit {
        for (var each : choices.entrySet()) if (each.getValue().equals(choice.name())) return each.getKey();
        throw new DoesNotFit("\"" + choice.name() + "\" is none of the choices " + choices.values());
    }

    private static BigDecimal quantity(Value value) throws DoesNotFit {
        return switch (value) {
            case Value.Num n -> new BigDecimal(Double.toString(n.value()));
            case Value.Int i -> BigDecimal.valueOf(i.value());
            case Value.Register r -> r.exact();
            case Value.Flag f -> BigDecimal.valueOf(f.on() ? 1 : 0);
            case Value.Choice _, Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ ->
                BigDecimal.valueOf(number(value));
        };
    }

    private static long number(Value value) throws DoesNotFit {
        throw new DoesNotFit(value + " is no number");
    }

    private static byte[] refuse(Value value) throws DoesNotFit {
        throw new DoesNotFit(value + " are no bytes");
    }

    private static String textOf(Value value) throws DoesNotFit {
        if (value instanceof Value.Text t) return t.text();
        throw new DoesNotFit(value + " is no text");
    }

    private byte[] padded(byte[] content) throws DoesNotFit {
        if (content.length > 2 * count)
            throw new DoesNotFit(content.length + " bytes do not fit in " + count + " registers");
        return Arrays.copyOf(content, 2 * count);
    }

    private byte[] ordered(long bits) {
        int width = 2 * count;
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) bytes[order.at(i, width)] = (byte) (bits >> (8 * (width - 1 - i)));
        return bytes;
    }

    /// As after the address in a site file.
    @Override
    public String toString() {
        var words = new StringBuilder(
                switch (format) {
                    case FLAG -> "";
                    case BIT -> " bit " + bit;
                    case TEXT, BYTES -> " " + format.word() + " " + count;
                    case INT16, UINT16, INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64, BCD16, BCD32 ->
                        " " + format.word();
                });
        if (order != WordOrder.ABCD) words.append(' ').append(order.word());
        words.append(scaling);
        for (long each : missing) words.append(" nan 0x").append(hex(each));
        return words.toString();
    }
}
