package io.linkspan.node;

import io.linkspan.connector.Ticket;
import io.linkspan.model.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

    private static final Runnable NOTHING = () -> {};

    private Disk disk = Disk.OPEN;
    private boolean awaited;
    private Runnable urge = NOTHING;
    private @Nullable Consumer<Boolean> told;
    private @Nullable Outcome outcome;

    /// A receipt that is durable already, for what needs no log.
    public static Receipt done() {
        var receipt = new Receipt();
        receipt.durable();
        return receipt;
    }

    /// The report is on disk.
    public void durable() {
        complete(Disk.DURABLE);
    }

    private void complete(Disk as) {
        Consumer<Boolean> then;
        synchronized (this) {
            if (disk != Disk.OPEN) return;
            disk = as;
            then = told;
            told = null;
            notifyAll();
        }
        if (then != null) then.accept(as == Disk.DURABLE);
    }

    /// The report is in memory and on its way to the disk. Who begins to wait for it later urges the disk.
    ///
    /// @param urging makes the disk store it at once
    /// @return whether somebody waits already, for whom the caller must urge the disk
    public synchronized boolean written(Runnable urging) {
        urge = urging;
        return awaited;
    }

    private void await() {
        Runnable now;
        synchronized (this) {
            if (awaited || disk != Disk.OPEN) return;
            awaited = true;
            now = urge;
        }
        now.run();
    }

    @Override
    public void whenDurable(Consumer<Boolean> then) {
        boolean known;
        boolean stored;
        synchronized (this) {
            known = disk != Disk.OPEN;
            stored = disk == Disk.DURABLE;
            if (!known) told = then;
        }
        if (known) then.accept(stored);
        else await();
    }

    /// The report will never be on disk: the disk is full or dead.
    public void failed() {
        complete(Disk.FAILED);
    }

    /// What became of the wish that was reported.
    public synchronized void outcome(Outcome what) {
        if (outcome == null) outcome = what;
        notifyAll();
    }

    @Override
    public boolean awaitDurable(Duration timeout) throws InterruptedException {
        await();
        long end = System.nanoTime() + timeout.toNanos();
        synchronized (this) {
            while (disk == Disk.OPEN && end - System.nanoTime() > 0) waitUntil(end);
            return disk == Disk.DURABLE;
        }
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
