package io.linkspan.bench;

import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Linkspan process from its start to its first reading, and what it weighs with 1,000 properties at one reading a
/// second
/// each: the machine stands in this process, Linkspan is the program that is named.
final class ProcessStart {
    private static final int PROPERTIES = 1_000;
    private static final int RUNS = 5;
    private static final long SETTLE_SECONDS = 30;
    private static final long START_SECONDS_MAX = 60;

    private ProcessStart() {}

    /// @param launcher `bin/linkspan` of an archive, or `./linkspan` of a clone
    static String run(String launcher) throws IOException, InterruptedException {
        var starts = new ArrayList<Double>();
        var processor = new ArrayList<Long>();
        long resident = 0;
        long settling = 0;
        Path folder = Files.createTempDirectory("process-start");
        try {
            for (int run = 0; run < RUNS; run++) {
                boolean last = run == RUNS - 1;
                try (var machine = new SimulatedModbusMachine()) {
                    for (int i = 0; i < PROPERTIES; i++) machine.unit(1).number("holding " + i + " int16", i);
                    Path site = Files.writeString(folder.resolve("site.yaml"), site(machine.listenTcp()));
                    long begin = System.nanoTime();
                    var process = new ProcessBuilder(
                                    launcher,
                                    "run",
                                    site.toString(),
                                    "--data",
                                    folder.resolve("data" + run).toString(),
                                    "--no-page")
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("out.txt").toFile())
                            .start();
                    try {
                        starts.add(firstReading(machine, process, begin));
                        processor.add(MqttServer.cpuMicros(process.pid()) / 1_000);
                        if (last) {
                            long before = MqttServer.cpuMicros(process.pid());
                            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                            settling = MqttServer.cpuMicros(process.pid()) - before;
                            resident = residentKilobytes(process.pid());
                        }
                    } finally {
                        process.destroy();
                        if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly();
                    }
                }
            }
        } finally {
            Folders.delete(folder);
        }
        Collections.sort(starts);
        Collections.sort(processor);
        return String.format(
                "start to first reading: median %.2f s, least %.2f s, most %.2f s of %d, processor time median %d ms; %d s at %d readings/s: %d ms a second, then resident %d MB%n",
                starts.get(RUNS / 2),
                starts.getFirst(),
                starts.getLast(),
                RUNS,
                processor.get(RUNS / 2),
                SETTLE_SECONDS,
                PROPERTIES,
                settling / 1_000 / SETTLE_SECONDS,
                resident / 1024);
    }

    private static double firstReading(SimulatedModbusMachine machine, Process process, long begin)
            throws IOException, InterruptedException {
        while (machine.requests() == 0) {
            if (!process.isAlive())
                throw new IOException("Linkspan ended before its first reading, code " + process.exitValue());
            if (System.nanoTime() - begin > START_SECONDS_MAX * 1_000_000_000L)
                throw new IOException("No reading within " + START_SECONDS_MAX + " s");
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    /// The resident memory of a process as Linux tells it (proc(5), VmRSS).
    private static long residentKilobytes(long pid) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
        for (String line : lines) if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        throw new IOException("Process " + pid + " tells no resident memory");
    }

    private static String site(int port) {
        var properties = new StringBuilder();
        for (int i = 0; i < PROPERTIES; i++)
            properties
                    .append("      p")
                    .append(i)
                    .append(": { type: number, at: \"holding ")
                    .append(i)
                    .append(" int16\", every: 1s }\n");
        return """
                linkspan: 1
                site: start
                connectors:
                  - { id: machine, type: modbus_tcp, endpoint: "127.0.0.1:%d" }
                things:
                  - id: store
                    connector: machine
                    unit: 1
                    properties:
                %s""".formatted(port, properties);
    }
}
