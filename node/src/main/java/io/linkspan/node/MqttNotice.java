package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Settings;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// Publishes messages to a topic of an MQTT broker, with QoS 1: the broker says that it took each (MQTT 3.1.1).
record MqttNotice(Endpoint endpoint, String topic, Optional<String> user, Optional<Path> password, boolean retain)
        implements Channel {
    /// How long the broker may take to answer.
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    /// Longest packet that is taken as an answer, in bytes.
    static final int ANSWER_BYTES_MAX = 1_024;

    private static final int TCP_PORT = 1_883;
    private static final int TLS_PORT = 8_883;
    private static final int TOPIC_BYTES_MAX = 500;
    private static final int KEEP_ALIVE_SECONDS = 60;

    static MqttNotice read(Settings s) throws Invalid {
        String topic = s.needText("topic", "riverside_12/alarms");
        if (topic.contains("#")
                || topic.contains("+")
                || topic.startsWith("$")
                || topic.getBytes(StandardCharsets.UTF_8).length > TOPIC_BYTES_MAX)
            throw s.wrong("topic", "is a topic such as riverside_12/alarms, without # and +, not \"" + topic + "\"");
        var user = s.text("user");
        var password = Channels.file(s, "password-file");
        if (password.isPresent() && user.isEmpty()) throw s.wrong("password-file", "needs user: beside it");
        var endpoint = endpoint(s);
        boolean isOpen = endpoint instanceof Endpoint.Tcp tcp && !NodeFile.isLoopback(tcp.host());
        if (isOpen && !s.flag("insecure", false))
            throw s.wrong(
                    "endpoint",
                    "would send messages over the network for anybody to read; write mqtts://, or insecure: true if"
                            + " you want that");
        s.has("insecure");
        var notice = new MqttNotice(endpoint, topic, user, password, s.flag("retain", false));
        s.finish();
        return notice;
    }

    private static Endpoint endpoint(Settings s) throws Invalid {
        String text = s.needText("endpoint", "\"mqtts://broker.example.org\"");
        boolean tls = text.startsWith("mqtts://");
        String address = text.replaceFirst("^mqtts?://", "");
        try {
            if (Endpoint.parse("tcp://" + address, tls ? TLS_PORT : TCP_PORT, 9_600, "8N1")
                    instanceof Endpoint.Tcp tcp) {
                var trust = Channels.file(s, "ca");
                if (!tls) return tcp;
                return new Endpoint.Tls(tcp.host(), tcp.port(), trust, Optional.empty(), Optional.empty());
            }
        } catch (IllegalArgumentException e) {
            throw s.wrong("endpoint", e);
        }
        throw s.wrong("endpoint", "is mqtt://host:port or mqtts://host:port, not \"" + text + "\"");
    }

    @Override
    public String deliver(Message message) throws IOException, InterruptedException {
        byte[] payload = Json.write(Webhook.body(message)).getBytes(StandardCharsets.UTF_8);
        try (var line = new RealLines(Set.of()).open(endpoint)) {
            var connack = ask(line, connect(message), Packet.Connack.class);
            if (connack.reason().isError()) throw new IOException("the broker refuses us: " + connack.reason());
            var publish = new Packet.Publish(topic, Qos.AT_LEAST_ONCE, false, retain, 1, Properties.NONE, payload);
            ask(line, publish, Packet.Puback.class);
            line.write(PacketWriter.encode(new Packet.Disconnect(Reason.SUCCESS, Properties.NONE), Version.MQTT_3_1_1));
            return "the broker took it";
        }
    }

    private Packet.Connect connect(Message message) throws IOException {
        return new Packet.Connect(
                Version.MQTT_3_1_1,
                "linkspan" + Integer.toHexString(message.id().hashCode()),
                true,
                KEEP_ALIVE_SECONDS,
                Optional.empty(),
                user,
                password.isPresent()
                        ? Optional.of(Channels.secret(password.get()).getBytes(StandardCharsets.UTF_8))
                        : Optional.empty(),
                Properties.NONE);
    }

    private static <P extends Packet> P ask(Line line, Packet packet, Class<P> answer) throws IOException {
        line.write(PacketWriter.encode(packet, Version.MQTT_3_1_1));
        byte[] bytes = new byte[ANSWER_BYTES_MAX];
        int had = 0;
        long end = System.nanoTime() + ANSWER_TIMEOUT.toNanos();
        try {
            while (System.nanoTime() - end < 0) {
                int length = PacketDecoder.lengthAt(bytes, 0, had);
                if (length > bytes.length) throw new IOException("the broker answers with a packet that is too long");
                if (length > 0 && length <= had) {
                    var came = PacketDecoder.whole(
                            Arrays.copyOf(bytes, length), PacketDecoder.Sender.SERVER, Version.MQTT_3_1_1);
                    if (answer.isInstance(came)) return answer.cast(came);
                    throw new IOException("the broker answers " + packet.type() + " with " + came.type());
                }
                int n = line.read(bytes, had, bytes.length - had, Duration.ofNanos(end - System.nanoTime()));
                if (n < 0) throw new IOException("the broker ended the connection");
                had += n;
            }
        } catch (Violation e) {
            throw new IOException("the broker sends what is not MQTT: " + e.getMessage(), e);
        }
        throw new IOException("the broker does not answer " + packet.type() + " in time");
    }
}
