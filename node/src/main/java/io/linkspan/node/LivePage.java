package io.linkspan.node;

import io.linkspan.access.Page;
import io.linkspan.access.PageView;
import io.linkspan.connector.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The live page of a running node: all its sites, on loopback. Safe for many threads.
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
    public static Page start(Node node, NodeClock clock, double speed, int port, Supplier<String> note)
            throws IOException {
        return Page.start(port, () -> sites(node, clock, speed, note.get()));
    }

    private static List<PageView> sites(Node node, NodeClock clock, double speed, String note) {
        var all = new ArrayList<PageView>();
        for (var id : node.sites()) all.add(new PageViews(node.board(id), clock, speed).now(note));
        return all;
    }
}
