package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connectors.mqtt.SimulatedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A whole node between two brokers: what devices say on the one is told on the other, out of the log, and a wish from
/// there reaches a device here.
@Timeout(120)
class MqttNodeTest {
    @TempDir
    Path folder;

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TestNode.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) throw new AssertionError(what + " did not come about");
            Thread.sleep(5);
        }
    }

    private static List<String> told(SimulatedBroker upstairs) {
        return upstairs.published().stream()
                .filter(m -> m.topic().equals("site/temperature"))
                .map(SimulatedBroker.Message::text)
                .distinct() // what was on its way may come twice
                .toList();
    }

    private String site(SimulatedBroker home, SimulatedBroker upstairs) {
        return """
                linkspan: 1
                site: house
                zone: Europe/Brussels
                armed: true
                connectors:
                  - { id: home, type: mqtt, endpoint: "%s" }
                  - id: upstairs
                    type: mqtt
                    endpoint: "%s"
                    discovery: false
                    serves:
                      - { at: "-> site/temperature", property: kitchen.temperature }
                      - { at: "site/lamp/set on=ON off=OFF -> site/lamp", property: lamp.on, writable: true }
                things:
                  - id: kitchen
                    connector: home
                    properties:
                      temperature: { type: number, unit: Cel, at: "z/kitchen json /temperature" }
                  - id: lamp
                    connector: home
                    properties:
                      on: { type: flag, writable: true, at: "z/lamp json /state on=ON off=OFF -> ~/set", without-us: last-value }
                """.formatted(home.endpoint(), upstairs.endpoint());
    }

    @Test
    void whatIsSaidHereIsToldThereAndAWishFromThereIsDoneHere() throws Exception {
        try (var home = new SimulatedBroker();
                var upstairs = new SimulatedBroker()) {
            home.device((topic, payload) -> {
                if (topic.equals("z/lamp/set")) home.publish("z/lamp", new String(payload, StandardCharsets.UTF_8));
            });
            var file = Files.writeString(folder.resolve("site.yaml"), site(home, upstairs));
            var expected = new ArrayList<String>();
            try (var running = Running.start(Running.Settings.of(folder.resolve("d"), file), _ -> {})) {
                assertThat(running.node().sites()).hasSize(1);
                await(
                        "both lines",
                        () -> home.filters().contains("z/lamp")
                                && upstairs.filters().contains("site/lamp/set"));
                home.publish("z/lamp", "{\"state\":\"OFF\"}");
                home.publish("z/kitchen", "{\"temperature\":20}");
                expected.add("20");
                await("the first reading", () -> told(upstairs).equals(expected));
                upstairs.publish("site/lamp/set", "ON");
                await(
                        "the lamp is on",
                        () -> upstairs.published().stream()
                                .anyMatch(m -> m.topic().equals("site/lamp")
                                        && m.text().equals("ON")));
                upstairs.fault(SimulatedBroker.Fault.REFUSES, true);
                upstairs.cut();
                for (int i = 21; i <= 60; i++) {
                    home.publish("z/kitchen", "{\"temperature\":" + i + "}");
                    expected.add(Integer.toString(i));
                }
                await("all readings on disk", () -> home.waiting() == 0);
            }
            upstairs.fault(SimulatedBroker.Fault.REFUSES, false);
            try (var running = Running.start(Running.Settings.of(folder.resolve("d"), file), _ -> {})) {
                assertThat(running.node().sites()).hasSize(1);
                await("what came while nobody was there", () -> told(upstairs).contains("60"));
            }
            assertThat(told(upstairs)).as("in order, nothing lost").isEqualTo(expected);
        }
    }
}
