package io.linkspan.node;

import io.linkspan.connector.Command;
import io.linkspan.connector.Connector;
import io.linkspan.connector.Current;
import io.linkspan.connector.Outlets;
import io.linkspan.connector.OwnLog;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.ServedReadings;
import io.linkspan.model.Durations;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one connector of a site running: on a thread of its own, again after each lost line, with a growing wait.
/// Tells the
/// site when the line comes up and when it goes down, once each, and counts. A bug in a connector is shown and ends
/// that one
/// run alone.
///
/// Thread-safety: safe for many threads; [#start] and [#close] once each.
public final class ConnectorRunner implements AutoCloseable {
    /// How long a connector may take to say goodbye to its machine before its lines are closed under it.
    static final Duration GOODBYE_TIMEOUT = Duration.ofMillis(500);

    /// How long a connector may take to leave after that; then it is named as one that does not end.
    static final Duration END_TIMEOUT = Duration.ofSeconds(3);

    private final String id;
    private final Connector connector;
    private final Wiring wiring;
    private final Logger log;
    private final Backoff backoff;
    private final Counters counters = new Counters();
    private final CommandQueue commands;
    private final Thread thread;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile Points points = new Points(0, List.of());
    private volatile Optional<LiveSurroundings> run = Optional.empty();
    private volatile State state;
    private volatile String lastBug = "";

    /// Whether the line is up, and since when.
    private record State(boolean up, long sinceMicros, long sinceNanos, boolean told) {}

    /// What a connector's run is connected to.
    ///
    /// @param sink the site's queue for this connector
    /// @param random for the jitter of the waits alone
    /// @param current the value of a served point
    /// @param wished what an actuator shall be
    /// @param watched whether the site is alive, armed and responsible for a point
    /// @param directory the connector's own folder; it exists
    /// @param platformThreads needed where reads go through native code (serial lines): they would hold a carrier
    /// thread
    /// @param ownLog the log of the connector's own
    /// @param outlets the applications outside that may take from the site
    /// @param served what its served points read, out of the site's log
    public record Wiring(
            NodeClock clock,
            RandomGenerator random,
            Lines lines,
            Sink sink,
            Function<Point, Optional<Current>> current,
            Function<Point, Optional<Value>> wished,
            Predicate<Point> watched,
            Path directory,
            boolean platformThreads,
            Supplier<OwnLog> ownLog,
            Served served,
            Outlets outlets) {}

    /// Opens the readings of served points.
    @FunctionalInterface
    public interface Served {
        /// @param points the connector's live points
        /// @param after the position of the last that was taken; none: from now on
        ServedReadings open(Supplier<Points> points, OptionalLong after) throws IOException;
    }

    /// Makes a runner that does nothing yet.
    public ConnectorRunner(String id, Connector connector, Wiring wiring) {
        this.id = id;
        this.connector = connector;
        this.wiring = wiring;
        log = LoggerFactory.getLogger("linkspan.connector." + id);
        backoff = new Backoff(wiring.random());
        commands = new CommandQueue(wiring.clock(), wiring.sink()::answer);
        state = new State(false, wiring.clock().wallMicros(), wiring.clock().nanoTime(), false);
        thread = threads("connector " + id).unstarted(this::loop);
    }

    /// Sets the live points; the connector sees them in its next round. Also before [#start].
    public void points(Points now) {
        points = now;
    }

    /// Hands a command to the connector. Never waits; what can not be sent is answered through the sink.
    public void command(Command command) {
        commands.put(command);
    }

    /// Begins to run the connector.
    public void start() {
        thread.start();
    }

    /// The connector's id.
    public String id() {
        return id;
    }

    /// How it is doing.
    public Health health() {
        State now = state;
        return counters.health(id, now.up(), now.sinceMicros(), wiring.sink().queuedMost());
    }

    /// Ends the run, its tasks and its lines, and waits for that, a bounded time.
    @Override
    public void close() {
        if (!stopping.compareAndSet(false, true)) return;
        thread.interrupt();
        try {
            if (thread.join(GOODBYE_TIMEOUT)) return;
            run.ifPresent(LiveSurroundings::closeLines);
            if (!thread.join(END_TIMEOUT))
                log.error(
                        "Connector {} did not end within {} after its lines were closed; this is a bug in it",
                        id,
                        Durations.format(END_TIMEOUT));
        } catch (InterruptedException e) {
            run.ifPresent(LiveSurroundings::closeLines);
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (!stopping.get()) {
            commands.open();
            String why = runOnce();
            commands.shut();
            if (stopping.get()) return;
            Duration wasUp = down(why);
            try {
                wiring.clock().sleep(backoff.after(wasUp));
            } catch (InterruptedException e) {
                if (stopping.get()) return;
                // only close() has a reason to interrupt; whoever else did has cost us one wait
            }
            counters.reconnect();
        }
    }

    /// Runs the connector until it leaves, and says why it did.
    private String runOnce() {
        var here = new LiveSurroundings(this);
        run = Optional.of(here);
        try (here) {
            connector.run(here);
            return "the connector " + id + " ended by itself";
        } catch (IOException e) {
            return e.getMessage() == null || e.getMessage().isBlank() ? e.toString() : e.getMessage();
        } catch (InterruptedException e) {
            return "the connector " + id + " was interrupted";
        } catch (RuntimeException | Error e) { // thread top: a bug ends this run and harms no other connector
            return bug(e);
        } finally {
            run = Optional.empty();
        }
    }

    /// Shows a bug with its trace once, not with each try.
    String bug(Throwable e) {
        String what = "a bug in the connector " + id + ": " + e;
        if (!what.equals(lastBug)) log.error("There is {}; it is started again, other connectors go on", what, e);
        lastBug = what;
        return what;
    }

    /// The connector reached its endpoint. Told only when it is a change.
    synchronized io.linkspan.connector.Ticket up() {
        if (state.up()) return Receipt.done();
        state = new State(true, wiring.clock().wallMicros(), wiring.clock().nanoTime(), true);
        log.info("{} is up", id);
        return wiring.sink().line(true, "");
    }

    /// The line is lost. Told only when it is a change, or the first that is known.
    ///
    /// @return how long it had been up
    private synchronized Duration down(String why) {
        counters.error(why);
        State was = state;
        long now = wiring.clock().nanoTime();
        if (was.told() && !was.up()) return Duration.ZERO;
        state = new State(false, wiring.clock().wallMicros(), now, true);
        log.warn("{} is down: {}", id, why);
        wiring.sink().line(false, why);
        return was.up() ? Duration.ofNanos(now - was.sinceNanos()) : Duration.ZERO;
    }

    Thread.Builder threads(String name) {
        return wiring.platformThreads()
                ? Thread.ofPlatform().daemon().name(name)
                : Thread.ofVirtual().name(name);
    }

    Points points() {
        return points;
    }

    Wiring wiring() {
        return wiring;
    }

    Counters counters() {
        return counters;
    }

    CommandQueue commands() {
        return commands;
    }

    Logger log() {
        return log;
    }

    /// Counts what a connector does. Safe for many threads.
    static final class Counters {
        private long frames;
        private long readings;
        private long gaps;
        private long commands;
        private long reconnects;
        private long refusedOffers;
        private String lastError = "";

        synchronized void report(Report report) {
            switch (report) {
                case Report.Frame f -> {
                    frames++;
                    readings += f.readings().size();
                }
                case Report.Gap _ -> gaps++;
                case Report.Unit _,
                        Report.Happened _,
                        Report.Answer _,
                        Report.Asked _,
                        Report.Found _,
                        Report.LineUp _ -> {}
            }
        }

        synchronized void command() {
            commands++;
        }

        synchronized void reconnect() {
            reconnects++;
        }

        synchronized void refusedOffer() {
            refusedOffers++;
        }

        synchronized void error(String why) {
            lastError = why;
        }

        synchronized Health health(String id, boolean up, long sinceMicros, int queuedMost) {
            return new Health(
                    id,
                    up,
                    sinceMicros,
                    frames,
                    readings,
                    gaps,
                    commands,
                    reconnects,
                    refusedOffers,
                    queuedMost,
                    lastError);
        }
    }
}
