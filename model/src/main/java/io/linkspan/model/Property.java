package io.linkspan.model;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a thing has, as the site file declares it. Read by [SiteFile].
///
/// @param unit UCUM, canonical; quantities only
/// @param step the least difference that means something
/// @param min least possible value; a reading below is BAD
/// @param max largest possible value; a reading above is BAD
/// @param at the address in the words of the thing's connector; none for a property that nobody reads
/// @param every how often it is expected; none: no expectation, only a line that is down is a gap
/// @param choices names by the device's codes
/// @param rollover the largest value before a register starts at 0 again
/// @param keep how long its readings are kept in the history; none: 90 days. Its roll-ups stay
/// @param was the name before a renaming
/// @param window how it is computed from others; none: it is read, or told by nobody
public record Property(
        String name,
        Optional<String> title,
        ValueType type,
        Optional<String> unit,
        Optional<Double> step,
        Optional<Double> min,
        Optional<Double> max,
        boolean writable,
        Optional<Tree.Scalar> at,
        Optional<Duration> every,
        Map<Long, String> choices,
        Optional<BigDecimal> rollover,
        Optional<Duration> keep,
        Optional<Writing> writing,
        Optional<String> was,
        Optional<Window> window) {

    /// Most choices of one property.
    public static final int CHOICES_MAX = 1_000;

    /// How a writable property is written; the arbiter keeps these for everybody who wishes.
    ///
    /// @param minimumOn shortest time on, flags only; also `minimumOff`: no two links can short-cycle a compressor
    /// @param notMoreOften shortest time between two writes
    /// @param rewriteEvery the value is written again after this time, for machines that forget
    /// @param onLineUp whether the value is written again when the line comes back, even if the machine reads right
    /// @param onStart whether the value is written at a start, even if the machine reads right
    /// @param leastStep a smaller change is not worth a write
    /// @param tolerance how far a read-back may differ and still be the value written
    /// @param fallback what it does when nobody wishes; none: it is left as it is
    /// @param localFor how long a change at the machine stands, when accepted
    public record Writing(
            Optional<Duration> minimumOn,
            Optional<Duration> minimumOff,
            Optional<Duration> notMoreOften,
            Optional<Duration> rewriteEvery,
            boolean onLineUp,
            boolean onStart,
            double leastStep,
            double tolerance,
            Optional<Value> fallback,
            AfterRestart afterRestart,
            OnDifference onDifference,
            OnLocalChange onLocalChange,
            Duration localFor,
            Combine combine,
            WithoutUs withoutUs) {}

    /// What an actuator does after a crash of ours, once it was read back.
    public enum AfterRestart {
        /// It is left as it is until somebody wishes anew.
        HOLD,
        /// What was wished is written again where the machine differs.
        RESTORE,
        /// Wishes of people are dropped; links wish anew, else the fallback.
        RELEASE
    }

    /// What happens when a machine reads back another value than was written, before it ever agreed.
    public enum OnDifference {
        /// It is written again.
        REWRITE,
        /// The machine is right.
        ACCEPT,
        /// A person is told.
        ALARM
    }

    /// What happens when somebody works the machine at its own buttons.
    public enum OnLocalChange {
        /// It becomes a manual hold for a time.
        ACCEPT,
        /// It is written back.
        RESTORE,
        /// A person is told; nothing is written.
        ALARM
    }

    /// How several links of equal priority on one property become one value.
    public enum Combine {
        /// Refused when the file is applied.
        NONE,
        /// The newest wish.
        NEWEST,
        /// The smallest.
        MIN,
        /// The largest.
        MAX,
        /// On when all wish it on.
        AND,
        /// On when one wishes it on.
        OR
    }

    public Property {
        choices = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(choices));
    }

    /// Reads one property of the site file.
    static Property read(String name, Settings s) throws Invalid {
        ValueType type = s.choice("type", ValueType.class).orElse(ValueType.NUMBER);
        var unit = unit(s, type);
        boolean writable = s.flag("writable", false);
        var choices = choices(s, type);
        var range = range(s);
        var rollover = rollover(s, type);
        var keep = s.duration("keep");
        if (keep.isPresent() && keep.get().compareTo(KEEP_MIN) < 0) throw s.wrong("keep", "is at least 1d");
        var step = s.number("step");
        if (step.isPresent() && step.get() <= 0) throw s.wrong("step", "is more than 0");
        Optional<Tree.Scalar> at =
                s.text("at").map(_ -> (Tree.Scalar) s.part("at").orElseThrow());
        var every = s.duration("every");
        if (every.isPresent() && Durations.micros(every.get()) < EVERY_MICROS_MIN)
            throw s.wrong("every", "is at least 1ms");
        Optional<Writing> writing = writable ? Optional.of(writing(s, type, choices, step)) : Optional.empty();
        if (!writable) refuseWriting(s);
        var window = window(s, type);
        var property = new Property(
                name,
                s.text("title"),
                type,
                unit,
                step,
                range[0],
                range[1],
                writable,
                at,
                every,
                choices,
                rollover,
                keep,
                writing,
                s.text("was"),
                window);
        s.finish();
        return property;
    }

    /// Shortest `keep`.
    static final Duration KEEP_MIN = Duration.ofDays(1);

    /// Shortest `every`, in microseconds.
    static final long EVERY_MICROS_MIN = 1_000;

    private static final String[] READ = {"at", "every", "writable", "rollover", "choices"};

    private static Optional<Window> window(Settings s, ValueType type) throws Invalid {
        var below = s.below("window");
        if (below.isEmpty()) return Optional.empty();
        if (type != ValueType.NUMBER && type != ValueType.INTEGER)
            throw s.wrong("window", "gives a number or an integer, not a " + type.word());
        for (String field : READ)
            if (s.has(field)) throw s.wrong(field, "belongs to what a machine has; a window computes its property");
        return Optional.of(Window.read(below.get()));
    }

    private static Optional<String> unit(Settings s, ValueType type) throws Invalid {
        var text = s.text("unit");
        if (text.isEmpty()) return Optional.empty();
        if (!type.isQuantity())
            throw s.wrong("unit", "belongs to a number, an integer or a register, not to a " + type.word());
        try {
            return Optional.of(Units.parse(text.get()).code());
        } catch (IllegalArgumentException e) {
            throw s.wrong("unit", e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Optional<Double>[] range(Settings s) throws Invalid {
        var items = s.items("range");
        if (items.isEmpty()) return new Optional[] {Optional.empty(), Optional.empty()};
        if (items.size() != 2) throw s.wrong("range", "is [least, largest], for example [-40, 120]");
        double[] ends = new double[2];
        for (int i = 0; i < 2; i++) {
            if (!(items.get(i) instanceof Tree.Scalar n)) throw s.wrong("range", "holds two numbers");
            try {
                ends[i] = Double.parseDouble(n.text());
            } catch (NumberFormatException e) {
                throw s.wrong("range", "holds two numbers, not \"" + n.text() + "\"");
            }
        }
        if (!(ends[0] < ends[1])) throw s.wrong("range", "begins with the smaller number");
        return new Optional[] {Optional.of(ends[0]), Optional.of(ends[1])};
    }

    private static Map<Long, String> choices(Settings s, ValueType type) throws Invalid {
        var part = s.part("choices");
        if (part.isEmpty()) {
            if (type == ValueType.CHOICE)
                throw new Invalid(
                        s.mark(), "\"choices\" is missing; write for example choices: { 0: idle, 1: charging }");
            return Map.of();
        }
        if (type != ValueType.CHOICE) throw s.wrong("choices", "belongs to type: choice");
        var all = new LinkedHashMap<Long, String>();
        switch (part.get()) {
            case Tree.Fields f -> {
                for (var e : f.fields().entrySet()) {
                    if (!(e.getValue() instanceof Tree.Scalar word))
                        throw s.wrong("choices", "gives each code one word");
                    try {
                        all.put(Long.parseLong(e.getKey()), word.text());
                    } catch (NumberFormatException _) {
                        throw s.wrong("choices", "has whole numbers as codes, not \"" + e.getKey() + "\"");
                    }
                }
            }
            case Tree.Items i -> {
                for (var item : i.items()) {
                    if (!(item instanceof Tree.Scalar word)) throw s.wrong("choices", "lists words");
                    all.put((long) all.size(), word.text());
                }
            }
            case Tree.Scalar _ -> throw s.wrong("choices", "is { 0: idle, 1: charging } or [idle, charging]");
        }
        if (all.isEmpty() || all.size() > CHOICES_MAX) throw s.wrong("choices", "has 1.." + CHOICES_MAX + " words");
        if (new java.util.HashSet<>(all.values()).size() != all.size())
            throw s.wrong("choices", "names one word twice");
        return all;
    }

    private static Optional<BigDecimal> rollover(Settings s, ValueType type) throws Invalid {
        var text = s.text("rollover");
        if (text.isEmpty()) return Optional.empty();
        if (type != ValueType.REGISTER) throw s.wrong("rollover", "belongs to type: register");
        try {
            var most = new BigDecimal(text.get());
            if (most.signum() > 0) return Optional.of(most);
        } catch (NumberFormatException e) {
            // the sentence below fits both
        }
        throw s.wrong("rollover", "is the largest value that the register can show, for example 999999.999");
    }

    private static final String[] WRITING = {
        "minimum-on",
        "minimum-off",
        "not-more-often",
        "rewrite-every",
        "on-line-up",
        "on-start",
        "least-step",
        "tolerance",
        "fallback",
        "after-restart",
        "on-difference",
        "on-local-change",
        "combine",
        "without-us"
    };

    private static void refuseWriting(Settings s) throws Invalid {
        for (String field : WRITING)
            if (s.has(field)) throw s.wrong(field, "belongs to an actuator; add writable: true");
    }

    private static Writing writing(Settings s, ValueType type, Map<Long, String> choices, Optional<Double> step)
            throws Invalid {
        var minimumOn = s.duration("minimum-on");
        var minimumOff = s.duration("minimum-off");
        if ((minimumOn.isPresent() || minimumOff.isPresent()) && type != ValueType.FLAG)
            throw s.wrong(minimumOn.isPresent() ? "minimum-on" : "minimum-off", "belongs to type: flag");
        Optional<Value> fallback = Optional.empty();
        var text = s.text("fallback");
        if (text.isPresent()) {
            try {
                fallback = Optional.of(Values.parse(type, choices, text.get()));
            } catch (IllegalArgumentException e) {
                throw s.wrong("fallback", e);
            }
        }
        var combine = s.choice("combine", Combine.class).orElse(Combine.NONE);
        if ((combine == Combine.AND || combine == Combine.OR) && type != ValueType.FLAG)
            throw s.wrong("combine", "and, or belong to type: flag");
        if ((combine == Combine.MIN || combine == Combine.MAX) && !type.isQuantity())
            throw s.wrong("combine", "min, max belong to quantities");
        var local = local(s);
        return new Writing(
                minimumOn,
                minimumOff,
                s.duration("not-more-often"),
                s.duration("rewrite-every"),
                s.flag("on-line-up", false),
                s.flag("on-start", false),
                s.number("least-step").orElse(0.0),
                s.number("tolerance").orElse(step.orElse(0.0) / 2),
                fallback,
                s.choice("after-restart", AfterRestart.class).orElse(AfterRestart.RESTORE),
                s.choice("on-difference", OnDifference.class).orElse(OnDifference.REWRITE),
                local.what(),
                local.time(),
                combine,
                withoutUs(s));
    }

    private record Local(OnLocalChange what, Duration time) {}

    private static Local local(Settings s) throws Invalid {
        String text = s.text("on-local-change").orElse("accept for 2h").trim().toLowerCase(Locale.ROOT);
        Duration time = Duration.ofHours(2);
        if (text.startsWith("accept for ")) {
            try {
                time = Durations.parse(text.substring(11));
            } catch (IllegalArgumentException e) {
                throw s.wrong("on-local-change", e);
            }
            return new Local(OnLocalChange.ACCEPT, time);
        }
        return switch (text) {
            case "accept" -> new Local(OnLocalChange.ACCEPT, time);
            case "restore" -> new Local(OnLocalChange.RESTORE, time);
            case "alarm" -> new Local(OnLocalChange.ALARM, time);
            default -> // open: what a person typed
                throw s.wrong("on-local-change", "is \"accept for 2h\", restore or alarm, not \"" + text + "\"");
        };
    }

    private static WithoutUs withoutUs(Settings s) throws Invalid {
        var part = s.part("without-us");
        if (part.isEmpty()) return new WithoutUs.None();
        if (part.get() instanceof Tree.Scalar word) {
            return switch (word.text()) {
                case "none" -> new WithoutUs.None();
                case "last-value" -> new WithoutUs.LastValue();
                default -> // open: what a person typed
                    throw s.wrong(
                            "without-us",
                            "is none, last-value, { watchdog: ADDRESS, every: 5s } or { auto-off: 10min }");
            };
        }
        var fields = s.below("without-us").orElseThrow();
        if (fields.has("auto-off")) {
            var after = fields.duration("auto-off").orElseThrow();
            fields.finish();
            return new WithoutUs.AutoOff(after);
        }
        String at = fields.needText("watchdog", "\"holding 10\"");
        var every = fields.duration("every").orElse(Duration.ofSeconds(5));
        fields.finish();
        return new WithoutUs.Watchdog(at, every);
    }
}
