package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.SMALL;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Log;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochTest {
    private final SimulatedDisk disk = new SimulatedDisk(3);

    @Test
    void aNewEpochCountsFromOneAndReadersGoAcross() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            append(log, 1, "a", "");
            append(log, 2, "b", "");
            assertThat(log.openEpoch("a new leader")).isEqualTo(at(2, 0));
            assertThat(log.head()).isEqualTo(at(2, 0));
            assertThat(log.durable()).isZero();
            assertThat(append(log, 3, "c", "")).isEqualTo(1);
            journal.commitNow(0);
            assertThat(log.durable()).isEqualTo(1);
            assertThat(texts(log)).containsExactly("1 1 a/", "2 2 b/", "1 3 c/");
            assertThat(texts(log, at(1, 2))).containsExactly("2 2 b/", "1 3 c/");
            assertThat(texts(log, at(1, 3))).containsExactly("1 3 c/");
            assertThat(texts(log, at(2, 1))).containsExactly("1 3 c/");
        }
        try (var journal = Journal.open(disk, SMALL)) {
            assertThat(journal.open(RIVERSIDE).head()).isEqualTo(at(2, 1));
            assertThat(texts(journal.open(RIVERSIDE))).containsExactly("1 1 a/", "2 2 b/", "1 3 c/");
        }
        assertThat(JournalCheck.check(disk, List.of(), _ -> {}).findings()).isEmpty();
    }

    @Test
    void entriesBeyondTheBranchStayOnDiskAndAreNotRead() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            for (int i = 1; i <= 9; i++) append(log, i, "entry", "");
            journal.commitNow(0);
            log.openEpoch(4, at(1, 6), ChainHash.NONE, "from the snapshot at 6, because of damage behind it");
            append(log, 20, "on", "");
        }
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            assertThat(texts(log)).hasSize(7).endsWith("6 6 entry/", "1 20 on/");
            assertThat(texts(log, at(1, 7))).containsExactly("1 20 on/");
            assertThatThrownBy(() -> log.read(at(1, 9)))
                    .isInstanceOfSatisfying(
                            Log.BeyondBranch.class,
                            beyond -> assertThat(beyond.resetTo()).isEqualTo(at(1, 6)));
            assertThatThrownBy(() -> log.read(at(2, 0)))
                    .isInstanceOfSatisfying(
                            Log.BeyondBranch.class,
                            beyond -> assertThat(beyond.resetTo()).isEqualTo(at(1, 6)));
            assertThatThrownBy(() -> log.read(at(4, 3)))
                    .isInstanceOfSatisfying(
                            Log.BeyondBranch.class,
                            beyond -> assertThat(beyond.resetTo()).isEqualTo(at(4, 1)));
            assertThatThrownBy(() -> log.read(at(5, 1))).isInstanceOf(Log.BeyondBranch.class);
            log.saveSnapshot(at(1, 5), out -> out.write(5));
            assertThatThrownBy(() -> log.saveSnapshot(at(1, 8), out -> out.write(8)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSiteThatCameFromElsewhereBeginsWithTheEpochAfterItsOldOne() throws IOException {
        var before = new ChainHash(1, 2, 3, 4);
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            log.openEpoch(8, at(7, 1_000), before, "moved here from the old box");
            append(log, 1, "first here", "");
        }
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            assertThat(texts(log, at(7, 1_000))).containsExactly("1 1 first here/");
            assertThatThrownBy(() -> log.read(at(7, 1_002))).isInstanceOf(Log.BeyondBranch.class);
            assertThatThrownBy(() -> log.openEpoch(8, at(7, 1_000), before, "again"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(JournalCheck.check(disk, List.of(), _ -> {}).findings()).isEmpty();
    }

    @Test
    void aLaterEpochMayLeaveLessOfAnEarlierOne() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            for (int i = 1; i <= 9; i++) append(log, i, "one", "");
            journal.commitNow(0);
            log.openEpoch(2, at(1, 8), ChainHash.NONE, "first try");
            append(log, 10, "two", "");
            journal.commitNow(0);
            log.openEpoch(3, at(1, 2), ChainHash.NONE, "second try");
            append(log, 11, "three", "");
            journal.commitNow(0);
            assertThat(texts(log)).containsExactly("1 1 one/", "2 2 one/", "1 11 three/");
            for (var beyond : List.of(at(1, 5), at(2, 2)))
                assertThatThrownBy(() -> log.read(beyond))
                        .isInstanceOfSatisfying(
                                Log.BeyondBranch.class,
                                it -> assertThat(it.resetTo()).isEqualTo(at(1, 2)));
        }
    }

    private static Log.Position at(int epoch, long seq) {
        return new Log.Position(RIVERSIDE, epoch, seq);
    }
}
