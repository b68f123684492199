package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Language;
import io.linkspan.access.Role;
import io.linkspan.connector.Endpoint;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests as Grafana's own Graphite data source sends them, to a whole running node.
class GraphiteOverHttpTest {
    private static final int MINUTES = 180;

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
    private TestNode node;
    private Pages.Opened door;
    private String anna;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        var running = node.running();
        door = new LivePage().open(running, HttpFile.loopback(new Endpoint.Tcp("127.0.0.1", 0)));
        var signIn = running.entrance().signIn();
        signIn.add(Principal.SYSTEM, "anna", "a quiet river bank", Role.OWNER, Language.EN);
        anna = signIn.makeToken(Principal.SYSTEM, "anna", "Grafana", Role.OWNER, Long.MAX_VALUE)
                .secret();
        var past = new StringBuilder("time,boiler.temperature,meter.energy_import\n");
        for (int minute = MINUTES; minute > 0; minute--)
            past.append(now.minus(Duration.ofMinutes(minute)))
                    .append(',')
                    .append(20 + minute % 10)
                    .append(',')
                    .append(1_000 + (MINUTES - minute) * 0.25)
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
    }

    @AfterEach
    void stop() throws IOException {
        door.close();
        node.close();
        client.close();
    }

    private HttpResponse<String> send(String method, String path, String authorization, String form)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(door.address() + "/graphite" + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", authorization)
                .method(method, BodyPublishers.ofString(form));
        if (!form.isEmpty()) request.header("Content-Type", "application/x-www-form-urlencoded");
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static String basic(String token) {
        return "Basic " + Base64.getEncoder().encodeToString(("grafana:" + token).getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> render(String token, String target, int points) throws Exception {
        return send(
                "POST",
                "/render",
                basic(token),
                "format=json&from=" + now.minus(Duration.ofMinutes(MINUTES)).getEpochSecond()
                        + "&maxDataPoints=" + points + "&target=" + URLEncoder.encode(target, StandardCharsets.UTF_8)
                        + "&until=" + now.getEpochSecond());
    }

    private Tree.Items series(String token, String target, int points) throws Exception {
        var answer = render(token, target, points);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return (Tree.Items) Json.parse("", answer.body());
    }

    private static String name(Tree series) {
        return ((Tree.Scalar) ((Tree.Fields) series).fields().get("target")).text();
    }

    /// The values of a series; null is NaN.
    private static List<Double> values(Tree series) {
        return points(series).stream()
                .map(p -> ((Tree.Scalar) p.items().get(0)).text())
                .map(t -> t.isEmpty() ? Double.NaN : Double.parseDouble(t))
                .toList();
    }

    private static List<Long> seconds(Tree series) {
        return points(series).stream()
                .map(p -> Long.parseLong(((Tree.Scalar) p.items().get(1)).text()))
                .toList();
    }

    private static List<Tree.Items> points(Tree series) {
        return ((Tree.Items) ((Tree.Fields) series).fields().get("datapoints"))
                .items().stream().map(p -> (Tree.Items) p).toList();
    }

    @Test
    void grafanaFindsOutThatItWorks() throws Exception {
        // its health check, with a token as a password, and as a bearer
        assertThat(render(anna, "constantLine(100)", 100).body()).contains("\"target\":\"100.0\"", "[100,");
        assertThat(send("GET", "/version", "Bearer " + anna, "").body()).isEqualTo("\"1.1.10\"");
        assertThat(send("GET", "/functions", basic(anna), "").body()).startsWith("{\"absolute\":{");
        assertThat(send("GET", "/tags/autoComplete/tags?limit=100", basic(anna), "")
                        .body())
                .isEqualTo("[]");
        for (String wrong : List.of(basic("x"), basic(""), "Basic ?", "Bearer x", "Digest x"))
            assertThat(send("GET", "/version", wrong, "").statusCode())
                    .as(wrong)
                    .isEqualTo(401);
        var elsewhere = HttpRequest.newBuilder(URI.create(door.address() + "/v1/sites"))
                .header("Authorization", basic(anna))
                .build();
        assertThat(client.send(elsewhere, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
    }

    @Test
    void namesAreFoundLevelByLevel() throws Exception {
        assertThat(send("POST", "/metrics/find", basic(anna), "query=*").body())
                .contains("\"text\":\"riverside_12\"", "\"expandable\":1");
        assertThat(send("GET", "/metrics/find?query=riverside_12.*", basic(anna), "")
                        .body())
                .contains("\"id\":\"riverside_12.boiler\"", "\"id\":\"riverside_12.meter\"");
        assertThat(send("POST", "/metrics/find?from=1&until=2", basic(anna), "query=riverside_12.boiler.*")
                        .body())
                .contains("\"text\":\"temperature\"", "\"leaf\":1", "\"text\":\"on\"");
        assertThat(send("GET", "/metrics/expand?query=*.%7Bmeter,boiler%7D.*e*", basic(anna), "")
                        .body())
                .contains(
                        "riverside_12.boiler.temperature",
                        "riverside_12.meter.energy_import",
                        "riverside_12.meter.power");
        assertThat(send("POST", "/metrics/find", basic(anna), "").statusCode()).isEqualTo(400);
    }

    @Test
    void aChartHasItsPeaksAndKeepsToItsPoints() throws Exception {
        var chart = series(anna, "riverside_12.boiler.temperature", 40).items().getFirst();
        assertThat(name(chart)).isEqualTo("riverside_12.boiler.temperature");
        assertThat(values(chart)).contains(20.0, 29.0).hasSizeLessThanOrEqualTo(44);
        assertThat(seconds(chart)).isSorted().doesNotHaveDuplicates();
        assertThat(series(anna, "nothing.*.at_all", 40).items()).isEmpty();
    }

    @Test
    void functionsDoWhatTheySay() throws Exception {
        String path = "riverside_12.boiler.temperature";
        assertThat(name(series(anna, "aliasByNode(riverside_12.*.temperature, 1, -1)", 100)
                        .items()
                        .getFirst()))
                .isEqualTo("boiler.temperature");
        assertThat(name(series(anna, "alias(" + path + ", 'Tank')", 100).items().getFirst()))
                .isEqualTo("Tank");
        assertThat(name(series(anna, "aliasByMetric(" + path + ")", 100).items().getFirst()))
                .isEqualTo("temperature");
        assertThat(values(series(anna, "scale(" + path + ", 10)", 1_000).items().getFirst()))
                .contains(200.0, 290.0);
        assertThat(values(series(anna, "offset(scale(" + path + ", -1), 5)", 1_000)
                        .items()
                        .getFirst()))
                .contains(-15.0, -24.0);
        assertThat(values(series(anna, "absolute(scale(" + path + ", -1))", 1_000)
                        .items()
                        .getFirst()))
                .contains(20.0);
        assertThat(values(series(anna, "consolidateBy(" + path + ", 'max')", 18)
                        .items()
                        .getFirst()))
                .hasSize(18)
                .containsOnly(29.0);
        assertThat(values(series(anna, "summarize(" + path + ", '1h', 'min')", 100)
                        .items()
                        .getFirst()))
                .containsExactly(20.0, 20.0, 20.0);
        assertThat(values(series(anna, "summarize(" + path + ", '30min', 'count')", 100)
                        .items()
                        .getFirst()))
                .containsExactly(30.0, 30.0, 30.0, 30.0, 30.0, 30.0);
        assertThat(seconds(series(anna, "summarize(" + path + ", '1h', 'avg')", 100)
                        .items()
                        .getFirst()))
                .containsExactly(
                        now.minus(Duration.ofHours(3)).getEpochSecond(),
                        now.minus(Duration.ofHours(2)).getEpochSecond(),
                        now.minus(Duration.ofHours(1)).getEpochSecond());
        // 0.25 kWh a minute: through each hour but the first, whose beginning nobody read
        assertThat(values(series(anna, "summarize(riverside_12.meter.energy_import, '1h', 'range')", 100)
                                .items()
                                .getFirst())
                        .subList(1, 3))
                .containsExactly(15.0, 15.0);
        assertThat(values(series(anna, "summarize(scale(" + path + ", 2), '1h', 'max')", 100)
                        .items()
                        .getFirst()))
                .containsExactly(58.0, 58.0, 58.0);
        assertThat(values(series(anna, "sumSeries(" + path + "," + path + ")", 3)
                        .items()
                        .getFirst()))
                .allMatch(v -> v > 40 && v < 58);
        assertThat(values(series(anna, "averageSeries(" + path + "," + path + ")", 3)
                        .items()
                        .getFirst()))
                .allMatch(v -> v > 20 && v < 29);
    }

    @Test
    void whatIsNotHereIsRefusedInWords() throws Exception {
        for (String wrong : List.of(
                "movingAverage(a.b.c, 5)",
                "scale(a.b.c)",
                "alias(a.b.c, 5)",
                "summarize(a.b.c, '7 moons')",
                "summarize(offset(riverside_12.boiler.temperature, 1), '1h', 'max')",
                "summarize(riverside_12.boiler.temperature, '1h', 'p99')",
                "f(",
                "5")) {
            var answer = render(anna, wrong, 100);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(answer.body()).contains("\"detail\":\"");
        }
        assertThat(render(anna, "movingAverage(a.b.c, 5)", 100).body())
                .contains("movingAverage is not here", "summarize");
        assertThat(send("GET", "/render?target=a&from=yesterday", basic(anna), "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("GET", "/render?target=a&format=png", basic(anna), "").statusCode())
                .isEqualTo(400);
        assertThat(send("GET", "/render?target=constantLine(1)&from=-1h&until=now", basic(anna), "")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aContractHoldsHereToo() throws Exception {
        var made = client.send(
                HttpRequest.newBuilder(URI.create(door.address() + "/v1/sites/riverside_12/applications"))
                        .header("Authorization", "Bearer " + anna)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"name\": \"grid\", \"contract\":"
                                + " {\"properties\": [\"boiler.temperature\"], \"every\": \"15min\"}}"))
                        .build(),
                BodyHandlers.ofString());
        String grid = ((Tree.Scalar) Json.parseFields("", made.body()).fields().get("token")).text();
        assertThat(send("POST", "/metrics/find", basic(grid), "query=*.*.*").body())
                .contains("temperature")
                .doesNotContain("energy", "\"text\":\"on\"");
        assertThat(series(grid, "riverside_12.meter.*", 100).items()).isEmpty();
        String path = "riverside_12.boiler.temperature";
        for (String target : List.of(
                path,
                "summarize(" + path + ", '15min', 'max')",
                "consolidateBy(" + path + ", 'last')",
                "sumSeries(" + path + ")")) {
            var told = series(grid, target, 10_000).items().getFirst();
            assertThat(seconds(told)).as(target).isNotEmpty().allMatch(s -> s % 900 == 0);
        }
        for (String finer : List.of("1min", "10s", "20min"))
            assertThat(render(grid, "summarize(" + path + ", '" + finer + "', 'avg')", 100)
                            .statusCode())
                    .as(finer)
                    .isEqualTo(403);
        assertThat(values(series(grid, "summarize(" + path + ", '30min', 'count')", 100)
                        .items()
                        .getFirst()))
                .contains(30.0);
        // nor do spans that cut a window change what it tells
        var whole = series(grid, path, 10_000).items().getFirst();
        var cut = send(
                "GET",
                "/render?target=" + path + "&from=" + (seconds(whole).getFirst() + 60) + "&until="
                        + (now.getEpochSecond() - 1_000),
                basic(grid),
                "");
        var others = ((Tree.Items) Json.parse("", cut.body())).items().getFirst();
        assertThat(values(whole))
                .containsAll(
                        values(others).stream().filter(v -> !Double.isNaN(v)).toList());
    }
}
