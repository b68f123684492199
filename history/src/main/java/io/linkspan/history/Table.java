package io.linkspan.history;

import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The readings that are in memory, by property. One thread adds, any thread looks.
final class Table {
    /// Largest number of a property.
    static final int PROPERTIES_MAX = 1 << 20;

    private volatile AtomicReferenceArray<Series> series = new AtomicReferenceArray<>(64);
    private final List<Touched> touched = new CopyOnWriteArrayList<>(); // seldom: only what is rolled up already
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
        bytes += own.bytes();
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
        for (int i = 0; i < all.length(); i++) if (all.get(i) != null) numbers.add(i);
        return numbers;
    }

    void touch(int property, long fromMicros, long toMicros) {
        touched.add(new Touched(property, fromMicros, toMicros));
    }

    List<Touched> touched() {
        return List.copyOf(touched);
    }

    long bytes() {
        return bytes;
    }

    long rows() {
        return rows;
    }
}
