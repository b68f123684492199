package io.linkspan.connectors.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.SampleSite;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Mark;
import io.linkspan.model.Outcome;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.WithoutUs;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What people copy from `sample.yaml` is taken, and works a machine.
class ModbusSampleTest {
    private static final Path SAMPLE = Path.of("src/main/java/io/linkspan/connectors/modbus/sample.yaml");

    @Test
    void theSampleIsTaken() throws Exception {
        var sample = SampleSite.read(SAMPLE);
        assertThat(sample.check(new ModbusTcp())).hasSize(3);
        assertThat(sample.check(new ModbusRtu())).hasSize(1);
        var server = sample.file().connectors().get("control_room");
        assertThat(new ModbusServer().create(server.settings())).isNotNull();
        assertThat(server.serves()).hasSize(3);
        for (var serve : server.serves()) {
            var property = sample.file().property(serve.property()).orElseThrow();
            new ModbusServer()
                    .check(new Point(
                            1,
                            serve.property(),
                            property.type(),
                            property.unit(),
                            property.step(),
                            serve.at(),
                            Optional.empty(),
                            property.choices(),
                            Tree.fields(Map.of()),
                            serve.writable() ? Point.Access.SERVE_WRITABLE : Point.Access.SERVE,
                            new WithoutUs.None()));
        }
    }

    /// The plant room of the sample, on a machine.
    @Test
    void theSampleWorksAMachine() throws Exception {
        var points = SampleSite.read(SAMPLE).points().get("plant_room");
        try (var machine = new SimulatedModbusMachine();
                var here = new TestSurroundings("plant_room", points.toArray(new Point[0]))) {
            machine.unit(1)
                    .flag("coil 0", false)
                    .raw(Table.HOLDING, 10, 0)
                    .number("input 4 int16 x0.1", 61.3)
                    .number("holding 7 int16 x0.5", 60)
                    .raw(Table.HOLDING, 20, 1)
                    .raw(Table.INPUT, 30, 8)
                    .text("holding 40 text 8", "3.1.4");
            var endpoint = new Tree.Scalar(Mark.NONE, "127.0.0.1:" + machine.listenTcp(), false);
            var running = here.start(
                    new ModbusTcp().create(new io.linkspan.model.Settings(Tree.fields(Map.of("endpoint", endpoint)))));
            for (var point : points) {
                var expected = switch (point.name()) {
                    case "boiler.on" -> Value.Flag.OFF;
                    case "boiler.temperature" -> new Value.Num(61.3);
                    case "boiler.set_point" -> new Value.Num(60);
                    case "boiler.mode" -> new Value.Choice("eco");
                    case "boiler.fault" -> Value.Flag.ON;
                    default -> new Value.Text("3.1.4");
                };
                assertThat(here.awaitReading(point, _ -> true).value())
                        .as(point.name())
                        .isEqualTo(expected);
            }
            var on = points.stream()
                    .filter(p -> p.name().equals("boiler.on"))
                    .findFirst()
                    .orElseThrow();
            assertThat(here.awaitOutcome(here.command(on, Value.Flag.ON)))
                    .isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
            assertThat(machine.unit(1).raw(Table.HOLDING, 10))
                    .as("the watchdog was fed")
                    .isPositive();
            assertThat(here.reports(Report.Unit.class)).isEmpty();
            running.stop();
        }
    }
}
