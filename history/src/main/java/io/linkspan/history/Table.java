package io.linkspan.history;

import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The readings that are in memory, by property. One thread adds, any thread looks.
final class Table {
    /// Largest number of a property.
    static final int PROPERTIES_MAX = 1 << 20;

    private volatile AtomicReferenceArray<Series> series = new AtomicReferenceArray<>(64);
    private final List<Touched> touched = new CopyOnWriteArrayList<>(); // seldom: only what is rolled up already
    private final AtomicInteger users = new AtomicInteger(1); // the view itself is one
    private long bytes;
    private long rows;
    /// The newest entry of the log that is in it, packed, and its wall time; 0: none.
    long position;
    long completeTo;
    /// Wall time of its first entry.
    long began;
    /// The ledger when it was closed; empty while it is open.
    byte[] ledger = new byte[0];

    /// That roll-ups of a span, if there are any, are no longer right.
    record Touched(int property, long fromMicros, long toMicros) {}

    Series.Taken add(int property, long at, Value value, Quality quality, long received, long newest) {
        var own = of(property);
        if (own == null) own = begin(property);
        if (own.size() == 0) bytes += own.bytes();
        long before = own.bytes();
        var taken = own.add(at, value, quality, received, newest);
        bytes += own.bytes() - before;
        if (taken == Series.Taken.ADDED) rows++;
        return taken;
    }

    private Series begin(int property) {
        var all = series;
        if (property >= all.length()) {
            var more = new AtomicReferenceArray<Series>(Math.max(property + 1, all.length() * 2));
            for (int i = 0; i < all.length(); i++) more.setPlain(i, all.getPlain(i));
            series = more;
            all = more;
        }
        var own = new Series();
        all.set(property, own);
        return own;
    }

    @Nullable
    Series of(int property) {
        var all = series;
        return property < all.length() ? all.get(property) : null;
    }

    /// The numbers of the properties in it, growing.
    List<Integer> properties() {
        var numbers = new ArrayList<Integer>();
        var all = series;
        for (int i = 0; i < all.length(); i++) {
            var own = all.get(i);
            if (own != null && own.size() > 0) numbers.add(i);
        }
        return numbers;
    }

    void touch(int property, long fromMicros, long toMicros) {
        touched.add(new Touched(property, fromMicros, toMicros));
    }

    List<Touched> touched() {
        return List.copyOf(touched);
    }

    // ---- its life

    /// Whether it is still in use; then it stays as it is until [#release].
    boolean pin() {
        int now = users.get();
        while (now > 0) {
            if (users.compareAndSet(now, now + 1)) return true;
            now = users.get();
        }
        return false;
    }

    /// @return whether nobody uses it any more, the view included
    boolean release() {
        return users.decrementAndGet() == 0;
    }

    /// Empties it for another life; its room, which would be garbage of the old generation, is used again.
    Table clear() {
        var all = series;
        for (int i = 0; i < all.length(); i++) {
            var own = all.getPlain(i);
            if (own != null && !own.clear()) all.setPlain(i, null);
        }
        touched.clear();
        bytes = 0;
        rows = 0;
        position = 0;
        completeTo = 0;
        began = 0;
        ledger = new byte[0];
        users.set(1);
        return this;
    }

    long bytes() {
        return bytes;
    }

    long rows() {
        return rows;
    }
}
