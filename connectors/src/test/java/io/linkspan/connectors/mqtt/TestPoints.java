package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Point;
import io.linkspan.model.Mark;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Points and settings for tests, in as few words as a site file needs.
final class TestPoints {
    private TestPoints() {}

    static Point read(int number, String name, ValueType type, String at) {
        return point(number, name, type, at, Point.Access.READ, Map.of());
    }

    static Point write(int number, String name, ValueType type, String at) {
        return point(number, name, type, at, Point.Access.WRITE, Map.of());
    }

    static Point point(
            int number, String name, ValueType type, String at, Point.Access access, Map<String, String> thing) {
        var fields = new LinkedHashMap<String, Tree>();
        thing.forEach((field, value) -> fields.put(field, Tree.text(value)));
        return new Point(
                number,
                name,
                type,
                Optional.empty(),
                Optional.empty(),
                new Tree.Scalar(Mark.NONE, at, true),
                Optional.empty(),
                type == ValueType.CHOICE ? Map.of(0L, "off", 1L, "eco", 2L, "full") : Map.of(),
                Tree.fields(fields),
                access,
                new WithoutUs.None());
    }

    static Settings settings(String... pairs) {
        var fields = new LinkedHashMap<String, Tree>();
        for (int i = 0; i < pairs.length; i += 2) fields.put(pairs[i], Tree.plain(pairs[i + 1]));
        return new Settings(Tree.fields(fields));
    }
}
