package io.linkspan.node;

import io.linkspan.connector.Command;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.model.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The commands that wait for one connector. A newer set-point takes the place of an older one for the same point,
/// unless an
/// action was asked for in between; actions never conflate. What will never be sent is answered here.
///
/// Thread-safety: safe for many threads; nobody waits but in [#next].
final class CommandQueue {
    /// Most commands that wait for one connector; more are refused.
    static final int COMMANDS_MAX = 1_000;

    private static final Runnable NOBODY = () -> {};

    private final NodeClock clock;
    private final Consumer<Report.Answer> answers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final List<Command> waiting = new ArrayList<>();
    private boolean reachable;
    private Runnable listener = NOBODY;

    /// @param answers takes the answers for commands that are never handed over; called without any lock held
    CommandQueue(NodeClock clock, Consumer<Report.Answer> answers) {
        this.clock = clock;
        this.answers = answers;
    }

    /// The connector runs: commands wait for it from now on.
    void open() {
        lock.lock();
        try {
            reachable = true;
        } finally {
            lock.unlock();
        }
    }

    /// The connector does not run: what waits and what comes is answered "not sent: unreachable".
    void shut() {
        List<Command> left;
        lock.lock();
        try {
            reachable = false;
            listener = NOBODY;
            left = List.copyOf(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        for (Command each : left) end(each, new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
    }

    /// Tells of each command that comes, until the connector does not run any more.
    ///
    /// @param told is called by the thread that gave the command, without any lock held
    void listen(Runnable told) {
        lock.lock();
        try {
            listener = told;
        } finally {
            lock.unlock();
        }
        told.run(); // what came before
    }

    /// Adds a command. Never waits.
    void put(Command command) {
        Optional<Report.Answer> answer;
        Runnable told;
        lock.lock();
        try {
            answer = add(command);
            told = listener;
        } finally {
            lock.unlock();
        }
        told.run();
        answer.ifPresent(answers);
    }

    private Optional<Report.Answer> add(Command command) {
        if (!reachable) return Optional.of(ended(command, new Outcome.NotSent(Outcome.Cause.UNREACHABLE)));
        if (command.point().access() != Point.Access.INVOKE)
            for (int i = waiting.size() - 1; i >= 0; i--) {
                Command older = waiting.get(i);
                if (older.point().access() == Point.Access.INVOKE) break;
                if (older.point().number() != command.point().number()) continue;
                waiting.set(i, command);
                return Optional.of(ended(older, new Outcome.NotSent(Outcome.Cause.SUPERSEDED)));
            }
        if (waiting.size() >= COMMANDS_MAX)
            return Optional.of(ended(
                    command, new Outcome.Refused("already " + COMMANDS_MAX + " commands wait for this connector")));
        waiting.add(command);
        arrived.signal();
        return Optional.empty();
    }

    /// The next command that is still in time, waiting for it at most this long.
    Optional<Command> next(Duration wait) throws InterruptedException {
        long end = clock.nanoTime() + wait.toNanos();
        while (true) {
            var command = poll(end - clock.nanoTime());
            if (command.isEmpty() || command.get().deadlineNanos() - clock.nanoTime() > 0) return command;
            end(command.get(), new Outcome.NotSent(Outcome.Cause.EXPIRED));
        }
    }

    private Optional<Command> poll(long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = waitNanos;
            while (waiting.isEmpty() && left > 0) left = clock.awaitNanos(arrived, left);
            return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.removeFirst());
        } finally {
            lock.unlock();
        }
    }

    private void end(Command command, Outcome outcome) {
        answers.accept(ended(command, outcome));
    }

    private static Report.Answer ended(Command command, Outcome outcome) {
        return new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE);
    }
}
