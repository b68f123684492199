package io.linkspan.journal;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// A SHA-256 (FIPS 180-4): of a block and, through the hash before it, of everything that its site logged until then.
public record ChainHash(long a, long b, long c, long d) {
    /// Length of a hash in bytes.
    public static final int BYTES = 32;

    /// What stands before the first block of a site.
    public static final ChainHash NONE = new ChainHash(0, 0, 0, 0);

    /// Takes the next 32 bytes.
    public static ChainHash get(ByteBuffer from) {
        return new ChainHash(from.getLong(), from.getLong(), from.getLong(), from.getLong());
    }

    /// Reads 64 hexadecimal digits.
    public static ChainHash parse(String text) {
        if (!text.matches("[0-9a-f]{64}"))
            throw new IllegalArgumentException("A hash has 64 digits 0-9 a-f, not \"" + text + "\"");
        return get(ByteBuffer.wrap(HexFormat.of().parseHex(text)));
    }

    /// Adds the 32 bytes to a buffer.
    public void put(ByteBuffer into) {
        into.putLong(a).putLong(b).putLong(c).putLong(d);
    }

    @Override
    public String toString() {
        var hex = HexFormat.of();
        return hex.toHexDigits(a) + hex.toHexDigits(b) + hex.toHexDigits(c) + hex.toHexDigits(d);
    }
}
