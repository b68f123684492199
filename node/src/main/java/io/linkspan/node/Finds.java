package io.linkspan.node;

import io.linkspan.connector.Report;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The devices that running connectors told of and that no site file describes, the newest of each connector. In memory
/// alone: what is there is told again. Safe for many threads.
final class Finds {
    /// Most finds kept of one connector; of more the oldest go.
    static final int KEPT_MAX = 64;

    /// A find.
    ///
    /// @param firstMicros wall time at which it was told first
    /// @param lastMicros wall time at which it was told last
    record Find(String connector, Report.Found found, long firstMicros, long lastMicros) {}

    private final Map<String, LinkedHashMap<Report.Found, Find>> byConnector = new LinkedHashMap<>();

    /// Keeps what a connector told.
    synchronized void put(String connector, Report.Found found, long wallMicros) {
        var own = byConnector.computeIfAbsent(connector, _ -> new LinkedHashMap<>());
        var before = own.remove(found);
        own.put(found, new Find(connector, found, before == null ? wallMicros : before.firstMicros(), wallMicros));
        if (own.size() > KEPT_MAX) own.pollFirstEntry();
    }

    /// The newest first, of the connectors that there are.
    synchronized List<Find> of(java.util.Set<String> connectors) {
        byConnector.keySet().retainAll(connectors);
        var all = new ArrayList<Find>();
        for (var own : byConnector.values()) all.addAll(own.values());
        all.sort(java.util.Comparator.comparingLong(Find::lastMicros).reversed());
        return all;
    }

    /// As it is told over a door.
    static Tree.Fields tree(Find find) {
        var told = LineTrials.tree(find.found().what(), find.found().settings());
        return Trees.fields()
                .text("connector", find.connector())
                .put("what", told.fields().getOrDefault("what", Tree.text("")))
                .put("settings", told.fields().getOrDefault("settings", Tree.fields(Map.of())))
                .time("first", find.firstMicros())
                .time("last", find.lastMicros())
                .done();
    }
}
