package io.linkspan.connectors.modbus;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// One line with its framing: sends a request, waits for its answer and for no other. Belongs to one thread.
sealed interface Bus permits MbapBus, RtuBus {
    /// Sends and waits until the answer came or the time is over.
    ///
    /// @throws IOException the line is lost; [#sent] tells whether bytes had gone out
    Exchange exchange(int unit, Request request, Duration timeout) throws IOException, InterruptedException;

    /// Whether bytes of the last request may have gone out.
    boolean sent();

    /// Whether a request may be sent while another's answer is still open ([#ask]).
    boolean overlaps();

    /// Sends a request and does not wait: its answer is among the [#late] ones if it comes.
    ///
    /// @return a number that [Late] repeats
    int ask(int unit, Request request) throws IOException;

    /// The answers to [#ask] that have come meanwhile.
    List<Late> late() throws IOException;

    /// An answer to [#ask].
    record Late(int asked, Exchange exchange) {}
}
