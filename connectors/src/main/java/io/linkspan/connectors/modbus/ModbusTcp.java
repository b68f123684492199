package io.linkspan.connectors.modbus;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// `modbus_tcp`: master over TCP, of one device or of all behind a gateway; with `framing: rtu` of a serial converter.
public final class ModbusTcp implements ConnectorType, Probes {
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

    @Override
    public void probe(Surroundings here, Settings settings, Consumer<Report.Found> found)
            throws Invalid, IOException, InterruptedException {
        Probing.tcp(here, settings, found);
    }

    @Override
    public List<Shown> read(Surroundings here, Settings settings, String address)
            throws Invalid, IOException, InterruptedException {
        return Probing.read(here, settings, MasterSettings.tcp(settings), address);
    }

    static void checkMaster(Point point, int unitMin, int unitMax) throws Invalid {
        if (point.served())
            throw new Invalid(
                    point.at().mark(), point.name() + " can not be served by a master; write type: modbus_server");
        var target = Sink.Target.of(point, unitMin, unitMax);
        boolean writes = point.access() == Point.Access.WRITE || point.access() == Point.Access.INVOKE;
        if (writes
                && target.address() instanceof Address.Place place
                && !place.table().writable())
            throw new Invalid(
                    point.at().mark(),
                    point.name() + ": at \"" + point.at().text() + "\" is in the table "
                            + place.table().word() + ", which no master can write; coil and holding can be written");
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
        if (Address.parse(watchdog.at(), type) instanceof Address.Place place
                && place.table().writable()
                && (place.form().format().whole() || place.form().format() == Format.FLAG)) return place;
        throw new IllegalArgumentException(
                "\"" + watchdog.at() + "\" is no writable whole number; write for example holding 10");
    }
}
