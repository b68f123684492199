package io.linkspan.node;

import java.time.Duration;

/// Ages and waits as people say them: `now`, `3 s`, `2 min`, `5 h`, `12 d`. No state.
public final class Ages {
    private Ages() {}

    /// How long ago something was, in the largest unit of which there is one; a time to come begins with `in`.
    public static String text(Duration age) {
        if (age.isNegative()) return age.compareTo(Duration.ofSeconds(-1)) > 0 ? "now" : "in " + text(age.negated());
        long seconds = age.toSeconds();
        if (seconds < 1) return "now";
        if (seconds < 60) return seconds + " s";
        if (seconds < 3_600) return seconds / 60 + " min";
        return seconds < 86_400 ? seconds / 3_600 + " h" : seconds / 86_400 + " d";
    }

    /// As [#text], from two wall times in microseconds since 1970 UTC; `-` when `thenMicros` is 0: never.
    public static String since(long thenMicros, long nowMicros) {
        return thenMicros == 0 ? "-" : text(Duration.ofNanos(Math.subtractExact(nowMicros, thenMicros) * 1_000));
    }
}
