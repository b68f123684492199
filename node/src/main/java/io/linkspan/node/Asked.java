package io.linkspan.node;

import io.linkspan.model.Outcome;
import io.linkspan.model.Result;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What somebody asked of a site through a door, and what became of it. Safe for many threads.
public final class Asked {
    private @Nullable Taken taken;
    private @Nullable Outcome outcome;
    private @Nullable Outcome known;
    private boolean failed;
    private boolean contradicted;

    /// The step that took it.
    ///
    /// @param here packed position of its entry
    public record Taken(long here, List<Result> results) {
        public Taken {
            results = List.copyOf(results);
        }
    }

    synchronized void durable(Taken step) {
        taken = step;
        if (outcome == null) outcome = known;
        notifyAll();
    }

    /// What became of it was decided before; it is told when that is on disk for sure.
    synchronized void known(Outcome what) {
        known = what;
    }

    synchronized void failed() {
        failed = true;
        notifyAll();
    }

    /// Its key was used for something else: it is not taken.
    synchronized void contradicted() {
        contradicted = true;
        failed();
    }

    /// Whether it was not taken because its key was used for something else.
    synchronized boolean isContradicted() {
        return contradicted;
    }

    synchronized void outcome(Outcome what) {
        if (outcome == null) outcome = what;
        notifyAll();
    }

    /// Waits until it is on disk; none when the time was over, or the disk will never take it.
    public synchronized Optional<Taken> await(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        for (long left; taken == null && !failed && (left = end - System.nanoTime()) > 0; ) waitNanos(left);
        return Optional.ofNullable(taken);
    }

    /// Waits for the final outcome of a command; none when the time was over first.
    public synchronized Optional<Outcome> awaitOutcome(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        for (long left; outcome == null && !failed && (left = end - System.nanoTime()) > 0; ) waitNanos(left);
        return Optional.ofNullable(outcome);
    }

    private void waitNanos(long nanos) throws InterruptedException {
        java.util.concurrent.TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, nanos));
    }
}
