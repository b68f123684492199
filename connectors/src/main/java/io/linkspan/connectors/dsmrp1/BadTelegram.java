package io.linkspan.connectors.dsmrp1;

/// Bytes that are no telegram: what is wrong, where, and what to look at. Nothing of them may be used.
public final class BadTelegram extends Exception {
    private static final long serialVersionUID = 1;

    /// @param what one sentence without a full stop
    public BadTelegram(String what) {
        super(what);
    }
}
