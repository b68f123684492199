package io.linkspan.broker;

import io.linkspan.connector.MemoryLog;
import io.linkspan.connector.OwnLog;
import io.linkspan.model.Moment;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Will;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A broker over a log in memory, whose time and disk are in the test's hand.
final class TestBench {
    static final Gate.Door DOOR = new Gate.Door("memory", true, true);
    private static final Limits SMALL = new Limits(
            100,
            64 << 10,
            20,
            50,
            1 << 20,
            100_000,
            8,
            10,
            50,
            20,
            10,
            4,
            0,
            Duration.ofDays(1),
            Duration.ofSeconds(10));

    final MemoryLog log = new MemoryLog();
    private final OwnLog own;
    Tap tap = Tap.NOBODY;
    /// Who comes by which name; anybody else shares the topics.
    final Map<String, TopicSpace> spaces = new HashMap<>();
    Broker broker;
    private long nowMicros = 1_000_000;
    private int newIds;

    TestBench() throws IOException, InterruptedException {
        own = log;
        broker = begin();
    }

    /// Over another log than the one in memory.
    TestBench(OwnLog own) throws IOException, InterruptedException {
        this.own = own;
        broker = begin();
    }

    /// The broker ends without a word and begins anew; all connections are lost.
    void restart() throws IOException, InterruptedException {
        broker = begin();
    }

    private Broker begin() throws IOException, InterruptedException {
        var recovered = BrokerRun.Recovered.from(own);
        Gate.Rights rights = new Gate.Rights() {
            @Override
            public boolean mayPublish(String topic) {
                return !topic.startsWith("forbidden/");
            }

            @Override
            public boolean maySubscribe(String filter) {
                return !filter.startsWith("forbidden/");
            }
        };
        Gate open = (c, door, subject, answer) -> {
            var space = spaces.getOrDefault(c.userName().orElse(""), TopicSpace.SHARED);
            answer.accept(new Gate.Admission(Reason.SUCCESS, "", rights, space));
        };
        var made = new Broker(
                new Broker.Settings(SMALL, 0, List.of(), 3_600_000_000L),
                open,
                new Tap() {
                    @Override
                    public boolean wants(String topic) {
                        return tap.wants(topic);
                    }

                    @Override
                    public boolean hear(Message message, long wallMicros, Done done) {
                        return tap.hear(message, wallMicros, done);
                    }

                    @Override
                    public void heardAll() {
                        tap.heardAll();
                    }
                },
                Feeding.NOBODY,
                new LogBook(own),
                recovered.state(),
                () -> "auto-" + ++newIds,
                now());
        own.listen(() -> {
            made.durable(now());
            made.flush();
        });
        return made;
    }

    Moment now() {
        return new Moment(nowMicros, nowMicros + 1_700_000_000_000_000L);
    }

    void advance(Duration by) {
        nowMicros += by.toNanos() / 1_000;
        broker.tick(now());
        broker.flush();
    }

    /// The power goes and comes back; all connections are lost.
    void cutPower() throws IOException, InterruptedException {
        log.cutPower();
        broker = begin();
    }

    /// Saves a snapshot of the state as it is, in slices.
    void snapshot(long number) throws IOException, InterruptedException {
        var image = new Image(broker.state(), number, broker.lastEntry());
        while (!image.slice()) {}
        own.saveSnapshot(image.position(), image::writeTo);
    }

    /// A client without a connection yet.
    Client client(String id, Version version) {
        return new Client(id, version);
    }

    /// A client that is connected and was answered.
    Client connected(String id) {
        var client = client(id, Version.MQTT_5);
        client.connect(true, Properties.NONE);
        client.take(Packet.Connack.class);
        return client;
    }

    /// One client, whose packets the test says.
    final class Client {
        final String id;
        final Version version;
        TestWire wire;
        Optional<Will> will = Optional.empty();
        Optional<String> user = Optional.empty();
        private @Nullable Link link;

        Client(String id, Version version) {
            this.id = id;
            this.version = version;
            wire = new TestWire(version);
        }

        void connect(boolean clean, Properties properties) {
            wire = new TestWire(version);
            link = broker.connected(wire, DOOR, Optional.empty(), now()).orElse(null);
            send(new Packet.Connect(version, id, clean, 60, will, user, Optional.empty(), properties));
        }

        void send(Packet packet) {
            sendWithoutEnd(packet);
            broker.flush();
        }

        /// Sends one of several packets of a turn, which ends with [Broker#flush].
        void sendWithoutEnd(Packet packet) {
            byte[] bytes = PacketWriter.encode(packet, version);
            if (link == null) throw new AssertionError(id + " has no connection");
            link.received(bytes, 0, bytes.length, now());
        }

        void publish(String topic, String payload, Qos qos, int packet) {
            publish(topic, payload, qos, packet, false, Properties.NONE);
        }

        void publish(String topic, String payload, Qos qos, int packet, boolean retain, Properties properties) {
            send(new Packet.Publish(
                    topic, qos, false, retain, packet, properties, payload.getBytes(StandardCharsets.UTF_8)));
        }

        void subscribe(String filter, Qos qos) {
            subscribe(new Subscription(filter, qos), 0);
        }

        void subscribe(Subscription subscription, int number) {
            var properties = number == 0
                    ? Properties.NONE
                    : Properties.with()
                            .number(io.linkspan.mqtt.Property.SUBSCRIPTION_IDENTIFIER, number)
                            .build();
            send(new Packet.Subscribe(7, properties, List.of(subscription)));
        }

        /// The network loses the connection.
        void lose() {
            var lost = link;
            link = null;
            if (lost != null) broker.disconnected(lost, now());
            broker.flush();
        }

        void drained() {
            if (link != null) broker.drained(link, now());
            broker.flush();
        }

        /// The next packet, which is of this kind.
        <P extends Packet> P take(Class<P> kind) {
            var next = wire.packets.poll();
            if (!kind.isInstance(next))
                throw new AssertionError(id + " got " + next + " instead of a " + kind.getSimpleName());
            return kind.cast(next);
        }

        String text(Packet.Publish p) {
            return new String(p.payload(), StandardCharsets.UTF_8);
        }

        boolean gotNothing() {
            return wire.packets.isEmpty();
        }

        void each(Consumer<Packet> what) {
            while (!wire.packets.isEmpty()) what.accept(wire.packets.remove());
        }
    }
}
