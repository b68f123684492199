package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Application;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Identity;
import io.linkspan.access.Limits;
import io.linkspan.access.Role;
import io.linkspan.access.Who;
import io.linkspan.feed.Contract;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What energy costs, from the site file and imported readings to the answer over HTTP: a house that draws 1 kW, with
/// one
/// higher quarter.
class EnergyTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Brussels");

    @TempDir
    private Path folder;

    private final Map<String, Who> tokens = new ConcurrentHashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private Node node;
    private HttpDoor door;

    @BeforeEach
    void start() throws Exception {
        var clock = NodeClock.real();
        node = Node.start(new Node.Settings(folder.resolve("data"), clock, Duration.ofMillis(50), Set.of()));
        var id = node.create(Principal.person("anna"), Yaml.parseFields("energy.md", example()));
        TestNode.await("the history is open", () -> node.history(id).isPresent());
        Path csv = folder.resolve("readings.csv");
        Files.writeString(csv, readings());
        node.bring(id, csv);
        TestNode.await(
                "it is complete",
                () -> node.history(id).orElseThrow().completeTo() > micros(LocalDate.of(2024, 11, 1)));
        Identity identity = new Identity() {
            @Override
            public Optional<Who> bySession(String cookie) {
                return Optional.of(new Who(Principal.person("anna"), Role.OWNER, Optional.empty()));
            }

            @Override
            public Optional<Who> byToken(String token) {
                return Optional.ofNullable(tokens.get(token));
            }
        };
        var desk = new NodeDesk(
                node, clock, 1, () -> "", site -> node.history(site).map(io.linkspan.model.History.class::cast));
        var settings = new HttpDoor.Settings(
                "127.0.0.1",
                0,
                Set.of(),
                Optional.empty(),
                Limits.STANDARD,
                identity,
                (_, _) -> true,
                _ -> Optional.empty(),
                List.of());
        door = HttpDoor.open(settings, desk);
    }

    @AfterEach
    void stop() throws Exception {
        door.close();
        node.close();
    }

    /// The site of docs/energy.md: what stands there about its costs is what is asked here.
    private static String example() throws java.io.IOException {
        String page = Files.readString(SiteSchemaTest.root().resolve("docs/energy.md"));
        int from = page.indexOf("```yaml\n") + "```yaml\n".length();
        return page.substring(from, page.indexOf("```", from));
    }

    private static long micros(LocalDate day) {
        return day.atStartOfDay(ZONE).toEpochSecond() * 1_000_000;
    }

    /// A reading each quarter of four days: a Wednesday with a gap of two hours and a higher quarter, and the two
    /// days on
    /// which the
    /// clocks are set. Prices of the market for the first twelve hours of the Wednesday.
    private static String readings() {
        var csv = new StringBuilder("property,time,value,quality\n");
        var register = new BigDecimal("1000.000");
        long given = 0;
        for (String each : List.of("2024-01-10", "2024-03-31", "2024-10-27")) {
            var day = LocalDate.parse(each);
            var end = day.plusDays(1).atStartOfDay(ZONE).toInstant();
            for (var at = day.atStartOfDay(ZONE).toInstant(); !at.isAfter(end); at = at.plusSeconds(900)) {
                boolean missing = each.equals("2024-01-10")
                        && at.isAfter(Instant.parse("2024-01-10T11:00:00Z"))
                        && at.isBefore(Instant.parse("2024-01-10T13:00:00Z"));
                if (!missing) {
                    csv.append("meter.energy,")
                            .append(at)
                            .append(',')
                            .append(register)
                            .append(",good\n");
                    csv.append("meter.given,")
                            .append(at)
                            .append(',')
                            .append(given)
                            .append(",good\n");
                }
                if (at.equals(end)) break;
                boolean high = at.equals(Instant.parse("2024-01-10T17:00:00Z"));
                register = register.add(new BigDecimal(high ? "0.50" : "0.25"));
                given += 10;
            }
        }
        for (int hour = 0; hour < 12; hour++)
            csv.append("market.price,")
                    .append(Instant.parse("2024-01-09T23:00:00Z").plusSeconds(hour * 3_600L))
                    .append(',')
                    .append(hour * 10)
                    .append(",good\n");
        return csv.toString();
    }

    private HttpResponse<String> get(String query, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(door.address() + "/v1/sites/house/energy" + query))
                .timeout(Duration.ofSeconds(30));
        if (!token.isEmpty()) request.header("Authorization", "Bearer " + token);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static String day(String from, String to) {
        return "from=" + LocalDate.parse(from).atStartOfDay(ZONE).toInstant() + "&to="
                + LocalDate.parse(to).atStartOfDay(ZONE).toInstant();
    }

    private Tree.Fields tariff(String query, int i) throws Exception {
        var answer = get("?" + query, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var all = (Tree.Items) Json.parseFields("", answer.body()).fields().get("tariffs");
        return (Tree.Fields) all.items().get(i);
    }

    private static String text(Tree of, String... path) {
        Tree at = of;
        for (String each : path)
            at = at instanceof Tree.Items i
                    ? i.items().get(Integer.parseInt(each))
                    : ((Tree.Fields) at).fields().getOrDefault(each, Tree.text("-"));
        return at instanceof Tree.Scalar s ? s.text() : at.kind();
    }

    @Test
    void bandsStandingAndPeakMakeTheCostOfADay() throws Exception {
        var t = tariff(day("2024-01-10", "2024-01-11") + "&every=day", 0);
        assertThat(text(t, "rows", "0", "import_kwh")).isEqualTo("24.250");
        // 15.25 kWh x 0.40 + 9 kWh x 0.30
        assertThat(text(t, "rows", "0", "cost", "energy")).isEqualTo("8.8000");
        assertThat(text(t, "rows", "0", "cost", "standing")).isEqualTo("0.2400");
        // 2 kW x 31 EUR a month, a day of 31
        assertThat(text(t, "rows", "0", "cost", "capacity")).isEqualTo("2.0000");
        assertThat(text(t, "total", "cost", "total")).isEqualTo("11.0400");
        assertThat(text(t, "peaks", "0", "kw")).isEqualTo("2.000");
        assertThat(text(t, "peaks", "0", "at")).isEqualTo("2024-01-10T17:00:00Z");
        assertThat(text(t, "peaks", "0", "charge")).isEqualTo("62.0000");
    }

    @Test
    void whatWasCountedInAGapIsSpreadAndMarked() throws Exception {
        var t = tariff(day("2024-01-10", "2024-01-11") + "&every=day", 0);
        assertThat(text(t, "rows", "0", "estimated_kwh")).isEqualTo("2.000");
        assertThat(text(t, "peaks", "0", "estimated_quarters")).isEqualTo("8");
        var hours = tariff(day("2024-01-10", "2024-01-11") + "&every=hour", 0);
        assertThat(text(hours, "rows", "12", "estimated_kwh")).isEqualTo("1.000");
        assertThat(text(hours, "rows", "11", "estimated_kwh")).isEqualTo("-");
        assertThat(((Tree.Items) hours.fields().get("rows")).items()).hasSize(24);
    }

    @Test
    void daysOfTwentyThreeAndTwentyFiveHoursAreWhole() throws Exception {
        var spring = tariff(day("2024-03-31", "2024-04-01") + "&every=hour", 0);
        assertThat(((Tree.Items) spring.fields().get("rows")).items()).hasSize(23);
        assertThat(text(spring, "total", "import_kwh")).isEqualTo("23.000");
        assertThat(text(spring, "total", "cost", "energy")).isEqualTo("6.9000");
        assertThat(text(spring, "total", "cost", "standing")).isEqualTo("0.2400");
        var autumn = tariff(day("2024-10-27", "2024-10-28"), 0);
        assertThat(text(autumn, "total", "import_kwh")).isEqualTo("25.000");
        // prices of October, and no standing charge any more
        assertThat(text(autumn, "total", "cost", "total")).isEqualTo("2.5000");
    }

    @Test
    void aDynamicPriceIsReadFromItsSeriesAndItsEndIsTold() throws Exception {
        var t = tariff(day("2024-01-10", "2024-01-11"), 1);
        // twelve hours of 1 kWh: sum of (0.010 x hour x 1.06 + 0.10)
        assertThat(text(t, "total", "cost", "energy")).isEqualTo("1.8996");
        assertThat(text(t, "total", "unpriced_kwh")).isEqualTo("12.250");
        assertThat(text(t, "total", "export_kwh")).isEqualTo("0.960");
        assertThat(text(t, "total", "cost", "export")).isEqualTo("0.0480");
        assertThat(text(t, "prices", "4", "1")).isEqualTo("0.1106");
    }

    @Test
    void timeBeforeTheFirstReadingIsLacking() throws Exception {
        var t = tariff(day("2024-01-09", "2024-01-11"), 0);
        assertThat(text(t, "rows", "0", "lacking_s")).isEqualTo("86400");
        assertThat(text(t, "rows", "0", "cost", "total")).isEqualTo("0.0000");
        assertThat(text(t, "rows", "1", "cost", "total")).isEqualTo("11.0400");
    }

    @Test
    void aContractLetsOutWhatItNamesAndNoMore() throws Exception {
        application("all", Set.of("meter", "market"), Duration.ZERO);
        application("gas", Set.of("meter.gas"), Duration.ZERO);
        application("hours", Set.of("meter", "market"), Duration.ofHours(1));
        String query = "?" + day("2024-01-10", "2024-01-11");
        assertThat(get(query, "all").statusCode()).isEqualTo(200);
        assertThat(get(query, "all").body()).contains("\"total\":11.0400").doesNotContain("\"links\"");
        assertThat(get(query, "gas").statusCode()).isEqualTo(403);
        assertThat(get(query, "gas").body()).contains("not in the contract of gas");
        assertThat(get(query, "hours").statusCode()).isEqualTo(403);
    }

    private void application(String name, Set<String> paths, Duration every) {
        var contract = new Contract(name, 1, paths, every, Duration.ZERO, Long.MAX_VALUE);
        var application = new Application(name, contract, Optional.empty(), 0, 0);
        var principal = new Principal(Principal.Kind.APPLICATION, name);
        tokens.put(name, new Who(principal, Role.VIEWER, Optional.of(application)));
    }

    @Test
    void whatCanNotBeAnsweredIsAProblem() throws Exception {
        for (String wrong : List.of("?every=week", "?from=2024-01-11T00:00:00Z&to=2024-01-10T00:00:00Z", "?from=soon"))
            assertThat(get(wrong, "").statusCode()).as(wrong).isEqualTo(400);
        assertThat(get("?every=quarter&" + day("2023-01-01", "2024-01-01"), "").body())
                .contains("every=day");
        assertThat(get("?" + day("2014-01-01", "2024-01-01"), "").body()).contains("ask in parts");
    }

    @Test
    void theRowsAreThereAsCsv() throws Exception {
        var answer = get(".csv?" + day("2024-01-10", "2024-01-11"), "");
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/csv");
        assertThat(answer.body().lines().toList().get(1))
                .isEqualTo("bands,2024-01-09T23:00:00Z,2024-01-10T23:00:00Z,24.250,0.000,8.8000,0.0000,0.2400,2.0000,"
                        + "11.0400,EUR,2.000,0,0");
    }
}
