package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Energy;
import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.model.History;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.NodeDesk;
import io.linkspan.node.SpeedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a link is said to have saved, against the truth: the same house, whose boiler nobody ever sheds, lives beside
/// the one
/// that the node reads and switches over real lines.
@Tag("long")
class EnergySavedTest {
    private static final double SPEED = 600;
    /// The house's morning, with its peaks: six hours.
    private static final Duration MORNING = Duration.ofHours(6);

    /// The node polls the boiler every 15 s of the house, and reads the meter as often.
    private static final double TOLERANCE_KW = 0.25;

    private static final long QUARTER_MICROS = 900_000_000L;
    private static final double JOULES_PER_KWH = 3_600_000;

    @TempDir
    private Path folder;

    /// What both houses had drawn at an instant.
    private record Sample(long at, double with, double without) {}

    private final List<Sample> samples = new ArrayList<>();

    @Test
    void theEstimateIsNearTheTruth() throws Exception {
        var clock = new SpeedClock(NodeClock.real(), SPEED, NodeClock.real().wallMicros());
        var site = HouseSite.at(SPEED);
        var house = new House(House.START);
        var unshed = new House(House.START);
        try (var machines = new HouseMachines(house, Optional.of(unshed), clock, site.interval(), 0, 0);
                var node = Node.start(new Node.Settings(folder, clock, Duration.ofMillis(100), Set.of()))) {
            var id = node.create(Principal.person("anna"), site.file(machines.meterPort(), machines.plantPort()));
            long begun = clock.wallMicros();
            machines.start();
            Duration ran;
            do {
                TimeUnit.MILLISECONDS.sleep(10);
                ran = machines.look(h -> {
                    samples.add(new Sample(clock.wallMicros(), h.drawnJoules(), unshed.drawnJoules()));
                    return h.ran();
                });
            } while (ran.compareTo(MORNING) < 0);
            var desk = new NodeDesk(node, clock, SPEED, () -> "", s -> node.history(s).map(History.class::cast));
            var place = desk.places().getFirst();
            long until = begun + MORNING.toNanos() / 1_000;
            long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (place.history().map(History::completeTo).orElse(0L) < until && System.nanoTime() < patience)
                TimeUnit.MILLISECONDS.sleep(20);
            var filter = Filter.of(Contract.OWNER, place.directory(), place.closed(), place::nowMicros);
            var told = new Energy().tell(place, filter, new Energy.Asked(begun, until, "hour"));
            compare(told, until);
        }
    }

    private void compare(Tree.Fields told, long until) {
        double[] true_ = peaks(until);
        var link = at(told, "links", "0");
        assertThat(text(link, "id")).isEqualTo("shed_peak");
        assertThat(text(link, "method")).isEqualTo("measured");
        assertThat(Integer.parseInt(text(link, "times"))).isPositive();
        double with = 0;
        double without = 0;
        double least = 0;
        for (var month : ((Tree.Items) at(link, "tariffs", "0").fields().get("months")).items()) {
            with = Math.max(with, Double.parseDouble(text((Tree.Fields) month, "peak_kw")));
            without = Math.max(without, Double.parseDouble(text((Tree.Fields) month, "without_kw")));
            least = Math.max(least, Double.parseDouble(text((Tree.Fields) month, "without_least_kw")));
        }
        assertThat(with).as("the peak that was").isCloseTo(true_[0], Offset.offset(0.15));
        assertThat(true_[1])
                .as("the peak without the link, estimated " + least + " to " + without)
                .isBetween(least - TOLERANCE_KW, without + TOLERANCE_KW);
        assertThat(without - true_[1]).as("how far the most is off").isLessThan(1.0);
    }

    /// The highest whole quarters of the clock, in kW: of the house, and of the one that nobody sheds.
    private double[] peaks(long until) {
        var quarters = new TreeMap<Long, double[]>();
        for (long q = Math.ceilDiv(samples.getFirst().at(), QUARTER_MICROS) * QUARTER_MICROS;
                q + QUARTER_MICROS <= Math.min(until, samples.getLast().at());
                q += QUARTER_MICROS) {
            double[] a = drawn(q);
            double[] b = drawn(q + QUARTER_MICROS);
            quarters.put(q, new double[] {(b[0] - a[0]) / JOULES_PER_KWH * 4, (b[1] - a[1]) / JOULES_PER_KWH * 4});
        }
        double with = quarters.values().stream().mapToDouble(p -> p[0]).max().orElseThrow();
        double without = quarters.values().stream().mapToDouble(p -> p[1]).max().orElseThrow();
        return new double[] {with, without};
    }

    private double[] drawn(long at) {
        for (int i = 1; i < samples.size(); i++) {
            var b = samples.get(i);
            if (b.at() < at) continue;
            var a = samples.get(i - 1);
            double part = b.at() == a.at() ? 0 : (double) (at - a.at()) / (b.at() - a.at());
            return new double[] {
                a.with() + (b.with() - a.with()) * part, a.without() + (b.without() - a.without()) * part
            };
        }
        var last = samples.getLast();
        return new double[] {last.with(), last.without()};
    }

    private static Tree.Fields at(Tree.Fields of, String name, String index) {
        return (Tree.Fields) ((Tree.Items) of.fields().get(name)).items().get(Integer.parseInt(index));
    }

    private static String text(Tree.Fields of, String name) {
        return of.fields().get(name) instanceof Tree.Scalar s ? s.text() : "";
    }
}
