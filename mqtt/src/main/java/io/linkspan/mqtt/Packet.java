package io.linkspan.mqtt;

import java.util.List;
import java.util.Optional;

/// A packet of MQTT. Byte arrays in it belong to it and are not to be changed; where a version has no properties they
/// are [Properties#NONE], and where it has no reason code the reason is [Reason#SUCCESS].
public sealed interface Packet {
    /// Highest packet identifier.
    int ID_MAX = 65_535;

    /// Which kind this is.
    PacketType type();

    /// A packet that takes part in the delivery of one message: PUBACK, PUBREC, PUBREL or PUBCOMP.
    sealed interface Step extends Packet {
        /// The message's packet identifier, 1 to 65,535.
        int id();

        /// What became of the message.
        Reason reason();

        /// Reason string and user properties.
        Properties properties();
    }

    /// 3.1.
    ///
    /// @param keepAliveSeconds 0: none
    record Connect(
            Version version,
            String clientId,
            boolean cleanStart,
            int keepAliveSeconds,
            Optional<Will> will,
            Optional<String> userName,
            Optional<byte[]> password,
            Properties properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.CONNECT;
        }
    }

    /// 3.2. For 3.1.1 a [Reason] that has a return code there, else "server unavailable" is sent.
    record Connack(boolean sessionPresent, Reason reason, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.CONNACK;
        }
    }

    /// 3.3.
    ///
    /// @param topic empty when its alias stands for it
    /// @param id 0 with QoS 0
    record Publish(String topic, Qos qos, boolean dup, boolean retain, int id, Properties properties, byte[] payload)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PUBLISH;
        }
    }

    /// 3.4.
    record Puback(int id, Reason reason, Properties properties) implements Step {
        @Override
        public PacketType type() {
            return PacketType.PUBACK;
        }
    }

    /// 3.5.
    record Pubrec(int id, Reason reason, Properties properties) implements Step {
        @Override
        public PacketType type() {
            return PacketType.PUBREC;
        }
    }

    /// 3.6.
    record Pubrel(int id, Reason reason, Properties properties) implements Step {
        @Override
        public PacketType type() {
            return PacketType.PUBREL;
        }
    }

    /// 3.7.
    record Pubcomp(int id, Reason reason, Properties properties) implements Step {
        @Override
        public PacketType type() {
            return PacketType.PUBCOMP;
        }
    }

    /// 3.8.
    record Subscribe(int id, Properties properties, List<Subscription> subscriptions) implements Packet {
        public Subscribe {
            subscriptions = List.copyOf(subscriptions);
        }

        @Override
        public PacketType type() {
            return PacketType.SUBSCRIBE;
        }
    }

    /// 3.9.
    record Suback(int id, Properties properties, List<Reason> reasons) implements Packet {
        public Suback {
            reasons = List.copyOf(reasons);
        }

        @Override
        public PacketType type() {
            return PacketType.SUBACK;
        }
    }

    /// 3.10.
    record Unsubscribe(int id, Properties properties, List<String> filters) implements Packet {
        public Unsubscribe {
            filters = List.copyOf(filters);
        }

        @Override
        public PacketType type() {
            return PacketType.UNSUBSCRIBE;
        }
    }

    /// 3.11.
    ///
    /// @param reasons none in 3.1 and 3.1.1
    record Unsuback(int id, Properties properties, List<Reason> reasons) implements Packet {
        public Unsuback {
            reasons = List.copyOf(reasons);
        }

        @Override
        public PacketType type() {
            return PacketType.UNSUBACK;
        }
    }

    /// 3.12.
    record Pingreq() implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PINGREQ;
        }
    }

    /// 3.13.
    record Pingresp() implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PINGRESP;
        }
    }

    /// 3.14.
    record Disconnect(Reason reason, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.DISCONNECT;
        }
    }

    /// 3.15.
    record Auth(Reason reason, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.AUTH;
        }
    }
}
