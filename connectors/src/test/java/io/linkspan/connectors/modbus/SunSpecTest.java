package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.read;
import static io.linkspan.connectors.modbus.TestPoints.settings;
import static io.linkspan.connectors.modbus.TestPoints.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// SunSpec devices: found, measured with the scale factors that they tell, and silent where they have nothing.
class SunSpecTest {
    private final SimulatedModbusMachine machine = new SimulatedModbusMachine();
    private Optional<TestSurroundings> surroundings = Optional.empty();
    private Optional<TestSurroundings.Running> running = Optional.empty();

    private static final Point POWER = read(1, "pv.power", ValueType.NUMBER, 1, "sunspec 101|102|103 W x0.001");
    private static final Point ENERGY = read(2, "pv.energy", ValueType.REGISTER, 1, "sunspec 103 WH x0.001");

    @AfterEach
    void close() throws Exception {
        if (running.isPresent()) running.get().stop();
        if (surroundings.isPresent()) surroundings.get().close();
        machine.close();
    }

    private TestSurroundings start(Point... points) throws Exception {
        var here = new TestSurroundings("roof", points);
        surroundings = Optional.of(here);
        running = Optional.of(here.start(new ModbusTcp()
                .create(settings(
                        "endpoint", "127.0.0.1:" + machine.listenTcp(), "timeout", "500ms", "every", "20ms"))));
        return here;
    }

    private static SunSpecImage common() {
        return SunSpecImage.of(1, Map.of("Mn", "Helios", "Md", "H-8", "SN", "4711"));
    }

    private static SunSpecImage inverter() {
        return SunSpecImage.of(103, Map.of("W", 4_321, "W_SF", -1, "WH", 123_456_789, "WH_SF", 0, "St", 4, "Evt1", 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {40_000, 0, 50_000})
    void isFoundWhereItMayBe(int base) throws Exception {
        machine.unit(1).sunSpec(base, common(), inverter());
        var here = start(POWER, ENERGY, read(3, "pv.maker", ValueType.TEXT, 1, "sunspec 1 Mn"));
        assertThat(here.awaitReading(POWER, _ -> true).value()).isEqualTo(new Value.Num(0.4321));
        assertThat(here.awaitReading(ENERGY, _ -> true).value()).isEqualTo(new Value.Register(123_456_789, 3));
        here.await(
                Report.Frame.class,
                f -> f.readings().stream().anyMatch(r -> r.value().equals(new Value.Text("Helios"))));
    }

    @Test
    void aScaleFactorMayChangeAtAnyTime() throws Exception {
        var unit = machine.unit(1).sunSpec(40_000, common(), inverter());
        var here = start(POWER);
        here.awaitReading(POWER, _ -> true);
        unit.sunSpec(40_000, common(), SunSpecImage.of(103, Map.of("W", 432, "W_SF", 0)));
        here.awaitReading(POWER, v -> v.equals(new Value.Num(0.432)));
        assertThat(here.readings())
                .allMatch(r ->
                        r.value().equals(new Value.Num(0.4321)) || r.value().equals(new Value.Num(0.432)));
    }

    @Test
    void whatIsNotImplementedIsNoNumber() throws Exception {
        machine.unit(1).sunSpec(40_000, common(), inverter());
        var current = read(3, "pv.current", ValueType.NUMBER, 1, "sunspec 103 A");
        var here = start(POWER, current);
        here.awaitReading(POWER, _ -> true);
        assertThat(here.await(Report.Unit.class, u -> u.properties().contains(3))
                        .why())
                .contains("pv.current has no value");
        assertThat(here.readings()).noneMatch(r -> r.property() == 3);
    }

    @Test
    void aModelThatIsNotThereIsNamed() throws Exception {
        machine.unit(1).sunSpec(40_000, common(), inverter());
        var here = start(read(3, "pv.meter", ValueType.NUMBER, 1, "sunspec 203 W"));
        assertThat(here.await(Report.Unit.class).why()).contains("pv.meter is not in unit 1", "[1, 103]");
    }

    @Test
    void aDeviceWithoutAMapIsNamed() throws Exception {
        machine.unit(1).raw(Table.HOLDING, 0, 1, 2, 3);
        var here = start(POWER);
        assertThat(here.await(Report.Unit.class).why()).contains("no SunSpec map at 40000, 0 or 50000");
    }

    @Test
    void bitsStatesAndRepetitions() throws Exception {
        machine.unit(1)
                .sunSpec(
                        40_000,
                        common(),
                        inverter(),
                        new SunSpecImage(
                                160,
                                Map.of("DCW_SF", 1, "N", 2),
                                List.of(Map.of("DCW", 11, "IDStr", "east"), Map.of("DCW", 22, "IDStr", "west"))));
        var fault = read(3, "pv.fault", ValueType.FLAG, 1, "sunspec 103 Evt1 bit 2");
        var state = read(4, "pv.state", ValueType.INTEGER, 1, "sunspec 103 St");
        var west = read(5, "pv.west", ValueType.NUMBER, 1, "sunspec 160 DCW 2");
        var name = read(6, "pv.west_name", ValueType.TEXT, 1, "sunspec 160 module.IDStr 2");
        var here = start(fault, state, west, name);
        assertThat(here.awaitReading(fault, _ -> true).value()).isEqualTo(Value.Flag.ON);
        assertThat(here.awaitReading(state, _ -> true).value()).isEqualTo(new Value.Int(4));
        assertThat(here.awaitReading(west, _ -> true).value()).isEqualTo(new Value.Num(220));
        assertThat(here.awaitReading(name, _ -> true).value()).isEqualTo(new Value.Text("west"));
    }

    @Test
    void aSetPointIsWrittenWithTheDevicesScaleFactor() throws Exception {
        machine.unit(1)
                .sunSpec(40_000, common(), SunSpecImage.of(123, Map.of("WMaxLimPct", 1_000, "WMaxLimPct_SF", -1)));
        var limit = write(3, "pv.limit", ValueType.NUMBER, 1, "sunspec 123 WMaxLimPct");
        var here = start(limit);
        here.awaitReading(limit, v -> v.equals(new Value.Num(100)));
        assertThat(here.awaitOutcome(here.command(limit, new Value.Num(60.5))))
                .isEqualTo(new Outcome.Done(Optional.of(new Value.Num(60.5))));
        assertThat(machine.writes().getFirst().value()).isEqualTo(605);
    }

    /// Offsets from the published models: registers from the model's id on.
    @ParameterizedTest
    @CsvSource({
        "103, W, 14, 15",
        "103, WH, 24, 26",
        "103, Evt1, 40, -1",
        "120, WRtg, 3, 4",
        "203, TotWhImp, 46, 54",
        "213, W, 28, -1",
        "1, SN, 50, -1",
    })
    void offsetsAreThoseOfTheModels(int model, String point, int offset, int scale) {
        var located = SunSpecModels.locate(model, 200, point, List.of(), _ -> 0).orElseThrow();
        assertThat(located.offset()).isEqualTo(offset);
        assertThat(located.scaleOffset()).isEqualTo(scale);
    }

    @Test
    void nestedGroupsAreCounted() {
        java.util.function.ToIntFunction<String> counts = name -> name.equals("NPt") ? 4 : 3;
        int fixed = 2 + 5 + 2 + 2 + 1 + 3; // id and length to RspTms_SF of model 705
        var located = SunSpecModels.locate(705, 200, "Crv.Pt.V", List.of(2, 3), counts)
                .orElseThrow();
        int curve = 10 + 4 * 2;
        assertThat(located.offset()).isEqualTo(fixed + 0 + curve + 10 + 2 * 2);
        assertThat(SunSpecModels.locate(705, 200, "Crv.Pt.V", List.of(4, 1), counts))
                .isEmpty();
    }
}
