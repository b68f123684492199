package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.SiteId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node in a process of its own is killed at random moments under load and started again on the same folder, with
/// nothing done
/// to it by hand.
class KillTest {
    /// Longest wait for a link of the new process to act; a bound for a broken node, not a figure.
    private static final Duration REACTION_MAX = Duration.ofSeconds(60);
    private static final int LIFE_MILLIS_MAX = 1_500;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedOutlivesTenKills() throws Exception {
        rounds(10);
    }

    @Test
    @Tag("long")
    void whatWasAcknowledgedOutlivesThreeHundredKills() throws Exception {
        rounds(300);
    }

    private void rounds(int rounds) throws Exception {
        var random = new SplittableRandom(rounds);
        var toMain = new Histogram(3);
        var toUp = new Histogram(3);
        var toReaction = new Histogram(3);
        var book = new Book(new RealDisk(folder.resolve("data/journal")));
        try (var workshop = new Workshop()) {
            Path file = Files.writeString(folder.resolve("workshop.yaml"), workshop.text());
            for (int round = 0; round < rounds; round++) {
                int from = workshop.count();
                var life = new Life(book, file, round);
                boolean early = round > 0 && random.nextInt(8) == 0; // also while it starts
                if (early) TimeUnit.MILLISECONDS.sleep(random.nextInt(LIFE_MILLIS_MAX));
                else {
                    var first = workshop.awaitLink(from, REACTION_MAX);
                    assertThat(first)
                            .as("round %d: no link acted; the process said %s", round, life.log())
                            .isNotNull();
                    if (round > 0) toReaction.recordValue(Math.max(0, (first.nanos() - life.nanos) / 1_000_000));
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(LIFE_MILLIS_MAX));
                }
                life.kill();
                if (!early && round > 0) {
                    toMain.recordValue(life.main - life.millis);
                    toUp.recordValue(life.up - life.main);
                }
                workshop.settle();
                book.compare(site(), workshop.seen(from));
                assertThat(book.wrong()).as("round %d", round).isEmpty();
            }
            book.close(site());
        }
        assertThat(book.wrong()).isEmpty();
        System.out.printf("%d rounds of kill -9: %s%n", rounds, book.figures());
        row("process to main", toMain);
        row("main to node up", toUp);
        row("process to first reaction of a link", toReaction);
    }

    /// The log is made by the site itself, without lines; the newest snapshot lies as far back as it may.
    @Test
    @Tag("long")
    void aStartWithAMillionEntriesControlsAtOnce() throws Exception {
        try (var workshop = new Workshop()) {
            Path file = Files.writeString(folder.resolve("workshop.yaml"), workshop.text());
            long entries = LongLog.make(folder.resolve("data"), workshop, 1_000_000);
            for (int round = 0; round < 5; round++) {
                int from = workshop.count();
                var life = new Life(new Book(new RealDisk(folder.resolve("data/journal"))), file, round);
                var first = workshop.awaitLink(from, REACTION_MAX);
                assertThat(first)
                        .as("no link acted; the process said %s", life.log())
                        .isNotNull();
                long millis = (first.nanos() - life.nanos) / 1_000_000;
                life.kill();
                System.out.printf(
                        "start with %d entries: process to main %d ms, main to node up %d ms, process to first reaction %d ms%n",
                        entries, life.main - life.millis, life.up - life.main, millis);
                assertThat(millis).isLessThan(10_000);
            }
        }
    }

    private static void row(String what, Histogram h) {
        System.out.printf(
                "  %-36s p50 %d ms  p99 %d ms  max %d ms%n",
                what, h.getValueAtPercentile(50), h.getValueAtPercentile(99), h.getMaxValue());
    }

    private SiteId site() throws IOException {
        return JournalView.open(new RealDisk(folder.resolve("data/journal")))
                .orElseThrow()
                .sites()
                .getFirst();
    }

    /// One process.
    private final class Life {
        final long millis = System.currentTimeMillis();
        final long nanos = System.nanoTime();
        private final Process process;
        private final Path log;
        private final Thread listener;
        private final Book book;
        volatile long main;
        volatile long up;

        Life(Book book, Path file, int round) throws IOException {
            this.book = book;
            log = folder.resolve("log-" + round % 2);
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Doomed.class.getName(),
                            folder.resolve("data").toString(),
                            file.toString(),
                            "life" + round,
                            Integer.toString(1 + round * 2 * Crew.SETS_MAX))
                    .redirectError(log.toFile())
                    .start();
            listener = Thread.ofPlatform().name("listener").start(this::listen);
        }

        private void listen() {
            try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
                var text = new StringBuilder();
                for (int c; (c = in.read()) >= 0; ) {
                    if (c != '\n') {
                        text.append((char) c);
                        continue;
                    }
                    if (!text.isEmpty() && text.charAt(0) == Doomed.MARK) told(text.substring(1));
                    text.setLength(0);
                }
            } catch (IOException e) {
                // the process is gone
            }
        }

        private void told(String line) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "start" -> main = Long.parseLong(words[1]);
                case "up" -> up = Long.parseLong(words[1]);
                case "taken" -> book.taken(Long.parseLong(words[1]), words[2]);
                case "ended" -> book.ended(words[1], words[2]);
                default ->
                    throw new IllegalStateException("The process said " + line); // open: words of another process
            }
        }

        void kill() throws InterruptedException {
            assertThat(process.isAlive())
                    .as("the process ended by itself: %s", log())
                    .isTrue();
            process.destroyForcibly().waitFor();
            listener.join();
        }

        String log() {
            try {
                return Optional.of(Files.readString(log))
                        .map(t -> t.substring(Math.max(0, t.length() - 4_000)))
                        .get();
            } catch (IOException e) {
                return List.of(e).toString();
            }
        }
    }
}
