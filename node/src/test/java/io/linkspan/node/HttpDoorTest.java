package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Application;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Identity;
import io.linkspan.access.Limits;
import io.linkspan.access.Pictures;
import io.linkspan.access.Role;
import io.linkspan.access.Who;
import io.linkspan.feed.Contract;
import io.linkspan.model.History;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The HTTP door of a whole running node, over real sockets.
class HttpDoorTest {
    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(2));
    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;
    private static final String SITE = "/v1/sites/riverside_12";

    @TempDir
    private Path folder;

    private final Map<String, Who> tokens = new ConcurrentHashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private TestNode node;
    private HttpDoor door;

    /// Whoever comes without a token is the owner; a token is who the test says.
    private final Identity identity = new Identity() {
        @Override
        public Optional<Who> bySession(String cookie) {
            return cookie.isEmpty()
                    ? Optional.of(new Who(Principal.person("anna"), Role.OWNER, Optional.empty()))
                    : Optional.ofNullable(tokens.get(cookie));
        }

        @Override
        public Optional<Who> byToken(String token) {
            return Optional.ofNullable(tokens.get(token));
        }
    };

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        open(_ -> Optional.empty());
        TestNode.await("the boiler is read", () -> !node.value("boiler.on").equals("-"));
    }

    private void open(Function<SiteId, Optional<History>> history) throws IOException {
        var running = node.running();
        var desk = new NodeDesk(running.node(), running.clock(), 1, () -> "", history);
        door = HttpDoor.open(
                new HttpDoor.Settings(
                        "127.0.0.1",
                        0,
                        Set.of(),
                        Optional.empty(),
                        QUICK,
                        identity,
                        (session, token) -> token.equals("csrf-of-" + session),
                        _ -> Optional.empty(),
                        List.of()),
                desk);
    }

    @AfterEach
    void stop() throws IOException {
        door.close();
        node.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(door.address() + path)).timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(to(path));
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        return send(to(path).method(method, BodyPublishers.ofString(body)).header("Content-Type", "application/json"));
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return String.valueOf(reader(socket.getInputStream()).readLine());
        }
    }

    private static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    // ---- looking

    @Test
    void aSiteItsThingsAndItsCellsAreThere() throws Exception {
        assertThat(get("/v1/sites").body()).contains("\"name\":\"riverside_12\"", "\"armed\":true");
        assertThat(get(SITE).body()).contains("\"connectors\":[{\"connector\":");
        assertThat(get(SITE + "/things").body()).contains("\"id\":\"boiler\"", "\"property\":\"boiler.on\"");
        assertThat(get(SITE + "/cells/boiler.on").body()).contains("\"value\":true", "\"in_charge\":", "\"why\":\"");
        assertThat(get(SITE + "/things/boiler/properties/on").body()).isEqualTo("true");
        assertThat(get(SITE + "/links").body()).contains("\"id\":\"shed_peak\"", "\"active\":false");
        assertThat(get(SITE + "/log?most=5").body()).contains("\"entries\":[{\"position\":");
        assertThat(get(SITE + "/why/boiler.temperature").body()).contains("\"headline\":");
        assertThat(get("/v1/schema/site").body()).contains("$schema");
        var td = get(SITE + "/things/boiler/description");
        assertThat(td.headers().firstValue("content-type").orElseThrow()).isEqualTo("application/td+json");
        assertThat(td.body()).contains("\"href\":\"things/boiler/properties/on\"", SITE + "/");
        assertThat(get("/v1/things").body()).startsWith("[{");
        assertThat(get("/metrics").body()).contains("# TYPE linkspan_frames_total counter", "linkspan_http_requests");
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void theDescriptionAndTheRoutesAreTheSame() throws Exception {
        var described = new java.util.TreeSet<String>();
        String path = "";
        for (String line : get("/openapi.yaml").body().lines().toList()) {
            if (line.matches("  /\\S*:")) path = line.strip().replaceAll(":$", "");
            if (line.matches("    (get|put|post|patch|delete):"))
                described.add(line.strip().replace(":", "").toUpperCase(java.util.Locale.ROOT) + " " + path);
        }
        assertThat(described).containsExactlyInAnyOrderElementsOf(door.routes());
        assertThat(get("/docs").body()).contains("/docs.js");
    }

    @Test
    void whatIsNotThereIsAProblemThatSaysWhatIs() throws Exception {
        for (String nothing : List.of(
                "/v1/sites/other",
                SITE + "/things/other",
                SITE + "/cells/boiler.of",
                SITE + "/why/boiler.of",
                "/v1/nothing",
                "/assets/../../access/HttpDoor.class")) {
            var answer = get(nothing);
            assertThat(answer.statusCode()).as(nothing).isEqualTo(404);
            assertThat(answer.headers().firstValue("content-type")).as(nothing).hasValue("application/problem+json");
            assertThat(answer.body()).as(nothing).contains("\"detail\":\"");
        }
        var wrong = send("DELETE", "/v1/sites", "");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("allow")).hasValue("GET, HEAD");
    }

    // ---- acting

    @Test
    void aHoldIsDoneOnceForItsKeyInTheNameOfWhoAsked() throws Exception {
        var request = to(SITE + "/cells/boiler.on/holds")
                .POST(BodyPublishers.ofString("{\"value\": false, \"for\": \"1h\"}"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "k1");
        var first = send(request);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(first.body()).contains("\"key\":\"k1\"", "\"kind\":\"done\"");
        assertThat(node.isOn()).isFalse();
        assertThat(get(SITE + "/cells/boiler.on").body()).contains("\"who\":\"anna (manual)");
        assertThat(send(request).body()).contains("\"kind\":\"done\"");
        assertThat(send("DELETE", SITE + "/cells/boiler.on/holds?priority=manual", "")
                        .statusCode())
                .isEqualTo(200);
        TestNode.await("the boiler is on again", node::isOn);
    }

    @Test
    void aPropertyIsWrittenAsTheWebOfThingsWritesIt() throws Exception {
        assertThat(send("PUT", SITE + "/things/boiler/properties/on", "false").statusCode())
                .isEqualTo(204);
        assertThat(node.isOn()).isFalse();
        assertThat(send("PUT", SITE + "/things/boiler/properties/on", "\"warm\"")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theFileIsReplacedByWhoKnowsItsRevision() throws Exception {
        var file = get(SITE + "/file");
        String tag = file.headers().firstValue("etag").orElseThrow();
        var yaml = node.text().replace("Main electricity meter", "The meter");
        var stale = to(SITE + "/file").PUT(BodyPublishers.ofString(yaml)).header("Content-Type", "text/yaml");
        assertThat(send(stale.copy().header("If-Match", "\"99\"")).statusCode()).isEqualTo(412);
        assertThat(send(stale.copy().header("If-Match", tag)).body()).contains("\"applied\":true");
        assertThat(get(SITE + "/things/meter").body()).contains("The meter");
        var wrong = send(to(SITE + "/file?dry_run=true")
                .PUT(BodyPublishers.ofString(yaml.replace("coil 0", "coil x")))
                .header("Content-Type", "text/yaml"));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("\"errors\":[{\"line\":");
    }

    // ---- plans and pictures

    private static byte[] png(int width) throws IOException {
        var out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, 9, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }

    private HttpRequest.Builder picture(String name, byte[] bytes) {
        return to(SITE + "/pictures/" + name)
                .PUT(BodyPublishers.ofByteArray(bytes))
                .header("Content-Type", "image/png");
    }

    @Test
    void aPictureIsKeptThroughARestartAndServedAsAPictureAlone() throws Exception {
        assertThat(get(SITE + "/pictures").body()).isEqualTo("{\"pictures\":[]}");
        var kept = send(picture("ground_floor", png(16)));
        assertThat(kept.body()).contains("\"type\":\"image/png\",\"width\":16,\"height\":9");
        door.close();
        node.end();
        node.begin();
        open(_ -> Optional.empty());
        var answer = client.send(to(SITE + "/pictures/ground_floor").build(), BodyHandlers.ofByteArray());
        assertThat(answer.body()).isEqualTo(png(16));
        var headers = answer.headers();
        assertThat(headers.allValues("content-type")).containsExactly("image/png");
        assertThat(headers.allValues("content-security-policy")).containsExactly("default-src 'none'; sandbox");
        assertThat(headers.allValues("x-content-type-options")).containsExactly("nosniff");
        String tag = headers.firstValue("etag").orElseThrow();
        var again = to(SITE + "/pictures/ground_floor").header("If-None-Match", tag);
        assertThat(send(again).statusCode()).isEqualTo(304);
        send(picture("ground_floor", png(17)));
        assertThat(send(to(SITE + "/pictures/ground_floor").header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(200);
        assertThat(get(SITE + "/pictures").body()).contains("\"width\":17");
        assertThat(send("DELETE", SITE + "/pictures/ground_floor", "").statusCode())
                .isEqualTo(204);
        assertThat(send("DELETE", SITE + "/pictures/ground_floor", "").statusCode())
                .isEqualTo(404);
        assertThat(get(SITE + "/pictures").body()).isEqualTo("{\"pictures\":[]}");
    }

    @Test
    void whatIsNoPictureOrTooMuchIsRefused() throws Exception {
        byte[] svg = "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8);
        assertThat(send(picture("a", svg)).statusCode()).isEqualTo(422);
        assertThat(send(picture("a", png(9_000))).body()).contains("at most 8192 pixels a side");
        assertThat(send(picture("Not_a_name", png(2))).statusCode()).isEqualTo(422);
        assertThat(send(picture("..%2F..%2Fa", png(2))).statusCode()).isBetween(400, 422);
        assertThat(send(picture("a", new byte[Pictures.BYTES_MAX + 1]).expectContinue(true)) // as curl does
                        .statusCode())
                .isEqualTo(413);
        assertThat(send(to(SITE + "/pictures/a").PUT(BodyPublishers.ofByteArray(png(2))))
                        .statusCode())
                .isEqualTo(415);
        tokens.put("o", new Who(Principal.person("otto"), Role.OPERATOR, Optional.empty()));
        assertThat(send(picture("a", png(2)).header("Authorization", "Bearer o"))
                        .statusCode())
                .isEqualTo(403);
        for (int i = 0; i < Pictures.PICTURES_MAX; i++)
            assertThat(send(picture("p" + i, png(2))).statusCode()).isEqualTo(200);
        assertThat(send(picture("p0", png(3))).statusCode()).isEqualTo(200);
        assertThat(send(picture("one_more", png(2))).body()).contains("at most 50 pictures; remove one first");
    }

    @Test
    void whereThingsStandIsDefinition() throws Exception {
        assertThat(get(SITE + "/plans").body()).contains("\"plans\":[],\"places\":[],\"positions\":[]");
        send(picture("house", png(16)));
        node.power(1.5);
        TestNode.await("the meter is read", () -> !node.value("meter.power").equals("-"));
        var lines = linesUpSince();
        var yaml = node.text()
                .replace("things:\n", "plans:\n  - { id: ground_floor, image: house }\nthings:\n")
                .replace(
                        "- id: meter\n",
                        "- id: meter\n    place: { plan: ground_floor, x: 0.25, y: 1 }\n    position: [51.05, 3.72]\n");
        var applied = send(to(SITE + "/file")
                .PUT(BodyPublishers.ofString(yaml))
                .header("Content-Type", "text/yaml")
                .header("If-Match", "*"));
        assertThat(applied.body())
                .contains(
                        "\"applied\":true",
                        "plan ground_floor",
                        "place of meter: ground_floor, 0.25 from the left and 1.0 from the top",
                        "position of meter: 51.05,3.72");
        assertThat(applied.body()).doesNotContain("property meter", "connector grid_meter");
        assertThat(linesUpSince()).as("no line is begun anew").isEqualTo(lines);
        assertThat(get(SITE + "/plans").body())
                .contains(
                        "{\"id\":\"ground_floor\",\"title\":\"ground floor\",\"image\":\"house\",\"picture\":{\"name\":\"house\"",
                        "{\"thing\":\"meter\",\"plan\":\"ground_floor\",\"x\":0.25,\"y\":1.0}",
                        "{\"latitude\":51.05,\"longitude\":3.72,\"thing\":\"meter\"}");
    }

    private List<String> linesUpSince() {
        var running = node.running().node();
        return running.connectors(running.sites().getFirst()).stream()
                .map(c -> c.connector() + " " + c.up() + " " + c.sinceMicros())
                .sorted()
                .toList();
    }

    // ---- who may

    @Test
    void aRoleGoesAsFarAsItSays() throws Exception {
        tokens.put("v", new Who(Principal.person("vera"), Role.VIEWER, Optional.empty()));
        assertThat(send(to(SITE).header("Authorization", "Bearer v")).statusCode())
                .isEqualTo(200);
        assertThat(send(to(SITE).header("Authorization", "Bearer none")).statusCode())
                .isEqualTo(401);
        var armed = to(SITE + "/armed")
                .PUT(BodyPublishers.ofString("{\"armed\":false}"))
                .header("Content-Type", "application/json");
        var refused = send(armed.header("Authorization", "Bearer v"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("needs the role installer");
    }

    @Test
    void aCookieAloneChangesNothing() throws Exception {
        tokens.put("s1", new Who(Principal.person("otto"), Role.OWNER, Optional.empty()));
        var armed = to(SITE + "/armed")
                .PUT(BodyPublishers.ofString("{\"armed\":true}"))
                .header("Content-Type", "application/json")
                .header("Cookie", "linkspan_session=s1");
        assertThat(send(armed.copy()).statusCode()).isEqualTo(403);
        assertThat(send(armed.copy().header("X-CSRF-Token", "csrf-of-s1")).statusCode())
                .isEqualTo(200);
        assertThat(send(armed.copy().header("X-CSRF-Token", "csrf-of-s1").header("Origin", "http://evil.example"))
                        .statusCode())
                .isEqualTo(403);
    }

    private void application(String token, Duration every) {
        var contract = new Contract("billing", 1, Set.of("boiler.temperature"), every, Duration.ZERO, Long.MAX_VALUE);
        var application = new Application("billing", contract, Optional.empty(), 0, 0);
        var principal = new Principal(Principal.Kind.APPLICATION, "billing");
        tokens.put(token, new Who(principal, Role.VIEWER, Optional.of(application)));
    }

    @Test
    void aReducedContractGetsNoSingleValueByAnyWayIn() throws Exception {
        application("a", Duration.ofMinutes(15));
        for (var route : door.routes()) {
            if (!route.startsWith("GET /v1/")) continue; // the rest is no data of a site
            String path = route.substring(4)
                    .replace("{site}", "riverside_12")
                    .replace("{thing}", "boiler")
                    .replace("{property}", "temperature")
                    .replace("{path}", "boiler.temperature")
                    .replace("{of}", "boiler.temperature")
                    .replace("{name}", "billing")
                    .replace("{revision}", "1")
                    .replace("{key}", "1")
                    .replaceAll("\\{[a-z]+}", "x");
            var answer = send(to(path).header("Authorization", "Bearer a"));
            assertThat(answer.body()).as(path).doesNotContain("58.5", "boiler.on", "\"received\"", "shed_peak");
        }
        assertThat(send(to(SITE + "/log").header("Authorization", "Bearer a")).statusCode())
                .isEqualTo(403);
    }

    // ---- files of readings

    private static final String OLD = "property,time,value,quality\r\n"
            + "boiler.temperature,2024-01-01T00:00:00Z,20.5,good\r\n"
            + "boiler.temperature,2024-01-01T00:10:00Z,21.5,good\r\n"
            + "meter.energy_import,2024-01-01T00:10:00Z,100.250,good\r\n";
    private static final String EXPORT = SITE + "/history/export?from=2024-01-01T00:00:00Z&to=2024-01-02T00:00:00Z";

    private String duck(String path, String token, String columns) throws Exception {
        Path file = folder.resolve("answer.parquet");
        var request = token.isEmpty() ? to(path) : to(path).header("Authorization", "Bearer " + token);
        var answer = client.send(request.build(), BodyHandlers.ofFile(file));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/vnd.apache.parquet");
        return Duck.ask("SELECT " + columns + " FROM read_parquet('" + file + "')");
    }

    @Test
    void readingsOfSeveralPropertiesAreAFile() throws Exception {
        door.close();
        open(node.running().node()::history);
        Path csv = folder.resolve("old.csv");
        Files.writeString(csv, OLD);
        assertThat(node.say("import", csv.toString()).err()).isEmpty();
        assertThat(get(EXPORT + "&properties=boiler.temperature,meter.energy_import")
                        .body())
                .isEqualTo(OLD);
        assertThat(get(EXPORT + "&form=wide").body())
                .startsWith("time,boiler.on,boiler.temperature,meter.energy_import,meter.power\r\n"
                        + "2024-01-01T00:00:00Z,,20.5,,\r\n2024-01-01T00:10:00Z,,21.5,100.250,\r\n")
                .hasLineCount(3);
        assertThat(duck(
                        EXPORT + "&format=parquet",
                        "",
                        "property, epoch_us(time), kind, number, register, quality, unit"))
                .isEqualTo("boiler.temperature|1704067200000000|number|20.5|null|good|Cel\n"
                        + "boiler.temperature|1704067800000000|number|21.5|null|good|Cel\n"
                        + "meter.energy_import|1704067800000000|register|null|100.250000000|good|kW.h\n");
        assertThat(get(EXPORT + "&format=xml").statusCode()).isEqualTo(400);
        assertThat(get(EXPORT + "&format=parquet&form=wide").body()).contains("form is long or, of csv, wide");
        assertThat(get(EXPORT + "&properties=boiler.pressure").statusCode()).isEqualTo(404);
    }

    @Test
    void aContractOfWindowsGetsThemAsAFile() throws Exception {
        door.close();
        open(node.running().node()::history);
        Path csv = folder.resolve("old.csv");
        Files.writeString(csv, OLD);
        assertThat(node.say("import", csv.toString()).err()).isEmpty();
        application("a", Duration.ofMinutes(15));
        assertThat(duck(
                        EXPORT + "&format=parquet",
                        "a",
                        "property, epoch_us(\"from\"), \"count\", \"min\", mean, unit"))
                .isEqualTo("boiler.temperature|1704067200000000|2|20.5|21.0|Cel\n");
        var app = to(EXPORT).header("Authorization", "Bearer a");
        assertThat(send(app).body())
                .startsWith("property,from,to,count,min,max,mean,time_mean,last,consumption\r\n"
                        + "boiler.temperature,2024-01-01T00:00:00Z,2024-01-01T00:15:00Z,2,20.5,21.5,21.0,")
                .hasLineCount(2);
        for (String refused : List.of("&form=wide", "&properties=meter.energy_import"))
            assertThat(send(to(EXPORT + refused).header("Authorization", "Bearer a"))
                            .statusCode())
                    .as(refused)
                    .isIn(403, 404);
    }

    // ---- feeds

    @Test
    void aFeedGoesOnWhereItsTakerStoodThroughARestart() throws Exception {
        String position;
        var first = client.send(to(SITE + "/feed?from=1").build(), BodyHandlers.ofInputStream());
        try (var in = reader(first.body())) {
            position = line(in, "id: ", "");
            assertThat(position).isEqualTo("id: 1");
            position = line(in, "id: ", "id: 3").substring(4);
        }
        door.close();
        node.end();
        node.begin();
        open(_ -> Optional.empty());
        var request = to(SITE + "/feed").header("Last-Event-ID", position).build();
        var again = client.send(request, BodyHandlers.ofInputStream());
        try (var in = reader(again.body())) {
            assertThat(line(in, "id: ", "")).isEqualTo("id: " + (Long.parseLong(position) + 1));
            assertThat(line(in, "data: ", "Linkspan " + Version.NUMBER + " started"))
                    .isNotEmpty();
            node.power(3.25);
            assertThat(line(in, "data: ", "3.25")).contains("\"property\":\"meter.power\"");
        }
    }

    private static String line(BufferedReader in, String start, String part) throws IOException {
        for (String line; (line = in.readLine()) != null; )
            if (line.startsWith(start) && line.contains(part)) return line;
        throw new AssertionError("The stream ended before " + start + part);
    }

    @Test
    void aFeedOverWebSocketTellsTheSame() throws Exception {
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        var uri = URI.create(door.address().replace("http:", "ws:") + SITE + "/feed?paths=meter.power");
        var socket = client.newWebSocketBuilder()
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket web, CharSequence data, boolean last) {
                        texts.add(data.toString());
                        web.request(1);
                        return null;
                    }
                })
                .get(20, TimeUnit.SECONDS);
        node.power(4.125);
        String text;
        do text = texts.poll(20, TimeUnit.SECONDS);
        while (text != null && !text.contains("4.125"));
        assertThat(text).startsWith("{\"type\":\"readings\",\"position\":\"").doesNotContain("boiler");
        socket.abort();
    }

    @Test
    void anOpenFeedEndsWhenItsRightDoes() throws Exception {
        application("a", Duration.ZERO);
        var answer = client.send(
                to(SITE + "/feed?from=1").header("Authorization", "Bearer a").build(), BodyHandlers.ofInputStream());
        try (var in = reader(answer.body())) {
            assertThat(line(in, "data: ", "boiler.temperature")).doesNotContain("boiler.on");
            tokens.remove("a");
            long begun = System.nanoTime();
            line(in, "event: ", "ended");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        }
    }

    // ---- hostile

    @Test
    void whoComesUnderAnotherNameIsSentAway() throws IOException {
        String end = "\r\n\r\n";
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost:" + door.port() + end))
                .contains("200");
        for (String host :
                List.of("evil.example:" + door.port(), "127.0.0.1", "evil.example", "10.0.0.1:" + door.port()))
            for (String path : List.of("/", "/live", SITE))
                assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: " + host + end))
                        .as(host)
                        .contains("421");
    }

    @Test
    void whatIsTooLongOrNoRequestIsRefused() throws Exception {
        String host = " HTTP/1.1\r\nHost: localhost:" + door.port() + "\r\n";
        assertThat(raw("GET /" + "a".repeat(20_000) + host + "\r\n")).contains(" 4");
        assertThat(raw("GET /" + host + "X: " + "b".repeat(40_000) + "\r\n\r\n"))
                .contains(" 4");
        assertThat(raw("GET /%00" + host + "\r\n")).contains(" 4");
        assertThat(raw("GET /../../etc/passwd" + host + "\r\n")).contains(" 4");
        assertThat(raw("PUT " + SITE + "/armed" + host + "Content-Length: 99999999\r\n\r\n"))
                .contains("413");
        assertThat(send("POST", SITE + "/cells/boiler.on/holds", "{\"value\":").statusCode())
                .isEqualTo(400);
        assertThat(send("POST", SITE + "/cells/boiler.on/holds", "[".repeat(5_000))
                        .statusCode())
                .isEqualTo(400);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void whoSendsAByteNowAndThenIsPutOut() throws Exception {
        for (String begun : List.of(
                "GET / HTTP/1.1\r\nHost: loc",
                "PUT " + SITE + "/armed HTTP/1.1\r\nHost: localhost:" + door.port()
                        + "\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"))
            try (var socket = new Socket("127.0.0.1", door.port())) {
                socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
                socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
                long start = System.nanoTime();
                while (reader(socket.getInputStream()).readLine() != null) Thread.onSpinWait();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            }
    }
}
