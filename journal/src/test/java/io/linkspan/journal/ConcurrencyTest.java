package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sites append, one thread commits, readers follow, all at once.
class ConcurrencyTest {
    private static final int SITES = 4;
    private static final int ENTRIES = 20_000;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void everyReaderSeesEveryEntryOnceAndInOrder() throws Exception {
        var stop = new AtomicBoolean();
        try (var journal = Journal.open(new RealDisk(folder), JournalTest.SMALL);
                var threads = Executors.newCachedThreadPool()) {
            var work = new ArrayList<Future<Long>>();
            for (int i = 1; i <= SITES; i++) {
                var log = journal.open(new SiteId(0, i));
                work.add(threads.submit(writer(log)));
                work.add(threads.submit(reader(log)));
            }
            var committer = threads.submit(() -> {
                while (!stop.get()) {
                    journal.park(System.nanoTime(), 20_000_000);
                    if (!journal.commit(System.nanoTime())) journal.maintain(System.nanoTime());
                }
            });
            for (var one : work) assertThat(one.get()).isEqualTo(ENTRIES);
            stop.set(true);
            committer.get();
            assertThat(journal.health()).isEqualTo(Health.OK);
            assertThat(journal.pendingBytes()).isZero();
            assertThat(journal.readingsRefused()).isZero();
        }
        assertThat(JournalCheck.check(new RealDisk(folder), java.util.List.of(), _ -> {})
                        .findings())
                .isEmpty();
    }

    private static Callable<Long> writer(SiteLog log) {
        return () -> {
            for (int i = 1; i <= ENTRIES; i++) {
                append(log, i, "control " + i, "reading " + i);
                if (i % 1_000 != 0) continue;
                log.urge();
                while (log.durable() < i) Thread.onSpinWait();
            }
            return log.durable();
        };
    }

    private static Callable<Long> reader(SiteLog log) {
        return () -> {
            long read = 0;
            try (var reader = log.read(new Log.Position(log.head().site(), 1, 0))) {
                while (read < ENTRIES) {
                    var entry = reader.next();
                    if (entry == null) {
                        Thread.yield();
                        continue;
                    }
                    check(entry, ++read);
                }
            }
            return read;
        };
    }

    private static void check(Log.Stored entry, long seq) throws IOException {
        if (entry.at().seq() != seq || !entry.control().equals(JournalTest.bytes("control " + seq)))
            throw new IOException("Expected entry " + seq + ", got " + entry);
    }
}
