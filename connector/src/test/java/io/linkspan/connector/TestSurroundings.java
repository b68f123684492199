package io.linkspan.connector;

import io.linkspan.model.Outcome;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Surroundings in a test's hand: it keeps what a connector reports, hands it commands, moves its clock and remembers
/// which lines it left open. Lines are real (loopback sockets, serial devices, see [PtyPair]) unless a [MemoryLine] was
/// plugged in.
///
/// Time runs as it does, but a sleep, or a wait for a command, is over at once and the clock jumps over it. Safe for
/// many threads.
public final class TestSurroundings implements Surroundings, AutoCloseable {
    /// How long a test waits for something that should happen.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Most reports kept; of more, the oldest are forgotten.
    public static final int REPORTS_MAX = 100_000;

    private static final Duration COMMAND_WAIT_MAX = Duration.ofMillis(2);

    private final String connector;
    private final List<Report> reports = new ArrayList<>();
    private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();
    private final Map<Integer, Current> currents = new ConcurrentHashMap<>();
    private final Map<Integer, Value> wished = new ConcurrentHashMap<>();
    private final Map<Endpoint, Queue<MemoryLine>> plugged = new HashMap<>();
    private final Map<AutoCloseable, String> open = new ConcurrentHashMap<>();
    private final Map<Thread, String> tasks = new ConcurrentHashMap<>();
    private final List<ServedReadings.Item> logged = new ArrayList<>();
    private final AtomicLong skippedNanos = new AtomicLong();
    private final AtomicLong wallStepMicros = new AtomicLong();
    private final AtomicLong lastCommand = new AtomicLong();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Path directory;
    private volatile Points points = new Points(1, List.of());
    private volatile Function<Report.Asked, Optional<Outcome>> wishes =
            _ -> Optional.of(new Outcome.Done(Optional.empty()));
    private final MemoryLog ownLog = new MemoryLog();
    private volatile boolean diskDead;
    private volatile boolean watched = true;
    private boolean full;
    private int waiting;

    /// Surroundings of a connector with this id and these points.
    public TestSurroundings(String connector, Point... points) {
        this.connector = connector;
        points(List.of(points));
        try {
            directory = Files.createTempDirectory("linkspan-" + connector);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // What a test sets up

    /// Replaces the points, while the connector runs too.
    public void points(List<Point> all) {
        points = new Points(points.version() + 1, all);
    }

    /// Puts a line in memory in the place of a machine: the next [#open] of this endpoint gets it.
    ///
    /// @return the machine's end
    public MemoryLine plug(Endpoint endpoint) {
        var ends = MemoryLine.between(endpoint.toString());
        synchronized (plugged) {
            plugged.computeIfAbsent(endpoint, _ -> new ArrayDeque<>()).add(ends.ours());
        }
        return ends.theirs();
    }

    /// Gives a command, in time for a minute.
    ///
    /// @return its id
    public long command(Point point, Value value) {
        return command(point, value, Duration.ofMinutes(1));
    }

    /// Gives a command that is in time for so long; negative: it is too late already.
    public long command(Point point, Value value, Duration inTime) {
        long id = lastCommand.incrementAndGet();
        commands.add(new Command(id, point, value, nanoTime() + inTime.toNanos()));
        return id;
    }

    /// Makes the site's queue full: `accept` waits and `offer` refuses until it is no more.
    public void full(boolean full) {
        synchronized (reports) {
            this.full = full;
            reports.notifyAll();
        }
    }

    /// How many offers were refused since the beginning.
    public int refusedOffers() {
        return refused.get();
    }

    /// Waits until the full queue has pushed back: somebody waits in `accept`, or an `offer` was refused.
    ///
    /// @return whether it did within [#PATIENCE]
    public boolean awaitPushBack() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (reports) {
            while (waiting == 0 && refused.get() == 0) {
                long leftMillis = (end - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) return false;
                reports.wait(leftMillis);
            }
            return true;
        }
    }

    /// Kills the disk: no ticket says durable any more.
    public void diskDead(boolean dead) {
        diskDead = dead;
    }

    /// Moves both clocks forward.
    public void advance(Duration by) {
        skippedNanos.addAndGet(by.toNanos());
    }

    /// Steps the wall clock alone, as when somebody sets it.
    public void stepWall(Duration by) {
        wallStepMicros.addAndGet(by.toNanos() / 1_000);
    }

    /// Sets the value of a point that is served to others.
    public void current(Point point, Value value) {
        currents.put(point.number(), new Current(value, Quality.GOOD, wallMicros()));
    }

    /// Sets what an actuator shall be.
    public void wished(Point point, Value value) {
        wished.put(point.number(), value);
    }

    /// Sets what [Surroundings#watched] says.
    public void watched(boolean yes) {
        watched = yes;
    }

    /// Decides what becomes of wishes ([Report.Asked]); without this each is done.
    public void wishes(Function<Report.Asked, Optional<Outcome>> decide) {
        wishes = decide;
    }

    // What a test looks at

    /// Starts the connector on a thread of its own.
    public Running start(Connector it) {
        return new Running(it);
    }

    /// All reports so far, oldest first.
    public List<Report> reports() {
        synchronized (reports) {
            return List.copyOf(reports);
        }
    }

    /// All reports of one kind so far, oldest first.
    public <T extends Report> List<T> reports(Class<T> kind) {
        return reports().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// Forgets the reports so far, so that what is awaited next is new.
    public void forget() {
        synchronized (reports) {
            reports.clear();
        }
    }

    /// Waits for the first report of this kind that fits; fails, showing what came, when none does.
    public <T extends Report> T await(Class<T> kind, Predicate<? super T> fits) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (reports) {
            while (true) {
                for (var each : reports)
                    if (kind.isInstance(each) && fits.test(kind.cast(each))) return kind.cast(each);
                long leftMillis = (end - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0)
                    throw new AssertionError("No such " + kind.getSimpleName() + " came; what came: " + newest());
                reports.wait(leftMillis);
            }
        }
    }

    /// Waits for the first report of this kind.
    public <T extends Report> T await(Class<T> kind) throws InterruptedException {
        return await(kind, _ -> true);
    }

    /// Waits for a reading of this point that fits.
    public Reading awaitReading(Point point, Predicate<? super Value> fits) throws InterruptedException {
        Predicate<Reading> wanted = r -> r.property() == point.number() && fits.test(r.value());
        return await(Report.Frame.class, f -> f.readings().stream().anyMatch(wanted)).readings().stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow();
    }

    /// Waits for what became of a command.
    public Outcome awaitOutcome(long command) throws InterruptedException {
        await(Report.Answer.class, a -> a.command() == command && a.progress() instanceof Report.Progress.Ended);
        return outcomes(command).getFirst();
    }

    /// All final answers to a command so far; more than one is a fault.
    public List<Outcome> outcomes(long command) {
        return reports(Report.Answer.class).stream()
                .filter(a -> a.command() == command)
                .map(Report.Answer::progress)
                .filter(Report.Progress.Ended.class::isInstance)
                .map(p -> ((Report.Progress.Ended) p).outcome())
                .toList();
    }

    /// All readings of all frames so far, oldest first.
    public List<Reading> readings() {
        return reports(Report.Frame.class).stream()
                .map(Report.Frame::readings)
                .flatMap(Collection::stream)
                .toList();
    }

    /// Commands that nobody has taken yet.
    public int commandsWaiting() {
        return commands.size();
    }

    /// How many lines and listeners were opened since the beginning.
    public int opened() {
        return opened.get();
    }

    /// The names of lines and listeners that are open now.
    public List<String> openNow() {
        return List.copyOf(open.values());
    }

    private String newest() {
        int from = Math.max(0, reports.size() - 8);
        return reports.isEmpty()
                ? "nothing"
                : (from > 0 ? from + " more, then " : "") + reports.subList(from, reports.size());
    }

    // What the connector sees

    @Override
    public String connector() {
        return connector;
    }

    @Override
    public Points points() {
        return points;
    }

    @Override
    public Optional<Command> nextCommand(Duration wait) throws InterruptedException {
        if (Thread.interrupted()) throw new InterruptedException();
        var shortest = wait.compareTo(COMMAND_WAIT_MAX) < 0 ? wait : COMMAND_WAIT_MAX;
        var command = commands.poll(Math.max(0, shortest.toNanos()), TimeUnit.NANOSECONDS);
        if (command != null) return Optional.of(command);
        if (wait.compareTo(shortest) > 0) advance(wait.minus(shortest));
        return Optional.empty();
    }

    @Override
    public Ticket accept(Report report) throws InterruptedException {
        synchronized (reports) {
            waiting++;
            reports.notifyAll();
            try {
                while (full) reports.wait();
            } finally {
                waiting--;
            }
            return keep(report);
        }
    }

    @Override
    public Optional<Ticket> offer(Report report) {
        synchronized (reports) {
            if (!full) return Optional.of(keep(report));
            refused.incrementAndGet();
            reports.notifyAll();
            return Optional.empty();
        }
    }

    private Ticket keep(Report report) {
        if (reports.size() == REPORTS_MAX) reports.subList(0, REPORTS_MAX / 2).clear();
        reports.add(report);
        reports.notifyAll();
        return new Ticket() {
            @Override
            public boolean awaitDurable(Duration timeout) {
                return !diskDead;
            }

            @Override
            public void whenDurable(Consumer<Boolean> told) {
                told.accept(!diskDead);
            }

            @Override
            public Optional<Outcome> awaitOutcome(Duration timeout) {
                return report instanceof Report.Asked asked ? wishes.apply(asked) : Optional.empty();
            }
        };
    }

    @Override
    public InetSocketAddress mayListen(Endpoint.Tcp endpoint) {
        return new InetSocketAddress(endpoint.host(), endpoint.port());
    }

    @Override
    public OwnLog ownLog() {
        return ownLog;
    }

    /// Puts readings of served points into the site's log, at the next position.
    public void log(Reading... readings) {
        synchronized (logged) {
            logged.add(new ServedReadings.Item(logged.size() + 1L, wallMicros(), List.of(readings), Optional.empty()));
        }
    }

    @Override
    public ServedReadings served(OptionalLong after) {
        return new ServedReadings() {
            private long at;

            {
                synchronized (logged) {
                    at = after.orElse(logged.size());
                }
            }

            @Override
            public Optional<Item> next() {
                synchronized (logged) {
                    return at >= logged.size() ? Optional.empty() : Optional.of(logged.get((int) at++));
                }
            }

            @Override
            public long seen() {
                return at;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Optional<Current> current(Point point) {
        return Optional.ofNullable(currents.get(point.number()));
    }

    @Override
    public Optional<Value> wished(Point point) {
        return Optional.ofNullable(wished.get(point.number()));
    }

    @Override
    public boolean watched(Point point) {
        return watched;
    }

    @Override
    public long wallMicros() {
        return System.currentTimeMillis() * 1_000 + wallStepMicros.get() + skippedNanos.get() / 1_000;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() + skippedNanos.get();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        Thread.sleep(
                1); // a real pause, however short, so that a loop of sleeps does not starve the machine it waits for
        advance(time);
    }

    @Override
    public Line open(Endpoint endpoint) throws IOException {
        Optional<MemoryLine> memory;
        synchronized (plugged) {
            memory = Optional.ofNullable(plugged.get(endpoint)).map(Queue::poll);
            if (memory.isEmpty() && plugged.containsKey(endpoint))
                throw new IOException("Nobody answers at " + endpoint);
        }
        return track(memory.isPresent() ? memory.get() : RealLines.open(endpoint));
    }

    @Override
    public Listener listen(Endpoint.Tcp endpoint) throws IOException {
        var listener = RealLines.listen(endpoint);
        var watched = new Listener() {
            @Override
            public Line accept() throws IOException, InterruptedException {
                return track(listener.accept());
            }

            @Override
            public int port() {
                return listener.port();
            }

            @Override
            public void close() throws IOException {
                open.remove(this);
                listener.close();
            }
        };
        opened.incrementAndGet();
        open.put(watched, "listener on port " + listener.port());
        return watched;
    }

    private Line track(Line line) {
        var watched = new Line() {
            @Override
            public int read(byte[] into, int offset, int length, Duration timeout) throws IOException {
                return line.read(into, offset, length, timeout);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                line.write(bytes, offset, length);
            }

            @Override
            public void discardInput() throws IOException {
                line.discardInput();
            }

            @Override
            public String name() {
                return line.name();
            }

            @Override
            public void close() throws IOException {
                open.remove(this);
                line.close();
            }
        };
        opened.incrementAndGet();
        open.put(watched, line.name());
        return watched;
    }

    @Override
    public boolean fork(String name, Task task) {
        if (tasks.size() >= TASKS_MAX) return false;
        var thread = Thread.ofPlatform().daemon().name(connector + "/" + name).unstarted(() -> {
            try {
                task.run();
            } catch (IOException e) {
                log().info("{} ended: {}", name, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the run is over
            } finally {
                tasks.remove(Thread.currentThread());
            }
        });
        tasks.put(thread, name);
        thread.start();
        return true;
    }

    @Override
    public Logger log() {
        return LoggerFactory.getLogger("connector." + connector);
    }

    @Override
    public Path directory() {
        return directory;
    }

    /// Closes what is still open and removes the directory.
    @Override
    public void close() throws IOException {
        for (var each : open.keySet()) closeForConnector(each);
        try (var files = Files.walk(directory)) {
            for (var each : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(each);
        }
    }

    private static void closeForConnector(AutoCloseable it) {
        try {
            it.close();
        } catch (Exception e) { // AutoCloseable allows any; the test has its result already
            throw new IllegalStateException("Could not close what a connector left open", e);
        }
    }

    /// One run of a connector.
    public final class Running {
        private final Thread thread;
        private volatile Optional<Throwable> end = Optional.empty();
        private volatile List<String> leftOpen = List.of();

        private Running(Connector it) {
            thread = Thread.ofPlatform().daemon().name("run " + connector).start(() -> {
                try {
                    it.run(TestSurroundings.this);
                } catch (Throwable t) { // the top of the connector's thread: a test must see all of it
                    end = Optional.of(t);
                } finally {
                    leave();
                }
            });
        }

        private void leave() {
            Thread.interrupted();
            for (var each : tasks.keySet()) each.interrupt();
            for (var each : tasks.keySet()) {
                try {
                    each.join(PATIENCE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            leftOpen = openNow();
            for (var each : open.keySet()) closeForConnector(each);
        }

        /// Whether it is still at it.
        public boolean running() {
            return thread.isAlive();
        }

        /// Interrupts it and waits until it has left.
        ///
        /// @return what it threw
        public Optional<Throwable> stop() throws InterruptedException {
            thread.interrupt();
            return awaitEnd();
        }

        /// Waits until it has left by itself.
        ///
        /// @return what it threw
        public Optional<Throwable> awaitEnd() throws InterruptedException {
            if (thread.join(PATIENCE)) return end;
            var at = new StringBuilder("It still runs after " + PATIENCE + ":");
            for (var frame : thread.getStackTrace()) at.append("\n    at ").append(frame);
            throw new AssertionError(at.toString());
        }

        /// The names of lines and listeners that it did not close when it left, though it MUST.
        public List<String> leftOpen() {
            return leftOpen;
        }

        /// The names of tasks that did not end with it.
        public List<String> leftRunning() {
            return List.copyOf(tasks.values());
        }
    }
}
