package io.linkspan.connector;

import io.linkspan.model.Value;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;

/// All that exists for a connector. In tests and in simulation each part of it is under control.
///
/// Thread-safety: safe for many threads, so a listener may use it from the threads that it [#fork]s.
public interface Surroundings {
    /// The connector's id in the site file.
    String connector();

    /// The live points of this connector. Things come and go while it runs: ask again in each round and compare
    /// [Points#version] to keep what was planned.
    Points points();

    /// The next command, in order, waiting up to `wait` for one; none when the time is over. Set-points to one
    /// actuator that
    /// nobody has taken yet are conflated by the node, so what comes is the newest.
    Optional<Command> nextCommand(Duration wait) throws InterruptedException;

    /// For a connector that carries out its commands on a thread of its own, and would lose time in waiting for
    /// them on
    /// another: from now on, and until its run ends, it is told that commands are there, and takes them on its own
    /// thread
    /// with [#nextCommand] without a wait, until none is left.
    ///
    /// @param arrived is called by the thread that gave the command, which must not be kept
    /// @return whether it will be told; if not, it must wait for commands
    default boolean tellsOfCommands(Runnable arrived) {
        return false;
    }

    /// Hands over what was heard or done. Returns at once with a ticket, or, when the site's queue for this
    /// connector is full,
    /// waits (so TCP pushes back to the sender). In accept order per connector.
    Ticket accept(Report report) throws InterruptedException;

    /// As [#accept], but returns none instead of waiting when the queue is full: the caller drops the oldest of
    /// what it has
    /// and reports the gap (P1, UDP).
    Optional<Ticket> offer(Report report);

    /// As [#offer], for one of many reports that come at once: whoever takes them need not be woken before the
    /// last,
    /// which
    /// [#offered] says. A report may be taken before.
    default Optional<Ticket> offerOneOfMany(Report report) {
        return offer(report);
    }

    /// All of many reports were offered.
    default void offered() {}

    /// The current value of a point of this connector, through its contract: of one that it serves to others
    /// ([Point#served]), or of what it read itself.
    Optional<Current> current(Point point);

    /// What an actuator shall be now, by the highest wish that there is; none when nobody wishes anything. It is
    /// not what
    /// the machine says ([#current]).
    default Optional<Value> wished(Point point) {
        return Optional.empty();
    }

    /// The readings of the served points behind a position, out of the site's log.
    ///
    /// @param after the position of the last that was taken; none: from now on
    /// @throws IOException there is no log here, or it can not be read
    default ServedReadings served(OptionalLong after) throws IOException {
        throw new IOException(connector() + " has no log to tell from here");
    }

    /// The applications outside that may take from this site.
    default Outlets outlets() {
        return Outlets.NONE;
    }

    /// Whether the site is alive, armed and responsible for this point now: only then its watchdog register may be
    /// written.
    boolean watched(Point point);

    /// Microseconds since 1970 UTC.
    long wallMicros();

    /// A monotone clock in nanoseconds, from any origin.
    long nanoTime();

    /// Waits; simulated time makes it short.
    void sleep(Duration time) throws InterruptedException;

    /// Opens a line. It is closed by the node at the latest when `run` leaves.
    ///
    /// @throws IOException nobody there, or no such serial port; the message says what next
    Line open(Endpoint endpoint) throws IOException, InterruptedException;

    /// Listens on an address of this box. Other addresses than loopback need the node's permission (`node.yaml`).
    ///
    /// @throws IOException the port is taken or not permitted; the message says what next
    Listener listen(Endpoint.Tcp endpoint) throws IOException;

    /// Says whether this connector may listen on an address of this box, for one that opens the socket itself
    /// because
    /// it has
    /// thousands of connections on one thread. Such a connector MUST ask first, and MUST close the socket when it
    /// leaves.
    ///
    /// @return the address to listen on
    /// @throws IOException it is not permitted, as [#listen] says; or nothing can be opened here but by [#listen]
    default InetSocketAddress mayListen(Endpoint.Tcp endpoint) throws IOException {
        throw new IOException("Nothing can be opened here but by the surroundings, so nobody listens on " + endpoint);
    }

    /// The log of this connector's own, which lasts: the same one in each run, and after a restart. At most one run
    /// uses it.
    ///
    /// @throws IOException there is none here
    default OwnLog ownLog() throws IOException {
        throw new IOException(connector() + " has no log of its own here");
    }

    /// Runs a task (one accepted connection, for example) on a thread of its own, which ends with this connector's
    /// run.
    /// At most [#TASKS_MAX] at once; the next one is refused with a false.
    boolean fork(String name, Task task);

    /// Most tasks at once for one connector.
    int TASKS_MAX = 256;

    /// Few and useful lines: what changed, not what happens each second.
    Logger log();

    /// A folder that this connector may use for itself; it exists.
    Path directory();

    /// What runs beside `run`.
    @FunctionalInterface
    interface Task {
        /// May throw when its own line is lost; that ends this task alone.
        void run() throws IOException, InterruptedException;
    }
}
