package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.History.Every;
import io.linkspan.model.History.Missing;
import io.linkspan.model.Log;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder that the first version wrote, which every later one reads: the promise of README.md. It is made anew with
/// `-Dlinkspan.golden=write`, which only a new version of the format may do.
class GoldenHistoryTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/history-1");
    private static final long START = Story.at("2026-03-28T00:00:00");

    @TempDir
    Path folder;

    private static Story story() {
        var story = new Story();
        for (int m = 0; m < 3 * 1_440; m++) story.number(START + m * Story.MINUTE, 1, m % 100 / 10.0);
        long end = START + 3 * Story.DAY;
        return story.took(
                        end,
                        new Reading(2, new Value.Register(123_456, 3), Quality.ESTIMATED, Reading.NO_TIME),
                        Reading.good(3, new Value.Choice("charging")),
                        Reading.good(4, new Value.Text("two words")),
                        Reading.good(5, new Value.Position(51.1, 4.4, 0)),
                        Reading.good(6, Value.Flag.ON),
                        Reading.good(7, new Value.Num(1.0 / 3)))
                .number(end + Story.MINUTE, 1, 1_000, START) // another value of an instant
                .say(end + 2 * Story.MINUTE, new Result.GapNoted(List.of(1), START + 1, START + 2, "busy"));
    }

    private static void write() throws IOException {
        try (var history = Story.open(new Folder(GOLDEN))) {
            story().tell(history);
            history.seal();
            Story.maintain(history, START + 3 * Story.DAY);
            history.mergeAll();
        }
        Files.delete(GOLDEN.resolve("lock"));
    }

    @Test
    void readsWhatTheFirstVersionWrote() throws IOException {
        if ("write".equals(System.getProperty("linkspan.golden"))) write();
        try (var files = Files.list(GOLDEN)) {
            for (var file : files.toList()) Files.copy(file, folder.resolve(file.getFileName()));
        }
        try (var history = Story.open(new Folder(folder))) {
            assertThat(history.sealedTo()).hasValue(new Log.Position(Story.SITE, 1, 3 * 1_440 + 3));
            var points = history.read(1, START, START + 3 * Story.DAY, 10_000).points();
            assertThat(points).hasSize(3 * 1_440);
            for (int m = 0; m < points.size(); m++)
                assertThat(points.get(m).value()).isEqualTo(new Value.Num(m % 100 / 10.0));
            assertThat(history.again(1, 0, Long.MAX_VALUE))
                    .extracting(Again::value)
                    .containsExactly(new Value.Num(1_000));
            assertThat(history.missing(1, 0, Long.MAX_VALUE))
                    .containsExactly(new Missing(START + 1, START + 2, "busy"));
            var register = history.lastBefore(2, Long.MAX_VALUE).orElseThrow();
            assertThat(register.value()).isEqualTo(new Value.Register(123_456, 3));
            assertThat(register.quality()).isEqualTo(Quality.ESTIMATED);
            var others = List.of(
                    new Value.Choice("charging"),
                    new Value.Text("two words"),
                    new Value.Position(51.1, 4.4, 0),
                    Value.Flag.ON,
                    new Value.Num(1.0 / 3));
            for (int i = 0; i < others.size(); i++)
                assertThat(history.lastBefore(3 + i, Long.MAX_VALUE)
                                .orElseThrow()
                                .value())
                        .isEqualTo(others.get(i));
            assertThat(history.bytes(true)).isPositive();
            assertThat(history.buckets(1, START, START + 3 * Story.DAY, Every.DAY)
                            .buckets())
                    .extracting(b -> b.count())
                    .containsExactly(1_440L, 1_380L, 1_440L, 60L);
        }
    }
}
