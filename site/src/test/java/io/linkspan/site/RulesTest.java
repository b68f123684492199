package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Result.RuleMove;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// When, for, then, else: what rules and schedules do. Each step is replayed beside the live site by the bench.
class RulesTest {
    private static final long MINUTE = 60 * Bench.SECOND;
    private static final long HOUR = 60 * MINUTE;

    private static String site(String rest) {
        return """
                {"linkspan":1,"site":"home","zone":"Europe/Brussels",
                 "position":{"latitude":50.85,"longitude":4.35},
                 "connectors":[{"id":"bus","type":"modbus_tcp"}],
                 "modes":["home","away","night"],
                 "scenes":[{"id":"evening","set":{"lamp.on":true,"blind.position":20}}],
                 "things":[
                  {"id":"boiler","connector":"bus","properties":{
                    "temperature":{"type":"number","unit":"Cel","at":"input 0"},
                    "on":{"type":"flag","writable":true,"at":"coil 0","fallback":false,"without-us":"last-value"}}},
                  {"id":"lamp","connector":"bus","properties":{
                    "motion":{"type":"flag","at":"input 1"},
                    "on":{"type":"flag","writable":true,"at":"coil 1","fallback":false,"without-us":"last-value"}}},
                  {"id":"blind","connector":"bus","properties":{
                    "position":{"type":"number","unit":"%","writable":true,"at":"holding 0","range":[0,100],"without-us":"last-value"}},
                    "actions":{"stop":{"at":"coil 9"}}},
                  {"id":"freezer_1","kind":"freezer","connector":"bus"},
                  {"id":"freezer_2","kind":"freezer","connector":"bus"}],
                 "kinds":[{"id":"freezer","properties":{
                    "temperature":{"type":"number","unit":"Cel","at":"input 3"},
                    "alarm":{"type":"flag","writable":true,"at":"coil 3","fallback":false,"without-us":"last-value"}}}],
                """ + rest + "}";
    }

    private static Bench bench(String rules) {
        return Bench.of(site("\"rules\":[" + rules + "]"));
    }

    private static List<RuleMove> moves(Bench bench) {
        var all = new ArrayList<RuleMove>();
        for (var step : bench.steps)
            for (var r : step.results()) if (r instanceof Result.RuleMoved m) all.add(m.move());
        return all;
    }

    private static void is(Bench bench, String path, Value value) {
        assertThat(bench.desired(path)).isEqualTo(Optional.of(value));
    }

    @Test
    void holdsWhileItsConditionIsMet() {
        var bench = bench(
                "{\"id\":\"warm\",\"when\":\"boiler.temperature < 55\",\"then\":[{\"hold\":{\"boiler.on\":true}}]}");
        bench.reads("boiler.temperature", 60);
        is(bench, "boiler.on", Flag.OFF);
        bench.reads("boiler.temperature", 54);
        is(bench, "boiler.on", Flag.ON);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("rule:warm (operate)");
        bench.reads("boiler.temperature", 56);
        is(bench, "boiler.on", Flag.OFF);
        assertThat(moves(bench)).containsExactly(RuleMove.FIRED, RuleMove.STEPPED, RuleMove.ENDED);
    }

    @Test
    void aDeadBandKeepsItUntilItIsEnough() {
        var bench = bench("{\"id\":\"warm\",\"when\":\"boiler.temperature < 55\",\"until\":\"boiler.temperature > 60\","
                + "\"then\":[{\"hold\":{\"boiler.on\":true}}]}");
        bench.reads("boiler.temperature", 54);
        bench.reads("boiler.temperature", 58);
        is(bench, "boiler.on", Flag.ON);
        bench.reads("boiler.temperature", 61);
        is(bench, "boiler.on", Flag.OFF);
        bench.reads("boiler.temperature", 58);
        is(bench, "boiler.on", Flag.OFF);
    }

    @Test
    void waitsForItsTimeAndIsCalledOff() {
        var bench = bench(
                "{\"id\":\"legionella\",\"when\":\"boiler.temperature < 55\",\"for\":\"24h\",\"priority\":\"protect\","
                        + "\"then\":[{\"hold\":{\"boiler.on\":true},\"until\":\"boiler.temperature > 60\"}]}");
        bench.reads("boiler.temperature", 50);
        bench.pass(23 * HOUR);
        bench.reads("boiler.temperature", 56);
        bench.reads("boiler.temperature", 50);
        bench.pass(24 * HOUR - 1);
        is(bench, "boiler.on", Flag.OFF);
        bench.pass(1);
        is(bench, "boiler.on", Flag.ON);
        bench.reads("boiler.temperature", 57); // its own until counts, not the condition
        is(bench, "boiler.on", Flag.ON);
        bench.reads("boiler.temperature", 61);
        is(bench, "boiler.on", Flag.OFF);
        assertThat(moves(bench)).startsWith(RuleMove.MET, RuleMove.CALLED_OFF, RuleMove.MET, RuleMove.FIRED);
    }

    @Test
    void aRestartForgetsNoTime() {
        var bench = bench("{\"id\":\"legionella\",\"when\":\"boiler.temperature < 55\",\"for\":\"24h\","
                + "\"then\":[{\"hold\":{\"boiler.on\":true}}]}");
        bench.reads("boiler.temperature", 50);
        bench.pass(10 * HOUR);
        bench.restart();
        bench.input(new Input.LineChanged(1, true, ""));
        bench.pass(14 * HOUR - 1_000_000);
        is(bench, "boiler.on", Flag.OFF);
        bench.pass(2_000_000);
        is(bench, "boiler.on", Flag.ON);
    }

    @Test
    void lingersBehindMotion() {
        var bench = bench(
                "{\"id\":\"stairs\",\"when\":\"lamp.motion\",\"then\":[{\"hold\":{\"lamp.on\":true},\"linger\":\"5min\"}]}");
        bench.reads("lamp.motion", Flag.ON);
        bench.pass(10 * MINUTE);
        is(bench, "lamp.on", Flag.ON);
        bench.reads("lamp.motion", Flag.OFF);
        bench.pass(3 * MINUTE);
        bench.reads("lamp.motion", Flag.ON);
        bench.pass(3 * MINUTE);
        bench.reads("lamp.motion", Flag.OFF);
        bench.pass(5 * MINUTE - 1);
        is(bench, "lamp.on", Flag.ON);
        bench.pass(1);
        is(bench, "lamp.on", Flag.OFF);
    }

    @Test
    void stepsWaitAndGoOn() {
        var bench = bench("{\"id\":\"show\",\"when\":\"lamp.motion\",\"then\":[{\"hold\":{\"lamp.on\":true}},"
                + "{\"wait\":\"10s\"},{\"invoke\":\"blind.stop\"},{\"wait\":\"10s\"},{\"hold\":{\"blind.position\":\"= quantity(number(boiler.temperature, 'Cel'), '%')\"}},"
                + "{\"await\":\"boiler.temperature > 30\",\"at-most-for\":\"1min\"},{\"release\":\"blind.position\"},{\"tell\":\"done\"}],"
                + "\"else\":[{\"hold\":{\"blind.position\":0},\"for\":\"1h\"}]}");
        bench.reads("boiler.temperature", 25);
        bench.reads("lamp.motion", Flag.ON);
        bench.pass(10 * Bench.SECOND);
        assertThat(bench.writes.getLast().property()).isEqualTo(bench.number("blind.stop"));
        bench.answer(new Outcome.Done(Optional.empty()));
        bench.pass(10 * Bench.SECOND);
        is(bench, "blind.position", new Value.Num(25));
        bench.reads("boiler.temperature", 31);
        assertThat(bench.desired("blind.position")).isEmpty();
        bench.reads("lamp.motion", Flag.OFF);
        is(bench, "blind.position", new Value.Num(0));
        bench.pass(HOUR);
        assertThat(bench.desired("blind.position")).isEmpty();
    }

    @Test
    void sleepsInOtherModes() {
        var bench = bench(
                "{\"id\":\"warm\",\"when\":\"boiler.temperature < 55\",\"modes\":[\"home\"],\"then\":[{\"hold\":{\"boiler.on\":true}}]},"
                        + "{\"id\":\"leave\",\"when\":\"site.mode == 'away'\",\"then\":[{\"hold\":{\"lamp.on\":true}}]}");
        assertThat(bench.site.mode()).isEqualTo("home");
        bench.reads("boiler.temperature", 54);
        bench.input(new Input.ModeSet("away"));
        is(bench, "boiler.on", Flag.OFF);
        is(bench, "lamp.on", Flag.ON);
        bench.input(new Input.ModeSet("home"));
        is(bench, "boiler.on", Flag.ON);
        is(bench, "lamp.on", Flag.OFF);
    }

    @Test
    void actsAtItsTimes() {
        // the bench begins at 08:00 in Brussels
        var bench = bench(
                "{\"id\":\"air\",\"at\":[\"09:00\",\"10:00\"],\"when\":\"boiler.temperature < 55\",\"then\":[{\"hold\":{\"boiler.on\":true},\"for\":\"10min\"}]}");
        bench.reads("boiler.temperature", 50);
        bench.pass(59 * MINUTE);
        is(bench, "boiler.on", Flag.OFF);
        bench.pass(2 * MINUTE);
        is(bench, "boiler.on", Flag.ON);
        bench.pass(10 * MINUTE);
        is(bench, "boiler.on", Flag.OFF);
        bench.reads("boiler.temperature", 70);
        bench.pass(HOUR);
        assertThat(moves(bench)).containsExactly(RuleMove.FIRED, RuleMove.STEPPED, RuleMove.NOT_MET);
    }

    @Test
    void whatPassedInASleepIsCaughtUpAsTheRuleSays() {
        for (String missed : List.of("late", "skip", "once")) {
            var bench = bench("{\"id\":\"air\",\"at\":[\"09:00\",\"10:00\",\"11:00\"],\"missed\":\"" + missed
                    + "\",\"then\":[{\"tell\":\"now\"}]}");
            bench.sleep(150 * MINUTE); // 08:00 to 10:30
            long fired = moves(bench).stream().filter(m -> m == RuleMove.FIRED).count();
            assertThat(fired).as(missed).isEqualTo(missed.equals("late") ? 2 : missed.equals("skip") ? 0 : 1);
            bench.pass(HOUR);
            assertThat(moves(bench).stream().filter(m -> m == RuleMove.FIRED).count())
                    .isEqualTo(fired + 1);
        }
    }

    @Test
    void aScheduleHoldsTheNewestOfItsPoints() {
        var bench = Bench.of(
                site(
                        "\"schedules\":[{\"id\":\"blinds\",\"to\":\"blind.position\",\"points\":["
                                + "{\"at\":\"07:00\",\"value\":100},{\"at\":\"09:00\",\"value\":50},{\"at\":\"22:00\",\"release\":true}]}]"));
        is(bench, "blind.position", new Value.Num(100)); // since 07:00
        assertThat(bench.inCharge("blind.position")).isEqualTo("rule:blinds (comfort)");
        bench.pass(HOUR);
        is(bench, "blind.position", new Value.Num(50));
        bench.set("blind.position", new Value.Num(10), Priority.MANUAL);
        is(bench, "blind.position", new Value.Num(10));
        bench.release("blind.position", Priority.MANUAL);
        is(bench, "blind.position", new Value.Num(50));
        bench.pass(13 * HOUR);
        assertThat(bench.desired("blind.position")).isEmpty();
        bench.pass(9 * HOUR);
        is(bench, "blind.position", new Value.Num(100));
    }

    @Test
    void oneRuleForManyThings() {
        var bench = bench(
                "{\"id\":\"thaw\",\"each\":{\"kind\":\"freezer\"},\"when\":\"it.temperature > -15\",\"then\":[{\"hold\":{\"it.alarm\":true}}]}");
        bench.reads("freezer_1.temperature", -10);
        bench.reads("freezer_2.temperature", -20);
        is(bench, "freezer_1.alarm", Flag.ON);
        is(bench, "freezer_2.alarm", Flag.OFF);
        assertThat(bench.inCharge("freezer_1.alarm")).isEqualTo("rule:thaw.freezer_1 (operate)");
    }

    @Test
    void anEditOfAnotherRuleChangesNothing() {
        String first =
                "{\"id\":\"legionella\",\"when\":\"boiler.temperature < 55\",\"for\":\"1h\",\"then\":[{\"hold\":{\"boiler.on\":true}}]}";
        String held = "{\"id\":\"light\",\"when\":\"lamp.motion\",\"then\":[{\"hold\":{\"lamp.on\":true}}]}";
        var bench = bench(first + "," + held);
        bench.reads("boiler.temperature", 50);
        bench.reads("lamp.motion", Flag.ON);
        bench.pass(40 * MINUTE);
        bench.apply(
                site("\"rules\":[" + held.replace("\"lamp.motion\"", "\"lamp.motion && true\"") + "," + first + "]"));
        is(bench, "lamp.on", Flag.ON); // it began anew, and acted
        bench.pass(20 * MINUTE);
        is(bench, "boiler.on", Flag.ON);
        bench.apply(site("\"rules\":[]"));
        is(bench, "lamp.on", Flag.OFF);
        is(bench, "boiler.on", Flag.OFF);
    }

    @Test
    void whatCanNotBeKnownIsNotGuessed() {
        var bench = bench(
                "{\"id\":\"warm\",\"when\":\"boiler.temperature < 55\",\"then\":[{\"hold\":{\"boiler.on\":true}}],"
                        + "\"silent\":{\"after\":\"5min\",\"then\":\"release\"}}");
        bench.reads("boiler.temperature", 50);
        bench.input(new Input.LineChanged(1, false, "cut"));
        bench.pass(5 * MINUTE - 1);
        is(bench, "boiler.on", Flag.ON);
        bench.pass(1);
        is(bench, "boiler.on", Flag.OFF);
        bench.input(new Input.LineChanged(1, true, ""));
        bench.reads("boiler.temperature", 51);
        is(bench, "boiler.on", Flag.ON);
        assertThat(moves(bench))
                .containsExactly(
                        RuleMove.FIRED,
                        RuleMove.STEPPED,
                        RuleMove.UNSURE,
                        RuleMove.SILENT,
                        RuleMove.FIRED,
                        RuleMove.STEPPED);
    }

    @Test
    void rulesThatContradictEachOtherComeToRest() {
        var bench = bench("{\"id\":\"a\",\"when\":\"site.mode == 'home'\",\"then\":[{\"mode\":\"away\"}]},"
                + "{\"id\":\"b\",\"when\":\"site.mode == 'away'\",\"then\":[{\"mode\":\"home\"}]}");
        int before = moves(bench).size();
        assertThat(before).isLessThan(20);
        bench.pass(HOUR);
        assertThat(moves(bench)).hasSize(before);
    }

    @Test
    void aRuleThatActsTooOftenIsStoppedForAMinute() {
        var bench = bench("{\"id\":\"light\",\"when\":\"lamp.motion\",\"then\":[{\"hold\":{\"lamp.on\":true}}]}");
        for (int i = 0; i < 2 * RuleState.FIRED_MAX; i++) {
            bench.reads("lamp.motion", Flag.ON);
            bench.reads("lamp.motion", Flag.OFF);
            bench.pass(Bench.SECOND / 4);
        }
        assertThat(moves(bench).stream().filter(m -> m == RuleMove.FIRED)).hasSize(RuleState.FIRED_MAX);
        assertThat(moves(bench).stream().filter(m -> m == RuleMove.LIMITED)).hasSize(1);
        assertThat(bench.steps.stream().flatMap(s -> s.results().stream()))
                .anyMatch(r -> r instanceof Result.Noticed n && n.text().contains("acted too often"));
        bench.reads("lamp.motion", Flag.ON);
        is(bench, "lamp.on", Flag.OFF);
        bench.pass(MINUTE);
        is(bench, "lamp.on", Flag.ON); // it looks again when its pause is over
    }

    @Test
    void aPersonPutsARuleToSleep() {
        var bench = bench(
                "{\"id\":\"warm\",\"when\":\"boiler.temperature < 55\",\"then\":[{\"hold\":{\"boiler.on\":true}}]}");
        bench.reads("boiler.temperature", 50);
        int rule = bench.site.directory().rule("warm");
        bench.input(new Input.RuleSwitched(rule, true, "holiday"));
        is(bench, "boiler.on", Flag.OFF);
        bench.pass(HOUR);
        bench.reads("boiler.temperature", 40);
        is(bench, "boiler.on", Flag.OFF);
        bench.input(new Input.RuleSwitched(rule, false, ""));
        is(bench, "boiler.on", Flag.ON);
    }

    @Test
    void aHoldWaitsForAPersonToReleaseIt() {
        var bench = bench(
                "{\"id\":\"hot\",\"when\":\"boiler.temperature > 90\",\"priority\":\"protect\","
                        + "\"then\":[{\"hold\":{\"boiler.on\":false,\"lamp.on\":true},\"until\":\"released\"}]},"
                        + "{\"id\":\"light\",\"when\":\"lamp.motion\",\"priority\":\"protect\",\"then\":[{\"hold\":{\"blind.position\":7}}]}");
        bench.reads("lamp.motion", Flag.ON);
        bench.reads("boiler.temperature", 95);
        bench.reads("boiler.temperature", 20);
        bench.input(new Input.LineChanged(1, false, "cut"));
        bench.pass(HOUR);
        bench.restart();
        bench.input(new Input.LineChanged(1, true, ""));
        is(bench, "lamp.on", Flag.ON);
        bench.release("lamp.on", Priority.OPERATE); // not at this priority
        is(bench, "lamp.on", Flag.ON);
        bench.release("lamp.on", Priority.PROTECT);
        assertThat(bench.outcome()).contains(new Outcome.Done(Optional.empty()));
        is(bench, "lamp.on", Flag.OFF);
        assertThat(bench.inCharge("boiler.on")).isEqualTo("rule:hot (protect)");
        bench.reads("lamp.motion", Flag.ON);
        bench.release("blind.position", Priority.PROTECT); // the rule's own, which nobody gives back
        assertThat(bench.outcome().orElseThrow()).isInstanceOf(Outcome.Refused.class);
        is(bench, "blind.position", new Value.Num(7));
    }

    @Test
    void eachTimeThatIsCaughtUpDoesItsSteps() {
        var bench = bench(
                "{\"id\":\"air\",\"at\":[\"09:00\",\"10:00\",\"11:00\"],\"missed\":\"late\",\"then\":[{\"tell\":\"now\"}]}");
        bench.sleep(4 * HOUR);
        assertThat(notices(bench)).containsExactly("now", "now", "now");
    }

    @Test
    void aClockSetAYearAheadCostsAMinutesWorth() {
        var bench = bench("{\"id\":\"often\",\"at\":\"every 1s\",\"missed\":\"late\",\"then\":[{\"tell\":\"now\"}]}");
        bench.sleep(365 * 24 * HOUR);
        assertThat(notices(bench).stream().filter("now"::equals)).hasSize(RuleState.FIRED_MAX);
        assertThat(notices(bench)).anyMatch(text -> text.contains("acted too often"));
        bench.pass(2 * MINUTE);
        assertThat(notices(bench).stream().filter("now"::equals)).hasSizeGreaterThan(RuleState.FIRED_MAX);
    }

    private static List<String> notices(Bench bench) {
        return bench.steps.stream()
                .flatMap(step -> step.results().stream())
                .flatMap(r -> r instanceof Result.Noticed n ? java.util.stream.Stream.of(n.text()) : null)
                .toList();
    }

    @Test
    void aSceneIsOneCommandForEachValue() {
        var bench = bench("");
        bench.pass(Writes.START_GRACE_MICROS); // what can not be read is written after a while
        bench.input(new Input.SceneSet("s1", "evening", Priority.MANUAL, 0, 0));
        is(bench, "lamp.on", Flag.ON);
        is(bench, "blind.position", new Value.Num(20));
        bench.done();
        assertThat(bench.site.underWay("s1/lamp.on")
                        || bench.site.outcome("s1/lamp.on").isPresent())
                .isTrue();
        assertThat(bench.site.outcome("s1/blind.position")).isPresent();
    }

    @Test
    void theClockIsLookedAtEachMinute() {
        var bench = bench(
                "{\"id\":\"evening\",\"when\":\"time.daytime >= 8.5 && time.daytime < 9 && !calendar.weekend && sun.elevation < 40\",\"then\":[{\"hold\":{\"lamp.on\":true}}]}");
        int before = bench.steps.size();
        bench.pass(29 * MINUTE);
        is(bench, "lamp.on", Flag.OFF);
        assertThat(bench.steps.stream().skip(before))
                .noneMatch(s -> s.logged() && s.input() instanceof Input.Due d && d.timer() == Input.Timer.RULE);
        bench.pass(2 * MINUTE);
        is(bench, "lamp.on", Flag.ON);
        bench.pass(30 * MINUTE);
        is(bench, "lamp.on", Flag.OFF);
    }
}
