package io.linkspan.site;

import io.linkspan.model.Window;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/// Where the stretches of a window begin and end on the clock of a zone. What divides an hour goes on through the
/// setting
/// of a clock, so that a day of 25 hours has 100 quarters; longer ones begin at the same local times each day, and one
/// of
/// them is an hour shorter or longer. Days begin at midnight, weeks on Monday (ISO 8601), months on their first. Safe
/// for
/// many threads.
final class WindowCalendar {
    private static final long SECOND = 1_000_000;
    private static final long HOUR = 3_600 * SECOND;

    private final ZoneId zone;
    private final Window.Length step;
    private @Nullable Stretch stretch;
    private @Nullable Stretch steady;

    private record Stretch(long from, long to, long offset) {}

    WindowCalendar(ZoneId zone, Window.Length step) {
        this.zone = zone;
        this.step = step;
    }

    /// The beginning of the stretch that an instant is in.
    long start(long micros) {
        return around(micros).from;
    }

    /// The end of the stretch that an instant is in: later than it.
    long end(long micros) {
        return around(micros).to;
    }

    /// The beginning of so many stretches that end at a boundary.
    long back(long to, int stretches) {
        if (isFine()) return start(to - stretches * step.count());
        long from = to;
        for (int i = 0; i < stretches; i++) from = start(from - 1);
        return from;
    }

    private boolean isFine() {
        return step.unit() == Window.Length.Unit.MICROS && step.count() <= HOUR;
    }

    private Stretch around(long micros) {
        var kept = stretch;
        if (kept != null && micros >= kept.from && micros < kept.to) return kept;
        kept = isFine() ? fine(micros) : coarse(micros);
        stretch = kept;
        return kept;
    }

    private Stretch fine(long micros) {
        var around = steady(micros);
        long start = Math.floorDiv(micros + around.offset, step.count()) * step.count() - around.offset;
        return new Stretch(Math.max(start, around.from), Math.min(start + step.count(), around.to), 0);
    }

    /// The time around an instant in which the zone's offset is the same.
    private Stretch steady(long micros) {
        var kept = steady;
        if (kept != null && micros >= kept.from && micros < kept.to) return kept;
        var rules = zone.getRules();
        var at = instant(micros);
        var before = rules.isFixedOffset() ? null : rules.previousTransition(at.plusNanos(1));
        var after = rules.isFixedOffset() ? null : rules.nextTransition(at);
        kept = new Stretch(
                before == null ? Long.MIN_VALUE : before.toEpochSecond() * SECOND,
                after == null ? Long.MAX_VALUE : after.toEpochSecond() * SECOND,
                rules.getOffset(at).getTotalSeconds() * SECOND);
        steady = kept;
        return kept;
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, SECOND), Math.floorMod(micros, SECOND) * 1_000);
    }

    private Stretch coarse(long micros) {
        var local = instant(micros).atZone(zone);
        var date = local.toLocalDate();
        return switch (step.unit()) {
            case MICROS -> hours(micros, date, local.getHour() / (int) (step.count() / HOUR));
            case DAYS -> days(date, date.plusDays(1));
            case WEEKS -> {
                var monday = date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                yield days(monday, monday.plusWeeks(1));
            }
            case MONTHS -> {
                int months = (int) step.count();
                var first = date.withDayOfMonth(1).withMonth((date.getMonthValue() - 1) / months * months + 1);
                yield days(first, first.plusMonths(months));
            }
        };
    }

    /// A clock that is set forward over a boundary leaves an empty stretch, which is passed over.
    private Stretch hours(long micros, LocalDate date, int number) {
        int n = number;
        while (boundary(date, n) > micros) n--;
        while (boundary(date, n + 1) <= micros) n++;
        return new Stretch(boundary(date, n), boundary(date, n + 1), 0);
    }

    private long boundary(LocalDate date, int number) {
        long hours = number * (step.count() / HOUR);
        var day = date.plusDays(Math.floorDiv(hours, 24));
        return day.atTime((int) Math.floorMod(hours, 24L), 0).atZone(zone).toEpochSecond() * SECOND;
    }

    private Stretch days(LocalDate from, LocalDate to) {
        return new Stretch(
                from.atStartOfDay(zone).toEpochSecond() * SECOND,
                to.atStartOfDay(zone).toEpochSecond() * SECOND,
                0);
    }
}
