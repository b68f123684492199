package io.linkspan.bench;

import io.linkspan.bench.MqttLoad.Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Messages of 70 bytes from many publishers through a broker to one subscriber, as fast as they go and no faster than
/// the
/// subscriber gets them; what counts is the processor time that the server spends on each.
final class MqttForward {
    private static final int PUBLISHERS = 1_000;
    /// Published and not yet received: enough that nobody waits, few enough that no queue overflows.
    private static final int UNDER_WAY_MAX = 500;
    private static final Duration STEP_MAX = Duration.ofSeconds(60);
    static final byte[] PAYLOAD = "{\"temperature\":21.53,\"humidity\":48.2,\"battery\":3.61,\"count\":12345678}"
            .getBytes(StandardCharsets.UTF_8);

    /// Each publisher's second message, and so on in turn: no value is the one before.
    private static final byte[] OTHER_PAYLOAD =
            "{\"temperature\":21.47,\"humidity\":48.6,\"battery\":3.61,\"count\":12345679}"
                    .getBytes(StandardCharsets.UTF_8);

    /// What one server took for it.
    ///
    /// @param cpuMicros of the server a message
    /// @param perSecond messages
    record Figures(double cpuMicros, double perSecond) {}

    private long received;
    private long acknowledged;

    private MqttForward() {}

    /// Who gets the messages.
    enum To {
        /// Nobody: a message is done when it is acknowledged.
        NOBODY,
        /// One subscriber whose session ends with its connection.
        ONE,
        /// One subscriber whose session is kept, so that what it has not got yet must last.
        ONE_KEPT
    }

    static Figures measure(MqttServer server, String topics, int qos, To to, int warmUp, int messages)
            throws IOException {
        var run = new MqttForward();
        boolean forwarded = to != To.NOBODY;
        try (var load = new MqttLoad(server.at())) {
            if (forwarded) {
                String name = to == To.ONE_KEPT ? "kept" : "subscriber";
                load.connect(name, 1, topics.replace("%d", "+"), qos, to == To.ONE_KEPT, run.new Counts(), STEP_MAX);
            }
            var publishers = load.connect("publisher", PUBLISHERS, "", 0, run.new Counts(), STEP_MAX);
            var packets = new byte[2 * PUBLISHERS][];
            for (int i = 0; i < PUBLISHERS; i++) {
                packets[i] = MqttLoad.publish(topics.formatted(i), qos, qos == 0 ? 0 : 1, PAYLOAD);
                packets[PUBLISHERS + i] = MqttLoad.publish(topics.formatted(i), qos, qos == 0 ? 0 : 1, OTHER_PAYLOAD);
            }
            run.send(load, publishers, packets, qos, forwarded, warmUp);
            long cpu = server.cpuMicros();
            long begin = System.nanoTime();
            run.send(load, publishers, packets, qos, forwarded, messages);
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new Figures((server.cpuMicros() - cpu) / (double) messages, messages / seconds);
        }
    }

    private void send(
            MqttLoad load, Iterable<Client> publishers, byte[][] packets, int qos, boolean forwarded, int messages)
            throws IOException {
        long from = done(forwarded);
        long acknowledgedFrom = acknowledged;
        long end = System.nanoTime() + STEP_MAX.toNanos();
        long sent = 0;
        var next = publishers.iterator();
        while (done(forwarded) - from < messages || (qos > 0 && acknowledged - acknowledgedFrom < messages)) {
            // Of UNDER_WAY_MAX in turn no publisher has two at once, so one packet identifier does for QoS 1.
            while (sent < messages
                    && sent - (done(forwarded) - from) < UNDER_WAY_MAX
                    && (qos == 0 || sent - (acknowledged - acknowledgedFrom) < UNDER_WAY_MAX)) {
                if (!next.hasNext()) next = publishers.iterator();
                var client = next.next();
                client.send(packets[(int) (sent / PUBLISHERS % 2) * PUBLISHERS + client.number]);
                sent++;
            }
            load.turn(1);
            if (System.nanoTime() > end)
                throw new IOException(
                        (done(forwarded) - from) + " of " + messages + " messages came within " + STEP_MAX);
        }
    }

    private long done(boolean forwarded) {
        return forwarded ? received : acknowledged;
    }

    private final class Counts implements MqttLoad.Hears {
        @Override
        public void message(Client by, byte[] bytes, int at, int length) {
            received++;
        }

        @Override
        public void acknowledged(Client by) {
            acknowledged++;
        }
    }
}
