package io.linkspan.insight;

import io.linkspan.insight.Intent.Period;
import io.linkspan.insight.Lexicon.Sort;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Optional;

/// Times and durations within the tokens of a sentence. Pure: it is told what time it is.
final class Times {
    /// Longest duration that is taken.
    static final Duration LENGTH_MAX = Duration.ofDays(31);

    private static final LocalTime MORNING = LocalTime.of(8, 0);
    private static final LocalTime AFTERNOON = LocalTime.of(13, 0);
    private static final LocalTime EVENING = LocalTime.of(19, 0);
    private static final LocalTime NIGHT = LocalTime.of(23, 0);
    private static final int HOURS_OF_HALF_DAY = 12;

    private final List<Token> tokens;
    private final Language language;
    private final ZonedDateTime now;

    Times(List<Token> tokens, Language language, ZonedDateTime now) {
        this.tokens = tokens;
        this.language = language;
        this.now = now;
    }

    /// What was found, and the token behind it.
    record Found<T>(T value, int end) {}

    /// An instant, and whether the hour could have been another one.
    record Instant(ZonedDateTime time, boolean chosen) {}

    private boolean is(int at, Sort sort) {
        return at >= 0 && at < tokens.size() && tokens.get(at).is(sort);
    }

    private int skip(int at) {
        int i = at;
        while (is(i, Sort.ARTICLE) || is(i, Sort.SKIP)) i++;
        return i;
    }

    private Optional<Double> number(int at) {
        return at < tokens.size() && at >= 0 && tokens.get(at).isNumber()
                ? Optional.of(tokens.get(at).number())
                : Optional.empty();
    }

    // ---- durations

    /// A duration that begins here: `2 hours`, `an hour and a half`, `half an hour`, `1 hour 30 minutes`.
    Optional<Found<Duration>> duration(int at) {
        int i = at;
        if (is(i, Sort.ARTICLE) && language == Language.EN || isOneArticle(i)) i++;
        if (is(i, Sort.HALF_HOUR)) return Optional.of(new Found<>(Duration.ofMinutes(30), i + 1));
        if (is(i, Sort.QUARTER_HOUR)) return Optional.of(new Found<>(Duration.ofMinutes(15), i + 1));
        boolean one = i > at;
        var amount = one ? Optional.of(1.0) : number(i);
        if (amount.isEmpty()) return Optional.empty();
        double n = amount.get();
        if (!one) i++;
        if (is(i, Sort.AND_HALF)) {
            n += 0.5;
            i++;
        }
        if (!is(i, Sort.TIME) || tokens.get(i).is(Sort.OCLOCK)) return Optional.empty();
        double seconds = n * seconds(tokens.get(i).of(Sort.TIME));
        double unit = seconds(tokens.get(i).of(Sort.TIME));
        i++;
        if (is(i, Sort.AND_HALF)) {
            seconds += unit / 2;
            i++;
        }
        int next = is(i, Sort.AND) ? i + 1 : i;
        if (unit > 1
                && next < tokens.size()
                && (number(next).isPresent() || is(next, Sort.HALF_HOUR) || is(next, Sort.QUARTER_HOUR))) {
            var more = duration(next);
            if (more.isPresent() && more.get().value().toMillis() < unit * 1_000)
                return sane(
                        seconds + more.get().value().toMillis() / 1_000.0,
                        more.get().end());
        }
        return sane(seconds, i);
    }

    private boolean isOneArticle(int at) {
        return language == Language.NL
                && number(at).filter(n -> n == 1).isPresent()
                && (is(at + 1, Sort.HALF_HOUR) || is(at + 1, Sort.QUARTER_HOUR));
    }

    private static Optional<Found<Duration>> sane(double seconds, int end) {
        var d = Duration.ofSeconds(Math.round(seconds));
        return d.isZero() || d.isNegative() || d.compareTo(LENGTH_MAX) > 0
                ? Optional.empty()
                : Optional.of(new Found<>(d, end));
    }

    private static double seconds(String unit) {
        return switch (unit) {
            case "s" -> 1;
            case "min" -> 60;
            case "h" -> 3_600;
            case "d" -> 86_400;
            default -> 604_800; // the lexicon leaves only weeks
        };
    }

    // ---- instants

    /// A coming instant that begins here: `ten`, `22:00`, `half past nine`, `tomorrow at 7`, `this evening`.
    Optional<Found<Instant>> instant(int at) {
        int i = skip(at);
        if (is(i, Sort.DAY) && !tokens.get(i).of(Sort.DAY).equals("yesterday"))
            return onDay(tokens.get(i).of(Sort.DAY).equals("tomorrow") ? date().plusDays(1) : date(), i + 1);
        if (is(i, Sort.WEEKDAY)) {
            var day = DayOfWeek.of(Integer.parseInt(tokens.get(i).of(Sort.WEEKDAY)));
            return onDay(date().with(TemporalAdjusters.next(day)), i + 1);
        }
        if (is(i, Sort.PART)) {
            String part = tokens.get(i).of(Sort.PART);
            int j = skip(is(i + 1, Sort.PREP) ? i + 2 : i + 1);
            var clock = clock(j);
            if (clock.isPresent()) {
                var c = clock.get().value().in(part);
                return Optional.of(new Found<>(coming(c), clock.get().end()));
            }
            var time = now.with(timeOf(part));
            return Optional.of(new Found<>(new Instant(time.isAfter(now) ? time : time.plusDays(1), true), i + 1));
        }
        var clock = clock(i);
        if (clock.isEmpty()) return Optional.empty();
        int end = clock.get().end();
        var c = clock.get().value();
        int j = is(end, Sort.PREP) || is(end, Sort.ARTICLE) ? end + 1 : end;
        if (is(j, Sort.PART)) {
            c = c.in(tokens.get(j).of(Sort.PART));
            end = j + 1;
        }
        if (is(end, Sort.DAY) && !tokens.get(end).of(Sort.DAY).equals("yesterday")) {
            var day = tokens.get(end).of(Sort.DAY).equals("tomorrow") ? date().plusDays(1) : date();
            if (is(end + 1, Sort.PART)) {
                c = c.in(tokens.get(end + 1).of(Sort.PART));
                end++;
            }
            return Optional.of(
                    new Found<>(new Instant(day.atTime(c.first()).atZone(now.getZone()), !c.sure()), end + 1));
        }
        return Optional.of(new Found<>(coming(c), end));
    }

    private LocalDate date() {
        return now.toLocalDate();
    }

    private Optional<Found<Instant>> onDay(LocalDate day, int at) {
        int i = skip(at);
        if (is(i, Sort.PART)) {
            String part = tokens.get(i).of(Sort.PART);
            int j = skip(isAt(i + 1) ? i + 2 : i + 1);
            var clock = clock(j);
            if (clock.isPresent()) {
                var t = clock.get().value().in(part).first();
                return Optional.of(new Found<>(
                        new Instant(day.atTime(t).atZone(now.getZone()), false),
                        clock.get().end()));
            }
            return Optional.of(new Found<>(new Instant(day.atTime(timeOf(part)).atZone(now.getZone()), true), i + 1));
        }
        var clock = clock(skip(isAt(i) ? i + 1 : i));
        if (clock.isEmpty()) return Optional.of(new Found<>(new Instant(day.atStartOfDay(now.getZone()), true), at));
        var c = clock.get().value();
        int end = clock.get().end();
        int j = is(end, Sort.PREP) || is(end, Sort.ARTICLE) ? end + 1 : end;
        if (is(j, Sort.PART)) {
            c = c.in(tokens.get(j).of(Sort.PART));
            end = j + 1;
        }
        var time = day.atTime(c.first()).atZone(now.getZone());
        return Optional.of(new Found<>(new Instant(time, !c.sure()), end));
    }

    /// Whether an hour may follow: `at`, `om`.
    boolean isAt(int at) {
        return is(at, Sort.PREP) && List.of("at", "om").contains(tokens.get(at).text());
    }

    private static LocalTime timeOf(String part) {
        return switch (part) {
            case "morning" -> MORNING;
            case "afternoon" -> AFTERNOON;
            case "evening" -> EVENING;
            default -> NIGHT; // the lexicon leaves only the night
        };
    }

    /// A time of the clock.
    ///
    /// @param sure it says which half of the day
    private record Clock(int hour, int minute, boolean sure) {
        LocalTime first() {
            return LocalTime.of(hour % 24, minute);
        }

        Clock in(String part) {
            if (sure) return this;
            boolean late = part.equals("afternoon") || part.equals("evening") || part.equals("night") && hour > 5;
            return new Clock(
                    late && hour < HOURS_OF_HALF_DAY ? hour + HOURS_OF_HALF_DAY : hour % HOURS_OF_HALF_DAY,
                    minute,
                    true);
        }
    }

    /// The next time at which the clock shows this.
    private Instant coming(Clock c) {
        var time = now.with(c.first()).withSecond(0).withNano(0);
        int step = c.sure() ? 24 : HOURS_OF_HALF_DAY;
        while (!time.isAfter(now)) time = time.plusHours(step);
        var twelve = time.minusHours(HOURS_OF_HALF_DAY);
        if (!c.sure() && twelve.isAfter(now)) time = twelve;
        return new Instant(time, !c.sure());
    }

    private Optional<Found<Clock>> clock(int at) {
        if (is(at, Sort.NOON)) return Optional.of(new Found<>(new Clock(12, 0, true), at + 1));
        if (is(at, Sort.MIDNIGHT)) return Optional.of(new Found<>(new Clock(0, 0, true), at + 1));
        var spoken = spoken(at);
        if (spoken.isPresent()) return spoken;
        var n = number(at);
        if (n.isEmpty()) return Optional.empty();
        int minutes = tokens.get(at).minutes();
        double hour = n.get();
        int end = at + 1;
        if (minutes < 0 && hour != Math.rint(hour)) { // 20.30 hours
            minutes = (int) Math.round((hour - Math.floor(hour)) * 100);
            hour = Math.floor(hour);
        }
        if (hour < 0 || hour > 24 || minutes > 59) return Optional.empty();
        return Optional.of(half(
                (int) hour, Math.max(0, minutes), minutes >= 0 && tokens.get(at).minutes() >= 0, end));
    }

    /// With what follows the hour: `pm`, `o'clock`, `uur`.
    private Found<Clock> half(int hour, int minute, boolean written, int at) {
        int end = at;
        boolean sure = hour > HOURS_OF_HALF_DAY
                || hour == 0
                || written && tokens.get(at - 1).text().startsWith("0");
        if (is(end, Sort.OCLOCK)
                || language == Language.NL
                        && is(end, Sort.TIME)
                        && tokens.get(end).of(Sort.TIME).equals("h")) end++;
        if (end < tokens.size()
                && language == Language.NL
                && number(end).isPresent()
                && number(end).get() < 60
                && minute == 0
                && end > at) {
            minute = (int) Math.round(number(end).get());
            end++;
        }
        if (is(end, Sort.PM) && !tokens.get(end).isNumber())
            return new Found<>(
                    new Clock(hour < HOURS_OF_HALF_DAY ? hour + HOURS_OF_HALF_DAY : hour, minute, true), end + 1);
        if (is(end, Sort.AM)) return new Found<>(new Clock(hour % HOURS_OF_HALF_DAY, minute, true), end + 1);
        return new Found<>(new Clock(hour, minute, sure), end);
    }

    /// `half past nine`, `quarter to eight`, `ten past eight`; in Dutch `half tien` is half past nine.
    private Optional<Found<Clock>> spoken(int at) {
        if (is(at, Sort.HALF)) {
            boolean past = is(at + 1, Sort.PAST_HOUR);
            if (language == Language.EN && !past) return Optional.empty();
            var n = number(language == Language.EN ? at + 2 : at + 1);
            if (n.isEmpty() || n.get() < 1 || n.get() > 12) return Optional.empty();
            int hour = language == Language.EN ? n.get().intValue() : n.get().intValue() - 1;
            return Optional.of(half(hour == 0 ? 12 : hour, 30, false, at + (language == Language.EN ? 3 : 2)));
        }
        int minutes = is(at, Sort.QUARTER)
                ? 15
                : number(at).filter(n -> n < 30).map(Double::intValue).orElse(-1);
        if (minutes < 0) return Optional.empty();
        boolean past = is(at + 1, Sort.PAST_HOUR);
        boolean before = is(at + 1, Sort.TO_HOUR);
        if (!past && !before) return Optional.empty();
        var n = number(at + 2);
        if (n.isEmpty() || n.get() < 1 || n.get() > 12) return Optional.empty();
        int hour = n.get().intValue();
        if (before) hour = hour == 1 ? 12 : hour - 1;
        return Optional.of(half(hour, before ? 60 - minutes : minutes, false, at + 3));
    }

    // ---- what was

    /// A stretch of the past that begins here: `yesterday`, `last week`, `the last 3 days`, `on monday`.
    Optional<Found<Period>> period(int at) {
        int i = at;
        if (is(i, Sort.PERIOD))
            return Optional.of(new Found<>(named(tokens.get(i).of(Sort.PERIOD)), i + 1));
        if (is(i, Sort.DAY) && !tokens.get(i).of(Sort.DAY).equals("tomorrow")) {
            var day = tokens.get(i).of(Sort.DAY).equals("yesterday") ? date().minusDays(1) : date();
            if (is(i + 1, Sort.PART))
                return Optional.of(new Found<>(part(day, tokens.get(i + 1).of(Sort.PART)), i + 2));
            return Optional.of(new Found<>(day(day), i + 1));
        }
        if (is(i, Sort.PART))
            return Optional.of(new Found<>(part(date(), tokens.get(i).of(Sort.PART)), i + 1));
        int j = is(i, Sort.PREP) || is(i, Sort.RECENT) ? i + 1 : i;
        if (is(j, Sort.WEEKDAY)) {
            var day = DayOfWeek.of(Integer.parseInt(tokens.get(j).of(Sort.WEEKDAY)));
            return Optional.of(new Found<>(day(date().with(TemporalAdjusters.previous(day))), j + 1));
        }
        if (is(i, Sort.RECENT)) {
            var length = is(i + 1, Sort.TIME)
                    ? Optional.of(new Found<>(
                            Duration.ofSeconds((long) seconds(tokens.get(i + 1).of(Sort.TIME))), i + 2))
                    : duration(i + 1);
            if (length.isPresent())
                return Optional.of(new Found<>(
                        new Period(now.minus(length.get().value()), now),
                        length.get().end()));
        }
        return Optional.empty();
    }

    /// The instant after a while.
    ZonedDateTime after(Duration length) {
        return now.plus(length);
    }

    /// The last days, so many of them.
    Period lastDays(int days) {
        return new Period(now.minusDays(days), now);
    }

    /// Today so far.
    Period today() {
        return day(date());
    }

    private Period day(LocalDate day) {
        return span(day, day.plusDays(1));
    }

    private Period span(LocalDate from, LocalDate to) {
        return new Period(from.atStartOfDay(now.getZone()), to.atStartOfDay(now.getZone()));
    }

    private Period part(LocalDate day, String part) {
        int from = switch (part) {
            case "morning" -> 6;
            case "afternoon" -> 12;
            case "evening" -> 18;
            default -> 22; // the lexicon leaves only the night
        };
        var begin = day.atTime(from, 0).atZone(now.getZone());
        return new Period(begin, part.equals("night") ? begin.plusHours(8) : begin.plusHours(6));
    }

    private Period named(String name) {
        var week = date().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        var month = date().withDayOfMonth(1);
        var year = date().withDayOfYear(1);
        return switch (name) {
            case "last_night" -> {
                var begin = date().minusDays(1).atTime(22, 0).atZone(now.getZone());
                yield new Period(begin, date().atTime(6, 0).atZone(now.getZone()));
            }
            case "this_week" -> span(week, week.plusWeeks(1));
            case "last_week" -> span(week.minusWeeks(1), week);
            case "this_month" -> span(month, month.plusMonths(1));
            case "last_month" -> span(month.minusMonths(1), month);
            case "this_year" -> span(year, year.plusYears(1));
            default -> span(year.minusYears(1), year); // the lexicon leaves only last_year
        };
    }
}
