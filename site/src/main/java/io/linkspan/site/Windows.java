package io.linkspan.site;

import io.linkspan.model.Moment;
import io.linkspan.model.Quality;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.Values;
import io.linkspan.model.Window.Function;
import io.linkspan.model.Window.Join;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Decides what a window tells: a stretch that is over, one that late readings correct, readings that came too late.
final class Windows {
    /// Most stretches that are told in one step; the next step goes on.
    static final int TOLD_AT_ONCE_MAX = 1_000;

    /// Counts and sums of time beyond this are no integer that a double holds: 2^53.
    private static final double WHOLE_MAX = 1L << 53;

    private Windows() {}

    /// What a stretch comes to.
    private record Figure(Optional<Value> value, Quality quality, long covered, long readings) {}

    /// What is told now that a window's timer is due.
    static List<Result> due(State state, int property, Moment now) {
        var found = state.windows.of(property);
        if (found.isEmpty()) return List.of();
        var results = new ArrayList<Result>();
        if (now.wall() >= found.get().lookAt) caughtUp(state, found.get(), now, results);
        tell(state, found.get(), now, results);
        return results;
    }

    /// What a sliding window tells now that a reading came.
    static List<Result> heard(State state, int property, Moment now) {
        var found = state.windows.of(property);
        if (found.isEmpty()) return List.of();
        var s = found.get();
        long newest = Long.MIN_VALUE;
        for (var track : s.tracks) newest = Math.max(newest, track.newest());
        if (newest <= s.toldTo) return List.of();
        return computed(s, newest, figure(state, s, newest), false)
                .map(List::<Result>of)
                .orElse(List.of());
    }

    // ---- stretches that are over

    private static void tell(State state, WindowState s, Moment now, List<Result> results) {
        var calendar = s.run.calendar();
        long told = s.toldTo;
        long emptySince = Long.MIN_VALUE;
        for (int n = 0; n < TOLD_AT_ONCE_MAX; n++) {
            long to = calendar.end(told);
            if (to + s.run.delay() > now.wall()) break;
            long idle = idleTo(state, s, told, now);
            boolean isIdle = idle > to;
            var figure = isIdle ? NOTHING : figure(state, s, to);
            var value = computed(s, to, figure, false);
            if (value.isEmpty()) {
                if (emptySince == Long.MIN_VALUE) emptySince = told;
            } else {
                if (emptySince != Long.MIN_VALUE) results.add(nothing(s, emptySince, told));
                emptySince = Long.MIN_VALUE;
                results.add(value.get());
            }
            told = isIdle ? idle : to;
        }
        if (emptySince != Long.MIN_VALUE) results.add(nothing(s, emptySince, told));
    }

    private static final Figure NOTHING = new Figure(Optional.empty(), Quality.BAD, 0, 0);

    /// Where no source has anything to compute from any more, stretches need no look one by one: up to when.
    private static long idleTo(State state, WindowState s, long told, Moment now) {
        long until = Long.MIN_VALUE;
        var gaps = WindowStates.gaps(state);
        for (int i = 0; i < s.tracks.length; i++)
            until = Math.max(until, s.tracks[i].standsUntil(s.run.members().get(i), gaps));
        if (until == Long.MAX_VALUE || until > s.run.from(s.run.calendar().end(told))) return told;
        return s.run.calendar().start(now.wall() - s.run.delay());
    }

    private static Result nothing(WindowState s, long from, long to) {
        return new Result.Computed(s.run.number(), from, to, Optional.empty(), Quality.BAD, 0, 0, false);
    }

    private static Optional<Result> computed(WindowState s, long to, Figure f, boolean corrects) {
        if (f.value.isEmpty()) return Optional.empty();
        return Optional.of(new Result.Computed(
                s.run.number(), s.run.from(to), to, f.value, f.quality, f.covered, f.readings, corrects));
    }

    // ---- late readings

    private static void caughtUp(State state, WindowState s, Moment now, List<Result> results) {
        int corrected = 0;
        if (s.dirtyFrom <= s.dirtyTo)
            for (var told : s.told.tailMap(s.dirtyFrom, false).entrySet()) {
                if (told.getValue().from() > s.dirtyTo) continue;
                var figure = figure(state, s, told.getKey());
                boolean same = figure.value.equals(told.getValue().value())
                        && figure.quality.isUsable() == told.getValue().usable();
                if (same || figure.value.isEmpty()) continue;
                var quality = figure.quality.isUsable() ? Quality.CORRECTED : figure.quality;
                var better = new Figure(figure.value, quality, figure.covered, figure.readings);
                computed(s, told.getKey(), better, true).ifPresent(results::add);
                corrected++;
            }
        results.add(new Result.CaughtUp(s.run.number(), corrected, s.tooLate));
        if (s.tooLate == 0) return;
        results.add(new Result.Noticed(
                Result.Severity.WARNING,
                s.run.path(),
                s.run.path() + ": " + s.tooLate + (s.tooLate == 1 ? " reading" : " readings") + " came more than "
                        + io.linkspan.model.Durations.format(Duration.ofNanos(s.run.late() * 1_000))
                        + " late and " + (s.tooLate == 1 ? "is" : "are")
                        + " in none of its values; the history has them (late: waits longer)"));
    }

    // ---- figures

    private static Figure figure(State state, WindowState s, long to) {
        long from = s.run.from(to);
        long end = s.run.window().eachReading() ? to + 1 : to;
        var function = s.run.window().function();
        double rank = s.run.window().rank().orElse(0);
        boolean pools = s.run.window().join().isEmpty() && pools(function);
        var gaps = WindowStates.gaps(state);
        Track.Pane pool = null;
        var parts = new ArrayList<Double>();
        long covered = 0;
        long readings = 0;
        for (int i = 0; i < s.tracks.length; i++) {
            var member = s.run.members().get(i);
            var pane = s.tracks[i].over(from, end, s.keptFrom(), s.run, member, gaps);
            covered += pane.covered;
            readings += pane.count;
            if (pools) {
                if (pool == null) pool = pane;
                else pool.figures.merge(pane.figures);
                continue;
            }
            var part = pane.figures.figure(function, rank);
            if (part.isPresent())
                parts.add(
                        member.exact()
                                ? member.conversion().applyToDifference(part.getAsDouble())
                                : part.getAsDouble());
        }
        var figure = pool == null ? joined(s.run, parts) : pool.figures.figure(function, rank);
        var value = figure.isEmpty() ? Optional.<Value>empty() : value(s.run, figure.getAsDouble());
        long whole = (end - from) * s.tracks.length;
        return new Figure(value, quality(s.run, covered, whole), covered, readings);
    }

    private static boolean pools(Function function) {
        return switch (function) {
            case COUNT, SUM, MEAN_OF_READINGS, MIN, MAX, PERCENTILE, DEVIATION -> true;
            case MEAN, RATE, SLOPE, CONSUMPTION, TIME_IN -> false;
        };
    }

    private static OptionalDouble joined(WindowRun run, List<Double> parts) {
        if (parts.isEmpty()) return OptionalDouble.empty();
        boolean adds =
                run.window().function() == Function.CONSUMPTION || run.window().function() == Function.TIME_IN;
        var join = run.window().join().orElse(adds ? Join.SUM : Join.MEAN);
        var sum = new Aggregate.Sum();
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double part : parts) {
            sum.add(part);
            least = Math.min(least, part);
            most = Math.max(most, part);
        }
        return OptionalDouble.of(
                switch (join) {
                    case SUM -> sum.value();
                    case MEAN -> sum.value() / parts.size();
                    case MIN -> least;
                    case MAX -> most;
                });
    }

    private static Optional<Value> value(WindowRun run, double figure) {
        double x = run.isDifference()
                ? run.conversion().applyToDifference(figure)
                : run.conversion().apply(figure);
        if (!Double.isFinite(x)) return Optional.empty();
        if (run.type() == ValueType.INTEGER && Math.abs(x) > WHOLE_MAX) return Optional.empty();
        return Optional.of(Values.quantity(run.type(), x));
    }

    private static Quality quality(WindowRun run, long covered, long whole) {
        if (covered >= whole) return Quality.GOOD;
        return covered >= run.window().covered() * whole ? Quality.ESTIMATED : Quality.UNCERTAIN;
    }
}
