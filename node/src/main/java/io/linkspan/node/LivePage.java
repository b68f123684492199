package io.linkspan.node;

import io.linkspan.access.EverybodyHere;
import io.linkspan.access.HttpDoor;
import io.linkspan.connector.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/// The HTTP door of a running node: the API and the page of all its sites, on loopback. Safe for many threads.
public final class LivePage implements Pages {
    /// For `ServiceLoader`, which makes one.
    public LivePage() {}

    @Override
    public Closeable open(Running running, Endpoint.Tcp address) throws IOException {
        if (!RealLines.address(address.host()).isLoopbackAddress())
            throw new IOException(
                    "The page is for this box alone, so it listens on 127.0.0.1 and not on " + address.host());
        return start(running.node(), running.clock(), 1, address.port(), () -> "");
    }

    /// Begins to serve it; closing it ends it.
    ///
    /// @param speed how fast the clock runs; 1 for a real one
    /// @param port 0: a free one
    /// @param note one sentence for its head at the moment of the call; may be empty
    /// @throws IOException the port is taken; the message says what next
    public static HttpDoor start(Node node, NodeClock clock, double speed, int port, Supplier<String> note)
            throws IOException {
        var desk = new NodeDesk(node, clock, speed, note, node::history);
        return HttpDoor.open(HttpDoor.Settings.loopback(port, new EverybodyHere(Requests.here())), desk);
    }
}
