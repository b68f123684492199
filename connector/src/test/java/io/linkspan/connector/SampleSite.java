package io.linkspan.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Property;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Thing;
import io.linkspan.model.Tree;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// The `sample.yaml` beside a connector: a complete site file, so that what people copy from it works.
///
/// @param points what each connector of the file has to do, by its id
public record SampleSite(SiteFile file, Map<String, List<Point>> points) {
    /// Reads a sample.
    ///
    /// @throws Invalid the file is no site file
    public static SampleSite read(Path path) throws IOException, Invalid {
        String name = path.getFileName().toString();
        var settings = LoadSettings.builder().setLabel(name).setUseMarks(true).build();
        var root = new Compose(settings).composeString(Files.readString(path)).orElseThrow();
        var file = SiteFile.read((Tree.Fields) tree(name, root));
        var points = new LinkedHashMap<String, List<Point>>();
        for (var connector : file.connectors().keySet()) points.put(connector, new ArrayList<>());
        int number = 0;
        for (var thing : file.things().values()) {
            if (thing.connector().isEmpty()) continue;
            for (var property : thing.properties().values())
                if (property.at().isPresent())
                    points.get(thing.connector().get())
                            .add(point(++number, thing, property, property.at().get()));
        }
        return new SampleSite(file, points);
    }

    /// Lets the type take each of its connectors and each of their points; fails when the sample has none.
    ///
    /// @return its connectors, ready to run
    public List<Connector> check(ConnectorType type) throws Invalid {
        var all = new ArrayList<Connector>();
        for (var entry : file.connectors().values()) {
            if (!entry.type().equals(type.name())) continue;
            all.add(type.create(entry.settings()));
            assertThat(points.get(entry.id())).as("points of %s", entry.id()).isNotEmpty();
            for (var point : points.get(entry.id())) type.check(point);
        }
        assertThat(all).as("connectors of type %s in the sample", type.name()).isNotEmpty();
        return all;
    }

    private static Point point(int number, Thing thing, Property property, Tree.Scalar at) {
        return new Point(
                number,
                thing.id() + "." + property.name(),
                property.type(),
                property.unit(),
                property.step(),
                at,
                property.every(),
                property.choices(),
                thing.settings(),
                property.writable() ? Point.Access.WRITE : Point.Access.READ,
                property.writing().map(Property.Writing::withoutUs).orElse(new WithoutUs.None()));
    }

    private static Tree tree(String file, Node node) {
        var mark = new Mark(file, node.getStartMark().map(m -> m.getLine() + 1).orElse(0));
        return switch (node) {
            case ScalarNode s -> new Tree.Scalar(mark, s.getValue(), s.getScalarStyle() != ScalarStyle.PLAIN);
            case SequenceNode s ->
                new Tree.Items(
                        mark, s.getValue().stream().map(n -> tree(file, n)).toList());
            case MappingNode m -> fields(file, mark, m);
            default ->
                throw new IllegalArgumentException("No part of a site file: " + node); // a type of the YAML library
        };
    }

    private static Tree.Fields fields(String file, Mark mark, MappingNode node) {
        var fields = new LinkedHashMap<String, Tree>();
        var keys = new HashMap<String, Mark>();
        for (var each : node.getValue()) {
            var key = (Tree.Scalar) tree(file, each.getKeyNode());
            if (Optional.ofNullable(fields.put(key.text(), tree(file, each.getValueNode())))
                    .isPresent())
                throw new IllegalArgumentException(key.mark() + ": \"" + key.text() + "\" stands twice");
            keys.put(key.text(), key.mark());
        }
        return new Tree.Fields(mark, fields, keys);
    }
}
