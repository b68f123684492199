package io.linkspan.connectors.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.SampleSite;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What people copy from `sparkplug.yaml` is taken.
class SparkplugSampleTest {
    private static final Path SAMPLE = Path.of("src/main/java/io/linkspan/connectors/mqtt/sparkplug.yaml");

    @Test
    void theSampleIsTaken() throws Exception {
        var sample = SampleSite.read(SAMPLE);
        assertThat(sample.check(new Sparkplug())).hasSize(1);
        assertThat(sample.points().get("plant"))
                .extracting(p -> p.name())
                .containsExactlyInAnyOrder(
                        "press_3_motor.speed", "press_3_motor.runs", "press_3_motor.energy", "press_3.door");
    }
}
