package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.EverybodyHere;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Limits;
import io.linkspan.model.Principal;
import io.linkspan.node.NodeDesk;
import io.linkspan.node.Running;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client that asks for a long feed and never reads is put out, counted, and loses nothing; who reads beside it does
/// not notice.
class StalledTakerTest {
    /// Far more than sockets of both sides keep.
    private static final int ENTRIES = 60_000;
    private static final int WINDOW_BYTES = 4_096;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(2));
    private static final Pattern EVENT = Pattern.compile("id: (\\d+)\nevent: \\w+\ndata: [^\n]*\n\n");

    @TempDir
    private Path folder;

    @Test
    void whoNeverReadsIsPutOutAndSlowsNobody() throws Exception {
        Path data = folder.resolve("data");
        try (var workshop = new Workshop()) {
            LongLog.make(data, workshop, ENTRIES);
            var file = Files.writeString(folder.resolve("workshop.yaml"), workshop.text());
            try (var running = Running.start(Running.Settings.of(data, file), _ -> {});
                    var door = open(running);
                    var client = HttpClient.newHttpClient();
                    var reader = new Taker(client, feed(door) + "?paths=meter.power", "", Taker.Over.EVENTS)) {
                assertThat(reader.await(20, end()))
                        .as("the reader is at the head")
                        .isTrue();
                try (var events = stalled(door, "");
                        var socket = stalled(
                                door,
                                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")) {
                    await("both are fed", client, door, "linkspan_feeds 3");
                    int before = reader.taken().size();
                    await("both are put out", client, door, "linkspan_http_slow_total 2");
                    await("their places are free", client, door, "linkspan_feeds 1");
                    assertThat(reader.await(before + 40, end()))
                            .as("the reader goes on")
                            .isTrue();
                    assertThat(reader.wrong()).isEmpty();
                    assertThat(reader.connections()).isEqualTo(1);
                    assertThat(rest(socket)).contains("101 Switching Protocols");
                    goesOn(client, door, last(rest(events)));
                }
            }
        }
    }

    private static HttpDoor open(Running running) throws IOException {
        var settings = new HttpDoor.Settings(
                "127.0.0.1",
                0,
                Set.of(),
                Optional.empty(),
                QUICK,
                new EverybodyHere(Principal.person("anna")),
                (_, _) -> true,
                _ -> Optional.empty(),
                java.util.List.of());
        return HttpDoor.open(
                settings, new NodeDesk(running.node(), running.clock(), 1, () -> "", running.node()::history));
    }

    private static String feed(HttpDoor door) {
        return door.address() + "/v1/sites/workshop/feed";
    }

    private static long end() {
        return System.nanoTime() + PATIENCE.toNanos();
    }

    /// Asks for the whole log, and then nothing.
    private static Socket stalled(HttpDoor door, String headers) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(WINDOW_BYTES);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", door.port()));
        String request = "GET /v1/sites/workshop/feed?from=1 HTTP/1.1\r\nHost: 127.0.0.1:" + door.port() + "\r\n"
                + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void await(String what, HttpClient client, HttpDoor door, String line) throws Exception {
        var metrics =
                HttpRequest.newBuilder(URI.create(door.address() + "/metrics")).build();
        long end = end();
        String said;
        do {
            said = client.send(metrics, BodyHandlers.ofString()).body();
            assertThat(System.nanoTime()).as("%s: %s", what, said).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        } while (said.lines().noneMatch(line::equals));
    }

    /// What had come before its end.
    private static String rest(Socket socket) throws IOException {
        var all = new java.io.ByteArrayOutputStream();
        byte[] part = new byte[65_536];
        try {
            for (int n; (n = socket.getInputStream().read(part)) >= 0; ) all.write(part, 0, n);
        } catch (java.net.SocketException e) {
            // cut off in the middle
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private static long last(String text) {
        long last = 0;
        for (var m = EVENT.matcher(text); m.find(); ) last = Long.parseLong(m.group(1));
        assertThat(last).isBetween(1L, (long) ENTRIES);
        return last;
    }

    /// The owner's feed tells each entry, so the next position is the next number.
    private static void goesOn(HttpClient client, HttpDoor door, long last) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(feed(door)))
                .header("Last-Event-ID", Long.toString(last))
                .build();
        try (var in = new BufferedReader(new InputStreamReader(
                client.send(request, BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (!line.startsWith("id: ")) line = in.readLine();
            assertThat(line).isEqualTo("id: " + (last + 1));
        }
    }
}
