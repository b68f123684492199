package io.linkspan.simulation;

import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The machines of a simulated site with a book of their own: what they did, when, and who made them. Nothing of it
/// comes
/// from the site, so the site can be held against it.
///
/// Not thread-safe.
final class Plant {
    /// Who changed a machine.
    enum By {
        /// Linkspan, by a write.
        US,
        /// A person at the machine, or the process.
        ITSELF
    }

    /// One line of the book.
    ///
    /// @param nanos on the world's monotone clock
    record Change(long nanos, String path, Value value, By by) {}

    private final Map<String, Value> values = new TreeMap<>();
    private final Map<String, List<Change>> book = new TreeMap<>();

    /// What the machine does or shows now.
    Optional<Value> value(String path) {
        return Optional.ofNullable(values.get(path));
    }

    /// Puts a value there and writes it into the book.
    void put(long nanos, String path, Value value, By by) {
        values.put(path, value);
        book.computeIfAbsent(path, _ -> new ArrayList<>()).add(new Change(nanos, path, value, by));
    }

    /// All that happened to a property or an action, oldest first.
    List<Change> book(String path) {
        return book.getOrDefault(path, List.of());
    }

    /// Whether the machine was so at any time from `since` on.
    boolean was(String path, Value value, double tolerance, long since) {
        Change before = null;
        for (var change : book(path)) {
            if (change.nanos < since) before = change;
            else if (Values.same(change.value, value, tolerance)) return true;
        }
        return before != null && Values.same(before.value, value, tolerance);
    }

    /// How often an action was done since then.
    long times(String path, long since) {
        return book(path).stream().filter(c -> c.nanos >= since).count();
    }
}
