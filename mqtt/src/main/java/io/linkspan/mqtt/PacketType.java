package io.linkspan.mqtt;

/// The kinds of packets, numbered as on the wire from 1 (2.1.2).
public enum PacketType {
    /// A client asks to connect.
    CONNECT,
    /// The server's answer to it.
    CONNACK,
    /// A message.
    PUBLISH,
    /// A message of QoS 1 was taken.
    PUBACK,
    /// A message of QoS 2 was taken, first part.
    PUBREC,
    /// Its sender lets go of it, second part.
    PUBREL,
    /// And so does its receiver, third part.
    PUBCOMP,
    /// A client subscribes.
    SUBSCRIBE,
    /// The answer to it.
    SUBACK,
    /// A client unsubscribes.
    UNSUBSCRIBE,
    /// The answer to it.
    UNSUBACK,
    /// Are you there?
    PINGREQ,
    /// Yes.
    PINGRESP,
    /// The last packet, with the reason.
    DISCONNECT,
    /// Authentication beyond name and password; MQTT 5 alone.
    AUTH;

    private static final PacketType[] ALL = values();

    /// The number in the upper four bits of a packet.
    public int number() {
        return ordinal() + 1;
    }

    /// The kind of a first byte's upper four bits, 1 to 15.
    static PacketType of(int number) {
        return ALL[number - 1];
    }

    int bit() {
        return 1 << ordinal();
    }
}
