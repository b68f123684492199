package io.linkspan.broker;

import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.TopicCache;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Violation;
import java.util.ArrayDeque;

/// A wire in memory: what the broker sends are packets in a queue.
final class TestWire implements Wire {
    final ArrayDeque<Packet> packets = new ArrayDeque<>();
    private final PacketDecoder decoder;
    boolean closed;
    boolean held;
    /// Bytes that the network is said not to have taken.
    long pending;

    TestWire(Version version) {
        decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, version, new TopicCache(16));
    }

    @Override
    public void send(byte[] bytes, int length) {
        try {
            for (int at = 0; at < length; ) {
                int size = PacketDecoder.lengthAt(bytes, at, length);
                if (size == 0 || size > length - at) throw new AssertionError("The broker sent a part of a packet");
                packets.add(decoder.decode(bytes, at, at + size));
                at += size;
            }
        } catch (Violation e) {
            throw new AssertionError("The broker sent what is no packet", e);
        }
    }

    @Override
    public long pendingBytes() {
        return pending;
    }

    @Override
    public void hold(boolean now) {
        held = now;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String peer() {
        return "memory";
    }
}
