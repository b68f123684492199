package io.linkspan.connector;

import io.linkspan.model.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Says what became of an accepted report. Safe for many threads.
public interface Ticket {
    /// Waits until the report is on disk; only then it may be acknowledged to the sender. Somebody who waits makes
    /// the
    /// disk store it at once.
    ///
    /// @return false when the time was over, or the disk is dead or full and it will never be
    boolean awaitDurable(Duration timeout) throws InterruptedException;

    /// Tells what [#awaitDurable] would say, once, without a thread that waits: at once when it is known, else by
    /// the
    /// thread
    /// that completes it, which must not be kept.
    void whenDurable(Consumer<Boolean> told);

    /// For a [Report.Asked]: waits for what became of the wish; none when the time was over first.
    Optional<Outcome> awaitOutcome(Duration timeout) throws InterruptedException;
}
