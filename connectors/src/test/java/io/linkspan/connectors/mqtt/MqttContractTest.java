package io.linkspan.connectors.mqtt;

import static io.linkspan.connectors.mqtt.TestPoints.read;
import static io.linkspan.connectors.mqtt.TestPoints.write;

import io.linkspan.connector.ConnectorContract;
import io.linkspan.connector.Point;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class MqttContractTest {
    @TestFactory
    Stream<DynamicTest> mqtt5() {
        return ConnectorContract.of(new Mqtt(), () -> new HomeOnLoopback("5"));
    }

    @TestFactory
    Stream<DynamicTest> mqtt311() {
        return ConnectorContract.of(new Mqtt(), () -> new HomeOnLoopback("3.1.1"));
    }

    /// A sensor and a lamp behind a broker.
    private static final class HomeOnLoopback implements ConnectorContract.Machine {
        private final SimulatedBroker broker = new SimulatedBroker();
        private final String version;
        private int told;

        HomeOnLoopback(String version) throws IOException {
            this.version = version;
            broker.device(this::lamp);
        }

        private void lamp(String topic, byte[] payload) {
            if (topic.equals("home/lamp/set")) broker.publish("home/lamp", new String(payload, StandardCharsets.UTF_8));
            if (topic.equals("home/heater/mode/set"))
                broker.publish("home/heater/mode", new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public Map<String, String> settings() {
            return Map.of(
                    "endpoint",
                    broker.endpoint(),
                    "version",
                    version,
                    "timeout",
                    "20s",
                    "read-back",
                    "30s",
                    "discovery",
                    "false");
        }

        @Override
        public List<Point> points() {
            return List.of(
                    read(1, "sensor.temperature", ValueType.NUMBER, "home/sensor json /temperature"),
                    read(2, "sensor.count", ValueType.INTEGER, "home/sensor json /count"),
                    write(3, "lamp.brightness", ValueType.NUMBER, "home/lamp json /brightness -> ~/set"),
                    write(4, "heater.mode", ValueType.CHOICE, "home/heater/mode eco=ECO -> ~/set"));
        }

        @Override
        public Map<Point, Value> writes() {
            var all = new LinkedHashMap<Point, Value>();
            all.put(points().get(2), new Value.Num(40));
            all.put(points().get(3), new Value.Choice("eco"));
            return all;
        }

        @Override
        public void speak() throws InterruptedException {
            long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
            while (broker.filters().isEmpty() && System.nanoTime() < end) Thread.sleep(2); // nobody hears it yet
            told++;
            broker.publish("home/sensor", "{\"temperature\":21.5,\"count\":" + told + "}");
            broker.publish("home/lamp", "{\"brightness\":7}");
            broker.retain("home/heater/mode", "full");
        }

        @Override
        public boolean had(Point point, Value value) {
            return switch (point.number()) {
                case 1 -> value.equals(new Value.Num(21.5));
                case 2 -> value instanceof Value.Int i && i.value() >= 1 && i.value() <= told;
                case 3 -> List.of("7", "40").contains(value.toString());
                default -> List.of("full", "eco").contains(value.toString());
            };
        }

        @Override
        public void mute(boolean silent) {
            broker.fault(SimulatedBroker.Fault.SILENT, silent);
        }

        @Override
        public void cut() throws IOException {
            broker.cut();
        }

        @Override
        public void close() throws IOException {
            broker.close();
        }
    }
}
