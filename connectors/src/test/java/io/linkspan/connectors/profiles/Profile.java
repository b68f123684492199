package io.linkspan.connectors.profiles;

import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Property;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Thing;
import io.linkspan.model.Tree;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// A profile as it lies in the resources, and a thing made from it.
///
/// @param name the file's name without its ending
/// @param comment the lines before the first field, without their `#`
/// @param kind the fields below `kind:`
/// @param thing one thing of this kind at unit 1, named `it`
record Profile(String name, String comment, Tree.Fields file, Tree.Fields kind, Thing thing) {
    static final Path FOLDER = Path.of("src/main/resources/io/linkspan/connectors/profiles");

    /// The names that index.yaml lists.
    static List<String> names() {
        return index().stream().map(each -> text(each, "name")).toList();
    }

    /// The entries of index.yaml.
    static List<Tree.Fields> index() {
        var tree = tree(read(FOLDER.resolve("index.yaml")), "index.yaml");
        return ((Tree.Items) tree.fields().get("profiles"))
                .items().stream().map(Tree.Fields.class::cast).toList();
    }

    static Profile load(String name) throws Invalid {
        return parse(name, read(FOLDER.resolve(name + ".yaml")));
    }

    static Profile parse(String name, String yaml) throws Invalid {
        var file = tree(yaml, name + ".yaml");
        var kind = (Tree.Fields) file.fields().get("kind");
        var comment = new StringBuilder();
        for (String line : yaml.lines().takeWhile(each -> each.startsWith("#")).toList())
            comment.append(line.substring(1).strip()).append('\n');
        var site = new LinkedHashMap<String, Tree>();
        site.put("linkspan", Tree.plain(1));
        site.put("site", Tree.text("plant"));
        site.put(
                "connectors",
                Tree.items(List.of(Tree.fields(Map.of("id", Tree.text("bus"), "type", Tree.text("modbus_tcp"))))));
        site.put("kinds", Tree.items(List.of(kind)));
        var it = new LinkedHashMap<String, Tree>();
        it.put("id", Tree.text("it"));
        it.put("kind", Tree.text(text(kind, "id")));
        it.put("connector", Tree.text("bus"));
        it.put("unit", Tree.plain(1));
        site.put("things", Tree.items(List.of(Tree.fields(it))));
        return new Profile(
                name,
                comment.toString(),
                file,
                kind,
                SiteFile.read(Tree.fields(site)).things().get("it"));
    }

    /// The points as their connector gets them, in the order of the file, numbered from 1.
    List<Point> points() {
        var all = new ArrayList<Point>();
        for (var p : thing.properties().values())
            all.add(new Point(
                    all.size() + 1,
                    "it." + p.name(),
                    p.type(),
                    p.unit(),
                    p.step(),
                    p.at().orElseThrow(),
                    p.every(),
                    p.choices(),
                    thing.settings(),
                    p.writable() ? Point.Access.WRITE : Point.Access.READ,
                    p.writing().map(Property.Writing::withoutUs).orElse(new WithoutUs.None())));
        return all;
    }

    static String text(Tree.Fields fields, String name) {
        return fields.fields().get(name) instanceof Tree.Scalar s ? s.text() : "";
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tree.Fields tree(String yaml, String file) {
        var node = new Compose(
                        LoadSettings.builder().setAllowDuplicateKeys(false).build())
                .composeString(yaml)
                .orElseThrow();
        return (Tree.Fields) tree(node, file);
    }

    private static Tree tree(Node node, String file) {
        var mark = new Mark(file, node.getStartMark().orElseThrow().getLine() + 1);
        return switch (node) {
            case ScalarNode s -> new Tree.Scalar(mark, s.getValue(), s.getScalarStyle() != ScalarStyle.PLAIN);
            case SequenceNode s ->
                new Tree.Items(
                        mark,
                        s.getValue().stream().map(each -> tree(each, file)).toList());
            case MappingNode m -> {
                var fields = new LinkedHashMap<String, Tree>();
                var keys = new LinkedHashMap<String, Mark>();
                for (var each : m.getValue()) {
                    String key = ((ScalarNode) each.getKeyNode()).getValue();
                    if (fields.put(key, tree(each.getValueNode(), file)) != null)
                        throw new IllegalArgumentException(mark + ": \"" + key + "\" stands twice");
                    keys.put(
                            key,
                            new Mark(
                                    file,
                                    each.getKeyNode()
                                                    .getStartMark()
                                                    .orElseThrow()
                                                    .getLine()
                                            + 1));
                }
                yield new Tree.Fields(mark, fields, keys);
            }
            default ->
                throw new IllegalArgumentException(
                        mark + ": " + node + " is nothing that a profile holds"); // YAML's own
        };
    }
}
