package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import io.linkspan.site.Assessment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// A site file on its way to the running site: read, its profiles and point lists worked in, held against the revision
/// that
/// is running. Changes nothing. No state.
final class Applying {
    private Applying() {}

    /// How to meet a file of another revision than the running one.
    enum Meeting {
        /// Refuse it.
        REFUSE,
        /// Take the file, whatever is running.
        FORCE,
        /// Join both changes.
        MERGE
    }

    /// A file ready to be put in force.
    ///
    /// @param unchanged it says what is in force already
    record Ready(Tree.Fields tree, Assessment assessment, boolean unchanged) {}

    /// Reads the text of a site file, with a point list or without.
    ///
    /// @throws Invalid at the line of what is wrong
    static Tree.Fields read(String fileName, String yaml, Optional<String> csvName, String csv) throws Invalid {
        var tree = Yaml.parseFields(fileName, yaml);
        if (csvName.isPresent()) tree = withThings(tree, PointList.parse(csv, csvName.get()));
        return Profiles.expand(tree);
    }

    private static Tree.Fields withThings(Tree.Fields file, Tree.Fields points) {
        var fields = new LinkedHashMap<>(file.fields());
        var things = new ArrayList<Tree>();
        if (fields.get("things") instanceof Tree.Items own) things.addAll(own.items());
        if (points.fields().get("things") instanceof Tree.Items listed) things.addAll(listed.items());
        fields.put("things", Tree.items(things));
        return new Tree.Fields(file.mark(), fields, file.keys());
    }

    /// Holds a file against what is running.
    ///
    /// @throws Invalid at the line of what is wrong
    /// @throws SaidNo it is of another revision, or its changes contradict those of the running site
    static Ready ready(Node node, SiteView view, Tree.Fields file, Meeting meeting) throws Invalid, IOException {
        var directory = view.directory();
        refuseOther(directory, file);
        Tree.Fields tree = file;
        if (!isOfRunning(directory, file) && !same(directory.file().tree(), file))
            tree = switch (meeting) {
                case FORCE -> file;
                case MERGE -> merged(view, file);
                case REFUSE -> throw new SaidNo(otherRevision(directory, file));
            };
        var assessment = node.assess(view.id(), tree);
        return new Ready(tree, assessment, same(directory.file().tree(), tree));
    }

    static void refuseOther(Directory directory, Tree.Fields file) throws SaidNo {
        String name = text(file, "site").orElse("");
        if (name.isEmpty() || name.equals(directory.file().name()) || directory.revision() == 0) return;
        throw new SaidNo("the file is of site \"" + name + "\", this folder belongs to \""
                + directory.file().name() + "\"; another site has a --data folder of its own");
    }

    /// A file without a revision goes with a site whose file never had one.
    private static boolean isOfRunning(Directory directory, Tree.Fields file) {
        var claimed = text(file, "revision");
        if (claimed.isEmpty()) return text(directory.file().tree(), "revision").isEmpty();
        return claimed.get().equals(Long.toString(directory.revision()));
    }

    private static String otherRevision(Directory directory, Tree.Fields file) {
        var claimed = text(file, "revision");
        String which = claimed.map(r -> "of revision " + r).orElse("without a revision");
        return "the file is " + which + ", running is revision " + directory.revision()
                + "; look at the running one (linkspan export), or join both changes with --merge, or take the file as it is"
                + " with --force";
    }

    private static Optional<String> text(Tree.Fields file, String field) {
        return file.fields().get(field) instanceof Tree.Scalar s ? Optional.of(s.text()) : Optional.empty();
    }

    private static Tree.Fields merged(SiteView view, Tree.Fields file) throws Invalid, IOException {
        var claimed = text(file, "revision");
        if (claimed.isEmpty())
            throw new SaidNo("a file without \"revision:\" can not be merged: nobody knows what it began with");
        var base = textOf(view, claimed.get())
                .orElseThrow(() -> new SaidNo("revision " + claimed.get() + " is not in the log of this site"));
        var merged = Merge.of(
                Profiles.expand(Json.parseFields("", base)),
                view.directory().file().tree(),
                file);
        if (merged.conflicts().isEmpty()) return merged.tree();
        throw new SaidNo("both changed: " + String.join("; ", merged.conflicts()));
    }

    /// The text of a revision as it was adopted.
    private static Optional<String> textOf(SiteView view, String revision) throws IOException {
        try (Feed feed = view.feed(new Log.Position(view.id(), 1, 0))) {
            for (var item = feed.next(); item.isPresent(); item = feed.next())
                for (var result : item.get().entry().results())
                    if (result instanceof Result.Adopted a
                            && Long.toString(a.revision()).equals(revision)) return Optional.of(a.text());
        }
        return Optional.empty();
    }

    /// Whether two files say the same, their revisions aside.
    static boolean same(Tree.Fields a, Tree.Fields b) {
        return Json.write(plain(a)).equals(Json.write(plain(b)));
    }

    private static Tree.Fields plain(Tree.Fields file) {
        var fields = new LinkedHashMap<>(file.fields());
        fields.remove("revision");
        return Tree.fields(fields);
    }

    /// A file as `export` writes it: with the revision that is running.
    static Tree.Fields exported(Directory directory) {
        var fields = new LinkedHashMap<String, Tree>();
        directory.file().tree().fields().forEach((name, value) -> {
            fields.put(name, value);
            if (name.equals("site")) fields.put("revision", Tree.plain(directory.revision()));
        });
        fields.put("revision", Tree.plain(directory.revision()));
        return Tree.fields(fields);
    }

    /// What a file would change, for the answer of `apply`.
    static Trees.Fields told(Assessment a) {
        return Trees.fields()
                .texts("added", a.added())
                .texts("changed", a.changed())
                .texts("removed", a.removed())
                .texts("overrides", a.overrides())
                .texts("silences", a.silences())
                .texts("loops", a.loops())
                .texts("risks", a.risks());
    }

    /// The lists of an assessment with what stands over them on a terminal.
    static final List<List<String>> HEADINGS = List.of(
            List.of("added", "New"),
            List.of("changed", "Changed"),
            List.of("removed", "Taken out (their history stays)"),
            List.of("overrides", "Who overrides whom"),
            List.of("silences", "When a source is silent"),
            List.of("loops", "Feeds back into what it looks at"),
            List.of("risks", "Risks"));
}
