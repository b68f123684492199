package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs every scenario file, and shows that a sentence that does not hold is told with its line.
class ScenarioTest {
    private static final Path FOLDER = folder();

    private static Path folder() {
        Path here = Path.of("scenarios");
        return Files.isDirectory(here) ? here : Path.of("simulation", "scenarios");
    }

    static List<Path> files() throws IOException {
        try (var all = Files.walk(FOLDER)) {
            return all.filter(f -> f.toString().endsWith(".scenario")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void holds(Path file) throws IOException, Invalid {
        ScenarioRun.run(Scenario.read(file));
    }

    @Test
    void eachRowOfTheTwoWaysHasItsFile() throws IOException {
        assertThat(files().stream()
                        .filter(f -> f.getParent().endsWith("two-ways"))
                        .map(f -> f.getFileName().toString()))
                .containsExactly(
                        "bearer.scenario",
                        "connects.scenario",
                        "for.scenario",
                        "intelligence.scenario",
                        "needs.scenario",
                        "parties.scenario",
                        "protocols.scenario",
                        "who_sees_the_data.scenario");
    }

    @Test
    void whatDoesNotHoldIsToldWithItsLine(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> run(folder, "at 2s meter_7 reads power 6 kW", "expect machine boiler_1.on = true"))
                .hasMessageContaining("bad.scenario:3")
                .hasMessageContaining("boiler_1.on is false");
    }

    @Test
    void whatNobodyUnderstandsIsToldWithItsLine(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> run(folder, "at 2s meter_7 dances"))
                .hasMessageContaining("bad.scenario:2")
                .hasMessageContaining("dances");
        assertThatThrownBy(() -> run(folder, "at noon cut internet"))
                .hasMessageContaining("bad.scenario:2")
                .hasMessageContaining("noon");
        assertThatThrownBy(() -> run(folder, "at 2s meter_7 reads colour 6"))
                .hasMessageContaining("meter_7.colour is not in home.yaml");
    }

    private static void run(Path folder, String... lines) throws IOException, Invalid {
        Files.copy(
                FOLDER.resolve("home.yaml"),
                folder.resolve("home.yaml"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        var file = Files.writeString(folder.resolve("bad.scenario"), "site home.yaml\n" + String.join("\n", lines));
        ScenarioRun.run(Scenario.read(file));
    }
}
