package io.linkspan.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Clients that are there and say nothing, each with a subscription of its own: what they weigh, and how long it takes
/// until
/// all are served again after the server died.
final class MqttIdle {
    private static final Duration CONNECT_MAX = Duration.ofMinutes(3);
    private static final long SETTLE_SECONDS = 3;

    /// @param kibEach resident memory a client
    /// @param cpuMicrosEach of the server's processor to let one in
    /// @param secondsIn until all were connected and subscribed the first time
    /// @param secondsAgain from the start of the killed server's process until all were served again
    record Figures(double kibEach, double cpuMicrosEach, double secondsIn, double secondsAgain) {}

    private MqttIdle() {}

    static Figures measure(MqttServer server, int clients) throws IOException, InterruptedException {
        try (var load = new MqttLoad(server.at())) {
            long before = server.residentKib();
            long cpu = server.cpuMicros();
            long begin = System.nanoTime();
            var all = load.connect("idle", clients, "idle/%d/set", 1, new MqttLoad.Hears() {}, CONNECT_MAX);
            double in = (System.nanoTime() - begin) / 1e9;
            double cpuEach = (server.cpuMicros() - cpu) / (double) clients;
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            double each = (server.residentKib() - before) / (double) clients;
            server.restart();
            long again = System.nanoTime();
            load.connectAgain(all, CONNECT_MAX);
            return new Figures(each, cpuEach, in, (System.nanoTime() - again) / 1e9);
        }
    }
}
