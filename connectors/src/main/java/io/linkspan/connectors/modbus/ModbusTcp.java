package io.linkspan.connectors.modbus;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;

/// `modbus_tcp`: master over TCP, of one device or of all behind a gateway; with `framing: rtu` of a serial converter.
public final class ModbusTcp implements ConnectorType {
    /// Found by `ServiceLoader`.
    public ModbusTcp() {}

    @Override
    public String name() {
        return "modbus_tcp";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        var master = MasterSettings.tcp(settings);
        settings.finish();
        return new ModbusMaster(master);
    }

    @Override
    public void check(Point point) throws Invalid {
        checkMaster(point, 0, 255);
    }

    static void checkMaster(Point point, int unitMin, int unitMax) throws Invalid {
        if (point.served())
            throw new Invalid(point.at().mark(), point.name() + " can not be served by a master; write type: modbus_server");
        var target = Sink.Target.of(point, unitMin, unitMax);
        boolean writes = point.access() == Point.Access.WRITE || point.access() == Point.Access.INVOKE;
        if (writes && target.address() instanceof Address.Place place && !place.table().writable())
            throw new Invalid(
                    point.at().mark(),
                    point.name() + ": at \"" + point.at().text() + "\" is a " + place.table().word()
                            + ", which no master can write; coil and holding can be written");
        if (point.withoutUs() instanceof WithoutUs.Watchdog watchdog) {
            try {
                watchdog(watchdog);
            } catch (IllegalArgumentException e) {
                throw new Invalid(point.at().mark(), point.name() + ": watchdog " + e.getMessage());
            }
        }
    }

    /// The place of a watchdog register.
    ///
    /// @throws IllegalArgumentException with what would be right
    static Address.Place watchdog(WithoutUs.Watchdog watchdog) {
        var type = watchdog.at().trim().startsWith("coil") ? ValueType.FLAG : ValueType.INTEGER;
        if (Address.parse(watchdog.at(), type) instanceof Address.Place place && place.table().writable()
                && (place.form().format().whole() || place.form().format() == Format.FLAG)) return place;
        throw new IllegalArgumentException("\"" + watchdog.at() + "\" is no writable whole number; write for example holding 10");
    }
}
