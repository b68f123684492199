package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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
        return at.compareTo(head.at()) <= 0 && hasEpoch(at.epoch()) && at.seq() <= lastOnBranch(at.epoch());
    }

    /// The last number of an epoch that is on the branch, as far as this site's openings say; of the newest epoch
    /// there is none yet.
    long lastOnBranch(int epoch) {
        return end(epoch)
                .map(start -> lastBefore(start, epoch))
                .orElse(epoch == head.at().epoch() ? Long.MAX_VALUE : 0);
    }

    /// Where a reader of an epoch that ended was left: the last position that is on the branch.
    Log.Position resetFor(Log.Position asked) {
        return end(asked.epoch()).map(EpochStart::after).orElse(head.at());
    }

    /// Whether this branch has, or had, that epoch.
    boolean hasEpoch(int epoch) {
        return epoch == head.at().epoch()
                || epochs.stream().anyMatch(start -> start.epoch == epoch || start.after.epoch() == epoch);
    }

    /// The later opening that leaves the least of an epoch.
    private Optional<EpochStart> end(int epoch) {
        return epochs.stream()
                .filter(start -> start.epoch > epoch && start.after.epoch() <= epoch)
                .min(Comparator.comparingLong(start -> lastBefore(start, epoch)));
    }

    private static long lastBefore(EpochStart start, int epoch) {
        return start.after.epoch() == epoch ? start.after.seq() : 0;
    }
}
