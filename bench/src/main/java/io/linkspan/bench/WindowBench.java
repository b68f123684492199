package io.linkspan.bench;

import com.sun.management.OperatingSystemMXBean;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.site.Site;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// What windows cost: readings of 1,000 properties, once a second each and ten in a telegram, stepped and encoded on
/// one
/// thread, each through one window; beside the same site without windows. Processor time, as other work on the machine
/// would be in a clock's.
final class WindowBench {
    private static final int READINGS = 10;
    private static final long SECOND = 1_000_000;
    /// A whole hour, so that windows begin with the run.
    private static final long START = 1_704_067_200L * SECOND;
    /// Simulated time that is measured: long enough that windows end and readings are settled.
    private static final int SECONDS = 1_000;

    private WindowBench() {}

    static void run(int properties) {
        var kinds = List.of(
                "",
                "\"mean\": \"15min\"",
                "\"mean\": \"10min\", \"every\": \"1min\"",
                "\"max\": \"10min\", \"every\": \"reading\"",
                "\"percentile\": 95, \"over\": \"15min\"",
                "\"slope\": \"15min\"",
                "\"consumption\": \"15min\"");
        new Run(properties, kinds.get(1)).live(120); // warm
        System.out.printf(
                "%-42s %14s %14s %14s%n",
                "window of each of " + properties, "readings/s", "CPU ns/reading", "bytes/window");
        double without = 0;
        for (String kind : kinds) {
            var run = new Run(properties, kind);
            long before = used();
            double nanos = run.live(SECONDS);
            long bytes = Math.max(0, used() - before) / properties;
            if (kind.isEmpty()) without = nanos;
            System.out.printf(
                    "%-42s %,14.0f %,14.0f %14s%n",
                    kind.isEmpty() ? "none" : kind.replace("\"", ""),
                    1e9 / nanos,
                    kind.isEmpty() ? nanos : nanos - without,
                    kind.isEmpty() ? "-" : "%,d".formatted(bytes));
            run.check();
        }
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long used() {
        for (int i = 0; i < 3; i++) System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static final class Run {
        private final Site site = new Site();
        private final EntryCodec codec = new EntryCodec();
        private final int properties;
        private long seq = 2;
        private long bytes;

        Run(int properties, String window) {
            this.properties = properties;
            step(new Input.Started("bench", true, 0), 0);
            step(new Input.Apply(file(properties, window)), 0);
        }

        private static String file(int properties, String window) {
            var sources = new StringBuilder();
            var windows = new StringBuilder();
            for (int p = 0; p < properties; p++) {
                sources.append(p == 0 ? "" : ",")
                        .append("\"p%d\": { \"type\": \"number\", \"at\": \"1\" }".formatted(p));
                windows.append(p == 0 ? "" : ",").append("\"w%d\": { \"type\": \"number\"".formatted(p));
                if (!window.isEmpty())
                    windows.append(", \"window\": { \"of\": \"meter.p%d\", %s }".formatted(p, window));
                windows.append(" }");
            }
            return """
                    { "linkspan": 1, "site": "bench", "connectors": [ { "id": "bus", "type": "x" } ],
                      "things": [ { "id": "meter", "connector": "bus", "properties": { %s } },
                                  { "id": "house", "properties": { %s } } ] }
                    """.formatted(sources, windows);
        }

        /// Nanoseconds of processor time a reading, of the whole process: collecting garbage is in it.
        double live(int seconds) {
            int frames = properties / READINGS;
            long readings = 0;
            long began = cpu();
            for (int second = 0; second < seconds; second++)
                for (int f = 0; f < frames; f++) {
                    long at = second * SECOND + SECOND * f / frames;
                    var frame = new ArrayList<Reading>(READINGS);
                    for (int i = 0; i < READINGS; i++)
                        frame.add(Reading.good(
                                1 + f * READINGS + i, new Value.Num((second * 37 + f * 11 + i) % 4_000 / 100.0)));
                    step(new Input.Frame(1, frame, 0, 0), at);
                    readings += READINGS;
                }
            return (cpu() - began) / (double) readings;
        }

        private void step(Input input, long at) {
            var now = new Moment(at, START + at);
            while (!(input instanceof Input.Started) && site.nextDue() <= at)
                encode(site.stepDue(Log.Position.pack(1, ++seq), now));
            encode(site.step(Log.Position.pack(1, ++seq), Principal.SYSTEM, input, now));
        }

        private void encode(io.linkspan.site.Step step) {
            codec.encode(seq, step.at(), step.by(), step.input(), step.results(), site);
            bytes += codec.readings().remaining() + codec.control().remaining();
        }

        /// What was made is looked at, so that nothing is left out as of no use.
        void check() {
            var image = new ByteWriter();
            site.image().write(image);
            if (bytes == 0 || image.size() == 0) throw new IllegalStateException("Nothing was stepped");
        }
    }
}
