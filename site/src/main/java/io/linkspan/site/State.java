package io.linkspan.site;

import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell.WriteState;
import io.linkspan.model.Durations;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Input.DiskState;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Moment;
import io.linkspan.model.Note;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// All that a site knows. [#apply] changes it and decides nothing; everything else reads it.
///
/// What belongs to private links (their wishes and readings, and all about their targets) is here while the program
/// runs, but
/// in no image, hash or log: `apply` of a logged result about it only keeps the counters in step.
///
/// Not thread-safe: it belongs to the site's step.
final class State {
    /// Most commands remembered for their idempotency keys, also those that are over.
    static final int COMMANDS_KEPT_MAX = 10_000;
    /// How long a key is remembered after its command's deadline, in microseconds: one hour.
    static final long KEY_KEPT_MICROS = 3_600_000_000L;

    Program program = Program.EMPTY;
    final WindowStates windows = new WindowStates();
    Twin[] twins = {};
    Actuator[] actuators = {};
    LinkState[] links = {};
    RuleState[] rules = {};
    /// By the numbers of their rules; [AlarmState#fresh] where a rule has none.
    AlarmState[] alarms = {};
    /// How many alarms of each group are active; derived.
    final Map<String, Integer> activeInGroup = new TreeMap<>();
    /// Messages that wait to be delivered.
    final Map<Long, Note> notes = new TreeMap<>();
    final Map<String, TellState> tells = new TreeMap<>();
    final Map<Integer, RuleOff> rulesOff = new TreeMap<>();
    String mode = "";
    Series[] series = {};
    Turns[] turns = {};
    LineState[] lines = {};
    BitSet unitSilent = new BitSet();
    final Map<String, Out> outOfService = new TreeMap<>();
    final Map<Long, Sending> sending = new TreeMap<>();
    final Map<Long, Open> open = new TreeMap<>();
    final LinkedHashMap<String, Over> over = new LinkedHashMap<>();
    final Bulks bulks = new Bulks();
    boolean armed;
    DiskState disk = DiskState.OK;
    long startedSite;
    long nextHold = 1;
    long nextWrite = 1;
    long nextCommand = 1;
    long nextNote = 1;
    /// Packed position of the entry of this step.
    long here;
    long lastSite = Long.MIN_VALUE;
    long lastWall;

    /// Whether this state is a rehearsal's: what belongs to private links is left out, as nobody has their
    /// readings.
    boolean rehearsed;
    /// In a rehearsal: what a machine really did while its readings were taken, where that is something else than
    /// what the rehearsal makes of it.
    Map<Integer, Value> really = Map.of();

    /// What the step must look at next; derived while results are applied, empty between steps.
    final BitSet dirtyLinks = new BitSet();

    final BitSet dirtyRules = new BitSet();
    final BitSet dirtyAlarms = new BitSet();
    final BitSet dirtyActuators = new BitSet();
    /// Whether a device that sleeps was heard in this step.
    boolean sleeperHeard;

    final BitSet dirtyCells = new BitSet();
    final BitSet dirtyRuleCells = new BitSet();
    /// Alarms that people are shown anew.
    final BitSet movedAlarms = new BitSet();

    /// A thing out of service.
    record Out(String reason, Principal by, long sinceWall) {}

    /// A rule or schedule that a person put to sleep.
    record RuleOff(String reason, Principal by, long sinceWall) {}

    /// A line.
    ///
    /// @param sinceSite site time of its last change
    record LineState(boolean up, String why, long sinceSite) {
        static final LineState UNKNOWN = new LineState(false, "not reached yet", 0);
    }

    /// What a register's roll-overs and exchanges add to what it shows.
    record Turns(long baseUnscaled, int decimals, int count) {
        static final Turns NONE = new Turns(0, 0, 0);

        java.math.BigDecimal base() {
            return java.math.BigDecimal.valueOf(baseUnscaled, decimals);
        }
    }

    /// A command that is over, kept for its key.
    record Over(long number, Outcome outcome, long untilSite) {}

    Twin twin(int property) {
        return property < twins.length ? twins[property] : Twin.UNREAD;
    }

    Actuator actuator(int property) {
        return actuators[property];
    }

    /// Whether bytes can reach the machine of this property now.
    boolean reachable(int property) {
        var point = program.point(property).orElseThrow();
        if (point.connector() == 0) return false;
        return lines[point.connector()].up() && !unitSilent.get(property);
    }

    /// Whether a machine was read since the program started: before it is, it is not written, for a while.
    boolean readSinceStart(int property) {
        return twin(property).usableSite() > startedSite;
    }

    Optional<Out> outOfService(int property) {
        return program.point(property).map(p -> outOfService.get(p.thing().id()));
    }

    /// Changes the state as the result says.
    ///
    /// @param replayed the result comes from a log: values of private links are not in it
    void apply(Result result, Moment at, boolean replayed) {
        bulks.apply(result, at);
        switch (result) {
            case Result.Took r -> took(r.readings(), at);
            case Result.Began r -> began(r, at);
            case Result.Adopted r -> adopted(r, at);
            case Result.RegisterTurned r -> turned(r, at);
            case Result.LinkMoved r -> linkMoved(r, at, replayed);
            case Result.HoldPlaced r -> {
                nextHold = Math.max(nextHold, r.hold().id() + 1);
                if (!(hidden(r.hold().property(), replayed)))
                    change(r.hold().property(), actuator(r.hold().property()).with(r.hold()));
            }
            case Result.HoldEnded r -> {
                if (known(r.property())) {
                    ruleLost(r);
                    change(r.property(), actuator(r.property()).without(r.hold()));
                }
            }
            case Result.Charged r -> {
                if (!hidden(r.property(), replayed))
                    put(r.property(), actuator(r.property()).charged(r.charge(), r.desired()));
            }
            case Result.WriteOrdered r -> ordered(r, at, replayed);
            case Result.WriteWithheld r -> {
                if (!hidden(r.property(), replayed))
                    put(r.property(), actuator(r.property()).showing(r.value()));
            }
            case Result.WriteEnded r -> writeEnded(r, at, replayed);
            case Result.LocalChange r -> localChange(r, at, replayed);
            case Result.Left r -> {
                if (!hidden(r.property(), replayed))
                    put(r.property(), actuator(r.property()).now(WriteState.LEFT));
            }
            case Result.CommandOpened r -> opened(r);
            case Result.CommandAt r -> {
                var o = open.get(r.number());
                if (o != null) open.put(r.number(), o.at(r.progress()));
                dirtyCells.set(r.property());
            }
            case Result.LeaseBegan r -> {
                if (!hidden(r.property(), replayed))
                    change(r.property(), actuator(r.property()).until(r.hold(), r.untilSite()));
            }
            case Result.BulkOpened r -> nextCommand = Math.max(nextCommand, r.number() + 1);
            case Result.BulkMoved _ -> {}
            case Result.CommandEnded r -> commandEnded(r, at);
            case Result.LineIs r -> line(r, at);
            case Result.GapOpened r -> gapOpened(r);
            case Result.GapClosed r -> {
                for (int p : r.properties()) if (p < series.length) series[p] = series[p].close(r.toWall());
            }
            case Result.GapNoted r -> {
                for (int p : r.properties())
                    if (p < series.length)
                        series[p] = series[p].note(new Series.Gap(r.fromWall(), r.toWall(), r.cause()));
            }
            case Result.UnitIs r -> unit(r);
            case Result.ServiceIs r -> service(r, at);
            case Result.ArmedIs r -> {
                armed = r.armed();
                for (int p = 0; p < actuators.length; p++) if (isActuator(p)) dirtyActuators.set(p);
            }
            case Result.DiskIs r -> disk(r, at);
            case Result.Computed r -> computed(r, at);
            case Result.CaughtUp r -> windows.caughtUp(r);
            case Result.Noticed _ -> {}
            case Result.AlarmMoved r -> alarmMoved(r, at);
            case Result.NoteOpened r -> {
                nextNote = Math.max(nextNote, r.note() + 1);
                notes.put(r.note(), Note.of(r, here, at.wall()));
                if (r.alarm() != 0) tells.put(r.tell(), tell(r.tell()).told(at));
            }
            case Result.NoteTried r -> notes.computeIfPresent(r.note(), (_, note) -> note.tried(r.why()));
            case Result.NoteEnded r -> notes.remove(r.note());
            case Result.NoteHeld r -> tells.put(r.tell(), tell(r.tell()).held(r));
            case Result.TellStorm r -> tells.put(r.tell(), tell(r.tell()).moved(r.move(), at));
            case Result.RuleMoved r -> {
                var run = program.rule(r.rule());
                if (run.isEmpty()) return;
                rule(r.rule(), rules[r.rule()].moved(r, run.get(), at)); // behind it, its alarm is looked at
            }
            case Result.RuleHolds r -> {
                if (r.rule() < rules.length) rule(r.rule(), rules[r.rule()].with(r));
            }
            case Result.ModeIs r -> mode(r, at);
            case Result.RuleIs r -> switched(r, at);
        }
    }

    private void opened(Result.CommandOpened r) {
        nextCommand = Math.max(nextCommand, r.number() + 1);
        open.put(
                r.number(),
                new Open(
                        r.number(),
                        r.key(),
                        r.by(),
                        r.property(),
                        r.hold(),
                        r.deadlineSite(),
                        here,
                        r.input(),
                        0,
                        0,
                        Optional.empty()));
    }

    private void gapOpened(Result.GapOpened r) {
        for (int p : r.properties()) {
            if (p >= series.length) continue;
            series[p] = series[p].open(r.fromWall(), r.cause());
            touch(p);
        }
    }

    private void mode(Result.ModeIs r, Moment at) {
        for (int rule : program.rulesOfMode()) {
            var modes = program.rule(rule).orElseThrow().rule().modes();
            boolean wakes = !modes.isEmpty() && !modes.contains(mode) && modes.contains(r.mode());
            rule(rule, wakes ? rules[rule].lastAt(at.wall()) : rules[rule]); // what it slept through is over
        }
        mode = r.mode();
    }

    private void switched(Result.RuleIs r, Moment at) {
        if (r.off()) rulesOff.put(r.rule(), new RuleOff(r.reason(), r.by(), at.wall()));
        else rulesOff.remove(r.rule());
        if (r.rule() < rules.length) rule(r.rule(), r.off() ? rules[r.rule()] : rules[r.rule()].lastAt(at.wall()));
    }

    private void alarmMoved(Result.AlarmMoved r, Moment at) {
        var run = program.rule(r.alarm());
        if (run.isEmpty() || r.alarm() >= alarms.length) return;
        var raises = run.get().alarm();
        var old = alarms[r.alarm()];
        var next = old.moved(r, raises != null && raises.alarm().latch(), at, here);
        alarms[r.alarm()] = next;
        if (raises != null) raises.alarm().group().ifPresent(group -> counted(group, old.active(), next.active()));
        dirtyAlarms.set(r.alarm());
        movedAlarms.set(r.alarm());
    }

    private void counted(String group, boolean before, boolean now) {
        if (before == now) return;
        activeInGroup.merge(group, now ? 1 : -1, Integer::sum);
        activeInGroup.remove(group, 0);
    }

    /// Counts the active alarms of each group anew.
    void countGroups() {
        activeInGroup.clear();
        for (int i = 1; i < alarms.length; i++) {
            if (!alarms[i].active()) continue;
            program.rule(i)
                    .flatMap(run -> run.rule().alarm())
                    .flatMap(alarm -> alarm.group())
                    .ifPresent(group -> counted(group, false, true));
        }
    }

    TellState tell(String id) {
        return tells.getOrDefault(id, TellState.NONE);
    }

    /// The rule that placed a hold has it no longer.
    private void ruleLost(Result.HoldEnded r) {
        var hold = actuator(r.property()).hold(r.hold());
        if (hold.isEmpty() || !hold.get().ofRule()) return;
        int rule = program.directory.rule(hold.get().by().name());
        if (rule == 0 || rule >= rules.length) return;
        rule(rule, rules[rule].without(r.hold()));
    }

    private void rule(int number, RuleState next) {
        rules[number] = next.at(here);
        dirtyRules.set(number);
        dirtyRuleCells.set(number);
    }

    /// Something about a property is not as it was: people are told, and the rules that look at it look.
    private void touch(int property) {
        dirtyCells.set(property);
        for (int rule : program.rulesOf(property)) dirtyRules.set(rule);
    }

    private boolean known(int property) {
        return property < actuators.length;
    }

    /// Whether a logged result is about a private property, so that its value is not there.
    private boolean hidden(int property, boolean replayed) {
        return !known(property) || replayed && program.isPrivate(property);
    }

    boolean isActuator(int property) {
        return program.point(property)
                .map(p -> p.property() != null && p.property().writable())
                .orElse(false);
    }

    private void put(int property, Actuator next) {
        actuators[property] = next;
        dirtyCells.set(property);
    }

    private void change(int property, Actuator next) {
        put(property, next);
        dirtyActuators.set(property);
    }

    // ---- what a rehearsal leaves out

    boolean isLeftOut(int property) {
        return rehearsed && program.isPrivate(property);
    }

    boolean isLeftOut(Program.Run run) {
        return rehearsed && run.link().isPrivate();
    }

    private boolean isLinkLeftOut(int link) {
        return program.link(link).map(this::isLeftOut).orElse(false);
    }

    /// Whether an input is about what belongs to a private link, so that it can not be decided anew.
    boolean isLeftOut(Input input) {
        if (!rehearsed) return false;
        return switch (input) {
            case Input.Set i -> isLeftOut(i.property());
            case Input.Release i -> isLeftOut(i.property());
            case Input.Late i -> isLeftOut(i.property());
            case Input.Due i ->
                switch (i.timer()) {
                    case SILENCE, CAREFUL_END -> isLinkLeftOut((int) i.ref());
                    case LEASE, ACTUATOR -> isLeftOut((int) i.ref());
                    case ANSWER ->
                        sending.containsKey(i.ref())
                                && isLeftOut(sending.get(i.ref()).property());
                    case RULE, BULK_NEXT, ALARM, NOTE, STORM, WINDOW ->
                        false; // no rule, alarm and order over many looks at what is private
                    case DEADLINE ->
                        open.containsKey(i.ref()) && isLeftOut(open.get(i.ref()).property());
                };
            default -> false; // open: the others are about no property alone
        };
    }

    /// Whether a result is about what belongs to a private link.
    boolean isLeftOut(Result result) {
        return switch (result) {
            case Result.LinkMoved r -> isLinkLeftOut(r.link());
            case Result.HoldPlaced r -> isLeftOut(r.hold().property());
            case Result.HoldEnded r -> isLeftOut(r.property());
            case Result.Charged r -> isLeftOut(r.property());
            case Result.WriteOrdered r -> isLeftOut(r.property());
            case Result.WriteWithheld r -> isLeftOut(r.property());
            case Result.WriteEnded r -> isLeftOut(r.property());
            case Result.LocalChange r -> isLeftOut(r.property());
            case Result.Left r -> isLeftOut(r.property());
            case Result.CommandOpened r -> isLeftOut(r.property());
            case Result.CommandEnded r ->
                open.containsKey(r.number()) && isLeftOut(open.get(r.number()).property());
            default -> false; // open: the others are about no property alone
        };
    }

    // ---- readings

    private void took(List<Reading> readings, Moment at) {
        for (var reading : readings) {
            int p = reading.property();
            if (p >= twins.length) continue;
            var old = twins[p];
            boolean usable = reading.quality().isUsable();
            twins[p] = new Twin(
                    reading, at.site(), at.wall(), here, usable ? at.site() : old.usableSite(), old.count() + 1);
            if (series[p].missing() && disk == DiskState.OK) series[p] = series[p].close(at.wall());
            touch(p);
            for (int link : program.linksOf(p)) dirtyLinks.set(link);
            if (usable && isActuator(p)) readBack(p, reading.value());
            for (int beside : program.sleepers.beside(p)) woke(beside);
        }
        windows.took(this, readings, at);
    }

    /// The device of this property was heard: what waits for it is looked at, also what could not be sent before.
    private void woke(int p) {
        sleeperHeard = true;
        if (!isActuator(p)) return;
        var a = actuator(p);
        change(p, a.write() == WriteState.UNREACHABLE ? a.now(WriteState.IDLE) : a);
    }

    /// Compares what the machine reads with what it shall do.
    private void readBack(int p, Value value) {
        var a = actuator(p);
        dirtyActuators.set(p);
        if (a.desired().isEmpty() || a.write() == WriteState.SENDING) return;
        boolean same = Values.same(
                value,
                a.desired().get(),
                program.point(p).orElseThrow().writing().tolerance());
        if (same) {
            if (a.write() != WriteState.SETTLED) put(p, a.now(WriteState.SETTLED));
        } else if (a.write() == WriteState.UNCONFIRMED || a.write() == WriteState.AWAIT_READ)
            put(p, a.now(WriteState.DIFFERS));
        else if (a.write() == WriteState.UNREACHABLE) put(p, a.now(WriteState.IDLE)); // it is there again
    }

    private void turned(Result.RegisterTurned r, Moment at) {
        int p = r.property();
        if (p >= turns.length) return;
        var before = turns[p];
        turns[p] = new Turns(r.baseUnscaled(), r.decimals(), before.count() + 1);
        windows.turned(this, p, turns[p].base().subtract(before.base()), at);
    }

    // ---- windows

    /// A window's value is a reading of its property; an older one that is corrected is not the newest.
    private void computed(Result.Computed r, Moment at) {
        int p = r.property();
        if (p >= twins.length) return;
        windows.computed(this, r, at);
        touch(p);
        var reading = r.reading();
        if (reading.isEmpty()) {
            series[p] = series[p].open(r.fromWall(), Result.Computed.NOTHING);
            return;
        }
        var old = twins[p];
        if (old.reading() == null || old.reading().deviceTimeMicros() <= r.toWall()) {
            boolean usable = r.quality().isUsable();
            twins[p] = new Twin(
                    reading.get(), at.site(), at.wall(), here, usable ? at.site() : old.usableSite(), old.count() + 1);
            if (series[p].missing() && disk == DiskState.OK) series[p] = series[p].close(r.fromWall());
            for (int link : program.linksOf(p)) dirtyLinks.set(link);
        }
        windows.looksAt(this, r, at);
    }

    // ---- links

    private void linkMoved(Result.LinkMoved r, Moment at, boolean replayed) {
        var run = program.link(r.link());
        if (r.wish().isPresent() && r.move() != Result.Move.STEPPED) nextHold++;
        if (run.isEmpty()) return;
        var old = links[r.link()];
        boolean isPrivate = run.get().link().isPrivate();
        if (isPrivate && replayed) return;
        boolean silent = r.move() == Result.Move.SILENT || r.move() == Result.Move.CAREFUL_END;
        long since = silent ? (old.silent() ? old.silentSince() : at.site()) : LinkState.HEARD;
        if (silent) dirtyLinks.set(r.link()); // its next timer follows from what is now
        boolean pid = run.get().link().does() instanceof io.linkspan.model.Link.Does.Pid;
        Optional<Wish> wish = r.move() == Result.Move.STEPPED ? old.wish() : r.wish();
        links[r.link()] = new LinkState(
                wish,
                since,
                r.move() == Result.Move.SILENT && r.wish().isPresent(),
                old.since(),
                r.integral(),
                r.last(),
                pid && !silent ? at.site() : LinkState.HEARD);
        if (r.move() == Result.Move.STEPPED) return;
        int target = run.get().target();
        var a = actuator(target).withoutLink(r.link());
        if (wish.isPresent())
            a = a.with(new Hold(
                    nextHold - 1,
                    target,
                    r.link(),
                    Principal.SYSTEM,
                    run.get().link().priority(),
                    wish.get(),
                    here,
                    at.site(),
                    Hold.WITHOUT_END));
        change(target, a);
    }

    // ---- writes

    private void ordered(Result.WriteOrdered r, Moment at, boolean replayed) {
        nextWrite = Math.max(nextWrite, r.write() + 1);
        if (hidden(r.property(), replayed)) return;
        sending.put(r.write(), new Sending(r.write(), r.property(), r.value(), at.wall(), at.site()));
        for (var o : open.values())
            if (o.property() == r.property() && (o.hold() == 0 ? r.cause() == o.opened() : o.hold() == r.hold()))
                open.put(o.number(), o.writing(r.write()));
        if (!isActuator(r.property())) return;
        var a = actuator(r.property());
        Value value = r.value().orElseThrow();
        boolean switches = value instanceof Value.Flag && !Optional.of(value).equals(current(r.property()));
        put(r.property(), a.ordered(r.write(), value, at.site(), switches));
    }

    /// What the machine does now, as far as we know: what was sent last, else what it reads.
    Optional<Value> current(int property) {
        var a = actuator(property);
        var twin = twin(property);
        if (a.write() == WriteState.SENDING || a.write() == WriteState.UNCONFIRMED) return a.written();
        if (twin.usable() && twin.reading() != null)
            return Optional.of(twin.reading().value());
        return a.written();
    }

    /// What the machine did while the sensors around it were read.
    Optional<Value> measured(int property) {
        var real = really.get(property);
        return real == null ? current(property) : Optional.of(real);
    }

    private void writeEnded(Result.WriteEnded r, Moment at, boolean replayed) {
        if (hidden(r.property(), replayed)) return;
        var sent = sending.remove(r.write());
        if (sent == null) return;
        if (!(r.outcome() instanceof Outcome.NotSent))
            for (var o : open.values()) if (o.write() == r.write()) open.put(o.number(), o.sent(sent.orderedWall()));
        if (!isActuator(r.property())) return;
        var a = actuator(r.property());
        if (a.pending() != r.write()) return;
        dirtyActuators.set(r.property());
        switch (r.outcome()) {
            case Outcome.Done done -> {
                put(r.property(), a.now(WriteState.UNCONFIRMED));
                if (done.readBack().isPresent()) {
                    var old = twins[r.property()];
                    var reading = Reading.good(r.property(), done.readBack().get());
                    twins[r.property()] = new Twin(reading, at.site(), at.wall(), here, at.site(), old.count());
                    for (int link : program.linksOf(r.property())) dirtyLinks.set(link);
                    touch(r.property());
                    readBack(r.property(), done.readBack().get());
                    windows.took(this, List.of(reading), at);
                }
            }
            case Outcome.Refused _ -> put(r.property(), a.now(WriteState.REFUSED));
            case Outcome.Outranked _ -> put(r.property(), a.now(WriteState.IDLE));
            case Outcome.NotSent n ->
                put(
                        r.property(),
                        a.now(n.cause() == Outcome.Cause.UNREACHABLE ? WriteState.UNREACHABLE : WriteState.IDLE));
            case Outcome.InDoubt _ -> put(r.property(), a.now(WriteState.UNCONFIRMED));
        }
    }

    private void localChange(Result.LocalChange r, Moment at, boolean replayed) {
        if (hidden(r.property(), replayed)) return;
        var a = actuator(r.property());
        if (r.seen().orElse(null) instanceof Value.Flag) a = a.switchedAt(at.site());
        change(r.property(), a.now(WriteState.DIFFERS));
    }

    private void commandEnded(Result.CommandEnded r, Moment at) {
        nextCommand = Math.max(nextCommand, r.number() + 1);
        var ended = open.remove(r.number());
        if (ended != null && ended.progress().isPresent()) dirtyCells.set(ended.property());
        if (r.key().isEmpty()) return;
        over.values().removeIf(o -> o.untilSite() < at.site());
        if (over.size() >= COMMANDS_KEPT_MAX) over.pollFirstEntry();
        over.put(r.key(), new Over(r.number(), r.outcome(), at.site() + KEY_KEPT_MICROS));
    }

    // ---- lines, service

    private void line(Result.LineIs r, Moment at) {
        if (r.connector() >= lines.length) return;
        lines[r.connector()] = new LineState(r.up(), r.why(), at.site());
        for (int p : program.pointsOf(r.connector())) {
            touch(p);
            if (!r.up()) {
                unitSilent.clear(p);
                long from = twin(p).reading() == null ? at.wall() : twin(p).receivedWall();
                series[p] = series[p].open(from, r.why());
            }
            reachedAgain(p, r.up());
        }
    }

    private void unit(Result.UnitIs r) {
        for (int p : r.properties()) {
            if (p >= series.length) continue;
            unitSilent.set(p, !r.answers());
            if (!r.answers() && program.point(p).map(x -> x.property() != null).orElse(false))
                series[p] = series[p].open(twin(p).reading() == null ? r.wall() : twin(p).receivedWall(), r.why());
            touch(p);
            reachedAgain(p, r.answers());
        }
    }

    /// What could not be sent, or was refused, is looked at again when the machine is there again.
    private void reachedAgain(int p, boolean there) {
        if (!there || !isActuator(p)) return;
        var a = actuator(p);
        boolean again = a.write() == WriteState.UNREACHABLE || a.write() == WriteState.REFUSED;
        boolean anew = program.point(p).orElseThrow().writing().onLineUp() && a.write() == WriteState.SETTLED;
        change(p, again || anew ? a.now(anew ? WriteState.DIFFERS : WriteState.IDLE) : a);
    }

    private void service(Result.ServiceIs r, Moment at) {
        if (r.out()) outOfService.put(r.thing(), new Out(r.reason(), r.by(), at.wall()));
        else outOfService.remove(r.thing());
        for (int p = 0; p < actuators.length; p++) {
            if (!isActuator(p) || !program.point(p).orElseThrow().thing().id().equals(r.thing())) continue;
            change(p, r.out() ? actuator(p).showing(Optional.empty()) : actuator(p));
        }
    }

    /// What can not be stored is missing, though links go on with it.
    private void disk(Result.DiskIs r, Moment at) {
        disk = r.state();
        if (disk == DiskState.OK) return;
        for (int p = 1; p < series.length; p++) {
            series[p] = series[p].open(at.wall(), disk == DiskState.DEAD ? "disk dead" : "disk full");
            touch(p);
        }
    }

    // ---- starts and definitions

    private void began(Result.Began r, Moment at) {
        startedSite = at.site();
        disk = DiskState.OK;
        Arrays.fill(lines, LineState.UNKNOWN);
        unitSilent.clear();
        for (int i = 1; i < links.length; i++) links[i] = links[i].from(at.site());
        for (int p = 1; p < series.length; p++) {
            if (r.lastWall() != 0) series[p] = series[p].open(r.lastWall(), "node down");
            touch(p);
        }
        for (int p = 1; p < actuators.length; p++) {
            if (!isActuator(p)) continue;
            var a = actuator(p);
            var writing = program.point(p).orElseThrow().writing();
            if (r.crashed() && a.switchedSite() != Actuator.NEVER) a = a.switchedAt(at.site());
            if (a.desired().isPresent())
                a = a.now(
                        r.crashed() && writing.afterRestart() == io.linkspan.model.Property.AfterRestart.HOLD
                                ? WriteState.LEFT
                                : WriteState.AWAIT_READ);
            change(p, a);
        }
        for (int i = 1; i < links.length; i++) dirtyLinks.set(i);
        for (int i = 1; i < rules.length; i++) dirtyRules.set(i);
    }

    private void adopted(Result.Adopted r, Moment at) {
        boolean first = program.directory.revision() == 0;
        SiteFile file;
        try {
            file = SiteFile.read(Json.parseFields("", r.text()));
        } catch (Invalid e) {
            throw new IllegalStateException("A site file that was in force can not be read: " + e.getMessage(), e);
        }
        var old = program;
        program = Program.compileKnown(old.directory.with(file, r.revision(), r.numbers()));
        if (first) armed = file.armed();
        grow(at);
        for (var n : r.numbers()) {
            switch (n.sort()) {
                case PROPERTY -> redefined(n.number(), old);
                case LINK -> relinked(n.number(), old, at);
                case RULE -> ruleChanged(n, at);
                case CONNECTOR -> lines[n.number()] = n.version() == 1 ? LineState.UNKNOWN : lines[n.number()];
            }
        }
        windows.redefined(program, at);
        outOfService.keySet().retainAll(file.things().keySet());
        tells.keySet().retainAll(file.tells().keySet());
        countGroups();
        for (int i = 1; i < program.linksEnd(); i++) dirtyLinks.set(i);
        for (int i = 1; i < program.rulesEnd(); i++) {
            dirtyRules.set(i);
            dirtyRuleCells.set(i);
        }
        for (int p = 1; p < program.propertiesEnd(); p++) {
            touch(p);
            if (isActuator(p)) dirtyActuators.set(p);
        }
    }

    private void grow(Moment at) {
        int p = program.propertiesEnd();
        twins = grown(twins, p, Twin.UNREAD);
        actuators = grown(actuators, p, Actuator.IDLE);
        series = grown(series, p, Series.WHOLE);
        turns = grown(turns, p, Turns.NONE);
        links = grown(links, program.linksEnd(), LinkState.fresh(at.site()));
        rules = grown(rules, program.rulesEnd(), RuleState.fresh(at.site(), at.wall()));
        lines = grown(lines, program.connectorsEnd(), LineState.UNKNOWN);
        int known = alarms.length;
        alarms = Arrays.copyOf(alarms, Math.max(known, program.rulesEnd()));
        for (int i = known; i < alarms.length; i++) alarms[i] = AlarmState.fresh(i);
    }

    private static <T> T[] grown(T[] array, int length, T filling) {
        if (array.length >= length) return array;
        @SuppressWarnings("unchecked")
        T[] next = (T[]) java.lang.reflect.Array.newInstance(filling.getClass(), length);
        Arrays.fill(next, filling);
        System.arraycopy(array, 0, next, 0, array.length);
        return next;
    }

    /// A property that is no actuator any more keeps nobody's wish; one that became private loses what was public
    /// of it.
    private void redefined(int p, Program old) {
        boolean was = old.point(p)
                .map(x -> x.property() != null && x.property().writable())
                .orElse(false);
        if (was && !isActuator(p)) {
            actuators[p] = Actuator.IDLE;
            open.values().removeIf(o -> o.property() == p);
        }
        if (program.isPrivate(p) != old.isPrivate(p)) twins[p] = Twin.UNREAD;
    }

    private void relinked(int link, Program old, Moment at) {
        var former = old.link(link);
        if (former.isPresent() && isActuator(former.get().target()))
            change(former.get().target(), actuator(former.get().target()).withoutLink(link));
        links[link] = LinkState.fresh(at.site());
    }

    /// A rule that was changed begins anew; what it held was ended before.
    private void ruleChanged(Result.Numbered n, Moment at) {
        rules[n.number()] = RuleState.fresh(at.site(), at.wall());
        if (n.version() == 0) rulesOff.remove(n.number());
        movedAlarms.set(n.number());
    }

    /// Who would be told of the newest change of each property, for the doors.
    List<Integer> takeDirtyCells() {
        var all = new ArrayList<Integer>(dirtyCells.cardinality());
        for (int p = dirtyCells.nextSetBit(0); p >= 0; p = dirtyCells.nextSetBit(p + 1)) all.add(p);
        dirtyCells.clear();
        return all;
    }

    /// The alarms that moved, for the doors.
    List<Integer> takeMovedAlarms() {
        var all = new ArrayList<Integer>(movedAlarms.cardinality());
        for (int i = movedAlarms.nextSetBit(1); i >= 0; i = movedAlarms.nextSetBit(i + 1)) all.add(i);
        movedAlarms.clear();
        return all;
    }

    static long micros(java.time.Duration d) {
        return Durations.micros(d);
    }
}
