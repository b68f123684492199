package io.linkspan.connectors.modbus;

import java.util.Locale;

/// The four tables of a Modbus device (AP 4.3) with the limits of one request (AP 6.1 to 6.4, 6.11, 6.12).
public enum Table {
    /// Bits that can be written.
    COIL(1, 2_000, 1_968),
    /// Bits that can only be read.
    DISCRETE(2, 2_000, 0),
    /// Registers of 16 bits that can be written.
    HOLDING(3, 125, 123),
    /// Registers of 16 bits that can only be read.
    INPUT(4, 125, 0);

    /// Addresses in each table, counted from 0 on the wire (AP 4.4).
    public static final int ADDRESSES = 65_536;

    private final int readFunction;
    private final int readMax;
    private final int writeMax;

    Table(int readFunction, int readMax, int writeMax) {
        this.readFunction = readFunction;
        this.readMax = readMax;
        this.writeMax = writeMax;
    }

    /// The function code that reads it.
    public int readFunction() {
        return readFunction;
    }

    /// The most bits or registers that one request reads.
    public int readMax() {
        return readMax;
    }

    /// The most bits or registers that one request writes; 0 where nothing can be written.
    public int writeMax() {
        return writeMax;
    }

    /// Whether a master may write it.
    public boolean writable() {
        return writeMax > 0;
    }

    /// Whether an address holds one bit; else it holds 16.
    public boolean bits() {
        return this == COIL || this == DISCRETE;
    }

    /// The bytes that `count` of its bits or registers take in a message.
    public int bytes(int count) {
        return bits() ? (count + 7) / 8 : count * 2;
    }

    /// The word in the site file.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
