package io.linkspan.history;

import io.linkspan.model.History.Every;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// How long the readings of a property are kept, and its roll-ups.
///
/// @param raw the readings themselves; what is older goes when all of its segment is, after its roll-ups were made
/// @param rollUps how long those of a kind are kept; one that is not named stays for ever
public record Keep(Duration raw, Map<Every, Duration> rollUps) {
    /// Readings 90 days, roll-ups for ever.
    public static final Keep STANDARD = new Keep(Duration.ofDays(90), Map.of());
    /// Everything for ever.
    public static final Keep ALL = new Keep(Duration.ofDays(366_000), Map.of());

    public Keep {
        if (raw.toDays() < 1) throw new IllegalArgumentException("Readings are kept at least one day, not " + raw);
        rollUps = Map.copyOf(rollUps);
        for (var limit : rollUps.values())
            if (limit.compareTo(raw) < 0)
                throw new IllegalArgumentException(
                        "Roll-ups are kept at least as long as the readings, " + raw + ", not " + limit);
    }

    /// How long roll-ups of a kind are kept; empty: for ever.
    Optional<Duration> rollUp(Every every) {
        return Optional.ofNullable(rollUps.get(every));
    }
}
