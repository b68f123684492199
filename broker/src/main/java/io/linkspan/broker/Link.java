package io.linkspan.broker;

import io.linkspan.model.Moment;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.PacketType;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Violation;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One connection: its bytes as packets, both ways, and what belongs to it alone. For one thread.
///
/// What a connection has only while it does something (buffers, aliases, answers that wait) is not there when it does
/// nothing.
final class Link {
    private static final byte[] NOTHING = new byte[0];
    /// Most messages of QoS 1 and 2 that a client of 3.1 or 3.1.1 can have under way before it is read no further:
    /// it
    /// knows
    /// no receive maximum.
    static final int UNANSWERED_MAX = 8_192;

    /// How far a connection is.
    enum Phase {
        /// Nothing came yet.
        FRESH,
        /// The gate looks at the CONNECT.
        ADMITTING,
        /// The session waits for the disk.
        OPENING,
        /// Packets go both ways.
        OPEN,
        /// No packet goes any way.
        CLOSED
    }

    /// Why a connection is not read for now.
    private static final int HELD_OPENING = 1;

    private static final int HELD_ANSWERS = 2;
    private static final int HELD_RATE = 4;
    private static final int HELD_SITE = 8;

    private final Broker broker;
    final Wire wire;
    final Gate.Door door;
    final Optional<String> subject;
    private final PacketDecoder decoder;
    Phase phase = Phase.FRESH;
    Gate.Rights rights = Gate.Rights.NOTHING;
    TopicSpace space = TopicSpace.SHARED;
    /// As the client knows itself.
    String clientId = "";

    @Nullable
    Session session;

    /// What is due next of it: to have said who it is, then its keep-alive.
    Broker.@Nullable Due due;

    long heardMicros;
    long keepAliveMicros;
    /// Messages of QoS 1 and 2 that the client takes at once, and those under way.
    int sendMax = Packet.ID_MAX;

    int under;
    /// Messages of QoS 1 and 2 from the client that are not answered to the end.
    int unanswered;
    /// Largest packet the client takes.
    long packetMax = Long.MAX_VALUE;

    boolean tellsProblems = true;
    boolean isDirty;
    boolean isBlocked;
    /// Tokens of the publish rate.
    double tokens;

    long tokensMicros;

    private @Nullable PacketWriter out;
    private byte[] partial = NOTHING;
    private int partialLength;
    private int held;
    private @Nullable ArrayDeque<Ack> acks;
    private @Nullable String[] aliasesIn = {};
    private @Nullable Map<String, Integer> aliasesOut;
    int aliasOutMax;

    Link(Broker broker, Wire wire, Gate.Door door, Optional<String> subject, long now) {
        this.broker = broker;
        this.wire = wire;
        this.door = door;
        this.subject = subject;
        heardMicros = now;
        decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, Version.MQTT_3_1_1, broker.topics());
    }

    Version version() {
        return decoder.version();
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    // ---- bytes in

    /// Takes what came. The array is not kept.
    void received(byte[] bytes, int from, int to, Moment now) {
        if (phase == Phase.CLOSED) return;
        heardMicros = now.site();
        if (partialLength == 0) {
            keep(bytes, read(bytes, from, to, now), to);
            return;
        }
        append(bytes, from, to);
        byte[] all = partial;
        int end = partialLength;
        partialLength = 0;
        keep(all, read(all, 0, end, now), end);
    }

    /// @return where the first packet begins that was not read
    private int read(byte[] bytes, int from, int to, Moment now) {
        int at = from;
        try {
            while (at < to && held == 0 && phase != Phase.CLOSED) {
                if (phase == Phase.FRESH && (bytes[at] & 0xF0) != PacketType.CONNECT.number() << 4)
                    throw new Violation(Reason.PROTOCOL_ERROR, "The first packet is no CONNECT [MQTT-3.1.0-1]");
                int length = PacketDecoder.lengthAt(bytes, at, to);
                if (length > broker.limits().packetBytesMax())
                    throw new Violation(
                            Reason.PACKET_TOO_LARGE,
                            "A packet of " + length + " bytes; at most "
                                    + broker.limits().packetBytesMax() + " are taken (3.2.2.3.6)");
                if (length == 0 || length > to - at) break;
                at += length;
                broker.tally().packetsReceived++;
                broker.handle(this, decoder.decode(bytes, at - length, at), now);
            }
        } catch (Violation e) {
            broker.violated(this, e, now);
        }
        return at;
    }

    private void keep(byte[] bytes, int from, int to) {
        if (phase == Phase.CLOSED || from == to) {
            partial = NOTHING;
            partialLength = 0;
            return;
        }
        if (bytes == partial) System.arraycopy(bytes, from, partial, 0, to - from);
        else partial = Arrays.copyOfRange(bytes, from, to);
        partialLength = to - from;
    }

    private void append(byte[] bytes, int from, int to) {
        int more = to - from;
        if (partial.length - partialLength < more)
            partial = Arrays.copyOf(partial, Math.max(partialLength + more, 2 * partialLength));
        System.arraycopy(bytes, from, partial, partialLength, more);
        partialLength += more;
    }

    private void hold(int why) {
        if (held == 0) wire.hold(true);
        held |= why;
    }

    private void free(int why, Moment now) {
        if ((held & why) == 0) return;
        held &= ~why;
        if (held != 0 || phase == Phase.CLOSED) return;
        wire.hold(false);
        if (partialLength > 0) received(NOTHING, 0, 0, now);
    }

    void opening() {
        hold(HELD_OPENING);
    }

    void opened(Moment now) {
        free(HELD_OPENING, now);
    }

    void tooFast() {
        hold(HELD_RATE);
    }

    void slowEnough(Moment now) {
        free(HELD_RATE, now);
    }

    void siteIsFull() {
        hold(HELD_SITE);
    }

    void siteTakes(Moment now) {
        free(HELD_SITE, now);
    }

    /// A message of QoS 1 or 2 came and is to be answered.
    void toAnswer() throws Violation {
        unanswered++;
        if (version().isFive()) {
            if (unanswered > broker.limits().inflightMax())
                throw new Violation(
                        Reason.RECEIVE_MAXIMUM_EXCEEDED,
                        "More than " + broker.limits().inflightMax() + " messages are under way [MQTT-3.3.4-7]");
        } else if (unanswered >= UNANSWERED_MAX) hold(HELD_ANSWERS);
    }

    private void answered() {
        if (unanswered > 0) unanswered--;
        if ((held & HELD_ANSWERS) != 0 && unanswered < UNANSWERED_MAX / 2) broker.later(this);
    }

    /// What was held because too much was unanswered can go on.
    void goOn(Moment now) {
        free(HELD_ANSWERS, now);
    }

    // ---- aliases

    void takesAliases(int max) {
        aliasesIn = new @Nullable String[max];
    }

    /// The topic of a message, by its alias if it has one (3.3.2.3.4).
    String topicOf(Packet.Publish p) throws Violation {
        if (p.properties().isEmpty()) return p.topic();
        int alias = (int) p.properties().number(Property.TOPIC_ALIAS, 0);
        if (alias == 0) return p.topic();
        if (alias > aliasesIn.length)
            throw new Violation(
                    Reason.TOPIC_ALIAS_INVALID,
                    "Alias " + alias + " is more than " + aliasesIn.length + " [MQTT-3.2.2-17]");
        if (!p.topic().isEmpty()) {
            aliasesIn[alias - 1] = p.topic();
            return p.topic();
        }
        String known = aliasesIn[alias - 1];
        if (known == null)
            throw new Violation(Reason.TOPIC_ALIAS_INVALID, "Alias " + alias + " stands for no topic (3.3.2.3.4)");
        return known;
    }

    // ---- packets out

    PacketWriter out() {
        var writer = out;
        if (writer == null) {
            writer = broker.borrow();
            out = writer;
        }
        if (!isDirty) {
            isDirty = true;
            broker.dirty(this);
        }
        return writer;
    }

    /// Gives what was written to the network.
    void flush() {
        isDirty = false;
        var writer = out;
        if (writer == null) return;
        broker.tally().bytesSent += writer.length();
        if (writer.length() > 0) wire.send(writer.array(), writer.length());
        out = null;
        broker.giveBack(writer);
    }

    long pendingBytes() {
        var writer = out;
        return wire.pendingBytes() + (writer == null ? 0 : writer.length());
    }

    void write(Packet packet) {
        broker.tally().packetsSent++;
        out().write(packet, version());
    }

    /// Answers now, or when what came before it is answered.
    void answer(Packet packet) {
        var queue = acks;
        if (queue == null || queue.isEmpty()) {
            writeAnswer(packet);
            return;
        }
        queue.add(new Ack(packet));
    }

    /// Answers when what it waits for has happened `waits` times, each told by [#stepped].
    Ack answerLater(Packet packet, int waits) {
        if (acks == null) acks = new ArrayDeque<>();
        var ack = new Ack(packet);
        ack.waits = waits;
        acks.add(ack);
        return ack;
    }

    /// One of the things that an answer waits for has happened.
    void stepped(Ack ack) {
        ack.waits--;
        if (ack.waits == 0) sendAnswers();
    }

    private void sendAnswers() {
        var queue = acks;
        if (queue == null || phase == Phase.CLOSED) return;
        while (!queue.isEmpty() && queue.element().waits == 0) writeAnswer(queue.remove().packet);
        if (queue.isEmpty()) acks = null;
    }

    private void writeAnswer(Packet packet) {
        switch (packet) {
            case Packet.Puback p -> {
                answered();
                step(PacketType.PUBACK, p);
            }
            case Packet.Pubrec p -> {
                if (p.reason().isError()) answered();
                step(PacketType.PUBREC, p);
            }
            case Packet.Pubcomp p -> {
                answered();
                step(PacketType.PUBCOMP, p);
            }
            case Packet.Pubrel p -> step(PacketType.PUBREL, p);
            case Packet.Connect _,
                    Packet.Connack _,
                    Packet.Publish _,
                    Packet.Subscribe _,
                    Packet.Suback _,
                    Packet.Unsubscribe _,
                    Packet.Unsuback _,
                    Packet.Pingreq _,
                    Packet.Pingresp _,
                    Packet.Disconnect _,
                    Packet.Auth _ -> write(packet);
        }
    }

    private void step(PacketType type, Packet.Step p) {
        if (p.reason() != Reason.SUCCESS && version().isFive()) {
            write(p);
            return;
        }
        broker.tally().packetsSent++;
        out().step(type, p.id());
    }

    /// Sends a message, or does not when it is too large for the client (\[MQTT-3.1.2-24], \[MQTT-3.1.2-25]).
    ///
    /// @return whether it was sent
    boolean publish(Message m, Qos qos, boolean retain, boolean dup, int id, int[] numbers, long now) {
        String topic = space.delivered(m.topic());
        boolean isOwn = !topic.equals(m.topic());
        var encoded = isOwn ? m.encode(version(), qos, m.propertiesNow(now), topic) : m.encoded(version(), qos, now);
        boolean five = version().isFive();
        if (five && (numbers.length > 0 || aliasOutMax > 0)) {
            var properties = m.propertiesNow(now);
            if (numbers.length > 0)
                properties = properties.plus(p -> {
                    for (int number : numbers) p.number(Property.SUBSCRIPTION_IDENTIFIER, number);
                });
            encoded = aliased(m, topic, qos, properties, encoded.size() + 8L * numbers.length + 8);
        }
        if (encoded.size() > packetMax) return false;
        var tally = broker.tally();
        tally.packetsSent++;
        tally.messagesSent++;
        encoded.writeTo(out(), id, dup, retain);
        return true;
    }

    private io.linkspan.mqtt.EncodedPublish aliased(
            Message m, String topic, Qos qos, Properties properties, long sizeMost) {
        if (aliasOutMax == 0 || sizeMost > packetMax) return m.encode(version(), qos, properties, topic);
        if (aliasesOut == null) aliasesOut = new HashMap<>();
        var known = aliasesOut.get(topic);
        if (known == null && aliasesOut.size() >= aliasOutMax) return m.encode(version(), qos, properties, topic);
        int alias = known == null ? aliasesOut.size() + 1 : known;
        aliasesOut.put(topic, alias);
        return m.encode(
                version(),
                qos,
                properties.plus(p -> p.number(Property.TOPIC_ALIAS, alias)),
                known == null ? topic : "");
    }

    /// Sends what was written and closes.
    void close() {
        if (phase == Phase.CLOSED) return;
        phase = Phase.CLOSED;
        flush();
        acks = null;
        aliasesOut = null;
        partial = NOTHING;
        partialLength = 0;
        wire.close();
    }
}
