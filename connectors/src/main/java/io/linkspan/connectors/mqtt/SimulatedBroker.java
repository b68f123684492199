package io.linkspan.connectors.mqtt;

import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.TopicCache;
import io.linkspan.mqtt.Topics;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Violation;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// A broker on a free port of loopback, with persistent sessions, retained messages and faults. It stands for brokers
/// of both versions; what it does not need to show about us (wills, shared subscriptions) it does not do. Safe for many
/// threads.
public final class SimulatedBroker implements Closeable {
    private static final int CLIENTS_WAITING_MAX = 8;
    private static final int PACKET_BYTES_MAX = 1 << 20;

    /// What may be wrong with it.
    public enum Fault {
        /// It knows 3.1.1 alone, and says so.
        OLD,
        /// It knows 3.1.1 alone, and closes the connection on anything else.
        OLD_AND_RUDE,
        /// It takes nobody: the password is wrong.
        REFUSES,
        /// It lets nobody subscribe.
        NO_SUBSCRIPTIONS,
        /// It acknowledges no message of the client.
        NO_ACKNOWLEDGEMENTS,
        /// It says that nobody hears what the client publishes.
        NOBODY_LISTENS,
        /// It refuses each message of the client.
        FORBIDS,
        /// It forgets each session at the end of a connection.
        FORGETS,
        /// It keeps its connections and says nothing.
        SILENT
    }

    /// A message on a topic.
    public record Message(String topic, byte[] payload, boolean retain) {
        /// The payload as text.
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket door = new ServerSocket(0, CLIENTS_WAITING_MAX, InetAddress.getLoopbackAddress());
    private final Map<String, Kept> sessions = new HashMap<>(); // guarded by this, as all that follows
    private final Map<String, Message> retained = new LinkedHashMap<>();
    private final List<Message> published = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    private Optional<BiConsumer<String, byte[]>> device = Optional.empty();
    private int connections;
    private Optional<Packet.Connect> lastConnect = Optional.empty();
    private int acknowledged;

    /// Begins to listen.
    public SimulatedBroker() throws IOException {
        Thread.ofVirtual().name("broker door").start(this::takeClients);
    }

    /// A client's session.
    private static final class Kept {
        private final Map<String, Qos> subscriptions = new LinkedHashMap<>();
        private final Map<Integer, Packet.Publish> unacknowledged = new LinkedHashMap<>();
        private Optional<Client> client = Optional.empty();
        private int lastId;
    }

    /// Where it listens, as a site file says it.
    public String endpoint() {
        return "mqtt://127.0.0.1:" + door.getLocalPort();
    }

    /// Makes a fault begin or end.
    public synchronized void fault(Fault fault, boolean now) {
        if (now) faults.add(fault);
        else faults.remove(fault);
    }

    /// What happens with each message that a client publishes: a device that listens there.
    public synchronized void device(BiConsumer<String, byte[]> device) {
        this.device = Optional.of(device);
    }

    /// Publishes as somebody else would.
    public synchronized void publish(String topic, byte[] payload, Qos qos, boolean retain) {
        if (retain) retained.put(topic, new Message(topic, payload, true));
        for (var session : sessions.values()) {
            Optional<Qos> granted = Optional.empty();
            for (var each : session.subscriptions.entrySet())
                if (Topics.matches(each.getKey(), topic)
                        && granted.filter(g -> g.level() >= each.getValue().level())
                                .isEmpty()) granted = Optional.of(each.getValue());
            if (granted.isPresent()) send(session, topic, payload, qos.atMost(granted.get()), false);
        }
    }

    /// The same with text and QoS 1.
    public void publish(String topic, String payload) {
        publish(topic, payload.getBytes(StandardCharsets.UTF_8), Qos.AT_LEAST_ONCE, false);
    }

    /// A message that is kept.
    public void retain(String topic, String payload) {
        publish(topic, payload.getBytes(StandardCharsets.UTF_8), Qos.AT_LEAST_ONCE, true);
    }

    /// What clients have published so far, oldest first.
    public synchronized List<Message> published() {
        return List.copyOf(published);
    }

    /// What is kept on a topic.
    public synchronized Optional<Message> kept(String topic) {
        return Optional.ofNullable(retained.get(topic));
    }

    /// Connections that were taken so far.
    public synchronized int connections() {
        return connections;
    }

    /// The newest CONNECT.
    public synchronized Optional<Packet.Connect> lastConnect() {
        return lastConnect;
    }

    /// Messages that wait for a client's acknowledgement.
    public synchronized int waiting() {
        return sessions.values().stream().mapToInt(s -> s.unacknowledged.size()).sum();
    }

    /// Messages that clients have acknowledged so far.
    public synchronized int acknowledged() {
        return acknowledged;
    }

    /// Filters that are subscribed to by anybody.
    public synchronized Set<String> filters() {
        var all = new java.util.TreeSet<String>();
        for (var each : sessions.values()) all.addAll(each.subscriptions.keySet());
        return all;
    }

    /// Breaks each connection.
    public synchronized void cut() throws IOException {
        for (var each : List.copyOf(sockets)) each.close();
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }

    private void takeClients() {
        try {
            while (true) {
                var socket = door.accept();
                synchronized (this) {
                    sockets.add(socket);
                }
                Thread.ofVirtual().name("broker client").start(() -> serve(socket));
            }
        } catch (IOException e) {
            // the door was closed: the broker is gone
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Client(socket).serve();
        } catch (IOException e) {
            // cut: the other side sees it too
        } catch (Violation e) {
            synchronized (this) {
                published.add(new Message("violation", e.getMessage().getBytes(StandardCharsets.UTF_8), false));
            }
        } finally {
            synchronized (this) {
                sockets.remove(socket);
            }
        }
    }

    private void send(Kept session, String topic, byte[] payload, Qos qos, boolean retain) {
        int id = qos == Qos.AT_MOST_ONCE ? 0 : ++session.lastId;
        var packet = new Packet.Publish(topic, qos, false, retain, id, Properties.NONE, payload);
        if (id != 0) session.unacknowledged.put(id, packet);
        session.client.ifPresent(c -> c.write(packet));
    }

    /// One connection.
    private final class Client {
        private final Socket socket;
        private final PacketDecoder decoder =
                new PacketDecoder(PacketDecoder.Sender.CLIENT, Version.MQTT_3_1_1, new TopicCache(16));
        private Kept session = new Kept();
        private String id = "";

        Client(Socket socket) {
            this.socket = socket;
        }

        void serve() throws IOException, Violation {
            try {
                for (var packet = read(); packet.isPresent(); packet = read())
                    synchronized (SimulatedBroker.this) {
                        if (faults.contains(Fault.SILENT)) continue;
                        if (!take(packet.get())) return;
                    }
            } finally {
                synchronized (SimulatedBroker.this) {
                    if (session.client.filter(c -> c == this).isPresent()) session.client = Optional.empty();
                    if (faults.contains(Fault.FORGETS)) sessions.remove(id);
                }
            }
        }

        private Optional<Packet> read() throws IOException, Violation {
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[5];
            int n = 0;
            int length = 0;
            while (length == 0) {
                int b = in.read();
                if (b < 0) return Optional.empty();
                bytes[n++] = (byte) b;
                length = PacketDecoder.lengthAt(bytes, 0, n);
            }
            if (length > PACKET_BYTES_MAX) throw new IOException("too large");
            byte[] whole = java.util.Arrays.copyOf(bytes, length);
            if (in.readNBytes(whole, n, length - n) < length - n) return Optional.empty();
            return Optional.of(decoder.decode(whole, 0, length));
        }

        private void write(Packet packet) {
            if (faults.contains(Fault.SILENT)) return;
            try {
                socket.getOutputStream().write(PacketWriter.encode(packet, decoder.version()));
            } catch (IOException e) {
                // gone: it stays unacknowledged
            }
        }

        /// @return false to end the connection
        private boolean take(Packet packet) {
            return switch (packet) {
                case Packet.Connect connect -> connect(connect);
                case Packet.Subscribe subscribe -> subscribe(subscribe);
                case Packet.Unsubscribe unsubscribe -> {
                    unsubscribe.filters().forEach(session.subscriptions::remove);
                    write(new Packet.Unsuback(
                            unsubscribe.id(),
                            Properties.NONE,
                            unsubscribe.filters().stream()
                                    .map(_ -> Reason.SUCCESS)
                                    .toList()));
                    yield true;
                }
                case Packet.Publish publish -> publish(publish);
                case Packet.Puback ack -> done(ack.id());
                case Packet.Pubrec rec -> {
                    write(new Packet.Pubrel(rec.id(), Reason.SUCCESS, Properties.NONE));
                    yield true;
                }
                case Packet.Pubcomp comp -> done(comp.id());
                case Packet.Pingreq _ -> {
                    write(new Packet.Pingresp());
                    yield true;
                }
                case Packet.Disconnect _ -> false;
                case Packet.Pubrel _,
                        Packet.Auth _,
                        Packet.Connack _,
                        Packet.Suback _,
                        Packet.Unsuback _,
                        Packet.Pingresp _ -> false;
            };
        }

        private boolean done(int id) {
            if (session.unacknowledged.remove(id) != null) acknowledged++;
            return true;
        }

        private boolean connect(Packet.Connect connect) {
            connections++;
            lastConnect = Optional.of(connect);
            if (connect.version().isFive() && faults.contains(Fault.OLD_AND_RUDE)) return false;
            if (connect.version().isFive() && faults.contains(Fault.OLD)) {
                try {
                    socket.getOutputStream().write(new byte[] {0x20, 2, 0, 1}); // 3.1.1, 3.2.2.3
                } catch (IOException e) {
                    // gone
                }
                return false;
            }
            if (faults.contains(Fault.REFUSES)) {
                write(new Packet.Connack(false, Reason.BAD_USER_NAME_OR_PASSWORD, Properties.NONE));
                return false;
            }
            id = connect.clientId();
            if (connect.cleanStart()) sessions.remove(id);
            boolean present = sessions.containsKey(id);
            session = sessions.computeIfAbsent(id, _ -> new Kept());
            session.client = Optional.of(this);
            write(new Packet.Connack(present, Reason.SUCCESS, Properties.NONE));
            for (var each : List.copyOf(session.unacknowledged.values()))
                write(new Packet.Publish(
                        each.topic(), each.qos(), true, each.retain(), each.id(), each.properties(), each.payload()));
            return true;
        }

        private boolean subscribe(Packet.Subscribe subscribe) {
            boolean no = faults.contains(Fault.NO_SUBSCRIPTIONS);
            var before = Set.copyOf(session.subscriptions.keySet());
            if (!no) subscribe.subscriptions().forEach(s -> session.subscriptions.put(s.filter(), s.qos()));
            write(new Packet.Suback(
                    subscribe.id(),
                    Properties.NONE,
                    subscribe.subscriptions().stream()
                            .map(s -> no
                                    ? decoder.version().isFive() ? Reason.NOT_AUTHORIZED : Reason.UNSPECIFIED_ERROR
                                    : Reason.granted(s.qos()))
                            .toList()));
            if (no) return true;
            for (var each : subscribe.subscriptions())
                for (var message : List.copyOf(retained.values())) {
                    boolean wanted = switch (each.handling()) {
                        case SEND -> true;
                        case SEND_IF_NEW -> !before.contains(each.filter());
                        case DO_NOT_SEND -> false;
                    };
                    if (wanted && Topics.matches(each.filter(), message.topic()))
                        send(
                                session,
                                message.topic(),
                                message.payload(),
                                each.qos().atMost(Qos.AT_LEAST_ONCE),
                                true);
                }
            return true;
        }

        private boolean publish(Packet.Publish publish) {
            var message = new Message(publish.topic(), publish.payload(), publish.retain());
            published.add(message);
            if (publish.retain() && publish.payload().length == 0) retained.remove(publish.topic());
            else if (publish.retain()) retained.put(publish.topic(), message);
            var reason = faults.contains(Fault.FORBIDS)
                    ? Reason.NOT_AUTHORIZED
                    : faults.contains(Fault.NOBODY_LISTENS) ? Reason.NO_MATCHING_SUBSCRIBERS : Reason.SUCCESS;
            if (publish.qos() == Qos.AT_LEAST_ONCE && !faults.contains(Fault.NO_ACKNOWLEDGEMENTS))
                write(new Packet.Puback(publish.id(), reason, Properties.NONE));
            if (reason == Reason.SUCCESS) device.ifPresent(d -> d.accept(publish.topic(), publish.payload()));
            return true;
        }
    }
}
