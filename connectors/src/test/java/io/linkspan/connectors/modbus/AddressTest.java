package io.linkspan.connectors.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What stands after `at:`, and how values lie in registers.
class AddressTest {
    private static final Map<Long, String> CHOICES = Map.of(0L, "off", 1L, "eco", 2L, "full");

    @ParameterizedTest
    @CsvSource({
        "NUMBER, input 4 int16 x0.1, 00D7, 21.5",
        "NUMBER, input 4 int16 x0.1, FF38, -20",
        "NUMBER, input 4 int16 x0.1 -40, 00D7, -18.5",
        "NUMBER, holding 7, FFFF, 65535",
        "NUMBER, holding 7 uint16 badc, 3412, 4660",
        "NUMBER, holding 100 float32, 41AB3333, 21.4",
        "NUMBER, holding 100 float32 cdab, 333341AB, 21.4",
        "NUMBER, holding 100 float32 badc, AB413333, 21.4",
        "NUMBER, holding 100 float32 dcba, 3333AB41, 21.4",
        "NUMBER, holding 100 float32 x10 +1, 41AB3333, 215",
        "NUMBER, holding 0 float64, 4035666666666666, 21.4",
        "NUMBER, holding 0 float64 cdab, 6666666666664035, 21.4",
        "NUMBER, holding 0 uint64, FFFFFFFFFFFFFFFF, 1.8446744073709552E19",
        "NUMBER, holding 0 bcd16 x0.01, 1234, 12.34",
        "INTEGER, holding 0 uint32, 00010002, 65538",
        "INTEGER, holding 0 uint32 cdab, 00020001, 65538",
        "INTEGER, holding 0 int32, FFFFFFFE, -2",
        "INTEGER, holding 0 int64, FFFFFFFFFFFFFFFE, -2",
        "INTEGER, holding 0 int64 dcba, FEFFFFFFFFFFFFFF, -2",
        "INTEGER, holding 0 bcd32, 12345678, 12345678",
        "INTEGER, holding 0 x10, 0007, 70",
        "REGISTER, holding 0 uint32 x0.01, 000001C8, 4.56",
        "REGISTER, holding 0 uint64 x0.001, 7FFFFFFFFFFFFFFF, 9223372036854775.807",
        "REGISTER, holding 0 float32, 42F6E979, 123.456",
        "CHOICE, holding 20, 0002, full",
        "FLAG, holding 7 bit 3, 0008, true",
        "FLAG, holding 7 bit 3, FFF7, false",
        "FLAG, holding 7, 0000, false",
        "TEXT, holding 20 text 4, 4D6F642062757300, Mod bus",
        "TEXT, holding 20 text 4 badc, 6F4D206475620073, Mod bus",
        "BYTES, holding 20 bytes 2, 00FF1234, 00ff1234",
        "NUMBER, 40101 int16 x0.1, 00D7, 21.5",
        "NUMBER, 30001, 0001, 1",
        "NUMBER, holding 0x10, 0001, 1",
    })
    void readsAValue(ValueType type, String at, String registers, String expected) {
        var place = (Address.Place) Address.parse(at, type);
        assertThat(place.form().decode(type, CHOICES, 0, HexFormat.of().parseHex(registers), 0))
                .isInstanceOfSatisfying(
                        Form.Decoded.Got.class, got -> assertThat(got.value()).hasToString(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "NUMBER, input 4 int16 nan 0x8000, 8000",
        "NUMBER, input 4 int16 nan -32768 nan 0x7FFF, 7FFF",
        "NUMBER, input 4 uint32 cdab nan 0xFFFF0000, 0000FFFF",
        "NUMBER, holding 0 float32, 7FC00000",
        "NUMBER, holding 0 float32, FF800000",
        "NUMBER, holding 0 bcd16, 12A4",
        "CHOICE, holding 20, 0003",
        "INTEGER, holding 0 uint64, 8000000000000000",
    })
    void whatIsNoValueIsNotANumber(ValueType type, String at, String registers) {
        var place = (Address.Place) Address.parse(at, type);
        assertThat(place.form().decode(type, CHOICES, 0, HexFormat.of().parseHex(registers), 0))
                .isInstanceOf(Form.Decoded.Nothing.class);
    }

    @ParameterizedTest
    @CsvSource({
        "coil 0, COIL, 0",
        "discrete 65535, DISCRETE, 65535",
        "00001, COIL, 0",
        "10005, DISCRETE, 4",
        "30001, INPUT, 0",
        "40001, HOLDING, 0",
        "400001, HOLDING, 0",
        "465536, HOLDING, 65535",
    })
    void namesAPlace(String at, Table table, int first) {
        var place = (Address.Place) Address.parse(at, table.bits() ? ValueType.FLAG : ValueType.NUMBER);
        assertThat(place.table()).isEqualTo(table);
        assertThat(place.first()).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NUMBER | holdng 7 | begins with none of coil, discrete, input, holding, sunspec",
                "NUMBER | holding | has no address 0..65535",
                "NUMBER | holding 65536 | has no address 0..65535",
                "NUMBER | holding 65535 uint32 | goes beyond the last address",
                "NUMBER | holding 7 int17 | means nothing here: \"int17\"",
                "NUMBER | holding 7 int16 cdab | swaps registers where int16 has none",
                "NUMBER | holding 7 int16 x0 | has the scale 0",
                "NUMBER | coil 7 | gives a single bit, which a property of type number can not hold",
                "FLAG | coil 7 int16 | a bit has no type",
                "FLAG | holding 7 bit 16 | needs the number of a bit, 0..15",
                "TEXT | holding 7 | has no length; write for example text 16",
                "TEXT | holding 7 text 124 | needs how many registers (1..123",
                "INTEGER | holding 7 x0.1 | scales a whole number to fractions",
                "REGISTER | holding 7 uint32 x0.00000000001 | more decimals than a register has",
                "CHOICE | holding 7 x2 | scales what is no quantity",
                "NUMBER | holding 7 nan | needs the register's content",
                "NUMBER | holding 7 nan 0x18000 | does not fit in 1 registers",
                "NUMBER | 40000 | has a classic number outside 1..65536",
                "POSITION | holding 7 | can not hold",
                "NUMBER | sunspec W | has no model",
                "NUMBER | sunspec 103 | has no point",
                "NUMBER | sunspec 9 W | names model 9, which is not known here",
                "NUMBER | sunspec 103 w | did you mean \"W\"",
                "NUMBER | sunspec 705 Ena.X | does not have",
                "NUMBER | sunspec 705 V 1 | has 1 indices where model 705 has 2",
                "INTEGER | sunspec 103 W | int16 with a scale factor",
                "TEXT | sunspec 103 W | can not hold",
            })
    void saysWhatIsWrong(ValueType type, String at, String part) {
        assertThatThrownBy(() -> Address.parse(at, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(at.trim())
                .hasMessageContaining(part);
    }

    @Test
    void writesWhatItReads() throws Exception {
        for (var at : List.of(
                "holding 0 int16 x0.1",
                "holding 0 uint32 cdab x0.01 -40",
                "holding 0 float32 badc",
                "holding 0 bcd32",
                "holding 0 int64 dcba")) {
            var form = ((Address.Place) Address.parse(at, ValueType.NUMBER)).form();
            byte[] bytes = form.encode(new Value.Num(42), Map.of());
            assertThat(form.decode(ValueType.NUMBER, Map.of(), 0, bytes, 0))
                    .as(at)
                    .isEqualTo(new Form.Decoded.Got(new Value.Num(42)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "holding 0 int16 x0.1 | 3276.8 | is 32768 in the register, and int16 holds -32768..32767",
                "holding 0 uint16 | -1 | holds 0..65535",
                "holding 0 bcd16 | 10000 | holds 0..9999",
                "holding 0 float32 | 1e300 | does not fit in float32",
                "holding 0 int16 nan 0x7FFF | 32767 | stands for \"no value\"",
            })
    void refusesWhatDoesNotFit(String at, double value, String part) {
        var form = ((Address.Place) Address.parse(at, ValueType.NUMBER)).form();
        assertThatThrownBy(() -> form.encode(new Value.Num(value), Map.of()))
                .isInstanceOf(Form.DoesNotFit.class)
                .hasMessageContaining(part);
    }

    @Property
    void scalingIsTheDecimalThatAPersonExpects(@ForAll @LongRange(min = -2_000_000_000, max = 2_000_000_000) long raw) {
        var scaling = Scaling.of(new java.math.BigDecimal("0.01"), java.math.BigDecimal.ZERO);
        assertThat(scaling.number(raw))
                .isEqualTo(
                        Double.parseDouble(java.math.BigDecimal.valueOf(raw, 2).toString()));
    }

    @Property
    void bothWaysOfScalingAgree(@ForAll long raw, @ForAll @LongRange(min = -1_000, max = 1_000) long factor) {
        if (factor == 0) return;
        var scaling = new Scaling(factor, 17, 3);
        assertThat(scaling.number(raw))
                .isEqualTo(scaling.exact(java.math.BigInteger.valueOf(raw)).doubleValue());
    }

    @Property
    void integersComeBackInEveryOrder(@ForAll long value, @ForAll WordOrder order) throws Exception {
        var form = new Form(Format.INT64, 4, 0, order, Scaling.NONE, List.of());
        byte[] bytes = form.encode(new Value.Int(value), Map.of());
        assertThat(form.decode(ValueType.INTEGER, Map.of(), 0, bytes, 0))
                .isEqualTo(new Form.Decoded.Got(new Value.Int(value)));
    }

    @Property
    void floatsComeBackAsWritten(@ForAll float value) throws Exception {
        var form = Form.of(Format.FLOAT32);
        var wanted = new Value.Num(Double.parseDouble(Float.toString(value)));
        assertThat(form.decode(ValueType.NUMBER, Map.of(), 0, form.encode(wanted, Map.of()), 0))
                .isEqualTo(new Form.Decoded.Got(wanted));
    }

    @Property(tries = 5_000)
    void anyRegistersAreAValueOrNone(
            @ForAll @Size(8) byte[] registers, @ForAll Format format, @ForAll WordOrder order) {
        if (!format.number() || (format.registers() == 1 && (order == WordOrder.CDAB || order == WordOrder.DCBA)))
            return;
        var form = new Form(format, format.registers(), 0, order, new Scaling(1, 0, 3), List.of());
        assertThat(form.decode(ValueType.NUMBER, Map.of(), 0, registers, 0)).isNotNull();
        assertThat(form.decode(ValueType.REGISTER, Map.of(), 3, registers, 0)).isNotNull();
    }

    @Property(tries = 5_000)
    void anyWordsAreAnAddressOrASentence(@ForAll String text, @ForAll ValueType type) {
        for (var each : List.of(text, "holding " + text, "holding 7 " + text, "sunspec 103 " + text)) {
            try {
                Address.parse(each, type);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).contains(each);
            }
        }
    }
}
