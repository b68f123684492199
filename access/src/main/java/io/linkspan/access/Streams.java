package io.linkspan.access;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/// The streams that are open: how many there may be, and how all are ended. Safe for many threads.
final class Streams {
    private final Semaphore pages = new Semaphore(Limits.PAGES_MAX);
    private final Semaphore feeds = new Semaphore(Limits.FEEDS_MAX);
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final LongAdder refused = new LongAdder();
    private volatile boolean open = true;

    /// What a stream is for.
    enum Use {
        /// Shown to somebody: only the newest counts.
        PAGE,
        /// Taken by somebody: all of it counts.
        FEED
    }

    /// The place of one stream; closing it gives the place back.
    final class Permit implements AutoCloseable {
        private final Semaphore of;
        private boolean given = true;

        private Permit(Semaphore of) {
            this.of = of;
        }

        @Override
        public synchronized void close() {
            if (given) of.release();
            given = false;
        }
    }

    /// A place for one more stream.
    ///
    /// @throws Problem there are too many
    Permit enter(Use use) throws Problem {
        var of = switch (use) {
            case PAGE -> pages;
            case FEED -> feeds;
        };
        if (open && of.tryAcquire()) return new Permit(of);
        refused.increment();
        throw Problem.of(
                        503,
                        use == Use.PAGE
                                ? "Too many look at once; close another page or wait"
                                : "Too many feeds are open; end one, or connect again later and go on at your position")
                .with("Retry-After", "5");
    }

    /// A stream that runs on the current thread until the door closes.
    interface Run {
        void run() throws java.io.IOException, InterruptedException, Problem;
    }

    void run(Run stream) throws java.io.IOException, InterruptedException, Problem {
        threads.add(Thread.currentThread());
        try {
            if (open) stream.run();
        } finally {
            threads.remove(Thread.currentThread());
        }
    }

    /// Streams that were refused because there were too many.
    long refused() {
        return refused.sum();
    }

    int pages() {
        return Limits.PAGES_MAX - pages.availablePermits();
    }

    int feeds() {
        return Limits.FEEDS_MAX - feeds.availablePermits();
    }

    /// Ends all.
    void close() {
        open = false;
        threads.forEach(Thread::interrupt);
    }
}
