package io.linkspan.model;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// The identity of a site for life: 128 random bits, written as 32 hexadecimal digits. Its name is only a label.
public record SiteId(long high, long low) {
    /// The built-in site `node`: what belongs to the box and to no site of it, such as accounts. All bits are zero,
    /// which a drawn id has once in 2^128.
    public static final SiteId NODE = new SiteId(0, 0);

    /// The first half of the ids of connectors' own logs; a drawn id of a site has it once in 2^64.
    private static final long CONNECTORS = 0x6c69_6e6b_7370_616eL;

    /// The id of the log that a connector of a site has of its own: always the same for the same two.
    public static SiteId ofConnector(SiteId site, String connector) {
        long hash = 0xcbf2_9ce4_8422_2325L; // FNV-1a, 64 bits
        for (byte b : (site + "/" + connector).getBytes(StandardCharsets.UTF_8)) {
            hash ^= b & 0xFF;
            hash *= 0x100_0000_01b3L;
        }
        return new SiteId(CONNECTORS, hash);
    }

    /// Whether this names a log that belongs to a connector ([#ofConnector]) and to no site's own life.
    public boolean isConnectors() {
        return high == CONNECTORS;
    }

    /// Whether this names a site: neither the node's own log nor a connector's.
    public boolean isSite() {
        return !equals(NODE) && !isConnectors();
    }

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
