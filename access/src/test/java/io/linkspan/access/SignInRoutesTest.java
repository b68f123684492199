package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The routes on a server of their own, as a browser and a program meet them.
class SignInRoutesTest {
    private static final String RIGHT = House.PASSWORD;

    @TempDir
    Path folder;

    private House house;
    private WebServer server;
    private HttpClient client;

    @BeforeEach
    void open() {
        house = new House(folder);
        server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .routing(r -> r.register("/v1", new SignInRoutes(house.signIn)))
                .build()
                .start();
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void close() {
        client.close();
        server.stop();
        house.close();
    }

    /// Somebody with a browser.
    private final class Visitor {
        private Optional<String> cookie = Optional.empty();
        private Optional<String> csrf = Optional.empty();
        private Optional<String> token = Optional.empty();

        Answer get(String path) throws Exception {
            return ask("GET", path, "");
        }

        Answer ask(String method, String path, String json) throws Exception {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1" + path))
                    .method(method, json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
            cookie.ifPresent(c -> request.header("Cookie", "other=1; linkspan_session=" + c));
            csrf.ifPresent(c -> request.header("X-CSRF-Token", c));
            token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
            var answer = new Answer(client.send(request.build(), BodyHandlers.ofString()));
            for (String set : answer.response.headers().allValues("Set-Cookie"))
                cookie = Optional.of(set.substring(set.indexOf('=') + 1, set.indexOf(';')));
            answer.find("csrf").ifPresent(c -> csrf = Optional.of(c));
            return answer;
        }

        Answer signIn(String name, String password) throws Exception {
            return ask("POST", "/session", json("name", name, "password", password));
        }
    }

    private record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        Optional<String> find(String field) throws Invalid {
            return response.body().isEmpty() || !(Json.parse("", response.body()) instanceof Tree.Fields f)
                    ? Optional.empty()
                    : f.fields().get(field) instanceof Tree.Scalar s ? Optional.of(s.text()) : Optional.empty();
        }

        String detail() throws Invalid {
            assertThat(response.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
            return find("detail").orElseThrow();
        }
    }

    private static String json(String... pairs) {
        var fields = new java.util.LinkedHashMap<String, Tree>();
        for (int i = 0; i < pairs.length; i += 2) fields.put(pairs[i], Tree.text(pairs[i + 1]));
        return Json.write(Tree.fields(fields));
    }

    private Visitor owner() throws Exception {
        var anna = new Visitor();
        String code = house.signIn.setUpCode().orElseThrow();
        assertThat(anna.ask("POST", "/setup", json("code", code, "name", "Anna", "password", RIGHT))
                        .status())
                .isEqualTo(200);
        return anna;
    }

    private Visitor person(Visitor owner, String name, String role) throws Exception {
        assertThat(owner.ask("POST", "/accounts", json("name", name, "password", RIGHT + name, "role", role))
                        .status())
                .isEqualTo(201);
        var visitor = new Visitor();
        assertThat(visitor.signIn(name, RIGHT + name).status()).isEqualTo(200);
        return visitor;
    }

    @Test
    void theFirstStartIsSetUpWithTheCodeAndOnlyOnce() throws Exception {
        var anna = new Visitor();
        assertThat(anna.get("/session").find("needs_setup")).contains("true");
        String code = house.signIn.setUpCode().orElseThrow();
        assertThat(house.signIn.setUpCode()).contains(code);
        var file = folder.resolve(SetUpCode.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        var wrong =
                anna.ask("POST", "/setup", json("code", "AAAAA-AAAAA-AAAAA-AAAAA", "name", "anna", "password", RIGHT));
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.detail()).contains("linkspan setup-code");
        var poor = anna.ask("POST", "/setup", json("code", code, "name", "anna", "password", "short"));
        assertThat(poor.status()).isEqualTo(422);
        assertThat(poor.detail()).contains("10 to 128");

        String typed = code.toLowerCase(java.util.Locale.ROOT).replace("-", " ");
        var in = anna.ask("POST", "/setup", json("code", typed, "name", "Anna", "password", RIGHT, "language", "nl"));
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.response().headers().firstValue("Set-Cookie").orElse(""))
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .contains("Path=/")
                .doesNotContain("Secure");
        assertThat(file).doesNotExist();
        assertThat(house.signIn.setUpCode()).isEmpty();
        assertThat(anna.get("/session").response().body())
                .contains("\"name\":\"anna\"")
                .contains("\"role\":\"owner\"")
                .contains("\"language\":\"nl\"");
        assertThat(new Visitor()
                        .ask("POST", "/setup", json("code", code, "name", "eve", "password", RIGHT))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void aSessionEndsWhenItIsLeft() throws Exception {
        var anna = owner();
        assertThat(anna.get("/accounts").status()).isEqualTo(200);
        var before = anna.cookie;
        assertThat(anna.ask("DELETE", "/session", "").status()).isEqualTo(204);
        anna.cookie = before;
        assertThat(anna.get("/accounts").status()).isEqualTo(401);
        assertThat(anna.get("/session").find("signed_in")).contains("false");
        assertThat(anna.signIn("anna", RIGHT).status()).isEqualTo(200);
        assertThat(anna.cookie).isNotEqualTo(before);
    }

    @Test
    void aForgedRequestIsRefused() throws Exception {
        var anna = owner();
        var right = anna.csrf;
        String other = json("name", "eve", "password", RIGHT, "role", "owner");
        for (var shown : List.of(Optional.<String>empty(), Optional.of("x"), Optional.of(SignIn.csrf("other")))) {
            anna.csrf = shown;
            var refused = anna.ask("POST", "/accounts", other);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.detail()).contains("X-CSRF-Token");
            assertThat(anna.ask("DELETE", "/session", "").status()).isEqualTo(403);
        }
        anna.csrf = right;
        assertThat(anna.ask("POST", "/accounts", other).status()).isEqualTo(201);
        house.accounts.finish();
        assertThat(house.accounts.state().refusals())
                .anyMatch(r -> r.what() == Refusal.What.CSRF && r.name().equals("anna") && r.count() == 6);
    }

    @Test
    void guessingIsSlowedForAccountsThatAreThereAndThatAreNot() throws Exception {
        owner();
        for (String name : List.of("anna", "nobody", "NOT A NAME\u0000")) {
            house.pass(Slowing.FORGOTTEN.plus(Slowing.ADDRESS_MAX));
            var guess = new Visitor();
            for (int i = 0; i <= Slowing.FREE; i++) {
                var wrong = guess.signIn(name, "wrong wrong " + i);
                assertThat(wrong.status()).isEqualTo(401);
                assertThat(wrong.detail()).isEqualTo("name or password is wrong");
            }
            var slowed = guess.signIn(name, RIGHT);
            assertThat(slowed.status()).isEqualTo(429);
            assertThat(slowed.response().headers().firstValue("Retry-After")).contains("1");
            assertThat(slowed.detail()).contains("try again in 1s");
        }
        house.pass(Duration.ofSeconds(1));
        assertThat(new Visitor().signIn("anna", RIGHT).status()).isEqualTo(200);
        house.accounts.finish();
        assertThat(house.accounts.state().refused()).isEqualTo(3L * (Slowing.FREE + 2));
    }

    @Test
    void anUnknownAccountCostsWhatAKnownOneDoes() throws Exception {
        owner();
        var from = InetAddress.getByName("192.0.2.1");
        double known = median(() -> house.signIn.signIn("anna", "wrong wrong", from));
        double unknown = median(() -> house.signIn.signIn("nobody", "wrong wrong", from));
        assertThat(unknown / known).isBetween(0.4, 2.5); // without the hash it is less than 0.01
    }

    private double median(Callable<SignIn.Attempt> attempt) throws Exception {
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < 9; i++) {
            house.pass(Duration.ofHours(2));
            long begin = System.nanoTime();
            assertThat(attempt.call()).isInstanceOf(SignIn.Attempt.Wrong.class);
            nanos.add(System.nanoTime() - begin);
        }
        return nanos.stream().sorted().skip(4).findFirst().orElseThrow();
    }

    @Test
    void whenTooManySignInTheOthersAreToldToComeAgain() throws Exception {
        int many = 40;
        var busy = new java.util.concurrent.atomic.AtomicInteger();
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < many; i++)
                all.submit(() -> {
                    try {
                        house.passwords.matchesNobody("x");
                    } catch (Passwords.Busy e) {
                        busy.incrementAndGet();
                    }
                    return true;
                });
        }
        assertThat(busy.get()).isBetween(1, many - Passwords.AT_ONCE_MAX);
    }

    @Test
    void rolesKeepToWhatTheyMay() throws Exception {
        var anna = owner();
        for (String role : List.of("viewer", "operator", "installer")) {
            var other = person(anna, role, role);
            assertThat(other.get("/accounts").status()).isEqualTo(403);
            assertThat(other.ask("POST", "/accounts", json("name", "x", "password", RIGHT, "role", "owner"))
                            .status())
                    .isEqualTo(403);
            assertThat(other.ask("PATCH", "/accounts/" + role, json("role", "owner"))
                            .detail())
                    .contains("only an owner")
                    .contains(role);
            assertThat(other.ask("PATCH", "/accounts/anna", json("language", "nl"))
                            .status())
                    .isEqualTo(403);
            assertThat(other.ask("DELETE", "/accounts/anna", "").status()).isEqualTo(403);
            assertThat(other.ask("PATCH", "/accounts/" + role, json("language", "nl"))
                            .status())
                    .isEqualTo(200);
            assertThat(other.ask("POST", "/tokens", json("title", "t", "role", "owner"))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void theLastOwnerIsKept() throws Exception {
        var anna = owner();
        var demoted = anna.ask("PATCH", "/accounts/anna", json("role", "viewer"));
        assertThat(demoted.status()).isEqualTo(422);
        assertThat(demoted.detail()).contains("anna is the last owner");
        assertThat(anna.ask("DELETE", "/accounts/anna", "").status()).isEqualTo(422);
        assertThat(anna.ask("DELETE", "/accounts/nobody", "").status()).isEqualTo(404);
    }

    @Test
    void anotherPasswordIsTakenFromWhoKnowsTheOldOneAndEndsOtherSessions() throws Exception {
        var anna = owner();
        var elsewhere = new Visitor();
        elsewhere.signIn("anna", RIGHT);
        house.pass(SignIn.RECENT.plusSeconds(1));
        String next = "eight blue trains";
        assertThat(anna.ask("PATCH", "/accounts/anna", json("password", next)).detail())
                .contains("current_password");
        assertThat(anna.ask("PATCH", "/accounts/anna", json("password", next, "current_password", "wrong"))
                        .status())
                .isEqualTo(403);
        assertThat(anna.ask("PATCH", "/accounts/anna", json("password", next, "current_password", RIGHT))
                        .status())
                .isEqualTo(200);
        assertThat(anna.get("/accounts").status()).isEqualTo(200);
        assertThat(elsewhere.get("/accounts").status()).isEqualTo(401);
        assertThat(elsewhere.signIn("anna", RIGHT).status()).isEqualTo(401);
        assertThat(elsewhere.signIn("anna", next).status()).isEqualTo(200);
        assertThat(elsewhere
                        .ask("PATCH", "/accounts/anna", json("password", RIGHT))
                        .status())
                .isEqualTo(200); // signed in a moment ago
    }

    @Test
    void tokensAreShownOnceAndOpenUntilTheyAreTakenAway() throws Exception {
        var anna = owner();
        var bert = person(anna, "bert", "installer");
        var made = bert.ask("POST", "/tokens", json("title", "Grafana", "role", "viewer"));
        assertThat(made.status()).isEqualTo(201);
        String id = made.find("id").orElseThrow();
        var program = new Visitor();
        program.token = made.find("token");
        assertThat(program.get("/session").response().body()).contains("\"name\":\"bert\"");
        assertThat(program.get("/tokens").response().body())
                .contains("Grafana")
                .doesNotContain(program.token.orElseThrow());
        assertThat(program.ask("POST", "/tokens", json("title", "more")).status())
                .isEqualTo(403);
        assertThat(program.get("/accounts").status()).isEqualTo(403);

        var carla = person(anna, "carla", "viewer");
        assertThat(carla.get("/tokens").response().body()).doesNotContain("Grafana");
        assertThat(carla.ask("DELETE", "/tokens/" + id, "").status()).isEqualTo(404);
        assertThat(anna.get("/tokens").response().body()).contains("Grafana");
        assertThat(anna.ask("DELETE", "/tokens/" + id, "").status()).isEqualTo(204);
        assertThat(program.get("/tokens").status()).isEqualTo(401);
    }

    @Test
    void aTokenIsOverAtItsTime() throws Exception {
        var anna = owner();
        var at = Instant.ofEpochMilli(house.micros.get() / 1_000 + 60_000);
        var made = anna.ask("POST", "/tokens", json("title", "guest", "expires", at.toString()));
        var program = new Visitor();
        program.token = made.find("token");
        assertThat(program.get("/tokens").status()).isEqualTo(200);
        house.pass(Duration.ofMinutes(2));
        assertThat(program.get("/tokens").status()).isEqualTo(401);
        assertThat(anna.ask("POST", "/tokens", json("title", "x", "expires", at.toString()))
                        .detail())
                .contains("in the future");
        assertThat(anna.ask("POST", "/tokens", json("title", "x", "expires", "tomorrow"))
                        .status())
                .isEqualTo(422);
    }

    @Test
    void whatHostsOfEvilSendIsRefusedWithASentence() throws Exception {
        var anna = owner();
        for (String name : List.of(
                "",
                " ",
                "x".repeat(65),
                "x".repeat(10_000),
                "a\u0000b",
                "a\nb",
                "\u202eanna",
                "Ännä",
                "../../etc",
                "a b"))
            assertThat(anna.ask("POST", "/accounts", json("name", name, "password", RIGHT, "role", "viewer"))
                            .status())
                    .as(name)
                    .isEqualTo(422);
        for (String title : List.of("", "x".repeat(81), "a\u0000b", "a\u202eb", "line\nline"))
            assertThat(anna.ask("POST", "/tokens", json("title", title)).status())
                    .as(title)
                    .isEqualTo(422);
        String half = "{\"title\":\"\\ud800\"}"; // half a character, as only an escape can say it
        assertThat(anna.ask("POST", "/tokens", half).status()).isEqualTo(422);
        for (String body : List.of("", "[]", "{", "null", "{\"name\":1}", "{\"name\":{}}", "[".repeat(5_000), "\u0000"))
            assertThat(new Visitor().ask("POST", "/session", body).status())
                    .as(body)
                    .isEqualTo(422);
        assertThat(new Visitor()
                        .ask("POST", "/session", json("name", "anna", "password", "x".repeat(20_000)))
                        .status())
                .isEqualTo(413);
        assertThat(new Visitor()
                        .ask("POST", "/session", json("name", "anna", "password", RIGHT, "role", "owner"))
                        .status())
                .isEqualTo(422);
        var odd = new Visitor();
        odd.cookie = Optional.of("x".repeat(4_000));
        assertThat(odd.get("/accounts").status()).isEqualTo(401);
        assertThat(odd.get("/session").find("signed_in")).contains("false");
        assertThat(house.accounts.state().accounts()).hasSize(1);
    }

    @Test
    void poorPasswordsAreRefusedAndAnyLanguageIsFine() throws Exception {
        for (String poor : List.of(
                "123456789",
                "password123",
                "PASSWORD123",
                "aaaaaaaaaaaa",
                "ababababab",
                "Qwertyuiop",
                "P@ssw0rd2023",
                "manchester",
                "liverpool1",
                "michelle1990",
                "12345qwert",
                "Linkspan2026!",
                "anna19900101")) assertThat(refused(poor)).as(poor).isTrue();
        for (String fine : List.of("drie groene fietsen", "снег на крыше 7", "🐈🐕🐇🐢🦊🐻🐼🐨🐯🦁", "x7$kQ!pz0Lw"))
            assertThat(refused(fine)).as(fine).isFalse();
        assertThat(refused("anna123456")).isTrue();
        assertThat(refused("x".repeat(129))).isTrue();
        String hash = house.passwords.hash("caf\u00e9 au lait noir");
        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(house.passwords.matches("cafe\u0301 au lait noir", hash)).isTrue();
        assertThat(house.passwords.matches("cafe au lait noir", hash)).isFalse();
        house.passwords.matchesNobody("x");
    }

    private static boolean refused(String password) throws IOException {
        try {
            Passwords.check(password, "anna");
            return false;
        } catch (Invalid e) {
            return true;
        }
    }
}
