package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Value.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;

/// What holds for every recurrence, in zones with odd clocks, around the moments at which these are put forward or
/// back.
class RecurrencePropertiesTest {
    private static final List<String> ZONES = List.of(
            "Europe/Brussels",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "America/St_Johns",
            "America/Havana",
            "America/Sao_Paulo",
            "Asia/Kathmandu",
            "Africa/Casablanca",
            "Antarctica/Troll",
            "UTC");
    private static final Optional<Position> HERE = Optional.of(new Position(50.8503, 4.3517, 0));
    private static final int DAYS = 3;
    private static final long LAST =
            LocalDate.of(CalendarRule.YEAR_MAX + 1, 1, 1).toEpochDay() * 86_400;

    /// A cron pattern as sets of numbers, so that the oracle needs no parser.
    record Pattern(
            Set<Integer> minutes, Set<Integer> hours, Set<Integer> monthDays, Set<Integer> weekdays, boolean star) {
        String text() {
            return "cron " + list(minutes) + " " + (star ? "*" : list(hours)) + " "
                    + (monthDays.isEmpty() ? "*" : list(monthDays)) + " * "
                    + (weekdays.isEmpty() ? "*" : list(weekdays));
        }

        private static String list(Set<Integer> numbers) {
            return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
        }

        boolean fits(LocalDateTime t) {
            boolean byMonth = monthDays.contains(t.getDayOfMonth());
            boolean byWeek = weekdays.contains(t.getDayOfWeek().getValue() % 7);
            boolean day = monthDays.isEmpty() && weekdays.isEmpty() || byMonth || byWeek;
            return day && minutes.contains(t.getMinute()) && (star || hours.contains(t.getHour()));
        }

        boolean isShown() {
            return star || hours.size() == 24;
        }
    }

    /// Minute by minute: with a star, each instant whose clock fits; else each local time that fits, at the instant
    /// that java.time gives it.
    @Property(tries = 300)
    void cronMissesNothingThatGoingMinuteByMinuteFinds(
            @ForAll("patterns") Pattern pattern, @ForAll("zones") ZoneId zone, @ForAll("moments") int moment)
            throws Invalid {
        var from = moment(zone, moment);
        var to = from.plus(Duration.ofDays(DAYS));
        var expected = pattern.isShown() ? shown(pattern, zone, from, to) : once(pattern, zone, from, to);
        assertThat(pattern.isShown() || pattern.hours.size() < 24).isTrue();

        var r = Recurrence.read(Mark.NONE, pattern.text());
        var forward = new ArrayList<Instant>();
        for (long at = r.next(micros(from) - 1, zone, HERE); at < micros(to); at = r.next(at, zone, HERE))
            forward.add(instant(at));
        assertThat(forward).as(pattern.text()).containsExactlyElementsOf(expected);

        var backward = new ArrayList<Instant>();
        for (long at = r.previous(micros(to) - 1, zone, HERE); at >= micros(from); at = r.previous(at - 1, zone, HERE))
            backward.addFirst(instant(at));
        assertThat(backward).as(pattern.text()).containsExactlyElementsOf(expected);
    }

    private static TreeSet<Instant> shown(Pattern pattern, ZoneId zone, Instant from, Instant to) {
        var all = new TreeSet<Instant>();
        for (var at = from; at.isBefore(to); at = at.plusSeconds(60))
            if (pattern.fits(at.atZone(zone).toLocalDateTime())) all.add(at);
        return all;
    }

    private static TreeSet<Instant> once(Pattern pattern, ZoneId zone, Instant from, Instant to) {
        var all = new TreeSet<Instant>();
        var end = to.atZone(zone).toLocalDate().plusDays(2).atStartOfDay();
        for (var local = from.atZone(zone).toLocalDate().minusDays(2).atStartOfDay();
                local.isBefore(end);
                local = local.plusMinutes(1)) {
            if (!pattern.fits(local)) continue;
            var at = ZonedDateTime.ofLocal(local, zone, null).toInstant();
            if (!at.isBefore(from) && at.isBefore(to)) all.add(at);
        }
        return all;
    }

    @Property(tries = 600)
    void nextGrowsAndPreviousGoesBackToIt(
            @ForAll("texts") String text, @ForAll("zones") ZoneId zone, @ForAll("moments") int moment) throws Invalid {
        var r = Recurrence.read(Mark.NONE, text);
        long at = micros(moment(zone, moment)) + 7;
        for (int i = 0; i < 5; i++) {
            long next = r.next(at, zone, HERE);
            assertThat(next).as(text).isGreaterThan(at);
            assertThat(r.previous(next, zone, HERE)).as(text).isEqualTo(next);
            assertThat(r.previous(next - 1, zone, HERE))
                    .as("%s: none between", text)
                    .isLessThanOrEqualTo(at);
            assertThat(r.next(next - 1, zone, HERE)).as(text).isEqualTo(next);
            assertThat(r.next((at + next) / 2, zone, HERE)).as(text).isEqualTo(next);
            at = next;
        }
    }

    /// Leaping into the middle of a rule finds what going through it from its beginning finds.
    @Property(tries = 200)
    void aRuleLeapsAndMissesNothing(
            @ForAll("rules") String rule, @ForAll("anchors") LocalDate anchor, @ForAll("leaps") int skipped)
            throws Invalid, InvalidRecurrenceRuleException {
        if (meetsNoDay(rule, anchor)) return;
        var read = CalendarRule.read(Mark.NONE, rule, rule + " from " + anchor);
        var all = new RecurrenceRule(rule).iterator(new DateTime(DateTime.UTC, anchor.toEpochDay() * 86_400_000L));
        for (int i = 0; i < skipped; i++) all.nextMillis();
        long last = all.nextMillis() / 1_000;
        if (last >= LAST) return;
        for (int i = 0; i < 20; i++) {
            long next = all.nextMillis() / 1_000;
            if (next >= LAST) {
                assertThat(read.ceiling(last + 1)).as(rule).isEqualTo(LocalTimes.NONE_LATER);
                return;
            }
            assertThat(read.ceiling(last + 1)).as(rule).isEqualTo(next);
            assertThat(read.ceiling(next)).as(rule).isEqualTo(next);
            if (next - last < 390 * 86_400L)
                assertThat(read.floor(next - 1)).as(rule).isEqualTo(last);
            last = next;
        }
    }

    /// Each so many weeks, counted in days, on weekdays that the first day is none of: that never comes.
    private static boolean meetsNoDay(String rule, LocalDate anchor) {
        var interval = java.util.regex.Pattern.compile("INTERVAL=(\\d+)").matcher(rule);
        var days = java.util.regex.Pattern.compile("BYDAY=([A-Z,]+)").matcher(rule);
        return rule.contains("FREQ=DAILY")
                && interval.find()
                && Integer.parseInt(interval.group(1)) % 7 == 0
                && days.find()
                && !days.group(1).contains(anchor.getDayOfWeek().name().substring(0, 2));
    }

    // ---- what is tried

    @Provide
    Arbitrary<Pattern> patterns() {
        return Combinators.combine(
                        numbers(0, 59, 3),
                        numbers(0, 4, 4),
                        Arbitraries.oneOf(Arbitraries.just(Set.<Integer>of()), numbers(1, 31, 8)),
                        Arbitraries.oneOf(Arbitraries.just(Set.<Integer>of()), numbers(0, 6, 3)),
                        Arbitraries.of(true, false, false))
                .as(Pattern::new);
    }

    private static Arbitrary<Set<Integer>> numbers(int from, int to, int most) {
        return Arbitraries.integers().between(from, to).set().ofMinSize(1).ofMaxSize(most);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Combinators.combine(
                                Arbitraries.integers().between(0, 23),
                                Arbitraries.integers().between(0, 59),
                                Arbitraries.of("", " mon-fri", " sat,sun", " fri"))
                        .as((h, m, days) -> h + ":" + (m < 10 ? "0" + m : m) + days),
                patterns().map(Pattern::text),
                Arbitraries.of(
                        "every 15min",
                        "every 6h",
                        "every 1s",
                        "every 90min",
                        "every 1d",
                        "cron */7 */5 * * *",
                        "sunrise",
                        "sunset - 30min",
                        "sunset + 4h sat,sun",
                        "cron 30 2 29 2 *",
                        "rrule FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=2;BYMINUTE=30"),
                rules().map(rule -> "rrule " + rule + " from 1985-01-07"));
    }

    @Provide
    Arbitrary<String> rules() {
        return Combinators.combine(
                        Arbitraries.of(
                                "FREQ=MINUTELY",
                                "FREQ=HOURLY;BYMINUTE=0,30",
                                "FREQ=HOURLY",
                                "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=15",
                                "FREQ=DAILY",
                                "FREQ=DAILY;BYDAY=MO,TU,WE",
                                "FREQ=WEEKLY;BYDAY=MO,WE,SU",
                                "FREQ=WEEKLY;BYDAY=SU,MO;WKST=SU;BYHOUR=0",
                                "FREQ=WEEKLY;BYDAY=TU,TH,SA;BYSETPOS=-1",
                                "FREQ=WEEKLY",
                                "FREQ=MONTHLY;BYMONTHDAY=31",
                                "FREQ=MONTHLY;BYMONTHDAY=-1,1",
                                "FREQ=MONTHLY;BYDAY=2FR,-1MO",
                                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=2;BYMINUTE=30",
                                "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;BYHOUR=2;BYMINUTE=30",
                                "FREQ=YEARLY;BYYEARDAY=1,-1",
                                "FREQ=YEARLY;BYWEEKNO=1,20"),
                        Arbitraries.integers().between(1, 7))
                .as((rule, interval) -> interval == 1 ? rule : rule + ";INTERVAL=" + interval);
    }

    @Provide
    Arbitrary<LocalDate> anchors() {
        return Arbitraries.integers().between(-2_000, 20_000).map(LocalDate::ofEpochDay);
    }

    @Provide
    Arbitrary<Integer> leaps() {
        return Arbitraries.integers().between(0, 120);
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(ZONES).map(ZoneId::of);
    }

    @Provide
    Arbitrary<Integer> moments() {
        return Arbitraries.integers().between(0, 1_000_000);
    }

    /// A whole minute between 1990 and 2027, three times of four within two days before a clock was put forward or
    /// back.
    private static Instant moment(ZoneId zone, int number) {
        var start = Instant.parse("1990-01-01T00:00:00Z").plus(Duration.ofMinutes(number * 19L));
        var transition = zone.getRules().nextTransition(start);
        if (transition == null || number % 4 == 0) return start;
        return transition.getInstant().minus(Duration.ofMinutes(number % 2_880));
    }

    private static long micros(Instant at) {
        return at.getEpochSecond() * 1_000_000;
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000);
    }
}
