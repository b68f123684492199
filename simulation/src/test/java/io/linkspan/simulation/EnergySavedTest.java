package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Energy;
import io.linkspan.access.Place;
import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.NodeDesk;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a link is said to have saved, against the truth: two of the demo's houses live three days by the second. The
/// boiler of one
/// is shed by the demo's rule, that of the other by nobody. The estimate knows the first one's readings, a minute
/// apart,
/// and
/// when the link had its way; it must not know the second.
class EnergySavedTest {
    /// Recent, so that single readings are still kept.
    private static final Instant BEGIN = Instant.now()
            .truncatedTo(ChronoUnit.DAYS)
            .minus(10, ChronoUnit.DAYS)
            .plus(5, ChronoUnit.HOURS);
    private static final int DAYS = 3;
    private static final double OFF_ABOVE_WATTS = 2_000;
    private static final double ON_BELOW_WATTS = 1_200;
    private static final int MINIMUM_OFF_SECONDS = 600;
    private static final int MINIMUM_ON_SECONDS = 300;
    private static final double JOULES_PER_KWH = 3_600_000;

    @TempDir
    private Path folder;

    private final House house = new House(House.START);
    private final House unshed = new House(House.START);
    private final StringBuilder readings = new StringBuilder("time,meter.energy_day,boiler.power\n");
    private final List<Entry> log = new ArrayList<>();
    private double peakWith;
    private double peakWithout;

    @Test
    void theEstimateIsNearTheTruth() throws Exception {
        var clock = NodeClock.real();
        try (var node = Node.start(new Node.Settings(folder.resolve("data"), clock, Duration.ofMillis(50), Set.of()))) {
            var id = node.create(Principal.person("anna"), HouseSite.at(1).file(1, 2));
            var directory = node.board(id).directory();
            live(directory.property("boiler.on"), directory.link("shed_peak"));
            Path csv = folder.resolve("house.csv");
            Files.writeString(csv, readings);
            node.bring(id, csv);
            var desk =
                    new NodeDesk(node, clock, 1, () -> "", s -> node.history(s).map(History.class::cast));
            var place = desk.places().getFirst();
            await(place, micros(DAYS * 86_400L));
            var filter = Filter.of(Contract.OWNER, place.directory(), place.closed(), place::nowMicros);
            var asked = new Energy.Asked(micros(0), micros(DAYS * 86_400L), "day");
            compare(new Energy().tell(withThatLog(place), filter, asked));
        }
    }

    private static void await(Place place, long until) throws InterruptedException {
        long patience = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (place.history().map(History::completeTo).orElse(0L) < until && System.nanoTime() < patience)
            TimeUnit.MILLISECONDS.sleep(10);
    }

    private static long micros(long second) {
        return (BEGIN.getEpochSecond() + second) * 1_000_000;
    }

    // ---- the houses

    private void live(int actuator, int link) {
        boolean wishesOff = false;
        boolean off = false;
        int since = -86_400;
        double[] quarter = new double[2];
        for (int second = 0; second <= DAYS * 86_400; second++) {
            if (second % 60 == 0)
                readings.append(BEGIN.plusSeconds(second))
                        .append(',')
                        .append(BigDecimal.valueOf(Math.round(house.drawnJoules() / 3_600) + 1_000_000, 3))
                        .append(',')
                        .append(Math.round(house.boilerWatts()))
                        .append('\n');
            if (second % 900 == 0) {
                if (second > 0) {
                    peakWith = Math.max(peakWith, (house.drawnJoules() - quarter[0]) / JOULES_PER_KWH * 4);
                    peakWithout = Math.max(peakWithout, (unshed.drawnJoules() - quarter[1]) / JOULES_PER_KWH * 4);
                }
                quarter = new double[] {house.drawnJoules(), unshed.drawnJoules()};
            }
            double household = house.meterWatts() - house.boilerWatts();
            if (household > OFF_ABOVE_WATTS) wishesOff = true;
            else if (household < ON_BELOW_WATTS) wishesOff = false;
            boolean mayChange = second - since >= (off ? MINIMUM_OFF_SECONDS : MINIMUM_ON_SECONDS);
            if (wishesOff != off && mayChange) {
                off = wishesOff;
                since = second;
                house.boilerMayHeat(!off);
                note(second, actuator, off ? link : 0);
            }
            house.advance(Duration.ofSeconds(1));
            unshed.advance(Duration.ofSeconds(1));
        }
    }

    private void note(int second, int actuator, int link) {
        var charge = link == 0
                ? new Result.Charge(Result.By.FALLBACK, 0, 0, Hold.WITHOUT_END)
                : new Result.Charge(Result.By.HOLD, log.size() + 1L, link, Hold.WITHOUT_END);
        var value = link == 0 ? Value.Flag.ON : Value.Flag.OFF;
        log.add(new Entry(
                1,
                log.size() + 1L,
                new Moment(second * 1_000_000L, micros(second)),
                Principal.SYSTEM,
                new Input.Due(Input.Timer.values()[0], 0),
                List.of(new Result.Charged(actuator, charge, Optional.of(value))),
                false));
    }

    /// The place, but for its log: the one of the house that was shed.
    private Place withThatLog(Place place) {
        return (Place) Proxy.newProxyInstance(
                Place.class.getClassLoader(), new Class<?>[] {Place.class}, (_, method, arguments) -> {
                    if (method.getName().equals("reader")) return reader(place);
                    try {
                        return method.invoke(place, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private Log.Reader reader(Place place) {
        var entries = log.iterator();
        return new Log.Reader() {
            @Override
            public Log.@Nullable Stored next() {
                if (!entries.hasNext()) return null;
                var entry = entries.next();
                var encoded = new EntryCodec();
                encoded.encode(entry.seq(), entry.at(), entry.by(), entry.input(), entry.results(), place.closed());
                return new Log.Stored(
                        new Log.Position(place.id(), 1, entry.seq()),
                        entry.at().site(),
                        entry.at().wall(),
                        encoded.control(),
                        encoded.readings(),
                        false);
            }

            @Override
            public void close() {}
        };
    }

    // ---- what is told

    private void compare(Tree.Fields told) {
        var link = at(told, "links", 0);
        assertThat(text(link, "id")).isEqualTo("shed_peak");
        assertThat(text(link, "method")).isEqualTo("measured");
        assertThat(Integer.parseInt(text(link, "times"))).isGreaterThan(3);
        double with = 0;
        double most = 0;
        double least = 0;
        for (var each : ((Tree.Items) at(link, "tariffs", 0).fields().get("months")).items()) {
            var month = (Tree.Fields) each;
            with = Math.max(with, Double.parseDouble(text(month, "peak_kw")));
            most = Math.max(most, Double.parseDouble(text(month, "without_kw")));
            least = Math.max(least, Double.parseDouble(text(month, "without_least_kw")));
        }
        String all = "with %.3f (truth %.3f), without %.3f to %.3f (truth %.3f); %s"
                .formatted(with, peakWith, least, most, peakWithout, text(link, "shifted_kwh"));
        assertThat(with).as(all).isCloseTo(peakWith, Offset.offset(0.02));
        assertThat(peakWithout).as(all).isGreaterThan(peakWith + 0.2);
        assertThat(peakWithout).as(all).isBetween(least - 0.05, most + 0.05);
        assertThat(most).as(all).isLessThan(peakWithout * 1.2);
    }

    private static Tree.Fields at(Tree.Fields of, String name, int index) {
        return (Tree.Fields) ((Tree.Items) of.fields().get(name)).items().get(index);
    }

    private static String text(Tree.Fields of, String name) {
        return of.fields().get(name) instanceof Tree.Scalar s ? s.text() : "";
    }
}
