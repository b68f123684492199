package io.linkspan.site;

import io.linkspan.model.Conversion;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Property;
import io.linkspan.model.Result.Sort;
import io.linkspan.model.Thing;
import io.linkspan.model.Unit;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.Values;
import io.linkspan.model.Window;
import io.linkspan.model.Window.Function;
import io.linkspan.payload.Expression;
import io.linkspan.payload.Wanted;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A window made ready to run: names are numbers, units are factors, lengths are on the clock of the site's zone.
/// Immutable.
///
/// @param number of the property that it computes
/// @param type of that property
/// @param members what it looks at; of a condition one, with all properties of its expression
/// @param panes into how many steps of the calendar one stretch is cut
/// @param late how much later than it happened a reading counts, in microseconds
/// @param delay how long after its end a stretch is told first, in microseconds
/// @param conversion of the figure into the property's unit
/// @param isDifference the figure is a difference or a share of one, not a value: no offset is added
record WindowRun(
        int number,
        String path,
        int version,
        Window window,
        ValueType type,
        List<Member> members,
        WindowCalendar calendar,
        ZoneId zone,
        Window.Length step,
        int panes,
        long late,
        long delay,
        Conversion conversion,
        boolean isDifference,
        @Nullable Expression expression) {

    /// Most windows of one site.
    static final int WINDOWS_MAX = 10_000;
    /// Most steps of one window, the time for late readings included: what it keeps of each is in memory.
    static final int PANES_MAX = 10_000;
    /// A sliding window's beginning moves in steps: at least so many to its length.
    private static final int SLIDING_PANES_MIN = 60;
    private static final long SECOND = 1_000_000;
    private static final long[] SLIDING_STEPS = {
        SECOND / 1_000,
        SECOND / 100,
        SECOND / 10,
        SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        60 * SECOND,
        300 * SECOND,
        600 * SECOND,
        900 * SECOND,
        1_800 * SECOND,
        3_600 * SECOND,
        14_400 * SECOND,
        86_400 * SECOND
    };

    /// One property that is looked at.
    ///
    /// @param properties its number; of a condition all numbers of its expression
    /// @param conversion into the first member's unit
    /// @param exact it is a register of which the steps count
    /// @param state of `time-in` the value that counts
    /// @param windows the calendar of its own stretches, if it is a window: its value then stands for the time
    /// before it
    record Member(
            int[] properties,
            Conversion conversion,
            boolean exact,
            Optional<Value> state,
            @Nullable WindowCalendar windows) {
        int property() {
            return properties[0];
        }
    }

    /// A member of a window that looks at a property.
    record Use(int window, int member) {}

    /// The beginning of the stretch whose value stands at an instant.
    long from(long to) {
        return window.eachReading()
                ? calendar.end(calendar.start(to - window.length().micros()))
                : calendar.back(to, panes);
    }

    /// How far before an instant something may lie that a stretch which ends at it is made of, in microseconds.
    long reach() {
        return Math.multiplyExact(panes + 1L, step.micros()) + 2 * 3_600 * SECOND;
    }

    boolean isCondition() {
        return expression != null;
    }

    // ---- making

    /// Makes all windows of a site ready to run, by the number of their property.
    ///
    /// @throws Invalid a window does not fit its types or units, or looks at itself; at its line
    static Map<Integer, WindowRun> compile(Program program) throws Invalid {
        var making = new Making(program);
        for (int p = 1; p < program.propertiesEnd(); p++) {
            var point = program.point(p);
            if (point.isPresent()
                    && point.get().property() != null
                    && point.get().must().window().isPresent()) making.make(point.get());
        }
        return making.done;
    }

    private static final class Making {
        private final Program program;
        private final Map<Integer, WindowRun> done = new java.util.TreeMap<>();
        private final List<Integer> under = new ArrayList<>();

        Making(Program program) {
            this.program = program;
        }

        WindowRun make(Program.Point point) throws Invalid {
            var known = done.get(point.number());
            if (known != null) return known;
            var property = point.must();
            var window = property.window().orElseThrow();
            if (done.size() >= WINDOWS_MAX)
                throw new Invalid(window.mark(), "a site has at most " + WINDOWS_MAX + " windows");
            if (under.contains(point.number())) throw loop(point, window);
            under.add(point.number());
            var run = run(point, property, window);
            under.removeLast();
            done.put(point.number(), run);
            return run;
        }

        private Invalid loop(Program.Point point, Window window) {
            var names = new ArrayList<String>();
            for (int p : under.subList(under.indexOf(point.number()), under.size())) names.add(program.path(p));
            names.add(point.path());
            return new Invalid(
                    window.mark(), "a window can not be computed from itself: " + String.join(" looks at ", names));
        }

        private WindowRun run(Program.Point point, Property property, Window window) throws Invalid {
            if (program.isPrivate(point.number()))
                throw new Invalid(
                        window.mark(),
                        point.path()
                                + " belongs to a private link, and the values of a window are for all; leave one out");
            var expression = window.of() instanceof Window.Of.Condition c ? condition(window, c.text()) : null;
            var sources = sources(point.thing(), property, window, expression);
            long late = Durations.micros(window.late());
            long before = 0;
            var calendars = new HashMap<Integer, WindowRun>(); // looked up only
            for (int source : sources) {
                if (program.isPrivate(source))
                    throw new Invalid(
                            window.mark(),
                            point.path() + " looks at " + program.path(source)
                                    + ", which belongs to a private link: its values are in the link alone");
                var p = program.point(source).orElseThrow();
                if (p.must().window().isEmpty()) continue;
                var inner = make(p);
                late = Math.max(late, inner.late + inner.delay);
                before = Math.max(before, inner.delay);
                if (!inner.window.eachReading()) calendars.put(source, inner);
            }
            var step = step(window);
            int panes = panes(window, step, late);
            for (var inner : calendars.values())
                if (inner.step.micros() > step.micros())
                    throw new Invalid(
                            window.mark(),
                            inner.path + " is told every " + inner.step + ", less often than " + point.path()
                                    + " (every " + step + ")");
            var members = expression == null
                    ? members(property, window, sources, calendars)
                    : List.of(new Member(
                            sources.stream().mapToInt(i -> i).toArray(),
                            Conversion.NONE,
                            false,
                            Optional.empty(),
                            null));
            long waits = window.waits()
                    .map(Durations::micros)
                    .orElse(window.eachReading() ? 0 : Durations.micros(Window.WAITS));
            var unit = unit(property, window, sources);
            var zone = program.directory.file().zone();
            return new WindowRun(
                    point.number(),
                    point.path(),
                    program.directory.version(Sort.PROPERTY, point.path()),
                    window.unmarked(),
                    property.type(),
                    members,
                    new WindowCalendar(zone, step),
                    zone,
                    step,
                    panes,
                    late,
                    before + waits,
                    unit.map(u -> conversion(u, property)).orElse(Conversion.NONE),
                    isDifference(window.function()),
                    expression);
        }

        private static Conversion conversion(Unit unit, Property property) {
            return Units.conversion(unit, property.unit().map(Units::parse).orElse(Unit.ONE));
        }

        private @Nullable Expression condition(Window window, String text) throws Invalid {
            return Expression.compile(window.mark(), text, program.known(), Wanted.CONDITION);
        }

        private List<Integer> sources(Thing thing, Property property, Window window, @Nullable Expression expression)
                throws Invalid {
            var paths =
                    expression == null ? program.directory.file().windowed(thing, property) : expression.variables();
            if (paths.isEmpty())
                throw new Invalid(window.mark(), "the condition names no property, so it never changes");
            return paths.stream().map(program.directory::property).toList();
        }

        // ---- time

        private static Window.Length step(Window window) throws Invalid {
            if (window.eachReading()) return slidingStep(window);
            var step = window.every().orElse(window.length());
            if (step.fitsTheClock()) return step;
            throw new Invalid(
                    window.mark(),
                    step
                            + " begins at no fixed time of the clock; a window, or its every:, is what divides an hour or a day"
                            + " (1min, 15min, 1h, 6h), or 1d, 1w, 1mo, 3mo, 1y");
        }

        private static Window.Length slidingStep(Window window) throws Invalid {
            var length = window.length();
            if (length.unit() != Window.Length.Unit.MONTHS)
                for (int i = SLIDING_STEPS.length - 1; i >= 0; i--)
                    if (length.micros() / SLIDING_STEPS[i] >= SLIDING_PANES_MIN
                            && length.micros() % SLIDING_STEPS[i] == 0) return length(SLIDING_STEPS[i]);
            throw new Invalid(
                    window.mark(),
                    "every: reading goes with a length of at least 60ms in whole milliseconds, or of days, not with "
                            + length);
        }

        private static Window.Length length(long micros) {
            return micros == 86_400 * SECOND
                    ? new Window.Length(Window.Length.Unit.DAYS, 1)
                    : new Window.Length(Window.Length.Unit.MICROS, micros);
        }

        private static int panes(Window window, Window.Length step, long late) throws Invalid {
            var length = window.length();
            boolean months = length.unit() == Window.Length.Unit.MONTHS;
            boolean fits = months == (step.unit() == Window.Length.Unit.MONTHS)
                    && length.micros() % step.micros() == 0
                    && length.micros() >= step.micros();
            if (!fits)
                throw new Invalid(
                        window.mark(),
                        "every: " + step + " does not divide " + length + "; write one that does"
                                + (months ? ", or the length in days" : ""));
            long most = (length.micros() + late) / step.micros();
            if (most > PANES_MAX)
                throw new Invalid(
                        window.mark(),
                        "this window would keep " + most + " steps of " + step + ", and " + PANES_MAX
                                + " are the most; write a longer every:, or a shorter late:");
            return Math.toIntExact(length.micros() / step.micros());
        }

        // ---- what is looked at

        private List<Member> members(
                Property property, Window window, List<Integer> sources, Map<Integer, WindowRun> inner) throws Invalid {
            var members = new ArrayList<Member>();
            var first = program.point(sources.getFirst()).orElseThrow();
            for (int source : sources) {
                var point = program.point(source).orElseThrow();
                checkType(window, point);
                var of = point.must();
                boolean steps = window.function() == Function.CONSUMPTION || window.function() == Function.RATE;
                if (steps && (of.type() == ValueType.REGISTER) != (first.must().type() == ValueType.REGISTER))
                    throw new Invalid(window.mark(), first.path() + " and " + point.path() + " are not both registers");
                var run = inner.get(source);
                members.add(new Member(
                        new int[] {source},
                        alike(window, point, first),
                        steps && of.type() == ValueType.REGISTER,
                        state(window, point),
                        run == null ? null : run.calendar));
            }
            return List.copyOf(members);
        }

        private static void checkType(Window window, Program.Point point) throws Invalid {
            var type = point.must().type();
            boolean fits = switch (window.function()) {
                case COUNT, TIME_IN -> true; // the state is checked where it is read
                case SUM, MEAN, MEAN_OF_READINGS, MIN, MAX, PERCENTILE, DEVIATION ->
                    type.isQuantity() || type == ValueType.FLAG;
                case RATE, SLOPE, CONSUMPTION -> type.isQuantity();
            };
            if (!fits)
                throw new Invalid(
                        window.mark(),
                        point.path() + " is a " + type.word() + ", which has no "
                                + window.function().word());
        }

        private static Conversion alike(Window window, Program.Point point, Program.Point first) throws Invalid {
            if (window.function() == Function.COUNT || window.function() == Function.TIME_IN) return Conversion.NONE;
            var a = point.must().unit();
            var b = first.must().unit();
            if (a.isPresent() != b.isPresent())
                throw new Invalid(
                        window.mark(),
                        point.path() + " has " + a.map(u -> "the unit " + u).orElse("no unit") + " and " + first.path()
                                + " " + b.orElse("none"));
            if (a.isEmpty()) return Conversion.NONE;
            try {
                return Units.conversion(a.get(), b.orElseThrow());
            } catch (IllegalArgumentException e) {
                throw new Invalid(window.mark(), point.path() + " and " + first.path() + ": " + e.getMessage());
            }
        }

        private static Optional<Value> state(Window window, Program.Point point) throws Invalid {
            if (window.state().isEmpty()) return Optional.empty();
            var of = point.must();
            if (of.type() != ValueType.FLAG && of.type() != ValueType.CHOICE)
                throw new Invalid(
                        window.mark(),
                        "\"time-in\" of " + point.path() + " needs a condition, as it is a "
                                + of.type().word() + "; leave out of: and write for example time-in: \"" + point.path()
                                + " > 5.0\"");
            try {
                return Optional.of(
                        Values.parse(of.type(), of.choices(), window.state().get()));
            } catch (IllegalArgumentException e) {
                throw new Invalid(window.mark(), "\"time-in\" " + e.getMessage());
            }
        }

        // ---- units

        private static boolean isDifference(Function function) {
            return switch (function) {
                case DEVIATION, RATE, SLOPE, CONSUMPTION, COUNT, TIME_IN, SUM -> true;
                case MEAN, MEAN_OF_READINGS, MIN, MAX, PERCENTILE -> false;
            };
        }

        /// The unit of the figure; none where the source has none.
        private Optional<Unit> unit(Property property, Window window, List<Integer> sources) throws Invalid {
            var first = program.point(sources.getFirst()).orElseThrow().must();
            var of = first.type() == ValueType.FLAG
                    ? Optional.of(Unit.ONE)
                    : first.unit().map(Units::parse);
            Unit hour = Units.parse("h");
            var unit = switch (window.function()) {
                case COUNT -> Optional.of(Unit.ONE);
                case TIME_IN -> Optional.of(Units.parse("s"));
                case MEAN, MEAN_OF_READINGS, MIN, MAX, PERCENTILE -> of;
                case SUM -> {
                    if (of.isPresent() && of.get().hasOffset())
                        throw new Invalid(
                                window.mark(),
                                "a sum of temperatures in " + of.get().code() + " says nothing; write mean");
                    yield of;
                }
                case DEVIATION -> of.map(Unit::ofDifference);
                case RATE, SLOPE -> of.map(u -> u.over(hour));
                case CONSUMPTION ->
                    first.type() == ValueType.REGISTER ? of.map(Unit::ofDifference) : of.map(u -> u.times(hour));
            };
            if (unit.isEmpty()) return unit;
            boolean isOne = unit.get().dimension().equals(io.linkspan.model.Dimension.NONE);
            if (property.unit().isEmpty() && !isOne)
                throw new Invalid(
                        window.mark(),
                        window.function().word() + " gives " + unit.get().code() + "; write unit: "
                                + unit.get().code());
            try {
                conversion(unit.get(), property);
            } catch (IllegalArgumentException e) {
                throw new Invalid(
                        window.mark(),
                        window.function().word() + " gives " + unit.get().code() + ", the property has the unit "
                                + property.unit().orElse("1") + ": " + e.getMessage());
            }
            return unit;
        }
    }

    /// Whether what is kept of a window can go on under another definition: it says the same, of the same
    /// properties.
    boolean goesOn(WindowRun next) {
        return window.equals(next.window)
                && version == next.version
                && zone.equals(next.zone)
                && step.equals(next.step)
                && delay == next.delay
                && isCondition() == next.isCondition();
    }

    /// The numbers that a member looks at, for messages and equality.
    static boolean same(Member a, Member b) {
        return java.util.Arrays.equals(a.properties(), b.properties())
                && a.conversion().equals(b.conversion())
                && a.exact() == b.exact()
                && a.state().equals(b.state());
    }
}
