package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.COLD_STORE;
import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.SMALL;
import static io.linkspan.journal.JournalTest.append;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class JournalCheckTest {
    private final SimulatedDisk disk = new SimulatedDisk(5);

    @Test
    void aWholeJournalIsCompleteToItsHead() throws IOException {
        var heads = write(disk, 300, "entry ");
        var report = JournalCheck.check(disk, heads, _ -> {});
        assertThat(report.findings()).isEmpty();
        assertThat(report.whole()).isTrue();
        assertThat(report.sites()).hasSize(2);
        assertThat(report.sites().getFirst().head()).isEqualTo(heads.getLast());
        assertThat(report.sites().getFirst().entries()).isEqualTo(300);
    }

    @Test
    void aBlockThatSomebodyWroteAnewBreaksTheChain() throws IOException {
        write(disk, 300, "entry ");
        forgeSecondBlock(disk);
        var report = JournalCheck.check(disk, List.of(), _ -> {});
        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.what()).contains("The chain breaks");
            assertThat(finding.site()).contains(RIVERSIDE);
        });
    }

    @Test
    void aLogWrittenAnewFromTheStartIsFoundOutByAHeadNotedOutside() throws IOException {
        var noted = write(disk, 300, "entry ");
        var other = new SimulatedDisk(6);
        write(other, 300, "Entry ");
        assertThat(JournalCheck.check(other, List.of(), _ -> {}).whole()).isTrue();
        var report = JournalCheck.check(other, List.of(noted.getFirst()), _ -> {});
        assertThat(report.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("not the one that was noted outside"));
    }

    @Test
    void aLogThatWasCutShortIsFoundOutByAHeadNotedOutside() throws IOException {
        var noted = write(disk, 300, "entry ");
        var shorter = new SimulatedDisk(6);
        write(shorter, 100, "entry ");
        assertThat(JournalCheck.check(shorter, noted, _ -> {})
                        .findings()
                        .getLast()
                        .what())
                .contains("noted outside is not in the log");
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        write(disk, 9_000, "entry ");
        disk.delete(Segments.name(2));
        var report = JournalCheck.check(disk, List.of(), _ -> {});
        assertThat(report.findings().getFirst().file()).isEqualTo(Segments.name(2));
        assertThat(report.findings()).anySatisfy(it -> assertThat(it.what()).contains("are missing"));
    }

    private static List<Head> write(SimulatedDisk disk, int entries, String text) throws IOException {
        var heads = new ArrayList<Head>();
        try (var journal = Journal.open(disk, SMALL)) {
            var log = journal.open(RIVERSIDE);
            append(journal.open(COLD_STORE), 1, "other", "");
            for (int i = 1; i <= entries; i++) {
                append(log, i, text + i, "reading " + i);
                if (i % 10 == 0) {
                    journal.commitNow(0);
                    heads.add(log.durableHead());
                }
            }
        }
        return heads;
    }

    /// Somebody who can write the disk changes a byte of the second block and makes its checksum fit again.
    private static void forgeSecondBlock(SimulatedDisk disk) throws IOException {
        try (var file = disk.open(Segments.name(1))) {
            int at = Segments.HEADER_BYTES;
            for (int skip = 0; skip < 2; skip++) at += length(file, at);
            var block = ByteBuffer.allocate(length(file, at));
            file.read(block, at);
            block.flip();
            block.put(block.limit() - 1, (byte) 'X');
            var crc = new CRC32C();
            crc.update(block.slice(Block.CRC_FROM, block.limit() - Block.CRC_FROM));
            block.putInt(8, (int) crc.getValue());
            file.write(block, at);
        }
    }

    private static int length(Disk.File file, int at) throws IOException {
        var prefix = ByteBuffer.allocate(8);
        file.read(prefix, at);
        return prefix.getInt(4);
    }
}
