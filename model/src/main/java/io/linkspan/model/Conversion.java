package io.linkspan.model;

/// How a number in one unit becomes the same quantity in another: `(x * multiply + add) / divide`. All three are whole
/// numbers wherever the units allow it, so that decimals stay decimals: 1.1 kW is 1100 W and 25.3 °C is 298.45 K, with
/// one
/// rounding at the end. Immutable; made once, when a definition is applied.
///
/// @param multiply finite, not 0
/// @param add finite; not 0 only between temperatures
/// @param divide finite, above 0
public record Conversion(double multiply, double add, double divide) {
    /// Leaves a number as it is.
    public static final Conversion NONE = new Conversion(1, 0, 1);

    public Conversion {
        if (!Double.isFinite(multiply)
                || multiply == 0
                || !Double.isFinite(add)
                || !Double.isFinite(divide)
                || !(divide > 0))
            throw new IllegalArgumentException("No conversion: (x * " + multiply + " + " + add + ") / " + divide);
    }

    /// The conversion `x * factor + offset`; both finite, the factor not 0.
    public static Conversion of(double factor, double offset) {
        return new Conversion(factor, offset, 1);
    }

    /// What one step of the first unit is in the second.
    public double factor() {
        return multiply / divide;
    }

    /// What the first unit's 0 is in the second.
    public double offset() {
        return add / divide;
    }

    /// The same quantity in the second unit; not finite only if `x` is not, or if it is too large for a double.
    public double apply(double x) {
        return (x * multiply + add) / divide;
    }

    /// The same difference in the second unit: without the offset.
    public double applyToDifference(double x) {
        return x * multiply / divide;
    }

    /// Back from the second unit into the first.
    public Conversion inverse() {
        return multiply > 0 ? new Conversion(divide, -add, multiply) : new Conversion(-divide, add, -multiply);
    }

    /// Whether numbers stay as they are.
    public boolean isNone() {
        return multiply == divide && add == 0;
    }
}
