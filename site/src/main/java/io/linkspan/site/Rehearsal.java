package io.linkspan.site;

import io.linkspan.model.ByteWriter;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// A second site that lives through entries of a log once more, beside what really happened, and never writes. It is
/// given the *inputs* of the entries at their moments and decides anew what follows; its timers it steps itself. What
/// really followed is what it is compared with, and tells which of its writes really happened too; those that did not
/// are played (see [PlayedMachines]).
///
/// With another site file it shows what that file would have done. The world does not react: sensors read what they
/// really read. Without one it decides by the files that were in force, and the same version of the program comes to
/// the results of the log, bit for bit.
///
/// What belongs to private links is in no log: a rehearsal with another file leaves it out, one without takes what
/// these links did from the log.
///
/// Not thread-safe; reads no clock and no file.
public final class Rehearsal {
    /// What really happened, as an index.
    static final int REAL = 0;
    /// What happened in the rehearsal, as an index.
    static final int REHEARSED = 1;

    private final Limits limits;
    private final boolean asLogged;
    private final Site real;
    private Site rehearsed;
    private final PlayedMachines machines;
    private final Comparison comparison;
    private final List<Step> steps = new ArrayList<>();
    private Optional<Change> change;
    private Moment at;
    private long entries;
    private long lacking;
    private long compared;
    private long equal;
    private Optional<Unlike> unlike = Optional.empty();
    private final LinkedHashMap<String, Integer> programs = new LinkedHashMap<>();
    private int filesLeftOut;

    private record Change(String text, Directory newest) {}

    /// What a rehearsal keeps at most.
    ///
    /// @param actuatorsMax actuators that are compared
    /// @param stretchesMax stretches of each course that are kept one by one; of more, the number is
    /// @param stretchesInAll the same over all courses of a side, shared evenly
    /// @param noticesMax notices of each side that are kept one by one
    /// @param quartersMax quarters of an hour for which the time on is kept, for each actuator
    public record Limits(int actuatorsMax, int stretchesMax, int stretchesInAll, int noticesMax, int quartersMax) {
        /// 2,000 actuators, 500 stretches and 20,000 in all, 200 notices, a year of quarters.
        public static final Limits STANDARD = new Limits(2_000, 500, 20_000, 200, 366 * 96);
    }

    /// An actuator did the same, by the same, all this time.
    ///
    /// @param from wall time, microseconds, as is `to`
    /// @param value what it should do or, where nobody is in charge, what it did; none: not known
    /// @param who who was in charge, in words
    public record Stretch(long from, long to, Optional<Value> value, String who) {}

    /// What an actuator did.
    ///
    /// @param switched how often it became another value
    /// @param writes how often something went to the machine
    /// @param onMicros how long it was on, or anything but zero
    /// @param inCharge how long each party was in charge, in microseconds
    /// @param stretchesLeft stretches beyond those that are kept
    public record Doing(
            int switched,
            int writes,
            long onMicros,
            Map<String, Long> inCharge,
            List<Stretch> stretches,
            long stretchesLeft) {
        public Doing {
            inCharge = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inCharge));
            stretches = List.copyOf(stretches);
        }
    }

    /// An actuator, really and in the rehearsal.
    ///
    /// @param isFlag whether it is on or off
    /// @param times how often they parted: in its value, or in who is in charge
    /// @param apartMicros how long they were apart in all
    /// @param moreOn microseconds that it was on longer (less: negative) in the rehearsal, by the wall time at
    /// which a
    /// quarter of an hour begins; only where they differ
    public record Actuator(
            int property,
            boolean isFlag,
            int times,
            long apartMicros,
            Doing real,
            Doing rehearsed,
            SortedMap<Long, Long> moreOn) {
        /// Whether anything was otherwise.
        public boolean differs() {
            return times > 0;
        }
    }

    /// Where the two part first.
    ///
    /// @param entry what really happened then
    /// @param inputs what happened in the rehearsal, with a timer that was due only there
    /// @param results what followed in the rehearsal
    public record Parting(
            Moment at,
            Entry entry,
            int property,
            Optional<Value> real,
            String realBy,
            Optional<Value> rehearsed,
            String rehearsedBy,
            List<Input> inputs,
            List<Result> results) {
        public Parting {
            inputs = List.copyOf(inputs);
            results = List.copyOf(results);
        }
    }

    /// What people were told.
    public record Notice(long wall, Result.Severity severity, String about, String text) {}

    /// What people were told in all.
    ///
    /// @param count also those that are not kept one by one
    public record Notices(long count, List<Notice> kept) {
        public Notices {
            kept = List.copyOf(kept);
        }
    }

    /// How many results of a kind there were.
    public record Count(long real, long rehearsed) {}

    /// How long a property with a range was outside of it, by the file of each.
    ///
    /// @param knownMicros how long something is known of it
    public record Range(int property, long knownMicros, long realMicros, long rehearsedMicros) {}

    /// Whether deciding anew gave what the log has.
    ///
    /// @param compared entries that could be held against the log: up to the first whose readings are not kept
    /// @param equal those that came out the same, bit for bit
    public record Reproduced(long compared, long equal, Optional<Unlike> unlike) {}

    /// The first entry that did not come out as it is in the log.
    ///
    /// @param inputs what was stepped instead
    /// @param results what followed
    public record Unlike(Entry entry, List<Input> inputs, List<Result> results) {
        public Unlike {
            inputs = List.copyOf(inputs);
            results = List.copyOf(results);
        }
    }

    /// What a rehearsal came to.
    ///
    /// @param at the moment of its newest entry
    /// @param lacking entries whose readings are kept no longer, or never were
    /// @param reproduced none with another file
    /// @param played writes whose answer was played
    /// @param dropped answers to writes that only really happened
    /// @param replaced readings of actuators that were replaced
    /// @param filesLeftOut site files that were really applied meanwhile and are left out here
    /// @param programs versions of the program that really decided, as far as they began meanwhile
    public record Told(
            Moment at,
            long entries,
            long lacking,
            Optional<Reproduced> reproduced,
            Optional<Parting> first,
            List<Actuator> actuators,
            Notices realNotices,
            Notices rehearsedNotices,
            SortedMap<String, Count> counts,
            List<Range> ranges,
            long played,
            long dropped,
            long replaced,
            int filesLeftOut,
            List<String> programs,
            Directory realDirectory,
            Directory rehearsedDirectory) {
        public Told {
            actuators = List.copyOf(actuators);
            ranges = List.copyOf(ranges);
            programs = List.copyOf(programs);
        }
    }

    private Rehearsal(Site begin, Optional<Change> change, Limits limits) {
        this.limits = limits;
        this.change = change;
        asLogged = change.isEmpty();
        real = copy(begin);
        rehearsed = copy(begin);
        at = new Moment(Math.max(0, begin.lastSite()), begin.lastWall());
        machines = new PlayedMachines(real.state);
        comparison = new Comparison(real.state, limits);
        machines.begin(rehearsed.state);
        prepare();
    }

    /// Lives through entries by the files that were in force.
    ///
    /// @param begin the site before the first entry; stays as it is
    public static Rehearsal asLogged(Site begin, Limits limits) {
        return new Rehearsal(begin, Optional.empty(), limits);
    }

    /// Lives through entries by one file from the first of them on. What files were really applied meanwhile is
    /// left
    /// out.
    ///
    /// @param begin the site before the first entry; stays as it is
    /// @param text the whole file as JSON, checked before
    /// @param newest what numbers mean at the end of the log, so that no number means two things
    public static Rehearsal of(Site begin, String text, Directory newest, Limits limits) {
        return new Rehearsal(begin, Optional.of(new Change(text, newest)), limits);
    }

    /// A site of its own in the same state, as a start of the program would make it from a snapshot.
    private static Site copy(Site site) {
        var bytes = new ByteWriter();
        site.image().write(bytes);
        var copy = Site.restore(bytes.view());
        copy.replayed();
        return copy;
    }

    private void prepare() {
        rehearsed.state.rehearsed = true;
        rehearsed.state.really = machines.really();
        rehearsed.replayed();
    }

    // ---- entry by entry

    /// Lives through the next entry.
    ///
    /// @throws IllegalStateException a broken invariant
    public void take(Entry entry) {
        steps.clear();
        if (change.isPresent()) begin(entry, change.get());
        else if (entries == 0) comparison.begin(rehearsed.state, at);
        entries++;
        var input = entry.input();
        if (input instanceof Input.Frame frame && !entry.readingsDropped()) {
            var heard = machines.heard(frame);
            comparison.readings(rehearsed.state, frame, heard, entry.at());
            input = heard;
        }
        boolean known = !entry.readingsDropped();
        if (known) live(entry, input);
        else lacks(entry);
        replay(entry);
        at = entry.at();
        if (known) machines.wrote(entry, orders(), rehearsed.state);
        for (var step : steps) {
            comparison.results(REHEARSED, step.at(), step.results());
            for (var cell : step.cells()) comparison.touch(cell.property());
        }
        comparison.look(rehearsed.state, at);
        if (comparison.isSame()) comparison.parting(entry, at, steps);
    }

    /// The file of the rehearsal is in force from the moment before its first entry on. Names that got their
    /// numbers
    /// later have them here from the beginning.
    private void begin(Entry first, Change with) {
        change = Optional.empty();
        if (at.wall() == 0) at = first.at();
        var directory = rehearsed.directory();
        var numbers = new HashMap<>(directory.numbers()); // order does not matter
        with.newest()
                .numbers()
                .forEach((key, n) -> numbers.putIfAbsent(key, new Result.Numbered(n.sort(), n.path(), n.number(), 0)));
        rehearsed.state.program = Program.compileKnown(new Directory(directory.file(), directory.revision(), numbers));
        long here = Log.Position.pack(first.epoch(), Math.max(0, first.seq() - 1));
        steps.add(rehearsed.step(here, Principal.SYSTEM, new Input.Apply(with.text()), at));
        comparison.begin(rehearsed.state, at);
    }

    private void live(Entry entry, Input input) {
        long here = Log.Position.pack(entry.epoch(), entry.seq());
        switch (input) {
            case Input.Started started -> {
                rehearsed = copy(rehearsed);
                prepare();
                machines.restarted();
                programs.merge(started.program(), 1, Integer::sum);
                step(here, entry, input);
            }
            case Input.Due due when !rehearsed.state.isLeftOut(due) -> due(here, entry);
            case Input.Answered answered
            when !asLogged -> {
                catchUp(entry);
                machines.answered(answered, entry.at().wall()).ifPresent(own -> step(here, entry, own));
            }
            case Input.Apply _
            when !asLogged -> {
                catchUp(entry);
                filesLeftOut++;
            }
            case Input.Apply refused
            when refused.text().isEmpty() -> {
                catchUp(entry); // the log does not have the text of what was not adopted
            }
            default -> { // open: all others are lived through as they were
                catchUp(entry);
                step(here, entry, input);
            }
        }
    }

    private void step(long here, Entry entry, Input input) {
        var step = stepped(entry, () -> rehearsed.step(here, entry.by(), input, moment(entry.at())));
        compare(entry, step.input().equals(entry.input()) && step.results().equals(entry.results()));
    }

    private Step stepped(Entry entry, java.util.function.Supplier<Step> how) {
        if (asLogged) rehearsed.logged = entry.results();
        var step = how.get();
        rehearsed.logged = List.of();
        steps.add(step);
        return step;
    }

    /// Played answers and timers may have come later than a real entry; site time never goes back.
    private Moment moment(Moment real) {
        return real.site() >= rehearsed.lastSite() ? real : real.atSite(rehearsed.lastSite());
    }

    /// A timer that was really due. The rehearsed site steps its own timers up to then; if this is one of them, the
    /// two are held against each other.
    private void due(long here, Entry entry) {
        while (next() <= entry.at().site()) {
            var step = isAnswerNext()
                    ? answer(entry.at())
                    : stepped(entry, () -> rehearsed.stepDue(here, moment(entry.at())));
            if (!step.input().equals(entry.input())) continue;
            compare(entry, step.at().equals(entry.at()) && step.results().equals(entry.results()));
            return;
        }
        compare(entry, false);
    }

    /// Steps what is due before something that comes at this moment.
    private void catchUp(Entry until) {
        while (next() <= until.at().site()) {
            if (isAnswerNext()) answer(until.at());
            else steps.add(rehearsed.stepDue(rehearsed.here(), moment(until.at())));
            if (asLogged) unlike(until); // nothing was really due
        }
    }

    private long next() {
        return Math.min(rehearsed.nextDue(), machines.nextAnswer());
    }

    private boolean isAnswerNext() {
        return machines.nextAnswer() < rehearsed.nextDue() || rehearsed.nextDue() == Hold.WITHOUT_END;
    }

    private Step answer(Moment until) {
        long due = Math.max(machines.nextAnswer(), rehearsed.lastSite());
        var answer = machines.answer(rehearsed.state);
        var step = rehearsed.step(rehearsed.here(), Principal.device(""), answer, until.atSite(due));
        steps.add(step);
        return step;
    }

    private List<Result.WriteOrdered> orders() {
        var all = new ArrayList<Result.WriteOrdered>();
        for (var step : steps) for (var r : step.results()) if (r instanceof Result.WriteOrdered w) all.add(w);
        return all;
    }

    /// Readings that are not kept can not be heard again. Deciding by the files of the log goes on from what the
    /// log
    /// says; nothing is held against it any more, as the site may have known more than its log.
    private void lacks(Entry entry) {
        lacking++;
        if (!asLogged) {
            catchUp(entry);
            return;
        }
        rehearsed.replay(entry);
        rehearsed.replayed();
    }

    private void replay(Entry entry) {
        real.replayLeavingCells(entry);
        comparison.results(REAL, entry.at(), entry.results());
        var cells = real.state.dirtyCells;
        for (int p = cells.nextSetBit(0); p >= 0; p = cells.nextSetBit(p + 1)) comparison.touch(p);
        cells.clear();
    }

    // ---- held against the log

    private void compare(Entry entry, boolean same) {
        if (!asLogged || lacking > 0) return;
        compared++;
        if (same) equal++;
        else unlike(entry);
    }

    private void unlike(Entry entry) {
        if (unlike.isPresent() || lacking > 0) return;
        unlike = Optional.of(new Unlike(
                entry,
                steps.stream().map(Step::input).toList(),
                steps.stream().flatMap(s -> s.results().stream()).toList()));
    }

    // ---- what it came to

    /// Entries lived through so far.
    public long entries() {
        return entries;
    }

    /// The moment of the newest of them.
    public Moment at() {
        return at;
    }

    /// How often actuators parted so far, in all.
    public long differences() {
        return comparison.differences();
    }

    /// What it came to so far.
    public Told told() {
        return new Told(
                at,
                entries,
                lacking,
                asLogged ? Optional.of(new Reproduced(compared, equal, unlike)) : Optional.empty(),
                comparison.first(),
                comparison.actuators(at),
                comparison.notices(REAL),
                comparison.notices(REHEARSED),
                comparison.counts(),
                comparison.ranges(rehearsed.state, at),
                machines.played(),
                machines.dropped(),
                machines.replaced(),
                filesLeftOut,
                List.copyOf(programs.keySet()),
                real.directory(),
                rehearsed.directory());
    }
}
