package io.linkspan.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class FrameRingTest {
    private static final long BYTES = 200_000;

    @Test
    void theNewestFramesAreThereAndTheOldestMakeRoom() throws IOException {
        var disk = new SimulatedDisk(1);
        try (var ring = FrameRing.open(disk, "frames.ring", BYTES)) {
            long first = ring.put(frame(1, 1_000));
            assertThat(ring.get(first)).contains(frame(1, 1_000).array());
            long last = first;
            for (int i = 2; i <= 1_000; i++) {
                long id = ring.put(frame(i, 1_000));
                assertThat(id).isGreaterThan(last);
                last = id;
            }
            assertThat(ring.get(first)).isEmpty();
            assertThat(ring.get(last)).contains(frame(1_000, 1_000).array());
            assertThat(ring.get(last + 1)).isEmpty();
            assertThat(ring.get(-1)).isEmpty();
            assertThat(disk.usedBytes()).isLessThanOrEqualTo(BYTES + 16);
            assertThatThrownBy(() -> ring.put(ByteBuffer.allocate(FrameRing.FRAME_BYTES_MAX + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whoOnlyLooksSeesTheSameWithoutKnowingItsSize() throws IOException {
        var disk = new SimulatedDisk(1);
        assertThat(FrameRing.look(disk, "frames.ring", 0)).isEmpty();
        long first;
        long last = 0;
        try (var ring = FrameRing.open(disk, "frames.ring", BYTES)) {
            first = ring.put(frame(1, 1_000));
            assertThat(FrameRing.look(disk, "frames.ring", first)).contains(frame(1, 1_000).array());
            for (int i = 2; i <= 1_000; i++) last = ring.put(frame(i, 1_000));
        }
        assertThat(FrameRing.look(disk, "frames.ring", last)).contains(frame(1_000, 1_000).array());
        assertThat(FrameRing.look(disk, "frames.ring", first)).isEmpty();
        assertThat(FrameRing.look(disk, "frames.ring", last + 1)).isEmpty();
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void afterAKillAllIsThereAndAfterAPowerCutNothingWrongIs(@ForAll long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var disk = new SimulatedDisk(seed);
        var put = new HashMap<Long, byte[]>();
        for (int life = 0; life < 6; life++) {
            var ring = FrameRing.open(disk, "frames.ring", BYTES);
            long last = -1;
            for (int i = random.nextInt(400); i > 0; i--) {
                var frame = frame(random.nextInt(), random.nextInt(3_000));
                last = ring.put(frame);
                put.put(last, frame.array());
            }
            boolean killed = random.nextBoolean();
            if (random.nextInt(3) == 0) ring.close();
            if (killed) disk.kill();
            else disk.cutPower();
            try (var again = FrameRing.open(disk, "frames.ring", BYTES)) {
                if (killed && last >= 0) assertThat(again.get(last)).contains(put.get(last));
                for (var id : put.keySet()) {
                    var frame = again.get(id);
                    if (frame.isPresent()) assertThat(frame.get()).isEqualTo(put.get(id));
                }
            }
        }
    }

    private static ByteBuffer frame(long seed, int length) {
        var bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
