package io.linkspan.mqtt;

/// A message as bytes, made once for all who get it in the same version, quality of service and properties. For each
/// taker only the packet identifier and two flags are other. Immutable, so safe for many threads.
public final class EncodedPublish {
    private final byte[] head;
    private final int idAt;
    private final byte[] payload;

    private EncodedPublish(byte[] head, int idAt, byte[] payload) {
        this.head = head;
        this.idAt = idAt;
        this.payload = payload;
    }

    /// Encodes all but the payload, which is referred to.
    ///
    /// @param properties those that the takers get
    public static EncodedPublish of(String topic, Qos qos, Properties properties, byte[] payload, Version version) {
        int id = qos == Qos.AT_MOST_ONCE ? 0 : 2;
        int topicRoom = 2 + Utf8.size(topic);
        int rest = topicRoom + id + PacketWriter.propertiesRoom(properties, version) + payload.length;
        var writer = new PacketWriter(1 + PacketWriter.variableSize(rest) + rest - payload.length);
        writer.publishHead(topic, qos, properties, rest, version);
        int idAt = id == 0 ? 0 : 1 + PacketWriter.variableSize(rest) + topicRoom;
        return new EncodedPublish(writer.array(), idAt, payload);
    }

    /// Bytes of the whole packet.
    public int size() {
        return head.length + payload.length;
    }

    /// The payload; not to be changed.
    public byte[] payload() {
        return payload;
    }

    /// Writes it for one taker.
    ///
    /// @param id any number with QoS 0
    public void writeTo(PacketWriter out, int id, boolean dup, boolean retain) {
        int from = out.length();
        out.append(head, payload);
        patch(out, from, id, dup, retain);
    }

    /// Writes all but the payload for one taker: who calls sends the payload itself.
    public void writeHeadTo(PacketWriter out, int id, boolean dup, boolean retain) {
        int from = out.length();
        out.head(head);
        patch(out, from, id, dup, retain);
    }

    private void patch(PacketWriter out, int from, int id, boolean dup, boolean retain) {
        if (dup || retain) out.patch(from, head[0] | (dup ? 8 : 0) | (retain ? 1 : 0));
        if (idAt == 0) return;
        out.patch(from + idAt, id >> 8);
        out.patch(from + idAt + 1, id);
    }
}
