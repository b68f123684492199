package io.linkspan.site;

import io.linkspan.model.Value;
import java.util.Optional;

/// A write whose answer has not come. Immutable.
///
/// @param orderedSite site time of the order; of one out of a snapshot that of the snapshot
/// @param value none after a start when it belongs to a private link
record Sending(long write, int property, Optional<Value> value, long orderedWall, long orderedSite) {}
