package io.linkspan.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The SHA-256 of a secret of 256 random bits: all that is kept of a token or a session. Such a secret can not be
/// guessed, so it needs no slow hash, and how long a search for its digest takes tells nothing about it.
public record Digest(long a, long b, long c, long d) implements Comparable<Digest> {
    /// Bytes of one.
    public static final int BYTES = 32;

    /// Of a secret as it stands in a cookie or a header.
    public static Digest of(String secret) {
        return of(sha256(secret.getBytes(StandardCharsets.UTF_8)));
    }

    /// Of its 32 bytes.
    public static Digest of(byte[] bytes) {
        if (bytes.length != BYTES)
            throw new IllegalArgumentException("A digest has " + BYTES + " bytes, not " + bytes.length);
        var b = ByteBuffer.wrap(bytes);
        return new Digest(b.getLong(), b.getLong(), b.getLong(), b.getLong());
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("This Java runtime has no SHA-256, which every one must have", broken);
        }
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .array();
    }

    @Override
    public int compareTo(Digest o) {
        int by = Long.compare(a, o.a);
        if (by == 0) by = Long.compare(b, o.b);
        if (by == 0) by = Long.compare(c, o.c);
        return by == 0 ? Long.compare(d, o.d) : by;
    }

    /// Its first digits: enough to tell two apart in a text, too few to be of use.
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(a).substring(0, 8);
    }
}
