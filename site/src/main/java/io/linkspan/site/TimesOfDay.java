package io.linkspan.site;

/// One time of day on some days of the week.
///
/// @param second of the day, 0..86399
/// @param days the days of the week as [Weekdays] has them
record TimesOfDay(int second, Weekdays days) implements LocalTimes {
    @Override
    public long ceiling(long local) {
        long day = Math.floorDiv(local - second + DAY_SECONDS - 1, DAY_SECONDS);
        while (!days.has(day)) day++;
        return day * DAY_SECONDS + second;
    }

    @Override
    public long floor(long local) {
        long day = Math.floorDiv(local - second, DAY_SECONDS);
        while (!days.has(day)) day--;
        return day * DAY_SECONDS + second;
    }
}
