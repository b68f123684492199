package io.linkspan.simulation;

/// A named invariant of the simulated world that does not hold.
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String invariant;

    /// @param invariant its name, such as `nothing-acknowledged-is-lost`
    /// @param what was seen, in words
    public Violation(String invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    /// The name of the invariant.
    public String invariant() {
        return invariant;
    }

    /// Throws when it does not hold.
    static void unless(boolean holds, String invariant, String what) {
        if (!holds) throw new Violation(invariant, what);
    }
}
