package io.linkspan.broker;

import io.linkspan.model.Moment;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The figures of the broker under `$SYS/broker/`, as its peers name them. They are retained and never stored. For the
/// broker's thread.
final class SystemTopics {
    private static final String ROOT = "$SYS/broker/";

    private final Broker broker;
    private final long startedMicros;
    private final Map<String, String> told = new HashMap<>();

    SystemTopics(Broker broker, Moment started) {
        this.broker = broker;
        startedMicros = started.site();
        tell("version", "Linkspan", started);
    }

    /// Tells what has changed since the last time.
    void publish(Moment now) {
        var t = broker.tally();
        var s = broker.state();
        long connected =
                s.sessions.values().stream().filter(x -> x.link != null).count();
        long queued =
                s.sessions.values().stream().mapToLong(x -> x.outgoing.size()).sum();
        tell("uptime", (now.site() - startedMicros) / 1_000_000 + " seconds", now);
        tell("clients/connected", connected, now);
        tell("clients/total", s.sessions.size(), now);
        tell("clients/disconnected", s.sessions.size() - connected, now);
        tell("connections/opened", t.connectionsOpened, now);
        tell("connections/refused", t.connectionsRefused, now);
        tell("messages/received", t.packetsReceived, now);
        tell("messages/sent", t.packetsSent, now);
        tell("publish/messages/received", t.messagesReceived, now);
        tell("publish/messages/sent", t.messagesSent, now);
        tell("publish/messages/dropped", t.messagesDropped, now);
        tell("publish/messages/expired", t.messagesExpired, now);
        tell("publish/messages/queued", queued, now);
        if (t.keysUnknown > 0) tell("devices/keys/unknown", t.keysUnknown, now);
        if (t.answersUnasked > 0) tell("devices/answers/unasked", t.answersUnasked, now);
        tell("bytes/received", t.bytesReceived, now);
        tell("bytes/sent", t.bytesSent, now);
        tell("retained messages/count", s.retained.size(), now);
        tell("subscriptions/count", s.tree.size(), now);
        for (int code = 0; code < t.refusedBy.length; code++)
            if (t.refusedBy[code] > 0) tell("refused/0x%02X".formatted(code), t.refusedBy[code], now);
    }

    private void tell(String name, long value, Moment now) {
        tell(name, String.valueOf(value), now);
    }

    private void tell(String name, String value, Moment now) {
        if (value.equals(told.put(name, value))) return;
        broker.publishOwn(new Message(
                ROOT + name,
                Qos.AT_MOST_ONCE,
                true,
                Properties.with().number(Property.PAYLOAD_FORMAT_INDICATOR, 1).build(),
                value.getBytes(StandardCharsets.UTF_8),
                "",
                now.site(),
                now.wall()));
    }
}
