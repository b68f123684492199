package io.linkspan.payload;

import io.linkspan.model.Unit;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// What a part of an expression is worth knowing by, before it has a value.
sealed interface Kind {
    /// A number.
    ///
    /// @param unit none for what is made of literals alone: it takes the unit of what it meets
    /// @param weight how often a unit's offset is in it, where the unit has one: 1 for a temperature in °C, 0 for
    /// the
    ///     difference of two, 2 for their sum; not a number where the text does not tell. Only looked at where °C
    /// or °F
    ///     meets another unit
    /// @param constant what it is, if it is made of literals alone
    record Number(Optional<Unit> unit, double weight, OptionalDouble constant) implements Kind {
        public Number {
            if (Math.abs(weight - Math.rint(weight)) < 1e-9) weight = Math.rint(weight); // a mean of 49 has weight 1
        }

        /// Of a property: in °C it is a temperature, in kelvin it may be one or a difference.
        static Number of(Unit unit) {
            return in(unit, unit.hasOffset() ? 1 : Double.NaN);
        }

        static Number in(Unit unit, double weight) {
            return new Number(Optional.of(unit), weight, OptionalDouble.empty());
        }

        static Number literal(double value) {
            return new Number(Optional.empty(), 1, OptionalDouble.of(value));
        }

        static Number free() {
            return new Number(Optional.empty(), 1, OptionalDouble.empty());
        }
    }

    /// True or false.
    record Flag() implements Kind {}

    /// Text.
    ///
    /// @param possible all that it can be, if that follows from literals
    record Text(Optional<Set<String>> possible) implements Kind {}

    /// One of a property's choices.
    record Choice(Set<String> names) implements Kind {}

    /// A list.
    ///
    /// @param of what it holds; none if it is empty
    /// @param length at most
    record Items(Optional<Kind> of, int length) implements Kind {}

    /// For sentences: `a power (kW)`, `a flag`.
    default String described() {
        return switch (this) {
            case Number n -> n.unit().map(Kind::described).orElse("a number");
            case Flag _ -> "a flag (true or false)";
            case Text _ -> "a text";
            case Choice c -> "a choice of " + String.join(", ", c.names());
            case Items _ -> "a list";
        };
    }

    /// For sentences: `a power (kW)`.
    static String described(Unit unit) {
        String symbol = unit.symbol();
        return symbol.isEmpty() ? "a plain number" : unit.dimension().name() + " (" + symbol + ")";
    }
}
