package io.linkspan.model;

/// Who wins when several wish for one actuator, high to low. The order is the code in the log.
public enum Priority {
    /// Protects machines and goods (no safety function in the sense of IEC 61508).
    PROTECT,
    /// A person.
    MANUAL,
    /// Links and rules, unless they say otherwise.
    OPERATE,
    /// Schedules, unless they say otherwise.
    COMFORT,
    /// Saving: peak shedding, tariffs.
    ECONOMY,
    /// What was learned, or said to an assistant.
    SUGGEST,
    /// What an actuator does when nobody wishes.
    FALLBACK;

    /// Whether this one wins against the other.
    public boolean beats(Priority other) {
        return ordinal() < other.ordinal();
    }

    /// The word in the site file.
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
