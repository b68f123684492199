package io.linkspan.payload;

import io.linkspan.model.Conversion;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How what stands in a message is a value of one property, and back. Immutable.
///
/// @param name of the property, for messages
/// @param choices of a choice: its names by the device's codes
/// @param words the device's words for ours: `on` is `ON`, `1`; `none` is what it says when it has no value
/// @param factor what the device's number is multiplied by
/// @param conversion from the device's unit to the property's
/// @param comma whether the device writes 12,5 for twelve and a half
/// @param hex whether bytes stand in the message as hexadecimal digits (else base64)
record Shape(
        String name,
        ValueType type,
        Map<Long, String> choices,
        Map<String, List<String>> words,
        BigDecimal factor,
        Conversion conversion,
        boolean comma,
        boolean hex) {

    /// The word for "the device has no value now".
    static final String NONE = "none";

    /// Longest number in a message, in characters.
    static final int NUMBER_CHARACTERS_MAX = 64;

    /// The largest power of ten of a number; a double ends at 308.
    private static final int EXPONENT_MAX = 400;

    private static final int WORD_SHOWN_CHARACTERS_MAX = 40;
    private static final Pattern DECIMAL_COMMA = Pattern.compile("-?\\d+,\\d+");

    /// Whole numbers of so many digits, and powers of ten up to this one, are doubles without rounding.
    private static final int EXACT_DIGITS_MAX = 15;

    private static final double[] EXACT_POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    /// The value that stands there; none where the device says that it has none.
    ///
    /// @throws BadPayload it is no value of this type
    Optional<Value> value(Tree there) throws BadPayload {
        if (there instanceof Tree.Scalar s) {
            if (!s.quoted() && s.text().isEmpty()) return Optional.empty(); // null
            return scalar(s.text());
        }
        if (type == ValueType.POSITION && there instanceof Tree.Fields f) return Optional.of(position(f));
        if (type == ValueType.TEXT) return Optional.of(text(Json.write(there)));
        throw new BadPayload(name + " is a " + type.word() + ", and there stands " + there.kind());
    }

    /// The value of a text.
    Optional<Value> scalar(String text) throws BadPayload {
        for (var word : words.entrySet()) {
            if (!word.getValue().contains(text)) continue;
            if (word.getKey().equals(NONE)) return Optional.empty();
            return Optional.of(ours(word.getKey()));
        }
        return Optional.of(
                switch (type) {
                    case NUMBER -> number(text);
                    case INTEGER -> integer(text);
                    case REGISTER -> register(exact(text));
                    case FLAG -> flag(text);
                    case CHOICE -> choice(text);
                    case TEXT -> text(text);
                    case BYTES -> bytes(text);
                    case POSITION, GROUP -> throw wrong(text);
                });
    }

    private Value ours(String word) throws BadPayload {
        return switch (type) {
            case FLAG -> word.equals("on") ? Value.Flag.ON : Value.Flag.OFF;
            case CHOICE -> new Value.Choice(word);
            case TEXT -> text(word);
            case NUMBER, INTEGER, REGISTER, BYTES, POSITION, GROUP ->
                throw new IllegalStateException("A " + type.word() + " has no words but none");
        };
    }

    /// The value of a number in JSON that is neither long nor scaled, straight from its bytes; null for another,
    /// which
    /// [#value] takes. Digits and power of ten are doubles without rounding, so their quotient, rounded once, is
    /// the
    /// double that is nearest to the decimal number: the same as by way of a decimal number.
    @Nullable
    Value decimal(byte[] bytes, int from, int end) {
        if (type != ValueType.NUMBER && type != ValueType.INTEGER) return null;
        if (!words.isEmpty() || comma || !factor.equals(BigDecimal.ONE)) return null;
        boolean negative = bytes[from] == '-';
        int first = negative ? from + 1 : from;
        int point = -1;
        if (end - first > EXACT_DIGITS_MAX) return null;
        long digits = 0;
        for (int i = first; i < end; i++) {
            byte b = bytes[i];
            if (b == '.') point = i;
            else if (b >= '0' && b <= '9') digits = 10 * digits + (b - '0');
            else return null; // an exponent, true, false, null
        }
        if (negative) digits = -digits;
        if (type == ValueType.INTEGER) return point < 0 && conversion.isNone() ? new Value.Int(digits) : null;
        double number = converted(point < 0 ? digits : digits / EXACT_POWERS[end - point - 1]);
        return Double.isFinite(number) ? new Value.Num(number) : null;
    }

    private Value number(String text) throws BadPayload {
        double number = converted(exact(text).doubleValue());
        if (!Double.isFinite(number)) throw wrong(text);
        return new Value.Num(number);
    }

    private double converted(double number) {
        return conversion.isNone() ? number : conversion.apply(number);
    }

    private Value integer(String text) throws BadPayload {
        var number = exact(text);
        if (!conversion.isNone()) number = converted(number);
        try {
            return new Value.Int(number.setScale(0, RoundingMode.UNNECESSARY).longValueExact());
        } catch (ArithmeticException e) {
            throw new BadPayload(name + " is an integer, not " + shown(text));
        }
    }

    private Value register(BigDecimal number) throws BadPayload {
        var decimal = conversion.isNone() ? number : converted(number);
        decimal = decimal.stripTrailingZeros();
        if (decimal.scale() < 0) decimal = decimal.setScale(0);
        if (decimal.scale() > 9) decimal = decimal.setScale(9, RoundingMode.HALF_EVEN);
        if (decimal.unscaledValue().bitLength() > 63)
            throw new BadPayload(name + " is a register of at most 18 digits, not " + number);
        return new Value.Register(decimal.unscaledValue().longValueExact(), decimal.scale());
    }

    private BigDecimal converted(BigDecimal number) {
        return number.multiply(BigDecimal.valueOf(conversion.multiply()))
                .add(BigDecimal.valueOf(conversion.add()))
                .divide(BigDecimal.valueOf(conversion.divide()), MathContext.DECIMAL64);
    }

    /// The device's number, scaled; it is not in the property's unit yet.
    private BigDecimal exact(String text) throws BadPayload {
        String t = text.trim();
        if (comma) t = t.replace(",", ".");
        else if (t.indexOf(',') >= 0 && DECIMAL_COMMA.matcher(t).matches())
            throw new BadPayload(name + " is a number, and " + shown(text)
                    + " has a decimal comma; add the word comma to its address");
        if (t.length() > NUMBER_CHARACTERS_MAX) throw wrong(text);
        try {
            var number = new BigDecimal(t);
            if (Math.abs((long) number.precision() - number.scale()) > EXPONENT_MAX || number.scale() > EXPONENT_MAX)
                throw wrong(text); // else writing its digits out would take all memory
            return number.multiply(factor);
        } catch (NumberFormatException e) {
            throw wrong(text);
        }
    }

    private Value flag(String text) throws BadPayload {
        if (words.containsKey("on") || words.containsKey("off")) throw wrong(text);
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true", "on", "1", "yes" -> Value.Flag.ON;
            case "false", "off", "0", "no" -> Value.Flag.OFF;
            default ->
                throw new BadPayload(name + " is a flag, and " + shown(text)
                        + " is neither on nor off; say which words are, for example on=OPEN off=CLOSED");
        };
    }

    private Value choice(String text) throws BadPayload {
        if (choices.containsValue(text)) return new Value.Choice(text);
        if (text.matches("-?\\d{1,18}")) {
            var byCode = Optional.ofNullable(choices.get(Long.parseLong(text)));
            if (byCode.isPresent()) return new Value.Choice(byCode.get());
        }
        throw new BadPayload(name + " is one of " + String.join(", ", choices.values()) + ", and " + shown(text)
                + " is none of them");
    }

    private Value text(String text) throws BadPayload {
        if (text.length() > Value.BYTES_MAX)
            throw new BadPayload(name + " has a text of more than " + Value.BYTES_MAX + " characters");
        return new Value.Text(text);
    }

    private Value bytes(String text) throws BadPayload {
        try {
            byte[] content = hex
                    ? HexFormat.of().parseHex(text.trim())
                    : Base64.getDecoder().decode(text.trim().replace('-', '+').replace('_', '/'));
            if (content.length > Value.BYTES_MAX) throw wrong(text);
            return new Value.Bytes(content);
        } catch (IllegalArgumentException e) {
            throw new BadPayload(name + " is " + (hex ? "hexadecimal digits" : "base64") + ", not " + shown(text));
        }
    }

    private Value position(Tree.Fields f) throws BadPayload {
        try {
            return new Value.Position(
                    degrees(f, "latitude", "lat").orElseThrow(() -> new BadPayload(name + " has no latitude")),
                    degrees(f, "longitude", "lon", "lng").orElseThrow(() -> new BadPayload(name + " has no longitude")),
                    degrees(f, "altitude", "alt").orElse(0.0));
        } catch (IllegalArgumentException e) {
            throw new BadPayload(name + " is a place, not " + shown(Json.write(f)));
        }
    }

    private static Optional<Double> degrees(Tree.Fields f, String... names) {
        for (String each : names)
            if (f.fields().get(each) instanceof Tree.Scalar s && !s.text().isEmpty())
                return Optional.of(Double.parseDouble(s.text()));
        return Optional.empty();
    }

    private BadPayload wrong(String text) {
        return new BadPayload(name + " is a " + type.word() + ", not " + shown(text));
    }

    static String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return "\""
                + (plain.length() > WORD_SHOWN_CHARACTERS_MAX
                        ? plain.substring(0, WORD_SHOWN_CHARACTERS_MAX) + "..."
                        : plain)
                + "\"";
    }

    /// The device's scalar for a value of ours: its word, its number in its own unit, or ours.
    Tree.Scalar scalar(Value value) {
        var word = Optional.ofNullable(words.get(
                switch (value) {
                    case Value.Flag f -> f.on() ? "on" : "off";
                    case Value.Choice c -> c.name();
                    case Value.Text t -> t.text();
                    case Value.Num _, Value.Int _, Value.Register _, Value.Bytes _, Value.Position _, Value.Group _ ->
                        "";
                }));
        if (word.isPresent()) return (Tree.Scalar) jsonOf(word.get().getFirst());
        return switch (value) {
            case Value.Num n -> (Tree.Scalar) Tree.plain(number(BigDecimal.valueOf(n.value())));
            case Value.Int i -> (Tree.Scalar) Tree.plain(number(BigDecimal.valueOf(i.value())));
            case Value.Register r -> (Tree.Scalar) Tree.plain(number(r.exact()));
            case Value.Flag f -> (Tree.Scalar) Tree.plain(f.on());
            case Value.Bytes b ->
                (Tree.Scalar) Tree.text(
                        hex
                                ? HexFormat.of().formatHex(b.content())
                                : Base64.getEncoder().encodeToString(b.content()));
            case Value.Choice _, Value.Text _, Value.Position _, Value.Group _ ->
                (Tree.Scalar) Tree.text(value.toString());
        };
    }

    /// A device's word as it stands in JSON: `true` and `1` are no texts there. One that must be text is quoted in
    /// the address by a template.
    private static Tree jsonOf(String word) {
        return Json.isBare(word) ? Tree.plain(word) : Tree.text(word);
    }

    private String number(BigDecimal ours) {
        var theirs = conversion.isNone()
                ? ours
                : ours.multiply(BigDecimal.valueOf(conversion.divide()))
                        .subtract(BigDecimal.valueOf(conversion.add()))
                        .divide(BigDecimal.valueOf(conversion.multiply()), MathContext.DECIMAL64);
        if (factor.compareTo(BigDecimal.ONE) != 0) theirs = theirs.divide(factor, MathContext.DECIMAL64);
        if (type == ValueType.INTEGER) theirs = theirs.setScale(0, RoundingMode.HALF_EVEN);
        if (theirs.signum() == 0) return "0";
        String digits = theirs.stripTrailingZeros().toPlainString();
        return comma ? digits.replace('.', ',') : digits;
    }
}
