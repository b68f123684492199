package io.linkspan.mqtt;

/// A filter and its options in a SUBSCRIBE (3.8.3.1).
///
/// @param qos at most this a message is sent with
/// @param noLocal what this client publishes itself is not sent to it
/// @param retainAsPublished messages keep the retain flag that they were published with
/// @param handling what of the retained messages is sent at once
public record Subscription(String filter, Qos qos, boolean noLocal, boolean retainAsPublished, Handling handling) {
    /// Which retained messages a subscriber gets when it subscribes; in the order of their numbers.
    public enum Handling {
        /// All that match.
        SEND,
        /// All that match, unless the subscription was there.
        SEND_IF_NEW,
        /// None.
        DO_NOT_SEND
    }

    /// A subscription without options, as 3.1.1 has it.
    public Subscription(String filter, Qos qos) {
        this(filter, qos, false, false, Handling.SEND);
    }

    /// The options as one byte.
    public int options() {
        return qos.level() | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | handling.ordinal() << 4;
    }

    /// A filter with the options of one byte.
    ///
    /// @throws IllegalArgumentException no options are that byte
    public static Subscription of(String filter, int options) {
        int handling = options >> 4 & 3;
        if (options > 0x3F || handling == 3)
            throw new IllegalArgumentException("The options of a subscription are no 0x%02X".formatted(options));
        return new Subscription(
                filter, Qos.of(options & 3), (options & 4) != 0, (options & 8) != 0, Handling.values()[handling]);
    }
}
