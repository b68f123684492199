package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Surroundings;
import io.linkspan.mqtt.Version;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A client of one broker. What it knows of its session with the broker outlives a run, since the session does.
final class MqttClient implements Connector {
    private final MqttSettings settings;
    private final Known known = new Known();

    MqttClient(MqttSettings settings) {
        this.settings = settings;
    }

    /// What is known of the broker and of our session there, from run to run.
    static final class Known {
        /// What the broker speaks, once that was found out.
        volatile Optional<Version> version = Optional.empty();

        /// Packet identifiers of messages of QoS 2 that we took and whose end the broker has not told (MQTT
        /// 5.0, 4.3.3).
        final Set<Integer> taken = ConcurrentHashMap.newKeySet();
    }

    @Override
    public void run(Surroundings here) throws IOException, InterruptedException {
        var connected = Handshake.shake(
                here, settings, known, Announcements.will(settings, Handshake.clientId(here, settings)));
        try (var wire = connected.wire()) {
            new Session(here, settings, known, wire, connected).run();
        }
    }
}
