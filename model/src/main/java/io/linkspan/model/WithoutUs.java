package io.linkspan.model;

import java.time.Duration;

/// What a machine does by itself when we are silent, declared per writable property. [None] is shown as a risk.
public sealed interface WithoutUs {
    /// Nobody knows.
    record None() implements WithoutUs {}

    /// The machine watches a register that we write while the site is alive, and falls back by itself when it
    /// stops.
    ///
    /// @param at the register's address in the words of the connector
    /// @param every how often we write it
    record Watchdog(String at, Duration every) implements WithoutUs {}

    /// The machine switches off by itself after this time without a new command.
    record AutoOff(Duration after) implements WithoutUs {}

    /// The machine keeps the last value for ever, and that is acceptable.
    record LastValue() implements WithoutUs {}
}
