package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.feed.Feed;
import io.linkspan.history.HistorySettings;
import io.linkspan.history.Keep;
import io.linkspan.history.TsFileHistory;
import io.linkspan.model.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The histories of a whole node: what is read is there while upkeep goes on, after a backup was restored, and nothing
/// of
/// a branch that ended.
class HistoriesTest {
    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        read(41.5);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private void read(double celsius) throws Exception {
        node.plant.unit(1).number("input 4 int16 x0.1", celsius);
        TestNode.await(
                "the boiler is read", () -> node.value("boiler.temperature").equals(Double.toString(celsius)));
    }

    private static List<String> temperatures(History history, SiteView view) throws IOException {
        var all = new ArrayList<String>();
        for (var p : history.read(view.directory().property("boiler.temperature"), 0, Long.MAX_VALUE, 10_000)
                .points()) all.add(p.value().toString());
        return all;
    }

    private static List<String> temperatures(Running running) throws IOException {
        var site = running.node().sites().getFirst();
        var history = running.node().history(site);
        return history.isEmpty() ? List.of() : temperatures(history.get(), running.view(site));
    }

    @Test
    void upkeepThatIsSlowHoldsNoReadingUp() throws Exception {
        var entered = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        Histories.Upkeep slow = (_, _) -> {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return false;
        };
        try (var histories = new Histories(folder.resolve("other"), () -> List.of(node.view()), slow)) {
            histories.start();
            entered.await(); // and it does not come out before the gate opens
            read(43.5);
            TestNode.await("the reading is in the history", () -> {
                var history = histories.of(node.view().id());
                return history.isPresent()
                        && temperatures(history.get(), node.view()).contains("43.5");
            });
            assertThat(gate.getCount()).isOne();
            gate.countDown();
        }
    }

    @Test
    void aBackupBringsWhatWasImported() throws Exception {
        Path csv = folder.resolve("old.csv");
        Files.writeString(csv, "time,boiler.temperature\n2024-01-01T00:00Z,7.75\n2024-01-01T00:15Z,8.5\n");
        assertThat(node.say("import", csv.toString()).exit()).isEqualTo(Exit.DONE);
        TestNode.await(
                "all is in the history", () -> temperatures(node.running()).contains("41.5"));
        Path file = folder.resolve("backup.zip");
        assertThat(node.say("backup", file.toString()).err()).isEmpty();
        read(42.5);
        TestNode.await("the node goes on", () -> temperatures(node.running()).contains("42.5"));
        node.end();
        node.plant.unit(1).number("input 4 int16 x0.1", 44.5);
        Path other = folder.resolve("restored");
        assertThat(TestNode.run("restore", file.toString(), "--data", other.toString(), "--lead")
                        .err())
                .isEmpty();
        try (var restored = Running.start(Running.Settings.of(other, node.site), _ -> {})) {
            TestNode.await("the log is read", () -> temperatures(restored).contains("41.5"));
            assertThat(temperatures(restored))
                    .startsWith("7.75", "8.5")
                    .contains("41.5")
                    .doesNotContain("42.5");
        } finally {
            node.begin();
        }
    }

    @Test
    void ofABranchThatEndedNothingIsLeft() throws Exception {
        Path file = folder.resolve("backup.zip");
        assertThat(node.say("backup", file.toString()).exit()).isEqualTo(Exit.DONE);
        read(42.5);
        read(46.5);
        node.end();
        Path dead = node.data.resolve(Histories.FOLDER);
        seal(node.data, dead);
        Path other = folder.resolve("restored");
        assertThat(TestNode.run("restore", file.toString(), "--data", other.toString(), "--lead")
                        .exit())
                .isEqualTo(Exit.DONE);
        node.plant.unit(1).number("input 4 int16 x0.1", 44.5);
        copy(dead, other.resolve(Histories.FOLDER));
        try (var restored = Running.start(Running.Settings.of(other, node.site), _ -> {})) {
            TestNode.await(
                    "the restored node reads", () -> temperatures(restored).contains("44.5"));
            assertThat(temperatures(restored)).contains("41.5").doesNotContain("42.5", "46.5");
        } finally {
            node.begin();
        }
    }

    /// What a node does each hour.
    private static void seal(Path data, Path histories) throws IOException {
        for (var view : StoredSite.in(data)) {
            try (var history = TsFileHistory.open(
                            histories.resolve(view.id().toString()),
                            view.id(),
                            view.directory().file().name(),
                            HistorySettings.STANDARD,
                            () -> view.directory().file().zone(),
                            _ -> Keep.STANDARD);
                    Feed feed = view.feed(history.resumeAt())) {
                for (var item = feed.next(); item.isPresent(); item = feed.next()) history.take(item.get());
                history.seal();
                assertThat(temperatures(history, view)).contains("42.5", "46.5");
                assertThat(history.sealedTo()).isPresent();
                assertThat(history.completeTo()).isLessThan(Instant.now().toEpochMilli() * 1_000 + 1_000);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path each : files.sorted().toList()) {
                Path there = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) Files.createDirectories(there);
                else Files.copy(each, there, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
