package io.linkspan.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/// Bytes in and out of the frames of a WebSocket: frames have nothing to do with packets (6, \[MQTT-6.0.0-1],
/// \[MQTT-6.0.0-2]).
final class Frames extends ChannelDuplexHandler {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case BinaryWebSocketFrame f -> context.fireChannelRead(f.content());
            case ContinuationWebSocketFrame f -> context.fireChannelRead(f.content());
            case WebSocketFrame f -> { // text [MQTT-6.0.0-1]
                f.release();
                context.close();
            }
            default -> context.fireChannelRead(message); // open: what Netty reads
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) context.write(new BinaryWebSocketFrame(bytes), promise);
        else context.write(message, promise);
    }
}
