package io.linkspan.history;

import io.linkspan.model.History.Every;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/// Where buckets begin and end in a zone. Minutes, quarters and hours are those of the zone's wall clocks; where a
/// clock
/// is set, the bucket ends. Days run from midnight to midnight, so that one may have 23 or 25 hours. Immutable.
record Calendar(ZoneId zone) {
    private static final long SECOND = 1_000_000;

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
        if (every == Every.DAY) return midnight(date(micros));
        long second = Math.floorDiv(micros, SECOND);
        var rules = zone.getRules();
        var at = Instant.ofEpochSecond(second);
        int offset = rules.getOffset(at).getTotalSeconds();
        long length = seconds(every);
        long start = Math.floorDiv(second + offset, length) * length - offset;
        var set = rules.isFixedOffset() ? null : rules.previousTransition(at.plusNanos(1));
        if (set != null && set.toEpochSecond() > start) start = set.toEpochSecond();
        return start * SECOND;
    }

    /// The end of the bucket that begins at an instant.
    long end(long startMicros, Every every) {
        if (every == Every.DAY) return midnight(date(startMicros).plusDays(1));
        long second = Math.floorDiv(startMicros, SECOND);
        var rules = zone.getRules();
        var at = Instant.ofEpochSecond(second);
        int offset = rules.getOffset(at).getTotalSeconds();
        long length = seconds(every);
        long end = (Math.floorDiv(second + offset, length) + 1) * length - offset;
        var set = rules.isFixedOffset() ? null : rules.nextTransition(at);
        if (set != null && set.toEpochSecond() < end) end = set.toEpochSecond();
        return end * SECOND;
    }

    private LocalDate date(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, SECOND)).atZone(zone).toLocalDate();
    }

    private long midnight(LocalDate date) {
        return date.atStartOfDay(zone).toEpochSecond() * SECOND;
    }
}
