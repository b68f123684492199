package io.linkspan.node;

import io.linkspan.journal.SiteLog;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import io.linkspan.site.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A site as its log has it: the newest good snapshot and the entries behind it.
///
/// @param troubles what a person should know, a sentence each; empty after a start in order
record Recovered(Site site, List<String> troubles) {

    /// Replays. Damage ends the replay: the site goes on from the last good entry, in a new epoch, and nothing is
    /// deleted.
    ///
    /// @param unsure the newest entries may be missing: a new epoch is needed in any case
    static Recovered from(SiteLog log, boolean unsure) throws IOException {
        var troubles = new ArrayList<String>();
        var head = log.head();
        var snapshot = log.newestSnapshot();
        snapshot.map(Snapshot::skipped).ifPresent(troubles::addAll);
        Site site = snapshot.isPresent() ? Site.restore(snapshot.get().bytes()) : new Site();
        Log.Position last = snapshot.map(Snapshot::at).orElse(new Log.Position(head.site(), 1, 0));
        boolean damaged = unsure;
        try (var reader = log.read(new Log.Position(last.site(), last.epoch(), last.seq() + 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                site.replay(EntryCodec.decode(stored));
                last = stored.at();
            }
        } catch (Log.Damaged e) {
            damaged = true;
            troubles.add(e.getMessage() + "; the site goes on from " + last + " in a new epoch, nothing was deleted");
        }
        if (damaged) log.openEpoch(head.epoch() + 1, last, io.linkspan.journal.ChainHash.NONE, "damage");
        site.replayed();
        return new Recovered(site, troubles);
    }
}
