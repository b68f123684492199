package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Report;
import io.linkspan.connector.SampleSite;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Value;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What people copy from `sample.yaml` is taken, and reads a meter.
class DsmrP1SampleTest {
    private static final Path SAMPLE = Path.of("src/main/java/io/linkspan/connectors/dsmrp1/sample.yaml");

    @Test
    void theSampleIsTaken() throws Exception {
        assertThat(SampleSite.read(SAMPLE).check(new DsmrP1())).hasSize(3);
    }

    /// Each point of the first connector has a value in the first telegram.
    @Test
    void theSampleReadsAMeter() throws Exception {
        var sample = SampleSite.read(SAMPLE);
        var connector = sample.check(new DsmrP1()).getFirst();
        var points = sample.points().get("grid_meter");
        try (var here = new TestSurroundings("grid_meter");
                var meter = new SimulatedP1Meter(MeterForm.DSMR_5)) {
            here.points(points);
            var line = here.plug(new Endpoint.Tcp("127.0.0.1", 2001));
            var running = here.start(connector);
            meter.power(1.5);
            meter.gas(17.25);
            meter.set("0-0:96.13.0", new Value.Text("Happy new year"));
            line.write(meter.telegram().encode());
            var frame = here.await(Report.Frame.class);
            assertThat(here.reports(Report.Gap.class)).isEmpty();
            assertThat(frame.readings()).hasSize(points.size());
            for (var point : points) {
                var value = frame.readings().stream()
                        .filter(r -> r.property() == point.number())
                        .findFirst()
                        .orElseThrow()
                        .value();
                assertThat(value.type()).as(point.name()).isEqualTo(point.type());
                if (point.name().equals("meter.tariff")) assertThat(value).isEqualTo(new Value.Choice("low"));
                if (point.name().equals("meter.message")) assertThat(value).isEqualTo(new Value.Text("Happy new year"));
                if (point.name().equals("gas.volume")) assertThat(value).isEqualTo(new Value.Register(17_250, 3));
            }
            running.stop();
        }
    }
}
