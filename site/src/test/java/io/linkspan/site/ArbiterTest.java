package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Who is in charge, and what becomes of commands.
class ArbiterTest {
    private static final String SITE = """
            { "linkspan": 1, "site": "plant",
              "connectors": [ { "id": "bus", "type": "modbus" } ],
              "things": [
                { "id": "tank", "connector": "bus", "properties": {
                    "level": { "type": "number", "unit": "%", "at": "1", "range": [0, 100] } } },
                { "id": "pump", "connector": "bus", "properties": {
                    "on": { "type": "flag", "writable": true, "at": "2" },
                    "speed": { "type": "number", "unit": "%", "writable": true, "at": "3", "range": [0, 100], "step": 1,
                               "not-more-often": "10s" } },
                  "actions": { "reset": { "at": "4" }, "beep": { "at": "5", "safe-to-repeat": true } } } ],
              "links": [
                { "id": "dry", "when": "tank.level < 5.0", "to": "pump.on", "forbid": true,
                  "silent": { "after": "30s", "then": "hold", "at-most": "forever" } },
                { "id": "follow", "from": "tank.level", "to": "pump.speed", "dead-band": 2,
                  "silent": { "after": "30s", "then": "release" } },
                { "id": "quiet", "from": "tank.level", "to": "pump.speed", "factor": 0.5, "bound": "at-most", "priority": "protect",
                  "silent": { "after": "30s", "then": "release" } } ] }
            """;

    private final Bench bench = Bench.of(SITE);

    @Test
    void anInterlockForbidsWhatAPersonWishes() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.done();
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.ON)));
        bench.reads("tank.level", 4.9);
        assertThat(bench.desired("pump.on")).contains(Flag.OFF);
        assertThat(bench.inCharge("pump.on")).isEqualTo("link dry (protect)");
        bench.done();
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        assertThat(bench.outcome()).contains(new Outcome.Outranked("link dry (protect)"));
    }

    @Test
    void anInterlockStopsAMachineThatNobodyStarted() {
        bench.reads("pump.on", Flag.ON);
        bench.reads("tank.level", 1);
        assertThat(bench.desired("pump.on")).contains(Flag.OFF);
        assertThat(bench.writes.getLast().value()).contains(Flag.OFF);
    }

    @Test
    void aBoundNarrowsWhatALowerLinkGets() {
        bench.reads("pump.speed", 0);
        bench.reads("tank.level", 80);
        assertThat(bench.desired("pump.speed")).contains(new Value.Num(40));
        bench.set("pump.speed", new Value.Num(90), Priority.MANUAL);
        assertThat(bench.desired("pump.speed")).contains(new Value.Num(40));
        assertThat(bench.outcome()).contains(new Outcome.Outranked("link quiet (protect)"));
    }

    @Test
    void aDeadBandAndNotMoreOftenSpareTheMachine() {
        bench.reads("pump.speed", 0);
        bench.reads("tank.level", 50);
        bench.done();
        int before = bench.writes.size();
        bench.pass(Bench.SECOND).reads("tank.level", 51);
        bench.pass(Bench.SECOND).reads("tank.level", 60);
        assertThat(bench.writes).hasSize(before);
        bench.pass(9 * Bench.SECOND);
        assertThat(bench.writes).hasSize(before + 1);
        assertThat(bench.writes.getLast().value()).contains(new Value.Num(30));
    }

    @Test
    void aManualHoldEndsWithItsLease() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.input(new Input.Set(
                "x", bench.number("pump.on"), Optional.of(Flag.ON), Priority.MANUAL, 60 * Bench.SECOND, 0));
        bench.done();
        assertThat(bench.inCharge("pump.on")).isEqualTo("person:anna (manual)");
        bench.pass(31 * Bench.SECOND);
        // the level is silent by now: the interlock holds its careful value, which is off
        assertThat(bench.inCharge("pump.on")).isEqualTo("link dry (protect)");
        bench.reads("tank.level", 50);
        assertThat(bench.inCharge("pump.on")).isEqualTo("person:anna (manual)");
        for (int i = 0; i < 3; i++) bench.pass(10 * Bench.SECOND).reads("tank.level", 50);
        assertThat(bench.inCharge("pump.on")).isEqualTo("nobody");
    }

    @Test
    void aCommandThatCanNotBeSentInTimeTakesItsWishAway() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.input(new Input.LineChanged(1, false, "connection refused"));
        bench.input(new Input.Set(
                "late", bench.number("pump.on"), Optional.of(Flag.ON), Priority.MANUAL, 0, 10 * Bench.SECOND));
        assertThat(bench.writes.stream().filter(w -> w.property() == bench.number("pump.on")))
                .isEmpty();
        assertThat(bench.site.outcome("late")).isEmpty();
        bench.pass(11 * Bench.SECOND);
        assertThat(bench.site.outcome("late")).contains(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        bench.input(new Input.LineChanged(1, true, ""));
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        assertThat(bench.inCharge("pump.on")).isEqualTo("nobody");
    }

    @Test
    void aWriteWhoseAnswerIsLostIsInDoubtUntilTheMachineIsRead() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.answer(new Outcome.InDoubt(1));
        assertThat(bench.outcome()).isEmpty();
        bench.pass(Bench.SECOND).reads("pump.on", Flag.ON);
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.ON)));
    }

    @Test
    void inDoubtStaysSoWhenNothingIsRead() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.answer(new Outcome.InDoubt(1));
        for (int i = 0; i < 4; i++) bench.pass(10 * Bench.SECOND).reads("tank.level", 50);
        assertThat(bench.outcome().orElseThrow()).isInstanceOf(Outcome.InDoubt.class);
    }

    @Test
    void aRefusalEndsTheCommandAndIsNotSentAgain() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        int before = bench.writes.size();
        bench.answer(new Outcome.Refused("illegal data address"));
        assertThat(bench.outcome()).contains(new Outcome.Refused("illegal data address"));
        bench.reads("pump.on", Flag.OFF);
        assertThat(bench.writes).hasSize(before);
    }

    @Test
    void theSameKeyHasTheSameOutcome() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        var set = new Input.Set("same", bench.number("pump.on"), Optional.of(Flag.ON), Priority.MANUAL, 0, 0);
        bench.input(set);
        bench.input(set);
        assertThat(bench.writes.stream().filter(w -> w.property() == bench.number("pump.on")))
                .hasSize(1);
        bench.done();
        bench.input(set);
        assertThat(bench.site.outcome("same")).contains(new Outcome.Done(Optional.of(Flag.ON)));
    }

    @Test
    void aNewerWishOfTheSamePersonSupersedesTheFirst() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.set("pump.on", Flag.OFF, Priority.MANUAL);
        assertThat(bench.site.outcome("k1")).contains(new Outcome.NotSent(Outcome.Cause.SUPERSEDED));
    }

    @Test
    void aThingOutOfServiceIsNotWritten() {
        bench.reads("pump.on", Flag.ON);
        bench.input(new Input.Service("pump", true, "bearing"));
        bench.reads("tank.level", 1);
        assertThat(bench.desired("pump.on")).contains(Flag.OFF);
        assertThat(bench.writes).isEmpty();
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        assertThat(bench.outcome().orElseThrow().toString()).contains("out of service", "bearing");
        bench.input(new Input.Service("pump", false, ""));
        assertThat(bench.writes.stream().filter(w -> w.property() == bench.number("pump.on")))
                .hasSize(1);
    }

    @Test
    void aSiteThatOnlyWatchesShowsWhatItWouldWrite() {
        bench.reads("pump.on", Flag.ON);
        bench.input(new Input.Arm(false));
        var step = bench.reads("tank.level", 1);
        assertThat(step.results())
                .anyMatch(r -> r instanceof Result.WriteWithheld w && w.why() == Result.Withheld.WATCHING);
        assertThat(bench.writes).isEmpty();
        bench.input(new Input.Arm(true));
        assertThat(bench.writes).isNotEmpty();
    }

    @Test
    void anActionWhoseAnswerIsLostIsSentAgainOnlyIfThatIsSafe() {
        bench.input(new Input.Invoke("r", bench.number("pump.reset"), Optional.empty(), 0));
        bench.answer(new Outcome.InDoubt(1));
        assertThat(bench.writes).hasSize(1);
        assertThat(bench.site.outcome("r").orElseThrow()).isInstanceOf(Outcome.InDoubt.class);
        bench.input(new Input.Invoke("b", bench.number("pump.beep"), Optional.empty(), 0));
        bench.answer(new Outcome.InDoubt(1));
        assertThat(bench.writes).hasSize(3);
        bench.answer(new Outcome.Done(Optional.empty()));
        assertThat(bench.site.outcome("b")).contains(new Outcome.Done(Optional.empty()));
    }

    @Test
    void anActionWaitsForItsMachineUntilItsDeadline() {
        bench.input(new Input.LineChanged(1, false, "gone"));
        bench.input(new Input.Invoke("r", bench.number("pump.reset"), Optional.empty(), 0));
        assertThat(bench.writes).isEmpty();
        bench.pass(5 * Bench.SECOND);
        bench.input(new Input.LineChanged(1, true, ""));
        assertThat(bench.writes).hasSize(1);
        bench.answer(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        bench.input(new Input.LineChanged(1, false, "gone"));
        bench.pass(40 * Bench.SECOND);
        assertThat(bench.site.outcome("r").orElseThrow()).isInstanceOf(Outcome.NotSent.class);
    }

    @Test
    void aMachineThatReadsOtherwiseIsWrittenAFewTimesAndThenAPersonIsTold() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.reads("pump.speed", 25);
        int before = bench.writes.size();
        for (int i = 0; i < 20; i++) {
            bench.answer(new Outcome.Done(Optional.empty()));
            bench.pass(3 * Bench.SECOND).reads("pump.on", Flag.OFF);
            bench.reads("tank.level", 50);
        }
        assertThat(bench.writes.size() - before).isEqualTo(Writes.REWRITES_MAX);
        assertThat(bench.steps).anyMatch(s -> s.results().stream().anyMatch(r -> r instanceof Result.Left));
    }

    @Test
    void aPersonMayNotUseAPriorityBelowAll() {
        bench.reads("pump.on", Flag.OFF);
        bench.set("pump.on", Flag.ON, Priority.FALLBACK);
        assertThat(bench.outcome().orElseThrow()).isInstanceOf(Outcome.Refused.class);
        bench.set("tank.level", new Value.Num(1), Priority.MANUAL);
        assertThat(bench.outcome().orElseThrow().toString()).contains("sensor");
        bench.set("pump.speed", new Value.Num(101), Priority.MANUAL);
        assertThat(bench.outcome().orElseThrow().toString()).contains("takes 0.0 to 100.0");
    }

    @Test
    void twoPeopleAtOnePriorityTheNewestWins() {
        bench.reads("pump.on", Flag.OFF);
        bench.reads("tank.level", 50);
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.input(
                Principal.person("bert"),
                new Input.Set("bert1", bench.number("pump.on"), Optional.of(Flag.OFF), Priority.MANUAL, 0, 0));
        assertThat(bench.inCharge("pump.on")).isEqualTo("person:bert (manual)");
        assertThat(bench.site.outcome("k1").orElseThrow().toString()).contains("outranked by person:bert");
    }
}
