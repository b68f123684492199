package io.linkspan.broker;

import io.linkspan.mqtt.Qos;

/// One message of QoS 1 or 2 on its way to one session.
final class Delivery {
    /// Of a delivery without numbers of subscriptions.
    static final int[] NO_NUMBERS = {};

    /// How far it is.
    enum Stage {
        /// The PUBLISH was not acknowledged, or not sent.
        PUBLISHED,
        /// A PUBREC came: the message is gone, its packet identifier is not (4.3.3).
        RECEIVED
    }

    final Message message;
    final int id;
    final Qos qos;
    final boolean retain;
    final int[] numbers;
    Stage stage = Stage.PUBLISHED;
    /// The client may have it already: it is sent as a duplicate.
    boolean sent;
    /// Whether it was sent on this connection.
    boolean under;
    /// The shared subscription that it came by, with its share; empty: none.
    String share = "";
    /// Whether it is of a feed: its cursor is in the log, and not the message.
    boolean fed;
    /// The log's entry that must be on disk before it is sent; 0: none.
    long after;

    /// @param id its packet identifier
    /// @param retain the flag it is sent with
    /// @param numbers of the subscriptions that it comes by
    Delivery(Message message, int id, Qos qos, boolean retain, int[] numbers) {
        this.message = message;
        this.id = id;
        this.qos = qos;
        this.retain = retain;
        this.numbers = numbers;
    }
}
