package io.linkspan.model;

import java.util.HexFormat;

/// The identity of a site for life: 128 random bits, written as 32 hexadecimal digits. Its name is only a label.
public record SiteId(long high, long low) {
    /// The built-in site `node`: what belongs to the box and to no site of it, such as accounts. All bits are zero,
    /// which a drawn id has once in 2^128.
    public static final SiteId NODE = new SiteId(0, 0);

    /// Reads 32 hexadecimal digits.
    public static SiteId parse(String text) {
        if (!text.matches("[0-9a-f]{32}"))
            throw new IllegalArgumentException("A site id has 32 digits 0-9 a-f, not \"" + text + "\"");
        return new SiteId(HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 16, 32));
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
