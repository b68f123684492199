package io.linkspan.node;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/// A clock in a test's hand: it stands still until somebody calls [#advance]. Safe for many threads.
public final class SimulatedClock implements NodeClock {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private long nanos;
    private long wallMicros;
    private final PriorityQueue<Long> wakes = new PriorityQueue<>();

    /// Stands at this wall time.
    public SimulatedClock(long wallMicros) {
        this.wallMicros = wallMicros;
    }

    /// Moves both clocks forward and wakes who slept so long.
    public synchronized void advance(Duration by) {
        nanos += by.toNanos();
        wallMicros += by.toNanos() / 1_000;
        while (!wakes.isEmpty() && wakes.peek() <= nanos) wakes.remove();
        notifyAll();
    }

    /// Sets the wall clock alone, as a person or a time server does.
    public synchronized void stepWall(Duration by) {
        wallMicros += by.toNanos() / 1_000;
    }

    /// Waits, in real time, until somebody sleeps on this clock.
    ///
    /// @return how long until the first of them wakes
    public synchronized Duration awaitSleeper() throws InterruptedException {
        while (wakes.isEmpty()) wait();
        return Duration.ofNanos(wakes.element() - nanos);
    }

    @Override
    public synchronized long wallMicros() {
        return wallMicros;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized void sleep(Duration time) throws InterruptedException {
        long end = nanos + time.toNanos();
        if (end <= nanos) return;
        wakes.add(end);
        notifyAll();
        try {
            while (nanos < end) wait();
        } catch (InterruptedException e) {
            wakes.remove(end);
            throw e;
        }
    }

    /// Returns each real millisecond, as nobody who moves the simulated time holds the condition's lock.
    @Override
    @SuppressWarnings("WaitNotInLoop") // the caller loops, as with any condition
    public long awaitNanos(Condition condition, long nanos) throws InterruptedException {
        long end = nanoTime() + nanos;
        condition.awaitNanos(Math.min(nanos, LOOK_AGAIN_NANOS));
        return end - nanoTime();
    }
}
