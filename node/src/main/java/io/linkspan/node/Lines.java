package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;

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

    /// Says whether an address of this box may be listened on, for who opens the socket itself.
    ///
    /// @throws IOException it is not permitted, or these lines are no sockets
    default InetSocketAddress mayListen(Endpoint.Tcp endpoint) throws IOException {
        throw new IOException("These lines are no sockets, so nobody listens on " + endpoint);
    }
}
