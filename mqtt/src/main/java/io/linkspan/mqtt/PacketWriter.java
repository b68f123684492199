package io.linkspan.mqtt;

import java.util.Arrays;

/// Writes packets as bytes, one behind the other, into an array that grows. For one thread.
public final class PacketWriter {
    private static final int FIRST_ROOM = 64;

    private byte[] out;
    private int at;

    /// An empty one.
    public PacketWriter() {
        this(FIRST_ROOM);
    }

    /// @param room bytes to begin with
    public PacketWriter(int room) {
        out = new byte[room];
    }

    /// The bytes of one packet.
    public static byte[] encode(Packet packet, Version version) {
        int size = size(packet, version);
        var writer = new PacketWriter(size);
        writer.write(packet, version);
        return writer.out;
    }

    /// Bytes of a packet with its header.
    public static int size(Packet packet, Version version) {
        int rest = rest(packet, version);
        return 1 + variableSize(rest) + rest;
    }

    /// The array that is written to; the first [#length] bytes count. Another one after the next write.
    public byte[] array() {
        return out;
    }

    /// Bytes written.
    public int length() {
        return at;
    }

    /// Begins anew, in the same array.
    public void clear() {
        at = 0;
    }

    /// Lets go of what was read from the front: the first `bytes` bytes.
    public void drop(int bytes) {
        System.arraycopy(out, bytes, out, 0, at - bytes);
        at -= bytes;
    }

    /// Writes one packet.
    ///
    /// @throws IllegalArgumentException a text in it is longer than MQTT can say
    public void write(Packet packet, Version version) {
        int rest = rest(packet, version);
        header(packet.type().number() << 4 | flags(packet), rest);
        switch (packet) {
            case Packet.Connect p -> connect(p);
            case Packet.Connack p -> {
                out[at++] = (byte) (p.sessionPresent() ? 1 : 0);
                out[at++] = (byte) (version.isFive() ? p.reason().code() : Codes.returnCode(p.reason()));
                properties(p.properties(), version);
            }
            case Packet.Publish p -> {
                text(p.topic());
                if (p.qos() != Qos.AT_MOST_ONCE) u16(p.id());
                properties(p.properties(), version);
                raw(p.payload());
            }
            case Packet.Step p -> {
                u16(p.id());
                reasoned(p.reason(), p.properties(), version);
            }
            case Packet.Subscribe p -> {
                u16(p.id());
                properties(p.properties(), version);
                for (var each : p.subscriptions()) {
                    text(each.filter());
                    out[at++] = (byte)
                            (version.isFive() ? each.options() : each.qos().level());
                }
            }
            case Packet.Suback p -> {
                u16(p.id());
                properties(p.properties(), version);
                for (var each : p.reasons())
                    out[at++] = (byte) (version.isFive() || !each.isError() ? each.code() : 0x80);
            }
            case Packet.Unsubscribe p -> {
                u16(p.id());
                properties(p.properties(), version);
                for (var each : p.filters()) text(each);
            }
            case Packet.Unsuback p -> {
                u16(p.id());
                properties(p.properties(), version);
                if (version.isFive()) for (var each : p.reasons()) out[at++] = (byte) each.code();
            }
            case Packet.Pingreq _, Packet.Pingresp _ -> {}
            case Packet.Disconnect p -> reasoned(p.reason(), p.properties(), version);
            case Packet.Auth p -> reasoned(p.reason(), p.properties(), version);
        }
    }

    /// Writes a PUBACK, PUBREC, PUBREL or PUBCOMP that has nothing but its packet identifier.
    public void step(PacketType type, int id) {
        room(4);
        out[at++] = (byte) (type.number() << 4 | (type == PacketType.PUBREL ? 2 : 0));
        out[at++] = 2;
        u16(id);
    }

    /// All of a message but its payload, with packet identifier 0.
    void publishHead(String topic, Qos qos, Properties properties, int rest, Version version) {
        out[at++] = (byte) (PacketType.PUBLISH.number() << 4 | qos.level() << 1);
        variable(rest);
        text(topic);
        if (qos != Qos.AT_MOST_ONCE) u16(0);
        properties(properties, version);
    }

    /// Writes a message that was encoded once for many; see [EncodedPublish].
    void append(byte[] head, byte[] payload) {
        room(head.length + payload.length);
        System.arraycopy(head, 0, out, at, head.length);
        System.arraycopy(payload, 0, out, at + head.length, payload.length);
        at += head.length + payload.length;
    }

    void head(byte[] head) {
        room(head.length);
        System.arraycopy(head, 0, out, at, head.length);
        at += head.length;
    }

    void patch(int position, int value) {
        out[position] = (byte) value;
    }

    private static int flags(Packet packet) {
        return switch (packet) {
            case Packet.Publish p -> (p.dup() ? 8 : 0) | p.qos().level() << 1 | (p.retain() ? 1 : 0);
            case Packet.Pubrel _, Packet.Subscribe _, Packet.Unsubscribe _ -> 2;
            case Packet.Connect _,
                    Packet.Connack _,
                    Packet.Puback _,
                    Packet.Pubrec _,
                    Packet.Pubcomp _,
                    Packet.Suback _,
                    Packet.Unsuback _,
                    Packet.Pingreq _,
                    Packet.Pingresp _,
                    Packet.Disconnect _,
                    Packet.Auth _ -> 0;
        };
    }

    private void connect(Packet.Connect p) {
        text(p.version().protocol());
        out[at++] = (byte) p.version().level();
        int flags = p.cleanStart() ? 2 : 0;
        if (p.will().isPresent()) {
            var will = p.will().get();
            flags |= 4 | will.qos().level() << 3 | (will.retain() ? 0x20 : 0);
        }
        if (p.userName().isPresent()) flags |= 0x80;
        if (p.password().isPresent()) flags |= 0x40;
        out[at++] = (byte) flags;
        u16(p.keepAliveSeconds());
        properties(p.properties(), p.version());
        text(p.clientId());
        if (p.will().isPresent()) {
            var will = p.will().get();
            properties(will.properties(), p.version());
            text(will.topic());
            bytes(will.payload());
        }
        p.userName().ifPresent(this::text);
        p.password().ifPresent(this::bytes);
    }

    private static int rest(Packet packet, Version version) {
        return switch (packet) {
            case Packet.Connect p -> connectRest(p);
            case Packet.Connack p -> 2 + propertiesRoom(p.properties(), version);
            case Packet.Publish p ->
                textRoom(p.topic())
                        + (p.qos() == Qos.AT_MOST_ONCE ? 0 : 2)
                        + propertiesRoom(p.properties(), version)
                        + p.payload().length;
            case Packet.Step p -> 2 + reasonedRoom(p.reason(), p.properties(), version);
            case Packet.Subscribe p -> {
                int size = 2 + propertiesRoom(p.properties(), version);
                for (var each : p.subscriptions()) size += textRoom(each.filter()) + 1;
                yield size;
            }
            case Packet.Suback p ->
                2 + propertiesRoom(p.properties(), version) + p.reasons().size();
            case Packet.Unsubscribe p -> {
                int size = 2 + propertiesRoom(p.properties(), version);
                for (var each : p.filters()) size += textRoom(each);
                yield size;
            }
            case Packet.Unsuback p ->
                2
                        + propertiesRoom(p.properties(), version)
                        + (version.isFive() ? p.reasons().size() : 0);
            case Packet.Pingreq _, Packet.Pingresp _ -> 0;
            case Packet.Disconnect p -> reasonedRoom(p.reason(), p.properties(), version);
            case Packet.Auth p -> reasonedRoom(p.reason(), p.properties(), version);
        };
    }

    private static int connectRest(Packet.Connect p) {
        int size = textRoom(p.version().protocol()) + 4 + propertiesRoom(p.properties(), p.version());
        size += textRoom(p.clientId());
        if (p.will().isPresent()) {
            var will = p.will().get();
            size += propertiesRoom(will.properties(), p.version()) + textRoom(will.topic()) + 2 + will.payload().length;
        }
        if (p.userName().isPresent()) size += textRoom(p.userName().get());
        if (p.password().isPresent()) size += 2 + p.password().get().length;
        return size;
    }

    // ---- a reason and properties at the end of a packet may be left out (3.4.2.1, 3.14.2.1, 3.15.2.1)

    private static int reasonedRoom(Reason reason, Properties properties, Version version) {
        if (!version.isFive()) return 0;
        if (!properties.isEmpty()) return 1 + propertiesRoom(properties, version);
        return reason == Reason.SUCCESS ? 0 : 1;
    }

    private void reasoned(Reason reason, Properties properties, Version version) {
        if (!version.isFive() || properties.isEmpty() && reason == Reason.SUCCESS) return;
        out[at++] = (byte) reason.code();
        if (!properties.isEmpty()) properties(properties, version);
    }

    // ---- properties

    static int propertiesRoom(Properties properties, Version version) {
        if (!version.isFive()) return 0;
        int size = propertiesSize(properties);
        return variableSize(size) + size;
    }

    private static int propertiesSize(Properties properties) {
        int size = 0;
        for (int i = 0; i < properties.size(); i++) {
            var value = properties.value(i);
            size += 1
                    + switch (properties.name(i).form()) {
                        case FLAG -> 1;
                        case TWO_BYTES -> 2;
                        case FOUR_BYTES -> 4;
                        case VARIABLE -> variableSize(((Long) value).intValue());
                        case TEXT -> textRoom((String) value);
                        case BYTES -> 2 + ((byte[]) value).length;
                        case PAIR -> {
                            var pair = (Properties.Pair) value;
                            yield textRoom(pair.name()) + textRoom(pair.value());
                        }
                    };
        }
        return size;
    }

    private void properties(Properties properties, Version version) {
        if (!version.isFive()) return;
        variable(propertiesSize(properties));
        for (int i = 0; i < properties.size(); i++) {
            var value = properties.value(i);
            out[at++] = (byte) properties.name(i).number();
            switch (properties.name(i).form()) {
                case FLAG -> out[at++] = ((Long) value).byteValue();
                case TWO_BYTES -> u16(((Long) value).intValue());
                case FOUR_BYTES -> {
                    long number = (Long) value;
                    u16((int) (number >> 16));
                    u16((int) number);
                }
                case VARIABLE -> variable(((Long) value).intValue());
                case TEXT -> text((String) value);
                case BYTES -> bytes((byte[]) value);
                case PAIR -> {
                    var pair = (Properties.Pair) value;
                    text(pair.name());
                    text(pair.value());
                }
            }
        }
    }

    // ---- parts

    private void header(int first, int rest) {
        room(1 + variableSize(rest) + rest);
        out[at++] = (byte) first;
        variable(rest);
    }

    private void room(int more) {
        if (out.length - at < more) out = Arrays.copyOf(out, Math.max(2 * out.length, at + more));
    }

    static int variableSize(int value) {
        return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
    }

    private void variable(int value) {
        if (value > 268_435_455)
            throw new IllegalArgumentException("A packet of " + value + " bytes is larger than MQTT can say (2.1.4)");
        int rest = value;
        while (rest >= 0x80) {
            out[at++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
    }

    private void u16(int value) {
        out[at++] = (byte) (value >> 8);
        out[at++] = (byte) value;
    }

    private static int textRoom(String text) {
        return 2 + Utf8.size(text);
    }

    private void text(String text) {
        int size = Utf8.size(text);
        u16(size);
        at = Utf8.encode(text, size, out, at);
    }

    private void bytes(byte[] bytes) {
        if (bytes.length > 0xFFFF)
            throw new IllegalArgumentException("Binary data has at most 65535 bytes, not " + bytes.length + " (1.5.6)");
        u16(bytes.length);
        raw(bytes);
    }

    private void raw(byte[] bytes) {
        System.arraycopy(bytes, 0, out, at, bytes.length);
        at += bytes.length;
    }
}
