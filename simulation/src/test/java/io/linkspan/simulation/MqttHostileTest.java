package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.simulation.MqttSequence.Step;
import io.linkspan.simulation.MqttWire.Heard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hostile bytes at a broker's port, and a good client that must not notice: it publishes to itself at QoS 1, one
/// message
/// after the other, and each comes back once, in order, on the one connection it has.
class MqttHostileTest {
    private static final Path SEQUENCES = Path.of("src/test/resources/mqtt-sequences");
    private static final int CONNECTIONS = 400;
    private static final int LANES = 8;
    private static final int RANDOM_BYTES_MAX = 2_000;
    /// A good message is back by then even on a busy machine.
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final Duration HOSTILE_LISTEN = Duration.ofMillis(30);

    @TempDir
    private Path folder;

    @Test
    void oursGoesOn() throws Exception {
        try (var node = MqttNode.start(folder)) {
            attack(node, 1, CONNECTIONS, Duration.ZERO);
            splitAtEachByte(node);
            assertThat(node.isAlive()).isTrue();
        }
    }

    /// `-Dlinkspan.hostile.minutes=30` for half an hour, `-Dlinkspan.hostile.seed=N` for other bytes.
    @Test
    @Tag("long")
    void oursGoesOnForMinutes() throws Exception {
        try (var node = MqttNode.start(folder)) {
            attack(
                    node,
                    Long.getLong("linkspan.hostile.seed", 2),
                    CONNECTIONS,
                    Duration.ofMinutes(Long.getLong("linkspan.hostile.minutes", 2)));
            assertThat(node.isAlive()).isTrue();
        }
    }

    @Test
    void mosquittoGoesOn() throws Exception {
        Mosquitto.need();
        try (var broker = Mosquitto.start(folder)) {
            attack(broker, 1, CONNECTIONS, Duration.ZERO);
            splitAtEachByte(broker);
        }
    }

    /// @param seed gives the same bytes again
    /// @param connections at least so many, and
    /// @param atLeast as long
    private static void attack(Judged broker, long seed, int connections, Duration atLeast) throws Exception {
        var sequences = MqttSequence.all(SEQUENCES);
        long end = System.nanoTime() + atLeast.toNanos();
        var done = new AtomicInteger();
        try (var good = new GoodClient(broker.at());
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var lanes = new ArrayList<java.util.concurrent.Future<?>>();
            for (int lane = 0; lane < LANES; lane++) {
                var random = new SplittableRandom(seed * LANES + lane);
                lanes.add(pool.submit(() -> {
                    while (done.getAndIncrement() < connections || System.nanoTime() < end)
                        hostile(broker.at(), random, sequences);
                    return null;
                }));
            }
            for (var lane : lanes) lane.get();
            good.finish();
        }
    }

    private static void hostile(InetSocketAddress at, SplittableRandom random, List<MqttSequence> sequences)
            throws IOException {
        try (var wire = MqttWire.open(at)) {
            int version = 3 + random.nextInt(3);
            byte[] bytes = switch (random.nextInt(4)) {
                case 0 -> random(random, 1 + random.nextInt(RANDOM_BYTES_MAX));
                case 1 ->
                    MqttWire.bytes(
                            MqttWire.connect(version, "hostile", random.nextBoolean(), 10),
                            random(random, 1 + random.nextInt(RANDOM_BYTES_MAX)));
                case 2 -> mutated(random, bytes(sequences.get(random.nextInt(sequences.size()))));
                default -> truncated(random, bytes(sequences.get(random.nextInt(sequences.size()))));
            };
            for (int from = 0; from < bytes.length; ) {
                int to = random.nextInt(3) == 0 ? Math.min(bytes.length, from + 1 + random.nextInt(20)) : bytes.length;
                wire.sendAnyway(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
            if (random.nextBoolean())
                while (wire.listen(HOSTILE_LISTEN) instanceof Heard.Packet) {} // until it is closed or silent
        }
    }

    /// What a sequence sends, its CONNECT before it.
    private static byte[] bytes(MqttSequence sequence) {
        var parts = new ArrayList<byte[]>();
        if (sequence.connect()) parts.add(MqttWire.connect(sequence.version(), "h-" + sequence.name(), true, 10));
        for (var step : sequence.steps()) if (step instanceof Step.Send send) parts.add(send.bytes());
        return MqttWire.bytes(parts.toArray());
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (random.nextBoolean()) bytes[0] = (byte) (1 + random.nextInt(15) << 4 | random.nextInt(16));
        return bytes;
    }

    private static byte[] mutated(SplittableRandom random, byte[] bytes) {
        if (bytes.length == 0) return bytes;
        byte[] mutated = bytes.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(4)) {
                case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutated[at] = (byte) random.nextInt(256);
                case 2 ->
                    mutated = MqttWire.bytes(
                            Arrays.copyOf(mutated, at),
                            random(random, 1 + random.nextInt(8)),
                            Arrays.copyOfRange(mutated, at, mutated.length));
                default ->
                    mutated = mutated.length < 2
                            ? mutated
                            : MqttWire.bytes(
                                    Arrays.copyOf(mutated, at), Arrays.copyOfRange(mutated, at + 1, mutated.length));
            }
        }
        return mutated;
    }

    private static byte[] truncated(SplittableRandom random, byte[] bytes) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }

    /// A session of each version, cut in two at each of its bytes: the answers are those of the whole.
    private static void splitAtEachByte(Judged broker) throws IOException {
        for (int version = 3; version <= 5; version++) {
            byte[] bytes = MqttWire.bytes(
                    MqttWire.connect(version, "split-" + version, true, 60),
                    MqttWire.subscribe(version, 7, "split/" + version, 1),
                    MqttWire.publish(version, 2, "split/" + version, 300, new byte[200]),
                    MqttWire.ping());
            var whole = answers(broker, bytes, 0);
            assertThat(whole).hasSize(5);
            for (int at = 1; at < bytes.length; at++)
                assertThat(answers(broker, bytes, at))
                        .as("version %d, cut at byte %d", version, at)
                        .isEqualTo(whole);
        }
    }

    /// Sorted: an acknowledgement and a message may come in either order.
    private static List<String> answers(Judged broker, byte[] bytes, int cut) throws IOException {
        try (var wire = MqttWire.open(broker.at())) {
            var answers = new ArrayList<String>();
            if (cut > 0) {
                wire.send(Arrays.copyOf(bytes, cut));
                Thread.yield();
            }
            wire.send(Arrays.copyOfRange(bytes, cut, bytes.length));
            while (answers.size() < 5 && wire.listen(ANSWER_MAX) instanceof Heard.Packet p) answers.add(p.toString());
            answers.sort(null);
            return answers;
        }
    }

    /// On a thread of its own.
    private static final class GoodClient implements AutoCloseable {
        private static final String TOPIC = "only/for/the/good/" + Long.toHexString(System.nanoTime());

        private final MqttWire wire;
        private final Thread thread;
        private volatile boolean over;
        private volatile String wrong = "";
        private volatile int messages;

        GoodClient(InetSocketAddress at) throws IOException {
            wire = MqttWire.open(at);
            wire.send(MqttWire.bytes(
                    MqttWire.connect(5, "good-" + System.nanoTime(), true, 60), MqttWire.subscribe(5, 1, TOPIC, 1)));
            expect(MqttWire.CONNACK);
            expect(MqttWire.SUBACK);
            thread = Thread.ofVirtual().start(this::run);
        }

        private void run() {
            try {
                while (!over) {
                    byte[] payload = Integer.toString(messages).getBytes(StandardCharsets.UTF_8);
                    wire.send(MqttWire.publish(5, 2, TOPIC, messages % 60_000 + 1, payload));
                    boolean acknowledged = false;
                    boolean back = false;
                    while (!acknowledged || !back) {
                        var heard = wire.listen(ANSWER_MAX);
                        if (heard instanceof Heard.Packet p && p.type() == MqttWire.PUBACK && !acknowledged)
                            acknowledged = true;
                        else if (heard instanceof Heard.Packet p
                                && p.type() == MqttWire.PUBLISH
                                && !back
                                && p.topic().equals(TOPIC)
                                && Arrays.equals(MqttWire.payload(5, p), payload)) {
                            back = true;
                            wire.send(MqttWire.ack(MqttWire.PUBACK, MqttWire.id(p)));
                        } else {
                            wrong = "message " + messages + ": " + heard;
                            return;
                        }
                    }
                    messages++;
                }
            } catch (IOException e) {
                wrong = "message " + messages + ": " + e;
            }
        }

        private void expect(int type) throws IOException {
            var heard = wire.listen(ANSWER_MAX);
            if (!(heard instanceof Heard.Packet p) || p.type() != type)
                throw new IOException("A good client was met with " + heard);
        }

        /// A few more, after all that.
        void finish() throws InterruptedException {
            int had = messages;
            long end = System.nanoTime() + ANSWER_MAX.toNanos();
            while (messages < had + 3 && wrong.isEmpty() && System.nanoTime() < end) TimeUnit.MILLISECONDS.sleep(10);
            assertThat(wrong).isEmpty();
            assertThat(messages).as("messages that the good client had").isGreaterThanOrEqualTo(had + 3);
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            thread.join();
            wire.close();
        }
    }
}
