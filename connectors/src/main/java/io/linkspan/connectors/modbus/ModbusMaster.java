package io.linkspan.connectors.modbus;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import java.io.IOException;

/// Reads and writes the devices on one line: Modbus TCP, RTU over TCP or a serial bus. One run at a time.
///
/// What it learned about devices (addresses that may not be read together, points that are silent) outlives a lost
/// line.
final class ModbusMaster implements Connector {
    private final MasterSettings settings;
    private final Plan.Fences fences = new Plan.Fences();
    private final Silences silences = new Silences();

    ModbusMaster(MasterSettings settings) {
        this.settings = settings;
    }

    @Override
    public void run(Surroundings here) throws IOException, InterruptedException {
        try (var line = here.open(settings.endpoint())) {
            Bus bus = bus(line, here, settings);
            here.accept(new Report.LineUp());
            new Rounds(here, settings, bus, line.name(), fences, silences).run();
        }
    }

    /// The framing that the settings ask for, on an open line.
    static Bus bus(io.linkspan.connector.Line line, Surroundings here, MasterSettings settings) {
        if (!settings.rtu()) return new MbapBus(line, here);
        int baud = settings.endpoint() instanceof Endpoint.Serial serial ? serial.baud() : 0;
        return new RtuBus(line, here, baud, settings.turnaround());
    }
}
