package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.SMALL;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private final SimulatedDisk disk = new SimulatedDisk(5);

    @Test
    void theNewestWholeOneIsTakenAndTheOthersAreNamed() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            var log = filled(journal);
            for (int seq : new int[] {3, 5, 9}) save(log, seq);
        }
        var newest = disk.files().stream()
                .filter(it -> it.endsWith(".snap"))
                .toList()
                .getLast();
        disk.flip(newest, 8 * 50 + 3);
        try (var journal = Journal.open(disk, SMALL)) {
            var snapshot = journal.open(RIVERSIDE).newestSnapshot().orElseThrow();
            assertThat(snapshot.at()).isEqualTo(at(5));
            assertThat(snapshot.bytes()).isEqualTo(bytes("state at 5"));
            assertThat(snapshot.skipped())
                    .singleElement()
                    .asString()
                    .contains("snapshots/" + RIVERSIDE)
                    .contains("damaged");
            assertThat(journal.open(RIVERSIDE).snapshots()).containsExactly(at(9), at(5), at(3));
        }
    }

    @Test
    void asManyWholeOnesAreKeptAsAskedFor() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            var log = filled(journal);
            for (int seq = 1; seq <= 6; seq++) save(log, seq);
            var files = disk.files().stream().filter(it -> it.endsWith(".snap")).toList();
            disk.flip(files.getLast(), 8 * 50);
            log.keepSnapshots(2);
            assertThat(log.snapshots()).containsExactly(at(6), at(5), at(4));
            assertThatThrownBy(() -> log.keepSnapshots(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSnapshotAheadOfTheDurableLogIsRefused() throws IOException {
        try (var journal = Journal.open(disk, SMALL)) {
            var log = filled(journal);
            long seq = append(log, 100, "not yet on disk", "");
            assertThatThrownBy(() -> save(log, seq))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("commit first");
            assertThat(log.newestSnapshot()).isEmpty();
        }
    }

    @Test
    void aPowerCutLeavesEitherAWholeSnapshotOrTheOneBefore() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            var one = new SimulatedDisk(seed);
            var random = new SplittableRandom(seed);
            boolean saved = false;
            try (var journal = Journal.open(one, SMALL)) {
                var log = filled(journal);
                save(log, 3);
                one.failAfter(random.nextInt(8));
                save(log, 7);
                saved = true;
            } catch (IOException power) {
                assertThat(power).hasMessage("The power went");
            }
            one.cutPower();
            try (var journal = Journal.open(one, SMALL)) {
                var snapshot = journal.open(RIVERSIDE).newestSnapshot().orElseThrow();
                if (saved) assertThat(snapshot.at()).isEqualTo(at(7));
                assertThat(StandardCharsets.UTF_8.decode(snapshot.bytes()).toString())
                        .isEqualTo("state at " + snapshot.at().seq());
                assertThat(snapshot.skipped()).isEmpty();
            }
        }
    }

    private static SiteLog filled(Journal journal) {
        var log = journal.open(RIVERSIDE);
        for (int i = 1; i <= 9; i++) append(log, i, "c", "");
        journal.commitNow(0);
        return log;
    }

    private static void save(SiteLog log, long seq) throws IOException {
        log.saveSnapshot(at(seq), out -> out.write(("state at " + seq).getBytes(StandardCharsets.UTF_8)));
    }

    private static Log.Position at(long seq) {
        return new Log.Position(RIVERSIDE, 1, seq);
    }
}
