package io.linkspan.connectors.mqtt;

import static io.linkspan.connectors.mqtt.TestPoints.point;
import static io.linkspan.connectors.mqtt.TestPoints.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Json;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What we tell others: in order, nothing lost, announced, and their wishes taken.
@Timeout(60)
class BridgeTest {
    private static final Point POWER = point(
            1,
            "meter.power",
            ValueType.NUMBER,
            "-> site/meter/power json /value time /time",
            Point.Access.SERVE,
            Map.of());
    private static final Point BOILER = point(
            2,
            "boiler.on",
            ValueType.FLAG,
            "site/boiler/set on=ON off=OFF -> site/boiler/state json /on on=true off=false retain",
            Point.Access.SERVE_WRITABLE,
            Map.of());

    private SimulatedBroker broker;
    private TestSurroundings here;

    @BeforeEach
    void begin() throws IOException {
        broker = new SimulatedBroker();
        here = new TestSurroundings("other", POWER, BOILER);
    }

    @AfterEach
    void end() throws IOException {
        here.close();
        broker.close();
    }

    private Connector connector(String... more) throws Exception {
        var pairs = new ArrayList<>(List.of("endpoint", broker.endpoint()));
        pairs.addAll(List.of(more));
        return new Mqtt().create(settings(pairs.toArray(new String[0])));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) throw new AssertionError("It never came about");
            Thread.sleep(2);
        }
    }

    private List<Integer> told() {
        return broker.published().stream()
                .filter(m -> m.topic().equals("site/meter/power"))
                .map(m -> Integer.parseInt(m.text().replaceAll("\\{\"value\":(\\d+),\"time\":.*", "$1")))
                .toList();
    }

    private String position() {
        try {
            return java.nio.file.Files.readString(here.directory().resolve("told"))
                    .trim();
        } catch (IOException e) {
            return "";
        }
    }

    private void log(int value) {
        here.log(Reading.good(1, new Value.Num(value)));
    }

    @Test
    void anOutageLosesNothingAndKeepsTheOrder() throws Exception {
        var it = connector();
        here.current(POWER, new Value.Num(0));
        var running = here.start(it);
        await(() -> told().contains(0)); // it has begun: what is logged from here on is told
        for (int i = 1; i <= 5; i++) log(i);
        await(() -> told().contains(5));
        broker.cut();
        running.awaitEnd();
        for (int i = 6; i <= 3_000; i++) log(i); // the log goes on while the line is down
        broker.fault(SimulatedBroker.Fault.NO_ACKNOWLEDGEMENTS, true);
        here.forget();
        running = here.start(it);
        await(() -> told().contains(6 + Bridge.WINDOW_MAX / 2));
        broker.cut(); // down again, with messages on their way
        running.awaitEnd();
        broker.fault(SimulatedBroker.Fault.NO_ACKNOWLEDGEMENTS, false);
        running = here.start(connector()); // and we were restarted
        await(() -> told().contains(3_000));
        await(() -> position().equals("3000")); // all of it is acknowledged
        running.stop();
        var told = told();
        var firsts = new ArrayList<Integer>();
        for (int each : told) if (!firsts.contains(each)) firsts.add(each);
        assertThat(firsts).as("each first in the order of the log").isSorted().hasSize(3_001);
        assertThat(told.size())
                .as("told twice: no more than was on its way")
                .isLessThanOrEqualTo(3_001 + 2 * Bridge.WINDOW_MAX);
        here.forget();
        running = here.start(connector());
        here.await(Report.LineUp.class);
        log(3_001);
        await(() -> told().contains(3_001));
        assertThat(told()).as("what was acknowledged is not told again").hasSize(told.size() + 1);
        running.stop();
    }

    @Test
    void theFirstTimeItBeginsWithHowItIsNow() throws Exception {
        here.log(Reading.good(1, new Value.Num(99))); // the past is not told
        here.current(POWER, new Value.Num(7));
        here.current(BOILER, Value.Flag.ON);
        var running = here.start(connector());
        await(() -> broker.kept("site/boiler/state").isPresent());
        assertThat(broker.kept("site/boiler/state").orElseThrow().text()).isEqualTo("{\"on\":true}");
        assertThat(told()).containsExactly(7);
        here.log(
                new Reading(1, new Value.Num(8), Quality.BAD, Reading.NO_TIME),
                new Reading(1, new Value.Num(9), Quality.GOOD, 1_700_000_000_000_000L));
        await(() -> told().contains(9));
        assertThat(told()).as("what is not to be trusted is not told").containsExactly(7, 9);
        assertThat(broker.published().getLast().text()).contains("2023-11-14T22:13:20Z");
        running.stop();
    }

    @Test
    void aWishOfAnotherIsTaken() throws Exception {
        var running = here.start(connector());
        here.await(Report.LineUp.class);
        broker.publish("site/boiler/set", "OFF");
        var asked = here.await(Report.Asked.class);
        assertThat(asked.property()).isEqualTo(2);
        assertThat(asked.value()).isEqualTo(Value.Flag.OFF);
        assertThat(here.readings()).isEmpty();
        running.stop();
    }

    @Test
    void whatIsServedIsAnnouncedAndTakenBack() throws Exception {
        var energy = new Point(
                3,
                "meter.energy",
                ValueType.REGISTER,
                Optional.of("kW.h"),
                Optional.empty(),
                (Tree.Scalar) Tree.text("-> site/meter/energy"),
                Optional.empty(),
                Map.of(),
                Tree.fields(Map.of()),
                Point.Access.SERVE,
                new WithoutUs.None());
        here.points(List.of(energy, BOILER));
        var running = here.start(connector("announce", "true", "client-id", "box"));
        String sensor = "homeassistant/sensor/linkspan_box_meter_energy/config";
        String boiler = "homeassistant/switch/linkspan_box_boiler_on/config";
        await(() -> broker.kept(sensor).isPresent()
                && broker.kept("linkspan/box/status").isPresent());
        var config =
                Json.parseFields("", broker.kept(sensor).orElseThrow().text()).fields();
        assertThat(config.get("unit_of_measurement")).hasFieldOrPropertyWithValue("text", "kWh");
        assertThat(config.get("device_class")).hasFieldOrPropertyWithValue("text", "energy");
        assertThat(config.get("state_class")).hasFieldOrPropertyWithValue("text", "total_increasing");
        assertThat(config.get("availability_topic")).hasFieldOrPropertyWithValue("text", "linkspan/box/status");
        assertThat(broker.kept("linkspan/box/status").orElseThrow().text()).isEqualTo("online");
        assertThat(broker.lastConnect().orElseThrow().will().orElseThrow().topic())
                .isEqualTo("linkspan/box/status");
        assertThat(broker.kept(boiler).orElseThrow().text())
                .contains("\"command_topic\":\"site/boiler/set\"")
                .contains("\"state_on\":\"True\"")
                .contains("\"value_template\":\"{{ value_json['on'] }}\"");
        here.points(List.of(BOILER));
        await(() -> broker.kept(sensor).isEmpty());
        running.stop();
        await(() -> broker.kept("linkspan/box/status").orElseThrow().text().equals("offline"));
        running = here.start(connector("client-id", "box")); // the owner does not want it any more
        await(() -> broker.kept(boiler).isEmpty());
        running.stop();
    }

    /// What we announce, another of ours understands.
    @Test
    void ourOwnAnnouncementsAreUnderstood() throws Exception {
        var running = here.start(connector("announce", "true", "client-id", "box"));
        await(() -> broker.kept("linkspan/box/status").isPresent());
        try (var other = new TestSurroundings("reader")) {
            var reading = other.start(connector());
            var found = other.await(Report.Found.class, f -> f.what().startsWith("boiler"));
            assertThat(found.settings().get("properties"))
                    .contains(
                            "site/boiler/state json /on on=True|true off=False|false -> site/boiler/set plain on=ON off=OFF");
            reading.stop();
        }
        running.stop();
    }
}
