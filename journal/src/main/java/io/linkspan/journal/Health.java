package io.linkspan.journal;

/// What a journal can still do.
public enum Health {
    /// All is stored.
    OK,
    /// The disk is full: control parts are stored in the reserve, readings parts are dropped and counted. Heals by
    /// itself when there is room again.
    CONTROL_ONLY,
    /// A sync failed, or nothing can be stored any more. Nothing is acknowledged from now on; sites go on from
    /// memory. Final: only a new process, on a disk that works, opens the journal again.
    DEAD
}
