package io.linkspan.history;

import io.linkspan.model.History.Every;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// Where buckets begin and end in a zone. Minutes, quarters and hours are those of the zone's wall clocks; where a
/// clock
/// is set, the bucket ends. Days run from midnight to midnight, so that one may have 23 or 25 hours. Safe for many
/// threads.
final class Calendar {
    private static final long SECOND = 1_000_000;

    private final ZoneId zone;
    private @Nullable Stretch steady;
    private @Nullable Stretch day;

    Calendar(ZoneId zone) {
        this.zone = zone;
    }

    ZoneId zone() {
        return zone;
    }

    static long seconds(Every every) {
        return switch (every) {
            case MINUTE -> 60;
            case QUARTER -> 900;
            case HOUR -> 3_600;
            case DAY -> 86_400;
        };
    }

    /// The beginning of the bucket that an instant is in.
    long start(long micros, Every every) {
        if (every == Every.DAY) return day(micros).from();
        long second = Math.floorDiv(micros, SECOND);
        var steady = steady(second);
        return Math.max(start(second, steady, every), steady.from()) * SECOND;
    }

    /// The end of the bucket that begins at an instant.
    long end(long startMicros, Every every) {
        if (every == Every.DAY) return day(startMicros).to();
        long second = Math.floorDiv(startMicros, SECOND);
        var steady = steady(second);
        return Math.min(start(second, steady, every) + seconds(every), steady.to()) * SECOND;
    }

    /// A stretch in which the offset of the zone is the same, in seconds; or a day, in microseconds.
    private record Stretch(long from, long to, int offset) {}

    private static long start(long second, Stretch steady, Every every) {
        long length = seconds(every);
        return Math.floorDiv(second + steady.offset(), length) * length - steady.offset();
    }

    /// The stretch around a second, kept for the next one.
    private Stretch steady(long second) {
        var kept = steady;
        if (kept != null && second >= kept.from && second < kept.to) return kept;
        var rules = zone.getRules();
        var at = Instant.ofEpochSecond(second);
        var before = rules.isFixedOffset() ? null : rules.previousTransition(at.plusNanos(1));
        var after = rules.isFixedOffset() ? null : rules.nextTransition(at);
        kept = new Stretch(
                before == null ? Long.MIN_VALUE : before.toEpochSecond(),
                after == null ? Long.MAX_VALUE : after.toEpochSecond(),
                rules.getOffset(at).getTotalSeconds());
        steady = kept;
        return kept;
    }

    /// The day of an instant, kept for the next one.
    private Stretch day(long micros) {
        var kept = day;
        if (kept != null && micros >= kept.from && micros < kept.to) return kept;
        var date = date(micros);
        kept = new Stretch(midnight(date), midnight(date.plusDays(1)), 0);
        day = kept;
        return kept;
    }

    private LocalDate date(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, SECOND)).atZone(zone).toLocalDate();
    }

    private long midnight(LocalDate date) {
        return date.atStartOfDay(zone).toEpochSecond() * SECOND;
    }
}
