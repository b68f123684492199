package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.model.History.Every;
import io.linkspan.model.History.Point;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Whatever comes in whatever order, and whatever goes on behind it, the answers are those of a plain list.
class HistoryPropertiesTest {
    private static final long START = Story.at("2026-03-28T20:00:00"); // the clock is set in the night after
    private static final double[] VALUES = {0, 1.5, 2.25, -7, 1.0 / 3};

    @Property(tries = 40)
    void answersAsAPlainListWould(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int entries)
            throws IOException {
        var random = new Random(seed);
        var folder = Files.createTempDirectory("history");
        var story = new Story();
        var history = Story.open(new Folder(folder));
        try {
            long wall = START;
            for (int i = 0; i < entries; i++) {
                wall += random.nextLong(Story.HOUR) / (random.nextBoolean() ? 1 : 60);
                story.took(wall, reading(random, wall), reading(random, wall));
                story.tell(history);
                switch (random.nextInt(24)) {
                    case 0, 1 -> history.seal();
                    case 2 -> Story.maintain(history, wall);
                    case 3 -> history.mergeAll();
                    case 4 -> {
                        history.close();
                        history = Story.open(new Folder(folder));
                        story.tell(history);
                    }
                    default -> {
                        // more readings first
                    }
                }
                if (random.nextInt(40) == 0) compare(history, story, wall);
            }
            compare(history, story, wall);
        } finally {
            history.close();
            delete(folder);
        }
    }

    private static Reading reading(Random random, long wall) {
        var quality = random.nextInt(6) == 0 ? Quality.CORRECTED : random.nextInt(6) == 0 ? Quality.BAD : Quality.GOOD;
        var value = new Value.Num(VALUES[random.nextInt(VALUES.length)]);
        long at = switch (random.nextInt(4)) {
            case 0 -> Reading.NO_TIME;
            case 1 -> wall - random.nextLong(3 * Story.HOUR);
            case 2 -> Math.floorDiv(wall, Story.MINUTE) * Story.MINUTE - random.nextInt(5) * Story.MINUTE; // often met
            default -> wall - random.nextLong(2 * Story.DAY);
        };
        return new Reading(1 + random.nextInt(2), value, quality, at);
    }

    /// The rule in its plainest words.
    private static final class Instant {
        final List<Reading> all = new ArrayList<>();

        Reading stands() {
            var corrected =
                    all.stream().filter(r -> r.quality() == Quality.CORRECTED).toList();
            return corrected.isEmpty() ? all.getFirst() : corrected.getLast();
        }

        HashSet<Value> others() {
            var others = new HashSet<Value>();
            for (var r : all) others.add(r.value());
            others.remove(stands().value());
            return others;
        }
    }

    private static void compare(TsFileHistory history, Story story, long wall) throws IOException {
        for (int property = 1; property <= 2; property++) {
            var instants = instants(story, property);
            var points = new ArrayList<Point>();
            instants.forEach((at, i) ->
                    points.add(new Point(at, i.stands().value(), i.stands().quality())));
            assertThat(history.read(property, 0, Long.MAX_VALUE, 100_000).points())
                    .isEqualTo(points);
            var again = history.again(property, 0, Long.MAX_VALUE);
            for (var e : instants.entrySet())
                assertThat(again.stream()
                                .filter(a -> a.atMicros() == e.getKey())
                                .map(Again::value))
                        .containsExactlyInAnyOrderElementsOf(e.getValue().others());
            for (var probe : List.of(START, wall, wall - Story.DAY)) {
                var before = points.stream().filter(p -> p.atMicros() < probe).reduce((_, b) -> b);
                assertThat(history.lastBefore(property, probe)).isEqualTo(before);
            }
            for (var every : Every.values()) buckets(history, property, every, points, wall);
        }
    }

    private static TreeMap<Long, Instant> instants(Story story, int property) {
        var instants = new TreeMap<Long, Instant>();
        for (var entry : story.log)
            for (var result : entry.results())
                if (result instanceof io.linkspan.model.Result.Took took)
                    for (var r : took.readings()) {
                        if (r.property() != property) continue;
                        boolean any = took.readings().stream().anyMatch(Reading::hasDeviceTime);
                        long at = any && r.hasDeviceTime()
                                ? r.deviceTimeMicros()
                                : entry.at().wall();
                        instants.computeIfAbsent(at, _ -> new Instant()).all.add(r);
                    }
        return instants;
    }

    private static void buckets(TsFileHistory history, int property, Every every, List<Point> points, long wall)
            throws IOException {
        var calendar = new Calendar(Story.BRUSSELS);
        var expected = new TreeMap<Long, List<Point>>();
        for (var p : points)
            expected.computeIfAbsent(calendar.start(p.atMicros(), every), _ -> new ArrayList<>())
                    .add(p);
        var buckets = history.buckets(property, START - 3 * Story.DAY, wall + Story.DAY, every)
                .buckets();
        assertThat(buckets).extracting(b -> b.fromMicros()).containsExactlyElementsOf(expected.keySet());
        for (var bucket : buckets) {
            var own = expected.getOrDefault(bucket.fromMicros(), List.of());
            var figures = own.stream()
                    .filter(p -> p.quality() != Quality.BAD)
                    .mapToDouble(p -> ((Value.Num) p.value()).value())
                    .summaryStatistics();
            assertThat(bucket.count()).isEqualTo(own.size());
            if (figures.getCount() == 0) {
                assertThat(bucket.mean()).isNaN();
                continue;
            }
            assertThat(bucket.min()).isEqualTo(figures.getMin());
            assertThat(bucket.max()).isEqualTo(figures.getMax());
            assertThat(bucket.mean()).isCloseTo(figures.getAverage(), within(1e-9));
            double mean = timeMean(points, bucket.fromMicros(), Math.min(bucket.toMicros(), wall));
            if (Double.isNaN(mean)) assertThat(bucket.timeMean()).isNaN();
            else assertThat(bucket.timeMean()).isCloseTo(mean, within(1e-9));
        }
    }

    private static double timeMean(List<Point> points, long from, long to) {
        double area = 0;
        long held = 0;
        for (int i = 0; i < points.size(); i++) {
            long start = Math.max(from, points.get(i).atMicros());
            long end = i + 1 < points.size() ? Math.min(to, points.get(i + 1).atMicros()) : to;
            if (points.get(i).quality() == Quality.BAD || end <= start) continue;
            held += end - start;
            area += ((Value.Num) points.get(i).value()).value() * (end - start);
        }
        return held == 0 ? Double.NaN : area / held;
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
