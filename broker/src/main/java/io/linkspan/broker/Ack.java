package io.linkspan.broker;

import io.linkspan.mqtt.Packet;

/// An answer that waits for its turn, and perhaps for the disk: answers leave in the order in which what they answer
/// came
/// (\[MQTT-4.6.0-2], \[MQTT-4.6.0-3], \[MQTT-4.6.0-4]).
final class Ack {
    Packet packet;
    /// What it waits for still.
    int waits;

    Ack(Packet packet) {
        this.packet = packet;
    }
}
