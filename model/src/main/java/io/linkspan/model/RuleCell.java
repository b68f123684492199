package io.linkspan.model;

import java.util.List;

/// What a rule or schedule does now: what the page, `rules` and the API show of it. Immutable.
///
/// @param sinceWall since when it does so, microseconds since 1970 UTC
/// @param untilWall when it acts, goes on or is looked at next if nothing happens before; 0 when that is not known
/// @param fired how often it acted since it was defined as it is
/// @param firedWall wall time of the last; 0: never
/// @param holds numbers of the actuators that it holds
/// @param why the reason, where a person put it to sleep
/// @param at packed position of the entry of the last change; 0 before the first
public record RuleCell(
        int rule,
        State state,
        long sinceWall,
        long untilWall,
        long fired,
        long firedWall,
        List<Integer> holds,
        String why,
        long at) {
    public RuleCell {
        holds = List.copyOf(holds);
    }

    /// What it does.
    public enum State {
        /// Its condition is not met, or its time has not come.
        IDLE,
        /// Its condition is met, and not long enough.
        MET,
        /// Its condition is met and it acted; a schedule: one of its points holds.
        ACTIVE,
        /// It is between two of its steps.
        WAITING,
        /// It can not know what it looks at.
        UNSURE,
        /// The site is in a mode in which it sleeps.
        ASLEEP,
        /// A person put it to sleep.
        OFF,
        /// It acted too often and is stopped for a while.
        LIMITED
    }
}
