package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.access.Accounts;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Language;
import io.linkspan.access.Limits;
import io.linkspan.access.Role;
import io.linkspan.access.SignIn;
import io.linkspan.access.SignInRoutes;
import io.linkspan.connector.Endpoint;
import io.linkspan.model.Principal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The door of a running node with accounts and TLS, as `node.yaml` opens it.
class GuardedDoorTest {
    private static final String PASSWORD = "seven green boats";
    private static final String SITE = "/v1/sites/riverside_12";
    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(2), 100);
    private static final HttpFile.Security LOCAL = new HttpFile.Security.Local();

    @TempDir
    private Path folder;

    private TestNode node;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        for (var each : opened.reversed()) each.close();
        node.close();
    }

    private SignIn signIn() {
        return node.running().entrance().signIn();
    }

    private Accounts accounts() {
        return signIn().accounts();
    }

    private HttpDoor open(HttpFile.Security security, Set<String> origins) throws Exception {
        var tls = Entrance.tls(
                new HttpFile(new Endpoint.Tcp("127.0.0.1", 0), security, false),
                node.running().data());
        var running = node.running();
        var door = HttpDoor.open(
                new HttpDoor.Settings(
                        "127.0.0.1",
                        0,
                        Set.of(),
                        tls.map(t -> t.door().tls()),
                        QUICK,
                        accounts(),
                        SignIn::isOurs,
                        _ -> Optional.empty(),
                        List.of(new HttpDoor.Mount("/v1", new SignInRoutes(signIn()))),
                        origins),
                new NodeDesk(running.node(), running.clock(), 1, () -> "", _ -> Optional.empty()));
        opened.add(door);
        return door;
    }

    /// Signs the first owner in, whose cookie it is.
    private String anna() throws Exception {
        String code = signIn().setUpCode().orElseThrow();
        var in = signIn().setUp(code, "anna", PASSWORD, Language.EN, InetAddress.getLoopbackAddress());
        return ((SignIn.Attempt.In) in).cookie();
    }

    private String person(String name, Role role) throws Exception {
        signIn().add(Principal.person("anna"), name, PASSWORD + name, role, Language.EN);
        var in = signIn().signIn(name, PASSWORD + name, InetAddress.getLoopbackAddress());
        return ((SignIn.Attempt.In) in).cookie();
    }

    private static String cookie(String secret) {
        return "Cookie: " + SignIn.COOKIE + "=" + secret;
    }

    // ---- TLS

    private SSLContext trusting() throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(node.data.resolve("tls/ca.pem"))) {
            store.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static String ask(SSLContext context, int port, String request) throws IOException {
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return RawHttp.read(socket.getInputStream()).text();
        }
    }

    @Test
    void underTlsEveryAnswerKeepsABrowserAtIt() throws Exception {
        var door = open(LOCAL, Set.of());
        var context = trusting();
        var raw = new RawHttp(door.port());
        for (String request : List.of(
                raw.request("GET /health/live HTTP/1.1", "Connection: close"),
                raw.request("GET /nothing HTTP/1.1", "Connection: close"),
                raw.request("GET " + SITE + " HTTP/1.1", "Connection: close"),
                raw.request("GET / HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
                raw.request("GET / HTTP/1.0"),
                "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
            assertThat(ask(context, door.port(), request))
                    .as(request)
                    .contains("Strict-Transport-Security: max-age=31536000")
                    .containsIgnoringCase("X-Content-Type-Options: nosniff")
                    .contains("frame-ancestors 'none'", "Referrer-Policy: no-referrer", "Cache-Control: no-store");
        assertThat(ask(
                        context,
                        door.port(),
                        raw.request("GET " + SITE + " HTTP/1.1", "Connection: close", cookie(anna()))))
                .as("a cookie without __Host- is nobody's")
                .contains(" 401 ");
    }

    /// The library lost a place for each of these, so that after as many as may be open nobody was let in any more.
    @Test
    void handshakesThatFailOrNeverEndTakeNoPlaceForEver() throws Exception {
        var door = open(LOCAL, Set.of());
        var context = trusting();
        var raw = new RawHttp(door.port());
        String live = raw.request("GET /health/live HTTP/1.1", "Connection: close");
        for (int i = 0; i < QUICK.connectionsMax() + 20; i++)
            try (var socket = raw.connect()) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                RawHttp.read(socket.getInputStream());
            }
        assertThat(ask(context, door.port(), live)).contains(" 200 ");
        var silent = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 20; i++) {
                var socket = raw.connect();
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1}); // a handshake's first bytes
                silent.add(socket);
            }
            assertThat(ask(context, door.port(), live)).contains(" 200 ");
            for (var socket : silent)
                assertThat(RawHttp.read(socket.getInputStream()).ended()).isTrue();
        } finally {
            for (var socket : silent) socket.close();
        }
    }

    /// What testssl.sh finds and we can not mend: nobody outside knows an authority of this box or of this test,
    /// and so
    /// nobody can ask it what was revoked; and a name without a domain has no CAA record.
    private static final Set<String> NOT_OURS = Set.of("cert_chain_of_trust", "cert_revocation", "DNS_CAArecord");

    @Test
    @Tag("long")
    void testsslFindsNothingThatIsOurs() throws Exception {
        assertThat(scan(LOCAL)).isEmpty();
        var tls = node.data.resolve("tls");
        Path key = folder.resolve("own.key");
        Path certificate = folder.resolve("own.pem");
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "90",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext",
                "extendedKeyUsage=serverAuth",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        assertThat(tls.resolve("server.pem")).exists();
        assertThat(scan(new HttpFile.Security.Own(certificate, key))).isEmpty();
    }

    /// The findings of severity LOW and above.
    private List<String> scan(HttpFile.Security security) throws Exception {
        var page = new LivePage().open(node.running(), new HttpFile(new Endpoint.Tcp("127.0.0.1", 0), security, false));
        opened.add(page);
        Path json = folder.resolve("testssl-" + opened.size() + ".json");
        run(
                "testssl",
                "--quiet",
                "--color",
                "0",
                "--warnings",
                "off",
                "--ip",
                "one",
                "--severity",
                "LOW",
                "--jsonfile",
                json.toString(),
                page.address());
        var found = new ArrayList<String>();
        int looked = 0;
        for (String item : Files.readString(json).split("\\{")) {
            if (!item.contains("\"severity\"")) continue;
            looked++;
            String id = item.replaceAll("(?s).*\"id\"\\s*:\\s*\"([^\"]*)\".*", "$1");
            String severity = item.replaceAll("(?s).*\"severity\"\\s*:\\s*\"([^\"]*)\".*", "$1");
            if (!NOT_OURS.contains(id)
                    && Set.of("LOW", "MEDIUM", "HIGH", "CRITICAL").contains(severity)) found.add(item.strip());
        }
        assertThat(looked).as("testssl tells at least what is not ours").isPositive();
        return found;
    }

    private void run(String... command) throws Exception {
        for (String each : List.of(command[0]))
            Assumptions.assumeTrue(
                    List.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(":")).stream()
                            .anyMatch(p -> Files.isExecutable(Path.of(p, each))),
                    each + " is missing, so TLS was not scanned (apt install testssl.sh openssl)");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(15, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            throw new AssertionError(command[0] + " did not end");
        }
    }

    // ---- streams

    private static BufferedReader stream(RawHttp raw, List<Socket> sockets, String path, String cookie)
            throws IOException {
        var socket = raw.connect();
        sockets.add(socket);
        socket.getOutputStream()
                .write(raw.request("GET " + path + " HTTP/1.1", cookie, "Connection: close")
                        .getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void streamsHaveALimitAndEndWithTheirRightAndWithTheDoor() throws Exception {
        var door = open(new HttpFile.Security.None(), Set.of());
        String anna = cookie(anna());
        String bert = cookie(person("bert", Role.VIEWER));
        var raw = new RawHttp(door.port());
        var sockets = new ArrayList<Socket>();
        try {
            var his = new ArrayList<BufferedReader>();
            for (String path : List.of(SITE + "/feed", SITE + "/live", "/live"))
                his.add(stream(raw, sockets, path, bert));
            for (var in : his) assertThat(in.readLine()).contains("200");
            signIn().remove(Principal.person("anna"), "bert");
            long removed = System.nanoTime();
            for (var in : his) while (in.readLine() != null) Thread.onSpinWait();
            assertThat(Duration.ofNanos(System.nanoTime() - removed)).isLessThan(Duration.ofSeconds(10));
            assertThat(Limits.LOOK_EVERY).isLessThan(Duration.ofSeconds(1));

            TestNode.await("his places are free", () -> figure(raw, "linkspan_pages") == 0);
            for (int i = 0; i < Limits.PAGES_MAX; i++)
                assertThat(stream(raw, sockets, SITE + "/live", anna).readLine())
                        .contains("200");
            var more = raw.send(raw.request("GET " + SITE + "/live HTTP/1.1", anna, "Connection: close"));
            assertThat(more.statuses()).containsExactly(503);
            assertThat(more.text()).contains("Retry-After: 5", "Too many look at once");
            assertThat(figure(raw, "linkspan_streams_refused_total")).isEqualTo(1);
            assertThat(figure(raw, "linkspan_pages")).isEqualTo(Limits.PAGES_MAX);
            assertThat(raw.send(raw.request("GET " + SITE + " HTTP/1.1", anna, "Connection: close"))
                            .statuses())
                    .containsExactly(200);

            long begun = System.nanoTime();
            door.close();
            for (var socket : sockets)
                assertThat(RawHttp.read(socket.getInputStream()).ended()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        } finally {
            for (var socket : sockets) socket.close();
        }
    }

    private static double figure(RawHttp raw, String name) throws IOException {
        return raw.send(raw.request("GET /metrics HTTP/1.1", "Connection: close"))
                .text()
                .lines()
                .filter(l -> l.startsWith(name + " "))
                .mapToDouble(l -> Double.parseDouble(l.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTakenPortSaysWhatAndWhatNext() throws Exception {
        var door = open(new HttpFile.Security.None(), Set.of());
        var running = node.running();
        var same = new HttpFile(new Endpoint.Tcp("127.0.0.1", door.port()), new HttpFile.Security.None(), false);
        assertThatThrownBy(() -> new LivePage().open(running, same))
                .isInstanceOf(IOException.class)
                .hasMessage("Port " + door.port()
                        + " of 127.0.0.1 is taken by another program; choose another one with --port (0: any free)");
        assertThat(new RawHttp(door.port()).send("GET / HTTP/1.1\r\n\r\n").statuses())
                .containsExactly(400);
    }

    // ---- refusals, pages from elsewhere

    @Test
    void whoIsRefusedIsOnRecordAndNoSecretIs() throws Exception {
        var door = open(new HttpFile.Security.None(), Set.of());
        String anna = anna();
        String bert = person("bert", Role.VIEWER);
        var raw = new RawHttp(door.port());
        String put = "PUT " + SITE + "/armed HTTP/1.1";
        for (String[] headers : List.of(
                new String[] {"Authorization: Bearer lsp_wrong_token"},
                new String[] {cookie("wrong-session")},
                new String[] {cookie(bert), "X-CSRF-Token: " + SignIn.csrf(bert)},
                new String[] {cookie(anna)})) {
            var all = new ArrayList<>(List.of(headers));
            all.addAll(List.of("Connection: close", "Content-Type: application/json", "Content-Length: 14"));
            assertThat(raw.send(raw.request(put, all.toArray(String[]::new)) + "{\"armed\":true}")
                            .statuses())
                    .first()
                    .isIn(401, 403);
        }
        accounts().finish();
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(node.data)))
                .as("hashes are in there")
                .isEqualTo("rwx------");
        String refusals = accounts().state().refusals().toString();
        assertThat(refusals)
                .contains(
                        "what=TOKEN", "what=SESSION", "what=ROLE, name=bert", "what=CSRF, name=anna", "from=127.0.0.1")
                .doesNotContain("wrong_token", "wrong-session", anna, bert);
    }

    @Test
    void aPageFromElsewhereIsLetInByItsNameAndWithATokenAlone() throws Exception {
        String dash = "https://dash.example";
        var door = open(new HttpFile.Security.None(), Set.of(dash));
        var raw = new RawHttp(door.port());
        String anna = cookie(anna());
        var token = signIn().makeToken(Principal.person("anna"), "anna", "dash", Role.VIEWER, Long.MAX_VALUE);
        String bearer = "Authorization: Bearer " + token.secret();
        String get = "GET " + SITE + " HTTP/1.1";
        var let = raw.send(raw.request(get, "Origin: " + dash, bearer, "Connection: close"));
        assertThat(let.statuses()).containsExactly(200);
        assertThat(let.text())
                .contains(
                        "Access-Control-Allow-Origin: " + dash,
                        "Vary: Origin",
                        "Cross-Origin-Resource-Policy: cross-origin")
                .doesNotContain("Access-Control-Allow-Credentials", "Access-Control-Allow-Origin: *");
        assertThat(raw.send(raw.request(get, "Origin: " + dash, anna, "Connection: close"))
                        .statuses())
                .as("a cookie is for our own page")
                .containsExactly(401);
        var asked = raw.send(raw.request(
                "OPTIONS " + SITE + "/armed HTTP/1.1",
                "Origin: " + dash,
                "Access-Control-Request-Method: PUT",
                "Access-Control-Request-Headers: authorization, content-type",
                "Connection: close"));
        assertThat(asked.statuses()).containsExactly(204);
        assertThat(asked.text())
                .contains("Access-Control-Allow-Methods: GET", "Authorization", "Access-Control-Max-Age");
        for (String other :
                List.of("https://dash.example.evil.example", "http://dash.example", "https://evil.example", "null")) {
            var refused = raw.send(raw.request(get, "Origin: " + other, bearer, "Connection: close"));
            assertThat(refused.statuses()).as(other).containsExactly(403);
            assertThat(refused.text()).doesNotContain("Access-Control-Allow");
        }
    }
}
