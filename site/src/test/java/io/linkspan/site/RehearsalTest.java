package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import io.linkspan.site.Rehearsal.Limits;
import io.linkspan.site.Rehearsal.Stretch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The shedding of a boiler once more: by its own file, which must come to the same, and by others.
class RehearsalTest {
    private static final long SECOND = Bench.SECOND;
    private static final String EARLY = SheddingTest.SITE.replace("\"off-above\": 5.0", "\"off-above\": 3.0");

    /// Entries before the first reading: the start, the file, armed, two lines.
    private static final int BEGINNING = 5;

    private static List<Entry> log(Bench bench) {
        var all = new ArrayList<Entry>();
        for (var step : bench.steps) {
            var at = Log.Position.of(new io.linkspan.model.SiteId(1, 2), step.here());
            all.add(new Entry(at.epoch(), at.seq(), step.at(), step.by(), step.input(), step.results(), false));
        }
        return all;
    }

    private static Rehearsal.Told asLogged(List<Entry> log) {
        var rehearsal = Rehearsal.asLogged(new Site(), Limits.STANDARD);
        log.forEach(rehearsal::take);
        return rehearsal.told();
    }

    /// By another file from the first reading on.
    private static Rehearsal.Told by(String file, Bench bench) {
        return by(file, log(bench), bench.site.directory());
    }

    private static Rehearsal.Told by(String file, List<Entry> log, Directory newest) {
        var begin = new Site();
        log.subList(0, BEGINNING).forEach(begin::replay);
        var rehearsal = Rehearsal.of(begin, file, newest, Limits.STANDARD);
        log.subList(BEGINNING, log.size()).forEach(rehearsal::take);
        return rehearsal.told();
    }

    /// Half an hour of a winter evening: 2.5 kW of boiler, and what the house draws beside it.
    private static Bench evening() {
        var bench = Bench.of(SheddingTest.SITE);
        bench.reads("boiler.on", Flag.ON);
        double[] house = {0.8, 3.5, 3.6, 5.6, 5.8, 3.4, 1.2, 0.6};
        for (double kw : house)
            for (int i = 0; i < 5; i++) {
                boolean on = bench.desired("boiler.on").orElseThrow().equals(Flag.ON);
                int before = bench.writes.size();
                bench.pass(45 * SECOND).reads("meter.power", kw + (on ? 2.5 : 0));
                if (bench.writes.size() > before) bench.pass(SECOND / 5).done();
                bench.reads("boiler.on", bench.desired("boiler.on").orElseThrow());
            }
        bench.pass(70 * SECOND); // and the meter falls silent
        if (bench.writes.getLast().value().orElseThrow().equals(Flag.OFF)) bench.done();
        return bench;
    }

    private static Rehearsal.Actuator boiler(Rehearsal.Told told) {
        return told.actuators().getFirst();
    }

    private static List<Value> values(Rehearsal.Doing doing) {
        return doing.stretches().stream()
                .map(Stretch::value)
                .flatMap(v -> v.stream())
                .toList();
    }

    // ---- by its own file

    @Test
    void whatIsDecidedAnewIsWhatTheLogHas() {
        var log = log(evening());
        var told = asLogged(log);
        var reproduced = told.reproduced().orElseThrow();
        assertThat(reproduced.unlike()).isEmpty();
        assertThat(reproduced.equal()).isEqualTo(reproduced.compared()).isEqualTo(log.size());
        assertThat(log.stream().filter(e -> e.input() instanceof Input.Due)).isNotEmpty();
        assertThat(told.first()).isEmpty();
        assertThat(boiler(told).real()).isEqualTo(boiler(told).rehearsed());
        assertThat(boiler(told).real().switched()).isGreaterThan(1);
        assertThat(told.played()).isZero();
        assertThat(told.replaced()).isZero();
    }

    /// A log whose results say something else than what follows from its inputs: a rehearsal that took its results
    /// from there would not notice.
    @Test
    void itDecidesFromTheInputsAndNotFromTheResults() {
        var forged = new ArrayList<Entry>();
        for (var e : log(evening())) {
            var results = e.results().stream()
                    .filter(r -> !(r instanceof Result.LinkMoved || r instanceof Result.Charged))
                    .toList();
            forged.add(e.seq() <= BEGINNING ? e : new Entry(1, e.seq(), e.at(), e.by(), e.input(), results, false));
        }
        var told = asLogged(forged);
        assertThat(told.reproduced().orElseThrow().unlike()).isPresent();
        assertThat(values(boiler(told).rehearsed())).contains(Flag.OFF);
        assertThat(values(boiler(told).real())).doesNotContain(Flag.OFF);
        assertThat(told.counts().get("LinkMoved").real()).isZero();
        assertThat(told.counts().get("LinkMoved").rehearsed()).isPositive();
    }

    @Test
    void oneResultThatIsOtherwiseIsFound() {
        var forged = new ArrayList<>(log(evening()));
        for (int i = 0; i < forged.size(); i++) {
            var e = forged.get(i);
            if (!e.results().stream().anyMatch(Result.LinkMoved.class::isInstance)) continue;
            var results = new ArrayList<Result>();
            for (var r : e.results())
                results.add(
                        r instanceof Result.LinkMoved m
                                ? new Result.LinkMoved(
                                        m.link(),
                                        m.version(),
                                        m.move(),
                                        Math.nextUp(m.seen()),
                                        m.wish(),
                                        m.integral(),
                                        m.last())
                                : r);
            forged.set(i, new Entry(1, e.seq(), e.at(), e.by(), e.input(), results, false));
            var reproduced = asLogged(forged).reproduced().orElseThrow();
            assertThat(reproduced.unlike().orElseThrow().entry().seq()).isEqualTo(e.seq());
            assertThat(reproduced.equal()).isEqualTo(reproduced.compared() - 1);
            return;
        }
        throw new AssertionError("no link moved");
    }

    @Test
    void readingsThatAreNotKeptAreCountedAndNothingIsHeldAgainstTheLogFromThereOn() {
        var log = new ArrayList<>(log(evening()));
        var e = log.get(BEGINNING + 10);
        log.set(
                BEGINNING + 10,
                new Entry(1, e.seq(), e.at(), e.by(), new Input.Frame(0, List.of(), 0, 0), List.of(), true));
        var told = asLogged(log);
        assertThat(told.lacking()).isOne();
        assertThat(told.reproduced().orElseThrow().compared()).isEqualTo(BEGINNING + 10);
        assertThat(told.reproduced().orElseThrow().unlike()).isEmpty();
    }

    // ---- by another file

    @Test
    void aLowerThresholdShedsEarlier() {
        var bench = evening();
        var told = by(EARLY, bench);
        var first = told.first().orElseThrow();
        assertThat(told.reproduced()).isEmpty();
        assertThat(first.real()).contains(Flag.ON);
        assertThat(first.rehearsed()).contains(Flag.OFF);
        assertThat(first.rehearsedBy()).isEqualTo("link shed_peak (economy)");
        assertThat(first.results()).anyMatch(r -> r instanceof Result.LinkMoved m && m.seen() == 3.5);
        var boiler = boiler(told);
        assertThat(boiler.rehearsed().onMicros()).isLessThan(boiler.real().onMicros());
        var really = boiler.real().stretches();
        var would = boiler.rehearsed().stretches();
        assertThat(values(boiler.rehearsed())).startsWith(Flag.ON, Flag.OFF);
        // the first reading of 3.5 kW beside the boiler, and the first of 5.6
        assertThat(would.get(1).from()).isEqualTo(first.at().wall());
        assertThat(really.get(1).from() - would.get(1).from()).isBetween(9 * 45 * SECOND, 11 * 45 * SECOND);
        assertThat(boiler.moreOn().values().stream().mapToLong(m -> m).sum())
                .isEqualTo(boiler.rehearsed().onMicros() - boiler.real().onMicros());
    }

    @Test
    void aWriteThatDidNotHappenIsPlayedAndItsReadingsReplaced() {
        var told = by(EARLY, evening());
        assertThat(told.played()).isPositive();
        assertThat(told.replaced()).isPositive(); // the boiler really read "on" while it is off here
        assertThat(told.counts()).doesNotContainKey("LocalChange"); // which is nobody at its buttons
    }

    @Test
    void anAnswerToAWriteThatOnlyReallyHappenedIsDropped() {
        var never = SheddingTest.SITE.replace("\"off-above\": 5.0", "\"off-above\": 50.0");
        var told = by(never, evening());
        assertThat(told.dropped()).isPositive();
        assertThat(values(boiler(told).real())).contains(Flag.OFF);
        var beforeSilence = boiler(told).rehearsed().stretches().getFirst();
        assertThat(beforeSilence.value()).contains(Flag.ON);
        assertThat(beforeSilence.to() - beforeSilence.from()).isGreaterThan(25 * 60 * SECOND);
    }

    /// The meter has 2.5 kW less while the boiler is really off, whatever the rehearsal makes of it.
    @Test
    void ownPowerIsWhatTheMachineReallyDrew() {
        var bench = Bench.of(SheddingTest.SITE);
        bench.reads("boiler.on", Flag.ON);
        bench.pass(SECOND).reads("meter.power", 3.5 + 2.5); // 3.5 beside the boiler: only the rehearsed file sheds
        for (int i = 0; i < 30; i++) {
            bench.pass(30 * SECOND).reads("meter.power", 2.0 + 2.5); // too little for the old threshold and the new
            bench.reads("boiler.on", Flag.ON);
        }
        var doing = boiler(by(EARLY, bench)).rehearsed();
        // 2.0 is below 2.5: it lets go at once, and the minimum time off is all that keeps it off
        assertThat(doing.stretches().stream().map(Stretch::who))
                .containsExactly(
                        "its fallback", "link shed_peak (economy)", "its minimum time on or off", "its fallback");
        assertThat(values(doing)).containsExactly(Flag.ON, Flag.OFF, Flag.OFF, Flag.ON);
        long off = doing.stretches().get(3).from() - doing.stretches().get(1).from();
        assertThat(off).isEqualTo(10 * 60 * SECOND);
    }

    @Test
    void whoWorksTheMachineItselfDoesSoInTheRehearsalToo() {
        var bench = Bench.of(SheddingTest.SITE);
        bench.reads("boiler.on", Flag.ON);
        bench.reads("meter.power", 3.5 + 2.5);
        bench.pass(SECOND).reads("boiler.on", Flag.ON);
        bench.pass(SECOND).reads("boiler.on", Flag.OFF); // at the boiler itself: a manual hold for 2 h
        bench.pass(SECOND).reads("meter.power", 1.0);
        bench.pass(20 * 60 * SECOND);
        var told = by(EARLY, bench);
        assertThat(boiler(told).real().inCharge().keySet()).anyMatch(who -> who.contains("(manual)"));
        assertThat(boiler(told).rehearsed().inCharge()).containsKey("link shed_peak (economy)");
    }

    @Test
    void whatPeopleAskStaysAsItWas() {
        var bench = Bench.of(SheddingTest.SITE);
        bench.reads("boiler.on", Flag.ON);
        bench.reads("meter.power", 1.0);
        bench.set("boiler.on", Flag.OFF, Priority.MANUAL);
        bench.done();
        bench.pass(60 * SECOND).reads("meter.power", 3.5);
        var told = by(EARLY, bench);
        assertThat(told.first()).isEmpty();
        assertThat(boiler(told).rehearsed()).isEqualTo(boiler(told).real());
        assertThat(told.played()).isZero(); // the same write really happened, and has its real answer
        assertThat(told.counts().get("CommandEnded")).isEqualTo(new Rehearsal.Count(1, 1));
    }

    @Test
    void aPlayedWriteToALineThatWentDownIsNotSent() {
        var bench = Bench.of(SheddingTest.SITE);
        bench.reads("boiler.on", Flag.ON);
        bench.reads("meter.power", 3.5 + 2.5);
        bench.pass(SECOND / 100);
        bench.input(new Input.LineChanged(bench.site.directory().connector("plant"), false, "cable"));
        bench.pass(70 * SECOND);
        var told = by(EARLY, bench);
        assertThat(told.played()).isZero();
        assertThat(told.counts().get("WriteEnded")).isEqualTo(new Rehearsal.Count(0, 1));
    }

    @Test
    void aFileThatWasReallyAppliedMeanwhileIsLeftOut() {
        var bench = evening();
        bench.apply(SheddingTest.SITE.replace(
                "\"power\": {", "\"current\": { \"type\": \"number\", \"at\": \"7\" }, \"power\": {"));
        bench.reads("meter.current", 12);
        // a name that only the rehearsed file has must not get the number of one that came later
        var file = EARLY.replace("\"power\": {", "\"voltage\": { \"type\": \"number\", \"at\": \"8\" }, \"power\": {");
        var told = by(file, bench);
        assertThat(told.filesLeftOut()).isOne();
        int later = told.realDirectory().property("meter.current");
        assertThat(later).isPositive();
        assertThat(told.rehearsedDirectory().property("meter.voltage"))
                .isPositive()
                .isNotEqualTo(later);
        assertThat(told.rehearsedDirectory().property("meter.power"))
                .isEqualTo(told.realDirectory().property("meter.power"));
    }

    @Test
    void timeOutsideARangeIsByTheFileOfEach() {
        var ranged = SheddingTest.SITE.replace(
                "\"unit\": \"kW\", \"at\": \"1\"", "\"unit\": \"kW\", \"at\": \"1\", \"range\": [0, 4]");
        var bench = Bench.of(SheddingTest.SITE);
        bench.reads("meter.power", 4.5);
        bench.pass(30 * SECOND).reads("meter.power", 3.5);
        bench.pass(30 * SECOND).reads("meter.power", 1.0);
        var range = by(ranged, bench).ranges().getFirst();
        assertThat(range.realMicros()).isZero();
        assertThat(range.rehearsedMicros()).isEqualTo(30 * SECOND);
        assertThat(range.knownMicros()).isEqualTo(60 * SECOND);
    }

    @Test
    void aRestartIsLivedThroughLikeAllElse() {
        var bench = evening();
        bench.input(Principal.SYSTEM, new Input.Started("test", false, Bench.START_WALL + bench.now()));
        bench.input(new Input.LineChanged(1, true, ""));
        bench.input(new Input.LineChanged(2, true, ""));
        bench.pass(SECOND).reads("boiler.on", Flag.ON);
        bench.reads("meter.power", 9.0);
        bench.answer(new Outcome.Refused("it is locked"));
        bench.pass(120 * SECOND);
        assertThat(asLogged(log(bench)).reproduced().orElseThrow().unlike()).isEmpty();
        assertThat(by(EARLY, bench).programs()).containsExactly("test");
    }

    // ---- limits

    @Test
    void whatIsBeyondALimitIsCounted() {
        var bench = evening();
        var log = log(bench);
        var rehearsal = Rehearsal.asLogged(new Site(), new Limits(10, 2, 100, 10, 10));
        log.forEach(rehearsal::take);
        var doing = rehearsal.told().actuators().getFirst().real();
        assertThat(doing.stretches()).hasSize(2);
        assertThat(doing.stretchesLeft()).isPositive();
        var whole = boiler(asLogged(log)).real();
        assertThat(doing.onMicros()).isEqualTo(whole.onMicros());
        assertThat(doing.stretchesLeft()).isEqualTo(whole.stretches().size() - 2);
    }
}
