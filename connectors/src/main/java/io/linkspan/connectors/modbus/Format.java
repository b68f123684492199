package io.linkspan.connectors.modbus;

import java.util.Locale;

/// How registers hold one value.
public enum Format {
    /// One coil or discrete input.
    FLAG(0),
    /// One bit of a register, 0 is the lowest.
    BIT(1),
    /// 16 bits with sign.
    INT16(1),
    /// 16 bits without sign.
    UINT16(1),
    /// 32 bits with sign.
    INT32(2),
    /// 32 bits without sign.
    UINT32(2),
    /// 64 bits with sign.
    INT64(4),
    /// 64 bits without sign.
    UINT64(4),
    /// IEEE 754, single.
    FLOAT32(2),
    /// IEEE 754, double.
    FLOAT64(4),
    /// Four decimal digits, 4 bits each.
    BCD16(1),
    /// Eight decimal digits, 4 bits each.
    BCD32(2),
    /// Characters, two in a register, up to the first NUL.
    TEXT(0),
    /// Bytes, two in a register.
    BYTES(0);

    private final int registers;

    Format(int registers) {
        this.registers = registers;
    }

    /// How many registers it takes; 0 where the address says so or where it takes none.
    public int registers() {
        return registers;
    }

    /// Whether it holds a whole number.
    public boolean whole() {
        return switch (this) {
            case INT16, UINT16, INT32, UINT32, INT64, UINT64, BCD16, BCD32 -> true;
            case FLAG, BIT, FLOAT32, FLOAT64, TEXT, BYTES -> false;
        };
    }

    /// Whether it holds a number.
    public boolean number() {
        return whole() || this == FLOAT32 || this == FLOAT64;
    }

    /// The word in the site file.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
