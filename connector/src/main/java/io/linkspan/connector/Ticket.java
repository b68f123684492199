package io.linkspan.connector;

import io.linkspan.model.Outcome;
import java.time.Duration;
import java.util.Optional;

/// Says what became of an accepted report. Safe for many threads.
public interface Ticket {
    /// Waits until the report is on disk; only then it may be acknowledged to the sender.
    ///
    /// @return false when the time was over, or the disk is dead or full and it will never be
    boolean awaitDurable(Duration timeout) throws InterruptedException;

    /// For a [Report.Asked]: waits for what became of the wish; none when the time was over first.
    Optional<Outcome> awaitOutcome(Duration timeout) throws InterruptedException;
}
