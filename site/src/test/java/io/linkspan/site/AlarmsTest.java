package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.AlarmState;
import io.linkspan.model.AlarmState.Standing;
import io.linkspan.model.Input;
import io.linkspan.model.Note;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Result.AlarmMove;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Alarms by ISA-18.2, and who is told of them. Each step is replayed beside the live site by the bench.
class AlarmsTest {
    private static final long MINUTE = 60 * Bench.SECOND;

    private static final String THINGS = """
            {"linkspan":1,"site":"shop","zone":"Europe/Brussels",
             "connectors":[{"id":"bus","type":"modbus_tcp"}],
             "modes":["open","shut"],
             "kinds":[{"id":"freezer","properties":{
                "temperature":{"type":"number","unit":"Cel","at":"input 3"},
                "defrost":{"type":"flag","at":"input 4"}}}],
             "things":[
              {"id":"freezer_1","kind":"freezer","connector":"bus"},
              {"id":"freezer_2","kind":"freezer","connector":"bus"},
              {"id":"door","connector":"bus","properties":{"open":{"type":"flag","at":"input 9"}}}],
             "channels":[{"id":"phone","type":"ntfy","topic":"x"},{"id":"boss","type":"ntfy","topic":"y"}],
            """;

    private static Bench bench(String alarm, String tell) {
        return Bench.of(THINGS + "\"alarms\":[" + alarm + "],\"tell\":[" + tell + "]}");
    }

    /// An alarm with these fields beside its condition and text.
    private static Bench warm(String more) {
        return bench(
                "{\"id\":\"warm\",\"when\":\"freezer_1.temperature > -15\",\"text\":\"Freezer at {freezer_1.temperature}\""
                        + more + "}",
                "");
    }

    private static AlarmState alarm(Bench bench, String id) {
        int number = bench.site.directory().rule(id);
        return bench.site.allAlarms().stream()
                .filter(a -> a.alarm() == number)
                .findFirst()
                .orElseThrow();
    }

    private static Standing standing(Bench bench) {
        return alarm(bench, "warm").standing();
    }

    private static List<AlarmMove> moves(Bench bench) {
        var all = new ArrayList<AlarmMove>();
        for (var step : bench.steps)
            for (var r : step.results()) if (r instanceof Result.AlarmMoved m) all.add(m.move());
        return all;
    }

    private static List<Result.NoteOpened> notes(Bench bench) {
        var all = new ArrayList<Result.NoteOpened>();
        for (var step : bench.steps) for (var r : step.results()) if (r instanceof Result.NoteOpened n) all.add(n);
        return all;
    }

    private static void acknowledge(Bench bench, String id) {
        bench.input(new Input.AlarmsAcknowledged(List.of(bench.site.directory().rule(id)), ""));
    }

    // ---- the states of ISA-18.2

    /// What happens, on an alarm that latches or not, and how it stands after each.
    private void does(Bench bench, String what) {
        int n = bench.site.directory().rule("warm");
        switch (what) {
            case "warm" -> bench.reads("freezer_1.temperature", -10);
            case "cold" -> bench.reads("freezer_1.temperature", -20);
            case "ack" -> acknowledge(bench, "warm");
            case "reset" -> bench.input(new Input.AlarmReset(n, ""));
            case "shelve" -> bench.input(new Input.AlarmShelved(n, 30 * MINUTE, "being cleaned"));
            case "unshelve" -> bench.input(new Input.AlarmShelved(n, 0, ""));
            case "out" -> bench.input(new Input.AlarmService(n, true, "the probe is broken"));
            case "in" -> bench.input(new Input.AlarmService(n, false, ""));
            case "defrost" -> bench.reads("freezer_1.defrost", Flag.ON);
            case "frost" -> bench.reads("freezer_1.defrost", Flag.OFF);
            case "shut" -> bench.input(new Input.ModeSet("shut"));
            case "open" -> bench.input(new Input.ModeSet("open"));
            case "pass" -> bench.pass(30 * MINUTE);
            default -> throw new AssertionError(what);
        }
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource({
        // the way of one that is seen to, and of one that goes by itself
        "false, cold,                               NORMAL",
        "false, warm,                               UNACKNOWLEDGED",
        "false, warm ack,                           ACKNOWLEDGED",
        "false, warm ack cold,                      NORMAL",
        "false, warm cold,                          RETURNED_UNACKNOWLEDGED",
        "false, warm cold ack,                      NORMAL",
        "false, warm cold warm,                     UNACKNOWLEDGED",
        "false, warm ack cold warm,                 UNACKNOWLEDGED",
        "false, warm ack ack,                       ACKNOWLEDGED",
        "false, ack,                                NORMAL",
        "false, warm reset,                         UNACKNOWLEDGED",
        "false, warm ack reset,                     ACKNOWLEDGED",
        // one that latches stays until a person resets it, and only after he saw it
        "true,  warm cold,                          LATCHED_UNACKNOWLEDGED",
        "true,  warm cold reset,                    LATCHED_UNACKNOWLEDGED",
        "true,  warm cold ack,                      LATCHED_ACKNOWLEDGED",
        "true,  warm cold ack reset,                NORMAL",
        "true,  warm ack cold,                      LATCHED_ACKNOWLEDGED",
        "true,  warm ack cold warm,                 UNACKNOWLEDGED",
        "true,  warm ack reset,                     ACKNOWLEDGED",
        // put aside: what stands then is there anew, what is over meanwhile is not
        "false, shelve,                             SHELVED",
        "false, warm shelve,                        SHELVED",
        "false, warm shelve ack,                    SHELVED",
        "false, warm shelve unshelve,               UNACKNOWLEDGED",
        "false, warm ack shelve unshelve,           UNACKNOWLEDGED",
        "false, warm shelve cold unshelve,          NORMAL",
        "false, warm cold shelve unshelve,          NORMAL",
        "false, shelve warm,                        SHELVED",
        "false, shelve warm pass,                   UNACKNOWLEDGED",
        "false, shelve warm cold pass,              NORMAL",
        "false, unshelve,                           NORMAL",
        "true,  warm shelve cold unshelve,          LATCHED_UNACKNOWLEDGED",
        // suppressed by design: by a condition, and by the mode
        "false, defrost,                            SUPPRESSED_BY_DESIGN",
        "false, warm defrost,                       SUPPRESSED_BY_DESIGN",
        "false, defrost warm frost,                 UNACKNOWLEDGED",
        "false, warm ack defrost frost,             UNACKNOWLEDGED",
        "false, warm defrost cold frost,            NORMAL",
        "false, shut,                               SUPPRESSED_BY_DESIGN",
        "false, shut warm,                          SUPPRESSED_BY_DESIGN",
        "false, shut warm open,                     UNACKNOWLEDGED",
        "false, warm shut open,                     UNACKNOWLEDGED",
        "false, warm shut cold open,                NORMAL",
        // out of service
        "false, out,                                OUT_OF_SERVICE",
        "false, warm out,                           OUT_OF_SERVICE",
        "false, out warm,                           OUT_OF_SERVICE",
        "false, out warm ack,                       OUT_OF_SERVICE",
        "false, out warm in,                        UNACKNOWLEDGED",
        "false, out warm cold in,                   NORMAL",
        "false, in,                                 NORMAL",
        // several at once: each keeps it from being told
        "false, shelve out warm in,                 SHELVED",
        "false, shelve out warm pass,               OUT_OF_SERVICE",
        "false, shelve out warm pass in,            UNACKNOWLEDGED",
        "false, out defrost warm in,                SUPPRESSED_BY_DESIGN",
        "false, out defrost warm in frost,          UNACKNOWLEDGED",
    })
    void standsAsTheStandardSays(boolean latch, String what, Standing expected) {
        var bench = warm(",\"latch\":" + latch + ",\"modes\":[\"open\"],\"suppress\":\"freezer_1.defrost\"");
        bench.reads("freezer_1.defrost", Flag.OFF);
        for (String each : what.strip().split(" ")) does(bench, each);
        assertThat(standing(bench)).isEqualTo(expected);
    }

    // ---- delays

    @Test
    void aDeadBandAndDelaysKeepItFromChattering() {
        var bench = warm(",\"until\":\"freezer_1.temperature < -17\",\"for\":\"5min\",\"off-delay\":\"2min\"");
        bench.reads("freezer_1.temperature", -10);
        bench.pass(5 * MINUTE - 1);
        assertThat(standing(bench)).isEqualTo(Standing.NORMAL);
        bench.pass(1);
        assertThat(standing(bench)).isEqualTo(Standing.UNACKNOWLEDGED);
        assertThat(alarm(bench, "warm").text()).isEqualTo("Freezer at -10 °C");
        bench.reads("freezer_1.temperature", -16); // within the dead-band
        bench.pass(10 * MINUTE);
        assertThat(standing(bench)).isEqualTo(Standing.UNACKNOWLEDGED);
        bench.reads("freezer_1.temperature", -18);
        bench.pass(2 * MINUTE - 1);
        assertThat(standing(bench)).isEqualTo(Standing.UNACKNOWLEDGED);
        bench.pass(1);
        assertThat(standing(bench)).isEqualTo(Standing.RETURNED_UNACKNOWLEDGED);
    }

    @Test
    void whatIsMetAgainWithinTheOffDelayIsTheSameAlarm() {
        var bench = warm(",\"off-delay\":\"2min\"");
        bench.reads("freezer_1.temperature", -10);
        acknowledge(bench, "warm");
        bench.reads("freezer_1.temperature", -20);
        bench.pass(MINUTE);
        bench.reads("freezer_1.temperature", -10);
        bench.pass(5 * MINUTE);
        assertThat(standing(bench)).isEqualTo(Standing.ACKNOWLEDGED);
        assertThat(alarm(bench, "warm").count()).isEqualTo(1);
        assertThat(moves(bench))
                .containsExactly(AlarmMove.RAISED, AlarmMove.ACKNOWLEDGED, AlarmMove.RETURNING, AlarmMove.STAYED);
    }

    @Test
    void whatStandsForLongIsRaisedAnew() {
        var bench = warm(",\"again\":\"30min\"");
        bench.reads("freezer_1.temperature", -10);
        bench.pass(10 * MINUTE);
        acknowledge(bench, "warm");
        bench.pass(30 * MINUTE - 1);
        assertThat(standing(bench)).isEqualTo(Standing.ACKNOWLEDGED);
        bench.pass(1);
        assertThat(standing(bench)).isEqualTo(Standing.UNACKNOWLEDGED);
        assertThat(alarm(bench, "warm").count()).isEqualTo(1);
    }

    @Test
    void whatCanNotBeKnownIsAnAlarmIfTheFileSaysSo() {
        for (boolean declared : List.of(true, false)) {
            var bench = warm(declared ? ",\"unknown\":\"5min\"" : "");
            bench.reads("freezer_1.temperature", -20);
            bench.input(new Input.LineChanged(1, false, "cut"));
            bench.pass(5 * MINUTE - 1);
            assertThat(standing(bench)).isEqualTo(Standing.NORMAL);
            bench.pass(1);
            assertThat(standing(bench)).isEqualTo(declared ? Standing.UNACKNOWLEDGED : Standing.NORMAL);
            if (!declared) continue;
            assertThat(alarm(bench, "warm").text()).contains("freezer_1.temperature is unknown");
            bench.input(new Input.LineChanged(1, true, ""));
            bench.reads("freezer_1.temperature", -20);
            assertThat(standing(bench)).isEqualTo(Standing.RETURNED_UNACKNOWLEDGED);
        }
    }

    @Test
    void anAlarmDoesNotGoBecauseItsSourceIsSilent() {
        var bench = warm("");
        bench.reads("freezer_1.temperature", -10);
        bench.input(new Input.LineChanged(1, false, "cut"));
        bench.pass(24 * 60 * MINUTE);
        assertThat(standing(bench)).isEqualTo(Standing.UNACKNOWLEDGED);
    }

    @Test
    void aRuleRaisesOneAmongItsSteps() {
        var bench = Bench.of(THINGS
                + "\"rules\":[{\"id\":\"warm\",\"when\":\"freezer_1.temperature > -15\",\"then\":["
                + "{\"wait\":\"1min\"},{\"alarm\":{\"severity\":\"high\",\"text\":\"Still warm\"}}]}]}");
        bench.reads("freezer_1.temperature", -10);
        assertThat(standing(bench)).isEqualTo(Standing.NORMAL);
        bench.pass(MINUTE);
        assertThat(standing(bench)).isEqualTo(Standing.UNACKNOWLEDGED);
        bench.reads("freezer_1.temperature", -20);
        assertThat(standing(bench)).isEqualTo(Standing.RETURNED_UNACKNOWLEDGED);
    }

    @Test
    void theFirstOfAGroupIsMarked() {
        var bench = bench(
                "{\"id\":\"warm\",\"each\":{\"kind\":\"freezer\"},\"when\":\"it.temperature > -15\",\"text\":\"{it.temperature}\",\"group\":\"cold\"}",
                "");
        bench.reads("freezer_2.temperature", -10);
        bench.reads("freezer_1.temperature", -10);
        assertThat(alarm(bench, "warm.freezer_2").first()).isTrue();
        assertThat(alarm(bench, "warm.freezer_1").first()).isFalse();
        bench.reads("freezer_1.temperature", -20);
        bench.reads("freezer_2.temperature", -20);
        bench.reads("freezer_1.temperature", -10);
        assertThat(alarm(bench, "warm.freezer_1").first()).isTrue();
    }

    // ---- who is told

    private static final String SOON =
            "{\"id\":\"soon\",\"to\":[\"phone\"]},{\"id\":\"later\",\"to\":\"boss\",\"after\":\"10min\"}";

    private static Bench told(String more, String tell) {
        return bench(
                "{\"id\":\"warm\",\"when\":\"freezer_1.temperature > -15\",\"text\":\"Warm\",\"group\":\"cold\",\"severity\":\"high\""
                        + more + "}",
                tell);
    }

    private static List<String> channels(Bench bench) {
        return notes(bench).stream().map(Result.NoteOpened::channel).toList();
    }

    @Test
    void whoDoesNotAcknowledgeIsFollowedByTheNext() {
        var bench = told("", SOON);
        bench.reads("freezer_1.temperature", -10);
        assertThat(channels(bench)).containsExactly("phone");
        bench.pass(10 * MINUTE - 1);
        assertThat(channels(bench)).containsExactly("phone");
        bench.pass(1);
        assertThat(channels(bench)).containsExactly("phone", "boss");
        assertThat(notes(bench).getLast().kind()).isEqualTo(Note.Kind.ESCALATED);
        bench.pass(60 * MINUTE);
        assertThat(channels(bench)).hasSize(2);
    }

    @Test
    void whoAcknowledgesEndsIt() {
        var bench = told("", SOON);
        bench.reads("freezer_1.temperature", -10);
        bench.pass(9 * MINUTE);
        acknowledge(bench, "warm");
        bench.pass(60 * MINUTE);
        assertThat(channels(bench)).containsExactly("phone");
    }

    @Test
    void aRestartForgetsNobody() {
        var bench = told("", SOON);
        bench.reads("freezer_1.temperature", -10);
        bench.pass(5 * MINUTE);
        bench.sleep(10 * MINUTE); // the escalation fell due meanwhile
        assertThat(channels(bench)).containsExactly("phone", "boss");
    }

    @Test
    void onlyWhoCountsIsTold() {
        // the bench begins at 08:00 on a Thursday in Brussels
        String tells = "{\"id\":\"a\",\"to\":\"phone\",\"groups\":[\"cold\"],\"from\":\"07:00\",\"until\":\"09:00\"},"
                + "{\"id\":\"b\",\"to\":\"boss\",\"groups\":[\"doors\"]},"
                + "{\"id\":\"c\",\"to\":\"boss\",\"from\":\"22:00\",\"until\":\"07:00\"},"
                + "{\"id\":\"d\",\"to\":\"boss\",\"days\":[\"sat\",\"sun\"]},"
                + "{\"id\":\"e\",\"to\":\"boss\",\"modes\":[\"shut\"]}";
        var bench = told("", tells);
        bench.reads("freezer_1.temperature", -10);
        assertThat(channels(bench)).containsExactly("phone");
        bench.reads("freezer_1.temperature", -20);
        bench.pass(15 * 60 * MINUTE); // 23:00
        bench.reads("freezer_1.temperature", -10);
        assertThat(notes(bench))
                .hasSize(2)
                .last()
                .extracting(Result.NoteOpened::tell)
                .isEqualTo("c");
    }

    @Test
    void thatItIsOverIsToldToWhoWantsIt() {
        var bench = told("", "{\"id\":\"a\",\"to\":\"phone\",\"returned\":true},{\"id\":\"b\",\"to\":\"boss\"}");
        bench.reads("freezer_1.temperature", -10);
        bench.reads("freezer_1.temperature", -20);
        assertThat(channels(bench)).containsExactly("phone", "boss", "phone");
        assertThat(notes(bench).getLast().subject()).isEqualTo("[shop] over: Warm");
    }

    @Test
    void whatIsPutAsideIsToldToNobody() {
        var bench = told("", SOON);
        int n = bench.site.directory().rule("warm");
        bench.input(new Input.AlarmShelved(n, 30 * MINUTE, "cleaning"));
        bench.reads("freezer_1.temperature", -10);
        bench.pass(30 * MINUTE - 1);
        assertThat(notes(bench)).isEmpty();
        bench.pass(1);
        assertThat(channels(bench)).containsExactly("phone");
    }

    @Test
    void aMessageIsOpenUntilTheChannelTookItOrItIsTooOld() {
        var bench = told("", "{\"id\":\"a\",\"to\":[\"phone\",\"boss\"],\"expires\":\"1h\"}");
        bench.reads("freezer_1.temperature", -10);
        long first = bench.site.openNotes().getFirst().number();
        bench.input(Principal.SYSTEM, new Input.NoteTold(first, Input.Told.FAILED, "no route"));
        assertThat(bench.site.openNotes())
                .hasSize(2)
                .first()
                .extracting(Note::tries)
                .isEqualTo(1);
        bench.input(Principal.SYSTEM, new Input.NoteTold(first, Input.Told.DELIVERED, "250 OK"));
        bench.input(Principal.SYSTEM, new Input.NoteTold(first, Input.Told.DELIVERED, "250 OK"));
        assertThat(bench.site.openNotes()).hasSize(1);
        bench.pass(60 * MINUTE);
        assertThat(bench.site.openNotes()).isEmpty();
        assertThat(ends(bench)).containsExactly(Result.NoteEnd.DELIVERED, Result.NoteEnd.EXPIRED);
    }

    private static List<Result.NoteEnd> ends(Bench bench) {
        var all = new ArrayList<Result.NoteEnd>();
        for (var step : bench.steps) for (var r : step.results()) if (r instanceof Result.NoteEnded e) all.add(e.end());
        return all;
    }

    @Test
    void messagesOfAChannelThatIsGoneEnd() {
        var bench = told("", "{\"id\":\"a\",\"to\":\"phone\"}");
        bench.reads("freezer_1.temperature", -10);
        bench.apply(THINGS.replace("{\"id\":\"phone\",\"type\":\"ntfy\",\"topic\":\"x\"},", "") + "\"alarms\":[]}");
        assertThat(bench.site.openNotes()).isEmpty();
        assertThat(ends(bench)).containsExactly(Result.NoteEnd.REMOVED);
        assertThat(moves(bench)).endsWith(AlarmMove.REMOVED);
        assertThat(bench.site.allAlarms()).isEmpty();
    }

    // ---- storms

    /// A site of so many freezers, each with an alarm.
    private static Bench many(int freezers) {
        var things = new StringBuilder();
        for (int i = 0; i < freezers; i++)
            things.append(i == 0 ? "" : ",")
                    .append("{\"id\":\"f")
                    .append(i)
                    .append("\",\"kind\":\"freezer\",\"connector\":\"bus\"}");
        return Bench.of("{\"linkspan\":1,\"site\":\"shop\",\"connectors\":[{\"id\":\"bus\",\"type\":\"modbus_tcp\"}],"
                + "\"kinds\":[{\"id\":\"freezer\",\"properties\":{\"temperature\":{\"type\":\"number\",\"unit\":\"Cel\",\"at\":\"input 3\"}}}],"
                + "\"things\":[" + things + "],\"channels\":[{\"id\":\"phone\",\"type\":\"ntfy\",\"topic\":\"x\"}],"
                + "\"alarms\":[{\"id\":\"warm\",\"each\":{\"kind\":\"freezer\"},\"when\":\"it.temperature > -15\",\"text\":\"Warm\",\"group\":\"cold\"}],"
                + "\"tell\":[{\"id\":\"all\",\"to\":\"phone\"}]}");
    }

    @Test
    void aStormOfTenThousandIsToldOnceAndNoneIsLost() {
        int freezers = 10_000;
        var bench = many(freezers);
        var readings = new ArrayList<Reading>();
        for (int i = 0; i < freezers; i++)
            readings.add(Reading.good(bench.number("f" + i + ".temperature"), new Value.Num(-10)));
        bench.frame(readings.toArray(Reading[]::new));
        assertThat(moves(bench).stream().filter(m -> m == AlarmMove.RAISED)).hasSize(freezers);
        assertThat(bench.site.allAlarms()).allMatch(AlarmState::needsAcknowledging);
        assertThat(bench.site.allAlarms().stream().filter(AlarmState::first)).hasSize(1);
        assertThat(notes(bench)).hasSize(TellState.SINGLY_MAX + 1);
        assertThat(notes(bench).getLast().kind()).isEqualTo(Note.Kind.STORM);
        bench.pass(3 * MINUTE);
        assertThat(notes(bench)).hasSize(TellState.SINGLY_MAX + 2);
        var over = notes(bench).getLast();
        assertThat(over.kind()).isEqualTo(Note.Kind.STORM_OVER);
        assertThat(over.subject()).contains(freezers - TellState.SINGLY_MAX + " messages were held");
        bench.reads("f3.temperature", -20);
        bench.reads("f3.temperature", -10);
        assertThat(notes(bench)).hasSize(TellState.SINGLY_MAX + 3); // one by one again
    }

    @Test
    void whatWaitsHasALimit() {
        var bench = many(4);
        int told = 0;
        for (int minute = 0; notes(bench).size() <= Tells.OPEN_MAX + 1; minute++) {
            for (int i = 0; i < 4; i++) bench.reads("f" + i + ".temperature", -20);
            for (int i = 0; i < 4; i++) bench.reads("f" + i + ".temperature", -10);
            bench.pass(MINUTE);
            told++;
        }
        assertThat(told).isGreaterThan(100);
        assertThat(bench.site.openNotes()).hasSize(Tells.OPEN_MAX);
        assertThat(ends(bench)).isNotEmpty().containsOnly(Result.NoteEnd.DROPPED);
    }

    // ---- whatever happens

    /// Random events, restarts from an image among them: the live site, the replayed one and one that was restored
    /// go on alike, and what may never be is not.
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void holdsWhateverHappens(long seed) {
        var random = new Random(seed);
        var bench = bench(
                "{\"id\":\"warm\",\"when\":\"freezer_1.temperature > -15\",\"until\":\"freezer_1.temperature < -17\",\"for\":\"30s\","
                        + "\"off-delay\":\"20s\",\"again\":\"10min\",\"latch\":true,\"unknown\":\"3min\",\"text\":\"{freezer_1.temperature}\",\"group\":\"cold\",\"modes\":[\"open\"]},"
                        + "{\"id\":\"warm_2\",\"when\":\"freezer_2.temperature > -15\",\"suppress\":\"door.open\",\"text\":\"x\",\"group\":\"cold\"}",
                SOON);
        var ids = List.of("warm", "warm_2");
        for (int i = 0; i < 400; i++) {
            int n = bench.site.directory().rule(ids.get(random.nextInt(2)));
            switch (random.nextInt(14)) {
                case 0, 1 -> bench.reads("freezer_1.temperature", -20 + random.nextInt(10));
                case 2, 3 -> bench.reads("freezer_2.temperature", -20 + random.nextInt(10));
                case 4 -> bench.reads("door.open", random.nextBoolean() ? Flag.ON : Flag.OFF);
                case 5 -> bench.input(new Input.AlarmsAcknowledged(List.of(n, n), ""));
                case 6 -> bench.input(new Input.AlarmShelved(n, random.nextInt(3) * 5 * MINUTE, "r"));
                case 7 -> bench.input(new Input.AlarmService(n, random.nextBoolean(), "s"));
                case 8 -> bench.input(new Input.AlarmReset(n, ""));
                case 9 -> bench.input(new Input.ModeSet(random.nextBoolean() ? "open" : "shut"));
                case 10 -> bench.input(new Input.LineChanged(1, random.nextBoolean(), "x"));
                case 11 -> bench.sleep(random.nextInt(3) * MINUTE);
                case 12 ->
                    bench.input(
                            Principal.SYSTEM,
                            new Input.NoteTold(1 + random.nextInt(20), Input.Told.values()[random.nextInt(3)], ""));
                default -> bench.pass(random.nextLong(2 * MINUTE));
            }
            assertThat(invariants(bench)).isEmpty();
        }
        var w = new io.linkspan.model.ByteWriter();
        bench.site.image().write(w);
        var restored = Site.restore(ByteBuffer.wrap(w.copy()));
        restored.replayed();
        assertThat(restored.image().hash()).isEqualTo(bench.site.image().hash());
        assertThat(restored.nextDue()).isEqualTo(bench.site.nextDue());
    }

    private static Set<String> invariants(Bench bench) {
        var broken = new HashSet<String>();
        for (var a : bench.site.allAlarms()) {
            if (a.active() && a.count() == 0) broken.add("active and never raised");
            if (a.active() && a.latched()) broken.add("active and latched");
            if (a.returnsSite() != AlarmState.NEVER && !a.active()) broken.add("returns and is not active");
            if (a.shelf().isPresent() && a.shelf().get().untilSite() <= bench.now() - MINUTE)
                broken.add("put aside for longer than said");
            if (a.unknown() && !a.active()) broken.add("unknown and not active");
        }
        var told = new HashSet<Long>();
        for (var step : bench.steps)
            for (var r : step.results()) {
                if (r instanceof Result.NoteOpened n && !told.add(n.note())) broken.add("a message twice");
                if (r instanceof Result.AlarmMoved m
                        && m.move() == AlarmMove.ESCALATED
                        && m.standing() != Standing.UNACKNOWLEDGED
                        && m.standing() != Standing.LATCHED_UNACKNOWLEDGED) broken.add("others told of what was seen");
            }
        return broken;
    }
}
