package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A second process on the same folder, and a first one that is killed.
class TwoProcessesTest {
    @TempDir
    Path folder;

    @Test
    void theSecondIsRefusedByNameAndGoesOnWhereTheFirstWasKilled() throws Exception {
        var first = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long acknowledged;
        try (var told = first.inputReader()) {
            assertThat(told.readLine()).isEqualTo("1");
            assertThatThrownBy(() -> Journal.open(new RealDisk(folder), JournalTest.SMALL))
                    .isInstanceOf(Disk.InUse.class)
                    .hasMessageContaining("in use by process " + first.pid() + "; stop that one first");
            assertThat(JournalView.open(new RealDisk(folder)).orElseThrow().sites())
                    .containsExactly(RIVERSIDE);
            for (int i = 0; i < 200; i++) told.readLine();
            first.toHandle().destroyForcibly();
            acknowledged = told.lines().mapToLong(Long::parseLong).max().orElse(200);
        } finally {
            first.destroyForcibly();
        }
        assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
        try (var journal = Journal.open(new RealDisk(folder), JournalTest.SMALL)) {
            assertThat(journal.recovery().closedInOrder()).isFalse();
            assertThat(journal.recovery().damage()).isEmpty();
            assertThat(texts(journal.open(RIVERSIDE)).size()).isGreaterThanOrEqualTo((int) acknowledged);
        }
    }

    /// Appends until it is killed, and says what is durable.
    static final class Writer {
        public static void main(String[] args) throws IOException {
            var journal = Journal.open(new RealDisk(Path.of(args[0])), JournalTest.SMALL);
            var log = journal.open(RIVERSIDE);
            for (int i = 1; i < 1_000_000; i++) {
                append(log, i, "entry", "");
                journal.commitNow(0);
                System.out.print(log.durable() + "\n");
                System.out.flush();
            }
        }
    }
}
