package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.EverybodyHere;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Limits;
import io.linkspan.access.OpenSessionRoutes;
import io.linkspan.model.Principal;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The door of a whole running node before clients that mean no good, over real sockets. After each of them it still
/// serves.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileHttpTest {
    private static final int CONNECTIONS = 40;
    private static final Duration PUT_OUT_WITHIN = Duration.ofSeconds(15);
    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(2), CONNECTIONS);
    private static final String SITE = "/v1/sites/riverside_12";
    private static final String JSON = "Content-Type: application/json";

    @TempDir
    private static Path folder;

    private TestNode node;
    private HttpDoor door;
    private RawHttp raw;

    /// Whoever comes is the owner: nothing below is refused because of who asks.
    @BeforeAll
    void start() throws Exception {
        node = TestNode.start(folder);
        var running = node.running();
        var everybody = new EverybodyHere(Principal.person("anna"));
        door = HttpDoor.open(
                new HttpDoor.Settings(
                        "127.0.0.1",
                        0,
                        Set.of(),
                        Optional.empty(),
                        QUICK,
                        everybody,
                        (_, _) -> true,
                        _ -> Optional.empty(),
                        List.of(new HttpDoor.Mount("/v1", new OpenSessionRoutes(everybody)))),
                new NodeDesk(running.node(), running.clock(), 1, () -> "", _ -> Optional.empty()));
        raw = new RawHttp(door.port());
    }

    @AfterAll
    void stop() throws IOException {
        door.close();
        node.close();
    }

    /// A request whose answer ends the connection: what is read before it is all there is.
    private String last() {
        return raw.request("GET /health/live HTTP/1.1", "Connection: close");
    }

    private double figure(String name) throws IOException {
        return raw.send(raw.request("GET /metrics HTTP/1.1", "Connection: close"))
                .text()
                .lines()
                .filter(l -> l.startsWith(name + " "))
                .mapToDouble(l -> Double.parseDouble(l.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    // ---- where a request ends (RFC 9112, 11.2)

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5|Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked|Content-Length: 5",
                "Content-Length: 2|Content-Length: 50",
                "Content-Length: 2|Content-Length: 2",
                "Content-Length: 2, 2",
                "Content-Length: +2",
                "Content-Length: -1",
                "Content-Length: 0x2",
                "Content-Length: 99999999999999999999",
                "Content-Length: ",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: Chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: identity|Transfer-Encoding: chunked",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\r\n chunked",
                "X: folded\r\n over lines",
                "X: bare\nTransfer-Encoding: chunked",
                "X: bare\rTransfer-Encoding: chunked",
                "X: a\u0000b",
                ": no name",
                "no colon",
            })
    void whatLeavesTheEndOfARequestInDoubtEndsTheConnection(String headers) throws IOException {
        for (String line : List.of("POST /v1/session HTTP/1.1", "GET /health/live HTTP/1.1")) {
            var answer = raw.send(raw.request(line, headers.split("\\|")) + "2\r\n{}\r\n0\r\n\r\n" + last());
            assertThat(answer.statuses()).as(line).hasSize(1).first().isIn(400, 501);
            assertThat(answer.ended()).isTrue();
            assertThat(answer.text()).contains("application/problem+json", "nosniff", "Content-Security-Policy");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\n{}",
                "-2\r\n{}",
                "ffffffffffffffff\r\n{}",
                "7fffffff\r\n{}",
                "0x2\r\n{}",
                "2;a=b\r\n{}",
                "0\r\nHost: evil.example"
            })
    void aBodyThatIsCutWronglyEndsTheConnection(String chunk) throws IOException {
        var answer = raw.send(raw.request("PUT " + SITE + "/armed HTTP/1.1", JSON, "Transfer-Encoding: chunked") + chunk
                + "\r\n0\r\n\r\n" + last());
        assertThat(answer.statuses()).hasSize(1).first().isIn(400, 413);
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void aBodyThatNobodyAskedForIsNoRequest() throws IOException {
        String hidden = raw.request("DELETE /v1/hidden HTTP/1.1");
        for (String line :
                List.of("POST /nothing HTTP/1.1", "DELETE /health/live HTTP/1.1", "GET /health/live HTTP/1.1")) {
            var answer = raw.send(raw.request(line, "Content-Length: " + hidden.length()) + hidden + last());
            assertThat(answer.statuses()).as(line).hasSize(2).last().isEqualTo(200);
        }
    }

    @Test
    void requestsBehindEachOtherAreAnsweredInOrder() throws IOException {
        var all = new StringBuilder();
        for (int i = 0; i < 20; i++)
            all.append(raw.request(i % 2 == 0 ? "GET /health/live HTTP/1.1" : "GET /nothing HTTP/1.1"));
        var statuses = raw.send(all + last()).statuses();
        assertThat(statuses).hasSize(21);
        for (int i = 0; i < 20; i++) assertThat(statuses.get(i)).isEqualTo(i % 2 == 0 ? 200 : 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.0",
                "GET /health/live",
                "PRI * HTTP/2.0",
                "G<script>T / HTTP/1.1",
                "GET  /  HTTP/1.1",
                "\u0016\u0003\u0001\u0002"
            })
    void whatIsNoRequestOfThisVersionIsToldSo(String line) throws IOException {
        var answer = raw.send(raw.request(line));
        assertThat(answer.statuses()).hasSize(1).first().isIn(400, 505);
        assertThat(answer.text()).doesNotContain("a bug in Linkspan", "null", "<script>", "Exception");
        assertThat(answer.ended()).isTrue();
    }

    // ---- how much

    @Test
    void whatIsTooLongOrTooMuchIsRefusedByItsLimit() throws IOException {
        assertThat(raw.send(raw.request("GET /" + "a".repeat(Limits.LINE_BYTES_MAX) + " HTTP/1.1"))
                        .statuses())
                .containsExactly(414);
        assertThat(raw.send(raw.request("GET / HTTP/1.1", "X: " + "b".repeat(Limits.HEADER_BYTES_MAX)))
                        .statuses())
                .containsExactly(400);
        var many = new String[Limits.HEADERS_MAX + 1];
        var same = new String[Limits.HEADERS_MAX + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = "X" + i + ": 1";
            same[i] = "X: 1";
        }
        assertThat(raw.send(raw.request("GET / HTTP/1.1", many)).statuses()).containsExactly(431);
        assertThat(raw.send(raw.request("GET / HTTP/1.1", same)).statuses()).containsExactly(431);
        String put = "PUT " + SITE + "/armed HTTP/1.1";
        assertThat(raw.send(raw.request(put, JSON, "Content-Length: " + (Limits.BODY_BYTES_MAX + 1)))
                        .statuses())
                .containsExactly(413);
        assertThat(raw.send(raw.request(
                                put, JSON, "Expect: 100-continue", "Content-Length: " + (Limits.FILE_BYTES_MAX + 1)))
                        .statuses())
                .containsExactly(413);
        String chunk = "%x\r\n%s\r\n".formatted(0x10000, " ".repeat(0x10000)).repeat(17);
        assertThat(raw.send(raw.request(put, JSON, "Transfer-Encoding: chunked") + chunk + "0\r\n\r\n")
                        .statuses())
                .containsExactly(413);
    }

    private int put(String path, String type, String body) throws IOException {
        return raw.send(raw.request(
                                "PUT " + path + " HTTP/1.1",
                                type,
                                "Connection: close",
                                "Content-Length: " + body.getBytes(StandardCharsets.ISO_8859_1).length)
                        + body)
                .statuses()
                .getFirst();
    }

    @Test
    void textsThatGrowWhenTheyAreReadAreRefused() throws Exception {
        String armed = SITE + "/armed";
        for (String bomb : List.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000),
                "{\"armed\":true,\"armed\":false}",
                "{\"armed\":" + "9".repeat(100_000) + "}",
                "{\"" + "n".repeat(10_000) + "\":1}",
                "{\"armed\":true} {\"armed\":false}",
                "{\"armed\":1e999999999}"))
            assertThat(put(armed, JSON, bomb)).as(bomb.substring(0, 20)).isEqualTo(400);
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
            laughs.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(10)));
        long before = Runtime.getRuntime().totalMemory();
        assertThat(put(SITE + "/file?dry_run=true", "Content-Type: text/yaml", node.text() + laughs))
                .isIn(400, 422);
        assertThat(put(SITE + "/file?dry_run=true", "Content-Type: text/yaml", "a: &a [*a]\n" + node.text()))
                .isIn(400, 422);
        assertThat(put(SITE + "/file?dry_run=true", "Content-Type: text/yaml", "a: " + "[".repeat(50_000)))
                .isIn(400, 422);
        assertThat(put(
                        SITE + "/file?dry_run=true",
                        "Content-Type: text/yaml",
                        "!!javax.script.ScriptEngineManager [x]"))
                .isIn(400, 422);
        assertThat(put(SITE + "/file", "Content-Type: text/html", node.text())).isEqualTo(415);
        assertThat(put(armed, "Content-Type: text/plain", "{\"armed\":true}")).isEqualTo(415);
        assertThat(put(armed, "Content-Type: application/json-seq", "{\"armed\":true}"))
                .isEqualTo(415);
        assertThat(Runtime.getRuntime().totalMemory() - before).isLessThan(500L << 20);
    }

    // ---- how slow, how many

    @Test
    void whoTricklesIsPutOutWhileOthersAreServed() throws Exception {
        double dropped = figure("linkspan_http_slow_total") + figure("linkspan_http_silent_total");
        var slow = new ArrayList<Socket>();
        try {
            for (String begun : List.of(
                    "",
                    "GE",
                    "GET / HTTP/1.1\r\nHost: loc",
                    "PUT " + SITE + "/armed HTTP/1.1\r\nHost: localhost:" + door.port() + "\r\n" + JSON
                            + "\r\nContent-Length: 5000\r\n\r\n{",
                    "POST /nothing HTTP/1.1\r\nHost: localhost:" + door.port() + "\r\nContent-Length: 5000\r\n\r\n{",
                    "POST /v1/session HTTP/1.1\r\nHost: localhost:" + door.port()
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")) {
                var socket = raw.connect();
                socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            long end = System.nanoTime() + PUT_OUT_WITHIN.toNanos();
            var left = new ArrayList<>(slow);
            while (!left.isEmpty()) {
                assertThat(System.nanoTime())
                        .as("%s of %s are still there", left.size(), slow.size())
                        .isLessThan(end);
                left.removeIf(HostileHttpTest::isPutOut);
                assertThat(raw.send(last()).statuses()).containsExactly(200);
            }
        } finally {
            for (var socket : slow) socket.close();
        }
        assertThat(figure("linkspan_http_slow_total") + figure("linkspan_http_silent_total"))
                .isGreaterThan(dropped);
    }

    /// Sends one byte more; the connection may have been closed, with or without an answer.
    private static boolean isPutOut(Socket socket) {
        try {
            socket.setSoTimeout(50);
            if (socket.getInputStream().read() < 0) return true;
            socket.getOutputStream().write('a');
            return false;
        } catch (java.net.SocketTimeoutException e) {
            try {
                socket.getOutputStream().write('a');
                return false;
            } catch (IOException gone) {
                return true;
            }
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void oneConnectionMoreThanMayBeIsRefusedAndTheOthersGoOn() throws Exception {
        double refused = figure("linkspan_http_connections_refused_total");
        var open = new ArrayList<Socket>();
        try (var first = raw.connect()) {
            var out = first.getOutputStream();
            out.write(raw.request("GET /health/live HTTP/1.1").getBytes(StandardCharsets.US_ASCII));
            assertThat(first.getInputStream().read()).isEqualTo('H');
            for (int i = 0; i < CONNECTIONS + 10; i++) open.add(raw.connect());
            TestNode.await("the rest is refused", () -> open.stream().anyMatch(HostileHttpTest::isRefused));
            out.write(raw.request("GET /health/live HTTP/1.1").getBytes(StandardCharsets.US_ASCII));
            var text = new StringBuilder();
            while (text.toString().split("HTTP/1.1 200", -1).length < 2)
                text.append((char) first.getInputStream().read());
        } finally {
            for (var socket : open) socket.close();
        }
        TestNode.await("there is room again", () -> raw.send(last()).statuses().equals(List.of(200)));
        assertThat(figure("linkspan_http_connections_refused_total")).isGreaterThan(refused);
    }

    private static boolean isRefused(Socket socket) {
        try {
            socket.setSoTimeout(20);
            return RawHttp.read(socket.getInputStream()).statuses().contains(503);
        } catch (IOException e) {
            return false;
        }
    }

    // ---- where

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/..%2f..%2fetc/passwd",
                "/%252e%252e/etc/passwd",
                "/assets/..%5c..%5caccess",
                "/\\..\\access",
                "/assets/%c0%ae%c0%ae/x",
                "/assets/%u002e%u002e/x",
                "/assets/..;/access",
                "/assets/%00.js",
                "/index.html%00.png",
                "/%00",
                "//etc/passwd",
                "/io/linkspan/access/HttpDoor.class",
                "/../access/HttpDoor.class",
                "/assets/../../access/HttpDoor.class",
                "/META-INF/MANIFEST.MF",
                "/.git/config",
                "/setup-code",
                "/tls/ca.key",
                "/assets/",
                "/assets",
                "/v1/sites/..%2f..%2fx/file",
                "/v1/sites/%2e%2e/file",
                "/v1/sites/riverside_12%00/file",
                "/v1/sites/%72iverside_12%2f..%2fother/file",
                "localhost:22",
                "/v1/sites//file",
                "/v1/sites/riverside_12;x/nothing"
            })
    void noPathLeadsOutside(String path) throws IOException {
        var answer = raw.send(raw.request("GET " + path + " HTTP/1.1", "Connection: close"));
        assertThat(answer.statuses()).hasSize(1).first().isIn(400, 404);
        assertThat(answer.text()).doesNotContain("root:", "PRIVATE KEY", "CAFEBABE", "Exception", "io.helidon");
    }

    // ---- under which name, from which page, by which method

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example:%d",
                "localhost.evil.example:%d",
                "10.0.0.1:%d",
                "localhost",
                "localhost:1",
                "127.0.0.1.nip.io:%d",
                "[::ffff:10.0.0.1]:%d",
                "evil@localhost:%d",
                "0x7f000001:%d",
                "2130706433:%d"
            })
    void anotherNameIsNotOurs(String host) throws IOException {
        for (String path : List.of("/", "/health/live", "/v1/session", SITE, SITE + "/feed", "/metrics")) {
            var answer = raw.send("GET " + path + " HTTP/1.1\r\nHost: " + host.formatted(door.port())
                    + "\r\nConnection: close\r\n\r\n");
            assertThat(answer.statuses()).as(path).hasSize(1).first().isIn(400, 421);
        }
        assertThat(raw.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").statuses())
                .containsExactly(400);
        assertThat(raw.send(raw.request("GET / HTTP/1.1", "Host: evil.example")).statuses())
                .containsExactly(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "null",
                "https://localhost:%d",
                "http://localhost:%d.evil.example",
                "http://localhost",
                "file://"
            })
    void aPageFromElsewhereGetsNothing(String origin) throws IOException {
        String from = "Origin: " + origin.formatted(door.port());
        for (String line :
                List.of("GET " + SITE, "OPTIONS " + SITE, "PUT " + SITE + "/armed", "GET " + SITE + "/feed")) {
            var answer = raw.send(
                    raw.request(line + " HTTP/1.1", from, "Connection: close", "Access-Control-Request-Method: PUT"));
            assertThat(answer.statuses()).as(line).containsExactly(403);
            assertThat(answer.text()).doesNotContainIgnoringCase("Access-Control-Allow");
        }
        assertThat(raw.send(upgrade(from)).statuses()).containsExactly(403);
    }

    @Test
    void aMethodIsWhatTheFirstLineSays() throws IOException {
        var answer = raw.send(raw.request(
                "GET " + SITE + "/armed HTTP/1.1",
                "Connection: close",
                "X-HTTP-Method-Override: PUT",
                "X-HTTP-Method: PUT",
                "X-Method-Override: PUT"));
        assertThat(answer.statuses()).containsExactly(405);
        for (String method : List.of("TRACE", "CONNECT", "PROPFIND", "DEBUG", "TRACK"))
            assertThat(raw.send(raw.request(method + " /health/live HTTP/1.1", "Connection: close"))
                            .statuses())
                    .as(method)
                    .first()
                    .isIn(404, 405);
    }

    // ---- at random

    private static final List<String> PARTS = List.of(
            "Cookie: linkspan_session=abc; a=b",
            "Authorization: Bearer lsp_abc",
            "Authorization: Basic YTpi",
            "If-Match: \"1\"",
            "If-None-Match: W/\"1\", *",
            "Range: bytes=0-5,7-",
            "Last-Event-ID: 2:42",
            "Last-Event-ID: w3:1768410000000000",
            "Accept-Encoding: br;q=0, gzip;q=0.5",
            "Content-Type: application/json; charset=utf-8",
            "Idempotency-Key: \"k\"",
            "X-CSRF-Token: x",
            "Accept: text/event-stream",
            "Origin: null",
            "Expect: 100-continue",
            "Content-Length: 3",
            "Transfer-Encoding: chunked",
            "Connection: close",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: x");

    private static final List<String> LINES = List.of(
            "GET / HTTP/1.1",
            "GET " + SITE + " HTTP/1.1",
            "GET " + SITE + "/log?from=2:42&most=5 HTTP/1.1",
            "GET " + SITE + "/cells/boiler.on/history?from=2026-01-01T00:00:00Z&every=15min HTTP/1.1",
            "PUT " + SITE + "/armed HTTP/1.1",
            "PUT " + SITE + "/file?dry_run=true HTTP/1.1",
            "GET /metrics HTTP/1.1",
            "POST " + SITE + "/cells/boiler.on/holds HTTP/1.1",
            "GET " + SITE + "/why/boiler.on?position=1 HTTP/1.1",
            "HEAD " + SITE + "/feed?from=w1:5&paths=boiler.on,meter.power HTTP/1.1",
            "GET /v1/session HTTP/1.1");

    private void random(long seed, java.util.function.BooleanSupplier goesOn) throws IOException {
        var random = new java.util.Random(seed);
        for (int n = 0; goesOn.getAsBoolean(); n++) {
            var headers = new ArrayList<String>();
            for (int i = random.nextInt(5); i > 0; i--)
                headers.add(changed(PARTS.get(random.nextInt(PARTS.size())), random));
            headers.add("Connection: close");
            String request = raw.request(
                            changed(LINES.get(random.nextInt(LINES.size())), random), headers.toArray(String[]::new))
                    + (random.nextBoolean() ? changed("{\"armed\":true}", random) : "");
            var statuses = raw.send(request).statuses();
            assertThat(statuses).as("seed %s, request %s: %s", seed, n, request).doesNotContain(500);
        }
        assertThat(raw.send(last()).statuses()).containsExactly(200);
    }

    /// Some of its characters are others, more or fewer.
    private static String changed(String text, java.util.Random random) {
        var out = new StringBuilder(text);
        for (int i = random.nextInt(4); i > 0 && !out.isEmpty(); i--) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(4)) {
                case 0 -> out.setCharAt(at, (char) random.nextInt(256));
                case 1 -> out.insert(at, ",;=\"%:/.-0\u0000\u00ff ".charAt(random.nextInt(13)));
                case 2 -> out.deleteCharAt(at);
                default ->
                    out.insert(at, out.substring(at, Math.min(out.length(), at + random.nextInt(20)))); // the fourth
            }
        }
        return out.toString();
    }

    @Test
    void noRandomRequestFindsABug() throws IOException {
        int[] left = {300};
        random(20_260_101, () -> left[0]-- > 0);
    }

    @Test
    @Tag("long")
    void noRandomRequestOfAMinuteFindsABug() throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        random(System.nanoTime(), () -> System.nanoTime() < end);
    }

    // ---- WebSocket (RFC 6455)

    private String upgrade(String... more) {
        var all = new ArrayList<>(List.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13"));
        for (String each : more) all.add(each);
        if (more.length > 0) all.add("Connection: close");
        return raw.request("GET " + SITE + "/feed?paths=boiler.on HTTP/1.1", all.toArray(String[]::new));
    }

    /// A frame of a client, masked with zeros (5.2).
    private static byte[] frame(int first, boolean masked, int length, long told) {
        var out = java.nio.ByteBuffer.allocate(14 + length);
        out.put((byte) first);
        int mask = masked ? 0x80 : 0;
        if (told < 126) out.put((byte) (mask | (int) told));
        else out.put((byte) (mask | 127)).putLong(told);
        if (masked) out.putInt(0);
        out.put(new byte[length]);
        return java.util.Arrays.copyOf(out.array(), out.position());
    }

    private boolean endsAfter(byte[] frame, int times) throws IOException {
        try (var socket = raw.connect()) {
            var out = socket.getOutputStream();
            out.write(upgrade().getBytes(StandardCharsets.US_ASCII));
            var first = new byte[12];
            assertThat(socket.getInputStream().readNBytes(first, 0, 12)).isEqualTo(12);
            assertThat(new String(first, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
            try {
                for (int i = 0; i < times; i++) out.write(frame);
            } catch (IOException e) {
                return true; // it is closed already
            }
            return RawHttp.read(socket.getInputStream()).ended();
        }
    }

    @Test
    void aWebSocketClientThatBreaksTheRulesIsPutOut() throws Exception {
        assertThat(endsAfter(frame(0x81, true, 100, Limits.MESSAGE_BYTES_MAX + 1), 1))
                .as("too large")
                .isTrue();
        assertThat(endsAfter(frame(0x81, true, 100, Long.MAX_VALUE), 1))
                .as("far too large")
                .isTrue();
        assertThat(endsAfter(frame(0x81, true, 100, -1), 1))
                .as("less than nothing")
                .isTrue();
        assertThat(endsAfter(frame(0x81, false, 5, 5), 1)).as("not masked").isTrue();
        assertThat(endsAfter(frame(0x80, true, 5, 5), 1))
                .as("continues nothing")
                .isTrue();
        assertThat(endsAfter(frame(0x83, true, 5, 5), 1))
                .as("a kind that is none")
                .isTrue();
        var forever = frame(0x01, true, 5, 5);
        assertThat(endsAfter(forever, Limits.MESSAGES_MAX + 10))
                .as("fragments for ever")
                .isTrue();
        assertThat(endsAfter(frame(0x82, true, 5, 5), Limits.MESSAGES_MAX + 10))
                .as("messages for ever")
                .isTrue();
        TestNode.await("no feed is left behind", () -> figure("linkspan_feeds") == 0);
    }
}
