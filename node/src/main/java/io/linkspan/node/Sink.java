package io.linkspan.node;

import io.linkspan.connector.Report;
import io.linkspan.connector.Ticket;
import java.util.Optional;

/// Where one connector's reports go: the site's end of the queue. All that goes in comes out in the same order. Safe
/// for
/// many threads.
public interface Sink {
    /// Puts a report behind the earlier ones; waits while the queue of this connector is full.
    Ticket take(Report report) throws InterruptedException;

    /// As [#take], but none when the queue is full.
    Optional<Ticket> offer(Report report);

    /// As [#offer], but whoever takes it is not woken before [#wake].
    Optional<Ticket> offerQuietly(Report report);

    /// Wakes whoever takes what was offered.
    void wake();

    /// Tells what became of a command. Never waits, so the site's own thread may cause it; there are never more
    /// answers than
    /// commands.
    Ticket answer(Report.Answer answer);

    /// Tells that the connector's line came up or went down. Never waits.
    ///
    /// @param why empty when up
    Ticket line(boolean up, String why);

    /// The most reports that ever waited at once.
    int queuedMost();
}
