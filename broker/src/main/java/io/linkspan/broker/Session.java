package io.linkspan.broker;

import io.linkspan.connector.Outlet;
import io.linkspan.mqtt.Packet;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is kept of one client between its packets, and, if it wants that, between its connections (4.1). For one
/// thread.
///
/// Maps are there only once they are needed: most sessions of many are idle.
final class Session {
    /// Of a session that ends with its connection.
    static final long NOT_KEPT = 0;
    /// Of a session that is kept until its client ends it.
    static final long FOR_EVER = Long.MAX_VALUE;

    final String client;
    /// Its number in the log, for life.
    final int number;
    /// How long it outlives its connection, microseconds.
    long keptMicros;
    /// When its connection ended, the broker's time; [Long#MIN_VALUE] while it has one.
    long leftMicros = Long.MIN_VALUE;
    /// The connection, and none while it is away.
    @Nullable
    Link link;
    /// The subscriptions by their filters.
    Map<String, Sub> subs = Map.of();
    /// What is on its way to the client, by packet identifier, in order (4.6).
    Map<Integer, Delivery> outgoing = Map.of();
    /// What of it was not sent on this connection yet.
    final ArrayDeque<Delivery> waiting = new ArrayDeque<>(0);
    /// Packet identifiers of QoS 2 that came and were not released (4.3.3).
    Set<Integer> incoming = Set.of();

    /// When it ends, while its client is away.
    Broker.@Nullable Due due;
    /// Up to where an application has what it takes out of the site's log; none before it has anything.
    Outlet.@Nullable Cursor cursor;
    /// What is on its way of it.
    @Nullable
    ApplicationRun run;

    long queuedBytes;
    int lastId;
    /// The snapshot that has it already.
    long imaged;

    Session(String client, int number, long keptMicros) {
        this.client = client;
        this.number = number;
        this.keptMicros = keptMicros;
    }

    /// Whether it outlives its connection, and so is in the log.
    boolean isKept() {
        return keptMicros != NOT_KEPT;
    }

    /// Whether its client is there and not behind.
    boolean takesNow() {
        return link != null && link.isOpen() && waiting.isEmpty();
    }

    /// When it ends if nobody comes back, the broker's time.
    long endsMicros() {
        return leftMicros == Long.MIN_VALUE || keptMicros == FOR_EVER ? Long.MAX_VALUE : leftMicros + keptMicros;
    }

    /// A packet identifier that is free.
    ///
    /// @param used of deliveries that are about to be added
    int nextId() {
        do lastId = lastId == Packet.ID_MAX ? 1 : lastId + 1;
        while (outgoing.containsKey(lastId));
        return lastId;
    }

    void put(Sub sub) {
        if (subs.isEmpty()) subs = new LinkedHashMap<>(4);
        subs.put(sub.subscription.filter(), sub);
    }

    /// Puts a message behind those that are on their way.
    void enqueue(Delivery delivery) {
        if (outgoing.isEmpty()) outgoing = new LinkedHashMap<>();
        outgoing.put(delivery.id, delivery);
        lastId = delivery.id;
        queuedBytes += delivery.message.bytes();
        if (link != null) waiting.add(delivery);
    }

    /// A delivery is over.
    @Nullable
    Delivery settle(int id) {
        if (!outgoing.containsKey(id)) return null;
        var done = outgoing.remove(id);
        if (done == null) return null;
        if (done.stage == Delivery.Stage.PUBLISHED) queuedBytes -= done.message.bytes();
        if (outgoing.isEmpty()) outgoing = Map.of();
        return done;
    }

    /// A PUBREC came: the message can be forgotten, its number not.
    void received(int id) {
        var delivery = outgoing.get(id);
        if (delivery == null || delivery.stage == Delivery.Stage.RECEIVED) return;
        delivery.stage = Delivery.Stage.RECEIVED;
        queuedBytes -= delivery.message.bytes();
    }

    void incoming(int id) {
        if (incoming.isEmpty()) incoming = new LinkedHashSet<>();
        incoming.add(id);
    }

    boolean release(int id) {
        if (!incoming.contains(id)) return false;
        incoming.remove(id);
        if (incoming.isEmpty()) incoming = Set.of();
        return true;
    }
}
