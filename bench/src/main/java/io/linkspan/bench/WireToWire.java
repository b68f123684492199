package io.linkspan.bench;

import io.linkspan.connectors.dsmrp1.MeterForm;
import io.linkspan.connectors.dsmrp1.SimulatedP1Meter;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// From the last byte of a meter's telegram to the Modbus write at the machine, over loopback, logged and synced before
/// acting,
/// while other readings are stored; beside it, in turn with it, a bare TCP relay that reads the same telegram and sends
/// the same
/// write. Both wait for their event; the difference is what Linkspan and the disk cost. What the disk costs alone is
/// measured in
/// the same run: one block written to a file that was allocated before, and synced, in the relay's turns.
final class WireToWire {
    private static final int EVENTS_A_SECOND = 100;
    private static final Load LINK = new Load(1_000, 200, false);
    private static final long WARM_UP_SECONDS = 10;
    private static final int DISK_BLOCK_BYTES = 4_096;
    private static final int DISK_BLOCKS = 1_000;

    private WireToWire() {}

    /// What goes on beside.
    ///
    /// @param others other readings that are stored
    /// @param everyMillis how often each is read
    /// @param rules whether a rule looks at each of them; none acts (one that did so often would be stopped)
    record Load(int others, long everyMillis, boolean rules) {}

    static void run(int seconds) throws Exception {
        run(seconds, LINK);
    }

    static void run(int seconds, Load load) throws Exception {
        Path data = Files.createTempDirectory("wire-to-wire");
        byte[][] telegrams = telegrams();
        var ours = new LinkedBlockingQueue<Long>();
        var bare = new LinkedBlockingQueue<Long>();
        try (var meter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var relayMeter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var machine = new SimulatedModbusMachine();
                var sink = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = machine.listenTcp();
            machine.unit(1).flag("coil 0", true);
            for (int i = 0; i < load.others; i++) machine.unit(2).number("holding " + i + " int16", i);
            machine.onWrite(w -> ours.add(w.nanos()));
            Thread relay =
                    Thread.ofPlatform().daemon().start(() -> relay(relayMeter.getLocalPort(), sink.getLocalPort()));
            Thread.ofPlatform().daemon().start(() -> drain(sink, bare));
            try (var disk = disk(data.resolve("disk-alone"));
                    var node =
                            Node.start(new Node.Settings(data, NodeClock.real(), Duration.ofMillis(200), Set.of()))) {
                var tree = (Tree.Fields) Yaml.parse("bench.yaml", site(meter.getLocalPort(), port, load));
                node.create(Principal.person("bench"), tree);
                try (var toUs = meter.accept();
                        var toRelay = relayMeter.accept()) {
                    toUs.setTcpNoDelay(true);
                    toRelay.setTcpNoDelay(true);
                    measure(
                            toUs.getOutputStream(),
                            toRelay.getOutputStream(),
                            telegrams,
                            ours,
                            bare,
                            seconds,
                            node,
                            disk);
                }
            }
            relay.interrupt();
        } finally {
            Folders.delete(data);
        }
    }

    private static void measure(
            OutputStream toUs,
            OutputStream toRelay,
            byte[][] telegrams,
            LinkedBlockingQueue<Long> ours,
            LinkedBlockingQueue<Long> bare,
            int seconds,
            Node node,
            FileChannel disk)
            throws IOException, InterruptedException {
        var us = new Histogram(3);
        var relay = new Histogram(3);
        var synced = new Histogram(3);
        int lost = 0;
        long begin = System.nanoTime();
        long events = (WARM_UP_SECONDS + seconds) * EVENTS_A_SECOND;
        long before = 0;
        for (long i = 0; i < events; i++) {
            long at = begin + i * 1_000_000_000L / EVENTS_A_SECOND;
            for (long wait; (wait = at - System.nanoTime()) > 0; ) TimeUnit.NANOSECONDS.sleep(wait);
            boolean warm = i >= WARM_UP_SECONDS * EVENTS_A_SECOND;
            if (warm && before == 0) before = readings(node);
            byte[] telegram = telegrams[(int) (i / 2 % 2)];
            boolean relayed = i % 2 == 1;
            var seen = relayed ? bare : ours;
            seen.clear();
            (relayed ? toRelay : toUs).write(telegram, 0, telegram.length - 1);
            long sent = System.nanoTime();
            (relayed ? toRelay : toUs).write(telegram, telegram.length - 1, 1);
            Long got = seen.poll(2, TimeUnit.SECONDS);
            if (got == null) lost++;
            else if (warm) (relayed ? relay : us).recordValue(Math.max(0, got - sent));
            if (relayed && warm) synced.recordValue(sync(disk, i));
        }
        double perSecond = (readings(node) - before) / (double) seconds;
        System.out.printf("other readings stored a second: %.0f; events without an effect: %d%n", perSecond, lost);
        row("Linkspan", us);
        row("bare relay", relay);
        row("disk alone", synced);
        System.out.printf(
                "p99 above the relay: %.3f ms%n", (us.getValueAtPercentile(99) - relay.getValueAtPercentile(99)) / 1e6);
        System.out.printf("syncs: %d%n", node.journal().syncs());
    }

    private static FileChannel disk(Path file) throws IOException {
        var disk = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        for (int i = 0; i < DISK_BLOCKS; i++)
            disk.write(ByteBuffer.allocate(DISK_BLOCK_BYTES), (long) i * DISK_BLOCK_BYTES);
        disk.force(true);
        return disk;
    }

    private static long sync(FileChannel disk, long turn) throws IOException {
        long begin = System.nanoTime();
        disk.write(ByteBuffer.allocate(DISK_BLOCK_BYTES), turn % DISK_BLOCKS * DISK_BLOCK_BYTES);
        disk.force(false);
        return System.nanoTime() - begin;
    }

    private static long readings(Node node) {
        return node.connectors(node.sites().getFirst()).stream()
                .mapToLong(h -> h.readings())
                .sum();
    }

    private static void row(String who, Histogram h) {
        System.out.printf(
                "%-10s  n %d  p50 %.3f ms  p90 %.3f ms  p99 %.3f ms  max %.3f ms%n",
                who,
                h.getTotalCount(),
                h.getValueAtPercentile(50) / 1e6,
                h.getValueAtPercentile(90) / 1e6,
                h.getValueAtPercentile(99) / 1e6,
                h.getMaxValue() / 1e6);
    }

    /// Two telegrams as a meter sends them, with a load above and below the thresholds.
    private static byte[][] telegrams() {
        byte[][] both = new byte[2][];
        double[] kilowatts = {8, 1};
        for (int i = 0; i < 2; i++)
            try (var meter = new SimulatedP1Meter(MeterForm.values()[MeterForm.values().length - 1])) {
                meter.power(kilowatts[i]);
                both[i] = meter.telegram().encode();
            }
        return both;
    }

    private static void relay(int meterPort, int sinkPort) {
        byte[] write = {0, 1, 0, 0, 0, 6, 1, 5, 0, 0, 0, 0};
        byte[] buffer = new byte[4096];
        try (var in = new Socket(InetAddress.getLoopbackAddress(), meterPort);
                var out = new Socket(InetAddress.getLoopbackAddress(), sinkPort)) {
            out.setTcpNoDelay(true);
            InputStream from = in.getInputStream();
            int tail = -1; // bytes behind the "!" that ends a telegram
            for (int n; (n = from.read(buffer)) > 0; )
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '!') tail = 0;
                    else if (tail >= 0 && ++tail == 6) {
                        out.getOutputStream().write(write);
                        tail = -1;
                    }
                }
        } catch (IOException e) {
            // the run is over
        }
    }

    private static void drain(ServerSocket sink, LinkedBlockingQueue<Long> seen) {
        byte[] buffer = new byte[12];
        try (var in = sink.accept()) {
            while (in.getInputStream().readNBytes(buffer, 0, 12) == 12) seen.add(System.nanoTime());
        } catch (IOException e) {
            // the run is over
        }
    }

    private static String site(int meterPort, int machinePort, Load load) {
        var others = new StringBuilder();
        for (int i = 0; i < load.others; i++)
            others.append("      p")
                    .append(i)
                    .append(": { type: number, at: \"holding ")
                    .append(i)
                    .append(" int16\", every: ")
                    .append(load.everyMillis)
                    .append("ms }\n");
        return String.join(
                "\n",
                List.of(
                        "linkspan: 1",
                        "site: bench",
                        "armed: true",
                        "connectors:",
                        "  - { id: meter, type: dsmr_p1, port: \"tcp://127.0.0.1:" + meterPort + "\" }",
                        "  - { id: machine, type: modbus_tcp, endpoint: \"127.0.0.1:" + machinePort + "\" }",
                        "  - { id: others, type: modbus_tcp, endpoint: \"127.0.0.1:" + machinePort + "\" }",
                        "things:",
                        "  - { id: grid, connector: meter, properties: { power: { type: number, unit: kW, at: \"1-0:1.7.0\" } } }",
                        "  - { id: boiler, connector: machine, unit: 1, properties: { on: { type: flag, writable: true, at: \"coil 0\", every: 1s } } }",
                        "  - id: store",
                        "    connector: others",
                        "    unit: 2",
                        "    properties:",
                        others.toString().stripTrailing(),
                        load.rules ? rules(load) : "",
                        "links:",
                        "  - { id: shed, from: grid.power, to: boiler.on, off-above: 5.0, on-below: 2.5, silent: { after: 60s, then: release } }",
                        ""));
    }

    private static String rules(Load load) {
        var all = new StringBuilder("rules:");
        for (int i = 0; i < load.others; i++)
            all.append("\n  - { id: r")
                    .append(i)
                    .append(", when: \"store.p")
                    .append(i)
                    .append(" > 20000 || store.p")
                    .append(i)
                    .append(" < -20000\", then: [ { tell: high } ] }");
        return all.toString();
    }
}
