package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.COLD_STORE;
import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log folder that was written once and must be readable for ever. When the format gets a new version this folder
/// stays, and a second one is added.
class GoldenLogTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden-log");
    private static final JournalSettings SETTINGS = new JournalSettings(
            Duration.ofMillis(200), 1 << 12, 1 << 10, 1 << 20, 1 << 12, 0, Duration.ofSeconds(1), 20_460_101);

    @TempDir
    Path folder;

    @Test
    void theGoldenLogIsReadAsItWasWritten() throws IOException {
        copy();
        try (var journal = Journal.open(new RealDisk(folder), SETTINGS)) {
            assertThat(journal.recovery().closedInOrder()).isTrue();
            assertThat(journal.recovery().damage()).isEmpty();
            assertThat(describe(journal)).isEqualTo(Files.readString(GOLDEN.resolve("expected.txt")));
        }
    }

    @Test
    void itIsReadWithoutItsIndexesToo() throws IOException {
        copy();
        for (var file : Files.list(folder.resolve("log")).toList())
            if (file.toString().endsWith(".idx")) Files.delete(file);
        try (var journal = Journal.open(new RealDisk(folder), SETTINGS)) {
            assertThat(describe(journal)).isEqualTo(Files.readString(GOLDEN.resolve("expected.txt")));
        }
    }

    @Test
    void theGoldenLogIsWhole() throws IOException {
        copy();
        var report = JournalCheck.check(new RealDisk(folder), List.of(), _ -> {});
        assertThat(report.findings()).isEmpty();
        assertThat(report.tail()).isEmpty();
    }

    @Test
    void theSameIsWrittenToday() throws IOException {
        assertThat(write(new RealDisk(folder))).isEqualTo(Files.readString(GOLDEN.resolve("expected.txt")));
        try (var files = Files.walk(GOLDEN)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var name = GOLDEN.relativize(file).toString();
                if (name.matches("(log|snapshots)/.*"))
                    assertThat(folder.resolve(name)).hasSameBinaryContentAs(file);
            }
        }
    }

    private void copy() throws IOException {
        try (var files = Files.walk(GOLDEN)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var to = folder.resolve(GOLDEN.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    /// Writes the folder; run by hand, once for each version of the format.
    public static void main(String[] args) throws IOException {
        var golden = new RealDisk(Path.of(args[0]));
        var text = write(golden);
        golden.delete("lock");
        Files.writeString(Path.of(args[0]).resolve("expected.txt"), text);
    }

    private static String write(Disk disk) throws IOException {
        try (var journal = Journal.open(disk, SETTINGS)) {
            var home = journal.open(RIVERSIDE);
            var store = journal.open(COLD_STORE);
            for (int i = 1; i <= 90; i++) {
                append(home, i * 1_000L, i % 3 == 0 ? "hold " + i : "", "power " + i);
                if (i % 10 == 0) append(store, i * 1_000L, "temperature alarm", "");
                if (i % 15 == 0) journal.commitNow(0);
            }
            home.append(91_000, 5_000_000, bytes("the clock stepped"), bytes(""));
            home.append(91_000, 4_999_999, bytes("x".repeat(300)), bytes("y".repeat(200)));
            journal.commitNow(0);
            home.saveSnapshot(
                    new Log.Position(RIVERSIDE, 1, 60),
                    out -> out.write("state at 60".getBytes(StandardCharsets.UTF_8)));
            home.openEpoch(2, new Log.Position(RIVERSIDE, 1, 91), ChainHash.NONE, "restored from a backup");
            for (int i = 1; i <= 200; i++) append(home, (100 + i) * 1_000L, "set " + i, "power " + i);
            journal.commitNow(0);
            while (journal.maintain(0)) continue;
            journal.dropReadings(new RetentionLimits(
                    Map.of(RIVERSIDE, new Log.Position(RIVERSIDE, 1, 45)), Long.MAX_VALUE, Long.MAX_VALUE));
            journal.dropReadings(new RetentionLimits(
                    Map.of(RIVERSIDE, new Log.Position(RIVERSIDE, 1, 45)), Long.MAX_VALUE, Long.MAX_VALUE));
            return describe(journal);
        }
    }

    private static String describe(Journal journal) throws IOException {
        var lines = new ArrayList<String>();
        for (var site : journal.sites()) {
            var log = journal.open(site);
            lines.add("head " + log.durableHead());
            var snapshot = log.newestSnapshot();
            if (snapshot.isPresent())
                lines.add("snapshot " + snapshot.get().at() + " "
                        + text(snapshot.get().bytes()));
            try (var reader = log.read(new Log.Position(site, 1, 0))) {
                for (var entry = reader.next(); entry != null; entry = reader.next())
                    lines.add(entry.at() + " " + entry.siteTimeMicros() + " " + entry.wallTimeMicros() + " "
                            + text(entry.control()) + " | " + text(entry.readings())
                            + (entry.readingsDropped() ? "(dropped)" : ""));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
