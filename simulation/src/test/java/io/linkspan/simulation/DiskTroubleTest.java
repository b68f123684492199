package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.journal.Health;
import io.linkspan.journal.SimulatedDisk;
import io.linkspan.model.Cell;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.node.Asked;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.NodeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who still switches when the disk is full, and when it is dead: a whole node on real protocols.
class DiskTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Principal ANNA = Principal.person("anna");

    @TempDir
    Path folder;

    private final SimulatedDisk disk = new SimulatedDisk(15);
    private final Workshop workshop = new Workshop();
    private Node node;
    private SiteId site;

    DiskTroubleTest() throws IOException {}

    @BeforeEach
    void begin() throws Exception {
        node = start();
        site = node.create(Principal.person("eve"), workshop.site());
        assertThat(workshop.awaitLink(0, PATIENCE)).isNotNull();
    }

    @AfterEach
    void end() throws IOException {
        try (workshop) {
            close();
        }
    }

    private Node start() throws IOException {
        var log =
                new NodeFile.LogLimits(Duration.ofMillis(50), 1 << 15, 1 << 20, Duration.ofDays(1), 1L << 30, 1 << 18);
        return Node.start(new Node.Settings(folder, NodeClock.real(), log, Set.of(), false), disk);
    }

    private void close() {
        try {
            node.close();
        } catch (IOException e) {
            // the disk is gone
        }
    }

    @Test
    void aFullDiskStopsReadingsAndNothingElse() throws Exception {
        await("the reserve", () -> disk.files().contains("reserve"));
        int power = node.board(site).directory().property("meter.power");
        disk.capacity(disk.usedBytes());
        await("the disk to be full", () -> node.journal().health() == Health.CONTROL_ONLY);
        await("the page to say so", () -> cell(power).missingCause().equals("disk full"));

        int from = workshop.count();
        assertThat(workshop.awaitLink(from, PATIENCE)).as("links go on").isNotNull();
        var kept = new ArrayList<Asked.Taken>();
        for (int i = 1; i <= 5; i++) kept.add(done("full-" + i, 100 + i));
        assertThat(workshop.seen(from))
                .as("the machine was written")
                .anyMatch(s -> s.path().equals("valve.position") && s.raw() == 105);
        assertThat(node.journal().readingsRefused()).isPositive();

        disk.capacity(Long.MAX_VALUE);
        await("the disk to be well again", () -> node.journal().health() == Health.OK);
        await("readings to be stored again", () -> cell(power).missingSince() == 0);
        kept.add(done("well-1", 200));

        disk.cutPower();
        close();
        node = start();
        var entries = log();
        for (var taken : kept)
            assertThat(entries)
                    .as("acknowledged")
                    .anyMatch(e -> e.contains(Log.Position.of(site, taken.here()) + " Set["));
        assertThat(entries).anyMatch(e -> e.contains("DiskIs[state=CONTROL_ONLY]"));
        assertThat(entries).anyMatch(e -> e.contains("DiskIs[state=OK]"));
        assertThat(entries)
                .as("what was ordered while it was full")
                .anyMatch(e -> e.contains("lacks readings") && e.contains("WriteOrdered"));
    }

    @Test
    void onADeadDiskLinksGoOnAndNothingIsAcknowledged() throws Exception {
        var before = done("before", 50);
        int power = node.board(site).directory().property("meter.power");
        disk.failNextForce();
        await("the disk to be dead", () -> node.journal().health() == Health.DEAD);
        await("the page to say so", () -> cell(power).missingCause().equals("disk dead"));

        int from = workshop.count();
        for (int i = 0; i < 5; i++)
            assertThat(workshop.awaitLink(from + i, PATIENCE))
                    .as("links go on from memory")
                    .isNotNull();
        var person = node.ask(site, ANNA, set("dead-1", 51));
        assertThat(person.await(PATIENCE)).as("nothing is acknowledged").isEmpty();
        assertThat(person.awaitOutcome(Duration.ofMillis(200))).isEmpty();
        var application = node.ask(site, new Principal(Principal.Kind.APPLICATION, "grid"), set("dead-2", 52));
        assertThat(application.await(PATIENCE)).isEmpty();
        assertThat(workshop.seen(from))
                .as("an application is not served")
                .noneMatch(s -> s.raw() == 52 && s.path().startsWith("valve"));

        disk.cutPower();
        close();
        node = start();
        var entries = log();
        assertThat(entries).anyMatch(e -> e.contains(Log.Position.of(site, before.here()) + " Set["));
        assertThat(entries).noneMatch(e -> e.contains("dead-1") || e.contains("dead-2"));
        from = workshop.count();
        assertThat(workshop.awaitLink(from, PATIENCE))
                .as("a new process works on the disk that is there")
                .isNotNull();
        done("after", 60);
    }

    private Asked.Taken done(String key, int value) throws InterruptedException {
        var asked = node.ask(site, ANNA, set(key, value));
        var taken = asked.await(PATIENCE);
        assertThat(taken).as(key).isPresent();
        assertThat(asked.awaitOutcome(PATIENCE))
                .as(key)
                .hasValueSatisfying(o -> assertThat(o).isInstanceOf(Outcome.Done.class));
        return taken.get();
    }

    private Input.Set set(String key, int value) {
        int valve = node.board(site).directory().property("valve.position");
        return new Input.Set(key, valve, Optional.of(new Value.Int(value)), Priority.MANUAL, 0, 0);
    }

    private Cell cell(int property) {
        return node.board(site).cell(property).orElseThrow();
    }

    /// Each entry in words: where it stands, its input, the results that are looked for.
    private List<String> log() throws IOException {
        var all = new ArrayList<String>();
        try (var reader = node.log(site).read(new Log.Position(site, 1, 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                var entry = EntryCodec.decode(stored);
                var words = new StringBuilder(
                        stored.at() + " " + (entry.input() instanceof Input.Apply ? "" : entry.input()));
                for (Result r : entry.results())
                    if (r instanceof Result.DiskIs || r instanceof Result.WriteOrdered)
                        words.append(' ').append(r);
                all.add(words + (entry.readingsDropped() ? " lacks readings" : ""));
            }
        }
        return all;
    }

    private static void await(String what, BooleanSupplier isThere) throws InterruptedException, TimeoutException {
        for (long end = System.nanoTime() + PATIENCE.toNanos(); !isThere.getAsBoolean(); ) {
            if (System.nanoTime() > end) throw new TimeoutException("Waited in vain for " + what);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
