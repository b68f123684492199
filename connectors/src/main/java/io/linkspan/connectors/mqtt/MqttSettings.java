package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.mqtt.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What stands under `connectors:` for a broker. README.md has each field's meaning.
///
/// @param passwordFile the password is its first line; it never stands in the site file, which is kept for ever
/// @param keepAlive 5 s..18 h
/// @param session how long the broker keeps messages for us while we are away
/// @param qos of our subscriptions, 0..2
/// @param timeout how long the broker may take to answer
/// @param readBack how long a device may take to read back what was written
/// @param discovery the prefix under which devices announce themselves; none: nobody listens
/// @param announce the prefix under which our own things are announced; none: they are not
record MqttSettings(
        Endpoint endpoint,
        Optional<String> clientId,
        Optional<String> user,
        Optional<Path> passwordFile,
        Speaks speaks,
        Duration keepAlive,
        Duration session,
        int qos,
        Duration timeout,
        Duration readBack,
        Optional<String> discovery,
        Optional<String> announce) {

    /// The ports of the protocol's registration (MQTT 5.0, 4.2).
    static final int TCP_PORT = 1_883;

    static final int TLS_PORT = 8_883;

    /// The prefix of Home Assistant's own default.
    static final String HOME_ASSISTANT = "homeassistant";

    private static final Duration KEEP_ALIVE_MIN = Duration.ofSeconds(5);
    private static final Duration KEEP_ALIVE_MAX = Duration.ofSeconds(65_535);

    /// Longest session that can be said in seconds without meaning "for ever" (MQTT 5.0, 3.1.2.11.2).
    private static final Duration SESSION_MAX = Duration.ofSeconds(0xFFFF_FFFEL);

    private static final int CLIENT_ID_CHARACTERS_MAX = 128;

    /// Which version is spoken.
    enum Speaks {
        /// MQTT 5, and 3.1.1 where the broker does not know it.
        NEWEST,
        /// MQTT 5 alone.
        FIVE,
        /// MQTT 3.1.1 alone.
        THREE
    }

    static MqttSettings read(Settings s) throws Invalid {
        var all = new MqttSettings(
                endpoint(s),
                clientId(s),
                s.text("user"),
                file(s, "password-file"),
                speaks(s),
                within(s, "keep-alive", Duration.ofSeconds(30), KEEP_ALIVE_MIN, KEEP_ALIVE_MAX),
                within(s, "session", Duration.ofDays(1), Duration.ZERO, SESSION_MAX),
                (int) s.integer("qos", 1, 0, 2),
                within(s, "timeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(10)),
                within(s, "read-back", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)),
                prefix(s, "discovery", Optional.of(HOME_ASSISTANT)),
                prefix(s, "announce", Optional.empty()));
        all.checkPassword(s);
        s.finish();
        return all;
    }

    /// What a Sparkplug host needs of a broker: a session that begins clean and ends with the connection
    /// (tck-id-message-flow-phid-sparkplug-clean-session). The caller reads its own fields before.
    static MqttSettings sparkplug(Settings s) throws Invalid {
        var all = new MqttSettings(
                endpoint(s),
                clientId(s),
                s.text("user"),
                file(s, "password-file"),
                speaks(s),
                within(s, "keep-alive", Duration.ofSeconds(30), KEEP_ALIVE_MIN, KEEP_ALIVE_MAX),
                Duration.ZERO,
                0,
                within(s, "timeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(10)),
                within(s, "read-back", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)),
                Optional.empty(),
                Optional.empty());
        all.checkPassword(s);
        s.finish();
        return all;
    }

    private void checkPassword(Settings s) throws Invalid {
        if (s.has("password"))
            throw s.wrong(
                    "password",
                    "does not belong in a site file, which is kept in the log for ever; write it into a"
                            + " file that only its owner can read, and password-file: /etc/linkspan/mqtt-password here");
        if (passwordFile.isPresent() && user.isEmpty()) throw s.wrong("password-file", "needs user: beside it");
    }

    private static Endpoint endpoint(Settings s) throws Invalid {
        String text = s.needText("endpoint", "\"mqtt://192.168.1.5\", or mqtts:// for TLS")
                .trim();
        boolean tls = text.startsWith("mqtts://") || text.startsWith("tls://");
        String address = text.replaceFirst("^(mqtts?|tls|tcp)://", "");
        try {
            if (!(Endpoint.parse("tcp://" + address, tls ? TLS_PORT : TCP_PORT, 9_600, "8N1")
                    instanceof Endpoint.Tcp tcp))
                throw s.wrong("endpoint", "is mqtt://host:port or mqtts://host:port, not \"" + text + "\"");
            var trust = file(s, "ca");
            var own = file(s, "cert");
            var key = file(s, "key");
            if (tls) return new Endpoint.Tls(tcp.host(), tcp.port(), trust, own, key);
            if (trust.isPresent() || own.isPresent() || key.isPresent())
                throw s.wrong("endpoint", "is without TLS, and ca, cert, key are for TLS; write mqtts://" + address);
            return tcp;
        } catch (IllegalArgumentException e) {
            throw s.wrong("endpoint", e);
        }
    }

    private static Optional<Path> file(Settings s, String field) throws Invalid {
        var text = s.text(field);
        if (text.isEmpty()) return Optional.empty();
        if (!text.get().startsWith("/"))
            throw s.wrong(
                    field,
                    "is a file's whole path, for example /etc/linkspan/" + field + ", not \"" + text.get() + "\"");
        return Optional.of(Path.of(text.get()));
    }

    private static Optional<String> clientId(Settings s) throws Invalid {
        var id = s.text("client-id");
        if (id.isPresent() && !id.get().matches("[!-~]{1," + CLIENT_ID_CHARACTERS_MAX + "}"))
            throw s.wrong("client-id", "has 1.." + CLIENT_ID_CHARACTERS_MAX + " letters, digits and signs, no blanks");
        return id;
    }

    private static Speaks speaks(Settings s) throws Invalid {
        String text = s.text("version").orElse("newest");
        return switch (text) {
            case "newest" -> Speaks.NEWEST;
            case "5", "5.0" -> Speaks.FIVE;
            case "3.1.1" -> Speaks.THREE;
            default -> // open: what a person typed
                throw s.wrong("version", "is newest (5, else 3.1.1), 5 or 3.1.1, not \"" + text + "\"");
        };
    }

    private static Duration within(Settings s, String field, Duration otherwise, Duration min, Duration max)
            throws Invalid {
        var d = s.duration(field).orElse(otherwise);
        if (d.compareTo(min) < 0 || d.compareTo(max) > 0)
            throw s.wrong(
                    field,
                    "is " + io.linkspan.model.Durations.format(min) + ".." + io.linkspan.model.Durations.format(max)
                            + ", not " + io.linkspan.model.Durations.format(d));
        return d;
    }

    private static Optional<String> prefix(Settings s, String field, Optional<String> otherwise) throws Invalid {
        var text = s.text(field);
        if (text.isEmpty()) return otherwise;
        if (text.get().equals("false")) return Optional.empty();
        if (text.get().equals("true")) return Optional.of(HOME_ASSISTANT);
        var why = Topics.whyNoName(text.get());
        if (why.isPresent()) throw s.wrong(field, "is true, false or a topic: " + why.get());
        return text;
    }
}
