package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Applications at the broker, which take what their contracts let out: mosquitto's clients, over `kill -9`.
class MqttApplicationsTest {
    private static final String SITE = """
            linkspan: 1
            site: plant
            zone: UTC
            armed: true
            connectors:
              - id: broker
                type: mqtt_broker
                listeners: [ { address: "127.0.0.1:%d" }, { address: "127.0.0.1:%d", anonymous: true } ]
            things:
              - id: meter
                connector: broker
                properties:
                  power: { type: number, unit: kW, at: "m/power" }
                  secret: { type: number, unit: kW, at: "m/secret" }
            """;

    @TempDir
    private Path folder;

    private int port;
    private int open;
    private NodeProcess node;
    private String owner;

    @BeforeEach
    void start() throws Exception {
        port = Mosquitto.freePort();
        open = Mosquitto.freePort();
        node = NodeProcess.start(folder, SITE.formatted(port, open));
        owner = node.token("olga", "owner");
        node.awaitPort(open);
    }

    @AfterEach
    void end() throws Exception {
        if (Optional.ofNullable(node).isPresent()) node.close(); // it may not have begun
    }

    private String http(String method, String path, String body) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(node.address() + path))
                    .header("Authorization", "Bearer " + owner)
                    .header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofString(body))
                    .build();
            var answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            return answer.body();
        }
    }

    private String application(String name, String contract) throws Exception {
        String body = "{\"name\":\"" + name + "\",\"contract\":" + contract + "}";
        String made = http("POST", "/v1/sites/plant/applications", body);
        var token = Optional.ofNullable(Json.parseFields("", made).fields().get("token"));
        return ((Tree.Scalar) token.orElseThrow()).text();
    }

    private void tell(String topic, String value) throws Exception {
        assertThat(ForeignProgram.run(Mosquitto.client("pub", open, "-q", "1", "-t", topic, "-m", value), folder, ""))
                .isEmpty();
    }

    private ForeignProgram taker(String token, int count, String... more) throws Exception {
        var program = ForeignProgram.start(takerWords(token, count, more), folder);
        program.await("SUBACK");
        return program;
    }

    private List<String> takerWords(String token, int count, String... more) {
        var words = new ArrayList<>(Mosquitto.client(
                "sub",
                port,
                "-d",
                "-V",
                "mqttv5",
                "-i",
                "dashboard",
                "-u",
                "dashboard",
                "-P",
                token,
                "-q",
                "1",
                "-W",
                "50",
                "-C",
                Integer.toString(count),
                "-F",
                "got %t %r %P %p"));
        words.addAll(List.of(more));
        return words;
    }

    private static List<String> got(ForeignProgram taker) throws Exception {
        return taker.finish().stream().filter(l -> l.startsWith("got ")).toList();
    }

    @Test
    void anApplicationGetsTheNewestAndThenEachReadingOfItsContractAlone() throws Exception {
        String token = application("dashboard", "{\"properties\":[\"meter.power\"]}");
        tell("m/power", "1.5");
        try (var taker = taker(token, 3, "-t", "linkspan/plant/+/+")) {
            taker.await("got linkspan/plant/meter/power 1 ");
            tell("m/secret", "99");
            tell("m/power", "2.5");
            tell("m/power", "3.5");
            var got = got(taker);
            assertThat(got).hasSize(2).allMatch(l -> l.startsWith("got linkspan/plant/meter/power 0 position:"));
            assertThat(got.getFirst()).contains("\"type\":\"reading\"", "\"value\":2.5", "\"quality\":\"good\"");
            assertThat(got.getLast()).contains("\"value\":3.5");
            assertThat(String.join("", got)).doesNotContain("secret", "99");
        }
    }

    @Test
    void aKeptSessionMissesNothingOverItsAbsenceAndAKill() throws Exception {
        String token = application("dashboard", "{\"properties\":[\"meter.power\"]}");
        String[] kept = {"-x", "3600", "-c", "-t", "linkspan/plant/meter/power"};
        try (var first = taker(token, 1, kept)) {
            tell("m/power", "0");
            assertThat(got(first)).hasSize(1);
        }
        for (int i = 1; i <= 5; i++) tell("m/power", Integer.toString(i));
        node.kill();
        node.restart();
        node.awaitPort(open);
        for (int i = 6; i <= 9; i++) tell("m/power", Integer.toString(i));
        try (var again = ForeignProgram.start(takerWords(token, 100, kept), folder)) {
            var values = new ArrayList<String>();
            while (!values.contains("9")) {
                String line = again.next();
                if (line.startsWith("got linkspan/plant/meter/power 0 "))
                    values.add(line.replaceAll(".*\"value\":([0-9]+).*", "$1"));
            }
            assertThat(values.stream().distinct().toList())
                    .as("in order, nothing lost; what was not acknowledged may come twice")
                    .containsSubsequence("1", "2", "3", "4", "5", "6", "7", "8", "9");
        }
    }

    @Test
    void aRevokedContractEndsTheDeliveryAtOnce() throws Exception {
        String token = application("dashboard", "{\"properties\":[\"meter.power\"]}");
        try (var taker = taker(token, 100, "-t", "linkspan/plant/#", "-x", "3600", "-c")) {
            tell("m/power", "1");
            taker.await("\"value\":1");
            http("DELETE", "/v1/sites/plant/applications/dashboard", "");
            taker.await("DISCONNECT (135)"); // not authorized
        }
        assertThat(ForeignProgram.run(
                        Mosquitto.client("sub", port, "-u", "dashboard", "-P", token, "-t", "linkspan/#", "-W", "20"),
                        folder,
                        ""))
                .anyMatch(l -> l.contains("not authorised") || l.contains("bad user name"));
    }

    @Test
    void anApplicationPublishesNothingAndSeesNoOtherTopics() throws Exception {
        String token = application("dashboard", "{\"properties\":[\"meter.power\"]}");
        assertThat(ForeignProgram.run(
                        Mosquitto.client(
                                "pub",
                                port,
                                "-V",
                                "mqttv5",
                                "-u",
                                "dashboard",
                                "-P",
                                token,
                                "-q",
                                "1",
                                "-t",
                                "m/power",
                                "-m",
                                "7"),
                        folder,
                        ""))
                .anyMatch(l -> l.contains("Not authorized"));
        try (var taker = taker(token, 1, "-t", "#")) {
            tell("m/secret", "5");
            tell("other", "6");
            tell("m/power", "8");
            assertThat(got(taker)).hasSize(1).allMatch(l -> l.startsWith("got linkspan/plant/meter/power"));
        }
    }
}
