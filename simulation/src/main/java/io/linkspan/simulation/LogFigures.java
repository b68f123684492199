package io.linkspan.simulation;

import io.linkspan.connectors.modbus.SimulatedModbusMachine.Write;
import io.linkspan.connectors.modbus.Table;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// What one run left in the log, and how long the meter's telegrams took to become writes at the machines. Not
/// thread-safe.
final class LogFigures {
    /// Longest reaction that is told apart.
    private static final long REACTION_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private final Directory directory;
    private final int meter;
    private final Map<Long, Order> orders = new LinkedHashMap<>();
    private final Histogram reactions = new Histogram(REACTION_NANOS_MAX, 3);
    private long stored;
    private long gaps;
    private long sheds;

    /// A write that was ordered.
    ///
    /// @param telegramMicros the time of the telegram that made it follow; none where something else did
    private record Order(int property, Optional<Long> telegramMicros) {}

    private LogFigures(Directory directory) {
        this.directory = directory;
        this.meter = directory.connector("grid_meter");
    }

    /// Reads the log from a position on.
    ///
    /// @param until gaps that began later are not counted: the house stands still
    static LogFigures of(Log log, Log.Position from, Log.Position until, Directory directory) throws IOException {
        var figures = new LogFigures(directory);
        try (var reader = log.read(from)) {
            for (Log.Stored entry; (entry = reader.next()) != null; )
                figures.add(EntryCodec.decode(entry), entry.at().compareTo(until) <= 0);
        }
        return figures;
    }

    private void add(Entry entry, boolean counts) {
        int shed = directory.link("shed_peak");
        for (var result : entry.results()) {
            switch (result) {
                case Result.Took took -> stored += took.readings().size();
                case Result.GapOpened gap
                when counts -> gaps += gap.properties().size();
                case Result.GapNoted gap -> gaps += gap.properties().size();
                case Result.UnitIs unit
                when counts && !unit.answers() -> gaps += unit.properties().size();
                case Result.LineIs line when counts && !line.up() -> gaps += propertiesOf(line.connector());
                case Result.LinkMoved moved when moved.link() == shed && moved.move() == Result.Move.HOLDS -> sheds++;
                case Result.WriteOrdered order ->
                    orders.put(order.write(), new Order(order.property(), telegram(entry)));
                case Result.WriteEnded ended
                when ended.outcome() instanceof Outcome.NotSent -> orders.remove(ended.write());
                default -> {} // open: the others are not counted
            }
        }
    }

    private long propertiesOf(int connector) {
        String id = directory.name(Result.Sort.CONNECTOR, connector);
        return directory.file().things().values().stream()
                .filter(t -> t.connector().equals(Optional.of(id)))
                .mapToLong(t -> t.properties().size())
                .sum();
    }

    private Optional<Long> telegram(Entry entry) {
        if (!(entry.input() instanceof Input.Frame frame) || frame.connector() != meter) return Optional.empty();
        return frame.readings().stream()
                .filter(Reading::hasDeviceTime)
                .map(Reading::deviceTimeMicros)
                .max(Long::compare);
    }

    /// Compares the writes that a telegram made follow with what the machines saw, one by one in their order.
    LogFigures reactions(HouseMachines machines) {
        compare("boiler.on", machines.writes(HouseMachines.BOILER, Table.COIL, 0), machines);
        compare("display.shown", machines.writes(HouseMachines.DISPLAY, Table.HOLDING, 0), machines);
        return this;
    }

    private void compare(String path, List<Write> seen, HouseMachines machines) {
        int property = directory.property(path);
        var ordered = new ArrayList<Order>();
        for (var order : orders.values()) if (order.property() == property) ordered.add(order);
        for (int i = 0; i < Math.min(ordered.size(), seen.size()); i++) {
            long at = seen.get(i).nanos();
            ordered.get(i)
                    .telegramMicros()
                    .flatMap(machines::sentNanos)
                    .ifPresent(sent -> reactions.recordValue(Math.clamp(at - sent, 1, REACTION_NANOS_MAX)));
        }
    }

    /// Readings that are in the log.
    long stored() {
        return stored;
    }

    /// Gaps that began, one for each property.
    long gaps() {
        return gaps;
    }

    /// How often the link began to shed.
    long sheds() {
        return sheds;
    }

    /// From before a telegram was written to its write at a machine, in nanoseconds.
    Histogram reactions() {
        return reactions;
    }
}
