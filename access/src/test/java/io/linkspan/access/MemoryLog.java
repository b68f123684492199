package io.linkspan.access;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A log in memory whose disk does at once what it is urged to, unless it is told to hang. Safe for many threads.
final class MemoryLog implements Log {
    final List<Stored> entries = new ArrayList<>();
    private Consumer<Position> durable = _ -> {};
    private boolean hangs;

    synchronized void listen(Consumer<Position> listener) {
        durable = listener;
    }

    synchronized void hang(boolean now) {
        hangs = now;
    }

    @Override
    public synchronized long append(long siteTime, long wallTime, ByteBuffer control, ByteBuffer readings) {
        long seq = entries.size() + 1L;
        entries.add(new Stored(
                new Position(SiteId.NODE, 1, seq), siteTime, wallTime, copy(control), copy(readings), false));
        return seq;
    }

    private static ByteBuffer copy(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.duplicate().get(bytes);
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void urge() {
        Consumer<Position> listener;
        synchronized (this) {
            if (hangs) return;
            listener = durable;
        }
        listener.accept(head());
    }

    @Override
    public synchronized Position head() {
        return new Position(SiteId.NODE, 1, entries.size());
    }

    @Override
    public long durable() {
        return head().seq();
    }

    @Override
    public Reader read(Position from) {
        throw new UnsupportedOperationException("The tests look at the entries themselves");
    }
}
