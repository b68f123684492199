package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Language;
import io.linkspan.access.Role;
import io.linkspan.connector.Endpoint;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Applications of a whole running node, with its real accounts, over real sockets: what they are let, keep and lose.
class ApplicationsOverHttpTest {
    private static final String SITE = "/v1/sites/riverside_12";
    private static final String ALL = SITE + "/applications";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private TestNode node;
    private Running running;
    private Pages.Opened door;
    private String anna;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        running = node.running();
        open();
        var signIn = running.entrance().signIn();
        signIn.add(Principal.SYSTEM, "anna", "a quiet river bank", Role.OWNER, Language.EN);
        anna = token("anna", Role.OWNER);
        TestNode.await("the boiler is read", () -> !node.value("boiler.on").equals("-"));
    }

    private void open() throws Exception {
        door = new LivePage().open(running, HttpFile.loopback(new Endpoint.Tcp("127.0.0.1", 0)));
    }

    private String token(String account, Role role) throws Exception {
        return running.entrance()
                .signIn()
                .makeToken(Principal.SYSTEM, account, "test", role, Long.MAX_VALUE)
                .secret();
    }

    @AfterEach
    void stop() throws IOException {
        door.close();
        node.close();
        client.close();
    }

    private HttpRequest.Builder to(String path, String token) {
        return HttpRequest.newBuilder(URI.create(door.address() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> ask(String method, String path, String token, String body, String... headers)
            throws IOException, InterruptedException {
        var request = to(path, token).method(method, BodyPublishers.ofString(body));
        if (!body.isEmpty()) request.header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) request.header(headers[i], headers[i + 1]);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        return ask("GET", path, token, "");
    }

    /// Makes an application and gives its token.
    private String make(String name, String contractAndMore) throws Exception {
        var made = ask("POST", ALL, anna, "{\"name\": \"" + name + "\", " + contractAndMore + "}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return ((Tree.Scalar) Json.parseFields("", made.body()).fields().get("token")).text();
    }

    // ---- a feed

    private record Event(String type, Optional<String> position, String data) {}

    /// An open feed, event by event.
    private final class Events implements AutoCloseable {
        private final HttpResponse<java.io.InputStream> answer;
        private final BufferedReader in;

        Events(String token, String query, String... headers) throws IOException, InterruptedException {
            var request = to(SITE + "/feed" + query, token);
            for (int i = 0; i < headers.length; i += 2) request.header(headers[i], headers[i + 1]);
            answer = client.send(request.build(), BodyHandlers.ofInputStream());
            in = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            assertThat(answer.statusCode()).isEqualTo(200);
        }

        /// The next one; none when the feed ended.
        Optional<Event> next() throws IOException {
            Map<String, String> fields = new HashMap<>();
            for (String line; (line = in.readLine()) != null; ) {
                int colon = line.indexOf(": ");
                if (colon > 0) fields.put(line.substring(0, colon), line.substring(colon + 2));
                if (!line.isEmpty() || !fields.containsKey("data")) continue;
                return Optional.of(new Event(
                        fields.getOrDefault("event", ""), Optional.ofNullable(fields.get("id")), fields.get("data")));
            }
            return Optional.empty();
        }

        Event need() throws IOException {
            return next().orElseThrow(() -> new AssertionError("The feed ended"));
        }

        @Override
        public void close() throws IOException {
            answer.body().close();
        }
    }

    // ---- made, changed, revoked

    @Test
    void anApplicationIsMadeAndItsCursorIsKept() throws Exception {
        String token = make("billing", "\"contract\": {\"properties\": [\"boiler.temperature\"]}");
        assertThat(ask("POST", ALL, anna, "{\"name\": \"billing\", \"contract\": {\"properties\": [\"*\"]}}")
                        .statusCode())
                .isEqualTo(409);
        for (String wrong : List.of(
                "{\"name\": \"b\"}",
                "{\"name\": \"b\", \"contract\": {\"properties\": []}}",
                "{\"name\": \"b\", \"contract\": {\"properties\": [\"boiler.of\"]}}",
                "{\"name\": \"b\", \"contract\": {\"properties\": [\"*\"], \"every\": \"7min\"}}",
                "{\"name\": \"b\", \"contract\": {\"properties\": [\"*\"]}, \"quota\": {\"items_per_s\": 0}}",
                "{\"name\": \"b c\", \"contract\": {\"properties\": [\"*\"]}}"))
            assertThat(ask("POST", ALL, anna, wrong).statusCode()).as(wrong).isEqualTo(400);
        assertThat(get(ALL, anna).body()).contains("\"name\":\"billing\"").doesNotContain(token, "\"name\":\"b\"");
        assertThat(get(ALL, token).statusCode()).isEqualTo(403);
        assertThat(get(SITE + "/cells/boiler.temperature", token).body()).contains("58.5");
        assertThat(get(SITE + "/cells/boiler.on", token).statusCode()).isEqualTo(404);

        String other = make("other", "\"contract\": {\"properties\": [\"boiler\"]}");
        String cursor = ALL + "/billing/cursor";
        assertThat(ask("PUT", cursor, other, "{\"position\": \"7\"}").statusCode())
                .isEqualTo(403);
        assertThat(ask("PUT", cursor, token, "{\"position\": \"w1:7\"}").statusCode())
                .isEqualTo(400);
        assertThat(ask("PUT", cursor, token, "{\"position\": \"7\"}").statusCode())
                .isEqualTo(204);
        again();
        assertThat(get(ALL + "/billing", anna).body()).contains("\"cursor\":\"7\"");
        assertThat(get(SITE + "/things", token).body())
                .contains("boiler.temperature")
                .doesNotContain("boiler.on");
    }

    /// Ends the node in order and starts it on its folder.
    private void again() throws Exception {
        door.close();
        node.end();
        node.begin();
        running = node.running();
        open();
    }

    @Test
    void anOpenFeedEndsWithItsApplicationOverBothTransports() throws Exception {
        String token = make("billing", "\"contract\": {\"properties\": [\"boiler.temperature\"]}");
        var closed = new CompletableFuture<String>();
        var uri = URI.create(door.address().replace("http:", "ws:") + SITE + "/feed?from=1");
        client.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket web, int code, String reason) {
                        closed.complete(code + " " + reason);
                        return null;
                    }

                    @Override
                    public void onError(WebSocket web, Throwable why) {
                        closed.completeExceptionally(why);
                    }
                })
                .get(60, TimeUnit.SECONDS);
        try (var feed = new Events(token, "?from=1")) {
            assertThat(feed.need().data()).contains("boiler.temperature");
            assertThat(ask("DELETE", ALL + "/billing", anna, "").statusCode()).isEqualTo(204);
            var event = feed.next();
            while (event.isPresent() && !event.get().type().equals("ended")) event = feed.next();
            assertThat(event).as("told that it ended").isPresent();
            assertThat(feed.next()).isEmpty();
        }
        assertThat(closed.get(60, TimeUnit.SECONDS)).isEqualTo("1000 the right to take this ended or changed");
        assertThat(get(SITE + "/feed", token).statusCode()).isEqualTo(401);
        assertThat(ask("DELETE", ALL + "/billing", anna, "").statusCode()).isEqualTo(404);
    }

    @Test
    void anOpenFeedGoesOnUnderAChangedContract() throws Exception {
        String token = make("billing", "\"contract\": {\"properties\": [\"boiler.temperature\"]}");
        String position = "";
        try (var feed = new Events(token, "?from=1")) {
            assertThat(ask("PATCH", ALL + "/billing", anna, "{\"contract\": {\"properties\": [\"boiler.on\"]}}")
                            .body())
                    .contains("\"version\":2", "boiler.on");
            for (var event = feed.next(); event.isPresent(); event = feed.next()) {
                assertThat(event.get().data()).doesNotContain("boiler.on");
                position = event.get().position().orElse(position);
            }
        }
        try (var feed = new Events(token, "", "Last-Event-ID", position)) {
            var event = feed.need();
            assertThat(Long.parseLong(event.position().orElseThrow())).isGreaterThan(Long.parseLong(position));
            assertThat(event.data()).contains("boiler.on").doesNotContain("temperature");
        }
    }

    @Test
    void aQuotaHoldsAFeedBackAndLosesNothing() throws Exception {
        int quota = 20;
        TestNode.await("there is something to take", () -> node.view().newest().seq() > 60);
        String slow = make(
                "slow", "\"contract\": {\"properties\": [\"boiler\"]}, \"quota\": {\"items_per_s\": " + quota + "}");
        String quick = make("quick", "\"contract\": {\"properties\": [\"boiler\"]}");
        int events = 50;
        long begun = System.nanoTime();
        var held = take(slow, events);
        double seconds = (System.nanoTime() - begun) / 1e9;
        int readings = held.stream()
                .mapToInt(e -> e.data().split("\"property\"", -1).length - 1)
                .sum();
        int most = held.stream()
                .mapToInt(e -> e.data().split("\"property\"", -1).length - 1)
                .max()
                .orElseThrow();
        assertThat(seconds).isGreaterThan((readings - quota - most) / (double) quota);
        assertThat(take(quick, events)).isEqualTo(held);
    }

    private List<Event> take(String token, int events) throws IOException, InterruptedException {
        var all = new ArrayList<Event>();
        try (var feed = new Events(token, "?from=1")) {
            while (all.size() < events) all.add(feed.need());
        }
        return all;
    }

    // ---- windows

    @Test
    void aReducedContractGetsWholeWindowsByEachWayIn() throws Exception {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var past = new StringBuilder("time,boiler.temperature\n");
        for (int minute = 180; minute > 0; minute--)
            past.append(now.minus(Duration.ofMinutes(minute)))
                    .append(',')
                    .append(minute % 7 + 0.25)
                    .append('\n');
        var site = running.node().sites().getFirst();
        running.node().bring(site, Files.writeString(folder.resolve("past.csv"), past));
        // windows are whole only as far as the history has read the log
        TestNode.await(
                "the history has read what is now",
                () -> running.node()
                        .history(site)
                        .map(h -> h.completeTo() > now.toEpochMilli() * 1_000)
                        .orElse(false));
        String token = make("grid", "\"contract\": {\"properties\": [\"boiler.temperature\"], \"every\": \"15min\"}");
        String history = SITE + "/cells/boiler.temperature/history";
        String begin = "from=" + now.minus(Duration.ofHours(3));
        for (String finer : List.of("?" + begin, "?columns=100", "?every=minute", "?every=hour", "?every=day"))
            assertThat(get(history + finer, token).statusCode()).as(finer).isEqualTo(403);

        // Spans that overlap by less than a window give the same windows: there is nothing to subtract.
        Map<String, String> windows = new HashMap<>();
        for (int minute = 0; minute < 20; minute++) {
            var from = now.minus(Duration.ofMinutes(180 - minute));
            var to = now.minus(Duration.ofMinutes(60 + minute));
            var answer = get(history + "?every=quarter&from=" + from + "&to=" + to, token);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            for (var bucket : items(answer.body(), "buckets")) {
                String at = text(bucket, "from");
                assertThat(Duration.between(Instant.parse(at), Instant.parse(text(bucket, "to"))))
                        .isEqualTo(Duration.ofMinutes(15));
                assertThat(Instant.parse(at).getEpochSecond() % 900).isZero();
                assertThat(windows.computeIfAbsent(at, _ -> Json.write(bucket))).isEqualTo(Json.write(bucket));
            }
        }
        assertThat(windows).hasSizeGreaterThan(5);

        var csv = get(history + ".csv?" + begin, token).body().lines().toList();
        assertThat(csv.getFirst()).startsWith("from,to,count");
        for (String line : csv.subList(1, csv.size()))
            assertThat(Duration.between(Instant.parse(line.split(",")[0]), Instant.parse(line.split(",")[1])))
                    .isEqualTo(Duration.ofMinutes(15));
        assertThat(get(SITE + "/cells/boiler.temperature", token).body())
                .contains("\"window\":")
                .doesNotContain("\"value\"", "\"received\"");

        Set<String> fed = new HashSet<>();
        String position = "";
        try (var feed = new Events(token, "?from=w1:" + micros(now.minus(Duration.ofHours(3))))) {
            while (fed.size() < 3) position = window(feed.need(), fed);
        }
        try (var feed = new Events(token, "", "Last-Event-ID", position)) {
            while (fed.size() < 6) position = window(feed.need(), fed); // each is new
        }
        assertThat(windows.keySet()).containsAnyElementsOf(fed);
        assertThat(ask("PUT", ALL + "/grid/cursor", token, "{\"position\": \"" + position + "\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(get(ALL + "/grid", anna).body()).contains("\"cursor\":\"" + position + "\"");
    }

    private static String window(Event event, Set<String> fed) throws Exception {
        assertThat(event.type()).isEqualTo("windows");
        for (var window : items(event.data(), "windows")) {
            var from = Instant.parse(text(window, "from"));
            var to = Instant.parse(text(window, "to"));
            assertThat(Duration.between(from, to)).isEqualTo(Duration.ofMinutes(15));
            assertThat(to).isBeforeOrEqualTo(Instant.now().minus(Duration.ofMinutes(5)));
            assertThat(fed.add(from.toString())).as("Window %s came once", from).isTrue();
        }
        return event.position().orElseThrow();
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static List<Tree.Fields> items(String json, String name) throws Exception {
        var all = new ArrayList<Tree.Fields>();
        for (var item : ((Tree.Items) Json.parseFields("", json).fields().get(name)).items())
            all.add((Tree.Fields) item);
        return all;
    }

    private static String text(Tree.Fields of, String name) {
        return ((Tree.Scalar) of.fields().get(name)).text();
    }

    // ---- a restored backup

    @Test
    void whoIsAheadOfARestoredBackupIsTold() throws Exception {
        String token = make("billing", "\"contract\": {\"properties\": [\"boiler\"]}");
        var backup = folder.resolve("b.zip");
        assertThat(node.say("backup", backup.toString()).exit()).isZero();
        String position;
        long ahead = node.view().newest().seq() + 20;
        try (var feed = new Events(token, "?from=1")) {
            do position = feed.need().position().orElseThrow();
            while (Long.parseLong(position) < ahead);
        }
        door.close();
        node.end();
        Path restored = folder.resolve("restored");
        assertThat(TestNode.run("restore", backup.toString(), "--lead", "--data", restored.toString())
                        .exit())
                .isZero();
        running = Running.start(Running.Settings.of(restored, node.site), _ -> {});
        try {
            open();
            try (var feed = new Events(token, "", "Last-Event-ID", position)) {
                var reset = feed.need();
                assertThat(reset.type()).isEqualTo("reset");
                long to = Long.parseLong(reset.position().orElseThrow());
                assertThat(to).isLessThan(ahead).isPositive();
                var next = feed.need();
                while (!next.type().equals("readings")) next = feed.need();
                assertThat(next.position().orElseThrow()).startsWith("2:");
            }
            door.close();
        } finally {
            running.close();
            node.begin(); // which the end of the test ends
            running = node.running();
            open();
        }
    }

    // ---- keys

    @Test
    void aKeyBelongsToWhoChoseItAndToWhatWasAsked() throws Exception {
        running.entrance().signIn().add(Principal.SYSTEM, "otto", "another river bank", Role.OPERATOR, Language.EN);
        String otto = token("otto", Role.OPERATOR);
        String holds = SITE + "/cells/boiler.on/holds";
        var first = ask("POST", holds, anna, "{\"value\": false}", "Idempotency-Key", "k1");
        assertThat(first.body()).contains("\"key\":\"k1\"", "\"kind\":\"done\"");
        assertThat(node.isOn()).isFalse();

        var again = ask("POST", holds, anna, "{\"value\": false}", "Idempotency-Key", "k1");
        assertThat(again.body()).contains("\"key\":\"k1\"", "\"kind\":\"done\"");
        var other = ask("POST", holds, anna, "{\"value\": true}", "Idempotency-Key", "k1");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("k1").doesNotContain("anna");
        assertThat(ask("DELETE", holds, anna, "", "Idempotency-Key", "k1").statusCode())
                .isEqualTo(422);
        assertThat(node.isOn()).isFalse();

        // Another one's key says nothing about mine: this is done anew, in another name.
        var others = ask("POST", holds, otto, "{\"value\": true}", "Idempotency-Key", "k1");
        assertThat(others.body()).as(others.body()).contains("\"kind\":\"done\"");
        TestNode.await("the boiler is on", node::isOn);

        again();
        assertThat(ask("POST", holds, anna, "{\"value\": true}", "Idempotency-Key", "k1")
                        .statusCode())
                .isEqualTo(422);
        assertThat(ask("POST", holds, anna, "{\"value\": false}", "Idempotency-Key", "k1")
                        .body())
                .contains("\"kind\":\"done\"");
        assertThat(node.isOn()).as("what is repeated is not done again").isTrue();

        var released = ask("DELETE", holds, otto, "", "Idempotency-Key", "r1");
        assertThat(released.body()).contains("\"kind\":\"done\"");
        assertThat(ask("DELETE", holds, otto, "", "Idempotency-Key", "r1").body())
                .contains("\"kind\":\"done\"");
    }

    // ---- a file that is wrong

    @Test
    void whatIsWrongInAFileIsToldWithItsLineAndColumn() throws Exception {
        String yaml = "linkspan: 1\nsite: riverside_12\nthings:\n  - { id: boiler, properties: [1, 2 }\n";
        var answer = client.send(
                to(SITE + "/file?dry_run=true", anna)
                        .PUT(BodyPublishers.ofString(yaml))
                        .header("Content-Type", "text/yaml")
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("\"errors\":[{\"line\":4,\"column\":37,");
        var wrong = client.send(
                to(SITE + "/file?dry_run=true", anna)
                        .PUT(BodyPublishers.ofString(node.text().replace("coil 0", "coil x")))
                        .header("Content-Type", "text/yaml")
                        .build(),
                BodyHandlers.ofString());
        var fault = items(wrong.body(), "errors").getFirst();
        String line = node.text().lines().toList().get(Integer.parseInt(text(fault, "line")) - 1);
        assertThat(line.substring(Integer.parseInt(text(fault, "column")) - 1)).startsWith("\"coil 0\"");
    }
}
