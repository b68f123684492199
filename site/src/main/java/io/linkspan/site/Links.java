package io.linkspan.site;

import io.linkspan.model.Hold;
import io.linkspan.model.Link;
import io.linkspan.model.Link.Does;
import io.linkspan.model.Moment;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Result.Move;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import io.linkspan.payload.Expression;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Decides what a link wishes.
final class Links {
    /// A PID's longest step in seconds: after a pause it does not jump.
    static final double PID_STEP_SECONDS_MAX = 60;

    private Links() {}

    /// What a link does now that one of its sources was read, if anything.
    static Optional<Result> look(State state, Program.Run run, Moment now) {
        var link = state.links[run.number()];
        if (!heard(state, run, link)) return Optional.empty();
        return switch (run.link().does()) {
            case Does.Switch s -> threshold(state, run, link, s);
            case Does.Scale s -> scale(state, run, link, s);
            case Does.Map _ -> map(state, run, link);
            case Does.Interlock i -> interlock(state, run, link, i);
            case Does.Pid p -> pid(state, run, link, p, now);
        };
    }

    /// Whether all sources have a usable value of about the same time and, after a silence, were heard and told
    /// anew.
    private static boolean heard(State state, Program.Run run, LinkState link) {
        long oldest = Long.MAX_VALUE;
        long newest = Long.MIN_VALUE;
        for (int source : run.sources()) {
            var twin = state.twin(source);
            if (!twin.usable()) return false;
            if (link.silent() && twin.usableSite() <= link.silentSince()) return false;
            oldest = Math.min(oldest, twin.usableSite());
            newest = Math.max(newest, twin.usableSite());
        }
        if (run.sources().length == 0) return false;
        if (link.silent() && run.heartbeat() != 0 && state.twin(run.heartbeat()).usableSite() <= link.silentSince())
            return false;
        return run.link().maxSkew().isEmpty()
                || newest - oldest <= State.micros(run.link().maxSkew().get());
    }

    /// Site time at which the link's source will be silent if nothing more is heard; [Hold#WITHOUT_END] while it
    /// is.
    static long silentAt(State state, Program.Run run) {
        var link = state.links[run.number()];
        if (link.silent()) return Hold.WITHOUT_END;
        long heard = Long.MAX_VALUE;
        if (run.heartbeat() != 0) heard = state.twin(run.heartbeat()).usableSite();
        else
            for (int source : run.sources())
                heard = Math.min(heard, state.twin(source).usableSite());
        if (heard == Long.MAX_VALUE) return Hold.WITHOUT_END;
        return Math.max(heard, Math.max(link.since(), state.startedSite))
                + State.micros(run.link().silent().after());
    }

    /// Site time at which the careful value of a silent source ends; [Hold#WITHOUT_END] when there is none.
    static long carefulEndAt(State state, Program.Run run) {
        var link = state.links[run.number()];
        var atMost = run.link().silent().atMost();
        if (!link.careful() || atMost.isEmpty()) return Hold.WITHOUT_END;
        return link.silentSince() + State.micros(atMost.get());
    }

    /// The source is silent: a limit holds its careful value, a use lets go.
    static Result silent(Program.Run run) {
        return moved(
                run,
                Move.SILENT,
                Double.NaN,
                run.link().isLimit() ? run.link().silent().value() : Optional.empty(),
                0,
                0);
    }

    /// The careful value is over.
    static Result carefulEnd(Program.Run run) {
        return moved(run, Move.CAREFUL_END, Double.NaN, Optional.empty(), 0, 0);
    }

    private static Result moved(
            Program.Run run, Move move, double seen, Optional<Wish> wish, double integral, double last) {
        return new Result.LinkMoved(run.number(), run.version(), move, seen, wish, integral, last);
    }

    /// The link's wish from now on; no result when nothing changes.
    private static Optional<Result> wishes(Program.Run run, LinkState link, double seen, Optional<Wish> wish) {
        if (link.silent()) return Optional.of(moved(run, Move.HEARD, seen, wish, 0, 0));
        if (wish.equals(link.wish())) return Optional.empty();
        if (wish.isPresent() && within(link.wish(), wish.get(), run.link().deadBand())) return Optional.empty();
        return Optional.of(moved(run, wish.isPresent() ? Move.HOLDS : Move.LETS_GO, seen, wish, 0, 0));
    }

    private static boolean within(Optional<Wish> old, Wish next, double deadBand) {
        if (deadBand == 0 || old.isEmpty()) return false;
        OptionalDouble a = number(old.get());
        OptionalDouble b = number(next);
        return old.get().getClass() == next.getClass()
                && a.isPresent()
                && b.isPresent()
                && Math.abs(a.getAsDouble() - b.getAsDouble()) < deadBand;
    }

    private static OptionalDouble number(Wish wish) {
        return switch (wish) {
            case Wish.Want w -> w.value().type().isQuantity() ? Values.asDouble(w.value()) : OptionalDouble.empty();
            case Wish.AtMost m -> OptionalDouble.of(m.limit());
            case Wish.AtLeast m -> OptionalDouble.of(m.limit());
            case Wish.Forbid _, Wish.Hidden _ -> OptionalDouble.empty();
        };
    }

    private static double source(State state, Program.Run run) {
        return Values.asDouble(value(state, run.sources()[0])).orElse(Double.NaN);
    }

    private static Value value(State state, int property) {
        var reading = state.twin(property).reading();
        if (reading == null)
            throw new IllegalStateException("Property " + property + " was looked at before it was read");
        return reading.value();
    }

    // ---- thresholds

    private static Optional<Result> threshold(State state, Program.Run run, LinkState link, Does.Switch s) {
        double x = source(state, run) - own(state, run, s);
        Optional<Wish> wish = link.wish();
        if (x > s.above()) wish = s.whenAbove().map(Wish.Want::new);
        else if (x < s.below()) wish = s.whenBelow().map(Wish.Want::new);
        return wishes(run, link, x, wish);
    }

    /// What the target draws while it is on: it is behind this meter, and its own draw is no reason to switch it.
    private static double own(State state, Program.Run run, Does.Switch s) {
        if (s.own().isEmpty()) return 0;
        return switch (s.own().get()) {
            case Link.Own.Rated r -> isOn(state, run.target()) ? r.amount() : 0;
            case Link.Own.Measured _ ->
                state.twin(run.own()).usable()
                        ? run.beside()
                                .apply(Values.asDouble(value(state, run.own())).orElse(0))
                        : 0;
        };
    }

    private static boolean isOn(State state, int target) {
        return state.measured(target)
                        .flatMap(v -> Values.asDouble(v).stream().boxed().findFirst())
                        .orElse(0.0)
                != 0;
    }

    // ---- passing a value on

    private static Optional<Result> scale(State state, Program.Run run, LinkState link, Does.Scale s) {
        Value value = value(state, run.sources()[0]);
        if (!value.type().isQuantity()) return wishes(run, link, Double.NaN, Optional.of(new Wish.Want(value)));
        double x = Values.asDouble(value).orElseThrow();
        double y = run.conversion().apply(x) * s.factor() + s.offset();
        return wishes(run, link, x, wish(state, run, y));
    }

    private static Optional<Wish> wish(State state, Program.Run run, double y) {
        if (!Double.isFinite(y)) return Optional.empty();
        Property target = state.program.point(run.target()).orElseThrow().must();
        return Optional.of(
                switch (run.link().bound()) {
                    case NONE -> new Wish.Want(Values.quantity(target.type(), clamp(target, y)));
                    case AT_MOST -> new Wish.AtMost(y);
                    case AT_LEAST -> new Wish.AtLeast(y);
                });
    }

    /// No link asks a machine for more than its property can be.
    static double clamp(Property target, double y) {
        double min = target.min().orElse(Double.NEGATIVE_INFINITY);
        double max = target.max().orElse(Double.POSITIVE_INFINITY);
        return Math.max(min, Math.min(max, y));
    }

    private static Optional<Result> map(State state, Program.Run run, LinkState link) {
        return switch (evaluate(state, run)) {
            case Expression.Result.NoValue _ -> Optional.empty(); // as if nothing was read: silence will tell
            case Expression.Result.Of of -> {
                if (!of.value().type().isQuantity())
                    yield wishes(run, link, seen(state, run), Optional.of(new Wish.Want(of.value())));
                double y = Values.asDouble(of.value()).orElseThrow();
                yield wishes(run, link, seen(state, run), wish(state, run, y));
            }
        };
    }

    private static Optional<Result> interlock(State state, Program.Run run, LinkState link, Does.Interlock i) {
        return switch (evaluate(state, run)) {
            case Expression.Result.NoValue _ -> Optional.empty();
            case Expression.Result.Of of ->
                wishes(
                        run,
                        link,
                        seen(state, run),
                        of.value().equals(Value.Flag.ON) ? Optional.of(i.wish()) : Optional.empty());
        };
    }

    private static double seen(State state, Program.Run run) {
        return run.sources().length == 1 ? source(state, run) : Double.NaN;
    }

    private static Expression.Result evaluate(State state, Program.Run run) {
        @Nullable Expression expression = run.expression();
        if (expression == null)
            throw new IllegalStateException("Link " + run.link().id() + " has no expression");
        return expression.evaluate(variable -> {
            var twin = state.twin(run.variables()[variable]);
            return twin.usable() ? Optional.ofNullable(twin.reading()).map(r -> r.value()) : Optional.empty();
        });
    }

    // ---- PID (parallel form, derivative on the measurement, integral clamped; Astrom and Hagglund, PID Controllers,
    // 3.5)

    private static Optional<Result> pid(State state, Program.Run run, LinkState link, Does.Pid p, Moment now) {
        OptionalDouble setpoint = setpoint(state, run, p);
        if (setpoint.isEmpty()) return Optional.empty();
        double x = source(state, run);
        boolean first = link.steppedSite() == LinkState.HEARD;
        double dt = first ? 0 : Math.min((now.site() - link.steppedSite()) / 1e6, PID_STEP_SECONDS_MAX);
        if (!first && dt <= 0) return Optional.empty();
        double error = setpoint.getAsDouble() - x;
        double proportional = p.gain() * error;
        double derivative =
                dt > 0 && p.derivativeTime() > 0 ? -p.gain() * p.derivativeTime() * (x - link.last()) / dt : 0;
        double integral;
        if (first || !inCharge(state, run)) {
            // bumpless: it begins where the actuator is, whoever put it there
            integral = actual(state, run).orElse(p.least()) - proportional;
        } else {
            integral = link.integral();
            double wanted = proportional + integral + derivative;
            boolean windsUp =
                    (wanted >= p.most() && p.gain() * error > 0) || (wanted <= p.least() && p.gain() * error < 0);
            if (p.integralTime() > 0 && !windsUp) integral += p.gain() * error * dt / p.integralTime();
        }
        integral = Math.max(p.least() - proportional, Math.min(p.most() - proportional, integral));
        double y = Math.max(p.least(), Math.min(p.most(), proportional + integral + derivative));
        Property target = state.program.point(run.target()).orElseThrow().must();
        Wish wish = new Wish.Want(Values.quantity(target.type(), y));
        boolean same = !link.silent()
                && (Optional.of(wish).equals(link.wish())
                        || within(link.wish(), wish, run.link().deadBand()));
        Move move = link.silent() ? Move.HEARD : same ? Move.STEPPED : Move.HOLDS;
        return Optional.of(moved(run, move, x, Optional.of(wish), integral, x));
    }

    private static OptionalDouble setpoint(State state, Program.Run run, Does.Pid p) {
        if (run.setpoint() == 0) return OptionalDouble.of(Double.parseDouble(p.setpoint()));
        return state.twin(run.setpoint()).usable()
                ? OptionalDouble.of(run.beside()
                        .apply(Values.asDouble(value(state, run.setpoint())).orElse(0)))
                : OptionalDouble.empty();
    }

    private static boolean inCharge(State state, Program.Run run) {
        return state.actuator(run.target()).charge().link() == run.number();
    }

    private static OptionalDouble actual(State state, Program.Run run) {
        var current = state.current(run.target());
        return current.isPresent() ? Values.asDouble(current.get()) : OptionalDouble.empty();
    }
}
