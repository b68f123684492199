package io.linkspan.journal;

import java.util.Optional;

/// What a block is for.
enum BlockKind {
    /// Entries of a site.
    ENTRIES(1),
    /// The opening of an epoch: names its predecessor's epoch, seq and hash. Has no entries.
    EPOCH(2),
    /// The journal was closed in order: all before it is durable. Belongs to no site, has no entries, is in no
    /// chain.
    CLOSED(3);

    final byte code;

    BlockKind(int code) {
        this.code = (byte) code;
    }

    static Optional<BlockKind> of(byte code) {
        for (var kind : values()) if (kind.code == code) return Optional.of(kind);
        return Optional.empty();
    }
}
