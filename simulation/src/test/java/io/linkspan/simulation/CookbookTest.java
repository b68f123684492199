package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The lines of docs/cookbook.md are the lines that [ScenarioTest] runs, and each recipe is short.
class CookbookTest {
    private static final Path FOLDER = TidyTest.root().resolve("simulation/scenarios/cookbook");
    private static final Pattern RECIPE = Pattern.compile(
            "^```yaml\n(.*?)^```\n\\[what happens]\\(\\.\\./simulation/scenarios/cookbook/(\\w+)\\.scenario\\)$",
            Pattern.DOTALL | Pattern.MULTILINE);
    private static final int RECIPES_MIN = 20;
    private static final int LINES_MAX = 12;

    static List<MatchResult> recipes() throws IOException {
        return RECIPE.matcher(Files.readString(TidyTest.root().resolve("docs/cookbook.md")))
                .results()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void isWhatIsRun(MatchResult recipe) throws IOException {
        String name = recipe.group(2);
        assertThat(recipe.group(1)).isEqualTo(Files.readString(FOLDER.resolve(name + ".yaml")));
        assertThat(recipe.group(1).lines()).as(name).hasSizeLessThanOrEqualTo(LINES_MAX);
        var scenario = Files.readAllLines(FOLDER.resolve(name + ".scenario"));
        assertThat(scenario.subList(0, 2)).containsExactly("site house.yaml", "with " + name + ".yaml");
        assertThat(scenario).anyMatch(line -> line.contains("expect"));
    }

    @Test
    void allThatIsRunIsOnThePage() throws IOException {
        try (var files = Files.list(FOLDER)) {
            assertThat(recipes().stream().map(r -> r.group(2) + ".scenario"))
                    .hasSizeGreaterThanOrEqualTo(RECIPES_MIN)
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(f -> f.getFileName().toString())
                                    .filter(f -> f.endsWith(".scenario"))
                                    .toList());
        }
    }
}
