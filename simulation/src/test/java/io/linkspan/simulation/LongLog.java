package io.linkspan.simulation;

import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.site.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Makes a log as long as that of a site that has run for a while: each entry is a step of the site, only its lines are
/// missing.
final class LongLog {
    private static final int COMMIT_ENTRIES = 2_000;
    private static final int SNAPSHOT_ENTRIES = 100_000;
    private static final int READINGS = 10;
    private static final long STEP_MICROS = 10_000;

    private LongLog() {}

    /// Begins a site with a node, then adds entries up to `entries`; the last of them lie behind the newest
    /// snapshot.
    ///
    /// @return how many there are
    static long make(Path data, Workshop workshop, int entries) throws Exception {
        try (var node = Node.start(new Node.Settings(data, NodeClock.real(), Duration.ofMillis(200), Set.of()))) {
            node.create(Principal.person("eve"), workshop.site());
        }
        try (var journal = Journal.open(new RealDisk(data.resolve("journal")), JournalSettings.standard(7))) {
            var log = journal.open(journal.sites().getFirst());
            var site = Site.restore(log.newestSnapshot().orElseThrow().bytes());
            try (var reader = log.read(next(log.newestSnapshot().orElseThrow().at()))) {
                for (Log.Stored stored; (stored = reader.next()) != null; ) site.replay(EntryCodec.decode(stored));
            }
            site.replayed();
            append(journal, log, site, entries);
            return log.head().seq();
        }
    }

    private static Log.Position next(Log.Position at) {
        return new Log.Position(at.site(), at.epoch(), at.seq() + 1);
    }

    private static void append(Journal journal, SiteLog log, Site site, int entries) throws IOException {
        var codec = new EntryCodec();
        int connector = site.directory().connector("shelves");
        // all that is behind now is as old as the log is long
        var now = new Moment(site.lastSite(), site.lastWall());
        for (int i = 0; log.head().seq() < entries; i++) {
            now = new Moment(now.site() + STEP_MICROS, now.wall() + STEP_MICROS / 100);
            List<Reading> readings = new ArrayList<>();
            for (int r = 0; r < READINGS; r++) {
                int property = site.directory().property("store.r" + (i + r) % Workshop.STORE);
                readings.add(Reading.good(property, new io.linkspan.model.Value.Num((i * 7 + r) % 1_000)));
            }
            while (site.nextDue() <= now.site())
                step(log, codec, site.stepDue(next(log.head()).packed(), now), site);
            step(
                    log,
                    codec,
                    site.step(
                            next(log.head()).packed(),
                            Principal.device("shelves"),
                            new Input.Frame(connector, readings, 0, 0),
                            now),
                    site);
            if (i % COMMIT_ENTRIES == 0) journal.commitNow(System.nanoTime());
            if (log.head().seq() % SNAPSHOT_ENTRIES == 0) snapshot(journal, log, site, entries);
        }
    }

    private static void step(SiteLog log, EntryCodec codec, io.linkspan.site.Step step, Site site) {
        codec.encode(log.head().seq() + 1, step.at(), step.by(), step.input(), step.results(), site);
        log.append(step.at().site(), step.at().wall(), codec.control(), codec.readings());
    }

    private static void snapshot(Journal journal, SiteLog log, Site site, int entries) throws IOException {
        if (log.head().seq() >= entries) return;
        journal.commitNow(System.nanoTime());
        var bytes = new ByteWriter();
        site.image().write(bytes);
        log.saveSnapshot(log.head(), out -> out.write(bytes.copy()));
        log.keepSnapshots(3);
    }
}
