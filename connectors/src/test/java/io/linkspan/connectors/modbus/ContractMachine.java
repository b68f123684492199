package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.read;
import static io.linkspan.connectors.modbus.TestPoints.write;

import io.linkspan.connector.ConnectorContract;
import io.linkspan.connector.Point;
import io.linkspan.connector.PtyPair;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A plant room in the hand of the contract, over each line that a master speaks.
final class ContractMachine implements ConnectorContract.Machine {
    private final SimulatedModbusMachine machine = new SimulatedModbusMachine();
    private final Map<String, String> settings =
            new LinkedHashMap<>(Map.of("timeout", "200ms", "every", "20ms", "back-off-max", "200ms"));
    private Optional<PtyPair> cable = Optional.empty();
    private Optional<Path> plug = Optional.empty();
    private final Map<String, Set<String>> had = Map.of(
            "boiler.temperature", Set.of("21.5"),
            "boiler.energy", Set.of("12345.6"),
            "boiler.on", Set.of("true", "false"),
            "boiler.set_point", Set.of("40", "55.5"),
            "boiler.mode", Set.of("off", "full"));

    private ContractMachine() {
        machine.unit(3)
                .number("input 4 int16 x0.1", 21.5)
                .number("input 10 uint32 cdab x0.1", 12_345.6)
                .flag("coil 0", false)
                .number("holding 7 int16 x0.5", 40)
                .raw(Table.HOLDING, 20, 0);
    }

    static ContractMachine tcp() throws Exception {
        var it = new ContractMachine();
        it.settings.put("endpoint", "127.0.0.1:" + it.machine.listenTcp());
        return it;
    }

    static ContractMachine rtuOverTcp() throws Exception {
        var it = new ContractMachine();
        it.settings.put("endpoint", "127.0.0.1:" + it.machine.listenRtuOverTcp());
        it.settings.put("framing", "rtu");
        return it;
    }

    static ContractMachine serial() throws Exception {
        var it = new ContractMachine();
        it.plug = Optional.of(Files.createTempDirectory("linkspan-modbus").resolve("serial"));
        it.settings.put("endpoint", it.plug.get().toString());
        it.connect();
        it.settings.put("baud", "115200");
        return it;
    }

    /// A new cable, and the name of its end that stays the same.
    private void connect() throws Exception {
        cable = Optional.of(PtyPair.open());
        Files.deleteIfExists(plug.orElseThrow());
        Files.createSymbolicLink(plug.orElseThrow(), Path.of(cable.get().a()));
        machine.openSerial(Path.of(cable.get().b()));
    }

    @Override
    public Map<String, String> settings() {
        return settings;
    }

    @Override
    public List<Point> points() {
        return List.of(
                read(1, "boiler.temperature", ValueType.NUMBER, 3, "input 4 int16 x0.1"),
                read(2, "boiler.energy", ValueType.REGISTER, 3, "input 10 uint32 cdab x0.1"),
                write(3, "boiler.on", ValueType.FLAG, 3, "coil 0"),
                write(4, "boiler.set_point", ValueType.NUMBER, 3, "holding 7 int16 x0.5"),
                write(5, "boiler.mode", ValueType.CHOICE, 3, "holding 20"));
    }

    @Override
    public Map<Point, Value> writes() {
        var points = points();
        var all = new LinkedHashMap<Point, Value>();
        all.put(points.get(2), Value.Flag.ON);
        all.put(points.get(3), new Value.Num(55.5));
        all.put(points.get(4), new Value.Choice("full"));
        return all;
    }

    @Override
    public boolean had(Point point, Value value) {
        return had.get(point.name()).contains(value.toString());
    }

    @Override
    public void mute(boolean silent) {
        machine.mute(silent);
    }

    @Override
    public void cut() throws Exception {
        machine.cut();
        if (cable.isEmpty()) return;
        cable.get().close();
        connect();
    }

    @Override
    public void close() throws Exception {
        machine.close();
        if (cable.isPresent()) cable.get().close();
        if (plug.isPresent()) {
            Files.deleteIfExists(plug.get());
            Files.deleteIfExists(plug.get().getParent());
        }
    }
}
