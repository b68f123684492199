package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.History;
import io.linkspan.model.Quality;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A window in a whole node: its values are readings like others, a link switches on them, and `why` tells from the
/// write
/// back to the telegrams.
class WindowNodeTest {
    private static final String WINDOWS = """
              - id: house
                properties:
                  power_second: { type: number, unit: W, window: { of: meter.power, mean: 1s, wait: 0s } }
                  power_most: { type: number, unit: kW, window: { of: power_second, max: 2s, wait: 0s } }
            links:
            """;

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        node.write(node.text().replace("links:\n", WINDOWS).replace("from: meter.power", "from: house.power_most"));
        var said = node.say("apply", node.site.toString());
        assertThat(said.exit()).as(said.err()).isEqualTo(Exit.DONE);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void aLinkSwitchesOnItAndWhyTellsTheTelegrams() throws Exception {
        node.power(8.125);
        TestNode.await("the boiler is shed", () -> !node.isOn());
        var why = node.say("why", "boiler.on").out();
        assertThat(why)
                .contains("link shed_peak (version 2) holds boiler.on at off, it saw 8.125 kW")
                .contains("house.power_most 8.125 kW")
                .contains("house.power_second 8125 W")
                .contains("grid_meter: meter.power 8.125 kW");
        var steps = new Why(node.view())
                .property(node.view().directory().property("boiler.on"))
                .steps();
        assertThat(steps).anySatisfy(step -> {
            assertThat(step.text()).startsWith("grid_meter: meter.power 8.125 kW");
            assertThat(new String(step.wire(), StandardCharsets.US_ASCII)).contains("1-0:1.7.0(0");
        });
        assertThat(node.say("why", "house.power_second").out()).contains("of ").contains("8125 W");
    }

    @Test
    void itsValuesAreInTheHistoryAtTheEndOfTheirStretch() throws Exception {
        node.power(2.5);
        int number = node.view().directory().property("house.power_second");
        TestNode.await("three seconds are told", () -> points(number).size() >= 3);
        for (var point : points(number))
            assertThat(point.atMicros() % 1_000_000).isZero();
        assertThat(points(number).getLast().value()).hasToString("2500");
        assertThat(points(number).getLast().quality()).isEqualTo(Quality.GOOD);
        assertThat(node.say("tail").out()).contains("house.power_second 2500 W");
    }

    private java.util.List<History.Point> points(int number) throws Exception {
        var history = node.running().node().history(node.view().id());
        if (history.isEmpty()) return java.util.List.of(); // it is being opened
        return history.get().read(number, 0, Long.MAX_VALUE, History.POINTS_MAX).points();
    }
}
