package io.linkspan.model;

/// Somebody's wish for an actuator, with a priority and a lease. The highest hold wins; among equals the newest.
///
/// @param id counts within the site
/// @param property the actuator's number
/// @param link the number of the link that holds, or 0
/// @param by who holds; for a link the system, for a rule the rule
/// @param placed packed position ([Log.Position#packed]) of the entry that placed it: the cause of all that follows
/// from it
/// @param placedSite site time, microseconds
/// @param untilSite end of the lease in site time, or [#WITHOUT_END] for as long as its source lives
public record Hold(
        long id,
        int property,
        int link,
        Principal by,
        Priority priority,
        Wish wish,
        long placed,
        long placedSite,
        long untilSite) {
    /// Lives as long as what placed it.
    public static final long WITHOUT_END = Long.MAX_VALUE;

    /// Whether a link placed it.
    public boolean ofLink() {
        return link != 0;
    }

    /// Whether a rule or a schedule placed it.
    public boolean ofRule() {
        return by.kind() == Principal.Kind.RULE;
    }

    /// Whether the site placed it by itself: it lives as long as its source says, and nobody gives it back unless a
    /// rule
    /// leaves that to a person.
    public boolean ofSite() {
        return ofLink() || ofRule();
    }
}
