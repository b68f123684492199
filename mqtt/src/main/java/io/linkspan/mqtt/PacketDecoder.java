package io.linkspan.mqtt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Makes packets of bytes, and refuses what is none: each flag, length, text, property and number is looked at once.
///
/// It knows one connection's version, which on a server the CONNECT says. For one thread.
public final class PacketDecoder {
    /// Largest packet that MQTT can have, in bytes (2.1.4).
    public static final int PACKET_BYTES_MAX = 268_435_455 + 5;
    /// Most filters in one SUBSCRIBE or UNSUBSCRIBE.
    public static final int FILTERS_MAX = 1_000;
    /// Most properties in one packet.
    public static final int PROPERTIES_MAX = 1_000;

    /// Who sends what is decoded here: each side may send some packets only.
    public enum Sender {
        /// A client.
        CLIENT(
                PacketType.CONNECT,
                PacketType.PUBLISH,
                PacketType.PUBACK,
                PacketType.PUBREC,
                PacketType.PUBREL,
                PacketType.PUBCOMP,
                PacketType.SUBSCRIBE,
                PacketType.UNSUBSCRIBE,
                PacketType.PINGREQ,
                PacketType.DISCONNECT,
                PacketType.AUTH),
        /// A server.
        SERVER(
                PacketType.CONNACK,
                PacketType.PUBLISH,
                PacketType.PUBACK,
                PacketType.PUBREC,
                PacketType.PUBREL,
                PacketType.PUBCOMP,
                PacketType.SUBACK,
                PacketType.UNSUBACK,
                PacketType.PINGRESP,
                PacketType.DISCONNECT,
                PacketType.AUTH);

        private final int may;

        Sender(PacketType... may) {
            int bits = 0;
            for (var each : may) bits |= each.bit();
            this.may = bits;
        }
    }

    private static final byte[] NOTHING = new byte[0];

    private final Sender sender;
    private final TopicCache topics;
    private Version version;

    private byte[] in = NOTHING;
    private int at;
    private int end;

    /// @param version what is spoken until a CONNECT says otherwise
    public PacketDecoder(Sender sender, Version version, TopicCache topics) {
        this.sender = sender;
        this.version = version;
        this.topics = topics;
    }

    /// The version that is spoken.
    public Version version() {
        return version;
    }

    /// How long the packet that begins here is with its header, in bytes; 0 when more bytes are needed to know it.
    ///
    /// @throws Violation no packet begins so
    public static int lengthAt(byte[] in, int at, int end) throws Violation {
        if (at >= end) return 0;
        if ((in[at] & 0xF0) == 0) throw Violation.protocol("Packet type 0 is forbidden (2.1.2)");
        int length = 0;
        for (int i = 1; i <= 4; i++) {
            if (at + i >= end) return 0;
            byte b = in[at + i];
            length |= (b & 0x7F) << 7 * (i - 1);
            if (b >= 0) return length + 1 + i;
        }
        throw Violation.malformed("The remaining length has more than four bytes (2.1.4)");
    }

    /// The packet of these bytes, which are one whole packet as [#lengthAt] says.
    ///
    /// @throws Violation they are not; the reason is what to answer with
    public Packet decode(byte[] bytes, int from, int to) throws Violation {
        in = bytes;
        at = from + 1;
        end = to;
        while (in[at++] < 0) {} // the remaining length
        int first = bytes[from] & 0xFF;
        var type = PacketType.of(first >> 4);
        if (type == PacketType.AUTH && !version.isFive())
            throw Violation.malformed("There is no AUTH before MQTT 5 (3.1.1, 2.2.1)");
        if ((sender.may & type.bit()) == 0)
            throw Violation.protocol("A " + type + " is not for a "
                    + sender.name().toLowerCase(java.util.Locale.ROOT) + " to send (2.1.2)");
        checkFlags(type, first & 0xF);
        var packet = switch (type) {
            case CONNECT -> connect();
            case CONNACK -> connack();
            case PUBLISH -> publish(first);
            case PUBACK -> step(type);
            case PUBREC -> step(type);
            case PUBREL -> step(type);
            case PUBCOMP -> step(type);
            case SUBSCRIBE -> subscribe();
            case SUBACK -> suback();
            case UNSUBSCRIBE -> unsubscribe();
            case UNSUBACK -> unsuback();
            case PINGREQ -> new Packet.Pingreq();
            case PINGRESP -> new Packet.Pingresp();
            case DISCONNECT -> disconnect();
            case AUTH -> auth();
        };
        if (at != end) throw Violation.malformed("A " + type + " is longer than what it holds");
        in = NOTHING; // what was read is not held
        return packet;
    }

    /// Table 2-2; of 3.1 the flags of SUBSCRIBE, UNSUBSCRIBE and PUBREL may carry "dup" (3.1, 3.8, 3.6, 3.10).
    private void checkFlags(PacketType type, int flags) throws Violation {
        boolean right = switch (type) {
            case PUBLISH -> true; // looked at with the packet
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> flags == 2 || version == Version.MQTT_3_1 && (flags & ~8) == 2;
            case CONNECT, CONNACK, PUBACK, PUBREC, PUBCOMP, SUBACK, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH ->
                flags == 0;
        };
        if (!right) throw Violation.malformed("The flags of a " + type + " are not " + flags + " [MQTT-2.1.3-1]");
    }

    // ---- CONNECT

    private Packet connect() throws Violation {
        String protocol = text();
        int level = u8();
        boolean later = protocol.equals("MQTT") && level > 5;
        var named = Arrays.stream(Version.values())
                .filter(v -> v.level() == level && v.protocol().equals(protocol))
                .findFirst();
        if (named.isEmpty()) {
            if (!protocol.equals("MQTT") && !protocol.equals("MQIsdp"))
                throw Violation.malformed("The protocol is not MQTT but \"" + protocol + "\" [MQTT-3.1.2-1]");
            version = later ? Version.MQTT_5 : Version.MQTT_3_1_1;
            throw new Violation(
                    Reason.UNSUPPORTED_PROTOCOL_VERSION,
                    "Version " + level + " of " + protocol + " is not spoken here [MQTT-3.1.2-2]");
        }
        version = named.get();
        int flags = u8();
        if ((flags & 1) != 0) throw Violation.malformed("The reserved flag of a CONNECT is set [MQTT-3.1.2-3]");
        boolean hasWill = (flags & 4) != 0;
        int willQos = flags >> 3 & 3;
        if (willQos == 3) throw Violation.malformed("A will has QoS 3 [MQTT-3.1.2-12]");
        if (!hasWill && (flags & 0x38) != 0)
            throw Violation.malformed("A CONNECT without a will has flags of one [MQTT-3.1.2-11]");
        boolean hasName = (flags & 0x80) != 0;
        boolean hasPassword = (flags & 0x40) != 0;
        if (hasPassword && !hasName && !version.isFive())
            throw Violation.malformed("A password without a user name [MQTT-3.1.2-22 of 3.1.1]");
        int keepAlive = u16();
        var properties = properties(PacketType.CONNECT, false);
        if (properties.has(Property.AUTHENTICATION_DATA) && !properties.has(Property.AUTHENTICATION_METHOD))
            throw Violation.protocol("Authentication data without a method (3.1.2.11.10)");
        String clientId = clientId();
        Optional<Will> will = hasWill ? Optional.of(will(Qos.of(willQos), (flags & 0x20) != 0)) : Optional.empty();
        Optional<String> name = hasName ? Optional.of(text()) : Optional.empty();
        Optional<byte[]> password = hasPassword ? Optional.of(bytes()) : Optional.empty();
        return new Packet.Connect(version, clientId, (flags & 2) != 0, keepAlive, will, name, password, properties);
    }

    private String clientId() throws Violation {
        try {
            return text();
        } catch (Violation e) {
            throw at > end ? e : new Violation(Reason.CLIENT_IDENTIFIER_NOT_VALID, e.getMessage());
        }
    }

    private Will will(Qos qos, boolean retain) throws Violation {
        var properties = properties(PacketType.PUBLISH, true);
        int length = u16();
        String topic;
        try {
            topic = TopicCache.checked(in, take(length), length);
        } catch (Violation e) {
            throw Violation.malformed(String.valueOf(e.getMessage()));
        }
        return new Will(topic, qos, retain, properties, bytes());
    }

    private Packet connack() throws Violation {
        int flags = u8();
        if ((flags & ~1) != 0) throw Violation.malformed("The flags of a CONNACK are 0 or 1 [MQTT-3.2.2-1]");
        int code = u8();
        Reason reason;
        if (version.isFive()) reason = known(code, PacketType.CONNACK);
        else reason = Codes.ofReturnCode(code);
        if (flags == 1 && reason.isError())
            throw Violation.protocol("A refusing CONNACK says that a session is there [MQTT-3.2.2-6]");
        return new Packet.Connack(flags == 1, reason, properties(PacketType.CONNACK, false));
    }

    // ---- messages

    private Packet publish(int first) throws Violation {
        int level = first >> 1 & 3;
        if (level == 3) throw Violation.malformed("A message has QoS 3 [MQTT-3.3.1-4]");
        boolean dup = (first & 8) != 0;
        if (dup && level == 0) throw Violation.malformed("A message of QoS 0 is no duplicate [MQTT-3.3.1-2]");
        int length = u16();
        int topicAt = take(length);
        String topic = length == 0 && version.isFive() ? "" : topics.name(in, topicAt, length);
        int id = level == 0 ? 0 : id();
        var properties = properties(PacketType.PUBLISH, false);
        if (version.isFive()) checkPublish(topic, properties);
        var payload = Arrays.copyOfRange(in, at, end);
        at = end;
        return new Packet.Publish(topic, Qos.of(level), dup, (first & 1) != 0, id, properties, payload);
    }

    private void checkPublish(String topic, Properties properties) throws Violation {
        if (topic.isEmpty() && !properties.has(Property.TOPIC_ALIAS))
            throw Violation.protocol("A message has neither a topic nor an alias of one (3.3.2.1)");
        if (properties.isEmpty()) return;
        if (sender == Sender.CLIENT && properties.has(Property.SUBSCRIPTION_IDENTIFIER))
            throw Violation.protocol("A client sends a subscription identifier [MQTT-3.3.4-6]");
        var response = properties.text(Property.RESPONSE_TOPIC);
        if (response.isPresent() && Topics.whyNoName(response.get()).isPresent())
            throw Violation.protocol("A response topic is no topic name [MQTT-3.3.2-14]");
    }

    private Packet step(PacketType type) throws Violation {
        int id = id();
        var reason = Reason.SUCCESS;
        var properties = Properties.NONE;
        if (version.isFive()) {
            if (at < end) reason = known(u8(), type);
            if (at < end) properties = properties(type, false);
        }
        return switch (type) {
            case PUBACK -> new Packet.Puback(id, reason, properties);
            case PUBREC -> new Packet.Pubrec(id, reason, properties);
            case PUBREL -> new Packet.Pubrel(id, reason, properties);
            case PUBCOMP -> new Packet.Pubcomp(id, reason, properties);
            case CONNECT,
                    CONNACK,
                    PUBLISH,
                    SUBSCRIBE,
                    SUBACK,
                    UNSUBSCRIBE,
                    UNSUBACK,
                    PINGREQ,
                    PINGRESP,
                    DISCONNECT,
                    AUTH -> throw new IllegalStateException(type + " is no step of a delivery");
        };
    }

    // ---- subscriptions

    private Packet subscribe() throws Violation {
        int id = id();
        var properties = properties(PacketType.SUBSCRIBE, false);
        var all = new ArrayList<Subscription>();
        while (at < end) {
            String filter = filter();
            int options = u8();
            int qos = options & 3;
            if (qos == 3) throw Violation.malformed("A subscription asks for QoS 3 [MQTT-3.8.3-4]");
            if (!version.isFive() && options > 2)
                throw Violation.malformed("Reserved bits of a subscription are set [MQTT-3-8.3-4 of 3.1.1]");
            if (options > 0x3F) throw Violation.malformed("Reserved options of a subscription are set [MQTT-3.8.3-5]");
            if ((options & 0x30) == 0x30) throw Violation.protocol("There is no retain handling 3 (3.8.3.1)");
            if ((options & 4) != 0 && Topics.isShared(filter))
                throw Violation.protocol("A shared subscription can not be \"no local\" [MQTT-3.8.3-4]");
            if (all.size() == FILTERS_MAX) throw tooMany();
            all.add(Subscription.of(filter, options));
        }
        if (all.isEmpty()) throw Violation.malformed("A SUBSCRIBE has at least one filter [MQTT-3.8.3-2]");
        return new Packet.Subscribe(id, properties, all);
    }

    private Packet unsubscribe() throws Violation {
        int id = id();
        var properties = properties(PacketType.UNSUBSCRIBE, false);
        var all = new ArrayList<String>();
        while (at < end) {
            if (all.size() == FILTERS_MAX) throw tooMany();
            all.add(filter());
        }
        if (all.isEmpty()) throw Violation.malformed("An UNSUBSCRIBE has at least one filter [MQTT-3.10.3-2]");
        return new Packet.Unsubscribe(id, properties, all);
    }

    private static Violation tooMany() {
        return new Violation(
                Reason.IMPLEMENTATION_SPECIFIC_ERROR, "More than " + FILTERS_MAX + " filters in one packet");
    }

    private String filter() throws Violation {
        String filter = text();
        var wrong = Topics.whyNoFilter(filter);
        if (wrong.isPresent()) throw Violation.malformed(wrong.get());
        return filter;
    }

    private Packet suback() throws Violation {
        int id = id();
        var properties = properties(PacketType.SUBACK, false);
        return new Packet.Suback(id, properties, reasons(PacketType.SUBACK));
    }

    private Packet unsuback() throws Violation {
        int id = id();
        if (!version.isFive()) return new Packet.Unsuback(id, Properties.NONE, List.of());
        var properties = properties(PacketType.UNSUBACK, false);
        return new Packet.Unsuback(id, properties, reasons(PacketType.UNSUBACK));
    }

    private List<Reason> reasons(PacketType type) throws Violation {
        var all = new ArrayList<Reason>();
        while (at < end) all.add(known(u8(), type));
        if (all.isEmpty()) throw Violation.malformed("A " + type + " has at least one reason code");
        return all;
    }

    // ---- the end

    /// A reason that a client may not give, or that does not exist, is taken as "unspecified": who sends it leaves
    /// in any
    /// case, and its will is published.
    private Packet disconnect() throws Violation {
        if (!version.isFive() || at == end) return new Packet.Disconnect(Reason.SUCCESS, Properties.NONE);
        var reason = Reason.of(u8()).orElse(Reason.UNSPECIFIED_ERROR);
        if (!Codes.isAllowed(reason, PacketType.DISCONNECT)) reason = Reason.UNSPECIFIED_ERROR;
        return new Packet.Disconnect(reason, at == end ? Properties.NONE : properties(PacketType.DISCONNECT, false));
    }

    private Packet auth() throws Violation {
        if (at == end) return new Packet.Auth(Reason.SUCCESS, Properties.NONE);
        var reason = known(u8(), PacketType.AUTH);
        var properties = at == end ? Properties.NONE : properties(PacketType.AUTH, false);
        if (!properties.has(Property.AUTHENTICATION_METHOD))
            throw Violation.protocol("An AUTH names no method (3.15.2.2.2)");
        return new Packet.Auth(reason, properties);
    }

    // ---- properties

    private Properties properties(PacketType type, boolean ofWill) throws Violation {
        if (!version.isFive()) return Properties.NONE;
        int length = variable();
        if (length == 0) return Properties.NONE;
        int packetEnd = end;
        end = take(length) + length;
        at = end - length;
        var all = Properties.with();
        int count = 0;
        while (at < end) {
            if (++count > PROPERTIES_MAX)
                throw new Violation(
                        Reason.IMPLEMENTATION_SPECIFIC_ERROR, "More than " + PROPERTIES_MAX + " properties");
            int number = variable();
            var name = Property.of(number);
            if (name == null) throw Violation.malformed("There is no property 0x%02X (2.2.2.2)".formatted(number));
            if (!(ofWill ? name.isAllowedInWill() : name.isAllowedIn(type)))
                throw Violation.protocol(name + " is not for a " + (ofWill ? "will" : type) + " (2.2.2.2)");
            boolean many = name == Property.USER_PROPERTY
                    || name == Property.SUBSCRIPTION_IDENTIFIER && type == PacketType.PUBLISH;
            if (!many && all.has(name)) throw Violation.protocol(name + " is there twice (2.2.2.2)");
            all.put(name, value(name));
        }
        end = packetEnd;
        return all.build();
    }

    private Object value(Property name) throws Violation {
        return switch (name.form()) {
            case FLAG -> {
                long flag = u8();
                if (flag > 1) throw Violation.protocol(name + " is 0 or 1, not " + flag + " (3.1.2.11)");
                yield flag;
            }
            case TWO_BYTES -> notZero(name, u16());
            case FOUR_BYTES -> notZero(name, u32());
            case VARIABLE -> notZero(name, variable());
            case TEXT -> {
                String text = text();
                if (name == Property.RESPONSE_TOPIC && Topics.whyNoName(text).isPresent())
                    throw Violation.protocol("A response topic is no topic name [MQTT-3.3.2-14]");
                yield text;
            }
            case BYTES -> bytes();
            case PAIR -> new Properties.Pair(text(), text());
        };
    }

    private static Long notZero(Property name, long value) throws Violation {
        if (value != 0) return value;
        if (name == Property.TOPIC_ALIAS)
            throw new Violation(Reason.TOPIC_ALIAS_INVALID, "An alias is 0 [MQTT-3.3.2-8]");
        if (name == Property.RECEIVE_MAXIMUM
                || name == Property.MAXIMUM_PACKET_SIZE
                || name == Property.SUBSCRIPTION_IDENTIFIER)
            throw Violation.protocol(name + " is 0 (3.1.2.11.3, 3.1.2.11.4, 3.8.2.1.2)");
        return value;
    }

    // ---- parts

    private Reason known(int code, PacketType type) throws Violation {
        var reason = Reason.of(code);
        if (reason.isEmpty() || !Codes.isAllowed(reason.get(), type))
            throw Violation.protocol("A " + type + " has no reason code 0x%02X (2.4)".formatted(code));
        return reason.get();
    }

    private int id() throws Violation {
        int id = u16();
        if (id == 0) throw Violation.protocol("A packet identifier is 0 [MQTT-2.2.1-3]");
        return id;
    }

    private int take(int length) throws Violation {
        int from = at;
        at += length;
        if (at > end) throw Violation.malformed("A packet ends in the middle of what it holds");
        return from;
    }

    private int u8() throws Violation {
        return in[take(1)] & 0xFF;
    }

    private int u16() throws Violation {
        int from = take(2);
        return (in[from] & 0xFF) << 8 | in[from + 1] & 0xFF;
    }

    private long u32() throws Violation {
        return (long) u16() << 16 | u16();
    }

    private int variable() throws Violation {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int b = u8();
            value |= (b & 0x7F) << 7 * i;
            if (b < 0x80) {
                if (b == 0 && i > 0) throw Violation.malformed("A number is longer than it need be [MQTT-1.5.5-1]");
                return value;
            }
        }
        throw Violation.malformed("A variable number has more than four bytes (1.5.5)");
    }

    private String text() throws Violation {
        int length = u16();
        return Utf8.decode(in, take(length), length);
    }

    private byte[] bytes() throws Violation {
        int length = u16();
        int from = take(length);
        return Arrays.copyOfRange(in, from, from + length);
    }

    /// The packet that these bytes are, with nothing behind it: for tests and tools.
    public static Packet whole(byte[] bytes, Sender sender, Version version) throws Violation {
        int length = lengthAt(bytes, 0, bytes.length);
        if (length == 0 || length != bytes.length)
            throw Violation.malformed("These " + bytes.length + " bytes are not one packet");
        return new PacketDecoder(sender, version, new TopicCache(2)).decode(bytes, 0, length);
    }
}
