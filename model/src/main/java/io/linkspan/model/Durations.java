package io.linkspan.model;

import java.time.Duration;
import java.util.regex.Pattern;

/// Durations as people write them: `200ms`, `60s`, `10min`, `2h`, `1d`, also joined: `1h30min`. Never without a unit.
public final class Durations {
    private static final Pattern WHOLE = Pattern.compile("(\\d{1,12}(ms|us|s|min|h|d))+");
    private static final Pattern PART = Pattern.compile("(\\d+)(ms|us|s|min|h|d)");

    /// The longest duration that is taken: 100 years, in days.
    public static final int DAYS_MAX = 36_500;

    private Durations() {}

    /// Reads one, or throws [IllegalArgumentException] with what would be right.
    public static Duration parse(String text) {
        String t = text.trim();
        if (!WHOLE.matcher(t).matches())
            throw new IllegalArgumentException(
                    "is a duration with a unit such as 200ms, 60s, 10min, 2h or 1d, not \"" + text + "\"");
        Duration sum = Duration.ZERO;
        var part = PART.matcher(t);
        while (part.find()) {
            long n = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "us" -> Duration.ofNanos(Math.multiplyExact(n, 1_000));
                        case "ms" -> Duration.ofMillis(n);
                        case "s" -> Duration.ofSeconds(n);
                        case "min" -> Duration.ofMinutes(n);
                        case "h" -> Duration.ofHours(n);
                        default -> Duration.ofDays(n); // the pattern leaves only d
                    });
        }
        if (sum.toDays() > DAYS_MAX)
            throw new IllegalArgumentException("is at most " + DAYS_MAX + "d, not \"" + text + "\"");
        return sum;
    }

    /// Writes one in the largest unit that keeps it exact; [#parse] reads it back.
    public static String format(Duration d) {
        long us = micros(d);
        if (us == 0) return "0s";
        if (us % 86_400_000_000L == 0) return us / 86_400_000_000L + "d";
        if (us % 3_600_000_000L == 0) return us / 3_600_000_000L + "h";
        if (us % 60_000_000L == 0) return us / 60_000_000L + "min";
        if (us % 1_000_000L == 0) return us / 1_000_000L + "s";
        return us % 1_000 == 0 ? us / 1_000 + "ms" : us + "us";
    }

    /// The duration in microseconds, the unit of all our times.
    public static long micros(Duration d) {
        return Math.addExact(Math.multiplyExact(d.getSeconds(), 1_000_000L), d.getNano() / 1_000);
    }
}
