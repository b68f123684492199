package io.linkspan.site;

import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Names;
import io.linkspan.model.Value;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// When something recurs on the wall clock of a site's zone. Written as
///
/// - `07:00`, `07:00 mon-fri`, `22:30:15 sat,sun`, `noon`, `midnight`: a time of day;
/// - `sunrise`, `sunset - 30min`, `sunset+1h mon`: where the site is; a day of polar night or midnight sun has none;
/// - `every 15min`: from midnight on, in equal parts of a day;
/// - `cron 0 7 * * 1-5`: a [CronPattern];
/// - `rrule FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=7 from 2026-01-05`: a [CalendarRule].
///
/// Where a clock is put forward or back: a time of day, a cron pattern of given hours and a rule that is not hourly or
/// minutely happen once for each time that they name. A time that the clock skips happens as much later as the clock is
/// put forward (02:30 at 03:30), one that comes twice at its first pass. A cron pattern with a star or a step for its
/// hour, and an hourly or minutely rule, follow the clock as it is shown: not where it skips, and in both passes.
/// `every` counts the time that went by since midnight, through both passes, and begins anew at the next midnight.
///
/// Pure, immutable, safe for many threads.
final class Recurrence {
    /// [#next] where nothing follows.
    static final long NEVER = Long.MAX_VALUE;
    /// [#previous] where nothing was within [#LOOK_BACK_DAYS].
    static final long BEFORE_ALL = Long.MIN_VALUE;
    /// How far back [#previous] looks.
    static final int LOOK_BACK_DAYS = 400;
    /// Most seconds before or after sunrise and sunset.
    static final int SUN_OFFSET_SECONDS_MAX = 12 * 3_600;

    private static final long DAY_SECONDS = LocalTimes.DAY_SECONDS;
    private static final long MICROS = 1_000_000;
    private static final int SUN_DAYS_AHEAD_MAX = 400; // at a pole, the sun rises once a year

    private static final List<String> WORDS =
            List.of("sunrise", "sunset", "every", "cron", "rrule", "noon", "midnight");
    private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?:\\s+(.*))?");
    private static final Pattern NAMED_TIME = Pattern.compile("(noon|midnight)(?:\\s+(.*))?");
    private static final Pattern SUN = Pattern.compile("(sunrise|sunset)(?:\\s*([+-])\\s*(\\S+))?(?:\\s+(.*))?");

    private sealed interface When {
        record OnClock(LocalTimes times, boolean shown, OptionalLong until) implements When {}

        record Every(long seconds) implements When {}

        record BySun(boolean rise, long offsetSeconds, Weekdays days) implements When {}
    }

    private final When when;
    private final String words;

    private Recurrence(When when, String words) {
        this.when = when;
        this.words = words;
    }

    // ---- reading

    /// Reads one.
    ///
    /// @throws Invalid with what is wrong, where in the text, and what would be right
    static Recurrence read(Mark at, String text) throws Invalid {
        String t = text.strip();
        String lower = t.toLowerCase(Locale.ROOT);
        String first = lower.split("[\\s+-]", 2)[0];
        String rest = lower.substring(first.length()).strip();
        return switch (first) {
            case "cron" -> cron(at, text, rest);
            case "rrule" -> {
                String rule = t.substring(first.length()).strip();
                var read = CalendarRule.read(at, text, rule);
                yield new Recurrence(
                        new When.OnClock(read, read.shown(), read.untilInstant()), "by the calendar rule " + rule);
            }
            case "every" -> every(at, text, rest);
            case "sunrise", "sunset" -> sun(at, text, lower);
            default -> timeOfDay(at, text, lower, first);
        };
    }

    private static Recurrence timeOfDay(Mark at, String text, String lower, String first) throws Invalid {
        var named = NAMED_TIME.matcher(lower);
        if (named.matches()) return timeOfDay(at, text, named.group(1).equals("noon") ? 43_200 : 0, named.group(2));
        var m = TIME.matcher(lower);
        if (!m.matches())
            throw wrong(
                    at,
                    text,
                    first,
                    "is no time of day" + near(first, WORDS)
                            + "; write for example 07:00, 07:00 mon-fri, sunset - 30min,"
                            + " every 15min, cron 0 7 * * 1-5 or rrule FREQ=DAILY;BYHOUR=7");
        int hour = Integer.parseInt(m.group(1));
        int minute = Integer.parseInt(m.group(2));
        int second = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
        if (hour > 23 || minute > 59 || second > 59)
            throw wrong(
                    at,
                    text,
                    first,
                    "is no time of day, which is 00:00 to 23:59:59"
                            + (hour == 24 ? "; midnight is 00:00 of the next day" : ""));
        return timeOfDay(at, text, hour * 3_600 + minute * 60 + second, m.group(4));
    }

    private static Recurrence timeOfDay(Mark at, String text, int second, @Nullable String dayWords) throws Invalid {
        var days = days(at, text, dayWords);
        return new Recurrence(
                new When.OnClock(new TimesOfDay(second, days), false, OptionalLong.empty()),
                days.words() + " at " + clock(second));
    }

    private static Weekdays days(Mark at, String text, @Nullable String words) throws Invalid {
        return words == null || words.isEmpty() ? Weekdays.ALL : Weekdays.read(at, text, words);
    }

    private static Recurrence cron(Mark at, String text, String pattern) throws Invalid {
        var read = CronPattern.read(at, text, pattern);
        return new Recurrence(
                new When.OnClock(read, read.shown(), OptionalLong.empty()),
                read.words().orElse("by the cron pattern " + pattern));
    }

    private static Recurrence every(Mark at, String text, String word) throws Invalid {
        long micros = micros(at, text, word);
        if (micros < MICROS || micros % MICROS != 0 || DAY_SECONDS * MICROS % micros != 0)
            throw wrong(
                    at,
                    text,
                    word,
                    "does not divide a day into equal parts of whole seconds; write for example every 15min or every 6h,"
                            + " or every days as a time: 07:00 mon");
        return new Recurrence(
                new When.Every(micros / MICROS), "every " + spaced(micros / MICROS) + ", from midnight on");
    }

    private static Recurrence sun(Mark at, String text, String lower) throws Invalid {
        var m = SUN.matcher(lower);
        if (!m.matches()) throw wrong(at, text, lower, "is not sunset, sunset - 30min or sunrise+1h mon-fri");
        long offset = m.group(3) == null ? 0 : micros(at, text, m.group(3)) / MICROS;
        if (offset > SUN_OFFSET_SECONDS_MAX)
            throw wrong(
                    at, text, m.group(3), "is more than 12h; write a time of day, or the other of sunrise and sunset");
        boolean before = "-".equals(m.group(2));
        var days = days(at, text, m.group(4));
        String words = (offset == 0 ? "at " : spaced(offset) + (before ? " before " : " after ")) + m.group(1);
        return new Recurrence(
                new When.BySun(m.group(1).equals("sunrise"), before ? -offset : offset, days),
                days.equals(Weekdays.ALL) ? words : days.words() + " " + words);
    }

    private static long micros(Mark at, String text, String word) throws Invalid {
        try {
            return Durations.micros(Durations.parse(word));
        } catch (IllegalArgumentException e) {
            throw wrong(at, text, word, e.getMessage());
        }
    }

    // ---- what all grammars share

    /// An error that shows the part, and where it begins in the text.
    static Invalid wrong(Mark at, String text, String part, String what) {
        int place = text.toLowerCase(Locale.ROOT).indexOf(part.toLowerCase(Locale.ROOT));
        if (part.isEmpty() || part.equalsIgnoreCase(text))
            return new Invalid(at, "\"" + text + "\" " + (part.isEmpty() ? "has a gap: \"\" " : "") + what);
        return new Invalid(
                at,
                "\"" + part + "\" " + (place < 0 ? "" : "(character " + (place + 1) + " of \"" + text + "\") ") + what);
    }

    /// What was meant, if a known word is near.
    static String near(String word, List<String> known) {
        for (var each : known) if (Names.near(each, word)) return "; did you mean " + each + "?";
        return "";
    }

    /// A number of up to four digits, or -1.
    static int smallNumber(String word) {
        if (word.isEmpty() || word.length() > 4) return -1;
        for (int i = 0; i < word.length(); i++) if (word.charAt(i) < '0' || word.charAt(i) > '9') return -1;
        return Integer.parseInt(word);
    }

    /// A second of the day as `07:00`, or `07:00:15`.
    static String clock(int second) {
        String minutes = two(second / 3_600) + ":" + two(second / 60 % 60);
        return second % 60 == 0 ? minutes : minutes + ":" + two(second % 60);
    }

    private static String two(int n) {
        return n < 10 ? "0" + n : "" + n;
    }

    private static String spaced(long seconds) {
        if (seconds % 3_600 == 0) return seconds / 3_600 + " h";
        return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }

    // ---- finding

    /// The first occurrence strictly later, in wall microseconds; [#NEVER] when there is none within
    /// [LocalTimes#YEARS_AHEAD_MAX] years.
    ///
    /// @param position where the site is; needed where [#needsPosition] says so
    long next(long afterWallMicros, ZoneId zone, Optional<Value.Position> position) {
        long from = Math.floorDiv(afterWallMicros, MICROS) + 1;
        long found = switch (when) {
            case When.OnClock c -> {
                var rules = zone.getRules();
                long at =
                        c.shown ? WallClock.nextShown(c.times, rules, from) : WallClock.nextOnce(c.times, rules, from);
                yield c.until.isPresent() && at > c.until.getAsLong() ? LocalTimes.NONE_LATER : at;
            }
            case When.Every e -> nextEvery(e.seconds, zone, from);
            case When.BySun s -> nextBySun(s, zone, needed(position), from);
        };
        return found == LocalTimes.NONE_LATER ? NEVER : found * MICROS;
    }

    /// The newest occurrence at or before, in wall microseconds; [#BEFORE_ALL] when there is none within
    /// [#LOOK_BACK_DAYS].
    ///
    /// @param position where the site is; needed where [#needsPosition] says so
    long previous(long atWallMicros, ZoneId zone, Optional<Value.Position> position) {
        long at = Math.floorDiv(atWallMicros, MICROS);
        long found = switch (when) {
            case When.OnClock c -> {
                long last = Math.min(at, c.until.orElse(at));
                yield c.shown
                        ? WallClock.previousShown(c.times, zone.getRules(), last)
                        : WallClock.previousOnce(c.times, zone.getRules(), last);
            }
            case When.Every e -> previousEvery(e.seconds, zone, at);
            case When.BySun s -> previousBySun(s, zone, needed(position), at);
        };
        return found < at - LOOK_BACK_DAYS * DAY_SECONDS ? BEFORE_ALL : found * MICROS;
    }

    private static long nextEvery(long period, ZoneId zone, long from) {
        var day = dayOf(zone, from);
        long begin = begin(zone, day);
        return Math.min(
                begin + Math.ceilDiv(from - begin, period) * period,
                from == begin ? begin : begin(zone, day.plusDays(1)));
    }

    private static long previousEvery(long period, ZoneId zone, long at) {
        long begin = begin(zone, dayOf(zone, at));
        return begin + (at - begin) / period * period;
    }

    /// The day whose midnight was the last. Not always the day that the clock shows: one that is put back just
    /// after
    /// midnight shows the day before once more.
    private static LocalDate dayOf(ZoneId zone, long at) {
        var day = day(zone, at);
        while (begin(zone, day.plusDays(1)) <= at) day = day.plusDays(1);
        return day;
    }

    private static long begin(ZoneId zone, LocalDate day) {
        return day.atStartOfDay(zone).toEpochSecond();
    }

    private static LocalDate day(ZoneId zone, long at) {
        return Instant.ofEpochSecond(at).atZone(zone).toLocalDate();
    }

    private static Value.Position needed(Optional<Value.Position> position) {
        return position.orElseThrow(() -> new IllegalArgumentException(
                "Sunrise and sunset need the site's position; ask needsPosition() when a site is applied"));
    }

    private static long nextBySun(When.BySun s, ZoneId zone, Value.Position position, long from) {
        var day = day(zone, from - s.offsetSeconds).minusDays(2); // a sunset may be past midnight
        for (int i = 0; i < SUN_DAYS_AHEAD_MAX; i++, day = day.plusDays(1)) {
            var at = bySun(s, day, zone, position);
            if (at.isPresent() && at.getAsLong() >= from) return at.getAsLong();
        }
        return LocalTimes.NONE_LATER;
    }

    private static long previousBySun(When.BySun s, ZoneId zone, Value.Position position, long last) {
        var day = day(zone, last - s.offsetSeconds).plusDays(1);
        for (int i = 0; i < LocalTimes.DAYS_BACK; i++, day = day.minusDays(1)) {
            var at = bySun(s, day, zone, position);
            if (at.isPresent() && at.getAsLong() <= last) return at.getAsLong();
        }
        return LocalTimes.NONE_EARLIER;
    }

    private static OptionalLong bySun(When.BySun s, LocalDate day, ZoneId zone, Value.Position position) {
        if (!s.days.has(day.toEpochDay())) return OptionalLong.empty();
        var at = s.rise ? Sun.rise(day, zone, position) : Sun.set(day, zone, position);
        return at.isEmpty() ? at : OptionalLong.of(at.getAsLong() / MICROS + s.offsetSeconds);
    }

    /// Whether it follows the sun, so that a site without a position can not have it.
    boolean needsPosition() {
        return when instanceof When.BySun;
    }

    /// For people: `each weekday at 07:00`, `30 min before sunset`.
    String words() {
        return words;
    }

    @Override
    public String toString() {
        return words;
    }
}
