package io.linkspan.model;

import java.util.List;

/// One order over many actuators: each gets the same value by a command of its own. Immutable.
///
/// @param key idempotency key; that of a target's command is derived from it ([#keyOf])
/// @param properties numbers of the actuators, each once, in the order in which they are commanded
/// @param lease of each wish in microseconds; 0: what a command gives
/// @param deadline of each command in microseconds from its own beginning; 0: what a command gives
/// @param every shortest time between the beginnings of two commands, in microseconds
/// @param atOnce most commands under way; those that wait for a device to wake do not count
/// @param failuresMax so many commands that are not done, and no more are begun; 0: it goes on
public record BulkOrder(
        String key,
        List<Integer> properties,
        Value value,
        Priority priority,
        long lease,
        long deadline,
        long every,
        int atOnce,
        int failuresMax) {
    /// Most actuators of one order.
    public static final int TARGETS_MAX = 10_000;
    /// Most commands of one order at once.
    public static final int AT_ONCE_MAX = 1_000;
    /// Shortest time between two commands: 1 ms, so 1,000 a second.
    public static final long EVERY_MICROS_MIN = 1_000;
    /// Longest: one hour.
    public static final long EVERY_MICROS_MAX = 3_600_000_000L;

    public BulkOrder {
        properties = List.copyOf(properties);
        if (key.isEmpty()) throw new IllegalArgumentException("An order over many things has a key");
        if (properties.isEmpty() || properties.size() > TARGETS_MAX)
            throw new IllegalArgumentException(
                    "One order is for 1.." + TARGETS_MAX + " actuators, not " + properties.size());
        if (new java.util.HashSet<>(properties).size() != properties.size())
            throw new IllegalArgumentException("One order names each actuator once");
        if (every < EVERY_MICROS_MIN || every > EVERY_MICROS_MAX)
            throw new IllegalArgumentException(
                    "One order begins 1000 commands a second to 1 an hour, not one each " + every + " us");
        if (atOnce < 1 || atOnce > AT_ONCE_MAX)
            throw new IllegalArgumentException("One order has 1.." + AT_ONCE_MAX + " commands at once, not " + atOnce);
        if (failuresMax < 0) throw new IllegalArgumentException("Failures are counted from 0, not " + failuresMax);
    }

    /// The idempotency key of the command for one of its actuators.
    public String keyOf(int property) {
        return key + "/" + property;
    }
}
