package io.linkspan.connectors.modbus;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// What a device answers (AP 6 and 7). The arrays belong to the response; do not change them.
public sealed interface Response {
    /// The function code that was asked.
    int function();

    /// The bytes on the wire, without the frame.
    byte[] encode();

    /// Bits or registers as they are on the wire: registers big-endian, bits packed (AP 6.1 to 6.4, 6.17).
    record Data(int function, byte[] bytes) implements Response {
        @Override
        public byte[] encode() {
            return ByteBuffer.allocate(2 + bytes.length)
                    .put((byte) function)
                    .put((byte) bytes.length)
                    .put(bytes)
                    .array();
        }
    }

    /// A write was done; the rest of the message repeats the request (AP 6.5, 6.6, 6.11, 6.12, 6.16).
    record Wrote(int function, byte[] echo) implements Response {
        @Override
        public byte[] encode() {
            return ByteBuffer.allocate(1 + echo.length)
                    .put((byte) function)
                    .put(echo)
                    .array();
        }
    }

    /// An exception response (AP 7).
    record Refused(int function, int code) implements Response {
        @Override
        public byte[] encode() {
            return new byte[] {(byte) (function | 0x80), (byte) code};
        }

        /// Whether this is the reason.
        public boolean is(ExceptionCode other) {
            return other.is(code);
        }
    }

    /// The normal answer to a write.
    static Wrote wrote(Request request) {
        byte[] pdu = request.encode();
        return new Wrote(
                request.function(), Arrays.copyOfRange(pdu, 1, request instanceof Request.MaskRegister ? 7 : 5));
    }

    /// Reads the answer to a request. None when it is not an answer to this request: another function, another
    /// length,
    /// another echo. A late answer must never pass for the current one.
    static Optional<Response> parse(Request request, byte[] pdu) {
        if (pdu.length < 2) return Optional.empty();
        int function = pdu[0] & 0xFF;
        if (function == (request.function() | 0x80))
            return pdu.length == 2 ? Optional.of(new Refused(request.function(), pdu[1] & 0xFF)) : Optional.empty();
        if (function != request.function()) return Optional.empty();
        return switch (request) {
            case Request.Read read -> data(pdu, read.table().bytes(read.count()));
            case Request.ReadWriteRegisters both -> data(pdu, 2 * both.readCount());
            case Request.WriteCoil _,
                    Request.WriteRegister _,
                    Request.WriteCoils _,
                    Request.WriteRegisters _,
                    Request.MaskRegister _ -> {
                var expected = wrote(request);
                yield Arrays.equals(expected.encode(), pdu) ? Optional.of(expected) : Optional.empty();
            }
        };
    }

    private static Optional<Response> data(byte[] pdu, int bytes) {
        if (pdu.length != 2 + bytes || (pdu[1] & 0xFF) != bytes) return Optional.empty();
        return Optional.of(new Data(pdu[0] & 0xFF, Arrays.copyOfRange(pdu, 2, pdu.length)));
    }
}
