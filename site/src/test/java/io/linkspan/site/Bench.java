package io.linkspan.site;

import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A site on a test's bench: simulated time, machines that answer at once, each entry encoded, decoded and replayed
/// beside the
/// live site, so that every test also proves that replay equals state.
final class Bench {
    static final long SECOND = 1_000_000;
    static final long START_WALL = 1_452_754_800_000_000L; // 2016-01-14T07:00Z

    final Site site = new Site();
    final Site replayed = new Site();
    final List<Step> steps = new ArrayList<>();
    final List<Result.WriteOrdered> writes = new ArrayList<>();
    private final EntryCodec codec = new EntryCodec();
    private final SiteId id = new SiteId(1, 2);
    private final long startWall;
    private long seq;
    private long now;
    private long key;

    private Bench(long startWall) {
        this.startWall = startWall;
    }

    /// A running site with this file, armed, its lines up.
    static Bench of(String json) {
        return of(json, START_WALL);
    }

    /// The same at another time.
    static Bench of(String json, long startWall) {
        var bench = new Bench(startWall);
        bench.input(new Input.Started("test", true, 0));
        bench.apply(json);
        bench.input(new Input.Arm(true));
        for (var c : bench.site.directory().file().connectors().values())
            bench.input(new Input.LineChanged(bench.site.directory().connector(c.id()), true, ""));
        return bench;
    }

    void apply(String json) {
        try {
            SiteFile.read(Json.parseFields("site.yaml", json));
        } catch (Invalid e) {
            throw new AssertionError(e.getMessage(), e);
        }
        input(new Input.Apply(json));
    }

    /// Lets simulated time pass; timers that are due are stepped on the way.
    Bench pass(long micros) {
        long end = now + micros;
        while (site.nextDue() <= end) take(site.stepDue(here(), moment(end)));
        now = end;
        return this;
    }

    /// The program ends and begins again at once.
    void restart() {
        sleep(0);
    }

    /// The program is down for a while; what fell due meanwhile is stepped behind its start.
    void sleep(long micros) {
        input(new Input.Stopping());
        long wall = START_WALL + now;
        now += micros;
        take(site.step(here(), Principal.SYSTEM, new Input.Started("test", true, wall), moment(now)));
        now += 1_000;
        pass(0);
    }

    Step input(Input input) {
        return input(Principal.person("anna"), input);
    }

    Step input(Principal by, Input input) {
        if (!(input instanceof Input.Started)) while (site.nextDue() <= now) take(site.stepDue(here(), moment(now)));
        var step = take(site.step(here(), by, input, moment(now)));
        if (input instanceof Input.Started) now += 1_000; // nothing is read in the microsecond of a start
        return step;
    }

    Step reads(String path, Value value) {
        return frame(Reading.good(number(path), value));
    }

    Step reads(String path, double value) {
        return reads(path, new Value.Num(value));
    }

    Step bad(String path, double value) {
        return frame(new Reading(number(path), new Value.Num(value), Quality.BAD, Reading.NO_TIME));
    }

    Step frame(Reading... readings) {
        return input(Principal.device(""), new Input.Frame(1, List.of(readings), 0, 0));
    }

    Step set(String path, Value value, Priority priority) {
        return input(new Input.Set("k" + ++key, number(path), Optional.of(value), priority, 0, 0));
    }

    Step release(String path, Priority priority) {
        return input(new Input.Release("k" + ++key, number(path), priority));
    }

    /// The machine takes the newest write and reads it back.
    Step done() {
        var write = writes.getLast();
        return answer(new Outcome.Done(write.value()));
    }

    Step answer(Outcome outcome) {
        return input(Principal.device(""), new Input.Answered(writes.getLast().write(), outcome, 0, 0));
    }

    int number(String path) {
        int number = site.directory().property(path);
        if (number == 0) throw new AssertionError("no property " + path);
        return number;
    }

    Optional<Value> desired(String path) {
        for (var cell : site.allCells())
            if (cell.property() == number(path))
                return cell.duty().orElseThrow().desired();
        throw new AssertionError("no cell for " + path);
    }

    String inCharge(String path) {
        return site.inCharge(number(path));
    }

    /// What became of the newest command.
    Optional<Outcome> outcome() {
        return site.outcome("k" + key);
    }

    long now() {
        return now;
    }

    /// Wall time.
    long wall() {
        return startWall + now;
    }

    /// Time passes while no program runs.
    void skip(long micros) {
        now += micros;
    }

    private Moment moment(long at) {
        return new Moment(at, startWall + at);
    }

    private long here() {
        return Log.Position.pack(1, seq + 1);
    }

    private Step take(Step step) {
        steps.add(step);
        for (var result : step.results()) if (result instanceof Result.WriteOrdered w) writes.add(w);
        if (step.logged()) {
            seq++;
            codec.encode(seq, step.at(), step.by(), step.input(), step.results(), site);
            replayed.replay(decode(step, codec.control(), codec.readings()));
            if (!java.util.Arrays.equals(site.image().hash(), replayed.image().hash()))
                throw new AssertionError(
                        "Replay differs from the state after " + step.input() + " -> " + step.results());
        }
        return step;
    }

    private Entry decode(Step step, ByteBuffer control, ByteBuffer readings) {
        return EntryCodec.decode(new Log.Stored(
                new Log.Position(id, 1, seq), step.at().site(), step.at().wall(), control, readings, false));
    }
}
