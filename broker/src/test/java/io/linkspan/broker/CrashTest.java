package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import org.junit.jupiter.api.Test;

/// Random lives of clients over a disk that stores late and a power supply that fails. Whatever happens:
/// what was acknowledged arrives, what is of QoS 2 arrives once, and what comes from one publisher comes in order.
class CrashTest {
    private static final Properties KEPT =
            Properties.with().number(Property.SESSION_EXPIRY_INTERVAL, 80_000).build();

    @net.jqwik.api.Property(tries = 300)
    void nothingAcknowledgedIsLostAndNothingComesTwice(@ForAll long seed) throws Exception {
        new Life(seed, false).live(120);
    }

    @Test
    void aDiskThatSaysItHasStoredAndHasNotIsFound() {
        int found = 0;
        for (int seed = 0; seed < 40 && found == 0; seed++) {
            try {
                new Life(seed, true).live(120);
            } catch (AssertionError e) {
                found++;
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(found).as("the checks would see a lie").isPositive();
    }

    /// One run.
    private static final class Life {
        private final Random random;
        private final TestBench bench = new TestBench();
        private final List<Publisher> publishers = new ArrayList<>();
        private final List<Subscriber> subscribers = new ArrayList<>();
        private long snapshots;

        private final boolean lying;

        Life(long seed, boolean lying) throws IOException, InterruptedException {
            random = new Random(seed);
            this.lying = lying;
            bench.log.hold();
            if (lying) bench.log.lie();
            for (int i = 0; i < 2; i++) publishers.add(new Publisher(bench.client("pub" + i, Version.MQTT_5)));
            for (int i = 0; i < 2; i++) subscribers.add(new Subscriber(bench.client("sub" + i, Version.MQTT_5)));
            for (var each : subscribers) each.join();
            settle();
        }

        void live(int steps) throws IOException, InterruptedException {
            for (int i = 0; i < steps; i++) step();
            settle();
            for (var sub : subscribers) sub.check(publishers);
        }

        private void step() throws IOException, InterruptedException {
            var pub = publishers.get(random.nextInt(publishers.size()));
            var sub = subscribers.get(random.nextInt(subscribers.size()));
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> pub.publish(random.nextBoolean() ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE);
                case 4, 5, 6 -> pub.look(1 + random.nextInt(3));
                case 7, 8, 9 -> sub.look(1 + random.nextInt(3));
                case 10, 11, 12 -> bench.log.store(1 + random.nextInt(4));
                case 13 -> (random.nextBoolean() ? pub : sub).breakOff();
                case 14 -> {
                    if (random.nextInt(3) == 0) powerCut();
                }
                case 15 -> {
                    bench.log.store(1_000);
                    if (!lying && random.nextInt(3) == 0) bench.snapshot(++snapshots);
                }
                default -> throw new IllegalStateException();
            }
        }

        private void powerCut() throws IOException, InterruptedException {
            for (var each : publishers) each.connected = false;
            for (var each : subscribers) each.connected = false;
            bench.cutPower();
            bench.log.hold();
        }

        /// Everybody comes back and says all that there is to say.
        private void settle() {
            for (int i = 0; i < 200; i++) {
                bench.log.store(1_000);
                for (var each : publishers) each.look(100);
                for (var each : subscribers) each.look(100);
            }
        }
    }

    /// A client that does what the standard asks of it.
    private abstract static class Peer {
        final TestBench.Client client;
        boolean connected;

        Peer(TestBench.Client client) {
            this.client = client;
        }

        void look(int most) {
            if (connected && client.wire.closed) breakOff();
            if (!connected) {
                client.connect(false, KEPT);
                connected = true;
            }
            for (int i = 0; i < most && !client.wire.packets.isEmpty(); i++) take(client.wire.packets.remove());
        }

        void breakOff() {
            if (connected) client.lose();
            connected = false;
        }

        abstract void take(Packet packet);
    }

    private static final class Publisher extends Peer {
        /// On the way: the message, or its release.
        private final Map<Integer, Packet> open = new LinkedHashMap<>();
        private final Set<String> acknowledged = new HashSet<>();
        private final List<String> published = new ArrayList<>();
        private boolean answered;
        private int lastId;

        Publisher(TestBench.Client client) {
            super(client);
        }

        void publish(Qos qos) {
            look(1);
            if (!answered || open.size() >= 15) return;
            do lastId = lastId % 100 + 1;
            while (open.containsKey(lastId));
            String text = client.id + " " + qos.level() + " " + published.size();
            published.add(text);
            var message = new Packet.Publish(
                    "t/" + client.id,
                    qos,
                    false,
                    false,
                    lastId,
                    Properties.NONE,
                    text.getBytes(StandardCharsets.UTF_8));
            open.put(lastId, message);
            client.send(message);
        }

        @Override
        void breakOff() {
            super.breakOff();
            answered = false;
        }

        @Override
        void look(int most) {
            if (!connected) answered = false;
            super.look(most);
        }

        @Override
        void take(Packet packet) {
            switch (packet) {
                case Packet.Connack c -> {
                    assertThat(c.reason()).isEqualTo(Reason.SUCCESS);
                    answered = true;
                    if (!c.sessionPresent()) published.size(); // its first time, or the power went before it was kept
                    for (var each : List.copyOf(open.values())) client.send(again(each));
                }
                case Packet.Puback p -> {
                    if (open.remove(p.id()) instanceof Packet.Publish m) acknowledged.add(text(m));
                }
                case Packet.Pubrec p -> {
                    if (open.get(p.id()) instanceof Packet.Publish m) acknowledged.add(text(m));
                    var release = new Packet.Pubrel(p.id(), Reason.SUCCESS, Properties.NONE);
                    open.put(p.id(), release);
                    client.send(release);
                }
                case Packet.Pubcomp p -> open.remove(p.id());
                default -> throw new AssertionError(client.id + " got " + packet);
            }
        }

        private static Packet again(Packet each) {
            return each instanceof Packet.Publish m
                    ? new Packet.Publish(m.topic(), m.qos(), true, false, m.id(), m.properties(), m.payload())
                    : each;
        }

        private static String text(Packet.Publish m) {
            return new String(m.payload(), StandardCharsets.UTF_8);
        }
    }

    private static final class Subscriber extends Peer {
        private final List<String> got = new ArrayList<>();
        private final Set<Integer> taken = new HashSet<>();
        private boolean joined;

        Subscriber(TestBench.Client client) {
            super(client);
        }

        void join() {
            look(0);
        }

        @Override
        void take(Packet packet) {
            switch (packet) {
                case Packet.Connack c -> {
                    assertThat(c.reason()).isEqualTo(Reason.SUCCESS);
                    if (joined)
                        assertThat(c.sessionPresent())
                                .as("a session that was acknowledged")
                                .isTrue();
                    else client.subscribe("t/#", Qos.EXACTLY_ONCE);
                }
                case Packet.Suback _ -> joined = true;
                case Packet.Publish m -> {
                    if (m.qos() == Qos.AT_LEAST_ONCE) {
                        got.add(client.text(m));
                        client.send(new Packet.Puback(m.id(), Reason.SUCCESS, Properties.NONE));
                    } else {
                        if (taken.add(m.id())) got.add(client.text(m));
                        client.send(new Packet.Pubrec(m.id(), Reason.SUCCESS, Properties.NONE));
                    }
                }
                case Packet.Pubrel r -> {
                    taken.remove(r.id());
                    client.send(new Packet.Pubcomp(r.id(), Reason.SUCCESS, Properties.NONE));
                }
                default -> throw new AssertionError(client.id + " got " + packet);
            }
        }

        void check(List<Publisher> publishers) {
            var times = new HashMap<String, Integer>();
            for (String each : got) times.merge(each, 1, Integer::sum);
            for (var pub : publishers) {
                assertThat(pub.open).as("what %s has open", pub.client.id).isEmpty();
                assertThat(times.keySet())
                        .as("what %s was told is kept", pub.client.id)
                        .containsAll(pub.acknowledged);
                int last = -1;
                for (String each : got) {
                    var words = each.split(" ");
                    if (!words[0].equals(pub.client.id) || !words[1].equals("2")) continue;
                    assertThat(Integer.parseInt(words[2]))
                            .as("order of %s", each)
                            .isGreaterThan(last);
                    last = Integer.parseInt(words[2]);
                }
            }
            times.forEach((text, count) -> {
                if (text.split(" ")[1].equals("2")) assertThat(count).as(text).isEqualTo(1);
            });
        }
    }
}
