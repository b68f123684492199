package io.linkspan.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Unit;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.payload.Expression.Result;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
    private static final Map<String, Typed> KNOWN = new HashMap<>();
    private static final Map<String, Value> VALUES = new HashMap<>();

    static {
        quantity("boiler.temperature", "Cel", new Value.Num(50));
        quantity("roof.temperature", "[degF]", new Value.Num(50));
        quantity("tank.temperature", "K", new Value.Num(313.15));
        quantity("meter.power", "kW", new Value.Num(4));
        quantity("pv.power", "W", new Value.Num(1500));
        quantity("zero.power", "W", new Value.Num(0));
        quantity("gone.power", "kW", null);
        quantity("meter.reactive", "kvar", new Value.Num(1));
        quantity("valve.open", "%", new Value.Num(50));
        quantity("meter.voltage", "V", new Value.Num(230));
        quantity("meter.current", "A", new Value.Num(10));
        add("meter.energy", Typed.of(ValueType.REGISTER, Units.parse("kWh")), new Value.Register(123_456, 3));
        add("plant.count", Typed.of(ValueType.INTEGER), new Value.Int(7));
        add("plant.code", Typed.of(ValueType.INTEGER), new Value.Int((1L << 53) + 1));
        add("plant.name", Typed.of(ValueType.TEXT), new Value.Text("abc"));
        add("boiler.on", Typed.of(ValueType.FLAG), Value.Flag.ON);
        add("gone.on", Typed.of(ValueType.FLAG), null);
        add("boiler.mode", Typed.choice(List.of("off", "eco", "heat")), new Value.Choice("eco"));
        add("van.place", Typed.of(ValueType.POSITION), new Value.Position(50, 4, 0));
        add("odd.power", Typed.of(ValueType.NUMBER, Units.parse("kW")), new Value.Text("four"));
        add("value", Typed.of(ValueType.NUMBER, Units.parse("kW")), new Value.Num(2));
    }

    private static void quantity(String name, String unit, @Nullable Value value) {
        add(name, Typed.of(ValueType.NUMBER, Units.parse(unit)), value);
    }

    private static void add(String name, Typed typed, @Nullable Value value) {
        KNOWN.put(name, typed);
        if (value != null) VALUES.put(name, value);
    }

    private static Expression compile(String text, Wanted wanted) throws Invalid {
        return Expression.compile(Mark.NONE, text, KNOWN, wanted);
    }

    private static Wanted in(String unit) {
        return Wanted.of(Typed.of(ValueType.NUMBER, Units.parse(unit)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "boiler.temperature < 55.0 && meter.power > 3 => true",
                "boiler.temperature < 50 => false",
                "meter.power > pv.power => true",
                "pv.power > meter.power => false",
                "pv.power == 1500 => true",
                "meter.energy > 123.4 && meter.energy < 123.5 => true",
                "meter.power - pv.power == 2.5 => true",
                "value < 4 => true",
                "7 / 2 == 3.5 => true",
                "boiler.temperature > tank.temperature => true",
                "boiler.temperature > roof.temperature => true",
                "boiler.temperature - roof.temperature > 39.9 => true",
                "boiler.temperature - roof.temperature < tank.temperature => true",
                "meter.voltage * meter.current > 2299 => true",
                "meter.voltage * meter.current > pv.power => true",
                "plant.count % 2 == 1 => true",
                "plant.count in [1, 7] => true",
                "pv.power in [1.5, meter.power] => true",
                "pv.power in [meter.power, quantity(1.5, \"kW\")] => true",
                "boiler.mode == \"eco\" => true",
                "\"heat\" != boiler.mode => true",
                "boiler.mode in [\"eco\", \"heat\"] => true",
                "plant.name.contains(\"b\") && plant.name.startsWith(\"a\") && plant.name.endsWith('c') => true",
                "size(plant.name) == 3 => true",
                "boiler.on == true => true",
                "boiler.on ? meter.power > 3 : meter.power > 5 => true",
                "[meter.power, pv.power].exists(p, p > 3) => true",
                "[meter.power, pv.power].all(p, p > 3) => false",
                "[meter.power, pv.power].exists_one(p, p > 3) => true",
                "[meter.power, pv.power, 2].filter(p, p >= 2).size() == 2 => true",
                "[meter.power, pv.power].map(p, p * 2).exists(q, q == 8) => true",
                "[1, 2].all(x, [3, 4].all(x, x > 2)) => true",
                "number(meter.power, \"W\") == 4000 => true",
                "quantity(3.5, \"kW\") < meter.power => true",
                "int(meter.power / 3) == 1 => true",
                "-meter.power < 0 => true",
                "abs(-meter.power) == meter.power => true",
                "1 < 2 => true",
            })
    void conditions(String text, boolean result) throws Invalid {
        assertThat(compile(text, Wanted.CONDITION).evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Flag(result)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "kW => meter.power - pv.power => 2.5",
                "W => meter.power - pv.power => 2500",
                "W => meter.power * 2 => 8000",
                "W => 1500 => 1500",
                "W => meter.power * valve.open => 2000",
                "% => pv.power / meter.power => 37.5",
                "1 => pv.power / meter.power => 0.375",
                "Cel => boiler.temperature - 2 => 48",
                "K => boiler.temperature => 323.15",
                "[degF] => boiler.temperature => 122",
                "K => boiler.temperature - roof.temperature => 40",
                "[degF] => boiler.temperature - roof.temperature => 72",
                "K => boiler.temperature + 2 => 325.15",
                "Cel => (boiler.temperature + roof.temperature) / 2 => 30",
                "Cel => 20.0 + (20.0 - boiler.temperature) * 1.5 => -25",
                "Cel => boiler.temperature * 1.02 + 0.3 => 51.3",
                "Cel => boiler.temperature + (tank.temperature - tank.temperature) => 50",
                "Cel => boiler.temperature + quantity(number(tank.temperature, \"K\"), \"K\") => 363.15",
                "K => boiler.temperature - quantity(number(tank.temperature, \"Cel\"), \"Cel\") => 10",
                "kW => max(meter.power, pv.power, 2) => 4",
                "kW => min(meter.power, pv.power, 2) => 1.5",
                "kW => clamp(meter.power, 1, 3) => 3",
                "kW => clamp(meter.power, 5, 6) => 5",
                "kW => round(meter.power / 3) => 1",
                "kW => round(meter.power / 3, 0.5) => 1.5",
                "kW => boiler.on ? meter.power : 0 => 4",
                "kWh => meter.energy + 1 => 124.456",
                "kWh => meter.power * quantity(30, \"min\") => 2",
            })
    void mapsIntoTheTargetsUnit(String unit, String text, double result) throws Invalid {
        assertThat(compile(text, in(unit)).evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Num(result)));
    }

    @Test
    void saysTheUnitOfANumber() throws Invalid {
        var percent = Typed.of(ValueType.NUMBER, Units.parse("%"));
        var curve = compile("(boiler.temperature - 20) * 2", new Wanted(percent, Optional.of(Units.parse("%"))));
        assertThat(curve.evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Num(60)));
        var kw = Typed.of(ValueType.NUMBER, Units.parse("kW"));
        var watts = compile("plant.count * 500", new Wanted(kw, Optional.of(Units.parse("W"))));
        assertThat(watts.evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Num(3.5)));
        var followed = compile("meter.power", new Wanted(kw, Optional.of(Units.parse("W"))));
        assertThat(followed.evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Num(4)));
    }

    @Test
    void givesIntegersTextsAndChoices() throws Invalid {
        var steps = Wanted.of(Typed.of(ValueType.INTEGER));
        assertThat(compile("plant.count * 1.4", steps).evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Int(10)));
        assertThat(compile("plant.count * 1e300", steps).evaluate(VALUES))
                .isEqualTo(new Result.NoValue("the result 7.0E300 is too large for an integer"));
        var text = Wanted.of(Typed.of(ValueType.TEXT));
        assertThat(compile("boiler.mode + \"-\" + plant.name", text).evaluate(VALUES))
                .isEqualTo(new Result.Of(new Value.Text("eco-abc")));
        var mode = Wanted.of(Typed.choice(List.of("off", "heat")));
        assertThat(compile("boiler.on ? \"heat\" : \"off\"", mode).evaluate(VALUES))
                .isEqualTo(new Result.Of(new Value.Choice("heat")));
        assertThat(compile("plant.name", mode).evaluate(VALUES))
                .isEqualTo(new Result.NoValue("the result \"abc\" is none of the target's choices"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "gone.power > 3 => \"gone.power\" has no value",
                "meter.power > gone.power => \"gone.power\" has no value",
                "boiler.on && gone.on => \"gone.on\" has no value",
                "!boiler.on || gone.on => \"gone.on\" has no value",
                "[meter.power, gone.power].all(p, p > 3) => \"gone.power\" has no value",
                "meter.power / zero.power > 3 => a division by 0",
                "plant.count % (plant.count - 7) == 0 => a division by 0",
                "pv.power * 1e308 > 1 => a result is too large for a number",
                "-(pv.power * 1e308) < 1 => a result is too large for a number",
                "plant.code > 3 => \"plant.code\" is 9007199254740993, too large to compute with",
                "odd.power > 3 => \"odd.power\" has a text where a number is declared",
            })
    void hasNoValueForAReason(String text, String reason) throws Invalid {
        assertThat(compile(text, Wanted.CONDITION).evaluate(VALUES)).isEqualTo(new Result.NoValue(reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "boiler.on || gone.on => true",
                "gone.on || boiler.on => true",
                "gone.power > 3 && !boiler.on => false",
                "meter.power / zero.power > 3 || boiler.on => true",
                "has(gone.power) => false",
                "has(meter.power) => true",
                "has(van.place) => true",
                "has(gone.power) ? gone.power > 3 : boiler.on => true",
                "[gone.power, meter.power].exists(p, p > 3) || boiler.on => true",
            })
    void hasAValueWhereTheMissingOneDoesNotMatter(String text, boolean result) throws Invalid {
        assertThat(compile(text, Wanted.CONDITION).evaluate(VALUES)).isEqualTo(new Result.Of(new Value.Flag(result)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "meter.power > boiler.temperature => 21 => \"meter.power\" is a power (kW) and \"boiler.temperature\" a temperature (°C): they can not be compared",
                "meter.power + meter.reactive > 3 => 20 => \"meter.power\" is a power (kW) and \"meter.reactive\" a reactive power (kvar): they can not be added",
                "meter.power - plant.count > 3 => 20 => \"meter.power\" is a power (kW) and \"plant.count\" a plain number: they can not be subtracted",
                "meter.power in [1, boiler.temperature] => 6 => an item of the list is a temperature (°C) and \"meter.power\" a power (kW): they can not be compared",
                "[meter.power, boiler.temperature].exists(p, p > 3) => 21 => \"meter.power\" is a power (kW) and \"boiler.temperature\" a temperature (°C): they can not be items of one list",
                "max(meter.power, boiler.temperature) > 3 => 24 => \"meter.power\" is a power (kW) and \"boiler.temperature\" a temperature (°C): they can not be compared",
                "boiler.temperature - tank.temperature > 5 => 26 => \"tank.temperature\" is in K, and beside °C the text does not tell whether it is a temperature or a difference; write quantity(number(tank.temperature, \"Cel\"), \"Cel\") for a temperature or quantity(number(tank.temperature, \"K\"), \"K\") for a difference",
                "boiler.temperature - roof.temperature > boiler.temperature => 47 => this and \"boiler.temperature\" are a temperature and a difference (or a sum) of temperatures: they can not be compared",
                "boiler.temperature * meter.power > 3 => 7 => \"boiler.temperature\" is a temperature in °C, and only a difference of temperatures can be multiplied or divided by a quantity; subtract another one, or write number(..., \"K\")",
                "boiler.on > 3 => 7 => \"boiler.on\" is a flag (true or false), and \">\" takes numbers; write (boiler.on ? 1 : 0) if that is meant",
                "boiler.on == 1 => 14 => \"boiler.on\" is a flag (true or false) and the number 1 a number: they can not be compared",
                "meter.power && boiler.on => 6 => \"meter.power\" is a power (kW) and no condition; write for example x > 0",
                "plant.name || boiler.on => 6 => \"plant.name\" is a text and no condition; write for example x == \"...\"",
                "boiler.temperature => 7 => the result is a temperature (°C), and wanted is true or false, such as x > 0",
                "meter.power / 0 > 3 => 15 => a division by 0 has no result; write another divisor",
                "1e308 * 1e308 > 3 => 7 => this computes to no number (a division by 0, or too large); write another literal",
                "boiler.mode == \"warm\" => 16 => \"warm\" is no choice of \"boiler.mode\"; it is one of off, eco, heat",
                "boiler.mode in [\"warm\"] => 16 => \"warm\" is no choice of \"boiler.mode\"; it is one of off, eco, heat",
                "plant.name > \"a\" => 6 => \"plant.name\" is a text, and \">\" takes numbers",
                "meter.pwer > 3 => 6 => there is no property \"meter.pwer\" here; there is meter.current, meter.energy, meter.power, meter.reactive, meter.voltage",
                "reactive > 3 => 1 => there is no property \"reactive\" here; there is meter.reactive",
                "has(meter.pwr) => 4 => there is no property \"meter.pwr\" here; there is meter.current, meter.energy, meter.power, meter.reactive, meter.voltage",
                "van.place == 3 => 4 => \"van.place\" is a position and can not be computed with; only has(van.place) can be asked",
                "null == 3 => 1 => there is no null; write has(thing.property) to ask whether there is a value",
                "{'a': 1} => 1 => maps and messages are not part of expressions here; name a property or a list",
                "foo(3) => 4 => there is no function \"foo\" here; there is min, max, abs, round, clamp, number, quantity, has, size, contains, startsWith, endsWith, int, double and on lists all, exists, exists_one, filter, map",
                "timestamp(\"2020\") < 3 => 10 => there is no function \"timestamp\" here; there is min, max, abs, round, clamp, number, quantity, has, size, contains, startsWith, endsWith, int, double and on lists all, exists, exists_one, filter, map",
                "[1, 2][0] == 1 => 7 => items are not taken by their place; write exists, all, filter or map over the list",
                "meter.power == 4u => 16 => numbers have no suffix here; write 4 and not 4u",
                "b'a' == b'a' => 1 => only numbers, true, false and texts are literals here",
                "9007199254740993 > 3 => 1 => the number is too large to be exact; at most 9007199254740992 is",
                "min(3) > 3 => 4 => min takes two or more numbers, such as min(a.x, b.x)",
                "abs(3, 4) > 3 => 4 => abs takes one argument, not 2",
                "round(3, 4, 5) > 3 => 6 => round takes a number and, if wanted, a step: round(x) or round(x, 0.5)",
                "round(3, 0) > 3 => 10 => a step of rounding is above 0, such as round(x, 0.5)",
                "clamp(3, 4) > 3 => 6 => clamp takes three numbers: clamp(x, lowest, highest)",
                "clamp(meter.power, 3, 1) > 3 => 6 => clamp takes the lowest value before the highest: clamp(x, 1, 3)",
                "number(meter.power) > 3 => 7 => number takes a quantity and a unit: number(meter.power, \"kW\")",
                "number(meter.power, \"Cel\") > 3 => 13 => \"meter.power\" is a power (kW) and no number of a temperature (°C); name a unit of its dimension",
                "quantity(3) > 3 => 9 => quantity takes a number and a unit: quantity(3.5, \"kW\")",
                "quantity(3, plant.name) > 3 => 18 => a unit is written as a text here, such as \"kW\"",
                "quantity(3, \"kWx\") > 3 => 13 => \"kWx\" is no unit we know; write a UCUM code such as kW.h, Cel, m3/h or %; did you mean \"kWh\"?",
                "quantity(meter.power, \"kW\") > 3 => 15 => \"meter.power\" is a power (kW) already; quantity takes a plain number",
                "size(3) > 3 => 6 => the number 3 is a number; only a list and a text have a size",
                "plant.name.contains(3) => 20 => contains is asked of a text with a text: thing.property.contains(\"abc\")",
                "meter.power.all(x, x > 3) => 16 => \"meter.power\" is a power (kW); only a list has items to walk",
                "meter.power in meter.power => 21 => \"meter.power\" is a power (kW) and no list; write [1, 2, 3]",
                "[[1], [2]].exists(x, true) => 2 => lists can not be items of one list",
                "([meter.power] + [1, pv.power] + [1]).exists(x, x > 1) => 16 => two lists of different kinds or units can not be joined; write one list of all items",
                "meter.power = 3 => 13 => \"is equal to\" is written ==",
                "meter.power > 3 and boiler.on => 17 => \"and\" is written &&",
                "meter.power > 3 or boiler.on => 17 => \"or\" is written ||",
                "not boiler.on => 5 => \"not\" is written !",
                "meter.power <> 3 => 14 => \"is not\" is written !=",
                "meter.power =< 3 => 13 => \"at most\" is written <= and \"at least\" >=",
                "boiler.on & boiler.on => 11 => \"and\" is written &&",
                "boiler.on | boiler.on => 11 => \"or\" is written ||",
                "meter.power > 3,5 => 16 => a decimal number is written with a point: 5.5",
                "meter.power > 3 kW => 17 => a literal takes the unit of what it meets and has none of its own",
                "boiler.temperature > 5 °C => 24 => a literal takes the unit of what it meets and has none of its own",
                "if (boiler.on) 3 => 1 => a choice is written condition ? this : that",
                "meter.power > => 14 => it ends too early; something is missing after the last word",
                "(meter.power > 3 => 17 => it ends too early; something is missing after the last word",
                "plant.name == \"a => 15 => a text has no closing quote",
                "meter.power > 3 $ => 17 => \"$\" can not stand here; a condition is for example boiler.temperature < 55.0",
                "import > 3 => 1 => reserved word of CEL: import can not be a name",
                "has(boiler) => 4 => has asks for a property of a thing: has(boiler.temperature)",
                "99999999999999999999 > 3 => 1 => the number is too large; at most 9007199254740992 is exact",
            })
    void saysWhatIsWrongAndWhere(String text, int column, String sentence) {
        assertThatThrownBy(() -> compile(text, Wanted.CONDITION))
                .isInstanceOf(Invalid.class)
                .hasMessage("column " + column + " of the expression: " + sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "kWh => meter.power * 2 => the result is a power (kW) and its target an energy (kWh); compute a quantity of that dimension, or say which unit the number is in, such as unit: kW.h",
                "W => boiler.temperature => the result is a temperature (°C) and its target a power (W); compute a quantity of that dimension, or say which unit the number is in, such as unit: W",
                "kW => boiler.on => the result is a flag (true or false), and wanted is a number",
                "K => boiler.temperature - 2 => is this a temperature or a difference of temperatures? The text does not tell, and to another scale they go differently; give both sides the same unit, or write number(..., \"K\")",
            })
    void refusesAResultOfAnotherDimension(String unit, String text, String sentence) {
        assertThatThrownBy(() -> compile(text, in(unit)))
                .isInstanceOf(Invalid.class)
                .hasMessageEndingWith(sentence);
    }

    @Test
    void refusesTargetsThatNothingCanBeComputedFor() {
        assertThatThrownBy(() -> compile("meter.energy", Wanted.of(KNOWN.get("meter.energy"))))
                .hasMessageContaining("a register is read and never computed");
        assertThatThrownBy(() -> compile("meter.energy", Wanted.of(KNOWN.get("van.place"))))
                .hasMessageContaining("no expression gives a position");
        assertThatThrownBy(() -> compile("boiler.on ? \"heat\" : \"of\"", Wanted.of(KNOWN.get("boiler.mode"))))
                .hasMessageContaining("the result can be \"of\", and the target takes only off, eco, heat");
        var said = new Wanted(Typed.of(ValueType.NUMBER, Units.parse("kW")), Optional.of(Units.parse("Cel")));
        assertThatThrownBy(() -> compile("meter.power", said))
                .hasMessageContaining("\"unit\" says a temperature (°C) and the target measures a power (kW)");
        assertThatThrownBy(() -> new Typed(ValueType.FLAG, Optional.of(Unit.ONE), List.of()))
                .hasMessage("A flag has no unit; leave \"1\" out");
    }

    @Test
    void namesTheLineOfALongText() {
        assertThatThrownBy(() -> Expression.compile(
                        new Mark("site.yaml", 7), "boiler.on &&\n  meter.pwr > 3", KNOWN, Wanted.CONDITION))
                .hasMessageStartingWith(
                        "site.yaml:7: line 2, column 8 of the expression: there is no property \"meter.pwr\"");
        assertThatThrownBy(() -> compile("boiler.on &&\n  meter.power = 3", Wanted.CONDITION))
                .hasMessageStartingWith("line 2, column 15 of the expression: \"is equal to\"");
    }

    @Test
    void listsItsVariablesOnceInOrder() throws Invalid {
        var text = "pv.power > 3 && meter.power > pv.power && (has(gone.power) || pv.power < 4)";
        assertThat(compile(text, Wanted.CONDITION).variables())
                .containsExactly("pv.power", "meter.power", "gone.power");
    }

    @Test
    void limitsWhatItTakes() {
        refused("x".repeat(4_001), "4001 characters; at most 4000");
        refused("x".repeat(10_000_000), "10000000 characters; at most 4000");
        refused("  ", "the expression is empty");
        refused("(".repeat(1_000) + "1" + ")".repeat(1_000), "deeper than nestingMax = 100");
        refused("1" + " + 1".repeat(900), "deeper than nestingMax = 100");
        refused("!".repeat(1_001) + "(".repeat(1_000), "deeper than nestingMax = 100");
        refused("[" + "1,".repeat(150) + "1].all(x, x > 0)", "the list has 151 items; at most 100");
        var list = "[" + "1,".repeat(99) + "1]";
        refused(list + ".all(x, " + list + ".all(y, x > y))", "costMax is 10000");
        refused(
                "[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c,"
                        + " [1,2,3,4,5,6,7,8,9,10].map(d, [1,2,3,4,5,6,7,8,9,10].map(e, 1))))) == []",
                "");
        refused("(" + "meter.power * ".repeat(85) + "meter.power) > 0", "to the power of 82 measures nothing");
        refused("min(" + "1,".repeat(1_100) + "1) > 0", "nodesMax = 1000");
        var many = IntStream.range(0, 60).mapToObj(i -> "t.p" + i + " > 0").collect(Collectors.joining(" && "));
        var known = IntStream.range(0, 60)
                .boxed()
                .collect(Collectors.toMap(i -> "t.p" + i, _ -> Typed.of(ValueType.NUMBER)));
        assertThatThrownBy(() -> Expression.compile(Mark.NONE, many, known, Wanted.CONDITION))
                .hasMessageContaining("more than variablesMax = 50 properties");
    }

    private static void refused(String text, String part) {
        assertThatThrownBy(() -> compile(text, Wanted.CONDITION))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(part);
    }

    @Test
    void manyConversionsOfManyPropertiesStillFit() throws Invalid {
        var names = IntStream.range(0, 50).mapToObj(i -> "t.p" + i).toList();
        var known = new HashMap<String, Typed>();
        names.forEach(n -> known.put(n, Typed.of(ValueType.NUMBER, Units.parse(n.equals("t.p0") ? "kW" : "W"))));
        var text = names.stream().map(n -> "has(" + n + ") && t.p0 > " + n).collect(Collectors.joining(" && "));
        var values = names.stream().collect(Collectors.toMap(n -> n, n ->
                (Value) new Value.Num(n.equals("t.p0") ? 0.5 : 1)));
        var first = text.replaceFirst("t.p0 > t.p0", "t.p0 >= t.p0");
        assertThat(Expression.compile(Mark.NONE, first, known, Wanted.CONDITION).evaluate(values))
                .isEqualTo(new Result.Of(Value.Flag.ON));
    }

    @Test
    void evaluatesFromManyThreads() throws Exception {
        var expression =
                compile("[meter.power, pv.power].exists(p, p > 3) && boiler.temperature < 55", Wanted.CONDITION);
        var results = IntStream.range(0, 2_000)
                .parallel()
                .mapToObj(i -> {
                    var values = new HashMap<>(VALUES);
                    values.put("meter.power", new Value.Num(i % 2 == 0 ? 4 : 2));
                    return expression.evaluate(values).equals(new Result.Of(new Value.Flag(i % 2 == 0)));
                })
                .toList();
        assertThat(results).containsOnly(true);
    }

    @Test
    void nothingLoadsCelBeforeTheFirstExpression() throws Exception {
        var java = ProcessHandle.current().info().command().orElseThrow();
        var process = new ProcessBuilder(
                        java, "-Xlog:class+load", "-cp", System.getProperty("java.class.path"), Idle.class.getName())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output).contains("io.linkspan.payload.Expression ").doesNotContain("dev.cel.parser", "org.antlr");
    }

    /// What a site without expressions touches.
    static final class Idle {
        public static void main(String[] arguments) throws Exception {
            Class.forName("io.linkspan.payload.Expression");
            if (Wanted.CONDITION.target().type() != ValueType.FLAG) throw new IllegalStateException();
        }
    }
}
