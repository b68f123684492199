package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.journal.SimulatedDisk;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.NodeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The power goes at random moments under load: what was written and not synced is lost, torn or there in another
/// order. A node
/// starts again from what is left.
class PowerCutTest {
    private static final Duration REACTION_MAX = Duration.ofSeconds(60);
    private static final int LIFE_MILLIS_MAX = 700;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedOutlivesTwentyPowerCuts() throws Exception {
        assertThat(rounds(20, new SimulatedDisk(20), 20)).isEmpty();
    }

    @Test
    @Tag("long")
    void whatWasAcknowledgedOutlivesTwoHundredPowerCuts() throws Exception {
        assertThat(rounds(200, new SimulatedDisk(200), 200)).isEmpty();
    }

    /// The negative control: a check that does not find this one finds nothing.
    @Test
    void aDiskThatOnlySaysThatItSyncedIsFoundOut() throws Exception {
        for (int seed = 1; seed <= 3; seed++) {
            var disk = new SimulatedDisk(seed);
            disk.ignoreForces();
            assertThat(found(disk, seed)).as("seed %d", seed).isTrue();
        }
    }

    private boolean found(SimulatedDisk disk, int seed) throws Exception {
        try {
            return !rounds(5, disk, seed).isEmpty();
        } catch (IOException | IllegalStateException e) {
            return true; // the log can not even be opened
        }
    }

    private List<String> rounds(int rounds, SimulatedDisk disk, long seed) throws Exception {
        var random = new SplittableRandom(seed);
        var book = new Book(disk);
        var reaction = new Histogram(3);
        Optional<SiteId> site = Optional.empty();
        try (var workshop = new Workshop()) {
            for (int round = 0; round < rounds && book.wrong().isEmpty(); round++) {
                int from = workshop.count();
                long begin = System.nanoTime();
                var node = Node.start(settings(folder.resolve(Long.toString(seed))), disk);
                try {
                    if (site.isEmpty()) site = Optional.of(node.create(Principal.person("eve"), workshop.site()));
                    if (!node.sites().contains(site.get())) return List.of("round " + round + ": the site is lost");
                    var first = live(node, site.get(), workshop, book, round, random, disk, from);
                    if (first > 0 && round > 0) reaction.recordValue(Math.max(0, first - begin) / 1_000_000);
                } finally {
                    close(node);
                }
                workshop.settle();
            }
            if (book.wrong().isEmpty()) book.close(site.orElseThrow());
        }
        System.out.printf(
                "%d power cuts: %s; start to first reaction of a link p50 %d ms, max %d ms%n",
                rounds, book.figures(), reaction.getValueAtPercentile(50), reaction.getMaxValue());
        return book.wrong();
    }

    private static long live(
            Node node,
            SiteId site,
            Workshop workshop,
            Book book,
            int round,
            SplittableRandom random,
            SimulatedDisk disk,
            int from)
            throws Exception {
        boolean early = round > 0 && random.nextInt(6) == 0;
        long reacted = 0;
        try (var _ = new Crew(node, site, book, "life" + round, 1 + round * 2 * Crew.SETS_MAX, random.nextLong())) {
            if (!early) {
                var first = workshop.awaitLink(from, REACTION_MAX);
                assertThat(first)
                        .as("round %d: no link acted; %s", round, node.broken())
                        .isNotNull();
                reacted = first.nanos();
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LIFE_MILLIS_MAX));
            int before = workshop.count();
            disk.cutPower();
            int after = workshop.count();
            var seen = workshop.seen(from);
            book.compare(site, seen.subList(0, before - from), seen.subList(0, after - from));
        }
        return reacted;
    }

    private static Node.Settings settings(Path data) {
        var log =
                new NodeFile.LogLimits(Duration.ofMillis(200), 1 << 17, 1 << 17, Duration.ofDays(1), 1L << 30, 1 << 18);
        return new Node.Settings(data, NodeClock.real(), log, Set.of(), false);
    }

    /// The process is gone with the power; here its threads must end, and the disk that it still has does not take
    /// a thing.
    private static void close(Node node) {
        try {
            node.close();
        } catch (IOException e) {
            // its files are gone
        }
    }
}
