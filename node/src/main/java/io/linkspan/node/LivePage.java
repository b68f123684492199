package io.linkspan.node;

import io.linkspan.access.Page;
import io.linkspan.access.PageView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The live page of a running node: all its sites, on loopback. Safe for many threads.
public final class LivePage {
    private LivePage() {}

    /// Begins to serve it; closing it ends it.
    ///
    /// @param port 0: a free one
    /// @param clock the node's
    /// @param speed how fast the clock runs; 1 for a real one
    /// @param note one sentence for its head at the moment of the call; may be empty
    /// @throws IOException the port is taken; the message says what next
    public static Page start(Node node, NodeClock clock, double speed, int port, Supplier<String> note) throws IOException {
        return Page.start(port, () -> sites(node, clock, speed, note.get()));
    }

    private static List<PageView> sites(Node node, NodeClock clock, double speed, String note) {
        var all = new ArrayList<PageView>();
        for (var id : node.sites()) all.add(new PageViews(node.board(id), clock, speed).now(note));
        return all;
    }
}
