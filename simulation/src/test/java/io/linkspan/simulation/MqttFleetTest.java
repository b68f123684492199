package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `examples/fleet.yaml` as people run it, with mosquitto's clients as the devices.
class MqttFleetTest {
    private static final Path EXAMPLE = Path.of("../examples/fleet.yaml");
    private static final String SEVEN = "example-token-pump-7";
    private static final String EIGHT = "example-token-pump-8";
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    private static Path folder;

    private static int port;
    private static NodeProcess node;

    @BeforeAll
    static void start() throws Exception {
        port = Mosquitto.freePort();
        node = NodeProcess.start(folder, Files.readString(EXAMPLE).replace("18832", Integer.toString(port)));
        await("the broker listens", () -> {
            try (var socket = new java.net.Socket()) {
                socket.connect(MqttWire.loopback(port));
                return true;
            } catch (java.io.IOException e) {
                return false;
            }
        });
    }

    @AfterAll
    static void end() throws Exception {
        if (node != null) node.close();
    }

    private static void await(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.call()) {
            if (System.nanoTime() > end) throw new AssertionError("Not in time: " + what + "; " + node.said());
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static List<String> publish(String token, String version, String topic, String payload) throws Exception {
        return ForeignProgram.run(
                Mosquitto.client("pub", port, "-V", version, "-u", token, "-q", "1", "-t", topic, "-m", payload),
                folder,
                "");
    }

    private static ForeignProgram subscribe(String token, String filter) throws Exception {
        var program = ForeignProgram.start(
                Mosquitto.client(
                        "sub",
                        port,
                        "-d",
                        "-u",
                        token,
                        "-q",
                        "1",
                        "-W",
                        "50",
                        "-C",
                        "1",
                        "-F",
                        "got %t %p",
                        "-t",
                        filter),
                folder);
        program.await("SUBACK");
        return program;
    }

    private static String get(String path) throws Exception {
        return Json.write(node.ask("{\"do\":\"get\",\"path\":\"" + path + "\"}"));
    }

    @ParameterizedTest
    @CsvSource({"mqttv31,v1/devices/me/telemetry", "mqttv311,v1/devices/me/telemetry", "mqttv5,v2/t"})
    void telemetryIsAReading(String version, String topic) throws Exception {
        int value = 20 + Math.floorMod(version.hashCode(), 7);
        assertThat(publish(SEVEN, version, topic, "{\"temperature\":" + value + ".5}"))
                .isEmpty();
        assertThat(get("pump_7.temperature"))
                .as("acknowledged is on disk, and shown")
                .contains(value + ".5");
    }

    @Test
    void theDevicesOwnTimeIsTheReadings() throws Exception {
        long millis = Instant.now().minusSeconds(5).toEpochMilli();
        publish(EIGHT, "mqttv311", "v2/t", "[{\"ts\":" + millis + ",\"values\":{\"tankLevel\":250}}]");
        await("the level", () -> get("pump_8.level").contains("2.5"));
        assertThat(get("pump_8.level"))
                .contains(Instant.EPOCH.plus(millis, ChronoUnit.MILLIS).toString());
    }

    @Test
    void aWrongTokenIsNotAuthorized() throws Exception {
        assertThat(publish("no-such-token", "mqttv311", "v2/t", "{}"))
                .anyMatch(line -> line.contains("not authorised"));
        assertThat(publish("no-such-token", "mqttv5", "v2/t", "{}"))
                .anyMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("not authorized"));
    }

    @Test
    void aCommandIsARequestWhoseResponseIsItsOutcome() throws Exception {
        try (var device = subscribe(SEVEN, "v1/devices/me/rpc/request/+");
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var set = executor.submit(
                    () -> Json.write(node.ask("{\"do\":\"set\",\"property\":\"pump_7.on\",\"value\":\"true\"}")));
            String asked = device.finish().stream()
                    .filter(line -> line.startsWith("got "))
                    .findFirst()
                    .orElseThrow();
            assertThat(asked).endsWith("{\"method\":\"setOn\",\"params\":true}");
            String request = asked.substring("got v1/devices/me/rpc/request/".length(), asked.indexOf(" {"));
            publish(SEVEN, "mqttv311", "v1/devices/me/rpc/response/" + request, "{\"done\":true}");
            assertThat(set.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).contains("done");
        }
    }

    @Test
    void aSharedAttributeReachesTheDeviceAndIsThereWhenItAsks() throws Exception {
        try (var device = subscribe(EIGHT, "v1/devices/me/attributes");
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var set = executor.submit(
                    () -> Json.write(node.ask("{\"do\":\"set\",\"property\":\"pump_8.target\",\"value\":\"22\"}")));
            assertThat(device.finish()).contains("got v1/devices/me/attributes {\"targetTemperature\":22}");
            publish(EIGHT, "mqttv311", "v1/devices/me/attributes", "{\"targetTold\":22}");
            assertThat(set.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).contains("done");
        }
        try (var asking = subscribe(EIGHT, "v2/a/res/+")) {
            publish(EIGHT, "mqttv5", "v2/a/req/77", "{\"sharedKeys\":\"targetTemperature\"}");
            assertThat(asking.finish()).contains("got v2/a/res/77 {\"shared\":{\"targetTemperature\":22}}");
        }
    }

    @Test
    void anActionOfADeviceThatIsAwayWasNotSent() throws Exception {
        assertThat(Json.write(node.ask("{\"do\":\"invoke\",\"action\":\"pump_8.flush\"}")))
                .contains("not sent");
    }

    @Test
    void whatNoPropertyTakesIsFound() throws Exception {
        publish(SEVEN, "mqttv311", "v1/devices/me/attributes", "{\"serialNumber\":\"SN-4A21F\"}");
        await("it is found", () -> Json.write(node.ask("{\"do\":\"found\"}")).contains("key serialNumber"));
    }
}
