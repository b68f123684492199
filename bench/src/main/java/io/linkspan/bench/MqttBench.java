package io.linkspan.bench;

import io.linkspan.bench.MqttForward.To;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The broker beside Debian's mosquitto, in turns, in one run: the processor time that each server spends on a message,
/// what
/// clients weigh that say nothing, and from a sensor's message to an actuator's.
final class MqttBench {
    private static final int ROUNDS = 3;
    private static final int THINGS = 1_000;

    private MqttBench() {}

    /// @param words `--messages N` of each round, `--clients N` that are idle, `--seconds N` of the latencies; 0
    ///     leaves that part out. `--hivemq`: HiveMQ keeps messages beside ours, instead of mosquitto, which keeps
    /// them
    ///     in memory
    static void run(List<String> words) throws Exception {
        int messages = number(words, "--messages", 100_000);
        int clients = number(words, "--clients", 15_000);
        int seconds = number(words, "--seconds", 20);
        Path folder = Files.createTempDirectory("mqtt-bench");
        boolean withHive = words.contains("--hivemq");
        try (var mosquitto = MqttServer.mosquitto(folder.resolve("mosquitto")).orElse(null);
                var hive =
                        withHive ? MqttServer.hivemq(folder.resolve("hivemq")).orElse(null) : null;
                var ours = MqttServer.linkspan(folder.resolve("linkspan"), site(), options(words))) {
            if (mosquitto == null) System.out.println("mosquitto is not installed, so nothing runs beside ours");
            var servers = new ArrayList<MqttServer>();
            if (withHive && hive == null)
                System.out.println("HiveMQ could not be fetched, so it does not run beside ours");
            if (mosquitto != null) servers.add(mosquitto);
            servers.add(ours);
            if (messages > 0) {
                forward(servers, "QoS 0 forwarded", "bench/%d/values", 0, To.ONE, messages);
                forward(servers, "QoS 1 forwarded", "bench/%d/values", 1, To.ONE, messages);
                // Nobody subscribes to these; ours takes two values out of each, logs and syncs before it acknowledges.
                forward(servers, "QoS 1 taken", "bench/s%d/values", 1, To.NOBODY, messages);
                var durable = hive == null ? servers : List.of(hive, ours);
                forward(durable, "QoS 1 kept", "kept/%d/values", 1, To.ONE_KEPT, messages);
            }
            if (seconds > 0) for (var server : servers) reaction(server, server == ours, seconds);
            if (clients > 0) for (var server : servers) idle(server, clients);
        } finally {
            Folders.delete(folder);
        }
    }

    private static void forward(List<MqttServer> servers, String what, String topics, int qos, To to, int messages)
            throws IOException {
        double[] cpu = new double[servers.size()];
        for (int round = 0; round < ROUNDS; round++)
            for (int i = 0; i < servers.size(); i++) {
                var f = MqttForward.measure(servers.get(i), topics, qos, to, messages / 2, messages);
                cpu[i] += f.cpuMicros() / ROUNDS;
                System.out.printf(
                        "%-16s %-10s %5.1f µs of the server's processor a message, %6.0f messages/s%n",
                        what, servers.get(i).name(), f.cpuMicros(), f.perSecond());
            }
        if (cpu.length == 2)
            System.out.printf(
                    "%-16s ours takes %.2f times the processor time of %s%n",
                    what, cpu[1] / cpu[0], servers.getFirst().name());
    }

    private static void reaction(MqttServer server, boolean linked, int seconds) throws IOException {
        var f = MqttReaction.measure(server, linked, seconds);
        System.out.printf(
                "sensor to actuator, %s: %-10s n %d  p50 %.3f ms  p90 %.3f ms  p99 %.3f ms  max %.3f ms; lost %d;"
                        + " %d of %d other messages acknowledged%n",
                linked ? "through a link" : "forwarded",
                server.name(),
                f.nanos().getTotalCount(),
                f.nanos().getValueAtPercentile(50) / 1e6,
                f.nanos().getValueAtPercentile(90) / 1e6,
                f.nanos().getValueAtPercentile(99) / 1e6,
                f.nanos().getMaxValue() / 1e6,
                f.lost(),
                f.othersAcknowledged(),
                f.othersSent());
    }

    private static void idle(MqttServer server, int clients) throws IOException, InterruptedException {
        server.fresh();
        var idle = MqttIdle.measure(server, clients);
        System.out.printf(
                "%d idle clients: %-10s %.1f KiB and %.0f µs of its processor each, in after %.1f s; killed and started again: all served after %.1f s%n",
                clients, server.name(), idle.kibEach(), idle.cpuMicrosEach(), idle.secondsIn(), idle.secondsAgain());
    }

    /// The Java options of the package, or those behind `--java` as one word.
    private static List<String> options(List<String> words) throws IOException {
        int at = words.indexOf("--java");
        if (at >= 0 && at + 1 < words.size()) return List.of(words.get(at + 1).split(" "));
        Path file = Path.of("packaging/jvm.options");
        if (!Files.exists(file)) return List.of("-XX:+UseSerialGC", "-Xmx256m");
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("-"))
                .toList();
    }

    private static int number(List<String> words, String name, int otherwise) {
        int at = words.indexOf(name);
        return at < 0 || at + 1 == words.size() ? otherwise : Integer.parseInt(words.get(at + 1));
    }

    private static String site() {
        var things = new StringBuilder();
        for (int i = 0; i < THINGS; i++)
            things.append("  - { id: s").append(i).append(", kind: sensor, connector: broker }\n");
        return """
                linkspan: 1
                site: bench
                armed: true
                connectors:
                  - { id: broker, type: mqtt_broker, listeners: [ { address: "127.0.0.1:PORT", anonymous: true } ] }
                kinds:
                  - id: sensor
                    properties:
                      temperature: { type: number, unit: Cel, at: "bench/{thing}/values json /temperature" }
                      humidity: { type: number, unit: "%", at: "bench/{thing}/values json /humidity" }
                things:
                  - { id: level, connector: broker, properties: { v: { type: number, at: "bench/sensor json /v" } } }
                  - id: valve
                    connector: broker
                    properties:
                      on: { type: flag, writable: true, at: "bench/valve/state on=ON off=OFF -> bench/valve/set" }
                """ + things + """
                links:
                  - { id: shut, from: level.v, to: valve.on, off-above: 5.0, on-below: 2.5, silent: { after: 60s, then: release } }
                """;
    }
}
