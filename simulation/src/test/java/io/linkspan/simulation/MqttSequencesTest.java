package io.linkspan.simulation;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The 939 packet sequences of Eclipse Mosquitto's broker tests, malformed ones among them.
class MqttSequencesTest {
    private static final Path SEQUENCES = Path.of("src/test/resources/mqtt-sequences");

    private static final int LANES = 24;

    private static final int EXCEPTIONS_MAX = 20;

    /// What ours does otherwise, each with the clause that lets it.
    private static final Map<String, String> OURS = Map.of(
            "v3.1.1 CONNECT 10 missing keepalive",
            "it says version 5, and a server MAY say why it refuses one (5: 4.13.1)",
            "v3.1.1 PUBLISH 34 QoS 2 Dup flow*3",
            "the same PUBLISH is acknowledged as often as it comes (3.1.1: 4.3.3); mosquitto gives up at the third",
            "v5.0 PUBLISH PUBLISH with $ topic - connection/state",
            "a server SHOULD keep clients from publishing to $ topics (5: 4.7.2)");

    @TempDir
    private Path folder;

    @Test
    void thereAreAllOfThem() throws Exception {
        assertThat(MqttSequence.all(SEQUENCES)).hasSize(939);
    }

    @Test
    void oursAnswersThemAll() throws Exception {
        assertThat(OURS).as("exceptions").hasSizeLessThanOrEqualTo(EXCEPTIONS_MAX);
        try (var node = MqttNode.start(folder)) {
            compare(play(node, MqttJudge.Silence.WRONG), OURS);
            assertThat(node.isAlive()).isTrue();
        }
    }

    @Test
    void theRunnerIsRightAboutMosquitto() throws Exception {
        Mosquitto.need();
        try (var mosquitto = Mosquitto.start(folder)) {
            var known = Files.readAllLines(SEQUENCES.resolve("mosquitto-2.0.11.txt")).stream()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" \\| "))
                    .collect(toMap(line -> line[0], line -> line[1]));
            var failing = play(mosquitto, MqttJudge.Silence.ALLOWED);
            failing.keySet().removeAll(known.keySet()); // a newer mosquitto may keep what 2.0.11 does not
            compare(failing, Map.of());
        }
    }

    @Test
    void whatHangsUpIsNoBroker() throws Exception {
        try (var port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var closes = Thread.ofVirtual().start(() -> {
                try {
                    while (true) port.accept().close();
                } catch (IOException e) {
                    // the test is over
                }
            });
            var at = MqttWire.loopback(port.getLocalPort());
            var judge = new MqttJudge(at, MqttJudge.Silence.WRONG);
            for (var sequence : MqttSequence.all(SEQUENCES))
                if (sequence.connect() || !sequence.mustClose())
                    assertThat(judge.wrong(sequence)).as(sequence.name()).isPresent();
            port.close();
            closes.join();
        }
    }

    private static void compare(Map<String, String> failing, Map<String, String> allowed) {
        var unexpected = new TreeMap<>(failing);
        unexpected.keySet().removeAll(allowed.keySet());
        assertThat(String.join(
                        "\n",
                        unexpected.entrySet().stream().map(Object::toString).toList()))
                .as("sequences that fail without a clause that explains it")
                .isEmpty();
        var unused = new TreeMap<>(allowed);
        unused.keySet().removeAll(failing.keySet());
        assertThat(unused).as("exceptions that nothing needs").isEmpty();
    }

    /// First those that subscribe, one after the other, so that nobody else publishes to them; then the others side
    /// by
    /// side,
    /// but for those that come in under a client id of their own, which may be one that another one has.
    private static Map<String, String> play(Judged broker, MqttJudge.Silence silence) throws Exception {
        var judge = new MqttJudge(broker.at(), silence);
        var failing = new ConcurrentSkipListMap<String, String>();
        var alone = new ArrayList<MqttSequence>();
        var oneLane = new ConcurrentLinkedQueue<MqttSequence>();
        var lanes = new ConcurrentLinkedQueue<MqttSequence>();
        for (var sequence : MqttSequence.all(SEQUENCES))
            (sequence.hears() ? alone : sequence.connect() ? lanes : oneLane).add(sequence);
        for (var sequence : alone) judge(judge, sequence, failing);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            pool.submit(() -> drain(judge, oneLane, failing));
            for (int i = 0; i < LANES; i++) pool.submit(() -> drain(judge, lanes, failing));
        }
        return failing;
    }

    private static void drain(MqttJudge judge, Queue<MqttSequence> from, Map<String, String> failing) {
        for (MqttSequence next; (next = from.poll()) != null; ) judge(judge, next, failing);
    }

    private static void judge(MqttJudge judge, MqttSequence sequence, Map<String, String> failing) {
        try {
            judge.wrong(sequence).ifPresent(why -> failing.put(sequence.name(), why));
        } catch (IOException e) {
            failing.put(sequence.name(), "no connection: " + e.getMessage());
        }
    }
}
