package io.linkspan.connector;

import io.linkspan.model.Value;

/// Something to write or to invoke, decided, logged and on disk before it comes here.
///
/// @param id to be named in the [Report.Answer]
/// @param value what to write; for an action its input
/// @param deadlineNanos on [Surroundings#nanoTime]'s clock: after it nothing may be sent (NotSent, EXPIRED)
public record Command(long id, Point point, Value value, long deadlineNanos) {}
