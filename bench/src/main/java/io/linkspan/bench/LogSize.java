package io.linkspan.bench;

import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Bytes a reading in the log at 1,000 readings a second: values of power-like data with one decimal, commits every 200
/// ms, with
/// frames of one reading and of ten, for one site and for 1,000 that share the readings.
final class LogSize {
    private static final int SECONDS = 60;
    private static final int READINGS_A_SECOND = 1_000;
    /// Numbers of entries and of frames in the ring drift apart by one so often: other entries keep no bytes.
    private static final int ENTRIES_A_DRIFT = 10;

    private LogSize() {}

    static void run() throws IOException {
        System.out.printf("%-8s %-20s %s%n", "sites", "readings a frame", "bytes a reading");
        for (int sites : new int[] {1, 1_000})
            for (int frame : new int[] {1, 10})
                System.out.printf("%-8d %-20d %.1f%n", sites, frame, measure(sites, frame));
    }

    private static double measure(int sites, int perFrame) throws IOException {
        Path folder = Files.createTempDirectory("log-size");
        var settings = JournalSettings.standard(1).committingEvery(Duration.ofMillis(200));
        try (var journal = Journal.open(new RealDisk(folder), settings)) {
            var codec = new EntryCodec();
            var random = new Random(1);
            double[] values = new double[1_000];
            long readings = 0;
            long step = 1_000_000L * perFrame / READINGS_A_SECOND;
            int turn = 0;
            long before = journal.bytesWritten();
            long frames = 0;
            for (long t = 0; t < SECONDS * 1_000_000L; t += step) {
                var log = journal.open(new SiteId(7, turn++ % sites));
                var frame = new ArrayList<Reading>();
                for (int i = 0; i < perFrame; i++) {
                    int p = (int) (readings++ % values.length);
                    values[p] = Math.round((values[p] + random.nextGaussian()) * 10) / 10.0;
                    frame.add(Reading.good(p + 1, new Value.Num(values[p])));
                }
                long seq = log.head().seq() + 1;
                long raw = ++frames + frames / ENTRIES_A_DRIFT; // all sites share the ring and its numbers
                var results = List.<Result>of(new Result.Took(frame));
                codec.encode(
                        seq,
                        new Moment(t, t),
                        io.linkspan.model.Principal.SYSTEM,
                        new Input.Frame(1, frame, raw, 4711),
                        results,
                        OPEN);
                log.append(t, t, codec.control(), codec.readings());
                if (t / 200_000 != (t + step) / 200_000) journal.commitNow(t * 1_000);
            }
            journal.commitNow(Long.MAX_VALUE);
            return (journal.bytesWritten() - before) / (double) readings;
        } finally {
            Folders.delete(folder);
        }
    }

    private static final EntryCodec.Privacy OPEN = new EntryCodec.Privacy() {
        @Override
        public boolean property(int number) {
            return false;
        }

        @Override
        public boolean link(int number) {
            return false;
        }
    };
}
