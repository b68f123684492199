package io.linkspan.node;

import io.linkspan.connector.Report;
import io.linkspan.connector.Ticket;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// What waits for the one thread that steps a site. Each source has its own bounded queue and they are served in turn,
/// so a
/// talkative source delays nobody; sources in the control lane go first.
///
/// Thread-safety: sources are for many threads, [#drain] is for one.
///
/// @param <T> what the thread steps through
public final class Inbox<T> {
    /// Most reports of one connector that wait; then the connector waits.
    public static final int QUEUE_REPORTS_MAX = 4_096;

    /// So many turns the control lane has before the readings lane gets one, so that neither starves.
    public static final int CONTROL_TURNS = 8;

    private final NodeClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Source> control = new ArrayDeque<>();
    private final ArrayDeque<Source> readings = new ArrayDeque<>();
    private int controlTurns;
    private boolean woken;

    /// An empty one, whose waits follow this clock.
    public Inbox(NodeClock clock) {
        this.clock = clock;
    }

    /// Which sources go first.
    public enum Lane {
        /// Commands, and connectors that feed links.
        CONTROL,
        /// All others.
        READINGS
    }

    /// A new source with a queue of its own.
    ///
    /// @param max most items that wait, at least 1
    public Source source(Lane lane, int max) {
        if (max < 1) throw new IllegalArgumentException("A queue holds at least 1, not " + max);
        return new Source(lane, max);
    }

    /// A source for one connector's reports.
    ///
    /// @param wrap makes of what arrives what the thread steps through
    public Sink sink(String connector, Lane lane, int max, Function<Arrival, T> wrap) {
        return new ConnectorSink(connector, source(lane, max), wrap);
    }

    /// Takes what waits, source by source in turn, and waits for the first, at most `waitNanos`.
    ///
    /// @param max most items to take
    /// @return how many; 0 when the time was over or somebody called [#wake]
    public int drain(Collection<? super T> into, int max, long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = waitNanos;
            while (control.isEmpty() && readings.isEmpty() && !woken && left > 0)
                left = clock.awaitNanos(arrived, left);
            woken = false;
            int taken = 0;
            while (taken < max && (!control.isEmpty() || !readings.isEmpty())) {
                into.add(next());
                taken++;
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private T next() {
        boolean first = readings.isEmpty() || (!control.isEmpty() && controlTurns < CONTROL_TURNS);
        controlTurns = first ? controlTurns + 1 : 0;
        var ring = first ? control : readings;
        Source source = ring.remove();
        T item = source.items.remove();
        if (!source.items.isEmpty()) ring.add(source);
        source.room.signal();
        return item;
    }

    /// Ends the wait of [#drain] if something is there that was put in without a signal.
    private void signal() {
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the wait of [#drain], or its next one: something else is to be looked at.
    public void wake() {
        lock.lock();
        try {
            woken = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// One party that puts items in. Safe for many threads.
    public final class Source {
        private final ArrayDeque<T> items = new ArrayDeque<>();
        private final Condition room = lock.newCondition();
        private final Lane lane;
        private final int max;
        private int most;

        private Source(Lane lane, int max) {
            this.lane = lane;
            this.max = max;
        }

        /// Puts an item in, waiting while the queue is full.
        public void put(T item) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (items.size() >= max) room.await();
                add(item, true);
            } finally {
                lock.unlock();
            }
        }

        /// Puts an item in unless the queue is full.
        public boolean offer(T item) {
            return offer(item, true);
        }

        private boolean offer(T item, boolean wakes) {
            lock.lock();
            try {
                if (items.size() >= max) return false;
                add(item, wakes);
                return true;
            } finally {
                lock.unlock();
            }
        }

        /// Puts an item in also when the queue is full: for what is bounded otherwise and must not be lost.
        public void force(T item) {
            lock.lock();
            try {
                add(item, true);
            } finally {
                lock.unlock();
            }
        }

        /// The most items that ever waited at once.
        public int most() {
            lock.lock();
            try {
                return most;
            } finally {
                lock.unlock();
            }
        }

        private void add(T item, boolean wakes) {
            if (items.isEmpty()) (lane == Lane.CONTROL ? control : readings).add(this);
            items.add(item);
            most = Math.max(most, items.size());
            if (wakes) arrived.signal();
        }
    }

    private final class ConnectorSink implements Sink {
        private final String connector;
        private final Source source;
        private final Function<Arrival, T> wrap;

        ConnectorSink(String connector, Source source, Function<Arrival, T> wrap) {
            this.connector = connector;
            this.source = source;
            this.wrap = wrap;
        }

        @Override
        public Ticket take(Report report) throws InterruptedException {
            var receipt = new Receipt();
            source.put(wrap.apply(new Arrival.Heard(connector, report, receipt)));
            return receipt;
        }

        @Override
        public Optional<Ticket> offer(Report report) {
            return offer(report, true);
        }

        @Override
        public Optional<Ticket> offerQuietly(Report report) {
            return offer(report, false);
        }

        private Optional<Ticket> offer(Report report, boolean wakes) {
            var receipt = new Receipt();
            boolean taken = source.offer(wrap.apply(new Arrival.Heard(connector, report, receipt)), wakes);
            return taken ? Optional.of(receipt) : Optional.empty();
        }

        @Override
        public void wake() {
            signal();
        }

        @Override
        public Ticket answer(Report.Answer answer) {
            var receipt = new Receipt();
            source.force(wrap.apply(new Arrival.Heard(connector, answer, receipt)));
            return receipt;
        }

        @Override
        public Ticket line(boolean up, String why) {
            var receipt = new Receipt();
            source.force(wrap.apply(new Arrival.LineChanged(connector, up, why, receipt)));
            return receipt;
        }

        @Override
        public int queuedMost() {
            return source.most();
        }
    }
}
