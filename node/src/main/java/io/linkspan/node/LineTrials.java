package io.linkspan.node;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.Reading;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a person tries on a line before a site file says anything about it: who answers there, and what a machine of a
/// file that is not applied yet would read. Nothing is written to a machine, nothing is logged as a reading, and a line
/// that a running connector has is left alone.
///
/// Thread-safety: safe for many threads; one trial at a time, a second one is refused.
final class LineTrials {
    /// Longest look for who answers. A serial line of unknown speed needs longer: whoever knows its speed says it.
    static final Duration PROBE_MAX = Duration.ofSeconds(25);
    /// Longest wait for the first value of each property.
    static final Duration READ_MAX = Duration.ofSeconds(8);
    /// Most finds that are told.
    static final int FOUND_MAX = 64;
    /// How long a trial that is out of time may take to leave, before and after its lines are closed.
    static final Duration END_TIMEOUT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.trial");
    private static final int TCP_PORT = 502;
    private static final int BAUD = 9_600;

    private final Attached types;
    private final Supplier<List<SiteFile.ConnectorEntry>> running;
    private final Semaphore one = new Semaphore(1);

    /// @param running the connectors of all sites of this node
    LineTrials(Attached types, Supplier<List<SiteFile.ConnectorEntry>> running) {
        this.types = types;
        this.running = running;
    }

    /// Work that may throw what connectors throw.
    private interface Work {
        void run(HandSurroundings here) throws Invalid, IOException, InterruptedException;
    }

    /// How a trial ended.
    ///
    /// @param complete it ended by itself
    /// @param problem what went wrong; empty when nothing did
    private record Ended(boolean complete, String problem) {}

    /// Looks who answers at an endpoint.
    ///
    /// @param settings as after `connectors:` in a site file, `endpoint` at least
    /// @throws NoSuch the type has no such ability
    /// @throws SaidNo a running connector has the line, or somebody else is trying one
    Tree.Fields probe(String type, Settings settings) throws Invalid, IOException, InterruptedException {
        var able = able(type);
        String endpoint = settings.needText("endpoint", "\"192.168.1.30:502\", or /dev/ttyUSB0");
        refuseInUse(endpoint);
        var found = new CopyOnWriteArrayList<Report.Found>();
        var ended = within(
                PROBE_MAX,
                new Points(0, List.of()),
                _ -> {},
                here -> able.probe(here, settings, find -> {
                    if (!find.settings().isEmpty() && found.size() < FOUND_MAX) found.add(find);
                }));
        var all = new ArrayList<Tree>();
        for (var find : found) all.add(tree(find.what(), find.settings()));
        return Trees.fields()
                .put("found", Tree.items(all))
                .plain("complete", ended.complete())
                .text("problem", ended.problem())
                .done();
    }

    /// A find as it is told.
    static Tree.Fields tree(String what, Map<String, String> settings) {
        var words = new LinkedHashMap<String, Tree>();
        new TreeMap<>(settings).forEach((name, value) -> words.put(name, Tree.text(value)));
        return Trees.fields()
                .text("what", what)
                .put("settings", Tree.fields(words))
                .done();
    }

    /// Reads each property of one thing of a file once, over the very connector that would run.
    ///
    /// @param tree a file that was checked
    /// @throws NoSuch the file has no such thing, or its connector can not be tried
    /// @throws SaidNo a running connector has the line, or somebody else is trying one
    Tree.Fields read(Tree.Fields tree, String thing) throws Invalid, IOException, InterruptedException {
        var file = SiteFile.read(tree);
        var wanted = file.things().get(thing);
        if (wanted == null) throw new NoSuch("the file has no thing \"" + thing + "\"");
        var entry = wanted.connector().map(c -> file.connectors().get(c)).orElse(null);
        if (entry == null) throw new NoSuch(thing + " has no connector in the file; write \"connector:\"");
        able(entry.type());
        var endpoint = endpoint(entry);
        if (endpoint.isPresent()) refuseInUse(endpoint.get());
        var directory = Directory.EMPTY.with(file, 1, Directory.EMPTY.changes(file));
        var points = new LinkedHashMap<Integer, Point>();
        for (var point : Attached.points(directory, entry.id()))
            if (point.thingName().equals(thing)
                    && (point.access() == Point.Access.READ || point.access() == Point.Access.WRITE))
                points.put(point.number(), onlyRead(point));
        var connector = types.create(entry);
        var values = new ConcurrentHashMap<Integer, Reading>();
        var all = new CountDownLatch(1);
        var gaps = new AtomicReference<>("");
        var ended = within(
                READ_MAX,
                new Points(1, List.copyOf(points.values())),
                report -> {
                    if (report instanceof Report.Frame frame)
                        for (var reading : frame.readings())
                            if (points.containsKey(reading.property())) values.putIfAbsent(reading.property(), reading);
                    if (report instanceof Report.Gap gap) gaps.set(gap.cause());
                    if (report instanceof Report.Unit unit && !unit.answers()) gaps.set(unit.why());
                    if (values.keySet().containsAll(points.keySet())) all.countDown();
                },
                here -> until(all, connector, here));
        return told(points, values, ended, gaps.get());
    }

    private static Tree.Fields told(Map<Integer, Point> points, Map<Integer, Reading> values, Ended ended, String gap) {
        var shown = new ArrayList<Tree>();
        var missing = new ArrayList<String>();
        for (var point : points.values()) {
            var reading = values.get(point.number());
            if (reading == null) {
                missing.add(point.name());
                continue;
            }
            var one = Trees.fields().text("property", point.name()).put("value", Trees.value(reading.value()));
            point.unit().ifPresent(u -> one.text("unit", u));
            shown.add(one.text("quality", Trees.word(reading.quality())).done());
        }
        return Trees.fields()
                .put("values", Tree.items(shown))
                .texts("missing", missing)
                .plain("complete", missing.isEmpty())
                .text("problem", ended.problem().isEmpty() && !missing.isEmpty() ? gap : ended.problem())
                .done();
    }

    /// Runs a connector until each point has a value; a connector itself never ends.
    private static void until(CountDownLatch all, Connector connector, HandSurroundings here)
            throws IOException, InterruptedException {
        var waiting = Thread.currentThread();
        var watch = Thread.ofVirtual().name("line trial watch").start(() -> {
            try {
                all.await();
                waiting.interrupt();
            } catch (InterruptedException e) {
                // the trial is over already
            }
        });
        try {
            connector.run(here);
        } finally {
            watch.interrupt();
        }
    }

    private static Point onlyRead(Point p) {
        return new Point(
                p.number(),
                p.name(),
                p.type(),
                p.unit(),
                p.step(),
                p.at(),
                Optional.of(SOON),
                p.choices(),
                p.thing(),
                Point.Access.READ,
                new io.linkspan.model.WithoutUs.LastValue());
    }

    private static final Duration SOON = Duration.ofSeconds(1);

    // ---- what may be tried

    private Probes able(String type) throws NoSuch {
        var found = types.type(type)
                .orElseThrow(() -> new NoSuch(
                        "no connector is of type \"" + type + "\"; there are " + String.join(", ", types.names())));
        if (found instanceof Probes probes) return probes;
        throw new NoSuch("a " + type + " can not be tried on a line; apply it, its values show on the page");
    }

    private static Optional<String> endpoint(SiteFile.ConnectorEntry entry) {
        for (String name : List.of("endpoint", "port"))
            if (entry.settings().tree().fields().get(name) instanceof Tree.Scalar s) return Optional.of(s.text());
        return Optional.empty();
    }

    /// Two masters on one line disturb each other, and many devices take one connection alone.
    private void refuseInUse(String wanted) throws SaidNo {
        String line = line(wanted);
        for (var entry : running.get())
            if (endpoint(entry).map(LineTrials::line).filter(line::equals).isPresent())
                throw new SaidNo("the connector " + entry.id() + " has the line " + wanted
                        + "; add the machine to it, its values show once it is applied");
    }

    /// An endpoint as it is compared: the host and port, or the device that a path leads to.
    private static String line(String text) {
        try {
            return switch (Endpoint.parse(text, TCP_PORT, BAUD, "8N1")) {
                case Endpoint.Tcp tcp -> line(tcp.host(), tcp.port());
                case Endpoint.Tls tls -> line(tls.host(), tls.port());
                case Endpoint.Serial serial ->
                    Path.of(serial.path()).toRealPath().toString();
            };
        } catch (IllegalArgumentException | IOException e) {
            return text.strip(); // what is no endpoint, or no device yet, is refused by who opens it
        }
    }

    private static String line(String host, int port) {
        return host.replace("localhost", "127.0.0.1").toLowerCase(java.util.Locale.ROOT) + ":" + port;
    }

    // ---- one trial, bounded in time

    private Ended within(Duration most, Points points, java.util.function.Consumer<Report> told, Work work)
            throws Invalid, IOException, InterruptedException {
        if (!one.tryAcquire()) throw new SaidNo("somebody is trying a line already; try again in a moment");
        Path folder = Files.createTempDirectory("linkspan-trial");
        var here = new HandSurroundings(folder, points, told);
        var wrong = new AtomicReference<Optional<Exception>>(Optional.empty());
        // reads of a serial line go through native code: a virtual thread would hold its carrier
        var thread = Thread.ofPlatform().daemon().name("line trial").unstarted(() -> run(work, here, wrong));
        boolean ended = false;
        try {
            thread.start();
            ended = thread.join(most);
        } finally {
            if (!ended) end(thread, here);
            Files.deleteIfExists(folder);
            one.release();
        }
        if (wrong.get().orElse(null) instanceof Invalid invalid) throw invalid;
        return new Ended(
                ended, wrong.get().map(e -> String.valueOf(e.getMessage())).orElse(""));
    }

    private static void run(Work work, HandSurroundings here, AtomicReference<Optional<Exception>> wrong) {
        try {
            work.run(here);
        } catch (InterruptedException e) {
            // everything was read, or the time is over
        } catch (Invalid | IOException e) {
            wrong.set(Optional.of(e));
        } catch (RuntimeException e) { // thread top: a bug of a connector ends its trial alone
            LOG.error("A bug in a connector ended a trial", e);
            wrong.set(Optional.of(e));
        } finally {
            here.closeLines();
        }
    }

    private static void end(Thread thread, HandSurroundings here) throws InterruptedException {
        thread.interrupt();
        if (thread.join(END_TIMEOUT)) return;
        here.closeLines();
        if (!thread.join(END_TIMEOUT))
            LOG.error(
                    "A trial did not end within {} s after its lines were closed",
                    TimeUnit.MILLISECONDS.toSeconds(END_TIMEOUT.toMillis()));
    }
}
