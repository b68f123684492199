package io.linkspan.site;

import io.linkspan.model.Reading;
import org.jspecify.annotations.Nullable;

/// What was last read of one property. Immutable.
///
/// @param reading the newest; null: never read
/// @param receivedSite site time of it
/// @param receivedWall wall time of it
/// @param at packed position of its entry
/// @param usableSite site time of the newest reading that links may act on; [Long#MIN_VALUE]: none yet
/// @param count readings taken
record Twin(@Nullable Reading reading, long receivedSite, long receivedWall, long at, long usableSite, long count) {
    static final long NEVER = Long.MIN_VALUE;

    static final Twin UNREAD = new Twin(null, NEVER, 0, 0, NEVER, 0);

    /// Whether there is a value that links may act on.
    boolean usable() {
        return reading != null && reading.quality().isUsable();
    }
}
