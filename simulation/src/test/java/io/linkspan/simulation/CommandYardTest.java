package io.linkspan.simulation;

import static io.linkspan.simulation.PlantedBugs.bug;
import static io.linkspan.simulation.PlantedBugs.drop;
import static io.linkspan.simulation.PlantedBugs.negate;
import static io.linkspan.simulation.PlantedBugs.returnEarly;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.simulation.PlantedBugs.Bug;
import io.linkspan.simulation.PlantedBugs.Infected;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What is told of commands never runs ahead of the devices' own books, and each is explained.
class CommandYardTest {
    /// Most seeds until a bug must be found.
    private static final int SEEDS_MAX = 20;

    static final List<Bug> BUGS = List.of(
            bug("done is told before the machine reads so", "site.Commands", "look", negate(12)),
            bug("a lost answer is waited for without end", "site.Commands", "unanswered", returnEarly()),
            bug("what was sent is told as not sent", "site.Commands", "unsent", negate(1)),
            bug("an action on its way is sent again", "site.Commands", "heardAgain", drop("containsKey")),
            bug("a command on its way is told as cancelled", "site.Commands", "withdrawn", drop("containsKey")),
            bug("an order over many forgets its outcomes", "site.Bulks", "ended", returnEarly()));

    @Test
    void aThousandCommandsAreToldAsTheyWere() {
        holds(CommandYard.of(7, 1_000), 1_000);
    }

    @Test
    @Tag("long")
    void tenThousandCommandsAreToldAsTheyWere() {
        holds(CommandYard.of(33, 10_000), 10_000);
    }

    private static void holds(CommandYard.Verdict verdict, int commands) {
        assertThat(verdict.violation()).as(verdict.toString()).isEmpty();
        assertThat(verdict.explained()).isEqualTo(verdict.commands());
        assertThat(verdict.commands()).as(verdict.toString()).isGreaterThanOrEqualTo(commands);
        assertThat(verdict.outcomes()).containsOnlyKeys("Done", "Refused", "Outranked", "NotSent", "InDoubt");
    }

    @Test
    void theSameSeedGivesTheSameYard() {
        assertThat(CommandYard.of(3)).isEqualTo(CommandYard.of(3));
    }

    @ParameterizedTest
    @FieldSource("BUGS")
    void aPlantedBugIsFound(Bug bug) {
        var yard = new Infected(bug, "CommandYard");
        int seed = 1;
        while (seed <= SEEDS_MAX && yard.verdict(seed).isEmpty()) seed++;
        assertThat(seed).as("seeds until it was found").isLessThanOrEqualTo(SEEDS_MAX);
    }
}
