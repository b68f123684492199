package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.history.HistorySettings;
import io.linkspan.history.Keep;
import io.linkspan.history.TsFileHistory;
import io.linkspan.model.History;
import io.linkspan.model.Log;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The histories of a node's sites, each in a folder of its own. One thread reads what is new in each site's log, as
/// far
/// as its owner may see it, and hands it to the history; another does the upkeep, so that what was read a moment ago is
/// in
/// every chart also while a year is rolled up. Nobody waits for either, the site's step least of all; what is not taken
/// yet
/// is in the log.
///
/// Thread-safety: safe for many threads.
final class Histories implements AutoCloseable {
    /// Folder of the histories within the data folder.
    static final String FOLDER = "history";
    /// Most entries of one site that are taken before the next site has its turn.
    static final int TURN_ENTRIES_MAX = 4_096;
    /// How long the thread rests when nothing is new.
    static final Duration REST = Duration.ofMillis(200);
    /// How long it waits when a history can not be written.
    static final Duration TROUBLE_PAUSE = Duration.ofSeconds(10);
    /// A reader of the log is opened anew after so many rests, so that it holds no file that retention replaced.
    static final int RESTS_A_READER = 300;

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.history");

    private final Path folder;
    private final Supplier<List<SiteView>> sites;
    private final Map<SiteId, Kept> all = new ConcurrentHashMap<>();
    private final Upkeep upkeep;
    private final Thread taker;
    private final Thread tender;
    private volatile boolean open = true;

    /// Histories below this data folder, for these sites; takes nothing before [#start].
    Histories(Path data, Supplier<List<SiteView>> sites) {
        this(data, sites, TsFileHistory::maintain);
    }

    /// @param upkeep what is done as upkeep; a test holds it up
    Histories(Path data, Supplier<List<SiteView>> sites, Upkeep upkeep) {
        folder = data.resolve(FOLDER);
        this.sites = sites;
        this.upkeep = upkeep;
        taker = Thread.ofPlatform().name("linkspan history").unstarted(() -> work(this::take));
        tender = Thread.ofPlatform().name("linkspan history upkeep").unstarted(() -> work(this::tend));
    }

    /// One part of the upkeep of a history.
    @FunctionalInterface
    interface Upkeep {
        /// @return whether something was done; then there may be more
        boolean step(TsFileHistory history, long nowMicros) throws IOException;
    }

    /// Begins to take what the logs have.
    void start() {
        taker.start();
        tender.start();
    }

    /// The history of a site; none as long as the site has no definition, or its history can not be opened.
    Optional<History> of(SiteId site) {
        return kept(site).map(h -> h);
    }

    /// The history of a site as far as it is open.
    private Optional<TsFileHistory> kept(SiteId site) {
        return Optional.ofNullable(all.get(site)).map(k -> k.history);
    }

    /// The history of a site, opened if it is not, to bring something in.
    ///
    /// @throws IOException it can not be opened
    TsFileHistory toFill(SiteView view) throws IOException {
        return kept(view).history;
    }

    private synchronized Kept kept(SiteView view) throws IOException {
        if (!open) throw new IOException("the node ends");
        var kept = all.get(view.id());
        if (kept != null) return kept;
        var opened = new Kept(open(view));
        all.put(view.id(), opened);
        return opened;
    }

    /// The newest entry of a site that its log need not keep for the history; none: all of it is needed.
    Optional<Log.Position> sealedTo(SiteId site) {
        return kept(site).flatMap(TsFileHistory::sealedTo);
    }

    /// One site's history and where its log is being read. Only the taker uses `feed`.
    private static final class Kept {
        private final TsFileHistory history;
        private @Nullable Feed feed;
        private int rests;
        private volatile boolean troubled;

        Kept(TsFileHistory history) {
            this.history = history;
        }

        void closeFeed() {
            if (feed != null) feed.close();
            feed = null;
            rests = 0;
        }
    }

    // ---- the two threads

    /// What a thread does for each site in turn.
    @FunctionalInterface
    private interface Turn {
        /// @return whether something was done
        boolean of(SiteView view) throws IOException;
    }

    private void work(Turn turn) {
        try {
            while (open) {
                boolean worked = false;
                boolean troubled = false;
                for (var view : sites.get()) {
                    if (!open) return;
                    if (view.directory().revision() == 0) continue;
                    try {
                        worked |= turn.of(view);
                    } catch (IOException e) {
                        troubled = true;
                        trouble(view, e);
                    }
                }
                // not interrupted, which would close the files that it writes
                if (!worked) LockSupport.parkNanos(this, (troubled ? TROUBLE_PAUSE : REST).toNanos());
            }
        } catch (RuntimeException | Error e) { // thread top
            LOG.error("The history stops here and is complete up to now; the log goes on. Restart, and report this", e);
        }
    }

    private boolean take(SiteView view) throws IOException {
        return take(view, kept(view)) > 0;
    }

    private boolean tend(SiteView view) throws IOException {
        var kept = kept(view);
        boolean worked = upkeep.step(kept.history, view.nowMicros());
        if (kept.troubled)
            LOG.info(
                    "The history of {} is written again",
                    view.directory().file().name());
        kept.troubled = false;
        return worked;
    }

    private TsFileHistory open(SiteView view) throws IOException {
        return TsFileHistory.open(
                folder.resolve(view.id().toString()),
                view.id(),
                view.directory().file().name(),
                HistorySettings.STANDARD,
                () -> view.directory().file().zone(),
                number -> keep(view, number));
    }

    private static Keep keep(SiteView view, int property) {
        return view.directory()
                .find(view.directory().name(Result.Sort.PROPERTY, property))
                .flatMap(p -> p.keep())
                .map(raw -> new Keep(raw, Map.of()))
                .orElse(Keep.STANDARD);
    }

    private int take(SiteView view, Kept kept) throws IOException {
        long now = view.nowMicros();
        var newest = view.newest();
        int taken = 0;
        try {
            var feed = feed(view, kept);
            while (taken < TURN_ENTRIES_MAX) {
                var item = next(feed);
                if (item.isEmpty()) break;
                kept.history.take(item.get());
                taken++;
            }
            if (feed.seen().map(seen -> seen.compareTo(newest) >= 0).orElse(false)) kept.history.caughtUp(now);
        } catch (IOException e) {
            kept.closeFeed(); // what was read and not taken is read again
            throw e;
        }
        if (taken == 0 && ++kept.rests >= RESTS_A_READER) kept.closeFeed();
        return taken;
    }

    private static Feed feed(SiteView view, Kept kept) throws IOException {
        if (kept.feed != null) return kept.feed;
        Feed feed;
        try {
            feed = view.feed(kept.history.resumeAt());
        } catch (Log.BeyondBranch e) {
            long dropped = kept.history.backTo(wallOf(view, e.resetTo()));
            LOG.warn(
                    "The log of {} goes on from {}, on another branch than the history had: {} readings of the branch that"
                            + " ended are dropped. A file that was imported can be imported again",
                    view.directory().file().name(),
                    e.resetTo(),
                    dropped);
            feed = view.feed(kept.history.resumeAt());
        }
        kept.feed = feed;
        return feed;
    }

    /// The wall time of the last entry before a branch; of the first behind it where that one can not be read.
    private static long wallOf(SiteView view, Log.Position at) throws IOException {
        try (var feed = view.feed(at)) {
            return next(feed).map(item -> item.entry().at().wall()).orElse(view.nowMicros());
        }
    }

    private static Optional<Feed.Item> next(Feed feed) throws IOException {
        while (true) {
            try {
                return feed.next();
            } catch (Log.Damaged e) {
                LOG.warn("The history lacks what is damaged in the log: {}", e.getMessage());
            }
        }
    }

    private void trouble(SiteView view, IOException e) {
        var kept = all.get(view.id());
        if (kept != null && kept.troubled) return;
        if (kept != null) kept.troubled = true;
        LOG.warn(
                "The history of {} is not written: {}; its readings stay in the log until it is, and it is tried again",
                view.directory().file().name(),
                e.getMessage());
    }

    /// Stops; what is in memory only comes from the log again.
    @Override
    public void close() throws IOException {
        synchronized (this) {
            open = false;
        }
        LockSupport.unpark(taker);
        LockSupport.unpark(tender);
        try {
            taker.join(Node.STOP_TIMEOUT);
            tender.join(Node.STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var kept : all.values()) {
            kept.closeFeed();
            kept.history.close();
        }
    }
}
