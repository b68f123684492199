package io.linkspan.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What kind of quantity a unit measures: its exponents over base units. These are the SI's (m, kg, s, A, K, mol, cd),
/// the
/// plane angle (rad, as UCUM has it), and some that must never be taken for one another although physics gives them the
/// same
/// dimension or none: reactive power (var), bits, levels in dB, pH, turbidity and each currency. Immutable.
///
/// @param exponents by base unit, none of them 0
public record Dimension(SortedMap<String, Integer> exponents) {
    /// Counts, shares and ratios.
    public static final Dimension NONE = new Dimension(new TreeMap<>());

    public Dimension {
        var kept = new TreeMap<String, Integer>();
        for (var each : exponents.entrySet()) if (each.getValue() != 0) kept.put(each.getKey(), each.getValue());
        exponents = Collections.unmodifiableSortedMap(kept);
    }

    static Dimension base(String unit) {
        return new Dimension(new TreeMap<>(Map.of(unit, 1)));
    }

    Dimension times(Dimension other) {
        return timesPower(other, 1);
    }

    Dimension power(int exponent) {
        return NONE.timesPower(this, exponent);
    }

    Dimension timesPower(Dimension other, int power) {
        var sum = new TreeMap<>(exponents);
        for (var each : other.exponents.entrySet())
            sum.put(each.getKey(), sum.getOrDefault(each.getKey(), 0) + each.getValue() * power);
        return new Dimension(sum);
    }

    /// With its article: `a power`, `an energy`; where it has no name, `a quantity in kg·m/s³`.
    public String name() {
        return Units.nameOf(this);
    }
}
