package io.linkspan.connectors.modbus;

import io.linkspan.connector.Point;
import io.linkspan.model.Mark;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Points and settings for tests, in as few words as a site file needs.
final class TestPoints {
    private TestPoints() {}

    static Point read(int number, String name, ValueType type, int unit, String at) {
        return point(number, name, type, unit, at, Point.Access.READ, Optional.empty(), new WithoutUs.None());
    }

    static Point write(int number, String name, ValueType type, int unit, String at) {
        return point(number, name, type, unit, at, Point.Access.WRITE, Optional.empty(), new WithoutUs.None());
    }

    static Point point(
            int number,
            String name,
            ValueType type,
            int unit,
            String at,
            Point.Access access,
            Optional<Duration> every,
            WithoutUs withoutUs) {
        return new Point(
                number,
                name,
                type,
                Optional.empty(),
                Optional.empty(),
                new Tree.Scalar(Mark.NONE, at, true),
                every,
                type == ValueType.CHOICE ? Map.of(0L, "off", 1L, "eco", 2L, "full") : Map.of(),
                Tree.fields(unit < 0 ? Map.of() : Map.of("unit", Tree.plain(unit))),
                access,
                withoutUs);
    }

    static Settings settings(String... pairs) {
        var fields = new LinkedHashMap<String, Tree>();
        for (int i = 0; i < pairs.length; i += 2) fields.put(pairs[i], Tree.plain(pairs[i + 1]));
        return new Settings(Tree.fields(fields));
    }
}
