package io.linkspan.connectors.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Messages as bytes: the examples of the standard, and bytes that nobody meant.
class CodecTest {
    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /// The request and response examples of MODBUS Application Protocol V1.1b3, 6.1 to 6.17.
    @ParameterizedTest
    @CsvSource({
        "01 00 13 00 13, 01 03 CD 6B 05",
        "02 00 C4 00 16, 02 03 AC DB 35",
        "03 00 6B 00 03, 03 06 02 2B 00 00 00 64",
        "04 00 08 00 01, 04 02 00 0A",
        "05 00 AC FF 00, 05 00 AC FF 00",
        "06 00 01 00 03, 06 00 01 00 03",
        "0F 00 13 00 0A 02 CD 01, 0F 00 13 00 0A",
        "10 00 01 00 02 04 00 0A 01 02, 10 00 01 00 02",
        "16 00 04 00 F2 00 25, 16 00 04 00 F2 00 25",
        "17 00 03 00 06 00 0E 00 03 06 00 FF 00 FF 00 FF, 17 0C 00 FE 0A CD 00 01 00 03 00 0D 00 FF",
    })
    void examplesOfTheStandard(String request, String response) throws Exception {
        var parsed = Request.parse(hex(request));
        assertThat(parsed.encode()).isEqualTo(hex(request));
        var answer = Response.parse(parsed, hex(response));
        assertThat(answer).isPresent();
        assertThat(answer.get().encode()).isEqualTo(hex(response));
    }

    /// (0x0017 AND 0xF2) OR (0x25 AND NOT 0xF2) = 0x17 (AP 6.16: 0x12 with And 0xF2, Or 0x25 gives 0x17).
    @Test
    void maskOfTheStandard() {
        assertThat(new Request.MaskRegister(4, 0xF2, 0x25).applied(0x12)).isEqualTo(0x17);
    }

    @ParameterizedTest
    @CsvSource({
        "03 00 00 00 00, 3", // no registers
        "03 00 00 00 7E, 3", // 126 registers
        "01 00 00 07 D1, 3", // 2001 coils
        "03 FF FF 00 02, 2", // beyond the last address
        "03 00 00 00, 3", // too short
        "03 00 00 00 01 00, 3", // too long
        "05 00 00 12 34, 3", // neither on nor off
        "10 00 00 00 02 03 00 01 02, 3", // byte count does not fit
        "10 00 00 00 02 04 00 01, 3", // data are missing
        "10 00 00 00 7C 00, 3", // 124 registers
        "2B 0E 01 00, 1", // a function that is not ours
        "80, 1",
    })
    void refusesWhatIsNoRequest(String request, int code) {
        var e = catchThrowableOfType(Request.Malformed.class, () -> Request.parse(hex(request)));
        assertThat(e).isNotNull();
        assertThat(e.answer().code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "04 06 02 2B 00 00 00 64", // another function
        "03 04 02 2B 00 00", // fewer registers
        "03 06 02 2B 00 00 00", // a byte is missing
        "03 05 02 2B 00 00 00 64", // byte count does not fit
        "84 02", // an exception to another function
        "83", // an exception without code
        "83 02 00",
    })
    void anotherAnswerIsNotOurs(String answer) {
        assertThat(Response.parse(new Request.Read(Table.HOLDING, 0x6B, 3), hex(answer)))
                .isEmpty();
    }

    @Test
    void anEchoOfAnotherWriteIsNotOurs() {
        var request = new Request.WriteRegister(1, 3);
        assertThat(Response.parse(request, hex("06 00 01 00 04"))).isEmpty();
        assertThat(Response.parse(request, hex("06 00 02 00 03"))).isEmpty();
    }

    /// MODBUS over Serial Line V1.02, 6.2.2: the CRC's low byte comes first.
    @Test
    void crcOfTheStandard() {
        assertThat(new Rtu(2, hex("07")).encode()).isEqualTo(hex("02 07 41 12"));
        assertThat(new Rtu(1, hex("04 02 FF FF")).encode()).isEqualTo(hex("01 04 02 FF FF B8 80"));
        assertThat(Rtu.parse(hex("02 07 41 13"), 4)).isEmpty();
    }

    @Test
    void quietTimeOfTheStandard() {
        assertThat(Rtu.quietNanos(9_600)).isEqualTo(4_010_416);
        assertThat(Rtu.quietNanos(19_200)).isEqualTo(2_005_208);
        assertThat(Rtu.quietNanos(38_400)).isEqualTo(1_750_000);
    }

    @Test
    void mbapWaitsForTheWholeMessage() throws Exception {
        byte[] message = new Mbap(0x1234, 7, hex("03 02 00 05")).encode();
        assertThat(message).isEqualTo(hex("12 34 00 00 00 05 07 03 02 00 05"));
        for (int length = 0; length < message.length; length++)
            assertThat(Mbap.parse(message, length)).isEmpty();
        assertThat(Mbap.parse(message, message.length).orElseThrow().transaction())
                .isEqualTo(0x1234);
    }

    @Test
    void mbapRefusesWhatIsNone() {
        assertThatThrownBy(() -> Mbap.parse(hex("12 34 00 01 00 05 07"), 7))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("protocol 1");
        assertThatThrownBy(() -> Mbap.parse(hex("12 34 00 00 00 01 07"), 7)).hasMessageContaining("1 bytes");
        assertThatThrownBy(() -> Mbap.parse(hex("12 34 00 00 00 FF 07"), 7)).hasMessageContaining("255 bytes");
    }

    @Property(tries = 5_000)
    void anyBytesAreARequestOrAnException(@ForAll @Size(max = 300) byte[] pdu) {
        try {
            var request = Request.parse(pdu);
            assertThat(request.encode()).isEqualTo(pdu);
        } catch (Request.Malformed e) {
            assertThat(e.answer().code()).isBetween(1, 3);
        }
    }

    @Property(tries = 5_000)
    void anyBytesAreAMessageOrASentence(@ForAll @Size(max = 300) byte[] bytes) {
        try {
            Mbap.parse(bytes, bytes.length)
                    .ifPresent(m -> assertThat(m.encode()).isEqualTo(Arrays.copyOf(bytes, m.length())));
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        int length = Rtu.answerLength(bytes, bytes.length);
        assertThat(length == Rtu.UNKNOWN || length >= 5 && length <= 260).isTrue();
        Rtu.parse(bytes, bytes.length);
    }

    @Property
    void anyAnswerIsReadBackOrNotOurs(@ForAll("requests") Request request, @ForAll @Size(max = 260) byte[] answer) {
        Response.parse(request, answer).ifPresent(r -> assertThat(r.encode()).isEqualTo(answer));
    }

    @Property
    void requestsComeBack(@ForAll("requests") Request request) throws Exception {
        byte[] pdu = request.encode();
        assertThat(pdu.length).isLessThanOrEqualTo(Request.PDU_BYTES_MAX);
        assertThat(Request.parse(pdu).encode()).isEqualTo(pdu);
        byte[] frame = new Rtu(17, pdu).encode();
        assertThat(Rtu.requestLength(frame, frame.length)).isEqualTo(frame.length);
        assertThat(Rtu.parse(frame, frame.length).orElseThrow().pdu()).isEqualTo(pdu);
    }

    /// One flipped bit anywhere is noticed: that is what the CRC is for.
    @Property
    void aFlippedBitIsNoticed(@ForAll("requests") Request request, @ForAll int bit) {
        byte[] frame = new Rtu(1, request.encode()).encode();
        int at = Math.floorMod(bit, frame.length * 8);
        frame[at / 8] ^= (byte) (1 << at % 8);
        assertThat(Rtu.parse(frame, frame.length)).isEmpty();
    }

    @Provide
    Arbitrary<Request> requests() {
        return Arbitraries.randomValue(CodecTest::request);
    }

    private static Request request(Random random) {
        return switch (random.nextInt(7)) {
            case 0 ->
                new Request.Read(Table.values()[random.nextInt(4)], random.nextInt(60_000), 1 + random.nextInt(125));
            case 1 -> new Request.WriteCoil(random.nextInt(65_536), random.nextBoolean());
            case 2 -> new Request.WriteRegister(random.nextInt(65_536), random.nextInt(65_536));
            case 3 -> {
                int count = 1 + random.nextInt(1_968);
                yield new Request.WriteCoils(random.nextInt(60_000), count, bytes(random, (count + 7) / 8));
            }
            case 4 -> {
                int count = 1 + random.nextInt(123);
                yield new Request.WriteRegisters(random.nextInt(60_000), count, bytes(random, 2 * count));
            }
            case 5 -> new Request.MaskRegister(random.nextInt(65_536), random.nextInt(65_536), random.nextInt(65_536));
            default -> {
                int count = 1 + random.nextInt(121);
                yield new Request.ReadWriteRegisters(
                        random.nextInt(60_000),
                        1 + random.nextInt(125),
                        random.nextInt(60_000),
                        count,
                        bytes(random, 2 * count));
            }
        };
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
