package io.linkspan.connectors.modbus;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// `modbus_rtu`: master of a serial bus (RS-485 or RS-232).
public final class ModbusRtu implements ConnectorType, Probes {
    /// Found by `ServiceLoader`.
    public ModbusRtu() {}

    @Override
    public String name() {
        return "modbus_rtu";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        var master = MasterSettings.rtu(settings);
        settings.finish();
        return new ModbusMaster(master);
    }

    @Override
    public void check(Point point) throws Invalid {
        ModbusTcp.checkMaster(point, 1, 247);
    }

    @Override
    public void probe(Surroundings here, Settings settings, Consumer<Report.Found> found)
            throws Invalid, IOException, InterruptedException {
        Probing.serial(here, settings, found);
    }

    @Override
    public List<Shown> read(Surroundings here, Settings settings, String address)
            throws Invalid, IOException, InterruptedException {
        return Probing.read(here, settings, MasterSettings.rtu(settings), address);
    }
}
