package io.linkspan.model;

/// A moment on both clocks, in microseconds.
///
/// @param site monotone time of the site: leases, minimum times, silence and deadlines run on it
/// @param wall microseconds since 1970-01-01T00:00Z: schedules and people use it
public record Moment(long site, long wall) {
    /// The moment at another site time, both clocks moved alike.
    public Moment atSite(long otherSite) {
        return new Moment(otherSite, wall + (otherSite - site));
    }
}
