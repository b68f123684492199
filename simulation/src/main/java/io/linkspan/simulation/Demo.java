package io.linkspan.simulation;

import io.linkspan.access.HttpDoor;
import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import io.linkspan.node.ControlSocket;
import io.linkspan.node.Entrance;
import io.linkspan.node.LivePage;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.PageViews;
import io.linkspan.node.PictureFolder;
import io.linkspan.node.Requests;
import io.linkspan.node.SpeedClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The house comes alive: simulated machines on their real protocols, a node that reads, links and keeps, a view of it,
/// and at
/// the end what it did in figures. One use; [#run] by one thread, [#stop] by any.
public final class Demo {
    /// Fastest: beyond it the timeouts of real lines are too short on the faster clock.
    public static final double SPEED_MAX = 3_600;
    /// At this speed the house sheds at least three times in 20 s.
    public static final double SPEED_USUAL = 400;

    private static final Duration COMMIT_EVERY = Duration.ofMillis(200);
    private static final Duration STORED_TIMEOUT = Duration.ofSeconds(5);
    private static final long LOOK_MILLIS = 2;

    private final Options options;
    private final DemoScreen screen;
    private volatile boolean stopped;

    /// How a demo runs.
    ///
    /// @param speed of its clock; 1 is real time, at most [#SPEED_MAX]
    /// @param time how long; none: until it is stopped
    /// @param data its folder; none: a temporary one, removed at the end
    /// @param port of the live page, 0: a free one; none: [HttpDoor#PORT], or a free one when that is taken
    public record Options(double speed, Optional<Duration> time, Optional<Path> data, Optional<Integer> port) {
        public Options {
            if (!(speed > 0 && speed <= SPEED_MAX))
                throw new IllegalArgumentException("The demo's speed is more than 0 and at most " + (int) SPEED_MAX
                        + ", not " + speed + ": real lines are no faster on a faster clock");
        }
    }

    /// A demo that is shown on this screen.
    Demo(Options options, DemoScreen screen) {
        this.options = options;
        this.screen = screen;
    }

    /// Ends it soon; the figures are still told.
    public void stop() {
        stopped = true;
    }

    /// Runs it to its end.
    ///
    /// @throws IOException the folder can not be used; the message says why and what next
    public void run() throws IOException, Invalid, InterruptedException {
        Path folder = options.data().isPresent() ? options.data().get() : Files.createTempDirectory("linkspan-demo-");
        try {
            run(folder);
        } finally {
            if (options.data().isEmpty()) remove(folder);
        }
    }

    private void run(Path folder) throws IOException, Invalid, InterruptedException {
        var real = NodeClock.real();
        long ran = options.time().orElse(Duration.ZERO).toNanos() / 1_000;
        var clock = new SpeedClock(real, options.speed(), real.wallMicros() - (long) (ran * options.speed()));
        var site = HouseSite.at(options.speed());
        var house = new House(House.START);
        var unshed = new House(House.START);
        try (var machines = new HouseMachines(house, Optional.of(unshed), clock, site.interval(), 0, 0);
                var node = Node.start(new Node.Settings(folder, clock, COMMIT_EVERY, Set.of()))) {
            var id = lead(node, site, machines);
            var from = node.log(id).head();
            months(node, id, folder, clock);
            HouseSite.picture(new PictureFolder(folder, id));
            machines.start();
            long begun = System.nanoTime();
            var start = firstReading(node, id);
            var views = new PageViews(node.board(id), clock, options.speed());
            try (var page = page(node, clock);
                    var entrance = Entrance.of(node, folder);
                    var _ = ControlSocket.open(folder, new Requests(node, clock, entrance.signIn(), Requests.here()))) {
                screen.begin(introduction(site, machines, page.address(), folder));
                show(node, machines, views, begun);
            } finally {
                screen.end();
            }
            node.broken().ifPresent(e -> screen.line("The node stopped working; please report this: " + e));
            var figures = figures(node, id, from, machines, unshed, start, begun);
            figures.lines().forEach(screen::line);
        }
    }

    private static SiteId lead(Node node, HouseSite site, HouseMachines machines)
            throws Invalid, IOException, InterruptedException {
        var file = site.file(machines.meterPort(), machines.plantPort());
        if (node.sites().isEmpty()) return node.create(Principal.person("demo"), file);
        var id = node.sites().getFirst();
        node.apply(id, Principal.person("demo"), file).await(STORED_TIMEOUT);
        return id;
    }

    /// The months before, once in a folder's life.
    private static void months(Node node, SiteId id, Path folder, NodeClock clock) throws IOException {
        Path file = folder.resolve("months-before.csv");
        if (Files.exists(file)) return;
        var end = Instant.EPOCH.plus(clock.wallMicros(), ChronoUnit.MICROS);
        try (var out = Files.newBufferedWriter(file)) {
            HouseMonths.write(out, end, HouseMachines.REGISTER);
        }
        node.bring(id, file);
    }

    private Optional<Long> firstReading(Node node, SiteId id) throws InterruptedException {
        long end = System.nanoTime() + STORED_TIMEOUT.toNanos();
        while (System.nanoTime() < end && !stopped) {
            if (node.board(id).all().stream().anyMatch(c -> c.reading().isPresent()))
                return Optional.of(System.currentTimeMillis()
                        - ManagementFactory.getRuntimeMXBean().getStartTime());
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return Optional.empty();
    }

    /// A person who chose a port wants no other one.
    private HttpDoor page(Node node, NodeClock clock) throws IOException {
        Supplier<String> note = () -> "A recorded house; its boiler, heating and hall are simulated.";
        if (options.port().isPresent())
            return LivePage.start(node, clock, options.speed(), options.port().get(), note);
        try {
            return LivePage.start(node, clock, options.speed(), HttpDoor.PORT, note);
        } catch (IOException e) { // taken
            return LivePage.start(node, clock, options.speed(), 0, note);
        }
    }

    private String introduction(HouseSite site, HouseMachines machines, String page, Path folder) {
        return String.format(
                Locale.ROOT,
                """
                A house in Belgium on 14 January 2016, %.0f times as fast as it was.
                Smart meter: DSMR P1 on 127.0.0.1:%d   Plant room: Modbus TCP on 127.0.0.1:%d
                Link shed_peak: boiler off above %.1f kW, released below %.1f kW (its own 2.5 kW not counted)
                Console: %s   Other commands: --data %s""",
                options.speed(),
                machines.meterPort(),
                machines.plantPort(),
                site.offAboveKilowatts(),
                site.onBelowKilowatts(),
                page,
                folder);
    }

    private void show(Node node, HouseMachines machines, PageViews views, long begun) throws InterruptedException {
        long end = options.time().map(t -> begun + t.toNanos()).orElse(Long.MAX_VALUE);
        while (!stopped && node.broken().isEmpty()) {
            if (screen.show(views.now(""), machines.look(House::recordedTime))) return;
            long left = end - System.nanoTime();
            if (left <= 0) return;
            TimeUnit.NANOSECONDS.sleep(Math.min(left, DemoScreen.REDRAW.toNanos()));
        }
    }

    /// The house stands still first, so that all that was read can be stored and counted.
    private DemoFigures figures(
            Node node,
            SiteId id,
            Log.Position from,
            HouseMachines machines,
            House unshed,
            Optional<Long> start,
            long begun)
            throws IOException, InterruptedException {
        var ran = Duration.ofNanos(System.nanoTime() - begun);
        long bytes = node.journal().bytesWritten();
        long syncs = node.journal().syncs();
        long resident = DemoFigures.residentNow();
        var until = node.log(id).head();
        var log = standingStill(machines, () -> settled(node, id, from, until)).reactions(machines);
        long read = DemoFigures.read(node, id, false);
        return new DemoFigures(
                read,
                DemoFigures.read(node, id, true),
                read - log.stored(),
                log,
                DemoFigures.HouseEnd.of(machines.look(h -> h)),
                DemoFigures.HouseEnd.of(unshed),
                start,
                resident,
                bytes,
                syncs,
                ran,
                machines.look(House::ran));
    }

    private interface Counting {
        LogFigures count() throws IOException, InterruptedException;
    }

    /// That the machines hang up now is no news for anybody.
    private static LogFigures standingStill(HouseMachines machines, Counting counting)
            throws IOException, InterruptedException {
        var complaints = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            machines.close();
            return counting.count();
        } finally {
            System.setErr(complaints);
        }
    }

    /// Waits until what was handed in is on disk.
    private static LogFigures settled(Node node, SiteId id, Log.Position from, Log.Position until)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + STORED_TIMEOUT.toNanos();
        long changes;
        do {
            changes = node.board(id).changes();
            TimeUnit.MILLISECONDS.sleep(2 * COMMIT_EVERY.toMillis());
        } while (node.board(id).changes() != changes && System.nanoTime() < end);
        return LogFigures.of(node.log(id), from, until, node.board(id).directory());
    }

    private static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path directory, java.io.@org.jspecify.annotations.Nullable IOException failed) throws IOException {
                if (failed != null) throw failed;
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
