package io.linkspan.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/// A property that is computed: one figure of the readings of other properties, for each stretch of time. Read by
/// [SiteFile]. Immutable.
///
/// The stretches are by event time: the device's time of a reading where it can be trusted, else the receive time. Each
/// contains its first instant and not its last; its value stands at its last. The terms are those of Akidau et al., The
/// Dataflow Model (PVLDB 8(12), 2015).
///
/// @param mark where it stands in the file
/// @param length how long each stretch is
/// @param every how far one begins behind the other; none: `length`, so that they neither overlap nor leave time out
/// @param eachReading whether a value is told with each reading, for the stretch before it (a sliding window)
/// @param state of `time-in`: the flag or choice that counts; none for others, and for a condition
/// @param rank of `percentile`, above 0 and at most 100; none for others
/// @param late how much later than it happened a reading may come and still make a corrected value
/// @param waits how long after its end a stretch is told first
/// @param covered the share of the time of a stretch in which something usable must have stood for the value to be
/// usable
/// @param join how the figures of several properties become one
public record Window(
        Mark mark,
        Function function,
        Of of,
        Length length,
        Optional<Length> every,
        boolean eachReading,
        Optional<String> state,
        OptionalDouble rank,
        Duration late,
        Optional<Duration> waits,
        double covered,
        Optional<Join> join) {

    /// How late a reading may be where nothing else is said.
    public static final Duration LATE = Duration.ofMinutes(10);
    /// Longest `late`.
    public static final Duration LATE_MAX = Duration.ofDays(31);
    /// How long a stretch waits for its last readings where nothing else is said.
    public static final Duration WAITS = Duration.ofSeconds(2);
    /// Longest `wait`.
    public static final Duration WAITS_MAX = Duration.ofHours(1);
    /// Share of the time that must be covered where nothing else is said.
    public static final double COVERED = 0.9;
    /// Most properties of one window.
    public static final int MEMBERS_MAX = 1_000;

    /// What is told of a stretch.
    public enum Function {
        /// How many readings.
        COUNT,
        /// Of the readings.
        SUM,
        /// Each value weighted by how long it stood.
        MEAN,
        /// Each reading counts once.
        MEAN_OF_READINGS,
        /// The least; what stood when the stretch began counts too.
        MIN,
        /// The largest; what stood when the stretch began counts too.
        MAX,
        /// The least value that so many of a hundred readings do not exceed (nearest rank).
        PERCENTILE,
        /// How fast it grew, from the first reading to the last; of a register, what it counted by the time.
        RATE,
        /// How fast it grew, by the straight line of least squares through the readings.
        SLOPE,
        /// What a register counted, over roll-over and exchange; of other quantities, the integral over time.
        CONSUMPTION,
        /// Standard deviation of the readings (divided by their count).
        DEVIATION,
        /// How long it was so.
        TIME_IN;

        /// The word in the site file.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private boolean hasArgument() {
            return this == PERCENTILE || this == TIME_IN;
        }
    }

    /// How the figures of several properties become one.
    public enum Join {
        SUM,
        MEAN,
        MIN,
        MAX
    }

    /// What a window looks at.
    public sealed interface Of {
        /// These properties; one without a dot is of the same thing.
        record Paths(List<String> paths) implements Of {
            public Paths {
                paths = List.copyOf(paths);
            }
        }

        /// One property of all things of a kind.
        record OfKind(String kind, String property) implements Of {}

        /// A CEL condition over properties.
        record Condition(String text) implements Of {}
    }

    /// How long a stretch is: a time, or days, weeks or months of the calendar in the site's zone.
    ///
    /// @param count in microseconds, days, weeks or months
    public record Length(Unit unit, long count) {
        private static final Pattern CALENDAR = Pattern.compile("(\\d{1,5})(d|w|mo|y)");
        private static final long HOUR = 3_600_000_000L;

        /// Shortest, in microseconds.
        public static final long MICROS_MIN = 1_000;

        /// What is counted.
        public enum Unit {
            MICROS,
            DAYS,
            WEEKS,
            MONTHS
        }

        /// Reads one, or throws [IllegalArgumentException] with what would be right.
        public static Length parse(String text) {
            var m = CALENDAR.matcher(text.trim());
            Length length = m.matches()
                    ? calendar(Long.parseLong(m.group(1)), m.group(2))
                    : new Length(Unit.MICROS, Durations.micros(duration(text)));
            long least = length.unit == Unit.MICROS ? MICROS_MIN : 1;
            if (length.count < least || length.micros() > Durations.DAYS_MAX * 24L * HOUR)
                throw new IllegalArgumentException("is 1ms to 100y, not \"" + text + "\"");
            return length;
        }

        private static Duration duration(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "is a length of time such as 15min, 1h, 1d, 1w, 1mo or 1y, not \"" + text + "\"", e);
            }
        }

        private static Length calendar(long n, String unit) {
            return switch (unit) {
                case "d" -> new Length(Unit.DAYS, n);
                case "w" -> new Length(Unit.WEEKS, n);
                case "mo" -> new Length(Unit.MONTHS, n);
                default -> new Length(Unit.MONTHS, n * 12); // the pattern leaves only y
            };
        }

        /// The length in microseconds; of the calendar's, where each day has 24 hours and each month 31 days.
        public long micros() {
            return switch (unit) {
                case MICROS -> count;
                case DAYS -> count * 24 * HOUR;
                case WEEKS -> count * 7 * 24 * HOUR;
                case MONTHS -> count * 31 * 24 * HOUR;
            };
        }

        /// Whether windows can begin every so often on the clock of a zone: it divides an hour or a day, or is
        /// one day,
        /// week, month or year.
        public boolean fitsTheClock() {
            return switch (unit) {
                case MICROS -> count <= HOUR ? HOUR % count == 0 : count % HOUR == 0 && 24 * HOUR % count == 0;
                case DAYS, WEEKS -> count == 1;
                case MONTHS -> 12 % count == 0;
            };
        }

        @Override
        public String toString() {
            return switch (unit) {
                case MICROS -> Durations.format(Duration.ofNanos(count * 1_000));
                case DAYS -> count + "d";
                case WEEKS -> count + "w";
                case MONTHS -> count % 12 == 0 ? count / 12 + "y" : count + "mo";
            };
        }
    }

    /// Reads `window:` of a property.
    static Window read(Settings s) throws Invalid {
        Function function = function(s);
        var length = length(s, function.hasArgument() ? "over" : function.word())
                .orElseThrow(() -> new Invalid(
                        s.mark(), "\"over\" is missing; write for example over: 1d, the length of the window"));
        if (!function.hasArgument() && s.has("over"))
            throw s.wrong("over", "belongs to percentile and time-in; here the length stands at " + function.word());
        boolean eachReading = s.text("every").map("reading"::equals).orElse(false);
        Optional<Length> every = eachReading ? Optional.empty() : length(s, "every");
        var late = s.duration("late").orElse(LATE);
        if (late.compareTo(LATE_MAX) > 0) throw s.wrong("late", "is at most 31d");
        var waits = s.duration("wait");
        if (waits.isPresent() && waits.get().compareTo(WAITS_MAX) > 0) throw s.wrong("wait", "is at most 1h");
        double covered = s.number("covered").orElse(COVERED);
        if (covered < 0 || covered > 1)
            throw s.wrong("covered", "is a share of the time, 0 to 1, not " + s.needText("covered", "0.9"));
        var window = new Window(
                s.mark(),
                function,
                of(s, function),
                length,
                every,
                eachReading,
                state(s, function),
                rank(s, function),
                late,
                waits,
                covered,
                s.choice("join", Join.class));
        s.finish();
        return window;
    }

    private static Function function(Settings s) throws Invalid {
        Optional<Function> found = Optional.empty();
        var words = new ArrayList<String>();
        for (Function each : Function.values()) {
            words.add(each.word());
            if (!s.has(each.word())) continue;
            if (found.isPresent())
                throw s.wrong(each.word(), "stands beside " + found.get().word() + "; a window tells one of them");
            found = Optional.of(each);
        }
        if (found.isPresent()) return found.get();
        for (String known : List.of("of", "over", "every", "late", "wait", "covered", "join")) s.has(known);
        s.finish(); // a misspelt one is named with the nearest that is known
        throw new Invalid(
                s.mark(),
                "a window tells one of " + String.join(", ", words)
                        + "; write for example { of: meter.power, mean: 15min }");
    }

    private static Optional<Length> length(Settings s, String field) throws Invalid {
        var text = s.text(field);
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Length.parse(text.get()));
        } catch (IllegalArgumentException e) {
            throw s.wrong(field, e);
        }
    }

    private static Of of(Settings s, Function function) throws Invalid {
        var part = s.part("of");
        if (part.isEmpty()) {
            if (function == Function.TIME_IN)
                return new Of.Condition(s.needText("time-in", "\"boiler.temperature < 55.0\""));
            throw new Invalid(s.mark(), "\"of\" is missing; write for example of: meter.power");
        }
        return switch (part.get()) {
            case Tree.Scalar one -> new Of.Paths(List.of(one.text()));
            case Tree.Items many -> {
                var paths = new LinkedHashSet<String>();
                for (var each : many.items()) {
                    if (!(each instanceof Tree.Scalar path))
                        throw s.wrong("of", "lists properties such as meter.power");
                    if (!paths.add(path.text())) throw s.wrong("of", "names " + path.text() + " twice");
                }
                if (paths.isEmpty() || paths.size() > MEMBERS_MAX)
                    throw s.wrong("of", "names 1.." + MEMBERS_MAX + " properties");
                yield new Of.Paths(List.copyOf(paths));
            }
            case Tree.Fields _ -> {
                var f = s.below("of").orElseThrow();
                var of = new Of.OfKind(f.needName("kind"), f.needText("property", "temperature"));
                f.finish();
                yield of;
            }
        };
    }

    private static Optional<String> state(Settings s, Function function) throws Invalid {
        return function == Function.TIME_IN && s.has("of")
                ? Optional.of(s.needText("time-in", "true"))
                : Optional.empty();
    }

    private static OptionalDouble rank(Settings s, Function function) throws Invalid {
        if (function != Function.PERCENTILE) return OptionalDouble.empty();
        double rank = s.number("percentile").orElse(0.0);
        if (!(rank > 0 && rank <= 100)) throw s.wrong("percentile", "is above 0 and at most 100, for example 95");
        return OptionalDouble.of(rank);
    }

    /// The same without the place where it stands: two that say the same are equal.
    public Window unmarked() {
        return new Window(Mark.NONE, function, of, length, every, eachReading, state, rank, late, waits, covered, join);
    }

    /// The properties that it looks at, in the order of the file; of a condition, none: its expression knows them.
    ///
    /// @param thing whose property the window is
    List<String> members(Thing thing, SiteFile.Lookup lookup) throws Invalid {
        return switch (of) {
            case Of.Condition _ -> List.of();
            case Of.Paths p -> {
                var paths = new LinkedHashSet<String>();
                for (String path : p.paths()) paths.add(path.indexOf('.') < 0 ? thing.id() + "." + path : path);
                for (String path : paths) lookup.property(settings(), "of", path);
                yield List.copyOf(paths);
            }
            case Of.OfKind k -> {
                var paths = lookup.ofKind(k.kind(), k.property());
                if (paths.isEmpty())
                    throw new Invalid(
                            mark,
                            "\"of\" finds no thing of kind " + k.kind() + " with a property \"" + k.property() + "\"");
                if (paths.size() > MEMBERS_MAX)
                    throw new Invalid(
                            mark,
                            "\"of\" finds " + paths.size() + " things of kind " + k.kind()
                                    + "; a window looks at most at " + MEMBERS_MAX);
                yield paths;
            }
        };
    }

    private Settings settings() {
        return new Settings(new Tree.Fields(mark, java.util.Map.of(), java.util.Map.of()));
    }
}
