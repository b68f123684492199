package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rules and schedules where clocks are put forward and back, by law and by hand. What is right is reckoned with
/// `java.time`.
class RulesClockTest {
    private static final long HOUR = 3_600 * Timeline.SECOND;
    private static final long DAY = 24 * HOUR;

    private static String site(String zone, String rest) {
        return "{\"linkspan\":1,\"site\":\"home\",\"zone\":\"" + zone
                + "\",\"connectors\":[{\"id\":\"bus\",\"type\":\"x\"}],\"things\":[{\"id\":\"lamp\",\"connector\":\"bus\",\"properties\":{"
                + "\"motion\":{\"type\":\"flag\",\"at\":\"1\"},"
                + "\"level\":{\"type\":\"number\",\"writable\":true,\"at\":\"2\"}}}]," + rest + "}";
    }

    private static String at(String id, String time, String missed) {
        return "{\"id\":\"" + id + "\",\"at\":\"" + time + "\",\"missed\":\"" + missed + "\",\"then\":[{\"tell\":\""
                + id + "\"}]}";
    }

    /// The days around both changes of a year; in Lord Howe the clock moves by half an hour.
    @ParameterizedTest
    @CsvSource({
        "Europe/Brussels, 2026-03-27",
        "Europe/Brussels, 2026-10-23",
        "Australia/Lord_Howe, 2026-10-02",
        "Australia/Lord_Howe, 2026-04-03"
    })
    void eachTimeHappensOnceADay(String zoneName, LocalDate first) {
        var zone = ZoneId.of(zoneName);
        var times = List.of("01:45", "02:15", "02:30", "02:45", "03:15");
        var rules = new ArrayList<String>();
        var points = new ArrayList<String>();
        for (int i = 0; i < times.size(); i++) {
            rules.add(at("at" + i, times.get(i), "skip"));
            var t = LocalTime.parse(times.get(i));
            rules.add(at("cron" + i, "cron " + t.getMinute() + " " + t.getHour() + " * * *", "skip"));
            points.add("{\"at\":\"" + times.get(i) + "\",\"value\":" + i + "}");
        }
        var line = new Timeline(
                site(
                        zoneName,
                        "\"rules\":[" + String.join(",", rules)
                                + "],\"schedules\":[{\"id\":\"plan\",\"to\":\"lamp.level\",\"points\":["
                                + String.join(",", points) + "]}]"),
                first.atTime(12, 0),
                zone);
        long offset = first.atTime(12, 0).atZone(zone).toInstant().toEpochMilli() * 1_000;
        long end = 4 * DAY;
        for (long t = 0; t < end; t += 5 * 60 * Timeline.SECOND) {
            line.to(t + Timeline.SECOND);
            assertThat(line.desired("lamp.level"))
                    .as("at wall %s", line.wall())
                    .isEqualTo(Optional.of(new Value.Num(newest(times, zone, first, line.wall()))));
        }
        for (int i = 0; i < times.size(); i++) {
            var expected = new ArrayList<Long>();
            for (int d = 1; d <= 4; d++) expected.add(instant(first.plusDays(d), times.get(i), zone) - offset);
            expected.removeIf(t -> t > line.now());
            assertThat(line.told("at" + i)).as("at %s", times.get(i)).isEqualTo(expected);
            assertThat(line.told("cron" + i)).as("cron %s", times.get(i)).isEqualTo(expected);
        }
    }

    private static long instant(LocalDate day, String time, ZoneId zone) {
        return ZonedDateTime.of(day, LocalTime.parse(time), zone).toInstant().toEpochMilli() * 1_000;
    }

    private static int newest(List<String> times, ZoneId zone, LocalDate first, long wall) {
        int newest = -1;
        long at = Long.MIN_VALUE;
        for (int d = -1; d <= 5; d++)
            for (int i = 0; i < times.size(); i++) {
                long t = instant(first.plusDays(d), times.get(i), zone);
                if (t > wall || t < at) continue;
                at = t;
                newest = i;
            }
        return newest;
    }

    private static Timeline clocked(LocalDateTime begin) {
        var line = new Timeline(
                site(
                        "UTC",
                        "\"rules\":[" + at("late", "12:30", "late") + "," + at("once", "12:30", "once") + ","
                                + at("skip", "12:30", "skip")
                                + ",{\"id\":\"held\",\"when\":\"lamp.motion\",\"for\":\"90min\",\"then\":[{\"tell\":\"held\"},{\"wait\":\"90min\"},{\"tell\":\"waited\"}]}]"
                                + ",\"schedules\":[{\"id\":\"plan\",\"to\":\"lamp.level\",\"points\":["
                                + "{\"at\":\"06:00\",\"value\":1},{\"at\":\"12:30\",\"value\":2}]}]"),
                begin,
                ZoneId.of("UTC"));
        line.reads("lamp.motion", Flag.ON);
        return line;
    }

    @Test
    void aClockSetForwardAnHourMissesWhatItJumpsOver() {
        var line = clocked(LocalDateTime.of(2026, 6, 1, 12, 0));
        line.to(60 * Timeline.SECOND);
        line.setClock(HOUR);
        assertThat(line.told("late")).hasSize(1);
        assertThat(line.told("once")).hasSize(1);
        assertThat(line.told("skip")).isEmpty();
        assertThat(line.desired("lamp.level")).isEqualTo(Optional.of(new Value.Num(2)));
        assertThat(line.told("The wall clock was set by 3600.0 s")).hasSize(1);
        heldAndWaited(line);
    }

    @Test
    void aClockSetBackAnHourRepeatsNothing() {
        var line = clocked(LocalDateTime.of(2026, 6, 1, 12, 0));
        line.to(HOUR);
        line.setClock(-HOUR);
        line.to(5 * HOUR);
        for (String rule : List.of("late", "once", "skip"))
            assertThat(line.told(rule)).as(rule).hasSize(1);
        heldAndWaited(line);
        line.to(26 * HOUR);
        for (String rule : List.of("late", "once", "skip"))
            assertThat(line.told(rule)).as(rule).hasSize(2);
    }

    @Test
    void aClockSetForthAndBackAYearGoesOnFromWhatItShows() {
        var line = clocked(LocalDateTime.of(2026, 6, 1, 12, 0));
        line.to(60 * Timeline.SECOND);
        line.setClock(365 * DAY);
        assertThat(line.told("late")).hasSize(RuleState.FIRED_MAX); // and people are told
        assertThat(line.all)
                .anyMatch(
                        h -> h.result() instanceof Result.Noticed n && n.text().contains("late acted too often"));
        assertThat(line.told("once")).hasSize(1);
        assertThat(line.told("skip")).isEmpty();
        line.to(5 * 60 * Timeline.SECOND);
        line.setClock(-365 * DAY);
        assertThat(line.desired("lamp.level")).isEqualTo(Optional.of(new Value.Num(1)));
        line.to(HOUR);
        assertThat(line.told("once")).hasSize(2); // at 12:30 of the day that it shows now
        assertThat(line.told("skip")).hasSize(1);
        assertThat(line.desired("lamp.level")).isEqualTo(Optional.of(new Value.Num(2)));
        heldAndWaited(line);
    }

    /// What waits for a time to pass does not look at the clock.
    private static void heldAndWaited(Timeline line) {
        long begin = line.told("held").isEmpty() ? 0 : line.told("held").getFirst();
        line.to(Math.max(line.now(), 4 * HOUR));
        begin = begin == 0 ? line.told("held").getFirst() : begin;
        assertThat(line.told("held")).hasSize(1);
        assertThat(begin).isBetween(90 * 60 * Timeline.SECOND, 90 * 60 * Timeline.SECOND + 10_000);
        assertThat(line.told("waited")).containsExactly(begin + 90 * 60 * Timeline.SECOND);
    }
}
