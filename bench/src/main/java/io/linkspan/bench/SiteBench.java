package io.linkspan.bench;

import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.site.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a step of a site costs for one reading: frames of ten readings, one of which a link looks at, decided, applied
/// and
/// encoded for the log.
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SiteBench {
    private static final int READINGS = 10;

    /// Sites that are stepped in turn.
    @State(Scope.Thread)
    public static class Sites {
        /// How many.
        @Param({"1", "1000"})
        public int sites;

        private final List<Site> all = new ArrayList<>();
        private final EntryCodec codec = new EntryCodec();
        private long micros;
        private long seq;
        private int turn;

        /// Makes sites of twenty properties and one link each.
        @Setup
        public void make() {
            for (int i = 0; i < sites; i++) {
                var site = new Site();
                site.step(
                        Log.Position.pack(1, 1),
                        Principal.SYSTEM,
                        new Input.Started("bench", true, 0),
                        new Moment(0, 0));
                site.step(Log.Position.pack(1, 2), Principal.SYSTEM, new Input.Apply(file()), new Moment(0, 0));
                all.add(site);
            }
            seq = 2;
        }

        private static String file() {
            var properties = new StringBuilder();
            for (int p = 0; p < 20; p++)
                properties
                        .append(p == 0 ? "" : ",")
                        .append("\"p")
                        .append(p)
                        .append("\": { \"type\": \"number\", \"at\": \"1\" }");
            return """
                    { "linkspan": 1, "site": "bench", "connectors": [ { "id": "bus", "type": "x" } ],
                      "things": [ { "id": "meter", "connector": "bus", "properties": { %s } },
                        { "id": "boiler", "connector": "bus", "properties": {
                            "on": { "type": "flag", "writable": true, "at": "2" } } } ],
                      "links": [ { "id": "shed", "from": "meter.p0", "to": "boiler.on", "value": false, "off-above": 5, "on-below": 2.5,
                          "silent": { "after": "60s", "then": "release" } } ] }
                    """.formatted(properties);
        }

        private int step() {
            micros += 1_000;
            seq++;
            var readings = new ArrayList<Reading>(READINGS);
            for (int p = 1; p <= READINGS; p++)
                readings.add(Reading.good(p, new Value.Num((micros + p) % 4_000 / 1_000.0)));
            var site = all.get(turn);
            turn = (turn + 1) % sites;
            var step = site.step(
                    Log.Position.pack(1, seq),
                    Principal.SYSTEM,
                    new Input.Frame(1, readings, 0, 0),
                    new Moment(micros, micros));
            codec.encode(seq, step.at(), step.by(), step.input(), step.results(), site);
            return codec.readings().remaining();
        }
    }

    /// Nanoseconds a reading.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OperationsPerInvocation(READINGS)
    public int stepAndEncode(Sites state) {
        return state.step();
    }
}
