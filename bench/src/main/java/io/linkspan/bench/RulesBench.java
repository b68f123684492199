package io.linkspan.bench;

import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.site.Assessment;
import io.linkspan.site.Site;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// What many rules cost: to check and apply them, to start with them, to keep them, to look at them while none acts;
/// then
/// how much later a link writes than a bare relay while a rule looks at each of the other readings ([WireToWire]).
final class RulesBench {
    private static final int RULES = 10_000;
    private static final int THINGS = 100;
    private static final int OF_THING = RULES / THINGS;
    private static final int FRAME_READINGS = 100;
    private static final int WARM_FRAMES = 20_000;
    private static final int FRAMES = 50_000;
    private static final int READINGS_A_SECOND = 20_000;
    private static final int NONE = 0;

    private RulesBench() {}

    static void run(int seconds) throws Exception {
        measure("computed", RULES / THINGS); // loads CEL and the classes, as any first apply does
        for (var form : List.of("one of its kind", "each", "computed")) {
            System.out.println("-- " + RULES + " rules, " + form);
            apply(form);
            var with = measure(form, RULES);
            var without = measure(form, NONE);
            System.out.printf(
                    "start from the log: %.0f ms of CPU (without rules %.0f ms)%n",
                    with.startMillis, without.startMillis);
            System.out.printf("memory of a rule: %.0f bytes%n", (with.bytes - without.bytes) / RULES);
            System.out.printf(
                    "a reading with a rule that does not act: %.0f ns of CPU, without one %.0f ns%n",
                    with.readingNanos, without.readingNanos);
        }
        WireToWire.run(seconds, new WireToWire.Load(RULES, 1_000L * RULES / READINGS_A_SECOND, true));
    }

    private static void apply(String form) throws Invalid {
        var tree = Json.parseFields("bench", file(form, RULES));
        long begin = cpu();
        var file = SiteFile.read(tree);
        long read = cpu();
        Assessment.of(Directory.EMPTY, file);
        System.out.printf(
                "apply: the file is read in %.0f ms, checked in %.0f ms of CPU%n",
                (read - begin) / 1e6, (cpu() - read) / 1e6);
    }

    private record Figures(double startMillis, double bytes, double readingNanos) {}

    private static Figures measure(String form, int rules) {
        try (var started = new Started(form, rules)) {
            long bytes = used();
            for (int i = 0; i < WARM_FRAMES; i++) started.step(i);
            long begin = cpu();
            for (int i = 0; i < FRAMES; i++) started.step(i);
            double nanos = (cpu() - begin) / (double) FRAMES / FRAME_READINGS;
            return new Figures(started.startNanos / 1e6, bytes - started.usedBefore, nanos);
        }
    }

    /// CPU time of this thread: what others do on the machine does not count.
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @SuppressWarnings("ExplicitGC") // what is left over is what is measured
    private static long used() {
        for (int i = 0; i < 3; i++) System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// A site as it is after a start from its log.
    private static final class Started implements AutoCloseable {
        private final long usedBefore;
        private final long startNanos;
        private final Site site = new Site();
        private final EntryCodec codec = new EntryCodec();
        private long seq;
        private long micros;

        Started(String form, int rules) {
            var all = entries(form, rules);
            seq = all.size();
            usedBefore = used();
            long begin = cpu();
            for (var entry : all) site.replay(entry);
            site.replayed();
            startNanos = cpu() - begin;
        }

        /// What the log has of a site that was applied; the site itself is dropped, so that its memory does not
        /// count.
        private static List<Entry> entries(String form, int rules) {
            var first = new Site();
            var codec = new EntryCodec();
            var all = new ArrayList<Entry>();
            long seq = 0;
            for (Input input : List.of(new Input.Started("bench", true, 0), new Input.Apply(file(form, rules)))) {
                var step = first.step(Log.Position.pack(1, ++seq), Principal.SYSTEM, input, new Moment(0, 0));
                codec.encode(seq, step.at(), step.by(), step.input(), step.results(), first);
                all.add(EntryCodec.decode(new Log.Stored(
                        new Log.Position(new SiteId(1, 1), 1, seq), 0, 0, codec.control(), codec.readings(), false)));
            }
            return all;
        }

        void step(int frame) {
            micros += 1_000;
            seq++;
            var readings = new ArrayList<Reading>(FRAME_READINGS);
            int thing = frame % THINGS;
            for (int p = 0; p < OF_THING; p++) {
                int number = site.directory().property("t" + thing + ".p" + p);
                readings.add(Reading.good(number, new Value.Num((micros + p) % 4_000 / 1_000.0)));
            }
            var step = site.step(
                    Log.Position.pack(1, seq),
                    Principal.SYSTEM,
                    new Input.Frame(1, readings, 0, 0),
                    new Moment(micros, micros));
            codec.encode(seq, step.at(), step.by(), step.input(), step.results(), site);
        }

        @Override
        public void close() {
            if (site.directory().file().things().size() != THINGS)
                throw new IllegalStateException("The bench's file was not taken");
        }
    }

    private static String file(String form, int rules) {
        var things = new StringBuilder();
        for (int t = 0; t < THINGS; t++)
            things.append(t == 0 ? "" : ",")
                    .append("{\"id\":\"t")
                    .append(t)
                    .append("\",\"kind\":\"meter\",\"connector\":\"bus\"}");
        return "{\"linkspan\":1,\"site\":\"bench\",\"connectors\":[{\"id\":\"bus\",\"type\":\"x\"}],\"kinds\":[{\"id\":\"meter\",\"properties\":{"
                + properties() + "}}],\"things\":[" + things + "],\"rules\":[" + rules(form, rules) + "]}";
    }

    private static String properties() {
        var all = new ArrayList<String>();
        for (int p = 0; p < OF_THING; p++) all.add("\"p" + p + "\":{\"type\":\"number\",\"unit\":\"kW\",\"at\":\"1\"}");
        for (int p = 0; p < OF_THING; p++)
            all.add("\"a" + p + "\":{\"type\":\"flag\",\"writable\":true,\"at\":\"2\",\"fallback\":false}");
        return String.join(",", all);
    }

    private static String rules(String form, int rules) {
        var all = new ArrayList<String>();
        boolean each = form.equals("each");
        for (int r = 0; r < (each ? rules / THINGS : rules); r++) {
            String thing = each ? "it" : "t" + r % THINGS;
            int p = each ? r : r / THINGS;
            String when = thing + ".p" + p
                    + (form.equals("computed") ? " * 2.0 + 1.0 > 100.0" : " > 50.0 && " + thing + ".p" + p + " < 80.0");
            all.add("{\"id\":\"r" + r + "\"," + (each ? "\"each\":{\"kind\":\"meter\"}," : "") + "\"when\":\"" + when
                    + "\",\"then\":[{\"hold\":{\"" + thing + ".a" + p + "\":true}}]}");
        }
        return String.join(",", all);
    }
}
