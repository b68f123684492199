package io.linkspan.site;

import io.linkspan.model.Cell.WriteState;
import io.linkspan.model.Hold;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Property.Writing;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.util.List;
import java.util.Optional;

/// Decides whether something goes to a machine, now or later, and what a machine that reads otherwise means.
final class Writes {
    /// After a start, how long a machine that is reachable is waited for to be read before it is written: 10 s.
    static final long START_GRACE_MICROS = 10_000_000;
    /// How often one value is written again because the machine reads otherwise, before a person is told.
    static final int REWRITES_MAX = 3;
    /// Shortest time between two such writes, in microseconds: 2 s.
    static final long REWRITE_PAUSE_MICROS = 2_000_000;

    private Writes() {}

    /// What follows from a machine that reads otherwise than it shall; nothing when it reads right or nobody cares.
    static List<Result> differs(State state, int property, Moment now) {
        var a = state.actuator(property);
        var reading = state.twin(property).reading();
        if (reading == null || !state.twin(property).usable() || a.desired().isEmpty()) return List.of();
        if (state.twin(property).receivedSite() != now.site()) return List.of(); // only what was read just now
        var point = state.program.point(property).orElseThrow();
        var writing = point.writing();
        if (Values.same(reading.value(), a.desired().get(), writing.tolerance())) return List.of();
        if (a.write() == WriteState.SETTLED) return local(state, point, reading.value(), now);
        if (a.write() != WriteState.DIFFERS) return List.of();
        return switch (writing.onDifference()) {
            // order() writes it again, a few times
            case REWRITE -> a.rewrites() < REWRITES_MAX ? List.of() : List.of(left(point, reading.value()));
            case ACCEPT -> List.of(localHold(state, point, reading.value(), now));
            case ALARM -> List.of(left(point, reading.value()));
        };
    }

    /// Somebody worked the machine itself.
    private static List<Result> local(State state, Program.Point point, Value seen, Moment now) {
        var change = new Result.LocalChange(point.number(), Optional.of(seen));
        return switch (point.writing().onLocalChange()) {
            case ACCEPT -> List.of(change, localHold(state, point, seen, now));
            case RESTORE -> List.of(change);
            case ALARM -> List.of(change, left(point, seen));
        };
    }

    private static Result left(Program.Point point, Value seen) {
        return new Result.Left(point.number(), Optional.of(seen));
    }

    private static Result localHold(State state, Program.Point point, Value seen, Moment now) {
        return new Result.HoldPlaced(new Hold(
                state.nextHold,
                point.number(),
                0,
                Principal.device("at " + point.thing().id()),
                Priority.MANUAL,
                new Wish.Want(seen),
                state.here,
                now.site(),
                now.site() + State.micros(point.writing().localFor())));
    }

    /// The order to write, or what keeps it back; nothing when there is nothing to do now.
    static Optional<Result> order(State state, int property, Moment now) {
        var a = state.actuator(property);
        var point = state.program.point(property).orElseThrow();
        if (a.desired().isEmpty()) return Optional.empty();
        Value desired = a.desired().get();
        boolean forced = forced(state, point, a, now);
        if (!forced && isRight(state, point.writing(), property, desired)) return Optional.empty();
        if (a.write() == WriteState.LEFT) return Optional.empty();
        var withheld = withheld(state, property);
        if (withheld.isPresent()) {
            if (a.withheld().equals(a.desired())) return Optional.empty();
            return Optional.of(new Result.WriteWithheld(property, a.desired(), withheld.get()));
        }
        if (waits(state, point, a, desired, now, forced)) return Optional.empty();
        Optional<Hold> hold = a.hold(a.charge().hold());
        return Optional.of(new Result.WriteOrdered(
                state.nextWrite,
                property,
                a.desired(),
                hold.map(Hold::id).orElse(0L),
                hold.map(Hold::placed).orElse(state.here),
                actsFirst(state, a)));
    }

    /// Why nothing may go to this machine; none when it may.
    static Optional<Result.Withheld> withheld(State state, int property) {
        if (state.outOfService(property).isPresent()) return Optional.of(Result.Withheld.OUT_OF_SERVICE);
        return state.armed ? Optional.empty() : Optional.of(Result.Withheld.WATCHING);
    }

    private static boolean actsFirst(State state, Actuator a) {
        return state.program
                .link(a.charge().link())
                .map(run -> run.link().actFirst())
                .orElse(false);
    }

    /// Whether the machine does already what it shall, or the same is on its way.
    private static boolean isRight(State state, Writing writing, int property, Value desired) {
        var a = state.actuator(property);
        if (a.write() == WriteState.SENDING || a.write() == WriteState.UNCONFIRMED)
            return a.written().isPresent() && a.written().get().equals(desired);
        var twin = state.twin(property);
        if (!twin.usable() || twin.reading() == null) return false;
        if (!state.readSinceStart(property)) return false;
        return Values.same(twin.reading().value(), desired, writing.tolerance());
    }

    private static boolean forced(State state, Program.Point point, Actuator a, Moment now) {
        var writing = point.writing();
        if (a.write() == WriteState.DIFFERS && writing.onLineUp()) return true;
        if (a.write() == WriteState.AWAIT_READ && writing.onStart() && state.reachable(point.number())) return true;
        return writing.rewriteEvery().isPresent()
                && (a.write() == WriteState.SETTLED
                        || a.write() == WriteState.UNCONFIRMED
                        || a.write() == WriteState.REFUSED)
                && a.writtenSite() != Actuator.NEVER
                && now.site()
                        >= a.writtenSite() + State.micros(writing.rewriteEvery().get());
    }

    private static boolean waits(
            State state, Program.Point point, Actuator a, Value desired, Moment now, boolean forced) {
        if (!state.reachable(point.number()) || Sleepers.asleep(state, point.number())) return true;
        if (a.write() == WriteState.REFUSED && !forced) return true;
        if (a.write() == WriteState.UNREACHABLE) return true;
        boolean awaitsRead = !forced && !state.readSinceStart(point.number()) && now.site() < readBy(state, point);
        // a device that sleeps is written while it listens: who waited for a reading of this property would miss it
        if (awaitsRead && !state.program.sleepers.has(point.number())) return true;
        if (a.rewrites() > 0 && a.write() == WriteState.DIFFERS) {
            if (a.rewrites() >= REWRITES_MAX) return true;
            if (now.site() < a.writtenSite() + REWRITE_PAUSE_MICROS) return true;
        }
        var writing = point.writing();
        boolean follows = a.write()
                != WriteState.DIFFERS; // a machine that reads otherwise is put right, however little was asked
        if (writing.leastStep() > 0
                && follows
                && !forced
                && a.written().isPresent()
                && desired.type().isQuantity()) {
            double step = Math.abs(Values.asDouble(desired).orElse(0)
                    - Values.asDouble(a.written().get()).orElse(0));
            if (step < writing.leastStep()) return true;
        }
        return writing.notMoreOften().isPresent()
                && a.writtenSite() != Actuator.NEVER
                && now.site()
                        < a.writtenSite() + State.micros(writing.notMoreOften().get());
    }

    /// After a start a machine is read before it is written; one that can not be read is written after a grace.
    private static long readBy(State state, Program.Point point) {
        return Math.max(state.startedSite, state.lines[point.connector()].sinceSite()) + START_GRACE_MICROS;
    }

    /// When an actuator must be looked at again although nothing happens; [Hold#WITHOUT_END] if never.
    static long lookAgainAt(State state, int property, long after) {
        if (!state.isActuator(property)) return Hold.WITHOUT_END;
        var point = state.program.point(property).orElseThrow();
        var a = state.actuator(property);
        long at = Hold.WITHOUT_END;
        if (a.charge().by() == Result.By.MINIMUM_TIME) at = a.charge().untilSite();
        if (a.desired().isEmpty()) return at;
        if (!state.readSinceStart(property) && state.reachable(property)) at = sooner(at, readBy(state, point), after);
        if (a.writtenSite() == Actuator.NEVER) return at;
        if (a.write() == WriteState.DIFFERS && a.rewrites() > 0 && a.rewrites() < REWRITES_MAX)
            at = sooner(at, a.writtenSite() + REWRITE_PAUSE_MICROS, after);
        var writing = point.writing();
        if (writing.notMoreOften().isPresent()
                && !isRight(state, writing, property, a.desired().get()))
            at = sooner(
                    at, a.writtenSite() + State.micros(writing.notMoreOften().get()), after);
        if (writing.rewriteEvery().isPresent()
                && a.write() != WriteState.SENDING
                && state.armed
                && state.reachable(property))
            at = sooner(
                    at, a.writtenSite() + State.micros(writing.rewriteEvery().get()), after);
        return at;
    }

    private static long sooner(long a, long b, long after) {
        return b > after ? Math.min(a, b) : a;
    }
}
