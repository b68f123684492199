package io.linkspan.payload;

import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The device's own time in a message: ISO 8601 with an offset, or a number since 1970 UTC in seconds, milliseconds or
/// microseconds, told apart by its size. A time without an offset is nobody's time and is refused. Pure.
final class DeviceTimes {
    /// Below this a number is in seconds (until the year 5138), below its thousandfold in milliseconds.
    private static final double SECONDS_BELOW = 1e11;

    private static final double MILLISECONDS_BELOW = 1e14;
    private static final double MICROSECONDS_BELOW = 1e17;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,17}(\\.\\d{1,9})?");
    private static final Pattern OFFSET = Pattern.compile("([+-]\\d\\d)(\\d\\d)$");

    private DeviceTimes() {}

    static long micros(JsonPointer pointer, Message message) throws BadPayload {
        var there = message.jsonAt(pointer);
        if (there.isEmpty()
                || !(there.get() instanceof Tree.Scalar s)
                || s.text().isEmpty()) return Reading.NO_TIME;
        return NUMBER.matcher(s.text()).matches() ? number(Double.parseDouble(s.text())) : text(s.text());
    }

    private static long number(double time) throws BadPayload {
        if (time < SECONDS_BELOW) return Math.round(time * 1e6);
        if (time < MILLISECONDS_BELOW) return Math.round(time * 1e3);
        if (time < MICROSECONDS_BELOW) return Math.round(time);
        throw new BadPayload("its time " + time + " is no time");
    }

    private static long text(String text) throws BadPayload {
        try {
            var time = OffsetDateTime.parse(OFFSET.matcher(text).replaceFirst("$1:$2"))
                    .toInstant();
            return Math.addExact(TimeUnit.SECONDS.toMicros(time.getEpochSecond()), time.getNano() / 1_000);
        } catch (DateTimeException | ArithmeticException e) {
            throw new BadPayload("its time " + Shape.shown(text)
                    + " is neither a number since 1970 nor a date with an offset (2026-01-31T12:00:00Z)");
        }
    }
}
