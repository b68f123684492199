package io.linkspan.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Property 2 and link 2 are private.
class ContractTest {
    private static final EntryCodec.Privacy CLOSED = new EntryCodec.Privacy() {
        @Override
        public boolean property(int number) {
            return number == 2;
        }

        @Override
        public boolean link(int number) {
            return number == 2;
        }
    };

    private static Optional<Entry> let(Input input, Result... results) {
        return Contract.OWNER.let(
                new Entry(1, 7, new Moment(1, 2), Principal.SYSTEM, input, List.of(results), false), CLOSED);
    }

    private static Reading reading(int property) {
        return Reading.good(property, new Value.Num(property));
    }

    @Test
    void openReadingsPassAndPrivateOnesDoNot() {
        var both = List.of(reading(1), reading(2));
        var shown = let(new Input.Frame(1, both, 5, 6), new Result.Took(both)).orElseThrow();
        assertThat(shown.input()).isEqualTo(new Input.Frame(1, List.of(reading(1)), 5, 6));
        assertThat(shown.results()).containsExactly(new Result.Took(List.of(reading(1))));
        assertThat(shown.seq()).isEqualTo(7);
    }

    @Test
    void aWindowsValuePassesAsAReadingDoes() {
        var open = computed(1);
        assertThat(let(new Input.Due(Input.Timer.WINDOW, 1), open, computed(2))
                        .orElseThrow()
                        .results())
                .containsExactly(open);
        var outside = new Contract("baker", 1, java.util.Set.of(), Duration.ZERO, Duration.ZERO, Long.MAX_VALUE);
        var entry = new Entry(
                1,
                7,
                new Moment(1, 2),
                Principal.SYSTEM,
                new Input.Due(Input.Timer.WINDOW, 1),
                List.of(open, computed(2), new Result.CaughtUp(1, 1, 0)),
                false);
        assertThat(outside.let(entry, CLOSED).orElseThrow().results()).containsExactly(open);
    }

    private static Result computed(int property) {
        return new Result.Computed(property, 0, 60, Optional.of(new Value.Num(property)), Quality.GOOD, 60, 3, false);
    }

    @Test
    void anEntryOfPrivateThingsAloneIsLeftOut() {
        var closed = List.of(reading(2));
        assertThat(let(new Input.Frame(1, closed, 0, 0), new Result.Took(closed)))
                .isEmpty();
        assertThat(let(new Input.Set("k", 2, Optional.of(Value.Flag.ON), Priority.MANUAL, 0, 0)))
                .isEmpty();
    }

    @Test
    void theWriteToAPrivateActuatorIsLeftOutAndThatItsLinkActedIsNot() {
        var moved = new Result.LinkMoved(2, 1, Result.Move.HOLDS, Double.NaN, Optional.empty(), 0, 0);
        var write = new Result.WriteOrdered(9, 2, Optional.empty(), 0, 0, false);
        var shown = let(new Input.Due(Input.Timer.SILENCE, 2), moved, write).orElseThrow();
        assertThat(shown.results()).containsExactly(moved);
    }

    @Test
    void theWriteToAnOpenActuatorPasses() {
        var write = new Result.WriteOrdered(9, 1, Optional.of(Value.Flag.ON), 0, 0, false);
        assertThat(let(new Input.Due(Input.Timer.ACTUATOR, 1), write)
                        .orElseThrow()
                        .results())
                .containsExactly(write);
    }
}
