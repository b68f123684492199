package io.linkspan.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Conversion;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// [PlainJson] beside [Json]: what both read, both read alike, and what devices mostly write is read.
class PlainJsonTest {
    private static final String[] NAMES = {"a", "b", "temperature", "", "0", "1", "a/b", "two words", "é"};
    private static final String[] NUMBERS = {"0", "-0", "21.53", "1e3", "-1.5E-7", "00", "1.", ".5", "-", "12345678901"
    };

    @Property(tries = 3_000)
    void whatItReadsIsReadAlikeByTheTree(@ForAll long seed) throws Invalid {
        var random = new Random(seed);
        var text = new StringBuilder();
        write(random, text, 0);
        // now and then something is wrong, or merely another way to write it
        for (int i = random.nextInt(3) - 1; i > 0 && !text.isEmpty(); i--)
            text.setCharAt(random.nextInt(text.length()), "{}[]\":, 0a-.\\\t".charAt(random.nextInt(14)));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        var plain = PlainJson.of(bytes);
        if (plain == null) return;
        var tree = Json.parse("", text.toString()); // else Json refuses what this took
        everywhere(tree, List.of(), bytes);
    }

    private static void everywhere(Tree here, List<String> steps, byte[] bytes) throws Invalid {
        assertThat(at(bytes, steps)).isEqualTo(Optional.of(shown(here)));
        for (String step : NAMES) {
            var next = new ArrayList<>(steps);
            next.add(step);
            var there = JsonPointer.of(List.of(step)).find(here);
            if (there.isPresent()) everywhere(there.get(), next, bytes);
            else assertThat(at(bytes, next)).isEmpty();
        }
    }

    private static Optional<String> at(byte[] bytes, List<String> steps) throws Invalid {
        try {
            return new Message("t", bytes, 0).jsonAt(JsonPointer.of(steps)).map(PlainJsonTest::shown);
        } catch (BadPayload e) {
            throw new AssertionError(e);
        }
    }

    private static String shown(Tree tree) {
        return tree instanceof Tree.Scalar s ? s.quoted() + s.text() : Json.write(tree);
    }

    private static void write(Random random, StringBuilder out, int depth) {
        String blank = random.nextInt(4) == 0 ? " \n" : "";
        out.append(blank);
        switch (random.nextInt(depth > 3 ? 3 : 6)) {
            case 0 -> out.append(NUMBERS[random.nextInt(random.nextInt(4) == 0 ? NUMBERS.length : 5)]);
            case 1 -> out.append(List.of("true", "false", "null").get(random.nextInt(3)));
            case 2 ->
                out.append('"')
                        .append(List.of("", "on", "{a", "\\u0041", "x y", "ü").get(random.nextInt(6)))
                        .append('"');
            case 3 -> list(random, out, depth, '[', ']');
            default -> list(random, out, depth, '{', '}');
        }
        out.append(blank);
    }

    private static void list(Random random, StringBuilder out, int depth, char begin, char end) {
        out.append(begin);
        for (int n = random.nextInt(4); n > 0; n--) {
            if (begin == '{')
                out.append('"').append(NAMES[random.nextInt(NAMES.length)]).append("\" :");
            write(random, out, depth + 1);
            if (n > 1) out.append(',');
        }
        out.append(end);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"temperature\":21.53,\"humidity\":48.2,\"battery\":3.61,\"count\":12345678}",
                "{\"Time\":\"2026-01-31T12:00:00\",\"ENERGY\":{\"Total\":3.185,\"Power\":[12,13]}}",
                " [ { \"v\" : 1 } , true , null , \"\" ] ",
                "21.5",
            })
    void whatDevicesWriteIsRead(String message) {
        assertThat(PlainJson.of(message.getBytes(StandardCharsets.UTF_8))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1}{",
                "{\"a\":\"\\n\"}",
                "{\"é\":1}",
                "[1,]",
                "01",
                "1 2",
                "tru",
                "\"a"
            })
    void whatIsWrongOrUnusualIsForTheTree(String message) {
        assertThat(PlainJson.of(message.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void itHasLimits() {
        for (int parts : new int[] {PlainJson.PARTS_MAX - 1, PlainJson.PARTS_MAX}) {
            byte[] list = ("[" + "1,".repeat(parts - 1) + "1]").getBytes(StandardCharsets.UTF_8);
            assertThat(PlainJson.of(list) != null).isEqualTo(parts < PlainJson.PARTS_MAX);
        }
        for (int depth : new int[] {PlainJson.NESTING_MAX, PlainJson.NESTING_MAX + 1, 100_000}) {
            byte[] deep = ("[".repeat(depth) + "1" + "]".repeat(depth)).getBytes(StandardCharsets.UTF_8);
            assertThat(PlainJson.of(deep) != null).isEqualTo(depth <= PlainJson.NESTING_MAX);
        }
        byte[] name = ("{\"" + "n".repeat(PlainJson.CHARS_MAX + 1) + "\":1}").getBytes(StandardCharsets.UTF_8);
        assertThat(PlainJson.of(name)).isNull();
        assertThat(PlainJson.of("1".repeat(PlainJson.CHARS_MAX + 1).getBytes(StandardCharsets.UTF_8)))
                .isNull();
    }

    @Property(tries = 3_000)
    void aNumberFromItsBytesIsTheOneByWayOfADecimalNumber(@ForAll long seed) throws BadPayload {
        var random = new Random(seed);
        var number = BigDecimal.valueOf(random.nextLong() >> random.nextInt(63), random.nextInt(17));
        String text = random.nextInt(9) == 0 ? "-0.0" : number.toPlainString();
        var conversion = random.nextBoolean() ? Conversion.NONE : new Conversion(9, 160, 5);
        for (var type : new ValueType[] {ValueType.NUMBER, ValueType.INTEGER}) {
            var shape = new Shape("p", type, Map.of(), Map.of(), BigDecimal.ONE, conversion, false, false);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            var straight = shape.decimal(bytes, 0, bytes.length);
            if (straight != null) assertThat(Optional.<Value>of(straight)).isEqualTo(shape.scalar(text));
            else
                assertThat(type == ValueType.INTEGER
                                || text.replaceAll("\\D", "").length() >= 15)
                        .isTrue();
        }
    }
}
