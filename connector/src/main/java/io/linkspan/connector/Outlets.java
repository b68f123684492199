package io.linkspan.connector;

import java.util.Optional;

/// The applications outside that may take from this site, for a listener that serves them. Safe for many threads.
@FunctionalInterface
public interface Outlets {
    /// Nobody.
    Outlets NONE = _ -> Optional.empty();

    /// The application that shows this secret; none when nobody has it, or its contract is over.
    Optional<Outlet> byToken(String token);
}
