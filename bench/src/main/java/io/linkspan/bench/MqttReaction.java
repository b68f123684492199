package io.linkspan.bench;

import io.linkspan.bench.MqttLoad.Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/// From a sensor's message to the one that an actuator gets, 100 times a second, while 2,000 other messages a second
/// are
/// stored. Before ours a link decides (logged and synced before it acts); before a bare broker the actuator gets the
/// sensor's
/// own message.
final class MqttReaction {
    private static final int EVENTS_A_SECOND = 100;
    private static final int OTHERS = 100;
    private static final int OTHERS_A_SECOND = 2_000;
    private static final long WARM_UP_SECONDS = 5;
    private static final Duration STEP_MAX = Duration.ofSeconds(30);
    private static final long EVENT_NANOS_MAX = 2_000_000_000L;
    static final String SENSOR = "bench/sensor";
    static final String ACTUATOR = "bench/valve/set";
    private static final String STATE = "bench/valve/state";

    /// @param lost events that moved nothing
    /// @param othersAcknowledged of the other messages, of so many
    record Figures(Histogram nanos, int lost, long othersAcknowledged, long othersSent) {}

    private final Histogram nanos = new Histogram(3);
    private long sentAt;
    private boolean waiting;
    private boolean warm;
    private int lost;
    private long acknowledged;

    private MqttReaction() {}

    static Figures measure(MqttServer server, boolean linked, int seconds) throws IOException {
        return new MqttReaction().run(server, linked, seconds);
    }

    private Figures run(MqttServer server, boolean linked, int seconds) throws IOException {
        try (var load = new MqttLoad(server.at())) {
            var actuator = load.connect("valve", 1, linked ? ACTUATOR : SENSOR, 1, new Actuator(linked), STEP_MAX);
            var sensor = load.connect("sensor", 1, "", 0, new MqttLoad.Hears() {}, STEP_MAX)
                    .getFirst();
            var others = load.connect("other", OTHERS, "", 0, new Counts(), STEP_MAX);
            actuator.getFirst().send(MqttLoad.publish(STATE, 1, 1, "ON".getBytes(StandardCharsets.UTF_8)));
            var packets = new byte[OTHERS][];
            for (int i = 0; i < OTHERS; i++)
                packets[i] = MqttLoad.publish("bench/s" + i + "/values", 1, 1, MqttForward.PAYLOAD);
            byte[][] values = {
                MqttLoad.publish(SENSOR, 1, 1, "{\"v\":8}".getBytes(StandardCharsets.UTF_8)),
                MqttLoad.publish(SENSOR, 1, 1, "{\"v\":1}".getBytes(StandardCharsets.UTF_8))
            };
            long sent = 0;
            long begin = System.nanoTime();
            long events = (WARM_UP_SECONDS + seconds) * EVENTS_A_SECOND;
            for (long i = 0; i < events; i++) {
                warm = i >= WARM_UP_SECONDS * EVENTS_A_SECOND;
                long at = begin + i * 1_000_000_000L / EVENTS_A_SECOND;
                sent = until(at, load, others, packets, begin, sent);
                sensor.send(values[(int) (i % 2)]);
                sentAt = System.nanoTime();
                waiting = true;
                while (waiting && System.nanoTime() - sentAt < EVENT_NANOS_MAX) load.turn(1);
                if (waiting) lost++;
            }
            return new Figures(nanos, lost, acknowledged, sent);
        }
    }

    /// Sends the others' messages that are due until then.
    private long until(long at, MqttLoad load, List<Client> others, byte[][] packets, long begin, long sentBefore)
            throws IOException {
        long sent = sentBefore;
        long now;
        while ((now = System.nanoTime()) < at) {
            long due = (now - begin) * OTHERS_A_SECOND / 1_000_000_000L;
            for (; sent < due; sent++) others.get((int) (sent % OTHERS)).send(packets[(int) (sent % OTHERS)]);
            load.turn(1);
        }
        return sent;
    }

    private final class Counts implements MqttLoad.Hears {
        @Override
        public void acknowledged(Client by) {
            acknowledged++;
        }
    }

    private final class Actuator implements MqttLoad.Hears {
        private final boolean tells;
        private final byte[] on = MqttLoad.publish(STATE, 1, 2, "ON".getBytes(StandardCharsets.UTF_8));
        private final byte[] off = MqttLoad.publish(STATE, 1, 2, "OFF".getBytes(StandardCharsets.UTF_8));

        Actuator(boolean tells) {
            this.tells = tells;
        }

        @Override
        public void message(Client by, byte[] bytes, int at, int length) {
            if (waiting && warm) nanos.recordValue(Math.max(0, System.nanoTime() - sentAt));
            waiting = false;
            try {
                // It says what it was told: ON ends with an N, OFF with an F.
                if (tells) by.send(bytes[at + length - 1] == 'N' ? on : off);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
