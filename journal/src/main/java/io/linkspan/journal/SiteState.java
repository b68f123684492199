package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.util.ArrayList;
import java.util.List;

/// Where a site's log stands at some place of the stream: its head and how it came from epoch to epoch.
///
/// @param epochs the openings that were read, oldest first; an epoch 1 that just began has none
/// @param unsure damage may have taken the newest blocks of this site: it must open an epoch before it goes on
record SiteState(Head head, List<EpochStart> epochs, boolean unsure) {
    /// How an epoch began.
    ///
    /// @param after the last position of the branch that it continues; everything beyond it is off the branch
    record EpochStart(int epoch, Log.Position after, ChainHash hash, String why) {}

    SiteState {
        epochs = List.copyOf(epochs);
    }

    static SiteState none(SiteId site) {
        return new SiteState(new Head(new Log.Position(site, 1, 0), ChainHash.NONE, 0, 0), List.of(), false);
    }

    SiteState at(Head newer) {
        return new SiteState(newer, epochs, unsure);
    }

    SiteState unsureFromHere() {
        return new SiteState(head, epochs, true);
    }

    SiteState opened(EpochStart start, ChainHash hash) {
        var longer = new ArrayList<>(epochs);
        longer.add(start);
        var at = new Log.Position(head.at().site(), start.epoch, 0);
        return new SiteState(new Head(at, hash, head.siteTimeMicros(), head.wallTimeMicros()), longer, false);
    }

    /// Whether a position is durable and on the branch.
    boolean knows(Log.Position at) {
        return at.compareTo(head.at()) <= 0 && at.seq() <= lastOnBranch(at.epoch());
    }

    /// The last number of an epoch that is on the branch, as far as this site's openings say.
    long lastOnBranch(int epoch) {
        if (epoch == head.at().epoch()) return Long.MAX_VALUE;
        long last = epoch > head.at().epoch() ? 0 : Long.MAX_VALUE;
        for (var start : epochs) {
            if (start.after.epoch() == epoch && start.epoch > epoch) last = Math.min(last, start.after.seq());
            if (start.after.epoch() < epoch && start.epoch > epoch) last = 0;
        }
        return last;
    }
}
