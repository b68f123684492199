package io.linkspan.node;

import io.linkspan.connector.Ticket;
import io.linkspan.model.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The ticket of one report: the site's side completes it, the connector's side waits for it. Timeouts are in real
/// time.
///
/// Thread-safety: safe for many threads; each of the completing calls counts once, later ones change nothing.
public final class Receipt implements Ticket {
    private enum Disk {
        OPEN,
        DURABLE,
        FAILED
    }

    private Disk disk = Disk.OPEN;
    private @Nullable Outcome outcome;

    /// A receipt that is durable already, for what needs no log.
    public static Receipt done() {
        var receipt = new Receipt();
        receipt.durable();
        return receipt;
    }

    /// The report is on disk.
    public synchronized void durable() {
        if (disk == Disk.OPEN) disk = Disk.DURABLE;
        notifyAll();
    }

    /// The report will never be on disk: the disk is full or dead.
    public synchronized void failed() {
        if (disk == Disk.OPEN) disk = Disk.FAILED;
        notifyAll();
    }

    /// What became of the wish that was reported.
    public synchronized void outcome(Outcome what) {
        if (outcome == null) outcome = what;
        notifyAll();
    }

    @Override
    public synchronized boolean awaitDurable(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (disk == Disk.OPEN && end - System.nanoTime() > 0) waitUntil(end);
        return disk == Disk.DURABLE;
    }

    @Override
    public synchronized Optional<Outcome> awaitOutcome(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (outcome == null && end - System.nanoTime() > 0) waitUntil(end);
        return Optional.ofNullable(outcome);
    }

    private void waitUntil(long endNanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, endNanos - System.nanoTime()));
    }
}
