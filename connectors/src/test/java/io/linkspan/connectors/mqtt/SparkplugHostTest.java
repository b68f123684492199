package io.linkspan.connectors.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connectors.mqtt.SparkplugHost.Effect;
import io.linkspan.connectors.mqtt.SparkplugPayload.Content;
import io.linkspan.connectors.mqtt.SparkplugPayload.Metric;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SparkplugHostTest {
    private static final long SECOND = 1_000_000;
    private static final String NODE = "Plant1/Press3";
    private static final Point SPEED = point(1, "Motor", "Speed", ValueType.NUMBER, Map.of());
    private static final Point RUNS = point(2, "Motor", "Runs", ValueType.FLAG, Map.of());
    private static final Point DOOR = point(3, "", "Door", ValueType.CHOICE, Map.of(0L, "shut", 1L, "open"));

    private final SparkplugHost host = new SparkplugHost();
    private long now = 1_000 * SECOND;

    @BeforeEach
    void threePoints() throws Invalid {
        host.points(new Points(1, List.of(SPEED, RUNS, DOOR)));
    }

    @Test
    void asksEachNodeForItsBirthOnceAtTheBeginning() {
        assertThat(host.begin(now)).containsExactly(new Effect.Ask(NODE));
        assertThat(host.begin(now + SECOND)).as("not again so soon").isEmpty();
    }

    @Test
    void valuesCarryTheTimeOfTheirMetricElseOfTheirMessage() throws Exception {
        birth(7);
        var effects = heard("NBIRTH", "", 0, real("Unused", 1));
        assertThat(effects).isEmpty();
        effects = heard("DBIRTH", "Motor", 1, at(real("Speed", 21.3), 5_000), truth("Runs", true));
        assertThat(effects)
                .containsExactly(new Effect.Readings(List.of(
                        new Reading(1, new Value.Num(21.3), Quality.GOOD, 5_000_000),
                        new Reading(2, Value.Flag.ON, Quality.GOOD, now / 1_000 * 1_000))));
    }

    @Test
    void anAliasStandsForTheNameThatTheBirthGaveIt() throws Exception {
        birth(7);
        heard("DBIRTH", "Motor", 1, alias(real("Speed", 1), 40));
        var effects = heard(
                "DDATA",
                "Motor",
                2,
                new Metric(
                        "",
                        OptionalLong.of(40),
                        OptionalLong.empty(),
                        0,
                        false,
                        192,
                        Optional.empty(),
                        new Content.Real(2.5, false)));
        assertThat(readings(effects)).extracting(Reading::value).containsExactly(new Value.Num(2.5));
    }

    @Test
    void anAliasThatNobodyKnowsIsNoValueAndAsksForABirth() throws Exception {
        var effects = heard(
                "DDATA",
                "Motor",
                2,
                new Metric(
                        "",
                        OptionalLong.of(40),
                        OptionalLong.empty(),
                        0,
                        false,
                        192,
                        Optional.empty(),
                        new Content.Real(2.5, false)));
        assertThat(effects).containsExactly(new Effect.Ask(NODE));
        assertThat(host.ignored()).isEqualTo(1);
    }

    @Test
    void aNamedValueBeforeTheBirthIsNotLost() throws Exception {
        var effects = heard("DDATA", "Motor", 9, real("Speed", 3));
        assertThat(effects).contains(new Effect.Ask(NODE));
        assertThat(readings(effects)).hasSize(1);
    }

    @Test
    void aLostMessageIsAGapOfTheWholeNodeAndAsksForABirth() throws Exception {
        birth(7);
        heard("DBIRTH", "Motor", 1, real("Speed", 1));
        now += 20 * SECOND;
        var effects = heard("DDATA", "Motor", 3, real("Speed", 2));
        assertThat(effects).contains(new Effect.Ask(NODE));
        assertThat(effects)
                .filteredOn(Effect.Missing.class::isInstance)
                .singleElement()
                .isEqualTo(new Effect.Missing(
                        List.of(1, 2, 3),
                        now - 20 * SECOND,
                        now,
                        "message 2 of Sparkplug node Plant1/Press3 did not come, 3 came"));
        assertThat(readings(effects)).as("what came is taken").hasSize(1);
    }

    @Test
    void theNumberAfter255Is0() throws Exception {
        birth(7);
        for (int seq = 1; seq <= 300; seq++)
            assertThat(heard("DDATA", "Motor", seq & 0xFF, real("Speed", seq)))
                    .noneMatch(Effect.Missing.class::isInstance);
    }

    @Test
    void theWillOfTheSessionBeforeDoesNotKillTheNewOne() throws Exception {
        birth(8);
        assertThat(death(7)).isEmpty();
        assertThat(death(8))
                .singleElement()
                .satisfies(e -> assertThat(((Effect.Answers) e).properties()).containsExactly(1, 2, 3));
        assertThat(death(8)).as("told once").isEmpty();
    }

    @Test
    void afterADeathEachPartIsBackWithItsOwnBirth() throws Exception {
        birth(8);
        heard("DBIRTH", "Motor", 1, real("Speed", 1));
        death(8);
        assertThat(birth(9)).containsExactly(new Effect.Answers(List.of(3), true, ""));
        assertThat(heard("DBIRTH", "Motor", 1, real("Speed", 1))).contains(new Effect.Answers(List.of(1, 2), true, ""));
    }

    @Test
    void aDeviceCanGoAlone() throws Exception {
        birth(8);
        heard("DBIRTH", "Motor", 1, real("Speed", 1));
        assertThat(heard("DDEATH", "Motor", 2))
                .containsExactly(new Effect.Answers(
                        List.of(1, 2), false, "Sparkplug device Plant1/Press3/Motor is gone, says its edge node"));
    }

    @Test
    void aNodeThatDoesNotAnswerIsGone() {
        host.begin(now);
        assertThat(host.tick(now + SECOND)).isEmpty();
        assertThat(host.tick(now + SparkplugHost.BIRTH_TIMEOUT_MICROS))
                .singleElement()
                .satisfies(e -> assertThat(((Effect.Answers) e).why()).contains("did not answer a rebirth request"));
        assertThat(host.tick(now + 2 * SparkplugHost.BIRTH_TIMEOUT_MICROS))
                .as("told once")
                .isEmpty();
    }

    @Test
    void whatIsNoValueIsAGapWithItsCause() throws Exception {
        birth(7);
        var effects = heard(
                "DDATA",
                "Motor",
                1,
                real("Speed", Double.NaN),
                new Metric(
                        "Runs",
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        11,
                        false,
                        192,
                        Optional.empty(),
                        new Content.None()));
        assertThat(effects)
                .filteredOn(Effect.Missing.class::isInstance)
                .extracting(e -> ((Effect.Missing) e).cause())
                .containsExactly("Speed: the metric has no number (NaN)", "Runs: the metric has no value");
        assertThat(readings(effects)).isEmpty();
    }

    @Test
    void qualityIsOfTheStandard() throws Exception {
        birth(7);
        var stale = new Metric(
                "Speed",
                OptionalLong.empty(),
                OptionalLong.empty(),
                10,
                false,
                500,
                Optional.empty(),
                new Content.Real(1, false));
        assertThat(readings(heard("DDATA", "Motor", 1, stale)).getFirst().quality())
                .isEqualTo(Quality.UNCERTAIN);
    }

    @Test
    void aDeviceThatNobodyDescribedIsFound() throws Exception {
        var found = heard("DBIRTH", "Fan", 0, real("Speed", 1));
        assertThat(found).as("its node has no birth yet").noneMatch(Effect.Found.class::isInstance);
        birth(7);
        var effects = heard("DBIRTH", "Fan", 1, real("Speed", 1));
        assertThat(effects)
                .filteredOn(Effect.Found.class::isInstance)
                .singleElement()
                .satisfies(e -> {
                    assertThat(((Effect.Found) e).what()).isEqualTo("Sparkplug device Plant1/Press3/Fan, 1 metric");
                    assertThat(((Effect.Found) e).settings())
                            .containsEntry("node", NODE)
                            .containsEntry("device", "Fan")
                            .containsKey("metric Speed");
                });
    }

    @Test
    void aCommandUsesTheAliasAndTheTypeOfTheBirth() throws Exception {
        var place = new SparkplugHost.Place(NODE, "Motor", "Speed");
        assertThat(host.command(place, new Value.Num(5), Map.of(), now))
                .as("no birth")
                .isEmpty();
        birth(7);
        heard("DBIRTH", "Motor", 1, alias(whole("Speed", SparkplugPayload.INT16, 1), 40));
        var sent = SparkplugPayload.parse(
                host.command(place, new Value.Num(-5), Map.of(), now).orElseThrow());
        assertThat(sent.metrics().getFirst().name()).isEmpty();
        assertThat(sent.metrics().getFirst().alias()).hasValue(40);
        assertThat(sent.metrics().getFirst().content()).isEqualTo(new Content.Whole(0xFFFF_FFFBL));
        assertThatThrownBy(() -> host.command(place, new Value.Num(70_000), Map.of(), now))
                .hasMessage("takes whole numbers -32768..32767, not 70000");
    }

    @Test
    void signedNumbersComeBackSigned() throws Exception {
        birth(7);
        assertThat(readings(heard("DDATA", "Motor", 1, whole("Speed", SparkplugPayload.INT32, 0xFFFF_FFFFL))))
                .extracting(Reading::value)
                .containsExactly(new Value.Num(-1));
        assertThat(readings(heard("DDATA", "Motor", 2, whole("Speed", SparkplugPayload.UINT32, 0xFFFF_FFFFL))))
                .extracting(Reading::value)
                .containsExactly(new Value.Num(4294967295.0));
    }

    @Test
    void aCodeBecomesItsChoice() throws Exception {
        birth(7);
        assertThat(readings(heard("NDATA", "", 1, whole("Door", SparkplugPayload.UINT8, 1))))
                .extracting(Reading::value)
                .containsExactly(new Value.Choice("open"));
        assertThat(heard("NDATA", "", 2, whole("Door", SparkplugPayload.UINT8, 9)))
                .filteredOn(Effect.Missing.class::isInstance)
                .extracting(e -> ((Effect.Missing) e).cause())
                .containsExactly("Door: the metric has the code 9, which press.Door does not declare");
    }

    // ---- what nodes send

    private List<Effect> birth(long bdSeq) throws Exception {
        return heard("NBIRTH", "", 0, whole("bdSeq", SparkplugPayload.INT64, bdSeq));
    }

    private List<Effect> death(long bdSeq) throws Exception {
        var payload = new SparkplugPayload(
                OptionalLong.empty(), List.of(whole("bdSeq", SparkplugPayload.INT64, bdSeq)), OptionalLong.empty());
        return host.heard(topic("NDEATH", ""), payload.encode(), now);
    }

    private List<Effect> heard(String type, String device, int seq, Metric... metrics) throws Exception {
        var payload = new SparkplugPayload(OptionalLong.of(now / 1_000), List.of(metrics), OptionalLong.of(seq));
        return host.heard(topic(type, device), payload.encode(), now);
    }

    private static SparkplugTopic topic(String type, String device) {
        return SparkplugTopic.parse("spBv1.0/Plant1/" + type + "/Press3" + (device.isEmpty() ? "" : "/" + device))
                .orElseThrow();
    }

    private static List<Reading> readings(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Readings.class::isInstance)
                .flatMap(e -> ((Effect.Readings) e).readings().stream())
                .toList();
    }

    private static Metric real(String name, double value) {
        return metric(name, SparkplugPayload.DOUBLE, new Content.Real(value, false));
    }

    private static Metric truth(String name, boolean on) {
        return metric(name, SparkplugPayload.BOOLEAN, new Content.Truth(on));
    }

    private static Metric whole(String name, int dataType, long bits) {
        return metric(name, dataType, new Content.Whole(bits));
    }

    private static Metric metric(String name, int dataType, Content content) {
        return new Metric(
                name, OptionalLong.empty(), OptionalLong.empty(), dataType, false, 192, Optional.empty(), content);
    }

    private static Metric alias(Metric m, long alias) {
        return new Metric(
                m.name(), OptionalLong.of(alias), m.timestampMillis(), m.dataType(), false, 192, m.unit(), m.content());
    }

    private static Metric at(Metric m, long millis) {
        return new Metric(
                m.name(), m.alias(), OptionalLong.of(millis), m.dataType(), false, 192, m.unit(), m.content());
    }

    static Point point(int number, String device, String metric, ValueType type, Map<Long, String> choices) {
        var mark = new Mark("site.yaml", number);
        var thing = new LinkedHashMap<String, Tree>();
        thing.put("node", new Tree.Scalar(mark, NODE, true));
        if (!device.isEmpty()) thing.put("device", new Tree.Scalar(mark, device, true));
        return new Point(
                number,
                "press." + metric,
                type,
                Optional.empty(),
                Optional.empty(),
                new Tree.Scalar(mark, "metric " + metric, true),
                Optional.empty(),
                choices,
                Tree.fields(thing),
                Point.Access.WRITE,
                new WithoutUs.None());
    }
}
