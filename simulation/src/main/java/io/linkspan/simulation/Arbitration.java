package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.model.Cell;
import io.linkspan.model.Hold;
import io.linkspan.model.Property.Combine;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.util.Optional;

/// Holds who is in charge of an actuator against the rules, written a second time: the highest wish wins, among equals
/// the
/// newest, and bounds that stand above it narrow it.
final class Arbitration {
    private static final String NAME = "no-lower-hold-wins";
    private static final double ROUNDING = 1e-9;

    private Arbitration() {}

    static void check(String path, Cell.Duty duty, Combine combine) {
        Optional<Hold> top =
                duty.holds().stream().filter(h -> h.wish() instanceof Wish.Want).reduce((a, b) -> beats(b, a) ? b : a);
        var charge = duty.charge();
        switch (charge.by()) {
            case HOLD -> {
                var winner = duty.holds().stream()
                        .filter(h -> h.id() == charge.hold())
                        .findFirst();
                unless(winner.isPresent() && top.isPresent(), NAME, path + " is held by nobody's wish");
                boolean rightOne = combine == Combine.NONE
                        ? winner.get().id() == top.get().id()
                        : winner.get().priority() == top.get().priority();
                unless(rightOne, NAME, path + " is held by " + winner.get() + ", above it is " + top.get());
                unless(
                        winner.get().wish() instanceof Wish.Want w
                                && duty.desired().equals(Optional.of(w.value())),
                        NAME,
                        path + " shall be " + duty.desired() + ", its holder wishes "
                                + winner.get().wish().words());
                bounded(path, duty, winner.get());
            }
            case BOUND -> top.ifPresent(hold -> bounded(path, duty, hold));
            case FALLBACK, NOBODY -> unless(top.isEmpty(), NAME, path + " is held by nobody though there is " + top);
            case MINIMUM_TIME ->
                unless(duty.desired().orElse(null) instanceof Value.Flag, NAME, path + " is kept at no flag");
        }
    }

    private static boolean beats(Hold a, Hold b) {
        return a.priority() == b.priority() ? a.id() > b.id() : a.priority().beats(b.priority());
    }

    /// The highest bound above the winner is kept, whatever stands between.
    private static void bounded(String path, Cell.Duty duty, Hold winner) {
        var bound = duty.holds().stream()
                .filter(h -> !(h.wish() instanceof Wish.Want) && beats(h, winner))
                .reduce((a, b) -> beats(b, a) ? b : a);
        if (bound.isEmpty() || duty.desired().isEmpty()) return;
        double d = Values.asDouble(duty.desired().get()).orElse(Double.NaN);
        Wish wish = bound.get().wish();
        boolean kept = switch (wish) {
            case Wish.AtMost m -> d <= m.limit() + ROUNDING;
            case Wish.AtLeast m -> d >= m.limit() - ROUNDING;
            case Wish.Forbid f -> !f.value().equals(duty.desired().get());
            case Wish.Want _, Wish.Hidden _ -> true;
        };
        unless(
                kept,
                NAME,
                path + " shall be " + duty.desired() + " though " + bound.get().priority() + " asks " + wish.words());
    }
}
