package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Priority;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Readings, registers, gaps, starts, definitions and what is private.
class LedgerTest {
    private static final String SITE = """
            { "linkspan": 1, "site": "home",
              "connectors": [ { "id": "bus", "type": "modbus" } ],
              "things": [
                { "id": "meter", "connector": "bus", "properties": {
                    "energy": { "type": "register", "unit": "kWh", "at": "1", "rollover": "999.9" },
                    "power": { "type": "number", "unit": "W", "at": "2", "range": [-100, 100000] } } },
                { "id": "car", "connector": "bus", "properties": {
                    "limit": { "type": "number", "unit": "kW", "writable": true, "at": "3", "range": [0, 11], "after-restart": "%s" } } } ],
              "links": [ { "id": "cap", "from": "meter.power", "to": "car.limit", %s
                           "silent": { "after": "60s", "then": "release" } } ] }
            """;

    private static String site(String afterRestart, String link) {
        return SITE.formatted(afterRestart, link);
    }

    private final Bench bench = Bench.of(site("restore", ""));

    private Value.Register register(String text) {
        var d = new java.math.BigDecimal(text);
        return new Value.Register(d.unscaledValue().longValueExact(), d.scale());
    }

    @Test
    void aLinkConvertsUnits() {
        bench.reads("car.limit", 0);
        bench.reads("meter.power", 3500);
        assertThat(bench.desired("car.limit")).contains(new Value.Num(3.5));
    }

    @Test
    void aRegisterRollsOverOnce() {
        bench.reads("meter.energy", register("998.7"));
        var step = bench.reads("meter.energy", register("0.4"));
        assertThat(step.results()).anyMatch(r -> r instanceof Result.RegisterTurned t && !t.exchanged());
        assertThat(bench.site.registerBase(bench.number("meter.energy"))).isEqualByComparingTo("1000.0");
    }

    @Test
    void aRegisterThatGoesBackIsUncertainAndTold() {
        bench.reads("meter.energy", register("500.0"));
        var step = bench.reads("meter.energy", register("400.0"));
        assertThat(step.results())
                .anyMatch(r -> r instanceof Result.Noticed n && n.text().contains("went back from 500.0 to 400.0"));
        assertThat(((Result.Took) step.results().getFirst())
                        .readings()
                        .getFirst()
                        .quality())
                .isEqualTo(Quality.UNCERTAIN);
    }

    @Test
    void anExchangedMeterGoesOnWhereTheOldOneEnded() {
        bench.reads("meter.energy", register("500.0"));
        bench.input(new Input.Exchange(bench.number("meter.energy"), register("501.5"), register("3.0")));
        assertThat(bench.site.registerBase(bench.number("meter.energy"))).isEqualByComparingTo("498.5");
    }

    @Test
    void outOfRangeIsBadAndADeviceClockThatIsOffUncertain() {
        var step = bench.reads("meter.power", 200_000);
        assertThat(((Result.Took) step.results().getFirst())
                        .readings()
                        .getFirst()
                        .quality())
                .isEqualTo(Quality.BAD);
        var old = new Reading(
                bench.number("meter.power"), new Value.Num(1), Quality.GOOD, Bench.START_WALL - 3600 * Bench.SECOND);
        assertThat(((Result.Took) bench.frame(old).results().getFirst())
                        .readings()
                        .getFirst()
                        .quality())
                .isEqualTo(Quality.UNCERTAIN);
    }

    @Test
    void aLineThatGoesDownOpensAGapFromTheLastReading() {
        bench.reads("meter.power", 1);
        bench.pass(10 * Bench.SECOND);
        bench.input(new Input.LineChanged(1, false, "connection reset"));
        var cell = bench.site.allCells().stream()
                .filter(c -> c.property() == bench.number("meter.power"))
                .findFirst()
                .orElseThrow();
        assertThat(cell.missingSince()).isEqualTo(Bench.START_WALL + 1_000);
        assertThat(cell.missingCause()).isEqualTo("connection reset");
        bench.pass(50 * Bench.SECOND);
        bench.input(new Input.LineChanged(1, true, ""));
        bench.reads("meter.power", 2);
        cell = bench.site.allCells().stream()
                .filter(c -> c.property() == bench.number("meter.power"))
                .findFirst()
                .orElseThrow();
        assertThat(cell.missingSince()).isZero();
    }

    @Test
    void afterACrashTheMachineIsReadBeforeItIsWrittenAndThenRestored() {
        bench.reads("car.limit", 0);
        bench.reads("meter.power", 3000);
        bench.done();
        int before = bench.writes.size();
        bench.input(new Input.Started("test", false, Bench.START_WALL));
        bench.input(new Input.LineChanged(1, true, ""));
        assertThat(bench.writes).hasSize(before);
        bench.pass(Bench.SECOND).reads("car.limit", 11);
        assertThat(bench.writes).hasSize(before + 1);
        assertThat(bench.writes.getLast().value()).contains(new Value.Num(3));
    }

    @Test
    void aWriteThatACrashCutOffIsInDoubt() {
        bench.reads("car.limit", 0);
        bench.set("car.limit", new Value.Num(5), Priority.MANUAL);
        var step = bench.input(new Input.Started("test", false, Bench.START_WALL));
        assertThat(step.results())
                .anyMatch(r -> r instanceof Result.WriteEnded e && e.outcome() instanceof Outcome.InDoubt);
        bench.input(new Input.LineChanged(1, true, ""));
        bench.pass(Bench.SECOND).reads("car.limit", 5);
        assertThat(bench.outcome().orElseThrow()).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void afterACrashAnActuatorMayBeLeftOrReleased() {
        for (String policy : List.of("hold", "release")) {
            var b = Bench.of(site(policy, ""));
            b.reads("car.limit", 0);
            b.set("car.limit", new Value.Num(5), Priority.MANUAL);
            b.done();
            int before = b.writes.size();
            b.input(new Input.Started("test", false, Bench.START_WALL));
            b.input(new Input.LineChanged(1, true, ""));
            b.reads("car.limit", 9);
            assertThat(b.writes).hasSize(before);
            assertThat(b.inCharge("car.limit")).isEqualTo(policy.equals("hold") ? "person:anna (manual)" : "nobody");
        }
    }

    @Test
    void aPrivateLinkActsAndLeavesNoValue() {
        var b = Bench.of(site("restore", "\"private\": true,"));
        b.reads("car.limit", 0);
        var step = b.reads("meter.power", 4711);
        assertThat(b.writes.getLast().value()).contains(new Value.Num(4.711));
        assertThat(step.input())
                .isInstanceOfSatisfying(
                        Input.Frame.class, f -> assertThat(f.readings()).isEmpty());
        assertThat(b.site.allCells().toString()).doesNotContain("4711").doesNotContain("4.711");
        var w = new io.linkspan.model.ByteWriter();
        b.site.image().write(w);
        b.replayed.image().write(w);
        var needle =
                new io.linkspan.model.ByteWriter().value(new Value.Num(4711)).copy();
        assertThat(com(w.copy(), needle)).isFalse();
    }

    private static boolean com(byte[] hay, byte[] needle) {
        outer:
        for (int i = 0; i + needle.length <= hay.length; i++) {
            for (int j = 0; j < needle.length; j++) if (hay[i + j] != needle[j]) continue outer;
            return true;
        }
        return false;
    }

    @Test
    void anImageRestoresToTheSameStateAndGoesOn() {
        bench.reads("car.limit", 0);
        bench.reads("meter.power", 3000);
        bench.set("car.limit", new Value.Num(5), Priority.MANUAL);
        bench.reads("meter.energy", register("12.3"));
        var w = new io.linkspan.model.ByteWriter();
        bench.site.image().write(w);
        var restored = Site.restore(w.view());
        restored.replayed();
        assertThat(restored.image().hash()).isEqualTo(bench.site.image().hash());
        assertThat(restored.nextDue()).isEqualTo(bench.site.nextDue());
    }

    @Test
    void aRenamedPropertyKeepsItsNumberAndADeletedOneItsName() {
        int number = bench.number("meter.power");
        bench.apply(site("restore", "")
                .replace("\"power\": {", "\"active_power\": { \"was\": \"power\",")
                .replace("meter.power", "meter.active_power"));
        assertThat(bench.number("meter.active_power")).isEqualTo(number);
        assertThat(bench.site.directory().property("meter.power")).isZero();
        assertThat(bench.site.directory().name(Result.Sort.PROPERTY, number)).isEqualTo("meter.active_power");
    }

    @Test
    void aLinkThatIsTakenOutLetsGo() {
        bench.reads("car.limit", 0);
        bench.reads("meter.power", 3000);
        assertThat(bench.inCharge("car.limit")).isEqualTo("link cap (operate)");
        String without = site("restore", "");
        bench.apply(without.substring(0, without.indexOf("\"links\"")) + "\"links\": [] }");
        assertThat(bench.inCharge("car.limit")).isEqualTo("nobody");
    }

    @Test
    void whileTheDiskIsFullAllSeriesAreMissingAndLinksGoOn() {
        bench.reads("car.limit", 0);
        bench.input(new Input.DiskChanged(Input.DiskState.CONTROL_ONLY));
        bench.reads("meter.power", 3000);
        assertThat(bench.desired("car.limit")).contains(new Value.Num(3));
        assertThat(bench.site.allCells()).allMatch(c -> c.missingCause().equals("disk full"));
        bench.input(new Input.DiskChanged(Input.DiskState.OK));
        bench.reads("meter.power", 3000);
        assertThat(bench.site.allCells()).anyMatch(c -> c.missingSince() == 0);
    }
}
