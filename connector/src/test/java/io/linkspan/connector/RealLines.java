package io.linkspan.connector;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Lines over the real operating system, as plain as they can be: sockets, and serial devices as files set by `stty`.
/// A read that is interrupted ends with `InterruptedIOException` and keeps the thread's interrupt.
final class RealLines {
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int SLICE_MS = 20;

    private RealLines() {}

    static Line open(Endpoint endpoint) throws IOException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> socket(tcp);
            case Endpoint.Tls tls -> throw new IOException(tls + ": TLS is tested with the lines of node");
            case Endpoint.Serial serial -> new SerialFile(serial);
        };
    }

    static Listener listen(Endpoint.Tcp endpoint) throws IOException {
        var address = InetAddress.getByName(endpoint.host());
        if (!address.isLoopbackAddress())
            throw new IOException(endpoint + " is not loopback; a test listens on 127.0.0.1");
        return new Door(new ServerSocket(endpoint.port(), 50, address));
    }

    private static Line socket(Endpoint.Tcp tcp) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), CONNECT_TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            return new SocketLine(socket, tcp.toString());
        } catch (IOException e) {
            socket.close();
            throw new IOException("Nobody answers at " + tcp + " (" + e.getMessage() + "); is it switched on?", e);
        }
    }

    private static void refuseWhenInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) throw new InterruptedIOException("interrupted");
    }

    private record SocketLine(Socket socket, String name) implements Line {
        @Override
        public int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
            long end = System.nanoTime() + timeout.toNanos();
            while (true) {
                refuseWhenInterrupted();
                long left = Math.ceilDiv(end - System.nanoTime(), 1_000_000L);
                socket.setSoTimeout((int) Math.clamp(left, 1, SLICE_MS));
                try {
                    return socket.getInputStream().read(into, offset, length);
                } catch (SocketTimeoutException e) {
                    if (System.nanoTime() - end >= 0) return 0;
                }
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            socket.getOutputStream().write(bytes, offset, length);
        }

        @Override
        public void discardInput() throws IOException {
            var in = socket.getInputStream();
            while (in.available() > 0) if (in.skip(in.available()) == 0) return;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static final class SerialFile implements Line {
        private final Endpoint.Serial serial;
        private final FileInputStream in;
        private final FileOutputStream out;

        SerialFile(Endpoint.Serial serial) throws IOException {
            this.serial = serial;
            set(serial);
            in = new FileInputStream(serial.path());
            out = new FileOutputStream(serial.path());
        }

        private static void set(Endpoint.Serial serial) throws IOException {
            String mode = serial.mode();
            var stty = new ProcessBuilder(
                    "stty",
                    "-F",
                    serial.path(),
                    "raw",
                    "-echo",
                    Integer.toString(serial.baud()),
                    "cs" + mode.charAt(0),
                    mode.charAt(1) == 'N' ? "-parenb" : "parenb",
                    mode.charAt(1) == 'O' ? "parodd" : "-parodd",
                    mode.charAt(2) == '2' ? "cstopb" : "-cstopb");
            var process = stty.redirectErrorStream(true).start();
            try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroy();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
            // A pty takes no parity and says so; that it is no serial line at all shows when it is opened.
        }

        @Override
        public int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
            long end = System.nanoTime() + timeout.toNanos();
            while (in.available() == 0) {
                if (System.nanoTime() - end >= 0) return 0;
                try {
                    TimeUnit.MILLISECONDS.sleep(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                }
            }
            return in.read(into, offset, Math.min(length, in.available()));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void discardInput() throws IOException {
            while (in.available() > 0) in.readNBytes(in.available());
        }

        @Override
        public String name() {
            return serial.toString();
        }

        @Override
        public void close() throws IOException {
            try (in;
                    out) {
                // both, also when one fails
            }
        }
    }

    private record Door(ServerSocket socket) implements Listener {
        @Override
        public Line accept() throws IOException {
            while (true) {
                refuseWhenInterrupted();
                socket.setSoTimeout(SLICE_MS);
                try {
                    var peer = socket.accept();
                    peer.setTcpNoDelay(true);
                    var from = (InetSocketAddress) peer.getRemoteSocketAddress();
                    return new SocketLine(
                            peer, new Endpoint.Tcp(from.getAddress().getHostAddress(), from.getPort()).toString());
                } catch (SocketTimeoutException e) {
                    // look at the interrupt, then wait on
                }
            }
        }

        @Override
        public int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
