package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The simulated world from fixed seeds.
class WorldTest {
    /// Worlds of the long run, unless `-Dlinkspan.seeds` says another number.
    private static final int SEEDS_LONG = 2_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void allInvariantsHold(long seed) {
        var verdict = World.of(seed);
        assertThat(verdict.violation())
                .as("%s%n%s", verdict, String.join("\n", verdict.story()))
                .isEmpty();
        assertThat(verdict.entries()).isGreaterThan(100);
    }

    @Test
    void theSameSeedIsTheSameWorld() {
        assertThat(World.of(42).toString()).isEqualTo(World.of(42).toString());
        assertThat(World.of(42).story()).isEqualTo(World.of(42).story());
    }

    @Test
    void aDiskThatOnlySaysThatItSyncedIsFound() {
        long found = 0;
        for (long seed = 1; seed <= 20; seed++)
            if (World.withoutSync(seed).violation().isPresent()) found++;
        assertThat(found).isPositive();
    }

    @Test
    @Tag("long")
    void manyWorlds() {
        for (long seed = 1; seed <= Integer.getInteger("linkspan.seeds", SEEDS_LONG); seed++) {
            var verdict = World.of(seed);
            assertThat(verdict.violation())
                    .as("%s%n%s", verdict, String.join("\n", verdict.story()))
                    .isEmpty();
        }
    }
}
