package io.linkspan.model;

import java.util.Locale;
import java.util.Optional;

/// What a rule can look at beside properties: the clock and the calendar in the site's zone, the sun over the site, the
/// site itself.
/// In an expression it is written with a dot (`time.hour`); a property of the same name comes first. In a log its
/// number
/// is
/// -1 - its place here: add at the end only.
public enum Ambient {
    /// Hour of the day, 0 to 23.
    TIME_HOUR,
    /// Minute of the hour, 0 to 59.
    TIME_MINUTE,
    /// Hours since midnight on the wall clock, to the minute: 22.5 is half past ten in the evening.
    TIME_DAYTIME,
    /// `mon` to `sun`.
    TIME_WEEKDAY,
    /// Day of the month, 1 to 31.
    TIME_DAY,
    /// Month, 1 to 12.
    TIME_MONTH,
    /// Whether it is a Saturday or a Sunday.
    CALENDAR_WEEKEND,
    /// Whether the file names today under `holidays`.
    CALENDAR_HOLIDAY,
    /// Whether the sun's upper edge is above the horizon.
    SUN_UP,
    /// Angle of the sun above the horizon in degrees, negative below it.
    SUN_ELEVATION,
    /// Direction of the sun in degrees from north, clockwise.
    SUN_AZIMUTH,
    /// The mode of the site.
    SITE_MODE;

    /// The name in an expression: `time.hour`.
    public String path() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /// Its number where properties are named by theirs.
    public int number() {
        return -1 - ordinal();
    }

    /// What has this number; none for a property.
    public static Optional<Ambient> of(int number) {
        return number < 0 && -1 - number < values().length ? Optional.of(values()[-1 - number]) : Optional.empty();
    }

    /// Whether it changes with the clock.
    public boolean isOfClock() {
        return this != SITE_MODE;
    }

    /// Whether the site's position must be known.
    public boolean needsPosition() {
        return this == SUN_UP || this == SUN_ELEVATION || this == SUN_AZIMUTH;
    }
}
