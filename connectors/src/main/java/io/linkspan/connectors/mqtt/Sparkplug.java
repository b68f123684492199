package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The connector type `sparkplug`: a host application for Sparkplug B edge nodes on any MQTT broker; README.md beside
/// this file says what a site file may hold. Safe for many threads.
public final class Sparkplug implements ConnectorType {
    /// Found by `ServiceLoader`.
    public Sparkplug() {}

    /// One broker with edge nodes, as its settings say.
    ///
    /// @param mqtt the broker
    /// @param host our name as their primary host, which they wait for; none: we only listen and write
    /// @param groups of which the nodes are heard; empty: of all
    record Plant(MqttSettings mqtt, Optional<String> host, List<String> groups) {
        Plant {
            groups = List.copyOf(groups);
        }
    }

    @Override
    public String name() {
        return "sparkplug";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        var host = settings.text("host");
        var groups = new ArrayList<String>();
        for (var item : settings.items("groups"))
            groups.add(element(settings, "groups", item instanceof Tree.Scalar s ? s.text() : ""));
        if (host.isPresent()) element(settings, "host", host.get());
        return new SparkplugClient(new Plant(MqttSettings.sparkplug(settings), host, groups));
    }

    private static String element(Settings settings, String field, String text) throws Invalid {
        if (text.isEmpty() || text.chars().anyMatch(c -> c == '+' || c == '/' || c == '#'))
            throw settings.wrong(field, "is one level of a topic without + / #, not \"" + text + "\"");
        return text;
    }

    @Override
    public void check(Point point) throws Invalid {
        SparkplugHost.Place.of(point);
        if (point.served())
            throw new Invalid(
                    point.at().mark(),
                    point.name() + " can not be served by a host application, which asks and is told");
        if (point.access() == Point.Access.INVOKE)
            throw new Invalid(
                    point.at().mark(),
                    point.name() + " is an action, and Sparkplug knows metrics alone; make it a writable property");
        if (point.type() == ValueType.POSITION || point.type() == ValueType.GROUP)
            throw new Invalid(
                    point.at().mark(),
                    point.name() + " is a " + point.type().word()
                            + "; of Sparkplug numbers, flags, texts, choices and bytes are read");
        if (point.withoutUs() instanceof WithoutUs.Watchdog)
            throw new Invalid(
                    point.at().mark(),
                    point.name()
                            + ": no metric of Sparkplug is a watchdog; say what the device does when it hears nothing");
    }
}
