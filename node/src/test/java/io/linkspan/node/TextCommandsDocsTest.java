package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.insight.Intent;
import io.linkspan.insight.Interpreter;
import io.linkspan.insight.Language;
import io.linkspan.insight.Presets;
import io.linkspan.insight.Situation;
import io.linkspan.insight.Understood;
import io.linkspan.model.SiteFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The site and the sentences of docs/text-commands.md: each means what its row says.
class TextCommandsDocsTest {
    private static final Pattern SITE =
            Pattern.compile("^```yaml\n(linkspan:.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern ROW =
            Pattern.compile("^\\| ([^|`]+) \\| (?:(question )?`([^`]+)`|(not understood)) \\|$", Pattern.MULTILINE);
    private static final int ROWS_MIN = 20;

    @Test
    void eachRowIsTakenAsItSays() throws Exception {
        String page = Files.readString(root().resolve("docs/text-commands.md"));
        var site = SITE.matcher(page);
        assertThat(site.find()).isTrue();
        var file = SiteFile.read(Yaml.parseFields("text-commands.md", site.group(1)));
        var interpreter = new Interpreter(file, Presets.NONE);
        var now = ZonedDateTime.parse("2026-01-14T15:00+01:00[Europe/Brussels]");
        var row = ROW.matcher(page);
        int rows = 0;
        while (row.find()) {
            rows++;
            var u = interpreter
                    .read(row.group(1), Language.EN, now, Situation.NOTHING_KNOWN)
                    .understood();
            if (row.group(4) != null) assertThat(u).as(row.group(1)).isInstanceOf(Understood.Unclear.class);
            else if (row.group(2) != null)
                assertThat(u)
                        .as(row.group(1))
                        .isInstanceOfSatisfying(
                                Understood.Asked.class,
                                a -> assertThat(a.choices())
                                        .extracting(Intent::canonical)
                                        .contains(row.group(3)));
            else
                assertThat(u)
                        .as(row.group(1))
                        .isInstanceOfSatisfying(
                                Understood.Meant.class,
                                m -> assertThat(m.intent().canonical()).isEqualTo(row.group(3)));
        }
        assertThat(rows).isGreaterThanOrEqualTo(ROWS_MIN);
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("docs/text-commands.md")))
            at = java.util.Objects.requireNonNull(at.getParent());
        return at;
    }
}
