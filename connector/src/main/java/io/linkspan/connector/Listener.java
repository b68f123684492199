package io.linkspan.connector;

import java.io.Closeable;
import java.io.IOException;

/// Takes connections that others open to us.
public interface Listener extends Closeable {
    /// Waits for the next connection.
    Line accept() throws IOException, InterruptedException;

    /// The port it listens on, also when 0 (any free one) was asked for.
    int port();

    @Override
    void close() throws IOException;
}
