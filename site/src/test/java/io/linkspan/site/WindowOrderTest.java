package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Readings in any order within what `late` allows come to the same values, to the bit, and to those of a plain
/// computation over all of them.
class WindowOrderTest {
    private static final long SECOND = Bench.SECOND;
    private static final long LATE = 120 * SECOND;
    private static final long END = 900 * SECOND;
    private static final List<String> FUNCTIONS = List.of(
            "\"mean\": \"1min\"",
            "\"mean\": \"3min\", \"every\": \"1min\"",
            "\"sum\": \"1min\"",
            "\"count\": \"1min\"",
            "\"min\": \"2min\"",
            "\"max\": \"3min\", \"every\": \"30s\"",
            "\"percentile\": 50, \"over\": \"2min\"",
            "\"slope\": \"2min\"",
            "\"deviation\": \"2min\"",
            "\"consumption\": \"1min\"",
            "\"mean-of-readings\": \"2min\"");

    private record Read(long at, double value) {}

    private static String site() {
        var windows = new StringBuilder();
        for (int i = 0; i < FUNCTIONS.size(); i++)
            windows.append(i == 0 ? "" : ",")
                    .append("\"w")
                    .append(i)
                    .append("\": { \"type\": \"number\", \"window\": { \"of\": \"a.x\", \"late\": \"3min\", ")
                    .append(FUNCTIONS.get(i))
                    .append(" } }");
        return """
                { "linkspan": 1, "site": "home", "connectors": [ { "id": "bus", "type": "x" } ],
                  "things": [ { "id": "a", "connector": "bus", "properties": { "x": { "type": "number", "at": "1" } } },
                              { "id": "c", "connector": "bus", "properties": { "clock": { "type": "number", "at": "2" } } },
                              { "id": "house", "properties": { %s } } ] }
                """.formatted(windows);
    }

    /// Gives the readings to a site, each not before it happened and at most so late, and takes what the windows
    /// told last
    /// of each stretch.
    private static List<TreeMap<Long, Double>> told(List<Read> reads, Random random, boolean late) {
        var bench = Bench.of(site());
        var arrivals = new ArrayList<Read>();
        for (var r : reads) arrivals.add(new Read(r.at + (late ? random.nextLong(LATE) : 0), r.value));
        var order = new ArrayList<Integer>();
        for (int i = 0; i < reads.size(); i++) order.add(i);
        Collections.shuffle(order, random);
        order.sort(Comparator.comparingLong(i -> arrivals.get(i).at));
        for (int i : order) {
            bench.pass(Math.max(0, arrivals.get(i).at - bench.now()));
            bench.frame( // the telegram's own time is right: the older reading in it is that of a sub-meter
                    new Reading(bench.number("c.clock"), new Value.Num(1), Quality.GOOD, bench.wall()),
                    new Reading(
                            bench.number("a.x"),
                            new Value.Num(reads.get(i).value),
                            Quality.GOOD,
                            Bench.START_WALL + reads.get(i).at));
        }
        bench.pass(END + 600 * SECOND - bench.now());
        var all = new ArrayList<TreeMap<Long, Double>>();
        for (int w = 0; w < FUNCTIONS.size(); w++) {
            var values = new TreeMap<Long, Double>();
            int number = bench.number("house.w" + w);
            for (var step : bench.steps)
                for (var result : step.results())
                    if (result instanceof Result.Computed c
                            && c.property() == number
                            && c.value().isPresent())
                        values.put(
                                c.toWall() - Bench.START_WALL,
                                Values.asDouble(c.value().get()).orElseThrow());
            all.add(values);
        }
        return all;
    }

    private static List<Read> reads(Random random) {
        var times = new TreeMap<Long, Double>();
        int n = 1 + random.nextInt(60);
        for (int i = 0; i < n; i++)
            times.put(2_000 + random.nextLong(END - 2_000), random.nextInt(-1_000, 1_000) / 7.0);
        var all = new ArrayList<Read>();
        times.forEach((at, value) -> all.add(new Read(at, value)));
        return all;
    }

    @Property(tries = 12)
    void theOrderDoesNotMatter(@ForAll long seed) {
        var reads = reads(new Random(seed));
        var inOrder = told(reads, new Random(seed), false);
        var mixed = told(reads, new Random(seed + 1), true);
        assertThat(mixed).isEqualTo(inOrder);
    }

    @Property(tries = 12)
    void theValuesAreThoseOfAPlainComputation(@ForAll long seed) {
        var reads = reads(new Random(seed));
        var told = told(reads, new Random(seed), true);
        for (int w = 0; w < FUNCTIONS.size(); w++) {
            String function = FUNCTIONS.get(w);
            long length = (function.contains("3min") ? 180 : function.contains("2min") ? 120 : 60) * SECOND;
            for (var each : told.get(w).entrySet()) {
                double expected = plain(function, reads, each.getKey() - length, each.getKey());
                assertThat(each.getValue())
                        .as("%s up to %d s of %s", function, each.getKey() / SECOND, reads)
                        .isCloseTo(expected, within(Math.max(1, Math.abs(expected)) * 1e-9));
            }
        }
    }

    private static double plain(String function, List<Read> reads, long from, long to) {
        var within = reads.stream().filter(r -> r.at >= from && r.at < to).toList();
        double area = 0;
        double held = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < reads.size(); i++) {
            long start = Math.max(from, reads.get(i).at);
            long end = Math.min(to, i + 1 < reads.size() ? reads.get(i + 1).at : Long.MAX_VALUE);
            if (end <= start) continue;
            area += reads.get(i).value * (end - start);
            held += end - start;
            least = Math.min(least, reads.get(i).value);
            most = Math.max(most, reads.get(i).value);
        }
        double n = within.size();
        double sum = within.stream().mapToDouble(Read::value).sum();
        double mean = sum / n;
        return switch (function.substring(1, function.indexOf('"', 1))) {
            case "mean" -> area / held;
            case "sum" -> sum;
            case "count" -> n;
            case "min" -> least;
            case "max" -> most;
            case "consumption" -> area / 3.6e9;
            case "mean-of-readings" -> mean;
            case "percentile" ->
                within.stream().mapToDouble(Read::value).sorted().toArray()[(int) Math.ceil(n / 2) - 1];
            case "deviation" ->
                Math.sqrt(within.stream()
                                .mapToDouble(r -> (r.value - mean) * (r.value - mean))
                                .sum()
                        / n);
            case "slope" -> {
                double middle = within.stream().mapToDouble(Read::at).sum() / n;
                double tv = within.stream()
                        .mapToDouble(r -> (r.at - middle) * (r.value - mean))
                        .sum();
                double tt = within.stream()
                        .mapToDouble(r -> (r.at - middle) * (r.at - middle))
                        .sum();
                yield tv / tt * 3.6e9;
            }
            default -> throw new IllegalArgumentException(function); // open: a text
        };
    }
}
