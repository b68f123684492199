package io.linkspan.node;

import io.linkspan.model.Note;
import java.io.IOException;
import java.time.Instant;

/// A way to reach people. Each delivery opens and closes what it needs. Safe for many threads.
interface Channel {
    /// What goes out.
    ///
    /// @param id the same for each try of one message, so that who gets it twice can tell
    /// @param site the site's name
    /// @param alarm id of the alarm; empty when it is about many, or a test
    /// @param at when somebody had to be told
    record Message(String id, String site, String alarm, Instant at, Note note) {}

    /// Delivers a message, and says in the channel's words what it answered.
    ///
    /// @throws IOException not now: it is tried again
    /// @throws Refused the channel will never take this message
    String deliver(Message message) throws IOException, InterruptedException, Refused;

    /// The channel will never take a message.
    final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }
}
