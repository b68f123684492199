package io.linkspan.insight;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Cell;
import io.linkspan.model.Hold;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Wish;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What is asked back because of how the site is.
class CautionTest {
    private static Understood said(String sentence, Situation situation) {
        return Corpus.interpreter("home", Language.EN)
                .read(sentence, Language.EN, Corpus.NOW, situation)
                .understood();
    }

    private static Situation held(String path, Value value, Priority priority, Optional<String> outOfService) {
        var hold = new Hold(
                7, 1, 0, Principal.person("frost rule"), priority, new Wish.Want(value), 1, 0, Hold.WITHOUT_END);
        var duty = new Cell.Duty(
                Optional.of(value),
                new Result.Charge(Result.By.HOLD, 7, 0, 0),
                List.of(hold),
                outOfService,
                Cell.WriteState.SETTLED,
                Optional.empty());
        var cell = new Cell(1, Optional.empty(), 0, 0, Optional.of(duty), 0, "", true, false);
        return p -> p.equals(path) ? Optional.of(cell) : Optional.empty();
    }

    private static void assertAsked(Understood understood, Understood.Why why, String choice) {
        assertThat(understood).isInstanceOfSatisfying(Understood.Asked.class, a -> {
            assertThat(a.why()).isEqualTo(why);
            assertThat(a.choices()).extracting(Intent::canonical).contains(choice);
        });
    }

    @Test
    void whatAHigherPriorityHoldsIsAskedBack() {
        var frost = held("boiler.on", Value.Flag.ON, Priority.PROTECT, Optional.empty());
        assertAsked(said("turn off the boiler", frost), Understood.Why.OUTRANKED, "set boiler.on=false");
        var link = held("boiler.on", Value.Flag.ON, Priority.ECONOMY, Optional.empty());
        assertThat(said("turn off the boiler", link)).isInstanceOf(Understood.Meant.class);
    }

    @Test
    void whatIsOutOfServiceIsAskedBack() {
        var out = held("boiler.on", Value.Flag.ON, Priority.ECONOMY, Optional.of("being changed"));
        assertAsked(said("turn off the boiler", out), Understood.Why.OUT_OF_SERVICE, "set boiler.on=false");
    }

    @Test
    void aTemperatureFarFromNowIsAskedBack() {
        var now = held("bedroom_thermostat.setpoint", new Value.Num(18), Priority.COMFORT, Optional.empty());
        assertAsked(
                said("set the bedroom to 27 degrees", now), Understood.Why.FAR, "set bedroom_thermostat.setpoint=27");
        assertThat(said("set the bedroom to 20 degrees", now)).isInstanceOf(Understood.Meant.class);
    }

    @Test
    void whatIsOutOfRangeIsAskedBackWithTheNearest() {
        assertAsked(
                said("set the bedroom to 45 degrees", Situation.NOTHING_KNOWN),
                Understood.Why.OUT_OF_RANGE,
                "set bedroom_thermostat.setpoint=30");
    }

    @Test
    void locksAndGatesAndCoolingAreAskedBack() {
        assertAsked(
                said("unlock the front door", Situation.NOTHING_KNOWN),
                Understood.Why.RISKY,
                "set front_door.locked=false");
        var stop = Corpus.interpreter("cold_store", Language.EN)
                .read("turn off compressor 1", Language.EN, Corpus.NOW, Situation.NOTHING_KNOWN)
                .understood();
        assertAsked(stop, Understood.Why.KEEPS_GOODS, "set compressor_1.on=false");
    }

    @Test
    void oneOfSeveralThatIsAskedBackHoldsUpTheOthers() {
        assertAsked(
                said("turn off the hall light and unlock the front door", Situation.NOTHING_KNOWN),
                Understood.Why.RISKY,
                "set hall_light.on=false ; set front_door.locked=false");
    }
}
