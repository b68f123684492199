package io.linkspan.journal;

import io.linkspan.model.Log;
import java.nio.ByteBuffer;
import java.util.List;

/// The state of a site after the entry at a position, as the site wrote it.
///
/// @param bytes read-only
/// @param skipped newer snapshots that were not whole, a sentence each
public record Snapshot(Log.Position at, ByteBuffer bytes, List<String> skipped) {
    /// Copies its list.
    public Snapshot {
        skipped = List.copyOf(skipped);
    }

    /// Writes a state. Called on the thread that saves, so what it writes from must not change meanwhile.
    @FunctionalInterface
    public interface Body {
        /// Writes all of it; does not close.
        void writeTo(java.io.OutputStream out) throws java.io.IOException;
    }
}
