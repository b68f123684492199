package io.linkspan.site;

import io.linkspan.model.Wish;
import java.util.Optional;

/// The state of one link. Immutable.
///
/// @param wish what it holds; none: nothing
/// @param silentSince site time since which its source is silent; [#HEARD] when it is not
/// @param careful whether the careful value of a silent source is what it holds
/// @param since site time from which silence counts: the start of the program or of this version of the link
/// @param integral of a PID, in target units
/// @param last value that a PID saw last
/// @param steppedSite site time of a PID's last step; [#HEARD] before the first
record LinkState(
        Optional<Wish> wish,
        long silentSince,
        boolean careful,
        long since,
        double integral,
        double last,
        long steppedSite) {
    static final long HEARD = Long.MIN_VALUE;

    static LinkState fresh(long site) {
        return new LinkState(Optional.empty(), HEARD, false, site, 0, 0, HEARD);
    }

    boolean silent() {
        return silentSince != HEARD;
    }

    /// Silence counts anew from a start of the program.
    LinkState from(long site) {
        return new LinkState(wish, silentSince, careful, site, integral, last, steppedSite);
    }
}
