package io.linkspan.site;

/// Times on a wall clock that has no zone, in order: seconds since 1970-01-01T00:00 as that clock shows them. Pure,
/// immutable, safe for many threads. [WallClock] makes instants of them.
sealed interface LocalTimes permits TimesOfDay, CronPattern, CalendarRule {
    long DAY_SECONDS = 86_400;
    /// How far ahead an occurrence is looked for: 29 February on a given day of the week may take 40 years (2072 to
    /// 2112 for a Monday). What is rarer never occurs.
    int YEARS_AHEAD_MAX = 40;
    /// How far back an occurrence is looked for at least: a bit more than [Recurrence#LOOK_BACK_DAYS], because a
    /// zone
    /// may shift the wall clock by a day.
    int DAYS_BACK = Recurrence.LOOK_BACK_DAYS + 3;

    /// None later.
    long NONE_LATER = Long.MAX_VALUE;
    /// None earlier, or none within [#DAYS_BACK].
    long NONE_EARLIER = Long.MIN_VALUE;

    /// The first at or after a local second, or [#NONE_LATER].
    long ceiling(long local);

    /// The last at or before a local second, or [#NONE_EARLIER].
    long floor(long local);
}
