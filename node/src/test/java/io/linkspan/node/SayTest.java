package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.HttpDoor;
import io.linkspan.access.Identity;
import io.linkspan.access.Limits;
import io.linkspan.access.Role;
import io.linkspan.access.Who;
import io.linkspan.insight.Language;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sentences end to end: over the command line and over HTTP to a whole node and its machines.
class SayTest {
    @TempDir
    private Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        TestNode.await(
                "the boiler is read", () -> node.value("boiler.temperature").equals("58.5"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void aSentenceSwitchesTheMachineAndTellsWhatBecameOfIt() throws Exception {
        var off = node.say("say", "turn off the boiler for two hours");
        assertThat(off.err()).isEmpty();
        assertThat(off.exit()).isEqualTo(Exit.DONE);
        assertThat(off.out()).contains("boiler: off - done, reads back off", "in charge: ");
        assertThat(node.isOn()).isFalse();
        assertThat(node.say("tail").out()).contains("sets boiler.on to off (manual)");
        var back = node.say("say", "give the boiler back");
        assertThat(back.exit()).isEqualTo(Exit.DONE);
        TestNode.await("its fallback holds again", node::isOn);
    }

    @Test
    void whatIsAskedIsAnswered() {
        assertThat(node.say("say", "how warm is the boiler").out()).contains("boiler, temperature: 58.5 °C");
        assertThat(node.say("say", "is the boiler on").out()).startsWith("Yes");
        assertThat(node.say("say", "hoe warm is de boiler").out()).contains("58.5 °C");
        assertThat(node.say("say", "is the boiler warmer than 60 degrees").out())
                .startsWith("No");
        assertThat(node.say("say", "why is the boiler on").out()).contains("boiler.on");
        assertThat(node.say("say", "what did the house use yesterday").out()).contains("tariff");
        assertThat(node.say("say", "never mind").out()).contains("Nothing is done");
    }

    @Test
    void whatIsNotUnderstoodSaysWhichWord() {
        var unknown = node.say("say", "turn off the jacuzzi");
        assertThat(unknown.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(unknown.out()).contains("\"jacuzzi\"", "Try: turn on boiler");
        var sensor = node.say("say", "open the boiler");
        assertThat(sensor.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(node.isOn()).isTrue();
    }

    @Test
    void aQuestionIsAnsweredByItsChoiceAloneAndNothingElse() throws Exception {
        assertThat(node.say("set", "boiler.on", "true", "--priority", "protect").exit())
                .isEqualTo(Exit.DONE);
        var asked = node.say("say", "turn off the boiler");
        assertThat(asked.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(asked.out()).contains("higher priority", "--choice \"set boiler.on=false\"");
        var forged = node.say("say", "turn off the boiler", "--choice", "set boiler.on=true");
        assertThat(forged.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(forged.out()).contains("no longer one of the choices");
        var placed = node.say("say", "turn off the boiler", "--choice", "set boiler.on=false");
        assertThat(placed.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(placed.out()).contains("it waits:");
        assertThat(node.isOn()).isTrue();
    }

    @Test
    void nothingIsDoneLaterAndADryRunDoesNothing() throws Exception {
        var later = node.say("say", "turn off the boiler in ten minutes");
        assertThat(later.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(later.out()).contains("Nothing is done later", "--choice \"set boiler.on=false\"");
        var dry = node.say("say", "turn off the boiler", "--dry-run");
        assertThat(dry.exit()).isEqualTo(Exit.DONE);
        assertThat(dry.out()).contains("set boiler.on=false");
        assertThat(node.isOn()).isTrue();
    }

    @Test
    void overHttpAViewerAsksAndDoesNotActAndUndoGivesBack() throws Exception {
        var running = node.running();
        var desk = new NodeDesk(running.node(), running.clock(), 1, () -> "", _ -> Optional.empty());
        var identity = new Identity() {
            @Override
            public Optional<Who> bySession(String cookie) {
                return Optional.empty();
            }

            @Override
            public Optional<Who> byToken(String token) {
                return Optional.of(new Who(
                        Principal.person(token), token.equals("vera") ? Role.VIEWER : Role.OPERATOR, Optional.empty()));
            }
        };
        try (var door = HttpDoor.open(
                new HttpDoor.Settings(
                        "127.0.0.1",
                        0,
                        Set.of(),
                        Optional.empty(),
                        new Limits(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(5)),
                        identity,
                        (_, _) -> true,
                        _ -> Optional.empty(),
                        List.of()),
                desk)) {
            var asked = post(door, "vera", "{\"sentence\": \"how warm is the boiler\"}");
            assertThat(Where.text(asked, "kind")).isEqualTo("answer");
            assertThat(Where.text(asked, "text")).contains("58.5");
            var refused = post(door, "vera", "{\"sentence\": \"turn off the boiler\"}");
            assertThat(Where.text(refused, "kind")).isEqualTo("refused");
            assertThat(Where.text(refused, "text")).contains("role operator");
            assertThat(node.isOn()).isTrue();
            var done = post(door, "otto", "{\"sentence\": \"doe de boiler uit\", \"language\": \"nl\"}");
            assertThat(Where.text(done, "kind")).isEqualTo("done");
            assertThat(Where.text(done, "language")).isEqualTo("nl");
            assertThat(Where.text(done, "text")).contains("uit - gedaan", "otto");
            assertThat(Where.text(Where.list(done, "undo").getFirst(), "property"))
                    .isEqualTo("boiler.on");
            assertThat(Where.list(done, "undo").getFirst().fields()).doesNotContainKey("value");
            assertThat(node.isOn()).isFalse();
            var again = post(door, "otto", "{\"sentence\": \"doe de boiler aan\", \"language\": \"nl\"}");
            assertThat(Where.text(Where.list(again, "undo").getFirst(), "value"))
                    .isEqualTo("false");
        }
    }

    private static Tree.Fields post(HttpDoor door, String token, String body) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(door.address() + "/v1/sites/riverside_12/sentences"))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body))
                            .timeout(Duration.ofSeconds(50))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return Json.parseFields("", answer.body());
        }
    }

    @Test
    void bothLanguagesSayTheSameThings() {
        assertThat(Sayings.of(Language.NL).keys())
                .isEqualTo(Sayings.of(Language.EN).keys());
    }
}
