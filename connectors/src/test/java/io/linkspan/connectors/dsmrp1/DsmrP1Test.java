package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person writes is taken, or answered with a sentence at its line.
class DsmrP1Test {
    private final DsmrP1 type = new DsmrP1();

    private static Settings settings(Map<String, String> fields) {
        var trees = new LinkedHashMap<String, Tree>();
        fields.forEach((k, v) -> trees.put(k, new Tree.Scalar(new Mark("site.yaml", 3), v, false)));
        return new Settings(new Tree.Fields(new Mark("site.yaml", 2), trees, Map.of()));
    }

    @Test
    void oneLineInTheListOfServicesAddsIt() {
        assertThat(ServiceLoader.load(ConnectorType.class).stream()
                        .map(p -> p.get().name()))
                .contains("dsmr_p1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tcp://127.0.0.1:2001", "meter.local", "/dev/ttyUSB0", "serial:///dev/ttyUSB0?baud=9600&mode=7E1"
            })
    void portsAreSocketsOrSerialLines(String port) {
        assertThatCode(() -> type.create(settings(Map.of("port", port)))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "port    | http://meter:80          | site.yaml:3: \"port\" is tcp://host:port, tls://host:port or serial",
                "port    | tcp://meter:many         | site.yaml:3: \"port\" has no port number after the \":\"",
                "port    | serial:///dev/ttyUSB0?baud=9600&mode=9X1 | site.yaml:3: \"port\" A serial mode is written 8N1",
                "zone    | Europe/Atlantis          | site.yaml:3: \"zone\" is a time zone such as Europe/Brussels, not \"Europe/Atlantis\"",
                "silence | 1s                       | site.yaml:3: \"silence\" is at least 2s",
                "silence | soon                     | site.yaml:3: \"silence\" is a duration with a unit"
            })
    void wrongSettingsAreRefusedAtTheirLine(String field, String value, String sentence) {
        var fields = new LinkedHashMap<>(Map.of("port", "tcp://meter:2001"));
        fields.put(field, value);
        assertThatThrownBy(() -> type.create(settings(fields)))
                .isInstanceOf(Invalid.class)
                .hasMessageStartingWith(sentence);
    }

    @Test
    void aPortIsNeeded() {
        assertThatThrownBy(() -> type.create(settings(Map.of())))
                .hasMessageContaining("\"port\" is missing; write for example port: \"tcp://192.168.1.20:2001\"");
    }

    @ParameterizedTest
    @CsvSource({
        "1-0:1.7.0, NUMBER, kW",
        "1-0:1.7.0, NUMBER, W",
        "1-0:1.7.0, NUMBER, ''",
        "1-0:1.8.1, REGISTER, kWh",
        "1-0:1.8.1, REGISTER, kW.h",
        "1-0:1.8.1, NUMBER, GJ",
        "1-0:3.8.0, REGISTER, kvar.h",
        "0-0:17.0.0, NUMBER, A",
        "0-0:17.0.0, NUMBER, kW",
        "1-0:32.32.0, INTEGER, ''",
        "mbus gas, REGISTER, m3",
        "mbus warm_water, REGISTER, L",
        "mbus heat, REGISTER, GJ",
        "mbus gas valve, FLAG, ''",
        "mbus gas id, TEXT, ''",
        "time, INTEGER, s",
        "identification, TEXT, ''",
        "1-7:9.9.9, NUMBER, Cel"
    })
    void rightPointsAreTaken(String at, ValueType valueType, String unit) {
        assertThatCode(() -> type.check(TestPoints.point(1, "p", valueType, unit, at)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.8.1       | REGISTER | kWh | meter.p at \"1.8.1\" is no address of a P1 port; write an OBIS id such as 1-0:1.8.1",
                "1-0:1.8.256 | REGISTER | kWh | meter.p at \"1-0:1.8.256\" is no address",
                "mbus beer   | REGISTER | m3  | meter.p at \"mbus beer\" is no meter behind a smart meter; write \"mbus\" and one of gas, water",
                "mbus gas x  | REGISTER | m3  | meter.p at \"mbus gas x\" is no meter",
                "1-0:1.8.1   | REGISTER | kW  | meter.p at \"1-0:1.8.1\" comes in kWh, which cannot be turned into kW; write unit: kWh",
                "1-0:3.7.0   | NUMBER   | kW  | meter.p at \"1-0:3.7.0\" comes in kvar, which cannot be turned into kW",
                "1-0:1.8.1   | REGISTER | GJ  | meter.p is a register, which keeps each digit, but kWh and GJ are no power of ten apart",
                "mbus gas    | REGISTER | kWh | meter.p at \"mbus gas\" comes in m3",
                "1-0:1.7.0   | GROUP    | kW  | meter.p is a group, which no P1 meter sends",
                "identification | NUMBER | kW | meter.p is a text; declare type: text",
                "time        | FLAG     | ''  | meter.p at \"time\" has no codes"
            })
    void wrongPointsAreRefusedAtTheirLine(String at, ValueType valueType, String unit, String sentence) {
        assertThatThrownBy(() -> type.check(TestPoints.point(1, "p", valueType, unit, at)))
                .isInstanceOf(Invalid.class)
                .hasMessageStartingWith("site.yaml:12: " + sentence);
    }

    @Test
    void nothingCanBeWrittenServedOrInvoked() {
        var power = TestPoints.point(1, "p", ValueType.NUMBER, "kW", "1-0:1.7.0");
        for (var access : new Point.Access[] {Point.Access.WRITE, Point.Access.INVOKE})
            assertThatThrownBy(() -> type.check(TestPoints.access(power, access)))
                    .hasMessageContaining("a P1 port only speaks");
        for (var access : new Point.Access[] {Point.Access.SERVE, Point.Access.SERVE_WRITABLE})
            assertThatThrownBy(() -> type.check(TestPoints.access(power, access)))
                    .hasMessageContaining("serves nobody");
    }

    @Test
    void aThingHasNoFieldsOfItsOwn() {
        var p = TestPoints.point(1, "p", ValueType.NUMBER, "kW", "1-0:1.7.0");
        var withUnit = new Point(
                1,
                p.name(),
                p.type(),
                p.unit(),
                p.step(),
                p.at(),
                Optional.empty(),
                Map.of(),
                Tree.fields(Map.of("unit", Tree.plain(3))),
                p.access(),
                new WithoutUs.None());
        assertThatThrownBy(() -> type.check(withUnit))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("\"unit\"");
    }
}
