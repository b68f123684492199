package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.model.ByteWriter;
import io.linkspan.model.Directory;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What each window tells, and when; each bench also proves that replay equals the state.
class WindowsTest {
    private static final long MINUTE = 60 * Bench.SECOND;
    private static final long HOUR = 60 * MINUTE;

    private static String site(String windows) {
        return """
            { "linkspan": 1, "site": "home", "zone": "Europe/Brussels",
              "connectors": [ { "id": "bus", "type": "modbus" } ],
              "kinds": [ { "id": "thermometer", "properties": { "temperature": { "type": "number", "unit": "Cel", "at": "1" } } } ],
              "things": [
                { "id": "meter", "connector": "bus", "properties": {
                    "power": { "type": "number", "unit": "kW", "at": "1", "range": [-100, 100] },
                    "energy": { "type": "register", "unit": "kWh", "at": "2", "rollover": "999.9" } } },
                { "id": "boiler", "connector": "bus", "properties": {
                    "watts": { "type": "number", "unit": "W", "at": "1" },
                    "mode": { "type": "choice", "choices": ["idle", "heating"], "at": "4" },
                    "on": { "type": "flag", "at": "3", "writable": true } } },
                { "id": "attic", "connector": "bus", "kind": "thermometer" },
                { "id": "cellar", "connector": "bus", "kind": "thermometer" },
                { "id": "house", "properties": { %s } } ] }
            """.formatted(windows);
    }

    private static String window(String unit, String window) {
        return site("\"w\": { \"type\": \"number\"" + (unit.isEmpty() ? "" : ", \"unit\": \"" + unit + "\"")
                + ", \"window\": { " + window + " } }");
    }

    private static List<Result.Computed> told(Bench bench, String path) {
        var all = new ArrayList<Result.Computed>();
        for (var step : bench.steps)
            for (var r : step.results())
                if (r instanceof Result.Computed c && c.property() == bench.number(path)) all.add(c);
        return all;
    }

    private static Result.Computed last(Bench bench) {
        return told(bench, "house.w").getLast();
    }

    private static double figure(Result.Computed c) {
        return Values.asDouble(c.value().orElseThrow()).orElseThrow();
    }

    private static Reading at(Bench bench, String path, double value, long wall) {
        return new Reading(bench.number(path), new Value.Num(value), Quality.GOOD, wall);
    }

    private static Value register(String text) {
        var d = new java.math.BigDecimal(text);
        return new Value.Register(d.unscaledValue().longValueExact(), d.scale());
    }

    // ---- functions

    /// 2 kW for 5 min, 4 kW for 5 min, 3 kW for 5 min: one quarter.
    @ParameterizedTest
    @CsvSource({
        "kW, mean: 15min, 3",
        "W, mean: 15min, 3000",
        "kW, mean-of-readings: 15min, 3",
        "kW, min: 15min, 2",
        "kW, max: 15min, 4",
        "kW, sum: 15min, 9",
        "'', count: 15min, 3",
        "kWh, consumption: 15min, 0.75",
        "Wh, consumption: 15min, 750",
        "kW/h, rate: 15min, 6",
        "kW/h, slope: 15min, 6",
        "W, deviation: 15min, 816.496580927726"
    })
    void eachFunctionOfOneQuarter(String unit, String what, double expected) {
        var bench = Bench.of(window(unit, "\"of\": \"meter.power\", \"" + what.replace(": ", "\": \"") + "\""));
        bench.reads("meter.power", 2);
        bench.pass(5 * MINUTE).reads("meter.power", 4);
        bench.pass(5 * MINUTE).reads("meter.power", 3);
        bench.pass(5 * MINUTE + 2 * Bench.SECOND);
        assertThat(figure(last(bench))).isCloseTo(expected, within(Math.abs(expected) * 2e-6)); // read from 1 ms on
        assertThat(last(bench).readings()).isEqualTo(3);
        assertThat(last(bench).toWall()).isEqualTo(Bench.START_WALL + 15 * MINUTE);
        assertThat(last(bench).fromWall()).isEqualTo(Bench.START_WALL);
    }

    @Test
    void aMeanIsWeightedByTimeAndTheOtherIsNot() {
        var bench = Bench.of(site("""
                "w": { "type": "number", "unit": "kW", "window": { "of": "meter.power", "mean": "10min" } },
                "each": { "type": "number", "unit": "kW", "window": { "of": "meter.power", "mean-of-readings": "10min" } }"""));
        bench.reads("meter.power", 10);
        bench.pass(MINUTE).reads("meter.power", 0);
        bench.pass(9 * MINUTE + 2 * Bench.SECOND);
        assertThat(figure(last(bench))).isCloseTo(1, within(1e-3)); // all but the millisecond before the first reading
        assertThat(figure(told(bench, "house.each").getLast())).isEqualTo(5);
    }

    @Test
    void aPercentileIsAReadingThatWasThere() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"percentile\": 95, \"over\": \"1h\""));
        for (int i = 1; i <= 20; i++) {
            bench.reads("meter.power", (i * 7 % 20) + 1);
            bench.pass(MINUTE);
        }
        bench.pass(HOUR);
        assertThat(figure(told(bench, "house.w").getFirst())).isEqualTo(19);
    }

    @Test
    void aPercentileOfManyDifferentValuesStaysWithinItsBits() {
        var all = new Aggregate.Quantiles();
        for (int i = 0; i < 100_000; i++) all.point(i, 100 + i * 7919L % 100_000 / 1_000.0, 0);
        double median =
                all.figure(io.linkspan.model.Window.Function.PERCENTILE, 50).orElseThrow();
        assertThat(median).isCloseTo(150, within(150.0 / 512));
        var negative = new Aggregate.Quantiles();
        for (double x : new double[] {-3, 5, -1, 0, -0.0, 2}) negative.point(0, x, 0);
        assertThat(negative.figure(io.linkspan.model.Window.Function.PERCENTILE, 1)
                        .orElseThrow())
                .isEqualTo(-3);
        assertThat(negative.figure(io.linkspan.model.Window.Function.PERCENTILE, 50)
                        .orElseThrow())
                .isEqualTo(0);
        assertThat(negative.figure(io.linkspan.model.Window.Function.PERCENTILE, 100)
                        .orElseThrow())
                .isEqualTo(5);
    }

    @Test
    void timeInAFlagAChoiceAndACondition() {
        var bench = Bench.of(site("""
                "w": { "type": "number", "unit": "min", "window": { "of": "boiler.on", "time-in": true, "over": "1h" } },
                "heats": { "type": "number", "unit": "h", "window": { "of": "boiler.mode", "time-in": "heating", "over": "1h" } },
                "both": { "type": "number", "unit": "s", "window": { "time-in": "boiler.on && meter.power > 3", "over": "1h" } }"""));
        bench.frame(
                Reading.good(bench.number("boiler.on"), Value.Flag.ON),
                Reading.good(bench.number("boiler.mode"), new Value.Choice("heating")),
                Reading.good(bench.number("meter.power"), new Value.Num(5)));
        bench.pass(20 * MINUTE);
        bench.reads("meter.power", 1); // the condition is over
        bench.pass(10 * MINUTE);
        bench.reads("boiler.on", Value.Flag.OFF);
        bench.reads("boiler.mode", new Value.Choice("idle"));
        bench.pass(30 * MINUTE + 2 * Bench.SECOND);
        assertThat(figure(last(bench))).isCloseTo(30, within(1e-3));
        assertThat(figure(told(bench, "house.heats").getLast())).isCloseTo(0.5, within(1e-6));
        assertThat(figure(told(bench, "house.both").getLast())).isCloseTo(1200, within(1e-2));
    }

    @Test
    void severalThingsOfAKindAndAListInOtherUnits() {
        var bench = Bench.of(site("""
                "w": { "type": "number", "unit": "Cel", "window": { "of": { "kind": "thermometer", "property": "temperature" }, "max": "5min" } },
                "mean": { "type": "number", "unit": "Cel", "window": { "of": { "kind": "thermometer", "property": "temperature" }, "mean": "5min" } },
                "all": { "type": "number", "unit": "kW", "window": { "of": ["meter.power", "boiler.watts"], "mean": "5min", "join": "sum" } }"""));
        bench.frame(
                Reading.good(bench.number("attic.temperature"), new Value.Num(20)),
                Reading.good(bench.number("cellar.temperature"), new Value.Num(10)),
                Reading.good(bench.number("meter.power"), new Value.Num(3)),
                Reading.good(bench.number("boiler.watts"), new Value.Num(2000)));
        bench.pass(5 * MINUTE + 2 * Bench.SECOND);
        assertThat(figure(last(bench))).isEqualTo(20);
        assertThat(figure(told(bench, "house.mean").getLast())).isEqualTo(15);
        assertThat(figure(told(bench, "house.all").getLast())).isCloseTo(5, within(1e-12));
    }

    // ---- registers

    @Test
    void aRegisterIsCountedOverRollOver() {
        var bench = Bench.of(window("kWh", "\"of\": \"meter.energy\", \"consumption\": \"15min\""));
        bench.reads("meter.energy", register("998.7"));
        bench.pass(5 * MINUTE);
        bench.reads("meter.energy", register("999.8"));
        bench.pass(5 * MINUTE);
        bench.reads("meter.energy", register("0.4"));
        bench.pass(6 * MINUTE);
        assertThat(figure(last(bench))).isEqualTo(1.7);
    }

    @Test
    void anExchangeThatIsToldLaterCorrectsTheStretchOfTheStep() {
        var bench = Bench.of(window("kWh", "\"of\": \"meter.energy\", \"consumption\": \"15min\", \"late\": \"1h\""));
        bench.reads("meter.energy", register("500.0"));
        bench.pass(5 * MINUTE);
        bench.reads("meter.energy", register("501.0"));
        bench.pass(5 * MINUTE);
        bench.reads("meter.energy", register("10.0")); // a new meter
        bench.pass(6 * MINUTE);
        assertThat(figure(last(bench))).isEqualTo(1.0);
        bench.input(new Input.Exchange(bench.number("meter.energy"), register("502.5"), register("9.0")));
        bench.pass(10 * Bench.SECOND);
        assertThat(figure(last(bench))).isEqualTo(3.5); // 1.0, then 1.5 to the exchange and 1.0 behind it
        assertThat(last(bench).corrects()).isTrue();
        assertThat(last(bench).toWall()).isEqualTo(Bench.START_WALL + 15 * MINUTE);
    }

    @Test
    void anExchangeThatIsToldBeforeTheNewMeterReadsCountsToo() {
        var bench = Bench.of(window("kWh", "\"of\": \"meter.energy\", \"consumption\": \"15min\""));
        bench.reads("meter.energy", register("500.0"));
        bench.pass(5 * MINUTE);
        bench.input(new Input.Exchange(bench.number("meter.energy"), register("500.5"), register("9.0")));
        bench.pass(MINUTE);
        bench.reads("meter.energy", register("9.2"));
        bench.pass(10 * MINUTE);
        assertThat(figure(last(bench))).isEqualTo(0.7);
    }

    // ---- time

    @Test
    void hoppingWindowsOverlapAndFillUp() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"mean\": \"10min\", \"every\": \"5min\""));
        bench.reads("meter.power", 2);
        bench.pass(10 * MINUTE).reads("meter.power", 6);
        bench.pass(11 * MINUTE);
        var all = told(bench, "house.w");
        assertThat(all)
                .extracting(c -> (c.toWall() - Bench.START_WALL) / MINUTE)
                .containsExactly(5L, 10L, 15L, 20L);
        assertThat(all).extracting(c -> Math.round(figure(c) * 1e3) / 1e3).containsExactly(2.0, 2.0, 4.0, 6.0);
        assertThat(all)
                .extracting(Result.Computed::quality)
                .containsExactly(Quality.UNCERTAIN, Quality.ESTIMATED, Quality.GOOD, Quality.GOOD);
    }

    @Test
    void aSlidingWindowTellsWithEachReadingAndWhenOneFallsOut() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"max\": \"1min\", \"every\": \"reading\""));
        bench.reads("meter.power", 2);
        bench.pass(Bench.SECOND);
        bench.reads("meter.power", 9);
        assertThat(figure(last(bench))).isEqualTo(9);
        bench.pass(Bench.SECOND);
        bench.reads("meter.power", 3);
        assertThat(figure(last(bench))).isEqualTo(9);
        bench.pass(70 * Bench.SECOND); // nothing is read, and 9 kW fall out
        assertThat(figure(last(bench))).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"2024-03-31, 23", "2024-10-27, 25", "2024-06-01, 24"})
    void aDayHasAsManyHoursAsItHas(String day, int hours) {
        long start = LocalDate.parse(day)
                        .atStartOfDay(ZoneId.of("Europe/Brussels"))
                        .minusHours(1)
                        .toEpochSecond()
                * Bench.SECOND;
        var bench = Bench.of(site("""
                "w": { "type": "number", "unit": "h", "window": { "of": "boiler.on", "time-in": true, "over": "1d" } },
                "quarters": { "type": "integer", "window": { "of": "boiler.on", "count": "15min" } },
                "six": { "type": "integer", "window": { "of": "boiler.on", "count": "6h" } }"""), start);
        bench.reads("boiler.on", Value.Flag.ON);
        bench.pass(27 * HOUR);
        var whole = told(bench, "house.w").stream()
                .filter(c -> c.quality() == Quality.GOOD)
                .findFirst()
                .orElseThrow();
        assertThat(figure(whole)).isEqualTo(hours);
        assertThat(told(bench, "house.quarters").stream()
                        .filter(c -> c.fromWall() >= whole.fromWall() && c.toWall() <= whole.toWall()))
                .hasSize(hours * 4);
        assertThat(told(bench, "house.six").stream()
                        .filter(c -> c.fromWall() >= whole.fromWall() && c.toWall() <= whole.toWall()))
                .hasSize(4);
    }

    @Test
    void aWindowOverAWindowKnowsOfWhichTimeItsReadingsAre() {
        long start = ZonedDateTime.parse("2024-06-01T23:00:00+02:00[Europe/Brussels]")
                        .toEpochSecond()
                * Bench.SECOND;
        var bench = Bench.of(site("""
                "quarter": { "type": "number", "unit": "kW", "window": { "of": "meter.power", "mean": "15min" } },
                "w": { "type": "number", "unit": "kW", "window": { "of": "house.quarter", "max": "1d" } },
                "hour": { "type": "number", "unit": "kW", "window": { "of": "quarter", "mean": "1h" } }"""), start);
        for (int quarter = 0; quarter < 8; quarter++) {
            bench.reads("meter.power", quarter == 3 ? 9 : quarter == 4 ? 7 : 1);
            bench.pass(15 * MINUTE);
        }
        bench.pass(MINUTE);
        // the quarter from 23:45 ends at midnight, and is of the day before
        assertThat(told(bench, "house.w").getFirst().toWall()).isEqualTo(start + HOUR);
        assertThat(figure(told(bench, "house.w").getFirst())).isCloseTo(9, within(1e-4));
        assertThat(figure(told(bench, "house.hour").getFirst())).isCloseTo(3, within(1e-4));
        assertThat(figure(told(bench, "house.hour").get(1))).isCloseTo(2.5, within(1e-4));
        assertThat(told(bench, "house.hour").get(1).quality()).isEqualTo(Quality.GOOD);
    }

    // ---- late, missing

    @Test
    void aLateReadingCorrectsTheStretchOfItsTime() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"max\": \"1min\""));
        bench.reads("meter.power", 2);
        bench.pass(62 * Bench.SECOND);
        assertThat(figure(last(bench))).isEqualTo(2);
        bench.frame(at(bench, "meter.power", 7, Bench.START_WALL + 30 * Bench.SECOND));
        bench.pass(2 * Bench.SECOND);
        assertThat(figure(last(bench))).isEqualTo(7);
        assertThat(last(bench).quality()).isEqualTo(Quality.CORRECTED);
        assertThat(last(bench).toWall()).isEqualTo(Bench.START_WALL + MINUTE);
        assertThat(bench.steps.getLast().results())
                .anyMatch(r -> r instanceof Result.CaughtUp c && c.corrected() == 1 && c.tooLate() == 0);
    }

    @Test
    void aReadingThatIsTooLateIsCountedAndTold() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"max\": \"1min\", \"late\": \"2min\""));
        bench.reads("meter.power", 2);
        bench.pass(10 * MINUTE);
        for (int i = 0; i < 3; i++)
            bench.frame(
                    at(bench, "meter.power", 1, bench.wall()),
                    at(bench, "meter.power", 7 + i, Bench.START_WALL + (30 + i) * Bench.SECOND));
        bench.pass(61 * Bench.SECOND);
        var results = bench.steps.stream().flatMap(s -> s.results().stream()).toList();
        assertThat(results).anyMatch(r -> r instanceof Result.CaughtUp c && c.tooLate() == 3);
        assertThat(results)
                .anyMatch(r -> r instanceof Result.Noticed n
                        && n.text().startsWith("house.w: 3 readings came more than 2min late"));
        assertThat(told(bench, "house.w")).noneMatch(Result.Computed::corrects);
    }

    @Test
    void aGapCostsQualityAndAnEmptyWindowIsAGap() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"mean\": \"10min\""));
        bench.reads("meter.power", 4);
        bench.pass(14 * MINUTE);
        bench.input(new Input.LineChanged(1, false, "cut"));
        bench.pass(
                17 * MINUTE); // what was read at the beginning stood until the line was cut: from its last reading on
        var all = told(bench, "house.w");
        assertThat(all.getFirst().quality()).isEqualTo(Quality.ESTIMATED); // but for the millisecond before it was read
        assertThat(all.get(1).value()).isEmpty();
        var cell = bench.site.allCells().stream()
                .filter(c -> c.property() == bench.number("house.w"))
                .findFirst()
                .orElseThrow();
        assertThat(cell.missingCause()).isEqualTo("nothing to compute it from");
        bench.input(new Input.LineChanged(1, true, ""));
        bench.reads("meter.power", 6);
        bench.pass(20 * MINUTE);
        assertThat(figure(last(bench))).isEqualTo(6);
        assertThat(last(bench).quality()).isEqualTo(Quality.GOOD);
    }

    @Test
    void partOfAWindowMissingIsUncertain() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"mean\": \"10min\""));
        bench.reads("meter.power", 4);
        bench.pass(10 * MINUTE).reads("meter.power", 4);
        bench.input(new Input.GapReported(
                List.of(bench.number("meter.power")),
                bench.wall() + 2 * MINUTE,
                bench.wall() + 5 * MINUTE,
                "wrong CRC"));
        bench.pass(5 * MINUTE).reads("meter.power", 8);
        bench.pass(6 * MINUTE);
        assertThat(last(bench).quality()).isEqualTo(Quality.UNCERTAIN);
        assertThat(last(bench).coveredMicros()).isEqualTo(7 * MINUTE);
        assertThat(figure(last(bench))).isCloseTo((4 * 2 + 8 * 5) / 7.0, within(1e-4));
    }

    @Test
    void longDowntimeIsToldAsOneGap() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"mean\": \"1min\""));
        bench.reads("meter.power", 4);
        bench.pass(5 * MINUTE);
        long lastWall = bench.wall();
        bench.skip(48 * HOUR);
        bench.input(new Input.Started("test", true, lastWall));
        bench.pass(MINUTE);
        var all = told(bench, "house.w");
        assertThat(all).hasSizeLessThan(12);
        assertThat(all.getLast().value()).isEmpty();
        assertThat(all.getLast().toWall()).isGreaterThan(lastWall + 47 * HOUR);
        bench.reads("meter.power", 3);
        bench.pass(3 * MINUTE);
        assertThat(figure(last(bench))).isEqualTo(3);
    }

    @Test
    void aLinkSwitchesOnAWindow() {
        var json = window("kW", "\"of\": \"meter.power\", \"mean\": \"15min\"").replaceFirst("\\} \\] \\}\\s*$", """
                } ], "links": [ { "id": "shed", "from": "house.w", "to": "boiler.on", "value": false, "off-above": 5,
                    "on-below": 2.5, "silent": { "after": "1h", "then": "release" } } ] }""");
        var bench = Bench.of(json);
        bench.reads("boiler.on", Value.Flag.ON);
        bench.reads("meter.power", 6);
        bench.pass(15 * MINUTE + Bench.SECOND);
        assertThat(bench.writes).isEmpty();
        bench.pass(Bench.SECOND);
        assertThat(bench.desired("boiler.on")).contains(Value.Flag.OFF);
        assertThat(bench.steps.getLast().results()).anyMatch(Result.Computed.class::isInstance);
    }

    // ---- restarts

    @Test
    void aRestartInTheMiddleOfAWindowChangesNothing() {
        String windows = """
                "w": { "type": "number", "unit": "kW", "window": { "of": "meter.power", "mean": "15min" } },
                "p": { "type": "number", "unit": "kW", "window": { "of": "meter.power", "percentile": 50, "over": "1h", "every": "1min" } },
                "e": { "type": "number", "unit": "kWh", "window": { "of": "meter.energy", "consumption": "15min" } },
                "s": { "type": "number", "unit": "kW/h", "window": { "of": "meter.power", "slope": "15min" } },
                "r": { "type": "number", "unit": "kW", "window": { "of": "meter.energy", "rate": "15min" } },
                "d": { "type": "number", "unit": "kW", "window": { "of": "meter.power", "deviation": "5min", "every": "reading" } }""";
        var bench = Bench.of(site(windows));
        var begun = new TreeMap<Integer, Site>();
        for (int i = 0; i < 700; i++) {
            bench.frame(
                    at(bench, "meter.power", i * 37 % 100 / 10.0, bench.wall() - i % 7 * 10 * Bench.SECOND),
                    Reading.good(bench.number("meter.energy"), new Value.Register(1_000 + i % 600 * 9L, 1)));
            bench.pass(7 * Bench.SECOND);
            if (i % 100 != 50) continue;
            var bytes = new ByteWriter();
            bench.site.image().write(bytes);
            var restored = Site.restore(bytes.view());
            assertThat(restored.image().hash()).isEqualTo(bench.site.image().hash());
            restored.replayed();
            assertThat(restored.nextDue()).isEqualTo(bench.site.nextDue());
            begun.put(bench.steps.size(), restored);
        }
        for (var site : begun.entrySet())
            for (var step : bench.steps.subList(site.getKey(), bench.steps.size())) {
                if (step.input() instanceof Input.Due)
                    assertThat(site.getValue().nextDue())
                            .isLessThanOrEqualTo(step.at().site());
                var again = step.input() instanceof Input.Due
                        ? site.getValue().stepDue(step.here(), step.at())
                        : site.getValue().step(step.here(), step.by(), step.input(), step.at());
                assertThat(again.results()).isEqualTo(step.results());
            }
        assertThat(told(bench, "house.w")).hasSizeGreaterThan(3);
        assertThat(told(bench, "house.p")).hasSizeGreaterThan(60);
    }

    @Test
    void anotherDefinitionBeginsAnewAndTheSameGoesOn() {
        var bench = Bench.of(window("kW", "\"of\": \"meter.power\", \"mean\": \"15min\""));
        bench.reads("meter.power", 4);
        bench.pass(10 * MINUTE);
        bench.apply(
                window("kW", "\"of\": \"meter.power\", \"mean\": \"15min\"").replace("\"at\": \"4\"", "\"at\": \"5\""));
        bench.pass(6 * MINUTE);
        assertThat(last(bench).quality()).isEqualTo(Quality.ESTIMATED);
        bench.apply(window("kW", "\"of\": \"meter.power\", \"max\": \"15min\""));
        bench.reads("meter.power", 7);
        bench.pass(15 * MINUTE);
        assertThat(figure(last(bench))).isEqualTo(7);
    }

    @Test
    void aLinkWhoseTargetComesBackOverAWindowIsNamed() throws Invalid {
        var json = window("W", "\"of\": \"boiler.watts\", \"mean\": \"15min\"").replaceFirst("\\} \\] \\}\\s*$", """
                } ], "links": [ { "id": "shed", "from": "house.w", "to": "boiler.on", "value": false, "off-above": 5,
                    "on-below": 2.5, "silent": { "after": "1h", "then": "release" } } ] }""");
        var assessed = Assessment.of(Directory.EMPTY, SiteFile.read(Json.parseFields("site.yaml", json)));
        assertThat(assessed.loops())
                .containsExactly("shed: what it does to boiler comes back to house, which it looks at");
    }

    // ---- refused

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "W  | \"of\": \"meter.power\", \"consumption\": \"1d\" | consumption gives kW.h, the property has the unit W",
                "kW | \"of\": \"boiler.mode\", \"mean\": \"1d\" | boiler.mode is a choice, which has no mean",
                "kW | \"of\": \"meter.power\", \"mean\": \"7min\" | 7min begins at no fixed time of the clock",
                "kW | \"of\": \"meter.power\", \"mean\": \"1h\", \"every\": \"25min\" | 25min begins at no fixed time",
                "kW | \"of\": \"meter.power\", \"mean\": \"10min\", \"every\": \"15min\" | every: 15min does not divide 10min",
                "kW | \"of\": \"meter.power\", \"mean\": \"1y\", \"every\": \"1min\" | every: 1min does not divide 1y",
                "kW | \"of\": \"meter.power\", \"mean\": \"30d\", \"every\": \"1min\" | this window would keep 43210 steps of 1min",
                "h  | \"of\": \"meter.power\", \"time-in\": true, \"over\": \"1d\" | needs a condition, as it is a number",
                "kW | \"of\": \"house.w\", \"mean\": \"1d\" | a window can not be computed from itself: house.w looks at house.w"
            })
    void whatCanNotBeIsRefused(String unit, String window, String sentence) {
        assertThatThrownBy(() -> Assessment.of(
                        Directory.EMPTY, SiteFile.read(Json.parseFields("site.yaml", window(unit, window)))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void privateReadingsAreInNoWindow() {
        var json = window("kW", "\"of\": \"meter.power\", \"mean\": \"15min\"").replaceFirst("\\} \\] \\}\\s*$", """
                } ], "links": [ { "id": "shed", "from": "meter.power", "to": "boiler.on", "value": false, "off-above": 5,
                    "on-below": 2.5, "private": true, "silent": { "after": "1h", "then": "release" } } ] }""");
        assertThatThrownBy(() -> Assessment.of(Directory.EMPTY, SiteFile.read(Json.parseFields("site.yaml", json))))
                .hasMessageContaining("house.w looks at meter.power, which belongs to a private link");
    }
}
