package io.linkspan.access;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// Ends what a slow client keeps waiting: a virtual thread that is interrupted while it reads or writes a socket closes
/// that socket (JEP 444), and nothing less would free it. Safe for many threads; each watches over itself.
final class Watch implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Map<Thread, Term> terms = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean open = true;

    private static final class Term {
        private final long endNanos;
        private boolean over;

        Term(long endNanos) {
            this.endNanos = endNanos;
        }

        private synchronized boolean interrupt(Thread thread) {
            if (over) return false;
            over = true;
            thread.interrupt();
            return true;
        }

        private synchronized void end() {
            over = true;
        }
    }

    Watch() {
        thread = Thread.ofVirtual().name("http watch").start(this::look);
    }

    /// What the current thread does from now on must end within this time.
    void begin(Duration within) {
        var before = terms.put(Thread.currentThread(), new Term(System.nanoTime() + within.toNanos()));
        if (before != null) before.end();
    }

    /// It ended. Where it did not end in time the thread stays interrupted, and its connection closes.
    void end() {
        var term = terms.remove(Thread.currentThread());
        if (term != null) term.end();
    }

    /// Clients that were dropped because they were too slow.
    long dropped() {
        return dropped.sum();
    }

    private void look() {
        try {
            while (open) {
                TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
                long now = System.nanoTime();
                terms.forEach((who, term) -> {
                    if (!who.isAlive()) terms.remove(who, term);
                    else if (now - term.endNanos > 0 && terms.remove(who, term) && term.interrupt(who))
                        dropped.increment();
                });
            }
        } catch (InterruptedException e) {
            // only close() interrupts
        }
    }

    @Override
    public void close() {
        open = false;
        thread.interrupt();
    }
}
