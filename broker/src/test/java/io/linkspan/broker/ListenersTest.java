package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.TopicCache;
import io.linkspan.mqtt.Version;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The broker on real sockets of this box's loopback: TCP, WebSocket, accounts.
class ListenersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// A busy machine may take long between a test's connection and its first packet.
    private static final Limits PATIENT = patient(Limits.STANDARD);

    private static Limits patient(Limits l) {
        return new Limits(
                l.connectionsMax(),
                l.packetBytesMax(),
                l.inflightMax(),
                l.queueMessagesMax(),
                l.queueBytesMax(),
                l.outgoingBytesMax(),
                l.topicLevelsMax(),
                l.subscriptionsMax(),
                l.sessionsMax(),
                l.retainedMax(),
                l.topicAliasMax(),
                l.sendAliasMax(),
                l.publishRateMax(),
                l.sessionExpiryMax(),
                Duration.ofMinutes(10));
    }

    private final TestSurroundings here = new TestSurroundings("broker");
    private Optional<TestSurroundings.Running> running = Optional.empty();
    private int port;

    private void start(boolean anonymous, Optional<String> path, List<DeviceAccount> accounts) throws Exception {
        start(anonymous, path, Optional.empty(), accounts);
    }

    private void start(
            boolean anonymous, Optional<String> path, Optional<BrokerSettings.Tls> tls, List<DeviceAccount> accounts)
            throws Exception {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var door = new BrokerSettings.Door(new Endpoint.Tcp("127.0.0.1", port), path, tls, anonymous);
        running = Optional.of(here.start(new BrokerRun(new BrokerSettings(
                List.of(door), accounts, PATIENT, Duration.ZERO, List.of(), Duration.ofSeconds(10)))));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (probe.isConnected()) return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new AssertionError("The broker does not listen on port " + port);
    }

    @AfterEach
    void stop() throws Exception {
        if (running.isPresent())
            assertThat(running.get().stop().orElseThrow()).isInstanceOf(InterruptedException.class);
        here.close();
    }

    /// A client on a socket.
    private final class Client implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        Client() throws IOException {
            this(new Socket(InetAddress.getLoopbackAddress(), port));
        }

        Client(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(socket.getInputStream());
            socket.setSoTimeout((int) PATIENCE.toMillis());
        }

        void send(Packet packet) throws IOException {
            socket.getOutputStream().write(PacketWriter.encode(packet, Version.MQTT_5));
        }

        Packet receive() throws Exception {
            var bytes = new ByteArrayOutputStream();
            while (true) {
                bytes.write(in.readByte());
                byte[] all = bytes.toByteArray();
                int length = PacketDecoder.lengthAt(all, 0, all.length);
                if (length == 0) continue;
                while (bytes.size() < length) bytes.write(in.readByte());
                return PacketDecoder.whole(bytes.toByteArray(), PacketDecoder.Sender.SERVER, Version.MQTT_5);
            }
        }

        Reason connect(String id, Optional<String> name, Optional<String> password) throws Exception {
            send(connectPacket(id, name, password));
            return ((Packet.Connack) receive()).reason();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static Packet connectPacket(String id, Optional<String> name, Optional<String> password) {
        return new Packet.Connect(
                Version.MQTT_5,
                id,
                true,
                60,
                Optional.empty(),
                name,
                password.map(p -> p.getBytes(StandardCharsets.UTF_8)),
                Properties.NONE);
    }

    @Test
    void aMessageGoesFromOneSocketToAnother() throws Exception {
        start(true, Optional.empty(), List.of());
        try (var sub = new Client();
                var pub = new Client()) {
            assertThat(sub.connect("sub", Optional.empty(), Optional.empty())).isEqualTo(Reason.SUCCESS);
            assertThat(pub.connect("pub", Optional.empty(), Optional.empty())).isEqualTo(Reason.SUCCESS);
            sub.send(new Packet.Subscribe(
                    1, Properties.NONE, List.of(new io.linkspan.mqtt.Subscription("a/#", Qos.AT_LEAST_ONCE))));
            sub.receive();
            byte[] large = new byte[300_000];
            pub.send(new Packet.Publish("a/b", Qos.AT_LEAST_ONCE, false, false, 1, Properties.NONE, large));
            assertThat(((Packet.Puback) pub.receive()).reason()).isEqualTo(Reason.SUCCESS);
            assertThat(((Packet.Publish) sub.receive()).payload()).isEqualTo(large);
        }
    }

    @Test
    void onlyWhoHasAnAccountComesInAndDoesWhatItMay() throws Exception {
        String token = "a-long-random-token";
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        String hash = Password.hash("secret word")
                .addRandomSalt()
                .with(Argon2Function.getInstance(1_024, 1, 1, 32, Argon2.ID))
                .getResult();
        start(
                false,
                Optional.empty(),
                List.of(
                        new DeviceAccount(
                                "pump_7",
                                Optional.empty(),
                                Optional.of(digest),
                                Optional.empty(),
                                Optional.empty(),
                                List.of("plant/pump_7/#"),
                                List.of("plant/pump_7/set", "to/%c/#")),
                        new DeviceAccount(
                                "anna",
                                Optional.of(hash),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                List.of("#"))));
        try (var client = new Client()) {
            assertThat(client.connect("x", Optional.empty(), Optional.empty())).isEqualTo(Reason.NOT_AUTHORIZED);
        }
        try (var client = new Client()) {
            assertThat(client.connect("x", Optional.of("pump_7"), Optional.of("guess")))
                    .isEqualTo(Reason.BAD_USER_NAME_OR_PASSWORD);
        }
        try (var client = new Client()) {
            assertThat(client.connect("x", Optional.of("anna"), Optional.of("wrong")))
                    .isEqualTo(Reason.BAD_USER_NAME_OR_PASSWORD);
        }
        try (var client = new Client()) {
            assertThat(client.connect("x", Optional.of("anna"), Optional.of("secret word")))
                    .isEqualTo(Reason.SUCCESS);
        }
        try (var client = new Client()) {
            assertThat(client.connect("p7", Optional.of("pump_7"), Optional.of(token)))
                    .isEqualTo(Reason.SUCCESS);
            client.send(new Packet.Publish(
                    "plant/pump_8/state", Qos.AT_LEAST_ONCE, false, false, 1, Properties.NONE, new byte[0]));
            assertThat(((Packet.Puback) client.receive()).reason()).isEqualTo(Reason.NOT_AUTHORIZED);
            client.send(new Packet.Publish(
                    "plant/pump_7/state", Qos.AT_LEAST_ONCE, false, false, 2, Properties.NONE, new byte[0]));
            assertThat(((Packet.Puback) client.receive()).reason()).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
            client.send(new Packet.Subscribe(
                    3,
                    Properties.NONE,
                    List.of(
                            new io.linkspan.mqtt.Subscription("#", Qos.AT_MOST_ONCE),
                            new io.linkspan.mqtt.Subscription("to/p7/x", Qos.AT_MOST_ONCE),
                            new io.linkspan.mqtt.Subscription("to/p8/x", Qos.AT_MOST_ONCE))));
            assertThat(((Packet.Suback) client.receive()).reasons())
                    .containsExactly(Reason.NOT_AUTHORIZED, Reason.SUCCESS, Reason.NOT_AUTHORIZED);
        }
    }

    @Test
    void aBrowserConnectsByWebSocket() throws Exception {
        start(true, Optional.of("/mqtt"), List.of());
        var got = new LinkedBlockingQueue<byte[]>();
        try (var http = HttpClient.newHttpClient()) {
            var socket = http.newWebSocketBuilder()
                    .subprotocols("mqtt")
                    .buildAsync(URI.create("ws://127.0.0.1:" + port + "/mqtt"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onBinary(WebSocket its, ByteBuffer data, boolean last) {
                            var bytes = new byte[data.remaining()];
                            data.get(bytes);
                            got.add(bytes);
                            its.request(1);
                            return CompletableFuture.completedStage(null);
                        }
                    })
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
            byte[] connect =
                    PacketWriter.encode(connectPacket("web", Optional.empty(), Optional.empty()), Version.MQTT_5);
            // a packet in two frames [MQTT-6.0.0-2]
            socket.sendBinary(ByteBuffer.wrap(connect, 0, 5), true).get();
            socket.sendBinary(ByteBuffer.wrap(connect, 5, connect.length - 5), true)
                    .get();
            byte[] answer = got.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            var packet = new PacketDecoder(PacketDecoder.Sender.SERVER, Version.MQTT_5, new TopicCache(2))
                    .decode(answer, 0, answer.length);
            assertThat(((Packet.Connack) packet).reason()).isEqualTo(Reason.SUCCESS);
            socket.abort();
        }
    }

    @Test
    void aDeviceIsKnownByItsCertificate(@TempDir Path folder) throws Exception {
        var keys = keys(folder);
        var certificate = (X509Certificate) keys.getCertificate("own");
        var pem = Files.writeString(folder.resolve("own.pem"), pem("CERTIFICATE", certificate.getEncoded()));
        var key = Files.writeString(
                folder.resolve("key.pem"),
                pem("PRIVATE KEY", keys.getKey("own", "changeit".toCharArray()).getEncoded()));
        start(
                false,
                Optional.empty(),
                Optional.of(new BrokerSettings.Tls(pem, key, Optional.of(pem), false)),
                List.of(new DeviceAccount(
                        "pump_7",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(certificate.getSubjectX500Principal().getName()),
                        Optional.empty(),
                        List.of("plant/#"),
                        List.of())));
        try (var with = new Client(secured(keys, true))) {
            assertThat(with.connect("p7", Optional.empty(), Optional.empty())).isEqualTo(Reason.SUCCESS);
            with.send(new Packet.Publish(
                    "plant/a", Qos.AT_LEAST_ONCE, false, false, 1, Properties.NONE, new byte[100_000]));
            assertThat(((Packet.Puback) with.receive()).reason()).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
        }
        try (var without = new Client(secured(keys, false))) {
            assertThat(without.connect("p8", Optional.empty(), Optional.empty()))
                    .isEqualTo(Reason.NOT_AUTHORIZED);
        }
    }

    private static KeyStore keys(Path folder) throws Exception {
        var file = folder.resolve("keys.p12");
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "own",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=pump 7, O=Plant",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            keys.load(in, "changeit".toCharArray());
        }
        return keys;
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + what
                + "-----\n";
    }

    private Socket secured(KeyStore keys, boolean shows) throws Exception {
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("broker", keys.getCertificate("own"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(shows ? own.getKeyManagers() : null, trust.getTrustManagers(), null);
        return context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void aFilterCoversWhatIsNarrower() {
        assertThat(Guard.covers("#", "a/+/#")).isTrue();
        assertThat(Guard.covers("#", "$SYS/x")).isFalse();
        assertThat(Guard.covers("a/+/c", "a/+/c")).isTrue();
        assertThat(Guard.covers("a/+/c", "a/b/c")).isTrue();
        assertThat(Guard.covers("a/b/c", "a/+/c")).isFalse();
        assertThat(Guard.covers("a/+", "a/#")).isFalse();
        assertThat(Guard.covers("a/#", "a")).isTrue();
        assertThat(Guard.covers("a/#", "b")).isFalse();
        assertThat(Guard.covers("a/+", "a/b/c")).isFalse();
    }
}
