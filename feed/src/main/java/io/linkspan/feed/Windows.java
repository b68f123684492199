package io.linkspan.feed;

import io.linkspan.model.History;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/// The windows of a reduced contract: the stretches of time that [History#buckets] knows, and where they begin. No
/// state.
public final class Windows {
    private static final long MINUTE_MICROS = 60_000_000;
    private static final long QUARTER_MICROS = 15 * MINUTE_MICROS;
    private static final long HOUR_MICROS = 60 * MINUTE_MICROS;

    private Windows() {}

    /// The windows of this length.
    ///
    /// @throws IllegalArgumentException it is none of the four; the message says which there are
    public static History.Every of(Duration every) {
        if (every.equals(Duration.ofMinutes(1))) return History.Every.MINUTE;
        if (every.equals(Duration.ofMinutes(15))) return History.Every.QUARTER;
        if (every.equals(Duration.ofHours(1))) return History.Every.HOUR;
        if (every.equals(Duration.ofDays(1))) return History.Every.DAY;
        throw new IllegalArgumentException("A contract's windows are 1min, 15min, 1h or 1d long, not " + every);
    }

    /// The beginning of the window that an instant lies in; days begin at midnight in the zone.
    public static long floor(History.Every every, ZoneId zone, long micros) {
        return switch (every) {
            case MINUTE -> Math.floorDiv(micros, MINUTE_MICROS) * MINUTE_MICROS;
            case QUARTER -> Math.floorDiv(micros, QUARTER_MICROS) * QUARTER_MICROS;
            case HOUR -> Math.floorDiv(micros, HOUR_MICROS) * HOUR_MICROS;
            case DAY -> midnight(day(zone, micros), zone);
        };
    }

    /// The end of the window that an instant lies in.
    public static long end(History.Every every, ZoneId zone, long micros) {
        return switch (every) {
            case MINUTE -> floor(every, zone, micros) + MINUTE_MICROS;
            case QUARTER -> floor(every, zone, micros) + QUARTER_MICROS;
            case HOUR -> floor(every, zone, micros) + HOUR_MICROS;
            case DAY -> midnight(day(zone, micros).plusDays(1), zone);
        };
    }

    private static LocalDate day(ZoneId zone, long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atZone(zone).toLocalDate();
    }

    private static long midnight(LocalDate day, ZoneId zone) {
        return Math.multiplyExact(day.atStartOfDay(zone).toEpochSecond(), 1_000_000L);
    }
}
