package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import java.io.IOException;

/// Opens the ways to the machines: [RealLines] on a box, lines in memory in a simulation. Safe for many threads.
public interface Lines {
    /// Opens a line.
    ///
    /// @throws IOException nobody there, or no such serial port; the message says what next
    Line open(Endpoint endpoint) throws IOException, InterruptedException;

    /// Listens on an address of this box.
    ///
    /// @throws IOException the port is taken or not permitted; the message says what next
    Listener listen(Endpoint.Tcp endpoint) throws IOException;
}
