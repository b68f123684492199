package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.PtyPair;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RealLinesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Endpoint.Tcp ANY_PORT = new Endpoint.Tcp("127.0.0.1", 0);

    private final Lines lines = new RealLines(Set.of());

    @Test
    void bytesGoBothWaysOverTcpAndTheEndIsSeen() throws Exception {
        try (var listener = lines.listen(ANY_PORT);
                var ours = lines.open(new Endpoint.Tcp("127.0.0.1", listener.port()));
                var theirs = listener.accept()) {
            assertThat(ours.name()).isEqualTo("tcp://127.0.0.1:" + listener.port());
            bothWays(ours, theirs);
            theirs.close();
            assertThat(ours.read(new byte[1], 0, 1, LONG)).isEqualTo(-1);
        }
    }

    @Test
    void bytesGoBothWaysOverAPty() throws Exception {
        try (var pty = PtyPair.open();
                var ours = lines.open(new Endpoint.Serial(pty.a(), 9600, "8N1"));
                var theirs = lines.open(new Endpoint.Serial(pty.b(), 9600, "8N1"))) {
            bothWays(ours, theirs);
        }
    }

    @Test
    void aTlsLineTrustsTheFileOfItsOwnerAndNobodyElse(@TempDir Path folder) throws Exception {
        var store = folder.resolve("server.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=broker",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit");
        var pem = folder.resolve("ca.pem");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "server",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit",
                "-file",
                pem.toString());
        try (var door = tlsDoor(store);
                var echo = Executors.newVirtualThreadPerTaskExecutor()) {
            echo.submit(() -> {
                while (true) {
                    try (var socket = door.accept()) {
                        int b = socket.getInputStream().read();
                        if (b >= 0) socket.getOutputStream().write(b + 1);
                    } catch (SSLException e) {
                        // this one did not trust us; the next one may
                    }
                }
            });
            var to = new Endpoint.Tls(
                    "127.0.0.1", door.getLocalPort(), Optional.of(pem), Optional.empty(), Optional.empty());
            try (var line = lines.open(to)) {
                line.write(new byte[] {41});
                byte[] answer = new byte[1];
                assertThat(line.read(answer, 0, 1, LONG)).isOne();
                assertThat(answer[0]).isEqualTo((byte) 42);
            }
            var nobody = new Endpoint.Tls(
                    "127.0.0.1", door.getLocalPort(), Optional.empty(), Optional.empty(), Optional.empty());
            assertThatThrownBy(() -> lines.open(nobody))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is its certificate");
            var otherName = new Endpoint.Tls(
                    "localhost", door.getLocalPort(), Optional.of(pem), Optional.empty(), Optional.empty());
            assertThatThrownBy(() -> lines.open(otherName))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("for this name");
            var noFile = new Endpoint.Tls(
                    "127.0.0.1",
                    door.getLocalPort(),
                    Optional.of(folder.resolve("gone.pem")),
                    Optional.empty(),
                    Optional.empty());
            assertThatThrownBy(() -> lines.open(noFile))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("gone.pem");
            door.close();
        }
    }

    private static SSLServerSocket tlsDoor(Path store) throws Exception {
        var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    private static void keytool(String... words) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void aPulledSerialCableIsALostLine() throws Exception {
        var pty = PtyPair.open();
        try (var ours = lines.open(new Endpoint.Serial(pty.a(), 9600, "8N1"))) {
            pty.close();
            assertThatThrownBy(() -> ours.read(new byte[1], 0, 1, LONG))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("The serial port .* is gone .*; was the adapter pulled out\\?");
        } finally {
            pty.close();
        }
    }

    private static void bothWays(Line ours, Line theirs) throws IOException {
        assertThat(ours.read(new byte[8], 0, 8, Duration.ofMillis(5))).isZero();
        ours.write(new byte[] {1, 2, 3});
        byte[] into = new byte[8];
        int got = 0;
        while (got < 3) got += theirs.read(into, got, 8 - got, LONG);
        assertThat(into).startsWith(1, 2, 3);
        theirs.write(new byte[] {9, 8, 7}, 1, 1);
        assertThat(ours.read(into, 4, 4, LONG)).isEqualTo(1);
        assertThat(into[4]).isEqualTo((byte) 8);
        theirs.write(new byte[] {5, 5, 5});
        assertThat(ours.read(into, 0, 1, LONG)).isEqualTo(1); // all three came at once
        ours.discardInput();
        theirs.write(new byte[] {6});
        assertThat(ours.read(into, 0, 8, LONG)).isEqualTo(1);
        assertThat(into[0]).isEqualTo((byte) 6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptEndsAReadOverTcpAndOverSerial(boolean virtual) throws Exception {
        try (var pty = PtyPair.open();
                var serial = lines.open(new Endpoint.Serial(pty.a(), 9600, "8E1"));
                var listener = lines.listen(ANY_PORT);
                var tcp = lines.open(new Endpoint.Tcp("127.0.0.1", listener.port()))) {
            for (var line : new Line[] {serial, tcp}) {
                var began = new CountDownLatch(1);
                var result = new CompletableFuture<Throwable>();
                var builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
                var reader = builder.start(() -> {
                    try {
                        began.countDown();
                        line.read(new byte[1], 0, 1, Duration.ofDays(1));
                        result.complete(new AssertionError("read without data"));
                    } catch (IOException e) {
                        result.complete(
                                Thread.currentThread().isInterrupted() ? e : new AssertionError("lost the interrupt"));
                    }
                });
                began.await();
                reader.interrupt();
                assertThat(result.get()).isInstanceOf(InterruptedIOException.class);
            }
        }
    }

    @Test
    void whoIsNotThereIsNamed() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThatThrownBy(() -> lines.open(new Endpoint.Tcp("127.0.0.1", free)))
                .isInstanceOf(IOException.class)
                .hasMessage("Nobody listens on 127.0.0.1:" + free
                        + " (connection refused); is the machine on, is the port right?");
        assertThatThrownBy(() -> lines.open(new Endpoint.Tcp("no-such-machine.invalid", 502)))
                .hasMessageStartingWith("There is no machine called \"no-such-machine.invalid\"");
        assertThatThrownBy(() -> lines.open(new Endpoint.Serial("/dev/ttyNOPE7", 9600, "8N1")))
                .hasMessageStartingWith("There is no serial port /dev/ttyNOPE7; is the adapter plugged in?");
        assertThatThrownBy(() -> lines.open(new Endpoint.Serial("/etc/hostname", 9600, "8N1")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/etc/hostname");
    }

    @Test
    void aTakenPortAndAForeignAddressAreNamed() throws Exception {
        try (var first = lines.listen(ANY_PORT)) {
            assertThatThrownBy(() -> lines.listen(new Endpoint.Tcp("127.0.0.1", first.port())))
                    .hasMessageStartingWith("The port of 127.0.0.1:" + first.port() + " is taken by another program");
        }
        var foreign = new Endpoint.Tcp("203.0.113.7", 15_021);
        assertThatThrownBy(() -> new RealLines(Set.of(foreign)).listen(foreign))
                .hasMessageStartingWith("203.0.113.7:15021 is no address of this box");
    }

    @Test
    void listeningBeyondLoopbackNeedsPermission() throws Exception {
        var everywhere = new Endpoint.Tcp("0.0.0.0", 0);
        assertThatThrownBy(() -> lines.listen(everywhere))
                .hasMessage("To listen on 0.0.0.0:0 opens this box to its network and needs your permission: write "
                        + "permitted-listeners: [\"0.0.0.0:0\"] in node.yaml, or listen on 127.0.0.1");
        var permitting = new RealLines(Set.of(new Endpoint.Tcp("0.0.0.0", 15_022)));
        assertThatThrownBy(() -> permitting.listen(new Endpoint.Tcp("0.0.0.0", 15_023)))
                .hasMessageContaining("permission");
    }

    @Test
    void aClosedListenerEndsItsAccept() throws Exception {
        var listener = lines.listen(ANY_PORT);
        var result = new CompletableFuture<Throwable>();
        var acceptor = Thread.ofVirtual().start(() -> {
            try {
                listener.accept();
            } catch (IOException | InterruptedException e) { // nobody needs the interrupt: the thread ends here
                result.complete(e);
            }
        });
        listener.close();
        assertThat(result.get()).isInstanceOfAny(IOException.class);
        acceptor.join();
    }
}
