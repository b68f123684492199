package io.linkspan.payload;

import io.linkspan.model.Unit;
import io.linkspan.model.ValueType;
import java.util.List;
import java.util.Optional;

/// What an expression knows of a property: its type, and its unit or its choices. Immutable.
///
/// @param unit of a quantity; without one it is a plain number (a count, a share of 1)
/// @param choices the names of a [ValueType#CHOICE], else empty
public record Typed(ValueType type, Optional<Unit> unit, List<String> choices) {
    public Typed {
        if (unit.isPresent() && !type.isQuantity())
            throw new IllegalArgumentException("A " + type.word() + " has no unit; leave \"" + unit.get() + "\" out");
        choices = List.copyOf(choices);
    }

    /// A number, integer or register in this unit.
    public static Typed of(ValueType type, Unit unit) {
        return new Typed(type, Optional.of(unit), List.of());
    }

    /// A type without a unit.
    public static Typed of(ValueType type) {
        return new Typed(type, Optional.empty(), List.of());
    }

    /// One of these names.
    public static Typed choice(List<String> names) {
        return new Typed(ValueType.CHOICE, Optional.empty(), names);
    }
}
