package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many applications take feeds from a node in a process of its own, which is killed under them.
class FeedsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int REGISTERS_A_UNIT = 100;
    private static final Pattern FEEDS = Pattern.compile("(?m)^linkspan_feeds (\\d+)$");

    @TempDir
    private Path folder;

    @Test
    void fiftyFeedsLoseNothingWhenTheNodeIsKilled() throws Exception {
        through(50, 3, 1);
    }

    @Test
    @Tag("long")
    void aThousandFeedsLoseNothingWhenTheNodeIsKilled() throws Exception {
        through(1_000, 30, 2);
    }

    /// @param values that each feed has before each kill, and after the last
    private void through(int feeds, int values, int kills) throws Exception {
        try (var machine = new SimulatedModbusMachine()) {
            int units = (feeds + REGISTERS_A_UNIT - 1) / REGISTERS_A_UNIT;
            int port = machine.listenTcp();
            var counting = Thread.ofPlatform().daemon().start(() -> count(machine, units));
            var takers = new ArrayList<Taker>();
            try (var client = HttpClient.newHttpClient();
                    var node = NodeProcess.start(folder, site(feeds, port))) {
                String token = node.token("vera", "viewer");
                for (int i = 0; i < feeds; i++)
                    takers.add(new Taker(
                            client,
                            node.address() + "/v1/sites/shelves/feed?paths=" + path(i),
                            token,
                            i % 2 == 0 ? Taker.Over.EVENTS : Taker.Over.WEB_SOCKET));
                for (int kill = 0; kill < kills; kill++) {
                    await(takers, values * (kill + 1), node);
                    node.kill();
                    long begun = System.nanoTime();
                    node.restart();
                    long up = System.nanoTime();
                    await(takers, most(takers) + 1, node);
                    System.out.printf(
                            Locale.ROOT,
                            "%d feeds, kill -9 number %d: node ready after %d ms, all feeds go on after %d ms more%n",
                            feeds,
                            kill + 1,
                            (up - begun) / 1_000_000,
                            (System.nanoTime() - up) / 1_000_000);
                }
                var cpu = node.cpu();
                long from = System.nanoTime();
                await(takers, most(takers) + values, node);
                double seconds = (System.nanoTime() - from) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "%d feeds of one value a second: %.0f ms of processor time of the node a second%n",
                        feeds,
                        node.cpu().minus(cpu).toMillis() / seconds);
                takers.forEach(Taker::close);
                node.kill();
                compare(takers, node, kills);
            } finally {
                takers.forEach(Taker::close);
                counting.interrupt();
            }
        }
    }

    private static int most(List<Taker> takers) {
        return takers.stream().mapToInt(t -> t.taken().size()).max().orElseThrow();
    }

    private static void await(List<Taker> takers, int values, NodeProcess node) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (var taker : takers)
            assertThat(taker.await(values, end))
                    .as(
                            "A feed has %d values, not %d; the node said %s",
                            taker.taken().size(), values, node.said())
                    .isTrue();
    }

    /// Each took exactly what stands in the log, from its first entry up to where it was ended.
    private static void compare(List<Taker> takers, NodeProcess node, int kills) throws Exception {
        var said = Said.readings(node.data());
        for (int i = 0; i < takers.size(); i++) {
            var taker = takers.get(i);
            var log = said.get(path(i));
            assertThat(taker.wrong()).as("Feed %d", i).isEmpty();
            assertThat(taker.taken())
                    .as("Feed %d", i)
                    .isEqualTo(log.subList(0, taker.taken().size()));
            assertThat(taker.connections()).as("Feed %d", i).isGreaterThan(kills);
        }
        var each = new Histogram(2);
        takers.forEach(t -> each.recordValue(t.taken().size()));
        System.out.printf(
                "%d feeds took %d to %d values each, all that is in the log%n",
                takers.size(), each.getMinValue(), each.getMaxValue());
    }

    // ---- the machine

    private static String path(int i) {
        return "shelf_" + i / REGISTERS_A_UNIT + ".r" + i % REGISTERS_A_UNIT;
    }

    /// Each register counts, so that no two values near each other are the same.
    private static void count(SimulatedModbusMachine machine, int units) {
        try {
            for (int n = 0; ; n = (n + 1) % 10_000) {
                for (int unit = 1; unit <= units; unit++)
                    for (int r = 0; r < REGISTERS_A_UNIT; r++)
                        machine.unit(unit).number("holding " + r + " int16", n + r);
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } catch (InterruptedException e) {
            // the test is over
        }
    }

    private static String site(int feeds, int port) {
        var text = new StringBuilder("""
                linkspan: 1
                site: shelves
                connectors:
                  - { id: store, type: modbus_tcp, endpoint: "127.0.0.1:%d" }
                things:
                """.formatted(port));
        for (int unit = 0; unit * REGISTERS_A_UNIT < feeds; unit++) {
            text.append("  - id: shelf_%d\n    connector: store\n    unit: %d\n    properties:\n"
                    .formatted(unit, unit + 1));
            for (int r = 0; r < REGISTERS_A_UNIT; r++)
                text.append("      r%d: { type: number, at: \"holding %d int16\", every: 1s }\n".formatted(r, r));
        }
        return text.toString();
    }
}
