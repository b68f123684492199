package io.linkspan.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicMapTest {
    private static final long NOW = 1_700_000_000_000_000L;

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "t # NUMBER # # 21.5 # 21.5",
                "t # NUMBER # #  21.50  # 21.5",
                "t x0.1 # NUMBER # # 215 # 21.5",
                "t comma # NUMBER # # 21,5 # 21.5",
                "t in W # NUMBER # kW # 1250 # 1.25",
                "t in [degF] # NUMBER # Cel # 212 # 100",
                "t # INTEGER # # 7 # 7",
                "t x0.001 # REGISTER # kW.h # 123456789012 # 123456789.012",
                "t in W.h # REGISTER # kW.h # 1234567 # 1234.567",
                "t in W.min # NUMBER # W.h # 120 # 2",
                "t # FLAG # # ON # true",
                "t # FLAG # # off # false",
                "t on=OPEN off=CLOSED|SHUT # FLAG # # SHUT # false",
                "t # TEXT # # hello # hello",
                "t # BYTES # # hi # 6869",
                "t json # NUMBER # # 21.5 # 21.5",
                "t json /a/b # NUMBER # # {~a~:{~b~:21.5}} # 21.5",
                "t json /s/1/v # NUMBER # # {~s~:[{~v~:1},{~v~:2}]} # 2",
                "t json /a~1b # NUMBER # # {~a/b~:3} # 3",
                "t json '/two words' # NUMBER # # {~two words~:3} # 3",
                "t json /state # FLAG # # {~state~:true} # true",
                "t json /state on=heat # FLAG # # {~state~:~heat~} # true",
                "t json /p # POSITION # # {~p~:{~lat~:50.5,~lon~:4.25}} # 50.5,4.25",
                "t json /b hex # BYTES # # {~b~:~00ff~} # 00ff",
                "t json /a # TEXT # # {~a~:{~b~:1}} # {~b~:1}",
                "t cel 'msg.a * 2 + msg.b' # NUMBER # # {~a~:1.5,~b~:4} # 7",
                "t cel 'msg.list[1].v - 1' # NUMBER # # {~list~:[{~v~:1},{~v~:2.5}]} # 1.5",
                "t cel 'msg.list.exists(x, x > 2)' # FLAG # # {~list~:[1,2,3]} # true",
                "t cel 'msg.list.filter(x, x > 1).size()' # INTEGER # # {~list~:[1,2,3]} # 2",
                "t senml temp # NUMBER # Cel # [{~bn~:~temp~,~bu~:~Cel~,~v~:23.1}] # 23.1",
                "t senml dev:temp # NUMBER # Cel # [{~bn~:~dev:~,~n~:~temp~,~u~:~K~,~v~:300}] # 26.85",
                "t senml *temp # NUMBER # # [{~bn~:~dev:~,~bv~:20},{~n~:~temp~,~v~:3.1}] # 23.1",
                "t senml x sum # NUMBER # J # [{~n~:~x~,~s~:5}] # 5",
                "t senml x # FLAG # # [{~n~:~x~,~vb~:true}] # true",
            })
    void bytesBecomeValues(String at, ValueType type, String unit, String payload, String value) throws Invalid {
        var taken = take(point(1, "thing.p", at, type, unit), "t", payload.replace('~', '"'));
        assertThat(taken.troubles()).isEmpty();
        assertThat(taken.readings()).hasSize(1);
        assertThat(taken.readings().getFirst().value()).hasToString(value.replace('~', '"'));
        assertThat(taken.readings().getFirst().value().type()).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "t # NUMBER # 21,5 # decimal comma",
                "t # NUMBER # abc # is a number",
                "t # NUMBER # 1e999999999 # is a number",
                "t # NUMBER # NaN # is a number",
                "t # INTEGER # 1.5 # is an integer",
                "t # FLAG # OPEN # say which words are",
                "t on=A off=B # FLAG # true # is a flag",
                "t # REGISTER # 1e30 # at most 18 digits",
                "t json /a # NUMBER # {~a~ # no JSON",
                "t json /a # NUMBER # {~a~:{}} # is a number",
                "t json /a # NUMBER # {~a~:1,~a~:2} # twice",
                "t cbor /a # NUMBER # {~a~:1} # no CBOR",
                "t senml x # NUMBER # {~n~:~x~} # no CBOR",
                "t senml x # NUMBER # [{~n~:~x~,~v~:1,~b_~:1}] # must be understood",
                "t senml x # NUMBER # [{~bver~:11,~n~:~x~,~v~:1}] # version 11",
                "t cel 'msg.a + msg.b' # NUMBER # {~a~:1,~b~:~x~} # has no result",
                "t json /v time /t # NUMBER # {~v~:1,~t~:~2026-01-01T12:00:00~} # neither a number",
            })
    void whatIsNoValueIsNamed(String at, ValueType type, String payload, String cause) throws Invalid {
        var taken = take(point(1, "thing.p", at, type, null), "t", payload.replace('~', '"'));
        assertThat(taken.readings()).isEmpty();
        assertThat(taken.troubles()).singleElement().satisfies(t -> {
            assertThat(t.cause()).contains(cause);
            assertThat(t.properties()).containsExactly(1);
        });
    }

    @Test
    void nothingAndNullAreNoValueAndNoTrouble() throws Invalid {
        var p = point(1, "thing.p", "t json /a none=unavailable", ValueType.NUMBER, null);
        for (var payload : List.of("{\"b\":1}", "{\"a\":null}", "{\"a\":\"unavailable\"}")) {
            var taken = take(p, "t", payload);
            assertThat(taken.known()).isTrue();
            assertThat(taken.readings()).isEmpty();
            assertThat(taken.troubles()).isEmpty();
        }
        assertThat(take(p, "elsewhere", "1").known()).isFalse();
    }

    @Test
    void cborAndSenMlInCborAreRead() throws Invalid {
        var hex = HexFormat.of();
        var map = TopicMap.of(List.of(
                point(1, "a.p", "t cbor /temp", ValueType.NUMBER, null),
                point(2, "b.p", "s senml *voltage", ValueType.NUMBER, "V")));
        // {"temp": 21.5 as a half float}
        assertThat(map.take("t", hex.parseHex("a16474656d70f94d60"), false, NOW).readings())
                .containsExactly(Reading.good(1, new Value.Num(21.5)));
        // RFC 8428, 6: [{-2: "urn:dev:ow:10e2073a0108006:", -3: 1276020076.001, -4: "A", -1: 5, 0: "voltage", 1: "V",
        // 2: 120.1}] with integer labels
        var pack = hex.parseHex("81a721781b75726e3a6465763a6f773a3130653230373361303130383030363a"
                + "22fb41d303a15b00106223614120050067766f6c746167650161560"
                + "2fb405e066666666666");
        assertThat(map.take("s", pack, false, NOW).readings())
                .containsExactly(new Reading(2, new Value.Num(120.1), Quality.GOOD, 1_276_020_076_001_000L));
    }

    @Test
    void theDevicesOwnTimeIsTaken() throws Invalid {
        var p = point(1, "thing.p", "t json /v time /t", ValueType.NUMBER, null);
        for (var time :
                List.of("1700000000", "1700000000000", "\"2023-11-14T22:13:20Z\"", "\"2023-11-14T23:13:20+0100\""))
            assertThat(take(p, "t", "{\"v\":1,\"t\":" + time + "}")
                            .readings()
                            .getFirst()
                            .deviceTimeMicros())
                    .as(time)
                    .isEqualTo(NOW);
        var pack = take(
                point(1, "thing.p", "t senml x", ValueType.NUMBER, null),
                "t",
                "[{\"bn\":\"x\",\"bt\":-5,\"v\":1},{\"v\":2,\"t\":-5}]");
        assertThat(pack.readings())
                .as("of several records the newest")
                .containsExactly(new Reading(1, new Value.Num(1), Quality.GOOD, NOW - 5_000_000));
    }

    @Test
    void whatTheBrokerKeptIsUncertainUnlessTheAddressOrATimeSaysSince() throws Invalid {
        var map = TopicMap.of(List.of(
                point(1, "a.p", "t json /v", ValueType.NUMBER, null),
                point(2, "a.q", "t json /v retained", ValueType.NUMBER, null),
                point(3, "a.r", "t json /v time /t", ValueType.NUMBER, null)));
        var kept = map.take("t", bytes("{\"v\":1,\"t\":1700000000}"), true, NOW);
        assertThat(kept.readings())
                .extracting(Reading::quality)
                .containsExactly(Quality.UNCERTAIN, Quality.GOOD, Quality.GOOD);
        assertThat(map.take("t", bytes("{\"v\":1}"), false, NOW).readings())
                .extracting(Reading::quality)
                .containsOnly(Quality.GOOD);
    }

    @Test
    void aTopicIsFilledByItsThing() throws Invalid {
        assertThat(TopicMap.of(List.of(
                                point(1, "kitchen.t", "z/{thing} json /t", ValueType.NUMBER, null),
                                with(
                                        "topic",
                                        "Bath room",
                                        point(2, "bath.t", "z/{thing} json /t", ValueType.NUMBER, null)),
                                with("device", "a1", point(3, "x.t", "+/{device}/up json /t", ValueType.NUMBER, null))))
                        .filters())
                .containsExactlyInAnyOrder("z/kitchen", "z/Bath room", "+/a1/up");
        refused("z/{device}", ValueType.NUMBER, "needs the thing's field device");
        refused("z/{mac}", ValueType.NUMBER, "is no blank");
    }

    @Test
    void wildcardsAreFoundAsTheStandardSays() throws Invalid {
        var filters = List.of("a/+/c", "a/#", "+/b/c", "#", "a/b/c", "$SYS/#", "+", "a/b/c/#");
        var points = new ArrayList<TopicPoint>();
        for (int i = 0; i < filters.size(); i++)
            points.add(point(i + 1, "t" + i + ".p", filters.get(i), ValueType.TEXT, null));
        var map = TopicMap.of(points);
        for (var topic : List.of("a/b/c", "a", "a/x", "b", "$SYS/uptime", "a/b/c/d", "/", "a//c")) {
            var expected = new ArrayList<Integer>();
            for (int i = 0; i < filters.size(); i++) if (Topics.matches(filters.get(i), topic)) expected.add(i + 1);
            assertThat(map.take(topic, bytes("x"), false, NOW).readings())
                    .as(topic)
                    .extracting(Reading::property)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(Topics.matches("a/#", "a")).isTrue();
        assertThat(Topics.matches("#", "$SYS/uptime")).isFalse();
        assertThat(Topics.matches("+/b", "a/b/c")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "t json /state on=ON off=OFF -> ~/set # FLAG # true # t/set # {~state~:~ON~}",
                "t json /state -> ~/set # FLAG # true # t/set # {~state~:true}",
                "t on=ON off=OFF -> cmnd/x/POWER # FLAG # false # cmnd/x/POWER # OFF",
                "t json /a/b -> ~/set # NUMBER # 21.5 # t/set # {~a~:{~b~:21.5}}",
                "t json /l x0.5 -> ~/set # NUMBER # 21.5 # t/set # {~l~:43}",
                "t json /l x0.5 -> ~/set plain # NUMBER # 21.5 # t/set # 43",
                "t -> ~/set json {~v~:{value},~fade~:2} # NUMBER # 7 # t/set # {~v~:7,~fade~:2}",
                "t -> ~/set json {~v~:{value}} # TEXT # a~b # t/set # {~v~:~a\\~b~}",
                "t -> ~/set text 'PUT {value} NOW' # NUMBER # 7 # t/set # PUT 7 NOW",
                "t json /a -> ~/set senml x # NUMBER # 7 # t/set # [{~n~:~x~,~v~:7}]",
                "t json /a on=1 off=0 -> ~/set # FLAG # true # t/set # {~a~:1}",
            })
    void valuesBecomeMessages(String at, ValueType type, String value, String topic, String payload) throws Exception {
        var address = TopicAddress.parse(written(at, type));
        var out = address.encode(io.linkspan.model.Values.parse(type, Map.of(), value.replace('~', '"')));
        assertThat(out.topic()).isEqualTo(topic);
        assertThat(new String(out.payload(), StandardCharsets.UTF_8)).isEqualTo(payload.replace('~', '"'));
        assertThat(out.qos()).isEqualTo(1);
    }

    @Test
    void whatIsToldCarriesItsTime() throws Exception {
        var time = Optional.of(java.time.Instant.parse("2026-01-31T12:00:00.5Z"));
        for (var form : Map.of(
                        "-> t json /value time /at", "{\"value\":7,\"at\":\"2026-01-31T12:00:00.500Z\"}",
                        "-> t json {\"v\":{value},\"t\":{time}}", "{\"v\":7,\"t\":\"2026-01-31T12:00:00.500Z\"}",
                        "-> t text '{time} {value}'", "2026-01-31T12:00:00.500Z 7",
                        "-> t senml x", "[{\"n\":\"x\",\"v\":7,\"t\":1769860800.5}]")
                .entrySet()) {
            var p = point(1, "thing.p", form.getKey(), ValueType.NUMBER, null);
            var told =
                    new TopicPoint(1, p.name(), p.type(), p.unit(), Map.of(), p.at(), p.thing(), TopicPoint.Use.TELL);
            var out = TopicAddress.parse(told).encode(new Value.Num(7), time);
            assertThat(new String(out.payload(), StandardCharsets.UTF_8)).isEqualTo(form.getValue());
        }
    }

    @Test
    void whatIsWrittenIsReadBackAsItself() throws Exception {
        for (double value : new double[] {0, -3, 0.1, 21.55, 1e6, -0.001}) {
            var p = TopicAddress.parse(written("t json /v x0.01 in [degF] -> ~/set", ValueType.NUMBER, "Cel"));
            var out = p.encode(new Value.Num(value));
            var back = p.read(new Message("t", out.payload(), NOW), NOW).orElseThrow();
            assertThat(((Value.Num) back.value()).value()).isCloseTo(value, org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @Test
    void wrongAddressesAreRefusedWithWhatWouldBeRight() {
        refused("no such address !", ValueType.NUMBER, "no such address !");
        refused("t json temperature", ValueType.NUMBER, "\"temperature\" is no part of an address");
        refused("t/#/x", ValueType.NUMBER, "# stands last");
        refused("t/a+", ValueType.NUMBER, "stand alone");
        refused("t 'open", ValueType.NUMBER, "left open");
        refused("t x0", ValueType.NUMBER, "not 0");
        refused("t in V", ValueType.NUMBER, "own unit");
        refused("t on=1", ValueType.NUMBER, "says nothing about a number");
        refused("t -> u", ValueType.NUMBER, "writable: true");
        refused("t cel 'msg.'", ValueType.NUMBER, "can not be read");
        refused("t js /x", ValueType.NUMBER, "codec");
        refused("t text 'x'", ValueType.NUMBER, "for commands");
        refused("t json /x", ValueType.GROUP, "members");
        for (var wrong : Map.of(
                        "t json /x", "no topic to write to",
                        "-> u json /x", "unconfirmed",
                        "t -> u", "which words",
                        "t json /x -> u/+", "no + or #",
                        "t json /x -> u qos 2", "0 or 1",
                        "t json /x -> u json {\"a\":1}", "{value}",
                        "t json /x -> u json {\"a\":{value}", "no JSON")
                .entrySet())
            assertThatThrownBy(() -> TopicAddress.parse(written(wrong.getKey(), ValueType.FLAG)))
                    .isInstanceOf(Invalid.class)
                    .hasMessageContaining(wrong.getValue());
    }

    @Test
    void aThingAnswersAsItsTopicsSay() throws Invalid {
        var available = new LinkedHashMap<String, Tree>();
        available.put(
                "available",
                Tree.items(List.of(Tree.text("bridge/state json /state"), Tree.text("z/{thing}/lwt on=up off=down"))));
        var point = point(1, "lamp.on", "z/{thing}", ValueType.FLAG, null);
        var map = TopicMap.of(List.of(new TopicPoint(
                1,
                point.name(),
                point.type(),
                point.unit(),
                Map.of(),
                point.at(),
                Tree.fields(available),
                point.use())));
        assertThat(map.filters()).containsExactlyInAnyOrder("z/lamp", "z/lamp/lwt", "bridge/state");
        assertThat(map.take("z/lamp/lwt", bytes("up"), true, NOW).units())
                .containsExactly(new TopicMap.Unit("lamp", List.of(1), true, "z/lamp/lwt"));
        assertThat(map.take("bridge/state", bytes("{\"state\":\"online\"}"), true, NOW)
                        .units())
                .isEmpty();
        assertThat(map.take("bridge/state", bytes("{\"state\":\"offline\"}"), false, NOW)
                        .units())
                .containsExactly(new TopicMap.Unit("lamp", List.of(1), false, "bridge/state"));
        assertThat(map.take("z/lamp/lwt", bytes("down"), false, NOW).units()).isEmpty();
        assertThat(map.take("bridge/state", bytes("{\"state\":\"online\"}"), false, NOW)
                        .units())
                .isEmpty();
        assertThat(map.take("z/lamp/lwt", bytes("up"), false, NOW).units())
                .singleElement()
                .matches(TopicMap.Unit::answers);
    }

    @Test
    void troubleIsToldOncePerTopicAndNotPerMessage() throws Invalid {
        var map = TopicMap.of(List.of(point(1, "a.p", "+/t", ValueType.NUMBER, null)));
        int told = 0;
        for (int i = 0; i < 1_000; i++)
            told += map.take("x/t", bytes("no"), false, NOW + i).troubles().size();
        assertThat(told).isOne();
        assertThat(map.take("y/t", bytes("no"), false, NOW).troubles()).hasSize(1);
        assertThat(map.take("x/t", bytes("no"), false, NOW + TopicMap.TOLD_EVERY_MICROS)
                        .troubles())
                .containsExactly(new TopicMap.Trouble(
                        "x/t",
                        List.of(1),
                        "a.p is a number, not \"no\"",
                        NOW + 1,
                        NOW + TopicMap.TOLD_EVERY_MICROS,
                        1_000));
        assertThat(map.counts()).isEqualTo(new TopicMap.Counts(1_002, 0, 1_002));
    }

    @Test
    void anAddressThatNeverHearsAnythingIsDoubted() throws Invalid {
        var map = TopicMap.of(List.of(
                point(1, "a.p", "t json /temperatur", ValueType.NUMBER, null),
                point(2, "a.q", "t json /humidity", ValueType.NUMBER, null)));
        var troubles = new ArrayList<TopicMap.Trouble>();
        for (int i = 0; i < 100; i++)
            troubles.addAll(map.take("t", bytes(i == 3 ? "{\"humidity\":1}" : "{\"temperature\":1}"), false, NOW)
                    .troubles());
        assertThat(troubles)
                .singleElement()
                .satisfies(t -> assertThat(t.cause()).contains("/temperatur"));
    }

    @Test
    void oneBadMemberDoesNotTakeTheOthersWithIt() throws Invalid {
        var map = TopicMap.of(List.of(
                point(1, "a.p", "t json /a", ValueType.NUMBER, null),
                point(2, "a.q", "t json /b", ValueType.NUMBER, null)));
        var taken = map.take("t", bytes("{\"a\":\"x\",\"b\":2}"), false, NOW);
        assertThat(taken.readings()).containsExactly(Reading.good(2, new Value.Num(2)));
        assertThat(taken.troubles()).singleElement().matches(t -> t.properties().equals(List.of(1)));
    }

    @Property(tries = 2_000)
    void anyBytesAreAnswered(@ForAll byte[] payload, @ForAll boolean retained) throws Invalid {
        var all = new ArrayList<TopicPoint>();
        int number = 0;
        for (var at : List.of("t", "t json /a", "t cbor /0", "t senml *a", "t cel 'msg[0] + 1'"))
            for (var type : List.of(ValueType.NUMBER, ValueType.REGISTER, ValueType.FLAG, ValueType.TEXT))
                all.add(point(++number, "a.p" + number, at, type, null));
        var taken = TopicMap.of(all).take("t", payload, retained, NOW);
        assertThat(taken.known()).isTrue();
        assertThat(taken.readings().size()).isLessThanOrEqualTo(all.size());
    }

    static TopicMap.Taken take(TopicPoint point, String topic, String payload) throws Invalid {
        return TopicMap.of(List.of(point)).take(topic, bytes(payload), false, NOW);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void refused(String at, ValueType type, String why) {
        assertThatThrownBy(() -> TopicMap.check(point(1, "thing.p", at, type, null)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(why)
                .hasMessageContaining(at);
    }

    static TopicPoint point(int number, String name, String at, ValueType type, String unit) {
        return new TopicPoint(
                number,
                name,
                type,
                Optional.ofNullable(unit),
                Map.of(),
                new Tree.Scalar(new Mark("site.yaml", number), at, true),
                Tree.fields(Map.of()),
                TopicPoint.Use.READ);
    }

    static TopicPoint with(String field, String value, TopicPoint p) {
        return new TopicPoint(
                p.number(),
                p.name(),
                p.type(),
                p.unit(),
                p.choices(),
                p.at(),
                Tree.fields(Map.of(field, Tree.text(value))),
                p.use());
    }

    private static TopicPoint written(String at, ValueType type) {
        return written(at.replace('~', '"').replace("\"/set", "~/set"), type, null);
    }

    private static TopicPoint written(String at, ValueType type, String unit) {
        var p = point(1, "thing.p", at, type, unit);
        return new TopicPoint(
                p.number(), p.name(), p.type(), p.unit(), p.choices(), p.at(), p.thing(), TopicPoint.Use.WRITE);
    }
}
