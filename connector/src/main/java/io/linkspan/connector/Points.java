package io.linkspan.connector;

import java.util.List;

/// The points of a connector at one moment.
///
/// @param version grows with each change
public record Points(long version, List<Point> all) {
    public Points {
        all = List.copyOf(all);
    }
}
