package io.linkspan.connectors.mqtt;

import static io.linkspan.connectors.mqtt.TestPoints.read;
import static io.linkspan.connectors.mqtt.TestPoints.settings;
import static io.linkspan.connectors.mqtt.TestPoints.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.connectors.mqtt.SimulatedBroker.Fault;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MqttTest {
    private static final Point TEMPERATURE = read(1, "s.temperature", ValueType.NUMBER, "home/s json /t");
    private static final Point LAMP =
            write(2, "lamp.on", ValueType.FLAG, "home/lamp json /state on=ON off=OFF -> ~/set");

    private SimulatedBroker broker;
    private TestSurroundings here;

    @BeforeEach
    void begin() throws IOException {
        broker = new SimulatedBroker();
        here = new TestSurroundings("home", TEMPERATURE, LAMP);
    }

    @AfterEach
    void end() throws IOException {
        here.close();
        broker.close();
    }

    private Connector connector(String... more) throws Invalid {
        var pairs = new String[more.length + 4];
        pairs[0] = "endpoint";
        pairs[1] = broker.endpoint();
        pairs[2] = "discovery";
        pairs[3] = "false";
        System.arraycopy(more, 0, pairs, 4, more.length);
        return new Mqtt().create(settings(pairs));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) throw new AssertionError("It never came about");
            Thread.sleep(2);
        }
    }

    private TestSurroundings.Running up(Connector it) throws InterruptedException {
        here.forget();
        var running = here.start(it);
        here.await(Report.LineUp.class);
        return running;
    }

    @Test
    void itSpeaksFiveWithASessionThatOutlivesTheConnection() throws Exception {
        var running = up(connector());
        var connect = broker.lastConnect().orElseThrow();
        assertThat(connect.version()).isEqualTo(Version.MQTT_5);
        assertThat(connect.cleanStart()).isFalse();
        assertThat(connect.properties().number(Property.SESSION_EXPIRY_INTERVAL))
                .hasValue(86_400);
        assertThat(connect.clientId()).startsWith("linkspan_home_");
        running.stop();
        up(connector()).stop();
        assertThat(broker.lastConnect().orElseThrow().clientId()).isEqualTo(connect.clientId());
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"OLD", "OLD_AND_RUDE"})
    void itFallsBackToThreeWhereTheBrokerKnowsNoOther(Fault fault) throws Exception {
        broker.fault(fault, true);
        var it = connector();
        var running = up(it);
        assertThat(broker.lastConnect().orElseThrow().version()).isEqualTo(Version.MQTT_3_1_1);
        broker.publish("home/s", "{\"t\":3}");
        here.awaitReading(TEMPERATURE, new Value.Num(3)::equals);
        running.stop();
        assertThat(broker.connections()).isEqualTo(2);
        up(it).stop();
        assertThat(broker.connections())
                .as("it remembers what the broker speaks")
                .isEqualTo(3);
    }

    @Test
    void aRefusalIsToldWithWhatToDo() throws Exception {
        broker.fault(Fault.REFUSES, true);
        var end = here.start(connector()).awaitEnd();
        assertThat(end.orElseThrow())
                .hasMessageContaining("bad user name or password")
                .hasMessageContaining("password-file");
        assertThat(here.reports(Report.LineUp.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void nothingIsAcknowledgedBeforeItIsOnDisk(String qos) throws Exception {
        here.diskDead(true);
        var it = connector("qos", qos);
        var running = up(it);
        broker.publish("home/s", "{\"t\":5}".getBytes(StandardCharsets.UTF_8), Qos.of(Integer.parseInt(qos)), false);
        assertThat(running.awaitEnd().orElseThrow()).hasMessageContaining("not on our disk");
        assertThat(broker.waiting()).isOne();
        assertThat(broker.acknowledged()).isZero();
        here.diskDead(false);
        here.forget();
        running = here.start(it);
        await(() -> broker.waiting() == 0);
        assertThat(broker.acknowledged()).isOne();
        running.stop();
    }

    @Test
    void messagesOfAnOutageComeAfterIt() throws Exception {
        var it = connector();
        up(it).stop();
        for (int i = 1; i <= 50; i++) broker.publish("home/s", "{\"t\":" + i + "}");
        here.forget();
        var running = here.start(it);
        here.awaitReading(TEMPERATURE, new Value.Num(50)::equals);
        assertThat(here.readings().stream().map(r -> r.value().toString()))
                .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(1, 50)
                        .mapToObj(Integer::toString)
                        .toList());
        await(() -> broker.waiting() == 0);
        running.stop();
    }

    @Test
    void whatTheBrokerKeptIsUncertainAndNotToldTwiceInASession() throws Exception {
        broker.retain("home/s", "{\"t\":4}");
        var it = connector();
        var running = here.start(it);
        assertThat(here.awaitReading(TEMPERATURE, _ -> true).quality()).isEqualTo(Quality.UNCERTAIN);
        await(() -> broker.waiting() == 0);
        running.stop();
        here.forget();
        running = up(it);
        broker.publish("home/s", "{\"t\":6}");
        here.awaitReading(TEMPERATURE, new Value.Num(6)::equals);
        assertThat(here.readings()).hasSize(1);
        running.stop();
    }

    @Test
    void aCommandIsDoneWhenTheDeviceReadsBack() throws Exception {
        broker.device((topic, payload) -> broker.publish("home/lamp", new String(payload, StandardCharsets.UTF_8)));
        var running = up(connector());
        long id = here.command(LAMP, Value.Flag.ON);
        assertThat(here.awaitOutcome(id)).isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
        assertThat(broker.published()).singleElement().matches(m -> m.text().equals("{\"state\":\"ON\"}"));
        assertThat(here.reports(Report.Answer.class))
                .extracting(a -> a.progress().getClass().getSimpleName())
                .containsExactly("Sent", "Ended");
        running.stop();
    }

    @Test
    void aCommandThatNobodyReadsBackIsInDoubtAndNotSentAgain() throws Exception {
        var running = up(connector("read-back", "200ms"));
        broker.device((_, _) -> broker.publish("home/lamp", "{\"state\":\"OFF\"}"));
        assertThat(here.awaitOutcome(here.command(LAMP, Value.Flag.ON))).isInstanceOf(Outcome.InDoubt.class);
        running.stop();
        up(connector()).stop();
        assertThat(broker.published()).hasSize(1);
    }

    @Test
    void theBrokersWordCounts() throws Exception {
        var running = up(connector());
        broker.fault(Fault.FORBIDS, true);
        assertThat(here.awaitOutcome(here.command(LAMP, Value.Flag.ON)))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.why()).contains("not authorized"));
        broker.fault(Fault.FORBIDS, false);
        broker.fault(Fault.NOBODY_LISTENS, true);
        assertThat(here.awaitOutcome(here.command(LAMP, Value.Flag.ON)))
                .isEqualTo(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        running.stop();
    }

    @Test
    void whereTheDeviceTellsNothingTheBrokerHavingItIsAllThatIsClaimed() throws Exception {
        var siren = write(3, "siren.on", ValueType.FLAG, "-> siren/set on=1 off=0 unconfirmed");
        var reset = TestPoints.point(
                4, "siren.reset", ValueType.FLAG, "-> siren/reset text x unconfirmed", Point.Access.INVOKE, Map.of());
        here.points(java.util.List.of(TEMPERATURE, siren, reset));
        var running = up(connector());
        assertThat(here.awaitOutcome(here.command(siren, Value.Flag.ON))).isEqualTo(new Outcome.Done(Optional.empty()));
        assertThat(here.awaitOutcome(here.command(reset, Value.Flag.ON))).isEqualTo(new Outcome.Done(Optional.empty()));
        assertThat(broker.published()).extracting(SimulatedBroker.Message::text).containsExactly("1", "x");
        broker.fault(Fault.NO_ACKNOWLEDGEMENTS, true);
        long id = here.command(siren, Value.Flag.OFF);
        await(() -> broker.published().size() == 3);
        broker.cut();
        assertThat(here.awaitOutcome(id)).isInstanceOf(Outcome.InDoubt.class);
        running.awaitEnd();
    }

    @Test
    void aThingThatIsOfflineIsToldAsSilent() throws Exception {
        var point = TestPoints.point(
                7,
                "x.t",
                ValueType.NUMBER,
                "home/{thing} json /t",
                Point.Access.READ,
                Map.of("topic", "far away", "available", "home/{thing}/availability json /state"));
        here.points(java.util.List.of(TEMPERATURE, point));
        broker.retain("home/far away/availability", "{\"state\":\"offline\"}");
        var running = up(connector());
        assertThat(here.await(Report.Unit.class, u -> !u.answers()).properties())
                .containsExactly(7);
        broker.retain("home/far away/availability", "{\"state\":\"online\"}");
        here.await(Report.Unit.class, Report.Unit::answers);
        running.stop();
    }

    @Test
    void whatCanNotBeTakenIsAGapAndAcknowledged() throws Exception {
        var running = up(connector());
        for (int i = 0; i < 20; i++) broker.publish("home/s", "not json");
        var gap = here.await(Report.Gap.class);
        assertThat(gap.properties()).containsExactly(1);
        assertThat(gap.cause()).contains("no JSON");
        await(() -> broker.waiting() == 0);
        assertThat(here.reports(Report.Gap.class)).hasSize(1);
        running.stop();
    }

    @Test
    void aSubscriptionThatIsRefusedIsToldForItsPoints() throws Exception {
        broker.fault(Fault.NO_SUBSCRIPTIONS, true);
        var running = here.start(connector());
        assertThat(here.await(Report.Unit.class, u -> u.properties().contains(1))
                        .why())
                .contains("does not let us hear");
        running.stop();
    }

    @Test
    void aBrokerThatFallsSilentIsLeft() throws Exception {
        var running = up(connector("keep-alive", "5s", "timeout", "200ms"));
        broker.fault(Fault.SILENT, true);
        assertThat(running.awaitEnd().orElseThrow()).hasMessageContaining("does not answer any more");
    }

    @Test
    void settingsAreCheckedAtTheirLine() {
        for (var wrong : Map.of(
                        new String[] {"endpoint", "http://x"}, "endpoint",
                        new String[] {"endpoint", "mqtt://x", "password", "secret"}, "password-file",
                        new String[] {"endpoint", "mqtt://x", "ca", "/etc/ca.pem"}, "mqtts://",
                        new String[] {"endpoint", "mqtts://x", "ca", "ca.pem"}, "whole path",
                        new String[] {"endpoint", "mqtt://x", "version", "4"}, "3.1.1",
                        new String[] {"endpoint", "mqtt://x", "keep-alive", "1s"}, "keep-alive",
                        new String[] {"endpoint", "mqtt://x", "discovery", "a/+"}, "discovery",
                        new String[] {"endpoint", "mqtt://x", "client-id", "a b"}, "client-id",
                        new String[] {"endpoint", "mqtt://x", "password-file", "/x"}, "user")
                .entrySet())
            assertThatThrownBy(() -> new Mqtt().create(settings(wrong.getKey())))
                    .isInstanceOf(Invalid.class)
                    .hasMessageContaining(wrong.getValue());
    }
}
