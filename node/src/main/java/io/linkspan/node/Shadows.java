package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.site.Rehearsal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shadows: beside a site, a second one with another file, which gets what the first gets, out of its log, and never
/// writes. One for each site.
///
/// A shadow is a rehearsal that goes on: what it came to follows from its file, the position in the log at which it
/// began, and the log. So these two are all that is kept, in a file of the data folder, and after a restart it lives
/// through its log once more and stands where it stood.
///
/// Thread-safety: safe for many threads.
final class Shadows implements AutoCloseable {
    /// Folder of the shadows within the data folder.
    static final String FOLDER = "shadow";
    /// Largest file of a shadow, in bytes.
    static final int FILE_BYTES_MAX = 32 << 20;
    /// Entries that are lived through before others may look.
    private static final int TURN_ENTRIES_MAX = 1_024;
    /// How long it rests when nothing is new.
    private static final long REST_NANOS = 100_000_000;

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.shadow");

    private final Path folder;
    private final Map<SiteId, Shadow> all = new ConcurrentHashMap<>();

    Shadows(Path data) {
        folder = data.resolve(FOLDER);
    }

    /// What is kept of a shadow.
    ///
    /// @param revision of the file that was running when it began
    /// @param began the first entry that it lives through
    /// @param since wall time, microseconds
    record Kept(Tree.Fields file, long revision, Log.Position began, long since, String by) {
        Tree.Fields tree() {
            return Trees.fields()
                    .plain("linkspan_shadow", 1)
                    .plain("revision", revision)
                    .plain("epoch", began.epoch())
                    .plain("seq", began.seq())
                    .plain("since", since)
                    .text("by", by)
                    .put("file", file)
                    .done();
        }

        static Kept read(SiteId site, Tree.Fields tree) throws Invalid {
            var s = new Settings(tree);
            if (s.integer("linkspan_shadow", 0, 0, Integer.MAX_VALUE) != 1)
                throw s.wrong("linkspan_shadow", "is of another version of Linkspan");
            if (!(s.part("file").orElse(null) instanceof Tree.Fields file))
                throw s.wrong("file", "is the site file of the shadow");
            var began = new Log.Position(
                    site, (int) s.integer("epoch", 1, 1, Integer.MAX_VALUE), s.integer("seq", 0, 0, Long.MAX_VALUE));
            return new Kept(
                    file,
                    s.integer("revision", 0, 0, Long.MAX_VALUE),
                    began,
                    s.integer("since", 0, 0, Long.MAX_VALUE),
                    s.text("by").orElse(""));
        }
    }

    /// One shadow and its thread.
    private static final class Shadow {
        private final SiteView view;
        private final Kept kept;
        private volatile boolean open = true;
        private @Nullable Rehearsal rehearsal; // guarded by this
        private long first; // guarded by this
        private volatile String trouble = "";
        private final Thread thread;

        Shadow(SiteView view, Kept kept) {
            this.view = view;
            this.kept = kept;
            thread = Thread.ofPlatform()
                    .name("linkspan shadow")
                    .daemon()
                    .priority(Thread.MIN_PRIORITY)
                    .unstarted(this::run);
        }

        private void run() {
            try {
                live();
            } catch (IOException | IllegalArgumentException e) {
                trouble = "it stopped: " + e.getMessage() + "; the site goes on, end the shadow and begin it anew";
                LOG.warn("The shadow of {}: {}", view.directory().file().name(), trouble);
            } catch (RuntimeException | Error e) { // thread top: a bug in a shadow harms no site
                trouble = "it met a bug in Linkspan and stopped, the site goes on: " + e;
                LOG.error(
                        "The shadow of {} met a bug; the site goes on",
                        view.directory().file().name(),
                        e);
            }
        }

        private void live() throws IOException {
            var beginning = Beginning.of(
                    view,
                    site -> site.here() < kept.began().packed(),
                    (_, entry) -> Log.Position.pack(entry.epoch(), entry.seq())
                                    >= kept.began().packed()
                            && !entry.readingsDropped(),
                    () -> !open);
            var next = beginning.next();
            var made = Rehearsal.of(
                    beginning.site(), Json.write(kept.file()), view.directory(), Rehearsal.Limits.STANDARD);
            synchronized (this) {
                rehearsal = made;
            }
            while (open) next = follow(next, made);
        }

        /// Lives through what comes, until its reader is to be opened anew.
        private Log.Position follow(Log.Position from, Rehearsal made) throws IOException {
            var next = from;
            try (var reader = view.reader(from)) {
                for (int rests = 0; open && rests < Histories.RESTS_A_READER; ) {
                    var after = turn(reader, next, made);
                    if (after.equals(next)) {
                        rests++;
                        LockSupport.parkNanos(this, REST_NANOS);
                    }
                    next = after;
                }
            }
            return next;
        }

        private synchronized Log.Position turn(Log.Reader reader, Log.Position from, Rehearsal made)
                throws IOException {
            var next = from;
            for (int n = 0; n < TURN_ENTRIES_MAX; n++) {
                var stored = reader.next();
                if (stored == null) break;
                var entry = EntryCodec.decode(stored);
                if (first == 0) first = entry.at().wall();
                made.take(entry);
                next = Feed.after(stored.at());
            }
            return next;
        }

        Tree.Fields tree() {
            var out = Trees.fields()
                    .time("since", kept.since())
                    .text("by", kept.by())
                    .text("began", Trees.position(kept.began()))
                    .plain("revision", kept.revision())
                    .plain("current", kept.revision() == view.directory().revision());
            if (!trouble.isEmpty()) out.text("trouble", trouble);
            synchronized (this) {
                if (rehearsal != null && rehearsal.entries() > 0)
                    out.put(
                            "so_far",
                            new RehearsalWords(view, rehearsal.told())
                                    .tree(first)
                                    .done());
            }
            return out.done();
        }
    }

    // ---- what is asked

    /// Begins one with the next entry of the log.
    ///
    /// @throws SaidNo the site has one
    synchronized Tree.Fields begin(SiteView view, Tree.Fields file, String by) throws IOException {
        if (all.containsKey(view.id()))
            throw new SaidNo(
                    "the site has a shadow; look at it (linkspan shadow show), or end it (linkspan shadow stop)");
        var kept = new Kept(file, view.directory().revision(), Feed.after(view.newest()), view.nowMicros(), by);
        save(view.id(), kept);
        return start(view, kept).tree();
    }

    private Shadow start(SiteView view, Kept kept) {
        var shadow = new Shadow(view, kept);
        all.put(view.id(), shadow);
        shadow.thread.start();
        return shadow;
    }

    private Path fileOf(SiteId site) {
        return folder.resolve(site + ".json");
    }

    private void save(SiteId site, Kept kept) throws IOException {
        Node.makeFolder(folder);
        byte[] bytes = Json.write(kept.tree()).getBytes(StandardCharsets.UTF_8);
        WholeFile.write(folder.resolve(site + ".tmp"), fileOf(site), bytes);
    }

    /// Goes on with the shadow that a site had.
    void resume(SiteView view) {
        var file = fileOf(view.id());
        if (!Files.exists(file)) return;
        try {
            if (Files.size(file) > FILE_BYTES_MAX)
                throw new IOException("it has more than " + FILE_BYTES_MAX + " bytes");
            start(view, Kept.read(view.id(), Json.parseFields(file.toString(), Files.readString(file))));
        } catch (IOException | Invalid e) {
            LOG.warn("The shadow in {} does not go on: {}", file, e.getMessage());
        }
    }

    /// How a site's shadow is.
    ///
    /// @throws NoSuch it has none
    Tree.Fields show(SiteId site) throws NoSuch {
        return one(site).tree();
    }

    /// What a site's shadow runs.
    Kept kept(SiteId site) throws NoSuch {
        return one(site).kept;
    }

    private Shadow one(SiteId site) throws NoSuch {
        return Optional.ofNullable(all.get(site))
                .orElseThrow(() -> new NoSuch("the site has no shadow; begin one with: linkspan shadow start FILE"));
    }

    /// Ends a site's shadow, with a last look at it.
    synchronized Tree.Fields stop(SiteId site) throws IOException {
        var shadow = one(site);
        end(shadow);
        var last = shadow.tree();
        all.remove(site);
        Files.deleteIfExists(fileOf(site));
        return last;
    }

    private static void end(Shadow shadow) {
        shadow.open = false;
        LockSupport.unpark(shadow.thread);
        try {
            shadow.thread.join(Node.STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends their threads; they go on when the node begins anew.
    @Override
    public synchronized void close() {
        for (var shadow : all.values()) end(shadow);
        all.clear();
    }
}
