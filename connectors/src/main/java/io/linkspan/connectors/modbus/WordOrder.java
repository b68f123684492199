package io.linkspan.connectors.modbus;

import java.util.Locale;

/// In which order a device sends the bytes of a number over several registers. The standard fixes the two bytes of one
/// register (AP 4.2) and says nothing about more.
public enum WordOrder {
    /// The highest first: the common one.
    ABCD,
    /// The lowest register first.
    CDAB,
    /// The bytes of each register swapped.
    BADC,
    /// The lowest byte first.
    DCBA;

    /// The index on the wire of the `i`-th byte of a number of `bytes` bytes, counted from the highest.
    int at(int i, int bytes) {
        return switch (this) {
            case ABCD -> i;
            case CDAB -> bytes - 2 - (i & ~1) + (i & 1);
            case BADC -> i ^ 1;
            case DCBA -> bytes - 1 - i;
        };
    }

    /// The word in the site file.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
