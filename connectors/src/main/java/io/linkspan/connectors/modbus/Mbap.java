package io.linkspan.connectors.modbus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// One message of Modbus TCP: the MBAP header and what follows it (TCP 3.1.3).
///
/// @param transaction 0..65535, chosen by the master and repeated by the server
/// @param unit 0..255
public record Mbap(int transaction, int unit, byte[] pdu) {
    /// Length of the header, in bytes.
    public static final int HEADER_BYTES = 7;

    /// Longest message, in bytes (TCP 4.2: 260).
    public static final int BYTES_MAX = HEADER_BYTES + Request.PDU_BYTES_MAX;

    public Mbap {
        if (pdu.length < 1 || pdu.length > Request.PDU_BYTES_MAX)
            throw new IllegalArgumentException("A Modbus message has 1..253 bytes, not " + pdu.length);
    }

    /// The bytes on the wire.
    public byte[] encode() {
        return ByteBuffer.allocate(HEADER_BYTES + pdu.length)
                .putShort((short) transaction)
                .putShort((short) 0)
                .putShort((short) (1 + pdu.length))
                .put((byte) unit)
                .put(pdu)
                .array();
    }

    /// Takes the first whole message out of what has come in; none when more bytes are needed.
    ///
    /// @throws IOException this is not Modbus TCP, or the stream lost its step: the connection must be opened anew
    static Optional<Mbap> parse(byte[] bytes, int length) throws IOException {
        if (length < HEADER_BYTES) return Optional.empty();
        int protocol = Request.word(bytes, 2);
        int follows = Request.word(bytes, 4);
        if (protocol != 0)
            throw new IOException(
                    "sent protocol " + protocol + " where Modbus has 0; is it Modbus TCP (not RTU over TCP)?");
        if (follows < 2 || follows > 1 + Request.PDU_BYTES_MAX)
            throw new IOException("sent a message of " + follows + " bytes; Modbus TCP has 2..254");
        if (length < 6 + follows) return Optional.empty();
        return Optional.of(new Mbap(
                Request.word(bytes, 0), bytes[6] & 0xFF, Arrays.copyOfRange(bytes, HEADER_BYTES, 6 + follows)));
    }

    /// The message's length on the wire, in bytes.
    int length() {
        return HEADER_BYTES + pdu.length;
    }
}
