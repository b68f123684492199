package io.linkspan.mqtt;

import static io.linkspan.mqtt.PacketType.AUTH;
import static io.linkspan.mqtt.PacketType.CONNACK;
import static io.linkspan.mqtt.PacketType.CONNECT;
import static io.linkspan.mqtt.PacketType.DISCONNECT;
import static io.linkspan.mqtt.PacketType.PUBACK;
import static io.linkspan.mqtt.PacketType.PUBCOMP;
import static io.linkspan.mqtt.PacketType.PUBLISH;
import static io.linkspan.mqtt.PacketType.PUBREC;
import static io.linkspan.mqtt.PacketType.PUBREL;
import static io.linkspan.mqtt.PacketType.SUBACK;
import static io.linkspan.mqtt.PacketType.SUBSCRIBE;
import static io.linkspan.mqtt.PacketType.UNSUBACK;
import static io.linkspan.mqtt.PacketType.UNSUBSCRIBE;

import org.jspecify.annotations.Nullable;

/// The properties of MQTT 5: number, form, and the packets that may carry each (table 2-4).
public enum Property {
    /// 1: the payload is text in UTF-8; 0: bytes.
    PAYLOAD_FORMAT_INDICATOR(0x01, Form.FLAG, true, PUBLISH),
    /// For how many seconds a message is worth delivering.
    MESSAGE_EXPIRY_INTERVAL(0x02, Form.FOUR_BYTES, true, PUBLISH),
    /// What the payload is, such as a MIME type.
    CONTENT_TYPE(0x03, Form.TEXT, true, PUBLISH),
    /// Where an answer is to go.
    RESPONSE_TOPIC(0x08, Form.TEXT, true, PUBLISH),
    /// By which the asker knows the answer.
    CORRELATION_DATA(0x09, Form.BYTES, true, PUBLISH),
    /// The number of the subscription that a message comes by; may be there more than once in a PUBLISH.
    SUBSCRIPTION_IDENTIFIER(0x0B, Form.VARIABLE, false, PUBLISH, SUBSCRIBE),
    /// For how many seconds a session outlives its connection.
    SESSION_EXPIRY_INTERVAL(0x11, Form.FOUR_BYTES, false, CONNECT, CONNACK, DISCONNECT),
    /// The client identifier that the server chose.
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Form.TEXT, false, CONNACK),
    /// The keep-alive that the server wants, in seconds.
    SERVER_KEEP_ALIVE(0x13, Form.TWO_BYTES, false, CONNACK),
    /// The name of a way to authenticate.
    AUTHENTICATION_METHOD(0x15, Form.TEXT, false, CONNECT, CONNACK, AUTH),
    /// What that way has to say.
    AUTHENTICATION_DATA(0x16, Form.BYTES, false, CONNECT, CONNACK, AUTH),
    /// Whether reason strings and user properties may be in all packets.
    REQUEST_PROBLEM_INFORMATION(0x17, Form.FLAG, false, CONNECT),
    /// Seconds between the end of a connection and its will; of the will alone.
    WILL_DELAY_INTERVAL(0x18, Form.FOUR_BYTES, true),
    /// Whether the client asks for response information.
    REQUEST_RESPONSE_INFORMATION(0x19, Form.FLAG, false, CONNECT),
    /// From what a client may make its response topics.
    RESPONSE_INFORMATION(0x1A, Form.TEXT, false, CONNACK),
    /// Another server.
    SERVER_REFERENCE(0x1C, Form.TEXT, false, CONNACK, DISCONNECT),
    /// The reason for people.
    REASON_STRING(0x1F, Form.TEXT, false, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    /// How many messages of QoS 1 and 2 may be under way.
    RECEIVE_MAXIMUM(0x21, Form.TWO_BYTES, false, CONNECT, CONNACK),
    /// The highest topic alias that the sender of this takes.
    TOPIC_ALIAS_MAXIMUM(0x22, Form.TWO_BYTES, false, CONNECT, CONNACK),
    /// A number instead of a topic.
    TOPIC_ALIAS(0x23, Form.TWO_BYTES, false, PUBLISH),
    /// The highest quality of service that is offered; 2 when it is not there.
    MAXIMUM_QOS(0x24, Form.FLAG, false, CONNACK),
    /// Whether messages are retained.
    RETAIN_AVAILABLE(0x25, Form.FLAG, false, CONNACK),
    /// A name and a value; may be there more than once.
    USER_PROPERTY(
            0x26,
            Form.PAIR,
            true,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    /// The largest packet that the sender of this takes, in bytes.
    MAXIMUM_PACKET_SIZE(0x27, Form.FOUR_BYTES, false, CONNECT, CONNACK),
    /// Whether filters may have wildcards.
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Form.FLAG, false, CONNACK),
    /// Whether subscriptions may have numbers.
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Form.FLAG, false, CONNACK),
    /// Whether subscriptions may be shared.
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Form.FLAG, false, CONNACK);

    /// How a property's value is on the wire (1.5, 2.2.2.2).
    enum Form {
        /// One byte, 0 or 1.
        FLAG,
        TWO_BYTES,
        FOUR_BYTES,
        VARIABLE,
        TEXT,
        BYTES,
        PAIR
    }

    private static final @Nullable Property[] BY_NUMBER = new @Nullable Property[0x2B];

    static {
        for (var each : values()) BY_NUMBER[each.number] = each;
    }

    private final int number;
    private final Form form;
    private final boolean inWill;
    private final int packets;

    Property(int number, Form form, boolean inWill, PacketType... packets) {
        this.number = number;
        this.form = form;
        this.inWill = inWill;
        int bits = 0;
        for (var each : packets) bits |= each.bit();
        this.packets = bits;
    }

    /// The number on the wire.
    public int number() {
        return number;
    }

    Form form() {
        return form;
    }

    boolean isAllowedIn(PacketType type) {
        return (packets & type.bit()) != 0;
    }

    boolean isAllowedInWill() {
        return inWill;
    }

    static @Nullable Property of(int number) {
        return number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }
}
