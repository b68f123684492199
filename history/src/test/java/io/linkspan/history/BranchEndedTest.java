package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.History.Every;
import io.linkspan.model.Log;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A history that took a branch of the log that ended is, after it went back, as one that only ever took the other.
class BranchEndedTest {
    private static final long START = Story.at("2026-03-02T00:00:00");
    private static final HistorySettings SETTINGS =
            new HistorySettings(HistorySettings.MEMORY_BYTES_MIN, Duration.ofHours(1), Duration.ofMinutes(5));
    private static final int COMMON = 900;

    @TempDir
    Path folder;

    /// Three days and more, a reading each five minutes, some of them late.
    private static Story common() {
        var story = new Story();
        for (int i = 0; i < COMMON; i++) {
            long wall = START + i * 5 * Story.MINUTE;
            story.number(wall, 1 + i % 2, i);
            if (i % 100 == 60) story.took(wall + 1, late(3, i, wall - 3 * Story.HOUR), late(4, i, wall));
        }
        story.say(START + Story.DAY, new Result.GapOpened(List.of(2), START + Story.DAY, "cable"));
        return story;
    }

    /// A telegram has one reading at its own time, so an older one in it is that of a sub-meter.
    private static Reading late(int property, double value, long at) {
        return new Reading(property, new Value.Num(value), Quality.GOOD, at);
    }

    /// What somebody did who is not listened to any more: readings, a late one, a correction, a gap that is closed.
    private static void dead(Story story, long from) {
        for (int i = 0; i < 600; i++) story.number(from + i * Story.MINUTE, 1 + i % 2, -i);
        long wall = from + 600 * Story.MINUTE;
        story.took(wall, late(1, -5, from - 2 * Story.HOUR - 1), late(4, -5, wall));
        story.took(
                wall + 1,
                new Reading(2, new Value.Num(-7), Quality.CORRECTED, START + 5 * Story.MINUTE),
                late(4, -6, wall + 1));
        story.say(wall + 2, new Result.GapClosed(List.of(2), wall));
        story.say(wall + 2, new Result.GapNoted(List.of(1), wall, wall + 1, "dead"));
    }

    private TsFileHistory open(String name) throws IOException {
        return Story.open(new Folder(folder.resolve(name)), SETTINGS, Keep.ALL);
    }

    @Test
    void nothingOfItIsLeft() throws IOException {
        var story = common();
        int common = story.log.size();
        long end = START + COMMON * 5 * Story.MINUTE;
        dead(story, end);
        long wall = story.log.get(common - 2).at().wall();
        try (var expected = open("expected")) {
            for (int i = 1; i <= common; i++) expected.take(new Log.Position(Story.SITE, 1, i), story.log.get(i - 1));
            go(expected, end);
            try (var history = open("history")) {
                story.tell(history, common / 2);
                history.seal();
                Story.maintain(history, story.log.get(common / 2).at().wall());
                story.tell(history);
                history.seal();
                Story.maintain(history, end + 2 * Story.DAY);
                assertThat(history.read(1, end, Long.MAX_VALUE, 10).points()).isNotEmpty();
                assertThat(history.backTo(wall)).isPositive();
                assertThat(history.sealedTo()).isEmpty();
                assertThat(history.read(1, end, Long.MAX_VALUE, 10).points()).isEmpty();
                again(history, story, common);
                assertThat(history.read(1, 0, Long.MAX_VALUE, 10_000).points())
                        .isEqualTo(expected.read(1, 0, end, 10_000).points());
                go(history, end);
                same(history, expected, end);
                history.seal();
                Story.maintain(history, end + 3 * Story.DAY);
                expected.seal();
                Story.maintain(expected, end + 3 * Story.DAY);
                same(history, expected, end);
            }
            try (var history = open("history")) {
                assertThat(history.resumeAt().epoch()).isEqualTo(2);
                same(history, expected, end);
            }
        }
    }

    @Test
    void killedWhileItIsReadAgainItReadsAllAgain() throws IOException {
        var story = common();
        int common = story.log.size();
        long end = START + COMMON * 5 * Story.MINUTE;
        dead(story, end);
        long wall = story.log.get(common - 2).at().wall();
        try (var history = open("history")) {
            story.tell(history);
            history.seal();
            history.backTo(wall);
        }
        try (var history = open("history");
                var expected = open("expected")) {
            assertThat(history.resumeAt()).isEqualTo(new Log.Position(Story.SITE, 1, 0));
            for (int i = 1; i <= common; i++) expected.take(new Log.Position(Story.SITE, 1, i), story.log.get(i - 1));
            again(history, story, common);
            go(history, end);
            go(expected, end);
            same(history, expected, end);
        }
    }

    private static void again(TsFileHistory history, Story story, int common) throws IOException {
        for (int i = 1; i <= common; i++) history.take(new Log.Position(Story.SITE, 1, i), story.log.get(i - 1));
    }

    /// The branch that counts.
    private static void go(TsFileHistory history, long from) throws IOException {
        var story = new Story();
        for (int i = 0; i < 100; i++) story.number(from + i * 7 * Story.MINUTE, 1 + i % 2, 2_000 + i);
        for (int i = 1; i <= story.log.size(); i++)
            history.take(new Log.Position(Story.SITE, 2, i), story.log.get(i - 1));
    }

    private static void same(TsFileHistory history, TsFileHistory expected, long end) throws IOException {
        assertThat(history.completeTo()).isEqualTo(expected.completeTo());
        assertThat(history.properties()).isEqualTo(expected.properties());
        for (int property = 1; property <= 4; property++) {
            assertThat(history.read(property, 0, Long.MAX_VALUE, 10_000))
                    .as("property %d", property)
                    .isEqualTo(expected.read(property, 0, Long.MAX_VALUE, 10_000));
            assertThat(history.again(property, 0, Long.MAX_VALUE))
                    .isEqualTo(expected.again(property, 0, Long.MAX_VALUE));
            assertThat(history.missing(property, 0, Long.MAX_VALUE))
                    .isEqualTo(expected.missing(property, 0, Long.MAX_VALUE));
            for (var every : List.of(Every.QUARTER, Every.DAY))
                assertThat(history.buckets(property, START, end + Story.DAY, every))
                        .as("property %d, each %s", property, every)
                        .isEqualTo(expected.buckets(property, START, end + Story.DAY, every));
        }
    }
}
