package io.linkspan.model;

/// One value of one property at one instant. The receive time is that of the entry which carries the reading.
///
/// @param property the number of the property within its site
/// @param deviceTimeMicros the device's own time of the value, microseconds since 1970 UTC, or [#NO_TIME]
public record Reading(int property, Value value, Quality quality, long deviceTimeMicros) {
    /// The device told no time: the receive time stands.
    public static final long NO_TIME = Long.MIN_VALUE;

    public Reading {
        if (property < 1) throw new IllegalArgumentException("A property's number counts from 1, not " + property);
    }

    /// A good reading without a time of its own.
    public static Reading good(int property, Value value) {
        return new Reading(property, value, Quality.GOOD, NO_TIME);
    }

    /// Whether the device told its own time.
    public boolean hasDeviceTime() {
        return deviceTimeMicros != NO_TIME;
    }

    /// The same reading, trusted otherwise.
    public Reading as(Quality other) {
        return new Reading(property, value, other, deviceTimeMicros);
    }
}
