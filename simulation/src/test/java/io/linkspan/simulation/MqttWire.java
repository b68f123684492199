package io.linkspan.simulation;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/// The other end of a broker's connection, as bytes: it sends what a test says, right or wrong, and cuts what comes
/// back into
/// packets. It shares no code with the broker that it judges. For one thread.
final class MqttWire implements AutoCloseable {
    /// The packet types that tests name (MQTT 5, table 2-1).
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int REMAINING_LENGTH_BYTES_MAX = 4;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /// What is heard from a broker while one listens.
    sealed interface Heard {
        record Packet(int first, byte[] body) implements Heard {
            int type() {
                return first >> 4;
            }

            int flags() {
                return first & 0x0F;
            }

            int number(int at) {
                return (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
            }

            /// Of a PUBLISH.
            String topic() {
                return new String(body, 2, number(0), StandardCharsets.UTF_8);
            }

            @Override
            public String toString() {
                return "%02X %s".formatted(first, HexFormat.ofDelimiter(" ").formatHex(body));
            }
        }

        /// The broker closed the connection, or reset it.
        record Closed() implements Heard {}

        /// Nothing came in time.
        record Silent() implements Heard {}
    }

    private MqttWire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new java.io.BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    static MqttWire open(InetSocketAddress at) throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        try {
            socket.connect(at, (int) CONNECT_TIMEOUT.toMillis());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return new MqttWire(socket);
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /// Sends to a broker that may have hung up already: whether it has is seen by listening.
    void sendAnyway(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            // it hung up while we spoke
        }
    }

    Heard listen(Duration atMost) throws IOException {
        socket.setSoTimeout(Math.max(1, (int) atMost.toMillis()));
        try {
            int first = in.read();
            return first < 0 ? new Heard.Closed() : new Heard.Packet(first, body());
        } catch (SocketTimeoutException e) {
            return new Heard.Silent();
        } catch (EOFException e) {
            return new Heard.Closed();
        } catch (IOException e) {
            return new Heard.Closed(); // "Connection reset": it was closed with bytes of ours unread
        }
    }

    private byte[] body() throws IOException {
        int length = 0;
        for (int i = 0; i < REMAINING_LENGTH_BYTES_MAX; i++) {
            int b = in.read();
            if (b < 0) throw new EOFException();
            length |= (b & 0x7F) << 7 * i;
            if ((b & 0x80) == 0) return read(length);
        }
        throw new IllegalStateException("The broker sent a remaining length of more than four bytes");
    }

    private byte[] read(int length) throws IOException {
        byte[] body = in.readNBytes(length);
        if (body.length < length) throw new EOFException();
        return body;
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }

    // What tests send

    /// A packet of its first byte and what follows the remaining length.
    static byte[] packet(int first, Object... parts) {
        byte[] body = bytes(parts);
        return bytes(first, length(body.length), body);
    }

    /// Joins bytes (`Integer`), texts with their length before them (`String`) and bytes as they are (`byte[]`).
    static byte[] bytes(Object... parts) {
        var all = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer b) all.write(b);
            else if (part instanceof String text) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                all.writeBytes(number(utf8.length));
                all.writeBytes(utf8);
            } else if (part instanceof byte[] raw) all.writeBytes(raw);
            else throw new IllegalArgumentException("No part of a packet: " + part);
        }
        return all.toByteArray();
    }

    static byte[] number(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    /// A variable byte integer (MQTT 5, 1.5.5), also one that is too long on purpose.
    static byte[] length(long value) {
        var bytes = new ByteArrayOutputStream();
        long rest = value;
        do {
            int b = (int) (rest & 0x7F);
            rest >>= 7;
            bytes.write(rest > 0 ? b | 0x80 : b);
        } while (rest > 0);
        return bytes.toByteArray();
    }

    /// A CONNECT of MQTT 3.1 (`version` 3), 3.1.1 (4) or 5.
    static byte[] connect(int version, String client, boolean clean, int keepAliveSeconds) {
        byte[] properties = version < 5 || clean ? new byte[0] : new byte[] {0x11, 0, 0, 0x0E, 0x10};
        return packet(
                0x10,
                version == 3 ? "MQIsdp" : "MQTT",
                version,
                clean ? 2 : 0,
                number(keepAliveSeconds),
                version < 5 ? new byte[0] : bytes(properties.length, properties),
                client);
    }

    static byte[] publish(int version, int flags, String topic, int id, byte[] payload) {
        return packet(
                0x30 | flags,
                topic,
                (flags & 6) == 0 ? new byte[0] : number(id),
                version < 5 ? new byte[0] : bytes(0),
                payload);
    }

    static byte[] subscribe(int version, int id, String filter, int options) {
        return packet(0x82, number(id), version < 5 ? new byte[0] : bytes(0), filter, options);
    }

    /// PUBACK, PUBREC, PUBREL or PUBCOMP without reason code, which means success.
    static byte[] ack(int type, int id) {
        return packet(type << 4 | (type == PUBREL ? 2 : 0), number(id));
    }

    static byte[] ping() {
        return bytes(0xC0, 0);
    }

    static byte[] disconnect() {
        return bytes(0xE0, 0);
    }

    /// The payload of a PUBLISH that a broker sent.
    static byte[] payload(int version, Heard.Packet p) {
        int at = 2 + p.number(0) + ((p.flags() & 6) == 0 ? 0 : 2);
        if (version >= 5) {
            int properties = p.body()[at] & 0x7F;
            int bytes = 1;
            while ((p.body()[at + bytes - 1] & 0x80) != 0)
                properties |= (p.body()[at + bytes++] & 0x7F) << 7 * (bytes - 1);
            at += bytes + properties;
        }
        return Arrays.copyOfRange(p.body(), at, p.body().length);
    }

    /// The packet id of a PUBLISH of QoS 1 or 2, or of what acknowledges one.
    static int id(Heard.Packet p) {
        return p.type() == PUBLISH ? p.number(2 + p.number(0)) : p.number(0);
    }
}
