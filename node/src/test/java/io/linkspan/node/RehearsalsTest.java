package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Csrf;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Identity;
import io.linkspan.access.Limits;
import io.linkspan.access.Role;
import io.linkspan.access.Who;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rehearsals and the shadow of a whole node, from the command line and over HTTP.
class RehearsalsTest {
    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(2));
    private static final String SITE = "/v1/sites/riverside_12";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        TestNode.await("the boiler is read", () -> node.value("boiler.on").equals("true"));
        node.power(1.2);
        TestNode.await("the meter is read", () -> node.value("meter.power").equals("1.2"));
        node.power(4);
        TestNode.await("the meter is read", () -> node.value("meter.power").equals("4"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    /// The running file with a threshold that 4 kW are above.
    private Path sooner() throws Exception {
        return Files.writeString(
                folder.resolve("sooner.yaml"), node.text().replace("off-above: 5.0", "off-above: 3.0"));
    }

    // ---- from the command line

    @Test
    void itsOwnFileComesToTheSameAndAnotherShedsSooner() throws Exception {
        var same = node.say("rehearse", "--last", "1h");
        assertThat(same.exit()).isEqualTo(Exit.DONE);
        assertThat(same.out()).contains("each as it is in the log, bit for bit");
        assertThat(node.say("rehearse", node.site.toString()).out()).contains("bit for bit");
        var other = node.say("rehearse", sooner().toString(), "--last", "1h");
        assertThat(other.out())
                .contains("First difference at ", "boiler.on would have been off (in charge: link shed_peak (economy))")
                .contains("The world did not react");
        var json = Json.parseFields(
                "", node.say("rehearse", sooner().toString(), "--json").out());
        assertThat(Where.text(json, "differences")).isEqualTo("1");
        assertThat(Where.text(Where.below(json, "first_difference").orElseThrow(), "property"))
                .isEqualTo("boiler.on");
        assertThat(node.isOn()).as("a rehearsal writes to no machine").isTrue();
        assertThat(node.view().directory().revision()).isOne();
    }

    @Test
    void theFolderOfAStoppedNodeSaysTheSame() throws Exception {
        String file = sooner().toString();
        node.end();
        var stopped = node.say("rehearse", file, "--last", "1h");
        assertThat(stopped.exit()).isEqualTo(Exit.DONE);
        assertThat(stopped.out()).contains("boiler.on would have been off");
        assertThat(node.say("rehearse").out()).contains("bit for bit");
        node.begin();
    }

    @Test
    void whatIsWrongIsSaidAndNothingIsChanged() throws Exception {
        var broken = Files.writeString(
                folder.resolve("broken.yaml"), node.text().replace("priority: economy", "priority: eco"));
        var said = node.say("rehearse", broken.toString());
        assertThat(said.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(said.err()).contains("broken.yaml:", "eco");
        var stranger = Files.writeString(
                folder.resolve("stranger.yaml"), node.text().replace("site: riverside_12", "site: elsewhere"));
        assertThat(node.say("rehearse", stranger.toString()).err()).contains("is of site \"elsewhere\"");
        assertThat(node.say("rehearse", "--last", "1h", "--from", "2h").err()).contains("goes without from and to");
        assertThat(node.say("rehearse", "--from", "800d").err()).contains("at most 366 days");
        assertThat(node.say("rehearse", "--from", "2016-01-14", "--to", "2016-01-15")
                        .exit())
                .isEqualTo(Exit.NO_SUCH);
        var nested = Files.writeString(folder.resolve("deep.yaml"), "linkspan: 1\nsite: " + "[".repeat(5_000));
        assertThat(node.say("rehearse", nested.toString()).exit()).isEqualTo(Exit.SAID_NO);
        assertThat(node.say("rehearse", folder.resolve("none.yaml").toString()).exit())
                .isEqualTo(Exit.NO_SUCH);
    }

    // ---- the shadow

    @Test
    void aShadowRunsBesideTheSiteAndOutlivesARestart() throws Exception {
        assertThat(node.say("shadow", "show").exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(node.say("shadow", "start", node.site.toString()).err()).contains("says what is running");
        var begun = node.say("shadow", "start", sooner().toString());
        assertThat(begun.out()).contains("link shed_peak (version 2)", "The shadow runs");
        assertThat(node.say("shadow", "start", sooner().toString()).err()).contains("the site has a shadow");
        node.power(4.1);
        TestNode.await("the shadow sheds", () -> differences().equals("1"));
        assertThat(node.isOn()).as("a shadow writes to no machine").isTrue();
        String began = Where.text(shown(), "began");
        node.end();
        node.begin();
        TestNode.await("the shadow stands where it stood", () -> differences().equals("1"));
        assertThat(Where.text(shown(), "began")).isEqualTo(began);
        var ended = node.say("shadow", "stop");
        assertThat(ended.out()).contains("boiler.on would have been off", "It has ended");
        assertThat(node.say("shadow", "stop").exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(folder.resolve("d/shadow")).isEmptyDirectory();
    }

    private Tree.Fields shown() throws Exception {
        return Json.parseFields("", node.say("shadow", "show", "--json").out());
    }

    private String differences() throws Exception {
        return Where.below(shown(), "so_far")
                .map(s -> Where.text(s, "differences"))
                .orElse("");
    }

    @Test
    void switchingPutsItsFileInForce() throws Exception {
        node.say("shadow", "start", sooner().toString());
        var other = node.text().replace("off-above: 5.0", "off-above: 6.0");
        Files.writeString(folder.resolve("other.yaml"), other);
        assertThat(node.say("apply", folder.resolve("other.yaml").toString(), "--force")
                        .exit())
                .isEqualTo(Exit.DONE);
        var refused = node.say("shadow", "switch");
        assertThat(refused.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(refused.err()).contains("was changed since the shadow began");
        var switched = node.say("shadow", "switch", "--force");
        assertThat(switched.out()).contains("Revision 3 is in force");
        node.power(4);
        TestNode.await("the boiler is shed by the file that was a shadow", () -> !node.isOn());
        assertThat(node.say("shadow", "show").exit()).isEqualTo(Exit.NO_SUCH);
    }

    @Test
    void aShadowWhoseFileIsBrokenHarmsNoStart() throws Exception {
        node.say("shadow", "start", sooner().toString());
        node.end();
        try (var files = Files.list(folder.resolve("d/shadow"))) {
            Files.writeString(files.findFirst().orElseThrow(), "{\"linkspan_shadow\": 1, \"file\": ");
        }
        node.begin();
        assertThat(node.say("shadow", "show").exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(node.say("get").exit()).isEqualTo(Exit.DONE);
    }

    // ---- over HTTP

    private HttpDoor door(Role role) throws Exception {
        var running = node.running();
        Identity identity = new Identity() {
            @Override
            public Optional<Who> bySession(String cookie) {
                return Optional.of(new Who(Principal.person("anna"), role, Optional.empty()));
            }

            @Override
            public Optional<Who> byToken(String token) {
                return Optional.empty();
            }
        };
        Csrf noForgery = (_, _) -> true;
        return HttpDoor.open(
                new HttpDoor.Settings(
                        "127.0.0.1",
                        0,
                        Set.of(),
                        Optional.empty(),
                        QUICK,
                        identity,
                        noForgery,
                        _ -> Optional.empty(),
                        List.of()),
                new NodeDesk(running.node(), running.clock(), 1, () -> "", _ -> Optional.empty()));
    }

    private HttpResponse<String> send(HttpDoor door, String method, String path, String type, String body)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(door.address() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", type)
                        .build(),
                BodyHandlers.ofString());
    }

    private static Tree.Fields json(HttpResponse<String> answer) throws Exception {
        return Json.parseFields("", answer.body());
    }

    @Test
    void aRehearsalIsAJobWithProgressAndAReport() throws Exception {
        try (var door = door(Role.OPERATOR)) {
            var begun = send(door, "POST", SITE + "/rehearsals?last=1h", "text/yaml", Files.readString(sooner()));
            assertThat(begun.statusCode()).isEqualTo(202);
            assertThat(begun.body()).contains("\"id\":1", "\"other_file\":true", "\"progress\":");
            TestNode.await(
                    "it is over",
                    () -> Where.text(json(get(door, SITE + "/rehearsals/1")), "state")
                            .equals("done"));
            var one = json(get(door, SITE + "/rehearsals/1"));
            var report = Where.below(one, "report").orElseThrow();
            assertThat(Where.text(report, "differences")).isEqualTo("1");
            assertThat(Where.text(Where.below(one, "progress").orElseThrow(), "share"))
                    .isEqualTo("1.0");
            assertThat(get(door, SITE + "/rehearsals").body())
                    .contains("\"state\":\"done\"")
                    .doesNotContain("report");
            var asJson = "{\"yaml\": " + Json.write(Tree.text(Files.readString(sooner()))) + ", \"last\": \"2h\"}";
            assertThat(send(door, "POST", SITE + "/rehearsals", "application/json", asJson)
                            .statusCode())
                    .isEqualTo(202);
            TestNode.await(
                    "it is over",
                    () -> Where.text(json(get(door, SITE + "/rehearsals/2")), "state")
                            .equals("done"));
            assertThat(send(door, "DELETE", SITE + "/rehearsals/2", "application/json", "")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(get(door, SITE + "/rehearsals/2").statusCode()).isEqualTo(404);
            assertThat(get(door, SITE + "/rehearsals/x").statusCode()).isEqualTo(404);
            assertThat(send(door, "POST", SITE + "/rehearsals", "text/yaml", "linkspan: 1\nsitee: x\n")
                            .statusCode())
                    .isEqualTo(422);
            assertThat(get(door, SITE + "/shadow").statusCode()).isEqualTo(404);
            assertThat(send(door, "PUT", SITE + "/shadow", "text/yaml", Files.readString(sooner()))
                            .statusCode())
                    .as("an operator begins no shadow")
                    .isEqualTo(403);
        }
    }

    private HttpResponse<String> get(HttpDoor door, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(door.address() + path)).build(), BodyHandlers.ofString());
    }

    @Test
    void whoOnlyLooksRehearsesNothing() throws Exception {
        try (var door = door(Role.VIEWER)) {
            assertThat(send(door, "POST", SITE + "/rehearsals", "text/yaml", "").statusCode())
                    .isEqualTo(403);
            assertThat(get(door, SITE + "/shadow").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void theShadowIsBegunShownAndSwitchedOver() throws Exception {
        try (var door = door(Role.INSTALLER)) {
            var begun = send(door, "PUT", SITE + "/shadow", "text/yaml", Files.readString(sooner()));
            assertThat(begun.statusCode()).isEqualTo(200);
            assertThat(begun.body()).contains("link shed_peak (version 2)", "\"by\":\"person:anna\"");
            assertThat(send(door, "PUT", SITE + "/shadow", "text/yaml", Files.readString(sooner()))
                            .statusCode())
                    .isEqualTo(409);
            TestNode.await(
                    "it has lived", () -> get(door, SITE + "/shadow").body().contains("\"so_far\":"));
            var switched = send(door, "POST", SITE + "/shadow/switch", "application/json", "{}");
            assertThat(switched.statusCode()).isEqualTo(200);
            assertThat(switched.body()).contains("\"revision\":2");
            assertThat(get(door, SITE + "/shadow").statusCode()).isEqualTo(404);
        }
    }

    // ---- jobs

    @Test
    void oneRunsAtATimeAndCancellingEndsIt() throws Exception {
        var rehearsals = node.running().node().rehearsals();
        var view = node.view();
        var asked = new RehearsalRun.Asked(Optional.empty(), 0, view.nowMicros() + 1, Optional.empty());
        var may = new java.util.concurrent.CountDownLatch(1);
        rehearsals.begin(view, asked, Principal.person("anna"), (_, _, report) -> {
            try {
                may.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return report;
        });
        try {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> rehearsals.begin(view, asked, Principal.person("bert"), (_, _, report) -> report)))
                    .isInstanceOf(SaidNo.class)
                    .hasMessageContaining("rehearsal 1 runs already");
            rehearsals.cancel(view.id(), 1);
        } finally {
            may.countDown();
        }
        TestNode.await(
                "it ended",
                () -> Where.text(rehearsals.one(view.id(), 1), "state").equals("cancelled"));
    }

    @Test
    void aCancelledRunEndsAtItsNextLookAndSaysWhatItHas() throws Exception {
        var data = folder.resolve("evening");
        Evening.make(
                data,
                Yaml.parseFields("site.yaml", node.text()),
                Instant.parse("2026-01-14T08:00:00Z"),
                new TreeMap<>(Map.of(Duration.ZERO, 1.0, Duration.ofHours(3), 6.0)),
                Duration.ofHours(8));
        var view = StoredSite.in(data).getFirst();
        var told = new ArrayList<RehearsalRun.Progress>();
        var asked = new RehearsalRun.Asked(Optional.empty(), 0, view.nowMicros() + 1, Optional.empty());
        var done = RehearsalRun.of(view, asked, new RehearsalRun.Watch() {
            @Override
            public void progress(RehearsalRun.Progress progress) {
                told.add(progress);
            }

            @Override
            public boolean isCancelled() {
                return told.getLast().begun();
            }
        });
        assertThat(done.cutShort()).isEqualTo("it was cancelled");
        assertThat(done.told().entries()).isEqualTo(RehearsalRun.LOOK_ENTRIES);
        assertThat(told.getLast().share()).isBetween(0.4, 0.6);
        assertThat(done.told().reproduced().orElseThrow().unlike()).isEmpty();
    }
}
