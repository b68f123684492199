package io.linkspan.mqtt;

import static io.linkspan.mqtt.PacketType.AUTH;
import static io.linkspan.mqtt.PacketType.CONNACK;
import static io.linkspan.mqtt.PacketType.DISCONNECT;
import static io.linkspan.mqtt.PacketType.PUBACK;
import static io.linkspan.mqtt.PacketType.PUBCOMP;
import static io.linkspan.mqtt.PacketType.PUBREC;
import static io.linkspan.mqtt.PacketType.PUBREL;
import static io.linkspan.mqtt.PacketType.SUBACK;
import static io.linkspan.mqtt.PacketType.UNSUBACK;

/// Which packet may carry which reason (table 2-6), and the return codes of 3.1.1. Functions without state.
final class Codes {
    private Codes() {}

    static boolean isAllowed(Reason reason, PacketType type) {
        return (packets(reason) & type.bit()) != 0;
    }

    private static int packets(Reason reason) {
        return switch (reason) {
            case SUCCESS -> bits(CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK, AUTH, SUBACK, DISCONNECT);
            case GRANTED_QOS_1, GRANTED_QOS_2 -> bits(SUBACK);
            case DISCONNECT_WITH_WILL -> bits(DISCONNECT);
            case NO_MATCHING_SUBSCRIBERS -> bits(PUBACK, PUBREC);
            case NO_SUBSCRIPTION_EXISTED -> bits(UNSUBACK);
            case CONTINUE_AUTHENTICATION, REAUTHENTICATE -> bits(AUTH);
            case UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR, NOT_AUTHORIZED ->
                bits(CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT);
            case MALFORMED_PACKET, PROTOCOL_ERROR -> bits(CONNACK, DISCONNECT);
            case UNSUPPORTED_PROTOCOL_VERSION,
                    CLIENT_IDENTIFIER_NOT_VALID,
                    BAD_USER_NAME_OR_PASSWORD,
                    SERVER_UNAVAILABLE,
                    BANNED -> bits(CONNACK);
            case SERVER_BUSY, BAD_AUTHENTICATION_METHOD -> bits(CONNACK, DISCONNECT);
            case SERVER_SHUTTING_DOWN,
                    KEEP_ALIVE_TIMEOUT,
                    SESSION_TAKEN_OVER,
                    RECEIVE_MAXIMUM_EXCEEDED,
                    TOPIC_ALIAS_INVALID,
                    MESSAGE_RATE_TOO_HIGH,
                    ADMINISTRATIVE_ACTION,
                    MAXIMUM_CONNECT_TIME -> bits(DISCONNECT);
            case TOPIC_FILTER_INVALID -> bits(SUBACK, UNSUBACK, DISCONNECT);
            case TOPIC_NAME_INVALID -> bits(CONNACK, PUBACK, PUBREC, DISCONNECT);
            case PACKET_IDENTIFIER_IN_USE -> bits(PUBACK, PUBREC, SUBACK, UNSUBACK);
            case PACKET_IDENTIFIER_NOT_FOUND -> bits(PUBREL, PUBCOMP);
            case PACKET_TOO_LARGE -> bits(CONNACK, DISCONNECT);
            case QUOTA_EXCEEDED -> bits(CONNACK, PUBACK, PUBREC, SUBACK, DISCONNECT);
            case PAYLOAD_FORMAT_INVALID -> bits(CONNACK, PUBACK, PUBREC, DISCONNECT);
            case RETAIN_NOT_SUPPORTED, QOS_NOT_SUPPORTED, USE_ANOTHER_SERVER, SERVER_MOVED -> bits(CONNACK, DISCONNECT);
            case CONNECTION_RATE_EXCEEDED -> bits(CONNACK, DISCONNECT);
            case SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED -> bits(SUBACK, DISCONNECT);
        };
    }

    private static int bits(PacketType... types) {
        int bits = 0;
        for (var each : types) bits |= each.bit();
        return bits;
    }

    /// The return code of a CONNACK of 3.1 and 3.1.1 (3.1.1, table 3.1).
    static int returnCode(Reason reason) {
        if (!reason.isError()) return 0;
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
            default -> 3; // open: the server can not be used, for whatever reason
        };
    }

    /// The reason of a return code of 3.1 and 3.1.1.
    static Reason ofReturnCode(int code) throws Violation {
        return switch (code) {
            case 0 -> Reason.SUCCESS;
            case 1 -> Reason.UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> Reason.CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> Reason.SERVER_UNAVAILABLE;
            case 4 -> Reason.BAD_USER_NAME_OR_PASSWORD;
            case 5 -> Reason.NOT_AUTHORIZED;
            default -> throw Violation.protocol("A CONNACK has no return code " + code + " (3.1.1, 3.2.2.3)");
        };
    }
}
