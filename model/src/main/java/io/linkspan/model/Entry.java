package io.linkspan.model;

import java.util.List;

/// One step of a site, atomic: what happened and what followed. Causes inside an entry are implicit.
///
/// @param seq counts from 1 within the epoch
/// @param readingsDropped the readings were dropped by retention or never stored: input and results lack them
public record Entry(
        int epoch, long seq, Moment at, Principal by, Input input, List<Result> results, boolean readingsDropped) {
    public Entry {
        results = List.copyOf(results);
    }
}
