package io.linkspan.node;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;

/// The clock of the box. No state.
final class RealClock implements NodeClock {
    static final RealClock HERE = new RealClock();

    private RealClock() {}

    @Override
    public long wallMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        if (time.isPositive()) Thread.sleep(time);
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller loops, as with any condition
    public long awaitNanos(Condition condition, long nanos) throws InterruptedException {
        return condition.awaitNanos(nanos);
    }
}
