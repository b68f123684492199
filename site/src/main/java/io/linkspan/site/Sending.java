package io.linkspan.site;

import io.linkspan.model.Value;
import java.util.Optional;

/// A write whose answer has not come. Immutable.
///
/// @param value none after a start when it belongs to a private link
record Sending(long write, int property, Optional<Value> value, long orderedWall) {}
