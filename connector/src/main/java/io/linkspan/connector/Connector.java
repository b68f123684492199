package io.linkspan.connector;

import java.io.IOException;

/// Speaks one protocol to one endpoint (a bus, a socket, a listener) for any number of things.
public interface Connector {
    /// Opens, reads, writes, blocks; runs on a thread of its own until it is interrupted or the line is lost.
    ///
    /// MUST reach the world through `here` alone. MUST close what it opened when it leaves. MUST answer each
    /// command that it
    /// took from [Surroundings#nextCommand] with exactly one [Report.Answer] holding a final outcome, also when it
    /// leaves by
    /// an exception: [io.linkspan.model.Outcome.NotSent] when no byte went out, `InDoubt` when bytes went out and
    /// no answer
    /// came. MUST NOT catch `InterruptedException` to go on. MUST NOT retry the line itself: it throws, the node
    /// waits (with
    /// back-off) and calls again. MUST NOT let one dead unit delay the others. MUST NOT report a value that the
    /// device did
    /// not send: busy, refused and silent are not 0.
    ///
    /// @throws IOException the line is lost; the message says what, where and what next
    void run(Surroundings here) throws IOException, InterruptedException;
}
