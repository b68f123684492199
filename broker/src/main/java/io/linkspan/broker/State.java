package io.linkspan.broker;

import io.linkspan.connector.Outlet;
import io.linkspan.mqtt.Will;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that a broker knows of its clients: sessions, subscriptions, messages on their way and retained, wills. It
/// changes
/// by
/// [#apply] alone where it outlives connections; a session that does not is changed by the same steps without an entry.
/// For
/// one thread.
final class State {
    final Map<String, Session> sessions = new LinkedHashMap<>();
    final Map<Integer, Session> kept = new HashMap<>();
    final SubscriptionTree tree = new SubscriptionTree();
    final RetainedTree retained = new RetainedTree();
    final Map<String, Pending> wills = new LinkedHashMap<>();
    /// Messages that the site has not taken yet, by the entry that has them.
    final Map<Long, Message> untold = new LinkedHashMap<>();
    /// Up to where of the site's log the broker has told what it serves; [#NOT_SERVED] before the first time.
    long servedAt = NOT_SERVED;

    static final long NOT_SERVED = -1;
    private int lastSession;
    private boolean replaying = true;

    /// The state before a change, for a snapshot that is being taken in slices.
    private Watch watch = Watch.NOBODY;

    /// A will, and when it is due; [Long#MAX_VALUE] while its client is there.
    record Pending(Will will, long dueMicros) {}

    /// Is told before a session that is kept changes.
    @FunctionalInterface
    interface Watch {
        Watch NOBODY = _ -> {};

        void session(Session before);
    }

    void watch(Watch by) {
        watch = by;
    }

    /// What is in the log was applied: from now on it is known what was sent.
    void live() {
        replaying = false;
    }

    /// The number for a session that is opened next.
    int nextSession() {
        return lastSession + 1;
    }

    /// Applies what an entry says. A session that is not there is passed over: a full disk may have cost its entry.
    ///
    /// @param at the time of the entry, the broker's
    /// @param entry its position, as [Book#write] gave it
    void apply(Change change, long at, long entry) {
        switch (change) {
            case Change.Opened c -> {
                var session = new Session(c.client(), c.session(), c.keptMicros());
                open(session);
            }
            case Change.Resumed c -> {
                var session = touch(c.session());
                if (session != null) resume(session, c.keptMicros());
            }
            case Change.Left c -> {
                var session = touch(c.session());
                if (session != null) leave(session, c.keptMicros(), at);
            }
            case Change.Ended c -> {
                var session = touch(c.session());
                if (session != null) end(session);
            }
            case Change.Subscribed c -> {
                var session = touch(c.session());
                if (session != null) subscribe(new Sub(session, c.subscription(), c.number()));
            }
            case Change.Unsubscribed c -> {
                var session = touch(c.session());
                if (session != null) unsubscribe(session, c.filter());
            }
            case Change.Published c -> publish(c, entry);
            case Change.Settled c -> {
                var session = touch(c.session());
                if (session != null) session.settle(c.id());
            }
            case Change.Received c -> {
                var session = touch(c.session());
                if (session != null) session.received(c.id());
            }
            case Change.Released c -> {
                var session = touch(c.session());
                if (session != null) session.release(c.id());
            }
            case Change.WillSet c -> will(c.client(), new Pending(c.will(), Long.MAX_VALUE));
            case Change.WillDue c -> {
                var pending = wills.get(c.client());
                if (pending != null) will(c.client(), new Pending(pending.will(), c.atMicros()));
            }
            case Change.WillGone c -> will(c.client(), null);
            case Change.Unretained c -> retained.remove(c.topic());
            case Change.Told c -> untold.remove(c.entry());
            case Change.Shared c -> {
                var session = kept.get(c.session());
                var delivery = session == null ? null : session.outgoing.get(c.id());
                if (delivery != null) delivery.share = c.filter();
            }
            case Change.Fed c -> {
                if (c.session() == 0) servedAt = c.at();
                else {
                    var session = touch(c.session());
                    if (session != null) session.cursor = new Outlet.Cursor(c.windows(), c.at());
                }
            }
        }
    }

    private @Nullable Session touch(int number) {
        var session = kept.get(number);
        if (session != null) watch.session(session);
        return session;
    }

    /// A session begins. One that is not kept has no number.
    void open(Session session) {
        var old = sessions.get(session.client);
        if (old != null) end(old);
        sessions.put(session.client, session);
        if (session.number == 0) return;
        kept.put(session.number, session);
        lastSession = Math.max(lastSession, session.number);
    }

    void resume(Session session, long keptMicros) {
        session.keptMicros = keptMicros;
        session.leftMicros = Long.MIN_VALUE;
        if (replaying) for (var each : session.outgoing.values()) each.sent = true; // it may have been
    }

    void leave(Session session, long keptMicros, long at) {
        session.keptMicros = keptMicros;
        session.leftMicros = at;
    }

    void end(Session session) {
        for (var each : session.subs.values()) tree.remove(each);
        session.subs = Map.of();
        session.outgoing = Map.of();
        session.waiting.clear();
        session.queuedBytes = 0;
        sessions.remove(session.client, session);
        if (session.number != 0) kept.remove(session.number);
    }

    /// Subscribes; one with the same filter is replaced \[MQTT-3.8.4-3].
    ///
    /// @return whether it is new
    boolean subscribe(Sub sub) {
        var old = sub.session.subs.get(sub.subscription.filter());
        if (old != null) tree.remove(old);
        tree.add(sub);
        sub.session.put(sub);
        return old == null;
    }

    /// @return whether it was there
    boolean unsubscribe(Session session, String filter) {
        var old = session.subs.get(filter);
        if (old == null) return false;
        tree.remove(old);
        session.subs.remove(filter);
        if (session.subs.isEmpty()) session.subs = Map.of();
        return true;
    }

    private void publish(Change.Published c, long entry) {
        if (c.tapped()) untold.put(entry, c.message());
        if (c.from() != 0 && c.incoming() != 0) {
            var from = touch(c.from());
            if (from != null) from.incoming(c.incoming());
        }
        if (c.retained()) retain(c.message());
        for (var each : c.takers()) {
            var session = touch(each.session());
            if (session == null) continue;
            var delivery = new Delivery(c.message(), each.id(), each.qos(), each.retain(), each.numbers());
            delivery.sent = replaying && session.leftMicros == Long.MIN_VALUE; // it may have been
            delivery.after = entry;
            session.enqueue(delivery);
        }
    }

    /// Retains a message; an empty one takes away what was retained (3.3.1.3).
    void retain(Message message) {
        if (message.payload().length == 0) retained.remove(message.topic());
        else retained.put(message);
    }

    private void will(String client, @Nullable Pending pending) {
        if (pending == null) wills.remove(client);
        else wills.put(client, pending);
    }

    /// Sessions that are kept.
    List<Session> keptSessions() {
        return List.copyOf(kept.values());
    }
}
