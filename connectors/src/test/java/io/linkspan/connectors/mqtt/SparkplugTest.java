package io.linkspan.connectors.mqtt;

import static io.linkspan.connectors.mqtt.SparkplugContractTest.motor;
import static io.linkspan.connectors.mqtt.TestPoints.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.mqtt.Qos;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SparkplugTest {
    private static final Point SPEED = motor(1, "Speed", ValueType.NUMBER);
    private static final Point RUNS = motor(2, "Runs", ValueType.FLAG);

    private SimulatedBroker broker;
    private SimulatedEdgeNode node;
    private TestSurroundings here;

    @BeforeEach
    void begin() throws IOException {
        broker = new SimulatedBroker();
        node = new SimulatedEdgeNode(broker);
        here = new TestSurroundings("plant", SPEED, RUNS);
    }

    @AfterEach
    void end() throws IOException {
        here.close();
        broker.close();
    }

    @Test
    void aNodeThatWasThereBeforeUsIsAskedForItsValues() throws Exception {
        here.start(plant());
        var frame = here.await(Report.Frame.class);
        assertThat(frame.readings()).extracting(r -> r.value().toString()).containsExactly("1450", "true");
    }

    @Test
    void anAliasIsReadAndALostMessageIsAGap() throws Exception {
        here.start(plant());
        here.await(Report.Frame.class);
        here.forget();
        node.speed(1_200);
        assertThat(here.await(Report.Frame.class).readings())
                .extracting(r -> r.value().toString())
                .containsExactly("1200");
        node.lose();
        node.speed(1_100);
        var gap = here.await(Report.Gap.class);
        assertThat(gap.properties()).containsExactly(1, 2);
        assertThat(gap.cause()).contains("did not come");
    }

    @Test
    void aDeathMakesItsPointsSilentUntilItsBirth() throws Exception {
        here.start(plant());
        here.await(Report.Frame.class);
        node.death();
        var gone = here.await(Report.Unit.class);
        assertThat(gone.answers()).isFalse();
        assertThat(gone.why()).contains("Plant1/Press3 lost its connection");
        here.forget();
        node.birth();
        assertThat(here.await(Report.Unit.class).answers()).isTrue();
    }

    @Test
    void aCommandIsDoneWhenTheMetricReadsSo() throws Exception {
        here.start(plant());
        here.await(Report.Frame.class);
        long id = here.command(RUNS, Value.Flag.OFF);
        assertThat(here.awaitOutcome(id)).isEqualTo(new Outcome.Done(Optional.of(Value.Flag.OFF)));
    }

    @Test
    void aCommandToADeafNodeIsInDoubtAndToNobodyIsNotSent() throws Exception {
        here.start(plant("read-back", "200ms"));
        here.await(Report.Frame.class);
        node.deaf(true);
        long id = here.command(RUNS, Value.Flag.OFF);
        assertThat(here.awaitOutcome(id)).isInstanceOf(Outcome.InDoubt.class);
        node.death();
        here.await(Report.Unit.class);
        id = here.command(RUNS, Value.Flag.ON);
        assertThat(here.awaitOutcome(id)).isEqualTo(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
    }

    @Test
    void aPrimaryHostSaysThatItIsThereAndThatItGoes() throws Exception {
        var running = here.start(plant("host", "linkspan"));
        await(() -> state().contains("\"online\":true"));
        broker.publish(
                "spBv1.0/STATE/linkspan", "{\"online\":false,\"timestamp\":1}".getBytes(), Qos.AT_LEAST_ONCE, true);
        await(() -> state().contains("\"online\":true"));
        assertThat(new String(
                        broker.lastConnect().orElseThrow().will().orElseThrow().payload()))
                .contains("\"online\":false");
        running.stop();
        await(() -> state().contains("\"online\":false"));
    }

    @Test
    void whatIsNoPayloadIsTold() throws Exception {
        here.start(plant());
        here.await(Report.Frame.class);
        broker.publish("spBv1.0/Plant1/DDATA/Press3/Motor", "{\"speed\":1}");
        assertThat(here.await(Report.Gap.class).cause()).contains("is no Sparkplug B payload: it ");
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> plant("host", "a/b")).hasMessageContaining("is one level of a topic");
        assertThatThrownBy(() -> plant("retain", "true")).hasMessageContaining("nothing here is called \"retain\"");
        assertThatThrownBy(() -> new Sparkplug()
                        .check(TestPoints.point(
                                1,
                                "a.b",
                                ValueType.NUMBER,
                                "metric Speed",
                                Point.Access.READ,
                                java.util.Map.of("node", "Press3"))))
                .hasMessageContaining("is group and edge node");
    }

    private String state() {
        return broker.kept("spBv1.0/STATE/linkspan")
                .map(SimulatedBroker.Message::text)
                .orElse("");
    }

    private Connector plant(String... more) throws Invalid {
        var pairs = new String[more.length + 2];
        pairs[0] = "endpoint";
        pairs[1] = broker.endpoint();
        System.arraycopy(more, 0, pairs, 2, more.length);
        return new Sparkplug().create(settings(pairs));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) throw new AssertionError("It never came about");
            Thread.sleep(2);
        }
    }
}
