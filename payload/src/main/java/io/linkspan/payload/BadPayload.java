package io.linkspan.payload;

/// Bytes that do not say what their address promises. The message completes the sentence "its message could not be
/// taken: ...". Without a stack: it is an answer, no bug.
public final class BadPayload extends Exception {
    private static final long serialVersionUID = 1;

    /// @param why what is wrong and, where it helps, what would be right
    public BadPayload(String why) {
        super(why, null, false, false);
    }
}
