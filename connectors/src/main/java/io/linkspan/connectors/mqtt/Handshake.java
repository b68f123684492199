package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Surroundings;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Will;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/// How a connection to a broker begins: CONNECT and CONNACK, with MQTT 5 first and 3.1.1 where the broker knows no
/// other.
final class Handshake {
    /// So many messages may be on their way to us unacknowledged, where the broker lets us say so.
    static final int RECEIVE_MAX = 1_000;

    private static final int PASSWORD_BYTES_MAX = 4_096;
    private static final int RANDOM_BYTES = 6;
    private static final Duration SLICE = Duration.ofMillis(100);
    private static final int CONNACK = 0x20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Handshake() {}

    /// A connection that the broker took.
    ///
    /// @param sessionPresent it kept our session
    /// @param keepAlive as the broker wants it
    /// @param sendMax so many of our messages may wait for its acknowledgement
    /// @param packetBytesMax the largest packet that it takes
    record Connected(Wire wire, boolean sessionPresent, Duration keepAlive, int sendMax, long packetBytesMax) {}

    /// @param will what the broker says when we are gone without a word
    static Connected shake(Surroundings here, MqttSettings settings, MqttClient.Known known, Optional<Will> will)
            throws IOException, InterruptedException {
        if (settings.speaks() == MqttSettings.Speaks.NEWEST && known.version.isEmpty()) {
            var five = attempt(here, settings, will, Version.MQTT_5, true);
            if (five.isPresent()) {
                known.version = Optional.of(Version.MQTT_5);
                return five.get();
            }
            var three = attempt(here, settings, will, Version.MQTT_3_1_1, false).orElseThrow();
            known.version = Optional.of(Version.MQTT_3_1_1);
            return three;
        }
        var version = settings.speaks() == MqttSettings.Speaks.THREE
                ? Version.MQTT_3_1_1
                : settings.speaks() == MqttSettings.Speaks.FIVE ? Version.MQTT_5 : known.version.orElse(Version.MQTT_5);
        return attempt(here, settings, will, version, false).orElseThrow();
    }

    /// @param mayFallBack none is returned when the broker does not know this version
    private static Optional<Connected> attempt(
            Surroundings here, MqttSettings settings, Optional<Will> will, Version version, boolean mayFallBack)
            throws IOException, InterruptedException {
        var wire = new Wire(here.open(settings.endpoint()), version);
        boolean taken = false;
        try {
            wire.write(connect(here, settings, will, version));
            var answer = answer(here, settings, wire, mayFallBack);
            if (answer.isEmpty()) return Optional.empty();
            if (answer.get().reason().isError()) {
                if (mayFallBack && answer.get().reason() == Reason.UNSUPPORTED_PROTOCOL_VERSION)
                    return Optional.empty();
                throw new IOException(
                        wire.name() + " refuses us: " + answer.get().reason() + advice(answer.get()));
            }
            taken = true;
            return Optional.of(connected(wire, settings, answer.get()));
        } finally {
            if (!taken) wire.close();
        }
    }

    private static String advice(Packet.Connack answer) {
        var said = answer.properties()
                .text(Property.REASON_STRING)
                .map(r -> " (" + r + ")")
                .orElse("");
        return said
                + switch (answer.reason()) {
                    case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED -> "; check user and password-file";
                    case CLIENT_IDENTIFIER_NOT_VALID -> "; set client-id to one that the broker takes";
                    case UNSUPPORTED_PROTOCOL_VERSION -> "; leave version out, so that the newest it knows is spoken";
                    default -> ""; // a reason of the standard, told in its own words
                };
    }

    private static Connected connected(Wire wire, MqttSettings settings, Packet.Connack answer) {
        var p = answer.properties();
        return new Connected(
                wire,
                answer.sessionPresent(),
                Duration.ofSeconds(p.number(
                        Property.SERVER_KEEP_ALIVE, settings.keepAlive().toSeconds())),
                (int) p.number(Property.RECEIVE_MAXIMUM, 65_535),
                p.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE));
    }

    /// @return none when the broker ended the connection, or answered as one of 3.1.1 that does not know version 5
    private static Optional<Packet.Connack> answer(
            Surroundings here, MqttSettings settings, Wire wire, boolean mayFallBack) throws IOException {
        long end = here.nanoTime() + settings.timeout().toNanos();
        while (here.nanoTime() - end < 0) {
            try {
                var packet = wire.read(SLICE);
                if (packet.isEmpty()) continue;
                if (packet.get() instanceof Packet.Connack connack) return Optional.of(connack);
                throw new IOException(
                        wire.name() + " answers CONNECT with a " + packet.get().type() + "; is that an MQTT broker?");
            } catch (IOException e) {
                if (!mayFallBack || Thread.currentThread().isInterrupted()) throw e;
                byte[] came = wire.peek();
                boolean older = came.length == 0 || came.length >= 4 && (came[0] & 0xFF) == CONNACK && came[1] == 2;
                if (older) return Optional.empty();
                throw e;
            }
        }
        throw new IOException(wire.name() + " took the connection and does not answer CONNECT within "
                + settings.timeout().toMillis() + " ms; is that an MQTT broker, and is TLS as it wants it?");
    }

    private static Packet.Connect connect(
            Surroundings here, MqttSettings settings, Optional<Will> will, Version version) throws IOException {
        boolean keeps = !settings.session().isZero();
        var properties = Properties.NONE;
        if (version.isFive())
            properties = Properties.with()
                    .number(Property.SESSION_EXPIRY_INTERVAL, settings.session().toSeconds())
                    .number(Property.RECEIVE_MAXIMUM, RECEIVE_MAX)
                    .number(Property.MAXIMUM_PACKET_SIZE, Wire.PACKET_BYTES_MAX)
                    .build();
        return new Packet.Connect(
                version,
                clientId(here, settings),
                !keeps,
                (int) settings.keepAlive().toSeconds(),
                will,
                settings.user(),
                password(settings),
                properties);
    }

    /// Made once and kept, so that the broker knows us again and two nodes of ours do not take each other's place.
    static String clientId(Surroundings here, MqttSettings settings) throws IOException {
        if (settings.clientId().isPresent()) return settings.clientId().get();
        Path file = here.directory().resolve("client-id");
        try {
            String kept = Files.readString(file).trim();
            if (!kept.isEmpty()) return kept;
        } catch (NoSuchFileException e) {
            // the first time
        }
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        String id = "linkspan_" + here.connector() + "_" + HexFormat.of().formatHex(random);
        Files.writeString(file, id);
        return id;
    }

    private static Optional<byte[]> password(MqttSettings settings) throws IOException {
        if (settings.passwordFile().isEmpty()) return Optional.empty();
        Path file = settings.passwordFile().get();
        try {
            if (Files.size(file) > PASSWORD_BYTES_MAX) throw new IOException(file + " is too large for a password");
            var lines = Files.readAllLines(file);
            return Optional.of((lines.isEmpty() ? "" : lines.getFirst()).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "There is no file " + file + ", which password-file names; write the password into it", e);
        }
    }
}
