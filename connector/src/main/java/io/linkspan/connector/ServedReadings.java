package io.linkspan.connector;

import io.linkspan.model.Reading;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The readings of the points that a connector serves ([Point#served]), out of the site's log: in order, from a
/// position
/// on, as far as the connector's contract lets. A connector that keeps the position of what its taker has acknowledged
/// loses nothing in an outage, however long, and tells some things twice after it.
///
/// Not thread-safe.
public interface ServedReadings extends Closeable {
    /// The next readings that are on disk; none when there is nothing new yet.
    ///
    /// @throws IOException the log can not be read now
    Optional<Item> next() throws IOException;

    /// The newest position that was looked at, also where nothing of ours was in it; it may be kept like that of an
    /// item.
    long seen();

    @Override
    void close();

    /// Readings that were taken together.
    ///
    /// @param position grows through the life of the site
    /// @param wallMicros when they were taken, microseconds since 1970 UTC
    /// @param missing what could not be read before them, in words; it is gone
    record Item(long position, long wallMicros, List<Reading> readings, Optional<String> missing) {
        public Item {
            readings = List.copyOf(readings);
        }
    }
}
