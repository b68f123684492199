package io.linkspan.bench;

import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Many MQTT 3.1.1 clients on one thread, as cheap as they can be: packets are encoded once, and of what comes only
/// type and
/// packet id are looked at. For one thread.
final class MqttLoad implements AutoCloseable {
    private static final int READ_BYTES = 1 << 16;
    private static final int CONNECTING_MAX = 500;
    private static final int SOURCE_CLIENTS_MAX = 10_000; // one source address has some 28,000 ports
    private static final Duration RETRY = Duration.ofMillis(50);
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int SUBACK = 9;

    private final InetSocketAddress server;
    private final Selector selector;
    private final ByteBuffer read = ByteBuffer.allocateDirect(READ_BYTES);
    private final ByteBuffer write = ByteBuffer.allocateDirect(READ_BYTES);

    /// What a client does with what it hears. `at` is where the packet's body begins in `bytes`.
    interface Hears {
        /// A PUBLISH came; acknowledged already where it asks for it.
        default void message(Client by, byte[] bytes, int at, int length) {}

        /// A PUBACK came.
        default void acknowledged(Client by) {}
    }

    MqttLoad(InetSocketAddress server) throws IOException {
        this.server = server;
        this.selector = Selector.open();
    }

    /// One client.
    final class Client {
        final int number;
        private final byte[] hello;
        private final Hears hears;
        private final ArrayDeque<byte[]> pending = new ArrayDeque<>();
        private SocketChannel channel;
        private byte[] in = new byte[256];
        private int had;
        private int answersWanted;
        private boolean lost;

        private Client(int number, byte[] hello, int answers, Hears hears) throws IOException {
            this.channel = SocketChannel.open();
            this.number = number;
            this.hello = hello;
            this.answersWanted = answers;
            this.hears = hears;
        }

        boolean isReady() {
            return answersWanted == 0;
        }

        private void connect() throws IOException {
            channel.close(); // the one before
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.bind(new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (1 + number / SOURCE_CLIENTS_MAX)}), 0));
            had = 0;
            lost = false;
            var key = channel.register(selector, SelectionKey.OP_CONNECT, this);
            if (channel.connect(server)) connected(key);
        }

        private void connected(SelectionKey key) throws IOException {
            key.interestOps(SelectionKey.OP_READ);
            send(hello);
        }

        /// What the socket does not take at once waits.
        void send(byte[] packet) throws IOException {
            if (pending.isEmpty()) {
                write.clear().put(packet).flip();
                channel.write(write);
                if (!write.hasRemaining()) return;
                byte[] rest = new byte[write.remaining()];
                write.get(rest);
                pending.add(rest);
                channel.keyFor(selector).interestOpsOr(SelectionKey.OP_WRITE);
            } else pending.add(packet);
        }

        private void flush(SelectionKey key) throws IOException {
            while (!pending.isEmpty()) {
                write.clear().put(pending.peek()).flip();
                channel.write(write);
                if (write.hasRemaining()) {
                    byte[] rest = new byte[write.remaining()];
                    write.get(rest);
                    pending.poll();
                    pending.addFirst(rest);
                    return;
                }
                pending.poll();
            }
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }

        private void hear() throws IOException {
            while (true) {
                read.clear();
                int n = channel.read(read);
                if (n < 0) throw new IOException("closed");
                if (n == 0) return;
                read.flip();
                if (in.length < had + n) in = java.util.Arrays.copyOf(in, Math.max(2 * in.length, had + n));
                read.get(in, had, n);
                had += n;
                int at = 0;
                for (int next; (next = packet(at)) > at; ) at = next;
                System.arraycopy(in, at, in, 0, had - at);
                had -= at;
                if (n < READ_BYTES) return;
            }
        }

        /// Takes the packet at `at`; returns where the next one begins, or `at` where it is not whole.
        private int packet(int at) throws IOException {
            int body = at + 1;
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                if (body >= had) return at;
                int b = in[body++];
                length |= (b & 0x7F) << shift;
                if (b >= 0) break;
            }
            if (body + length > had) return at;
            switch (in[at] >> 4 & 0xF) {
                case CONNACK -> {
                    if (in[body + 1] != 0) throw new IOException("The broker refused a client, code " + in[body + 1]);
                    answersWanted--;
                }
                case SUBACK -> answersWanted--;
                case PUBACK -> hears.acknowledged(this);
                case PUBLISH -> {
                    if ((in[at] & 6) != 0) {
                        int id = body + 2 + ((in[body] & 0xFF) << 8 | (in[body + 1] & 0xFF));
                        send(new byte[] {0x40, 2, in[id], in[id + 1]});
                    }
                    hears.message(this, in, body, length);
                }
                default -> // open: what came over the wire
                    throw new IOException("The broker sent " + Integer.toHexString(in[at] & 0xFF));
            }
            return body + length;
        }
    }

    /// Connects clients that send a CONNECT and perhaps a SUBSCRIBE, and waits until each has its answers.
    ///
    /// @param filter to subscribe to, `%d` being a client's number; empty: none
    List<Client> connect(String name, int count, String filter, int qos, Hears hears, Duration atMost)
            throws IOException {
        return connect(name, count, filter, qos, false, hears, atMost);
    }

    /// The same with sessions that outlast their connections, if `kept`.
    List<Client> connect(String name, int count, String filter, int qos, boolean kept, Hears hears, Duration atMost)
            throws IOException {
        var clients = new ArrayList<Client>();
        for (int i = 0; i < count; i++) {
            byte[] hello = hello(name + "-" + i, filter.isEmpty() ? "" : filter.formatted(i), qos, kept);
            clients.add(new Client(i, hello, filter.isEmpty() ? 1 : 2, hears));
        }
        connect(clients, atMost);
        return clients;
    }

    /// Lets clients come back whose server died. Returns when all have their answers again.
    void connectAgain(List<Client> clients, Duration atMost) throws IOException {
        for (var client : clients) {
            client.channel.close();
            client.pending.clear();
            client.answersWanted = client.hello.length > 0 && hasSubscribe(client.hello) ? 2 : 1;
        }
        selector.selectNow();
        connect(clients, atMost);
    }

    private static boolean hasSubscribe(byte[] hello) {
        return hello.length > hello[1] + 2; // the CONNECT is shorter than 128 bytes
    }

    private void connect(List<Client> clients, Duration atMost) throws IOException {
        long end = System.nanoTime() + atMost.toNanos();
        var waiting = new ArrayDeque<>(clients);
        var again = new ArrayDeque<Client>();
        int ready = 0;
        var under = new ArrayList<Client>();
        long retryAt = 0;
        while (ready < clients.size()) {
            if (System.nanoTime() > end)
                throw new IOException(
                        "Only " + ready + " of " + clients.size() + " clients were let in within " + atMost);
            while (!waiting.isEmpty() && under.size() < CONNECTING_MAX) {
                var client = waiting.poll();
                client.connect();
                under.add(client);
            }
            turn(5);
            for (var i = under.iterator(); i.hasNext(); ) {
                var client = i.next();
                if (!client.isReady() && !client.lost) continue;
                i.remove();
                if (client.isReady()) ready++;
                else again.add(client);
            }
            if (!again.isEmpty() && System.nanoTime() > retryAt) {
                for (var client : again) client.answersWanted = hasSubscribe(client.hello) ? 2 : 1;
                waiting.addAll(again);
                again.clear();
                retryAt = System.nanoTime() + RETRY.toNanos();
            }
        }
    }

    /// Handles what is there; waits for it at most so long.
    void turn(long millis) throws IOException {
        if (millis == 0) selector.selectNow();
        else selector.select(millis);
        for (var i = selector.selectedKeys().iterator(); i.hasNext(); ) {
            var key = i.next();
            i.remove();
            var client = (Client) key.attachment();
            try {
                if (key.isConnectable()) {
                    client.channel.finishConnect();
                    client.connected(key);
                }
                if (key.isValid() && key.isReadable()) client.hear();
                if (key.isValid() && key.isWritable()) client.flush(key);
            } catch (IOException e) {
                client.channel.close();
                if (client.isReady()) throw new IOException("Client " + client.number + " lost its connection", e);
                client.lost = true;
            }
        }
    }

    private static byte[] hello(String id, String filter, int qos, boolean kept) {
        var out = new PacketWriter();
        out.write(
                new Packet.Connect(
                        Version.MQTT_3_1_1,
                        id,
                        !kept,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Properties.NONE),
                Version.MQTT_3_1_1);
        if (!filter.isEmpty())
            out.write(
                    new Packet.Subscribe(1, Properties.NONE, List.of(new Subscription(filter, Qos.of(qos)))),
                    Version.MQTT_3_1_1);
        return java.util.Arrays.copyOf(out.array(), out.length());
    }

    static byte[] publish(String topic, int qos, int id, byte[] payload) {
        return PacketWriter.encode(
                new Packet.Publish(topic, Qos.of(qos), false, false, id, Properties.NONE, payload), Version.MQTT_3_1_1);
    }

    @Override
    public void close() throws IOException {
        for (var key : selector.keys()) key.channel().close();
        selector.close();
    }
}
