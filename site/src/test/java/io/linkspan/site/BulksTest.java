package io.linkspan.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.BulkOrder;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Outcome.Cause;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Value.Num;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// One order over many actuators.
class BulksTest {
    private static final long SECOND = Bench.SECOND;
    private static final int LAMPS = 6;

    private final Bench bench = Bench.of(street());

    BulksTest() {
        for (int i = 1; i <= LAMPS - 2; i++) bench.reads("lamp_" + i + ".dim", 0);
    }

    /// Six lamps; the last two sleep.
    private static String street() {
        var things = new ArrayList<String>();
        for (int i = 1; i <= LAMPS; i++) things.add("""
                    { "id": "lamp_%d", "connector": "street", %s
                      "properties": { "power": { "type": "number", "at": "%d" },
                                      "dim": { "type": "number", "writable": true, "range": [0, 100], "at": "%d" } } }
                    """.formatted(i, i > 4 ? "\"sleeps\": \"1h\"," : "", i, 100 + i));
        return """
                { "linkspan": 1, "site": "street", "zone": "Europe/Brussels", "armed": true,
                  "connectors": [ { "id": "street", "type": "modbus_tcp", "endpoint": "127.0.0.1:5020" } ],
                  "things": [ %s ] }
                """.formatted(String.join(",", things));
    }

    private Step order(int lamps, double value, long every, int atOnce, int failuresMax) {
        var all = new ArrayList<Integer>();
        for (int i = 1; i <= lamps; i++) all.add(bench.number("lamp_" + i + ".dim"));
        return bench.input(new Input.Bulk(
                new BulkOrder("evening", all, new Num(value), Priority.MANUAL, 0, 0, every, atOnce, failuresMax)));
    }

    private Bulk bulk() {
        return bench.site.bulks().all().iterator().next();
    }

    private void answerAll(Outcome outcome) {
        for (var w : List.copyOf(bench.writes))
            bench.input(Principal.device(""), new Input.Answered(w.write(), outcome, 0, 0));
        bench.writes.clear();
    }

    @Test
    void eachActuatorGetsACommandAtTheRateThatWasAskedFor() {
        order(4, 30, SECOND, 100, 0);
        bench.pass(10);
        assertThat(bench.writes).hasSize(1);
        bench.pass(SECOND);
        assertThat(bench.writes).hasSize(2);
        bench.pass(2 * SECOND);
        assertThat(bench.writes).hasSize(4);
        answerAll(new Outcome.Done(Optional.of(new Num(30))));
        assertThat(bulk().done()).isEqualTo(4);
        assertThat(bulk().isOver()).isTrue();
        assertThat(bulk().phase()).isEqualTo("ended");
    }

    @Test
    void noMoreAreUnderWayThanWereAllowed() {
        order(4, 30, 1_000, 2, 0);
        bench.pass(10 * SECOND);
        assertThat(bench.writes).hasSize(2);
        answerAll(new Outcome.Done(Optional.of(new Num(30))));
        bench.pass(SECOND);
        assertThat(bench.writes).hasSize(2);
        assertThat(bulk().begun()).isEqualTo(4);
    }

    @Test
    void tooManyFailuresStopIt() {
        order(4, 30, SECOND, 1, 2);
        bench.pass(10);
        answerAll(new Outcome.Refused("hot"));
        bench.pass(2 * SECOND);
        answerAll(new Outcome.Refused("hot"));
        bench.pass(10 * SECOND);
        assertThat(bulk().phase()).isEqualTo("stopped");
        assertThat(bulk().begun()).isEqualTo(2);
        assertThat(bulk().failed()).isEqualTo(2);
        assertThat(bulk().isOver()).isTrue();
    }

    @Test
    void aTargetThatTheSiteRefusesIsAFailureOfItsOwn() {
        order(2, 130, 1_000, 10, 0);
        bench.pass(SECOND);
        assertThat(bulk().failed()).isEqualTo(2);
        assertThat(bulk().outcome(0)).containsInstanceOf(Outcome.Refused.class);
        assertThat(bulk().isOver()).isTrue();
    }

    @Test
    void theRestIsTakenBackAndWhatWasSentGoesOn() {
        order(6, 30, SECOND, 100, 0);
        bench.pass(SECOND + 10);
        bench.input(new Input.Cancel(bulk().number()));
        bench.pass(100 * SECOND / 10);
        assertThat(bulk().phase()).isEqualTo("cancelled");
        assertThat(bulk().begun()).isEqualTo(2);
        assertThat(bulk().isOver()).isFalse();
        answerAll(new Outcome.Done(Optional.of(new Num(30))));
        assertThat(bulk().done()).isEqualTo(2);
        assertThat(bulk().isOver()).isTrue();
    }

    @Test
    void whoSleepsKeepsNobodyWaitingAndIsCancelledWithTheRest() {
        order(6, 30, 1_000, 1, 0);
        for (int i = 0; i < 4; i++) {
            bench.pass(SECOND);
            answerAll(new Outcome.Done(Optional.of(new Num(30))));
        }
        bench.pass(SECOND);
        assertThat(bulk().begun()).isEqualTo(6);
        assertThat(bulk().underWay()).isEqualTo(2);
        bench.input(new Input.Cancel(bulk().number()));
        assertThat(bulk().outcome(4)).contains(new Outcome.NotSent(Cause.CANCELLED));
        assertThat(bulk().isOver()).isTrue();
        bench.reads("lamp_5.power", 1);
        assertThat(bench.writes).isEmpty();
    }

    @Test
    void theSameKeyIsOneOrder() {
        order(4, 30, SECOND, 100, 0);
        assertThat(order(4, 30, SECOND, 100, 0).results()).isEmpty();
        assertThat(bench.site.bulks().all()).hasSize(1);
    }

    @Test
    void aRestartGoesOnAndBeginsNothingTwice() {
        order(4, 30, SECOND, 100, 0);
        bench.pass(SECOND + 10);
        var image = new ByteWriter();
        bench.site.image().write(image);
        var restored = Site.restore(image.view());
        assertThat(restored.image().hash()).isEqualTo(bench.site.image().hash());
        bench.input(new Input.Started("test", false, Bench.START_WALL));
        bench.input(new Input.LineChanged(1, true, ""));
        bench.writes.clear();
        bench.pass(5 * SECOND);
        var begun = bench.steps.stream()
                .flatMap(s -> s.results().stream())
                .filter(r -> r instanceof Result.BulkMoved m && m.move() == Result.BulkMove.BEGAN)
                .map(r -> ((Result.BulkMoved) r).target())
                .toList();
        assertThat(begun).containsExactly(0, 1, 2, 3);
    }

    @Test
    void seventeenAreOneTooMany() {
        for (int i = 0; i <= Bulks.UNDER_WAY_MAX; i++)
            bench.input(new Input.Bulk(new BulkOrder(
                    "o" + i,
                    List.of(bench.number("lamp_5.dim")),
                    new Num(i),
                    Priority.MANUAL,
                    0,
                    0,
                    BulkOrder.EVERY_MICROS_MAX,
                    1,
                    0)));
        assertThat(bench.site.bulks().all()).hasSize(Bulks.UNDER_WAY_MAX);
        assertThat(bench.site.outcome("o" + Bulks.UNDER_WAY_MAX)).containsInstanceOf(Outcome.Refused.class);
    }

    @Test
    void limitsHaveASentence() {
        var one = List.of(1);
        assertThatThrownBy(() -> new BulkOrder("k", List.of(), new Num(1), Priority.MANUAL, 0, 0, SECOND, 1, 0))
                .hasMessageContaining("1..10000");
        assertThatThrownBy(() -> new BulkOrder("k", List.of(1, 1), new Num(1), Priority.MANUAL, 0, 0, SECOND, 1, 0))
                .hasMessageContaining("once");
        assertThatThrownBy(() -> new BulkOrder("k", one, new Num(1), Priority.MANUAL, 0, 0, 1, 1, 0))
                .hasMessageContaining("1000 commands a second");
        assertThatThrownBy(() -> new BulkOrder("k", one, new Num(1), Priority.MANUAL, 0, 0, SECOND, 0, 0))
                .hasMessageContaining("at once");
    }
}
