package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a person may write, and the sentence for what not.
class SettingsTest {
    @Test
    void areFoundByTheirWords() {
        assertThat(ServiceLoader.load(ConnectorType.class).stream()
                        .map(p -> p.get().name()))
                .contains("modbus_tcp", "modbus_rtu", "modbus_server");
    }

    @Test
    void haveTheStandardsDefaults() throws Exception {
        assertThat(MasterSettings.tcp(settings("endpoint", "10.0.0.1")).endpoint())
                .isEqualTo(new Endpoint.Tcp("10.0.0.1", 502));
        assertThat(MasterSettings.rtu(settings("endpoint", "/dev/ttyUSB0")).endpoint())
                .isEqualTo(new Endpoint.Serial("/dev/ttyUSB0", 19_200, "8E1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "modbus_tcp | timeout | 1s | \"endpoint\" is missing; write for example endpoint: 192.168.1.20:502",
                "modbus_tcp | endpoint | /dev/ttyUSB0 | a serial line is type: modbus_rtu",
                "modbus_rtu | endpoint | 10.0.0.1:502 | over TCP write type: modbus_tcp, framing: rtu",
                "modbus_rtu | mode | 9X1 | is 8E1, 8N1, 8O1, 8N2",
                "modbus_rtu | baud | fast | is a whole number 300..4000000",
                "modbus_server | endpoint | /dev/ttyUSB0 | is the address to listen on",
            })
    void sayWhatIsWrong(String type, String name, String value, String part) {
        assertThatThrownBy(() -> type(type).create(settings(name, value)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timeout | 5 | is a duration with a unit",
                "timeout | 5min | is 10ms to 1min, not 5min",
                "framing | ascii | is one of tcp, rtu",
                "max-registers | 126 | is a whole number 1..125",
                "bridge | -1 | is a whole number 0..125",
                "timeuot | 1s | did you mean \"timeout\"?",
            })
    void sayWhatIsWrongInAMaster(String name, String value, String part) {
        assertThatThrownBy(() -> new ModbusTcp().create(settings("endpoint", "10.0.0.1", name, value)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(part);
    }

    private static ConnectorType type(String name) {
        return List.of(new ModbusTcp(), new ModbusRtu(), new ModbusServer()).stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Point point(int unit, String at, Point.Access access, WithoutUs withoutUs) {
        return TestPoints.point(1, "boiler.on", ValueType.NUMBER, unit, at, access, Optional.empty(), withoutUs);
    }

    @Test
    void aPointIsCheckedWithItsThing() {
        var none = new WithoutUs.None();
        assertThatThrownBy(() -> new ModbusTcp().check(point(-1, "holding 0", Point.Access.READ, none)))
                .hasMessageContaining("\"boiler\" has no Modbus unit; write for example unit: 1");
        assertThatThrownBy(() -> new ModbusRtu().check(point(0, "holding 0", Point.Access.READ, none)))
                .hasMessageContaining("is a whole number 1..247");
        assertThatThrownBy(() -> new ModbusTcp().check(point(1, "input 0", Point.Access.WRITE, none)))
                .hasMessageContaining("is in the table input, which no master can write");
        assertThatThrownBy(() -> new ModbusTcp().check(point(1, "holding 0", Point.Access.SERVE, none)))
                .hasMessageContaining("write type: modbus_server");
        assertThatThrownBy(() -> new ModbusServer().check(point(1, "holding 0", Point.Access.READ, none)))
                .hasMessageContaining("write type: modbus_tcp");
        assertThatThrownBy(() -> new ModbusServer().check(point(-1, "input 0", Point.Access.SERVE_WRITABLE, none)))
                .hasMessageContaining("which no master can write");
        assertThatThrownBy(() -> new ModbusServer().check(point(-1, "sunspec 103 W", Point.Access.SERVE, none)))
                .hasMessageContaining("is no fixed place");
        assertThatThrownBy(() -> new ModbusTcp()
                        .check(point(
                                1,
                                "holding 0",
                                Point.Access.WRITE,
                                new WithoutUs.Watchdog("input 3", Duration.ofSeconds(5)))))
                .hasMessageContaining("watchdog \"input 3\" is no writable whole number");
    }
}
