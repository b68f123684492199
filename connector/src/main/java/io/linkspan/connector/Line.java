package io.linkspan.connector;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/// A stream of bytes both ways: a TCP connection or a serial line. One thread reads, one (perhaps another) writes.
public interface Line extends Closeable {
    /// Reads at least one byte, at most `length`, into `into` from `offset`.
    ///
    /// @return how many; 0 when none came within `timeout`; -1 when the other side has closed
    int read(byte[] into, int offset, int length, Duration timeout) throws IOException;

    /// Sends all bytes. When it throws, some may have gone out.
    void write(byte[] bytes, int offset, int length) throws IOException;

    /// Sends all bytes. When it throws, some may have gone out.
    default void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /// Throws away what has come in and was not read: what a late answer left on a bus.
    void discardInput() throws IOException;

    /// The other end, for messages: `tcp://127.0.0.1:502`, `/dev/ttyUSB0 9600 8N1`.
    String name();

    @Override
    void close() throws IOException;
}
