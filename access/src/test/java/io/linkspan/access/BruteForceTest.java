package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody guesses, over HTTP: from one address and from many (each of 127.0.0.0/8 is one), at one account and at
/// many.
class BruteForceTest {
    private static final int GUESSES = 1_000;
    private static final int LOG_BYTES_MAX = 16 << 10;

    @TempDir
    Path folder;

    private House house;
    private WebServer server;

    @BeforeEach
    void open() throws Exception {
        house = new House(folder);
        server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .routing(r -> r.register("/v1", new SignInRoutes(house.signIn)))
                .build()
                .start();
    }

    @AfterEach
    void close() {
        server.stop();
        house.close();
    }

    private void anna() throws Exception {
        house.signIn.add(House.OWNER, "anna", House.PASSWORD, Role.OWNER, Language.EN);
    }

    /// An address of an attacker's, 0..65,534.
    private static InetAddress address(int n) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 1, (byte) (n >> 8), (byte) (1 + (n & 0x7F))});
    }

    /// One request from this address; its status.
    private int ask(InetAddress from, String line, String header, String body) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: localhost:" + server.port() + "\r\n" + header
                                    + "Connection: close\r\nContent-Length: " + bytes.length + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            return Integer.parseInt(
                    new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).substring(9));
        }
    }

    private int signIn(InetAddress from, String name, String password) throws IOException {
        return ask(from, "POST /v1/session", "", "{\"name\":\"" + name + "\",\"password\":\"" + password + "\"}");
    }

    private int logBytes() {
        return house.log.entries.stream()
                .mapToInt(e -> e.control().remaining() + e.readings().remaining())
                .sum();
    }

    private static Map<Integer, Integer> counted(List<Integer> statuses) {
        var all = new TreeMap<Integer, Integer>();
        for (int status : statuses) all.merge(status, 1, Integer::sum);
        return all;
    }

    @Test
    void aThousandGuessesFromOneAddressAreAHandfulThatWereLookedAt() throws Exception {
        anna();
        int before = logBytes();
        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < GUESSES; i++) statuses.add(signIn(address(0), "anna", "guess number " + i));
        assertThat(counted(statuses)).containsOnlyKeys(401, 429).containsEntry(401, Slowing.FREE + 1);
        house.pass(Slowing.ACCOUNT_MAX);
        assertThat(signIn(address(1), "anna", House.PASSWORD))
                .as("the owner from elsewhere")
                .isEqualTo(200);
        house.accounts.finish();
        assertThat(house.accounts.state().refused()).isEqualTo(GUESSES);
        assertThat(logBytes() - before).isLessThan(LOG_BYTES_MAX);
        assertThat(house.replayed().refusals().toString()).contains("127.1.0.1").doesNotContain("guess number");
    }

    @Test
    void aThousandGuessesFromAThousandAddressesAreNotMore() throws Exception {
        anna();
        int before = logBytes();
        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < GUESSES; i++) {
            statuses.add(signIn(address(2 * i), "anna", "guess number " + i));
            house.pass(Duration.ofMillis(1));
            if (i % 100 == 0) house.accounts.tend(house.micros.get() * 1_000);
        }
        assertThat(counted(statuses)).containsOnlyKeys(401, 429);
        assertThat(counted(statuses).get(401)).isLessThanOrEqualTo(Slowing.FREE + 2);
        house.pass(Slowing.ACCOUNT_MAX);
        assertThat(signIn(InetAddress.getLoopbackAddress(), "anna", House.PASSWORD))
                .isEqualTo(200);
        house.accounts.finish();
        assertThat(house.accounts.state().refused()).isEqualTo(GUESSES);
        assertThat(logBytes() - before).isLessThan(LOG_BYTES_MAX);
    }

    @Test
    void manyAtOnceCostNoMoreThanTheirPlaces() throws Exception {
        anna();
        int many = 100;
        List<Future<Integer>> all;
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            var asks = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < many; i++) {
                int n = i;
                asks.add(() -> signIn(address(2 * n), "name" + n, "guess number " + n));
            }
            all = people.invokeAll(asks);
        }
        var statuses = new ArrayList<Integer>();
        for (var each : all) statuses.add(each.get());
        assertThat(counted(statuses)).containsKey(503);
        assertThat(counted(statuses).keySet()).isSubsetOf(401, 503);
        assertThat(signIn(address(1), "anna", House.PASSWORD)).as("and then").isEqualTo(200);
    }

    @Test
    void theSetUpCodeOpensOnceAlsoWhenTwoComeAtOnce() throws Exception {
        String code = house.signIn.setUpCode().orElseThrow();
        List<Future<Integer>> both;
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            var asks = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 4; i++) {
                int n = i;
                asks.add(() -> setUp(address(2 * n), code, "eve" + n));
            }
            both = people.invokeAll(asks);
        }
        var statuses = new ArrayList<Integer>();
        for (var each : both) statuses.add(each.get());
        assertThat(statuses).containsOnlyOnce(200);
        assertThat(house.accounts.state().accounts()).hasSize(1);
        assertThat(folder.resolve(SetUpCode.FILE)).doesNotExist();
        assertThat(setUp(address(100), code, "late")).isIn(401, 409);
        assertThat(Files.list(folder).toList()).isEmpty();
    }

    private int setUp(InetAddress from, String code, String name) throws IOException {
        return ask(
                from,
                "POST /v1/setup",
                "",
                "{\"code\":\"" + code + "\",\"name\":\"" + name + "\",\"password\":\"" + House.PASSWORD + "\"}");
    }

    @Test
    void whatIsNearlyATokenOrASessionIsNone() throws Exception {
        anna();
        var made = house.signIn.makeToken(
                House.OWNER,
                "anna",
                "t",
                Role.OWNER,
                house.micros.get() + Duration.ofHours(1).toNanos() / 1_000);
        String right = "Authorization: Bearer " + made.secret() + "\r\n";
        assertThat(ask(address(0), "GET /v1/tokens", right, "")).isEqualTo(200);
        for (String wrong : List.of(
                made.secret().substring(1),
                made.secret() + "x",
                made.secret().toUpperCase(java.util.Locale.ROOT),
                "lsp_",
                made.id(),
                Digest.of(made.secret()).toString(),
                "x".repeat(8_000)))
            assertThat(ask(address(0), "GET /v1/tokens", "Authorization: Bearer " + wrong + "\r\n", ""))
                    .as(wrong)
                    .isEqualTo(401);
        assertThat(ask(address(0), "GET /v1/tokens", "Authorization: Basic YW5uYTp4\r\n", ""))
                .isEqualTo(401);
        house.pass(Duration.ofHours(1));
        assertThat(ask(address(0), "GET /v1/tokens", right, "")).as("over").isEqualTo(401);

        var in = (SignIn.Attempt.In) house.signIn.signIn("anna", House.PASSWORD, address(0));
        String cookie = "Cookie: " + SignIn.COOKIE + "=" + in.cookie() + "\r\n";
        assertThat(ask(address(0), "GET /v1/accounts", cookie, "")).isEqualTo(200);
        assertThat(ask(address(0), "GET /v1/accounts", cookie.replace(SignIn.COOKIE, SignIn.COOKIE_TLS), ""))
                .as("the name under TLS")
                .isEqualTo(401);
        for (int day = 0; day < 30; day++) {
            house.pass(Duration.ofHours(23));
            assertThat(ask(address(0), "GET /v1/accounts", cookie, "")).isEqualTo(200);
        }
        house.pass(Duration.ofHours(23).multipliedBy(2));
        assertThat(ask(address(0), "GET /v1/accounts", cookie, ""))
                .as("not used for a day")
                .isEqualTo(401);
        house.accounts.finish();
        assertThat(house.accounts.state().refusals().toString()).doesNotContain(made.secret(), in.cookie());
    }
}
