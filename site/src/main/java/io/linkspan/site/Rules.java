package io.linkspan.site;

import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Link;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.Result.Ended;
import io.linkspan.model.Result.RuleMove;
import io.linkspan.model.Result.Seen;
import io.linkspan.model.Rule;
import io.linkspan.model.Rule.Life;
import io.linkspan.model.Rule.Missed;
import io.linkspan.model.Rule.Step;
import io.linkspan.model.RuleCell;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import io.linkspan.payload.Expression;
import io.linkspan.site.RuleState.Branch;
import io.linkspan.site.RuleState.Held;
import io.linkspan.site.RuleState.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides what a rule or schedule does now: at most one move at a time, until it has none left.
final class Rules {
    /// A time that is later than this is missed, and its rule's `missed` says what then: one minute.
    static final long LATE_MICROS = 60_000_000;
    /// A clock that was set back by more than this makes recurring times count from now: two hours.
    static final long SET_BACK_MICROS = 7_200_000_000L;

    private Rules() {}

    /// What follows now, if anything.
    static List<Result> look(State state, RuleRun run, Moment now) {
        var rule = state.rules[run.number()];
        if (state.rulesOff.containsKey(run.number())) return asleep(run, rule, RuleMove.OFF);
        if (!isAwake(state, run)) return asleep(run, rule, RuleMove.ASLEEP);
        var over = livedLongEnough(state, run, rule, now);
        if (!over.isEmpty()) return over;
        if (run.rule().does() instanceof Rule.Does.Plans plans) return plan(state, run, rule, plans, now);
        var r = run.reacts();
        // each time that is caught up does its steps before the next begins them anew
        if (!r.at().isEmpty() && rule.branch() != Branch.NONE && rule.wakeSite() == RuleState.GOING)
            return steps(state, run, rule, now);
        var moved = r.at().isEmpty() ? condition(state, run, rule, r, now) : times(state, run, rule, r, now);
        return moved.isEmpty() ? steps(state, run, rule, now) : moved;
    }

    static boolean isAwake(State state, RuleRun run) {
        return run.rule().modes().isEmpty() || run.rule().modes().contains(state.mode);
    }

    private static List<Result> asleep(RuleRun run, RuleState rule, RuleMove why) {
        if (rule.isIdle()) return List.of();
        var results = new ArrayList<Result>();
        results.add(moved(run, why, List.of()));
        for (var h : rule.held()) results.add(new Result.HoldEnded(h.hold(), h.property(), Ended.RULE));
        return results;
    }

    /// Holds whose own condition ends them.
    private static List<Result> livedLongEnough(State state, RuleRun run, RuleState rule, Moment now) {
        var results = new ArrayList<Result>();
        for (var h : rule.held()) {
            var until = h.step() < run.branch(h.otherwise()).size()
                    ? run.branch(h.otherwise()).get(h.step()).until()
                    : null;
            if (until != null && until.met(state, now).orElse(false))
                results.add(new Result.HoldEnded(h.hold(), h.property(), Ended.RULE));
        }
        return results;
    }

    private static Result moved(RuleRun run, RuleMove move, List<Seen> seen) {
        return moved(run, move, false, 0, Hold.WITHOUT_END, 0, seen);
    }

    private static Result moved(
            RuleRun run, RuleMove move, boolean otherwise, int step, long until, long at, List<Seen> seen) {
        return new Result.RuleMoved(run.number(), run.version(), move, otherwise, step, until, at, seen);
    }

    // ---- a condition

    private static List<Result> condition(State state, RuleRun run, RuleState rule, Rule.Does.Reacts r, Moment now) {
        var condition = counts(run, rule);
        var met = condition.met(state, now);
        if (met.isEmpty()) return unsure(state, run, rule, condition, r, now);
        boolean isMet = rule.phase() == Phase.ACTIVE && run.until() != null ? !met.get() : met.get();
        if (!rule.isSure()) return List.of(moved(run, RuleMove.SURE, condition.seen(state, now)));
        return switch (rule.phase()) {
            case IDLE -> isMet ? begins(state, run, rule, condition, r, now) : List.of();
            case MET -> {
                if (!isMet) yield List.of(moved(run, RuleMove.CALLED_OFF, condition.seen(state, now)));
                long due = rule.met().sinceSite() + State.micros(r.held());
                if (now.site() < due) yield List.of();
                if (r.missed() == Missed.SKIP && now.site() - due > LATE_MICROS)
                    yield List.of(moved(run, RuleMove.SKIPPED, condition.seen(state, now)));
                yield fires(state, run, rule, 0, condition.seen(state, now), now);
            }
            case ACTIVE -> isMet ? List.of() : ends(state, run, rule, condition.seen(state, now), now);
        };
    }

    /// The condition that counts: once the rule acted and has an `until`, that one.
    private static Condition counts(RuleRun run, RuleState rule) {
        var until = run.until();
        var when = run.when();
        if (rule.phase() == Phase.ACTIVE && until != null) return until;
        if (when == null) throw new IllegalStateException(run.rule().id() + " has no condition");
        return when;
    }

    private static List<Result> begins(
            State state, RuleRun run, RuleState rule, Condition condition, Rule.Does.Reacts r, Moment now) {
        if (rule.isLimited(now.site())) return List.of();
        if (r.held().isZero()) return fires(state, run, rule, 0, condition.seen(state, now), now);
        return List.of(
                moved(run, RuleMove.MET, false, 0, now.site() + State.micros(r.held()), 0, condition.seen(state, now)));
    }

    private static List<Result> fires(
            State state, RuleRun run, RuleState rule, long atWall, List<Seen> seen, Moment now) {
        if (rule.isLimited(now.site())) return List.of();
        if (!rule.actsTooOften(now.site()))
            return List.of(moved(run, RuleMove.FIRED, false, 0, Hold.WITHOUT_END, atWall, seen));
        long until = now.site() + RuleState.RECENT_MICROS;
        return List.of(
                moved(run, RuleMove.LIMITED, false, 0, until, 0, seen),
                new Result.Noticed(
                        Result.Severity.HIGH,
                        "rule " + run.rule().id(),
                        "Rule " + run.rule().id() + " acted too often (" + RuleState.FIRED_MAX
                                + " times within a minute) and is stopped for a minute: what it does seems to come back to what it looks at"));
    }

    /// The condition is met no longer: what lived with it ends.
    private static List<Result> ends(State state, RuleRun run, RuleState rule, List<Seen> seen, Moment now) {
        var results = new ArrayList<Result>();
        results.add(moved(run, RuleMove.ENDED, seen));
        long next = state.nextHold;
        for (var h : rule.held()) {
            if (!(run.branch(h.otherwise()).get(h.step()).step() instanceof Step.Hold step)) continue;
            if (step.life() instanceof Life.WhileMet)
                results.add(new Result.HoldEnded(h.hold(), h.property(), Ended.RULE));
            if (step.life() instanceof Life.Linger linger) results.addAll(lingers(state, h, linger, next++, now));
        }
        return results;
    }

    private static List<Result> lingers(State state, Held held, Life.Linger linger, long id, Moment now) {
        var old = state.actuator(held.property()).hold(held.hold());
        if (old.isEmpty() || old.get().untilSite() != Hold.WITHOUT_END) return List.of(); // its time runs already
        var hold = hold(
                id,
                held.property(),
                old.get().by(),
                old.get().priority(),
                old.get().wish(),
                state,
                now,
                now.site() + State.micros(linger.time()));
        return List.of(
                new Result.HoldEnded(held.hold(), held.property(), Ended.REPLACED),
                new Result.HoldPlaced(hold),
                new Result.RuleHolds(number(state, old.get()), held.otherwise(), held.step(), id, held.property()));
    }

    private static int number(State state, Hold hold) {
        return state.program.directory.rule(hold.by().name());
    }

    private static Hold hold(
            long id,
            int property,
            Principal by,
            io.linkspan.model.Priority priority,
            Wish wish,
            State state,
            Moment now,
            long until) {
        return new Hold(id, property, 0, by, priority, wish, state.here, now.site(), until);
    }

    /// What it looks at can not be known: it goes on as it is for a while, then lets go if it shall.
    private static List<Result> unsure(
            State state, RuleRun run, RuleState rule, Condition condition, Rule.Does.Reacts r, Moment now) {
        if (rule.phase() == Phase.IDLE) return List.of();
        if (rule.isSure()) return List.of(moved(run, RuleMove.UNSURE, condition.seen(state, now)));
        if (now.site() < silentAt(rule, r)) return List.of();
        var results = new ArrayList<Result>();
        results.add(moved(run, RuleMove.SILENT, condition.seen(state, now)));
        for (var h : rule.held())
            if (!isKept(run, h)
                    && state.actuator(h.property())
                            .hold(h.hold())
                            .map(x -> x.untilSite() == Hold.WITHOUT_END)
                            .orElse(false)) results.add(new Result.HoldEnded(h.hold(), h.property(), Ended.RULE));
        return results;
    }

    /// Whether a hold lives until a person releases it.
    private static boolean isKept(RuleRun run, Held h) {
        var steps = run.branch(h.otherwise());
        return h.step() < steps.size()
                && steps.get(h.step()).step() instanceof Step.Hold step
                && step.life() instanceof Life.Released;
    }

    /// Whether a rule placed it, to be released by a person.
    static boolean isKept(State state, Hold hold) {
        if (!hold.ofRule()) return false;
        var run = state.program.rule(number(state, hold));
        if (run.isEmpty()) return false;
        for (var h : state.rules[run.get().number()].held()) if (h.hold() == hold.id()) return isKept(run.get(), h);
        return false;
    }

    private static long silentAt(RuleState rule, Rule.Does.Reacts r) {
        boolean lets = r.silent().then() == Link.Then.RELEASE;
        return lets ? rule.met().unsureSince() + State.micros(r.silent().after()) : Hold.WITHOUT_END;
    }

    // ---- times

    private static List<Result> times(State state, RuleRun run, RuleState rule, Rule.Does.Reacts r, Moment now) {
        if (rule.lastAtWall() > now.wall() + SET_BACK_MICROS)
            return List.of(moved(run, RuleMove.COUNTS_ANEW, false, 0, Hold.WITHOUT_END, now.wall(), List.of()));
        long at = nextAt(state, run, rule, now.wall());
        if (at > now.wall()) return List.of();
        if (now.wall() - at > LATE_MICROS && r.missed() != Missed.LATE) {
            at = newest(state, run, now.wall());
            if (r.missed() == Missed.SKIP && now.wall() - at > LATE_MICROS)
                return List.of(moved(run, RuleMove.SKIPPED, false, 0, Hold.WITHOUT_END, at, List.of()));
        }
        var when = run.when();
        List<Seen> seen = when == null ? List.of() : when.seen(state, now);
        if (when == null || when.met(state, now).orElse(false)) {
            var fired = fires(state, run, rule, at, seen, now);
            // it is stopped: all that passed is given up at once, however much that is
            return fired.isEmpty()
                    ? List.of(moved(
                            run, RuleMove.SKIPPED, false, 0, Hold.WITHOUT_END, newest(state, run, now.wall()), seen))
                    : fired;
        }
        return List.of(moved(run, RuleMove.NOT_MET, false, 0, Hold.WITHOUT_END, at, seen));
    }

    /// Wall time of the first recurring time that was not dealt with; [Long#MAX_VALUE] when there is none.
    private static long nextAt(State state, RuleRun run, RuleState rule, long wall) {
        long from = rule.lastAtWall() > wall + SET_BACK_MICROS ? wall : rule.lastAtWall();
        long next = Long.MAX_VALUE;
        for (var each : run.at()) next = Math.min(next, each.next(from, zone(state), position(state)));
        return next;
    }

    private static long newest(State state, RuleRun run, long wall) {
        long newest = Long.MIN_VALUE;
        for (var each : run.at()) newest = Math.max(newest, each.previous(wall, zone(state), position(state)));
        return newest;
    }

    private static java.time.ZoneId zone(State state) {
        return state.program.directory.file().zone();
    }

    private static Optional<Value.Position> position(State state) {
        return state.program.directory.file().position();
    }

    // ---- schedules

    private static List<Result> plan(State state, RuleRun run, RuleState rule, Rule.Does.Plans plans, Moment now) {
        int point = 0;
        long newest = Long.MIN_VALUE;
        for (int i = 0; i < run.at().size(); i++) {
            long at = run.at().get(i).previous(now.wall(), zone(state), position(state));
            if (at == Long.MIN_VALUE || at < newest) continue;
            newest = at;
            point = i + 1;
        }
        boolean isSetBack = rule.lastAtWall() > now.wall() + SET_BACK_MICROS; // then times count from what it shows
        if (point == 0 || point == rule.step() && newest <= rule.lastAtWall() && !isSetBack) return List.of();
        var results = new ArrayList<Result>();
        if (point == rule.step()) { // again: it holds already what it holds
            results.add(moved(run, RuleMove.POINT, false, point, Hold.WITHOUT_END, newest, List.of()));
            return results;
        }
        var value = plans.points().get(point - 1).value();
        for (var h : rule.held())
            results.add(new Result.HoldEnded(h.hold(), h.property(), value.isPresent() ? Ended.REPLACED : Ended.RULE));
        results.add(moved(run, RuleMove.POINT, false, point, Hold.WITHOUT_END, newest, List.of()));
        if (value.isPresent()) {
            var by = Principal.rule(run.rule().id());
            long id = state.nextHold;
            var wish = new Wish.Want(value.get());
            results.add(new Result.HoldPlaced(
                    hold(id, run.target(), by, run.rule().priority(), wish, state, now, Hold.WITHOUT_END)));
            results.add(new Result.RuleHolds(run.number(), false, point - 1, id, run.target()));
        }
        return results;
    }

    // ---- steps

    private static List<Result> steps(State state, RuleRun run, RuleState rule, Moment now) {
        if (rule.branch() == Branch.NONE) return List.of();
        boolean isElse = rule.branch() == Branch.ELSE;
        var all = run.branch(isElse);
        var results = new ArrayList<Result>();
        boolean waited = rule.wakeSite() != RuleState.GOING;
        int i = rule.step();
        for (; i < all.size(); i++) {
            var ready = all.get(i);
            var wake = wakes(state, ready, rule, waited, now);
            if (wake.isPresent()) {
                if (waited && i == rule.step() && wake.get() == rule.wakeSite()) return List.of();
                results.add(moved(run, RuleMove.STEPPED, isElse, i, wake.get(), 0, List.of()));
                return results;
            }
            waited = false;
            results.addAll(does(state, run, ready, isElse, i, results, now));
            if (ready.step() instanceof Step.Invoke) { // the next one counts on from what this one opened
                results.add(moved(run, RuleMove.STEPPED, isElse, i + 1, RuleState.GOES_ON, 0, List.of()));
                return results;
            }
        }
        results.add(moved(run, RuleMove.STEPPED, isElse, i, Hold.WITHOUT_END, 0, List.of()));
        return results;
    }

    /// Until when a step waits; none when it does not, or no longer.
    private static Optional<Long> wakes(State state, RuleRun.Ready ready, RuleState rule, boolean waited, Moment now) {
        if (ready.step() instanceof Step.Wait wait) {
            long wake = waited ? rule.wakeSite() : now.site() + State.micros(wait.time());
            return now.site() >= wake ? Optional.empty() : Optional.of(wake);
        }
        var until = ready.until();
        if (!(ready.step() instanceof Step.Await await) || until == null) return Optional.empty();
        if (until.met(state, now).orElse(false)) return Optional.empty();
        long wake = waited
                ? rule.wakeSite()
                : await.atMost().map(t -> now.site() + State.micros(t)).orElse(Hold.WITHOUT_END);
        return now.site() >= wake ? Optional.empty() : Optional.of(wake);
    }

    private static List<Result> does(
            State state, RuleRun run, RuleRun.Ready ready, boolean isElse, int i, List<Result> before, Moment now) {
        var by = Principal.rule(run.rule().id());
        return switch (ready.step()) {
            case Step.Hold step -> holds(state, run, ready, step, isElse, i, before, now);
            case Step.Release _ -> {
                var results = new ArrayList<Result>();
                for (var h : held(state, run, before))
                    if (h.property() == ready.target())
                        results.add(new Result.HoldEnded(h.id(), h.property(), Ended.RULE));
                yield results;
            }
            case Step.Mode step ->
                state.mode.equals(step.mode()) ? List.of() : List.of(new Result.ModeIs(step.mode(), by));
            case Step.Invoke step ->
                Commands.invoke(state, new Input.Invoke("", ready.target(), step.value(), 0), by, now);
            case Step.Raise _ -> Alarms.raised(state, run, now);
            case Step.Tell step ->
                List.of(new Result.Noticed(step.severity(), "rule " + run.rule().id(), step.text()));
            case Step.Wait _, Step.Await _ -> List.of();
        };
    }

    /// The rule's holds, those that the results so far placed and ended worked in.
    private static List<Hold> held(State state, RuleRun run, List<Result> before) {
        var all = new ArrayList<Hold>();
        for (var h : state.rules[run.number()].held())
            state.actuator(h.property()).hold(h.hold()).ifPresent(all::add);
        for (var r : before) {
            if (r instanceof Result.HoldPlaced placed) all.add(placed.hold());
            if (r instanceof Result.HoldEnded ended) all.removeIf(h -> h.id() == ended.hold());
        }
        return all;
    }

    private static List<Result> holds(
            State state,
            RuleRun run,
            RuleRun.Ready ready,
            Step.Hold step,
            boolean isElse,
            int i,
            List<Result> before,
            Moment now) {
        var wish = wish(state, ready, step, now);
        if (wish.isEmpty())
            return List.of(new Result.Noticed(
                    Result.Severity.WARNING,
                    "rule " + run.rule().id(),
                    "Rule " + run.rule().id() + " did not set " + step.to() + ": what it computes has no value now"));
        var results = new ArrayList<Result>();
        for (var h : held(state, run, before))
            if (h.property() == ready.target()
                    && h.wish().getClass() == wish.get().getClass())
                results.add(new Result.HoldEnded(h.id(), h.property(), Ended.REPLACED));
        long id = state.nextHold;
        for (var r : before) if (r instanceof Result.HoldPlaced) id++;
        long until = step.life() instanceof Life.For f ? now.site() + State.micros(f.time()) : Hold.WITHOUT_END;
        var by = Principal.rule(run.rule().id());
        results.add(new Result.HoldPlaced(
                hold(id, ready.target(), by, run.rule().priority(), wish.get(), state, now, until)));
        results.add(new Result.RuleHolds(run.number(), isElse, i, id, ready.target()));
        return results;
    }

    private static Optional<Wish> wish(State state, RuleRun.Ready ready, Step.Hold step, Moment now) {
        if (step.asks() instanceof Rule.Asks.Fixed fixed) return Optional.of(fixed.wish());
        var asks = ready.asks();
        if (asks == null || !(asks.evaluate(state, now) instanceof Expression.Result.Of of)) return Optional.empty();
        if (!of.value().type().isQuantity()) return Optional.of(new Wish.Want(of.value()));
        var target = state.program.point(ready.target()).orElseThrow().must();
        double y = Links.clamp(target, Values.asDouble(of.value()).orElseThrow());
        return Optional.of(new Wish.Want(Values.quantity(target.type(), y)));
    }

    // ---- what people are shown

    static RuleCell cell(State state, RuleRun run) {
        var rule = state.rules[run.number()];
        long toWall = state.lastWall - state.lastSite;
        var off = state.rulesOff.get(run.number());
        var how = off != null ? RuleCell.State.OFF : how(state, run, rule);
        long until = how == RuleCell.State.OFF ? Hold.WITHOUT_END : actsNext(state, run, rule);
        return new RuleCell(
                run.number(),
                how,
                off == null ? rule.met().sinceSite() + toWall : off.sinceWall(),
                until == Hold.WITHOUT_END ? 0 : until + toWall,
                rule.acts().fired(),
                rule.acts().firedWall(),
                rule.held().stream().map(Held::property).distinct().toList(),
                off == null ? "" : off.reason(),
                rule.here());
    }

    private static RuleCell.State how(State state, RuleRun run, RuleState rule) {
        if (!isAwake(state, run)) return RuleCell.State.ASLEEP;
        if (rule.isLimited(state.lastSite)) return RuleCell.State.LIMITED;
        if (!rule.isSure()) return RuleCell.State.UNSURE;
        if (rule.branch() != Branch.NONE) return RuleCell.State.WAITING;
        if (run.target() != 0) return rule.step() == 0 ? RuleCell.State.IDLE : RuleCell.State.ACTIVE;
        return switch (rule.phase()) {
            case IDLE -> rule.held().isEmpty() ? RuleCell.State.IDLE : RuleCell.State.ACTIVE;
            case MET -> RuleCell.State.MET;
            case ACTIVE -> RuleCell.State.ACTIVE;
        };
    }

    // ---- timers

    /// Site time at which the rule does something if nothing happens before; [Hold#WITHOUT_END] if that is not
    /// known.
    private static long actsNext(State state, RuleRun run, RuleState rule) {
        long toSite = state.lastSite - state.lastWall;
        if (!isAwake(state, run)) return Hold.WITHOUT_END;
        long at = run.at().isEmpty() ? Hold.WITHOUT_END : site(nextAt(state, run, rule, state.lastWall), toSite);
        if (!(run.rule().does() instanceof Rule.Does.Reacts r)) return at;
        if (rule.branch() != Branch.NONE && rule.wakeSite() != RuleState.GOING) at = Math.min(at, rule.wakeSite());
        if (rule.isLimited(state.lastSite)) return Math.min(at, rule.acts().limitedUntil());
        if (!rule.isSure() && rule.phase() != Phase.IDLE) return Math.min(at, silentAt(rule, r));
        return rule.phase() == Phase.MET ? Math.min(at, rule.met().sinceSite() + State.micros(r.held())) : at;
    }

    /// Site time at which the rule must be looked at although nothing happens; [Hold#WITHOUT_END] if never.
    static long lookAgainAt(State state, RuleRun run, long after) {
        var rule = state.rules[run.number()];
        if (state.rulesOff.containsKey(run.number()) || !isAwake(state, run)) return Hold.WITHOUT_END;
        long at = actsNext(state, run, rule);
        if (!run.usesClock()) return at;
        long toSite = state.lastSite - state.lastWall;
        return Math.min(at, Ambience.nextMinute(after - toSite) + toSite);
    }

    private static long site(long wall, long toSite) {
        return wall == Long.MAX_VALUE ? Hold.WITHOUT_END : wall + toSite;
    }
}
