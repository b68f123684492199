package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Outcome.Cause;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Progress;
import io.linkspan.model.Result;
import io.linkspan.model.Value.Flag;
import io.linkspan.model.Value.Num;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Commands for a device that sleeps, on their way, taken back, and without an answer.
class SleepersTest {
    private static final long SECOND = Bench.SECOND;
    private static final long MINUTE = 60 * SECOND;

    static final String VALVE = """
            {
              "linkspan": 1, "site": "field", "zone": "Europe/Brussels", "armed": true,
              "connectors": [ { "id": "radio", "type": "modbus_tcp", "endpoint": "127.0.0.1:5020" } ],
              "things": [
                { "id": "valve", "connector": "radio", "sleeps": { "wakes-every": "1h", "awake-for": "2s" },
                  "properties": {
                    "battery": { "type": "number", "at": "1" },
                    "open": { "type": "flag", "writable": true, "at": "2" },
                    "flow": { "type": "number", "writable": true, "at": "3" } },
                  "actions": { "flush": { "at": "4" } } },
                { "id": "pump", "connector": "radio",
                  "properties": { "on": { "type": "flag", "writable": true, "at": "5" } },
                  "actions": { "prime": { "at": "6" } } } ]
            }
            """;

    private final Bench bench = Bench.of(VALVE);

    SleepersTest() {
        bench.reads("pump.on", Flag.OFF); // who was never read is waited for, unless it sleeps
    }

    @Test
    void aCommandWaitsUntilTheDeviceIsHeard() {
        var step = bench.set("valve.open", Flag.ON, Priority.MANUAL);
        assertThat(told(step)).containsExactly(Progress.WAITS_FOR_WAKE);
        assertThat(bench.writes).isEmpty();
        bench.pass(50 * MINUTE);
        assertThat(bench.outcome()).isEmpty();
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes).hasSize(1);
        bench.done();
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.ON)));
    }

    @Test
    void theStateIsShownWithTheProperty() {
        bench.set("valve.open", Flag.ON, Priority.MANUAL);
        assertThat(progress("valve.open")).contains(Progress.WAITS_FOR_WAKE);
        bench.reads("valve.battery", 3.1);
        assertThat(progress("valve.open")).isEmpty();
    }

    @Test
    void whoIsAwakeIsNotWaitedFor() {
        bench.reads("valve.battery", 3.1);
        bench.pass(2 * SECOND);
        assertThat(told(bench.set("valve.open", Flag.ON, Priority.MANUAL))).isEmpty();
        assertThat(bench.writes).hasSize(1);
        bench.pass(2 * SECOND);
        assertThat(told(bench.set("valve.flow", new Num(2), Priority.MANUAL))).containsExactly(Progress.WAITS_FOR_WAKE);
    }

    @Test
    void theyGoInTheOrderInWhichTheyWereAskedFor() {
        bench.set("valve.flow", new Num(2), Priority.MANUAL);
        bench.input(new Input.Invoke("flush", bench.number("valve.flush"), Optional.empty(), 0));
        bench.set("valve.open", Flag.ON, Priority.MANUAL);
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes.stream().map(Result.WriteOrdered::property))
                .containsExactly(bench.number("valve.flow"), bench.number("valve.flush"), bench.number("valve.open"));
    }

    @Test
    void theNewestForOnePropertyWins() {
        var first = "k1";
        bench.set("valve.flow", new Num(2), Priority.MANUAL);
        bench.set("valve.flow", new Num(4), Priority.MANUAL);
        assertThat(bench.site.outcome(first)).contains(new Outcome.NotSent(Cause.SUPERSEDED));
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes).hasSize(1);
        assertThat(bench.writes.getFirst().value()).contains(new Num(4));
    }

    @Test
    void whatIsNotHeardInTimeIsNotSent() {
        bench.set("valve.open", Flag.ON, Priority.MANUAL);
        bench.pass(119 * MINUTE);
        assertThat(bench.outcome()).isEmpty();
        bench.pass(2 * MINUTE); // twice the longest sleep
        assertThat(bench.outcome()).contains(new Outcome.NotSent(Cause.EXPIRED));
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes).isEmpty();
    }

    @Test
    void theLeaseBeginsWhenItIsSent() {
        bench.input(
                new Input.Set("k", bench.number("valve.open"), Optional.of(Flag.ON), Priority.MANUAL, 10 * MINUTE, 0));
        bench.pass(50 * MINUTE);
        bench.reads("valve.battery", 3.1);
        bench.done();
        bench.pass(9 * MINUTE);
        assertThat(bench.desired("valve.open")).contains(Flag.ON);
        bench.pass(2 * MINUTE);
        assertThat(bench.desired("valve.open")).isEmpty();
    }

    @Test
    void aRestartForgetsNothing() {
        bench.set("valve.flow", new Num(2), Priority.MANUAL);
        bench.input(new Input.Invoke("flush", bench.number("valve.flush"), Optional.empty(), 0));
        bench.input(new Input.Started("test", false, Bench.START_WALL));
        bench.input(new Input.LineChanged(1, true, ""));
        bench.pass(30 * MINUTE);
        assertThat(bench.writes).isEmpty();
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes.stream().map(Result.WriteOrdered::property))
                .containsExactly(bench.number("valve.flow"), bench.number("valve.flush"));
    }

    @Test
    void whatCouldNotBeSentWhileItListenedIsSentNextTime() {
        bench.set("valve.open", Flag.ON, Priority.MANUAL);
        bench.reads("valve.battery", 3.1);
        bench.answer(new Outcome.NotSent(Cause.UNREACHABLE));
        assertThat(bench.outcome()).isEmpty();
        bench.pass(10 * MINUTE);
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes).hasSize(2);
    }

    // ---- taken back

    @Test
    void aCommandThatWaitsIsCancelled() {
        var step = bench.set("valve.open", Flag.ON, Priority.MANUAL);
        bench.input(new Input.Cancel(number(step)));
        assertThat(bench.outcome()).contains(new Outcome.NotSent(Cause.CANCELLED));
        assertThat(bench.desired("valve.open")).isEmpty();
        bench.reads("valve.battery", 3.1);
        assertThat(bench.writes).isEmpty();
    }

    @Test
    void whatIsOnItsWayIsAwaitedAndToldAsItIs() {
        var step = bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.input(new Input.Cancel(number(step)));
        assertThat(bench.outcome()).isEmpty();
        bench.done();
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.ON)));
        assertThat(bench.desired("pump.on")).isEmpty();
    }

    @Test
    void whatWasSentAndNotReadBackIsInDoubt() {
        var step = bench.set("pump.on", Flag.ON, Priority.MANUAL);
        var doubt = new Outcome.InDoubt(Bench.START_WALL + bench.now());
        bench.answer(doubt);
        bench.input(new Input.Cancel(number(step)));
        assertThat(bench.outcome()).contains(doubt);
    }

    @Test
    void whoIsOverIsNotCancelled() {
        var step = bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.done();
        assertThat(bench.input(new Input.Cancel(number(step))).results()).isEmpty();
        assertThat(bench.desired("pump.on")).contains(Flag.ON);
    }

    // ---- on its way

    @Test
    void aDeviceTellsHowFarItIs() {
        bench.input(new Input.Invoke("prime", bench.number("pump.prime"), Optional.empty(), 0));
        long write = bench.writes.getLast().write();
        var half = new Input.Progressed(write, 50, "filling");
        assertThat(bench.site.isNews(half)).isTrue();
        assertThat(told(bench.input(Principal.device(""), half)))
                .containsExactly(new Progress(Progress.Stage.UNDER_WAY, 50, "filling"));
        assertThat(bench.site.isNews(half)).isFalse();
        assertThat(bench.site.outcome("prime")).isEmpty();
        bench.answer(new Outcome.Done(Optional.empty()));
        assertThat(told(bench.input(Principal.device(""), half))).isEmpty();
    }

    // ---- no answer, too late, twice

    @Test
    void aLostAnswerEndsInDoubtAndBlocksNothing() {
        bench.input(new Input.Invoke("prime", bench.number("pump.prime"), Optional.empty(), 0));
        bench.input(new Input.Set("k", bench.number("pump.on"), Optional.of(Flag.ON), Priority.MANUAL, 0, 0));
        bench.done();
        assertThat(bench.site.outcome("k")).contains(new Outcome.Done(Optional.of(Flag.ON)));
        bench.pass(MINUTE + SECOND);
        assertThat(bench.site.outcome("prime")).containsInstanceOf(Outcome.InDoubt.class);
    }

    @Test
    void aSetWithoutAnAnswerIsResolvedByWhatTheMachineReads() {
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.pass(30 * SECOND);
        bench.reads("pump.on", Flag.OFF);
        bench.pass(31 * SECOND);
        assertThat(bench.outcome()).containsInstanceOf(Outcome.InDoubt.class);
        bench.reads("pump.on", Flag.ON);
        bench.set("pump.on", Flag.OFF, Priority.MANUAL);
        bench.done();
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.OFF)));
    }

    @Test
    void aLateAnswerChangesNothing() {
        bench.input(new Input.Invoke("prime", bench.number("pump.prime"), Optional.empty(), 0));
        bench.pass(MINUTE + SECOND);
        var late = bench.answer(new Outcome.Done(Optional.empty()));
        assertThat(late.results()).isEmpty();
        assertThat(late.logged()).isTrue();
        assertThat(bench.site.outcome("prime")).containsInstanceOf(Outcome.InDoubt.class);
    }

    @Test
    void aSecondAnswerChangesNothing() {
        bench.set("pump.on", Flag.ON, Priority.MANUAL);
        bench.done();
        assertThat(bench.answer(new Outcome.Refused("no")).results()).isEmpty();
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.of(Flag.ON)));
    }

    // ---- the grammar

    @Test
    void aNightIsNoTimeToListen() {
        assertThat(wrong("\"1h\"", "{ \"wakes-every\": \"1s\", \"awake-for\": \"2s\" }"))
                .contains("awake-for");
        assertThat(wrong("\"1h\"", "\"40d\"")).contains("31d");
        assertThat(wrong("\"1h\"", "{ \"awake-for\": \"2s\" }")).contains("wakes-every");
    }

    private static String wrong(String old, String now) {
        String file = VALVE.replace("{ \"wakes-every\": \"1h\", \"awake-for\": \"2s\" }", "\"1h\"")
                .replace("\"sleeps\": " + old, "\"sleeps\": " + now);
        try {
            io.linkspan.model.SiteFile.read(io.linkspan.model.Json.parseFields("site.yaml", file));
        } catch (io.linkspan.model.Invalid e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("taken: " + now);
    }

    private static List<Progress> told(Step step) {
        return step.results().stream()
                .filter(Result.CommandAt.class::isInstance)
                .map(r -> ((Result.CommandAt) r).progress())
                .toList();
    }

    private static long number(Step step) {
        return step.results().stream()
                .filter(Result.CommandOpened.class::isInstance)
                .mapToLong(r -> ((Result.CommandOpened) r).number())
                .findFirst()
                .orElseThrow();
    }

    private Optional<Progress> progress(String path) {
        for (var cell : bench.site.allCells())
            if (cell.property() == bench.number(path))
                return cell.duty().orElseThrow().progress();
        throw new AssertionError("no cell for " + path);
    }
}
