package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.util.Map;

/// Which readings may be dropped from the log.
///
/// @param floors for each site the last position that nobody needs the readings of any more: not above its oldest kept
///     snapshot, what history has sealed, and what its feeds have taken; a site without a floor keeps all
/// @param beforeWallMicros readings that were logged before this go, microseconds since 1970-01-01T00:00Z
/// @param readingsBytesMax the oldest go until the rest is not more than this
public record RetentionLimits(Map<SiteId, Log.Position> floors, long beforeWallMicros, long readingsBytesMax) {
    /// Copies its map.
    public RetentionLimits {
        floors = Map.copyOf(floors);
    }
}
