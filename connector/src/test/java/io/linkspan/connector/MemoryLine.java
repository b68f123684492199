package io.linkspan.connector;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/// One end of a line that lies in memory; what is written at one end is read at the other. Closing one end ends both,
/// as with a socket: the other reads what is still on its way and then -1. Safe for many threads.
public final class MemoryLine implements Line {
    /// Most bytes on their way to one end; a writer that has more waits.
    public static final int IN_FLIGHT_BYTES_MAX = 1 << 20;

    private final String name;
    private final Pipe in;
    private final Pipe out;

    private MemoryLine(String name, Pipe in, Pipe out) {
        this.name = name;
        this.in = in;
        this.out = out;
    }

    /// Both ends of a new line.
    ///
    /// @param ours the end for the connector
    /// @param theirs the end for the machine
    public record Ends(MemoryLine ours, MemoryLine theirs) {}

    /// A new line with this name for messages.
    public static Ends between(String name) {
        var up = new Pipe();
        var down = new Pipe();
        return new Ends(new MemoryLine(name, up, down), new MemoryLine(name, down, up));
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
        return in.take(into, offset, length, timeout);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) out.put(bytes[i], name);
    }

    @Override
    public void discardInput() {
        in.clear();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        in.close();
        out.close();
    }

    /// Waits until the other end has read all that was written here.
    public void awaitEmpty() throws InterruptedException {
        out.awaitEmpty();
    }

    /// Whether either end has been closed.
    public boolean closed() {
        return in.closed();
    }

    private static final class Pipe {
        private final Queue<Byte> bytes = new ArrayDeque<>();
        private boolean closed;

        synchronized void put(byte b, String name) throws IOException {
            while (bytes.size() >= IN_FLIGHT_BYTES_MAX && !closed) pause(1_000);
            if (closed) throw new EOFException(name + " was closed");
            bytes.add(b);
            notifyAll();
        }

        synchronized int take(byte[] into, int offset, int length, Duration timeout) throws IOException {
            long end = System.nanoTime() + timeout.toNanos();
            while (bytes.isEmpty() && !closed) {
                long leftMillis = (end - System.nanoTime() + 999_999) / 1_000_000;
                if (leftMillis <= 0) return 0;
                pause(leftMillis);
            }
            if (bytes.isEmpty()) return -1;
            int n = 0;
            while (n < length && !bytes.isEmpty()) into[offset + n++] = bytes.remove();
            notifyAll();
            return n;
        }

        private void pause(long millis) throws InterruptedIOException {
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }

        synchronized void awaitEmpty() throws InterruptedException {
            while (!bytes.isEmpty() && !closed) wait();
        }

        synchronized void clear() {
            bytes.clear();
            notifyAll();
        }

        synchronized void close() {
            closed = true;
            notifyAll();
        }

        synchronized boolean closed() {
            return closed;
        }
    }
}
