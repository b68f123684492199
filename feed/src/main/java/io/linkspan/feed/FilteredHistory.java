package io.linkspan.feed;

import io.linkspan.model.Durations;
import io.linkspan.model.History;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A history as far as a contract lets it out. A reduced contract gets whole windows of its own length and nothing
/// else:
/// longer ones that do not begin where its own do would give something finer by subtraction. Safe for many threads.
final class FilteredHistory implements History {
    private final History history;
    private final Filter filter;

    FilteredHistory(History history, Filter filter) {
        this.history = history;
        this.filter = filter;
    }

    @Override
    public Points read(int property, long fromMicros, long toMicros, int max) throws IOException {
        needRaw(property);
        long to = Math.min(toMicros, filter.horizon());
        return fromMicros >= to ? new Points(List.of(), false) : history.read(property, fromMicros, to, max);
    }

    @Override
    public Optional<Point> lastBefore(int property, long beforeMicros) throws IOException {
        needRaw(property);
        return history.lastBefore(property, Math.min(beforeMicros, filter.horizon()));
    }

    @Override
    public Buckets buckets(int property, long fromMicros, long toMicros, Every every) throws IOException {
        filter.need(property);
        var windows = filter.contract().windows();
        if (windows.isPresent() && windows.get() != every)
            throw new NotLet("The contract of " + filter.contract().party() + " lets windows of "
                    + Durations.format(filter.contract().every()) + " out, and none of another length");
        if (filter.contract().isOwner()) return history.buckets(property, fromMicros, toMicros, every);
        long horizon = Math.min(filter.horizon(), history.completeTo());
        long to = Math.min(toMicros, horizon);
        if (fromMicros >= to) return new Buckets(List.of(), false);
        var all = history.buckets(property, fromMicros, to, every);
        var whole = all.buckets().stream()
                .filter(b -> b.toMicros() <= horizon)
                .map(b -> filter.isReduced() ? b.untimed() : b) // when within a window, is finer than a window
                .toList();
        return new Buckets(whole, all.more());
    }

    @Override
    public List<Point> reduce(int property, long fromMicros, long toMicros, int columns) throws IOException {
        needRaw(property);
        long to = Math.min(toMicros, filter.horizon());
        return fromMicros >= to ? List.of() : history.reduce(property, fromMicros, to, columns);
    }

    /// A reduced contract is told in which windows something is missing, and not when within them.
    @Override
    public List<Missing> missing(int property, long fromMicros, long toMicros) throws IOException {
        filter.need(property);
        if (filter.contract().isOwner()) return history.missing(property, fromMicros, toMicros);
        long horizon = filter.horizon();
        long to = Math.min(toMicros, horizon);
        if (fromMicros >= to) return List.of();
        return history.missing(property, fromMicros, to).stream()
                .map(m -> filter.isReduced() ? widened(m, horizon) : clipped(m, horizon))
                .toList();
    }

    private Missing widened(Missing m, long horizon) {
        long to = m.toMicros() >= horizon ? Long.MAX_VALUE : filter.windowEnd(m.toMicros() - 1);
        return new Missing(filter.windowStart(m.fromMicros()), to, m.cause());
    }

    private static Missing clipped(Missing m, long horizon) {
        return new Missing(m.fromMicros(), m.toMicros() >= horizon ? Long.MAX_VALUE : m.toMicros(), m.cause());
    }

    @Override
    public long completeTo() {
        return Math.min(history.completeTo(), filter.horizon());
    }

    private void needRaw(int property) throws NotLet {
        filter.need(property);
        if (filter.isReduced())
            throw new NotLet("The contract of " + filter.contract().party() + " lets windows of "
                    + Durations.format(filter.contract().every()) + " out and no single readings; ask with every=");
    }
}
