package io.linkspan.broker;

import io.linkspan.connector.Outlet;
import io.linkspan.mqtt.Subscription;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What is on its way to one session of an application, over its connections. For the broker's thread but for what says
/// otherwise.
final class ApplicationRun {
    /// Most messages on their way to one session.
    static final int WINDOW_MAX = 200;

    final Session session;
    final Outlet outlet;
    /// Messages in order with the cursor behind them, where one is the last of its item.
    private final ArrayDeque<Sent> window = new ArrayDeque<>();
    /// For all threads: messages that were handed over and are not settled.
    final AtomicInteger outstanding = new AtomicInteger();
    /// For all threads: subscriptions whose newest values are wanted.
    final ConcurrentLinkedQueue<Subscription> newestWanted = new ConcurrentLinkedQueue<>();
    /// For all threads: whether its connection is over.
    volatile boolean over;
    /// Up to where items were handed over.
    Outlet.@Nullable Cursor fetched;

    long keptNanos;
    boolean isKept = true;

    /// @param delivery none: it needs no answer
    private record Sent(Optional<Delivery> delivery, Optional<Outlet.Cursor> behind) {}

    ApplicationRun(Session session, Outlet outlet) {
        this.session = session;
        this.outlet = outlet;
    }

    /// Goes on where an earlier connection of the session ended: what was sent and not acknowledged is sent again.
    void takeOver(ApplicationRun before) {
        window.addAll(before.window);
        outstanding.set(session.outgoing.size());
        fetched = before.fetched;
        isKept = before.isKept;
    }

    /// Whether there is room for another item. For all threads.
    boolean hasRoom() {
        return outstanding.get() < WINDOW_MAX;
    }

    void sent(Delivery delivery) {
        window.add(new Sent(Optional.of(delivery), Optional.empty()));
    }

    /// All of an item was handed over.
    void endsAt(Outlet.Cursor cursor) {
        fetched = cursor;
        window.add(new Sent(Optional.empty(), Optional.of(cursor)));
    }

    /// Moves the session's cursor behind all that has arrived.
    ///
    /// @return whether it moved
    boolean advance() {
        boolean moved = false;
        while (!window.isEmpty()) {
            var first = window.element();
            boolean open = first.delivery().isPresent()
                    && session.outgoing.containsKey(first.delivery().get().id)
                    && session.outgoing.get(first.delivery().get().id)
                            == first.delivery().get();
            if (open) break;
            window.remove();
            if (first.behind().isPresent()) {
                session.cursor = first.behind().get();
                moved = true;
            }
        }
        if (moved) isKept = false;
        return moved;
    }

    /// What is on its way is given up: it is told again from the cursor on, if its session may have it then.
    void drop() {
        for (var each : window)
            each.delivery().ifPresent(d -> {
                session.settle(d.id);
                session.waiting.remove(d);
            });
        window.clear();
        outstanding.set(0);
        fetched = session.cursor;
    }
}
