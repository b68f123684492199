package io.linkspan.access;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The live page: read-only, one HTML file and a stream of server-sent events (WHATWG HTML, 9.2), on loopback. Without
/// anything from elsewhere, so it works without internet.
///
/// Who asks under another name than this machine's is refused, so that no web page can reach it by rebinding its own
/// name
/// (DNS rebinding). Safe for many threads.
public final class Page implements Closeable {
    /// The port where nobody chooses one.
    public static final int PORT = 8080;
    /// Most pages that are open at once.
    public static final int STREAMS_MAX = 32;
    /// Most requests that are answered at once, streams not counted.
    public static final int REQUESTS_MAX = 64;
    /// Most connections that are open at once; more are closed at once.
    public static final int CONNECTIONS_MAX = 128;
    /// Longest time in which a request must have come, in seconds.
    public static final int REQUEST_SECONDS_MAX = 10;

    /// Time between two looks at the sites.
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /// A sign of life where nothing changes, and so the longest time until a page that was closed is noticed.
    private static final Duration ALIVE_EVERY = Duration.ofSeconds(5);
    /// A page that lost the stream tries again after this.
    private static final int RETRY_MILLIS = 1_000;
    private static final int CONNECTIONS_WAITING_MAX = 64;

    private static final Map<String, String> FILES = Map.of(
            "/", "text/html; charset=utf-8",
            "/page.css", "text/css; charset=utf-8",
            "/page.js", "text/javascript; charset=utf-8",
            "/icon.svg", "image/svg+xml");

    private final HttpServer server;
    private final Supplier<List<PageView>> views;
    private final ExecutorService threads;
    private final Semaphore streams = new Semaphore(STREAMS_MAX);
    private final Semaphore requests = new Semaphore(REQUESTS_MAX);
    private final Set<String> names;
    private volatile boolean open = true;

    private Page(HttpServer server, Supplier<List<PageView>> views) {
        this.server = server;
        this.views = views;
        int port = server.getAddress().getPort();
        names = Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
        threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("page ", 0).factory());
    }

    /// Serves the page on this port of loopback.
    ///
    /// @param port 0: a free one
    /// @param views the sites at the moment of the call; called by several threads
    /// @throws IOException the port is taken; the message says what next
    public static Page start(int port, Supplier<List<PageView>> views) throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        limit("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
        limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
        HttpServer server;
        try {
            server = HttpServer.create(address, CONNECTIONS_WAITING_MAX);
        } catch (BindException e) {
            throw new IOException(
                    "Port " + port
                            + " of 127.0.0.1 is taken by another program; choose another one with --port (0: any free)",
                    e);
        }
        var page = new Page(server, views);
        server.setExecutor(page.threads);
        server.createContext("/", page::answer);
        server.start();
        return page;
    }

    /// The JDK's server takes its limits as properties of the process; what somebody set stands.
    private static void limit(String property, int most) {
        if (System.getProperty(property) == null) System.setProperty(property, Integer.toString(most));
    }

    /// The port it is served on.
    public int port() {
        return server.getAddress().getPort();
    }

    /// Where a browser finds it.
    public String address() {
        return "http://127.0.0.1:" + port();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String host = exchange.getRequestHeaders().getFirst("Host");
            String path = exchange.getRequestURI().getPath();
            if (host == null || !names.contains(host)) {
                refuse(exchange, 421, "This page answers to " + address() + " only.");
            } else if (!exchange.getRequestMethod().equals("GET")
                    && !exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                refuse(exchange, 405, "This page can only be read.");
            } else if (path.equals("/live")) {
                limited(exchange, streams, () -> stream(exchange));
            } else {
                limited(exchange, requests, () -> file(exchange, path));
            }
        }
    }

    private interface Answer {
        void give() throws IOException;
    }

    private static void limited(HttpExchange exchange, Semaphore limit, Answer answer) throws IOException {
        if (!limit.tryAcquire()) {
            exchange.getResponseHeaders().set("Retry-After", "5");
            refuse(exchange, 503, "Too many look at once; close another page or wait.");
            return;
        }
        try {
            answer.give();
        } finally {
            limit.release();
        }
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        send(exchange, status, "text/plain; charset=utf-8", (why + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void file(HttpExchange exchange, String path) throws IOException {
        String type = FILES.get(path);
        if (type == null) {
            refuse(exchange, 404, "There is one page here: " + address());
            return;
        }
        send(exchange, 200, type, resource(path.equals("/") ? "page.html" : path.substring(1)));
    }

    private static byte[] resource(String name) {
        try (InputStream stream = Page.class.getResourceAsStream(name)) {
            if (stream == null) throw new IllegalStateException(name + " is not in this program; build it again");
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can not be read", e);
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content) throws IOException {
        headers(exchange, type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
        exchange.sendResponseHeaders(status, head ? -1 : content.length);
        if (!head) exchange.getResponseBody().write(content);
    }

    /// Nothing but our own files may be loaded, and nobody may frame the page (Content Security Policy Level 3).
    private static void headers(HttpExchange exchange, String type) {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                        + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }

    /// Sends all once, and then what changed, until the other side is gone.
    private void stream(HttpExchange exchange) throws IOException {
        headers(exchange, "text/event-stream");
        exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : 0);
        var out = exchange.getResponseBody();
        out.write(("retry: " + RETRY_MILLIS + "\n\n").getBytes(StandardCharsets.UTF_8));
        var changes = new PageChanges();
        long alive = System.nanoTime();
        while (open) {
            var events = changes.since(views.get(), System.nanoTime() - alive > ALIVE_EVERY.toNanos());
            if (!events.isEmpty()) {
                write(out, events);
                alive = System.nanoTime();
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void write(OutputStream out, List<PageChanges.Event> events) throws IOException {
        var text = new StringBuilder();
        for (var event : events)
            text.append("event: ")
                    .append(event.name())
                    .append("\ndata: ")
                    .append(event.data())
                    .append("\n\n");
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /// Ends all streams and gives the port back.
    @Override
    public void close() {
        open = false;
        server.stop(0);
        threads.shutdownNow();
    }
}
