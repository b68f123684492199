package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Probes;
import io.linkspan.connector.PtyPair;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Invalid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Looking at a bus by hand.
class ProbingTest {
    private final SimulatedModbusMachine machine = new SimulatedModbusMachine();
    private final TestSurroundings here = new TestSurroundings("probe");

    @AfterEach
    void close() throws Exception {
        here.close();
        machine.close();
    }

    @Test
    void findsUnitsOverTcp() throws Exception {
        machine.unit(3).raw(Table.HOLDING, 0, 7);
        machine.unit(5)
                .sunSpec(
                        40_000,
                        SunSpecImage.of(1, Map.of("Mn", "Helios", "Md", "H-8")),
                        SunSpecImage.of(103, Map.of("W", 1)));
        machine.unit(9).refuse(ExceptionCode.GATEWAY_TARGET_FAILED, 1);
        var found = new ArrayList<Report.Found>();
        var endpoint = "127.0.0.1:" + machine.listenTcp();
        new ModbusTcp().probe(here, settings("endpoint", endpoint, "units", "1..10", "timeout", "50ms"), found::add);
        assertThat(found).hasSize(2);
        assertThat(found.getFirst().what()).isEqualTo("Modbus device, unit 3");
        assertThat(found.getFirst().settings())
                .isEqualTo(Map.of("type", "modbus_tcp", "endpoint", endpoint, "unit", "3"));
        assertThat(found.getLast().what()).isEqualTo("SunSpec device, unit 5: Helios H-8, models [1, 103]");
    }

    @Test
    void findsUnitsOnASerialLineAndTellsItsProgress() throws Exception {
        try (var cable = PtyPair.open()) {
            machine.openSerial(Path.of(cable.b()));
            machine.unit(2).raw(Table.HOLDING, 0, 7);
            var found = new ArrayList<Report.Found>();
            new ModbusRtu().probe(here, settings("endpoint", cable.a(), "units", "1..3"), found::add);
            assertThat(found.getFirst().what()).contains("looking at", "9600 8N1", "units 1..3");
            assertThat(found.getLast().settings()).containsEntry("unit", "2").containsEntry("baud", "9600");
        }
    }

    @Test
    void showsOneAddressInEachForm() throws Exception {
        machine.unit(1).number("input 4 float32 cdab", 230.5);
        var shown =
                new ModbusTcp().read(here, settings("endpoint", "127.0.0.1:" + machine.listenTcp()), "unit 1 input 4");
        assertThat(shown).contains(new Probes.Shown("float32 cdab", "230.5"));
        assertThat(shown.stream().map(Probes.Shown::form).toList().indexOf("float32 cdab"))
                .isLessThan(4);
        assertThat(shown).contains(new Probes.Shown("uint16", "32768"), new Probes.Shown("bytes 2", "80 00 43 66"));
    }

    @Test
    void showsWhatWasAskedForAlone() throws Exception {
        machine.unit(1).number("input 4 int16 x0.1", -20).flag("coil 3", true);
        machine.unit(1).sunSpec(40_000, SunSpecImage.of(103, Map.of("W", 4_321, "W_SF", -1)));
        var endpoint = "127.0.0.1:" + machine.listenTcp();
        assertThat(new ModbusTcp().read(here, settings("endpoint", endpoint), "unit 1 input 4 int16 x0.1"))
                .containsExactly(new Probes.Shown("input 4 int16 x0.1", "-20"));
        assertThat(new ModbusTcp().read(here, settings("endpoint", endpoint), "unit 1 coil 3"))
                .containsExactly(new Probes.Shown("coil 3", "true"));
        assertThat(new ModbusTcp().read(here, settings("endpoint", endpoint), "unit 1 sunspec 103 W"))
                .containsExactly(new Probes.Shown("sunspec 103 W", "432.1 W"));
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        machine.unit(1).raw(Table.HOLDING, 0, 7);
        var endpoint = "127.0.0.1:" + machine.listenTcp();
        assertThatThrownBy(() -> new ModbusTcp().read(here, settings("endpoint", endpoint), "input 4"))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("write for example \"unit 1 input 4\"");
        assertThatThrownBy(() -> new ModbusTcp().read(here, settings("endpoint", endpoint), "unit 1 inpt 4"))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("begins with none of");
        assertThatThrownBy(() -> new ModbusTcp().read(here, settings("endpoint", endpoint), "unit 1 input 4"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unit 1 refuses input 4: illegal data address");
        assertThatThrownBy(() ->
                        new ModbusTcp().read(here, settings("endpoint", endpoint, "timeout", "50ms"), "unit 2 input 4"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unit 2 does not answer");
    }
}
