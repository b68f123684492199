package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Point;
import io.linkspan.connectors.mqtt.SparkplugPayload.Content;
import io.linkspan.model.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Contents of metrics as values of points, and back. No state.
final class SparkplugValues {
    private static final int REGISTER_DECIMALS_MAX = 9;

    private SparkplugValues() {}

    /// The value that a content is for a point.
    ///
    /// @param dataType the metric's data type, of the birth where the message does not say it; 0 where nobody said
    /// it
    /// @throws IllegalArgumentException why it is no value of this point, in words
    static Value value(Point point, int dataType, Content content) {
        return switch (content) {
            case Content.Whole w -> whole(point, dataType, w.bits());
            case Content.Real r ->
                decimal(
                        point,
                        Double.isFinite(r.value())
                                ? new BigDecimal(
                                        r.single() ? Float.toString((float) r.value()) : Double.toString(r.value()))
                                : none("no number (" + r.value() + ")"));
            case Content.Truth t -> truth(point, t.on());
            case Content.Words w -> words(point, w.text());
            case Content.Raw r -> raw(point, r.bytes());
            case Content.None _ -> none("no value");
            case Content.Unread _ -> none("a data set or a template, which is not read");
        };
    }

    private static <T> T none(String what) {
        throw new IllegalArgumentException("the metric has " + what);
    }

    private static Value whole(Point point, int dataType, long bits) {
        if (dataType == SparkplugPayload.DATE_TIME && point.type() == io.linkspan.model.ValueType.TEXT)
            return new Value.Text(Instant.ofEpochMilli(bits).toString());
        long value = signed(dataType, bits);
        return switch (point.type()) {
            case INTEGER -> {
                if (dataType == SparkplugPayload.UINT64 && bits < 0)
                    none("the number " + Long.toUnsignedString(bits) + ", which does not fit into an integer");
                yield new Value.Int(value);
            }
            case CHOICE -> choice(point, value);
            case NUMBER, REGISTER, FLAG, TEXT, BYTES, POSITION, GROUP ->
                decimal(
                        point,
                        dataType == SparkplugPayload.UINT64
                                ? new BigDecimal(Long.toUnsignedString(bits))
                                : BigDecimal.valueOf(value));
        };
    }

    /// What the bits mean: int_value and long_value carry signed types as two's complement (schema, Metric).
    private static long signed(int dataType, long bits) {
        return switch (dataType) {
            case SparkplugPayload.INT8 -> (byte) bits;
            case SparkplugPayload.INT16 -> (short) bits;
            case SparkplugPayload.INT32 -> (int) bits;
            case SparkplugPayload.UINT8 -> bits & 0xFF;
            case SparkplugPayload.UINT16 -> bits & 0xFFFF;
            case SparkplugPayload.UINT32 -> bits & 0xFFFF_FFFFL;
            default -> bits; // open: 64 bits, or a type that nobody said
        };
    }

    private static Value choice(Point point, long code) {
        var name = point.choices().get(code);
        return name != null
                ? new Value.Choice(name)
                : none("the code " + code + ", which " + point.name() + " does not declare");
    }

    private static Value decimal(Point point, BigDecimal exact) {
        return switch (point.type()) {
            case NUMBER -> new Value.Num(exact.doubleValue());
            case INTEGER -> {
                try {
                    yield new Value.Int(exact.longValueExact());
                } catch (ArithmeticException e) {
                    yield none("the number " + exact.toPlainString() + ", which is no integer; declare type: number");
                }
            }
            case REGISTER -> register(exact);
            case FLAG -> {
                if (exact.signum() != 0 && exact.compareTo(BigDecimal.ONE) != 0)
                    none("the number " + exact.toPlainString() + " where a flag is 0 or 1");
                yield new Value.Flag(exact.signum() != 0);
            }
            case TEXT -> new Value.Text(exact.toPlainString());
            case CHOICE -> choice(point, exact.longValue());
            case BYTES, POSITION, GROUP ->
                none("a number where " + point.name() + " is a " + point.type().word());
        };
    }

    private static Value register(BigDecimal exact) {
        var shown = exact.stripTrailingZeros();
        if (shown.scale() > REGISTER_DECIMALS_MAX)
            shown = shown.setScale(REGISTER_DECIMALS_MAX, RoundingMode.HALF_EVEN);
        if (shown.scale() < 0) shown = shown.setScale(0);
        try {
            return new Value.Register(shown.unscaledValue().longValueExact(), shown.scale());
        } catch (ArithmeticException e) {
            return none("the number " + exact + ", which has more digits than a register keeps");
        }
    }

    private static Value truth(Point point, boolean on) {
        return switch (point.type()) {
            case FLAG -> new Value.Flag(on);
            case INTEGER -> new Value.Int(on ? 1 : 0);
            case NUMBER -> new Value.Num(on ? 1 : 0);
            case CHOICE -> choice(point, on ? 1 : 0);
            case TEXT -> new Value.Text(on ? "true" : "false");
            case REGISTER, BYTES, POSITION, GROUP ->
                none("true or false where " + point.name() + " is a "
                        + point.type().word());
        };
    }

    private static Value words(Point point, String text) {
        return switch (point.type()) {
            case TEXT -> new Value.Text(text);
            case CHOICE -> {
                if (!point.choices().containsValue(text))
                    none("the text \"" + text + "\", which " + point.name() + " does not declare");
                yield new Value.Choice(text);
            }
            case NUMBER, INTEGER, REGISTER, FLAG, BYTES, POSITION, GROUP ->
                none("a text where " + point.name() + " is a " + point.type().word());
        };
    }

    private static Value raw(Point point, byte[] bytes) {
        return switch (point.type()) {
            case BYTES -> new Value.Bytes(bytes);
            case NUMBER, INTEGER, REGISTER, CHOICE, FLAG, TEXT, POSITION, GROUP ->
                none("bytes where " + point.name() + " is a " + point.type().word());
        };
    }

    /// The content that sets a metric of this data type to a value.
    ///
    /// @param choices the codes of the point, name by code
    /// @throws IllegalArgumentException why the metric can not take it
    static Content content(int dataType, Value value, Map<Long, String> choices) {
        return switch (dataType) {
            case SparkplugPayload.INT8 -> integral(value, choices, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SparkplugPayload.INT16 -> integral(value, choices, Short.MIN_VALUE, Short.MAX_VALUE);
            case SparkplugPayload.INT32 -> integral(value, choices, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case SparkplugPayload.INT64 -> integral(value, choices, Long.MIN_VALUE, Long.MAX_VALUE);
            case SparkplugPayload.UINT8 -> integral(value, choices, 0, 0xFF);
            case SparkplugPayload.UINT16 -> integral(value, choices, 0, 0xFFFF);
            case SparkplugPayload.UINT32 -> integral(value, choices, 0, 0xFFFF_FFFFL);
            case SparkplugPayload.UINT64, SparkplugPayload.DATE_TIME -> integral(value, choices, 0, Long.MAX_VALUE);
            case SparkplugPayload.FLOAT ->
                new Content.Real(exact(value, choices).doubleValue(), true);
            case SparkplugPayload.DOUBLE ->
                new Content.Real(exact(value, choices).doubleValue(), false);
            case SparkplugPayload.BOOLEAN ->
                new Content.Truth(exact(value, choices).signum() != 0);
            case SparkplugPayload.STRING, SparkplugPayload.TEXT, SparkplugPayload.UUID ->
                new Content.Words(value.toString());
            case SparkplugPayload.BYTES, SparkplugPayload.FILE -> {
                if (!(value instanceof Value.Bytes b)) throw new IllegalArgumentException("takes bytes, not " + value);
                yield new Content.Raw(b.content());
            }
            default -> // open: a code of the schema
                throw new IllegalArgumentException("has data type " + dataType + ", which can not be written");
        };
    }

    private static Content integral(Value value, Map<Long, String> choices, long min, long max) {
        try {
            long whole = exact(value, choices).longValueExact();
            if (whole >= min && whole <= max) return new Content.Whole(whole);
        } catch (ArithmeticException e) {
            // falls through to the one sentence that fits both
        }
        throw new IllegalArgumentException("takes whole numbers " + min + ".." + max + ", not " + value);
    }

    private static BigDecimal exact(Value value, Map<Long, String> choices) {
        return switch (value) {
            case Value.Num n -> BigDecimal.valueOf(n.value());
            case Value.Int i -> BigDecimal.valueOf(i.value());
            case Value.Register r -> r.exact();
            case Value.Flag f -> f.on() ? BigDecimal.ONE : BigDecimal.ZERO;
            case Value.Choice c ->
                BigDecimal.valueOf(choices.entrySet().stream()
                        .filter(e -> e.getValue().equals(c.name()))
                        .findFirst()
                        .map(Map.Entry::getKey)
                        .orElseThrow(() -> new IllegalArgumentException("takes numbers, not " + c.name())));
            case Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ ->
                throw new IllegalArgumentException("takes numbers, not " + value);
        };
    }

    /// Whether what was read is what was written, within the step of the point.
    static boolean same(Point point, Value written, Value read) {
        if (written.equals(read)) return true;
        Optional<Double> step = point.step();
        return written instanceof Value.Num w
                && read instanceof Value.Num r
                && Math.abs(w.value() - r.value())
                        <= step.orElseGet(() -> Math.abs(w.value()) * Math.ulp(1f)); // a float keeps 24 bits of it
    }
}
