package io.linkspan.access;

import java.io.IOException;

/// Where a feed goes: server-sent events or a WebSocket. For one thread.
interface Outlet {
    /// Tells one event.
    ///
    /// @param position what the client stores to go on behind it; empty when another event of the same entry
    /// follows
    /// @param json on one line
    /// @throws IOException the client is gone, or too slow
    void tell(String type, String position, String json) throws IOException;

    /// A sign of life.
    void alive() throws IOException;
}
