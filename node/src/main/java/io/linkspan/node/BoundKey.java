package io.linkspan.node;

import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// An idempotency key with whose it is and what it was first used for, as the log has it: so that it answers nobody
/// else,
/// and nothing else (draft-ietf-httpapi-idempotency-key-header-07, 2.4 and 5). Immutable.
///
/// @param key as whoever asks wrote it
/// @param text `person:anna evening-1#0123456789abcdef`
record BoundKey(String key, String text) {
    private static final int FINGERPRINT_BYTES = 8;
    private static final int FINGERPRINT_CHARS = 1 + 2 * FINGERPRINT_BYTES;

    /// Of a request that has a key; how long somebody waits is no part of what is asked.
    static Optional<BoundKey> of(Principal by, Tree.Fields request) {
        if (!(request.fields().get("key") instanceof Tree.Scalar key)
                || key.text().isEmpty()) return Optional.empty();
        var asked = new TreeMap<>(request.fields());
        asked.remove("key");
        asked.remove("no-wait");
        String whose = by.kind().name().toLowerCase(java.util.Locale.ROOT) + ":" + by.name();
        String text = whose + " " + key.text() + "#" + fingerprint(Json.write(Tree.fields(new LinkedHashMap<>(asked))));
        return Optional.of(new BoundKey(key.text(), text));
    }

    /// The request with this key in it.
    Tree.Fields in(Tree.Fields request) {
        Map<String, Tree> fields = new LinkedHashMap<>(request.fields());
        fields.put("key", Tree.text(text));
        return Tree.fields(fields);
    }

    /// Whether another key of the log is this one, used by the same for something else.
    boolean contradicts(String other) {
        return other.length() == text.length()
                && !other.equals(text)
                && other.regionMatches(0, text, 0, text.length() - FINGERPRINT_CHARS + 1);
    }

    private static String fingerprint(String asked) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(asked.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum, 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("This Java runtime has no SHA-256, which every one must have", broken);
        }
    }
}
