package io.linkspan.site;

import io.linkspan.model.Ambient;
import io.linkspan.model.Moment;
import io.linkspan.model.Result.Seen;
import io.linkspan.model.Value;
import io.linkspan.payload.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A compiled expression of a rule with what its names mean. Immutable.
///
/// @param of for each of the expression's variables the number of a property, or that of an [Ambient]
record Condition(Expression expression, int[] of) {
    /// Whether a condition is met; none when it can not be known.
    Optional<Boolean> met(State state, Moment now) {
        return switch (evaluate(state, now)) {
            case Expression.Result.NoValue _ -> Optional.empty();
            case Expression.Result.Of r -> Optional.of(r.value().equals(Value.Flag.ON));
        };
    }

    Expression.Result evaluate(State state, Moment now) {
        return expression.evaluate(variable -> value(state, of[variable], now));
    }

    /// What it looks at, as it is now.
    List<Seen> seen(State state, Moment now) {
        var all = new ArrayList<Seen>();
        for (int each : of) all.add(new Seen(each, value(state, each, now)));
        return all;
    }

    static Optional<Value> value(State state, int of, Moment now) {
        if (of < 0)
            return Ambience.value(
                    state.program.directory.file(), state.mode, Ambient.of(of).orElseThrow(), now.wall());
        return isKnown(state, of)
                ? Optional.ofNullable(state.twin(of).reading()).map(r -> r.value())
                : Optional.empty();
    }

    /// Whether the newest value of a property still says how it is: it is good, and its source is not known to be
    /// silent. What
    /// was not read again since the start of the program stands, as long as its line is up: many devices only tell
    /// changes.
    static boolean isKnown(State state, int property) {
        var twin = state.twin(property);
        if (!twin.usable()) return false;
        if (!state.series[property].missing()) return true;
        return !state.readSinceStart(property) && state.reachable(property);
    }

    boolean usesClock() {
        for (int each : of) if (Ambient.of(each).map(Ambient::isOfClock).orElse(false)) return true;
        return false;
    }

    boolean uses(Ambient ambient) {
        for (int each : of) if (each == ambient.number()) return true;
        return false;
    }
}
