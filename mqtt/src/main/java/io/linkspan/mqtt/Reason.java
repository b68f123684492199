package io.linkspan.mqtt;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why, as a number (2.4). Below 0x80 it went well.
public enum Reason {
    /// All is well; in a DISCONNECT "normal", in a SUBACK "granted, QoS 0".
    SUCCESS(0x00),
    /// A subscription is granted with QoS 1.
    GRANTED_QOS_1(0x01),
    /// A subscription is granted with QoS 2.
    GRANTED_QOS_2(0x02),
    /// A client leaves and wants its will published.
    DISCONNECT_WITH_WILL(0x04),
    /// A message was taken, and nobody subscribes to it.
    NO_MATCHING_SUBSCRIBERS(0x10),
    /// There was no such subscription.
    NO_SUBSCRIPTION_EXISTED(0x11),
    /// The other side's turn in authentication.
    CONTINUE_AUTHENTICATION(0x18),
    /// A client begins authentication anew.
    REAUTHENTICATE(0x19),
    /// No reason is told.
    UNSPECIFIED_ERROR(0x80),
    /// The bytes are no packet of this protocol.
    MALFORMED_PACKET(0x81),
    /// The packet is well-formed and not allowed here.
    PROTOCOL_ERROR(0x82),
    /// Allowed by the standard, not by this receiver.
    IMPLEMENTATION_SPECIFIC_ERROR(0x83),
    /// The version of the protocol is not spoken here.
    UNSUPPORTED_PROTOCOL_VERSION(0x84),
    /// The client identifier is not allowed.
    CLIENT_IDENTIFIER_NOT_VALID(0x85),
    /// The name or the password is wrong.
    BAD_USER_NAME_OR_PASSWORD(0x86),
    /// Who asks may not do that.
    NOT_AUTHORIZED(0x87),
    /// The server can not be used.
    SERVER_UNAVAILABLE(0x88),
    /// The server has too much to do.
    SERVER_BUSY(0x89),
    /// The client is shut out.
    BANNED(0x8A),
    /// The server ends.
    SERVER_SHUTTING_DOWN(0x8B),
    /// This way to authenticate is not known, or not the one that was begun.
    BAD_AUTHENTICATION_METHOD(0x8C),
    /// Nothing came for one and a half times the keep-alive.
    KEEP_ALIVE_TIMEOUT(0x8D),
    /// Another connection has the same client identifier.
    SESSION_TAKEN_OVER(0x8E),
    /// A filter is well-formed and not accepted.
    TOPIC_FILTER_INVALID(0x8F),
    /// A topic name is well-formed and not accepted.
    TOPIC_NAME_INVALID(0x90),
    /// A packet identifier is used already.
    PACKET_IDENTIFIER_IN_USE(0x91),
    /// A packet identifier is not known.
    PACKET_IDENTIFIER_NOT_FOUND(0x92),
    /// More messages than the receive maximum are under way.
    RECEIVE_MAXIMUM_EXCEEDED(0x93),
    /// A topic alias is 0 or beyond the maximum.
    TOPIC_ALIAS_INVALID(0x94),
    /// A packet is larger than the receiver takes.
    PACKET_TOO_LARGE(0x95),
    /// Messages come too fast.
    MESSAGE_RATE_TOO_HIGH(0x96),
    /// A limit is reached.
    QUOTA_EXCEEDED(0x97),
    /// Somebody decided so.
    ADMINISTRATIVE_ACTION(0x98),
    /// The payload is not what its format says.
    PAYLOAD_FORMAT_INVALID(0x99),
    /// Nothing is retained here.
    RETAIN_NOT_SUPPORTED(0x9A),
    /// This quality of service is not offered.
    QOS_NOT_SUPPORTED(0x9B),
    /// Use another server for now.
    USE_ANOTHER_SERVER(0x9C),
    /// Use another server from now on.
    SERVER_MOVED(0x9D),
    /// Shared subscriptions are not offered.
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E),
    /// Connections come too fast.
    CONNECTION_RATE_EXCEEDED(0x9F),
    /// A connection was open for as long as it may be.
    MAXIMUM_CONNECT_TIME(0xA0),
    /// Subscription identifiers are not offered.
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1),
    /// Filters with wildcards are not offered.
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2);

    private static final @Nullable Reason[] BY_CODE = new @Nullable Reason[256];

    static {
        for (var each : values()) BY_CODE[each.code] = each;
    }

    private final int code;

    Reason(int code) {
        this.code = code;
    }

    /// The number on the wire, 0 to 255.
    public int code() {
        return code;
    }

    /// Whether something went wrong.
    public boolean isError() {
        return code >= 0x80;
    }

    /// The reason of this number; none when the standard has none.
    public static Optional<Reason> of(int code) {
        return Optional.ofNullable(BY_CODE[code & 0xFF]);
    }

    /// What a subscription is granted with.
    public static Reason granted(Qos qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> SUCCESS;
            case AT_LEAST_ONCE -> GRANTED_QOS_1;
            case EXACTLY_ONCE -> GRANTED_QOS_2;
        };
    }

    /// As people read it: `0x87 not authorized`.
    @Override
    public String toString() {
        return "0x%02X %s"
                .formatted(code, name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    }
}
