package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.model.Value.Position;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The sun, against what others published.
class SunTest {
    private static final Position TROMSO_COUNTY = new Position(69.1044, 18.0594, 0);
    private static final ZoneId CET = ZoneId.of("+01:00");

    /// NREL's Solar Position Algorithm, technical report TP-560-34302, its worked example: topocentric elevation
    /// before
    /// refraction, and azimuth.
    @Test
    void standsWhereNrelSays() {
        var golden = new Position(39.742476, -105.1786, 1830.14);
        long at = micros("2003-10-17T12:30:30-07:00");
        assertThat(Sun.elevation(at, golden)).isCloseTo(39.872046, within(0.02));
        assertThat(Sun.azimuth(at, golden)).isCloseTo(194.340241, within(0.02));
    }

    /// Geometry: at the equinox it passes the zenith of the equator, rises in the east and sets in the west.
    @Test
    void goesFromEastToWest() {
        var equator = new Position(0, 0, 0);
        assertThat(Sun.elevation(micros("2024-03-20T12:07:20Z"), equator)).isGreaterThan(89.5);
        assertThat(Sun.azimuth(micros("2024-03-20T06:30:00Z"), equator)).isCloseTo(90, within(0.5));
        assertThat(Sun.azimuth(micros("2024-03-20T17:40:00Z"), equator)).isCloseTo(270, within(0.5));
        assertThat(Sun.elevation(micros("2024-03-20T00:07:20Z"), equator)).isLessThan(-89.5);
        assertThat(Sun.azimuth(micros("2024-12-21T12:00:00Z"), new Position(-60, 0, 0)))
                .as("in the north at noon, south of the tropics")
                .satisfiesAnyOf(
                        a -> assertThat(a).isLessThan(5), a -> assertThat(a).isGreaterThan(355));
    }

    /// Rise and set as newspapers, almanacs and calculators gave them, to the minute: Brussels from VRT (Royal
    /// Meteorological Institute), Quito from timeanddate.com, Sydney from the Australian Sky Guide 2009, Jakarta
    /// and
    /// Tromsø county from AccurateTimes.
    @ParameterizedTest
    @CsvSource({
        "Europe/Brussels,   50.8503,   4.3517, 2022-12-25, 08:44:00, ",
        "Europe/Brussels,   50.8503,   4.3517, 2022-12-12, ,         16:36:00",
        "Europe/Brussels,   50.8503,   4.3517, 2019-12-22, 08:43:00, 16:39:00",
        "America/Guayaquil, -0.1807, -78.4678, 2018-03-21, 06:18:00, 18:24:00",
        "America/Guayaquil, -0.1807, -78.4678, 2017-06-21, 06:13:00, 18:19:00",
        "America/Guayaquil, -0.1807, -78.4678, 2017-09-21, 06:04:00, 18:10:00",
        "America/Guayaquil, -0.1807, -78.4678, 2017-12-21, 06:08:00, 18:16:00",
        "Australia/Sydney, -33.8688, 151.2093, 2008-12-05, 05:37:00, ",
        "Australia/Sydney, -33.8688, 151.2093, 2009-01-07, ,         20:10:00",
        "+07:00,            -6.2114, 106.8453, 2010-01-01, 05:41:39, 18:10:22",
        "+07:00,            -6.2114, 106.8453, 2010-07-18, 06:04:53, 17:52:50",
        "+07:00,            -6.2114, 106.8453, 2010-09-30, 05:38:20, 17:47:13",
        "+01:00,            69.1044,  18.0594, 2010-02-20, 07:52:12, 16:12:18",
        "+01:00,            69.1044,  18.0594, 2010-03-20, 05:48:14, 18:04:26",
        "+01:00,            69.1044,  18.0594, 2010-04-20, 03:27:21, 20:09:15",
        "+01:00,            69.1044,  18.0594, 2010-09-30, 05:57:27, 17:16:12",
        "+01:00,            69.1044,  18.0594, 2010-11-05, 08:26:42, 14:34:49",
    })
    void risesAndSetsAsPublished(
            String zone, double latitude, double longitude, LocalDate day, String rise, String set) {
        var p = new Position(latitude, longitude, 0);
        if (rise != null) isNear(Sun.rise(day, ZoneId.of(zone), p), day, rise, zone);
        if (set != null) isNear(Sun.set(day, ZoneId.of(zone), p), day, set, zone);
    }

    private static void isNear(OptionalLong at, LocalDate day, String time, String zone) {
        long published =
                LocalDateTime.parse(day + "T" + time).atZone(ZoneId.of(zone)).toEpochSecond();
        assertThat(at).isPresent();
        assertThat(at.getAsLong() % 1_000_000).isZero();
        assertThat(at.getAsLong() / 1_000_000)
                .isCloseTo(published, within(Duration.ofMinutes(1).toSeconds()));
    }

    @Test
    void neitherRisesNorSetsInPolarNightAndUnderTheMidnightSun() {
        for (var day : new String[] {"2010-01-05", "2010-05-25", "2010-06-21", "2010-07-19", "2010-12-21"}) {
            assertThat(Sun.rise(LocalDate.parse(day), CET, TROMSO_COUNTY))
                    .as(day)
                    .isEmpty();
            assertThat(Sun.set(LocalDate.parse(day), CET, TROMSO_COUNTY))
                    .as(day)
                    .isEmpty();
        }
        for (double latitude : new double[] {90, -90})
            assertThat(Sun.rise(LocalDate.parse("2010-06-21"), CET, new Position(latitude, 0, 0)))
                    .isEmpty();
    }

    /// Where the sun sets after midnight, the set still belongs to the day whose noon was before it.
    @Test
    void aSetPastMidnightBelongsToTheDayBefore() {
        var day = LocalDate.parse("2024-06-21");
        var reykjavik = new Position(64.1466, -21.9426, 0);
        var zone = ZoneId.of("Atlantic/Reykjavik");
        assertThat(Sun.set(day, zone, reykjavik).orElseThrow()).isGreaterThan(micros("2024-06-22T00:00:00Z"));
        assertThat(Sun.rise(day, zone, reykjavik).orElseThrow()).isGreaterThan(micros("2024-06-21T02:00:00Z"));
    }

    @Test
    void aDayThatTheZoneLeftOutHasNoSun() {
        var apia = new Position(-13.83, -171.77, 0);
        var zone = ZoneId.of("Pacific/Apia");
        assertThat(Sun.rise(LocalDate.parse("2011-12-29"), zone, apia)).isPresent();
        assertThat(Sun.rise(LocalDate.parse("2011-12-30"), zone, apia)).isEmpty();
        long first = Sun.rise(LocalDate.parse("2011-12-29"), zone, apia).orElseThrow();
        long second = Sun.rise(LocalDate.parse("2011-12-31"), zone, apia).orElseThrow();
        assertThat((second - first) / 1_000_000).isCloseTo(86_400, within(120L));
    }

    private static long micros(String time) {
        return OffsetDateTime.parse(time).toEpochSecond() * 1_000_000;
    }
}
