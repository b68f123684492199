package io.linkspan.site;

import io.linkspan.model.AlarmState;
import io.linkspan.model.AlarmState.Standing;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Note;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.Result.AlarmMove;
import io.linkspan.model.Result.Seen;
import io.linkspan.site.RuleState.Phase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Decides what an alarm does now: at most one move at a time, until it has none left. When it is raised its rule
/// says; everything else is here.
final class Alarms {
    private Alarms() {}

    // ---- its condition

    /// Its rule acts: the alarm is raised, or stays if it was about to return to normal.
    static List<Result> raised(State state, RuleRun run, Moment now) {
        var a = state.alarms[run.number()];
        if (a.active() && !a.unknown())
            return a.returnsSite() == AlarmState.NEVER ? List.of() : List.of(moved(state, run, AlarmMove.STAYED, now));
        var when = run.when();
        return raise(
                state, run, false, raises(run).says(state, now), when == null ? List.of() : when.seen(state, now), now);
    }

    private static List<Result> raise(
            State state, RuleRun run, boolean unknown, String text, List<Seen> seen, Moment now) {
        boolean first = raises(run)
                .alarm()
                .group()
                .map(group -> !state.activeInGroup.containsKey(group))
                .orElse(false);
        return told(
                state,
                run,
                moved(state, run, AlarmMove.RAISED, 0, unknown, first, text, seen, Principal.SYSTEM, now),
                Note.Kind.RAISED,
                now);
    }

    private static RuleRun.Raises raises(RuleRun run) {
        var raises = run.alarm();
        if (raises == null) throw new IllegalStateException(run.rule().id() + " has no alarm");
        return raises;
    }

    /// What follows now, if anything.
    static List<Result> look(State state, RuleRun run, Moment now) {
        var a = state.alarms[run.number()];
        boolean byDesign = isByDesign(state, run, now);
        if (byDesign && !a.byDesign()) return List.of(moved(state, run, AlarmMove.SUPPRESSED, now));
        if (!byDesign && a.byDesign()) return thereAgain(state, run, AlarmMove.UNSUPPRESSED, Principal.SYSTEM, "", now);
        if (a.shelf().isPresent() && a.shelf().get().untilSite() <= now.site())
            return thereAgain(state, run, AlarmMove.SHELF_ENDED, Principal.SYSTEM, "", now);
        var knows = knows(state, run, a, now);
        if (!knows.isEmpty()) return knows;
        var returns = returns(state, run, a, now);
        if (!returns.isEmpty()) return returns;
        return a.isSuppressed() ? List.of() : again(state, run, a, now);
    }

    private static boolean isByDesign(State state, RuleRun run, Moment now) {
        if (!Rules.isAwake(state, run)) return true;
        var suppress = raises(run).suppress();
        return suppress != null && suppress.met(state, now).orElse(false);
    }

    /// That what it looks at can not be known, or is known again.
    private static List<Result> knows(State state, RuleRun run, AlarmState a, Moment now) {
        var after = raises(run).alarm().unknown();
        var when = run.when();
        if (after.isEmpty()
                || when == null
                || !Rules.isAwake(state, run)
                || when.met(state, now).isPresent())
            return a.unknownSite() == AlarmState.NEVER ? List.of() : List.of(moved(state, run, AlarmMove.SURE, now));
        if (a.unknownSite() == AlarmState.NEVER) return List.of(moved(state, run, AlarmMove.UNSURE, now));
        if (a.active() || now.site() < a.unknownSite() + State.micros(after.get())) return List.of();
        return raise(state, run, true, unknown(state, run, when, now), when.seen(state, now), now);
    }

    private static String unknown(State state, RuleRun run, Condition when, Moment now) {
        var names = new ArrayList<String>();
        for (var seen : when.seen(state, now))
            if (seen.value().isEmpty())
                names.add(
                        state.program.point(seen.of()).map(Program.Point::path).orElse("what it looks at"));
        return run.rule().title().orElse(run.rule().id()) + " can not be watched: " + String.join(", ", names)
                + (names.size() > 1 ? " are unknown" : " is unknown");
    }

    private static List<Result> returns(State state, RuleRun run, AlarmState a, Moment now) {
        if (!a.active()) return List.of();
        boolean isMet = state.rules[run.number()].phase() == Phase.ACTIVE || a.unknown();
        if (isMet)
            return a.returnsSite() == AlarmState.NEVER ? List.of() : List.of(moved(state, run, AlarmMove.STAYED, now));
        long delay = State.micros(raises(run).alarm().offDelay());
        if (delay > 0 && a.returnsSite() == AlarmState.NEVER)
            return List.of(moved(
                    state,
                    run,
                    AlarmMove.RETURNING,
                    now.site() + delay,
                    false,
                    false,
                    "",
                    List.of(),
                    Principal.SYSTEM,
                    now));
        if (delay > 0 && now.site() < a.returnsSite()) return List.of();
        var when = run.when();
        List<Seen> seen = when == null ? List.of() : when.seen(state, now);
        var moved = moved(state, run, AlarmMove.RETURNED, 0, false, false, "", seen, Principal.SYSTEM, now);
        return a.isSuppressed() ? List.of(moved) : told(state, run, moved, Note.Kind.RETURNED, now);
    }

    /// It stands for long and is raised anew, or nobody saw it and others are told.
    private static List<Result> again(State state, RuleRun run, AlarmState a, Moment now) {
        if (now.site() >= againAt(run, a))
            return told(state, run, moved(state, run, AlarmMove.AGAIN, now), Note.Kind.AGAIN, now);
        long after = nextAfter(run, a);
        if (after == Hold.WITHOUT_END || now.site() < a.announcedSite() + after) return List.of();
        var moved = moved(state, run, AlarmMove.ESCALATED, after, false, false, "", List.of(), Principal.SYSTEM, now);
        return told(state, run, moved, Note.Kind.ESCALATED, now);
    }

    private static long againAt(RuleRun run, AlarmState a) {
        var again = raises(run).alarm().again();
        return a.active() && again.isPresent() ? a.announcedSite() + State.micros(again.get()) : Hold.WITHOUT_END;
    }

    /// The next `after:` of those who are told when nobody acknowledges; [Hold#WITHOUT_END] when there is none.
    private static long nextAfter(RuleRun run, AlarmState a) {
        if (a.acknowledged() || !a.active() && !a.latched()) return Hold.WITHOUT_END;
        long next = Hold.WITHOUT_END;
        for (var tell : raises(run).tells()) {
            long after = State.micros(tell.after());
            if (after > a.escalated()) next = Math.min(next, after);
        }
        return next;
    }

    // ---- what people do

    static List<Result> acknowledged(State state, Input.AlarmsAcknowledged input, Principal by, Moment now) {
        var results = new ArrayList<Result>();
        for (int alarm : new LinkedHashSet<>(input.alarms()))
            of(state, alarm)
                    .filter(_ -> state.alarms[alarm].needsAcknowledging())
                    .ifPresent(run -> results.add(said(state, run, AlarmMove.ACKNOWLEDGED, input.comment(), by, now)));
        return results;
    }

    static List<Result> reset(State state, Input.AlarmReset input, Principal by, Moment now) {
        var run = of(state, input.alarm());
        if (run.isEmpty() || state.alarms[input.alarm()].standing() != Standing.LATCHED_ACKNOWLEDGED) return List.of();
        return List.of(said(state, run.get(), AlarmMove.RESET, input.comment(), by, now));
    }

    static List<Result> shelved(State state, Input.AlarmShelved input, Principal by, Moment now) {
        var run = of(state, input.alarm());
        if (run.isEmpty()) return List.of();
        if (input.time() == 0) {
            if (state.alarms[input.alarm()].shelf().isEmpty()) return List.of();
            return thereAgain(state, run.get(), AlarmMove.UNSHELVED, by, input.reason(), now);
        }
        long most = State.micros(raises(run.get()).alarm().shelveMax());
        long until = now.site() + Math.min(input.time(), most);
        return List.of(
                moved(state, run.get(), AlarmMove.SHELVED, until, false, false, input.reason(), List.of(), by, now));
    }

    static List<Result> commented(State state, Input.AlarmCommented input, Principal by, Moment now) {
        return of(state, input.alarm())
                .map(run -> said(state, run, AlarmMove.COMMENTED, input.text(), by, now))
                .stream()
                .toList();
    }

    static List<Result> service(State state, Input.AlarmService input, Principal by, Moment now) {
        var run = of(state, input.alarm());
        if (run.isEmpty() || input.out() == state.alarms[input.alarm()].out().isPresent()) return List.of();
        return input.out()
                ? List.of(said(state, run.get(), AlarmMove.OUT_OF_SERVICE, input.reason(), by, now))
                : thereAgain(state, run.get(), AlarmMove.IN_SERVICE, by, input.reason(), now);
    }

    private static Optional<RuleRun> of(State state, int alarm) {
        return state.program.rule(alarm).filter(run -> run.alarm() != null);
    }

    // ---- moves

    /// It is taken out of the site, or its definition raises no alarm any more.
    static Result removed(State state, RuleRun run, Moment now) {
        return moved(state, run, AlarmMove.REMOVED, now);
    }

    /// What kept it from being told is over: what stands is told anew.
    private static List<Result> thereAgain(
            State state, RuleRun run, AlarmMove move, Principal by, String why, Moment now) {
        var moved = moved(state, run, move, 0, false, false, why, List.of(), by, now);
        boolean stands =
                moved.standing() == Standing.UNACKNOWLEDGED || moved.standing() == Standing.LATCHED_UNACKNOWLEDGED;
        return stands ? told(state, run, moved, Note.Kind.RAISED, now) : List.of(moved);
    }

    private static Result said(State state, RuleRun run, AlarmMove move, String text, Principal by, Moment now) {
        return moved(state, run, move, 0, false, false, text, List.of(), by, now);
    }

    private static Result.AlarmMoved moved(State state, RuleRun run, AlarmMove move, Moment now) {
        return moved(state, run, move, 0, false, false, "", List.of(), Principal.SYSTEM, now);
    }

    private static Result.AlarmMoved moved(
            State state,
            RuleRun run,
            AlarmMove move,
            long until,
            boolean unknown,
            boolean first,
            String text,
            List<Seen> seen,
            Principal by,
            Moment now) {
        int n = run.number();
        var draft =
                new Result.AlarmMoved(n, run.version(), move, Standing.NORMAL, until, unknown, first, text, seen, by);
        var standing = after(state, run, draft, now).standing();
        return new Result.AlarmMoved(n, run.version(), move, standing, until, unknown, first, text, seen, by);
    }

    private static AlarmState after(State state, RuleRun run, Result.AlarmMoved moved, Moment now) {
        return state.alarms[run.number()].moved(moved, raises(run).alarm().latch(), now, state.here);
    }

    /// A move with the messages that it makes.
    private static List<Result> told(State state, RuleRun run, Result.AlarmMoved moved, Note.Kind kind, Moment now) {
        var results = new ArrayList<Result>();
        results.add(moved);
        var next = after(state, run, moved, now);
        if (!next.isSuppressed()) Tells.add(state, run, raises(run), next, kind, now, results);
        return results;
    }

    /// Site time at which the alarm must be looked at although nothing happens; [Hold#WITHOUT_END] if never. Each
    /// is
    /// one at which it has a move.
    static long lookAgainAt(State state, RuleRun run) {
        if (run.alarm() == null) return Hold.WITHOUT_END;
        var a = state.alarms[run.number()];
        long at = a.shelf().map(AlarmState.Shelf::untilSite).orElse(Hold.WITHOUT_END);
        var unknown = raises(run).alarm().unknown();
        if (a.unknownSite() != AlarmState.NEVER && !a.active() && unknown.isPresent() && Rules.isAwake(state, run))
            at = Math.min(at, a.unknownSite() + State.micros(unknown.get()));
        if (a.active() && a.returnsSite() != AlarmState.NEVER) at = Math.min(at, a.returnsSite());
        if (a.isSuppressed()) return at;
        at = Math.min(at, againAt(run, a));
        long after = nextAfter(run, a);
        return after == Hold.WITHOUT_END ? at : Math.min(at, a.announcedSite() + after);
    }
}
