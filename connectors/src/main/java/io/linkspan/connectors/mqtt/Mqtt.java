package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.payload.TopicAddress;
import io.linkspan.payload.TopicMap;
import io.linkspan.payload.TopicPoint;

/// The connector type `mqtt`; README.md beside this file says what a site file may hold. Safe for many threads.
public final class Mqtt implements ConnectorType {
    /// Found by `ServiceLoader`.
    public Mqtt() {}

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        return new MqttClient(MqttSettings.read(settings));
    }

    @Override
    public void check(Point point) throws Invalid {
        TopicMap.check(asTopic(point));
        var thing = point.thingSettings();
        for (String field : TopicAddress.THING_FIELDS) thing.has(field);
        thing.finish();
    }

    /// A point as the grammar of topics sees it. One that we offer to others is heard where they write their
    /// wishes,
    /// and written where they read.
    static TopicPoint asTopic(Point p) {
        var use = switch (p.access()) {
            case READ -> TopicPoint.Use.READ;
            case WRITE -> TopicPoint.Use.WRITE;
            case INVOKE -> TopicPoint.Use.INVOKE;
            case SERVE -> TopicPoint.Use.TELL;
            case SERVE_WRITABLE -> TopicPoint.Use.ASKED;
        };
        return new TopicPoint(p.number(), p.name(), p.type(), p.unit(), p.choices(), p.at(), p.thing(), use);
    }
}
