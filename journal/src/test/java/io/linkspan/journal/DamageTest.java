package io.linkspan.journal;

import static io.linkspan.journal.JournalTest.COLD_STORE;
import static io.linkspan.journal.JournalTest.RIVERSIDE;
import static io.linkspan.journal.JournalTest.append;
import static io.linkspan.journal.JournalTest.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/// Bits that turned over: never a crash, never an entry that nobody wrote, never a loss in silence.
class DamageTest {
    private static final JournalSettings TINY = new JournalSettings(
            Duration.ofMillis(200), 1 << 13, 1 << 11, 1 << 20, 1 << 12, 1 << 12, Duration.ofSeconds(1), 42);

    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Test
    void aDamagedBlockIsNamedAndTheWalkGoesOnBehindIt() throws IOException {
        var ends = writeCommits(10);
        disk.flip(Segments.name(1), (ends.get(3) + 120L) * 8);
        try (var journal = Journal.open(disk, TINY)) {
            var log = journal.open(RIVERSIDE);
            assertThat(journal.recovery().damage()).singleElement().satisfies(damage -> {
                assertThat(damage.first()).contains(new Log.Position(RIVERSIDE, 1, 7));
                assertThat(damage.last()).contains(new Log.Position(RIVERSIDE, 1, 8));
                assertThat(damage.offset()).isEqualTo((long) ends.get(3));
            });
            assertThat(journal.recovery().unsure()).isEmpty();
            var found = new ArrayList<Long>();
            var damaged = new ArrayList<Log.Damaged>();
            walk(log, 0, found, damaged);
            assertThat(found)
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L);
            assertThat(damaged).singleElement().satisfies(one -> {
                assertThat(one.first().seq()).isEqualTo(7);
                assertThat(one.last().seq()).isEqualTo(8);
                assertThat(one).hasMessageContaining("log/00000001.seg");
            });
        }
        var report = JournalCheck.check(disk, List.of(), _ -> {});
        assertThat(report.findings()).hasSize(2);
        assertThat(report.findings().getLast().what()).contains("1:7 to " + RIVERSIDE + ":1:8 are missing");
    }

    @Test
    void whoseNewestEntriesMayBeLostMustOpenAnEpoch() throws IOException {
        try (var journal = Journal.open(disk, TINY)) {
            append(journal.open(RIVERSIDE), 1, "a", "");
            append(journal.open(COLD_STORE), 1, "b", "");
            journal.commitNow(0);
            append(journal.open(RIVERSIDE), 2, "c", "");
            journal.commitNow(0);
        }
        int ofRiverside = Segments.HEADER_BYTES + 2 * (Block.OVERHEAD_BYTES + 4);
        disk.flip(Segments.name(1), (ofRiverside + 118L) * 8);
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(journal.recovery().unsure()).containsExactly(RIVERSIDE);
            var log = journal.open(RIVERSIDE);
            assertThatThrownBy(() -> append(log, 3, "d", "")).hasMessageContaining("open an epoch first");
            append(journal.open(COLD_STORE), 2, "e", "");
            log.openEpoch("entry 2 is damaged");
            assertThat(append(log, 3, "d", "")).isEqualTo(1);
        }
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(journal.recovery().unsure()).isEmpty();
            var found = new ArrayList<Long>();
            var damaged = new ArrayList<Log.Damaged>();
            walk(journal.open(RIVERSIDE), 0, found, damaged);
            assertThat(found).containsExactly(1L, 1L);
        }
    }

    @Test
    void whereNobodyCanTellWhoseBlockWasLostEverySiteMustOpenAnEpoch() throws IOException {
        try (var journal = Journal.open(disk, TINY)) {
            append(journal.open(RIVERSIDE), 1, "a", "");
            append(journal.open(COLD_STORE), 1, "b", "");
            journal.commitNow(0);
            append(journal.open(RIVERSIDE), 2, "c", "");
            journal.commitNow(0);
            append(journal.open(COLD_STORE), 2, "d", "");
        }
        int ofRiverside = Segments.HEADER_BYTES + 2 * (Block.OVERHEAD_BYTES + 4);
        disk.flip(Segments.name(1), ofRiverside * 8L);
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(journal.recovery().damage())
                    .singleElement()
                    .satisfies(it -> assertThat(it.first()).isEmpty());
            // The cold store's next block shows that nothing of it was lost.
            assertThat(journal.recovery().unsure()).containsExactly(RIVERSIDE);
        }
    }

    @Test
    void bytesThatLookLikeABlockInsideAnEntryAreNeverTakenForOne() throws IOException {
        var foreign = new SimulatedDisk(2);
        try (var journal = Journal.open(foreign, JournalSettings.standard(666).sized(1 << 13, 1 << 20, 0))) {
            append(journal.open(RIVERSIDE), 9, "open the gate", "");
        }
        var block = ByteBuffer.allocate(Block.OVERHEAD_BYTES + 3 + 13);
        try (var file = foreign.openToRead(Segments.name(1))) {
            file.read(block, Segments.HEADER_BYTES);
        }
        try (var journal = Journal.open(disk, TINY)) {
            journal.open(RIVERSIDE).append(1, 1, block.flip(), ByteBuffer.allocate(0));
            journal.commitNow(0);
            append(journal.open(COLD_STORE), 1, "x", "");
        }
        disk.flip(Segments.name(1), (Segments.HEADER_BYTES + 20L) * 8);
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(journal.recovery().damage()).isNotEmpty();
            var found = new ArrayList<Long>();
            walk(journal.open(RIVERSIDE), 0, found, new ArrayList<>());
            assertThat(found).isEmpty();
        }
    }

    @Test
    void aDamagedHeaderOfASegmentCostsNothing() throws IOException {
        writeCommits(10);
        for (int bit = 0; bit < 64 * 8; bit += 37) disk.flip(Segments.name(1), bit);
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(texts(journal.open(RIVERSIDE))).hasSize(20);
        }
    }

    @Test
    void aSegmentWithNothingLeftToReadIsKeptAsideAndNamed() throws IOException {
        writeCommits(400);
        var names = disk.files().stream().filter(it -> it.endsWith(".seg")).toList();
        var newest = names.getLast();
        var random = new SplittableRandom(1);
        try (var file = disk.open(newest)) {
            var noise = new byte[(int) file.size()];
            random.nextBytes(noise);
            file.write(ByteBuffer.wrap(noise), 0);
        }
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(journal.recovery().damage())
                    .anySatisfy(it -> assertThat(it.file()).isEqualTo(newest));
            assertThat(journal.recovery().unsure()).containsExactly(RIVERSIDE);
            assertThat(disk.files()).contains(newest + ".damaged");
            journal.open(RIVERSIDE).openEpoch("the newest file is damaged");
            append(journal.open(RIVERSIDE), 1, "on", "");
        }
        try (var journal = Journal.open(disk, TINY)) {
            assertThat(texts(journal.open(RIVERSIDE))).endsWith("1 1 on/");
        }
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void flippedBitsNeverCrashNorInventNorLoseInSilence(@ForAll long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var world = new SimulatedDisk(seed);
        var written = write(world, random);
        for (int flips = 1 + random.nextInt(random.nextBoolean() ? 3 : 200); flips > 0; flips--)
            flipSomewhere(world, random);
        var before = JournalCheck.check(world, List.of(), _ -> {});
        boolean named = !before.whole() || before.tail().isPresent();
        try (var journal = Journal.open(world, TINY)) {
            named |= !journal.recovery().damage().isEmpty()
                    || journal.recovery().cut().isPresent();
            for (var site : written.keySet()) {
                var found = new HashSet<Long>();
                var damaged = new ArrayList<Log.Damaged>();
                compare(journal.open(site), written.get(site), found, damaged);
                named |= !damaged.isEmpty();
                if (found.size() < written.get(site).size())
                    assertThat(named)
                            .as("seed %d lost entries of %s in silence", seed, site)
                            .isTrue();
            }
        }
    }

    private static Map<SiteId, List<Integer>> write(SimulatedDisk world, SplittableRandom random) throws IOException {
        var written = new HashMap<SiteId, List<Integer>>();
        try (var journal = Journal.open(world, TINY)) {
            for (int i = random.nextInt(600); i >= 0; i--) {
                var site = new SiteId(0, 1 + random.nextInt(3));
                var entries = written.computeIfAbsent(site, _ -> new ArrayList<>());
                int value = random.nextInt();
                entries.add(value);
                append(journal.open(site), entries.size(), "control " + value, "reading " + value);
                if (random.nextInt(5) == 0) journal.commitNow(0);
                if (random.nextInt(20) == 0) journal.maintain(0);
            }
        }
        return written;
    }

    private static void flipSomewhere(SimulatedDisk world, SplittableRandom random) throws IOException {
        var files = world.files().stream().filter(it -> it.startsWith("log/")).toList();
        var name = files.get(random.nextInt(files.size()));
        try (var file = world.openToRead(name)) {
            if (file.size() > 0) world.flip(name, random.nextLong(file.size() * 8));
        }
    }

    private static void compare(SiteLog log, List<Integer> written, Set<Long> found, List<Log.Damaged> damaged)
            throws IOException {
        try (var reader = log.read(new Log.Position(log.head().site(), 1, 0))) {
            while (true) {
                try {
                    var entry = reader.next();
                    if (entry == null) return;
                    int value = written.get((int) entry.at().seq() - 1);
                    assertThat(entry.control()).isEqualTo(JournalTest.bytes("control " + value));
                    if (!entry.readingsDropped())
                        assertThat(entry.readings()).isEqualTo(JournalTest.bytes("reading " + value));
                    assertThat(found.add(entry.at().seq())).isTrue();
                } catch (Log.Damaged one) {
                    damaged.add(one);
                }
            }
        }
    }

    /// Two entries a commit; returns where each block begins.
    private List<Integer> writeCommits(int commits) throws IOException {
        var begins = new ArrayList<Integer>();
        try (var journal = Journal.open(disk, TINY)) {
            var log = journal.open(RIVERSIDE);
            int at = Segments.HEADER_BYTES;
            for (int i = 0; i < commits; i++) {
                begins.add(at);
                append(log, 2 * i + 1, "abc", "");
                append(log, 2 * i + 2, "def", "");
                journal.commitNow(0);
                at += Block.OVERHEAD_BYTES + 2 * 6;
            }
        }
        return begins;
    }

    private static void walk(SiteLog log, long from, List<Long> found, List<Log.Damaged> damaged) throws IOException {
        try (var reader = log.read(new Log.Position(log.head().site(), 1, from))) {
            while (true) {
                try {
                    var entry = reader.next();
                    if (entry == null) return;
                    found.add(entry.at().seq());
                } catch (Log.Damaged one) {
                    damaged.add(one);
                }
            }
        }
    }
}
