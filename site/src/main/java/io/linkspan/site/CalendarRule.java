package io.linkspan.site;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.Freq;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.jspecify.annotations.Nullable;

/// A recurrence rule of a calendar (RFC 5545, 3.3.10), expanded by lib-recur. `INTERVAL`, and what a rule leaves open,
/// count from an anchor: `from 2026-01-05`, `from 2026-01-05T07:00` or `DTSTART=20260105T070000`; without one
/// [#ANCHOR], a Monday. The anchor itself is an occurrence only where the rule says so. `UNTIL` is included: a day to
/// its end, a time with `Z` in UTC, else on the wall clock.
///
/// The library gives up on a rule after some thousand of its periods without an occurrence; it is then asked again
/// from there on, for [LocalTimes#YEARS_AHEAD_MAX] years. Rules for which that is dear are refused: `FREQ=SECONDLY`,
/// and `HOURLY` or `MINUTELY` with days of the month or year, which `DAILY` with `BYHOUR` and `BYMINUTE` says as well.
final class CalendarRule implements LocalTimes {
    /// Midnight of this day is the anchor of a rule that names none: the first Monday of the first year that can be
    /// named.
    static final LocalDate ANCHOR = LocalDate.of(1900, 1, 1);
    /// The last year of an anchor and of an occurrence.
    static final int YEAR_MAX = 2200;
    /// Longest rule, in characters.
    static final int LENGTH_MAX = 500;
    /// Largest `INTERVAL`.
    static final int INTERVAL_MAX = 1_000;
    /// Largest `COUNT`: all its occurrences are found when it is read.
    static final int COUNT_MAX = 1_000;
    /// Most occurrences in one period of a rule (a day of `DAILY`, a year of `YEARLY`), before its limits.
    static final int EXPANSION_MAX = 10_000;

    // The library looks at 4,320 periods, at 1,000 where BYSETPOS leaves some of their occurrences out.
    private static final int PERIODS_LOOKED_AT = 4_000;
    private static final int SETS_LOOKED_AT = 900;

    // What recurs often is found near.
    private static final int[] DAYS_LOOKED_BACK = {1, 8, 63, DAYS_BACK};

    private static final List<String> PARTS = List.of(
            "FREQ",
            "INTERVAL",
            "COUNT",
            "UNTIL",
            "BYSECOND",
            "BYMINUTE",
            "BYHOUR",
            "BYDAY",
            "BYMONTHDAY",
            "BYYEARDAY",
            "BYWEEKNO",
            "BYMONTH",
            "BYSETPOS",
            "WKST",
            "DTSTART");
    private static final List<String> FREQUENCIES =
            List.of("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY");
    private static final Pattern FORM = Pattern.compile("(?:RRULE:)?(\\S+)(?:\\s+FROM\\s+(\\S+))?");
    private static final DateTimeFormatter BASIC = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT);

    private final String rule; // without UNTIL, COUNT and DTSTART
    private final Freq freq;
    private final long anchor;
    private final long untilLocal;
    private final OptionalLong untilInstant;
    private final long equalSeconds; // after which it begins anew; 0 where months and years are of unequal length
    private final long skipSeconds;
    private final long[] counted; // the occurrences of a rule with COUNT; empty without

    private CalendarRule(
            String rule,
            Freq freq,
            long anchor,
            long untilLocal,
            OptionalLong untilInstant,
            long equal,
            long skip,
            long[] counted) {
        this.rule = rule;
        this.freq = freq;
        this.anchor = anchor;
        this.untilLocal = untilLocal;
        this.untilInstant = untilInstant;
        this.equalSeconds = equal;
        this.skipSeconds = skip;
        this.counted = counted;
    }

    // ---- reading

    /// @param text all of what a person wrote, for the error
    /// @param rule what follows the word `rrule`
    static CalendarRule read(Mark at, String text, String rule) throws Invalid {
        if (rule.length() > LENGTH_MAX)
            throw new Invalid(at, "a rule has at most " + LENGTH_MAX + " characters, not " + rule.length());
        var form = FORM.matcher(rule.toUpperCase(Locale.ROOT));
        if (!form.matches())
            throw Recurrence.wrong(
                    at,
                    text,
                    rule,
                    "is not FREQ=WEEKLY;BYDAY=MO;BYHOUR=7, with from 2026-01-05 behind it where it counts from a day");
        var parts = parts(at, text, form.group(1));
        String start = parts.remove("DTSTART");
        if (start != null && form.group(2) != null)
            throw Recurrence.wrong(at, text, "DTSTART", "and \"from\" both say where the rule begins; leave one out");
        long anchor = anchor(at, text, start != null ? start : form.group(2));
        if (parts.containsKey("COUNT") && start == null && form.group(2) == null)
            throw Recurrence.wrong(
                    at, text, "COUNT", "has no day to count from; write for example from 2026-01-05 behind the rule");
        if (parts.containsKey("COUNT") && parts.containsKey("UNTIL"))
            throw Recurrence.wrong(at, text, "UNTIL", "and COUNT both end the rule; leave one out");
        int count = number(at, text, parts, "COUNT", COUNT_MAX, 0);
        int interval = number(at, text, parts, "INTERVAL", INTERVAL_MAX, 1);
        parts.remove("COUNT");
        String until = parts.remove("UNTIL");
        long untilLocal = until == null || until.endsWith("Z") ? NONE_LATER : local(at, text, until, DAY_SECONDS - 1);
        var untilInstant = until != null && until.endsWith("Z")
                ? OptionalLong.of(local(at, text, until.substring(0, until.length() - 1), 0))
                : OptionalLong.empty();
        check(at, text, parts);
        var freq = Freq.valueOf(parts.get("FREQ"));
        if (periodSeconds(freq) * interval > YEARS_AHEAD_MAX * periodSeconds(Freq.YEARLY))
            throw Recurrence.wrong(
                    at,
                    text,
                    "INTERVAL=" + interval,
                    "is more than " + YEARS_AHEAD_MAX + " years; nobody waits that long, so it is taken for a mistake");
        long skip =
                periodSeconds(freq) * interval * (parts.containsKey("BYSETPOS") ? SETS_LOOKED_AT : PERIODS_LOOKED_AT);
        long equal = freq == Freq.MONTHLY || freq == Freq.YEARLY ? 0 : periodSeconds(freq) * interval;
        var all = new CalendarRule(joined(parts), freq, anchor, untilLocal, untilInstant, equal, skip, new long[0]);
        long first = all.first(at, text);
        return count == 0
                ? all
                : new CalendarRule(
                        all.rule, freq, anchor, untilLocal, untilInstant, equal, skip, all.firstOnes(first, count));
    }

    private static Map<String, String> parts(Mark at, String text, String rule) throws Invalid {
        var parts = new LinkedHashMap<String, String>();
        for (String part : rule.split(";", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            if (!PARTS.contains(name))
                throw Recurrence.wrong(
                        at,
                        text,
                        name,
                        "is no part of a rule" + Recurrence.near(name, PARTS) + "; known are "
                                + String.join(", ", PARTS));
            if (equals < 0 || equals == part.length() - 1)
                throw Recurrence.wrong(at, text, part, "has no value; write " + name + "=...");
            if (parts.put(name, part.substring(equals + 1)) != null)
                throw Recurrence.wrong(at, text, name, "is there twice; a list is written with commas");
        }
        return parts;
    }

    private static long anchor(Mark at, String text, @Nullable String start) throws Invalid {
        return start == null ? ANCHOR.toEpochDay() * DAY_SECONDS : local(at, text, start, 0);
    }

    /// A day or a time on the wall clock, as ISO 8601 has it with or without its signs.
    ///
    /// @param ofDay the second of the day that a mere day means
    private static long local(Mark at, String text, String word, long ofDay) throws Invalid {
        long local;
        try {
            if (!word.contains("T")) {
                var day = word.contains("-")
                        ? LocalDate.parse(word)
                        : LocalDate.parse(word, DateTimeFormatter.BASIC_ISO_DATE);
                local = day.toEpochDay() * DAY_SECONDS + ofDay;
            } else
                local = (word.contains("-") ? LocalDateTime.parse(word) : LocalDateTime.parse(word, BASIC))
                        .toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException _) {
            throw Recurrence.wrong(
                    at, text, word, "is no day and no time; write 2026-01-05, 2026-01-05T07:00 or 20260105T070000");
        }
        if (local < ANCHOR.toEpochDay() * DAY_SECONDS || local > last())
            throw Recurrence.wrong(at, text, word, "is not in the years " + ANCHOR.getYear() + ".." + YEAR_MAX);
        return local;
    }

    private static int number(Mark at, String text, Map<String, String> parts, String name, int max, int without)
            throws Invalid {
        String word = parts.get(name);
        if (word == null) return without;
        int number = Recurrence.smallNumber(word);
        if (number < 1 || number > max) throw Recurrence.wrong(at, text, word, "is not " + name + "=1.." + max);
        return number;
    }

    private static void check(Mark at, String text, Map<String, String> parts) throws Invalid {
        String freq = parts.get("FREQ");
        if (freq == null) throw new Invalid(at, "\"" + text + "\" has no FREQ; write for example FREQ=DAILY;BYHOUR=7");
        if (!FREQUENCIES.contains(freq))
            throw Recurrence.wrong(
                    at,
                    text,
                    freq,
                    (freq.equals("SECONDLY") ? "is too often" : "is no frequency" + Recurrence.near(freq, FREQUENCIES))
                            + "; FREQ is one of " + String.join(", ", FREQUENCIES));
        boolean withinDay = freq.equals("MINUTELY") || freq.equals("HOURLY");
        if (withinDay)
            for (String days : List.of("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYDAY"))
                if (parts.containsKey(days) && !(days.equals("BYDAY") && freq.equals("HOURLY")))
                    throw Recurrence.wrong(
                            at,
                            text,
                            days,
                            "is not taken with FREQ=" + freq + "; write FREQ=DAILY;" + days + "=" + parts.get(days)
                                    + " with BYHOUR and BYMINUTE");
        long most = switch (freq) {
            case "YEARLY" -> 366;
            case "MONTHLY" -> 31;
            case "WEEKLY" -> 7;
            default -> 1;
        };
        for (String times : List.of("BYSECOND", "BYMINUTE", "BYHOUR"))
            if (parts.containsKey(times)) most *= parts.get(times).split(",", -1).length;
        if (most > EXPANSION_MAX)
            throw new Invalid(
                    at,
                    "\"" + text + "\" may occur " + most + " times in one period of FREQ=" + freq + ", more than "
                            + EXPANSION_MAX + "; write it with a FREQ that is more often");
        try {
            new RecurrenceRule(joined(parts), RecurrenceRule.RfcMode.RFC5545_STRICT);
        } catch (InvalidRecurrenceRuleException | IllegalArgumentException e) {
            throw new Invalid(at, "\"" + text + "\" is no rule of RFC 5545, 3.3.10: " + e.getMessage());
        }
    }

    private static String joined(Map<String, String> parts) {
        var words = new ArrayList<String>();
        parts.forEach((name, value) -> words.add(name + "=" + value));
        return String.join(";", words);
    }

    private static long periodSeconds(Freq freq) {
        return switch (freq) {
            case YEARLY -> 365 * DAY_SECONDS;
            case MONTHLY -> 28 * DAY_SECONDS;
            case WEEKLY -> 7 * DAY_SECONDS;
            case DAILY -> DAY_SECONDS;
            case HOURLY -> 3_600;
            case MINUTELY -> 60;
            case SECONDLY -> 1;
        };
    }

    private long first(Mark at, String text) throws Invalid {
        try {
            new RecurrenceRule(rule).iterator(new DateTime(DateTime.UTC, anchor * 1_000));
        } catch (InvalidRecurrenceRuleException | IllegalArgumentException | IllegalStateException _) {
            throw never(at, text);
        }
        long first = ceiling(anchor);
        if (first == NONE_LATER) throw never(at, text);
        return first;
    }

    private static Invalid never(Mark at, String text) {
        return new Invalid(
                at,
                "\"" + text
                        + "\" has no occurrence that could be found in some thousand of its periods; look at its days"
                        + " and months, and write what occurs on one day of some years with FREQ=YEARLY");
    }

    private long[] firstOnes(long first, int count) {
        var found = new long[count];
        int n = 0;
        for (long next = first; next != NONE_LATER && n < count; next = ceiling(next + 1)) found[n++] = next;
        return Arrays.copyOf(found, n);
    }

    // ---- finding

    /// Whether it follows the clock as it is shown: what recurs within the day does.
    boolean shown() {
        return freq == Freq.HOURLY || freq == Freq.MINUTELY;
    }

    /// The last second since 1970 at which it may happen, where it says so in UTC.
    OptionalLong untilInstant() {
        return untilInstant;
    }

    @Override
    public long ceiling(long local) {
        if (counted.length > 0) {
            int i = index(local);
            return i < counted.length ? counted[i] : NONE_LATER;
        }
        return search(local, last());
    }

    @Override
    public long floor(long local) {
        if (counted.length > 0) {
            int i = index(local == NONE_LATER ? local : local + 1) - 1;
            return i < 0 ? NONE_EARLIER : counted[i];
        }
        long high = Math.min(local, Math.min(untilLocal, last()));
        long low = NONE_LATER;
        for (int i = 0; low == NONE_LATER && i < DAYS_LOOKED_BACK.length; i++)
            low = search(local - DAYS_LOOKED_BACK[i] * DAY_SECONDS, high);
        if (low == NONE_LATER) return NONE_EARLIER;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            long found = search(middle, high);
            if (found == NONE_LATER) high = middle - 1;
            else low = found;
        }
        return low;
    }

    /// The place in [#counted] of the first at or after a local second.
    private int index(long local) {
        int i = Arrays.binarySearch(counted, local);
        return i < 0 ? -i - 1 : i;
    }

    /// The first within two local seconds, both included. The library sees a local time as one in UTC, where no
    /// clock
    /// is ever put forward or back. It writes into a rule while it iterates, so that each search reads its own.
    private long search(long from, long to) {
        long at = Math.max(from, anchor);
        long end = Math.min(Math.min(to, untilLocal), at > last() ? at : at + YEARS_AHEAD_MAX * 366 * DAY_SECONDS);
        end = Math.min(end, last());
        while (at <= end) {
            try {
                var found = new RecurrenceRule(rule).iterator(new DateTime(DateTime.UTC, anchorNear(at) * 1_000));
                found.fastForward(at * 1_000);
                if (!found.hasNext()) return NONE_LATER;
                long local = found.nextMillis() / 1_000;
                return local <= end ? local : NONE_LATER;
            } catch (IllegalArgumentException | IllegalStateException _) {
                at += skipSeconds; // none in so many periods
            } catch (InvalidRecurrenceRuleException e) {
                throw new IllegalStateException("The rule " + rule + " was read before and can not be read again", e);
            }
        }
        return NONE_LATER;
    }

    /// An anchor that means the same, at most two periods before a local second: the library would count its way
    /// from
    /// the first one. Months and years it leaps over by itself.
    private long anchorNear(long local) {
        if (equalSeconds == 0) return anchor;
        return anchor + Math.max(0, (local - anchor) / equalSeconds - 1) * equalSeconds;
    }

    private static long last() {
        return LocalDate.of(YEAR_MAX + 1, 1, 1).toEpochDay() * DAY_SECONDS - 1;
    }
}
