package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void aTimeIsToldAsAnInstantTellsIt() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            long micros = random.nextLong(-62_000_000_000_000_000L, 300_000_000_000_000_000L);
            same(micros);
            same(micros / 1_000 * 1_000);
            same(micros / 1_000_000 * 1_000_000);
            same(micros / 86_400_000_000L * 86_400_000_000L);
        }
        same(0);
        same(-1);
        same(Long.MAX_VALUE);
        same(Long.MIN_VALUE);
    }

    private static void same(long micros) {
        assertThat(Words.time(micros))
                .isEqualTo(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString());
    }
}
