package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.access.PageView.PropertyView;
import io.linkspan.access.PageView.State;
import io.linkspan.access.PageView.ThingView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Over a real socket, with requests written by hand: what a browser does not let a test do.
class PageTest {
    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;

    private final AtomicReference<PageView> site = new AtomicReference<>(site("4.2"));
    private Page page;

    @BeforeEach
    void start() throws IOException {
        page = Page.start(0, () -> List.of(site.get()));
    }

    @AfterEach
    void stop() {
        page.close();
    }

    private static PageView site(String power) {
        var properties =
                List.of(property("meter.power", State.KNOWN, power), property("meter.hall \"<b>", State.CLOSED, ""));
        return new PageView(
                "riverside_12",
                "House",
                "Europe/Brussels",
                true,
                1_000_000,
                1,
                "",
                List.of(new ThingView("meter", "Meter", properties)));
    }

    private static PropertyView property(String path, State state, String value) {
        return new PropertyView(path, path, state, value, "kW", 900_000, false, 0, "", "", "", "");
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), page.port());
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    private static void ask(Socket socket, String method, String path, String host) throws IOException {
        String request = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private List<String> head(String method, String path, String host) throws IOException {
        try (var socket = connect()) {
            ask(socket, method, path, host);
            return head(reader(socket));
        }
    }

    private static List<String> head(BufferedReader in) throws IOException {
        var lines = new ArrayList<String>();
        for (String line; (line = in.readLine()) != null && !line.isEmpty(); ) lines.add(line);
        return lines;
    }

    private String here() {
        return "127.0.0.1:" + page.port();
    }

    @Test
    void everyFileIsServedAndMayLoadNothingFromElsewhere() throws IOException {
        for (String path : List.of("/", "/page.css", "/page.js", "/icon.svg")) {
            var head = head("GET", path, here());
            assertThat(head.getFirst()).as(path).contains("200");
            assertThat(head)
                    .as(path)
                    .anyMatch(l -> l.startsWith("Content-security-policy: default-src 'none'; script-src 'self'"));
            assertThat(head).as(path).noneMatch(l -> l.contains("unsafe"));
        }
    }

    @Test
    void itAnswersUnderItsOwnNamesOnly() throws IOException {
        assertThat(head("GET", "/", "localhost:" + page.port()).getFirst()).contains("200");
        for (String host : List.of("evil.example:" + page.port(), "127.0.0.1", "evil.example"))
            for (String path : List.of("/", "/live"))
                assertThat(head("GET", path, host).getFirst()).as(host + path).contains("421");
    }

    @Test
    void itCanOnlyBeRead() throws IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS"))
            assertThat(head(method, "/", here()).getFirst()).as(method).contains("405");
        assertThat(head("HEAD", "/", here()).getFirst()).contains("200");
    }

    @Test
    void noOtherFileOfTheProgramCanBeHad() throws IOException {
        for (String path : List.of("/Page.class", "/../access/Page.class", "/%2e%2e/", "/page.html", "//"))
            assertThat(head("GET", path, here()).getFirst()).as(path).doesNotContain(" 200");
    }

    @Test
    void theStreamTellsAllAndThenWhatChanged() throws IOException {
        try (var socket = connect()) {
            ask(socket, "GET", "/live", here());
            var in = reader(socket);
            assertThat(head(in)).contains("Content-type: text/event-stream");
            assertThat(event(in, "sites")).contains("\"value\":\"4.2\"").contains("\"zone\":\"Europe/Brussels\"");
            site.set(site("5.4"));
            assertThat(event(in, "changes")).contains("\"value\":\"5.4\"").doesNotContain("hall");
        }
    }

    private static String event(BufferedReader in, String name) throws IOException {
        for (String line; (line = in.readLine()) != null; ) if (line.equals("event: " + name)) return in.readLine();
        throw new AssertionError("the stream ended before an event \"" + name + "\"");
    }

    @Test
    void oneStreamTooManyIsRefusedAndTheNextOneAfterALeaveIsNot() throws IOException {
        var all = new ArrayList<Socket>();
        try {
            for (int i = 0; i < Page.STREAMS_MAX; i++) {
                var socket = connect();
                all.add(socket);
                ask(socket, "GET", "/live", here());
                assertThat(head(reader(socket)).getFirst()).contains("200");
            }
            var refused = head("GET", "/live", here());
            assertThat(refused.getFirst()).contains("503");
            assertThat(refused).contains("Retry-after: 5");
            assertThat(head("GET", "/", here()).getFirst()).contains("200");
        } finally {
            for (var socket : all) socket.close();
        }
    }

    @Test
    void aTakenPortIsSaidWithWhatNext() {
        assertThatThrownBy(() -> Page.start(page.port(), List::of).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is taken")
                .hasMessageContaining("--port");
    }

    @Test
    void closingGivesThePortBack() throws IOException {
        int port = page.port();
        page.close();
        page = Page.start(port, List::of);
        assertThat(head("GET", "/", here()).getFirst()).contains("200");
    }

    @Test
    void thePageIsSmall() throws IOException {
        int bytes = 0;
        for (String file : List.of("page.html", "page.css", "page.js", "icon.svg"))
            try (var stream = Page.class.getResourceAsStream(file)) {
                bytes += stream.readAllBytes().length;
            }
        assertThat(bytes).isLessThan(60_000);
    }
}
