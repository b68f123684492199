package io.linkspan.journal;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 of sections and blocks. Not thread-safe.
final class Digests {
    private final MessageDigest sha256;
    private final byte[] result = new byte[ChainHash.BYTES];
    private final ByteBuffer resultBuffer = ByteBuffer.wrap(result);

    Digests() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("This Java runtime has no SHA-256, which every one must have", broken);
        }
    }

    ChainHash of(byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
        return finish();
    }

    ChainHash of(ByteBuffer bytes) {
        sha256.update(bytes.duplicate());
        return finish();
    }

    /// The hash of a block: over its header (with the hash before it) and the hashes of its two sections.
    ChainHash chain(ByteBuffer header, ChainHash control, ChainHash readings) {
        sha256.update(header);
        add(control);
        add(readings);
        return finish();
    }

    private void add(ChainHash hash) {
        hash.put(resultBuffer.clear());
        sha256.update(result);
    }

    private ChainHash finish() {
        try {
            sha256.digest(result, 0, result.length);
        } catch (DigestException impossible) {
            throw new IllegalStateException(impossible);
        }
        return ChainHash.get(resultBuffer.clear());
    }
}
