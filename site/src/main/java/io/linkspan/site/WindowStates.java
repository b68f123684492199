package io.linkspan.site;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Hold;
import io.linkspan.model.Moment;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.payload.Expression;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What all windows of a site know, and how results change it. Part of [State]: not thread-safe.
final class WindowStates {
    /// How long after the first late reading values are corrected at the earliest, in microseconds: a device that
    /// hands in
    /// an hour of readings makes one correction of each stretch. 2 s.
    static final long CORRECT_AFTER_MICROS = 2_000_000;

    /// How often at most people are told that readings came too late for a window, in microseconds: one minute.
    static final long TOO_LATE_TOLD_MICROS = 60_000_000;

    /// A wall clock that goes back by more than this begins its windows anew, in microseconds: a minute more than
    /// the
    /// window accepts late readings.
    static final long BACK_MAX_MICROS = 60_000_000;

    @Nullable
    WindowState[] states = {};

    /// Windows whose timers may be due at other times; derived, empty between steps.
    final BitSet touched = new BitSet();
    /// Sliding windows that a reading came for; derived, empty between steps.
    final BitSet heard = new BitSet();

    Optional<WindowState> of(int property) {
        return property > 0 && property < states.length ? Optional.ofNullable(states[property]) : Optional.empty();
    }

    private WindowState own(int property) {
        var s = states[property];
        if (s == null) throw new IllegalStateException("Property " + property + " has no window");
        if (s.isShared) states[property] = s = s.copy();
        return s;
    }

    /// When a window must be looked at, in site time.
    long dueSite(State state, int property) {
        var s = of(property);
        if (s.isEmpty()) return Hold.WITHOUT_END;
        return state.lastSite + (s.get().dueWall() - state.lastWall);
    }

    /// All timers may be due at other times: the clock was set.
    void touchAll() {
        for (int p = 0; p < states.length; p++) if (states[p] != null) touched.set(p);
    }

    /// Where the series of a site are missing.
    static Track.Gaps gaps(State state) {
        return new Track.Gaps() {
            @Override
            public long stop(int[] properties, long at) {
                long stop = Long.MAX_VALUE;
                for (int p : properties) {
                    var series = state.series[p];
                    for (var gap : series.gaps())
                        if (gap.fromWall() >= at && gap.toWall() > gap.fromWall())
                            stop = Math.min(stop, gap.fromWall());
                    if (series.missing()) stop = Math.min(stop, Math.max(at, series.missingSince()));
                }
                return stop;
            }

            @Override
            public List<Series> of(int[] properties) {
                if (properties.length == 1) return List.of(state.series[properties[0]]);
                return Arrays.stream(properties).mapToObj(p -> state.series[p]).toList();
            }
        };
    }

    // ---- readings

    /// Readings were taken; the twins have them already.
    void took(State state, List<Reading> readings, Moment at) {
        long newest = Reading.NO_TIME;
        for (var r : readings) newest = Math.max(newest, r.deviceTimeMicros());
        boolean clockIsRight =
                newest != Reading.NO_TIME && Math.abs(newest - at.wall()) <= Readings.DEVICE_CLOCK_MAX_MICROS;
        var conditions = new BitSet();
        for (var r : readings) {
            long when = clockIsRight && r.hasDeviceTime() ? r.deviceTimeMicros() : at.wall();
            for (var use : state.program.windowUses(r.property())) take(state, use, r, when, at, conditions);
        }
        for (int w = conditions.nextSetBit(0); w >= 0; w = conditions.nextSetBit(w + 1)) condition(state, w, at);
    }

    private void take(State state, WindowRun.Use use, Reading reading, long when, Moment at, BitSet conditions) {
        var s = own(use.window());
        var expression = s.run.expression();
        if (expression != null) {
            if (expression.variables().size() > 1) conditions.set(use.window());
            else {
                var value = reading.quality().isUsable() ? Optional.of(reading.value()) : Optional.<Value>empty();
                add(state, s, 0, when, truth(expression, _ -> value), Track.USABLE, false, at);
            }
            return;
        }
        var member = s.run.members().get(use.member());
        boolean none = reading.quality() == Quality.BAD;
        byte tag = none ? Track.NONE : reading.quality().isUsable() ? Track.USABLE : 0;
        boolean corrects = reading.quality() == Quality.CORRECTED || member.windows() != null;
        if (!member.exact()) add(state, s, use.member(), when, figure(s.run, member, reading), tag, corrects, at);
        else if (!none && reading.value() instanceof Value.Register r)
            add(state, s, use.member(), when, r.unscaled(), (byte) (tag | r.decimals()), corrects, at);
        else add(state, s, use.member(), when, 0, Track.NONE, corrects, at);
    }

    private static double figure(WindowRun run, WindowRun.Member member, Reading reading) {
        if (member.state().isPresent())
            return reading.value().equals(member.state().get()) ? 1 : 0;
        double x = run.window().function() == io.linkspan.model.Window.Function.COUNT
                ? 0
                : Values.asDouble(reading.value()).orElse(Double.NaN);
        return Track.converted(x, member.conversion());
    }

    /// A condition over several properties is looked at when one of them was read, at the time at which that came.
    private void condition(State state, int window, Moment at) {
        var s = own(window);
        var expression = s.run.expression();
        if (expression == null) return;
        int[] variables = s.run.members().getFirst().properties();
        double truth = truth(expression, i -> {
            var twin = state.twin(variables[i]);
            return twin.usable() && twin.reading() != null
                    ? Optional.of(twin.reading().value())
                    : Optional.empty();
        });
        add(state, s, 0, at.wall(), truth, Track.USABLE, true, at);
    }

    /// 1, 0, or NaN where there is no result.
    private static double truth(Expression expression, Expression.Values values) {
        if (!(expression.evaluate(values) instanceof Expression.Result.Of(var value))) return Double.NaN;
        return value.equals(Value.Flag.ON) ? 1 : 0;
    }

    private void add(
            State state, WindowState s, int member, long when, double figure, byte tag, boolean corrects, Moment at) {
        boolean none = !Double.isFinite(figure);
        add(state, s, member, when, none ? 0 : Double.doubleToLongBits(figure), none ? Track.NONE : tag, corrects, at);
    }

    private void add(
            State state, WindowState given, int member, long when, long word, byte tag, boolean corrects, Moment at) {
        int window = given.run.number();
        var s = given;
        if (at.wall() < s.seenWall - s.run.late() - BACK_MAX_MICROS) {
            states[window] = s = WindowState.fresh(s.run, at.wall());
            touched.set(window);
        }
        s.advance(at.wall());
        var of = s.run.members().get(member);
        switch (s.tracks[member].add(when, word, tag, corrects, of.exact())) {
            case TOO_LATE -> {
                s.tooLate++;
                look(s, at.wall() + TOO_LATE_TOLD_MICROS);
            }
            case ADDED -> {
                long from = of.windows() == null ? when : of.windows().start(when);
                if (from < s.toldTo) {
                    s.dirtyFrom = Math.min(s.dirtyFrom, from);
                    s.dirtyTo = Math.max(s.dirtyTo, s.tracks[member].next(when));
                    look(s, at.wall() + Math.max(s.run.delay(), CORRECT_AFTER_MICROS));
                }
                if (s.run.window().eachReading()) heard.set(window);
            }
            case REPEATED -> {}
        }
        s.settle(member, gaps(state));
    }

    private void look(WindowState s, long wall) {
        if (s.lookAt <= wall) return;
        s.lookAt = wall;
        touched.set(s.run.number());
    }

    /// A register began anew: so much is to be added to its step down.
    void turned(State state, int property, BigDecimal more, Moment at) {
        for (var use : state.program.windowUses(property)) {
            if (!own(use.window()).run.members().get(use.member()).exact()) continue;
            var s = own(use.window());
            long when = s.tracks[use.member()].turned(more);
            if (when == Long.MIN_VALUE || when >= s.toldTo) continue;
            s.dirtyFrom = Math.min(s.dirtyFrom, when);
            s.dirtyTo = Math.max(s.dirtyTo, when + 1);
            look(s, at.wall() + CORRECT_AFTER_MICROS);
        }
    }

    // ---- what was told

    void computed(State state, Result.Computed r, Moment at) {
        if (of(r.property()).isEmpty()) return;
        var s = own(r.property());
        s.advance(at.wall());
        var told = new WindowState.Told(r.fromWall(), r.value(), r.quality().isUsable());
        if (r.value().isPresent()) s.told.put(r.toWall(), told);
        else nothing(s, r);
        if (!r.corrects()) s.toldTo = Math.max(s.toldTo, r.toWall());
        for (int i = 0; i < s.tracks.length; i++) s.settle(i, gaps(state));
        s.forget();
        touched.set(r.property());
    }

    /// Several stretches without anything are told as one; late readings may still come for each.
    private static void nothing(WindowState s, Result.Computed r) {
        var calendar = s.run.calendar();
        for (long to = calendar.end(Math.max(s.toldTo, s.finalTo)); to <= r.toWall(); to = calendar.end(to))
            s.told.put(to, new WindowState.Told(s.run.from(to), Optional.empty(), false));
    }

    /// The reading of a window, for the windows that look at it.
    void looksAt(State state, Result.Computed r, Moment at) {
        var reading = r.reading();
        if (reading.isEmpty()) return;
        var conditions = new BitSet();
        boolean shows = of(r.property()).map(s -> s.run.window().eachReading()).orElse(true);
        for (var use : state.program.windowUses(r.property())) {
            boolean before = !shows && !own(use.window()).run.isCondition();
            take(state, use, reading.get(), before ? r.toWall() - 1 : r.toWall(), at, conditions);
        }
        for (int w = conditions.nextSetBit(0); w >= 0; w = conditions.nextSetBit(w + 1)) condition(state, w, at);
    }

    void caughtUp(Result.CaughtUp r) {
        if (of(r.property()).isEmpty()) return;
        var s = own(r.property());
        s.dirtyFrom = Long.MAX_VALUE;
        s.dirtyTo = Long.MIN_VALUE;
        s.lookAt = Hold.WITHOUT_END;
        s.tooLateAll += s.tooLate;
        s.tooLate = 0;
        touched.set(r.property());
    }

    // ---- definitions

    /// Another definition is in force: what says the same goes on.
    void redefined(Program next, Moment at) {
        var all = new WindowState[next.propertiesEnd()];
        for (var run : next.windows().values()) {
            var old = of(run.number());
            all[run.number()] = old.isPresent() && old.get().run.goesOn(run)
                    ? old.get().under(run)
                    : WindowState.fresh(run, at.wall());
            touched.set(run.number());
        }
        states = all;
    }

    // ---- images

    /// What is known now; each part is copied before it is changed.
    @Nullable
    WindowState[] share() {
        for (var s : states) if (s != null) s.isShared = true;
        return Arrays.copyOf(states, states.length);
    }

    static void write(ByteWriter w, @Nullable WindowState[] states) {
        for (var s : states) if (s != null) s.write(w);
    }

    void read(ByteReader r, Program program) {
        states = new WindowState[program.propertiesEnd()];
        for (var run : program.windows().values()) states[run.number()] = WindowState.read(r, run);
    }

    /// None of them is there: an image of an older version.
    void none(Program program) {
        states = new WindowState[program.propertiesEnd()];
    }
}
