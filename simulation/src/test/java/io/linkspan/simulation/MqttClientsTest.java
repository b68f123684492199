package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.BoxNames;
import io.linkspan.access.LocalCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that are not ours at our broker: mosquitto's, Eclipse Paho's in C, MQTT.js.
class MqttClientsTest {
    private static final Path CLIENTS = Path.of("src/test/resources/mqtt-clients");
    private static final String GREETING = "hello from outside";

    @TempDir
    private static Path folder;

    private static int tcp;
    private static int webSocket;
    private static int tls;
    private static MqttNode node;

    @BeforeAll
    static void start() throws Exception {
        tcp = Mosquitto.freePort();
        webSocket = Mosquitto.freePort();
        tls = Mosquitto.freePort();
        Path keys = folder.resolve("tls");
        new LocalCa(keys, new SecureRandom(), Instant::now)
                .identity(new BoxNames(Set.of("localhost"), Set.of("127.0.0.1")));
        node = MqttNode.start(folder, tcp, """
                linkspan: 1
                site: clients
                connectors:
                  - id: broker
                    type: mqtt_broker
                    listeners:
                      - { address: "127.0.0.1:%d", websocket: /mqtt, anonymous: true }
                      - { address: "127.0.0.1:%d", tls: { certificate: "%s", key: "%s" }, anonymous: true }
                      - { address: "127.0.0.1:%d", anonymous: true }
                """.formatted(
                        webSocket, tls, keys.resolve("server.pem"), keys.resolve("server.key"), tcp));
    }

    @AfterAll
    static void end() {
        if (node != null) node.close();
    }

    // mosquitto_pub and mosquitto_sub

    private static List<String> mosquitto(String program, String version, String... more) {
        var all = new ArrayList<>(List.of(
                ForeignProgram.need("mosquitto_" + program, "mosquitto-clients"),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(tcp),
                "-V",
                version));
        all.addAll(List.of(more));
        return all;
    }

    private static List<String> subscriber(String version, String... more) {
        return listening(version, "got %t %q %r %p", more);
    }

    /// Tells each of its lines at once, which a program does not by itself when nobody sits before it.
    private static List<String> listening(String version, String format, String... more) {
        var all = new ArrayList<>(List.of(ForeignProgram.need("stdbuf", "coreutils"), "-oL"));
        all.addAll(mosquitto("sub", version, "-d", "-W", "40", "-F", format));
        all.addAll(List.of(more));
        return all;
    }

    private static List<String> got(ForeignProgram subscriber) throws IOException, InterruptedException {
        return subscriber.finish().stream()
                .filter(line -> line.startsWith("got "))
                .map(line -> line.substring("got ".length()))
                .toList();
    }

    private static void publish(String version, String input, String... more) throws Exception {
        assertThat(ForeignProgram.run(mosquitto("pub", version, more), folder, input))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"311,0", "311,1", "311,2", "5,0", "5,1", "5,2"})
    void mosquittosClientsAtEachQos(String version, String qos) throws Exception {
        String topic = "clients/" + version + "/" + qos;
        try (var subscriber = ForeignProgram.start(
                subscriber(version, "-i", "sub-" + version + qos, "-q", qos, "-t", topic + "/#", "-C", "3"), folder)) {
            subscriber.await("SUBACK");
            publish(version, "one\ntwo\nthree\n", "-q", qos, "-t", topic + "/a", "-l");
            assertThat(got(subscriber))
                    .containsExactly(
                            topic + "/a " + qos + " 0 one",
                            topic + "/a " + qos + " 0 two",
                            topic + "/a " + qos + " 0 three");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void aRetainedMessageIsThereUntilItIsTakenAway(String version) throws Exception {
        String topic = "retained/" + version + "/";
        publish(version, "", "-r", "-q", "1", "-t", topic + "a", "-m", "first");
        publish(version, "", "-r", "-q", "1", "-t", topic + "b", "-m", "second");
        try (var both = ForeignProgram.start(subscriber(version, "-t", topic + "+", "-q", "1", "-C", "2"), folder)) {
            assertThat(got(both)).containsExactlyInAnyOrder(topic + "a 1 1 first", topic + "b 1 1 second");
        }
        publish(version, "", "-r", "-q", "1", "-t", topic + "a", "-n");
        try (var one = ForeignProgram.start(
                subscriber(version, "-t", topic + "a", "-t", topic + "b", "-q", "1", "-C", "1"), folder)) {
            assertThat(got(one)).containsExactly(topic + "b 1 1 second");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void theWillOfAKilledClientIsPublished(String version) throws Exception {
        String topic = "wills/" + version;
        try (var heir = ForeignProgram.start(subscriber(version, "-t", topic, "-q", "2", "-C", "1"), folder);
                var dying = ForeignProgram.start(
                        subscriber(
                                version,
                                "-t",
                                "nothing",
                                "--will-topic",
                                topic,
                                "--will-payload",
                                "gone",
                                "--will-qos",
                                "2"),
                        folder)) {
            heir.await("SUBACK");
            dying.await("SUBACK");
            dying.kill();
            assertThat(got(heir)).containsExactly(topic + " 2 0 gone");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void aSessionKeepsWhatCameMeanwhile(String version) throws Exception {
        String topic = "kept/" + version;
        var session = new ArrayList<>(List.of("-c", "-i", "kept-" + version, "-q", "2", "-t", topic));
        if (version.equals("5")) session.addAll(List.of("-x", "3600"));
        var first = new ArrayList<>(session);
        first.add("-E"); // ends when it has subscribed
        try (var subscriber = ForeignProgram.start(subscriber(version, first.toArray(String[]::new)), folder)) {
            assertThat(got(subscriber)).isEmpty();
        }
        publish(version, "one\ntwo\nthree\n", "-q", "2", "-t", topic, "-l");
        session.addAll(List.of("-C", "3"));
        try (var subscriber = ForeignProgram.start(subscriber(version, session.toArray(String[]::new)), folder)) {
            assertThat(got(subscriber)).containsExactly(topic + " 2 0 one", topic + " 2 0 two", topic + " 2 0 three");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void mosquittosClientsOverTls(String version) throws Exception {
        String topic = "secured/" + version;
        var secured = List.of("--cafile", folder.resolve("tls/ca.pem").toString(), "-p", Integer.toString(tls));
        var listening = subscriber(version, "-t", topic, "-q", "2", "-C", "1");
        listening.addAll(secured);
        try (var subscriber = ForeignProgram.start(listening, folder)) {
            subscriber.await("SUBACK");
            var speaking = mosquitto("pub", version, "-t", topic, "-q", "2", "-m", GREETING);
            speaking.addAll(secured);
            assertThat(ForeignProgram.run(speaking, folder, "")).isEmpty();
            assertThat(got(subscriber)).containsExactly(topic + " 2 0 " + GREETING);
        }
    }

    @Test
    void propertiesOfVersion5Arrive() throws Exception {
        var command = listening("5", "got %C %R %D %P %F %p", "-t", "properties", "-q", "1", "-C", "1");
        try (var subscriber = ForeignProgram.start(command, folder)) {
            subscriber.await("SUBACK");
            publish(
                    "5",
                    "",
                    "-q",
                    "1",
                    "-t",
                    "properties",
                    "-m",
                    GREETING,
                    "-D",
                    "publish",
                    "content-type",
                    "text/plain",
                    "-D",
                    "publish",
                    "response-topic",
                    "answers",
                    "-D",
                    "publish",
                    "correlation-data",
                    "17",
                    "-D",
                    "publish",
                    "user-property",
                    "colour",
                    "blue",
                    "-D",
                    "publish",
                    "payload-format-indicator",
                    "1");
            assertThat(got(subscriber)).containsExactly("text/plain answers 17 colour:blue 1 " + GREETING);
        }
    }

    // Eclipse Paho in C

    @ParameterizedTest
    @ValueSource(strings = {"4", "5"})
    void pahosCClient(String version) throws Exception {
        String gcc = ForeignProgram.need("gcc", "gcc");
        Assumptions.assumeTrue(
                Files.exists(Path.of("/usr/include/MQTTClient.h")),
                "Paho's C library is missing, so this was not tried; install it (apt install libpaho-mqtt-dev)");
        Path program = folder.resolve("paho-" + version);
        var said = ForeignProgram.run(
                List.of(
                        gcc,
                        "-o",
                        program.toString(),
                        CLIENTS.resolve("paho.c").toAbsolutePath().toString(),
                        "-lpaho-mqtt3c"),
                folder,
                "");
        assertThat(said).isEmpty();
        assertThat(ForeignProgram.run(List.of(program.toString(), "tcp://127.0.0.1:" + tcp, version), folder, ""))
                .containsExactly("nothing wrong");
    }

    // MQTT.js

    /// Its packages lie in `target`; where the registry can not be reached, this is skipped.
    private static Path mqttJs() throws Exception {
        String npm = ForeignProgram.need("npm", "npm");
        Path at = Files.createDirectories(Path.of("target/mqtt-clients")).toAbsolutePath();
        for (String file : List.of("package.json", "package-lock.json", "mqttjs.mjs"))
            Files.write(at.resolve(file), Files.readAllBytes(CLIENTS.resolve(file)));
        if (!Files.exists(at.resolve("node_modules/mqtt/package.json"))) {
            var said = ForeignProgram.run(List.of(npm, "ci", "--prefer-offline", "--no-audit", "--no-fund"), at, "");
            Assumptions.assumeTrue(
                    Files.exists(at.resolve("node_modules/mqtt/package.json")),
                    "MQTT.js could not be installed, so it was not tried: " + said);
        }
        return at;
    }

    @ParameterizedTest
    @CsvSource({"mqtt,4", "mqtt,5", "ws,4", "ws,5"})
    void mqttJsAtQos2(String scheme, String version) throws Exception {
        Path at = mqttJs();
        String url = scheme.equals("ws") ? "ws://127.0.0.1:" + webSocket + "/mqtt" : "mqtt://127.0.0.1:" + tcp;
        var command = List.of(ForeignProgram.need("node", "nodejs"), "mqttjs.mjs", url, version);
        assertThat(ForeignProgram.run(command, at, "")).containsExactly("nothing wrong");
    }
}
