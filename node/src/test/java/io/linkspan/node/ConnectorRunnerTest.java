package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Command;
import io.linkspan.connector.Connector;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import io.linkspan.connector.Outlets;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Mark;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ConnectorRunnerTest {
    private static final long FAR = Long.MAX_VALUE / 2;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SimulatedClock clock = new SimulatedClock(1_000_000);
    private final Inbox<Arrival> inbox = new Inbox<>(NodeClock.real());
    private final List<ConnectorRunner> runners = new ArrayList<>();
    private final MemoryLines lines = new MemoryLines();
    private final Point pump = point(7, "plant.pump", Point.Access.WRITE);

    @AfterEach
    void end() {
        runners.forEach(ConnectorRunner::close);
        assertThat(lines.open).as("lines left open").hasValue(0);
    }

    @Test
    void aLineThatIsLostIsOpenedAgainWithGrowingWaits() throws Exception {
        var runner = start("meter", here -> {
            throw new IOException("nobody there");
        });
        var waits = new ArrayList<Double>();
        for (int i = 0; i < 8; i++) {
            Duration wait = clock.awaitSleeper();
            waits.add(wait.toNanos() / 1e9);
            if (i < 7) clock.advance(wait);
        }
        double[] longest = {0.5, 1, 2, 4, 8, 16, 30, 30};
        for (int i = 0; i < 8; i++) assertThat(waits.get(i)).isBetween(0.75 * longest[i], longest[i]);
        assertThat(waits).as("the jitter").doesNotContain(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0);
        assertThat(runner.health().reconnects()).isEqualTo(7);
        assertThat(runner.health().lastError()).isEqualTo("nobody there");
        assertThat(arrivals(1)).singleElement().isInstanceOfSatisfying(Arrival.LineChanged.class, l -> {
            assertThat(l.up()).isFalse();
            assertThat(l.why()).isEqualTo("nobody there");
        });
        assertThat(inbox.drain(new ArrayList<>(), 10, 0))
                .as("down is told once")
                .isZero();
    }

    @Test
    void anAbsentMachineIsPickedUpWhenItAppears() throws Exception {
        var there = new AtomicBoolean();
        var runner = start("meter", here -> {
            if (!there.get()) throw new IOException("refused");
            here.accept(new Report.LineUp());
            here.accept(new Report.LineUp());
            here.accept(frame(1));
            here.sleep(Duration.ofDays(1));
        });
        assertThat(arrivals(1)).singleElement().isInstanceOf(Arrival.LineChanged.class);
        assertThat(runner.health().up()).isFalse();
        there.set(true);
        clock.awaitSleeper();
        clock.advance(Duration.ofSeconds(1));
        assertThat(arrivals(2))
                .satisfiesExactly(
                        up -> assertThat(((Arrival.LineChanged) up).up()).isTrue(),
                        frame -> assertThat(((Arrival.Heard) frame).report()).isEqualTo(frame(1)));
        assertThat(whenCounted(runner, 1)).satisfies(h -> {
            assertThat(h.up()).isTrue();
            assertThat(h.frames()).isEqualTo(1);
            assertThat(h.readings()).isEqualTo(1);
        });
    }

    @Test
    void aBugIsALineDownForItsConnectorAlone() throws Exception {
        start("bad", here -> {
            throw new IllegalStateException("index 5 of 3");
        });
        var good = new SynchronousQueue<String>();
        start("good", here -> {
            while (true) good.put("works");
        });
        assertThat(arrivals(1))
                .singleElement()
                .isInstanceOfSatisfying(
                        Arrival.LineChanged.class,
                        l -> assertThat(l.why()).contains("a bug in the connector bad", "index 5 of 3"));
        for (int i = 0; i < 100; i++) assertThat(good.take()).isEqualTo("works");
    }

    @Test
    void aFullQueueHoldsAcceptAndRefusesOffer() throws Exception {
        var refused = new CountDownLatch(1);
        var accepted = new AtomicInteger();
        var runner = new Start("meter", here -> {
                    here.accept(frame(1));
                    here.accept(frame(2));
                    if (here.offer(frame(3)).isEmpty()) refused.countDown();
                    here.accept(frame(4));
                    accepted.set(4);
                    here.sleep(Duration.ofDays(1));
                })
                .queue(2)
                .now();
        assertThat(refused.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(accepted).hasValue(0);
        assertThat(reports(3)).containsExactly(frame(1), frame(2), frame(4));
        var health = whenCounted(runner, 3);
        assertThat(health.refusedOffers()).isEqualTo(1);
        assertThat(health.queuedMost()).isEqualTo(2);
        assertThat(health.frames()).isEqualTo(3);
    }

    @Test
    void aConnectorWithAThreadOfItsOwnIsToldOfCommandsAndTakesThem() throws Exception {
        var go = new CountDownLatch(1);
        var told = new Semaphore(0);
        var runner = start("plant", here -> {
            here.accept(frame(1));
            go.await();
            assertThat(here.tellsOfCommands(told::release)).isTrue();
            while (true) {
                told.acquire();
                for (var next = here.nextCommand(Duration.ZERO);
                        next.isPresent();
                        next = here.nextCommand(Duration.ZERO))
                    here.accept(ended(next.get().id(), new Outcome.Done(Optional.empty())));
            }
        });
        arrivals(1);
        var action = point(8, "plant.purge", Point.Access.INVOKE);
        runner.command(new Command(1, action, Value.Flag.ON, FAR)); // before it asked to be told
        go.countDown();
        assertThat(reports(1)).containsExactly(ended(1, new Outcome.Done(Optional.empty())));
        runner.command(new Command(2, action, Value.Flag.ON, FAR));
        runner.command(new Command(3, action, Value.Flag.ON, FAR));
        assertThat(reports(2))
                .containsExactly(
                        ended(2, new Outcome.Done(Optional.empty())), ended(3, new Outcome.Done(Optional.empty())));
    }

    @Test
    void aSetPointTakesThePlaceOfAnOlderOneThatNobodyTook() throws Exception {
        var go = new CountDownLatch(1);
        var got = new ArrayBlockingQueue<Long>(10);
        var action = point(8, "plant.purge", Point.Access.INVOKE);
        var runner = start("plant", here -> {
            here.accept(frame(1)); // it runs: commands wait for it from here on
            go.await();
            while (true) {
                var command = here.nextCommand(Duration.ofDays(1)).orElseThrow();
                here.accept(ended(command.id(), new Outcome.Done(Optional.empty())));
                got.put(command.id());
            }
        });
        arrivals(1);
        runner.command(new Command(1, pump, Value.Flag.ON, FAR));
        runner.command(new Command(2, pump, Value.Flag.OFF, FAR));
        runner.command(new Command(3, action, Value.Flag.ON, FAR));
        runner.command(new Command(4, action, Value.Flag.ON, FAR));
        runner.command(new Command(5, pump, Value.Flag.ON, FAR));
        go.countDown();
        assertThat(reports(1)).containsExactly(ended(1, new Outcome.NotSent(Outcome.Cause.SUPERSEDED)));
        // an action between two set-points keeps both: 2 is not superseded by 5
        for (long id : List.of(2L, 3L, 4L, 5L)) assertThat(got.take()).isEqualTo(id);
    }

    @Test
    void commandsThatCanNotBeSentAreAnsweredAtOnce() throws Exception {
        var runner = start("plant", here -> {
            here.accept(new Report.LineUp());
            var command = here.nextCommand(Duration.ofDays(1)).orElseThrow();
            here.accept(ended(command.id(), new Outcome.Done(Optional.empty())));
            throw new IOException("cable out");
        });
        arrivals(1);
        var valve = point(9, "plant.valve", Point.Access.WRITE);
        runner.command(new Command(1, valve, Value.Flag.ON, clock.nanoTime()));
        runner.command(new Command(2, pump, Value.Flag.ON, FAR));
        assertThat(arrivals(3))
                .satisfiesExactly(
                        a -> assertThat(outcome(a)).contains(new Outcome.NotSent(Outcome.Cause.EXPIRED)),
                        a -> assertThat(outcome(a)).contains(new Outcome.Done(Optional.empty())),
                        a -> assertThat(a).isInstanceOf(Arrival.LineChanged.class));
        clock.awaitSleeper(); // it waits before the next try
        runner.command(new Command(3, pump, Value.Flag.ON, FAR));
        assertThat(reports(1)).containsExactly(ended(3, new Outcome.NotSent(Outcome.Cause.UNREACHABLE)));
    }

    @Test
    void aCommandThatIsTakenAndNotAnsweredIsInDoubt() throws Exception {
        var runner = start("plant", here -> {
            here.accept(new Report.LineUp());
            here.nextCommand(Duration.ofDays(1)).orElseThrow();
            throw new IOException("cable out");
        });
        arrivals(1);
        runner.command(new Command(1, pump, Value.Flag.ON, FAR));
        assertThat(arrivals(2))
                .satisfiesExactly(
                        a -> assertThat(outcome(a)).contains(new Outcome.InDoubt(1_000_000)),
                        a -> assertThat(a).isInstanceOf(Arrival.LineChanged.class));
    }

    @Test
    void aSecondAnswerToACommandIsDropped() throws Exception {
        var runner = start("plant", here -> {
            here.accept(frame(1));
            long id = here.nextCommand(Duration.ofDays(1)).orElseThrow().id();
            here.accept(ended(id, new Outcome.Done(Optional.empty())));
            here.accept(ended(id, new Outcome.Refused("twice")));
            here.accept(ended(99, new Outcome.Refused("nobody asked")));
            here.accept(frame(2));
            here.sleep(Duration.ofDays(1));
        });
        arrivals(1);
        runner.command(new Command(1, pump, Value.Flag.ON, FAR));
        assertThat(reports(2)).containsExactly(ended(1, new Outcome.Done(Optional.empty())), frame(2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfARunEndsItsTasksAndItsLines(boolean platform) throws Exception {
        var reading = new CountDownLatch(2);
        var ended = new CountDownLatch(2);
        var runner = new Start("plant", here -> {
                    for (String name : List.of("a", "b"))
                        assertThat(here.fork(name, () -> {
                                    try (var line = here.open(Endpoint.parse("127.0.0.1:1", 1, 9600, "8N1"))) {
                                        reading.countDown();
                                        line.read(new byte[1], 0, 1, Duration.ofDays(1));
                                    } finally {
                                        ended.countDown();
                                    }
                                }))
                                .isTrue();
                    here.open(Endpoint.parse("127.0.0.1:1", 1, 9600, "8N1"));
                    reading.await();
                    throw new IOException("over");
                })
                .platform(platform)
                .now();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        arrivals(1);
        runner.close();
        assertThat(lines.open).hasValue(0);
    }

    @Test
    void aReadThatNoInterruptEndsIsEndedByItsLine() throws Exception {
        var reading = new CountDownLatch(1);
        var runner = new Start("plant", here -> {
                    var line = here.open(Endpoint.parse("127.0.0.1:1", 1, 9600, "8N1"));
                    reading.countDown();
                    line.read(new byte[1], 0, 1, Duration.ofDays(1));
                })
                .platform(true)
                .now();
        reading.await();
        runner.close();
        assertThat(lines.open).hasValue(0);
        assertThat(inbox.drain(new ArrayList<>(), 1, 0))
                .as("a stop is no lost line")
                .isZero();
    }

    @Test
    void tasksHaveALimit() throws Exception {
        var refused = new AtomicInteger(-1);
        start("plant", here -> {
            int n = 0;
            while (here.fork("t" + n, () -> here.sleep(Duration.ofDays(1)))) n++;
            refused.set(n);
            here.accept(frame(1));
            here.sleep(Duration.ofDays(1));
        });
        arrivals(1);
        assertThat(refused).hasValue(Surroundings.TASKS_MAX);
    }

    @Test
    void pointsComeAndGoWhileItRuns() throws Exception {
        BlockingQueue<Points> seen = new SynchronousQueue<>();
        var runner = new Start("plant", here -> {
                    while (true) seen.put(here.points());
                })
                .now();
        assertThat(seen.take().all()).isEmpty();
        runner.points(new Points(2, List.of(pump)));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (seen.take().version() != 2) assertThat(System.nanoTime()).isLessThan(end);
    }

    // How a test sets up

    private ConnectorRunner start(String id, Connector connector) {
        return new Start(id, connector).now();
    }

    private final class Start {
        private final String id;
        private final Connector connector;
        private int queue = 100;
        private boolean platform;

        Start(String id, Connector connector) {
            this.id = id;
            this.connector = connector;
        }

        Start queue(int max) {
            queue = max;
            return this;
        }

        Start platform(boolean yes) {
            platform = yes;
            return this;
        }

        ConnectorRunner now() {
            var runner = new ConnectorRunner(
                    id,
                    connector,
                    new ConnectorRunner.Wiring(
                            clock,
                            new Random(1),
                            lines,
                            inbox.sink(id, Inbox.Lane.READINGS, queue, a -> a),
                            _ -> Optional.empty(),
                            _ -> Optional.empty(),
                            _ -> true,
                            Path.of("."),
                            platform,
                            () -> {
                                throw new IllegalStateException("no log of its own in this test");
                            },
                            (_, _) -> {
                                throw new IOException("no log to tell from in this test");
                            },
                            Outlets.NONE));
            runners.add(runner);
            runner.start();
            return runner;
        }
    }

    private List<Arrival> arrivals(int count) throws InterruptedException {
        var all = new ArrayList<Arrival>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (all.size() < count) {
            inbox.drain(all, count - all.size(), end - System.nanoTime());
            assertThat(System.nanoTime()).as("came: %s", all).isLessThan(end);
        }
        return all;
    }

    /// The health once so many frames are counted: the connector's own thread counts a frame after its queue took
    /// it, so
    /// who drains the queue may be there first.
    private static Health whenCounted(ConnectorRunner runner, long frames) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        var health = runner.health();
        while (health.frames() < frames && System.nanoTime() < end) {
            Thread.onSpinWait();
            health = runner.health();
        }
        return health;
    }

    private List<Report> reports(int count) throws InterruptedException {
        return arrivals(count).stream().map(a -> ((Arrival.Heard) a).report()).toList();
    }

    private static Optional<Outcome> outcome(Arrival arrival) {
        return arrival
                        instanceof
                        Arrival.Heard(var _, Report.Answer(var _, Report.Progress.Ended(var outcome), var _), var _)
                ? Optional.of(outcome)
                : Optional.empty();
    }

    private static Report frame(int value) {
        return new Report.Frame(List.of(Reading.good(1, new Value.Int(value))), Report.Raw.NONE);
    }

    private static Report.Answer ended(long command, Outcome outcome) {
        return new Report.Answer(command, new Report.Progress.Ended(outcome), Report.Raw.NONE);
    }

    private static Point point(int number, String name, Point.Access access) {
        return new Point(
                number,
                name,
                ValueType.FLAG,
                Optional.empty(),
                Optional.empty(),
                new Tree.Scalar(Mark.NONE, "coil 0", false),
                Optional.empty(),
                Map.of(),
                Tree.fields(Map.of()),
                access,
                new WithoutUs.None());
    }

    /// Lines whose reads end when they are closed, and by nothing else.
    private static final class MemoryLines implements Lines {
        final AtomicInteger open = new AtomicInteger();

        @Override
        public Line open(Endpoint endpoint) {
            open.incrementAndGet();
            return new Line() {
                private boolean closed;

                @Override
                public synchronized int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
                    boolean interrupted = false;
                    while (!closed) {
                        try {
                            wait();
                        } catch (InterruptedException e) {
                            interrupted = true;
                        }
                    }
                    if (interrupted) Thread.currentThread().interrupt();
                    throw new IOException("closed");
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {}

                @Override
                public void discardInput() {}

                @Override
                public String name() {
                    return endpoint.toString();
                }

                @Override
                public synchronized void close() {
                    if (!closed) open.decrementAndGet();
                    closed = true;
                    notifyAll();
                }
            };
        }

        @Override
        public Listener listen(Endpoint.Tcp endpoint) throws IOException {
            throw new IOException("no listeners here");
        }
    }
}
