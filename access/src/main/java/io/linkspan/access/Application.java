package io.linkspan.access;

import io.linkspan.feed.Contract;
import java.util.Optional;

/// An application: a party outside with a contract, and the position that it told us it has stored.
///
/// @param cursor [io.linkspan.model.Log.Position#packed]; none: it told none yet
/// @param createdMicros wall time, microseconds since 1970
/// @param itemsPerSecondMax its quota
public record Application(
        String name, Contract contract, Optional<Long> cursor, long createdMicros, int itemsPerSecondMax) {}
