package io.linkspan.insight;

import io.linkspan.model.Durations;
import io.linkspan.model.Value;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a sentence asks for, in the names of the site. Immutable. [#canonical] says it in one line that is the same for
/// the same meaning: what a question's answer is recognised by.
public sealed interface Intent {
    /// Values for actuators.
    record Set(List<Target> targets, When when) implements Intent {
        public Set {
            targets = sorted(targets);
        }
    }

    /// Changes of actuators, from what each shall be now.
    record Adjust(List<Change> changes, When when) implements Intent {
        public Adjust {
            changes =
                    changes.stream().sorted(Comparator.comparing(Change::path)).toList();
        }
    }

    /// An action of a thing: `vacuum.start`.
    record Invoke(String action, When when) implements Intent {}

    /// Actuators given back to whoever wishes next.
    record Release(List<String> paths) implements Intent {
        public Release {
            paths = paths.stream().sorted().toList();
        }
    }

    /// What is known now.
    ///
    /// @param conditions the properties, and for all but [Ask#VALUE] what each is compared with
    record Query(Ask ask, List<Condition> conditions) implements Intent {
        public Query {
            conditions = conditions.stream()
                    .sorted(Comparator.comparing(Condition::path))
                    .toList();
        }
    }

    /// Why a property is as it is.
    record Why(String path) implements Intent {}

    /// What was, over a stretch of time.
    record Past(Figure figure, List<Condition> conditions, Period period) implements Intent {
        public Past {
            conditions = conditions.stream()
                    .sorted(Comparator.comparing(Condition::path))
                    .toList();
        }
    }

    /// What the site used, sold or paid.
    record Energy(About about, Period period) implements Intent {}

    /// A mode of the site.
    record Mode(String id, When when) implements Intent {}

    /// A scene of the site.
    record Scene(String id, When when) implements Intent {}

    /// A timer that only rings.
    record Timer(Duration length) implements Intent {}

    /// Nothing shall happen after all.
    record Cancel() implements Intent {}

    /// Several, in this order.
    record Several(List<Intent> intents) implements Intent {
        /// Most in one sentence.
        public static final int INTENTS_MAX = 4;

        public Several {
            intents = List.copyOf(intents);
        }
    }

    /// A value for one actuator.
    record Target(String path, Value value) {}

    /// A change of one actuator.
    ///
    /// @param by in the unit of the property
    /// @param usual nobody said how far, so it is the usual step
    record Change(String path, double by, boolean usual) {}

    /// A property and what it is compared with.
    record Condition(String path, Relation relation, Optional<Value> value) {}

    /// How a property is compared.
    enum Relation {
        /// Not at all: it is told.
        ANY(""),
        /// It is this.
        EQUAL("="),
        /// It is more.
        ABOVE(">"),
        /// It is less.
        BELOW("<"),
        /// More than it shall be.
        TOO_HIGH(">too"),
        /// Less than it shall be.
        TOO_LOW("<too");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }
    }

    /// What is asked about now.
    enum Ask {
        /// The value.
        VALUE,
        /// Whether it is so.
        IS,
        /// Whether it is so for one.
        ANY,
        /// Whether it is so for all.
        ALL,
        /// For which it is so.
        WHICH,
        /// For how many it is so.
        COUNT
    }

    /// What is asked about the past.
    enum Figure {
        /// The largest.
        MAX,
        /// The least.
        MIN,
        /// The mean over time.
        MEAN,
        /// The least, the mean and the largest.
        ALL,
        /// How much was added up.
        SUM,
        /// When it was so for the last time.
        LAST,
        /// How long it was so.
        TIME
    }

    /// What is asked about energy.
    enum About {
        /// Energy that came in.
        USED,
        /// Energy that went out.
        PRODUCED,
        /// Money.
        COST
    }

    /// A stretch of time.
    record Period(ZonedDateTime from, ZonedDateTime to) {}

    /// When something is done, and until when it stands.
    ///
    /// @param at later; none: now
    /// @param length how long it stands; none, as `until`: as long as the priority gives
    record When(Optional<ZonedDateTime> at, Optional<Duration> length, Optional<ZonedDateTime> until) {
        /// Now, for as long as the priority gives.
        public static final When NOW = new When(Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static List<Target> sorted(List<Target> targets) {
        return targets.stream().sorted(Comparator.comparing(Target::path)).toList();
    }

    /// Whether it changes something, so that it takes the right to act.
    default boolean acts() {
        return switch (this) {
            case Set _, Adjust _, Invoke _, Release _, Mode _, Scene _, Timer _ -> true;
            case Query _, Why _, Past _, Energy _, Cancel _ -> false;
            case Several s -> s.intents().stream().anyMatch(Intent::acts);
        };
    }

    /// The meaning in one line: `set hall.on=true porch.on=true until 2026-01-14T22:00`.
    default String canonical() {
        return switch (this) {
            case Set i -> "set" + targets(i.targets()) + when(i.when());
            case Adjust i -> "adjust" + changes(i.changes()) + when(i.when());
            case Invoke i -> "invoke " + i.action() + when(i.when());
            case Release i -> "release " + String.join(" ", i.paths());
            case Query i -> word(i.ask()) + conditions(i.conditions());
            case Why i -> "why " + i.path();
            case Past i ->
                "past " + word(i.figure()) + conditions(i.conditions())
                        + (i.figure() == Figure.LAST ? "" : " " + period(i.period()));
            case Energy i -> "energy " + word(i.about()) + " " + period(i.period());
            case Mode i -> "mode " + i.id() + when(i.when());
            case Scene i -> "scene " + i.id() + when(i.when());
            case Timer i -> "timer " + Durations.format(i.length());
            case Cancel _ -> "cancel";
            case Several i ->
                String.join(" ; ", i.intents().stream().map(Intent::canonical).toList());
        };
    }

    private static String targets(List<Target> all) {
        var text = new StringBuilder();
        for (var t : all) text.append(' ').append(t.path()).append('=').append(t.value());
        return text.toString();
    }

    private static String changes(List<Change> all) {
        var text = new StringBuilder();
        for (var c : all)
            text.append(' ').append(c.path()).append(c.by() < 0 ? "" : "+").append(new Value.Num(c.by()));
        return text.toString();
    }

    private static String conditions(List<Condition> all) {
        var text = new StringBuilder();
        for (var c : all) {
            text.append(' ').append(c.path()).append(c.relation().sign);
            c.value().ifPresent(text::append);
        }
        return text.toString();
    }

    private static String when(When when) {
        var parts = new ArrayList<String>();
        when.at().ifPresent(t -> parts.add(" at " + time(t)));
        when.length().ifPresent(d -> parts.add(" for " + Durations.format(d)));
        when.until().ifPresent(t -> parts.add(" until " + time(t)));
        return String.join("", parts);
    }

    private static String period(Period p) {
        return time(p.from()) + ".." + time(p.to());
    }

    private static String time(ZonedDateTime t) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm", Locale.ROOT).format(t);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
