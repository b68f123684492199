package io.linkspan.site;

import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Note;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Progress;
import io.linkspan.model.Property;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Result.Ended;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// A site: a state machine on one thread. A step takes one input, decides what follows and applies it, in rounds: the
/// input's
/// own results, then what the links make of them, then who is in charge, then what is written. Deciding looks at the
/// state
/// and changes nothing; applying changes it and decides nothing. No clock, no socket, no thread, no randomness: the
/// same
/// inputs at the same moments give the same results, and replaying the results gives the same state, to the bit.
///
/// Not thread-safe: one thread steps it.
public final class Site implements EntryCodec.Privacy {
    /// Most results of one step; more is a broken invariant, and the step stops.
    public static final int RESULTS_MAX = 1_000_000;

    final State state = new State();
    private final Timers timers = new Timers(state);

    /// In a rehearsal: the results of the entry that is rehearsed, of which those about private links are taken.
    List<Result> logged = List.of();

    /// A site before its first entry.
    public Site() {}

    // ---- stepping

    /// The site time at which a timer is due; [Hold#WITHOUT_END] when none is. It must be stepped before any later
    /// input but
    /// [Input.Started]: what fell due while the program was down is stepped behind its start.
    public long nextDue() {
        return timers.next();
    }

    /// Steps the timer that is due first.
    ///
    /// @param here packed position of the entry that this step becomes
    /// @param now the present moment; the step's own is the one at which the timer was due
    public Step stepDue(long here, Moment now) {
        timers.next();
        var due = timers.take();
        long at = Math.max(due.at(), state.lastSite);
        return step(here, Principal.SYSTEM, new Input.Due(due.timer(), due.ref()), now.atSite(at));
    }

    /// Steps one input.
    ///
    /// @param here packed position of the entry that this step becomes, one after the last that was logged
    /// @param now site time never goes back: not before the last step
    /// @throws IllegalStateException a broken invariant: the site must be made anew from its log
    public Step step(long here, Principal by, Input input, Moment now) {
        if (now.site() < state.lastSite)
            throw new IllegalStateException("Site time went back by " + (state.lastSite - now.site()) + " us");
        long hereBefore = state.here;
        long siteBefore = state.lastSite;
        long wallBefore = state.lastWall;
        state.here = here;
        state.lastSite = now.site();
        state.lastWall = now.wall();
        var results = new ArrayList<Result>();
        Input logged = input instanceof Input.Frame frame ? withoutPrivate(frame, now) : input;
        boolean known = !state.isLeftOut(input);
        asLogged(known, now, results);
        if (known) apply(decide(logged, by, now), now, results);
        if (input instanceof Input.LineChanged || input instanceof Input.UnitChanged)
            apply(Commands.reachedAgain(state, now), now, results);
        if (input instanceof Input.ClockStepped) state.windows.touchAll();
        settle(now, results);
        if (!state.bulks.isEmpty() && !results.isEmpty()) {
            apply(Bulks.look(state), now, results);
            timers.bulks(now.site());
        }
        for (var result : results)
            switch (result) {
                case Result.CommandOpened opened -> timers.command(opened.number(), now.site());
                case Result.WriteOrdered ordered -> timers.answer(ordered.write(), now.site());
                case Result.NoteOpened opened -> timers.note(opened.note(), now.site());
                case Result.TellStorm _ -> timers.storm(now.site());
                default -> {} // open: the others have timers of what they are about
            }
        boolean empty = results.isEmpty()
                && (logged instanceof Input.Frame f && f.readings().isEmpty()
                        || logged instanceof Input.Due due && due.timer() == Input.Timer.RULE);
        var step = new Step(here, now, by, logged, results, !empty, cells(), ruleCells(), state.mode, movedAlarms());
        if (empty) { // no entry: an image taken now stands for the last one, not for the next
            state.here = hereBefore;
            state.lastSite = siteBefore;
            state.lastWall = wallBefore;
        }
        return step;
    }

    /// Takes private readings into their volatile twins and leaves the others. The bytes of such a frame are not
    /// kept.
    private Input.Frame withoutPrivate(Input.Frame frame, Moment now) {
        boolean some = false;
        for (var r : frame.readings()) some |= state.program.isPrivate(r.property());
        if (!some) return frame;
        var open = new ArrayList<Reading>();
        var closed = new ArrayList<Reading>();
        for (var r : frame.readings()) (state.program.isPrivate(r.property()) ? closed : open).add(r);
        for (var result : Readings.take(state, new Input.Frame(frame.connector(), closed, 0, 0), now))
            if (result instanceof Result.Took) state.apply(result, now, false);
        return new Input.Frame(frame.connector(), open, 0, 0);
    }

    private void apply(List<Result> decided, Moment now, List<Result> results) {
        for (var result : decided) {
            state.apply(result, now, false);
            results.add(result);
            asLogged(true, now, results);
        }
        if (results.size() > RESULTS_MAX)
            throw new IllegalStateException("More than " + RESULTS_MAX + " results from one input");
    }

    /// What a private link did stands in the log alone, so a rehearsal takes it from there, at its place among the
    /// others.
    ///
    /// @param known whether the others are decided anew; else all of the entry is about private links
    private void asLogged(boolean known, Moment now, List<Result> results) {
        while (results.size() < logged.size()) {
            var next = logged.get(results.size());
            if (known && !state.isLeftOut(next)) return;
            state.apply(next, now, true);
            results.add(next);
        }
    }

    /// Links, rules, then actuators, until nothing is left to look at. Links look at readings alone, and a rule
    /// that
    /// acts too often is stopped, so this ends.
    private void settle(Moment now, List<Result> results) {
        windows(now, results);
        while (!state.dirtyLinks.isEmpty()
                || !state.dirtyRules.isEmpty()
                || !state.dirtyAlarms.isEmpty()
                || !state.dirtyActuators.isEmpty()) {
            for (int i; (i = state.dirtyLinks.nextSetBit(0)) >= 0; ) {
                state.dirtyLinks.clear(i);
                var run = state.program.link(i);
                if (run.isEmpty() || state.isLeftOut(run.get())) continue;
                apply(Links.look(state, run.get(), now).stream().toList(), now, results);
                timers.link(i, now.site());
            }
            for (int i; (i = state.dirtyRules.nextSetBit(0)) >= 0; ) {
                state.dirtyRules.clear(i);
                var run = state.program.rule(i);
                if (run.isEmpty()) continue;
                apply(Rules.look(state, run.get(), now), now, results);
                timers.rule(i, now.site());
                if (run.get().alarm() != null) state.dirtyAlarms.set(i);
            }
            for (int i; (i = state.dirtyAlarms.nextSetBit(0)) >= 0; ) {
                state.dirtyAlarms.clear(i);
                var run = state.program.rule(i);
                if (run.isEmpty() || run.get().alarm() == null) continue;
                apply(Alarms.look(state, run.get(), now), now, results);
                timers.alarm(i, now.site());
            }
            if (state.sleeperHeard) woken(now, results);
            for (int p; (p = state.dirtyActuators.nextSetBit(0)) >= 0; ) {
                state.dirtyActuators.clear(p);
                if (!state.isActuator(p) || state.isLeftOut(p)) continue;
                actuator(p, now, results);
                timers.actuator(p, now.site());
            }
        }
    }

    /// Commands for a device that was heard go to it in the order in which they were asked for.
    private void woken(Moment now, List<Result> results) {
        state.sleeperHeard = false;
        for (var o : Sleepers.woken(state, now)) {
            if (o.hold() == 0) apply(Commands.heardAgain(state, o, now).stream().toList(), now, results);
            else if (state.dirtyActuators.get(o.property())) {
                state.dirtyActuators.clear(o.property());
                actuator(o.property(), now, results);
                timers.actuator(o.property(), now.site());
            }
        }
    }

    /// Sliding windows tell with each reading; those that look at them may be heard in turn. No window looks at
    /// itself,
    /// so this ends.
    private void windows(Moment now, List<Result> results) {
        var windows = state.windows;
        for (int p; (p = windows.heard.nextSetBit(0)) >= 0; ) {
            windows.heard.clear(p);
            apply(Windows.heard(state, p, now), now, results);
        }
        for (int p; (p = windows.touched.nextSetBit(0)) >= 0; ) {
            windows.touched.clear(p);
            timers.window(p, now.site());
        }
    }

    private void actuator(int p, Moment now, List<Result> results) {
        var unsent = Sleepers.unsent(state, p);
        apply(Writes.differs(state, p, now), now, results);
        apply(Arbiter.decide(state, p, now).stream().toList(), now, results);
        apply(Writes.order(state, p, now).stream().toList(), now, results);
        for (var o : List.copyOf(state.open.values())) {
            if (o.property() != p) continue;
            apply(Commands.look(state, o, now), now, results);
        }
        if (unsent.isEmpty()) return;
        apply(Sleepers.leases(state, unsent, now), now, results);
        for (var o : unsent)
            if (state.open.containsKey(o.number()))
                apply(Sleepers.waits(state, o).stream().toList(), now, results);
    }

    private List<Result> decide(Input input, Principal by, Moment now) {
        return switch (input) {
            case Input.Started i -> started(i, now);
            case Input.Stopping _ -> List.of();
            case Input.Frame i -> i.readings().isEmpty() ? List.of() : Readings.take(state, i, now);
            case Input.Apply i -> adopt(i, now);
            case Input.LineChanged i -> List.of(new Result.LineIs(i.connector(), i.up(), i.why()));
            case Input.UnitChanged i -> List.of(new Result.UnitIs(i.properties(), i.answers(), i.why(), now.wall()));
            case Input.GapReported i ->
                List.of(new Result.GapNoted(i.properties(), i.fromWall(), i.toWall(), i.cause()));
            case Input.Late i -> late(i);
            case Input.Set i -> Commands.set(state, i, by, now);
            case Input.Release i -> Commands.release(state, i);
            case Input.Invoke i -> Commands.invoke(state, i, by, now);
            case Input.Answered i -> answered(i, now);
            case Input.Progressed i -> Commands.progressed(state, i);
            case Input.Cancel i -> Commands.cancel(state, i);
            case Input.Bulk i -> Bulks.open(state, i, by);
            case Input.Service i -> List.of(new Result.ServiceIs(i.thing(), i.out(), i.reason(), by));
            case Input.Arm i -> List.of(new Result.ArmedIs(i.armed()));
            case Input.Exchange i -> Readings.exchanged(state, i);
            case Input.Due i -> due(i, now);
            case Input.ClockStepped i -> {
                for (int r = 1; r < state.program.rulesEnd(); r++)
                    state.dirtyRules.set(r); // their times are others now
                yield List.of(new Result.Noticed(
                        Result.Severity.INFO, "clock", "The wall clock was set by " + i.by() / 1_000_000.0 + " s"));
            }
            case Input.DiskChanged i -> disk(i);
            case Input.Happened _ -> List.of();
            case Input.ModeSet i -> mode(i, by);
            case Input.SceneSet i -> Commands.scene(state, i, by, now);
            case Input.RuleSwitched i ->
                state.program.rule(i.rule()).isEmpty()
                        ? List.of()
                        : List.of(new Result.RuleIs(i.rule(), i.off(), i.reason(), by));
            case Input.AlarmsAcknowledged i -> Alarms.acknowledged(state, i, by, now);
            case Input.AlarmReset i -> Alarms.reset(state, i, by, now);
            case Input.AlarmShelved i -> Alarms.shelved(state, i, by, now);
            case Input.AlarmCommented i -> Alarms.commented(state, i, by, now);
            case Input.AlarmService i -> Alarms.service(state, i, by, now);
            case Input.NoteTold i -> Tells.told(state, i);
            case Input.ChannelTried i -> Tells.tried(state, i, now);
        };
    }

    private List<Result> started(Input.Started started, Moment now) {
        var results = new ArrayList<Result>();
        results.add(
                new Result.Began(started.program(), !started.clean() && started.lastWall() != 0, started.lastWall()));
        for (var sent : state.sending.values()) {
            var doubt = new Outcome.InDoubt(sent.orderedWall());
            results.add(new Result.WriteEnded(sent.write(), sent.property(), doubt));
            results.addAll(Commands.answered(state, sent, doubt, now));
        }
        if (started.clean() || started.lastWall() == 0) return results;
        for (int p = 1; p < state.program.propertiesEnd(); p++) {
            if (!state.isActuator(p)) continue;
            var writing = state.program.point(p).orElseThrow().writing();
            if (writing.afterRestart() != Property.AfterRestart.RELEASE) continue;
            for (var h : state.actuator(p).holds())
                if (!h.ofSite()) results.add(new Result.HoldEnded(h.id(), p, Ended.RESTART));
        }
        return results;
    }

    private List<Result> adopt(Input.Apply apply, Moment now) {
        SiteFile next;
        try {
            next = SiteFile.read(Json.parseFields("", apply.text()));
        } catch (Invalid e) {
            return List.of(new Result.Noticed(Result.Severity.WARNING, "site file", "Not applied: " + e.getMessage()));
        }
        var directory = state.program.directory;
        var changes = directory.changes(next);
        var results = new ArrayList<Result>();
        results.addAll(rulesChanged(next, changes));
        results.addAll(alarmsRemoved(next, changes, now));
        results.addAll(Tells.removed(state, next));
        results.add(new Result.Adopted(directory.revision() + 1, apply.text(), changes));
        for (var n : changes) {
            if (n.sort() != Result.Sort.PROPERTY || n.number() >= state.actuators.length) continue;
            boolean stays = n.version() != 0
                    && next.property(n.path()).map(Property::writable).orElse(false);
            if (stays) continue;
            for (var h : state.actuator(n.number()).holds())
                if (!h.ofLink()) results.add(new Result.HoldEnded(h.id(), n.number(), Ended.REMOVED));
            for (var o : state.open.values()) if (o.property() == n.number()) results.add(removed(o));
        }
        return results;
    }

    /// The mode that the site is put into; the same again changes nothing.
    private List<Result> mode(Input.ModeSet set, Principal by) {
        var modes = state.program.directory.file().modes();
        if (!modes.contains(set.mode()) || set.mode().equals(state.mode)) return List.of();
        return List.of(new Result.ModeIs(set.mode(), by));
    }

    /// Alarms that are gone, or whose rule raises none any more.
    private List<Result> alarmsRemoved(SiteFile next, List<Result.Numbered> changes, Moment now) {
        var results = new ArrayList<Result>();
        for (var n : changes) {
            if (n.sort() != Result.Sort.RULE || n.number() >= state.alarms.length) continue;
            var run = state.program.rule(n.number());
            if (run.isEmpty() || run.get().alarm() == null) continue;
            var rule = next.rules().get(n.path());
            boolean stays = n.version() != 0 && rule != null && rule.alarm().isPresent();
            if (!stays && !state.alarms[n.number()].equals(AlarmState.fresh(n.number())))
                results.add(Alarms.removed(state, run.get(), now));
        }
        return results;
    }

    /// Rules that change, or are gone, let go first; a mode that is gone becomes the first.
    private List<Result> rulesChanged(SiteFile next, List<Result.Numbered> changes) {
        var results = new ArrayList<Result>();
        for (var n : changes) {
            if (n.sort() != Result.Sort.RULE || n.number() >= state.rules.length) continue;
            for (var h : state.rules[n.number()].held())
                results.add(
                        new Result.HoldEnded(h.hold(), h.property(), n.version() == 0 ? Ended.REMOVED : Ended.RULE));
        }
        if (next.modes().isEmpty() ? !state.mode.isEmpty() : !next.modes().contains(state.mode))
            results.add(
                    new Result.ModeIs(next.modes().isEmpty() ? "" : next.modes().getFirst(), Principal.SYSTEM));
        return results;
    }

    private Result removed(Open o) {
        var sent = state.sending.get(o.write());
        var outcome =
                sent == null ? Commands.unsent(o, Outcome.Cause.CANCELLED) : new Outcome.InDoubt(sent.orderedWall());
        return new Result.CommandEnded(o.number(), o.key(), outcome);
    }

    private List<Result> late(Input.Late i) {
        if (i.property() >= state.series.length || state.series[i.property()].missing()) return List.of();
        return List.of(new Result.GapOpened(List.of(i.property()), i.sinceWall(), "no reading came"));
    }

    private List<Result> answered(Input.Answered i, Moment now) {
        var sent = state.sending.get(i.write());
        if (sent == null) return List.of();
        var results = new ArrayList<Result>();
        results.add(new Result.WriteEnded(i.write(), sent.property(), i.outcome()));
        results.addAll(Commands.answered(state, sent, i.outcome(), now));
        return results;
    }

    private List<Result> disk(Input.DiskChanged i) {
        var severity = i.state() == Input.DiskState.OK ? Result.Severity.INFO : Result.Severity.HIGH;
        String text = switch (i.state()) {
            case OK -> "The disk takes everything again";
            case CONTROL_ONLY ->
                "The disk is full: readings are not stored until there is room; holds and writes go on";
            case DEAD ->
                "The disk is dead: links go on from memory, nothing is stored or acknowledged; replace it and restart";
        };
        return List.of(new Result.DiskIs(i.state()), new Result.Noticed(severity, "disk", text));
    }

    private List<Result> due(Input.Due due, Moment now) {
        return switch (due.timer()) {
            case SILENCE ->
                state.program.link((int) due.ref()).map(Links::silent).stream().toList();
            case CAREFUL_END ->
                state.program.link((int) due.ref()).map(Links::carefulEnd).stream()
                        .toList();
            case LEASE -> leaseEnded((int) due.ref(), now);
            case WINDOW -> Windows.due(state, (int) due.ref(), now);
            case ACTUATOR -> {
                state.dirtyActuators.set((int) due.ref());
                yield List.of();
            }
            case RULE -> {
                state.dirtyRules.set((int) due.ref());
                yield List.of();
            }
            case ALARM -> {
                state.dirtyAlarms.set((int) due.ref());
                yield List.of();
            }
            case NOTE -> Tells.expired(state, due.ref());
            case STORM -> Tells.storms(state, now);
            case DEADLINE -> {
                var open = state.open.get(due.ref());
                yield open == null ? List.of() : Commands.deadline(state, open, now);
            }
            case ANSWER -> Commands.unanswered(state, due.ref(), now);
            case BULK_NEXT -> Bulks.next(state, due.ref(), now);
        };
    }

    private List<Result> leaseEnded(int property, Moment now) {
        var results = new ArrayList<Result>();
        for (var h : state.actuator(property).holds())
            if (h.untilSite() <= now.site()) results.add(new Result.HoldEnded(h.id(), property, Ended.LEASE));
        return results;
    }

    // ---- replaying

    /// Brings the state to where it was after an entry of the log; call [#replayed] behind the last.
    public void replay(Entry entry) {
        replayLeavingCells(entry);
        state.dirtyCells.clear();
    }

    /// The same, and [State#dirtyCells] says what it touched.
    void replayLeavingCells(Entry entry) {
        state.here = Log.Position.pack(entry.epoch(), entry.seq());
        for (var result : entry.results()) state.apply(result, entry.at(), true);
        state.lastSite = Math.max(state.lastSite, entry.at().site());
        state.lastWall = entry.at().wall();
        state.dirtyLinks.clear();
        state.dirtyRules.clear();
        state.dirtyAlarms.clear();
        state.dirtyActuators.clear();
        state.sleeperHeard = false;
        state.dirtyCells.clear();
        state.dirtyRuleCells.clear();
        state.movedAlarms.clear();
        state.windows.touched.clear();
        state.windows.heard.clear();
    }

    /// Makes the timers that follow from the state.
    public void replayed() {
        timers.rebuild(state.lastSite);
    }

    /// An immutable image of the state, taken in time proportional to the number of properties; private values are
    /// not in it.
    public Image image() {
        return new Image(state);
    }

    /// A site as an image's bytes have it; entries behind the image are then replayed.
    ///
    /// @throws IllegalArgumentException the bytes are of a newer version, or of nobody's making
    public static Site restore(java.nio.ByteBuffer image) {
        var site = new Site();
        Image.restore(site.state, image);
        return site;
    }

    // ---- looking

    /// What the numbers mean.
    public Directory directory() {
        return state.program.directory;
    }

    /// Packed position of the newest entry that this state is made of.
    public long here() {
        return state.here;
    }

    /// Site time of the newest step; [Long#MIN_VALUE] before the first.
    public long lastSite() {
        return state.lastSite;
    }

    /// Wall time of the newest step; 0 before the first.
    public long lastWall() {
        return state.lastWall;
    }

    /// Whether the site writes to its machines.
    public boolean armed() {
        return state.armed;
    }

    /// Whether a machine's watchdog register may be written: the site is armed and the thing in service.
    public boolean watched(int property) {
        return state.armed && state.outOfService(property).isEmpty();
    }

    /// Whether a write that is under way belongs to a private link, so that its bytes are not kept.
    public boolean writesPrivate(long write) {
        var sent = state.sending.get(write);
        return sent != null && state.program.isPrivate(sent.property());
    }

    /// What became of the command with this key; none while it is under way or when nobody knows it (any more).
    public Optional<Outcome> outcome(String key) {
        return Optional.ofNullable(state.over.get(key)).map(State.Over::outcome);
    }

    /// Whether a command whose key is such a one is under way, or was so lately that its outcome is known.
    public boolean knows(Predicate<String> key) {
        if (state.over.keySet().stream().anyMatch(key)) return true;
        for (var b : state.bulks.all()) if (key.test(b.order().key())) return true;
        return state.open.values().stream().anyMatch(o -> key.test(o.key()));
    }

    /// Whether a command with this key is under way.
    public boolean underWay(String key) {
        for (var o : state.open.values()) if (o.key().equals(key)) return true;
        return false;
    }

    /// The mode that the site is in; empty when it has none.
    public String mode() {
        return state.mode;
    }

    @Override
    public boolean property(int number) {
        return state.program.isPrivate(number);
    }

    @Override
    public boolean link(int number) {
        return state.program.link(number).map(run -> run.link().isPrivate()).orElse(false);
    }

    /// Who is in charge of an actuator, in words.
    public String inCharge(int property) {
        return Commands.words(state, property);
    }

    /// What a register's roll-overs and exchanges add to what it shows, with its decimals.
    public java.math.BigDecimal registerBase(int property) {
        var turns = state.turns[property];
        return java.math.BigDecimal.valueOf(turns.baseUnscaled(), turns.decimals());
    }

    /// The newest that is known of every property.
    public List<Cell> allCells() {
        var all = new ArrayList<Cell>();
        for (int p = 1; p < state.program.propertiesEnd(); p++)
            if (state.program.point(p).map(x -> x.property() != null).orElse(false)) all.add(cell(p));
        return all;
    }

    /// The alarms of the site, as they stand.
    public List<AlarmState> allAlarms() {
        var all = new ArrayList<AlarmState>();
        for (int i = 1; i < state.program.rulesEnd(); i++)
            if (state.program.rule(i).filter(run -> run.alarm() != null).isPresent()) all.add(state.alarms[i]);
        return all;
    }

    private List<AlarmState> movedAlarms() {
        var all = new ArrayList<AlarmState>();
        for (int i : state.takeMovedAlarms()) all.add(state.alarms[i]);
        return all;
    }

    /// The messages that wait to be delivered.
    public List<Note> openNotes() {
        return List.copyOf(state.notes.values());
    }

    private List<Cell> cells() {
        var all = new ArrayList<Cell>();
        for (int p : state.takeDirtyCells())
            if (state.program.point(p).map(x -> x.property() != null).orElse(false)) all.add(cell(p));
        return all;
    }

    /// What every rule and schedule does now.
    public List<RuleCell> allRules() {
        var all = new ArrayList<RuleCell>();
        for (int i = 1; i < state.program.rulesEnd(); i++)
            state.program.rule(i).map(run -> Rules.cell(state, run)).ifPresent(all::add);
        return all;
    }

    private List<RuleCell> ruleCells() {
        if (state.dirtyRuleCells.isEmpty()) return List.of();
        var all = new ArrayList<RuleCell>();
        for (int i = state.dirtyRuleCells.nextSetBit(0); i >= 0; i = state.dirtyRuleCells.nextSetBit(i + 1))
            state.program.rule(i).map(run -> Rules.cell(state, run)).ifPresent(all::add);
        state.dirtyRuleCells.clear();
        return all;
    }

    private Cell cell(int p) {
        boolean closed = state.program.isPrivate(p);
        var twin = state.twin(p);
        var series = state.series[p];
        Optional<Reading> reading = closed ? Optional.empty() : Optional.ofNullable(twin.reading());
        return new Cell(
                p,
                reading,
                twin.receivedWall(),
                state.here,
                duty(p, closed),
                series.missingSince(),
                series.cause(),
                !closed && Condition.isKnown(state, p),
                closed);
    }

    private Optional<Cell.Duty> duty(int p, boolean closed) {
        if (!state.isActuator(p)) return Optional.empty();
        var a = state.actuator(p);
        List<Hold> holds = closed ? a.holds().stream().map(Site::closed).toList() : a.holds();
        return Optional.of(new Cell.Duty(
                closed ? Optional.empty() : a.desired(),
                a.charge(),
                holds,
                state.outOfService(p).map(State.Out::reason),
                a.write(),
                closed ? Optional.empty() : progress(p)));
    }

    private Optional<Progress> progress(int property) {
        Optional<Progress> newest = Optional.empty();
        for (var o : state.open.values())
            if (o.property() == property && o.progress().isPresent()) newest = o.progress();
        return newest;
    }

    /// The orders over many actuators, as they are now.
    public Bulks bulks() {
        return state.bulks.copy();
    }

    /// The commands under way, the oldest first.
    public List<UnderWay> underWay() {
        var all = new ArrayList<UnderWay>();
        for (var o : state.open.values()) {
            var opened = new Result.CommandOpened(
                    o.number(), o.key(), o.by(), o.property(), o.hold(), o.input(), o.deadlineSite());
            all.add(new UnderWay(opened, o.opened(), o.write() != 0, o.progress()));
        }
        return all;
    }

    /// The key of a command under way, by its number.
    public Optional<String> keyOf(long number) {
        return Optional.ofNullable(state.open.get(number)).map(Open::key);
    }

    /// Whether what a device tells of a write is news: no progress is told twice.
    public boolean isNews(Input.Progressed told) {
        return !Commands.progressed(state, told).isEmpty();
    }

    private static Hold closed(Hold h) {
        return new Hold(
                h.id(),
                h.property(),
                h.link(),
                h.by(),
                h.priority(),
                new io.linkspan.model.Wish.Hidden(),
                h.placed(),
                h.placedSite(),
                h.untilSite());
    }
}
