package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import io.linkspan.site.Site;
import java.io.IOException;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A site as it was at a moment of its past, and where its log goes on from there.
///
/// @param next the first entry that is not in it; the log may not have it yet
/// @param passed entries that were replayed to come there
record Beginning(Site site, Log.Position next, long passed) {
    /// Entries between two looks whether it is still wanted.
    private static final int LOOK_ENTRIES = 1_024;

    /// The site before the first entry that is wanted: from the newest snapshot before it, and what follows.
    ///
    /// @param isBefore whether a snapshot is before it
    /// @param isFirst whether an entry, the site being what was before it, is the first that is wanted
    /// @param isOver whether nobody waits any more
    /// @throws Log.Damaged the log can not be read up to there
    static Beginning of(
            SiteView view, Predicate<Site> isBefore, BiPredicate<Site, Entry> isFirst, BooleanSupplier isOver)
            throws IOException {
        var at = new Log.Position(view.id(), 1, 0);
        var site = new Site();
        for (var below = new Log.Position(view.id(), Integer.MAX_VALUE, 0); ; ) {
            var bound = below;
            var snapshot = view.snapshot(s -> s.compareTo(bound) < 0);
            if (snapshot.isEmpty()) break;
            var restored = Site.restore(snapshot.get().bytes());
            if (isBefore.test(restored)) {
                at = snapshot.get().at();
                site = restored;
                break;
            }
            below = snapshot.get().at();
        }
        return replayed(view, site, at, isFirst, isOver);
    }

    private static Beginning replayed(
            SiteView view, Site site, Log.Position from, BiPredicate<Site, Entry> isFirst, BooleanSupplier isOver)
            throws IOException {
        var next = Feed.after(from);
        long passed = 0;
        try (var reader = view.reader(next)) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                var entry = EntryCodec.decode(stored);
                if (isFirst.test(site, entry)) return new Beginning(site, stored.at(), passed);
                site.replay(entry);
                next = Feed.after(stored.at());
                if (++passed % LOOK_ENTRIES == 0 && isOver.getAsBoolean()) break;
            }
        }
        return new Beginning(site, next, passed);
    }
}
