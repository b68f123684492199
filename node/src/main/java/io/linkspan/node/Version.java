package io.linkspan.node;

/// Which Linkspan this is.
public final class Version {
    /// Written into the log at each start: the same version decides the same.
    public static final String NUMBER = "0.1.0";

    private Version() {}
}
