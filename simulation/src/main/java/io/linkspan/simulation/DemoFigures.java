package io.linkspan.simulation;

import io.linkspan.model.SiteId;
import io.linkspan.node.Health;
import io.linkspan.node.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The figures of a demo, a line each. Immutable.
///
/// @param read readings that the connectors handed in
/// @param privateReadings of them, those that belong to two machines alone and are kept nowhere
/// @param lost of them, those that should be in the log and are not
/// @param startMillis from the start of Java to its first reading; none when nothing was read
/// @param real how long it ran
/// @param house how long the house ran
record DemoFigures(
        long read,
        long privateReadings,
        long lost,
        LogFigures log,
        HouseEnd shed,
        HouseEnd unshed,
        Optional<Long> startMillis,
        long residentBytes,
        long logBytes,
        long syncs,
        Duration real,
        Duration house) {

    /// The connector of the demo's site whose things belong to a private link alone.
    private static final String PRIVATE_CONNECTOR = "hall_bus";

    /// What became of a house.
    record HouseEnd(double peakWatts, long switchings) {
        static HouseEnd of(House house) {
            return new HouseEnd(house.peakWatts(), house.elementSwitchings());
        }
    }

    /// What the connectors handed in so far: of the one that has the private things, or of the others.
    static long read(Node node, SiteId site, boolean ofPrivate) {
        return node.connectors(site).stream()
                .filter(c -> c.connector().equals(PRIVATE_CONNECTOR) == ofPrivate)
                .mapToLong(Health::readings)
                .sum();
    }

    /// What this process holds in memory, in bytes (Linux: `VmRSS` of proc(5)); 0 where the system does not tell.
    static long residentNow() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) return 0;
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1_024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /// The lines that a person reads.
    List<String> lines() {
        var lines = new ArrayList<String>();
        var histogram = log.reactions();
        double days = Math.max(1e-9, house.toMillis() / 86_400_000.0);
        double minutes = Math.max(1e-9, real.toMillis() / 60_000.0);
        lines.add(line("readings in", "%,d and %,d private ones", read, privateReadings));
        lines.add(line("readings stored", "%,d (private ones are kept nowhere)", log.stored()));
        lines.add(line("readings lost", "%,d", lost));
        lines.add(line("gaps", "%,d", log.gaps()));
        lines.add(
                histogram.getTotalCount() == 0
                        ? line("link reactions", "none in this time")
                        : line(
                                "link reactions",
                                "p50 %.2f ms, p99 %.2f ms, longest %.2f ms of %,d (telegram written -> write seen by the machine,"
                                        + " logged before)",
                                histogram.getValueAtPercentile(50) / 1e6,
                                histogram.getValueAtPercentile(99) / 1e6,
                                histogram.getMaxValue() / 1e6,
                                histogram.getTotalCount()));
        lines.add(line("sheds", "%,d in %s of the house", log.sheds(), hours(house)));
        lines.add(line(
                "switchings a day",
                "%.0f of the boiler with the link, %.0f without (%d and %d in this time)",
                shed.switchings() / days,
                unshed.switchings() / days,
                shed.switchings(),
                unshed.switchings()));
        lines.add(line(
                "peak (quarter hour)",
                "%.2f kW with the link, %.2f kW without",
                shed.peakWatts() / 1_000,
                unshed.peakWatts() / 1_000));
        lines.add(line(
                "start",
                "%s",
                startMillis
                        .map(m -> m + " ms from the start of the process to the first reading")
                        .orElse("no reading came")));
        lines.add(line("memory", "%.0f MB resident (this process, the simulated machines in it)", residentBytes / 1e6));
        lines.add(line(
                "bytes a reading",
                "%.1f in the log, with all that was decided",
                logBytes / (double) Math.max(1, log.stored())));
        lines.add(line("fdatasyncs", "%.0f a minute, of real time", syncs / minutes));
        lines.add(line("log", "%.1f MB a day of the house", logBytes / days / 1e6));
        return lines;
    }

    private static String hours(Duration time) {
        return "%d h %02d min".formatted(time.toHours(), time.toMinutesPart());
    }

    private static String line(String what, String format, Object... arguments) {
        return "%-20s %s".formatted(what, String.format(Locale.ROOT, format, arguments));
    }
}
