package io.linkspan.node;

import java.time.Duration;
import java.util.concurrent.locks.Condition;

/// A clock that runs `speed` times as fast as another, from a wall time of one's choice: what `--speed` gives. Timeouts
/// of
/// real lines do not follow it: the network is no faster. Safe for many threads.
public final class SpeedClock implements NodeClock {
    /// Fastest: a day in about a second.
    public static final double SPEED_MAX = 100_000;

    private final NodeClock real;
    private final double speed;
    private final long startWallMicros;
    private final long startNanos;

    /// Starts now at `startWallMicros`.
    ///
    /// @param speed more than 0, at most [#SPEED_MAX]
    public SpeedClock(NodeClock real, double speed, long startWallMicros) {
        if (!(speed > 0 && speed <= SPEED_MAX))
            throw new IllegalArgumentException("A speed is more than 0 and at most " + SPEED_MAX + ", not " + speed);
        this.real = real;
        this.speed = speed;
        this.startWallMicros = startWallMicros;
        this.startNanos = real.nanoTime();
    }

    @Override
    public long wallMicros() {
        return startWallMicros + sinceStart() / 1_000;
    }

    @Override
    public long nanoTime() {
        return startNanos + sinceStart();
    }

    private long sinceStart() {
        return (long) ((real.nanoTime() - startNanos) * speed);
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        real.sleep(Duration.ofNanos((long) (time.toNanos() / speed)));
    }

    @Override
    public long awaitNanos(Condition condition, long nanos) throws InterruptedException {
        return (long) (real.awaitNanos(condition, (long) Math.ceil(nanos / speed)) * speed);
    }
}
