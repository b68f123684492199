package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rules on a running node, from the command line to the machine and back.
class RuleCommandsTest {
    @TempDir
    private Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        TestNode.await("the boiler is read", () -> !node.value("boiler.on").equals("-"));
        node.write(node.text() + """
                modes: [home, away]
                scenes:
                  - { id: cold, set: { boiler.on: false } }
                rules:
                  - id: hot
                    title: Not too hot
                    when: "boiler.temperature > 70 && site.mode == 'home'"
                    for: 1h
                    then: [ { hold: { boiler.on: false } } ]
                  - id: leave
                    when: "site.mode == 'away'"
                    priority: comfort
                    then: [ { hold: { boiler.on: false } } ]
                """);
        assertThat(node.say("apply", node.site.toString(), "--yes").exit()).isZero();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void aModeMakesARuleActAndWhyTellsIt() throws Exception {
        assertThat(node.say("mode").out()).startsWith("home");
        assertThat(node.say("mode", "away").out()).contains("in mode away");
        TestNode.await("the boiler is off", () -> node.value("boiler.on").equals("false"));
        assertThat(node.say("get", "boiler.on").out()).contains("rule leave (comfort)");
        String why = node.say("why", "boiler.on").out();
        assertThat(why).contains("puts the site into mode away").contains("rule leave (version 1) acts");
        assertThat(node.say("rules").out()).contains("leave").contains("active");
        assertThat(node.say("rules", "leave", "--sleep", "visitors").exit()).isZero();
        TestNode.await("the boiler is on", () -> node.value("boiler.on").equals("true"));
        assertThat(node.say("rules", "leave").out()).contains("a person put it to sleep (visitors)");
    }

    @Test
    void whyNotNamesTheConditionAndWhatItSaw() {
        String told = node.say("rules", "hot").out();
        assertThat(told)
                .contains("when boiler.temperature > 70")
                .contains("\"boiler.temperature > 70\" is not met: boiler.temperature 58.5 °C")
                .contains("yes      site.mode == 'home'");
        assertThat(node.say("rules", "hut").err()).contains("there is no rule \"hut\" in this site, but hot, leave");
        assertThat(node.say("mode", "party").err()).contains("there is no mode \"party\" in this site, but home, away");
    }

    @Test
    void aSceneTellsWhatBecameOfEachValue() throws Exception {
        var said = node.say("scene", "cold");
        assertThat(said.out()).contains("boiler.on: done");
        assertThat(said.exit()).isZero();
        TestNode.await("the boiler is off", () -> node.value("boiler.on").equals("false"));
    }
}
