package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.COLD_STORE;
import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Log;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A full and a dead disk, and a disk that is slower than what comes in.
class DiskFaultTest {
    private static final JournalSettings TINY = new JournalSettings(
            Duration.ofMillis(200), 1 << 14, 1 << 12, 1 << 16, 1 << 12, 1 << 14, Duration.ofSeconds(1), 42);
    private static final long SECOND = 1_000_000_000;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final List<String> heard = new ArrayList<>();

    private Journal open() throws IOException {
        var journal = Journal.open(disk, TINY);
        journal.listen(new Journal.Listener() {
            @Override
            public void health(Health now, String why) {
                heard.add(now + ": " + why);
            }
        });
        return journal;
    }

    @Test
    void onAFullDiskControlGoesOnAndReadingsAreCountedUntilThereIsRoom() throws IOException {
        var journal = open();
        var log = journal.open(RIVERSIDE);
        append(log, 1, "hold 1", "21.5");
        journal.commitNow(0);
        while (journal.maintain(0)) assertThat(journal.health()).isEqualTo(Health.OK);
        disk.capacity(disk.usedBytes());
        int entries = 1;
        while (journal.health() == Health.OK && entries < 1000) {
            append(log, ++entries, "hold " + entries, "x".repeat(100));
            assertThat(journal.commitNow(0)).isTrue();
            assertThat(log.durable()).isEqualTo(entries);
        }
        assertThat(journal.health()).isEqualTo(Health.CONTROL_ONLY);
        assertThat(journal.trouble()).contains("No space left");
        assertThat(heard).singleElement().asString().contains("CONTROL_ONLY").contains("reserve");
        assertThat(journal.readingsRefused()).isPositive();
        for (int i = 0; i < 20; i++) {
            append(log, ++entries, "hold " + entries, "y".repeat(100));
            assertThat(journal.commitNow(0)).isTrue();
        }
        disk.capacity(disk.usedBytes());
        long refused = journal.readingsRefused();
        assertThat(dropped(log)).isEqualTo(refused);

        while (journal.maintain(2 * SECOND)) assertThat(journal.health()).isEqualTo(Health.CONTROL_ONLY);
        assertThat(journal.health()).isEqualTo(Health.CONTROL_ONLY);
        disk.capacity(Long.MAX_VALUE);
        journal.maintain(2 * SECOND + SECOND / 2);
        assertThat(journal.health()).isEqualTo(Health.CONTROL_ONLY);
        while (journal.maintain(4 * SECOND)) assertThat(journal.health()).isNotEqualTo(Health.DEAD);
        assertThat(journal.health()).isEqualTo(Health.OK);
        assertThat(heard.getLast()).startsWith("OK");
        append(log, ++entries, "hold " + entries, "stored again");
        journal.commitNow(0);
        assertThat(journal.readingsRefused()).isEqualTo(refused);
        assertThat(texts(log))
                .hasSize(entries)
                .endsWith(entries + " " + entries + " hold " + entries + "/stored again");

        disk.cutPower();
        journal = open();
        assertThat(journal.recovery().damage()).isEmpty();
        assertThat(texts(journal.open(RIVERSIDE))).hasSize(entries);
        assertThat(JournalCheck.check(disk, List.of(), _ -> {}).findings()).isEmpty();
    }

    @Test
    void whenTheReserveIsFullTooNothingIsAcknowledgedUntilThereIsRoom() throws IOException {
        var journal = open();
        var log = journal.open(RIVERSIDE);
        while (journal.maintain(0)) assertThat(journal.health()).isEqualTo(Health.OK);
        disk.capacity(disk.usedBytes());
        int entries = 0;
        while (journal.nanosUntilDue(0) == Long.MAX_VALUE && entries < 10_000) {
            append(log, ++entries, "c".repeat(200), "");
            journal.commitNow(0);
        }
        assertThat(log.durable()).isEqualTo(entries - 1);
        assertThat(journal.nanosUntilDue(0)).isEqualTo(SECOND);
        assertThat(journal.health()).isEqualTo(Health.CONTROL_ONLY);
        disk.capacity(Long.MAX_VALUE);
        assertThat(journal.commit(SECOND)).isTrue();
        assertThat(log.durable()).isEqualTo(entries);
        assertThat(journal.recovery().damage()).isEmpty();
        disk.cutPower();
        assertThat(texts(open().open(RIVERSIDE))).hasSize(entries);
    }

    @Test
    void theChainHoldsWhereACommitOfSeveralBlocksHadToBeWrittenAgain() throws IOException {
        for (int room = 0; room < 20_000; room += 1_000) {
            var small = new SimulatedDisk(room);
            try (var journal = Journal.open(small, TINY)) {
                while (journal.maintain(0)) assertThat(journal.health()).isEqualTo(Health.OK);
                small.capacity(small.usedBytes() + room);
                for (int commit = 0; commit < 3; commit++) {
                    for (int i = 0; i < 30; i++) {
                        append(journal.open(RIVERSIDE), i, "control", "r".repeat(200));
                        append(journal.open(COLD_STORE), i, "control", "r".repeat(200));
                    }
                    assertThat(journal.commitNow(0)).isTrue();
                }
                assertThat(journal.health()).isEqualTo(Health.CONTROL_ONLY);
                small.capacity(Long.MAX_VALUE);
            }
            var report = JournalCheck.check(small, List.of(), _ -> {});
            assertThat(report.findings()).isEmpty();
            assertThat(report.sites())
                    .allSatisfy(site -> assertThat(site.entries()).isEqualTo(90));
        }
    }

    @Test
    void aFailedSyncIsFinal() throws IOException {
        var journal = open();
        var log = journal.open(RIVERSIDE);
        append(log, 1, "a", "");
        journal.commitNow(0);
        disk.failNextForce();
        append(log, 2, "b", "");
        assertThat(journal.commitNow(0)).isFalse();
        assertThat(journal.health()).isEqualTo(Health.DEAD);
        assertThat(heard).singleElement().asString().startsWith("DEAD: The disk failed: Input/output error");
        assertThat(append(log, 3, "c", "")).isEqualTo(3);
        assertThat(journal.commitNow(0)).isFalse();
        assertThat(journal.maintain(0)).isFalse();
        assertThat(journal.nanosUntilDue(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(log.durable()).isEqualTo(1);
        assertThat(texts(log)).containsExactly("1 1 a/");
        disk.cutPower();
        assertThat(texts(open().open(RIVERSIDE))).startsWith("1 1 a/");
    }

    @Test
    void aDiskThatFailsWhileItAllocatesAheadKillsTheJournalToo() throws IOException {
        var journal = open();
        append(journal.open(RIVERSIDE), 1, "a".repeat(1_000), "");
        journal.commitNow(0);
        disk.failNextForce();
        while (journal.maintain(0)) assertThat(journal.health()).isEqualTo(Health.OK);
        assertThat(journal.health()).isEqualTo(Health.DEAD);
    }

    @Test
    void withTooMuchWaitingReadingsAreRefusedThenTheJournalIsDead() throws IOException {
        var journal = open();
        var log = journal.open(RIVERSIDE);
        var other = journal.open(COLD_STORE);
        int stored = 0;
        while (journal.readingsRefused() == 0) append(log, ++stored, "", "r".repeat(1_000));
        assertThat(journal.pendingBytes()).isBetween(TINY.pendingBytesMax() - 1_000L, (long) TINY.pendingBytesMax());
        append(other, 1, "control still fits", "r".repeat(1_000));
        assertThat(journal.readingsRefused()).isEqualTo(2);
        assertThat(journal.commitNow(0)).isTrue();
        assertThat(journal.pendingBytes()).isZero();
        assertThat(dropped(log)).isEqualTo(1);
        assertThat(texts(other)).containsExactly("1 1 control still fits/");

        for (int i = 0; i < 200 && journal.health() == Health.OK; i++) append(log, ++stored, "c".repeat(1_000), "");
        assertThat(journal.health()).isEqualTo(Health.DEAD);
        assertThat(journal.trouble()).contains("does not keep up");
    }

    private static long dropped(Log log) throws IOException {
        long dropped = 0;
        try (var reader = log.read(new Log.Position(log.head().site(), 1, 0))) {
            for (var entry = reader.next(); entry != null; entry = reader.next())
                if (entry.readingsDropped()) dropped++;
        }
        return dropped;
    }
}
