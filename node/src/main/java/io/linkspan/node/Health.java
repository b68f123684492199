package io.linkspan.node;

/// How one connector is doing, since it was started.
///
/// @param up whether its line is up
/// @param sinceMicros wall time of the last change of `up`, microseconds since 1970 UTC
/// @param frames telegrams and answers to polls
/// @param readings values in them
/// @param gaps reported by the connector
/// @param commands handed over to it
/// @param reconnects tries after the first
/// @param refusedOffers reports that it dropped because the site's queue was full
/// @param queuedMost the most reports that ever waited at once
/// @param lastError in plain words; empty when there was none
public record Health(
        String connector,
        boolean up,
        long sinceMicros,
        long frames,
        long readings,
        long gaps,
        long commands,
        long reconnects,
        long refusedOffers,
        int queuedMost,
        String lastError) {}
