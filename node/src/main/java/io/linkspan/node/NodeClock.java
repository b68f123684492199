package io.linkspan.node;

import java.time.Duration;
import java.util.concurrent.locks.Condition;

/// The one clock that drives a node: real, faster, or in a test's hand. Safe for many threads.
public interface NodeClock {
    /// Microseconds since 1970 UTC; may jump when somebody sets the box's clock.
    long wallMicros();

    /// Monotone nanoseconds from any origin.
    long nanoTime();

    /// Waits; at once for zero or less.
    void sleep(Duration time) throws InterruptedException;

    /// Waits on a condition, whose lock the caller holds, for at most `nanos` of this clock. As with any condition
    /// it may
    /// return for no reason.
    ///
    /// @return what is left of `nanos`; zero or less when the time is over
    long awaitNanos(Condition condition, long nanos) throws InterruptedException;

    /// The clock of the box.
    static NodeClock real() {
        return RealClock.HERE;
    }
}
