package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.simulation.PlantedBugs.Bug;
import io.linkspan.simulation.PlantedBugs.Infected;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The simulated world finds each planted bug.
class PlantedBugsTest {
    /// Most seeds until a bug must be found.
    static final int SEEDS_MAX = 2_000;

    /// A few that need one seed are enough for each build; all of them run under the tag `long`.
    static Stream<Bug> some() {
        return Stream.of(0, 1, 2, 4, 6, 9, 13).map(PlantedBugs.ALL::get);
    }

    static List<Bug> all() {
        return PlantedBugs.ALL;
    }

    @Test
    void thereAreThirtyOrMore() {
        assertThat(PlantedBugs.ALL).hasSizeGreaterThanOrEqualTo(30);
        assertThat(PlantedBugs.ALL.stream().map(Bug::name).distinct()).hasSameSizeAs(PlantedBugs.ALL);
    }

    @ParameterizedTest
    @MethodSource("some")
    void isFound(Bug bug) {
        assertThat(seedsUntilFound(bug, SEEDS_MAX)).isLessThanOrEqualTo(SEEDS_MAX);
    }

    @ParameterizedTest
    @MethodSource("all")
    @Tag("long")
    void eachIsFound(Bug bug) {
        assertThat(seedsUntilFound(bug, SEEDS_MAX)).isLessThanOrEqualTo(SEEDS_MAX);
    }

    private static int seedsUntilFound(Bug bug, int most) {
        var world = new Infected(bug);
        for (int seed = 1; seed <= most; seed++) if (!world.verdict(seed).isEmpty()) return seed;
        return most + 1;
    }
}
