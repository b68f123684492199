package io.linkspan.payload;

import io.linkspan.model.Unit;
import io.linkspan.model.ValueType;
import java.util.Optional;

/// What an expression has to give. Immutable.
///
/// @param target the property that takes the result; [ValueType#FLAG] for a condition
/// @param said the unit that the person declared the result to be in (`unit:`): it wins over the unit that follows from
/// the
///     expression when that is of another dimension, and is converted to the target's
public record Wanted(Typed target, Optional<Unit> said) {
    /// True or false: an interlock, the `when` of a rule.
    public static final Wanted CONDITION = new Wanted(Typed.of(ValueType.FLAG), Optional.empty());

    /// A value for this property, in its unit.
    public static Wanted of(Typed target) {
        return new Wanted(target, Optional.empty());
    }
}
