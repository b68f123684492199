package io.linkspan.node;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Current;
import io.linkspan.connector.Point;
import io.linkspan.connector.Point.Access;
import io.linkspan.connector.Points;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.Property;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Thing;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/// The connector types there are, and what a site file means for them.
final class Attached {
    private final Map<String, ConnectorType> types = new TreeMap<>();

    /// Those that are found by `ServiceLoader`.
    Attached() {
        for (var type : ServiceLoader.load(ConnectorType.class)) types.put(type.name(), type);
    }

    /// The type of this name.
    Optional<ConnectorType> type(String name) {
        return Optional.ofNullable(types.get(name));
    }

    /// The words that can stand behind `type:`.
    List<String> names() {
        return List.copyOf(types.keySet());
    }

    /// Lets each connector check its settings and its points. Opens nothing.
    ///
    /// @throws Invalid at the line of the first thing that is wrong
    void check(Directory directory) throws Invalid {
        for (var entry : directory.file().connectors().values()) {
            create(entry);
            var type = types.get(entry.type());
            for (var point : points(directory, entry.id())) if (type != null) type.check(point);
        }
    }

    /// Makes the connector of an entry.
    Connector create(SiteFile.ConnectorEntry entry) throws Invalid {
        var settings = new Settings(entry.settings().tree());
        for (String ours : List.of("id", "type", "serves", "title")) settings.has(ours);
        var type = types.get(entry.type());
        if (type == null)
            throw settings.wrong("type", "is one of " + String.join(", ", names()) + ", not \"" + entry.type() + "\"");
        return type.create(settings);
    }

    /// Whether two entries say the same, so that a running connector can go on.
    static boolean same(SiteFile.ConnectorEntry a, SiteFile.ConnectorEntry b) {
        return io.linkspan.model.Json.write(withoutServes(a)).equals(io.linkspan.model.Json.write(withoutServes(b)));
    }

    private static Tree withoutServes(SiteFile.ConnectorEntry e) {
        var fields = new LinkedHashMap<>(e.settings().tree().fields());
        fields.remove("serves");
        return Tree.fields(fields);
    }

    /// What a connector reads, writes and serves.
    static List<Point> points(Directory directory, String connector) {
        var all = new ArrayList<Point>();
        for (var thing : directory.file().things().values()) {
            if (!thing.connector().map(connector::equals).orElse(false)) continue;
            for (var p : thing.properties().values())
                p.at().ifPresent(at -> all.add(
                        point(directory, thing, p, at, p.writable() ? Access.WRITE : Access.READ, thing.settings())));
            for (var a : thing.actions().values()) all.add(action(directory, thing, a));
        }
        var entry = directory.file().connectors().get(connector);
        if (entry == null) return all;
        for (var serve : entry.serves()) {
            var thing = directory
                    .file()
                    .things()
                    .get(serve.property().substring(0, serve.property().indexOf('.')));
            var p = directory.find(serve.property());
            if (thing == null || p.isEmpty()) continue;
            var access = serve.writable() ? Access.SERVE_WRITABLE : Access.SERVE;
            all.add(point(directory, thing, p.get(), serve.at(), access, Tree.fields(Map.of())));
        }
        return all;
    }

    private static Point point(
            Directory directory, Thing thing, Property p, Tree.Scalar at, Access access, Tree.Fields settings) {
        String path = thing.id() + "." + p.name();
        WithoutUs withoutUs =
                access == Access.WRITE ? p.writing().orElseThrow().withoutUs() : new WithoutUs.LastValue();
        return new Point(
                directory.property(path),
                path,
                p.type(),
                p.unit(),
                p.step(),
                at,
                p.every(),
                p.choices(),
                settings,
                access,
                withoutUs);
    }

    private static Point action(Directory directory, Thing thing, Thing.Action a) {
        String path = thing.id() + "." + a.name();
        return new Point(
                directory.property(path),
                path,
                a.input().orElse(ValueType.FLAG),
                Optional.empty(),
                Optional.empty(),
                a.at(),
                Optional.empty(),
                Map.of(),
                thing.settings(),
                Access.INVOKE,
                new WithoutUs.LastValue());
    }

    /// The points as one version, for a runner.
    static Points version(Directory directory, String connector) {
        return new Points(directory.revision(), points(directory, connector));
    }

    /// The current value of a served point, as far as the owner's contract lets it out.
    static Optional<Current> current(Board board, Point point) {
        return board.cell(point.number())
                .filter(c -> !c.isPrivate() && c.missingSince() == 0)
                .flatMap(c -> c.reading().map(r -> new Current(r.value(), r.quality(), c.receivedWall())));
    }

    /// What an actuator shall be now; none of one that belongs to a private link.
    static Optional<Value> wished(Board board, Point point) {
        return board.cell(point.number())
                .filter(c -> !c.isPrivate())
                .flatMap(Cell::duty)
                .flatMap(Cell.Duty::desired);
    }
}
