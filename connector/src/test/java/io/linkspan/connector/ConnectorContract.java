package io.linkspan.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Outcome;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/// What every connector MUST do, and the one check of it. A connector's test is
/// ```java
/// @TestFactory
/// Stream<DynamicTest> contract() {
///     return ConnectorContract.of(new DsmrP1(), MyMachine::new);
/// }
/// ```
/// where the machine simulates what the connector speaks to. Each test gets a machine of its own.
public final class ConnectorContract {
    private static final String FILE = "site.yaml";
    private static final int MISSPELT_LINE = 7;
    private static final int ADDRESS_LINE = 23;

    private final ConnectorType type;
    private final Factory factory;

    private ConnectorContract(ConnectorType type, Factory factory) {
        this.type = type;
        this.factory = factory;
    }

    /// Makes one simulated machine, ready to be spoken to.
    @FunctionalInterface
    public interface Factory {
        /// May throw anything: then the test fails.
        Machine machine() throws Exception;
    }

    /// A simulated machine in the hand of the contract. Safe for many threads.
    public interface Machine extends AutoCloseable {
        /// The connector's own fields in the site file (without `id` and `type`) that reach this machine, quick
        /// ones: short timeouts, short intervals.
        Map<String, String> settings();

        /// Points of this machine: at least two that are read, if it has any.
        List<Point> points();

        /// What may be written: point and value. Empty where nothing can be.
        default Map<Point, Value> writes() {
            return Map.of();
        }

        /// For a machine that speaks by itself: tells something now. One that is polled does nothing here.
        default void speak() throws Exception {}

        /// Whether the machine has ever shown this value at this point, in the point's unit.
        boolean had(Point point, Value value);

        /// Silent: it keeps its lines, but answers and tells nothing.
        void mute(boolean silent);

        /// Breaks each line that is open; new ones are taken.
        void cut() throws Exception;

        /// Whether a cut line ends the connector's run; a listener goes on.
        default boolean cutEndsRun() {
            return true;
        }

        /// Gone: nobody answers there any more.
        @Override
        void close() throws Exception;
    }

    /// The whole contract, one test a rule.
    public static Stream<DynamicTest> of(ConnectorType type, Factory factory) {
        var it = new ConnectorContract(type, factory);
        return Stream.of(
                it.rule("MUST have a name that a site file can hold", it::name),
                it.rule("MUST take right settings and open nothing yet", it::opensNothing),
                it.rule("MUST refuse a misspelt setting at its line", it::misspelt),
                it.rule("MUST take a right address and refuse a wrong one at its line", it::addresses),
                it.rule("MUST report the line up, then what the machine has, and nothing else", it::readsTheTruth),
                it.rule("MUST NOT report a value while the machine is silent", it::silentIsNotZero),
                it.rule("MUST take up a point that is added while it runs, on the line that it has", it::newPoint),
                it.rule("MUST leave when it is interrupted, and close what it opened", it::interrupt),
                it.rule("MUST leave when it is interrupted while the queue is full", it::interruptWhileFull),
                it.rule(
                        "MUST throw IOException with a sentence when the line is lost, and work when run again",
                        it::lineLost),
                it.rule("MUST throw IOException with a sentence when nobody is there", it::nobodyThere),
                it.rule("MUST wait, or tell a gap, while the queue is full, and go on after it", it::backPressure),
                it.rule("MUST answer each command exactly once", it::answersOnce),
                it.rule("MUST NOT send a command whose deadline has passed", it::expired),
                it.rule(
                        "MUST answer each command that it took when the line is lost or the machine is silent",
                        it::answersOnLoss),
                it.rule("MUST leave no thread behind", it::noThreadLeft));
    }

    @FunctionalInterface
    private interface Check {
        void run() throws Exception;
    }

    private DynamicTest rule(String text, Check check) {
        return DynamicTest.dynamicTest(type.name() + " " + text, check::run);
    }

    private void name() {
        assertThat(type.name()).matches("[a-z][a-z0-9_]{0,62}");
    }

    private void opensNothing() throws Exception {
        try (var machine = factory.machine()) {
            create(machine);
        }
    }

    private void misspelt() throws Exception {
        try (var machine = factory.machine()) {
            var fields = new LinkedHashMap<>(machine.settings());
            fields.put("no_such_setting", "1");
            var e = catchThrowableOfType(Invalid.class, () -> type.create(settings(fields, "no_such_setting")));
            assertThat(e).as("a misspelt setting is refused").isNotNull();
            assertThat(e.mark()).isEqualTo(new Mark(FILE, MISSPELT_LINE));
            assertThat(e).hasMessageContaining("no_such_setting");
        }
    }

    private void addresses() throws Exception {
        try (var machine = factory.machine()) {
            assertThat(machine.points()).isNotEmpty();
            for (var point : machine.points()) {
                assertThatCode(() -> type.check(point)).as(point.name()).doesNotThrowAnyException();
                var wrong = at(point, new Tree.Scalar(new Mark(FILE, ADDRESS_LINE), "no such address !", true));
                var e = catchThrowableOfType(Invalid.class, () -> type.check(wrong));
                assertThat(e)
                        .as("%s at \"no such address !\" is refused", point.name())
                        .isNotNull();
                assertThat(e.mark()).isEqualTo(new Mark(FILE, ADDRESS_LINE));
                assertThat(e).hasMessageContaining("no such address !");
            }
        }
    }

    private void readsTheTruth() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            for (var point : read(machine)) {
                machine.speak();
                here.awaitReading(point, _ -> true);
            }
            running.stop();
            assertThat(here.reports().stream()
                            .filter(r -> !(r instanceof Report.Found))
                            .findFirst())
                    .as("the line is told to be up before anything is read")
                    .containsInstanceOf(Report.LineUp.class);
            onlyTruth(machine, here);
        }
    }

    private void silentIsNotZero() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            machine.speak();
            awaitAnyReading(machine, here);
            machine.mute(true);
            TestTime.settle(here); // what was on its way when it fell silent
            here.forget();
            machine.speak();
            TestTime.settle(here);
            assertThat(here.readings()).as("a silent machine has no values").isEmpty();
            running.stop();
        }
    }

    private void newPoint() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var points = read(machine);
            Assumptions.assumeTrue(points.size() > 1, "nothing is read here");
            here.points(points.subList(0, 1));
            var running = here.start(create(machine));
            machine.speak();
            here.awaitReading(points.getFirst(), _ -> true);
            int opened = here.opened();
            here.points(points);
            var added = points.getLast();
            assertThat(here.readings()).noneMatch(r -> r.property() == added.number());
            machine.speak();
            here.awaitReading(added, _ -> true);
            assertThat(here.opened()).as("lines opened").isEqualTo(opened);
            running.stop();
        }
    }

    private void interrupt() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            leftWell(running, running.stop());
        }
    }

    private void interruptWhileFull() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            here.full(true);
            machine.speak();
            machine.speak();
            if (!read(machine).isEmpty())
                assertThat(here.awaitPushBack()).as("it told what it read").isTrue();
            leftWell(running, running.stop());
        }
    }

    private void lineLost() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            Assumptions.assumeTrue(machine.cutEndsRun(), "it listens: a lost line does not end it");
            var connector = create(machine);
            for (int round = 0; round < 2; round++) {
                here.forget();
                var running = here.start(connector);
                here.await(Report.LineUp.class);
                machine.speak();
                awaitAnyReading(machine, here);
                machine.cut();
                sentence(running.awaitEnd());
                assertThat(running.leftOpen()).as("lines left open").isEmpty();
                assertThat(running.leftRunning()).as("tasks left running").isEmpty();
            }
            onlyTruth(machine, here);
        }
    }

    private void nobodyThere() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            Assumptions.assumeTrue(machine.cutEndsRun(), "it listens: nobody need be there");
            var connector = create(machine);
            machine.close();
            var running = here.start(connector);
            sentence(running.awaitEnd());
            assertThat(here.reports(Report.LineUp.class)).isEmpty();
            assertThat(here.readings()).isEmpty();
        }
    }

    private void backPressure() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            Assumptions.assumeFalse(read(machine).isEmpty(), "nothing is read here");
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            machine.speak();
            awaitAnyReading(machine, here);
            here.full(true);
            for (int i = 0; i < 20; i++) machine.speak();
            TestTime.settle(here);
            assertThat(running.running())
                    .as("a full queue is no reason to leave")
                    .isTrue();
            here.forget();
            here.full(false);
            machine.speak();
            awaitAnyReading(machine, here);
            if (here.refusedOffers() > 0)
                here.await(Report.Gap.class, g -> !g.cause().isBlank());
            running.stop();
            onlyTruth(machine, here);
        }
    }

    private void answersOnce() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            var commands = new ArrayList<Long>();
            for (int round = 0; round < 3; round++)
                for (var each : commands(machine).entrySet())
                    commands.add(here.command(each.getKey(), each.getValue()));
            for (long id : commands) {
                machine.speak();
                var outcome = here.awaitOutcome(id);
                if (!machine.writes().isEmpty()) assertThat(outcome).isInstanceOf(Outcome.Done.class);
                else assertThat(outcome).isInstanceOf(Outcome.Refused.class);
            }
            running.stop();
            for (long id : commands)
                assertThat(here.outcomes(id))
                        .as("final answers to command %d", id)
                        .hasSize(1);
        }
    }

    private void expired() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            Assumptions.assumeFalse(machine.writes().isEmpty(), "nothing is written here");
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            for (var each : machine.writes().entrySet()) {
                long id = here.command(each.getKey(), each.getValue(), Duration.ofSeconds(-1));
                assertThat(here.awaitOutcome(id)).isEqualTo(new Outcome.NotSent(Outcome.Cause.EXPIRED));
            }
            running.stop();
        }
    }

    private void answersOnLoss() throws Exception {
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            Assumptions.assumeFalse(machine.writes().isEmpty(), "nothing is written here");
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            machine.mute(true);
            var ids = new ArrayList<Long>();
            for (var each : machine.writes().entrySet()) ids.add(here.command(each.getKey(), each.getValue()));
            TestTime.settle(here);
            machine.cut();
            if (machine.cutEndsRun()) running.awaitEnd();
            else running.stop();
            int answered = 0;
            for (long id : ids) {
                var outcomes = here.outcomes(id);
                answered += outcomes.size();
                assertThat(outcomes.size())
                        .as("final answers to command %d: %s", id, outcomes)
                        .isLessThanOrEqualTo(1);
                assertThat(outcomes).as("nobody answered, so it is not done").noneMatch(Outcome.Done.class::isInstance);
            }
            assertThat(answered + here.commandsWaiting())
                    .as("commands answered or never taken")
                    .isEqualTo(ids.size());
        }
    }

    private void noThreadLeft() throws Exception {
        var before = threads();
        try (var machine = factory.machine();
                var here = surroundings(machine)) {
            var running = here.start(create(machine));
            here.await(Report.LineUp.class);
            machine.speak();
            running.stop();
        }
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        Set<Thread> left = Set.of();
        while (System.nanoTime() < end) {
            left = threads().stream().filter(t -> !before.contains(t)).collect(Collectors.toSet());
            if (left.isEmpty()) return;
            Thread.sleep(5);
        }
        assertThat(left).as("threads left behind").isEmpty();
    }

    // Under all of them

    private static TestSurroundings surroundings(Machine machine) {
        var points = machine.points();
        return new TestSurroundings("under_test", points.toArray(new Point[0]));
    }

    private Connector create(Machine machine) throws Invalid {
        return type.create(settings(machine.settings(), ""));
    }

    private static Settings settings(Map<String, String> fields, String marked) {
        var trees = new LinkedHashMap<String, Tree>();
        var keys = new HashMap<String, Mark>();
        for (var each : fields.entrySet()) {
            var mark = new Mark(FILE, each.getKey().equals(marked) ? MISSPELT_LINE : 1);
            trees.put(each.getKey(), new Tree.Scalar(mark, each.getValue(), false));
            keys.put(each.getKey(), mark);
        }
        return new Settings(new Tree.Fields(new Mark(FILE, 1), trees, keys));
    }

    private static List<Point> read(Machine machine) {
        return machine.points().stream()
                .filter(p -> p.access() == Point.Access.READ || p.access() == Point.Access.WRITE)
                .toList();
    }

    private static Map<Point, Value> commands(Machine machine) {
        if (!machine.writes().isEmpty()) return machine.writes();
        var some = new LinkedHashMap<Point, Value>();
        for (var point : read(machine)) some.put(point, new Value.Int(1));
        return some;
    }

    private static void awaitAnyReading(Machine machine, TestSurroundings here) throws InterruptedException {
        if (!read(machine).isEmpty())
            here.await(Report.Frame.class, f -> !f.readings().isEmpty());
    }

    private static void onlyTruth(Machine machine, TestSurroundings here) {
        Map<Integer, Point> byNumber = machine.points().stream().collect(Collectors.toMap(Point::number, p -> p));
        for (var reading : here.readings()) {
            var point = byNumber.get(reading.property());
            assertThat(point).as("the point of %s", reading).isNotNull();
            assertThat(machine.had(point, reading.value()))
                    .as("%s = %s is what the machine had", point.name(), reading.value())
                    .isTrue();
        }
    }

    private static void leftWell(TestSurroundings.Running running, Optional<Throwable> thrown) {
        thrown.ifPresent(t -> assertThat(t).isInstanceOfAny(InterruptedException.class, IOException.class));
        assertThat(running.leftOpen()).as("lines left open").isEmpty();
        assertThat(running.leftRunning()).as("tasks left running").isEmpty();
    }

    private static void sentence(Optional<Throwable> thrown) {
        assertThat(thrown).as("a lost line is told").containsInstanceOf(IOException.class);
        assertThat(thrown.orElseThrow().getMessage())
                .as("the sentence about it")
                .isNotBlank();
    }

    private static Point at(Point p, Tree.Scalar at) {
        return new Point(
                p.number(),
                p.name(),
                p.type(),
                p.unit(),
                p.step(),
                at,
                p.every(),
                p.choices(),
                p.thing(),
                p.access(),
                p.withoutUs());
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !t.getName()
                        .matches("(?i)(Attach Listener|Signal Dispatcher|process reaper.*|Common-Cleaner|"
                                + "ForkJoinPool.*|VirtualThread-unparker|Reference Handler|Finalizer|surefire.*)"))
                .collect(Collectors.toSet());
    }

    /// Waiting for nothing to happen.
    private static final class TestTime {
        private static final int QUIET_ROUNDS = 30;

        /// Until nothing new was reported for a while: there is no event to wait for when the claim is that
        /// none comes.
        static void settle(TestSurroundings here) throws InterruptedException {
            int quiet = 0;
            int seen = here.reports().size();
            long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos() / 4;
            while (quiet < QUIET_ROUNDS && System.nanoTime() < end) {
                Thread.sleep(5);
                int now = here.reports().size();
                quiet = now == seen ? quiet + 1 : 0;
                seen = now;
            }
        }
    }
}
