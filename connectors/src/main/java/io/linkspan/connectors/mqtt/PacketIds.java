package io.linkspan.connectors.mqtt;

import io.linkspan.mqtt.Packet;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// Packet identifiers, none used twice at a time (MQTT 5.0, 2.2.1). Safe for many threads.
final class PacketIds {
    private final Set<Integer> used = new HashSet<>();
    private final int most;
    private int last;

    /// @param most so many may wait for an acknowledgement
    PacketIds(int most) {
        this.most = Math.min(most, Packet.ID_MAX);
    }

    /// Whether the broker takes another message now.
    synchronized boolean available() {
        return used.size() < most;
    }

    /// A free one.
    synchronized int next() throws IOException {
        if (used.size() >= Packet.ID_MAX) throw new IOException("The broker has acknowledged none of 65535 messages");
        do last = last == Packet.ID_MAX ? 1 : last + 1;
        while (!used.add(last));
        return last;
    }

    synchronized void free(int id) {
        used.remove(id);
    }
}
