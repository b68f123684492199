package io.linkspan.broker;

import io.linkspan.model.Moment;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// The listeners of a broker, and the one thread on which all their connections and the broker itself run: a message
/// goes
/// from
/// one socket to another without a change of thread.
///
/// Safe for many threads.
final class Doors implements AutoCloseable {
    /// How often the broker looks what is due, in milliseconds: keep-alives, expiries and wills are that exact.
    static final int TICK_MILLIS = 100;
    /// Bytes read from one connection in one go.
    static final int READ_BYTES_MAX = 64 << 10;
    /// How long closing waits for the last packets to leave.
    static final int CLOSE_MILLIS_MAX = 2_000;
    /// Longest request that opens a WebSocket, in bytes.
    private static final int HTTP_BYTES_MAX = 16 << 10;

    private static final int BACKLOG = 1_024;

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final Supplier<Moment> clock;
    private final Logger log;
    private final List<Channel> listening = new ArrayList<>();
    private @Nullable Broker broker;
    private boolean flushing;
    private Consumer<Broker> eachTick = _ -> {};
    private Consumer<Broker> atEnd = _ -> {};
    private final AtomicBoolean telling = new AtomicBoolean();

    /// Starts the thread.
    Doors(String name, Supplier<Moment> clock, Logger log) {
        group = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("linkspan mqtt " + name).daemon().factory(), NioIoHandler.newFactory());
        loop = group.next();
        this.clock = clock;
        this.log = log;
    }

    EventLoop loop() {
        return loop;
    }

    Moment now() {
        return clock.get();
    }

    Logger log() {
        return log;
    }

    /// The state machine, on its own thread.
    Broker broker() {
        var there = broker;
        if (there == null) throw new IllegalStateException("A connection came before the broker was there");
        return there;
    }

    /// Begins to run a broker, which is made on its own thread.
    ///
    /// @throws IOException it could not be made; the message says why
    void begin(Supplier<Broker> made) throws IOException {
        var begun = loop.submit(() -> {
                    broker = made.get();
                    loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
                })
                .awaitUninterruptibly();
        if (!begun.isSuccess()) throw new IOException("The broker did not begin: " + begun.cause(), begun.cause());
    }

    /// More of the log is on disk, or the disk is other than it was. For any thread.
    void logChanged() {
        if (!telling.compareAndSet(false, true)) return;
        try {
            loop.execute(() -> {
                telling.set(false);
                broker().durable(now());
                flush();
            });
        } catch (RejectedExecutionException e) {
            telling.set(false); // the broker has ended
        }
    }

    /// Does something on the broker's thread when it ends. Before [#begin].
    void atEnd(Consumer<Broker> what) {
        atEnd = what;
    }

    /// Does something on the broker's thread with each tick. Before [#begin].
    void each(Consumer<Broker> what) {
        eachTick = what;
    }

    private void tick() {
        broker().tick(now());
        eachTick.accept(broker());
        flush();
    }

    /// Opens one listener.
    ///
    /// @throws IOException the port is taken, or a file of TLS can not be read; the message says what next
    InetSocketAddress open(BrokerSettings.Door door, InetSocketAddress address) throws IOException {
        var tls = door.tls().isPresent() ? Optional.of(tls(door.tls().get())) : Optional.<SslContext>empty();
        var gate = new Gate.Door(
                door.name(), door.anonymous(), address.getAddress().isLoopbackAddress());
        var bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        init(channel, door, gate, tls);
                    }
                });
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess())
            throw new IOException(
                    "MQTT can not listen on " + door.name() + ": "
                            + String.valueOf(bound.cause().getMessage()) + "; is another program there?",
                    bound.cause());
        listening.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private WriteBufferWaterMark waterMark() {
        int high = (int) Math.min(broker().limits().outgoingBytesMax() / 2, 1 << 30);
        return new WriteBufferWaterMark(high / 2, high);
    }

    private void init(SocketChannel channel, BrokerSettings.Door door, Gate.Door gate, Optional<SslContext> tls) {
        var pipeline = channel.pipeline();
        tls.ifPresent(t -> pipeline.addLast("tls", t.newHandler(channel.alloc())));
        if (door.path().isPresent()) {
            pipeline.addLast(new HttpServerCodec());
            pipeline.addLast(new HttpObjectAggregator(HTTP_BYTES_MAX));
            pipeline.addLast(new WebSocketServerProtocolHandler(WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath(door.path().get())
                    .subprotocols("mqtt,mqttv3.1")
                    .maxFramePayloadLength(broker().limits().packetBytesMax())
                    .allowExtensions(false)
                    .build()));
            pipeline.addLast(new Frames());
        }
        pipeline.addLast(new ChannelWire(this, gate));
    }

    private static SslContext tls(BrokerSettings.Tls tls) throws IOException {
        try {
            var builder = SslContextBuilder.forServer(
                            tls.certificate().toFile(), tls.key().toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (tls.clients().isPresent())
                builder.trustManager(tls.clients().get().toFile())
                        .clientAuth(tls.needed() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "The certificate " + tls.certificate() + " or its key " + tls.key() + " can not be used: "
                            + e.getMessage(),
                    e);
        }
    }

    /// A turn of a connection is over: what was written for any connection is sent once, behind all connections
    /// that
    /// are to
    /// be read in this turn of the thread.
    void turnEnds() {
        if (flushing || !broker().isDirty()) return;
        flushing = true;
        loop.execute(this::flush);
    }

    /// Sends what was written.
    void flush() {
        flushing = false;
        broker().flush();
    }

    @Override
    public void close() {
        for (var each : listening) each.close().awaitUninterruptibly();
        if (broker != null)
            loop.submit(() -> {
                        broker().stop(now());
                        atEnd.accept(broker());
                    })
                    .awaitUninterruptibly(CLOSE_MILLIS_MAX);
        group.shutdownGracefully(50, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
