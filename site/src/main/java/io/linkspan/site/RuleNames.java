package io.linkspan.site;

import io.linkspan.model.Ambient;
import io.linkspan.model.Directory;
import io.linkspan.payload.Typed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the expressions of rules may name, and what a name means: properties, `it` of a rule for many things, and what
/// is around ([Ambient]). Not thread-safe.
final class RuleNames {
    private static final String IT = "it.";

    private final Directory directory;
    private final Map<String, Typed> known = new HashMap<>(); // looked up only
    private final List<String> its = new ArrayList<>();

    RuleNames(Directory directory) {
        this.directory = directory;
        var file = directory.file();
        for (var ambient : Ambient.values())
            if (ambient != Ambient.SITE_MODE || !file.modes().isEmpty())
                known.put(ambient.path(), Ambience.typed(ambient, file.modes()));
        for (var thing : file.things().values())
            for (var p : thing.properties().values()) known.put(thing.id() + "." + p.name(), Program.typed(p));
    }

    /// By name, with those of `it`; until the next call.
    ///
    /// @param it the thing that `it` stands for
    Map<String, Typed> known(Optional<String> it) {
        its.forEach(known::remove);
        its.clear();
        var thing = it.map(directory.file().things()::get);
        if (thing.isEmpty()) return known;
        for (String p : thing.get().properties().keySet()) {
            var typed = known.get(thing.get().id() + "." + p);
            if (typed == null) continue;
            its.add(IT + p);
            known.put(IT + p, typed);
        }
        return known;
    }

    /// The number of a known name: that of a property, or of an [Ambient].
    int number(Optional<String> it, String name) {
        if (it.isPresent() && name.startsWith(IT))
            return directory.property(it.get() + name.substring(IT.length() - 1));
        int property = directory.property(name);
        if (property != 0) return property;
        for (var ambient : Ambient.values()) if (ambient.path().equals(name)) return ambient.number();
        throw new IllegalStateException("\"" + name + "\" was known to the expression and has no number");
    }
}
