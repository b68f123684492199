package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;

/// Takes TCP connections. Safe for many threads.
final class TcpListener implements Listener {
    /// Most connections that wait to be taken.
    static final int BACKLOG_MAX = 128;

    private final ServerSocket server;

    private TcpListener(ServerSocket server) {
        this.server = server;
    }

    static TcpListener listen(Endpoint.Tcp at, InetAddress address) throws IOException {
        String where = at.toString().substring("tcp://".length());
        var server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(address, at.port()), BACKLOG_MAX);
            server.setSoTimeout(TcpLine.INTERRUPT_SLICE_MS);
            return new TcpListener(server);
        } catch (BindException e) {
            server.close();
            throw new IOException(sentence(where, TcpLine.small(e)), e);
        } catch (IOException e) {
            server.close();
            throw new IOException("Can not listen on " + where + " (" + TcpLine.small(e) + ")", e);
        }
    }

    private static String sentence(String where, String cause) {
        if (cause.contains("permission"))
            return "This program may not listen on " + where + " (" + cause
                    + "); ports below 1024 need a right of their own, " + "choose a higher port";
        if (cause.contains("assign"))
            return where + " is no address of this box (" + cause + "); listen on 127.0.0.1 or one of its own";
        return "The port of " + where + " is taken by another program (" + cause + "); stop it or choose another port";
    }

    @Override
    public Line accept() throws IOException, InterruptedException {
        while (true) {
            if (Thread.interrupted()) throw new InterruptedException("stopped listening");
            try {
                return TcpLine.accepted(server.accept());
            } catch (SocketTimeoutException e) {
                // look whether we were interrupted, then wait on
            } catch (IOException e) {
                if (Thread.interrupted()) throw new InterruptedException("stopped listening");
                if (server.isClosed()) throw new InterruptedIOException("stopped listening");
                throw e;
            }
        }
    }

    @Override
    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
