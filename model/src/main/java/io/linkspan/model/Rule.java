package io.linkspan.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a site does by itself: *when* something is so, *for* some time, *then* it acts, and *else* it acts otherwise.
/// Read by
/// [SiteFile]; expressions and recurring times are checked when the file is made ready to run. Equal records are the
/// same rule.
///
/// @param id of a rule written once for many things `id.thing`
/// @param it the thing that `it` stands for in a rule written for many
/// @param modes the modes of the site in which it is awake; empty: all
/// @param priority of its holds
/// @param was the name before a renaming
public record Rule(
        String id,
        Optional<String> title,
        Optional<String> it,
        List<String> modes,
        Priority priority,
        Does does,
        Optional<String> was) {

    /// Most steps of one branch of a rule.
    public static final int STEPS_MAX = 100;
    /// Most times at which one rule acts, and most points of a schedule.
    public static final int TIMES_MAX = 200;
    /// How long a rule goes on when what it looks at can not be known, unless it says otherwise.
    public static final Duration SILENT_AFTER = Duration.ofMinutes(15);

    public Rule {
        modes = List.copyOf(modes);
    }

    /// What a rule does.
    public sealed interface Does {
        /// Acts while a condition holds, or at times.
        ///
        /// @param when a CEL condition; none: it acts at its times alone
        /// @param until once it acted, its condition counts as met until this one is: a dead-band
        /// @param at times at which it acts, if `when` is met then; empty: it acts as soon as `when` is met
        /// @param held how long the condition must have been met
        /// @param then what it does; `otherwise` when the condition is met no longer
        record Reacts(
                Optional<String> when,
                Optional<String> until,
                List<String> at,
                Missed missed,
                Duration held,
                Silent silent,
                List<Step> then,
                List<Step> otherwise)
                implements Does {
            public Reacts {
                at = List.copyOf(at);
                then = List.copyOf(then);
                otherwise = List.copyOf(otherwise);
            }
        }

        /// A schedule: holds for one actuator the value of the newest of its points.
        record Plans(String to, List<Point> points) implements Does {
            public Plans {
                points = List.copyOf(points);
            }
        }
    }

    /// From a recurring time on a value holds; without one, nothing.
    public record Point(String at, Optional<Value> value) {}

    /// What happens to times that passed while the program was down or the clock was set forward. The order is that
    /// of
    /// the
    /// words in the file.
    public enum Missed {
        /// Each is caught up, late.
        LATE,
        /// None is caught up.
        SKIP,
        /// The newest is caught up, the others are not.
        ONCE
    }

    /// What a rule does when what it looks at can not be known: its line is down, its device is silent.
    ///
    /// @param after how long it goes on as it is
    /// @param then whether it goes on for ever, or lets go
    public record Silent(Duration after, Link.Then then) {}

    /// One thing that a rule does.
    public sealed interface Step {
        /// Holds an actuator.
        record Hold(String to, Asks asks, Life life) implements Step {}

        /// Gives up what this rule holds of an actuator.
        record Release(String to) implements Step {}

        /// Puts the site into a mode.
        record Mode(String mode) implements Step {}

        /// Invokes an action of a thing.
        record Invoke(String action, Optional<Value> value) implements Step {}

        /// Raises the rule's alarm, which returns to normal when the rule's condition is met no longer.
        record Raise(Alarm alarm) implements Step {}

        /// Tells people.
        record Tell(Result.Severity severity, String text) implements Step {}

        /// Waits.
        record Wait(Duration time) implements Step {}

        /// Waits until a condition is met, at most for a time; then the rule goes on.
        record Await(String condition, Optional<Duration> atMost) implements Step {}
    }

    /// What a hold asks for.
    public sealed interface Asks {
        /// A value or a bound.
        record Fixed(Wish wish) implements Asks {}

        /// What a CEL expression gives at the moment of acting.
        record Computed(String expression) implements Asks {}
    }

    /// How long a hold of a rule lives.
    public sealed interface Life {
        /// While the rule's condition is met.
        record WhileMet() implements Life {}

        /// For a time from when it acted.
        record For(Duration time) implements Life {}

        /// While the condition is met, and for a time after.
        record Linger(Duration time) implements Life {}

        /// Until a CEL condition is met.
        record Until(String condition) implements Life {}

        /// Until a person releases the actuator at the rule's priority, whatever became of the condition.
        record Released() implements Life {}
    }

    /// Whether it waits for a condition to be met, and not for a time.
    public boolean isOfCondition() {
        return does instanceof Does.Reacts r && r.at().isEmpty();
    }

    /// The alarm that it raises; a rule has one at most, which has the rule's name.
    public Optional<Alarm> alarm() {
        if (!(does instanceof Does.Reacts r)) return Optional.empty();
        for (var step : r.then()) if (step instanceof Step.Raise raise) return Optional.of(raise.alarm());
        return Optional.empty();
    }

    /// Whether it does nothing but raise its alarm, as each entry of `alarms:`.
    public boolean isAlarmAlone() {
        return does instanceof Does.Reacts r
                && r.then().size() == 1
                && r.then().getFirst() instanceof Step.Raise
                && r.otherwise().isEmpty();
    }

    /// The actuators that it holds, each once, in the order of the file.
    public List<String> holds() {
        return switch (does) {
            case Does.Plans p -> List.of(p.to());
            case Does.Reacts r ->
                java.util.stream.Stream.concat(r.then().stream(), r.otherwise().stream())
                        .flatMap(step -> step instanceof Step.Hold h ? java.util.stream.Stream.of(h.to()) : null)
                        .distinct()
                        .toList();
        };
    }

    // ---- reading

    /// What a file says that rules may name.
    record Known(
            SiteFile.Lookup lookup, Map<String, Thing> things, List<String> modes, Map<String, SiteFile.Scene> scenes) {
        String mode(Settings s, String field, String mode) throws Invalid {
            if (modes.contains(mode)) return mode;
            throw s.wrong(
                    field,
                    modes.isEmpty()
                            ? "names a mode, and this site has none; write for example modes: [home, away]"
                            : "names no mode of this site: \"" + mode + "\"; there are " + String.join(", ", modes));
        }
    }

    /// Reads one entry under a name, for a thing where it is written for many.
    private interface One {
        Rule read(Settings s, String id, Optional<String> it, Known known) throws Invalid;
    }

    /// Reads one rule; one for many things becomes one for each.
    static List<Rule> read(Settings s, Known known) throws Invalid {
        return read(s, known, Rule::read);
    }

    /// Reads one alarm: a rule that does nothing but raise it.
    static List<Rule> alarms(Settings s, Known known) throws Invalid {
        return read(s, known, Rule::alarm);
    }

    private static List<Rule> read(Settings s, Known known, One reader) throws Invalid {
        String id = s.needName("id");
        var things = each(s, known);
        if (things.isEmpty()) return List.of(reader.read(s, id, Optional.empty(), known));
        var all = new ArrayList<Rule>();
        for (String thing : things.get()) {
            var one = new Settings(s.tree());
            one.needName("id");
            one.has("each");
            all.add(reader.read(one, id + "." + thing, Optional.of(thing), known));
        }
        return all;
    }

    private static Optional<List<String>> each(Settings s, Known known) throws Invalid {
        var part = s.part("each");
        if (part.isEmpty()) return Optional.empty();
        var all = new ArrayList<String>();
        if (part.get() instanceof Tree.Items items) {
            for (var item : items.items()) {
                String thing = item instanceof Tree.Scalar name ? name.text() : "";
                if (!known.things.containsKey(thing))
                    throw s.wrong(
                            "each",
                            "names no thing of this site: \"" + thing + "\""
                                    + SiteFile.Lookup.near(thing, known.things.keySet()));
                all.add(thing);
            }
        } else {
            var e = s.below("each").orElseThrow();
            String kind = e.needText("kind", "freezer");
            e.finish();
            for (var thing : known.things.values()) if (thing.kind().equals(Optional.of(kind))) all.add(thing.id());
            if (all.isEmpty()) throw e.wrong("kind", "\"" + kind + "\" has no thing in this site");
        }
        return Optional.of(all);
    }

    private static Rule read(Settings s, String id, Optional<String> it, Known known) throws Invalid {
        var steps = new RuleSteps(it, known);
        var priority = priority(s, Priority.OPERATE);
        var when = s.text("when");
        var at = times(s);
        if (when.isEmpty() && at.isEmpty())
            throw new Invalid(
                    s.mark(),
                    "a rule has \"when\" or \"at\"; write for example when: \"boiler.temperature < 55\" or at: \"07:00 mon-fri\"");
        var until = s.text("until");
        var held = s.duration("for");
        if (!at.isEmpty() && (until.isPresent() || held.isPresent() || s.has("else")))
            throw new Invalid(
                    s.mark(),
                    "a rule with \"at\" acts at a moment: for, until and else belong to one with when: alone"
                            + " (a hold may have its own for: or until:)");
        var then = steps.read(s, "then", !at.isEmpty());
        if (then.isEmpty() && !s.has("else"))
            throw new Invalid(
                    s.mark(), "\"then\" is missing; write for example then: [ { hold: { boiler.on: true } } ]");
        var does = new Does.Reacts(
                when,
                until,
                at,
                s.choice("missed", Missed.class).orElse(Missed.ONCE),
                held.orElse(Duration.ZERO),
                silent(s, Link.Then.RELEASE),
                then,
                steps.read(s, "else", true));
        if (does.otherwise().stream().anyMatch(Step.Raise.class::isInstance))
            throw s.wrong("else", "raises no alarm: one is raised in then:, and is over when its condition is");
        if (then.stream().filter(Step.Raise.class::isInstance).count() > 1)
            throw s.wrong(
                    "then", "raises one alarm at most, as it has the rule's name; write the others under alarms:");
        var rule = new Rule(id, s.text("title"), it, modes(s, known), priority, does, s.text("was"));
        s.finish();
        return rule;
    }

    private static Rule alarm(Settings s, String id, Optional<String> it, Known known) throws Invalid {
        var alarm = Alarm.read(s);
        var does = new Does.Reacts(
                Optional.of(s.needText("when", "\"freezer.temperature > -15\"")),
                s.text("until"),
                List.of(),
                Missed.ONCE,
                s.duration("for").orElse(Duration.ZERO),
                silent(s, Link.Then.HOLD),
                List.of(new Step.Raise(alarm)),
                List.of());
        var rule = new Rule(id, s.text("title"), it, modes(s, known), Priority.OPERATE, does, s.text("was"));
        s.finish();
        return rule;
    }

    /// Reads one schedule.
    static Rule schedule(Settings s, Known known) throws Invalid {
        String id = s.needName("id");
        String to = s.needText("to", "living.target");
        var target = known.lookup.writable(s, "to", to);
        var points = new ArrayList<Point>();
        for (var p : s.list("points")) {
            String at = p.needText("at", "\"07:00 mon-fri\"");
            boolean nothing = p.flag("release", false);
            if (nothing == p.has("value"))
                throw new Invalid(p.mark(), "a point has a value: or release: true, and not both");
            Optional<Value> value = nothing
                    ? Optional.empty()
                    : Optional.of(RuleSteps.value(p, "value", target, p.needText("value", "20.5")));
            points.add(new Point(at, value));
            p.finish();
        }
        if (points.isEmpty())
            throw new Invalid(
                    s.mark(), "\"points\" is missing; write for example points: [ { at: \"07:00\", value: 20.5 } ]");
        if (points.size() > TIMES_MAX) throw s.wrong("points", "has at most " + TIMES_MAX + " points");
        var rule = new Rule(
                id,
                s.text("title"),
                Optional.empty(),
                modes(s, known),
                priority(s, Priority.COMFORT),
                new Does.Plans(to, points),
                s.text("was"));
        s.finish();
        return rule;
    }

    private static Priority priority(Settings s, Priority otherwise) throws Invalid {
        var priority = s.choice("priority", Priority.class).orElse(otherwise);
        if (priority == Priority.FALLBACK)
            throw s.wrong("priority", "fallback belongs to the property's fallback:, not to a rule");
        return priority;
    }

    private static List<String> modes(Settings s, Known known) throws Invalid {
        var all = new ArrayList<String>();
        for (var item : s.items("modes")) {
            String mode = item instanceof Tree.Scalar name ? name.text() : "";
            all.add(known.mode(s, "modes", mode));
        }
        return all;
    }

    private static List<String> times(Settings s) throws Invalid {
        var part = s.part("at");
        if (part.isEmpty()) return List.of();
        if (part.get() instanceof Tree.Scalar one) return List.of(one.text());
        var all = new ArrayList<String>();
        for (var item : s.items("at")) {
            if (!(item instanceof Tree.Scalar time)) throw s.wrong("at", "lists times such as \"07:00 mon-fri\"");
            all.add(time.text());
        }
        if (all.isEmpty() || all.size() > TIMES_MAX) throw s.wrong("at", "lists 1 to " + TIMES_MAX + " times");
        return all;
    }

    private static Silent silent(Settings s, Link.Then otherwise) throws Invalid {
        var part = s.below("silent");
        if (part.isEmpty()) return new Silent(SILENT_AFTER, otherwise);
        var p = part.get();
        var silent = new Silent(
                p.duration("after").orElse(SILENT_AFTER),
                p.choice("then", Link.Then.class).orElse(otherwise));
        p.finish();
        return silent;
    }
}
