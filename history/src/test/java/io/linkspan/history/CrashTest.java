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

    @Test
    void killedWhileItWritesAndMerges() throws IOException, InterruptedException {
        for (int lines : new int[] {3, 14, 40}) {
            var child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Child.class.getName(),
                            folder.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var out = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
                for (int i = 0; i < lines; i++) assertThat(out.readLine()).isNotNull();
            } finally {
                child.destroyForcibly().waitFor();
            }
            try (var history = Story.open(new Folder(folder))) {
                long sealed = history.sealedTo().map(Log.Position::seq).orElse(0L);
                assertThat(sealed).isPositive();
                for (long i = sealed + 1; i <= sealed + 10; i++) Child.take(history, i);
                long upTo = sealed + 10;
                for (int property = 1; property <= 3; property++) {
                    long read = 0;
                    var page = history.read(property, 0, Long.MAX_VALUE, 100_000);
                    while (true) {
                        read += page.points().size();
                        if (!page.more()) break;
                        page = history.read(property, page.points().getLast().atMicros() + 1, Long.MAX_VALUE, 100_000);
                    }
                    int p = property;
                    assertThat(read)
                            .isEqualTo(java.util.stream.LongStream.rangeClosed(1, upTo)
                                    .filter(i -> 1 + i % 3 == p)
                                    .count());
                }
            }
        }
    }

    /// The process that is killed: takes, and keeps up, on two threads.
    static final class Child {
        public static void main(String[] arguments) throws Exception {
            try (var history = Story.open(new Folder(Path.of(arguments[0])))) {
                var upkeep = Thread.ofVirtual().start(() -> {
                    try {
                        while (!Thread.currentThread().isInterrupted())
                            if (!history.maintain(START)) Thread.onSpinWait();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                for (long i = history.resumeAt().seq(); upkeep.isAlive(); i++) {
                    take(history, Math.max(i, 1));
                    if (i % 5_000 == 0) System.out.println(i);
                }
            }
        }

        static void take(TsFileHistory history, long i) throws IOException {
            var story = new Story().number(START + i * Story.SECOND / 10, (int) (1 + i % 3), i % 1_000);
            history.take(new Log.Position(Story.SITE, 1, i), story.log.getFirst());
        }
    }
}
