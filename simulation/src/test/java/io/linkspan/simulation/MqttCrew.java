package io.linkspan.simulation;

import io.linkspan.simulation.MqttWire.Heard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Clients as the standard wants them, with sessions that outlive a connection on both sides (4.1, 4.4): they come back
/// when
/// the broker died, send again what was not acknowledged, and keep book. Publishers of QoS 1, of QoS 2 and of retained
/// messages, and two receivers; half of them speak 3.1.1, half 5.
final class MqttCrew implements AutoCloseable {
    private static final int PUBLISHERS = 4; // of each QoS
    private static final int WINDOW = 10;
    /// Receivers that lie further behind slow the publishers down: no broker is asked to keep an endless queue.
    private static final int LAG_MAX = 400;
    private static final int KEEP_ALIVE_SECONDS = 120;
    private static final Duration LISTEN = Duration.ofMillis(100);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private final InetSocketAddress broker;
    private final MqttBook book;
    private final List<Thread> publishing = new ArrayList<>();
    private final List<Thread> receiving = new ArrayList<>();
    private final List<String> receivers = new ArrayList<>();
    private final List<MqttWire> wires = new CopyOnWriteArrayList<>();
    private volatile boolean finishing;
    private volatile boolean over;

    MqttCrew(InetSocketAddress broker, MqttBook book) throws InterruptedException {
        this.broker = broker;
        this.book = book;
        for (int version = 4; version <= 5; version++) {
            var receiver = new Receiver("receiver-v" + version, version);
            receivers.add(receiver.client);
            receiving.add(Thread.ofVirtual().start(receiver::run));
            receiver.subscribed.await();
        }
        for (int i = 0; i < PUBLISHERS; i++) {
            int version = 4 + i % 2;
            publishing.add(Thread.ofVirtual().start(new Publisher("k/1/" + i, version, 1, false)::run));
            publishing.add(Thread.ofVirtual().start(new Publisher("k/2/" + i, version, 2, false)::run));
            publishing.add(Thread.ofVirtual().start(new Publisher("r/1/" + i, version, 1, true)::run));
        }
    }

    /// No new messages; what is under way is brought to its end, within `atMost`. Says what is wrong.
    List<String> finish(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        finishing = true;
        for (var thread : publishing)
            if (!thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime()))))
                book.wrong("a publisher could not bring its messages to an end");
        var missing = new ArrayList<String>();
        for (var receiver : receivers) {
            while (!book.missing(receiver).isEmpty() && book.wrongs().isEmpty() && System.nanoTime() < end)
                TimeUnit.MILLISECONDS.sleep(50);
            missing.addAll(book.missing(receiver));
        }
        retained();
        missing.addAll(book.wrongs());
        return missing;
    }

    /// The last acknowledged of each retained topic, for somebody new.
    private void retained() {
        try (var wire = MqttWire.open(broker)) {
            wire.send(MqttWire.connect(4, "new-one", true, KEEP_ALIVE_SECONDS));
            wire.listen(ANSWER_MAX);
            wire.send(MqttWire.subscribe(4, 1, "r/1/#", 0));
            var values = new HashMap<String, Integer>();
            while (values.size() < PUBLISHERS && wire.listen(Duration.ofSeconds(5)) instanceof Heard.Packet p)
                if (p.type() == MqttWire.PUBLISH)
                    values.put(p.topic(), Integer.parseInt(new String(MqttWire.payload(4, p), StandardCharsets.UTF_8)));
            for (int i = 0; i < PUBLISHERS; i++) {
                String topic = "r/1/" + i;
                int last = book.acknowledgedOf(topic) - 1;
                if (last >= 0 && values.getOrDefault(topic, -1) < last)
                    book.wrong("retained " + topic + " is " + values.get(topic) + ", acknowledged was " + last);
            }
        } catch (IOException e) {
            book.wrong("nobody new could ask for retained messages: " + e.getMessage());
        }
    }

    @Override
    public void close() throws InterruptedException {
        finishing = true;
        over = true;
        for (var thread : publishing) thread.join();
        for (var thread : receiving) thread.join();
    }

    /// Cuts every client's connection.
    void cut() {
        for (var wire : List.copyOf(wires)) wire.close();
    }

    /// One client with its session.
    private abstract class Client {
        final String client;
        final int version;
        private boolean sessionKnown;

        Client(String client, int version) {
            this.client = client;
            this.version = version;
        }

        /// Connects again and again until it is let in, and lives on that connection.
        void run() {
            while (!isDone()) {
                try (var wire = MqttWire.open(broker)) {
                    wire.send(MqttWire.connect(version, client, false, KEEP_ALIVE_SECONDS));
                    if (!(wire.listen(ANSWER_MAX) instanceof Heard.Packet p) || p.type() != MqttWire.CONNACK) continue;
                    if (p.body()[1] != 0) {
                        book.wrong(client + " was refused: " + p);
                        return;
                    }
                    boolean present = p.body()[0] == 1;
                    if (sessionKnown && !present) book.wrong("the session of " + client + " was forgotten");
                    sessionKnown = true;
                    wires.add(wire);
                    live(wire, present);
                    wires.remove(wire);
                } catch (IOException e) {
                    // the broker is down; it comes back
                    try {
                        TimeUnit.MILLISECONDS.sleep(20);
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }
        }

        abstract boolean isDone();

        abstract void live(MqttWire wire, boolean present) throws IOException;
    }

    private final class Publisher extends Client {
        private final String topic;
        private final int qos;
        private final boolean retain;
        private final Map<Integer, Integer> open = new LinkedHashMap<>(); // packet id: number, no acknowledgement yet
        private final Map<Integer, Integer> released = new LinkedHashMap<>(); // PUBREC came, PUBCOMP did not
        private int next;

        Publisher(String topic, int version, int qos, boolean retain) {
            super("publisher-" + topic.replace('/', '-'), version);
            this.topic = topic;
            this.qos = qos;
            this.retain = retain;
        }

        @Override
        boolean isDone() {
            return over || finishing && open.isEmpty() && released.isEmpty();
        }

        @Override
        void live(MqttWire wire, boolean present) throws IOException {
            for (var e : open.entrySet()) wire.send(message(e.getKey(), e.getValue(), true));
            for (int id : released.keySet()) wire.send(MqttWire.ack(MqttWire.PUBREL, id));
            while (!isDone()) {
                while (!finishing && open.size() + released.size() < WINDOW && book.lag() < LAG_MAX) {
                    int id = next % 60_000 + 1;
                    open.put(id, next);
                    wire.send(message(id, next++, false));
                }
                switch (wire.listen(LISTEN)) {
                    case Heard.Closed _ -> {
                        return;
                    }
                    case Heard.Silent _ -> {}
                    case Heard.Packet p -> heard(wire, p);
                }
            }
        }

        private void heard(MqttWire wire, Heard.Packet p) throws IOException {
            int id = MqttWire.id(p);
            switch (p.type()) {
                case MqttWire.PUBACK -> {
                    var number = open.remove(id);
                    if (number == null || qos != 1) book.wrong(topic + ": nobody waited for " + p);
                    else book.acknowledged(topic, number);
                }
                case MqttWire.PUBREC -> {
                    var number = open.remove(id);
                    if (number != null) {
                        book.acknowledged(topic, number);
                        released.put(id, number);
                    } else if (!released.containsKey(id)) book.wrong(topic + ": nobody waited for " + p);
                    wire.send(MqttWire.ack(MqttWire.PUBREL, id));
                }
                case MqttWire.PUBCOMP -> {
                    if (released.remove(id) == null) book.wrong(topic + ": nobody waited for " + p);
                }
                default -> book.wrong(topic + ": nobody asked for " + p);
            }
        }

        private byte[] message(int id, int number, boolean again) {
            int flags = qos << 1 | (again ? 8 : 0) | (retain ? 1 : 0);
            return MqttWire.publish(
                    version, flags, topic, id, Integer.toString(number).getBytes(StandardCharsets.UTF_8));
        }
    }

    private final class Receiver extends Client {
        final CountDownLatch subscribed = new CountDownLatch(1);
        private final Map<Integer, Boolean> taken = new HashMap<>(); // ids of QoS 2 whose PUBREL did not come

        Receiver(String client, int version) {
            super(client, version);
        }

        @Override
        boolean isDone() {
            return over;
        }

        @Override
        void live(MqttWire wire, boolean present) throws IOException {
            if (!present) {
                taken.clear();
                wire.send(MqttWire.subscribe(version, 1, "k/#", 2));
            }
            while (!over) {
                switch (wire.listen(LISTEN)) {
                    case Heard.Closed _ -> {
                        return;
                    }
                    case Heard.Silent _ -> {}
                    case Heard.Packet p -> heard(wire, p);
                }
            }
        }

        private void heard(MqttWire wire, Heard.Packet p) throws IOException {
            switch (p.type()) {
                case MqttWire.SUBACK -> subscribed.countDown();
                case MqttWire.PUBLISH -> {
                    int id = MqttWire.id(p);
                    int qos = p.flags() >> 1 & 3;
                    if (qos == 1 || taken.put(id, true) == null)
                        book.delivered(
                                client,
                                p.topic(),
                                Integer.parseInt(new String(MqttWire.payload(version, p), StandardCharsets.UTF_8)));
                    wire.send(MqttWire.ack(qos == 1 ? MqttWire.PUBACK : MqttWire.PUBREC, id));
                }
                case MqttWire.PUBREL -> {
                    taken.remove(MqttWire.id(p));
                    wire.send(MqttWire.ack(MqttWire.PUBCOMP, MqttWire.id(p)));
                }
                default -> book.wrong(client + ": nobody asked for " + p);
            }
        }
    }
}
