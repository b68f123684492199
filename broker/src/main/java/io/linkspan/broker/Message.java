package io.linkspan.broker;

import io.linkspan.mqtt.EncodedPublish;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Version;
import org.jspecify.annotations.Nullable;

/// A message as it was published. What is in it never changes; its encodings are made when they are first asked for, by
/// the
/// broker's thread alone.
final class Message {
    /// Of a message that does not expire.
    static final long NEVER = Long.MAX_VALUE;

    private static final long SECOND = 1_000_000;

    private final String topic;
    private final Qos qos;
    private final boolean retain;
    private final Properties properties;
    private final byte[] payload;
    private final String publisher;
    private final long receivedMicros;
    private final long wallMicros;
    private final long expirySeconds;
    private final @Nullable EncodedPublish[] encoded = new @Nullable EncodedPublish[6];

    /// @param properties as they came; alias and expiry are looked at here and not kept
    /// @param publisher its client identifier; empty for the broker itself
    /// @param receivedMicros when it came, the broker's time
    /// @param wallMicros the same, microseconds since 1970
    Message(
            String topic,
            Qos qos,
            boolean retain,
            Properties properties,
            byte[] payload,
            String publisher,
            long receivedMicros,
            long wallMicros) {
        this.topic = topic;
        this.qos = qos;
        this.retain = retain;
        this.payload = payload;
        this.publisher = publisher;
        this.receivedMicros = receivedMicros;
        this.wallMicros = wallMicros;
        expirySeconds = properties.number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        this.properties = properties.isEmpty()
                ? properties
                : properties.without(
                        Property.TOPIC_ALIAS,
                        Property.MESSAGE_EXPIRY_INTERVAL,
                        Property.SUBSCRIPTION_IDENTIFIER,
                        Property.WILL_DELAY_INTERVAL);
    }

    String topic() {
        return topic;
    }

    Qos qos() {
        return qos;
    }

    /// Whether it was published to be retained.
    boolean retain() {
        return retain;
    }

    /// Those for the takers.
    Properties properties() {
        return properties;
    }

    byte[] payload() {
        return payload;
    }

    String publisher() {
        return publisher;
    }

    long receivedMicros() {
        return receivedMicros;
    }

    long wallMicros() {
        return wallMicros;
    }

    /// Seconds it is worth delivering, as its publisher said; -1: for ever.
    long expirySeconds() {
        return expirySeconds;
    }

    /// When it is worth nothing any more, the broker's time.
    long expiresMicros() {
        return expirySeconds < 0 ? NEVER : receivedMicros + expirySeconds * SECOND;
    }

    boolean isOver(long now) {
        return expirySeconds >= 0 && now >= expiresMicros();
    }

    /// Bytes that it takes in a queue, near enough.
    int bytes() {
        return payload.length + topic.length();
    }

    /// The bytes for all takers without numbers of subscriptions. A message that waited has less time left
    /// (\[MQTT-3.3.2-6]).
    EncodedPublish encoded(Version version, Qos as, long now) {
        if (expirySeconds >= 0 && version.isFive() && now - receivedMicros >= SECOND)
            return encode(version, as, propertiesNow(now), topic);
        int at = as.level() + (version.isFive() ? 3 : 0);
        var known = encoded[at];
        if (known != null) return known;
        var made = encode(version, as, propertiesNow(now), topic);
        encoded[at] = made;
        return made;
    }

    /// The properties for a taker of MQTT 5 now, but for numbers of subscriptions and an alias.
    Properties propertiesNow(long now) {
        if (expirySeconds < 0) return properties;
        long left = expirySeconds - Math.max(0, now - receivedMicros) / SECOND;
        return properties.plus(p -> p.number(Property.MESSAGE_EXPIRY_INTERVAL, Math.max(0, left)));
    }

    /// Encoded with other properties or another topic, for one taker.
    EncodedPublish encode(Version version, Qos as, Properties with, String underTopic) {
        return EncodedPublish.of(underTopic, as, with, payload, version);
    }
}
