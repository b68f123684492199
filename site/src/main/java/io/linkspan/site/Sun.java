package io.linkspan.site;

import io.linkspan.model.Value.Position;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.OptionalLong;

/// Where the sun stands, and when it rises and sets. By Jean Meeus, Astronomical Algorithms, 2nd edition: the sun's
/// apparent place from chapter 25 (low accuracy, 0.01 degrees), sidereal time from 12.4, horizontal coordinates from
/// chapter 13; the same that NOAA's solar calculator is made of. Right to 0.2 degrees between the years 1900 and 2100,
/// and rise and set to 2 minutes below 65 degrees of latitude. The same bits everywhere: [StrictMath] alone. Pure, safe
/// for many threads.
final class Sun {
    /// Elevation of the sun's centre in degrees at rise and set: its half diameter and the usual refraction at the
    /// horizon (Meeus, chapter 15).
    static final double AT_HORIZON = -0.833;

    private static final double J2000_SECONDS = 946_728_000; // 2000-01-01T12:00Z since 1970
    private static final double DAY_SECONDS = 86_400;
    private static final double SECONDS_PER_DEGREE = 240; // the sun goes once round in a day
    private static final long HALF_DAY = 43_200;

    private Sun() {}

    /// The sun as the sky has it: right ascension and declination in radians, sidereal time at Greenwich in
    /// degrees.
    private record Place(double rightAscension, double declination, double sidereal) {
        static Place at(double epochSecond) {
            double days = (epochSecond - J2000_SECONDS) / DAY_SECONDS;
            double t = days / 36_525;
            double longitude = 280.46646 + t * (36_000.76983 + t * 0.0003032);
            double anomaly = rad(357.52911 + t * (35_999.05029 - t * 0.0001537));
            double centre = (1.914602 - t * (0.004817 + t * 0.000014)) * StrictMath.sin(anomaly)
                    + (0.019993 - t * 0.000101) * StrictMath.sin(2 * anomaly)
                    + 0.000289 * StrictMath.sin(3 * anomaly);
            double node = rad(125.04 - 1_934.136 * t);
            double apparent = rad(longitude + centre - 0.00569 - 0.00478 * StrictMath.sin(node));
            double obliquity = rad(
                    23.4392911 - t * (0.0130042 + t * (0.00000016 - t * 0.0000005)) + 0.00256 * StrictMath.cos(node));
            double sin = StrictMath.sin(apparent);
            return new Place(
                    StrictMath.atan2(StrictMath.cos(obliquity) * sin, StrictMath.cos(apparent)),
                    StrictMath.asin(StrictMath.sin(obliquity) * sin),
                    280.46061837 + 360.98564736629 * days + t * t * (0.000387933 - t / 38_710_000));
        }

        /// How far west of the meridian, in radians.
        double hourAngle(Position p) {
            return rad(StrictMath.IEEEremainder(sidereal + p.longitude() - deg(rightAscension), 360));
        }
    }

    /// How high the centre of the sun stands above the horizon, in degrees, without refraction; below 0 under it.
    static double elevation(long wallMicros, Position p) {
        return elevation(wallMicros / 1e6, p);
    }

    private static double elevation(double second, Position p) {
        var sun = Place.at(second);
        double latitude = rad(p.latitude());
        double sin = StrictMath.sin(latitude) * StrictMath.sin(sun.declination)
                + StrictMath.cos(latitude) * StrictMath.cos(sun.declination) * StrictMath.cos(sun.hourAngle(p));
        return deg(StrictMath.asin(Math.clamp(sin, -1.0, 1.0)));
    }

    /// Where the sun stands, in degrees from north, clockwise: 90 is east. 0 up to, and without, 360.
    static double azimuth(long wallMicros, Position p) {
        var sun = Place.at(wallMicros / 1e6);
        double latitude = rad(p.latitude());
        double angle = sun.hourAngle(p);
        double north = StrictMath.sin(sun.declination) * StrictMath.cos(latitude)
                - StrictMath.cos(sun.declination) * StrictMath.sin(latitude) * StrictMath.cos(angle);
        double east = -StrictMath.cos(sun.declination) * StrictMath.sin(angle);
        double degrees = deg(StrictMath.atan2(east, north));
        return degrees < 0 ? (degrees + 360) % 360 : degrees;
    }

    /// When the sun rises before the noon of a day, in wall microseconds at a whole second. Empty in polar night
    /// and
    /// under the midnight sun, and on a day that the zone left out.
    static OptionalLong rise(LocalDate day, ZoneId zone, Position p) {
        return crossing(day, zone, p, -HALF_DAY);
    }

    /// When the sun sets after the noon of a day, in wall microseconds at a whole second; it may be past midnight.
    /// Empty in polar night and under the midnight sun, and on a day that the zone left out.
    static OptionalLong set(LocalDate day, ZoneId zone, Position p) {
        return crossing(day, zone, p, HALF_DAY);
    }

    /// The second at which the sun crosses the horizon between its lowest and its highest place.
    private static OptionalLong crossing(LocalDate day, ZoneId zone, Position p, long toLowest) {
        var noon = day.atTime(12, 0).atZone(zone);
        if (!noon.toLocalDate().equals(day)) return OptionalLong.empty();
        long above = highest(noon.toEpochSecond(), p);
        long below = above + toLowest;
        if (elevation((double) above, p) < AT_HORIZON || elevation((double) below, p) >= AT_HORIZON)
            return OptionalLong.empty();
        while (Math.abs(above - below) > 1) {
            long middle = (above + below) >> 1;
            if (elevation((double) middle, p) >= AT_HORIZON) above = middle;
            else below = middle;
        }
        return OptionalLong.of(Math.max(above, below) * 1_000_000);
    }

    /// When the sun passes the meridian, next to a second.
    private static long highest(long near, Position p) {
        double at = near;
        for (int i = 0; i < 2; i++)
            at -= deg(Place.at(at).hourAngle(p))
                    * SECONDS_PER_DEGREE; // once, and once for what the sun moved meanwhile
        return StrictMath.round(at);
    }

    private static double rad(double degrees) {
        return degrees * (Math.PI / 180);
    }

    private static double deg(double radians) {
        return radians * (180 / Math.PI);
    }
}
