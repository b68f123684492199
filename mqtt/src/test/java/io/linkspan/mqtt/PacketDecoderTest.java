package io.linkspan.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is refused, and with which reason. Bytes are in hexadecimal digits.
class PacketDecoderTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "reserved flags of PINGREQ, C100, MALFORMED_PACKET",
        "PINGREQ with a body, C00100, MALFORMED_PACKET",
        "SUBSCRIBE with flags 0, 80080001000001700000, MALFORMED_PACKET",
        "SUBSCRIBE without a filter, 8203000100, MALFORMED_PACKET",
        "SUBSCRIBE with identifier 0, 820700000000017000, PROTOCOL_ERROR",
        "SUBSCRIBE with QoS 3, 820700010000017003, MALFORMED_PACKET",
        "SUBSCRIBE with retain handling 3, 820700010000017030, PROTOCOL_ERROR",
        "SUBSCRIBE with reserved options, 820700010000017040, MALFORMED_PACKET",
        "SUBSCRIBE of a share with no local, 8200 0001 00 000A 2473686172652F672F61 04, PROTOCOL_ERROR",
        "SUBSCRIBE with a filter a#, 82080001000002612300, MALFORMED_PACKET",
        "SUBSCRIBE with subscription identifier 0, 8209000102 0B00 0001 70 00, PROTOCOL_ERROR",
        "PUBLISH with QoS 3, 3606 0001 70 0001 00, MALFORMED_PACKET",
        "PUBLISH QoS 0 with dup, 3804 0001 70 00, MALFORMED_PACKET",
        "PUBLISH with a wildcard, 3004 0001 2B 00, TOPIC_NAME_INVALID",
        "PUBLISH without topic and alias, 3003 0000 00, PROTOCOL_ERROR",
        "PUBLISH with alias 0, 3007 0001 70 03 23 0000, TOPIC_ALIAS_INVALID",
        "PUBLISH QoS 1 with identifier 0, 3206 0001 70 0000 00, PROTOCOL_ERROR",
        "PUBLISH with a client's subscription identifier, 3006 0001 70 02 0B01, PROTOCOL_ERROR",
        "PUBLISH with a property twice, 3008 0001 70 04 0101 0101, PROTOCOL_ERROR",
        "PUBLISH with a property that is not one, 3006 0001 70 02 7F01, MALFORMED_PACKET",
        "PUBLISH with a property of CONNECT, 3006 0001 70 02 1701, PROTOCOL_ERROR",
        "PUBLISH with a flag of 2, 3006 0001 70 02 0102, PROTOCOL_ERROR",
        "PUBLISH with a property that ends too soon, 3005 0001 70 01 01, MALFORMED_PACKET",
        "PUBLISH with a response topic with a wildcard, 3008 0001 70 04 08 0001 23, PROTOCOL_ERROR",
        "PUBLISH with a null character, 3005 0002 7000 00, MALFORMED_PACKET",
        "PUBLISH with a surrogate, 3006 0003 EDA080 00, MALFORMED_PACKET",
        "PUBLISH with a control character, 3005 0002 7001 00, MALFORMED_PACKET",
        "PUBACK with an unknown reason, 4003 0001 FF, PROTOCOL_ERROR",
        "PUBACK with a reason of others, 4003 0001 92, PROTOCOL_ERROR",
        "PUBREL with flags 0, 6002 0001, MALFORMED_PACKET",
        "AUTH without a method, F002 1800, PROTOCOL_ERROR",
        "CONNACK of a client, 20020000, PROTOCOL_ERROR",
        "CONNECT with the reserved flag, 100d 0004 4D515454 05 03 000A 00 0000, MALFORMED_PACKET",
        "CONNECT with flags of a will and none, 100d 0004 4D515454 05 08 000A 00 0000, MALFORMED_PACKET",
        "CONNECT of version 6, 100d 0004 4D515454 06 02 000A 00 0000, UNSUPPORTED_PROTOCOL_VERSION",
        "CONNECT of another protocol, 100d 0004 4D515455 05 02 000A 00 0000, MALFORMED_PACKET",
        "CONNECT with receive maximum 0, 1010 0004 4D515454 05 02 000A 03 21 0000 0000, PROTOCOL_ERROR",
        "CONNECT with data but no method, 1011 0004 4D515454 05 02 000A 04 16 0001 41 0000, PROTOCOL_ERROR",
        "CONNECT with a control character in its id, 100e 0004 4D515454 05 02 000A 00 0001 01, CLIENT_IDENTIFIER_NOT_VALID",
        "a number that is longer than it need be, 8209 0001 8000 0001 70 00 00, MALFORMED_PACKET",
    })
    void refuses(String what, String hex, Reason reason) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        bytes[1] = (byte) (bytes.length - 2);
        var refused = catchThrowableOfType(
                Violation.class, () -> PacketDecoder.whole(bytes, PacketDecoder.Sender.CLIENT, Version.MQTT_5));

        assertThat(refused).as(what).isNotNull();
        assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
        assertThat(refused.getStackTrace()).isEmpty();
    }

    @Test
    void aPasswordNeedsANameBeforeMqtt5() throws Violation {
        byte[] three = HexFormat.of().parseHex("100f00044D5154540442000A00000001" + "41");
        var refused = catchThrowableOfType(
                Violation.class, () -> PacketDecoder.whole(three, PacketDecoder.Sender.CLIENT, Version.MQTT_3_1_1));
        assertThat(refused).hasMessageContaining("MQTT-3.1.2-22");

        byte[] five = HexFormat.of().parseHex("101000044D5154540542000A0000000001" + "41");
        var connect = (Packet.Connect) PacketDecoder.whole(five, PacketDecoder.Sender.CLIENT, Version.MQTT_5);
        assertThat(connect.password()).isPresent();
        assertThat(connect.version()).isEqualTo(Version.MQTT_5);
    }

    @Test
    void knowsALengthBeforeThePacketIsWhole() throws Violation {
        assertThat(PacketDecoder.lengthAt(new byte[] {0x30}, 0, 1)).isZero();
        assertThat(PacketDecoder.lengthAt(new byte[] {0x30, (byte) 0x80}, 0, 2)).isZero();
        assertThat(PacketDecoder.lengthAt(new byte[] {0x30, (byte) 0x80, 1}, 0, 3))
                .isEqualTo(131);
        var tooLong = new byte[] {0x30, -1, -1, -1, -1};
        assertThat(catchThrowableOfType(Violation.class, () -> PacketDecoder.lengthAt(tooLong, 0, 5)))
                .hasMessageContaining("four bytes");
        assertThat(catchThrowableOfType(Violation.class, () -> PacketDecoder.lengthAt(new byte[] {0x0A}, 0, 1)))
                .hasMessageContaining("forbidden");
    }

    @Test
    void aTopicThatComesAgainIsTheSameText() throws Violation {
        byte[] bytes = PacketWriter.encode(
                new Packet.Publish("a/b", Qos.AT_MOST_ONCE, false, false, 0, Properties.NONE, new byte[0]),
                Version.MQTT_3_1_1);
        var decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, Version.MQTT_3_1_1, new TopicCache(16));
        var first = (Packet.Publish) decoder.decode(bytes, 0, bytes.length);
        var second = (Packet.Publish) decoder.decode(bytes, 0, bytes.length);
        assertThat(second.topic()).isSameAs(first.topic());
    }

    @Test
    void aDisconnectEndsWhateverItsReason() throws Violation {
        byte[] unknown = {(byte) 0xE0, 1, 5};
        assertThat(PacketDecoder.whole(unknown, PacketDecoder.Sender.CLIENT, Version.MQTT_5))
                .isEqualTo(new Packet.Disconnect(Reason.UNSPECIFIED_ERROR, Properties.NONE));
    }
}
