package io.linkspan.connectors.dsmrp1;

import io.linkspan.connector.Point;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Points of a meter, as a site file would make them.
final class TestPoints {
    static final Mark MARK = new Mark("site.yaml", 12);

    private TestPoints() {}

    static Point point(int number, String name, ValueType type, String unit, String at) {
        return new Point(
                number,
                "meter." + name,
                type,
                unit.isEmpty() ? Optional.empty() : Optional.of(unit),
                Optional.empty(),
                new Tree.Scalar(MARK, at, true),
                Optional.empty(),
                Map.of(),
                Tree.fields(Map.of()),
                Point.Access.READ,
                new WithoutUs.None());
    }

    static Point every(Point p, Duration every) {
        return new Point(
                p.number(),
                p.name(),
                p.type(),
                p.unit(),
                p.step(),
                p.at(),
                Optional.of(every),
                p.choices(),
                p.thing(),
                p.access(),
                p.withoutUs());
    }

    static Point choices(Point p, Map<Long, String> choices) {
        return new Point(
                p.number(),
                p.name(),
                p.type(),
                p.unit(),
                p.step(),
                p.at(),
                p.every(),
                choices,
                p.thing(),
                p.access(),
                p.withoutUs());
    }

    static Point access(Point p, Point.Access access) {
        return new Point(
                p.number(),
                p.name(),
                p.type(),
                p.unit(),
                p.step(),
                p.at(),
                p.every(),
                p.choices(),
                p.thing(),
                access,
                p.withoutUs());
    }
}
