package io.linkspan.insight;

import io.linkspan.model.Cell;
import java.util.Optional;

/// How a site is at this moment, as far as a sentence has to know. Safe for many threads.
public interface Situation {
    /// The newest of a property by its path; none where there is none, or it is private.
    Optional<Cell> cell(String path);

    /// A site of which nothing is known.
    Situation NOTHING_KNOWN = _ -> Optional.empty();
}
