package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Probes.Shown;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class P1ProbeTest {
    private final TestSurroundings here = new TestSurroundings("probe");
    private final SimulatedP1Meter meter = new SimulatedP1Meter(MeterForm.DSMR_5);
    private final DsmrP1 type = new DsmrP1();

    @AfterEach
    void close() throws IOException {
        assertThat(here.openNow()).isEmpty();
        here.close();
        meter.close();
    }

    private static Settings endpoint(String text) {
        return new Settings(Tree.fields(Map.of("endpoint", Tree.text(text))));
    }

    @Test
    void aSerialMeterIsFoundAtItsSpeed() throws Exception {
        here.plug(new Endpoint.Serial("/dev/ttyUSB0", 115_200, "8N1")).close(); // nothing comes at this speed
        here.plug(new Endpoint.Serial("/dev/ttyUSB0", 9_600, "7E1"))
                .write(new SimulatedP1Meter(MeterForm.DSMR_2_2).telegram().encode());
        var found = new ArrayList<Report.Found>();
        type.probe(here, endpoint("/dev/ttyUSB0"), found::add);
        assertThat(found).hasSize(2);
        assertThat(found.getFirst().what()).isEqualTo("no telegram at /dev/ttyUSB0 115200 8N1");
        assertThat(found.getLast().what()).startsWith("smart meter ISk5\\2MT382-1004, which sends 0-0:17.0.0, ");
        var settings = found.getLast().settings();
        assertThat(settings).containsEntry("port", "serial:///dev/ttyUSB0?baud=9600&mode=7E1");
        type.create(new Settings(Tree.fields(Map.of("port", Tree.text(settings.get("port"))))));
    }

    @Test
    void anObjectIsShownAsItIs() throws Exception {
        meter.power(1.234);
        var line = here.plug(new Endpoint.Tcp("meter", 2001));
        line.write(meter.telegram().encode());
        assertThat(type.read(here, endpoint("meter"), "1-0:1.7.0"))
                .startsWith(new Shown("register in kW", "1.234"), new Shown("text", "01.234*kW"))
                .hasSize(3);
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        here.plug(new Endpoint.Tcp("meter", 2001)).write(meter.telegram().encode());
        assertThat(type.read(here, endpoint("tcp://meter:2001"), "1-0:14.7.0"))
                .containsExactly(new Shown("nothing", "this meter sends no 1-0:14.7.0"));
        assertThatThrownBy(() -> type.read(here, endpoint("tcp://meter:2001"), "holding 4"))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("is no address of a P1 port");
    }

    @Test
    void aSilentPortIsSaid() {
        here.plug(new Endpoint.Tcp("meter", 2001)).close();
        assertThatThrownBy(() -> type.read(here, endpoint("tcp://meter:2001"), "1-0:1.7.0"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No telegram came from tcp://meter:2001");
    }
}
