package io.linkspan.simulation;

import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.site.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What stands in the log on the disk, read without the node: each reading with its position.
final class Said {
    private Said() {}

    /// One reading.
    ///
    /// @param seq of its entry
    record Value(long seq, String value) {}

    /// All readings of each property, in the order of the log.
    static Map<String, List<Value>> readings(Path data) throws IOException {
        var view = JournalView.open(new RealDisk(data.resolve("journal"))).orElseThrow();
        var id = view.sites().stream()
                .filter(s -> !s.equals(SiteId.NODE))
                .findFirst()
                .orElseThrow();
        var all = new LinkedHashMap<String, List<Value>>();
        var site = new Site();
        try (var reader = view.read(new Log.Position(id, 1, 0))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                var entry = EntryCodec.decode(stored);
                site.replay(entry);
                for (var result : entry.results())
                    if (result instanceof Result.Took took)
                        for (var r : took.readings())
                            all.computeIfAbsent(name(site.directory(), r.property()), _ -> new ArrayList<>())
                                    .add(new Value(stored.at().seq(), r.value().toString()));
            }
        }
        return all;
    }

    private static String name(Directory directory, int property) {
        return directory.name(Result.Sort.PROPERTY, property);
    }
}
