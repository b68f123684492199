package io.linkspan.connectors.modbus;

import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which points have been told to be silent and why, so that each change is told once. It outlives a lost line. Belongs
/// to
/// the connector's thread.
final class Silences {
    private final Map<Integer, String> told = new HashMap<>();

    /// Tells that these points have no values for now, those for which this was not told yet.
    ///
    /// @return whether anything was new
    boolean silent(Surroundings here, Collection<Integer> properties, String why) throws InterruptedException {
        var fresh = properties.stream()
                .filter(p -> !why.equals(told.get(p)))
                .sorted()
                .toList();
        if (fresh.isEmpty()) return false;
        for (int each : fresh) told.put(each, why);
        here.accept(new Report.Unit(fresh, false, why));
        return true;
    }

    /// Whether this point was told to be silent.
    boolean told(int property) {
        return told.containsKey(property);
    }

    /// Tells that these points have values again, those of which something else was told.
    void back(Surroundings here, Collection<Integer> properties) throws InterruptedException {
        if (told.isEmpty()) return;
        List<Integer> back =
                properties.stream().filter(told::containsKey).sorted().toList();
        if (back.isEmpty()) return;
        for (int each : back) told.remove(each);
        here.accept(new Report.Unit(back, true, ""));
    }
}
