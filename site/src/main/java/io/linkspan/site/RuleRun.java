package io.linkspan.site;

import io.linkspan.model.Alarm;
import io.linkspan.model.Moment;
import io.linkspan.model.Rule;
import io.linkspan.model.Rule.Step;
import io.linkspan.model.Tell;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A rule or schedule made ready to run: names are numbers, conditions are compiled, times are read. Immutable.
///
/// @param at its recurring times; of a schedule those of its points, in their order
/// @param target of a schedule, else 0
/// @param usesClock whether one of its conditions changes with the clock
/// @param alarm the alarm that it raises
record RuleRun(
        int number,
        int version,
        Rule rule,
        @Nullable Condition when,
        @Nullable Condition until,
        List<Recurrence> at,
        List<Ready> then,
        List<Ready> otherwise,
        int target,
        boolean usesClock,
        @Nullable Raises alarm) {

    /// An alarm made ready.
    ///
    /// @param text its parts in order
    /// @param suppress keeps it from being told
    /// @param tells who may be told of it
    record Raises(Alarm alarm, List<Part> text, @Nullable Condition suppress, List<Tell> tells) {
        /// What it says now.
        String says(State state, Moment now) {
            var all = new StringBuilder();
            for (var part : text)
                all.append(
                        part.of == 0
                                ? part.text
                                : Condition.value(state, part.of, now)
                                        .map(v -> Values.shown(
                                                v, state.program.point(part.of).map(Program.Point::property)))
                                        .orElse("unknown"));
            return all.toString();
        }
    }

    /// A part of a text.
    ///
    /// @param of number of the property, or of an [Ambient], that stands there; 0: the text itself
    record Part(String text, int of) {}

    /// A step made ready.
    ///
    /// @param target the property that it holds or releases, or the action that it invokes; else 0
    /// @param asks what a hold computes
    /// @param until what ends a hold, or a wait
    record Ready(
            Step step,
            int target,
            @Nullable Condition asks,
            @Nullable Condition until) {}

    List<Ready> branch(boolean isElse) {
        return isElse ? otherwise : then;
    }

    /// Whether this step waits.
    boolean waitsAt(boolean isElse, int step) {
        var all = branch(isElse);
        return step < all.size()
                && (all.get(step).step() instanceof Step.Wait || all.get(step).step() instanceof Step.Await);
    }

    /// All conditions that are looked at as values change.
    List<Condition> conditions() {
        return conditions(when, until, then, otherwise, alarm);
    }

    static List<Condition> conditions(
            @Nullable Condition when,
            @Nullable Condition until,
            List<Ready> then,
            List<Ready> otherwise,
            @Nullable Raises alarm) {
        var all = new ArrayList<Condition>();
        add(all, when);
        add(all, until);
        for (var ready : then) add(all, ready.until);
        for (var ready : otherwise) add(all, ready.until);
        if (alarm != null) add(all, alarm.suppress);
        return all;
    }

    private static void add(List<Condition> all, @Nullable Condition condition) {
        if (condition != null) all.add(condition);
    }

    /// Numbers of the properties that its conditions look at, and that its holds are computed from.
    Set<Integer> looksAt() {
        var conditions = new ArrayList<>(conditions());
        for (var ready : then) add(conditions, ready.asks);
        for (var ready : otherwise) add(conditions, ready.asks);
        var all = new TreeSet<Integer>();
        for (var condition : conditions) for (int each : condition.of()) if (each > 0) all.add(each);
        return all;
    }

    /// Numbers of all properties and actions that it looks at or works.
    Set<Integer> uses() {
        var all = new TreeSet<>(looksAt());
        for (var ready : then) if (ready.target != 0) all.add(ready.target);
        for (var ready : otherwise) if (ready.target != 0) all.add(ready.target);
        if (target != 0) all.add(target);
        if (alarm != null) for (var part : alarm.text) if (part.of > 0) all.add(part.of);
        return all;
    }

    Rule.Does.Reacts reacts() {
        if (rule.does() instanceof Rule.Does.Reacts r) return r;
        throw new IllegalStateException(rule.id() + " is a schedule");
    }
}
