package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Result;
import io.linkspan.model.Rule.Missed;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many timers of all sorts pending while the program is killed at random moments, for no time or for days: each does
/// what
/// it is for once, as its rule says. What is right is reckoned here from the down-times alone, with `java.time`.
class RuleTimersTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Brussels");
    private static final LocalDateTime BEGIN = LocalDateTime.of(2026, 3, 24, 12, 0); // the clock changes on the 29th
    private static final long SECOND = Timeline.SECOND;
    private static final long DAYS = 86_400 * SECOND;
    private static final long LINE_AFTER = 2 * SECOND;
    private static final long LATE = 60 * SECOND;
    private static final long TOLERANCE = 10_000;
    private static final long LONGEST = 12 * DAYS;

    /// The program was down, and could not see its line until `seeing`.
    private record Down(long from, long to) {
        long seeing() {
            return to + LINE_AFTER;
        }
    }

    private sealed interface Timer {
        record Held(long time, Missed missed) implements Timer {}

        record Waits(long time) implements Timer {}

        record Lease(long time) implements Timer {}

        record At(List<LocalTime> times, Missed missed) implements Timer {}

        record Plan(List<LocalTime> times) implements Timer {}
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void eachActsOnceThroughKills(long seed) {
        new Play(seed, 150, 12).run();
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void aThousandActOnceThroughFiftyKills(long seed) {
        new Play(seed, 1_000, 50).run();
    }

    private static final class Play {
        private final SplittableRandom random;
        private final List<Timer> timers = new ArrayList<>();
        private final List<Down> downs = new ArrayList<>();
        private final int kills;
        private long begin;

        Play(long seed, int timers, int kills) {
            random = new SplittableRandom(seed);
            this.kills = kills;
            for (int i = 0; i < timers; i++) this.timers.add(timer(i));
        }

        private Timer timer(int i) {
            long time = random.nextLong(60, LONGEST / SECOND) * SECOND;
            var missed = Missed.values()[i / 5 % 3];
            return switch (i % 5) {
                case 0 -> new Timer.Held(time, missed);
                case 1 -> new Timer.Waits(time);
                case 2 -> new Timer.Lease(time);
                case 3 -> new Timer.At(times(1 + random.nextInt(3)), missed);
                default -> new Timer.Plan(times(2 + random.nextInt(3)));
            };
        }

        private List<LocalTime> times(int n) {
            return java.util.stream.Stream.generate(() -> LocalTime.of(random.nextInt(24), random.nextInt(60)))
                    .distinct()
                    .limit(n)
                    .sorted()
                    .toList();
        }

        void run() {
            var line = new Timeline(site(), BEGIN, ZONE);
            line.to(SECOND);
            begin = line.now();
            line.reads("hall.motion", Flag.ON);
            for (long at : moments()) {
                if (at <= line.now()) continue;
                line.to(at);
                if (random.nextInt(4) == 0) line.snapshot();
                long down = down();
                downs.add(new Down(line.now(), line.now() + down));
                line.kill(down, LINE_AFTER);
                plansAreRight(line);
            }
            line.to(Math.max(line.now(), LONGEST + DAYS));
            plansAreRight(line);
            long end = line.now();
            for (int i = 0; i < timers.size(); i++) check(line, i, end);
        }

        private List<Long> moments() {
            var all = new ArrayList<Long>();
            for (int i = 0; i < kills; i++) all.add(random.nextLong(5 * SECOND, LONGEST));
            return all.stream().sorted().toList();
        }

        private long down() {
            return switch (random.nextInt(5)) {
                case 0 -> 0;
                case 1 -> random.nextLong(60) * SECOND;
                case 2, 3 -> random.nextLong(3_600) * SECOND;
                default -> random.nextLong(2 * DAYS);
            };
        }

        // ---- what is right

        private Optional<Down> over(long due, boolean seeing) {
            return downs.stream()
                    .filter(d -> due > d.from && due <= (seeing ? d.seeing() : d.to))
                    .findFirst();
        }

        private void check(Timeline line, int i, long end) {
            switch (timers.get(i)) {
                case Timer.Held held -> {
                    long due = begin + held.time;
                    var down = over(due, true);
                    boolean skipped = held.missed == Missed.SKIP
                            && down.isPresent()
                            && down.get().seeing() - due > LATE;
                    acted(
                            i,
                            line.told("t" + i),
                            skipped ? List.of() : List.of(down.map(Down::seeing).orElse(due)));
                }
                case Timer.Waits waits -> {
                    long due = begin + waits.time;
                    acted(
                            i,
                            line.told("t" + i),
                            List.of(over(due, false).map(Down::to).orElse(due)));
                }
                case Timer.Lease lease -> {
                    long due = begin + lease.time;
                    acted(
                            i,
                            ended(line, "a" + i + ".on"),
                            List.of(over(due, false).map(Down::to).orElse(due)));
                }
                case Timer.At at -> acted(i, line.told("t" + i), expected(at, end));
                case Timer.Plan _ -> {} // looked at on the way
            }
        }

        private static List<Long> ended(Timeline line, String path) {
            int number = line.site().directory().property(path);
            return line.all.stream()
                    .filter(h -> h.result() instanceof Result.HoldEnded e && e.property() == number)
                    .map(Timeline.Happened::site)
                    .toList();
        }

        private List<Long> expected(Timer.At at, long end) {
            var all = new ArrayList<Long>();
            var passed = occurrences(at.times, end);
            for (long due : passed) if (over(due, false).isEmpty()) all.add(due);
            for (var down : downs) {
                var missed = passed.stream()
                        .filter(due -> due > down.from && due <= down.to)
                        .toList();
                if (missed.isEmpty()) continue;
                switch (at.missed) {
                    case LATE -> missed.forEach(_ -> all.add(down.to));
                    case ONCE -> {
                        if (down.to - missed.getFirst() <= LATE) missed.forEach(_ -> all.add(down.to));
                        else all.add(down.to);
                    }
                    case SKIP -> {
                        if (down.to - missed.getLast() <= LATE) all.add(down.to);
                    }
                }
            }
            return all.stream().sorted().toList();
        }

        /// When the clock shows these times, on the site's clock: one that is skipped counts as much later as
        /// the clock
        /// is put forward, one that comes twice the first time, as `java.time` has it.
        private static List<Long> occurrences(List<LocalTime> times, long end) {
            long offset = BEGIN.atZone(ZONE).toInstant().toEpochMilli() * 1_000;
            var all = new ArrayList<Long>();
            for (var day = BEGIN.toLocalDate(); ; day = day.plusDays(1)) {
                if (day.atStartOfDay(ZONE).toInstant().toEpochMilli() * 1_000 - offset > end) break;
                for (var time : times) {
                    long at = ZonedDateTime.of(day, time, ZONE).toInstant().toEpochMilli() * 1_000 - offset;
                    if (at > 0 && at <= end) all.add(at);
                }
            }
            return all.stream().sorted().toList();
        }

        private void plansAreRight(Timeline line) {
            var now = Instant.ofEpochMilli(line.wall() / 1_000).atZone(ZONE);
            for (int i = 0; i < timers.size(); i++) {
                if (!(timers.get(i) instanceof Timer.Plan(List<LocalTime> times))) continue;
                int newest = java.util.stream.IntStream.range(0, times.size())
                        .boxed()
                        .max(Comparator.comparing(k -> last(times.get(k), now)))
                        .orElseThrow();
                assertThat(line.desired("a" + i + ".level"))
                        .as("t%s %s at %s", i, times, now)
                        .isEqualTo(Optional.of(new Value.Num(newest)));
            }
        }

        private static ZonedDateTime last(LocalTime time, ZonedDateTime now) {
            var at = ZonedDateTime.of(now.toLocalDate(), time, ZONE);
            return at.isAfter(now) ? ZonedDateTime.of(now.toLocalDate().minusDays(1), time, ZONE) : at;
        }

        private void acted(int i, List<Long> times, List<Long> expected) {
            assertThat(times).as("%s %s, down %s", i, timers.get(i), downs).hasSameSizeAs(expected);
            for (int k = 0; k < times.size(); k++)
                assertThat(Math.abs(times.get(k) - expected.get(k)))
                        .as("%s %s: acted at %s, not at %s; down %s", i, timers.get(i), times, expected, downs)
                        .isLessThanOrEqualTo(TOLERANCE);
        }

        // ---- the site

        private String site() {
            var things = new ArrayList<String>();
            var rules = new ArrayList<String>();
            var schedules = new ArrayList<String>();
            for (int i = 0; i < timers.size(); i++) {
                String head = "{\"id\":\"t" + i + "\",";
                String when = head + "\"when\":\"hall.motion\",";
                String tell = "{\"tell\":\"t" + i + "\"}";
                switch (timers.get(i)) {
                    case Timer.Held held ->
                        rules.add(when + "\"for\":\"" + held.time / SECOND + "s\"," + missed(held.missed) + "\"then\":["
                                + tell + "]}");
                    case Timer.Waits waits ->
                        rules.add(when + "\"then\":[{\"wait\":\"" + waits.time / SECOND + "s\"}," + tell + "]}");
                    case Timer.Lease lease -> {
                        things.add(actuator(i));
                        rules.add(when + "\"then\":[{\"hold\":{\"a" + i + ".on\":true},\"for\":\"" + lease.time / SECOND
                                + "s\"}]}");
                    }
                    case Timer.At at ->
                        rules.add(head + "\"at\":["
                                + at.times.stream().map(t -> "\"" + t + "\"").collect(Collectors.joining(","))
                                + "]," + missed(at.missed) + "\"then\":[" + tell + "]}");
                    case Timer.Plan plan -> {
                        things.add(actuator(i));
                        var points = new ArrayList<String>();
                        for (int k = 0; k < plan.times.size(); k++)
                            points.add("{\"at\":\"" + plan.times.get(k) + "\",\"value\":" + k + "}");
                        schedules.add(
                                head + "\"to\":\"a" + i + ".level\",\"points\":[" + String.join(",", points) + "]}");
                    }
                }
            }
            return "{\"linkspan\":1,\"site\":\"home\",\"zone\":\"" + ZONE
                    + "\",\"connectors\":[{\"id\":\"bus\",\"type\":\"x\"}],"
                    + "\"things\":[{\"id\":\"hall\",\"connector\":\"bus\",\"properties\":{\"motion\":{\"type\":\"flag\",\"at\":\"1\"}}},"
                    + String.join(",", things) + "],\"rules\":[" + String.join(",", rules) + "],\"schedules\":["
                    + String.join(",", schedules) + "]}";
        }

        private static String missed(Missed missed) {
            return "\"missed\":\"" + missed.name().toLowerCase(Locale.ROOT) + "\",";
        }

        private static String actuator(int i) {
            return "{\"id\":\"a" + i + "\",\"connector\":\"bus\",\"properties\":{"
                    + "\"on\":{\"type\":\"flag\",\"writable\":true,\"at\":\"1\"},"
                    + "\"level\":{\"type\":\"number\",\"writable\":true,\"at\":\"2\"}}}";
        }
    }
}
