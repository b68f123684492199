package io.linkspan.payload;

/// An expression that can not be taken: which part of it, and why. Becomes an [io.linkspan.model.Invalid] with a
/// column.
final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final long part;

    Refused(long part, String why) {
        super(why);
        this.part = part;
    }

    /// The id of the part in CEL's syntax tree.
    long part() {
        return part;
    }
}
