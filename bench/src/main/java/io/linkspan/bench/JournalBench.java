package io.linkspan.bench;

import io.linkspan.journal.Disk;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.SiteId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the journal costs: an entry of 16 bytes from append to its place in a hashed block, without and with the disk.
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JournalBench {
    private static final int ENTRIES = 200;

    /// A journal on a disk that keeps nothing: what is left is our own work.
    @State(Scope.Thread)
    public static class InMemory {
        /// Sites that share the stream; the entries go to them in turn.
        @Param({"1", "1000"})
        public int sites;

        private Journal journal;
        private List<SiteLog> logs;
        private ByteBuffer entry;
        private ByteBuffer nothing;
        private long micros;
        private int turn;

        /// Opens the journal and the sites' logs.
        @Setup
        public void open() throws IOException {
            journal = Journal.open(new Nowhere(), JournalSettings.standard(1));
            logs = new ArrayList<>();
            for (int i = 1; i <= sites; i++) logs.add(journal.open(new SiteId(0, i)));
            entry = ByteBuffer.wrap(new byte[16]);
            nothing = ByteBuffer.allocate(0);
        }

        private void append() {
            micros += 1_000;
            logs.get(turn).append(micros, micros, nothing, entry);
            turn = (turn + 1) % sites;
        }

        /// Closes the journal.
        @TearDown
        public void close() throws IOException {
            journal.close();
        }
    }

    /// A journal on the disk below `java.io.tmpdir`.
    @State(Scope.Thread)
    public static class OnDisk {
        private Path folder;
        private Journal journal;
        private SiteLog log;
        private ByteBuffer entry;
        private ByteBuffer nothing;
        private long micros;

        /// Opens the journal in a new folder.
        @Setup
        public void open() throws IOException {
            folder = Files.createTempDirectory("journal-bench");
            journal = Journal.open(new RealDisk(folder), JournalSettings.standard(1));
            log = journal.open(new SiteId(0, 1));
            entry = ByteBuffer.wrap(new byte[16]);
            nothing = ByteBuffer.allocate(0);
        }

        /// Closes the journal and removes its folder.
        @TearDown
        public void close() throws IOException {
            journal.close();
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
            }
        }
    }

    /// Nanoseconds an entry: 200 appends and one commit of what they made.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OperationsPerInvocation(ENTRIES)
    public boolean appendAndEncode(InMemory state) {
        for (int i = 0; i < ENTRIES; i++) state.append();
        boolean durable = state.journal.commitNow(0);
        if (state.journal.bytesWritten() % 64 == 0) state.journal.maintain(0);
        return durable;
    }

    /// One entry that somebody waits for: append, write, sync.
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public boolean urgedEntryToDisk(OnDisk state) {
        state.micros += 1_000;
        state.log.append(state.micros, state.micros, state.entry, state.nothing);
        boolean durable = state.journal.commitNow(0);
        state.journal.maintain(0);
        return durable;
    }

    /// A disk that keeps only the lengths of files.
    private static final class Nowhere implements Disk {
        @Override
        public File open(String name) {
            return new Forgetful();
        }

        @Override
        public File openToRead(String name) {
            return new Forgetful();
        }

        @Override
        public boolean exists(String name) {
            return false;
        }

        @Override
        public List<String> list(String folder) {
            return List.of();
        }

        @Override
        public void rename(String from, String to) {}

        @Override
        public void delete(String name) {}

        @Override
        public void syncFolder(String folder) {}

        @Override
        public Closeable lock(String name) {
            return () -> {};
        }
    }

    private static final class Forgetful implements Disk.File {
        private long size;

        @Override
        public void write(ByteBuffer from, long offset) {
            size = Math.max(size, offset + from.remaining());
            from.position(from.limit());
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            return 0;
        }

        @Override
        public void force() {}

        @Override
        public void truncate(long length) {
            size = Math.min(size, length);
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void close() {}
    }
}
