package io.linkspan.connectors.modbus;

import java.util.Arrays;
import java.util.Optional;

/// One frame of Modbus RTU: unit, message, CRC (SL 2.5.1).
///
/// @param unit 1..247 (SL 2.2); 0 is for all
public record Rtu(int unit, byte[] pdu) {
    /// Longest frame, in bytes (SL 2.5.1).
    public static final int BYTES_MAX = 256;

    /// Bytes around the message: the unit before it and the CRC behind it.
    public static final int FRAME_BYTES = 3;

    /// What [#answerLength] and [#requestLength] give when the bytes so far do not tell.
    static final int UNKNOWN = -1;

    private static final int[] CRC_TABLE = table();

    /// The bytes on the wire.
    public byte[] encode() {
        byte[] frame = new byte[pdu.length + FRAME_BYTES];
        frame[0] = (byte) unit;
        System.arraycopy(pdu, 0, frame, 1, pdu.length);
        int crc = crc(frame, frame.length - 2);
        frame[frame.length - 2] = (byte) crc;
        frame[frame.length - 1] = (byte) (crc >> 8);
        return frame;
    }

    /// Reads a whole frame; none when its CRC is wrong or it is too short.
    static Optional<Rtu> parse(byte[] bytes, int length) {
        if (length < FRAME_BYTES + 1 || length > BYTES_MAX) return Optional.empty();
        int crc = ((bytes[length - 1] & 0xFF) << 8) | (bytes[length - 2] & 0xFF);
        if (crc != crc(bytes, length - 2)) return Optional.empty();
        return Optional.of(new Rtu(bytes[0] & 0xFF, Arrays.copyOfRange(bytes, 1, length - 2)));
    }

    /// The CRC of the first `length` bytes: polynomial 0xA001 (reflected), start 0xFFFF (SL 6.2.2, "CRC
    /// Generation"). On the
    /// wire its low byte comes first.
    static int crc(byte[] bytes, int length) {
        int crc = 0xFFFF;
        for (int i = 0; i < length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 0xFF];
        return crc;
    }

    /// How long the frame of an answer is, from its function code and count; [#UNKNOWN] when more bytes are needed
    /// or the
    /// function is none of ours.
    static int answerLength(byte[] bytes, int length) {
        if (length < 2) return UNKNOWN;
        int function = bytes[1] & 0xFF;
        if ((function & 0x80) != 0) return 5;
        return switch (function) {
            case 1, 2, 3, 4, 23 -> length < 3 ? UNKNOWN : 5 + (bytes[2] & 0xFF);
            case 5, 6, 15, 16 -> 8;
            case 22 -> 10;
            default -> UNKNOWN; // open: bytes of a wire
        };
    }

    /// How long the frame of a request is; [#UNKNOWN] when more bytes are needed or the function is none of ours.
    static int requestLength(byte[] bytes, int length) {
        if (length < 2) return UNKNOWN;
        return switch (bytes[1] & 0xFF) {
            case 1, 2, 3, 4, 5, 6 -> 8;
            case 15, 16 -> length < 7 ? UNKNOWN : 9 + (bytes[6] & 0xFF);
            case 22 -> 10;
            case 23 -> length < 11 ? UNKNOWN : 13 + (bytes[10] & 0xFF);
            default -> UNKNOWN; // open: bytes of a wire
        };
    }

    /// The silence between two frames in nanoseconds: 3.5 characters of 11 bits, and 1.75 ms above 19200 bit/s (SL
    /// 2.5.1.1).
    static long quietNanos(int baud) {
        return baud > 19_200 ? 1_750_000 : 3_500_000_000L * 11 / baud;
    }

    /// How long `bytes` take on the line, in nanoseconds: 11 bits each.
    static long wireNanos(int baud, int bytes) {
        return bytes * 11L * 1_000_000_000L / baud;
    }

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0xA001 : crc >>> 1;
            table[i] = crc;
        }
        return table;
    }
}
