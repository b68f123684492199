package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.model.History;
import io.linkspan.model.History.Bucket;
import io.linkspan.model.History.Every;
import io.linkspan.model.History.Missing;
import io.linkspan.model.History.Point;
import io.linkspan.model.Log;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tsfile.file.metadata.IDeviceID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsFileHistoryTest {
    private static final long MARCH = Story.at("2026-03-02T00:00:00");

    @TempDir
    Path folder;

    private final Story story = new Story();

    private TsFileHistory open() throws IOException {
        return Story.open(new Folder(folder));
    }

    @Test
    void everyKindOfValueComesBackAsItWas() throws IOException {
        var values = List.of(
                new Value.Num(21.37),
                new Value.Num(1.0 / 3),
                new Value.Int(Long.MIN_VALUE),
                new Value.Register(Long.MAX_VALUE, 3),
                new Value.Register(12, 0),
                Value.Flag.ON,
                new Value.Choice("charging"),
                new Value.Text("two words"),
                new Value.Bytes(new byte[] {0, 1, -1}),
                new Value.Position(51.1, 4.4, 12),
                Value.Group.of(Map.of("a", new Value.Int(1), "b", Value.Flag.OFF)));
        for (int i = 0; i < values.size(); i++)
            story.took(MARCH + i, new Reading(7, values.get(i), Quality.values()[i % 5], Reading.NO_TIME));
        try (var history = open()) {
            story.tell(history);
            var before = history.read(7, MARCH, MARCH + 100, 100).points();
            assertThat(before).extracting(Point::value).isEqualTo(values);
            history.seal();
            assertThat(history.read(7, MARCH, MARCH + 100, 100).points()).isEqualTo(before);
            assertThat(history.memoryBytes()).isZero();
        }
        try (var history = open()) {
            assertThat(history.read(7, MARCH, MARCH + 100, 100).points())
                    .extracting(Point::quality)
                    .containsExactly(
                            Quality.GOOD,
                            Quality.UNCERTAIN,
                            Quality.BAD,
                            Quality.ESTIMATED,
                            Quality.CORRECTED,
                            Quality.GOOD,
                            Quality.UNCERTAIN,
                            Quality.BAD,
                            Quality.ESTIMATED,
                            Quality.CORRECTED,
                            Quality.GOOD);
        }
    }

    @Test
    void ofOneInstantTheFirstStandsAndTheOtherIsBesideIt() throws IOException {
        story.number(MARCH, 1, 10)
                .number(MARCH + Story.MINUTE, 1, 11)
                .number(MARCH + 2 * Story.MINUTE, 1, 10, MARCH) // again: one reading
                .number(MARCH + 3 * Story.MINUTE, 1, 12, MARCH) // another value
                .took(
                        MARCH + 4 * Story.MINUTE,
                        new Reading(1, new Value.Num(13), Quality.CORRECTED, MARCH + Story.MINUTE))
                .number(MARCH + 5 * Story.MINUTE, 1, 9, MARCH - Story.HOUR); // late
        try (var history = open()) {
            for (int step = 0; step < 3; step++) {
                story.tell(history, step == 0 ? 2 : story.log.size());
                if (step < 2) history.seal();
                else history.mergeAll();
            }
            assertThat(history.read(1, 0, Long.MAX_VALUE, 10).points())
                    .containsExactly(
                            new Point(MARCH - Story.HOUR, new Value.Num(9), Quality.GOOD),
                            new Point(MARCH, new Value.Num(10), Quality.GOOD),
                            new Point(MARCH + Story.MINUTE, new Value.Num(13), Quality.CORRECTED));
            assertThat(history.again(1, 0, Long.MAX_VALUE))
                    .containsExactly(
                            new Again(MARCH + 3 * Story.MINUTE, MARCH, new Value.Num(12), Quality.GOOD),
                            new Again(MARCH + Story.MINUTE, MARCH + Story.MINUTE, new Value.Num(11), Quality.GOOD));
            assertThat(history.segments()).isEqualTo(1);
        }
    }

    @Test
    void aStartGoesOnBehindWhatIsSealed() throws IOException {
        for (int i = 0; i < 100; i++) story.number(MARCH + i * Story.SECOND, 1, i);
        try (var history = open()) {
            assertThat(history.sealedTo()).isEmpty();
            story.tell(history, 60);
            history.seal();
            story.tell(history, 80);
            assertThat(history.sealedTo()).hasValue(new Log.Position(Story.SITE, 1, 60));
            assertThat(history.position()).hasValue(new Log.Position(Story.SITE, 1, 80));
        }
        try (var history = open()) {
            assertThat(history.resumeAt()).isEqualTo(new Log.Position(Story.SITE, 1, 61));
            assertThat(history.completeTo()).isEqualTo(MARCH + 59 * Story.SECOND);
            for (int i = 50; i <= 100; i++) history.take(new Log.Position(Story.SITE, 1, i), story.log.get(i - 1));
            assertThat(history.read(1, 0, Long.MAX_VALUE, 1_000).points()).hasSize(100);
            assertThat(history.counts().readings()).isEqualTo(40);
            assertThat(history.completeTo()).isEqualTo(MARCH + 99 * Story.SECOND);
        }
    }

    @Test
    void oneAnswerHasALimitAndSaysThatThereIsMore() throws IOException {
        for (int i = 0; i < 100; i++) story.number(MARCH + i, 1, i);
        try (var history = open()) {
            story.tell(history, 50);
            history.seal();
            story.tell(history);
            var first = history.read(1, MARCH, MARCH + 100, 60);
            assertThat(first.more()).isTrue();
            var rest = history.read(1, first.points().getLast().atMicros() + 1, MARCH + 100, 60);
            assertThat(rest.points()).hasSize(40);
            assertThat(rest.more()).isFalse();
            assertThatThrownBy(() -> history.read(1, 0, 1, 0)).hasMessageContaining("1..100000");
            assertThatThrownBy(() -> history.read(1, 2, 1, 1)).hasMessageContaining("ends after it begins");
        }
    }

    @Test
    void gapsAreKeptThroughAStart() throws IOException {
        story.say(MARCH, new Result.GapOpened(List.of(1, 2), MARCH, "the line is down"))
                .say(MARCH + 10, new Result.GapClosed(List.of(1), MARCH + 10))
                .say(MARCH + 20, new Result.GapNoted(List.of(1), MARCH + 12, MARCH + 15, "busy"));
        var first = new Missing(MARCH, MARCH + 10, "the line is down");
        var second = new Missing(MARCH + 12, MARCH + 15, "busy");
        try (var history = open()) {
            story.tell(history, 2);
            history.seal();
        }
        try (var history = open()) {
            story.tell(history);
            for (var entry : story.log.subList(0, 2)) // said again, known once
            history.take(new Log.Position(Story.SITE, 1, entry.seq()), entry);
            assertThat(history.missing(1, 0, Long.MAX_VALUE)).containsExactly(first, second);
            assertThat(history.missing(1, MARCH + 10, MARCH + 13)).containsExactly(second);
            assertThat(history.missing(2, MARCH + 5, MARCH + 6))
                    .containsExactly(new Missing(MARCH, Long.MAX_VALUE, "the line is down"));
        }
    }

    @Test
    void aBucketSaysHowLongEachValueStood() throws IOException {
        story.number(MARCH, 1, 10)
                .number(MARCH + 30 * Story.MINUTE, 1, 20)
                .say(MARCH + 46 * Story.MINUTE, new Result.GapOpened(List.of(1), MARCH + 45 * Story.MINUTE, "silent"))
                .say(MARCH + 60 * Story.MINUTE, new Result.GapClosed(List.of(1), MARCH + 60 * Story.MINUTE))
                .number(MARCH + 60 * Story.MINUTE, 1, 40)
                .took(MARCH + 70 * Story.MINUTE, new Reading(1, new Value.Num(1_000), Quality.BAD, Reading.NO_TIME))
                .number(MARCH + 2 * Story.HOUR, 1, 5);
        try (var history = open()) {
            story.tell(history);
            for (int sealed = 0; sealed < 2; sealed++) {
                var hours = history.buckets(1, MARCH + 1, MARCH + 2 * Story.HOUR, Every.HOUR)
                        .buckets();
                assertThat(hours).hasSize(2);
                var first = hours.getFirst();
                assertThat(first.fromMicros()).isEqualTo(MARCH);
                assertThat(first.count()).isEqualTo(2);
                assertThat(first.mean()).isEqualTo(15);
                assertThat(first.timeMean()).isCloseTo((10 * 30 + 20 * 15) / 45.0, within(1e-9));
                var second = hours.getLast();
                assertThat(second.count()).isEqualTo(2); // the BAD one counts, and is no figure
                assertThat(second.max()).isEqualTo(40);
                assertThat(second.timeMean()).isEqualTo(40);
                assertThat(second.consumption()).isNaN();
                history.seal();
            }
        }
    }

    @Test
    void consumptionGoesThroughRollOverAndExchange() throws IOException {
        register(0, 999_990).register(10, 999_998);
        story.say(
                MARCH + 20 * Story.MINUTE,
                new Result.Took(List.of(Reading.good(1, new Value.Register(5, 1)))),
                new Result.RegisterTurned(1, false, 1_000_000, 1));
        register(30, 7)
                .register(70, 10)
                .register(80, 0)
                .register(90, 4); // a new meter at 80, told at 95: old 12, new 0
        story.say(MARCH + 95 * Story.MINUTE, new Result.RegisterTurned(1, true, 1_000_012, 1));
        try (var history = open()) {
            story.tell(history);
            var hours = history.buckets(1, MARCH, MARCH + 2 * Story.HOUR, Every.HOUR)
                    .buckets();
            assertThat(hours)
                    .extracting(Bucket::consumption)
                    .satisfiesExactly(
                            c -> assertThat(c).isCloseTo(1.7, within(1e-6)),
                            c -> assertThat(c).isCloseTo(0.3 + 0.2 + 0.4, within(1e-6)));
        }
    }

    @Test
    void aWindowsValueStandsAtTheEndOfItsStretchAndACorrectionTakesItsPlace() throws IOException {
        long quarter = 15 * Story.MINUTE;
        story.say(MARCH + quarter + 2_000_000, computed(MARCH, 3, Quality.ESTIMATED, false));
        story.say(
                MARCH + 3 * quarter,
                computed(MARCH + quarter, 4, Quality.GOOD, false)); // told late: it stands no later
        story.say(MARCH + 4 * quarter, nothing(MARCH + 2 * quarter, MARCH + 4 * quarter));
        story.say(MARCH + 4 * quarter + 1, computed(MARCH, 5, Quality.UNCERTAIN, true));
        try (var history = open()) {
            story.tell(history);
            for (int i = 0; i < 2; i++) {
                var points = history.read(1, 0, Long.MAX_VALUE, 10).points();
                assertThat(points)
                        .extracting(History.Point::atMicros)
                        .containsExactly(MARCH + quarter, MARCH + 2 * quarter);
                assertThat(points).extracting(History.Point::value).containsExactly(new Value.Num(5), new Value.Num(4));
                assertThat(points).extracting(History.Point::quality).containsExactly(Quality.CORRECTED, Quality.GOOD);
                history.seal();
            }
            assertThat(history.missing(1, MARCH, MARCH + Story.DAY))
                    .containsExactly(new History.Missing(
                            MARCH + 2 * quarter, MARCH + 4 * quarter, "nothing to compute it from"));
        }
    }

    private static Result computed(long from, double value, Quality quality, boolean corrects) {
        long to = from + 15 * Story.MINUTE;
        return new Result.Computed(1, from, to, Optional.of(new Value.Num(value)), quality, to - from, 9, corrects);
    }

    private static Result nothing(long from, long to) {
        return new Result.Computed(1, from, to, Optional.empty(), Quality.BAD, 0, 0, false);
    }

    private TsFileHistoryTest register(int minute, long tenths) {
        story.took(MARCH + minute * Story.MINUTE, Reading.good(1, new Value.Register(tenths, 1)));
        return this;
    }

    @Test
    void daysHave23And25Hours() throws IOException {
        for (var day : List.of("2026-03-29", "2026-10-25")) {
            long start = Story.at(day + "T00:00:00");
            for (int q = 0; q < 27 * 4; q++) story.number(start + q * 15 * Story.MINUTE, 1, q);
        }
        long end = Story.at("2026-10-27T00:00:00");
        try (var history = open()) {
            story.number(end, 2, 0).tell(history);
            for (int rolled = 0; rolled < 2; rolled++) {
                var spring = history.buckets(
                                1, Story.at("2026-03-29T12:00:00"), Story.at("2026-03-29T12:00:01"), Every.DAY)
                        .buckets()
                        .getFirst();
                assertThat(spring.toMicros() - spring.fromMicros()).isEqualTo(23 * Story.HOUR);
                assertThat(spring.count()).isEqualTo(23 * 4);
                assertThat(spring.timeMean()).isEqualTo((23 * 4 - 1) / 2.0);
                var autumn = history.buckets(
                                1, Story.at("2026-10-25T12:00:00"), Story.at("2026-10-25T12:00:01"), Every.DAY)
                        .buckets()
                        .getFirst();
                assertThat(autumn.toMicros() - autumn.fromMicros()).isEqualTo(25 * Story.HOUR);
                assertThat(autumn.count()).isEqualTo(25 * 4);
                assertThat(history.buckets(1, autumn.fromMicros(), autumn.toMicros(), Every.HOUR)
                                .buckets())
                        .hasSize(25)
                        .allSatisfy(hour -> assertThat(hour.count()).isEqualTo(4));
                history.seal();
                Story.maintain(history, end);
                assertThat(history.bytes(true)).isPositive();
            }
        }
    }

    @Test
    void rollUpsAreWhatTheReadingsGiveAndLateOnesCorrectThem() throws IOException {
        for (int s = 0; s < 2 * 86_400; s += 20)
            story.number(MARCH + s * Story.SECOND, 1, Math.round(Math.sin(s / 5e3) * 1e4) / 10.0);
        story.number(MARCH + 2 * Story.DAY + Story.HOUR, 2, 0);
        try (var history = open()) {
            story.tell(history);
            var made = everyBucket(history);
            history.seal();
            Story.maintain(history, MARCH + 2 * Story.DAY + Story.HOUR);
            assertThat(history.bytes(true)).isPositive();
            assertSame(everyBucket(history), made);

            story.number(MARCH + 2 * Story.DAY + 2 * Story.HOUR, 1, 1e6, MARCH + 5 * Story.HOUR + 1)
                    .tell(history);
            var hour = history.buckets(1, MARCH + 5 * Story.HOUR, MARCH + 6 * Story.HOUR, Every.HOUR);
            assertThat(hour.buckets().getFirst().max()).isEqualTo(1e6); // at once
            history.seal();
            Story.maintain(history, MARCH + 2 * Story.DAY + 2 * Story.HOUR);
            assertThat(history.buckets(1, MARCH, MARCH + Story.DAY, Every.DAY)
                            .buckets()
                            .getFirst()
                            .max())
                    .isEqualTo(1e6);
            assertThat(history.buckets(1, MARCH + 5 * Story.HOUR, MARCH + 6 * Story.HOUR, Every.HOUR))
                    .isEqualTo(hour);
        }
    }

    private List<Bucket> everyBucket(TsFileHistory history) throws IOException {
        var all = new java.util.ArrayList<Bucket>();
        for (var every : Every.values())
            all.addAll(history.buckets(1, MARCH, MARCH + 2 * Story.DAY, every).buckets());
        return all;
    }

    private static void assertSame(List<Bucket> made, List<Bucket> expected) {
        assertThat(made).hasSameSizeAs(expected);
        for (int i = 0; i < made.size(); i++) {
            var a = made.get(i);
            var b = expected.get(i);
            assertThat(a.mean()).as("mean of %s", a).isCloseTo(b.mean(), within(1e-9));
            assertThat(a.timeMean()).as("time mean of %s, not %s", a, b).isCloseTo(b.timeMean(), within(1e-9));
            assertThat(List.of(a.fromMicros(), a.toMicros(), a.count(), a.min(), a.max(), a.last()))
                    .isEqualTo(List.of(b.fromMicros(), b.toMicros(), b.count(), b.min(), b.max(), b.last()));
        }
    }

    @Test
    void readingsGoAfterTheirTimeAndRollUpsStay() throws IOException {
        for (int day = 0; day < 5; day++)
            for (int m = 0; m < 1_440; m += 10)
                story.number(MARCH + day * Story.DAY + m * Story.MINUTE, 1 + m % 20 / 10, m);
        var keep = new Keep(Duration.ofDays(2), Map.of());
        long now = MARCH + 4 * Story.DAY + 1_430 * Story.MINUTE;
        try (var history = TsFileHistory.open(
                new Folder(folder),
                Story.SITE,
                "riverside",
                Story.SMALL,
                () -> Story.BRUSSELS,
                p -> p == 1 ? keep : Keep.ALL)) {
            for (int day = 1; day <= 5; day++) {
                story.tell(history, day * 144);
                history.seal();
            }
            var before = history.buckets(1, MARCH, now, Every.MINUTE);
            Story.maintain(history, now);
            assertThat(history.read(1, 0, now, 1_000).points()).allMatch(p -> p.atMicros() >= MARCH + 2 * Story.DAY);
            assertThat(history.read(1, 0, MARCH + 3 * Story.DAY, 1_000).points())
                    .isNotEmpty();
            assertThat(history.read(2, 0, MARCH + Story.DAY, 1_000).points()).hasSize(72);
            assertSame(history.buckets(1, MARCH, now, Every.MINUTE).buckets(), before.buckets());
            assertThat(history.buckets(1, MARCH, now, Every.DAY).buckets()).hasSize(5);
            story.number(now + 1, 1, 5, MARCH).tell(history);
            assertThat(history.counts().tooOld()).isEqualTo(1);
        }
    }

    @Test
    void aChartHasTheExtremesOfEachColumn() throws IOException {
        for (int m = 0; m < 60 * 1_440; m++)
            story.number(MARCH + m * Story.MINUTE, 1, m % 977 == 5 ? 1_000 + m : m % 7);
        story.number(MARCH + 61 * Story.DAY, 2, 0);
        try (var history = open()) {
            story.tell(history);
            history.seal();
            long end = Story.at("2026-05-01T00:00:00");
            var exact = history.reduce(1, MARCH, end, 500);
            Story.maintain(history, MARCH + 61 * Story.DAY);
            for (var chart : List.of(exact, history.reduce(1, MARCH, end, 100))) {
                int columns = chart == exact ? 500 : 100;
                assertThat(chart)
                        .hasSizeLessThanOrEqualTo(4 * columns)
                        .isSortedAccordingTo((a, b) -> Long.compare(a.atMicros(), b.atMicros()));
                var all = history.read(1, MARCH, end, 100_000).points();
                assertThat(all).containsAll(chart);
                assertThat(chart.getFirst()).isEqualTo(all.getFirst());
                assertThat(chart.getLast()).isEqualTo(all.getLast());
                if (chart == exact)
                    assertThat(chart)
                            .containsAll(all.stream()
                                    .filter(p -> ((Value.Num) p.value()).value() >= 1_000)
                                    .toList());
            }
        }
    }

    @Test
    void whatIsBroughtInIsThereOnce() throws IOException {
        story.number(MARCH, 1, 1).number(MARCH + 3 * Story.DAY, 1, 2);
        TsFileHistory.Source source = taker -> {
            for (int i = 0; i < 20_000; i++)
                taker.take(1, MARCH - Story.DAY + i * Story.SECOND, new Value.Num(i), Quality.GOOD);
        };
        try (var history = open()) {
            story.tell(history);
            history.seal();
            Story.maintain(history, MARCH + 3 * Story.DAY);
            assertThat(history.bring("house.csv", "1234", source)).isTrue();
            assertThat(history.segments()).isGreaterThan(2);
            Story.maintain(history, MARCH + 3 * Story.DAY);
            assertThat(history.bring("house.csv", "1234", source)).isFalse();
        }
        try (var history = open()) {
            assertThat(history.bring("house.csv", "1234", source)).isFalse();
            assertThat(history.read(1, 0, Long.MAX_VALUE, 100_000).points()).hasSize(20_002);
            assertThat(history.buckets(1, MARCH - Story.DAY, MARCH, Every.DAY).buckets())
                    .extracting(Bucket::count)
                    .containsExactly(20_000L);
        }
    }

    @Test
    void memoryHasALimitThatPushesBack() throws IOException {
        for (int i = 0; i < 30_000; i++) story.number(MARCH + i * Story.SECOND, 1 + i % 3, i);
        try (var history = open()) {
            story.tell(history);
            assertThat(history.memoryBytes()).isLessThan(2L * HistorySettings.MEMORY_BYTES_MIN);
            assertThat(history.counts().pushedBack()).isPositive();
            assertThat(history.read(1, 0, Long.MAX_VALUE, 100_000).points()).hasSize(10_000);
            int before = history.segments();
            Story.maintain(history, MARCH);
            assertThat(history.segments()).isLessThan(before);
            assertThat(history.read(1, 0, Long.MAX_VALUE, 100_000).points()).hasSize(10_000);
        }
    }

    @Test
    void inAnotherZoneTheDaysAreMadeAnew() throws IOException {
        for (int m = 0; m < 4 * 1_440; m++) story.number(MARCH + m * Story.MINUTE, 1, m);
        var zone = new java.util.concurrent.atomic.AtomicReference<>(Story.BRUSSELS);
        try (var history = TsFileHistory.open(
                new Folder(folder), Story.SITE, "riverside", Story.SMALL, zone::get, _ -> Keep.ALL)) {
            story.tell(history);
            history.seal();
            Story.maintain(history, MARCH + 4 * Story.DAY);
            zone.set(java.time.ZoneId.of("Asia/Kathmandu"));
            Story.maintain(history, MARCH + 4 * Story.DAY);
            var days =
                    history.buckets(1, MARCH, MARCH + 4 * Story.DAY, Every.DAY).buckets();
            assertThat(days).extracting(Bucket::count).containsExactly(1_155L, 1_440L, 1_440L, 1_440L, 285L);
        }
    }

    @Test
    void twoCanNotWriteInOneFolder() throws IOException {
        try (var history = open()) {
            assertThat(history.properties()).isEmpty();
            assertThatThrownBy(this::open).hasMessageContaining("in use");
        }
        open().close();
    }

    @Test
    void devicesAreNamedAsTheLibraryNamesThem() {
        assertThat(SegmentWriter.device("riverside", 7))
                .isEqualTo(IDeviceID.Factory.DEFAULT_FACTORY.create("root.riverside.p7"));
    }
}
