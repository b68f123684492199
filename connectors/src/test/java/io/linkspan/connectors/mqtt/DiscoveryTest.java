package io.linkspan.connectors.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Report;
import io.linkspan.connector.SampleSite;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Announcements as devices' projects document them become things with the right units. A new case is a new folder.
class DiscoveryTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/mqtt");
    private static final long LATER = Duration.ofSeconds(10).toNanos();

    @TempDir
    Path folder;

    static List<Path> cases() throws IOException {
        try (Stream<Path> all = Files.list(GOLDEN)) {
            return all.filter(Files::isDirectory).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void announcementsBecomeThings(Path golden) throws Exception {
        var discovery = new Discovery("home", Optional.of("homeassistant"));
        for (String line : Files.readAllLines(golden.resolve("messages.txt"))) {
            int brace = line.indexOf(" {");
            discovery.take(line.substring(0, brace), line.substring(brace + 1).getBytes(StandardCharsets.UTF_8), 0);
        }
        var found = discovery.due(Set.of(), LATER);
        assertThat(found).hasSize(1);
        assertThat(shown(found.getFirst())).isEqualTo(Files.readString(golden.resolve("expected.txt")));
        isTaken(found.getFirst());
    }

    private static String shown(Report.Found found) throws Exception {
        var text = new StringBuilder(found.what()).append('\n');
        for (var each : new TreeMap<>(found.settings()).entrySet()) {
            if (each.getValue().startsWith("{")) {
                text.append(each.getKey()).append('\n');
                for (var part : Json.parseFields("", each.getValue()).fields().entrySet())
                    text.append("  ")
                            .append(part.getKey())
                            .append(' ')
                            .append(Json.write(part.getValue()))
                            .append('\n');
            } else
                text.append(each.getKey()).append(": ").append(each.getValue()).append('\n');
        }
        return text.toString();
    }

    /// What is proposed can be written into a site file as it is.
    private void isTaken(Report.Found found) throws Exception {
        var site = new StringBuilder("linkspan: 1\nsite: here\nconnectors:\n"
                + "  - { id: home, type: mqtt, endpoint: \"mqtt://127.0.0.1\" }\nthings:\n  -\n");
        for (var each : found.settings().entrySet()) {
            boolean json = each.getValue().startsWith("{") || each.getValue().startsWith("[");
            site.append("    ")
                    .append(each.getKey())
                    .append(": ")
                    .append(json ? each.getValue() : Json.write(Tree.text(each.getValue())))
                    .append('\n');
        }
        var file = Files.writeString(folder.resolve("site.yaml"), site.toString());
        assertThat(SampleSite.read(file).check(new Mqtt())).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "{{ value_json.a }} # json /a",
                "{{value_json.a}} # json /a",
                "{{ value_json['a']['b c'] }} # json '/a/b c'",
                "{{ value_json.a.b[2] }} # json /a/b/2",
                "{{ value_json['a/b'] }} # json /a~1b",
                "{{ value_json }} # json",
                "{{ value_json.a | float }} # json /a",
                "{{ value_json.a | default(0) | int }} # json /a",
                "{{ (value_json.a | float * 0.01) | round(2) }} # json /a x0.01",
                "{{ value_json.a | multiply(0.001) }} # json /a x0.001",
                "{{ value_json.a / 10 }} # json /a x0.1",
                "{{ value_json.a | is_defined }} # json /a",
                "{{ value | float / 10 }} # x0.1",
                "{{ 'ON' if value_json.a else 'OFF' }} # cel 'msg[\"a\"] == true ? \"ON\" : \"OFF\"'",
                "{% if value_json.a >= 5 %}ON{% else %}OFF{% endif %} # cel 'msg[\"a\"] >= 5 ? \"ON\" : \"OFF\"'",
            })
    void templatesBecomeAddresses(String template, String words) {
        assertThat(Templates.reading(Optional.of(template)).orElseThrow().trim())
                .isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "{{ value_json.a + 1 }} # ?",
                "{{ states('sensor.x') }} # ?",
                "{{ value_json.a | regex_replace('x') }} # ?",
                "{% set x = 1 %}{{ x }} # ?",
                "{{ value_json.a }} and {{ value_json.b }} # ?",
                "{{ value_json.a / value_json.b }} # ?",
                "{{ value_json.a / 0 }} # ?",
                "plain text # ?",
            })
    void whatIsNotUnderstoodIsNotGuessedAt(String template, String mark) {
        assertThat(mark).isEqualTo("?");
        assertThat(Templates.reading(Optional.of(template))).isEmpty();
    }

    @Property(tries = 1_000)
    void anyBytesAndAnyTemplateAreAnswered(@ForAll byte[] bytes, @ForAll String text) {
        var discovery = new Discovery("home", Optional.of("homeassistant"));
        discovery.take("homeassistant/sensor/x/config", bytes, 0);
        discovery.take("homeassistant/device/x/config", bytes, 0);
        discovery.take(
                "homeassistant/sensor/y/config",
                Json.write(Tree.fields(java.util.Map.of(
                                "stat_t", Tree.text("t"), "val_tpl", Tree.text(text), "name", Tree.text(text))))
                        .getBytes(StandardCharsets.UTF_8),
                0);
        for (var found : discovery.due(Set.of(), LATER))
            assertThat(found.settings()).containsKey("id");
        assertThat(Proposal.name(text, text)).matches("[a-z][a-z0-9_]*");
    }

    @Test
    void aDeviceIsProposedOnceItIsQuietAndNotWhenItIsUsed() {
        var discovery = new Discovery("home", Optional.of("homeassistant"));
        byte[] config = "{\"name\":\"a\",\"stat_t\":\"x/state\",\"uniq_id\":\"a\"}".getBytes(StandardCharsets.UTF_8);
        discovery.take("homeassistant/sensor/a/config", config, 0);
        assertThat(discovery.due(Set.of(), 1)).isEmpty();
        assertThat(discovery.due(Set.of(), LATER)).hasSize(1);
        assertThat(discovery.due(Set.of(), LATER)).isEmpty();
        discovery.take("homeassistant/sensor/a/config", config, 0);
        assertThat(discovery.due(Set.of("x/state"), LATER)).isEmpty();
        discovery.take("homeassistant/sensor/a/config", config, 0);
        discovery.take("homeassistant/sensor/a/config", new byte[0], 0);
        assertThat(discovery.due(Set.of(), LATER))
                .as("it took its announcement back")
                .isEmpty();
    }

    @Test
    @Timeout(60)
    void whatIsAnnouncedOnTheBrokerIsFound() throws Exception {
        try (var broker = new SimulatedBroker();
                var here = new TestSurroundings("home")) {
            broker.retain(
                    "homeassistant/sensor/a/config",
                    "{\"name\":\"Outside\",\"stat_t\":\"x/state\",\"uniq_id\":\"a\",\"unit_of_meas\":\"°C\"}");
            var running = here.start(new Mqtt().create(TestPoints.settings("endpoint", broker.endpoint())));
            var found = here.await(Report.Found.class);
            assertThat(found.settings().get("properties"))
                    .contains("\"unit\":\"Cel\"")
                    .contains("x/state");
            running.stop();
        }
    }
}
