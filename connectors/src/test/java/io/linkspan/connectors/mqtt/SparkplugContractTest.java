package io.linkspan.connectors.mqtt;

import io.linkspan.connector.ConnectorContract;
import io.linkspan.connector.Point;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class SparkplugContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ConnectorContract.of(new Sparkplug(), PressOnLoopback::new);
    }

    private static final class PressOnLoopback implements ConnectorContract.Machine {
        private final SimulatedBroker broker = new SimulatedBroker();
        private final SimulatedEdgeNode node = new SimulatedEdgeNode(broker);

        PressOnLoopback() throws IOException {}

        @Override
        public Map<String, String> settings() {
            return Map.of("endpoint", broker.endpoint(), "timeout", "20s", "read-back", "30s");
        }

        @Override
        public List<Point> points() {
            return List.of(motor(1, "Speed", ValueType.NUMBER), motor(2, "Runs", ValueType.FLAG));
        }

        @Override
        public Map<Point, Value> writes() {
            return Map.of(points().get(0), new Value.Num(900));
        }

        @Override
        public void speak() throws InterruptedException {
            long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
            while (broker.filters().isEmpty() && System.nanoTime() < end) Thread.sleep(2); // nobody hears it yet
            node.birth();
        }

        @Override
        public boolean had(Point point, Value value) {
            return switch (point.number()) {
                case 1 -> List.of("1450", "900").contains(value.toString());
                default -> value.equals(Value.Flag.ON);
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

    static Point motor(int number, String metric, ValueType type) {
        return TestPoints.point(
                number,
                "press." + metric.toLowerCase(java.util.Locale.ROOT),
                type,
                "metric " + metric,
                Point.Access.WRITE,
                Map.of("node", SimulatedEdgeNode.NODE, "device", SimulatedEdgeNode.DEVICE));
    }
}
