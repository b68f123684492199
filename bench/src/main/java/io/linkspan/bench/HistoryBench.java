package io.linkspan.bench;

import io.linkspan.history.CsvImport;
import io.linkspan.history.HistorySettings;
import io.linkspan.history.Keep;
import io.linkspan.history.TsFileHistory;
import io.linkspan.model.Entry;
import io.linkspan.model.History;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;

/// Readings by time: 10,000 series of one reading a second that look like power, the demo's house, and two queries;
/// then
/// SQLite and DuckDB with the same.
final class HistoryBench {
    static final int SERIES = 10_000;
    static final int DAY_SERIES = SERIES + 1;
    static final int YEAR_SERIES = SERIES + 2;
    static final long SECOND = 1_000_000;
    static final long DAY = 86_400 * SECOND;
    static final long START = Instant.parse("2026-01-02T00:00:00Z").getEpochSecond() * SECOND;
    private static final int READINGS_A_FRAME = 1_000;
    private static final SiteId SITE = new SiteId(3, 4);
    private static final ZoneId ZONE = ZoneId.of("Europe/Brussels");

    private final Path folder;
    private final HistorySettings settings;
    private volatile boolean isOver;

    private HistoryBench(Path folder, long memoryBytes) {
        this.folder = folder;
        settings = HistorySettings.STANDARD.withMemory(memoryBytes);
    }

    static void run(List<String> arguments) throws Exception {
        long points = option(arguments, "--points", 50_000_000);
        long memory = option(arguments, "--memory", 32) << 20;
        Path folder = Files.createTempDirectory("history-bench");
        try {
            var bench = new HistoryBench(folder, memory);
            bench.house();
            var ours = bench.load(points);
            if (!arguments.contains("--no-peers")) Peers.run(folder, Math.min(points, Peers.POINTS_MAX), ours);
        } finally {
            Folders.delete(folder);
        }
    }

    private static long option(List<String> arguments, String name, long otherwise) {
        int i = arguments.indexOf(name);
        return i < 0 ? otherwise : Long.parseLong(arguments.get(i + 1).replace("_", ""));
    }

    private TsFileHistory open(String name) throws IOException {
        return TsFileHistory.open(folder.resolve(name), SITE, "bench", settings, () -> ZONE, _ -> Keep.ALL);
    }

    // ---- the house

    private void house() throws IOException {
        long began = System.nanoTime();
        try (var history = open("house")) {
            var names = new ArrayList<String>();
            CsvImport.Opening text = () -> {
                var stream = HistoryBench.class.getResourceAsStream("/io/linkspan/simulation/house-2016.csv.gz");
                if (stream == null) throw new IOException("The house's record is not in this program; build it again");
                return new GZIPInputStream(stream);
            };
            var imported = CsvImport.read(history, "house-2016.csv", text, ZONE, name -> {
                names.add(name);
                return Optional.of(new CsvImport.Target(names.size(), t -> new Value.Num(Double.parseDouble(t))));
            });
            double seconds = (System.nanoTime() - began) / 1e9;
            double before = history.bytes(false) / (double) imported.readings();
            history.mergeAll();
            System.out.printf(
                    "house: %,d rows, %,d readings of %d series in %.2f s; %.2f bytes a reading, %.2f merged%n",
                    imported.lines(),
                    imported.readings(),
                    names.size(),
                    seconds,
                    before,
                    history.bytes(false) / (double) imported.readings());
        }
    }

    // ---- power

    /// What we need, for the ratios.
    record Figures(double bytesAPoint, double pointsASecond, double cpuAMillion, double dayMillis, double yearMillis) {}

    /// A second's readings of all series: what they show, walking by steps of a tenth.
    static final class Power {
        private long state = 42;
        private final long[] tenths = new long[SERIES];

        double next(int series) {
            state ^= state << 13; // xorshift: Marsaglia, Journal of Statistical Software 8(14), 2003
            state ^= state >>> 7;
            state ^= state << 17;
            // The sum of four even parts is near enough to a bell: a deviation of one, in tenths.
            long step = (state & 0xF) + (state >>> 8 & 0xF) + (state >>> 16 & 0xF) + (state >>> 24 & 0xF) - 30;
            tenths[series] += step;
            return tenths[series] / 10.0;
        }
    }

    private Figures load(long points) throws IOException, InterruptedException {
        double pointsASecond;
        double cpuAMillion;
        double bytesAPoint;
        try (var history = open("power")) {
            history.bring("day and year", "1", HistoryBench::dayAndYear);
            long fixed = history.bytes(false);
            long fixedWritten = history.bytesWritten();
            var upkeep = Thread.ofPlatform().start(() -> keepUp(history));
            long[] making = new long[2];
            long wall = System.nanoTime();
            long cpu = cpu();
            long taken = take(history, points, making);
            history.seal();
            wall = System.nanoTime() - wall - making[0];
            pointsASecond = taken / (wall / 1e9);
            isOver = true;
            upkeep.join();
            while (history.maintain(START)) Thread.onSpinWait(); // what is due still, on this thread
            cpu = cpu() - cpu - making[1];
            long rollingCpu = cpu();
            long rolling = System.nanoTime();
            later(history, taken);
            rolling = System.nanoTime() - rolling;
            rollingCpu = cpu() - rollingCpu;
            cpuAMillion = (cpu + rollingCpu) / 1e3 / taken;
            System.out.printf(
                    "power: making %,d readings, which is not counted below: %.2f CPU seconds a million%n",
                    taken, making[1] / 1e3 / taken);
            System.out.printf(
                    "power: %,d readings of %,d series: %,.0f a second, %.2f CPU seconds a million (%.2f to take, seal"
                            + " and merge, %.2f to roll up their days and the year), %d segments, pushed back %d times%n",
                    taken,
                    SERIES,
                    pointsASecond,
                    cpuAMillion,
                    cpu / 1e3 / taken,
                    rollingCpu / 1e3 / taken,
                    history.segments(),
                    history.counts().pushedBack());
            System.out.printf(
                    "power: roll-ups of all days %.2f bytes a reading (%.1f s), resident %d MiB%n",
                    history.bytes(true) / (double) (taken + 86_400 + 525_600), rolling / 1e9, resident() >> 20);
            System.out.printf(
                    "power: %.2f bytes a reading, %.2f written for each; memory of readings at most %d MiB, resident %d MiB%n",
                    (history.bytes(false) - fixed) / (double) taken,
                    (history.bytesWritten() - fixedWritten) / (double) taken,
                    settings.memoryBytesMax() >> 20,
                    resident() >> 20);
            long merging = System.nanoTime();
            history.mergeAll();
            bytesAPoint = history.bytes(false) / (double) (taken + 86_400 + 525_600);
            System.out.printf(
                    "power: %.2f bytes a reading merged into one (%.1f s), resident %d MiB%n",
                    bytesAPoint, (System.nanoTime() - merging) / 1e9, resident() >> 20);
        }
        var ours = queries(bytesAPoint, pointsASecond, cpuAMillion);
        System.out.printf("resident at the end %d MiB, at most %d MiB%n", resident() >> 20, residentMost() >> 20);
        return ours;
    }

    private void keepUp(TsFileHistory history) {
        try {
            while (!isOver) if (!history.maintain(START)) LockSupport.parkNanos(1_000_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void dayAndYear(TsFileHistory.Taker taker) throws IOException {
        var power = new Power();
        for (int s = 0; s < 86_400; s++)
            taker.take(DAY_SERIES, START - DAY + s * SECOND, new Value.Num(power.next(0)), Quality.GOOD);
        for (int m = 0; m < 525_600; m++)
            taker.take(YEAR_SERIES, START - 365 * DAY + m * 60 * SECOND, new Value.Num(power.next(1)), Quality.GOOD);
    }

    /// @param making gets the nanoseconds that making the readings took: by the clock and of CPU
    private long take(TsFileHistory history, long points, long[] making) throws IOException {
        var power = new Power();
        var threads = ManagementFactory.getThreadMXBean();
        long taken = 0;
        for (long seq = 1, second = 0; taken < points; second++) {
            long began = System.nanoTime();
            long beganCpu = threads.getCurrentThreadCpuTime();
            long at = START + second * SECOND;
            var entries = new ArrayList<Entry>();
            for (int series = 0; series < SERIES; series += READINGS_A_FRAME) {
                var readings = new ArrayList<Reading>(READINGS_A_FRAME);
                for (int i = series; i < series + READINGS_A_FRAME; i++)
                    readings.add(Reading.good(i + 1, new Value.Num(power.next(i))));
                entries.add(entry(seq++, at, new Result.Took(readings)));
            }
            making[0] += System.nanoTime() - began;
            making[1] += threads.getCurrentThreadCpuTime() - beganCpu;
            for (var entry : entries) history.take(new Log.Position(SITE, 1, entry.seq()), entry);
            taken += SERIES;
        }
        return taken;
    }

    private static Entry entry(long seq, long at, Result... results) {
        var nothing = new Input.Frame(1, List.of(), 0, 0);
        return new Entry(1, seq, new Moment(at, at), Principal.SYSTEM, nothing, List.of(results), false);
    }

    private static void later(TsFileHistory history, long taken) throws IOException {
        long seq = history.resumeAt().seq();
        history.take(new Log.Position(SITE, 1, seq), entry(seq, START + taken / SERIES * SECOND + 2 * DAY));
        history.seal();
        boolean more;
        do more = history.maintain(START + 3 * DAY);
        while (more);
    }

    // ---- questions

    private interface Question {
        Object ask(TsFileHistory history) throws IOException;
    }

    private Figures queries(double bytes, double points, double cpu) throws IOException {
        Question day = h -> h.buckets(DAY_SERIES, START - DAY, START, History.Every.MINUTE);
        Question year = h -> h.reduce(YEAR_SERIES, START - 365 * DAY, START, 1_000);
        Question raw = h -> h.read(DAY_SERIES, START - DAY, START, History.POINTS_MAX);
        double dayWarm = ask("a day of seconds as minutes", day);
        double yearWarm = ask("a year of minutes for 1,000 columns", year);
        ask("a day of seconds, all 86,400 readings", raw);
        return new Figures(bytes, points, cpu, dayWarm, yearWarm);
    }

    private double ask(String what, Question question) throws IOException {
        double first = Double.NaN;
        var cold = new ArrayList<Double>();
        for (int i = 0; i < 5; i++)
            try (var history = open("power")) {
                double millis = millis(history, question);
                if (i == 0) first = millis;
                else cold.add(millis);
            }
        var warm = new ArrayList<Double>();
        try (var history = open("power")) {
            for (int i = 0; i < 60; i++) warm.add(millis(history, question));
        }
        double median = median(warm.subList(10, warm.size()));
        System.out.printf(
                "%s: %.1f ms the first time in this process, %.1f ms after opening anew, %.1f ms warm%n",
                what, first, median(cold), median);
        return median;
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static double millis(TsFileHistory history, Question question) throws IOException {
        long began = System.nanoTime();
        var answer = question.ask(history);
        double millis = (System.nanoTime() - began) / 1e6;
        if (answer.equals(List.of())) throw new IOException("No answer");
        return millis;
    }

    /// CPU of this process, in nanoseconds.
    static long cpu() {
        var os = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return os.getProcessCpuTime();
    }

    private static long resident() throws IOException {
        return status("VmRSS:");
    }

    private static long residentMost() throws IOException {
        return status("VmHWM:");
    }

    private static long status(String name) throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/self/status")))
            if (line.startsWith(name)) return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        return 0;
    }
}
