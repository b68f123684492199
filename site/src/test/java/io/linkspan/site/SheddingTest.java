package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Outcome;
import io.linkspan.model.Priority;
import io.linkspan.model.Value.Flag;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A meter sheds a boiler: the site file of the design page.
class SheddingTest {
    static final String SITE = """
            { "linkspan": 1, "site": "riverside_12", "zone": "Europe/Brussels",
              "connectors": [ { "id": "grid", "type": "p1" }, { "id": "plant", "type": "modbus" } ],
              "things": [
                { "id": "meter", "connector": "grid", "properties": { "power": { "type": "number", "unit": "kW", "at": "1" } } },
                { "id": "boiler", "connector": "plant", "properties": {
                    "on": { "type": "flag", "writable": true, "at": "coil 0", "fallback": true, "minimum-off": "10min" } } } ],
              "links": [ { "id": "shed_peak", "from": "meter.power", "to": "boiler.on", "priority": "economy", "value": false,
                  "off-above": 5.0, "on-below": 2.5, "own-power": 2.5,
                  "silent": { "after": "60s", "then": "hold", "at-most": "2h" } } ] }
            """;

    private final Bench bench = Bench.of(SITE);

    private void boilerIsOn() {
        bench.reads("boiler.on", Flag.ON);
    }

    @Test
    void itsOwnDrawIsNoReasonToShed() {
        boilerIsOn();
        bench.reads("meter.power", 7.4); // 4.9 without the boiler
        assertThat(bench.desired("boiler.on")).contains(Flag.ON);
        bench.reads("meter.power", 7.6);
        assertThat(bench.desired("boiler.on")).contains(Flag.OFF);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("link shed_peak (economy)");
        assertThat(bench.writes).hasSize(1);
    }

    @Test
    void aPeakShedsAndTheMinimumTimeKeepsItOff() {
        boilerIsOn();
        bench.reads("meter.power", 7.9);
        bench.done();
        bench.pass(30 * Bench.SECOND).reads("meter.power", 1.0);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("its minimum time on or off");
        assertThat(bench.desired("boiler.on")).contains(Flag.OFF);
        for (int i = 0; i < 10; i++) bench.pass(59 * Bench.SECOND).reads("meter.power", 1.0);
        assertThat(bench.desired("boiler.on")).contains(Flag.ON);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("its fallback");
        assertThat(bench.writes).hasSize(2);
    }

    @Test
    void aSilentMeterTightensForTwoHoursAtMost() {
        boilerIsOn();
        bench.reads("meter.power", 1.0);
        bench.pass(59 * Bench.SECOND);
        assertThat(bench.writes).isEmpty();
        bench.pass(2 * Bench.SECOND);
        assertThat(bench.desired("boiler.on")).contains(Flag.OFF);
        bench.done();
        bench.pass(7_201 * Bench.SECOND);
        assertThat(bench.desired("boiler.on")).contains(Flag.ON);
    }

    @Test
    void aSilenceEndsOnlyByAUsableReading() {
        boilerIsOn();
        bench.reads("meter.power", 1.0);
        bench.pass(61 * Bench.SECOND);
        bench.done();
        bench.pass(700 * Bench.SECOND).bad("meter.power", 1.0);
        assertThat(bench.desired("boiler.on")).contains(Flag.OFF);
        bench.reads("meter.power", 1.0);
        assertThat(bench.desired("boiler.on")).contains(Flag.ON);
    }

    @Test
    void aPersonOverridesTheLinkAndGivesItBack() {
        boilerIsOn();
        bench.reads("meter.power", 7.9);
        bench.done();
        for (int i = 0; i < 12; i++) bench.pass(55 * Bench.SECOND).reads("meter.power", 7.9);
        bench.set("boiler.on", Flag.ON, Priority.MANUAL);
        assertThat(bench.outcome()).isEmpty();
        bench.done();
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.ON)));
        bench.set("boiler.on", Flag.OFF, Priority.SUGGEST);
        assertThat(bench.outcome()).contains(new Outcome.Outranked("person:anna (manual)"));
        bench.release("boiler.on", Priority.MANUAL);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("link shed_peak (economy)");
    }

    @Test
    void aLocalChangeBecomesAManualHoldForTwoHours() {
        boilerIsOn();
        bench.reads("meter.power", 7.9);
        bench.done();
        bench.pass(Bench.SECOND).reads("boiler.on", Flag.ON);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("device:at boiler (manual)");
        assertThat(bench.writes).hasSize(1);
        for (int i = 0; i < 145; i++) bench.pass(50 * Bench.SECOND).reads("meter.power", 7.9);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("link shed_peak (economy)");
    }
}
