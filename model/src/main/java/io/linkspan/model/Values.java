package io.linkspan.model;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Values from what people write, and the arithmetic that all quantities share.
public final class Values {
    private Values() {}

    /// Reads a value of this type, or throws [IllegalArgumentException] with what would be right.
    public static Value parse(ValueType type, Map<Long, String> choices, String text) {
        String t = text.trim();
        try {
            return switch (type) {
                case NUMBER -> new Value.Num(Double.parseDouble(t));
                case INTEGER -> new Value.Int(Long.parseLong(t));
                case REGISTER -> register(new BigDecimal(t));
                case CHOICE -> choice(choices, t);
                case FLAG -> flag(t);
                case TEXT -> new Value.Text(text);
                case BYTES -> new Value.Bytes(HexFormat.of().parseHex(t));
                case POSITION -> position(t);
                case GROUP -> throw new IllegalArgumentException("is a group: give its members one by one");
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is a " + type.word() + ", not \"" + text + "\"", e);
        }
    }

    private static final int SHOWN_DIGITS = 7;

    /// A value as people read it: `5.4 kW`, `on`, `idle`; a number with at most 7 significant digits, a register
    /// exactly.
    ///
    /// @param of the property that has it, for its unit
    public static String shown(Value value, Optional<Property> of) {
        if (value instanceof Value.Flag flag) return flag.on() ? "on" : "off";
        String text = value.type().isQuantity() ? digits(value) : value.toString();
        String symbol =
                of.flatMap(Property::unit).map(Units::parse).map(Unit::symbol).orElse("");
        return symbol.isEmpty() ? text : text + " " + symbol;
    }

    private static String digits(Value value) {
        if (!(value instanceof Value.Num n)) return value.toString();
        if (n.value() == Math.rint(n.value())) return n.toString();
        var rounded = new BigDecimal(n.value()).round(new MathContext(SHOWN_DIGITS));
        return rounded.stripTrailingZeros().toPlainString();
    }

    private static Value register(BigDecimal d) {
        BigDecimal scaled = d.scale() < 0 ? d.setScale(0) : d;
        if (scaled.scale() > 9 || scaled.unscaledValue().bitLength() > 63)
            throw new IllegalArgumentException("is a register of at most 18 digits, 9 of them decimals, not " + d);
        return new Value.Register(scaled.unscaledValue().longValueExact(), scaled.scale());
    }

    private static Value choice(Map<Long, String> choices, String t) {
        if (choices.containsValue(t)) return new Value.Choice(t);
        throw new IllegalArgumentException("is one of " + String.join(", ", choices.values()) + ", not \"" + t + "\"");
    }

    private static Value flag(String t) {
        return switch (t) {
            case "true", "on" -> Value.Flag.ON;
            case "false", "off" -> Value.Flag.OFF;
            default ->
                throw new IllegalArgumentException("is true or false, not \"" + t + "\""); // open: what was typed
        };
    }

    private static Value position(String t) {
        String[] parts = t.split(",", -1);
        if (parts.length < 2 || parts.length > 3)
            throw new IllegalArgumentException(
                    "is latitude,longitude in degrees, for example 50.85,4.35, not \"" + t + "\"");
        return new Value.Position(
                Double.parseDouble(parts[0]),
                Double.parseDouble(parts[1]),
                parts.length == 3 ? Double.parseDouble(parts[2]) : 0);
    }

    /// The value as a double, where it is a quantity; a flag counts as 1 or 0. None for others.
    public static OptionalDouble asDouble(Value value) {
        return switch (value) {
            case Value.Num n -> OptionalDouble.of(n.value());
            case Value.Int i -> OptionalDouble.of(i.value());
            case Value.Register r -> OptionalDouble.of(r.exact().doubleValue());
            case Value.Flag f -> OptionalDouble.of(f.on() ? 1 : 0);
            case Value.Choice _, Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ -> OptionalDouble.empty();
        };
    }

    /// A quantity of this type from a double; a whole number is rounded to the nearest.
    public static Value quantity(ValueType type, double d) {
        return switch (type) {
            case NUMBER -> new Value.Num(d);
            case INTEGER -> new Value.Int(Math.round(d));
            case REGISTER -> register(BigDecimal.valueOf(d));
            case FLAG -> d != 0 ? Value.Flag.ON : Value.Flag.OFF;
            case CHOICE, TEXT, BYTES, POSITION, GROUP ->
                throw new IllegalArgumentException("A " + type.word() + " is no quantity");
        };
    }

    /// Whether two values are the same within a tolerance (quantities) or equal (all others).
    public static boolean same(Value a, Value b, double tolerance) {
        if (a.equals(b)) return true;
        if (!a.type().isQuantity() || !b.type().isQuantity()) return false;
        return Math.abs(asDouble(a).orElseThrow() - asDouble(b).orElseThrow()) <= tolerance;
    }
}
