package io.linkspan.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    static final SiteId RIVERSIDE = SiteId.parse("00000000000000000000000000000001");
    static final SiteId COLD_STORE = SiteId.parse("00000000000000000000000000000002");
    static final JournalSettings SMALL = JournalSettings.standard(7).sized(1 << 16, 1 << 20, 1 << 16);

    @TempDir
    Path folder;

    @Test
    void whatWasCommittedIsThereAfterAReopen() throws IOException {
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            var other = journal.open(COLD_STORE);
            assertThat(append(log, 1_000, "hold", "21.5")).isEqualTo(1);
            assertThat(append(other, 5_000, "hold", "")).isEqualTo(1);
            assertThat(append(log, 2_000, "", "21.6")).isEqualTo(2);
            assertThat(log.durable()).isZero();
            assertThat(journal.commitNow(0)).isTrue();
            assertThat(log.durable()).isEqualTo(2);
            assertThat(append(log, 3_000, "release", "")).isEqualTo(3);
        }
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            assertThat(journal.recovery().closedInOrder()).isTrue();
            assertThat(journal.sites()).containsExactly(RIVERSIDE, COLD_STORE);
            assertThat(texts(journal.open(RIVERSIDE)))
                    .containsExactly("1 1000 hold/21.5", "2 2000 /21.6", "3 3000 release/");
            assertThat(texts(journal.open(COLD_STORE))).containsExactly("1 5000 hold/");
            assertThat(append(journal.open(RIVERSIDE), 4_000, "hold", "")).isEqualTo(4);
        }
    }

    @Test
    void entriesGoThroughManySegments() throws IOException {
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            for (int i = 1; i <= 10_000; i++) {
                append(log, i, "c", "reading number " + i);
                if (i % 50 == 0) journal.commitNow(0);
                if (i % 500 == 0) journal.maintain(0);
            }
            assertThat(texts(log)).hasSize(10_000).endsWith("10000 10000 c/reading number 10000");
        }
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            assertThat(journal.newest()).isGreaterThan(2);
            assertThat(texts(log)).hasSize(10_000).startsWith("1 1 c/reading number 1");
            for (int from : new int[] {1, 2, 49, 50, 51, 4_999, 9_999, 10_000})
                try (var reader = log.read(new Log.Position(RIVERSIDE, 1, from))) {
                    assertThat(reader.next().at().seq()).isEqualTo(from);
                }
        }
    }

    @Test
    void aReaderFollowsTheLogAsItGrows() throws IOException {
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            try (var reader = log.read(new Log.Position(RIVERSIDE, 1, 0))) {
                assertThat(reader.next()).isNull();
                for (int i = 1; i <= 2_000; i++) {
                    append(log, i, "c", "a reading of some length, to fill several segments " + i);
                    assertThat(reader.next()).isNull();
                    journal.commitNow(0);
                    assertThat(reader.next().at().seq()).isEqualTo(i);
                }
            }
            assertThat(journal.newest()).isGreaterThan(2);
        }
    }

    @Test
    void anEntryOfTheGreatestSizeHasASegmentOfItsOwn() throws IOException {
        var great = new byte[Log.ENTRY_BYTES_MAX];
        great[great.length - 1] = 7;
        try (var journal =
                Journal.open(new RealDisk(folder), JournalSettings.standard(3).sized(1 << 16, 1 << 26, 0))) {
            var log = journal.open(RIVERSIDE);
            append(log, 1, "before", "");
            log.append(2, 2, ByteBuffer.wrap(great), ByteBuffer.wrap(great));
            append(log, 3, "behind", "");
            assertThat(journal.commitNow(0)).isTrue();
            assertThatThrownBy(() -> log.append(4, 4, ByteBuffer.allocate(great.length + 1), ByteBuffer.allocate(0)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.append(4, 4, ByteBuffer.allocate(0), ByteBuffer.allocate(0)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        try (var journal = Journal.open(new RealDisk(folder), SMALL);
                var reader = journal.open(RIVERSIDE).read(new Log.Position(RIVERSIDE, 1, 2))) {
            var entry = reader.next();
            assertThat(entry.control()).isEqualTo(ByteBuffer.wrap(great));
            assertThat(entry.readings()).isEqualTo(ByteBuffer.wrap(great));
            assertThat(reader.next().at().seq()).isEqualTo(3);
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void timesOfEachEntryComeBackWhateverTheClocksDid() throws IOException {
        long[][] times = {{5, 1_000}, {5, 1_000}, {9, 900}, {3, -7}, {Long.MAX_VALUE / 4, 0}, {0, Long.MAX_VALUE / 4}};
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            for (var time : times) log.append(time[0], time[1], bytes("c"), bytes(""));
            journal.commitNow(0);
            try (var reader = log.read(new Log.Position(RIVERSIDE, 1, 1))) {
                for (var time : times) {
                    var entry = reader.next();
                    assertThat(entry.siteTimeMicros()).isEqualTo(time[0]);
                    assertThat(entry.wallTimeMicros()).isEqualTo(time[1]);
                }
            }
            assertThat(log.durableHead().wallTimeMicros()).isEqualTo(Long.MAX_VALUE / 4);
        }
    }

    @Test
    void anEntryIsDueAtOnceWhenUrgedElseAfterCommitEvery() throws IOException {
        try (var journal = Journal.open(new RealDisk(folder), SMALL)) {
            var log = journal.open(RIVERSIDE);
            assertThat(journal.nanosUntilDue(1_000)).isEqualTo(Long.MAX_VALUE);
            append(log, 1, "c", "");
            assertThat(journal.nanosUntilDue(1_000)).isEqualTo(200_000_000);
            assertThat(journal.commit(199_000_000)).isFalse();
            log.urge();
            assertThat(journal.nanosUntilDue(199_000_001)).isZero();
            assertThat(journal.commit(199_000_001)).isTrue();
            append(log, 2, "c", "");
            assertThat(journal.commit(300_000_000)).isFalse();
            assertThat(journal.commit(500_000_001)).isTrue();
            assertThat(log.durable()).isEqualTo(2);
        }
    }

    @Test
    void aSecondJournalOnTheSameFolderIsRefused() throws IOException {
        try (var _ = Journal.open(new RealDisk(folder), SMALL)) {
            assertThatThrownBy(() -> Journal.open(new RealDisk(folder), SMALL))
                    .isInstanceOf(Disk.InUse.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        Journal.open(new RealDisk(folder), SMALL).close();
    }

    static long append(Log log, long micros, String control, String readings) {
        return log.append(micros, 1_000_000 + micros, bytes(control), bytes(readings));
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static List<String> texts(Log log) throws IOException {
        return texts(log, new Log.Position(log.head().site(), 1, 0));
    }

    static List<String> texts(Log log, Log.Position from) throws IOException {
        var texts = new ArrayList<String>();
        try (var reader = log.read(from)) {
            for (var entry = reader.next(); entry != null; entry = reader.next()) {
                assertThat(entry.wallTimeMicros()).isEqualTo(1_000_000 + entry.siteTimeMicros());
                texts.add(entry.at().seq() + " " + entry.siteTimeMicros() + " "
                        + StandardCharsets.UTF_8.decode(entry.control()) + "/"
                        + StandardCharsets.UTF_8.decode(entry.readings()));
            }
        }
        return texts;
    }
}
