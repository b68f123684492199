package io.linkspan.site;

import io.linkspan.model.Ambient;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.payload.Typed;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The clock, the calendar, the sun and the site itself, as rules see them.
final class Ambience {
    /// Where the sun's centre stands when its upper edge is at the horizon, with refraction: degrees.
    static final double HORIZON_DEGREES = -0.833;

    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final long MINUTE_MICROS = 60_000_000;

    private Ambience() {}

    /// What an expression may assume.
    static Typed typed(Ambient ambient, List<String> modes) {
        return switch (ambient) {
            case TIME_HOUR, TIME_MINUTE, TIME_DAY, TIME_MONTH -> Typed.of(ValueType.INTEGER);
            case TIME_DAYTIME -> Typed.of(ValueType.NUMBER);
            case TIME_WEEKDAY -> Typed.choice(DAYS);
            case CALENDAR_WEEKEND, CALENDAR_HOLIDAY, SUN_UP -> Typed.of(ValueType.FLAG);
            case SUN_ELEVATION, SUN_AZIMUTH -> Typed.of(ValueType.NUMBER, Units.parse("deg"));
            case SITE_MODE -> Typed.choice(modes);
        };
    }

    /// How it is now; none where the site has no position, or no mode.
    static Optional<Value> value(SiteFile file, String mode, Ambient ambient, long wall) {
        if (ambient == Ambient.SITE_MODE)
            return mode.isEmpty() ? Optional.empty() : Optional.of(new Value.Choice(mode));
        if (ambient.needsPosition()) return file.position().map(p -> sun(ambient, wall, p));
        var time = at(wall).withZoneSameInstant(file.zone());
        return Optional.of(
                switch (ambient) {
                    case TIME_HOUR -> new Value.Int(time.getHour());
                    case TIME_MINUTE -> new Value.Int(time.getMinute());
                    case TIME_DAYTIME -> new Value.Num(time.getHour() + time.getMinute() / 60.0);
                    case TIME_DAY -> new Value.Int(time.getDayOfMonth());
                    case TIME_MONTH -> new Value.Int(time.getMonthValue());
                    case TIME_WEEKDAY -> new Value.Choice(word(time.getDayOfWeek()));
                    case CALENDAR_WEEKEND -> flag(time.getDayOfWeek().getValue() >= DayOfWeek.SATURDAY.getValue());
                    case CALENDAR_HOLIDAY -> flag(file.holidays().contains(time.toLocalDate()));
                    case SUN_UP, SUN_ELEVATION, SUN_AZIMUTH, SITE_MODE ->
                        throw new IllegalStateException(ambient + " is looked at above");
                });
    }

    private static Value sun(Ambient ambient, long wall, Value.Position p) {
        return switch (ambient) {
            case SUN_AZIMUTH -> new Value.Num(Sun.azimuth(wall, p));
            case SUN_ELEVATION -> new Value.Num(Sun.elevation(wall, p));
            default -> flag(Sun.elevation(wall, p) >= HORIZON_DEGREES); // open: the one that is left
        };
    }

    private static Value flag(boolean on) {
        return on ? Value.Flag.ON : Value.Flag.OFF;
    }

    private static String word(DayOfWeek day) {
        return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
    }

    static ZonedDateTime at(long wall) {
        long seconds = Math.floorDiv(wall, 1_000_000L);
        return Instant.ofEpochSecond(seconds, Math.floorMod(wall, 1_000_000L) * 1_000)
                .atZone(java.time.ZoneOffset.UTC);
    }

    /// Wall time of the next full minute: conditions on the clock are looked at then.
    static long nextMinute(long wall) {
        return (Math.floorDiv(wall, MINUTE_MICROS) + 1) * MINUTE_MICROS;
    }
}
