package io.linkspan.site;

import io.linkspan.model.*;
import java.time.*;
import java.util.Optional;

final class Recurrence {
    private final LocalTime t;

    Recurrence(LocalTime t) {
        this.t = t;
    }

    static Recurrence read(Mark at, String text) throws Invalid {
        try {
            return new Recurrence(LocalTime.parse(text));
        } catch (Exception e) {
            throw new Invalid(at, "bad");
        }
    }

    long next(long after, ZoneId z, Optional<Value.Position> p) {
        var d = Instant.ofEpochSecond(Math.floorDiv(after, 1000000L)).atZone(z).toLocalDate();
        for (int i = -1; i < 3; i++) {
            long w = ZonedDateTime.of(d.plusDays(i), t, z).toEpochSecond() * 1000000L;
            if (w > after) return w;
        }
        return Long.MAX_VALUE;
    }

    long previous(long at, ZoneId z, Optional<Value.Position> p) {
        var d = Instant.ofEpochSecond(Math.floorDiv(at, 1000000L)).atZone(z).toLocalDate();
        for (int i = 1; i > -3; i--) {
            long w = ZonedDateTime.of(d.plusDays(i), t, z).toEpochSecond() * 1000000L;
            if (w <= at) return w;
        }
        return Long.MIN_VALUE;
    }

    boolean needsPosition() {
        return false;
    }
}
