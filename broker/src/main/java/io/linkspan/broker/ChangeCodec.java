package io.linkspan.broker;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.TopicCache;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Violation;
import io.linkspan.mqtt.Will;
import java.util.ArrayList;
import java.util.List;

/// Entries of the broker's log as bytes: family 3, version 2 (1 had neither shares nor what is
/// told out of the site's log; it is read). An entry is some changes, which hold together or not at
/// all.
/// Messages are in it as the PUBLISH of MQTT 5 that they are. For one thread.
final class ChangeCodec {
    private static final int FAMILY_BROKER = 3;
    private static final int VERSION = 2;
    static final int HEAD = FAMILY_BROKER << 4 | VERSION;

    private static final int OPENED = 1;
    private static final int RESUMED = 2;
    private static final int LEFT = 3;
    private static final int ENDED = 4;
    private static final int SUBSCRIBED = 5;
    private static final int UNSUBSCRIBED = 6;
    private static final int PUBLISHED = 7;
    private static final int SETTLED = 8;
    private static final int RECEIVED = 9;
    private static final int RELEASED = 10;
    private static final int WILL_SET = 11;
    private static final int WILL_DUE = 12;
    private static final int WILL_GONE = 13;
    private static final int UNRETAINED = 14;
    private static final int TOLD = 15;
    private static final int SHARED = 16;
    private static final int FED = 17;

    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Sender.CLIENT, Version.MQTT_5, new TopicCache(4_096));

    /// Writes the head of an entry.
    static void head(ByteWriter out) {
        out.u8(HEAD);
    }

    /// Checks the head of an entry.
    ///
    /// @throws IllegalArgumentException the bytes are of a newer version, or of nobody's making
    static void head(ByteReader in) {
        int head = in.u8();
        if (head >> 4 != FAMILY_BROKER)
            throw new IllegalArgumentException("The log of the broker has an entry of family " + (head >> 4)
                    + ", which this version does not know; update Linkspan");
        if ((head & 0xF) > VERSION)
            throw new IllegalArgumentException("The log of the broker was written by a newer version (format "
                    + (head & 0xF) + "); update Linkspan");
    }

    /// Writes one change.
    static void write(ByteWriter out, Change change) {
        switch (change) {
            case Change.Opened c ->
                out.u8(OPENED).varint(c.session()).text(c.client()).signed(c.keptMicros());
            case Change.Resumed c -> out.u8(RESUMED).varint(c.session()).signed(c.keptMicros());
            case Change.Left c -> out.u8(LEFT).varint(c.session()).signed(c.keptMicros());
            case Change.Ended c -> out.u8(ENDED).varint(c.session());
            case Change.Subscribed c ->
                out.u8(SUBSCRIBED)
                        .varint(c.session())
                        .text(c.subscription().filter())
                        .u8(c.subscription().options())
                        .varint(c.number());
            case Change.Unsubscribed c ->
                out.u8(UNSUBSCRIBED).varint(c.session()).text(c.filter());
            case Change.Published c -> published(out, c);
            case Change.Settled c -> out.u8(SETTLED).varint(c.session()).varint(c.id());
            case Change.Received c -> out.u8(RECEIVED).varint(c.session()).varint(c.id());
            case Change.Released c -> out.u8(RELEASED).varint(c.session()).varint(c.id());
            case Change.WillSet c -> {
                var will = c.will();
                out.u8(WILL_SET).text(c.client()).varint(will.properties().number(Property.WILL_DELAY_INTERVAL, 0));
                packet(
                        out,
                        will.topic(),
                        will.qos(),
                        will.retain(),
                        will.properties().without(Property.WILL_DELAY_INTERVAL),
                        will.payload());
            }
            case Change.WillDue c -> out.u8(WILL_DUE).text(c.client()).signed(c.atMicros());
            case Change.WillGone c -> out.u8(WILL_GONE).text(c.client());
            case Change.Unretained c -> out.u8(UNRETAINED).text(c.topic());
            case Change.Told c -> out.u8(TOLD).varint(c.entry());
            case Change.Shared c ->
                out.u8(SHARED).varint(c.session()).varint(c.id()).text(c.filter());
            case Change.Fed c ->
                out.u8(FED).varint(c.session()).flag(c.windows()).signed(c.at());
        }
    }

    private static void published(ByteWriter out, Change.Published c) {
        out.u8(PUBLISHED)
                .varint(c.from())
                .varint(c.incoming())
                .flag(c.retained())
                .flag(c.tapped());
        message(out, c.message());
        out.varint(c.takers().size());
        for (var each : c.takers()) taker(out, each);
    }

    static void taker(ByteWriter out, Change.Taker taker) {
        out.varint(taker.session()).varint(taker.id());
        out.u8(taker.qos().level() | (taker.retain() ? 4 : 0) | taker.numbers().length << 3);
        for (int number : taker.numbers()) out.varint(number);
    }

    static Change.Taker taker(ByteReader in) {
        int session = in.count();
        int id = in.count();
        int flags = in.u8();
        var numbers = flags >> 3 == 0 ? Delivery.NO_NUMBERS : new int[flags >> 3];
        for (int i = 0; i < numbers.length; i++) numbers[i] = in.count();
        return new Change.Taker(session, id, Qos.of(flags & 3), (flags & 4) != 0, numbers);
    }

    static void message(ByteWriter out, Message m) {
        out.text(m.publisher()).signed(m.receivedMicros()).signed(m.wallMicros());
        var properties = m.expirySeconds() < 0
                ? m.properties()
                : m.properties().plus(p -> p.number(Property.MESSAGE_EXPIRY_INTERVAL, m.expirySeconds()));
        packet(out, m.topic(), m.qos(), m.retain(), properties, m.payload());
    }

    Message message(ByteReader in) {
        String publisher = in.text();
        long received = in.signed();
        long wall = in.signed();
        var p = packet(in);
        return new Message(p.topic(), p.qos(), p.retain(), p.properties(), p.payload(), publisher, received, wall);
    }

    private static void packet(
            ByteWriter out, String topic, Qos qos, boolean retain, Properties properties, byte[] payload) {
        int id = qos == Qos.AT_MOST_ONCE ? 0 : 1;
        out.bytes(PacketWriter.encode(
                new Packet.Publish(topic, qos, false, retain, id, properties, payload), Version.MQTT_5));
    }

    private Packet.Publish packet(ByteReader in) {
        byte[] bytes = in.bytes();
        try {
            return (Packet.Publish) decoder.decode(bytes, 0, bytes.length);
        } catch (Violation e) {
            throw new IllegalArgumentException(
                    "The log of the broker has a message that is none: " + e.getMessage(), e);
        }
    }

    /// All changes of an entry behind its head.
    ///
    /// @throws IllegalArgumentException the bytes are of a newer version, or of nobody's making
    List<Change> read(ByteReader in) {
        var all = new ArrayList<Change>();
        while (in.left() > 0) all.add(one(in));
        return all;
    }

    /// Reads one change.
    Change one(ByteReader in) {
        int tag = in.u8();
        return switch (tag) {
            case OPENED -> new Change.Opened(in.count(), in.text(), in.signed());
            case RESUMED -> new Change.Resumed(in.count(), in.signed());
            case LEFT -> new Change.Left(in.count(), in.signed());
            case ENDED -> new Change.Ended(in.count());
            case SUBSCRIBED -> {
                int session = in.count();
                yield new Change.Subscribed(session, Subscription.of(in.text(), in.u8()), in.count());
            }
            case UNSUBSCRIBED -> new Change.Unsubscribed(in.count(), in.text());
            case PUBLISHED -> published(in);
            case SETTLED -> new Change.Settled(in.count(), in.count());
            case RECEIVED -> new Change.Received(in.count(), in.count());
            case RELEASED -> new Change.Released(in.count(), in.count());
            case WILL_SET -> {
                String client = in.text();
                long delay = in.varint();
                var p = packet(in);
                var properties = delay == 0
                        ? p.properties()
                        : p.properties().plus(b -> b.number(Property.WILL_DELAY_INTERVAL, delay));
                yield new Change.WillSet(client, new Will(p.topic(), p.qos(), p.retain(), properties, p.payload()));
            }
            case WILL_DUE -> new Change.WillDue(in.text(), in.signed());
            case WILL_GONE -> new Change.WillGone(in.text());
            case UNRETAINED -> new Change.Unretained(in.text());
            case TOLD -> new Change.Told(in.varint());
            case SHARED -> new Change.Shared(in.count(), in.count(), in.text());
            case FED -> new Change.Fed(in.count(), in.flag(), in.signed());
            default -> // open: any byte
                throw new IllegalArgumentException("The log of the broker has a change " + tag
                        + ", which is newer than this version knows; update Linkspan");
        };
    }

    private Change published(ByteReader in) {
        int from = in.count();
        int incoming = in.count();
        boolean retained = in.flag();
        boolean tapped = in.flag();
        var message = message(in);
        var takers = new ArrayList<Change.Taker>();
        for (int n = in.items(); n > 0; n--) takers.add(taker(in));
        return new Change.Published(message, from, incoming, retained, tapped, takers);
    }
}
