package io.linkspan.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a contract lets out of a site that has a reading each second, asked by every way in.
class FilterTest {
    private static final long SECOND = 1_000_000;
    private static final long QUARTER = 900 * SECOND;
    private static final long BEGIN = 1_768_400_100L / 900 * QUARTER;
    private static final EntryCodec.Privacy NOTHING_CLOSED = new EntryCodec.Privacy() {
        @Override
        public boolean property(int number) {
            return false;
        }

        @Override
        public boolean link(int number) {
            return false;
        }
    };

    private long now = BEGIN + 4 * QUARTER + 100 * SECOND;

    /// A reading each second of properties 1 and 2, its value the second since the beginning.
    private final class EachSecond implements History {
        @Override
        public Points read(int property, long fromMicros, long toMicros, int max) {
            var all = new ArrayList<Point>();
            for (long at = Math.max(fromMicros, BEGIN); at < Math.min(toMicros, now) && all.size() < max; at += SECOND)
                all.add(new Point(at, new Value.Num((at - BEGIN) / SECOND), Quality.GOOD));
            return new Points(all, false);
        }

        @Override
        public Optional<Point> lastBefore(int property, long beforeMicros) {
            return Optional.of(new Point(beforeMicros - 1, new Value.Num(1), Quality.GOOD));
        }

        @Override
        public Buckets buckets(int property, long fromMicros, long toMicros, Every every) {
            var all = new ArrayList<Bucket>();
            var zone = ZoneId.of("UTC");
            for (long at = Windows.floor(every, zone, fromMicros);
                    at < Math.min(toMicros, now);
                    at = Windows.end(every, zone, at)) {
                long end = Windows.end(every, zone, at);
                all.add(new Bucket(at, end, Math.min(end, now) - at, 0, 1, 1, 1, 1, Double.NaN, 0, at, end - 1));
            }
            return new Buckets(all, false);
        }

        @Override
        public List<Point> reduce(int property, long fromMicros, long toMicros, int columns) {
            return read(property, fromMicros, toMicros, columns).points();
        }

        @Override
        public List<Missing> missing(int property, long fromMicros, long toMicros) {
            return List.of(new Missing(BEGIN + 7 * SECOND, BEGIN + 9 * SECOND, "line down"));
        }

        @Override
        public long completeTo() {
            return now;
        }
    }

    private static Contract contract(Duration every, Duration delay, long until) {
        return new Contract("billing", 1, Set.of("meter"), every, delay, until);
    }

    private Filter filter(Contract contract) {
        return Filter.of(contract, directory(), NOTHING_CLOSED, () -> now);
    }

    private static Directory directory() {
        var numbers = new LinkedHashMap<Directory.Key, Result.Numbered>();
        numbers.put(key("meter.power"), new Result.Numbered(Result.Sort.PROPERTY, "meter.power", 1, 1));
        numbers.put(key("boiler.on"), new Result.Numbered(Result.Sort.PROPERTY, "boiler.on", 2, 1));
        try {
            var file = SiteFile.read(Tree.fields(Map.of("linkspan", Tree.plain(1), "site", Tree.text("s"))));
            return new Directory(file, 1, numbers);
        } catch (io.linkspan.model.Invalid e) {
            throw new AssertionError(e);
        }
    }

    private static Directory.Key key(String path) {
        return new Directory.Key(Result.Sort.PROPERTY, path);
    }

    private static Entry entry(long wall) {
        var readings = List.of(Reading.good(1, new Value.Num(5)), Reading.good(2, Value.Flag.ON));
        return new Entry(
                1,
                7,
                new Moment(wall, wall),
                Principal.device("grid"),
                new Input.Frame(1, readings, 3, 4),
                List.of(new Result.Took(readings), new Result.ArmedIs(true)),
                false);
    }

    @Test
    void aReducedContractGetsWholeSettledWindowsOfItsOwnLengthAndNothingElse() throws IOException {
        var filter = filter(contract(Duration.ofMinutes(15), Duration.ZERO, Long.MAX_VALUE));
        var history = filter.over(new EachSecond());
        assertThatThrownBy(() -> history.read(1, BEGIN, now, 10)).isInstanceOf(NotLet.class);
        assertThatThrownBy(() -> history.reduce(1, BEGIN, now, 10)).isInstanceOf(NotLet.class);
        assertThatThrownBy(() -> history.lastBefore(1, now)).isInstanceOf(NotLet.class);
        for (var other : List.of(History.Every.MINUTE, History.Every.HOUR, History.Every.DAY))
            assertThatThrownBy(() -> history.buckets(1, BEGIN, now, other)).isInstanceOf(NotLet.class);
        // 100 s after the fourth window ended it is not settled yet, so the third is the newest
        var open = history.buckets(1, BEGIN + 10 * SECOND, now, History.Every.QUARTER)
                .buckets();
        assertThat(open).hasSize(3).allMatch(b -> b.toMicros() - b.fromMicros() == QUARTER);
        assertThat(open).allMatch(b -> b.fromMicros() % QUARTER == 0 && b.toMicros() <= BEGIN + 3 * QUARTER);
        assertThat(history.completeTo()).isEqualTo(BEGIN + 3 * QUARTER);
        assertThat(filter.let(entry(BEGIN))).as("nothing of the log").isEmpty();
        assertThat(history.missing(1, BEGIN, now))
                .containsExactly(new History.Missing(BEGIN, BEGIN + QUARTER, "line down"));
    }

    @Test
    void askingAgainLaterGivesTheSameWindow() throws IOException {
        var contract = contract(Duration.ofMinutes(15), Duration.ZERO, Long.MAX_VALUE);
        for (long at = BEGIN; at < BEGIN + 3 * QUARTER; at += 7 * SECOND) {
            now = at;
            var open = filter(contract)
                    .over(new EachSecond())
                    .buckets(1, BEGIN, BEGIN + 4 * QUARTER, History.Every.QUARTER);
            assertThat(open.buckets()).allMatch(b -> b.count() == QUARTER);
        }
    }

    @Test
    void aDelayedContractGetsNothingYoungerThanItsDelay() throws IOException {
        var filter = filter(contract(Duration.ZERO, Duration.ofHours(1), Long.MAX_VALUE));
        var old = now - 3_600 * SECOND;
        assertThat(filter.over(new EachSecond()).read(1, BEGIN, now, 100_000).points())
                .isNotEmpty()
                .allMatch(p -> p.atMicros() < old);
        assertThat(filter.over(new EachSecond())
                        .lastBefore(1, now)
                        .orElseThrow()
                        .atMicros())
                .isLessThan(old);
        assertThat(filter.let(entry(old + 1))).isEmpty();
        assertThat(filter.let(entry(old - 1))).isPresent();
    }

    @Test
    void anApplicationGetsTheReadingsOfItsPropertiesAndNotWhoDidWhat() {
        var let = filter(contract(Duration.ZERO, Duration.ZERO, Long.MAX_VALUE))
                .let(entry(now))
                .orElseThrow();
        assertThat(let.results()).containsExactly(new Result.Took(List.of(Reading.good(1, new Value.Num(5)))));
        assertThat(let.by()).isEqualTo(Principal.SYSTEM);
        assertThat(let.input()).isEqualTo(new Input.Frame(0, List.of(), 0, 0));
    }

    @Test
    void aPropertyThatIsNotInTheContractIsNotThere() {
        var filter = filter(contract(Duration.ZERO, Duration.ZERO, Long.MAX_VALUE));
        assertThat(filter.lets(1)).isTrue();
        assertThat(filter.lets(2)).isFalse();
        assertThatThrownBy(() -> filter.over(new EachSecond()).read(2, BEGIN, now, 1))
                .isInstanceOf(NotLet.class)
                .hasMessageContaining("boiler.on is not in the contract of billing");
    }

    @Test
    void aContractThatIsOverLetsNothingOut() {
        var filter = filter(contract(Duration.ZERO, Duration.ZERO, now));
        assertThat(filter.lets(1)).isFalse();
        assertThat(filter.let(entry(BEGIN))).isEmpty();
        assertThatThrownBy(() -> filter.over(new EachSecond()).read(1, BEGIN, now, 1))
                .isInstanceOf(NotLet.class);
    }

    @Test
    void daysOfTwentyThreeAndTwentyFiveHoursAreWhole() {
        var brussels = ZoneId.of("Europe/Brussels");
        long spring = java.time.Instant.parse("2026-03-29T10:00:00Z").getEpochSecond() * SECOND;
        long autumn = java.time.Instant.parse("2026-10-25T10:00:00Z").getEpochSecond() * SECOND;
        for (var e : Map.of(spring, 23, autumn, 25).entrySet()) {
            long at = e.getKey();
            long hours = (Windows.end(History.Every.DAY, brussels, at) - Windows.floor(History.Every.DAY, brussels, at))
                    / (3_600 * SECOND);
            assertThat(hours).isEqualTo(e.getValue().longValue());
        }
    }

    @Test
    void windowsOfAnotherLengthAreRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> contract(Duration.ofMinutes(10), Duration.ZERO, Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1min, 15min, 1h or 1d");
    }
}
