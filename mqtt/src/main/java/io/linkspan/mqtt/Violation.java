package io.linkspan.mqtt;

/// What came is not MQTT, or not allowed. It has no stack trace: who sends rubbish must not cost much.
public final class Violation extends Exception {
    private static final long serialVersionUID = 1;
    private final Reason reason;

    /// @param what a sentence, with the clause that it breaks where there is one
    public Violation(Reason reason, String what) {
        super(what, null, false, false);
        this.reason = reason;
    }

    /// What to answer with; a client of 3.1 or 3.1.1 is only disconnected.
    public Reason reason() {
        return reason;
    }

    static Violation malformed(String what) {
        return new Violation(Reason.MALFORMED_PACKET, what);
    }

    static Violation protocol(String what) {
        return new Violation(Reason.PROTOCOL_ERROR, what);
    }
}
