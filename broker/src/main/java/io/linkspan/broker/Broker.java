package io.linkspan.broker;

import io.linkspan.broker.Change.Taker;
import io.linkspan.connector.Outlet;
import io.linkspan.model.Moment;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.TopicCache;
import io.linkspan.mqtt.Topics;
import io.linkspan.mqtt.Violation;
import io.linkspan.mqtt.Will;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The broker as a state machine: takes packets and moments, changes its [State], writes packets. It reads no clock,
/// opens
/// no
/// socket, draws no random number and never waits. For one thread.
///
/// What outlives a connection goes through [#record]: into the [Book] first, then applied. What somebody is told about
/// it
/// waits
/// until the book has it on disk. Who calls [#handle], [#tick], [#durable] or [#drained] calls [#flush] at the end of
/// its
/// turn.
final class Broker {
    private static final long SECOND = 1_000_000;
    private static final int TOPICS_REMEMBERED = 16_384;
    private static final int WRITERS_KEPT = 256;
    private static final int WRITER_ROOM = 2_048;
    private static final int WRITER_ROOM_MAX = 64 << 10;
    /// No message: nothing is to be waited for.
    private static final long NOTHING_TO_WAIT_FOR = 0;

    private static final long REFUSED = -1;

    private final Settings settings;
    private final Gate gate;
    private final Tap tap;
    private final Feeding feeding;
    private final Supplier<String> newClientIds;
    private final Tally tally = new Tally();
    private final TopicCache topics = new TopicCache(TOPICS_REMEMBERED);
    private final State state;
    private final Book book;
    private final ArrayDeque<PacketWriter> writers = new ArrayDeque<>();
    private final ArrayList<Link> dirty = new ArrayList<>();
    private final ArrayList<Link> later = new ArrayList<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final PriorityQueue<Due> dues = new PriorityQueue<>();
    private int calledOff;
    private final HashMap<String, Due> willDues = new HashMap<>();
    private final HashMap<String, Due> retainedDues = new HashMap<>();
    private final SystemTopics system;
    private int links;
    private Moment now = new Moment(0, 0);

    /// @param maxKeepAliveSeconds what clients are told that ask for none or for more; 0: what they ask for
    /// @param refusedFilters filters that nobody may subscribe to
    record Settings(Limits limits, int maxKeepAliveSeconds, List<String> refusedFilters, long systemEveryMicros) {
        Settings {
            refusedFilters = List.copyOf(refusedFilters);
        }
    }

    /// Something that waits for an entry to be on disk.
    private record Waiting(long entry, Runnable then) {}

    /// Something to look at, at a time; nothing any more once it was done or called off.
    static final class Due implements Comparable<Due> {
        private final long micros;
        private @Nullable Runnable what;

        private Due(long micros, Runnable what) {
            this.micros = micros;
            this.what = what;
        }

        @Override
        public int compareTo(Due other) {
            return Long.compare(micros, other.micros);
        }
    }

    /// @param state as the book gives it
    /// @param newClientIds identifiers for clients that have none
    Broker(
            Settings settings,
            Gate gate,
            Tap tap,
            Feeding feeding,
            Book book,
            State state,
            Supplier<String> newClientIds,
            Moment now) {
        this.settings = settings;
        this.gate = gate;
        this.tap = tap;
        this.feeding = feeding;
        this.book = book;
        this.state = state;
        this.newClientIds = newClientIds;
        this.now = now;
        lastEntry = book.durable();
        state.live();
        system = new SystemTopics(this, now);
        system.publish(now);
        at(now.site() + settings.systemEveryMicros(), this::systemDue);
        recovered();
    }

    /// After a start nobody is connected: sessions whose clients were, are left now; their wills are due; what the
    /// site had
    /// not taken is told again.
    private void recovered() {
        for (var session : state.keptSessions()) {
            if (session.leftMicros == Long.MIN_VALUE) leave(session, session.keptMicros);
            else session.due = at(session.endsMicros(), () -> sessionDue(session));
        }
        for (var each : List.copyOf(state.wills.entrySet())) {
            if (each.getValue().dueMicros() == Long.MAX_VALUE)
                willLeft(each.getKey(), each.getValue().will());
            else willDueAt(each.getKey(), each.getValue().dueMicros());
        }
        for (var each : List.copyOf(state.untold.entrySet())) tell(each.getKey(), each.getValue());
        state.retained.each(this::retainedUntil);
    }

    Limits limits() {
        return settings.limits();
    }

    Tally tally() {
        return tally;
    }

    TopicCache topics() {
        return topics;
    }

    State state() {
        return state;
    }

    int links() {
        return links;
    }

    /// The moment of this turn.
    Moment now() {
        return now;
    }

    /// The newest entry that was applied.
    long lastEntry() {
        return lastEntry;
    }

    // ---- connections

    /// A connection was accepted; none when there are too many.
    Optional<Link> connected(Wire wire, Gate.Door door, Optional<String> subject, Moment at) {
        now = at;
        if (links >= limits().connectionsMax()) {
            tally.connectionsRefused++;
            tally.refused(Reason.SERVER_BUSY);
            wire.close();
            return Optional.empty();
        }
        links++;
        tally.connectionsOpened++;
        var link = new Link(this, wire, door, subject, at.site());
        long patience = limits().connectTimeout().toNanos() / 1_000;
        link.due = at(at.site() + patience, () -> {
            if (link.phase == Link.Phase.FRESH) link.close();
        });
        return Optional.of(link);
    }

    /// The network lost a connection, or closed it because we asked.
    void disconnected(Link link, Moment at) {
        now = at;
        links--;
        callOff(link.due);
        boolean known = link.phase != Link.Phase.CLOSED;
        link.phase = Link.Phase.CLOSED;
        if (known) over(link, true);
    }

    /// Ends a connection from our side.
    private void close(Link link, boolean withWill) {
        if (link.phase == Link.Phase.CLOSED) return;
        link.close();
        over(link, withWill);
    }

    /// What a connection leaves behind.
    private void over(Link link, boolean withWill) {
        var session = link.session;
        if (session == null || session.link != link) return;
        link.session = null;
        session.link = null;
        session.waiting.clear();
        feeding.left(session);
        var pending = state.wills.get(session.client);
        if (pending != null) {
            if (withWill) willLeft(session.client, pending.will());
            else record(new Change.WillGone(session.client), false);
        }
        leave(session, session.keptMicros);
    }

    private void leave(Session session, long keptMicros) {
        if (keptMicros == Session.NOT_KEPT) {
            end(session);
            return;
        }
        record(new Change.Left(session.number, keptMicros), false);
        callOff(session.due);
        session.due = at(session.endsMicros(), () -> sessionDue(session));
    }

    private void end(Session session) {
        callOff(session.due);
        handOver(session);
        if (session.number != 0) record(new Change.Ended(session.number), false);
        else state.end(session);
        var pending = state.wills.get(session.client); // a will comes at the latest when its session ends (3.1.3.2.2)
        if (pending != null && pending.dueMicros() != Long.MAX_VALUE) publishWill(session.client, pending.will());
    }

    /// A session ends that was given messages of shared subscriptions: other members get those that were not
    /// acknowledged. One of QoS 2 that may have been sent is given to nobody else \[MQTT-4.8.2-5]; that of QoS 1
    /// should
    /// be (4.8.2).
    private void handOver(Session session) {
        for (var each : List.copyOf(session.outgoing.values())) {
            boolean mayHaveIt = each.qos == Qos.EXACTLY_ONCE && (each.sent || each.stage == Delivery.Stage.RECEIVED);
            if (each.share.isEmpty() || mayHaveIt || each.message.isOver(now.site())) continue;
            for (var group : state.tree.match(each.message.topic()).shared)
                if (group.is(each.share)) group.next(Optional.of(session)).ifPresent(to -> handOver(session, each, to));
        }
    }

    private void handOver(Session from, Delivery delivery, Sub to) {
        var takers = new ArrayList<Taker>(1);
        var outcome = new Outcome();
        if (to.session.number != 0 && !book.takesMessages()) {
            tally.messagesDropped++;
            return;
        }
        deliverShared(delivery.message, to, Optional.of(takers), outcome);
        if (takers.isEmpty()) return;
        var changes = new ArrayList<Change>();
        changes.add(new Change.Published(delivery.message, 0, 0, false, false, takers));
        changes.addAll(outcome.shares);
        if (from.number != 0) changes.add(new Change.Settled(from.number, delivery.id)); // one of the two has it
        if (record(changes, false, true) == REFUSED) tally.messagesDropped++;
        else pump(to.session);
    }

    private void sessionDue(Session session) {
        if (session.link == null && state.sessions.get(session.client) == session && session.endsMicros() <= now.site())
            end(session);
    }

    /// Bytes or a packet were against the standard: the connection ends, with its reason where the version has one.
    void violated(Link link, Violation violation, Moment at) {
        now = at;
        tally.refused(violation.reason());
        String why = String.valueOf(violation.getMessage());
        switch (link.phase) {
            case FRESH -> {
                if (violation.reason() == Reason.UNSUPPORTED_PROTOCOL_VERSION
                        || link.version().isFive())
                    link.write(new Packet.Connack(false, violation.reason(), Properties.NONE));
                close(link, true);
            }
            case ADMITTING, OPENING -> close(link, true);
            case OPEN -> disconnect(link, violation.reason(), why, true);
            case CLOSED -> {}
        }
    }

    private void disconnect(Link link, Reason reason, String why, boolean withWill) {
        if (link.version().isFive() && link.isOpen()) {
            var told = new Packet.Disconnect(
                    reason,
                    why.isEmpty()
                            ? Properties.NONE
                            : Properties.with()
                                    .text(Property.REASON_STRING, why)
                                    .build());
            boolean fits = PacketWriter.size(told, link.version()) <= link.packetMax; // [MQTT-3.14.2-3]
            link.write(fits ? told : new Packet.Disconnect(reason, Properties.NONE));
        }
        close(link, withWill);
    }

    /// Ends all connections: the broker stops. Their wills are published, sessions that are kept stay.
    void stop(Moment at) {
        now = at;
        for (var session : List.copyOf(state.sessions.values())) {
            var link = session.link;
            if (link != null) disconnect(link, Reason.SERVER_SHUTTING_DOWN, "", true);
        }
        flush();
    }

    // ---- packets

    /// Takes one packet of a connection.
    void handle(Link link, Packet packet, Moment at) throws Violation {
        now = at;
        if (packet instanceof Packet.Connect connect) {
            if (link.phase != Link.Phase.FRESH)
                throw new Violation(Reason.PROTOCOL_ERROR, "A second CONNECT [MQTT-3.1.0-2]");
            connect(link, connect);
            return;
        }
        var session = link.session;
        if (session == null) throw new Violation(Reason.PROTOCOL_ERROR, "A packet before the CONNECT [MQTT-3.1.0-1]");
        switch (packet) {
            case Packet.Publish p -> publish(link, session, p);
            case Packet.Puback p -> puback(session, p);
            case Packet.Pubrec p -> pubrec(link, session, p);
            case Packet.Pubrel p -> pubrel(link, session, p);
            case Packet.Pubcomp p -> pubcomp(session, p);
            case Packet.Subscribe p -> subscribe(link, session, p);
            case Packet.Unsubscribe p -> unsubscribe(link, session, p);
            case Packet.Pingreq _ -> link.write(new Packet.Pingresp());
            case Packet.Disconnect p -> leaves(link, session, p);
            case Packet.Auth _ -> throw new Violation(Reason.PROTOCOL_ERROR, "No authentication was begun (4.12)");
            case Packet.Connect _, Packet.Connack _, Packet.Suback _, Packet.Unsuback _, Packet.Pingresp _ ->
                throw new Violation(Reason.PROTOCOL_ERROR, "A " + packet.type() + " is not for a client to send");
        }
    }

    // ---- CONNECT

    private void connect(Link link, Packet.Connect c) {
        if (c.properties().has(Property.AUTHENTICATION_METHOD)) {
            refuse(link, Reason.BAD_AUTHENTICATION_METHOD);
            return;
        }
        if (c.clientId().isEmpty() && !mayBeNameless(c)) {
            refuse(link, Reason.CLIENT_IDENTIFIER_NOT_VALID);
            return;
        }
        link.phase = Link.Phase.ADMITTING;
        link.opening();
        gate.admit(c, link.door, link.subject, admission -> admitted(link, c, admission));
    }

    /// \[MQTT-3.1.3-7] and \[MQTT-3.1.3-8] of 3.1.1; 3.1 asks for at least one character.
    private static boolean mayBeNameless(Packet.Connect c) {
        return switch (c.version()) {
            case MQTT_3_1 -> false;
            case MQTT_3_1_1 -> c.cleanStart();
            case MQTT_5 -> true;
        };
    }

    private void refuse(Link link, Reason why) {
        tally.refused(why);
        tally.connectionsRefused++;
        link.write(new Packet.Connack(false, why, Properties.NONE));
        close(link, false);
    }

    private void admitted(Link link, Packet.Connect c, Gate.Admission admission) {
        if (link.phase != Link.Phase.ADMITTING) return; // gone meanwhile
        if (admission.reason().isError()) {
            refuse(link, admission.reason());
            return;
        }
        var will = c.will();
        if (will.isPresent() && !mayPublish(admission.rights(), will.get().topic())) {
            refuse(link, Reason.NOT_AUTHORIZED);
            return;
        }
        if (TopicSpace.isReserved(c.clientId())) {
            refuse(link, Reason.CLIENT_IDENTIFIER_NOT_VALID); // it would be somebody's within a space
            return;
        }
        link.rights = admission.rights();
        link.space = admission.space();
        open(link, c);
    }

    private void open(Link link, Packet.Connect c) {
        link.clientId = c.clientId().isEmpty() ? newClientIds.get() : c.clientId();
        String client = link.space.session(link.clientId);
        long kept = keptFor(c);
        var old = state.sessions.get(client);
        if (old == null && state.sessions.size() >= limits().sessionsMax()) {
            refuse(link, Reason.QUOTA_EXCEEDED);
            return;
        }
        if (old != null) takeOver(old, c.cleanStart());
        old = state.sessions.get(client);
        if (old != null && (c.cleanStart() || !old.isKept())) {
            end(old);
            old = null;
        }
        var changes = new ArrayList<Change>();
        boolean present = old != null;
        if ((present || kept != Session.NOT_KEPT || c.will().isPresent()) && !book.lives()) {
            refuse(link, Reason.SERVER_UNAVAILABLE); // it could not be kept
            return;
        }
        Session session;
        if (old != null) {
            session = old;
            changes.add(new Change.Resumed(old.number, kept));
        } else {
            session = new Session(client, kept == Session.NOT_KEPT ? 0 : state.nextSession(), kept);
            if (session.number != 0) changes.add(new Change.Opened(session.number, client, kept));
        }
        callOff(willDues.remove(client));
        if (state.wills.containsKey(client)) changes.add(new Change.WillGone(client));
        c.will().ifPresent(will -> changes.add(new Change.WillSet(client, within(link.space, will))));
        long entry = changes.isEmpty() ? NOTHING_TO_WAIT_FOR : record(changes, true, false);
        if (entry == REFUSED) {
            refuse(link, Reason.QUOTA_EXCEEDED);
            return;
        }
        if (session.number == 0) state.open(session);
        else session = state.sessions.get(client);
        if (session == null) throw new IllegalStateException("Session of " + client + " was not opened");
        attach(link, session, c);
        if (link.space instanceof ApplicationSpace && !feeding.begins(link, session)) {
            tally.refused(Reason.QUOTA_EXCEEDED);
            link.write(new Packet.Connack(false, Reason.QUOTA_EXCEEDED, Properties.NONE));
            close(link, false);
            return;
        }
        var opened = session;
        when(entry, () -> opened(link, opened, c, present, kept));
    }

    private static Will within(TopicSpace space, Will will) {
        return new Will(space.published(will.topic()), will.qos(), will.retain(), will.properties(), will.payload());
    }

    /// How long the client wants its session kept, at most as long as is allowed (3.1.2.11.2).
    private long keptFor(Packet.Connect c) {
        long most = limits().sessionExpiryMax().toNanos() / 1_000;
        if (!c.version().isFive()) return c.cleanStart() ? Session.NOT_KEPT : most;
        long asked = c.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0);
        return asked == 0 ? Session.NOT_KEPT : Math.min(asked * SECOND, most);
    }

    private void takeOver(Session old, boolean clean) {
        var link = old.link;
        if (link == null) {
            var pending = state.wills.get(old.client);
            if (pending != null && clean) publishWill(old.client, pending.will()); // its session ends (3.1.3.2.2)
            return;
        }
        disconnect(link, Reason.SESSION_TAKEN_OVER, "", true); // [MQTT-3.1.4-3]
        var pending = state.wills.get(old.client);
        if (pending != null && clean) publishWill(old.client, pending.will());
    }

    private void attach(Link link, Session session, Packet.Connect c) {
        link.phase = Link.Phase.OPENING;
        link.session = session;
        session.link = link;
        session.waiting.clear();
        callOff(session.due);
        callOff(link.due);
        var p = c.properties();
        link.sendMax = (int) Math.min(p.number(Property.RECEIVE_MAXIMUM, Packet.ID_MAX), limits().inflightMax());
        link.packetMax = p.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
        link.tellsProblems = p.number(Property.REQUEST_PROBLEM_INFORMATION, 1) == 1;
        link.aliasOutMax = (int) Math.min(p.number(Property.TOPIC_ALIAS_MAXIMUM, 0), limits().sendAliasMax());
        if (c.version().isFive()) link.takesAliases(limits().topicAliasMax());
        int asked = c.keepAliveSeconds();
        int most = settings.maxKeepAliveSeconds();
        boolean ours = most > 0 && c.version().isFive() && (asked == 0 || asked > most);
        int seconds = ours ? most : asked;
        link.keepAliveMicros = seconds * SECOND * 3 / 2; // [MQTT-3.1.2-22]
        if (seconds > 0) keepAliveDue(link);
    }

    private void opened(Link link, Session session, Packet.Connect c, boolean present, long kept) {
        if (link.phase != Link.Phase.OPENING || session.link != link) return;
        link.phase = Link.Phase.OPEN;
        var five = Properties.NONE;
        if (c.version().isFive()) five = connackProperties(link, c, kept);
        var answer = new Packet.Connack(present, Reason.SUCCESS, five);
        if (PacketWriter.size(answer, c.version()) > link.packetMax) {
            tally.refused(Reason.PACKET_TOO_LARGE);
            close(link, false); // not even this may be sent [MQTT-3.1.2-24]
            return;
        }
        link.write(answer);
        session.waiting.clear();
        for (var each : session.outgoing.values()) {
            each.under = false;
            if (each.stage == Delivery.Stage.RECEIVED) {
                answerWhen(link, each.after, new Packet.Pubrel(each.id, Reason.SUCCESS, Properties.NONE));
            } else session.waiting.add(each);
        }
        pump(session);
        link.opened(now);
    }

    private Properties connackProperties(Link link, Packet.Connect c, long kept) {
        return Properties.NONE.plus(p -> {
            long asked = c.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0);
            if (kept != asked * SECOND) p.number(Property.SESSION_EXPIRY_INTERVAL, kept / SECOND);
            p.number(Property.RECEIVE_MAXIMUM, limits().inflightMax());
            p.number(Property.MAXIMUM_PACKET_SIZE, limits().packetBytesMax());
            if (c.clientId().isEmpty()) p.text(Property.ASSIGNED_CLIENT_IDENTIFIER, link.clientId);
            if (limits().topicAliasMax() > 0) p.number(Property.TOPIC_ALIAS_MAXIMUM, limits().topicAliasMax());
            int most = settings.maxKeepAliveSeconds();
            if (most > 0 && (c.keepAliveSeconds() == 0 || c.keepAliveSeconds() > most))
                p.number(Property.SERVER_KEEP_ALIVE, most);
        });
    }

    private void keepAliveDue(Link link) {
        if (link.phase == Link.Phase.CLOSED) return;
        long due = link.heardMicros + link.keepAliveMicros;
        if (due <= now.site()) {
            tally.refused(Reason.KEEP_ALIVE_TIMEOUT);
            disconnect(link, Reason.KEEP_ALIVE_TIMEOUT, "", true);
            return;
        }
        link.due = at(due, () -> keepAliveDue(link));
    }

    private void leaves(Link link, Session session, Packet.Disconnect p) throws Violation {
        var asked = p.properties().number(Property.SESSION_EXPIRY_INTERVAL);
        if (asked.isPresent()) {
            if (asked.getAsLong() > 0 && !session.isKept())
                throw new Violation(
                        Reason.PROTOCOL_ERROR, "A session that ends with its connection can not be kept (3.14.2.2.2)");
            long most = limits().sessionExpiryMax().toNanos() / 1_000;
            session.keptMicros = Math.min(asked.getAsLong() * SECOND, most);
        }
        close(link, p.reason() != Reason.SUCCESS); // [MQTT-3.14.4-3]
    }

    // ---- PUBLISH, from a client

    private boolean mayPublish(Gate.Rights rights, String topic) {
        return !isOurs(topic) && rights.mayPublish(topic);
    }

    /// Topics that servers use for themselves (4.7.2); others with a `$` are for clients to agree on.
    private static boolean isOurs(String topic) {
        return topic.charAt(0) == '$'
                && (topic.startsWith("$SYS/")
                        || topic.startsWith("$share/")
                        || topic.startsWith("$CONTROL/")
                        || TopicSpace.isReserved(topic));
    }

    private void publish(Link link, Session session, Packet.Publish p) throws Violation {
        String topic = link.topicOf(p);
        tally.messagesReceived++;
        if (p.qos() != Qos.AT_MOST_ONCE) {
            if (p.qos() == Qos.EXACTLY_ONCE && session.incoming.contains(p.id())) {
                answerWhen(link, lastEntry, new Packet.Pubrec(p.id(), Reason.SUCCESS, Properties.NONE));
                return; // it came before [MQTT-4.3.3-10]
            }
            link.toAnswer();
        }
        var refusal = whyNot(link, topic, p);
        if (refusal != Reason.SUCCESS) {
            refuse(link, p, refusal);
            return;
        }
        slow(link);
        String within = link.space.published(topic);
        boolean retain = p.retain() && !TopicSpace.isReserved(within); // a space keeps its own newest values
        var m = new Message(
                within, p.qos(), retain, p.properties(), p.payload(), session.client, now.site(), now.wall());
        switch (p.qos()) {
            case AT_MOST_ONCE -> route(m, session, 0, null);
            case AT_LEAST_ONCE -> once(link, session, m, p);
            case EXACTLY_ONCE -> exactlyOnce(link, session, m, p);
        }
    }

    private Reason whyNot(Link link, String topic, Packet.Publish p) {
        if (!mayPublish(link.rights, topic)) return Reason.NOT_AUTHORIZED;
        if (Topics.levels(topic) > limits().topicLevelsMax()) return Reason.TOPIC_NAME_INVALID;
        if (p.retain()
                && p.payload().length > 0
                && state.retained.size() >= limits().retainedMax()
                && state.retained.get(topic) == null) return Reason.QUOTA_EXCEEDED;
        return Reason.SUCCESS;
    }

    private void refuse(Link link, Packet.Publish p, Reason why) {
        tally.refused(why);
        if (p.qos() == Qos.AT_MOST_ONCE) {
            tally.messagesDropped++;
            return;
        }
        if (!link.version().isFive()) {
            close(link, true); // [MQTT-3.3.5-2] of 3.1.1: it can not be said otherwise
            return;
        }
        link.answer(
                p.qos() == Qos.AT_LEAST_ONCE
                        ? new Packet.Puback(p.id(), why, Properties.NONE)
                        : new Packet.Pubrec(p.id(), why, Properties.NONE));
    }

    /// What came from a tap or the disk for a message that is to be acknowledged.
    private static final class Outcome {
        int takers;
        /// Which of the takers that are kept got it by which shared subscription.
        final List<Change> shares = new ArrayList<>(0);
        /// How many it went to as QoS 0.
        int sent;

        boolean tapped;
        boolean refused;

        @Nullable
        Ack ack;

        @Nullable
        Link link;

        Told told = Told.NOT_YET;
    }

    /// Whether the site has a message.
    private enum Told {
        NOT_YET,
        STORED,
        LOST
    }

    private void once(Link link, Session session, Message m, Packet.Publish p) {
        var outcome = new Outcome();
        long entry = route(m, session, 0, outcome);
        if (outcome.refused || outcome.told == Told.LOST) {
            refuse(link, p, Reason.QUOTA_EXCEEDED);
            return;
        }
        var packet = new Packet.Puback(p.id(), reasonFor(link, outcome), Properties.NONE);
        boolean waitsForTap = outcome.tapped && outcome.told == Told.NOT_YET;
        boolean waitsForDisk = entry > book.durable();
        if (!waitsForTap && !waitsForDisk) {
            link.answer(packet);
            return;
        }
        var ack = link.answerLater(packet, (waitsForTap ? 1 : 0) + (waitsForDisk ? 1 : 0));
        if (waitsForTap) {
            outcome.ack = ack;
            outcome.link = link;
        }
        if (waitsForDisk) when(entry, () -> link.stepped(ack));
    }

    private static Reason reasonFor(Link link, Outcome outcome) {
        boolean nobody =
                outcome.takers == 0 && !outcome.tapped && link.version().isFive();
        return nobody ? Reason.NO_MATCHING_SUBSCRIBERS : Reason.SUCCESS;
    }

    private void exactlyOnce(Link link, Session session, Message m, Packet.Publish p) {
        var outcome = new Outcome();
        deferring = true;
        long entry;
        try {
            entry = route(m, session, p.id(), outcome);
        } finally {
            deferring = false;
        }
        if (outcome.refused) refuse(link, p, Reason.QUOTA_EXCEEDED);
        else {
            if (session.number == 0) session.incoming(p.id());
            answerWhen(link, entry, new Packet.Pubrec(p.id(), reasonFor(link, outcome), Properties.NONE));
        }
        for (var each : deferred) pump(each); // the answer goes first
        deferred.clear();
    }

    private final ArrayList<Session> deferred = new ArrayList<>();
    private boolean deferring;

    private void answerWhen(Link link, long entry, Packet packet) {
        if (entry <= book.durable()) {
            link.answer(packet);
            return;
        }
        var ack = link.answerLater(packet, 1);
        when(entry, () -> link.stepped(ack));
    }

    private void pubrel(Link link, Session session, Packet.Pubrel p) {
        boolean known = session.incoming.contains(p.id());
        long entry = NOTHING_TO_WAIT_FOR;
        if (known && session.number != 0)
            entry = record(List.of(new Change.Released(session.number, p.id())), true, true);
        else session.release(p.id());
        if (entry == REFUSED) {
            diskTakesNoMore(link);
            return;
        }
        var reason = known ? Reason.SUCCESS : Reason.PACKET_IDENTIFIER_NOT_FOUND;
        answerWhen(link, entry, new Packet.Pubcomp(p.id(), reason, Properties.NONE));
    }

    /// A step of QoS 2 could not be stored, so it was not taken: the client says it again when it is back.
    private void diskTakesNoMore(Link link) {
        tally.refused(Reason.QUOTA_EXCEEDED);
        disconnect(link, Reason.QUOTA_EXCEEDED, "The disk takes no more for now", true);
    }

    /// Publishes a command for a device.
    ///
    /// @return how many get it
    int publishFor(String topic, byte[] payload, Qos qos, boolean retain) {
        var outcome = new Outcome();
        route(new Message(topic, qos, retain, Properties.NONE, payload, "", now.site(), now.wall()), null, 0, outcome);
        return outcome.refused ? 0 : outcome.takers;
    }

    /// Sends something now or not at all: to who is connected and subscribes to it. Nothing of it is kept, and
    /// nothing
    /// is sent again.
    ///
    /// @return to how many it went
    int publishNow(String topic, byte[] payload) {
        var m = new Message(topic, Qos.AT_MOST_ONCE, false, Properties.NONE, payload, "", now.site(), now.wall());
        var outcome = new Outcome();
        deliver(m, null, Optional.empty(), outcome);
        return outcome.sent;
    }

    // ---- what the broker serves

    /// Publishes what is served, retained.
    ///
    /// @return whether it is kept
    boolean serve(String topic, byte[] payload, int qos, String publisher) {
        boolean isMore = state.retained.get(topic) == null && state.retained.size() >= limits().retainedMax();
        var outcome = new Outcome();
        var m = new Message(topic, Qos.of(qos), true, Properties.NONE, payload, publisher, now.site(), now.wall());
        if (!isMore) route(m, null, 0, outcome);
        if (isMore || outcome.refused) tally.messagesDropped++;
        return !isMore && !outcome.refused;
    }

    /// Takes back what was served under a topic.
    void unserve(String topic) {
        record(new Change.Unretained(topic), false);
    }

    boolean isRetained(String topic) {
        return state.retained.get(topic) != null;
    }

    /// The topics of what is retained from one publisher.
    List<String> retainedBy(String publisher) {
        var all = new ArrayList<String>();
        state.retained.each(m -> {
            if (m.publisher().equals(publisher)) all.add(m.topic());
        });
        return all;
    }

    /// All up to a position of the site's log was served.
    ///
    /// @param keep whether it is written down now
    void served(long position, boolean keep) {
        if (keep && book.takesMessages()) record(new Change.Fed(0, false, position), true);
    }

    /// Answers one client, where it listens: nobody else gets it, and nobody can have us write to a topic.
    void answer(String client, String topic, Properties properties, byte[] payload) {
        var session = state.sessions.get(client);
        if (session == null || session.link == null) return;
        var m = new Message(topic, Qos.AT_MOST_ONCE, false, properties, payload, "", now.site(), now.wall());
        for (var match : state.tree.match(topic).plain)
            if (match.session() == session)
                deliver(m, session, Qos.AT_MOST_ONCE, false, match.numbers(), "", Optional.empty(), new Outcome());
    }

    /// Publishes what the broker itself has to say; nothing of it is kept.
    void publishOwn(Message m) {
        state.retained.put(m);
        deliver(m, null, Optional.empty(), new Outcome());
    }

    // ---- routing

    /// Brings a message to all who get it.
    ///
    /// @param from who published it; none for a will whose session is over
    /// @param incoming its packet identifier there, with QoS 2
    /// @return the entry that it is in; 0 when it is in none
    private long route(Message m, @Nullable Session from, int incoming, @Nullable Outcome asked) {
        var outcome = asked == null ? new Outcome() : asked;
        boolean tapped = tap.wants(m.topic());
        outcome.tapped = tapped;
        boolean first = tapped && m.qos() == Qos.EXACTLY_ONCE;
        int fromNumber = from == null || incoming == 0 ? 0 : from.number;
        var takers = new ArrayList<Taker>(0);
        boolean full = !book.takesMessages();
        boolean retains = m.retain() && !(full && m.qos() == Qos.AT_MOST_ONCE); // then nobody is told that it is kept
        boolean lasts = retains || fromNumber != 0 || first;
        if (full && (lasts || anyKept(m))) {
            outcome.refused = true;
            return NOTHING_TO_WAIT_FOR;
        }
        deliver(m, from, Optional.of(takers), outcome);
        long entry = NOTHING_TO_WAIT_FOR;
        if (lasts || !takers.isEmpty()) {
            var changes = new ArrayList<Change>(1 + outcome.shares.size());
            changes.add(new Change.Published(m, fromNumber, incoming, retains, first, takers));
            changes.addAll(outcome.shares);
            entry = record(changes, m.qos() != Qos.AT_MOST_ONCE, true);
            if (entry == REFUSED) {
                outcome.refused = true;
                return NOTHING_TO_WAIT_FOR;
            }
            if (retains) retainedUntil(m);
            for (var each : takers) {
                var session = state.kept.get(each.session());
                if (session != null) pump(session);
            }
        }
        if (first) {
            long its = entry;
            when(entry, () -> tell(its, m));
        } else if (tapped) hear(m, outcome, from == null ? null : from.link);
        return entry;
    }

    private boolean anyKept(Message m) {
        if (m.qos() == Qos.AT_MOST_ONCE) return false;
        var matches = state.tree.match(m.topic());
        for (var each : matches.plain) if (each.session().number != 0 && each.qos() != Qos.AT_MOST_ONCE) return true;
        for (var group : matches.shared) for (var each : group.members) if (each.session.number != 0) return true;
        return false;
    }

    private void hear(Message m, Outcome outcome, @Nullable Link link) {
        if (untaken.isEmpty() && taken(m, outcome)) return;
        if (untaken.size() >= UNTAKEN_MAX) {
            outcome.told = Told.LOST;
            tally.messagesDropped++;
            return;
        }
        untaken.add(new Untaken(m, outcome));
        if (link == null) return;
        link.siteIsFull(); // it pushes back to who publishes
        pushedBack.add(link);
    }

    /// Most messages that wait because the site has too much to do: those of a moment, since who sent them is read
    /// no
    /// further.
    static final int UNTAKEN_MAX = 100_000;

    private final ArrayDeque<Untaken> untaken = new ArrayDeque<>();
    private final ArrayList<Link> pushedBack = new ArrayList<>();
    /// Something was given to the tap or the book since the last turn ended.
    private boolean turnIsOpen;

    /// A message that the site could not take yet.
    private record Untaken(Message message, Outcome outcome) {}

    /// The site may take more.
    private void siteTakes() {
        while (!untaken.isEmpty()
                && taken(untaken.element().message(), untaken.element().outcome())) untaken.remove();
        if (!untaken.isEmpty() || pushedBack.isEmpty()) return;
        var all = List.copyOf(pushedBack);
        pushedBack.clear();
        for (var each : all) each.siteTakes(now);
    }

    private boolean taken(Message m, Outcome outcome) {
        turnIsOpen = true;
        return tap.hear(m, m.wallMicros(), stored -> {
            outcome.told = stored ? Told.STORED : Told.LOST;
            var ack = outcome.ack;
            var link = outcome.link;
            if (ack != null && link != null) heard(link, ack, stored);
        });
    }

    /// The site has a message of QoS 1, or can not store it.
    private void heard(Link link, Ack ack, boolean stored) {
        if (!stored) {
            tally.refused(Reason.QUOTA_EXCEEDED);
            if (!link.version().isFive()) {
                close(link, true);
                return;
            }
            if (ack.packet instanceof Packet.Puback p)
                ack.packet = new Packet.Puback(p.id(), Reason.QUOTA_EXCEEDED, Properties.NONE);
        }
        link.stepped(ack);
    }

    /// Tells the site a message that is kept until it has it.
    private void tell(long entry, Message m) {
        turnIsOpen = true;
        boolean taken = tap.hear(m, m.wallMicros(), stored -> {
            if (stored) record(new Change.Told(entry), true);
            else at(now.site() + TELL_AGAIN_MICROS, () -> tell(entry, m));
        });
        if (!taken) at(now.site() + TELL_AGAIN_MICROS, () -> tell(entry, m));
    }

    /// How long it takes until a message that the site could not store is told to it again.
    private static final long TELL_AGAIN_MICROS = 5 * SECOND;

    private void deliver(Message m, @Nullable Session from, Optional<ArrayList<Taker>> kept, Outcome outcome) {
        var matches = state.tree.match(m.topic());
        for (var each : matches.plain) {
            var match = each;
            if (each.session() == from) {
                if (each.noLocal()) continue; // [MQTT-3.8.3-3]
                if (!each.subs().isEmpty()) match = each.ofOwn();
            }
            boolean retain = m.retain() && match.asPublished(); // [MQTT-3.3.1-12], [MQTT-3.3.1-13]
            deliver(m, match.session(), match.qos().atMost(m.qos()), retain, match.numbers(), "", kept, outcome);
        }
        for (var group : matches.shared) {
            deliverShared(m, group.next(), kept, outcome);
        }
    }

    private void deliverShared(Message m, Sub sub, Optional<ArrayList<Taker>> kept, Outcome outcome) {
        var s = sub.subscription;
        boolean retain = m.retain() && s.retainAsPublished();
        var numbers = sub.number == 0 ? Delivery.NO_NUMBERS : new int[] {sub.number};
        deliver(m, sub.session, s.qos().atMost(m.qos()), retain, numbers, s.filter(), kept, outcome);
    }

    private void deliver(
            Message m,
            Session to,
            Qos qos,
            boolean retain,
            int[] numbers,
            String share,
            Optional<ArrayList<Taker>> kept,
            Outcome outcome) {
        outcome.takers++;
        var link = to.link;
        if (qos == Qos.AT_MOST_ONCE) {
            if (link == null || !link.isOpen()) return; // not queued (3.1.2.4)
            if (link.pendingBytes() > limits().outgoingBytesMax()
                    || !link.publish(m, qos, retain, false, 0, numbers, now.site())) tally.messagesDropped++;
            else outcome.sent++;
            return;
        }
        boolean full = to.outgoing.size() >= limits().queueMessagesMax()
                || to.queuedBytes + m.bytes() > limits().queueBytesMax();
        if (full) {
            tally.messagesDropped++;
            return;
        }
        if (to.number != 0) {
            if (kept.isEmpty()) return;
            var taker = new Taker(to.number, to.nextId(), qos, retain, numbers);
            kept.get().add(taker);
            if (!share.isEmpty()) outcome.shares.add(new Change.Shared(to.number, taker.id(), share));
            return;
        }
        var delivery = new Delivery(m, to.nextId(), qos, retain, numbers);
        delivery.share = share;
        to.enqueue(delivery);
        pump(to);
    }

    /// Sends what a session waits for, as much as its client and the network take.
    private void pump(Session session) {
        var link = session.link;
        if (link == null || !link.isOpen()) return;
        if (deferring) {
            deferred.add(session);
            return;
        }
        long room = limits().outgoingBytesMax() / 2;
        while (!session.waiting.isEmpty() && link.under < link.sendMax && link.pendingBytes() < room) {
            var next = session.waiting.element();
            if (next.qos == Qos.EXACTLY_ONCE && next.after > book.durable()) {
                if (!link.isBlocked) {
                    link.isBlocked = true;
                    when(next.after, () -> {
                        link.isBlocked = false;
                        pump(session);
                    });
                }
                return;
            }
            session.waiting.remove();
            if (next.message.isOver(now.site()) && !next.sent) { // [MQTT-3.3.2-5]
                tally.messagesExpired++;
                settle(session, next.id);
                continue;
            }
            boolean again = next.sent;
            if (!link.publish(next.message, next.qos, next.retain, again, next.id, next.numbers, now.site())) {
                tally.messagesDropped++;
                settle(session, next.id);
                continue;
            }
            next.sent = true;
            next.under = true;
            link.under++;
        }
    }

    private void settle(Session session, int id) {
        var delivery = session.outgoing.get(id);
        if (delivery != null && delivery.fed) {
            session.settle(id);
            feeding.settled(session, delivery);
        } else if (session.number != 0) record(new Change.Settled(session.number, id), true);
        else session.settle(id);
    }

    /// The network took what was given to it.
    void drained(Link link, Moment at) {
        now = at;
        var session = link.session;
        if (session != null) pump(session);
    }

    // ---- what clients say of messages that they were sent

    private void puback(Session session, Packet.Puback p) throws Violation {
        var delivery = session.outgoing.get(p.id());
        if (delivery == null) return; // of a message that was dropped, or of no message
        if (delivery.qos != Qos.AT_LEAST_ONCE)
            throw new Violation(Reason.PROTOCOL_ERROR, "A PUBACK for a message of QoS 2 (4.3.3)");
        finish(session, delivery);
    }

    private void finish(Session session, Delivery delivery) {
        var link = session.link;
        if (delivery.under && link != null) link.under--;
        settle(session, delivery.id);
        pump(session);
    }

    private void pubrec(Link link, Session session, Packet.Pubrec p) throws Violation {
        var delivery = session.outgoing.get(p.id());
        if (delivery == null) {
            if (!p.reason().isError())
                link.answer(new Packet.Pubrel(p.id(), Reason.PACKET_IDENTIFIER_NOT_FOUND, Properties.NONE));
            return;
        }
        if (delivery.qos != Qos.EXACTLY_ONCE)
            throw new Violation(Reason.PROTOCOL_ERROR, "A PUBREC for a message of QoS 1 (4.3.2)");
        if (p.reason().isError()) {
            finish(session, delivery);
            return;
        }
        if (delivery.stage == Delivery.Stage.PUBLISHED) {
            if (session.number != 0) {
                long entry = record(List.of(new Change.Received(session.number, p.id())), true, true);
                if (entry == REFUSED) {
                    diskTakesNoMore(link);
                    return;
                }
                delivery.after = entry;
            } else session.received(p.id());
        }
        answerWhen(link, delivery.after, new Packet.Pubrel(p.id(), Reason.SUCCESS, Properties.NONE));
    }

    private void pubcomp(Session session, Packet.Pubcomp p) throws Violation {
        var delivery = session.outgoing.get(p.id());
        if (delivery == null) return;
        if (delivery.qos != Qos.EXACTLY_ONCE || delivery.stage != Delivery.Stage.RECEIVED)
            throw new Violation(Reason.PROTOCOL_ERROR, "A PUBCOMP without a PUBREL (4.3.3)");
        finish(session, delivery);
    }

    // ---- SUBSCRIBE

    private void subscribe(Link link, Session session, Packet.Subscribe p) {
        int number = (int) p.properties().number(Property.SUBSCRIPTION_IDENTIFIER, 0);
        var reasons = new ArrayList<Reason>(p.subscriptions().size());
        var changes = new ArrayList<Change>();
        var fresh = new ArrayList<Subscription>();
        var named = new ArrayList<Subscription>(); // the same as the client calls them
        int count = session.subs.size();
        for (var asked : p.subscriptions()) {
            var each = within(link.space, asked);
            boolean isNew = !session.subs.containsKey(each.filter());
            var why = whyNot(link, asked, isNew ? ++count : 0);
            reasons.add(why == Reason.SUCCESS ? Reason.granted(each.qos()) : why);
            if (why != Reason.SUCCESS) {
                tally.refused(why);
                continue;
            }
            if (session.number != 0) changes.add(new Change.Subscribed(session.number, each, number));
            boolean asks = each.handling() == Subscription.Handling.SEND
                    || each.handling() == Subscription.Handling.SEND_IF_NEW && isNew;
            if (asks && !Topics.isShared(each.filter())) { // 4.8.2: shares get no retained ones
                fresh.add(each);
                named.add(asked);
            }
            if (session.number == 0) state.subscribe(new Sub(session, each, number));
        }
        long entry = changes.isEmpty() ? NOTHING_TO_WAIT_FOR : record(changes, true, false);
        if (entry == REFUSED) {
            reasons.replaceAll(_ -> Reason.QUOTA_EXCEEDED);
            fresh.clear();
            named.clear();
            entry = NOTHING_TO_WAIT_FOR;
        }
        answerWhen(link, entry, new Packet.Suback(p.id(), Properties.NONE, reasons));
        feeding.subscribed(session, named);
        for (var each : fresh) sendRetained(session, each, number);
    }

    private static Subscription within(TopicSpace space, Subscription s) {
        String filter = within(space, s.filter());
        return filter.equals(s.filter())
                ? s
                : new Subscription(filter, s.qos(), s.noLocal(), s.retainAsPublished(), s.handling());
    }

    /// The filter within the broker of one that a client names.
    private static String within(TopicSpace space, String filter) {
        String plain = Topics.plain(filter);
        String mapped = space.subscribed(plain);
        return mapped.equals(plain) ? filter : filter.substring(0, filter.length() - plain.length()) + mapped;
    }

    private Reason whyNot(Link link, Subscription s, int count) {
        String plain = Topics.plain(s.filter());
        if (settings.refusedFilters().contains(plain)) return Reason.UNSPECIFIED_ERROR;
        if (Topics.levels(plain) > limits().topicLevelsMax()) return Reason.TOPIC_FILTER_INVALID;
        if (Topics.isShared(s.filter()) && !link.space.shares()) return Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        if (!link.rights.maySubscribe(plain)) return Reason.NOT_AUTHORIZED;
        if (count > limits().subscriptionsMax()) return Reason.QUOTA_EXCEEDED;
        return Reason.SUCCESS;
    }

    private void sendRetained(Session session, Subscription s, int number) {
        var numbers = number == 0 ? Delivery.NO_NUMBERS : new int[] {number};
        state.retained.match(s.filter(), m -> {
            if (m.isOver(now.site())) return;
            var takers = new ArrayList<Taker>(1);
            var qos = s.qos().atMost(m.qos());
            deliver(m, session, qos, true, numbers, "", Optional.of(takers), new Outcome()); // [MQTT-3.3.1-8]
            if (takers.isEmpty()) return;
            record(new Change.Published(m, 0, 0, false, false, takers), true);
            pump(session);
        });
    }

    private void unsubscribe(Link link, Session session, Packet.Unsubscribe p) {
        var reasons = new ArrayList<Reason>(p.filters().size());
        var changes = new ArrayList<Change>();
        for (String named : p.filters()) {
            String filter = within(link.space, named);
            boolean there = session.subs.containsKey(filter);
            reasons.add(there ? Reason.SUCCESS : Reason.NO_SUBSCRIPTION_EXISTED);
            if (!there) continue;
            if (session.number != 0) changes.add(new Change.Unsubscribed(session.number, filter));
            else state.unsubscribe(session, filter);
        }
        long entry = changes.isEmpty() ? NOTHING_TO_WAIT_FOR : record(changes, true, false);
        answerWhen(link, Math.max(entry, 0), new Packet.Unsuback(p.id(), Properties.NONE, reasons));
    }

    // ---- what applications take

    /// Hands a message of its feed to the session of an application.
    ///
    /// @return whether it is on its way and waits for an answer
    boolean feed(ApplicationRun run, Message m) {
        for (var match : state.tree.match(m.topic()).plain)
            if (match.session() == run.session)
                return feed(run, m, match.qos().atMost(m.qos()), false, match.numbers());
        return false;
    }

    /// Hands the newest of a property to a session that has just subscribed to it.
    ///
    /// @return whether it is on its way and waits for an answer
    boolean feedNewest(ApplicationRun run, Message m, Subscription asked) {
        var link = run.session.link;
        var sub = link == null ? null : run.session.subs.get(within(link.space, asked.filter()));
        if (sub == null) return false; // given up meanwhile
        var numbers = sub.number == 0 ? Delivery.NO_NUMBERS : new int[] {sub.number};
        return feed(run, m, sub.subscription.qos().atMost(m.qos()), true, numbers);
    }

    private boolean feed(ApplicationRun run, Message m, Qos qos, boolean retain, int[] numbers) {
        var session = run.session;
        var link = session.link;
        if (qos == Qos.AT_MOST_ONCE) {
            if (link == null || !link.publish(m, qos, retain, false, 0, numbers, now.site())) tally.messagesDropped++;
            return false;
        }
        var delivery = new Delivery(m, session.nextId(), qos, retain, numbers);
        delivery.fed = true;
        session.enqueue(delivery);
        run.sent(delivery);
        pump(session);
        return true;
    }

    /// Notes up to where a session has its feed.
    ///
    /// @return whether it is written; not on a full disk
    boolean fed(Session session, Outlet.Cursor cursor) {
        if (session.number == 0) return true;
        var change = new Change.Fed(session.number, cursor.windows(), cursor.at());
        return record(List.of(change), false, true) != REFUSED;
    }

    /// The feed of a session ends, and its connection with it.
    ///
    /// @param revoked its contract ended or changed: nothing of what is on its way is sent
    void endFeed(Session session, ApplicationRun run, boolean revoked) {
        if (revoked) run.drop();
        var link = session.link;
        if (run.over || link == null) return;
        if (revoked) {
            tally.refused(Reason.NOT_AUTHORIZED);
            disconnect(link, Reason.NOT_AUTHORIZED, "The contract of this application ended or changed", false);
        } else disconnect(link, Reason.SERVER_BUSY, "The log can not be read now; come again", false);
    }

    // ---- wills

    /// A client is gone without a word: its will is due, now or after its delay.
    private void willLeft(String client, Will will) {
        long delay = will.properties().number(Property.WILL_DELAY_INTERVAL, 0) * SECOND;
        var session = state.sessions.get(client);
        if (delay == 0 || session == null || session.keptMicros == Session.NOT_KEPT) {
            publishWill(client, will);
            return;
        }
        long due = now.site() + delay;
        record(new Change.WillDue(client, due), false);
        willDueAt(client, due);
    }

    private void willDueAt(String client, long micros) {
        callOff(willDues.remove(client));
        var due = at(micros, () -> willDue(client));
        if (due != null) willDues.put(client, due);
    }

    private void willDue(String client) {
        willDues.remove(client);
        var pending = state.wills.get(client);
        if (pending != null && pending.dueMicros() <= now.site()) publishWill(client, pending.will());
    }

    private void publishWill(String client, Will will) {
        callOff(willDues.remove(client));
        record(new Change.WillGone(client), false);
        var m = new Message(
                will.topic(),
                will.qos(),
                will.retain(),
                will.properties(),
                will.payload(),
                client,
                now.site(),
                now.wall());
        route(m, state.sessions.get(client), 0, null);
    }

    /// A message is retained, or its topic is not any more (no payload): what was to end with the one before is
    /// called
    /// off.
    private void retainedUntil(Message m) {
        callOff(retainedDues.remove(m.topic()));
        if (m.expirySeconds() < 0 || m.payload().length == 0) return;
        var due = at(m.expiresMicros(), () -> retainedDue(m));
        if (due != null) retainedDues.put(m.topic(), due);
    }

    private void retainedDue(Message m) {
        retainedDues.remove(m.topic());
        if (state.retained.get(m.topic()) != m) return;
        tally.messagesExpired++;
        record(new Change.Unretained(m.topic()), true);
    }

    // ---- what lasts

    private long lastEntry;

    private void record(Change change, boolean passing) {
        record(List.of(change), false, passing);
    }

    /// Writes an entry and applies it.
    ///
    /// @return its position, or [#REFUSED]: then nothing has changed
    private long record(List<Change> changes, boolean urgent, boolean passing) {
        long entry = book.write(changes, now, urgent, passing);
        turnIsOpen |= urgent;
        if (entry == 0) {
            if (passing) return REFUSED;
            throw new IllegalStateException("The book refused what never is refused");
        }
        lastEntry = entry;
        for (var each : changes) state.apply(each, now.site(), entry);
        return entry;
    }

    /// Does something once an entry is on disk.
    private void when(long entry, Runnable then) {
        if (entry <= book.durable()) then.run();
        else waiting.add(new Waiting(entry, then));
    }

    /// More entries are on disk.
    void durable(Moment at) {
        now = at;
        long durable = book.durable();
        while (!waiting.isEmpty() && waiting.element().entry() <= durable)
            waiting.remove().then().run();
    }

    // ---- time

    /// @return what can be called off; nothing where it is never due
    private @Nullable Due at(long micros, Runnable what) {
        if (micros == Long.MAX_VALUE) return null;
        var due = new Due(micros, what);
        dues.add(due);
        return due;
    }

    /// Most of what was called off that stays in the queue until its time, besides as many as are due.
    static final int CALLED_OFF_MAX = 1_000;

    /// Who goes takes its dues along: a keep-alive may be of hours and an expiry of years, and clients come and go.
    private void callOff(@Nullable Due due) {
        if (due == null || due.what == null) return;
        due.what = null;
        calledOff++;
        if (calledOff <= CALLED_OFF_MAX || calledOff <= dues.size() / 2) return;
        dues.removeIf(each -> each.what == null);
        calledOff = 0;
    }

    /// What is in the queue, called off or not.
    int dues() {
        return dues.size();
    }

    /// Does what is due.
    ///
    /// @return when something is due next, the broker's time
    long tick(Moment at) {
        now = at;
        while (!dues.isEmpty() && dues.element().micros <= at.site()) {
            var due = dues.remove();
            var what = due.what;
            due.what = null;
            if (what == null) calledOff--;
            else what.run();
        }
        siteTakes();
        return dues.isEmpty() ? Long.MAX_VALUE : dues.element().micros;
    }

    private void systemDue() {
        system.publish(now);
        at(now.site() + settings.systemEveryMicros(), this::systemDue);
    }

    /// A connection that publishes too fast is read no further until it has tokens again.
    private void slow(Link link) {
        int rate = limits().publishRateMax();
        if (rate == 0) return;
        double since = (now.site() - link.tokensMicros) * 1e-6;
        link.tokens = Math.min(rate, link.tokensMicros == 0 ? rate : link.tokens + since * rate) - 1;
        link.tokensMicros = now.site();
        if (link.tokens >= 0) return;
        tally.refused(Reason.MESSAGE_RATE_TOO_HIGH);
        link.tooFast();
        at(now.site() + (long) (-link.tokens * SECOND / rate) + 1, () -> link.slowEnough(now));
    }

    // ---- turns

    PacketWriter borrow() {
        var writer = writers.poll();
        return writer == null ? new PacketWriter(WRITER_ROOM) : writer;
    }

    void giveBack(PacketWriter writer) {
        if (writers.size() >= WRITERS_KEPT || writer.array().length > WRITER_ROOM_MAX) return;
        writer.clear();
        writers.add(writer);
    }

    void dirty(Link link) {
        dirty.add(link);
    }

    void later(Link link) {
        later.add(link);
    }

    /// Whether [#flush] has something to do.
    boolean isDirty() {
        return turnIsOpen || !dirty.isEmpty() || !later.isEmpty() || !pushedBack.isEmpty();
    }

    /// Gives all that was written in this turn to the network.
    void flush() {
        siteTakes();
        endTurn();
        while (!dirty.isEmpty() || !later.isEmpty()) {
            for (int i = 0; i < dirty.size(); i++) dirty.get(i).flush();
            dirty.clear();
            if (later.isEmpty()) return;
            var all = List.copyOf(later);
            later.clear();
            for (var each : all) each.goOn(now);
            endTurn();
        }
    }

    private void endTurn() {
        if (!turnIsOpen) return;
        turnIsOpen = false;
        tap.heardAll();
        book.turnEnds();
    }
}
