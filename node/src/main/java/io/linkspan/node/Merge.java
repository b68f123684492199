package io.linkspan.node;

import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Joins two changes of one site file, part by part: fields by their names, lists of things, links and connectors by
/// their
/// ids. What both changed in the same way, or only one, is taken; what both changed differently is a conflict. For one
/// use.
final class Merge {
    private final List<String> conflicts = new ArrayList<>();

    /// What came of it.
    ///
    /// @param conflicts a sentence each; when there are some the tree is not to be used
    record Merged(Tree.Fields tree, List<String> conflicts) {
        Merged {
            conflicts = List.copyOf(conflicts);
        }
    }

    private Merge() {}

    /// Joins.
    ///
    /// @param base what both began with
    /// @param running what is in force
    /// @param file what a person wrote
    static Merged of(Tree.Fields base, Tree.Fields running, Tree.Fields file) {
        var merge = new Merge();
        var tree = merge.fields("", without(base), without(running), without(file));
        return new Merged(tree, merge.conflicts);
    }

    private static Tree.Fields without(Tree.Fields file) {
        var fields = new LinkedHashMap<>(file.fields());
        fields.remove("revision");
        return new Tree.Fields(file.mark(), fields, file.keys());
    }

    private Tree.Fields fields(String path, Tree.Fields base, Tree.Fields running, Tree.Fields file) {
        var names = new LinkedHashSet<>(file.fields().keySet());
        names.addAll(running.fields().keySet());
        var merged = new LinkedHashMap<String, Tree>();
        for (String name : names)
            part(path.isEmpty() ? name : path + "." + name, at(base, name), at(running, name), at(file, name))
                    .ifPresent(tree -> merged.put(name, tree));
        var keys = new LinkedHashMap<>(running.keys());
        keys.putAll(file.keys());
        return new Tree.Fields(file.mark(), merged, keys);
    }

    private static Optional<Tree> at(Tree.Fields tree, String name) {
        return Optional.ofNullable(tree.fields().get(name));
    }

    private Optional<Tree> part(String path, Optional<Tree> base, Optional<Tree> running, Optional<Tree> file) {
        if (same(running, file) || same(base, running)) return file;
        if (same(base, file)) return running;
        if (running.isPresent() && file.isPresent()) {
            if (running.get() instanceof Tree.Fields r && file.get() instanceof Tree.Fields f)
                return Optional.of(fields(
                        path,
                        base.filter(Tree.Fields.class::isInstance)
                                .map(Tree.Fields.class::cast)
                                .orElse(Tree.fields(Map.of())),
                        r,
                        f));
            var byIdRunning = byId(running.get());
            var byIdFile = byId(file.get());
            if (byIdRunning.isPresent() && byIdFile.isPresent()) {
                var byIdBase = base.flatMap(Merge::byId).orElse(Tree.fields(Map.of()));
                var merged = fields(path, byIdBase, byIdRunning.get(), byIdFile.get());
                return Optional.of(new Tree.Items(
                        file.get().mark(), List.copyOf(merged.fields().values())));
            }
        }
        conflicts.add(path + ": the running site has " + words(running) + ", the file " + words(file)
                + ", both began with " + words(base));
        return file;
    }

    /// A list of maps with ids as fields by id; none for another list.
    private static Optional<Tree.Fields> byId(Tree tree) {
        if (!(tree instanceof Tree.Items items)) return Optional.empty();
        var all = new LinkedHashMap<String, Tree>();
        for (var item : items.items()) {
            if (!(item instanceof Tree.Fields f) || !(f.fields().get("id") instanceof Tree.Scalar id))
                return Optional.empty();
            all.put(id.text(), item);
        }
        return Optional.of(Tree.fields(all));
    }

    private static boolean same(Optional<Tree> a, Optional<Tree> b) {
        return a.map(Merge::plain).equals(b.map(Merge::plain));
    }

    /// The text of a part, its quotes aside: `"5.0"` and `5.0` are one value in the file.
    private static String plain(Tree tree) {
        return switch (tree) {
            case Tree.Scalar s -> s.text();
            case Tree.Items i -> i.items().stream().map(Merge::plain).toList().toString();
            case Tree.Fields f -> {
                var parts = new java.util.TreeMap<String, String>();
                f.fields().forEach((name, value) -> parts.put(name, plain(value)));
                yield parts.toString();
            }
        };
    }

    private static String words(Optional<Tree> tree) {
        return tree.map(t -> t instanceof Tree.Scalar s ? s.text() : Json.write(t))
                .orElse("nothing");
    }
}
