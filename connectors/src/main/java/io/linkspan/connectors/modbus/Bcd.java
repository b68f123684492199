package io.linkspan.connectors.modbus;

/// Decimal digits in 4 bits each, the highest digit first.
final class Bcd {
    private Bcd() {}

    /// Whether each digit is 0..9.
    static boolean valid(long bits) {
        for (long rest = bits; rest != 0; rest >>>= 4) if ((rest & 0xF) > 9) return false;
        return true;
    }

    static long number(long bits) {
        long number = 0;
        for (int shift = 60; shift >= 0; shift -= 4) number = number * 10 + (bits >>> shift & 0xF);
        return number;
    }

    static long bits(long number) {
        long bits = 0;
        int shift = 0;
        for (long rest = number; rest != 0; rest /= 10, shift += 4) bits |= rest % 10 << shift;
        return bits;
    }
}
