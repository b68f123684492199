package io.linkspan.access;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLSocket;

/// The TCP connections that are open: how many there may be, and how long one may take until it has asked for
/// something, its TLS handshake included. One more than may be is refused at once, so that the others go on.
///
/// They are counted here because the library (Helidon 4.3.1) loses a place for ever with each TLS handshake that fails,
/// and knows no limit for the time of one. Safe for many threads.
final class Connections implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    /// RFC 9110, 15.6.4. Under TLS nothing can be said before the handshake, so the connection is closed only.
    private static final byte[] FULL = ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: "
                    + Limits.CONNECTIONS_RETRY_SECONDS + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final int most;
    private final long askWithinNanos;
    private final Map<SocketAddress, Opened> open = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();
    private final LongAdder silent = new LongAdder();
    private final Thread thread;

    private static final class Opened {
        private final Socket socket;
        private final long sinceNanos = System.nanoTime();
        private volatile boolean asked;

        Opened(Socket socket) {
            this.socket = socket;
        }
    }

    /// @param most so many at once
    /// @param askWithin longest time until the first line of the first request has come
    Connections(int most, Duration askWithin) {
        this.most = most;
        askWithinNanos = askWithin.toNanos();
        thread = Thread.ofVirtual().name("http connections").start(this::look);
    }

    int open() {
        open.values().removeIf(o -> o.socket.isClosed());
        return open.size();
    }

    /// Connections that were refused because there were too many.
    long refused() {
        return refused.sum();
    }

    /// Connections that asked for nothing in time.
    long silent() {
        return silent.sum();
    }

    /// The first line of a request came from there.
    void asked(SocketAddress from) {
        var opened = open.get(from);
        if (opened != null) opened.asked = true;
    }

    private void enter(Socket socket) {
        if (open.size() >= most && open() >= most) {
            refused.increment();
            refuse(socket);
        } else open.put(socket.getRemoteSocketAddress(), new Opened(socket));
    }

    /// On the thread that accepts: a few bytes into an empty buffer wait for nobody.
    private static void refuse(Socket socket) {
        try (socket) {
            if (!(socket instanceof SSLSocket)) socket.getOutputStream().write(FULL);
        } catch (IOException e) {
            // it is gone already, which is what is wanted
        }
    }

    private void look() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
                long now = System.nanoTime();
                open.forEach((from, o) -> {
                    if (o.socket.isClosed()) open.remove(from, o);
                    else if (!o.asked && now - o.sinceNanos > askWithinNanos && open.remove(from, o)) drop(o.socket);
                });
            }
        } catch (InterruptedException e) {
            // only close() interrupts
        }
    }

    /// On a thread of its own: under TLS the farewell may have to wait for the other side.
    private void drop(Socket socket) {
        silent.increment();
        Thread.ofVirtual().name("http drop").start(() -> {
            try {
                socket.close();
            } catch (IOException e) {
                // it is gone already, which is what is wanted
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /// What the library asks of each socket that it accepted, with the counting before it.
    SocketOptions options() {
        return new Counted(SocketOptions.create());
    }

    private final class Counted implements SocketOptions {
        private final SocketOptions plain;

        Counted(SocketOptions plain) {
            this.plain = plain;
        }

        @Override
        public void configureSocket(Socket socket) {
            plain.configureSocket(socket);
            enter(socket);
        }

        @Override
        public Map<SocketOption<?>, Object> socketOptions() {
            return plain.socketOptions();
        }

        @Override
        public Duration connectTimeout() {
            return plain.connectTimeout();
        }

        @Override
        public Duration readTimeout() {
            return plain.readTimeout();
        }

        @Override
        public Optional<Integer> socketReceiveBufferSize() {
            return plain.socketReceiveBufferSize();
        }

        @Override
        public Optional<Integer> socketSendBufferSize() {
            return plain.socketSendBufferSize();
        }

        @Override
        public boolean socketReuseAddress() {
            return plain.socketReuseAddress();
        }

        @Override
        public boolean socketKeepAlive() {
            return plain.socketKeepAlive();
        }

        @Override
        public boolean tcpNoDelay() {
            return plain.tcpNoDelay();
        }
    }
}
