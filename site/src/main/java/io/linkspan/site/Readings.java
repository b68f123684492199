package io.linkspan.site;

import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Property;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// Decides how far a reading is trusted, and what a register that went back means.
final class Readings {
    /// How far a device's clock may be off before its readings are UNCERTAIN, in microseconds: five minutes.
    static final long DEVICE_CLOCK_MAX_MICROS = 300_000_000;

    /// A register above this part of its roll-over that falls below the rest of it has rolled over.
    private static final BigDecimal NEAR_THE_END = new BigDecimal("0.9");

    private Readings() {}

    /// The readings of one frame as they are taken, then what else follows from their values.
    static List<Result> take(State state, Input.Frame frame, Moment now) {
        var taken = new ArrayList<Reading>(frame.readings().size());
        var others = new ArrayList<Result>();
        long newest = newestDeviceTime(frame.readings());
        boolean clockIsRight = newest == Reading.NO_TIME || Math.abs(newest - now.wall()) <= DEVICE_CLOCK_MAX_MICROS;
        for (var reading : frame.readings()) {
            var point = state.program.point(reading.property());
            if (point.isEmpty() || point.get().property() == null) {
                taken.add(reading.as(Quality.BAD));
                continue;
            }
            Quality quality = quality(point.get().must(), reading, clockIsRight);
            if (quality.isUsable() && reading.value() instanceof Value.Register register)
                quality = register(state, point.get(), register, quality, others);
            taken.add(quality == reading.quality() ? reading : reading.as(quality));
        }
        others.addFirst(new Result.Took(taken));
        return others;
    }

    /// The telegram's own time. Older times in one telegram are those of sub-meters, which is no fault of a clock.
    private static long newestDeviceTime(List<Reading> readings) {
        long newest = Reading.NO_TIME;
        for (var r : readings) newest = Math.max(newest, r.deviceTimeMicros());
        return newest;
    }

    private static Quality quality(Property property, Reading reading, boolean clockIsRight) {
        if (!reading.quality().isUsable()) return reading.quality();
        if (reading.value().type() != property.type()) return Quality.BAD;
        if (property.type().isQuantity()) {
            double d = Values.asDouble(reading.value()).orElseThrow();
            if (d < property.min().orElse(Double.NEGATIVE_INFINITY)
                    || d > property.max().orElse(Double.POSITIVE_INFINITY)) return Quality.BAD;
        }
        if (reading.value() instanceof Value.Choice c && !property.choices().containsValue(c.name()))
            return Quality.BAD;
        return clockIsRight || !reading.hasDeviceTime() ? reading.quality() : Quality.UNCERTAIN;
    }

    private static Quality register(
            State state, Program.Point point, Value.Register now, Quality quality, List<Result> others) {
        var last = state.twin(point.number()).reading();
        if (last == null || !(last.value() instanceof Value.Register before)) return quality;
        if (now.exact().compareTo(before.exact()) >= 0) return quality;
        var rollover = point.must().rollover();
        if (rollover.isPresent()
                && before.exact().compareTo(rollover.get().multiply(NEAR_THE_END)) > 0
                && now.exact().compareTo(rollover.get().multiply(BigDecimal.ONE.subtract(NEAR_THE_END))) < 0) {
            BigDecimal whole = rollover.get().add(BigDecimal.ONE.movePointLeft(now.decimals()));
            others.add(turned(state, point.number(), whole, false));
            return quality;
        }
        others.add(new Result.Noticed(
                Result.Severity.WARNING,
                point.path(),
                point.path() + " went back from " + before + " to " + now + "; was the meter exchanged?"));
        return Quality.UNCERTAIN;
    }

    /// A meter was exchanged: the difference is added to what the new one shows.
    static List<Result> exchanged(State state, Input.Exchange exchange) {
        if (!(exchange.oldLast() instanceof Value.Register last)
                || !(exchange.newFirst() instanceof Value.Register first)) return List.of();
        return List.of(turned(state, exchange.property(), last.exact().subtract(first.exact()), true));
    }

    private static Result turned(State state, int property, BigDecimal more, boolean exchanged) {
        var old = state.turns[property];
        BigDecimal base = BigDecimal.valueOf(old.baseUnscaled(), old.decimals()).add(more);
        return new Result.RegisterTurned(
                property, exchanged, base.unscaledValue().longValueExact(), Math.max(base.scale(), 0));
    }
}
