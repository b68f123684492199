package io.linkspan.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class FrameRingTest {
    private static final String NAME = "frames.ring";
    private static final int BLOCK = FrameRing.BLOCK_BYTES;
    private static final long BYTES = 3L * BLOCK + 7;
    private static final int WINDOW = 800; // more frames than a ring of any test here holds

    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Test
    void theNewestFramesAreThereAndTheOldestMakeRoom() throws IOException {
        try (var ring = FrameRing.open(disk, NAME, BYTES)) {
            for (int i = 1; i <= 1_000; i++) {
                assertThat(ring.put(frame(i, 1_000))).isEqualTo(i);
                if (i == 1) assertThat(ring.get(1)).contains(frame(1, 1_000).array());
            }
            int kept = 2 * (BLOCK / 1_024);
            for (int i = 1_000 - kept; i <= 1_000; i++)
                assertThat(ring.get(i)).contains(frame(i, 1_000).array());
            assertThat(ring.get(1_000 - 2 * kept)).isEmpty();
            for (long never : new long[] {1_001, 0, -1, Long.MAX_VALUE, Long.MIN_VALUE})
                assertThat(ring.get(never)).isEmpty();
            assertThat(disk.usedBytes()).isBetween(BYTES - BLOCK, BYTES);
        }
    }

    @Test
    void aKillCostsWhatWasNotFlushed() throws IOException {
        var ring = FrameRing.open(disk, NAME, BYTES);
        ring.put(frame(1, 100));
        ring.flush();
        ring.put(frame(2, 100));
        disk.kill();
        try (var again = FrameRing.open(disk, NAME, BYTES)) {
            assertThat(again.get(1)).contains(frame(1, 100).array());
            assertThat(again.put(frame(3, 100)))
                    .as("the number of the lost one")
                    .isEqualTo(2);
            assertThat(again.get(2)).contains(frame(3, 100).array());
        }
    }

    @Test
    void onAFullDiskFramesWaitAndTheOldestBlocksAreLost() throws IOException {
        long size = 20L * BLOCK;
        try (var ring = FrameRing.open(disk, NAME, size)) {
            ring.put(frame(1, 1_000));
            ring.flush();
            disk.capacity(disk.usedBytes());
            int perBlock = BLOCK / 1_028;
            long last = 1;
            while (ring.lostBlocks() == 0) last = ring.put(frame(last + 1, 1_000));
            assertThat(last).isGreaterThan(FrameRing.FULL_BLOCKS_MAX * perBlock);
            assertThatThrownBy(ring::flush).isInstanceOf(Disk.NoSpace.class);
            assertThat(ring.get(1))
                    .as("on the disk already")
                    .contains(frame(1, 1_000).array());
            assertThat(ring.get(last)).isEmpty();
            disk.capacity(Long.MAX_VALUE);
            assertThat(ring.get(last)).contains(frame(last, 1_000).array());
            assertThat(ring.get(last - (FrameRing.FULL_BLOCKS_MAX - 1L) * perBlock))
                    .isPresent();
            assertThat(ring.get(10)).as("lost with its block").isEmpty();
        }
    }

    @Test
    void puttingDoesNotWaitForAFlush() throws Exception {
        var ring = FrameRing.open(disk, NAME, BYTES);
        ring.put(frame(1, 1_000));
        var done = new java.util.concurrent.CountDownLatch(1);
        synchronized (disk) { // the write of the flush waits here
            var flush = Thread.ofPlatform().start(() -> {
                try {
                    ring.flush();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            while (flush.getState() != Thread.State.BLOCKED) Thread.onSpinWait();
            var put = Thread.ofPlatform().start(() -> {
                for (int i = 2; i <= 300; i++) ring.put(frame(i, 1_000));
                done.countDown();
            });
            assertThat(done.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            put.join();
        }
        for (int i = 300; i > 200; i--)
            assertThat(ring.get(i)).contains(frame(i, 1_000).array());
        ring.close();
    }

    @Test
    void framesOfEveryLengthAreKept() throws IOException {
        try (var ring = FrameRing.open(disk, NAME, BYTES)) {
            for (int length : new int[] {0, 1, FrameRing.FRAME_BYTES_MAX, 3, FrameRing.FRAME_BYTES_MAX, 0}) {
                long id = ring.put(frame(length, length));
                assertThat(ring.get(id)).contains(frame(length, length).array());
            }
            var buffer = frame(1, 9).position(4);
            assertThat(ring.get(ring.put(buffer)))
                    .hasValueSatisfying(kept -> assertThat(kept).hasSize(5));
            assertThat(buffer.position()).isEqualTo(4);
            assertThatThrownBy(() -> ring.put(ByteBuffer.allocate(FrameRing.FRAME_BYTES_MAX + 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("65537");
        }
        for (long bytes : new long[] {-1, 0, 2L * BLOCK - 1, (1L << 30) + BLOCK})
            assertThatThrownBy(() -> FrameRing.open(disk, NAME, bytes))
                    .hasMessageContaining("256 KiB to 1 GiB, not " + bytes);
    }

    @Test
    void numbersGrowThroughRestartsAndFramesOfEarlierRoundsAreThere() throws IOException {
        var lengths = new SplittableRandom(3);
        long last = 0;
        var before = new TreeMap<Long, ByteBuffer>();
        for (int life = 0; life < 25; life++) {
            try (var ring = FrameRing.open(disk, NAME, BYTES)) {
                assertThat(frames(ring, last)).isEqualTo(before);
                for (int i = lengths.nextInt(80); i > 0; i--) {
                    long id = ring.put(frame(last, lengths.nextInt(3_000)));
                    assertThat(id).isEqualTo(++last);
                }
                before = frames(ring, last);
                if (last > 0) assertThat(before.lastKey()).isEqualTo(last);
                for (long id = 1; id <= last; id += 29) assertSame(FrameRing.look(disk, NAME, id), ring.get(id));
            }
        }
        assertThat(before.firstKey()).isGreaterThan(1);
        assertThat(before).hasSize((int) (last - before.firstKey() + 1)).hasSizeGreaterThan(100);
        assertThat(FrameRing.look(disk, "another", 1)).isEmpty();
    }

    @Test
    void aLargerRingKeepsAllAndASmallerOneGoesOnCounting() throws IOException {
        long last = fill(BYTES, 1_000);
        TreeMap<Long, ByteBuffer> before;
        try (var ring = FrameRing.open(disk, NAME, BYTES)) {
            before = frames(ring, last);
        }
        try (var larger = FrameRing.open(disk, NAME, 6L * BLOCK)) {
            assertThat(frames(larger, last)).isEqualTo(before);
        }
        assertThat(fill(6L * BLOCK, 2_000)).isEqualTo(last += 2_000);
        assertThat(disk.usedBytes()).isBetween(5L * BLOCK, 6L * BLOCK);
        for (int i = 0; i < 9; i++) {
            last = fill(6L * BLOCK, 90); // ends in another block each time
            FrameRing.open(disk, NAME, 2L * BLOCK).close();
            assertThat(disk.usedBytes()).isLessThanOrEqualTo(2L * BLOCK);
            try (var smaller = FrameRing.open(disk, NAME, 2L * BLOCK)) {
                long id = smaller.put(frame(5, 5));
                assertThat(id).isBetween(last + 1, last + 2);
                assertThat(smaller.get(id)).contains(frame(5, 5).array());
                assertThat(frames(smaller, last)).isNotEmpty();
            }
            fill(6L * BLOCK, 250);
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void afterAKillAllIsThereAndAfterAPowerCutNothingWrongIs(@ForAll long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var failing = new SimulatedDisk(seed);
        var put = new HashMap<Long, List<ByteBuffer>>(); // after a power cut a number may come again
        for (int life = 0; life < 6; life++) {
            var ring = FrameRing.open(failing, NAME, BYTES);
            long last = 0;
            boolean oneLength = random.nextBoolean(); // then old records stand where new ones will
            for (int i = random.nextInt(300); i > 0; i--) {
                var frame = frame(random.nextInt(), oneLength ? 1_000 : random.nextInt(3_000));
                last = ring.put(frame);
                put.computeIfAbsent(last, _ -> new ArrayList<>()).add(frame);
            }
            var before = frames(ring, last);
            boolean killed = random.nextBoolean();
            if (random.nextInt(3) == 0) ring.close();
            if (killed) failing.kill();
            else failing.cutPower();
            try (var again = FrameRing.open(failing, NAME, BYTES)) {
                if (killed) assertThat(frames(again, last)).isEqualTo(before);
                for (var id : put.keySet()) {
                    var frame = again.get(id);
                    if (id % 3 == 0) assertSame(FrameRing.look(failing, NAME, id), frame);
                    frame.ifPresent(bytes -> assertThat(put.get(id)).contains(ByteBuffer.wrap(bytes)));
                }
                var frame = frame(random.nextInt(), 100);
                long id = again.put(frame);
                if (killed && last > 0) assertThat(id).isEqualTo(last + 1);
                put.computeIfAbsent(id, _ -> new ArrayList<>()).add(frame);
                assertThat(again.get(id)).contains(frame.array());
            }
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void flippedBitsCostTheFramesThatTheyAreInAndNoWrongOneIsGiven(@ForAll long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var worn = new SimulatedDisk(seed);
        var put = new TreeMap<Long, byte[]>();
        try (var ring = FrameRing.open(worn, NAME, BYTES)) {
            for (int i = 0; i < 600; i++) {
                var frame = frame(i, random.nextInt(1_500));
                put.put(ring.put(frame), frame.array());
            }
        }
        for (int i = random.nextInt(1, 40); i > 0; i--) worn.flip(NAME, random.nextLong(8 * worn.usedBytes()));
        try (var ring = FrameRing.open(worn, NAME, BYTES)) {
            for (var id : put.keySet())
                ring.get(id).ifPresent(frame -> assertThat(frame).isEqualTo(put.get(id)));
            var frame = frame(seed, 50);
            assertThat(ring.get(ring.put(frame))).contains(frame.array());
        }
    }

    @Test
    void aFlippedBitInAFrameCostsThatFrameAlone() throws IOException {
        fill(BYTES, 100);
        disk.flip(NAME, 8L * (40 * (FrameRing.HEADER_BYTES + 1_000) + 500)); // in frame 41
        try (var ring = FrameRing.open(disk, NAME, BYTES)) {
            assertThat(frames(ring, 100)).hasSize(99).doesNotContainKey(41L);
            assertThat(ring.put(frame(1, 1))).isEqualTo(101);
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void aFileOfAnyBytesIsTakenForAnEmptyRing(@ForAll long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var foreign = new SimulatedDisk(seed);
        try (var file = foreign.open(NAME)) {
            file.write(frame(seed, random.nextInt(5 * BLOCK)), 0);
        }
        assertThat(FrameRing.look(foreign, NAME, random.nextLong())).isEmpty();
        try (var ring = FrameRing.open(foreign, NAME, BYTES)) {
            assertThat(foreign.usedBytes()).isLessThanOrEqualTo(BYTES);
            assertThat(ring.put(frame(seed, 70))).isEqualTo(1);
            assertThat(ring.get(1)).contains(frame(seed, 70).array());
        }
    }

    /// Frames that are full of records as the ring would write them, one byte further each time, so that the newest
    /// record of the next round ends before such a one, with the very number that would come next.
    @Test
    void recordsInsideFramesAreNotTakenForOurs() throws IOException {
        int perRound = 2 * (BLOCK / 4_096); // frames of 4 KiB: fewer than fit
        for (int shift = 0; shift < 30; shift++) {
            var hostile = new SimulatedDisk(shift);
            long next;
            try (var ring = FrameRing.open(hostile, NAME, 2L * BLOCK)) {
                long target = perRound + 2;
                for (int i = 0; i < perRound; i++) ring.put(forged(shift, target, 4_096));
                for (next = ring.put(frame(1, 0)); next < target - 1; next++) ring.put(frame(1, 10));
                assertThat(next).isEqualTo(target - 1);
            }
            assertNothingForged(hostile, next + 1);
        }
    }

    @Test
    void aRecordWithAnImpossibleNumberIsNoRecord() throws IOException {
        for (long id : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62}) {
            try (var file = disk.open(NAME)) {
                file.write(forged(0, id, 200), 0);
            }
            try (var ring = FrameRing.open(disk, NAME, BYTES)) {
                assertThat(ring.get(id)).isEmpty();
                assertThat(ring.put(frame(1, 1))).isEqualTo(1);
            }
        }
    }

    private static void assertNothingForged(SimulatedDisk hostile, long next) throws IOException {
        assertThat(FrameRing.look(hostile, NAME, next)).isEmpty();
        try (var ring = FrameRing.open(hostile, NAME, 2L * BLOCK)) {
            assertThat(ring.get(next)).isEmpty();
            assertThat(ring.put(frame(7, 7))).isEqualTo(next);
        }
    }

    /// Records without bytes, all with one id.
    private static ByteBuffer forged(int shift, long id, int length) {
        var all = ByteBuffer.allocate(length).position(shift);
        while (all.remaining() >= FrameRing.HEADER_BYTES) {
            int at = all.position();
            all.putInt(FrameRing.MAGIC).putInt(0).putLong(id).putInt(0);
            all.putInt(FrameRing.checksum(all.slice(at, FrameRing.HEADER_BYTES - 4)));
        }
        return all.rewind();
    }

    /// Puts frames of 1,000 bytes and returns the last one's number.
    private long fill(long bytes, int frames) throws IOException {
        long last = 0;
        try (var ring = FrameRing.open(disk, NAME, bytes)) {
            for (int i = 0; i < frames; i++) last = ring.put(frame(i, 1_000));
        }
        return last;
    }

    private static TreeMap<Long, ByteBuffer> frames(FrameRing ring, long last) throws IOException {
        var frames = new TreeMap<Long, ByteBuffer>();
        for (long id = Math.max(1, last - WINDOW); id <= last; id++) {
            var frame = ring.get(id);
            if (frame.isPresent()) frames.put(id, ByteBuffer.wrap(frame.get()));
        }
        return frames;
    }

    private static void assertSame(Optional<byte[]> one, Optional<byte[]> other) {
        assertThat(one.map(ByteBuffer::wrap)).isEqualTo(other.map(ByteBuffer::wrap));
    }

    private static ByteBuffer frame(long seed, int length) {
        var bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
