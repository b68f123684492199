package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NodeClockTest {
    @Test
    void aFastClockMultipliesBothClocksAndDividesWaits() throws Exception {
        var box = new SimulatedClock(5_000_000);
        var fast = new SpeedClock(box, 60, 1_000_000_000);
        long nanos = fast.nanoTime();
        box.advance(Duration.ofSeconds(2));
        assertThat(fast.wallMicros()).isEqualTo(1_000_000_000 + 120_000_000);
        assertThat(fast.nanoTime() - nanos).isEqualTo(Duration.ofMinutes(2).toNanos());
        var sleeper = Thread.ofVirtual().start(() -> {
            try {
                fast.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(box.awaitSleeper()).isEqualTo(Duration.ofSeconds(1));
        box.advance(Duration.ofSeconds(1));
        sleeper.join();
    }

    @Test
    void aSpeedHasItsLimits() {
        for (double speed : new double[] {0, -1, Double.NaN, SpeedClock.SPEED_MAX * 2})
            assertThatThrownBy(() -> new SpeedClock(NodeClock.real(), speed, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("more than 0");
    }

    @Test
    void aWallStepMovesTheWallAlone() {
        var clock = new SimulatedClock(100);
        clock.stepWall(Duration.ofHours(-1));
        assertThat(clock.nanoTime()).isZero();
        assertThat(clock.wallMicros()).isEqualTo(100 - 3_600_000_000L);
    }

    @Test
    void aReceiptIsCompletedOnceAndTellsWhoWaits() throws Exception {
        var receipt = new Receipt();
        assertThat(receipt.awaitDurable(Duration.ZERO)).isFalse();
        assertThat(receipt.awaitOutcome(Duration.ofMillis(1))).isEmpty();
        Thread.ofVirtual().start(receipt::durable);
        assertThat(receipt.awaitDurable(Duration.ofSeconds(20))).isTrue();
        receipt.failed();
        assertThat(receipt.awaitDurable(Duration.ZERO)).isTrue();
        var failed = new Receipt();
        Thread.ofVirtual().start(failed::failed);
        assertThat(failed.awaitDurable(Duration.ofSeconds(20))).isFalse();
    }
}
