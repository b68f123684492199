package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The worked example of docs/rehearse.md: its evening is lived through, its commands are run, and each says what the
/// page says.
class RehearseDocsTest {
    private static final Pattern SITE = Pattern.compile("^```yaml\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern ROW =
            Pattern.compile("^\\| (\\d\\d):(\\d\\d) \\| ([0-9.]+) kW \\|", Pattern.MULTILINE);
    private static final Pattern CHANGE = Pattern.compile("with `(off-above: [0-9.]+)` instead");
    private static final Pattern SAID =
            Pattern.compile("^```\n\\$ linkspan (rehearse[^\n]*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Instant BEGIN = Instant.parse("2026-01-14T16:00:00Z");
    private static final Duration LENGTH = Duration.ofHours(3);
    private static final int ZONE_HOURS = 17;

    @TempDir
    Path folder;

    private String page = "";
    private String site = "";

    @BeforeEach
    void live() throws Exception {
        page = Files.readString(Path.of("../docs/rehearse.md"));
        var yaml = SITE.matcher(page);
        assertThat(yaml.find()).isTrue();
        site = yaml.group(1);
        var house = new TreeMap<Duration, Double>();
        for (var row = ROW.matcher(page); row.find(); )
            house.put(
                    Duration.ofHours(Integer.parseInt(row.group(1)) - ZONE_HOURS)
                            .plusMinutes(Integer.parseInt(row.group(2))),
                    Double.valueOf(row.group(3)));
        assertThat(house).hasSizeGreaterThan(3).containsKey(Duration.ZERO);
        Evening.make(folder.resolve("data"), Yaml.parseFields("site.yaml", site), BEGIN, house, LENGTH);
    }

    @Test
    void eachCommandSaysWhatThePageSays() throws Exception {
        var change = CHANGE.matcher(page);
        assertThat(change.find()).isTrue();
        Files.writeString(folder.resolve("site.yaml"), site);
        var changed = site.replaceFirst("off-above: [0-9.]+", change.group(1));
        assertThat(changed).isNotEqualTo(site);
        Files.writeString(folder.resolve("sooner.yaml"), changed);
        int run = 0;
        for (var said = SAID.matcher(page); said.find(); run++) {
            String words = said.group(1)
                    .replace("sooner.yaml", folder.resolve("sooner.yaml").toString())
                    .replace(" site.yaml", " " + folder.resolve("site.yaml"));
            var answer = TestNode.run((words + " --data " + folder.resolve("data")).split(" "));
            assertThat(answer.err()).isEmpty();
            assertThat(answer.out()).as(said.group(1)).isEqualTo(said.group(2));
        }
        assertThat(run).isGreaterThanOrEqualTo(2);
    }
}
