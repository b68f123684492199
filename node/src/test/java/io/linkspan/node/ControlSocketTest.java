package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ControlSocketTest {
    @TempDir
    Path folder;

    private static final ControlSocket.Handler ECHO = (request, out) -> out.end(request);

    @Test
    void aRequestIsAnswered() throws Exception {
        try (var _ = ControlSocket.open(folder, ECHO);
                var client = ControlClient.connect(folder)) {
            var request = fields("set", Tree.text("boiler.on\n\"ü\""));
            for (int i = 0; i < 3; i++)
                assertThat(client.ask(request).fields().get("set"))
                        .hasToString(new Tree.Scalar(new Mark("", 1), "boiler.on\n\"ü\"", true).toString());
        }
    }

    @Test
    void aStreamComesItemByItem() throws Exception {
        ControlSocket.Handler counting = (_, out) -> {
            for (int i = 0; i < 1_000; i++) out.item(fields("n", Tree.plain(i)));
        };
        var got = new ArrayList<String>();
        try (var _ = ControlSocket.open(folder, counting);
                var client = ControlClient.connect(folder)) {
            var end = client.ask(fields(), item -> got.add(text(item, "n")));
            assertThat(end.fields()).isEmpty();
            assertThat(got).hasSize(1_000).startsWith("0", "1").endsWith("999");
        }
    }

    @Test
    void aClientThatGoesEndsItsRequest() throws Exception {
        var began = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        ControlSocket.Handler quiet = (_, out) -> {
            began.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        try (var _ = ControlSocket.open(folder, quiet)) {
            try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.FILE)))) {
                channel.write(ByteBuffer.wrap("{}\n".getBytes(StandardCharsets.UTF_8)));
                began.await();
            }
            interrupted.await();
        }
    }

    @Test
    void eachKindOfErrorReachesTheClient() throws Exception {
        ControlSocket.Handler failing = (request, out) -> {
            switch (text(request, "how")) {
                case "invalid" -> throw new Invalid(new Mark("site.yaml", 7), "this is wrong");
                case "refused" -> out.refuse("not now");
                case "failed" -> throw new IOException("the disk is full");
                default -> throw new IllegalStateException("index 5");
            }
        };
        try (var _ = ControlSocket.open(folder, failing);
                var client = ControlClient.connect(folder)) {
            refused(client, "invalid", ControlSocket.Kind.INVALID, "site.yaml:7: this is wrong");
            refused(client, "refused", ControlSocket.Kind.REFUSED, "not now");
            refused(client, "failed", ControlSocket.Kind.FAILED, "the disk is full");
            refused(client, "bug", ControlSocket.Kind.BUG, "index 5");
        }
    }

    private static void refused(ControlClient client, String how, ControlSocket.Kind kind, String sentence) {
        assertThatThrownBy(() -> client.ask(fields("how", Tree.text(how))))
                .isInstanceOfSatisfying(
                        ControlClient.Refused.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(sentence);
    }

    @Test
    void whatIsNoJsonIsRefusedAndTheClientMayGoOn() throws Exception {
        try (var _ = ControlSocket.open(folder, ECHO);
                var channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.FILE)))) {
            channel.write(ByteBuffer.wrap("nonsense\n{\"a\":1}\n".getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            assertThat(new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).lines())
                    .satisfiesExactly(
                            bad -> assertThat(bad).contains("\"kind\":\"invalid\"", "this is no JSON"),
                            good -> assertThat(good).isEqualTo("{\"end\":{\"a\":1}}"));
        }
    }

    @Test
    void theSocketIsForItsOwnerAloneAndGoesWithTheNode() throws Exception {
        Path path = folder.resolve(ControlSocket.FILE);
        try (var _ = ControlSocket.open(folder, ECHO)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(files()).containsExactly(ControlSocket.FILE);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void aSecondNodeIsRefusedAndAStaleSocketIsReplaced() throws Exception {
        try (var _ = ControlSocket.open(folder, ECHO)) {
            assertThatThrownBy(() -> ControlSocket.open(folder, ECHO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Another Linkspan runs on " + folder);
        }
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.FILE)));
        }
        assertThat(files()).containsExactly(ControlSocket.FILE);
        assertThatThrownBy(() -> ControlClient.connect(folder)).hasMessageStartingWith("No Linkspan runs on " + folder);
        try (var _ = ControlSocket.open(folder, ECHO);
                var client = ControlClient.connect(folder)) {
            assertThat(client.ask(fields()).fields()).isEmpty();
        }
    }

    @Test
    void theLimitsHold() throws Exception {
        var clients = new ArrayList<ControlClient>();
        try (var _ = ControlSocket.open(folder, ECHO)) {
            for (int i = 0; i < ControlSocket.CLIENTS_MAX; i++) {
                clients.add(ControlClient.connect(folder));
                clients.getLast().ask(fields());
            }
            assertThat(refusal()).contains("64 clients talk to this node already");
        } finally {
            for (var each : clients) each.close();
        }
        var deep = folder.resolve("x".repeat(100));
        assertThatThrownBy(() -> ControlClient.connect(deep)).hasMessageContaining("choose a shorter --data folder");
    }

    private String refusal() throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(ControlSocket.FILE)))) {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aNodeThatEndsIsNoSilence() throws Exception {
        var began = new CountDownLatch(1);
        var socket = ControlSocket.open(folder, (_, out) -> {
            began.countDown();
            Thread.sleep(Long.MAX_VALUE);
        });
        try (var client = ControlClient.connect(folder)) {
            Thread.ofVirtual().start(() -> {
                try {
                    began.await();
                    socket.close();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertThatThrownBy(() -> client.ask(fields())).isInstanceOf(IOException.class);
        }
    }

    private List<String> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).toList();
        }
    }

    private static String text(Tree.Fields fields, String name) {
        return ((Tree.Scalar) fields.fields().get(name)).text();
    }

    private static Tree.Fields fields() {
        return Tree.fields(Map.of());
    }

    private static Tree.Fields fields(String name, Tree value) {
        return Tree.fields(Map.of(name, value));
    }
}
