package io.linkspan.node;

import io.linkspan.connector.Command;
import io.linkspan.connector.Current;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import io.linkspan.connector.Outlets;
import io.linkspan.connector.OwnLog;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.ServedReadings;
import io.linkspan.connector.Surroundings;
import io.linkspan.connector.Ticket;
import io.linkspan.model.Durations;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;

/// The surroundings of one run of a connector. It ends with the run, and with it every line, listener and task that the
/// run
/// left behind; a command that was taken and not answered is answered "in doubt". Safe for many threads.
final class LiveSurroundings implements Surroundings, AutoCloseable {
    /// Most lines and listeners open at once for one connector.
    static final int LINES_MAX = 2 * TASKS_MAX;

    private final ConnectorRunner runner;
    private final ConnectorRunner.Wiring wiring;
    private final Semaphore tasksLeft = new Semaphore(TASKS_MAX);
    private final Set<Thread> tasks = new HashSet<>(); // guarded by open
    private final Set<Closeable> open = new HashSet<>();
    private final Map<Long, Boolean> taken = new HashMap<>();
    private boolean over; // guarded by open

    LiveSurroundings(ConnectorRunner runner) {
        this.runner = runner;
        this.wiring = runner.wiring();
    }

    @Override
    public String connector() {
        return runner.id();
    }

    @Override
    public Points points() {
        return runner.points();
    }

    @Override
    public Optional<Command> nextCommand(Duration wait) throws InterruptedException {
        var command = runner.commands().next(wait);
        command.ifPresent(c -> {
            runner.counters().command();
            synchronized (taken) {
                taken.put(c.id(), false);
            }
        });
        return command;
    }

    @Override
    public boolean tellsOfCommands(Runnable arrived) {
        runner.commands().listen(arrived);
        return true;
    }

    @Override
    public Ticket accept(Report report) throws InterruptedException {
        if (report instanceof Report.LineUp) return runner.up();
        if (report instanceof Report.Answer answer && !isAwaited(answer)) return Receipt.done();
        var ticket = wiring.sink().take(report);
        runner.counters().report(report);
        return ticket;
    }

    @Override
    public Optional<Ticket> offer(Report report) {
        if (report instanceof Report.LineUp) return Optional.of(runner.up());
        if (report instanceof Report.Answer answer)
            return Optional.of(isAwaited(answer) ? wiring.sink().answer(answer) : Receipt.done());
        return counted(report, wiring.sink().offer(report));
    }

    @Override
    public Optional<Ticket> offerOneOfMany(Report report) {
        if (!(report instanceof Report.Frame)) return offer(report);
        return counted(report, wiring.sink().offerQuietly(report));
    }

    @Override
    public void offered() {
        wiring.sink().wake();
    }

    private Optional<Ticket> counted(Report report, Optional<Ticket> ticket) {
        if (ticket.isPresent()) runner.counters().report(report);
        else runner.counters().refusedOffer();
        return ticket;
    }

    /// A command has one final answer: what comes after it, or for a command that nobody gave, is dropped and
    /// shown.
    private boolean isAwaited(Report.Answer answer) {
        boolean known;
        synchronized (taken) {
            known = taken.containsKey(answer.command());
            if (known)
                switch (answer.progress()) {
                    case Report.Progress.Sent _, Report.Progress.At _ -> taken.put(answer.command(), true);
                    case Report.Progress.Ended _ -> taken.remove(answer.command());
                }
        }
        if (!known)
            log().error(
                            "{} answered command {} that it does not have ({}); this is a bug in it",
                            connector(),
                            answer.command(),
                            answer.progress());
        return known;
    }

    @Override
    public Optional<Current> current(Point point) {
        return wiring.current().apply(point);
    }

    @Override
    public Optional<Value> wished(Point point) {
        return wiring.wished().apply(point);
    }

    @Override
    public ServedReadings served(OptionalLong after) throws IOException {
        return wiring.served().open(runner::points, after);
    }

    @Override
    public Outlets outlets() {
        return wiring.outlets();
    }

    @Override
    public boolean watched(Point point) {
        return wiring.watched().test(point);
    }

    @Override
    public long wallMicros() {
        return wiring.clock().wallMicros();
    }

    @Override
    public long nanoTime() {
        return wiring.clock().nanoTime();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        wiring.clock().sleep(time);
    }

    @Override
    public Line open(Endpoint endpoint) throws IOException, InterruptedException {
        return new OwnLine(wiring.lines().open(endpoint));
    }

    @Override
    public Listener listen(Endpoint.Tcp endpoint) throws IOException {
        return new OwnListener(wiring.lines().listen(endpoint));
    }

    @Override
    public InetSocketAddress mayListen(Endpoint.Tcp endpoint) throws IOException {
        return wiring.lines().mayListen(endpoint);
    }

    @Override
    public OwnLog ownLog() {
        return wiring.ownLog().get();
    }

    @Override
    public boolean fork(String name, Task task) {
        if (!tasksLeft.tryAcquire()) return false;
        var thread = runner.threads(connector() + " " + name).unstarted(() -> {
            try {
                task.run();
            } catch (IOException e) {
                log().debug("{} of {} ended: {}", name, connector(), e.getMessage());
            } catch (InterruptedException e) {
                // the run is over, and so is this thread
            } catch (RuntimeException | Error e) { // thread top: a bug in one task harms no other
                runner.bug(e);
            } finally {
                tasksLeft.release();
                synchronized (open) {
                    tasks.remove(Thread.currentThread());
                }
            }
        });
        synchronized (open) {
            if (over) {
                tasksLeft.release();
                return false;
            }
            tasks.add(thread);
            thread.start();
        }
        return true;
    }

    @Override
    public Logger log() {
        return runner.log();
    }

    @Override
    public Path directory() {
        return wiring.directory();
    }

    /// Ends what the run left behind.
    @Override
    public void close() {
        List<Thread> left;
        synchronized (open) {
            over = true;
            left = List.copyOf(tasks);
        }
        for (Thread each : left) each.interrupt();
        closeLines();
        joinAll(left);
        answerTheRest();
    }

    /// Closes all lines and listeners, so that who reads from them is woken.
    void closeLines() {
        List<Closeable> all;
        synchronized (open) {
            all = List.copyOf(open);
        }
        for (Closeable each : all) close(each);
    }

    private void close(Closeable each) {
        try {
            each.close();
        } catch (IOException e) {
            log().debug("{}: {}", connector(), e.getMessage());
        }
    }

    private void joinAll(List<Thread> left) {
        boolean interrupted = Thread.interrupted(); // the runner waits for us a bounded time: go on, then leave with it
        for (Thread each : left) {
            try {
                if (!each.join(ConnectorRunner.END_TIMEOUT))
                    log().error(
                                    "Task {} did not end within {} of its connector; this is a bug in it",
                                    each.getName(),
                                    Durations.format(ConnectorRunner.END_TIMEOUT));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void answerTheRest() {
        Map<Long, Boolean> left;
        synchronized (taken) {
            left = Map.copyOf(taken);
            taken.clear();
        }
        for (long id : left.keySet()) {
            log().error("{} left without an answer to command {}; this is a bug in it", connector(), id);
            var outcome = new Outcome.InDoubt(wallMicros());
            wiring.sink().answer(new Report.Answer(id, new Report.Progress.Ended(outcome), Report.Raw.NONE));
        }
    }

    /// Remembers what is open; closes it again when there is too much, or the run is over.
    private void own(Closeable it, String name) throws IOException {
        boolean late;
        boolean fits;
        synchronized (open) {
            late = over;
            fits = open.size() < LINES_MAX;
            if (fits && !late) open.add(it);
        }
        if (fits && !late) return;
        close(it);
        throw new IOException(
                late
                        ? name + " was opened when " + connector() + " had ended"
                        : connector() + " has " + LINES_MAX + " lines open already; " + name + " was closed again");
    }

    private void disown(Closeable it) {
        synchronized (open) {
            open.remove(it);
        }
    }

    private final class OwnLine implements Line {
        private final Line line;

        OwnLine(Line line) throws IOException {
            this.line = line;
            own(this, line.name());
        }

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
            disown(this);
            line.close();
        }
    }

    private final class OwnListener implements Listener {
        private final Listener listener;

        OwnListener(Listener listener) throws IOException {
            this.listener = listener;
            own(this, "port " + listener.port());
        }

        @Override
        public Line accept() throws IOException, InterruptedException {
            return new OwnLine(listener.accept());
        }

        @Override
        public int port() {
            return listener.port();
        }

        @Override
        public void close() throws IOException {
            disown(this);
            listener.close();
        }
    }
}
