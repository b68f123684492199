package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.History.Every;
import io.linkspan.model.History.Point;
import io.linkspan.model.Log;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ended at any moment, a history opens again and has everything, with nothing to repair and nothing left over.
class CrashTest {
    private static final long START = Story.at("2026-03-02T00:00:00");
    private static final int ENTRIES = 1_200;
    private static final Keep KEEP = new Keep(Duration.ofDays(3), Map.of());

    @TempDir
    Path folder;

    /// A folder in which everything ends at one step.
    private static final class Ending extends Folder {
        private int left;

        Ending(Path path, int steps) throws IOException {
            super(path);
            left = steps;
        }

        @Override
        void step(String what) throws IOException {
            if (left-- <= 0) throw new IOException("The power went before: " + what);
        }
    }

    @Test
    void endsAtManySteps() throws IOException {
        for (int step = 1; run(step); step += 23) assertWhole(step);
    }

    @Test
    @Tag("long")
    void endsAtEachStep() throws IOException {
        for (int step = 0; run(step); step++) assertWhole(step);
    }

    private static Story story() {
        var story = new Story();
        for (int i = 0; i < ENTRIES; i++) {
            long wall = START + i * Story.HOUR / 8;
            story.number(wall, 1 + i % 2, i);
            if (i % 50 == 49) story.number(wall + 1, 1, -i, wall - Story.DAY - i); // late
        }
        return story;
    }

    /// @return whether it was ended
    private boolean run(int steps) throws IOException {
        HistoryPropertiesTest.delete(folder);
        var story = story();
        long now = story.log.getLast().at().wall();
        TsFileHistory history;
        try {
            history = Story.open(new Ending(folder, steps), Story.SMALL, KEEP);
        } catch (IOException e) {
            return true;
        }
        try {
            for (int part = 1; part <= 10; part++) {
                story.tell(history, story.log.size() * part / 10);
                history.seal();
                if (part == 5) history.bring("a.csv", "1", CrashTest::imported);
                Story.maintain(history, part == 10 ? now : START);
            }
            return false;
        } catch (IOException e) {
            return true;
        } finally {
            history.close();
        }
    }

    private static void imported(TsFileHistory.Taker taker) throws IOException {
        for (int i = 0; i < 5_000; i++)
            taker.take(3, START + 5 * Story.DAY + i * Story.SECOND, new Value.Num(i), Quality.GOOD);
    }

    private void assertWhole(int step) throws IOException {
        var story = story();
        long now = story.log.getLast().at().wall();
        try (var history = Story.open(new Folder(folder), Story.SMALL, KEEP)) {
            story.tell(history);
            history.bring("a.csv", "1", CrashTest::imported);
            history.seal();
            Story.maintain(history, now);
            long dropped = new Calendar(Story.BRUSSELS).start(now - 3 * Story.DAY, Every.DAY);
            for (int property = 1; property <= 3; property++) {
                var all = expected(story, property);
                var points = history.read(property, 0, Long.MAX_VALUE, 100_000).points();
                assertThat(points)
                        .as("step %d, property %d", step, property)
                        .containsAll(all.stream()
                                .filter(p -> p.atMicros() >= dropped)
                                .toList())
                        .isSubsetOf(all);
                long counted = history.buckets(property, START - 3 * Story.DAY, now + 1, Every.DAY).buckets().stream()
                        .mapToLong(b -> b.count())
                        .sum();
                assertThat(counted).as("step %d, property %d", step, property).isEqualTo(all.size());
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files).noneMatch(f -> f.toString().endsWith(".tmp"));
        }
    }

    private static List<Point> expected(Story story, int property) throws IOException {
        var points = new ArrayList<Point>();
        if (property == 3) imported((_, at, value, quality) -> points.add(new Point(at, value, quality)));
        for (var entry : story.log)
            for (var result : entry.results())
                for (var r : ((io.linkspan.model.Result.Took) result).readings())
                    if (r.property() == property)
                        points.add(new Point(
                                r.hasDeviceTime()
                                        ? r.deviceTimeMicros()
                                        : entry.at().wall(),
                                r.value(),
                                r.quality()));
        return points;
    }

    /// Rounds of [#killed] that fit into a run of all tests.
    private static final int ROUNDS = 4;

    private static final int ROUNDS_LONG = 200;

    @Test
    void killedWhileItTakesMergesRollsUpImportsAndExports() throws IOException, InterruptedException {
        killed(ROUNDS);
    }

    @Test
    @Tag("long")
    void killedManyTimes() throws IOException, InterruptedException {
        killed(ROUNDS_LONG);
    }

    /// A process with four threads is killed at a random moment, again and again on what the one before left.
    private void killed(int rounds) throws IOException, InterruptedException {
        long seed = 42;
        var random = new java.util.Random(seed);
        var name = "0";
        long imported = 0;
        for (int round = 0; round < rounds; round++) {
            Path own = folder.resolve(name);
            long said = runAndKill(own, random);
            try (var history = Story.open(new Folder(own))) {
                long sealed = history.sealedTo().map(Log.Position::seq).orElse(0L);
                for (long i = sealed + 1; i <= sealed + 10; i++) Child.take(history, i);
                long upTo = sealed + 10;
                for (int property = 1; property <= 3; property++) {
                    int p = property;
                    assertThat(count(history, property))
                            .as("round %d, property %d", round, property)
                            .isEqualTo(java.util.stream.LongStream.rangeClosed(1, upTo)
                                    .filter(i -> 1 + i % 3 == p)
                                    .count());
                }
                long there = count(history, Child.IMPORTED);
                assertThat(there % Child.IMPORTED_ROWS).as("round %d", round).isZero(); // all of a file or nothing
                assertThat(there / Child.IMPORTED_ROWS)
                        .as("round %d", round)
                        .isGreaterThanOrEqualTo(Math.max(said, imported));
                imported = there / Child.IMPORTED_ROWS;
                assertThat(files(own)).as("round %d", round).isEqualTo(history.segments() + (sealed == 0 ? 0 : 1) + 2L);
                if (upTo < Child.ENTRIES_MAX) continue;
                name = Integer.toString(round + 1);
                imported = 0;
            }
        }
    }

    /// The files but the lock's: those of the segments, of the ledger, the manifest, and nothing more.
    private static long files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    private static long count(TsFileHistory history, int property) throws IOException {
        long read = 0;
        for (long from = 0; ; ) {
            var page = history.read(property, from, Long.MAX_VALUE, 100_000);
            read += page.points().size();
            if (!page.more()) return read;
            from = page.points().getLast().atMicros() + 1;
        }
    }

    /// @return how many files it said that it had imported
    private static long runAndKill(Path folder, java.util.Random random) throws IOException, InterruptedException {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long imported = 0;
        try (var out = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
            int lines = 1 + random.nextInt(15);
            long nanos = random.nextInt(20_000_000);
            for (int i = 0; i < lines; i++) {
                String line = out.readLine();
                assertThat(line).as("the child goes on until it is killed").isNotNull();
                if (line.startsWith("imported ")) imported = Long.parseLong(line.substring("imported ".length()));
            }
            java.util.concurrent.locks.LockSupport.parkNanos(nanos); // anywhere within what goes on
        } finally {
            child.destroyForcibly().waitFor();
        }
        return imported;
    }

    /// The process that is killed: takes, keeps up, imports and exports, on four threads.
    static final class Child {
        static final int IMPORTED = 4;
        static final int IMPORTED_ROWS = 3_000;
        static final long ENTRIES_MAX = 400_000;
        private static final int IMPORTS_MAX = 40;
        private static final long STEP = 10 * Story.SECOND;

        private interface Work {
            void run() throws Exception;
        }

        public static void main(String[] arguments) throws Exception {
            var history = Story.open(new Folder(Path.of(arguments[0])));
            start(() -> {
                while (true) if (!history.maintain(START + history.resumeAt().seq() * STEP)) Thread.onSpinWait();
            });
            start(() -> {
                for (int k = 0; ; k = Math.min(k + 1, IMPORTS_MAX - 1)) {
                    if (history.bring("file " + k, "hash", importing(k))) say("imported " + (k + 1));
                    else Thread.onSpinWait();
                }
            });
            start(() -> {
                var out = java.io.Writer.nullWriter();
                while (true)
                    CsvExport.write(
                            history,
                            List.of(new CsvExport.Named(1, "a"), new CsvExport.Named(IMPORTED, "b")),
                            0,
                            Long.MAX_VALUE,
                            out);
            });
            for (long i = history.resumeAt().seq(); ; i++) {
                take(history, Math.max(i, 1));
                if (i % 5_000 == 0) say("taken " + i);
            }
        }

        private static synchronized void say(String line) {
            System.out.println(line);
        }

        /// A thread of which one mistake ends the process, so that the test sees it.
        private static void start(Work work) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    work.run();
                } catch (Exception e) {
                    Runtime.getRuntime().halt(1);
                }
            });
        }

        private static TsFileHistory.Source importing(int k) {
            return taker -> {
                for (int i = 0; i < IMPORTED_ROWS; i++)
                    taker.take(
                            IMPORTED, START - (1L + k) * Story.DAY + i * Story.SECOND, new Value.Num(i), Quality.GOOD);
            };
        }

        static void take(TsFileHistory history, long i) throws IOException {
            var story = new Story().number(START + i * STEP, (int) (1 + i % 3), i % 1_000);
            history.take(new Log.Position(Story.SITE, 1, i), story.log.getFirst());
        }
    }
}
