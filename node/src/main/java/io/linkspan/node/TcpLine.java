package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;

/// A TCP connection, perhaps with TLS over it. Each write goes out at once; a dead peer is found by keep-alive. A read
/// that is interrupted ends
/// with
/// `InterruptedIOException` and keeps the thread's interrupt.
///
/// Thread-safety: one thread reads, one may write, any may close.
final class TcpLine implements Line {
    /// How long a machine may take to take our connection.
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /// A silent connection is asked whether it lives after so long, in seconds.
    static final int KEEP_ALIVE_IDLE_S = 30;

    /// Then again so often, in seconds.
    static final int KEEP_ALIVE_EVERY_S = 10;

    /// And is dead after so many questions without an answer.
    static final int KEEP_ALIVE_COUNT = 3;

    /// A read on a platform thread looks so often whether it was interrupted, in milliseconds.
    static final int INTERRUPT_SLICE_MS = 100;

    private final Socket socket;
    private final String name;

    private TcpLine(Socket socket, String name) {
        this.socket = socket;
        this.name = name;
    }

    /// Connects to a machine.
    static TcpLine connect(Endpoint.Tcp to) throws IOException {
        String where = to.toString().substring("tcp://".length());
        var address = new InetSocketAddress(RealLines.address(to.host()), to.port());
        var socket = new Socket();
        try {
            socket.connect(address, (int) CONNECT_TIMEOUT.toMillis());
            return of(socket, to.toString());
        } catch (SocketTimeoutException e) {
            socket.close();
            throw new IOException(
                    where + " does not answer within " + CONNECT_TIMEOUT.toSeconds()
                            + "s; is the machine on, is the cable in, does a firewall stand between?",
                    e);
        } catch (NoRouteToHostException e) {
            socket.close();
            throw new IOException(
                    "No way leads to " + where + " (" + small(e)
                            + "); is the machine on and in a network that this box can reach?",
                    e);
        } catch (ConnectException e) {
            socket.close();
            throw new IOException(
                    "Nobody listens on " + where + " (" + small(e) + "); is the machine on, is the port right?", e);
        } catch (IOException e) {
            socket.close();
            throw interrupted(
                    e, "The connection to " + where + " did not come about (" + small(e) + "); look at the network");
        }
    }

    /// Connects to a machine and shakes hands over TLS.
    ///
    /// @throws IOException also when the other side is not who it says, or does not take our certificate
    static TcpLine connect(Endpoint.Tls to) throws IOException {
        var plain = connect(to.tcp());
        try {
            var socket = (SSLSocket)
                    TlsFiles.context(to).getSocketFactory().createSocket(plain.socket, to.host(), to.port(), true);
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the host's name is in its certificate: RFC 6125
            parameters.setProtocols(TLS_PROTOCOLS);
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) CONNECT_TIMEOUT.toMillis());
            socket.startHandshake();
            return new TcpLine(socket, to.toString());
        } catch (IOException e) {
            plain.close();
            throw interrupted(
                    e,
                    to + " and we found no way to speak TLS (" + small(e)
                            + "); is its certificate for this name, and from an authority in the file of ca:?");
        }
    }

    /// RFC 9325, 3.1.1: nothing older.
    private static final String[] TLS_PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /// A connection that somebody opened to us.
    static TcpLine accepted(Socket socket) throws IOException {
        var from = (InetSocketAddress) socket.getRemoteSocketAddress();
        try {
            return of(socket, new Endpoint.Tcp(from.getAddress().getHostAddress(), from.getPort()).toString());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static TcpLine of(Socket socket, String name) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_S);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_EVERY_S);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_COUNT);
        }
        return new TcpLine(socket, name);
    }

    @Override
    public int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            refuseWhenInterrupted();
            try {
                long left = Math.ceilDiv(end - System.nanoTime(), 1_000_000L);
                socket.setSoTimeout(Math.clamp(left, 1, INTERRUPT_SLICE_MS));
                return socket.getInputStream().read(into, offset, length);
            } catch (SocketTimeoutException e) {
                if (System.nanoTime() - end >= 0) return 0;
            } catch (IOException e) {
                throw interrupted(e, name + " broke the connection (" + small(e) + ")");
            }
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            socket.getOutputStream().write(bytes, offset, length);
        } catch (IOException e) {
            throw interrupted(e, name + " broke the connection while we wrote (" + small(e) + ")");
        }
    }

    @Override
    public void discardInput() throws IOException {
        var in = socket.getInputStream();
        for (int ready = in.available(); ready > 0; ready = in.available()) in.skipNBytes(ready);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static void refuseWhenInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) throw new InterruptedIOException("interrupted");
    }

    private static IOException interrupted(IOException e, String otherwise) {
        return Thread.currentThread().isInterrupted() && e instanceof SocketException
                ? new InterruptedIOException("interrupted")
                : new IOException(otherwise, e);
    }

    /// The system's own words, beginning small as they stand in brackets.
    static String small(IOException e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
