package io.linkspan.mqtt;

/// A version of the protocol.
public enum Version {
    /// MQTT 3.1, protocol name `MQIsdp`.
    MQTT_3_1(3, "MQIsdp"),
    /// MQTT 3.1.1.
    MQTT_3_1_1(4, "MQTT"),
    /// MQTT 5.
    MQTT_5(5, "MQTT");

    private final int level;
    private final String protocol;

    Version(int level, String protocol) {
        this.level = level;
        this.protocol = protocol;
    }

    /// The number of the version in a CONNECT (3.1.2.2).
    public int level() {
        return level;
    }

    /// The name of the protocol in a CONNECT (3.1.2.1).
    public String protocol() {
        return protocol;
    }

    /// Whether packets carry properties and reason codes.
    public boolean isFive() {
        return this == MQTT_5;
    }
}
