package io.linkspan.connectors.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.SampleSite;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Value;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What people copy from `sample.yaml` is taken.
@Timeout(60)
class MqttSampleTest {
    private static final Path SAMPLE = Path.of("src/main/java/io/linkspan/connectors/mqtt/sample.yaml");

    @Test
    void theExampleOfAHomeIsTaken() throws Exception {
        var example = SampleSite.read(Path.of("../examples/home-mqtt.yaml"));
        example.check(new Mqtt());
        assertThat(example.points().get("broker")).hasSizeGreaterThan(10);
        for (var serve : example.file().connectors().get("broker").serves()) {
            var property = example.file().property(serve.property()).orElseThrow();
            new Mqtt()
                    .check(new io.linkspan.connector.Point(
                            1,
                            serve.property(),
                            property.type(),
                            property.unit(),
                            property.step(),
                            serve.at(),
                            java.util.Optional.empty(),
                            property.choices(),
                            io.linkspan.model.Tree.fields(java.util.Map.of()),
                            serve.writable()
                                    ? io.linkspan.connector.Point.Access.SERVE_WRITABLE
                                    : io.linkspan.connector.Point.Access.SERVE,
                            new io.linkspan.model.WithoutUs.None()));
        }
    }

    @Test
    void theSampleIsTakenAndHearsItsDevices() throws Exception {
        var sample = SampleSite.read(SAMPLE);
        assertThat(sample.check(new Mqtt())).hasSize(1);
        var points = sample.points().get("home");
        try (var broker = new SimulatedBroker();
                var here = new TestSurroundings("home", points.toArray(new io.linkspan.connector.Point[0]))) {
            var running = here.start(new Mqtt().create(TestPoints.settings("endpoint", broker.endpoint())));
            here.await(io.linkspan.connector.Report.LineUp.class);
            broker.publish("zigbee2mqtt/Living room", "{\"temperature\":21.37,\"humidity\":44,\"battery\":100}");
            broker.publish("tele/tasmota_1A2B3C/SENSOR", "{\"ENERGY\":{\"Total\":12.345,\"Power\":9}}");
            broker.publish("lora/a84041000181c061/raw", "AB");
            for (var point : points) {
                var expected = switch (point.name()) {
                    case "living_room.temperature" -> new Value.Num(21.37);
                    case "washer.energy" -> new Value.Register(12_345, 3);
                    case "soil.moisture" -> new Value.Num(167.06);
                    default -> null;
                };
                if (expected != null) here.awaitReading(point, expected::equals);
            }
            running.stop();
        }
    }
}
