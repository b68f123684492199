package io.linkspan.bench;

import com.sun.net.httpserver.HttpServer;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import io.linkspan.node.ControlClient;
import io.linkspan.node.Main;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Requests over the HTTP API of a node in a process of its own, with a token, over connections that stay open; beside
/// the JDK's own HTTP server in another process, which answers with as many bytes that it has ready. What asks is in
/// this process, on the same machine, so all share its processors.
final class ApiBench {
    private static final int CONNECTIONS = 16;
    private static final int HISTORY_POINTS = 20_000;
    private static final int READY_SECONDS_MAX = 60;
    private static final int THINGS = 10;
    private static final int PROPERTIES = 10;

    private final int seconds;
    private final Path folder;

    private ApiBench(int seconds, Path folder) {
        this.seconds = seconds;
        this.folder = folder;
    }

    /// @param seconds that each measurement lasts
    static void run(int seconds) throws Exception {
        Path folder = Files.createTempDirectory("api-bench");
        try (var machine = new SimulatedModbusMachine()) {
            new ApiBench(seconds, folder).run(machine);
        } finally {
            Folders.delete(folder);
        }
    }

    /// The floor: answers each request with the same bytes.
    static void floor(int port, int bytes) throws IOException {
        byte[] body =
                "{\"a\":\"%s\"}".formatted("x".repeat(Math.max(0, bytes - 8))).getBytes(StandardCharsets.US_ASCII);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }

    private void run(SimulatedModbusMachine machine) throws Exception {
        for (int unit = 1; unit <= THINGS; unit++)
            for (int r = 0; r < PROPERTIES; r++) machine.unit(unit).number("holding " + r + " int16", unit * 10 + r);
        Path data = folder.resolve("data");
        Path site = Files.writeString(folder.resolve("site.yaml"), site(machine.listenTcp()));
        int port = freePort();
        var node = start(
                "node", Main.class.getName(), "run", site.toString(), "--data", data.toString(), "--port", "" + port);
        try {
            ready(node, port);
            String token = token(data);
            var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            past(data, now);
            String cell = "/v1/sites/bench/cells/thing_1.p1";
            String from = now.minus(Duration.ofSeconds(HISTORY_POINTS)).toString();
            measure("value of a property", node, new Target(port, cell, token));
            measure(
                    "list of " + THINGS + " things, " + THINGS * PROPERTIES + " properties",
                    node,
                    new Target(port, "/v1/sites/bench/things", token));
            measure(
                    "chart of 1,000 columns",
                    node,
                    new Target(port, cell + "/history?columns=1000&from=" + from + "&to=" + now, token));
        } finally {
            end(node);
        }
    }

    private void measure(String what, Process node, Target ours) throws Exception {
        int bytes = ours.ask();
        int port = freePort();
        var floor = start(
                "floor", Main.class.getName().replace("node.Main", "bench.Main"), "api-floor", "" + port, "" + bytes);
        try {
            ready(floor, port);
            var peer = new Target(port, "/", ours.token);
            many(ours); // warm
            many(peer);
            var a = one(ours);
            var b = one(peer);
            var c = cpu(node, () -> many(ours));
            var d = cpu(floor, () -> many(peer));
            System.out.printf(
                    Locale.ROOT,
                    "%s (%,d bytes)%n"
                            + "  one connection     p50 %.3f ms, p99 %.3f ms      the JDK's server p50 %.3f ms, p99 %.3f ms: %.1f times%n"
                            + "  %d connections     %,.0f requests/s              %,.0f requests/s: %.2f times%n"
                            + "  CPU of the server  %.0f microseconds a request    %.0f: %.1f times%n",
                    what,
                    bytes,
                    millis(a, 50),
                    millis(a, 99),
                    millis(b, 50),
                    millis(b, 99),
                    millis(a, 50) / millis(b, 50),
                    CONNECTIONS,
                    c.perSecond,
                    d.perSecond,
                    c.perSecond / d.perSecond,
                    c.micros,
                    d.micros,
                    c.micros / d.micros);
        } finally {
            end(floor);
        }
    }

    private static double millis(Histogram h, double percentile) {
        return h.getValueAtPercentile(percentile) / 1e6;
    }

    // ---- asking

    /// What is asked for, and where.
    private record Target(int port, String path, String token) {
        byte[] request() {
            return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + token
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }

        /// Once; the bytes of its body.
        int ask() throws IOException {
            try (var line = new Line(port)) {
                return line.ask(request());
            }
        }
    }

    /// One connection that stays open.
    private static final class Line implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Line(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        }

        int ask(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            int length = -1;
            String first = line();
            if (!first.contains(" 200 ")) throw new IOException("The answer was " + first);
            for (String header; !(header = line()).isEmpty(); )
                if (header.regionMatches(true, 0, "Content-Length:", 0, 15))
                    length = Integer.parseInt(header.substring(15).strip());
            if (length < 0) throw new IOException("The answer has no length");
            in.skipNBytes(length);
            return length;
        }

        private String line() throws IOException {
            var text = new StringBuilder();
            for (int c; (c = in.read()) != '\n'; ) {
                if (c < 0) throw new IOException("The server closed the connection");
                if (c != '\r') text.append((char) c);
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Histogram one(Target target) throws IOException {
        var times = new Histogram(3);
        byte[] request = target.request();
        try (var line = new Line(target.port)) {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            for (long now = System.nanoTime(); now < end; ) {
                line.ask(request);
                long then = System.nanoTime();
                times.recordValue(then - now);
                now = then;
            }
        }
        return times;
    }

    private interface Load {
        double requestsASecond() throws Exception;
    }

    private record Cost(double perSecond, double micros) {}

    private Cost cpu(Process server, Load load) throws Exception {
        var before = server.info().totalCpuDuration().orElse(Duration.ZERO);
        long begun = System.nanoTime();
        double perSecond = load.requestsASecond();
        double took = (System.nanoTime() - begun) / 1e9;
        var used = server.info().totalCpuDuration().orElse(Duration.ZERO).minus(before);
        return new Cost(perSecond, used.toNanos() / 1e3 / (perSecond * took));
    }

    private double many(Target target) throws Exception {
        byte[] request = target.request();
        long begun = System.nanoTime();
        long end = begun + seconds * 1_000_000_000L;
        try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            var counts = new ArrayList<java.util.concurrent.Future<Long>>();
            for (int i = 0; i < CONNECTIONS; i++)
                counts.add(threads.submit(() -> {
                    long count = 0;
                    try (var line = new Line(target.port)) {
                        while (System.nanoTime() < end) {
                            line.ask(request);
                            count++;
                        }
                    }
                    return count;
                }));
            long all = 0;
            for (var count : counts) all += count.get();
            return all / ((System.nanoTime() - begun) / 1e9);
        }
    }

    // ---- servers

    private Process start(String name, String... words) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dsun.net.httpserver.nodelay=true", // else the floor waits 40 ms with longer answers
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".txt").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void ready(Process server, int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + READY_SECONDS_MAX * 1_000_000_000L;
        while (true) {
            try {
                new Target(port, "/health/ready", "none").ask();
                return;
            } catch (IOException e) {
                if (!server.isAlive() || System.nanoTime() > end) throw new IOException("A server did not start", e);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private static void end(Process server) throws InterruptedException {
        server.destroy();
        if (!server.waitFor(20, TimeUnit.SECONDS)) server.destroyForcibly().waitFor();
    }

    private static Tree.Fields ask(Path data, String json) throws Exception {
        try (var client = ControlClient.connect(data)) {
            return client.ask(Json.parseFields("", json));
        }
    }

    private static String token(Path data) throws Exception {
        ask(data, "{\"do\":\"account-add\",\"name\":\"vera\",\"role\":\"viewer\",\"password\":\"a quiet river bank\"}");
        var made = ask(data, "{\"do\":\"token-add\",\"account\":\"vera\",\"title\":\"bench\",\"role\":\"viewer\"}");
        if (made.fields().get("token") instanceof Tree.Scalar token) return token.text();
        throw new IOException("The node made no token");
    }

    private void past(Path data, Instant now) throws Exception {
        var past = new StringBuilder("time,thing_1.p1\n");
        for (int i = HISTORY_POINTS; i > 0; i--)
            past.append(now.minusSeconds(i)).append(',').append(i % 977 / 10.0).append('\n');
        Path file = Files.writeString(folder.resolve("past.csv"), past);
        ask(data, "{\"do\":\"import\",\"file\":\"" + file + "\"}");
    }

    private static String site(int port) {
        var text = new StringBuilder("""
                linkspan: 1
                site: bench
                connectors:
                  - { id: store, type: modbus_tcp, endpoint: "127.0.0.1:%d" }
                things:
                """.formatted(port));
        for (int unit = 1; unit <= THINGS; unit++) {
            text.append(
                    "  - id: thing_%d\n    connector: store\n    unit: %d\n    properties:\n".formatted(unit, unit));
            for (int r = 0; r < PROPERTIES; r++)
                text.append("      p%d: { type: number, at: \"holding %d int16\", every: 1s }\n".formatted(r, r));
        }
        return text.toString();
    }
}
