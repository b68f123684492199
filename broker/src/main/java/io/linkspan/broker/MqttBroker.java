package io.linkspan.broker;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;

/// The connector type `mqtt_broker`; docs/mqtt.md says what a site file may hold. Safe for many threads.
public final class MqttBroker implements ConnectorType {
    @Override
    public String name() {
        return "mqtt_broker";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        return new BrokerRun(BrokerSettings.of(settings));
    }

    @Override
    public void check(Point point) throws Invalid {
        Mapping.check(point);
    }
}
