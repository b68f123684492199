package io.linkspan.journal;

import io.linkspan.model.Log;
import java.util.Optional;

/// Bytes that were durable and are not whole any more.
///
/// @param file name below the journal's folder
/// @param offset where it begins, in bytes
/// @param bytes how many bytes, 0 when what is missing left no bytes
/// @param first the first entry that is lost, where that can be told
/// @param last the last entry that is lost, where that can be told
public record Damage(String file, long offset, long bytes, Optional<Log.Position> first, Optional<Log.Position> last) {
    @Override
    public String toString() {
        var what = first.map(from -> "entries " + from + " to " + last.orElseThrow())
                .orElse("an unknown part of the log");
        return what + " damaged in " + file + " at offset " + offset + ", " + bytes + " bytes";
    }
}
