package io.linkspan.site;

import io.linkspan.model.Hold;
import io.linkspan.model.Moment;
import io.linkspan.model.Priority;
import io.linkspan.model.Property;
import io.linkspan.model.Property.Combine;
import io.linkspan.model.Result;
import io.linkspan.model.Result.By;
import io.linkspan.model.Result.Charge;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.util.List;
import java.util.Optional;

/// Decides who is in charge of an actuator: one arbiter for every protocol and every way in.
final class Arbiter {
    private Arbiter() {}

    /// Who is in charge and what the actuator shall do; no result when that stays as it is.
    static Optional<Result> decide(State state, int property, Moment now) {
        var point = state.program.point(property).orElseThrow();
        var actuator = state.actuator(property);
        Verdict verdict = minimumTime(state, point, highest(state, point), now);
        if (verdict.charge.equals(actuator.charge()) && verdict.value.equals(actuator.desired()))
            return Optional.empty();
        return Optional.of(new Result.Charged(property, verdict.charge, verdict.value));
    }

    record Verdict(Charge charge, Optional<Value> value, Priority priority) {}

    /// The highest wish within the bounds that stand above it.
    private static Verdict highest(State state, Program.Point point) {
        var actuator = state.actuator(point.number());
        var bounds = new Bounds();
        for (Hold hold : actuator.holds()) {
            if (hold.wish() instanceof Wish.Want) {
                Hold winner = combined(point.writing().combine(), hold, actuator.holds());
                Value wanted = ((Wish.Want) winner.wish()).value();
                return bounds.narrow(
                        point.must(),
                        new Charge(By.HOLD, winner.id(), winner.link(), winner.untilSite()),
                        Optional.of(wanted),
                        winner.priority());
            }
            bounds.add(hold);
        }
        var fallback = point.writing().fallback();
        if (fallback.isPresent())
            return bounds.narrow(
                    point.must(), new Charge(By.FALLBACK, 0, 0, Hold.WITHOUT_END), fallback, Priority.FALLBACK);
        if (bounds.isEmpty()) return new Verdict(Charge.NOBODY, Optional.empty(), Priority.FALLBACK);
        // nobody wishes, but a bound stands: it moves the machine only where the machine breaks it
        var narrowed = bounds.narrow(point.must(), Charge.NOBODY, state.current(point.number()), Priority.FALLBACK);
        return narrowed.charge.by() == By.BOUND
                ? narrowed
                : new Verdict(Charge.NOBODY, Optional.empty(), Priority.FALLBACK);
    }

    /// Several links and rules of the same priority as the winner become one value.
    private static Hold combined(Combine how, Hold first, List<Hold> holds) {
        if (!first.ofSite() || how == Combine.NONE || how == Combine.NEWEST) return first;
        Hold best = first;
        for (Hold h : holds) {
            if (h.priority() != first.priority() || !h.ofSite() || !(h.wish() instanceof Wish.Want w)) continue;
            double a = number(w.value());
            double b = number(((Wish.Want) best.wish()).value());
            boolean better = how == Combine.MIN || how == Combine.AND ? a < b : a > b;
            if (better) best = h;
        }
        return best;
    }

    private static double number(Value value) {
        return Values.asDouble(value).orElse(0);
    }

    /// What higher holds allow a lower one.
    private static final class Bounds {
        private double least = Double.NEGATIVE_INFINITY;
        private double most = Double.POSITIVE_INFINITY;
        private Optional<Hold> leastBy = Optional.empty();
        private Optional<Hold> mostBy = Optional.empty();
        private final java.util.ArrayList<Hold> forbids = new java.util.ArrayList<>();

        void add(Hold hold) {
            switch (hold.wish()) {
                case Wish.AtMost m -> {
                    // a higher bound is not widened nor crossed by a lower one
                    double limit = Math.max(m.limit(), least);
                    if (limit < most) {
                        most = limit;
                        mostBy = Optional.of(hold);
                    }
                }
                case Wish.AtLeast m -> {
                    double limit = Math.min(m.limit(), most);
                    if (limit > least) {
                        least = limit;
                        leastBy = Optional.of(hold);
                    }
                }
                case Wish.Forbid _ -> forbids.add(hold);
                case Wish.Want _, Wish.Hidden _ -> {}
            }
        }

        boolean isEmpty() {
            return leastBy.isEmpty() && mostBy.isEmpty() && forbids.isEmpty();
        }

        Verdict narrow(Property property, Charge charge, Optional<Value> wanted, Priority priority) {
            if (wanted.isEmpty()) return new Verdict(charge, wanted, priority);
            for (Hold h : forbids) {
                Value no = ((Wish.Forbid) h.wish()).value();
                if (!no.equals(wanted.get())) continue;
                Optional<Value> instead =
                        no instanceof Flag f ? Optional.of(f.on() ? Flag.OFF : Flag.ON) : Optional.empty();
                return bound(h, instead);
            }
            if (!property.type().isQuantity()) return new Verdict(charge, wanted, priority);
            double d = number(wanted.get());
            if (d > most) return bound(mostBy.orElseThrow(), Optional.of(Values.quantity(property.type(), most)));
            if (d < least) return bound(leastBy.orElseThrow(), Optional.of(Values.quantity(property.type(), least)));
            return new Verdict(charge, wanted, priority);
        }

        private static Verdict bound(Hold by, Optional<Value> value) {
            return new Verdict(new Charge(By.BOUND, by.id(), by.link(), by.untilSite()), value, by.priority());
        }
    }

    /// Whether an interlock at `protect` forbids to stay as it is: it does not wait for a minimum time.
    private static boolean isForbidden(Actuator actuator, Flag current) {
        for (Hold h : actuator.holds())
            if (h.priority() == Priority.PROTECT
                    && h.wish() instanceof Wish.Forbid f
                    && f.value().equals(current)) return true;
        return false;
    }

    /// Keeps the actuator as it is until its minimum time is over: a level of its own just under `protect`.
    private static Verdict minimumTime(State state, Program.Point point, Verdict verdict, Moment now) {
        if (verdict.priority == Priority.PROTECT || !(verdict.value.orElse(null) instanceof Flag next)) return verdict;
        if (!(state.current(point.number()).orElse(null) instanceof Flag current) || current.equals(next))
            return verdict;
        var actuator = state.actuator(point.number());
        var minimum =
                current.on() ? point.writing().minimumOn() : point.writing().minimumOff();
        if (minimum.isEmpty() || actuator.switchedSite() == Actuator.NEVER) return verdict;
        long until = actuator.switchedSite() + State.micros(minimum.get());
        if (now.site() >= until || isForbidden(actuator, current)) return verdict;
        return new Verdict(
                new Charge(By.MINIMUM_TIME, verdict.charge.hold(), verdict.charge.link(), until),
                Optional.of(current),
                Priority.PROTECT);
    }
}
