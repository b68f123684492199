package io.linkspan.bench;

import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.site.Rehearsal;
import io.linkspan.site.Site;
import io.linkspan.site.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How many entries of a log a rehearsal lives through in a second: read from the disk, decoded, decided anew,
/// compared.
/// A meter is read each second with five values; a boiler is shed and let go every few minutes, answers, and is read.
final class RehearseBench {
    /// Entries when nobody says how many.
    static final long ENTRIES_USUAL = 2_000_000;

    private static final SiteId SITE = new SiteId(54, 54);
    private static final long SECOND = 1_000_000;
    private static final long START_WALL = 1_452_754_800_000_000L; // 2016-01-14T07:00Z
    private static final int COMMIT_ENTRIES = 2_000;
    private static final int WAVE_SECONDS = 600;

    private static final String FILE = """
            { "linkspan": 1, "site": "bench", "armed": true,
              "connectors": [ { "id": "grid", "type": "x" }, { "id": "plant", "type": "x" } ],
              "things": [
                { "id": "meter", "connector": "grid", "properties": {
                    "power": { "type": "number", "unit": "kW", "at": "1" }, "l1": { "type": "number", "unit": "V", "at": "2" },
                    "l2": { "type": "number", "unit": "V", "at": "3" }, "l3": { "type": "number", "unit": "V", "at": "4" },
                    "energy": { "type": "register", "unit": "kWh", "at": "5" } } },
                { "id": "boiler", "connector": "plant", "properties": {
                    "on": { "type": "flag", "writable": true, "at": "1", "fallback": true, "minimum-off": "60s" } } } ],
              "links": [ { "id": "shed", "from": "meter.power", "to": "boiler.on", "value": false,
                  "off-above": 5.0, "on-below": 2.5, "silent": { "after": "60s", "then": "release" } } ] }
            """;

    private final EntryCodec codec = new EntryCodec();
    private final Site site = new Site();
    private final List<Result.WriteOrdered> writes = new ArrayList<>();
    private boolean on = true;
    private long micros;

    private RehearseBench() {}

    /// Makes a log of so many entries, and rehearses it by its own file and by another.
    static void run(long entries) throws IOException {
        var folder = Files.createTempDirectory("rehearse-bench");
        try {
            long began = System.nanoTime();
            new RehearseBench().make(folder, entries);
            System.out.printf("made %,d entries in %.1f s%n", entries, (System.nanoTime() - began) / 1e9);
            for (int round = 1; round <= 3; round++) {
                rehearse(folder, "its own file", "");
                rehearse(folder, "another file", FILE.replace("\"off-above\": 5.0", "\"off-above\": 4.0"));
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private static void rehearse(Path folder, String what, String file) throws IOException {
        var view = JournalView.open(new RealDisk(folder)).orElseThrow();
        long began = System.nanoTime();
        long cpu = cpu();
        var rehearsal = Rehearsal.asLogged(new Site(), Rehearsal.Limits.STANDARD);
        try (var reader = view.read(new Log.Position(SITE, 1, 1))) {
            var begin = new Site();
            long n = 0;
            for (Log.Stored stored; (stored = reader.next()) != null; n++) {
                var entry = EntryCodec.decode(stored);
                if (!file.isEmpty() && n < 2) { // the start and its first file
                    begin.replay(entry);
                    if (n == 1) rehearsal = Rehearsal.of(begin, file, begin.directory(), Rehearsal.Limits.STANDARD);
                } else rehearsal.take(entry);
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        var told = rehearsal.told();
        System.out.printf(
                "%s: %,d entries in %.2f s = %,.0f entries/s, %.2f us of CPU each; %s%n",
                what,
                told.entries(),
                seconds,
                told.entries() / seconds,
                (cpu() - cpu) / 1e3 / told.entries(),
                told.reproduced()
                        .map(r -> r.equal() + " of " + r.compared() + " the same, bit for bit")
                        .orElse(rehearsal.differences() + " differences, " + told.played() + " writes played"));
    }

    private static long cpu() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElse(0L);
    }

    // ---- the log

    private void make(Path folder, long entries) throws IOException {
        try (var journal = Journal.open(new RealDisk(folder), JournalSettings.standard(7))) {
            var log = journal.open(SITE);
            step(log, Principal.SYSTEM, new Input.Started("bench", true, 0));
            step(log, Principal.person("bench"), new Input.Apply(FILE));
            step(log, Principal.device("grid"), new Input.LineChanged(1, true, ""));
            step(log, Principal.device("plant"), new Input.LineChanged(2, true, ""));
            for (long second = 1; log.head().seq() < entries; second++) {
                micros = second * SECOND;
                while (site.nextDue() <= micros) append(log, site.stepDue(next(log), now()));
                meter(log, second);
                if (second % 10 == 0) reads(log, 2, List.of(flag()));
                if (second % COMMIT_ENTRIES == 0) journal.commitNow(System.nanoTime());
            }
            journal.commitNow(System.nanoTime());
        }
    }

    private void meter(SiteLog log, long second) throws IOException {
        double wave = 1 + 5.5 * Math.abs(second % WAVE_SECONDS / (WAVE_SECONDS / 2.0) - 1);
        double watts = Math.rint(wave * 1_000 + second * 7 % 90) / 1_000;
        reads(
                log,
                1,
                List.of(
                        Reading.good(1, new Value.Num(watts)),
                        Reading.good(2, new Value.Num(230 + second % 13 / 10.0)),
                        Reading.good(3, new Value.Num(231 + second % 11 / 10.0)),
                        Reading.good(4, new Value.Num(229 + second % 7 / 10.0)),
                        Reading.good(5, new Value.Register(4_213_000 + second, 3))));
        for (var order : List.copyOf(writes)) {
            on = order.value().orElseThrow().equals(Value.Flag.ON);
            micros += SECOND / 5;
            step(
                    log,
                    Principal.device("plant"),
                    new Input.Answered(order.write(), new Outcome.Done(order.value()), 0, 0));
        }
        writes.clear();
    }

    private Reading flag() {
        return Reading.good(6, on ? Value.Flag.ON : Value.Flag.OFF);
    }

    private void reads(SiteLog log, int connector, List<Reading> readings) throws IOException {
        step(log, Principal.device(""), new Input.Frame(connector, readings, 0, 0));
    }

    private Moment now() {
        return new Moment(micros, START_WALL + micros);
    }

    private static long next(SiteLog log) {
        return Log.Position.pack(log.head().epoch(), log.head().seq() + 1);
    }

    private void step(SiteLog log, Principal by, Input input) {
        append(log, site.step(next(log), by, input, now()));
    }

    private void append(SiteLog log, Step step) {
        for (var r : step.results()) if (r instanceof Result.WriteOrdered w) writes.add(w);
        codec.encode(log.head().seq() + 1, step.at(), step.by(), step.input(), step.results(), site);
        log.append(step.at().site(), step.at().wall(), codec.control(), codec.readings());
    }
}
