package io.linkspan.history;

import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/// A site's log as a list of entries, and a history that reads it, from where it has to.
final class Story {
    static final SiteId SITE = new SiteId(1, 2);
    static final ZoneId BRUSSELS = ZoneId.of("Europe/Brussels");
    static final long SECOND = 1_000_000;
    static final long MINUTE = 60 * SECOND;
    static final long HOUR = 60 * MINUTE;
    static final long DAY = 24 * HOUR;
    static final HistorySettings SMALL =
            new HistorySettings(HistorySettings.MEMORY_BYTES_MIN, Duration.ofHours(1), Duration.ofDays(3_650));

    final List<Entry> log = new ArrayList<>();

    static long at(String local) {
        return LocalDateTime.parse(local).atZone(BRUSSELS).toEpochSecond() * SECOND;
    }

    /// Readings that came at a wall time.
    Story took(long wall, Reading... readings) {
        return say(wall, new Result.Took(List.of(readings)));
    }

    /// A good number that came when it was measured.
    Story number(long wall, int property, double value) {
        return took(wall, Reading.good(property, new Value.Num(value)));
    }

    /// A good number whose device says when.
    Story number(long wall, int property, double value, long deviceTime) {
        return took(wall, new Reading(property, new Value.Num(value), Quality.GOOD, deviceTime));
    }

    Story say(long wall, Result... results) {
        log.add(new Entry(
                1,
                log.size() + 1,
                new Moment(wall, wall),
                Principal.SYSTEM,
                new Input.Frame(1, List.of(), 0, 0),
                List.of(results),
                false));
        return this;
    }

    /// Hands over what the history has not, up to an entry.
    void tell(TsFileHistory history, int entries) throws IOException {
        for (int i = (int) history.resumeAt().seq(); i <= entries; i++)
            if (i > 0) history.take(new Log.Position(SITE, 1, i), log.get(i - 1));
    }

    void tell(TsFileHistory history) throws IOException {
        tell(history, log.size());
    }

    static TsFileHistory open(Folder folder) throws IOException {
        return open(folder, SMALL, Keep.ALL);
    }

    static TsFileHistory open(Folder folder, HistorySettings settings, Keep keep) throws IOException {
        return TsFileHistory.open(folder, SITE, "riverside", settings, () -> BRUSSELS, _ -> keep);
    }

    /// All that is due.
    static void maintain(TsFileHistory history, long now) throws IOException {
        boolean more;
        do more = history.maintain(now);
        while (more);
    }
}
