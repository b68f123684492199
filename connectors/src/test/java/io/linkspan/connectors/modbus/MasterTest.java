package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.point;
import static io.linkspan.connectors.modbus.TestPoints.read;
import static io.linkspan.connectors.modbus.TestPoints.settings;
import static io.linkspan.connectors.modbus.TestPoints.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The planner of a bus and its commands against a machine with faults. Time is the surroundings' own: waiting jumps.
class MasterTest {
    private final SimulatedModbusMachine machine = new SimulatedModbusMachine();
    private Optional<TestSurroundings> surroundings = Optional.empty();
    private Optional<TestSurroundings.Running> running = Optional.empty();

    private static final Point TEMPERATURE = read(1, "boiler.temperature", ValueType.NUMBER, 1, "input 4 int16 x0.1");
    private static final Point ON = write(2, "boiler.on", ValueType.FLAG, 1, "coil 0");
    private static final Point SET = write(3, "boiler.set_point", ValueType.NUMBER, 1, "holding 7 int16 x0.5");

    @AfterEach
    void close() throws Exception {
        if (running.isPresent()) running.get().stop();
        if (surroundings.isPresent()) surroundings.get().close();
        machine.close();
    }

    private TestSurroundings start(Point... points) throws Exception {
        return start(new String[] {"timeout", "100ms", "every", "20ms", "back-off-max", "1s"}, points);
    }

    private TestSurroundings start(String[] words, Point... points) throws Exception {
        var here = new TestSurroundings("plant_room", points);
        surroundings = Optional.of(here);
        var all = new ArrayList<>(List.of(words));
        all.add("endpoint");
        all.add("127.0.0.1:" + machine.listenTcp());
        var connector = new ModbusTcp().create(settings(all.toArray(new String[0])));
        running = Optional.of(here.start(connector));
        return here;
    }

    private static void await(BooleanSupplier what) throws InterruptedException {
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        while (!what.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            Thread.sleep(2);
        }
    }

    private SimulatedModbusMachine.Unit boiler() {
        return machine.unit(1)
                .number("input 4 int16 x0.1", 21.5)
                .flag("coil 0", false)
                .number("holding 7 int16 x0.5", 40);
    }

    // Reading

    @Test
    void oneFrameForAnAnsweredRequestWithItsBytes() throws Exception {
        boiler().number("input 5 int16 x0.1", 22);
        var here = start(TEMPERATURE, read(2, "boiler.outside", ValueType.NUMBER, 1, "input 5 int16 x0.1"));
        var frame = here.await(Report.Frame.class);
        assertThat(frame.readings()).hasSize(2);
        byte[] raw = frame.raw().bytes();
        assertThat(raw).hasSize(12 + 13);
        assertThat(raw[7]).as("the function of the request").isEqualTo((byte) 4);
        assertThat(Request.word(raw, 8)).as("its first register").isEqualTo(4);
        assertThat(Request.word(raw, 12 + 9))
                .as("the first register of the answer")
                .isEqualTo(215);
    }

    @Test
    void busyIsNotZero() throws Exception {
        boiler().refuse(ExceptionCode.SERVER_DEVICE_BUSY, 3);
        var here = start(TEMPERATURE);
        assertThat(here.awaitReading(TEMPERATURE, _ -> true).value()).hasToString("21.5");
        assertThat(here.reports(Report.Unit.class))
                .as("three times busy is no reason to call it silent")
                .isEmpty();
    }

    @Test
    void busyAllTheTimeIsTold() throws Exception {
        boiler().refuse(ExceptionCode.SERVER_DEVICE_BUSY, 12);
        var here = start(TEMPERATURE);
        assertThat(here.await(Report.Unit.class).why()).contains("busy all the time");
        here.await(Report.Unit.class, Report.Unit::answers);
        assertThat(here.readings()).allMatch(r -> r.value().toString().equals("21.5"));
    }

    @Test
    void aWrongAddressIsNamedAndTheOthersAreRead() throws Exception {
        boiler();
        var wrong = read(5, "boiler.pressure", ValueType.NUMBER, 1, "input 6 int16");
        var here = start(TEMPERATURE, wrong);
        var told = here.await(Report.Unit.class);
        assertThat(told.properties()).containsExactly(5);
        assertThat(told.why()).contains("boiler.pressure", "input 6 int16", "illegal data address");
        here.awaitReading(TEMPERATURE, _ -> true);
        machine.unit(1).number("input 6 int16", 3);
        here.advance(Duration.ofMinutes(1));
        here.awaitReading(wrong, v -> v.toString().equals("3"));
        here.await(Report.Unit.class, u -> u.answers() && u.properties().contains(5));
    }

    @Test
    void aDeviceThatReadsFewRegistersAtOnceIsLearned() throws Exception {
        var unit = machine.unit(1).readMax(4);
        var points = new ArrayList<Point>();
        for (int i = 0; i < 20; i++) {
            unit.raw(Table.HOLDING, i, 100 + i);
            points.add(read(i + 1, "meter.p" + i, ValueType.NUMBER, 1, "holding " + i));
        }
        var here = start(points.toArray(new Point[0]));
        for (int i = 0; i < 20; i++) {
            var expected = Integer.toString(100 + i);
            here.awaitReading(points.get(i), v -> v.toString().equals(expected));
        }
        assertThat(here.reports(Report.Unit.class)).isEmpty();
    }

    @Test
    void whatStandsForNoValueIsToldAsSilence() throws Exception {
        machine.unit(1).raw(Table.INPUT, 4, 0x8000);
        var marked = read(1, "boiler.temperature", ValueType.NUMBER, 1, "input 4 int16 x0.1 nan 0x8000");
        var here = start(marked);
        assertThat(here.await(Report.Unit.class).why()).contains("boiler.temperature has no value", "0x8000");
        assertThat(here.readings()).isEmpty();
        machine.unit(1).raw(Table.INPUT, 4, 215);
        here.awaitReading(marked, v -> v.toString().equals("21.5"));
        here.await(Report.Unit.class, Report.Unit::answers);
    }

    @Test
    void anAnswerOfAnotherTransactionOrUnitIsNeverTaken() throws Exception {
        boiler();
        machine.unit(0x55 ^ 1).raw(Table.INPUT, 4, 999);
        for (var fault : List.of(
                SimulatedModbusMachine.Fault.WRONG_TRANSACTION,
                SimulatedModbusMachine.Fault.WRONG_UNIT,
                SimulatedModbusMachine.Fault.STALE_FIRST)) machine.fault(fault, 1);
        var here = start(TEMPERATURE);
        here.awaitReading(TEMPERATURE, _ -> true);
        await(() -> machine.requests() > 10);
        assertThat(here.readings()).allMatch(r -> r.value().toString().equals("21.5"));
    }

    @Test
    void aSilentUnitIsToldAndDelaysNobody() throws Exception {
        boiler();
        machine.unit(2).number("input 4 int16 x0.1", 60).silent(true);
        var dead = read(9, "pump.temperature", ValueType.NUMBER, 2, "input 4 int16 x0.1");
        var here = start(TEMPERATURE, dead);
        var told = here.await(Report.Unit.class);
        assertThat(told.properties()).containsExactly(9);
        assertThat(told.why()).contains("unit 2 on plant_room does not answer");
        here.forget();
        long before = machine.requests();
        await(() -> here.readings().size() > 200);
        long toDead = machine.requests() - before - here.readings().size();
        assertThat(toDead)
                .as("tries of the dead unit while the other was read 200 times")
                .isLessThan(20);
        machine.unit(2).silent(false);
        assertThat(here.awaitReading(dead, _ -> true).value()).hasToString("60");
        here.await(Report.Unit.class, u -> u.answers() && u.properties().equals(List.of(9)));
    }

    /// The connection is not given up while units that were not tried yet may be alive behind it.
    @Test
    void manyDeadUnitsDoNotHideTheLivingOne() throws Exception {
        var points = new ArrayList<Point>();
        for (int unit = 1; unit <= 12; unit++) {
            machine.unit(unit).number("input 4 int16", unit).silent(unit < 12);
            points.add(read(unit, "pump_" + unit + ".temperature", ValueType.NUMBER, unit, "input 4 int16"));
        }
        var here = start(new String[] {"timeout", "20ms", "every", "20ms"}, points.toArray(new Point[0]));
        assertThat(here.awaitReading(points.getLast(), _ -> true).value()).hasToString("12");
        for (int unit = 1; unit < 12; unit++) {
            int dead = unit;
            here.await(Report.Unit.class, u -> !u.answers() && u.properties().equals(List.of(dead)));
        }
        assertThat(running.orElseThrow().running()).isTrue();
    }

    @Test
    void aSilenceThatWasToldIsNoGapBesides() throws Exception {
        boiler();
        machine.unit(2).number("input 4 int16 x0.1", 60);
        var other = read(9, "pump.temperature", ValueType.NUMBER, 2, "input 4 int16 x0.1");
        var here = start(TEMPERATURE, other);
        here.awaitReading(other, _ -> true);
        machine.unit(2).silent(true);
        here.await(Report.Unit.class);
        machine.unit(2).silent(false);
        here.await(Report.Unit.class, Report.Unit::answers);
        assertThat(here.reports(Report.Gap.class)).noneMatch(g -> g.properties().contains(9));
    }

    @Test
    void aLostAnswerIsAGapAndNoSilence() throws Exception {
        boiler();
        var here = start(TEMPERATURE);
        here.awaitReading(TEMPERATURE, _ -> true);
        machine.fault(SimulatedModbusMachine.Fault.LOST, 1);
        var gap = here.await(Report.Gap.class);
        assertThat(gap.properties()).containsExactly(1);
        assertThat(gap.toMicros()).isGreaterThan(gap.fromMicros());
        assertThat(here.reports(Report.Unit.class)).isEmpty();
    }

    @Test
    void aFullSilenceOverTcpOpensTheConnectionAnew() throws Exception {
        boiler();
        machine.mute(true);
        var here = start(TEMPERATURE);
        assertThat(running.orElseThrow().awaitEnd().orElseThrow())
                .hasMessageContaining("has not answered 4 requests in a row");
        assertThat(here.readings()).isEmpty();
    }

    // Writing

    @Test
    void aWriteIsDoneWithWhatTheRegisterReads() throws Exception {
        boiler();
        var here = start(TEMPERATURE, ON, SET);
        assertThat(here.awaitOutcome(here.command(ON, Value.Flag.ON)))
                .isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
        assertThat(here.awaitOutcome(here.command(SET, new Value.Num(55.5))))
                .isEqualTo(new Outcome.Done(Optional.of(new Value.Num(55.5))));
        assertThat(machine.unit(1).flag("coil 0")).isTrue();
        assertThat(machine.unit(1).number("holding 7 int16 x0.5")).isEqualTo(55.5);
        var answer = here.reports(Report.Answer.class).getFirst();
        assertThat(answer.raw().bytes())
                .as("the bytes of the write and of its answer")
                .hasSize(24);
    }

    @Test
    void aWriteWithoutAnAnswerIsInDoubtAndNeverSentAgain() throws Exception {
        boiler();
        var here = start(ON);
        here.awaitReading(ON, _ -> true);
        machine.fault(SimulatedModbusMachine.Fault.LOST, 1);
        var outcomes = new ArrayList<Outcome>();
        while (outcomes.stream().noneMatch(Outcome.InDoubt.class::isInstance)) { // a poll may have taken the fault
            machine.fault(SimulatedModbusMachine.Fault.LOST, 1);
            outcomes.add(here.awaitOutcome(here.command(ON, Value.Flag.ON)));
            assertThat(outcomes).hasSizeLessThan(20);
        }
        int writes = machine.writes().size();
        await(() -> machine.requests() > 30);
        assertThat(machine.writes()).hasSize(writes);
        assertThat(writes).isLessThanOrEqualTo(outcomes.size());
    }

    @Test
    void aRefusedWriteSaysWhy() throws Exception {
        boiler();
        var missing = write(4, "boiler.valve", ValueType.FLAG, 1, "coil 9");
        var here = start(new String[] {"timeout", "1s", "every", "1d"}, missing, SET);
        assertThat(here.awaitOutcome(here.command(missing, Value.Flag.ON)))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.why()).contains("coil 9", "illegal data address"));
        assertThat(here.awaitOutcome(here.command(SET, new Value.Num(1e6))))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.why()).contains("int16 holds"));
    }

    @Test
    void aBusyUnitGetsTheWriteAgainAndTheNewestWins() throws Exception {
        boiler();
        var here = start(new String[] {"timeout", "1s", "every", "1d"}, ON);
        here.awaitReading(ON, _ -> true);
        machine.unit(1).refuse(ExceptionCode.SERVER_DEVICE_BUSY, 3);
        assertThat(here.awaitOutcome(here.command(ON, Value.Flag.ON)))
                .isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
        machine.unit(1).refuse(ExceptionCode.SERVER_DEVICE_BUSY, 1);
        long first = here.command(ON, Value.Flag.ON);
        long second = here.command(ON, Value.Flag.OFF);
        assertThat(here.awaitOutcome(second)).isEqualTo(new Outcome.Done(Optional.of(Value.Flag.OFF)));
        assertThat(here.awaitOutcome(first))
                .isIn(new Outcome.NotSent(Outcome.Cause.SUPERSEDED), new Outcome.Done(Optional.of(Value.Flag.ON)));
        assertThat(machine.unit(1).flag("coil 0")).isFalse();
    }

    @Test
    void otherFunctionsAreTriedWhereOneIsUnknown() throws Exception {
        boiler().raw(Table.HOLDING, 20, 0b0101).lacks(5).lacks(6).lacks(22);
        var bit = write(5, "boiler.pump", ValueType.FLAG, 1, "holding 20 bit 1");
        var here = start(ON, SET, bit);
        assertThat(here.awaitOutcome(here.command(ON, Value.Flag.ON)))
                .isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
        assertThat(here.awaitOutcome(here.command(SET, new Value.Num(50))))
                .isEqualTo(new Outcome.Done(Optional.of(new Value.Num(50))));
        assertThat(here.awaitOutcome(here.command(bit, Value.Flag.ON)))
                .isEqualTo(new Outcome.Done(Optional.of(Value.Flag.ON)));
        assertThat(machine.unit(1).raw(Table.HOLDING, 20)).isEqualTo(0b0111);
        assertThat(machine.writes().stream().map(w -> (int) w.request()[0])).containsExactly(15, 16, 16);
    }

    @Test
    void aBitIsWrittenWithAMask() throws Exception {
        machine.unit(1).raw(Table.HOLDING, 20, 0b0101);
        var bit = write(5, "boiler.pump", ValueType.FLAG, 1, "holding 20 bit 2");
        var here = start(bit);
        assertThat(here.awaitOutcome(here.command(bit, Value.Flag.OFF)))
                .isEqualTo(new Outcome.Done(Optional.of(Value.Flag.OFF)));
        assertThat(machine.unit(1).raw(Table.HOLDING, 20)).isEqualTo(1);
        assertThat(machine.writes().getFirst().request()[0]).isEqualTo((byte) 22);
    }

    @Test
    void aGatewayWithoutTheDeviceIsNotADevice() throws Exception {
        boiler();
        var here = start(new String[] {"timeout", "1s", "every", "1d"}, ON);
        here.awaitReading(ON, _ -> true);
        machine.unit(1).refuse(ExceptionCode.GATEWAY_PATH_UNAVAILABLE, 1);
        assertThat(here.awaitOutcome(here.command(ON, Value.Flag.ON)))
                .isEqualTo(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        machine.unit(1).refuse(ExceptionCode.GATEWAY_TARGET_FAILED, 1);
        assertThat(here.awaitOutcome(here.command(ON, Value.Flag.ON))).isInstanceOf(Outcome.InDoubt.class);
    }

    @Test
    void anActionIsInvokedAndNeverRead() throws Exception {
        machine.unit(1).raw(Table.HOLDING, 30, 0);
        var reset = point(
                6,
                "boiler.reset",
                ValueType.INTEGER,
                1,
                "holding 30",
                Point.Access.INVOKE,
                Optional.empty(),
                new WithoutUs.None());
        var here = start(reset);
        assertThat(here.awaitOutcome(here.command(reset, new Value.Int(1))))
                .isEqualTo(new Outcome.Done(Optional.empty()));
        assertThat(machine.requests()).isEqualTo(1);
    }

    @Test
    void aSilentUnitIsUnreachableAtOnce() throws Exception {
        boiler();
        machine.unit(2).number("input 4 int16 x0.1", 60).flag("coil 0", false).silent(true);
        var dead = write(9, "pump.on", ValueType.FLAG, 2, "coil 0");
        var here = start(new String[] {"timeout", "50ms", "every", "20ms", "back-off-max", "1h"}, TEMPERATURE, dead);
        await(() -> here.reports(Report.Unit.class).stream()
                .anyMatch(u -> u.properties().contains(9)));
        boolean unreachable = false;
        for (int i = 0; i < 20 && !unreachable; i++)
            unreachable = here.awaitOutcome(here.command(dead, Value.Flag.ON))
                    .equals(new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
        assertThat(unreachable).isTrue();
    }

    // Watchdogs

    @Test
    void aWatchdogIsFedWhileTheSiteIsAlive() throws Exception {
        boiler().raw(Table.HOLDING, 10, 0);
        var guarded = point(
                2,
                "boiler.on",
                ValueType.FLAG,
                1,
                "coil 0",
                Point.Access.WRITE,
                Optional.empty(),
                new WithoutUs.Watchdog("holding 10", Duration.ofMillis(50)));
        var here = start(guarded);
        await(() -> machine.writes().size() >= 5);
        assertThat(machine.writes()).allMatch(w -> w.table() == Table.HOLDING && w.first() == 10);
        assertThat(machine.writes().stream()
                        .map(SimulatedModbusMachine.Write::value)
                        .limit(5))
                .containsExactly(1, 2, 3, 4, 5);
        here.watched(false);
        await(() -> {
            int before = machine.writes().size();
            long requests = machine.requests();
            try {
                await(() -> machine.requests() > requests + 20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return machine.writes().size() == before;
        });
    }

    @Test
    void theSimulatedWatchdogDropsItsOutput() throws Exception {
        var nanos = new java.util.concurrent.atomic.AtomicLong();
        try (var watched = new SimulatedModbusMachine(nanos::get)) {
            var unit = watched.unit(1).flag("coil 0", true).watchdog(10, Duration.ofSeconds(10), "coil 0");
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(unit.flag("coil 0")).isTrue();
            nanos.addAndGet(1);
            assertThat(unit.flag("coil 0")).isFalse();
        }
    }

    @Test
    void pollsGoOnWhileCommandsCome() throws Exception {
        boiler();
        var here = start(TEMPERATURE, ON);
        here.awaitReading(TEMPERATURE, _ -> true);
        here.forget();
        long last = 0;
        for (int i = 0; i < 50; i++) last = here.command(ON, i % 2 == 0 ? Value.Flag.ON : Value.Flag.OFF);
        here.awaitOutcome(last);
        assertThat(machine.writes()).hasSize(50);
        here.forget();
        here.awaitReading(TEMPERATURE, _ -> true);
    }
}
