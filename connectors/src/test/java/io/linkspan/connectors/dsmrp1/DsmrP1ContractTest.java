package io.linkspan.connectors.dsmrp1;

import io.linkspan.connector.ConnectorContract;
import io.linkspan.connector.Point;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The contract of every connector, kept by this one with a meter on loopback.
class DsmrP1ContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ConnectorContract.of(new DsmrP1(), MeterOnLoopback::new);
    }

    private static final class MeterOnLoopback implements ConnectorContract.Machine {
        private final SimulatedP1Meter meter = new SimulatedP1Meter(MeterForm.DSMR_5);
        private final Point power = TestPoints.point(1, "power", ValueType.NUMBER, "W", "1-0:1.7.0");
        private final Point energy = TestPoints.point(2, "energy", ValueType.REGISTER, "kWh", "1-0:1.8.2");
        private final Point tariff = TestPoints.point(3, "tariff", ValueType.INTEGER, "", "0-0:96.14.0");
        private final Set<Value> shown = ConcurrentHashMap.newKeySet();
        private final AtomicInteger telegrams = new AtomicInteger();
        private final int port;

        MeterOnLoopback() throws IOException {
            port = meter.listen().port();
        }

        @Override
        public Map<String, String> settings() {
            return Map.of("port", "tcp://127.0.0.1:" + port);
        }

        @Override
        public List<Point> points() {
            return List.of(power, energy, tariff);
        }

        /// Each telegram is another: 0.1 kW more, and 12.345 kWh more.
        @Override
        public void speak() throws InterruptedException {
            int n = telegrams.incrementAndGet();
            var register = new Value.Register(n * 12_345L, 3);
            meter.set("1-0:1.7.0", new Value.Num(n / 10.0));
            meter.set("1-0:1.8.2", register);
            shown.addAll(List.of(new Value.Num(n * 100.0), register, new Value.Int(1)));
            meter.awaitListeners(1, Duration.ofSeconds(5));
            meter.sendNow();
        }

        @Override
        public boolean had(Point point, Value value) {
            return shown.contains(value);
        }

        @Override
        public void mute(boolean silent) {
            meter.silent(silent);
        }

        @Override
        public void cut() {
            meter.cut();
        }

        @Override
        public void close() {
            meter.close();
        }
    }
}
