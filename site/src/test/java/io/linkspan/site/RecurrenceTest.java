package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Value.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When things recur, where clocks are put forward and back.
class RecurrenceTest {
    private static final ZoneId BRUSSELS = ZoneId.of("Europe/Brussels");
    private static final ZoneId APIA = ZoneId.of("Pacific/Apia");
    private static final Optional<Position> HERE = Optional.of(new Position(50.8503, 4.3517, 0));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "07:00                          | 2026-01-05T07:00+01:00 | 2026-01-06T07:00+01:00",
                "07:00                          | 2026-01-05T06:59+01:00 | 2026-01-05T07:00+01:00",
                "7:00 mon-fri                   | 2026-01-09T07:00+01:00 | 2026-01-12T07:00+01:00",
                "22:30:15 sat,sun               | 2026-01-05T00:00+01:00 | 2026-01-10T22:30:15+01:00",
                "06:00 fri-mon                  | 2026-01-06T00:00+01:00 | 2026-01-09T06:00+01:00",
                "noon                           | 2026-12-31T12:00+01:00 | 2027-01-01T12:00+01:00",
                "midnight sun                   | 2026-12-31T12:00+01:00 | 2027-01-03T00:00+01:00",
                "every 15min                    | 2026-01-05T07:00+01:00 | 2026-01-05T07:15+01:00",
                "every 1d                       | 2026-01-05T07:00+01:00 | 2026-01-06T00:00+01:00",
                "cron 0 7 * * 1-5               | 2026-01-09T07:00+01:00 | 2026-01-12T07:00+01:00",
                "cron 0 0 29 2 *                | 2026-01-01T00:00+01:00 | 2028-02-29T00:00+01:00",
                "cron 0 0 29 2 *                | 2096-02-29T00:00+01:00 | 2104-02-29T00:00+01:00",
                "cron 30 6 31 * *               | 2026-01-31T06:30+01:00 | 2026-03-31T06:30+02:00",
                "cron 59 23 31 dec *            | 2026-12-31T23:59+01:00 | 2027-12-31T23:59+01:00",
                "cron 0 0 13 * fri              | 2026-02-07T00:00+01:00 | 2026-02-13T00:00+01:00",
                "cron 0 0 13 * fri              | 2026-04-11T00:00+02:00 | 2026-04-13T00:00+02:00",
                "cron 0 0 */2 * fri             | 2026-01-03T00:00+01:00 | 2026-01-09T00:00+01:00",
                "cron 0 0 * * 7                 | 2026-01-05T00:00+01:00 | 2026-01-11T00:00+01:00",
                "cron 0 0 * * fri-sun           | 2026-01-05T00:00+01:00 | 2026-01-09T00:00+01:00",
                "cron 5-59/20 8-18/5 * jan,mar *| 2026-01-31T18:45+01:00 | 2026-03-01T08:05+01:00",
                "rrule FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=0         | 2026-01-05T07:00+01:00 | 2026-01-12T07:00+01:00",
                "rrule FREQ=WEEKLY;INTERVAL=2;BYDAY=MO from 2026-01-05  | 2026-01-05T00:00+01:00 | 2026-01-19T00:00+01:00",
                "rrule FREQ=WEEKLY;INTERVAL=2;BYDAY=MO from 2026-01-12  | 2026-01-05T00:00+01:00 | 2026-01-12T00:00+01:00",
                "rrule RRULE:FREQ=DAILY;DTSTART=20260105T071500         | 2026-01-01T00:00+01:00 | 2026-01-05T07:15+01:00",
                "rrule FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9              | 2028-02-01T00:00+01:00 | 2028-02-29T09:00+01:00",
                "rrule FREQ=MONTHLY from 2026-01-31T08:00               | 2026-01-31T08:00+01:00 | 2026-03-31T08:00+02:00",
                "rrule FREQ=YEARLY from 2024-02-29                      | 2024-03-01T00:00+01:00 | 2028-02-29T00:00+01:00",
                "rrule FREQ=YEARLY;BYDAY=MO;BYMONTHDAY=29;BYMONTH=2     | 2044-03-01T00:00+01:00 | 2072-02-29T00:00+01:00",
                "rrule FREQ=DAILY;UNTIL=20260106 from 2026-01-01T08:00  | 2026-01-05T08:00+01:00 | 2026-01-06T08:00+01:00",
                "rrule FREQ=HOURLY;INTERVAL=6;BYDAY=MO from 2026-01-05  | 2026-01-05T18:00+01:00 | 2026-01-12T00:00+01:00",
            })
    void recurs(String text, OffsetDateTime after, OffsetDateTime next) throws Invalid {
        assertThat(next(text, BRUSSELS, after.toString())).isEqualTo(next.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rrule FREQ=DAILY;COUNT=3 from 2026-01-01            | 2026-01-03T00:00+01:00",
                "rrule FREQ=DAILY;UNTIL=20260103 from 2026-01-01     | 2026-01-03T00:00+01:00",
                "rrule FREQ=DAILY;UNTIL=20260102T230000Z from 2026-01-01 | 2026-01-03T00:00+01:00",
                "rrule FREQ=DAILY;UNTIL=20260103T225959Z;BYHOUR=0 from 2026-01-01 | 2026-01-03T00:00+01:00",
            })
    void endsWhereItSays(String text, OffsetDateTime last) throws Invalid {
        var r = read(text);
        long at = micros(last.toString());
        assertThat(r.next(at - 1, BRUSSELS, HERE)).isEqualTo(at);
        assertThat(r.next(at, BRUSSELS, HERE)).isEqualTo(Recurrence.NEVER);
        assertThat(r.previous(at + 300 * 86_400_000_000L, BRUSSELS, HERE)).isEqualTo(at);
        assertThat(r.previous(at + 401 * 86_400_000_000L, BRUSSELS, HERE)).isEqualTo(Recurrence.BEFORE_ALL);
        assertThat(r.previous(micros("2025-12-31T23:59:59+01:00"), BRUSSELS, HERE))
                .isEqualTo(Recurrence.BEFORE_ALL);
    }

    // ---- clocks put forward and back

    @Test
    void aTimeThatIsSkippedHappensAsMuchLater() throws Invalid {
        assertThat(days("02:30", BRUSSELS, "2026-03-28T12:00+01:00", 2))
                .containsExactly("2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00");
        assertThat(previous("02:30", BRUSSELS, "2026-03-29T03:29:59+02:00")).isEqualTo("2026-03-28T02:30+01:00");
        assertThat(previous("02:30", BRUSSELS, "2026-03-29T03:30+02:00")).isEqualTo("2026-03-29T03:30+02:00");
        assertThat(days("cron */30 2,3 * * *", BRUSSELS, "2026-03-28T12:00+01:00", 3))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00", "2026-03-30T02:00+02:00");
        assertThat(days("rrule FREQ=DAILY;BYHOUR=2;BYMINUTE=30", BRUSSELS, "2026-03-28T12:00+01:00", 1))
                .containsExactly("2026-03-29T03:30+02:00");
    }

    @Test
    void aTimeThatComesTwiceHappensAtItsFirstPass() throws Invalid {
        assertThat(days("02:30", BRUSSELS, "2026-10-24T12:00+02:00", 2))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
        assertThat(previous("02:30", BRUSSELS, "2026-10-25T02:10+01:00")).isEqualTo("2026-10-25T02:30+02:00");
        assertThat(days("cron 0,30 1-3 * * *", BRUSSELS, "2026-10-25T01:00+02:00", 4))
                .containsExactly(
                        "2026-10-25T01:30+02:00",
                        "2026-10-25T02:00+02:00",
                        "2026-10-25T02:30+02:00",
                        "2026-10-25T03:00+01:00");
    }

    @Test
    void aStarForTheHourFollowsTheClockAsItIsShown() throws Invalid {
        for (var text : List.of("cron 30 * * * *", "rrule FREQ=HOURLY;BYMINUTE=30", "cron 30 0-23 * * *")) {
            assertThat(days(text, BRUSSELS, "2026-10-25T01:00+02:00", 4))
                    .as(text)
                    .containsExactly(
                            "2026-10-25T01:30+02:00",
                            "2026-10-25T02:30+02:00",
                            "2026-10-25T02:30+01:00",
                            "2026-10-25T03:30+01:00");
            assertThat(days(text, BRUSSELS, "2026-03-29T01:00+01:00", 2))
                    .as(text)
                    .containsExactly("2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00");
        }
    }

    @Test
    void everyCountsTheTimeSinceMidnight() throws Invalid {
        assertThat(days("every 6h", BRUSSELS, "2026-03-28T23:00+01:00", 5))
                .containsExactly(
                        "2026-03-29T00:00+01:00",
                        "2026-03-29T07:00+02:00",
                        "2026-03-29T13:00+02:00",
                        "2026-03-29T19:00+02:00",
                        "2026-03-30T00:00+02:00");
        assertThat(days("every 12h", BRUSSELS, "2026-10-25T00:00+02:00", 3))
                .containsExactly("2026-10-25T11:00+01:00", "2026-10-25T23:00+01:00", "2026-10-26T00:00+01:00");
        assertThat(days("every 30min", BRUSSELS, "2026-10-25T02:00+02:00", 3))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00");
    }

    @Test
    void halfAnHourOnLordHowe() throws Invalid {
        var zone = ZoneId.of("Australia/Lord_Howe");
        assertThat(days("01:45", zone, "2026-04-05T00:00+11:00", 2))
                .containsExactly("2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30");
        assertThat(days("02:15", zone, "2026-10-04T00:00+10:30", 2))
                .containsExactly("2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00");
        assertThat(days("cron 45 * * * *", zone, "2026-04-05T01:00+11:00", 2))
                .containsExactly("2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30");
    }

    @Test
    void theDayThatApiaLeftOut() throws Invalid {
        assertThat(days("07:00", APIA, "2011-12-29T07:00-10:00", 2))
                .containsExactly("2011-12-31T07:00+14:00", "2012-01-01T07:00+14:00");
        assertThat(days("07:00 fri", APIA, "2011-12-29T07:00-10:00", 2))
                .as("Friday was left out, and its task was not")
                .containsExactly("2011-12-31T07:00+14:00", "2012-01-06T07:00+14:00");
        assertThat(days("every 15min", APIA, "2011-12-29T23:30-10:00", 3))
                .containsExactly("2011-12-29T23:45-10:00", "2011-12-31T00:00+14:00", "2011-12-31T00:15+14:00");
        assertThat(days("cron 0 */12 * * *", APIA, "2011-12-29T12:00-10:00", 1))
                .containsExactly("2011-12-31T00:00+14:00");
    }

    @Test
    void aClockThatIsPutBackJustAfterMidnight() throws Invalid {
        assertThat(days("every 12h", ZoneId.of("America/St_Johns"), "2010-11-06T13:00-02:30", 3))
                .containsExactly("2010-11-07T00:00-02:30", "2010-11-07T11:00-03:30", "2010-11-07T23:00-03:30");
    }

    // ---- the sun

    @Test
    void followsTheSun() throws Invalid {
        assertThat(read("sunset - 30min").needsPosition()).isTrue();
        assertThat(read("07:00").needsPosition()).isFalse();
        long set = Sun.set(java.time.LocalDate.parse("2026-01-05"), BRUSSELS, HERE.orElseThrow())
                .orElseThrow();
        assertThat(read("sunset").next(set - 1, BRUSSELS, HERE)).isEqualTo(set);
        assertThat(read("sunset - 30min").previous(set, BRUSSELS, HERE)).isEqualTo(set - 1_800_000_000L);
        assertThat(read("sunset+1h mon").next(set, BRUSSELS, HERE)).isEqualTo(set + 3_600_000_000L);
        assertThat(read("sunset+1h tue").next(set, BRUSSELS, HERE)).isGreaterThan(set + 80_000_000_000L);
        assertThatThrownBy(() -> read("sunset").next(set, BRUSSELS, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("position");
    }

    @Test
    void waitsForTheEndOfPolarNight() throws Invalid {
        var tromso = Optional.of(new Position(69.6492, 18.9553, 0));
        var oslo = ZoneId.of("Europe/Oslo");
        long night = micros("2025-12-10T12:00+01:00");
        assertThat(read("sunrise").next(night, oslo, tromso))
                .isBetween(micros("2026-01-14T00:00+01:00"), micros("2026-01-17T00:00+01:00"));
        assertThat(read("sunrise").previous(night, oslo, tromso))
                .isBetween(micros("2025-11-25T00:00+01:00"), micros("2025-11-29T00:00+01:00"));
    }

    // ---- for people

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "07:00            | each day at 07:00",
                "7:05 mon-fri     | each weekday at 07:05",
                "22:30:15 sat,sun | each Saturday and Sunday at 22:30:15",
                "noon mon,wed,fri | each Monday, Wednesday and Friday at 12:00",
                "sunset - 30min   | 30 min before sunset",
                "SUNRISE+1h mon   | each Monday 1 h after sunrise",
                "sunset           | at sunset",
                "every 15min      | every 15 min, from midnight on",
                "cron 0 7 * * 1-5 | each weekday at 07:00",
                "cron 0 7 1 * *   | by the cron pattern 0 7 1 * *",
                "rrule FREQ=DAILY | by the calendar rule FREQ=DAILY",
            })
    void speaksToPeople(String text, String words) throws Invalid {
        assertThat(read(text).words()).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sunries                   | did you mean sunrise?",
                "0700                      | write for example 07:00",
                "24:00                     | midnight is 00:00",
                "07:60                     | 00:00 to 23:59:59",
                "07:00 mon-fry             | (character 11 of \"07:00 mon-fry\") is no day of the week",
                "07:00 mon-fry             | did you mean fri?",
                "07:00 mon,                | is no day of the week",
                "every 7min                | does not divide a day",
                "every 2d                  | does not divide a day",
                "every 500ms               | does not divide a day",
                "every 15                  | with a unit",
                "sunset - 13h              | more than 12h",
                "sunset 30min              | is no day of the week",
                "cron 0 7 * *              | has 4 fields; cron has five",
                "cron 0 0 7 * * *          | no seconds",
                "cron @daily               | write the five fields",
                "cron 60 7 * * *           | is no minute: 0..59",
                "cron 0 7 0 * *            | is no day of the month: 1..31",
                "cron 0 7 * * mno          | did you mean mon?",
                "cron 0 18-6 * * *         | write 18-23,0-6",
                "cron 0/10 * * * *         | write 0-59/10",
                "cron */0 * * * *          | a step that is not",
                "cron 0 0 30 2 *           | a day that no year has",
                "rrule FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30 | is too often",
                "rrule FREQ=WEEKLI         | did you mean WEEKLY?",
                "rrule BYDAY=MO            | has no FREQ",
                "rrule FREQ=DAILY;BYHUOR=7 | did you mean BYHOUR?",
                "rrule FREQ=DAILY;BYHOUR=7;BYHOUR=8 | is there twice",
                "rrule FREQ=DAILY;BYHOUR=25| is no rule of RFC 5545",
                "rrule FREQ=DAILY;COUNT=3  | no day to count from",
                "rrule FREQ=DAILY;COUNT=9999 from 2026-01-05 | is not COUNT=1..1000",
                "rrule FREQ=DAILY;INTERVAL=0 | is not INTERVAL=1..1000",
                "rrule FREQ=YEARLY;INTERVAL=50 | is more than 40 years",
                "rrule FREQ=DAILY from soon| is no day and no time",
                "rrule FREQ=DAILY from 1850-01-01 | is not in the years 1900..2200",
                "rrule FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30 | write FREQ=DAILY;BYMONTH=2",
                "rrule FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 | has no occurrence",
                "rrule FREQ=DAILY;COUNT=3;UNTIL=20270101 from 2026-01-05 | both end the rule",
            })
    void refusesWithWhatWouldBeRight(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(Invalid.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ":", "07:00:", "cron", "rrule", "rrule ;", "rrule FREQ", "every", "sunset -", "+"})
    void refusesWhatIsNotWholeWithASentence(String text) {
        assertThatThrownBy(() -> Recurrence.read(new Mark("site.yaml", 7), text))
                .isInstanceOf(Invalid.class)
                .hasMessageStartingWith("site.yaml:7: ");
    }

    /// Hostile rules end: refused, or answered.
    @ParameterizedTest
    @Timeout(20)
    @ValueSource(
            strings = {
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11",
                "FREQ=MINUTELY;BYHOUR=3;BYMINUTE=7;INTERVAL=1000",
                "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1",
                "FREQ=HOURLY;INTERVAL=24;BYHOUR=5;BYDAY=MO",
                "FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29",
                "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO from 2044-02-29",
                "FREQ=WEEKLY;BYMONTH=1;BYSETPOS=200;BYDAY=MO",
                "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
                "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6",
                "FREQ=YEARLY;BYYEARDAY=366;BYDAY=SU;BYMONTH=1",
                "FREQ=YEARLY;INTERVAL=40;BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=1000 from 2000-01-01",
            })
    void hostileRulesEnd(String rule) {
        Recurrence read;
        try {
            read = read("rrule " + rule);
        } catch (Invalid e) {
            assertThat(e).hasMessageContaining("has no occurrence");
            return;
        }
        long at = micros("2026-01-05T07:00+01:00");
        long next = read.next(at, BRUSSELS, HERE);
        assertThat(next).isGreaterThan(at);
        assertThat(read.previous(at, BRUSSELS, HERE)).isLessThanOrEqualTo(at);
    }

    // ---- shared

    private static Recurrence read(String text) throws Invalid {
        return Recurrence.read(Mark.NONE, text);
    }

    private static String next(String text, ZoneId zone, String after) throws Invalid {
        return days(text, zone, after, 1).getFirst();
    }

    /// So many occurrences one after the other; each is also its own newest.
    private static List<String> days(String text, ZoneId zone, String after, int count) throws Invalid {
        var r = read(text);
        var all = new ArrayList<String>();
        long at = micros(after);
        for (int i = 0; i < count; i++) {
            at = r.next(at, zone, HERE);
            assertThat(r.previous(at, zone, HERE)).isEqualTo(at);
            all.add(shown(at, zone));
        }
        return all;
    }

    private static String previous(String text, ZoneId zone, String at) throws Invalid {
        return shown(read(text).previous(micros(at), zone, HERE), zone);
    }

    private static String shown(long micros, ZoneId zone) {
        return Instant.EPOCH
                .plus(Duration.ofMillis(micros / 1_000))
                .atZone(zone)
                .toOffsetDateTime()
                .toString();
    }

    private static long micros(String time) {
        return OffsetDateTime.parse(time).toEpochSecond() * 1_000_000;
    }
}
