package io.linkspan.site;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// The five fields of a crontab: minute, hour, day of the month, month, day of the week (POSIX.1-2017, crontab; names,
/// ranges and steps as in Vixie cron, crontab(5)). Where both days are restricted, either is enough; a field that
/// begins
/// with `*` is not restricted. Each field is a set of bits, so that the next time is found by jumps.
///
/// @param minutes bit 0..59
/// @param hours bit 0..23
/// @param monthDays bit 1..31
/// @param months bit 1..12
/// @param weekdays bit 0..6, 0 is Sunday
/// @param either whether a day of the month or a day of the week is enough
/// @param shown whether the hour is a wildcard or a step: such a pattern follows the clock as it is shown
record CronPattern(long minutes, long hours, long monthDays, long months, long weekdays, boolean either, boolean shown)
        implements LocalTimes {
    private static final int DAY_MINUTES = 1_440;
    private static final int MONTHS_AHEAD_MAX = YEARS_AHEAD_MAX * 12 + 1;
    private static final int MONTHS_BACK_MAX = DAYS_BACK / 28 + 1;
    private static final long EVERY_HOUR = (1L << 24) - 1;
    private static final long SOME_DAY = LocalDate.of(2000, 1, 1).toEpochDay() * DAY_SECONDS;

    private enum Field {
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        MONTH_DAY("day of the month", 1, 31, List.of()),
        MONTH(
                "month",
                1,
                12,
                List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
        WEEKDAY("day of the week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

        private final String title;
        private final int first;
        private final int last;
        private final List<String> names;

        Field(String title, int first, int last, List<String> names) {
            this.title = title;
            this.first = first;
            this.last = last;
            this.names = names;
        }
    }

    // ---- reading

    /// @param text all of what a person wrote, for the error
    /// @param pattern its five fields, in lower case
    static CronPattern read(Mark at, String text, String pattern) throws Invalid {
        String[] words = pattern.split("\\s+");
        if (pattern.startsWith("@"))
            throw Recurrence.wrong(
                    at, text, pattern, "is a short form that is not known here; write the five fields, or 00:00");
        if (words.length != 5)
            throw Recurrence.wrong(
                    at,
                    text,
                    pattern,
                    "has " + (pattern.isEmpty() ? 0 : words.length)
                            + " fields; cron has five: minute, hour, day of the month, month, day of the week"
                            + " (0 7 * * mon-fri), and no seconds");
        long weekdays = field(at, text, Field.WEEKDAY, words[4]);
        if ((weekdays & 1 << 7) != 0) weekdays = weekdays & 0b111_1111 | 1; // 7 is Sunday too
        long hours = field(at, text, Field.HOUR, words[1]);
        var read = new CronPattern(
                field(at, text, Field.MINUTE, words[0]),
                hours,
                field(at, text, Field.MONTH_DAY, words[2]),
                field(at, text, Field.MONTH, words[3]),
                weekdays,
                !words[2].startsWith("*") && !words[4].startsWith("*"),
                hours == EVERY_HOUR || words[1].contains("*") || words[1].contains("/"));
        if (read.ceiling(SOME_DAY) == NONE_LATER)
            throw Recurrence.wrong(at, text, words[2] + " " + words[3], "is a day that no year has");
        return read;
    }

    private static long field(Mark at, String text, Field field, String word) throws Invalid {
        long bits = 0;
        for (String item : word.split(",", -1)) bits |= item(at, text, field, item);
        return bits;
    }

    /// `*`, `5`, `5-10`, and `*` or a range with `/2`.
    private static long item(Mark at, String text, Field field, String item) throws Invalid {
        int slash = item.indexOf('/');
        String range = slash < 0 ? item : item.substring(0, slash);
        int dash = range.indexOf('-');
        boolean all = range.equals("*");
        int from = all ? field.first : number(at, text, field, dash < 0 ? range : range.substring(0, dash));
        // a star counts each day of the week once, or a step would meet Sunday twice
        int to = all
                ? (field == Field.WEEKDAY ? 6 : field.last)
                : dash < 0 ? from : number(at, text, field, range.substring(dash + 1));
        if (field == Field.WEEKDAY && to == 0 && from > 0) to = 7;
        if (from > to)
            throw Recurrence.wrong(
                    at,
                    text,
                    item,
                    "ends before it begins; write " + from + "-" + field.last + "," + field.first + "-" + to);
        int step = 1;
        if (slash >= 0) {
            if (!all && dash < 0)
                throw Recurrence.wrong(
                        at,
                        text,
                        item,
                        "steps through nothing; write " + from + "-" + field.last + item.substring(slash));
            step = Recurrence.smallNumber(item.substring(slash + 1));
            if (step < 1 || step > field.last)
                throw Recurrence.wrong(at, text, item, "has a step that is not 1.." + field.last);
        }
        long bits = 0;
        for (int i = from; i <= to; i += step) bits |= 1L << i;
        return bits;
    }

    private static int number(Mark at, String text, Field field, String word) throws Invalid {
        int name = field.names.indexOf(word);
        if (name >= 0) return name + field.first;
        int number = Recurrence.smallNumber(word);
        if (number < field.first || number > field.last)
            throw Recurrence.wrong(
                    at,
                    text,
                    word,
                    "is no " + field.title + ": " + field.first + ".." + field.last
                            + (field.names.isEmpty() ? "" : ", or a name such as " + field.names.get(1))
                            + Recurrence.near(word, field.names));
        return number;
    }

    // ---- finding

    @Override
    public long ceiling(long local) {
        long minute = Math.floorDiv(local + 59, 60);
        var day = LocalDate.ofEpochDay(Math.floorDiv(minute, DAY_MINUTES));
        if (bit(days(day), day.getDayOfMonth())) {
            int found = nextMinute((int) Math.floorMod(minute, (long) DAY_MINUTES));
            if (found >= 0) return second(day, found);
        }
        var from = day.plusDays(1);
        for (int i = 0; i < MONTHS_AHEAD_MAX; i++) {
            long left = days(from) & -1L << from.getDayOfMonth();
            if (left != 0) return second(from.withDayOfMonth(Long.numberOfTrailingZeros(left)), nextMinute(0));
            from = from.withDayOfMonth(1).plusMonths(1);
        }
        return NONE_LATER;
    }

    @Override
    public long floor(long local) {
        long minute = Math.floorDiv(local, 60);
        var day = LocalDate.ofEpochDay(Math.floorDiv(minute, DAY_MINUTES));
        if (bit(days(day), day.getDayOfMonth())) {
            int found = previousMinute((int) Math.floorMod(minute, (long) DAY_MINUTES));
            if (found >= 0) return second(day, found);
        }
        var to = day.minusDays(1);
        for (int i = 0; i < MONTHS_BACK_MAX; i++) {
            long left = days(to) & (1L << to.getDayOfMonth() + 1) - 1;
            if (left != 0)
                return second(to.withDayOfMonth(63 - Long.numberOfLeadingZeros(left)), previousMinute(DAY_MINUTES - 1));
            to = to.withDayOfMonth(1).minusDays(1);
        }
        return NONE_EARLIER;
    }

    /// The days of a month on which it happens, bit 1..31.
    private long days(LocalDate any) {
        if (!bit(months, any.getMonthValue())) return 0;
        int first = any.withDayOfMonth(1).getDayOfWeek().getValue() % 7;
        long byWeek = 0;
        for (int d = 1; d <= any.lengthOfMonth(); d++) if (bit(weekdays, (first + d - 1) % 7)) byWeek |= 1L << d;
        long byMonth = monthDays & (1L << any.lengthOfMonth() + 1) - 1;
        return either ? byWeek | byMonth : byWeek & byMonth;
    }

    /// The first minute of the day at or after one, or -1.
    private int nextMinute(int from) {
        int hour = from / 60;
        long left = minutes & -1L << from % 60;
        if (bit(hours, hour) && left != 0) return hour * 60 + Long.numberOfTrailingZeros(left);
        long later = hours & -1L << hour + 1;
        return later == 0 ? -1 : Long.numberOfTrailingZeros(later) * 60 + Long.numberOfTrailingZeros(minutes);
    }

    /// The last minute of the day at or before one, or -1.
    private int previousMinute(int to) {
        int hour = to / 60;
        long left = minutes & (1L << to % 60 + 1) - 1;
        if (bit(hours, hour) && left != 0) return hour * 60 + 63 - Long.numberOfLeadingZeros(left);
        long earlier = hours & (1L << hour) - 1;
        return earlier == 0
                ? -1
                : (63 - Long.numberOfLeadingZeros(earlier)) * 60 + 63 - Long.numberOfLeadingZeros(minutes);
    }

    private static long second(LocalDate day, int minute) {
        return day.toEpochDay() * DAY_SECONDS + minute * 60L;
    }

    private static boolean bit(long bits, int index) {
        return (bits >> index & 1) != 0;
    }

    // ---- for people

    /// `each weekday at 07:00`; empty where only the pattern itself says it.
    Optional<String> words() {
        boolean oneTime = Long.bitCount(minutes) == 1 && Long.bitCount(hours) == 1;
        boolean eachMonth = Long.bitCount(months) == 12 && Long.bitCount(monthDays) == 31 && !either;
        if (!oneTime || !eachMonth) return Optional.empty();
        int mondayFirst = (int) (weekdays >> 1 | (weekdays & 1) << 6);
        int minute = nextMinute(0);
        return Optional.of(new Weekdays(mondayFirst).words() + " at " + Recurrence.clock(minute * 60));
    }
}
