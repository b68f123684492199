package io.linkspan.model;

/// How far a reading can be trusted. The order is the code in the log: add at the end only.
public enum Quality {
    /// Measured and within what was declared.
    GOOD,
    /// Probably right: the device's clock is off, sources of an expression are too far apart in time, a register
    /// went back.
    UNCERTAIN,
    /// The device says that it has no valid value, or the value is outside the declared range.
    BAD,
    /// A meter's substitute for a value that it could not measure.
    ESTIMATED,
    /// A later and better value for an instant that had one.
    CORRECTED;

    /// Whether links and rules act on it: UNCERTAIN and BAD count as silence.
    public boolean isUsable() {
        return this == GOOD || this == ESTIMATED || this == CORRECTED;
    }
}
