package io.linkspan.bench;

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

    private MqttBench() {}

    /// @param words `--messages N` of each round, `--clients N` that are idle, `--seconds N` of the latencies
    static void run(List<String> words) throws Exception {
        int messages = number(words, "--messages", 100_000);
        int clients = number(words, "--clients", 15_000);
        Path folder = Files.createTempDirectory("mqtt-bench");
        try (var mosquitto = MqttServer.mosquitto(folder.resolve("mosquitto")).orElse(null)) {
            if (mosquitto == null) System.out.println("mosquitto is not installed, so nothing runs beside ours");
            var servers = new ArrayList<MqttServer>();
            if (mosquitto != null) servers.add(mosquitto);
            for (int qos = 0; qos <= 1; qos++) forward(servers, "QoS " + qos + " forwarded", qos, true, messages);
            forward(servers, "QoS 1 acknowledged", 1, false, messages);
            for (var server : servers) {
                var idle = MqttIdle.measure(server, clients);
                System.out.printf(
                        "%-10s  %d idle clients: %.1f KiB each, in after %.1f s, after kill -9 and start again after %.1f s%n",
                        server.name(), clients, idle.kibEach(), idle.secondsIn(), idle.secondsAgain());
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private static void forward(List<MqttServer> servers, String what, int qos, boolean forwarded, int messages)
            throws IOException {
        for (int round = 0; round < ROUNDS; round++)
            for (var server : servers) {
                var f = MqttForward.measure(server, "bench/%d/values", qos, forwarded, messages / 2, messages);
                System.out.printf(
                        "%-20s %-10s %.1f µs of the server's processor a message, %.0f messages/s%n",
                        what, server.name(), f.cpuMicros(), f.perSecond());
            }
    }

    private static int number(List<String> words, String name, int otherwise) {
        int at = words.indexOf(name);
        return at < 0 || at + 1 == words.size() ? otherwise : Integer.parseInt(words.get(at + 1));
    }
}
