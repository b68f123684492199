package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import io.linkspan.site.Rehearsal;
import io.linkspan.site.Site;
import java.io.IOException;
import java.util.Optional;

/// A world's log once more: what is decided anew from its inputs is what the log has. No state.
final class Again {
    private Again() {}

    /// Rehearses a log from its first entry to its last.
    ///
    /// @param reader at the first entry; left open
    /// @param file another site file; none: by those of the log
    static Rehearsal.Told of(Log.Reader reader, Optional<String> file) throws IOException {
        var rehearsal = file.isEmpty()
                ? Rehearsal.asLogged(new Site(), Rehearsal.Limits.STANDARD)
                : Rehearsal.of(new Site(), file.get(), Directory.EMPTY, Rehearsal.Limits.STANDARD);
        for (Log.Stored stored; (stored = reader.next()) != null; ) rehearsal.take(EntryCodec.decode(stored));
        return rehearsal.told();
    }

    private static Rehearsal.Told of(Log log, SiteId id, Optional<String> file) throws IOException {
        try (var reader = log.read(new Log.Position(id, 1, 1))) {
            return of(reader, file);
        }
    }

    /// Holds a log against itself.
    static void check(Log log, SiteId id, String other) throws IOException {
        var told = of(log, id, Optional.empty());
        var reproduced = told.reproduced().orElseThrow();
        unless(
                reproduced.unlike().isEmpty(),
                "rehearsal-reproduces",
                "an entry comes out otherwise, after " + reproduced.equal() + ": " + reproduced.unlike());
        unless(
                told.lacking() > 0 || told.first().isEmpty(),
                "rehearsal-reproduces",
                "an actuator parted: " + told.first());
        var changed = of(log, id, Optional.of(other));
        unless(
                changed.entries() == told.entries(),
                "rehearsal-reproduces",
                "with another file it ended after " + changed.entries() + " entries");
    }
}
