package io.linkspan.model;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A machine, as the site file declares it, its kind already worked in.
///
/// @param id short name within the site
/// @param urn global name for life, where given
/// @param kind the template it was made from, where there is one
/// @param connector who speaks to it; none for a thing that only people and links work
/// @param area where people say it is, from the largest to the smallest: `Ground floor`, `Kitchen`; may be empty
/// @param place where it stands on a plan
/// @param position where it stands on earth; one that moves tells it with a property of type position
/// @param settings the fields that are the connector's, such as `unit: 1`
/// @param actions what it can do, by name
/// @param was the name before a renaming
/// @param sleeps it can be reached only for a moment after it was heard
public record Thing(
        String id,
        Optional<String> title,
        Optional<String> urn,
        Optional<String> kind,
        Optional<String> connector,
        List<String> area,
        Optional<Place> place,
        Optional<Value.Position> position,
        Tree.Fields settings,
        Map<String, Property> properties,
        Map<String, Action> actions,
        Optional<String> was,
        Optional<Sleep> sleeps) {

    /// Most areas of one thing, each within the one before.
    public static final int AREAS_MAX = 5;
    /// Longest name of an area.
    public static final int AREA_CHARACTERS_MAX = 64;

    /// A place on a plan.
    ///
    /// @param x 0 at the left, 1 at the right
    /// @param y 0 at the top, 1 at the bottom
    public record Place(String plan, double x, double y) {}

    /// A device that sleeps, to save its battery: nothing reaches it until it is heard.
    ///
    /// @param wakesEvery at the latest; a command that names no deadline waits twice as long
    /// @param awakeFor how long after each reading it listens
    public record Sleep(Duration wakesEvery, Duration awakeFor) {
        /// How long a device listens that does not say.
        public static final Duration AWAKE_FOR = Duration.ofSeconds(2);
        /// Longest time between two wakings: 31 days.
        public static final Duration WAKES_EVERY_MAX = Duration.ofDays(31);

        static Optional<Sleep> read(Settings s) throws Invalid {
            var part = s.part("sleeps");
            if (part.isEmpty()) return Optional.empty();
            Duration every;
            Duration awake = AWAKE_FOR;
            if (part.get() instanceof Tree.Fields) {
                var fields = s.below("sleeps").orElseThrow();
                every = fields.duration("wakes-every")
                        .orElseThrow(
                                () -> fields.wrong("wakes-every", "is missing; write for example wakes-every: 1h"));
                awake = fields.duration("awake-for").orElse(awake);
                fields.finish();
            } else every = s.duration("sleeps").orElseThrow();
            if (every.compareTo(WAKES_EVERY_MAX) > 0) throw s.wrong("sleeps", "wakes at least every 31d");
            if (awake.isZero() || awake.compareTo(every) >= 0)
                throw s.wrong("sleeps", "has an awake-for that is more than 0 and less than wakes-every");
            return Optional.of(new Sleep(every, awake));
        }
    }

    /// Something a thing can do.
    ///
    /// @param at the address in the words of the connector
    /// @param input type of what it takes; none: it takes nothing
    /// @param safeToRepeat an invocation that is in doubt may be sent again
    public record Action(
            String name, Optional<String> title, Tree.Scalar at, Optional<ValueType> input, boolean safeToRepeat) {

        static Action read(String name, Settings s) throws Invalid {
            s.needText("at", "\"coil 7\"");
            var action = new Action(
                    name,
                    s.text("title"),
                    (Tree.Scalar) s.part("at").orElseThrow(),
                    s.choice("input", ValueType.class),
                    s.flag("safe-to-repeat", false));
            s.finish();
            return action;
        }
    }

    public Thing {
        area = List.copyOf(area);
        properties = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        actions = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(actions));
    }
}
