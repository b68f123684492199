package io.linkspan.connectors.modbus;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;

/// `modbus_rtu`: master of a serial bus (RS-485 or RS-232).
public final class ModbusRtu implements ConnectorType {
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
}
