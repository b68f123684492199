package io.linkspan.journal;

import java.io.IOException;

/// Where a reader finds segments and what is in them. Thread-safe.
interface BlockSource {
    Segments segments();

    /// The number of the newest segment that was begun.
    int newest();

    Segments.Header header(int number) throws IOException;

    /// The index of a segment; of the newest one it grows while the reader holds it.
    SegmentIndex index(Segments.Header header) throws IOException;

    /// Looks whether another process has written more since; false when it has not, or when this one is the writer.
    boolean refresh() throws IOException;
}
