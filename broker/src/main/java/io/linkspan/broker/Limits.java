package io.linkspan.broker;

import java.time.Duration;

/// What a broker allows at most. At each limit something chosen happens, and is counted (docs/mqtt.md).
///
/// @param connectionsMax open connections; the next is closed at once
/// @param packetBytesMax largest packet taken, in bytes with its header; a larger one ends its connection
///     (0x95, 3.2.2.3.6)
/// @param inflightMax messages of QoS 1 and 2 under way at once, each way (receive maximum, 3.2.2.3.3)
/// @param queueMessagesMax messages of QoS 1 and 2 that wait for one session; the next one is not queued
/// @param queueBytesMax bytes of them; the same
/// @param outgoingBytesMax bytes written and not taken by the network; QoS 0 is then dropped, QoS 1 and 2 wait
/// @param topicLevelsMax levels of a topic or filter; more is refused (0x90, 0x8F)
/// @param subscriptionsMax subscriptions of one session; the next is refused (0x97)
/// @param sessionsMax sessions; a client that would open one more is refused (0x97)
/// @param retainedMax retained messages; the next topic's is refused (0x97)
/// @param topicAliasMax highest topic alias taken from a client (3.2.2.3.8)
/// @param sendAliasMax most topic aliases used towards a client
/// @param publishRateMax messages a second taken from one connection, 0: any; beyond that it is read more slowly
/// @param sessionExpiryMax longest life of a session without a connection
/// @param connectTimeout between a connection and its CONNECT
public record Limits(
        int connectionsMax,
        int packetBytesMax,
        int inflightMax,
        int queueMessagesMax,
        long queueBytesMax,
        long outgoingBytesMax,
        int topicLevelsMax,
        int subscriptionsMax,
        int sessionsMax,
        int retainedMax,
        int topicAliasMax,
        int sendAliasMax,
        int publishRateMax,
        Duration sessionExpiryMax,
        Duration connectTimeout) {
    /// What holds where nothing is set.
    public static final Limits STANDARD = new Limits(
            20_000,
            1 << 20,
            100,
            10_000,
            16 << 20,
            8 << 20,
            32,
            1_000,
            50_000,
            100_000,
            32,
            16,
            0,
            Duration.ofDays(90),
            Duration.ofSeconds(10));

    /// Most messages that may wait for one session: each has a packet identifier.
    static final int QUEUE_MESSAGES_MAX = 60_000;
}
