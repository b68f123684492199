package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.COLD_STORE;
import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.SMALL;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final int ENTRIES = 6_000;
    private final SimulatedDisk disk = new SimulatedDisk(5);

    @Test
    void oldReadingsGoControlStaysAndTheChainStillVerifies() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            write(journal, 1);
            long used = disk.usedBytes();
            var limits = limits(Map.of(RIVERSIDE, 2_500L, COLD_STORE, 2_500L), Long.MAX_VALUE, Long.MAX_VALUE);
            long dropped = dropAll(journal, limits);
            assertThat(dropped).isPositive();
            assertThat(disk.usedBytes()).isLessThan(used - dropped * 9 / 10);
            assertThat(journal.dropReadings(limits)).isEmpty();
            checkDropped(journal.open(RIVERSIDE), 2_400, 2_500);
            checkDropped(journal.open(COLD_STORE), 2_400, 2_500);
        }
        assertThat(JournalCheck.check(disk, List.of(), _ -> {}).findings()).isEmpty();
        try (var journal = Journal.open(disk, SMALL)) {
            checkDropped(journal.open(RIVERSIDE), 2_400, 2_500);
            assertThat(texts(journal.open(RIVERSIDE), new Log.Position(RIVERSIDE, 1, 2_999)))
                    .hasSize(2);
        }
    }

    @Test
    void aSiteWithoutAFloorKeepsAll() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            write(journal, 1);
            dropAll(journal, limits(Map.of(RIVERSIDE, 3_000L), Long.MAX_VALUE, Long.MAX_VALUE));
            checkDropped(journal.open(COLD_STORE), 0, 0);
        }
    }

    @Test
    void onlyWhatIsOlderGoes() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            write(journal, 1);
            dropAll(journal, limits(Map.of(RIVERSIDE, 3_000L, COLD_STORE, 3_000L), 1_000_000 + 1_000, Long.MAX_VALUE));
            checkDropped(journal.open(RIVERSIDE), 500, 1_000);
        }
    }

    @Test
    void theOldestGoUntilTheRestFits() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            write(journal, 1);
            dropAll(journal, limits(Map.of(RIVERSIDE, 3_000L, COLD_STORE, 3_000L), 0, 150_000));
            long stored = 0;
            for (var site : List.of(RIVERSIDE, COLD_STORE)) stored += storedReadings(journal.open(site));
            assertThat(stored).isBetween(80_000L, 150_000L + (1 << 16));
        }
    }

    @Test
    void aReaderThatIsUnderwayReadsOn() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            write(journal, 1);
            try (var reader = journal.open(RIVERSIDE).read(new Log.Position(RIVERSIDE, 1, 1))) {
                for (int i = 1; i <= 10; i++)
                    assertThat(reader.next().readingsDropped()).isFalse();
                dropAll(journal, limits(Map.of(RIVERSIDE, 2_500L, COLD_STORE, 2_500L), Long.MAX_VALUE, Long.MAX_VALUE));
                int last = 10;
                for (var entry = reader.next(); entry != null; entry = reader.next())
                    assertThat(entry.at().seq()).isEqualTo(++last);
                assertThat(last).isEqualTo(ENTRIES / 2);
            }
        }
    }

    @Test
    void aPowerCutInTheMiddleLosesNothing() throws IOException {
        for (long seed = 0; seed < 100; seed++) {
            var one = new SimulatedDisk(seed);
            var journal = Journal.open(one, SMALL);
            write(journal, 3);
            one.failAfter(new SplittableRandom(seed).nextInt(40));
            try {
                dropAll(journal, limits(Map.of(RIVERSIDE, 900L, COLD_STORE, 900L), Long.MAX_VALUE, Long.MAX_VALUE));
            } catch (IOException power) {
                assertThat(power).hasMessage("The power went");
            }
            one.cutPower();
            try (var after = Journal.open(one, SMALL)) {
                assertThat(after.recovery().damage()).isEmpty();
                checkDropped(after.open(RIVERSIDE), 0, 900);
                checkDropped(after.open(COLD_STORE), 0, 900);
            }
            assertThat(JournalCheck.check(one, List.of(), _ -> {}).findings()).isEmpty();
        }
    }

    private static void write(Journal journal, int fraction) {
        var sites = List.of(journal.open(RIVERSIDE), journal.open(COLD_STORE));
        for (int i = 1; i <= ENTRIES / fraction; i++) {
            int seq = (i + 1) / 2;
            append(sites.get(i % 2), seq, "control " + seq, "reading ".repeat(10) + seq);
            if (i % 60 == 0) journal.commitNow(0);
        }
        journal.commitNow(0);
    }

    private static RetentionLimits limits(Map<SiteId, Long> floors, long before, long max) {
        var positions = new java.util.HashMap<SiteId, Log.Position>();
        floors.forEach((site, seq) -> positions.put(site, new Log.Position(site, 1, seq)));
        return new RetentionLimits(positions, before, max);
    }

    private static long dropAll(Journal journal, RetentionLimits limits) throws IOException {
        long bytes = 0;
        for (var dropped = journal.dropReadings(limits); dropped.isPresent(); dropped = journal.dropReadings(limits))
            bytes += dropped.get().bytes();
        return bytes;
    }

    private static long storedReadings(SiteLog log) throws IOException {
        long bytes = 0;
        try (var reader = log.read(new Log.Position(log.head().site(), 1, 1))) {
            for (var entry = reader.next(); entry != null; entry = reader.next())
                bytes += entry.readings().remaining();
        }
        return bytes;
    }

    /// All control is there, and of the readings the first ones, between `least` and `most`, are gone.
    private static void checkDropped(SiteLog log, int least, int most) throws IOException {
        var dropped = new ArrayList<Long>();
        int seq = 0;
        try (var reader = log.read(new Log.Position(log.head().site(), 1, 1))) {
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                seq++;
                assertThat(entry.at().seq()).isEqualTo(seq);
                assertThat(entry.control()).isEqualTo(JournalTest.bytes("control " + seq));
                if (entry.readingsDropped()) dropped.add(entry.at().seq());
                else assertThat(entry.readings()).isEqualTo(JournalTest.bytes("reading ".repeat(10) + seq));
            }
        }
        assertThat((long) seq).isEqualTo(log.head().seq());
        assertThat(dropped).hasSizeBetween(least, most);
        if (!dropped.isEmpty()) assertThat(dropped.getLast()).isBetween((long) least, (long) most);
    }
}
