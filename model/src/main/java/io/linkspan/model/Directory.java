package io.linkspan.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the numbers of a site mean: each definition got one at its creation and keeps it for life, also through a
/// renaming
/// and after it was taken out, so that the log and the history stay readable. Immutable.
///
/// @param revision of the file
/// @param numbers each definition that ever was, with its current version; version 0: taken out
public record Directory(SiteFile file, long revision, Map<Key, Result.Numbered> numbers) {
    /// A definition by its name.
    public record Key(Result.Sort sort, String path) {}

    /// A site before its first file.
    public static final Directory EMPTY = new Directory(empty(), 0, Map.of());

    public Directory {
        numbers = Map.copyOf(numbers); // order does not matter: what follows from it is sorted
    }

    private static SiteFile empty() {
        try {
            return SiteFile.read(Tree.fields(new java.util.LinkedHashMap<>(
                    Map.of("linkspan", Tree.plain(SiteFile.GRAMMAR), "site", Tree.text("unnamed")))));
        } catch (Invalid e) {
            throw new AssertionError(e);
        }
    }

    /// The number of a property or action, such as `boiler.on`; 0 when there is none.
    public int property(String path) {
        return number(Result.Sort.PROPERTY, path);
    }

    /// The number of a link; 0 when there is none.
    public int link(String id) {
        return number(Result.Sort.LINK, id);
    }

    /// The number of a connector; 0 when there is none.
    public int connector(String id) {
        return number(Result.Sort.CONNECTOR, id);
    }

    /// The number of a rule or schedule; 0 when there is none.
    public int rule(String id) {
        return number(Result.Sort.RULE, id);
    }

    private int number(Result.Sort sort, String path) {
        var n = numbers.get(new Key(sort, path));
        return n == null || n.version() == 0 ? 0 : n.number();
    }

    /// The name of a number, also of one that was taken out; `?7` when nobody ever had it.
    public String name(Result.Sort sort, int number) {
        for (var n : numbers.values()) if (n.sort() == sort && n.number() == number) return n.path();
        return "?" + number;
    }

    /// The version of a definition's text; 0 when it was taken out.
    public int version(Result.Sort sort, String path) {
        var n = numbers.get(new Key(sort, path));
        return n == null ? 0 : n.version();
    }

    /// The property behind a path.
    public Optional<Property> find(String path) {
        return file.property(path);
    }

    /// What a new file changes in the numbers: new definitions get the next free number, changed ones the next
    /// version, those
    /// that are gone version 0; `was:` keeps the number under the new name.
    public List<Result.Numbered> changes(SiteFile next) {
        var changes = new ArrayList<Result.Numbered>();
        var renamed = renamed(next);
        var now = definitions(next);
        var before = definitions(file);
        int[] free = new int[Result.Sort.values().length];
        for (var n : numbers.values())
            free[n.sort().ordinal()] = Math.max(free[n.sort().ordinal()], n.number());
        for (var e : now.entrySet()) {
            Key key = e.getKey();
            var old = numbers.get(key);
            Key former = renamed.get(key);
            if (former != null
                    && numbers.get(former) instanceof Result.Numbered n
                    && !now.containsKey(former)
                    && (old == null || old.version() == 0)) {
                changes.add(new Result.Numbered(key.sort(), key.path(), n.number(), n.version() + 1));
            } else if (old == null) {
                changes.add(new Result.Numbered(
                        key.sort(), key.path(), ++free[key.sort().ordinal()], 1));
            } else if (old.version() == 0 || !e.getValue().equals(before.get(key))) {
                changes.add(new Result.Numbered(key.sort(), key.path(), old.number(), Math.max(old.version(), 0) + 1));
            }
        }
        var kept = new java.util.HashSet<Map.Entry<Result.Sort, Integer>>();
        for (var n : changes) kept.add(Map.entry(n.sort(), n.number()));
        for (var old : numbers.values()) {
            if (old.version() == 0 || now.containsKey(new Key(old.sort(), old.path()))) continue;
            boolean moved = kept.contains(Map.entry(old.sort(), old.number()));
            if (!moved) changes.add(new Result.Numbered(old.sort(), old.path(), old.number(), 0));
        }
        changes.sort(java.util.Comparator.comparing((Result.Numbered n) -> n.sort())
                .thenComparingInt(Result.Numbered::number));
        return changes;
    }

    /// The directory after these changes.
    public Directory with(SiteFile next, long nextRevision, List<Result.Numbered> changes) {
        var all = new HashMap<>(numbers);
        for (var n : changes)
            all.values().removeIf(o -> o.sort() == n.sort() && o.number() == n.number()); // a renamed one has one name
        for (var n : changes) all.put(new Key(n.sort(), n.path()), n);
        return new Directory(next, nextRevision, all);
    }

    private static Map<Key, Key> renamed(SiteFile next) {
        var all = new HashMap<Key, Key>();
        for (var thing : next.things().values()) {
            String formerThing = thing.was().orElse(thing.id());
            for (var p : thing.properties().values()) {
                String former = formerThing + "." + p.was().orElse(p.name());
                String path = thing.id() + "." + p.name();
                if (!former.equals(path))
                    all.put(new Key(Result.Sort.PROPERTY, path), new Key(Result.Sort.PROPERTY, former));
            }
        }
        for (var link : next.links().values())
            link.was().ifPresent(w -> all.put(new Key(Result.Sort.LINK, link.id()), new Key(Result.Sort.LINK, w)));
        for (var rule : next.rules().values())
            rule.was()
                    .ifPresent(w -> all.put(
                            new Key(Result.Sort.RULE, rule.id()),
                            new Key(
                                    Result.Sort.RULE,
                                    rule.it().map(thing -> w + "." + thing).orElse(w))));
        return all;
    }

    /// Each definition with what, when it differs, makes a new version of it.
    private static Map<Key, Object> definitions(SiteFile f) {
        var all = new java.util.LinkedHashMap<Key, Object>();
        for (var c : f.connectors().values())
            all.put(
                    new Key(Result.Sort.CONNECTOR, c.id()),
                    Json.write(c.settings().tree()));
        for (var thing : f.things().values()) {
            for (var p : thing.properties().values())
                all.put(new Key(Result.Sort.PROPERTY, thing.id() + "." + p.name()), plain(p, thing));
            for (var a : thing.actions().values())
                all.put(
                        new Key(Result.Sort.PROPERTY, thing.id() + "." + a.name()),
                        a.at().text() + a.input() + thing.connector());
        }
        for (var link : f.links().values()) all.put(new Key(Result.Sort.LINK, link.id()), link);
        for (var rule : f.rules().values()) all.put(new Key(Result.Sort.RULE, rule.id()), rule);
        return all;
    }

    /// A property without the places where it stands in a file.
    private static List<Object> plain(Property p, Thing thing) {
        return List.of(
                p.title(),
                p.type(),
                p.unit(),
                p.step(),
                p.min(),
                p.max(),
                p.at().map(Tree.Scalar::text),
                p.every(),
                p.choices(),
                p.rollover(),
                p.writing(),
                p.window().map(Window::unmarked),
                thing.connector(),
                Json.write(thing.settings()));
    }
}
