package io.linkspan.connectors.modbus;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;

/// What a master asks of a device: the part of a message that is the same on every line (AP 4.1, the PDU).
///
/// Registers and bits are kept as they are on the wire: registers big-endian (AP 4.2), bits packed from the lowest bit
/// of
/// the first byte. The arrays belong to the request; do not change them.
public sealed interface Request {
    /// Longest request or response without its frame, in bytes (AP 4.1).
    int PDU_BYTES_MAX = 253;

    /// The function code on the wire.
    int function();

    /// The bytes on the wire.
    byte[] encode();

    /// Reads bits or registers (AP 6.1 to 6.4).
    record Read(Table table, int first, int count) implements Request {
        public Read {
            range(first, count, table.readMax(), "reads");
        }

        @Override
        public int function() {
            return table.readFunction();
        }

        @Override
        public byte[] encode() {
            return start(this, 5, first, count).array();
        }
    }

    /// Writes one coil (AP 6.5).
    record WriteCoil(int address, boolean on) implements Request {
        /// On, on the wire; off is 0.
        static final int ON = 0xFF00;

        public WriteCoil {
            range(address, 1, 1, "writes");
        }

        @Override
        public int function() {
            return 5;
        }

        @Override
        public byte[] encode() {
            return start(this, 5, address, on ? ON : 0).array();
        }
    }

    /// Writes one register (AP 6.6).
    record WriteRegister(int address, int value) implements Request {
        public WriteRegister {
            range(address, 1, 1, "writes");
            if (value < 0 || value > 0xFFFF)
                throw new IllegalArgumentException("A register holds 0..65535, not " + value);
        }

        @Override
        public int function() {
            return 6;
        }

        @Override
        public byte[] encode() {
            return start(this, 5, address, value).array();
        }
    }

    /// Writes several coils (AP 6.11), packed as on the wire.
    record WriteCoils(int first, int count, byte[] packed) implements Request {
        public WriteCoils {
            range(first, count, Table.COIL.writeMax(), "writes");
            bytes(packed, Table.COIL.bytes(count));
        }

        @Override
        public int function() {
            return 15;
        }

        @Override
        public byte[] encode() {
            return start(this, 6 + packed.length, first, count)
                    .put((byte) packed.length)
                    .put(packed)
                    .array();
        }
    }

    /// Writes several registers (AP 6.12), big-endian.
    record WriteRegisters(int first, int count, byte[] words) implements Request {
        public WriteRegisters {
            range(first, count, Table.HOLDING.writeMax(), "writes");
            bytes(words, 2 * count);
        }

        @Override
        public int function() {
            return 16;
        }

        @Override
        public byte[] encode() {
            return start(this, 6 + words.length, first, count)
                    .put((byte) words.length)
                    .put(words)
                    .array();
        }
    }

    /// Changes single bits of a register: `(current AND and) OR (or AND NOT and)` (AP 6.16).
    record MaskRegister(int address, int and, int or) implements Request {
        public MaskRegister {
            range(address, 1, 1, "writes");
            if (((and | or) & ~0xFFFF) != 0) throw new IllegalArgumentException("A mask has 16 bits");
        }

        @Override
        public int function() {
            return 22;
        }

        @Override
        public byte[] encode() {
            return start(this, 7, address, and).putShort((short) or).array();
        }

        /// The register after this change.
        public int applied(int current) {
            return (current & and) | (or & ~and & 0xFFFF);
        }
    }

    /// Writes registers, then reads registers, in one step (AP 6.17).
    record ReadWriteRegisters(int readFirst, int readCount, int writeFirst, int writeCount, byte[] words)
            implements Request {
        /// The most registers that function 23 writes (AP 6.17).
        static final int WRITE_MAX = 121;

        public ReadWriteRegisters {
            range(readFirst, readCount, Table.HOLDING.readMax(), "reads");
            range(writeFirst, writeCount, WRITE_MAX, "writes");
            bytes(words, 2 * writeCount);
        }

        @Override
        public int function() {
            return 23;
        }

        @Override
        public byte[] encode() {
            return start(this, 10 + words.length, readFirst, readCount)
                    .putShort((short) writeFirst)
                    .putShort((short) writeCount)
                    .put((byte) words.length)
                    .put(words)
                    .array();
        }
    }

    /// Reads a request as a server must: every length and range is checked.
    ///
    /// @throws Malformed with the exception code that the standard's state diagrams ask for
    static Request parse(byte[] pdu) throws Malformed {
        if (pdu.length < 1) throw new Malformed(0, ExceptionCode.ILLEGAL_FUNCTION, "a request without a function code");
        int function = pdu[0] & 0xFF;
        for (Table table : Table.values())
            if (table.readFunction() == function) {
                length(pdu, function, 5);
                return checked(function, () -> new Read(table, word(pdu, 1), word(pdu, 3)));
            }
        return switch (function) {
            case 5 -> {
                length(pdu, function, 5);
                int value = word(pdu, 3);
                if (value != 0 && value != WriteCoil.ON)
                    throw new Malformed(
                            function, ExceptionCode.ILLEGAL_DATA_VALUE, "a coil is 0x0000 or 0xFF00, not " + value);
                yield new WriteCoil(word(pdu, 1), value != 0);
            }
            case 6 -> {
                length(pdu, function, 5);
                yield new WriteRegister(word(pdu, 1), word(pdu, 3));
            }
            case 15 -> {
                byte[] data = tail(pdu, function, 6);
                yield checked(function, () -> new WriteCoils(word(pdu, 1), word(pdu, 3), data));
            }
            case 16 -> {
                byte[] data = tail(pdu, function, 6);
                yield checked(function, () -> new WriteRegisters(word(pdu, 1), word(pdu, 3), data));
            }
            case 22 -> {
                length(pdu, function, 7);
                yield new MaskRegister(word(pdu, 1), word(pdu, 3), word(pdu, 5));
            }
            case 23 -> {
                byte[] data = tail(pdu, function, 10);
                yield checked(
                        function,
                        () -> new ReadWriteRegisters(word(pdu, 1), word(pdu, 3), word(pdu, 5), word(pdu, 7), data));
            }
            default -> // open: 256 codes on the wire, most of them nobody's
                throw new Malformed(
                        function, ExceptionCode.ILLEGAL_FUNCTION, "function " + function + " is not one of ours");
        };
    }

    /// A request that a server refuses before it looks at its data.
    final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        private final int function;
        private final ExceptionCode code;

        Malformed(int function, ExceptionCode code, String what) {
            super(what);
            this.function = function;
            this.code = code;
        }

        /// What to answer.
        public Response.Refused answer() {
            return new Response.Refused(function & 0x7F, code.code());
        }
    }

    /// Builds a request whose record checks itself; what it refuses becomes the right exception code: the count is
    /// a
    /// matter of code 3, the addresses of code 2 (AP 6, state diagrams).
    private static Request checked(int function, Supplier<Request> made) throws Malformed {
        try {
            return made.get();
        } catch (AddressesEnd e) {
            throw new Malformed(function, ExceptionCode.ILLEGAL_DATA_ADDRESS, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new Malformed(function, ExceptionCode.ILLEGAL_DATA_VALUE, String.valueOf(e.getMessage()));
        }
    }

    private static void length(byte[] pdu, int function, int expected) throws Malformed {
        if (pdu.length != expected)
            throw new Malformed(
                    function,
                    ExceptionCode.ILLEGAL_DATA_VALUE,
                    "function " + function + " has " + expected + " bytes, not " + pdu.length);
    }

    private static byte[] tail(byte[] pdu, int function, int header) throws Malformed {
        if (pdu.length < header || pdu.length != header + (pdu[header - 1] & 0xFF))
            throw new Malformed(
                    function,
                    ExceptionCode.ILLEGAL_DATA_VALUE,
                    "function " + function + " has another length than it says");
        return Arrays.copyOfRange(pdu, header, pdu.length);
    }

    /// The unsigned 16-bit number at an index.
    static int word(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }

    private static ByteBuffer start(Request request, int length, int second, int third) {
        return ByteBuffer.allocate(length)
                .put((byte) request.function())
                .putShort((short) second)
                .putShort((short) third);
    }

    private static void range(int first, int count, int max, String verb) {
        if (first < 0 || first >= Table.ADDRESSES) throw new AddressesEnd("An address is 0..65535, not " + first);
        if (count < 1 || count > max)
            throw new IllegalArgumentException("One request " + verb + " 1.." + max + ", not " + count);
        if (first + count > Table.ADDRESSES)
            throw new AddressesEnd("Addresses end at 65535; " + count + " from " + first + " go beyond");
    }

    private static void bytes(byte[] data, int expected) {
        if (data.length != expected)
            throw new IllegalArgumentException("The data take " + expected + " bytes, not " + data.length);
    }

    /// The range leaves the table.
    final class AddressesEnd extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        AddressesEnd(String what) {
            super(what);
        }
    }
}
