package io.linkspan.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// One connection of Netty as a [Wire]. For the broker's thread.
final class ChannelWire extends ChannelInboundHandlerAdapter implements Wire {
    /// Where bytes are copied to before they are read: one array for the whole thread.
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[Doors.READ_BYTES_MAX]);

    private final Doors doors;
    private final Gate.Door door;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Link link;
    private boolean counted;
    private boolean closing;

    ChannelWire(Doors doors, Gate.Door door) {
        this.doors = doors;
        this.door = door;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext to) {
        context = to;
    }

    @Override
    public void channelActive(ChannelHandlerContext to) {
        if (to.pipeline().get(SslHandler.class) == null
                && to.pipeline().get(WebSocketServerProtocolHandler.class) == null) begin(Optional.empty());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext to, Object event) {
        boolean webSocket = to.pipeline().get(WebSocketServerProtocolHandler.class) != null;
        switch (event) {
            case SslHandshakeCompletionEvent e when e.isSuccess() && !webSocket -> begin(subject(to));
            case WebSocketServerProtocolHandler.HandshakeComplete _ -> begin(subject(to));
            default -> {} // open: what Netty tells
        }
    }

    private void begin(Optional<String> subject) {
        var made = doors.broker().connected(this, door, subject, doors.now());
        counted = made.isPresent();
        link = made.orElse(null);
    }

    private static Optional<String> subject(ChannelHandlerContext to) {
        var tls = to.pipeline().get(SslHandler.class);
        if (tls == null) return Optional.empty();
        try {
            var chain = tls.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own
                    ? Optional.of(own.getSubjectX500Principal().getName())
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // it showed none, and need not
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext to, Object message) {
        var bytes = (ByteBuf) message;
        try {
            var its = link;
            if (its == null || closing) return;
            var scratch = SCRATCH.get();
            while (bytes.isReadable()) {
                int length = Math.min(scratch.length, bytes.readableBytes());
                bytes.readBytes(scratch, 0, length);
                its.received(scratch, 0, length, doors.now());
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext to) {
        doors.turnEnds();
    }

    @Override
    public void channelInactive(ChannelHandlerContext to) {
        var its = link;
        link = null;
        if (counted && its != null) doors.broker().disconnected(its, doors.now());
        counted = false;
        doors.turnEnds();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext to) {
        var its = link;
        if (its == null || !to.channel().isWritable()) return;
        doors.broker().drained(its, doors.now());
        doors.turnEnds();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext to, Throwable cause) {
        if (cause instanceof IOException || cause instanceof io.netty.handler.codec.DecoderException)
            doors.log().debug("{} was lost: {}", peer(), cause.getMessage());
        else
            doors.log().error("A connection of {} broke an invariant; it is closed, please report this", peer(), cause);
        to.close();
    }

    // ---- as the broker sees it

    private ChannelHandlerContext context() {
        var there = context;
        if (there == null) throw new IllegalStateException("A wire is used before it is there");
        return there;
    }

    @Override
    public void send(byte[] bytes, int length) {
        var to = context();
        var buffer = to.alloc().ioBuffer(length);
        buffer.writeBytes(bytes, 0, length);
        to.writeAndFlush(buffer, to.voidPromise());
    }

    @Override
    public long pendingBytes() {
        var buffer = context().channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void hold(boolean held) {
        context().channel().config().setAutoRead(!held);
    }

    @Override
    public void close() {
        if (closing) return;
        closing = true;
        var to = context();
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFuture _) -> shut(to));
        to.executor().schedule(() -> to.channel().close(), Doors.CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    /// Closes so that the last packet arrives: what the other side sent and nobody read would otherwise make the
    /// network
    /// throw it away.
    private static void shut(ChannelHandlerContext to) {
        if (to.pipeline().get(SslHandler.class) != null || !(to.channel() instanceof SocketChannel socket)) {
            to.close();
            return;
        }
        socket.config().setAutoRead(true);
        socket.shutdownOutput();
    }

    @Override
    public String peer() {
        return context().channel().remoteAddress() instanceof InetSocketAddress a
                ? a.getAddress().getHostAddress() + ":" + a.getPort()
                : "nobody";
    }
}
