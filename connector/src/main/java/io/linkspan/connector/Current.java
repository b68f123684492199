package io.linkspan.connector;

import io.linkspan.model.Quality;
import io.linkspan.model.Value;

/// The newest value of a property.
///
/// @param receivedMicros wall time at which we got it, microseconds since 1970 UTC
public record Current(Value value, Quality quality, long receivedMicros) {}
