package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Line;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.PacketDecoder;
import io.linkspan.mqtt.PacketWriter;
import io.linkspan.mqtt.TopicCache;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Violation;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Packets over a line. One thread reads; any may write, each packet whole.
final class Wire implements Closeable {
    /// Largest packet that we take, in bytes: MQTT 5 brokers are told, others are left when they send more.
    static final int PACKET_BYTES_MAX = 16 << 20;

    private static final int READ_BYTES = 65_536;
    private static final int TOPICS_CACHED = 1_024;

    private final Line line;
    private final Version version;
    private final PacketDecoder decoder;
    private final ReentrantLock writing = new ReentrantLock();
    private byte[] buffer = new byte[READ_BYTES];
    private int from;
    private int to;
    private byte[] last = new byte[0];

    Wire(Line line, Version version) {
        this.line = line;
        this.version = version;
        this.decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, version, new TopicCache(TOPICS_CACHED));
    }

    Version version() {
        return version;
    }

    /// The next packet; none when nothing whole came within `timeout`.
    ///
    /// @throws IOException the line is lost, or what came is not MQTT
    Optional<Packet> read(Duration timeout) throws IOException {
        try {
            int length = whole();
            if (length == 0) {
                int n = fill(timeout);
                if (n < 0)
                    throw new IOException(line.name()
                            + " ended the connection; does another client use our client-id, or did the broker stop?");
                length = whole();
            }
            if (length == 0) return Optional.empty();
            last = Arrays.copyOfRange(buffer, from, from + length);
            from += length;
            return Optional.of(decoder.decode(last, 0, length));
        } catch (Violation e) {
            throw new IOException(line.name() + " sent what is not MQTT: " + e.getMessage(), e);
        }
    }

    /// The length of the packet that is here whole, 0 if none is.
    private int whole() throws IOException, Violation {
        int length = PacketDecoder.lengthAt(buffer, from, to);
        if (length > PACKET_BYTES_MAX)
            throw new IOException(line.name() + " sends a packet of " + length + " bytes; at most packetBytesMax = "
                    + PACKET_BYTES_MAX + " are taken: who publishes that?");
        if (length > buffer.length - from) {
            byte[] larger = new byte[Math.max(length, buffer.length)];
            System.arraycopy(buffer, from, larger, 0, to - from);
            buffer = larger;
            to -= from;
            from = 0;
        }
        return length == 0 || length > to - from ? 0 : length;
    }

    private int fill(Duration timeout) throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
        } else if (to == buffer.length) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        int n = line.read(buffer, to, buffer.length - to, timeout);
        if (n > 0) to += n;
        return n;
    }

    /// The bytes of the packet that was read last, for `why`.
    byte[] lastBytes() {
        return last;
    }

    /// What came of a connection of which we do not know yet whether the broker speaks our version.
    byte[] peek() {
        return Arrays.copyOfRange(buffer, from, to);
    }

    /// Sends a packet whole.
    void write(Packet packet) throws IOException {
        byte[] bytes = PacketWriter.encode(packet, version);
        writing.lock();
        try {
            line.write(bytes);
        } finally {
            writing.unlock();
        }
    }

    String name() {
        return line.name();
    }

    @Override
    public void close() throws IOException {
        line.close();
    }
}
