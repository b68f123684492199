package io.linkspan.journal;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What opening a journal found.
///
/// @param closedInOrder the last process closed the journal; otherwise it was killed, or the power went
/// @param cut the torn tail that was cut away: never durable, so acknowledged to nobody
/// @param damage what was durable and cannot be read in the part that was looked at; [JournalCheck] looks at all
/// @param heads where each site stands
/// @param unsure sites whose newest entries the damage may have taken: each must open an epoch before it appends
/// @param blocksRead how much was read to know this
public record Recovery(
        boolean closedInOrder,
        Optional<Cut> cut,
        List<Damage> damage,
        Map<SiteId, Head> heads,
        List<SiteId> unsure,
        long blocksRead) {
    /// A torn tail.
    ///
    /// @param entries the entries in it that could still be read, sites told apart by the position
    public record Cut(String file, long offset, long bytes, List<Log.Position> entries) {
        /// Copies its list.
        public Cut {
            entries = List.copyOf(entries);
        }
    }

    /// Copies its collections.
    public Recovery {
        damage = List.copyOf(damage);
        heads = Map.copyOf(heads);
        unsure = List.copyOf(unsure);
    }
}
