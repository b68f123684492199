package io.linkspan.simulation;

import io.linkspan.journal.Journal;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.site.Site;
import io.linkspan.site.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A site that writes a golden log: each step goes into a journal on simulated time, as a node would do it.
final class GoldenSite {
    static final long SECOND = 1_000_000;
    static final long START_WALL = 1_452_754_800_000_000L; // 2016-01-14T07:00Z
    static final SiteId HOME = new SiteId(0x2016_0114_0700_0000L, 1);
    static final SiteId NEIGHBOUR = new SiteId(0x2016_0114_0700_0000L, 2);

    /// Entries in one block of the log.
    private static final int BLOCK_ENTRIES = 8;

    final SiteLog log;
    private final Journal journal;
    private final EntryCodec codec = new EntryCodec();
    private Site site = new Site();
    private final Site replayed = new Site();
    private long now;
    private long wallOffset = START_WALL;
    private long key;
    private final List<Result.WriteOrdered> unanswered = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    GoldenSite(Journal journal, SiteId id) {
        this.journal = journal;
        log = journal.open(id);
    }

    /// The site begins with this file, armed, its lines up.
    GoldenSite begin(Tree.Fields file) {
        input(Principal.SYSTEM, new Input.Started("golden", true, 0));
        now += 1_000; // nothing is read in the microsecond of a start
        apply(file);
        input(new Input.Arm(true));
        for (String connector : site.directory().file().connectors().keySet()) line(connector, true, "");
        return this;
    }

    void apply(Tree.Fields file) {
        input(new Input.Apply(Json.write(file)));
    }

    // ---- time

    /// Time passes; what falls due on the way is stepped.
    GoldenSite pass(long seconds) {
        long end = now + seconds * SECOND;
        while (site.nextDue() <= end) take(site.stepDue(here(), moment(end)));
        now = end;
        return this;
    }

    /// Somebody sets the wall clock.
    void wallClock(long bySeconds) {
        wallOffset += bySeconds * SECOND;
        input(Principal.SYSTEM, new Input.ClockStepped(bySeconds * SECOND));
    }

    /// The program ends, cut off or in order, and comes back after a time.
    void restart(boolean inOrder, long downSeconds) {
        if (inOrder) input(Principal.SYSTEM, new Input.Stopping());
        journal.commitNow(0);
        unanswered.clear();
        site = new Site();
        for (var entry : entries) site.replay(entry);
        site.replayed();
        now += downSeconds * SECOND;
        take(site.step(here(), Principal.SYSTEM, new Input.Started("golden", inOrder, site.lastWall()), moment(now)));
        now += 1_000;
    }

    // ---- inputs

    GoldenSite reads(String path, double value) {
        return reads(path, new Value.Num(value));
    }

    GoldenSite reads(String path, Value value) {
        return frame(reading(path, value));
    }

    Reading reading(String path, Value value) {
        return Reading.good(number(path), value);
    }

    Reading at(String path, Value value, long deviceTimeMicros) {
        return new Reading(number(path), value, Quality.GOOD, deviceTimeMicros);
    }

    /// One telegram of the connector that its first reading is from.
    GoldenSite frame(Reading... readings) {
        var names = site.directory();
        String path = names.name(Result.Sort.PROPERTY, readings[0].property());
        var thing = names.file().things().get(path.substring(0, path.indexOf('.')));
        int connector = names.connector(thing.connector().orElseThrow());
        return input(Principal.device(""), new Input.Frame(connector, List.of(readings), 0, 0));
    }

    GoldenSite set(Principal by, String path, Value value, Priority priority) {
        return input(by, new Input.Set("key-" + ++key, number(path), Optional.of(value), priority, 0, 0));
    }

    void setAgain(Principal by, String path, Value value) {
        input(by, new Input.Set("key-" + key, number(path), Optional.of(value), Priority.MANUAL, 0, 0));
    }

    GoldenSite release(Principal by, String path, Priority priority) {
        return input(by, new Input.Release("key-" + ++key, number(path), priority));
    }

    GoldenSite invoke(Principal by, String path) {
        return input(by, new Input.Invoke("key-" + ++key, number(path), Optional.empty(), 0));
    }

    /// The machines do all that they were told.
    GoldenSite done() {
        for (var write : List.copyOf(unanswered)) answer(write, new Outcome.Done(write.value()));
        return this;
    }

    /// What the machine says to the newest write.
    GoldenSite answer(Outcome outcome) {
        return answer(unanswered.getLast(), outcome);
    }

    private GoldenSite answer(Result.WriteOrdered write, Outcome outcome) {
        unanswered.remove(write);
        return input(Principal.device("plant_room"), new Input.Answered(write.write(), outcome, 0, 0));
    }

    GoldenSite line(String connector, boolean up, String why) {
        return input(
                Principal.device(connector),
                new Input.LineChanged(site.directory().connector(connector), up, why));
    }

    GoldenSite input(Input input) {
        return input(Principal.person("anna"), input);
    }

    GoldenSite input(Principal by, Input input) {
        while (site.nextDue() <= now) take(site.stepDue(here(), moment(now)));
        take(site.step(here(), by, input, moment(now)));
        return this;
    }

    int number(String path) {
        int number = site.directory().property(path);
        if (number == 0) throw new AssertionError("The golden site has no property " + path);
        return number;
    }

    long wall() {
        return wallOffset + now;
    }

    // ---- the log

    /// The next epoch, as after a restored backup.
    void epoch(String why) {
        log.openEpoch(why);
    }

    void snapshot() throws IOException {
        journal.commitNow(0);
        var image = new ByteWriter();
        site.image().write(image);
        log.saveSnapshot(log.durableHead().at(), out -> out.write(image.copy()));
    }

    /// Replay must give the state that was lived through.
    void check() {
        if (!Arrays.equals(site.image().hash(), replayed.image().hash()))
            throw new AssertionError("The replayed state of the golden site differs from the one it had");
    }

    private Moment moment(long at) {
        return new Moment(at, wallOffset + at);
    }

    private long here() {
        var head = log.head();
        return Log.Position.pack(head.epoch(), head.seq() + 1);
    }

    private void take(Step step) {
        if (!step.logged()) return;
        for (var result : step.results()) if (result instanceof Result.WriteOrdered w) unanswered.add(w);
        codec.encode(log.head().seq() + 1, step.at(), step.by(), step.input(), step.results(), site);
        long seq = log.append(step.at().site(), step.at().wall(), codec.control(), codec.readings());
        entries.add(decoded(step, seq));
        replayed.replay(entries.getLast());
        if (seq % BLOCK_ENTRIES == 0) journal.commitNow(0);
    }

    private Entry decoded(Step step, long seq) {
        var at = new Log.Position(log.head().site(), log.head().epoch(), seq);
        return EntryCodec.decode(
                new Log.Stored(at, step.at().site(), step.at().wall(), codec.control(), codec.readings(), false));
    }
}
