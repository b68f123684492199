package io.linkspan.node;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before a lost line is opened again: twice as long each time, a little random so that a hundred
/// lines
/// that broke together do not come back together. For one thread.
final class Backoff {
    /// The wait after the first failure.
    static final Duration RECONNECT_FIRST = Duration.ofMillis(500);

    /// The longest wait.
    static final Duration RECONNECT_MOST = Duration.ofSeconds(30);

    /// A line that was up so long begins again with the shortest wait.
    static final Duration RECONNECT_GOOD = Duration.ofSeconds(10);

    /// A wait is up to this part of itself shorter.
    static final double JITTER = 0.25;

    private final RandomGenerator random;
    private Duration next = RECONNECT_FIRST;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /// The wait after a failure.
    ///
    /// @param up how long the line had been up before
    Duration after(Duration up) {
        if (up.compareTo(RECONNECT_GOOD) >= 0) next = RECONNECT_FIRST;
        Duration now = next;
        Duration twice = next.multipliedBy(2);
        next = twice.compareTo(RECONNECT_MOST) > 0 ? RECONNECT_MOST : twice;
        return Duration.ofNanos((long) (now.toNanos() * (1 - JITTER * random.nextDouble())));
    }
}
