package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.SMALL;
import static io.linkspan.journal.JournalTest.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Log;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalViewTest {
    @TempDir
    Path folder;

    @Test
    void aFolderWithoutAJournalHasNoView() throws IOException {
        assertThat(JournalView.open(new RealDisk(folder))).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aReaderBesideTheWriterSeesWhatBecomesDurableThroughManySegments() throws IOException {
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            append(log, 1, "first", "");
            journal.commitNow(0);
            var view = JournalView.open(new RealDisk(folder)).orElseThrow();
            assertThat(view.sites()).containsExactly(RIVERSIDE);
            assertThat(view.head(RIVERSIDE)).isEqualTo(log.durableHead());
            try (var reader = view.read(new Log.Position(RIVERSIDE, 1, 0))) {
                assertThat(reader.next().at().seq()).isEqualTo(1);
                assertThat(reader.next()).isNull();
                for (int i = 2; i <= 5_000; i++) {
                    append(log, i, "entry " + i, "a reading that is long enough for several files " + i);
                    if (i % 100 != 0) continue;
                    journal.commitNow(0);
                    journal.maintain(0);
                    for (int seq = Math.max(2, i - 99); seq <= i; seq++)
                        assertThat(reader.next().at().seq()).isEqualTo(seq);
                    assertThat(reader.next()).isNull();
                }
            }
            assertThat(journal.newest()).isGreaterThan(2);
            assertThat(view.head(RIVERSIDE)).isEqualTo(log.durableHead());
        }
    }

    @Test
    void aViewChangesNothing() throws IOException {
        var disk = new SimulatedDisk(9);
        var journal = Journal.open(disk, SMALL);
        append(journal.open(RIVERSIDE), 1, "first", "");
        journal.commitNow(0);
        append(journal.open(RIVERSIDE), 2, "second", "");
        disk.failAfter(1);
        journal.commitNow(0);
        disk.cutPower();
        disk.failAfter(0);
        var view = JournalView.open(disk).orElseThrow();
        assertThat(view.head(RIVERSIDE).at().seq()).isBetween(1L, 2L);
        assertThat(view.newestSnapshot(RIVERSIDE)).isEmpty();
        JournalCheck.check(disk, java.util.List.of(), _ -> {});
    }
}
