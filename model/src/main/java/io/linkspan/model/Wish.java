package io.linkspan.model;

/// What a [Hold] asks of an actuator: a value, or a bound on what any lower hold gets.
public sealed interface Wish {
    /// This value.
    record Want(Value value) implements Wish {}

    /// At most this, in the unit of the property.
    record AtMost(double limit) implements Wish {}

    /// At least this, in the unit of the property.
    record AtLeast(double limit) implements Wish {}

    /// Not this value: an interlock.
    record Forbid(Value value) implements Wish {}

    /// Only in a log: a wish that belongs to the two parties of a private link.
    record Hidden() implements Wish {}

    /// The wish in words: `true`, `at most 5.0`, `not true`.
    default String words() {
        return switch (this) {
            case Want w -> w.value().toString();
            case AtMost m -> "at most " + m.limit();
            case AtLeast m -> "at least " + m.limit();
            case Forbid f -> "not " + f.value();
            case Hidden _ -> "(private)";
        };
    }
}
