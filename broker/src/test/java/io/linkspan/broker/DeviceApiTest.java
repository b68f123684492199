package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.SampleSite;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Devices of ThingsBoard at our broker: what they tell, ask and are told.
class DeviceApiTest {
    private static final String SITE = """
            linkspan: 1
            site: fleet
            zone: UTC
            connectors:
              - { id: broker, type: mqtt_broker, listeners: [ { address: "127.0.0.1:1883" } ] }
            things:
              - id: pump_7
                connector: broker
                properties:
                  temperature: { type: number, unit: Cel, at: "key" }
                  level: { type: number, unit: m, at: "key tankLevel in cm" }
                  state: { type: text, at: "key 'pump state' /now" }
                  on: { type: flag, writable: true, at: "key running -> rpc setOn" }
                  speed: { type: number, writable: true, at: "-> rpc setSpeed json /value" }
                  target: { type: number, unit: Cel, writable: true, at: "key target_told -> attribute targetTemperature" }
              - id: pump_8
                connector: broker
                properties:
                  temperature: { type: number, unit: Cel, at: "key" }
            """;

    @TempDir
    private Path folder;

    private final TestSurroundings here = new TestSurroundings("broker");
    private TestBench bench;
    private Mapping mapping;
    private List<Point> points;

    @BeforeEach
    void begin() throws Exception {
        bench = new TestBench();
        points = points(SITE);
        for (var each : points) Mapping.check(each);
        here.points(points);
        mapping = new Mapping(here, Runnable::run, () -> bench.broker, () -> bench.broker.flush());
        mapping.remap(here.points());
        bench.tap = mapping;
        bench.spaces.put("token 7", new DeviceSpace("pump_7"));
        bench.spaces.put("token 8", new DeviceSpace("pump_8"));
    }

    private List<Point> points(String site) throws IOException, Invalid {
        var all = SampleSite.read(Files.writeString(folder.resolve("site.yaml"), site))
                .points();
        return all.getOrDefault("broker", List.of());
    }

    @AfterEach
    void end() throws Exception {
        here.close();
    }

    private TestBench.Client device(String user, Version version) {
        var client = bench.client("ESP32", version);
        client.user = Optional.of(user);
        client.connect(true, Properties.NONE);
        client.take(Packet.Connack.class);
        return client;
    }

    private Point point(String name) {
        return points.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
    }

    private List<String> told() {
        return here.readings().stream()
                .map(r -> points.get(r.property() - 1).name() + " " + r.value()
                        + (r.deviceTimeMicros() == Reading.NO_TIME ? "" : " at " + r.deviceTimeMicros()))
                .toList();
    }

    private long command(String point, Value value) throws InterruptedException {
        long id = here.command(point(point), value);
        mapping.execute(here.nextCommand(Duration.ofSeconds(1)).orElseThrow(), bench.broker);
        bench.broker.flush();
        return id;
    }

    // ---- what devices tell

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"temperature\":21.5} | pump_7.temperature 21.5",
                "{\"temperature\":\"21.5\",\"tankLevel\":250} | pump_7.temperature 21.5, pump_7.level 2.5",
                "[{\"temperature\":1},{\"temperature\":2}] | pump_7.temperature 1, pump_7.temperature 2",
                "{\"ts\":1451649600512,\"values\":{\"temperature\":3}} | pump_7.temperature 3 at 1451649600512000",
                "[{\"ts\":1000,\"values\":{\"temperature\":4}},{\"ts\":2000,\"values\":{\"temperature\":5}}]"
                        + " | pump_7.temperature 4 at 1000000, pump_7.temperature 5 at 2000000",
                "{\"pump state\":{\"now\":\"idle\"},\"temperature\":null} | pump_7.state idle",
                "{\"ts\":7} | ''"
            })
    void telemetryInEachOfItsForms(String payload, String readings) {
        var device = device("token 7", Version.MQTT_3_1_1);
        for (String topic : List.of("v1/devices/me/telemetry", "v2/t", "v1/devices/me/attributes", "v2/a")) {
            boolean timed = payload.startsWith("[") || payload.startsWith("{\"ts\"");
            if (timed && !topic.endsWith("telemetry") && !topic.equals("v2/t")) continue; // attributes have no times
            here.forget();
            device.publish(topic, payload, Qos.AT_LEAST_ONCE, 1);
            assertThat(device.take(Packet.Puback.class).id()).isEqualTo(1);
            assertThat(String.join(", ", told())).as(topic).isEqualTo(readings);
        }
    }

    @Test
    void telemetryIsAcknowledgedAfterTheDisk() {
        here.diskDead(true);
        var device = device("token 7", Version.MQTT_5);
        device.publish("v1/devices/me/telemetry", "{\"temperature\":1}", Qos.AT_LEAST_ONCE, 1);
        assertThat(device.take(Packet.Puback.class).reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    }

    @Test
    void devicesOfOneClientIdentifierAreDevicesOfTheirOwn() {
        var seven = device("token 7", Version.MQTT_5);
        var eight = device("token 8", Version.MQTT_5);
        seven.publish("v2/t", "{\"temperature\":7}", Qos.AT_LEAST_ONCE, 1);
        eight.publish("v2/t", "{\"temperature\":8}", Qos.AT_LEAST_ONCE, 1);
        assertThat(seven.wire.closed).isFalse();
        assertThat(told()).containsExactly("pump_7.temperature 7", "pump_8.temperature 8");
    }

    @Test
    void nobodyElseWritesIntoADevicesTopicsOrTakesItsSession() {
        var other = bench.connected("other");
        other.publish("$device/pump_7/up/v1/telemetry", "{\"temperature\":1}", Qos.AT_LEAST_ONCE, 1);
        assertThat(other.take(Packet.Puback.class).reason()).isEqualTo(Reason.NOT_AUTHORIZED);
        other.publish("$device/pump_7/down/v1/rpc/request/1", "{}", Qos.AT_LEAST_ONCE, 2);
        assertThat(other.take(Packet.Puback.class).reason()).isEqualTo(Reason.NOT_AUTHORIZED);
        var thief = bench.client("$device/pump_7/ESP32", Version.MQTT_5);
        thief.connect(true, Properties.NONE);
        assertThat(thief.take(Packet.Connack.class).reason()).isEqualTo(Reason.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(here.readings()).isEmpty();
    }

    @Test
    void anUnknownKeyIsCountedAndFoundOnce() throws Exception {
        var device = device("token 7", Version.MQTT_5);
        for (int i = 0; i < 3; i++)
            device.publish("v2/t", "{\"batteryLevel\":3.1,\"temperature\":20,\"ok\":true}", Qos.AT_MOST_ONCE, 0);
        here.advance(DeviceFinds.TOGETHER);
        mapping.tick(bench.broker);
        mapping.tick(bench.broker);
        assertThat(bench.broker.tally().keysUnknown).isEqualTo(6);
        var found = here.reports(Report.Found.class);
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().settings().get("id")).isEqualTo("pump_7");
        assertThat(found.getFirst().settings().get("properties"))
                .contains("\"battery_level\"", "key batteryLevel", "\"number\"", "\"ok\"", "\"flag\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no json", "[1,2]", "7", "{\"ts\":\"soon\",\"values\":{\"temperature\":1}}"})
    void whatIsNoTelemetryIsAGapThatIsToldOnce(String payload) {
        var device = device("token 7", Version.MQTT_5);
        for (int i = 1; i < 4; i++) {
            device.publish("v2/t", payload, Qos.AT_LEAST_ONCE, i);
            device.take(Packet.Puback.class);
        }
        assertThat(here.reports(Report.Gap.class)).hasSize(1);
        assertThat(here.readings()).isEmpty();
    }

    @Test
    void aValueOfAnotherTypeIsNeverZero() {
        device("token 7", Version.MQTT_5).publish("v2/t", "{\"temperature\":\"warm\"}", Qos.AT_LEAST_ONCE, 1);
        assertThat(here.readings()).isEmpty();
        assertThat(here.reports(Report.Gap.class).getFirst().cause()).contains("pump_7.temperature", "warm");
    }

    // ---- what devices ask

    @ParameterizedTest
    @CsvSource({
        "v1/devices/me/attributes/response/+,v1/devices/me/attributes/request/5,v1/devices/me/attributes/response/5",
        "v2/a/res/+,v2/a/req/5,v2/a/res/5"
    })
    void attributesAreAnsweredInTheFormOfTheQuestion(String filter, String request, String response) {
        here.current(point("pump_7.level"), new Value.Num(2.5));
        here.current(point("pump_7.temperature"), new Value.Num(19));
        here.wished(point("pump_7.target"), new Value.Num(22));
        var device = device("token 7", Version.MQTT_5);
        device.subscribe(filter, Qos.AT_LEAST_ONCE);
        device.take(Packet.Suback.class);
        device.publish(
                request,
                "{\"clientKeys\":\"tankLevel,nothing\",\"sharedKeys\":\"targetTemperature\"}",
                Qos.AT_MOST_ONCE,
                0);
        var answer = device.take(Packet.Publish.class);
        assertThat(answer.topic()).isEqualTo(response);
        assertThat(device.text(answer))
                .isEqualTo("{\"client\":{\"tankLevel\":250},\"shared\":{\"targetTemperature\":22}}");
    }

    @Test
    void withoutAWishASharedAttributeIsWhatTheDeviceSaidLast() {
        here.current(point("pump_7.target"), new Value.Num(18));
        var device = device("token 7", Version.MQTT_3_1_1);
        device.subscribe("v2/a/res/+", Qos.AT_LEAST_ONCE);
        device.take(Packet.Suback.class);
        device.publish("v2/a/req/1", "{}", Qos.AT_MOST_ONCE, 0);
        assertThat(device.text(device.take(Packet.Publish.class)))
                .isEqualTo("{\"client\":{\"target_told\":18},\"shared\":{\"targetTemperature\":18}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"method\":\"getSessionLimits\",\"params\":{}} | {\"maxPayloadSize\":65536,\"maxInflightMessages\":20,\"rateLimits\":{}}",
                "{\"method\":\"openDoor\",\"params\":{}} | {\"error\":\"\\\"openDoor\\\": there is no such method here;",
                "7 | {\"error\":\"requests are an object",
            })
    void aDevicesQuestionIsAnsweredOrRefusedInWords(String payload, String answer) {
        var device = device("token 7", Version.MQTT_5);
        device.subscribe("v1/devices/me/rpc/response/+", Qos.AT_LEAST_ONCE);
        device.subscribe("v1/devices/me/rpc/request/+", Qos.AT_LEAST_ONCE);
        device.take(Packet.Suback.class);
        device.take(Packet.Suback.class);
        device.publish("v1/devices/me/rpc/request/3", payload, Qos.AT_MOST_ONCE, 0);
        var said = device.take(Packet.Publish.class);
        assertThat(said.topic()).isEqualTo("v1/devices/me/rpc/response/3");
        assertThat(device.text(said)).startsWith(answer);
        assertThat(device.gotNothing()).as("its own question is no command").isTrue();
    }

    @Test
    void theTimeIsTold() {
        var device = device("token 7", Version.MQTT_5);
        device.subscribe("v2/r/res/+", Qos.AT_MOST_ONCE);
        device.take(Packet.Suback.class);
        long before = here.wallMicros() / 1_000;
        device.publish("v2/r/req/9", "{\"method\":\"getCurrentTime\",\"params\":{}}", Qos.AT_MOST_ONCE, 0);
        assertThat(Long.parseLong(device.text(device.take(Packet.Publish.class))))
                .isBetween(before, before + 60_000);
    }

    // ---- what devices are told

    @ParameterizedTest
    @CsvSource({"v1/devices/me/rpc/request/,v1/devices/me/rpc/response/", "v2/r/req/,v2/r/res/"})
    void aCommandIsARequestAndTheResponseItsAnswer(String request, String response) throws Exception {
        var device = device("token 7", Version.MQTT_3_1_1);
        device.subscribe(request + "+", Qos.AT_LEAST_ONCE);
        device.take(Packet.Suback.class);
        long done = command("pump_7.on", Value.Flag.ON);
        var asked = device.take(Packet.Publish.class);
        assertThat(asked.topic()).startsWith(request);
        assertThat(device.text(asked)).isEqualTo("{\"method\":\"setOn\",\"params\":true}");
        String number = asked.topic().substring(request.length());
        device.publish(response + (Long.parseLong(number) - 1), "true", Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(done)).as("an answer to another request").isEmpty();
        device.publish(response + number, "{\"pin\":4,\"changed\":true}", Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(done)).containsExactly(new Outcome.Done(Optional.empty()));
        device.publish(response + number, "{}", Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(done)).as("one outcome").hasSize(1);
        assertThat(bench.broker.tally().answersUnasked).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"error\":\"dry\"} | dry", "{\"success\":false} | {\"success\":false}"})
    void aResponseThatRefusesIsARefusal(String payload, String why) throws Exception {
        var device = device("token 7", Version.MQTT_5);
        device.subscribe("v2/r/req/+", Qos.AT_MOST_ONCE);
        device.take(Packet.Suback.class);
        long id = command("pump_7.speed", new Value.Num(5));
        var asked = device.take(Packet.Publish.class);
        assertThat(device.text(asked)).isEqualTo("{\"method\":\"setSpeed\",\"params\":{\"value\":5}}");
        device.publish(asked.topic().replace("req", "res"), payload, Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(id)).containsExactly(new Outcome.Refused("pump_7 answers: " + why));
    }

    @Test
    void aDeviceThatReadsBackNeedNotAnswer() throws Exception {
        var device = device("token 7", Version.MQTT_5);
        device.subscribe("v2/r/req/+", Qos.AT_MOST_ONCE);
        device.take(Packet.Suback.class);
        long id = command("pump_7.on", Value.Flag.ON);
        device.publish("v2/t", "{\"running\":false}", Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(id)).isEmpty();
        device.publish("v2/t", "{\"running\":true}", Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(id)).containsExactly(new Outcome.Done(Optional.of(Value.Flag.ON)));
    }

    @Test
    void noResponseIsInDoubtAndAbsenceIsNotSent() throws Exception {
        assertThat(here.outcomes(command("pump_7.on", Value.Flag.ON)))
                .containsExactly(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        var keeper = bench.client("kept", Version.MQTT_5);
        keeper.user = Optional.of("token 7");
        keeper.connect(
                true,
                Properties.with().number(Property.SESSION_EXPIRY_INTERVAL, 600).build());
        keeper.subscribe("v1/devices/me/rpc/request/+", Qos.AT_LEAST_ONCE);
        keeper.lose();
        assertThat(here.outcomes(command("pump_7.on", Value.Flag.ON)))
                .as("it would come too late")
                .containsExactly(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        keeper.connect(
                false,
                Properties.with().number(Property.SESSION_EXPIRY_INTERVAL, 600).build());
        keeper.take(Packet.Connack.class);
        assertThat(keeper.gotNothing()).isTrue();
        long id = command("pump_7.on", Value.Flag.ON);
        keeper.take(Packet.Publish.class);
        here.advance(Orders.READ_BACK_MAX.plusSeconds(1));
        mapping.tick(bench.broker);
        assertThat(here.outcomes(id).getFirst()).isInstanceOf(Outcome.InDoubt.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1/devices/me/attributes", "v2/a"})
    void aSharedAttributeIsDoneWhenTheDeviceTellsIt(String topic) throws Exception {
        var device = device("token 7", Version.MQTT_5);
        device.subscribe(topic, Qos.AT_LEAST_ONCE);
        device.take(Packet.Suback.class);
        long id = command("pump_7.target", new Value.Num(23));
        var told = device.take(Packet.Publish.class);
        assertThat(told.topic()).isEqualTo(topic);
        assertThat(device.text(told)).isEqualTo("{\"targetTemperature\":23}");
        assertThat(here.outcomes(id)).as("being told is not doing").isEmpty();
        device.publish(topic, "{\"target_told\":23}", Qos.AT_MOST_ONCE, 0);
        assertThat(here.outcomes(id)).containsExactly(new Outcome.Done(Optional.of(new Value.Num(23))));
        assertThat(device.gotNothing()).as("what it told is not told to it").isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key -> setOn | behind -> stands rpc METHOD or attribute NAME",
                "key -> rpc | rpc needs the method",
                "key x0.1 on=ON | says nothing about a number",
                "key -> rpc set json {\"a\":1} | has {value} in it",
                "-> attribute target | no topic that reads back",
                "key nonsense more | is no part of an address"
            })
    void aWrongAddressIsRefusedWithWhatWouldBeRight(String at, String why) throws Exception {
        String site = SITE.replace("\"-> rpc setSpeed json /value\"", "'" + at + "'");
        var wrong = points(site);
        assertThatThrownBy(() -> {
                    for (var each : wrong) Mapping.check(each);
                })
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(why)
                .hasMessageContaining("pump_7.speed");
    }
}
