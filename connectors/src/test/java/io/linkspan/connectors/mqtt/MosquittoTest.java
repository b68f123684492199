package io.linkspan.connectors.mqtt;

import static io.linkspan.connectors.mqtt.TestPoints.read;
import static io.linkspan.connectors.mqtt.TestPoints.settings;
import static io.linkspan.connectors.mqtt.TestPoints.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With a broker that is not ours: Debian's mosquitto.
@Timeout(60)
class MosquittoTest {
    private static final Path BROKER = Path.of("/usr/sbin/mosquitto");
    private static final Path PUBLISH = Path.of("/usr/bin/mosquitto_pub");
    private static final Point TEMPERATURE = read(1, "s.temperature", ValueType.NUMBER, "home/s json /t");
    private static final Point LAMP =
            write(2, "lamp.on", ValueType.FLAG, "home/lamp json /state on=ON off=OFF -> ~/set");

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private int port;
    private TestSurroundings here;

    @BeforeEach
    void begin() throws Exception {
        for (var each : List.of(BROKER, PUBLISH))
            Assumptions.assumeTrue(
                    Files.isExecutable(each),
                    each + " is missing, so this was not tried; install it (apt install mosquitto mosquitto-clients)");
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        here = new TestSurroundings("home", TEMPERATURE, LAMP);
    }

    @AfterEach
    void end() throws Exception {
        if (here != null) here.close();
        for (var each : started) each.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    private Process broker(String... more) throws Exception {
        var config = new ArrayList<>(List.of(
                "listener " + port + " 127.0.0.1",
                "persistence true",
                "persistence_location " + folder + "/",
                "autosave_interval 1",
                "autosave_on_changes true",
                "user " + System.getProperty("user.name")));
        config.addAll(more.length == 0 ? List.of("allow_anonymous true") : List.of(more));
        var file = Files.write(folder.resolve("mosquitto.conf"), config);
        var process = new ProcessBuilder(BROKER.toString(), "-c", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        started.add(process);
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
                return process;
            } catch (IOException e) {
                if (System.nanoTime() > end || !process.isAlive())
                    throw new AssertionError(
                            "mosquitto does not listen: " + Files.readString(folder.resolve("mosquitto.log")), e);
                Thread.sleep(10);
            }
        }
    }

    private void publish(String topic, String payload, String... more) throws Exception {
        var words = new ArrayList<>(List.of(
                PUBLISH.toString(),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-q",
                "1",
                "-t",
                topic,
                "-m",
                payload));
        words.addAll(List.of(more));
        var process = new ProcessBuilder(words).inheritIO().start();
        started.add(process);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private Connector connector(String... more) throws Exception {
        var pairs = new ArrayList<>(List.of("endpoint", "mqtt://127.0.0.1:" + port, "read-back", "20s"));
        pairs.addAll(List.of(more));
        return new Mqtt().create(settings(pairs.toArray(new String[0])));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "3.1.1"})
    void readingsComeInAndCommandsGoOut(String version) throws Exception {
        broker();
        publish("home/s", "{\"t\":4}", "-r");
        var running = here.start(connector("version", version, "qos", "2"));
        assertThat(here.awaitReading(TEMPERATURE, new Value.Num(4)::equals).quality())
                .isEqualTo(Quality.UNCERTAIN);
        publish("home/s", "{\"t\":21.5}");
        assertThat(here.awaitReading(TEMPERATURE, new Value.Num(21.5)::equals).quality())
                .isEqualTo(Quality.GOOD);
        publish("home/s", "{\"t\":22.5}", "-q", "2");
        here.awaitReading(TEMPERATURE, new Value.Num(22.5)::equals);
        // the lamp: another client that answers what it is told, as a second connector of ours would not
        var lamp = new ProcessBuilder(
                        "sh",
                        "-c",
                        "mosquitto_sub -h 127.0.0.1 -p " + port
                                + " -t home/lamp/set -C 1 -W 20 >/dev/null && mosquitto_pub -h 127.0.0.1 -p " + port
                                + " -t home/lamp -m '{\"state\":\"ON\"}'")
                .start();
        started.add(lamp);
        if (version.equals("5")) {
            Outcome outcome = new Outcome.NotSent(Outcome.Cause.UNREACHABLE);
            while (outcome
                    instanceof Outcome.NotSent) // until the lamp has subscribed nobody is there, and we are told so
            outcome = here.awaitOutcome(here.command(LAMP, Value.Flag.ON));
            assertThat(outcome).isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
        }
        running.stop();
    }

    @Test
    void messagesOfAnOutageOfOursComeAfterIt() throws Exception {
        broker();
        var it = connector();
        var running = here.start(it);
        here.await(Report.LineUp.class);
        running.stop();
        for (int i = 1; i <= 5; i++) publish("home/s", "{\"t\":" + i + "}");
        here.forget();
        running = here.start(it);
        here.awaitReading(TEMPERATURE, new Value.Num(5)::equals);
        assertThat(here.readings()).extracting(r -> r.value().toString()).containsExactly("1", "2", "3", "4", "5");
        running.stop();
    }

    @Test
    void aBrokerThatIsKilledInTheMiddleLosesNothingOfOurs() throws Exception {
        var first = broker();
        var it = connector();
        var running = here.start(it);
        here.await(Report.LineUp.class);
        publish("home/s", "{\"t\":1}");
        here.awaitReading(TEMPERATURE, new Value.Num(1)::equals);
        long id = here.command(LAMP, Value.Flag.ON);
        here.await(Report.Answer.class, a -> a.command() == id);
        first.destroyForcibly().waitFor();
        var end = running.awaitEnd();
        assertThat(end.orElseThrow()).isInstanceOf(IOException.class);
        assertThat(here.outcomes(id)).singleElement().isNotInstanceOf(Outcome.Done.class);
        assertThat(here.start(it).awaitEnd().orElseThrow())
                .as("nobody is there")
                .isInstanceOf(IOException.class);
        here.forget();
        broker();
        running = here.start(it);
        here.await(Report.LineUp.class);
        publish("home/s", "{\"t\":2}");
        here.awaitReading(TEMPERATURE, new Value.Num(2)::equals);
        running.stop();
    }

    @Test
    void aNameAndAPasswordAreAskedFor() throws Exception {
        Path passwords = folder.resolve("passwords");
        var made = new ProcessBuilder("mosquitto_passwd", "-c", "-b", passwords.toString(), "linkspan", "correct horse")
                .start();
        started.add(made);
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
        broker("allow_anonymous false", "password_file " + passwords);
        assertThat(here.start(connector()).awaitEnd().orElseThrow())
                .hasMessageContaining("check user and password-file");
        Path password = Files.writeString(folder.resolve("password"), "correct horse\n");
        var running = here.start(connector("user", "linkspan", "password-file", password.toString()));
        here.await(Report.LineUp.class);
        running.stop();
    }
}
