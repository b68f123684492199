package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A site's own properties at its broker: retained, in order over `kill -9`, and writable with a truthful answer.
class MqttServesTest {
    private static final String SITE = """
            linkspan: 1
            site: plant
            zone: UTC
            armed: true
            connectors:
              - id: broker
                type: mqtt_broker
                listeners: [ { address: "127.0.0.1:%d", anonymous: true } ]
                serves:
                  - { at: "-> site/power json /value", property: meter.power }
                  - { at: "site/lamp/set on=ON off=OFF -> site/lamp", property: lamp.on, writable: true }
            things:
              - id: meter
                connector: broker
                properties: { power: { type: number, unit: kW, at: "m/power" } }
              - id: lamp
                connector: broker
                properties:
                  on: { type: flag, writable: true, at: "z/lamp on=ON off=OFF -> z/lamp/set", without-us: last-value }
            """;

    @TempDir
    private Path folder;

    private int port;

    private void tell(String topic, String value) throws Exception {
        assertThat(ForeignProgram.run(Mosquitto.client("pub", port, "-q", "1", "-t", topic, "-m", value), folder, ""))
                .isEmpty();
    }

    @Test
    void whatIsServedIsRetainedAndAWishIsAnswered() throws Exception {
        port = Mosquitto.freePort();
        try (var node = NodeProcess.start(folder, SITE.formatted(port))) {
            node.awaitPort(port);
            try (var taker = ForeignProgram.start(
                    Mosquitto.client("sub", port, "-d", "-t", "site/#", "-q", "1", "-W", "50", "-F", "got %t %r %p"),
                    folder)) {
                taker.await("SUBACK");
                tell("m/power", "1.5");
                taker.await("got site/power 0 {\"value\":1.5}");
                tell("m/power", "2.5");
                taker.await("got site/power 0 {\"value\":2.5}");
            }
            node.kill();
            node.restart();
            node.awaitPort(port);
            try (var late = ForeignProgram.start(
                    Mosquitto.client("sub", port, "-t", "site/power", "-W", "50", "-C", "1", "-F", "got %r %p"),
                    folder)) {
                assertThat(late.finish()).containsExactly("got 1 {\"value\":2.5}");
            }
            tell("z/lamp", "OFF");
            try (var lamp = ForeignProgram.start(
                            Mosquitto.client(
                                    "sub", port, "-d", "-t", "z/lamp/set", "-W", "50", "-C", "1", "-F", "got %p"),
                            folder);
                    var shown = ForeignProgram.start(
                            Mosquitto.client("sub", port, "-d", "-t", "site/lamp", "-W", "50", "-F", "got %p"),
                            folder)) {
                lamp.await("SUBACK");
                shown.await("SUBACK");
                try (var wish = ForeignProgram.start(
                        Mosquitto.client(
                                "rr",
                                port,
                                "-V",
                                "mqttv5",
                                "-t",
                                "site/lamp/set",
                                "-e",
                                "me/answers",
                                "-m",
                                "ON",
                                "-W",
                                "50"),
                        folder)) {
                    lamp.await("got ON");
                    tell("z/lamp", "ON"); // the device does it, and says so
                    shown.await("got ON");
                    assertThat(String.join("", wish.finish())).contains("\"outcome\":\"done\"");
                }
            }
        }
    }
}
