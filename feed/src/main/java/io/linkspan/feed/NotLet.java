package io.linkspan.feed;

import java.io.IOException;

/// The contract does not let this out; the message says what it lets out.
public final class NotLet extends IOException {
    private static final long serialVersionUID = 1;

    /// @param why one sentence that says what is asked for and what would be let out
    public NotLet(String why) {
        super(why);
    }
}
