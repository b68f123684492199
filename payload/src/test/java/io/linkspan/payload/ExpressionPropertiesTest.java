package io.linkspan.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.payload.Expression.Result;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleSupplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Random expressions against a plain evaluator in Java, and random texts against the promise that only [Invalid] comes
/// out.
class ExpressionPropertiesTest {
    private static final Map<String, Typed> KNOWN = Map.of(
            "a.power", Typed.of(ValueType.NUMBER, Units.parse("kW")),
            "b.power", Typed.of(ValueType.NUMBER, Units.parse("W")),
            "c.power", Typed.of(ValueType.NUMBER, Units.parse("MW")),
            "d.energy", Typed.of(ValueType.REGISTER, Units.parse("kWh")),
            "e.on", Typed.of(ValueType.FLAG),
            "f.on", Typed.of(ValueType.FLAG),
            "g.temperature", Typed.of(ValueType.NUMBER, Units.parse("Cel")),
            "h.temperature", Typed.of(ValueType.NUMBER, Units.parse("[degF]")),
            "i.name", Typed.of(ValueType.TEXT),
            "j.mode", Typed.choice(List.of("off", "on")));

    /// Watts in one of each unit that random expressions use; 0 for literals alone.
    private static final Map<String, Double> WATTS = Map.of("a.power", 1e3, "b.power", 1.0, "c.power", 1e6);

    /// A number of a random expression: its text, watts in one of its unit (0: a literal, it has none yet), its
    /// value in it.
    private record Num(String text, double watts, DoubleSupplier value) {
        double in(double unit) {
            return watts == 0 || watts == unit ? value.getAsDouble() : value.getAsDouble() * watts / unit;
        }
    }

    private record Cond(String text, BooleanSupplier value) {}

    /// Draws expressions; `close` is set when a comparison is too close to call after rounding.
    private static final class Drawn {
        private final Random random;
        private final Map<String, Value> values = new HashMap<>();
        private boolean close;

        Drawn(long seed) {
            random = new Random(seed);
            for (var name : WATTS.keySet()) values.put(name, new Value.Num(random.nextInt(-5_000, 5_000) / 100.0));
            values.put("e.on", new Value.Flag(random.nextBoolean()));
            values.put("f.on", new Value.Flag(random.nextBoolean()));
        }

        Num number(int depth) {
            return switch (depth <= 0 ? random.nextInt(2) : random.nextInt(10)) {
                case 0 -> literal();
                case 1 -> property();
                case 2 -> pair(depth, "(%s + %s)", Double::sum);
                case 3 -> pair(depth, "(%s - %s)", (x, y) -> x - y);
                case 4 -> pair(depth, "min(%s, %s)", Math::min);
                case 5 -> pair(depth, "max(%s, %s)", Math::max);
                case 6 -> scaled(depth, random.nextBoolean());
                case 7 -> single(depth, "abs(%s)", 0);
                case 8 -> single(depth, "(-%s)", -1);
                default -> chosen(depth);
            };
        }

        private Num literal() {
            double value = random.nextInt(-400, 400) / 4.0;
            boolean whole = value == Math.rint(value) && random.nextBoolean();
            String text = whole ? Integer.toString((int) value) : Double.toString(value);
            return new Num(value < 0 ? "(" + text + ")" : text, 0, () -> value);
        }

        private Num property() {
            var name = List.of("a.power", "b.power", "c.power").get(random.nextInt(3));
            double value = ((Value.Num) values.get(name)).value();
            return new Num(name, WATTS.get(name), () -> value);
        }

        private Num pair(int depth, String form, DoubleBinaryOperator operator) {
            var x = number(depth - 1);
            var y = number(depth - 1);
            double unit = x.watts() != 0 ? x.watts() : y.watts();
            return new Num(
                    form.formatted(x.text(), y.text()), unit, () -> operator.applyAsDouble(x.in(unit), y.in(unit)));
        }

        private Num scaled(int depth, boolean times) {
            var x = number(depth - 1);
            int factor = random.nextInt(1, 9);
            String text = "(" + x.text() + (times ? " * " : " / ") + factor + ")";
            return new Num(
                    text,
                    x.watts(),
                    () -> times ? x.value().getAsDouble() * factor : x.value().getAsDouble() / factor);
        }

        private Num single(int depth, String form, int sign) {
            var x = number(depth - 1);
            return new Num(form.formatted(x.text()), x.watts(), () -> {
                double value = x.value().getAsDouble();
                return sign < 0 ? -value : Math.abs(value);
            });
        }

        private Num chosen(int depth) {
            var condition = condition(depth - 1);
            var x = number(depth - 1);
            var y = number(depth - 1);
            double unit = x.watts() != 0 ? x.watts() : y.watts();
            return new Num(
                    "(%s ? %s : %s)".formatted(condition.text(), x.text(), y.text()),
                    unit,
                    () -> condition.value().getAsBoolean() ? x.in(unit) : y.in(unit));
        }

        Cond condition(int depth) {
            if (depth <= 0) {
                var name = random.nextBoolean() ? "e.on" : "f.on";
                boolean on = ((Value.Flag) values.get(name)).on();
                return new Cond(name, () -> on);
            }
            var x = random.nextInt(2) == 0 ? condition(depth - 1) : compared(depth);
            var y = condition(depth - 1);
            return switch (random.nextInt(4)) {
                case 0 ->
                    new Cond(
                            "(%s && %s)".formatted(x.text(), y.text()),
                            () -> x.value().getAsBoolean() & y.value().getAsBoolean());
                case 1 ->
                    new Cond(
                            "(%s || %s)".formatted(x.text(), y.text()),
                            () -> x.value().getAsBoolean() | y.value().getAsBoolean());
                case 2 -> new Cond("(!" + x.text() + ")", () -> !x.value().getAsBoolean());
                default -> compared(depth);
            };
        }

        private Cond compared(int depth) {
            var x = number(depth - 1);
            var y = number(depth - 1);
            double unit = x.watts() != 0 ? x.watts() : y.watts();
            boolean less = random.nextBoolean();
            return new Cond("(%s %s %s)".formatted(x.text(), less ? "<" : ">=", y.text()), () -> {
                double p = x.in(unit);
                double q = y.in(unit);
                if (Math.abs(p - q) <= 1e-9 * (Math.abs(p) + Math.abs(q)) && p != q) close = true;
                return less ? p < q : p >= q;
            });
        }
    }

    @Property(tries = 400)
    void conditionsAgreeWithPlainJava(@ForAll long seed) throws Invalid {
        var drawn = new Drawn(seed);
        var condition = drawn.condition(4);
        boolean expected = condition.value().getAsBoolean();
        if (drawn.close || condition.text().length() > Expression.TEXT_CHARACTERS_MAX) return;
        var result = Expression.compile(Mark.NONE, condition.text(), KNOWN, Wanted.CONDITION)
                .evaluate(drawn.values);
        assertThat(result).as(condition.text()).isEqualTo(new Result.Of(new Value.Flag(expected)));
    }

    @Property(tries = 400)
    void mapsAgreeWithPlainJava(@ForAll long seed) throws Invalid {
        var drawn = new Drawn(seed);
        var number = drawn.number(4);
        double expected = number.in(1e3);
        if (drawn.close || number.text().length() > Expression.TEXT_CHARACTERS_MAX) return;
        var wanted = Wanted.of(Typed.of(ValueType.NUMBER, Units.parse("kW")));
        var result = Expression.compile(Mark.NONE, number.text(), KNOWN, wanted).evaluate(drawn.values);
        assertThat(result)
                .as(number.text())
                .isInstanceOfSatisfying(
                        Result.Of.class,
                        of -> assertThat(((Value.Num) of.value()).value())
                                .as(number.text())
                                .isCloseTo(expected, within(1e-6 * (1 + Math.abs(expected)))));
    }

    /// Values that comparisons may stumble over: missing ones, both zeros, what a conversion makes too large, a
    /// whole
    /// number beyond what a double holds, a value of another type than declared.
    private static Optional<Value> some(String name, Random random) {
        if (random.nextInt(5) == 0) return Optional.empty();
        if (random.nextInt(30) == 0) return Optional.of(new Value.Bytes(new byte[] {1}));
        return Optional.of(
                switch (name.charAt(0)) {
                    case 'e', 'f' -> new Value.Flag(random.nextBoolean());
                    case 'i', 'j' -> new Value.Text(random.nextBoolean() ? "on" : "off");
                    case 'd' ->
                        new Value.Register(random.nextInt(3) * (random.nextBoolean() ? 1 : Long.MAX_VALUE / 4), 3);
                    default ->
                        switch (random.nextInt(6)) {
                            case 0 -> new Value.Num(0.0);
                            case 1 -> new Value.Num(-0.0);
                            case 2 -> new Value.Num(Double.MAX_VALUE);
                            case 3 -> new Value.Int(random.nextBoolean() ? 1 : Long.MIN_VALUE);
                            default -> new Value.Num(random.nextInt(-2, 3) / 1000.0);
                        };
                });
    }

    private static String plain(Random random, int depth) {
        if (depth > 0 && random.nextInt(4) != 0) {
            String x = plain(random, depth - 1);
            return switch (random.nextInt(6)) {
                case 0 -> "!(" + x + ")";
                case 1 -> "(" + x + ") == (" + plain(random, depth - 1) + ")";
                case 4 -> "(" + x + ") != (" + plain(random, depth - 1) + ")";
                case 2, 3 -> "(" + x + ") && (" + plain(random, depth - 1) + ")";
                default -> "(" + x + ") || (" + plain(random, depth - 1) + ")";
            };
        }
        String order = List.of("<", "<=", ">", ">=", "==", "!=").get(random.nextInt(6));
        return switch (random.nextInt(9)) {
            case 0 -> "e.on";
            case 1 -> "has(f.on)";
            case 2 -> "j.mode " + (random.nextBoolean() ? "==" : "!=") + " 'on'";
            case 3 -> "i.name == 'off'";
            case 4 -> "d.energy " + order + " 0.002";
            case 5 -> "g.temperature " + order + " h.temperature";
            case 6 -> random.nextBoolean() ? "true" : "false";
            case 7 -> "b.power " + order + " a.power";
            default ->
                "a.power " + order + " " + List.of("0", "-0.0", "0.001", "-1.5").get(random.nextInt(4));
        };
    }

    @Property(tries = 3_000)
    void whatIsComputedPlainlyIsWhatCelComputes(@ForAll long seed) throws Invalid {
        var random = new Random(seed);
        String text = plain(random, 4);
        var plain = Expression.compile(Mark.NONE, text, KNOWN, Wanted.CONDITION);
        var cel = Expression.compile(Mark.NONE, text, KNOWN, Wanted.CONDITION, false);
        assertThat(plain.isPlain()).as(text).isTrue();
        assertThat(cel.isPlain()).isFalse();
        for (int i = 0; i < 20; i++) {
            var values = new HashMap<String, Value>();
            for (var name : plain.variables()) some(name, random).ifPresent(v -> values.put(name, v));
            assertThat(plain.evaluate(values)).as(text + " of " + values).isEqualTo(cel.evaluate(values));
        }
    }

    @Property(tries = 300)
    void whatIsNotPlainIsLeftToCel(@ForAll long seed) throws Invalid {
        var drawn = new Drawn(seed);
        var condition = drawn.condition(3);
        var either = Expression.compile(Mark.NONE, condition.text(), KNOWN, Wanted.CONDITION);
        var cel = Expression.compile(Mark.NONE, condition.text(), KNOWN, Wanted.CONDITION, false);
        assertThat(either.evaluate(drawn.values)).as(condition.text()).isEqualTo(cel.evaluate(drawn.values));
    }

    @Property(tries = 3_000)
    void anyTextIsAnExpressionOrASentence(@ForAll("texts") String text, @ForAll long seed) {
        var drawn = new Drawn(seed);
        for (var wanted : List.of(Wanted.CONDITION, Wanted.of(Typed.of(ValueType.NUMBER, Units.parse("Cel"))))) {
            try {
                var expression = Expression.compile(Mark.NONE, text, KNOWN, wanted);
                var some = expression.evaluate(variable -> Optional.ofNullable(
                        drawn.values.get(expression.variables().get(variable))));
                assertThat(some).isEqualTo(expression.evaluate(drawn.values));
                expression.evaluate(Map.of());
            } catch (Invalid e) {
                assertThat(e.getMessage()).isNotBlank().doesNotContain("@not", "@plus", "mismatched", "expecting");
            }
        }
    }

    @Provide
    Arbitrary<String> texts() {
        var words = Arbitraries.of(
                "a.power",
                "b.power",
                "d.energy",
                "e.on",
                "g.temperature",
                "h.temperature",
                "i.name",
                "j.mode",
                "x",
                "1",
                "2.5",
                "0",
                "-1",
                "\"on\"",
                "'kW'",
                "true",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                ",",
                ".",
                "?",
                ":",
                "+",
                "-",
                "*",
                "/",
                "%",
                "<",
                ">=",
                "==",
                "!=",
                "!",
                "&&",
                "||",
                " in ",
                "has(e.on)",
                "min(",
                "max(",
                "clamp(",
                "round(",
                "abs(",
                "number(",
                "quantity(",
                "size(",
                ".all(x, ",
                ".exists(x, ",
                ".map(x, ",
                ".filter(x, ",
                ".exists_one(x, ",
                ".size()",
                "1e308",
                "9007199254740993",
                "4u",
                "null",
                "b'a'",
                "dyn(",
                "type(",
                "@in",
                "`a`",
                "°",
                "\n",
                "//",
                "\"",
                "..",
                ".?",
                "[?");
        return words.list().ofMinSize(1).ofMaxSize(14).map(list -> String.join("", list));
    }
}
