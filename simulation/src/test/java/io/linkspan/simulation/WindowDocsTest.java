package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example of docs/windows.md does what the page says: its site file, lived through as its scenario tells.
class WindowDocsTest {
    private static final Pattern SITE =
            Pattern.compile("^```yaml\n(linkspan: 1\n.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern SCENARIO =
            Pattern.compile("^```scenario\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir
    Path folder;

    @Test
    void theExampleRuns() throws Exception {
        String page = Files.readString(TidyTest.root().resolve("docs/windows.md"));
        var site = SITE.matcher(page);
        var scenario = SCENARIO.matcher(page);
        assertThat(site.find()).isTrue();
        assertThat(scenario.find()).isTrue();
        Files.writeString(folder.resolve("windows.yaml"), site.group(1));
        var file = Files.writeString(folder.resolve("windows.scenario"), "site windows.yaml\n" + scenario.group(1));
        ScenarioRun.run(Scenario.read(file));
    }
}
