package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Points;
import io.linkspan.connector.Surroundings;
import io.linkspan.mqtt.Will;
import io.linkspan.payload.TopicAddress;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// Our own things, told to others.
final class Announcements {
    Announcements(Surroundings here, MqttSettings settings, MqttClient.Known known, Wire wire, PacketIds ids) {}

    static Optional<Will> will(MqttSettings settings, String connector) {
        return Optional.empty();
    }

    void begin(Points points, Map<Integer, TopicAddress> addresses) throws IOException, InterruptedException {}

    void tell(Points points, Map<Integer, TopicAddress> addresses) throws IOException, InterruptedException {}

    void offline() throws IOException {}
}
