package io.linkspan.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A unit of measurement, made by [Units#parse]. Two are equal when their codes are. Immutable.
public final class Unit {
    /// No unit: counts and ratios.
    public static final Unit ONE = new Unit(Map.of(), Dimension.NONE, Ratio.ONE, Ratio.ZERO);

    private final Map<String, Integer> terms;
    private final Dimension dimension;
    private final Ratio scale;
    private final Ratio offset;
    private final String code;

    /// @param terms the UCUM atoms, each with its prefix, and their exponents, in the order of writing
    /// @param scale what one of it is in the dimension's base units
    /// @param offset what its 0 is in the dimension's base units
    Unit(Map<String, Integer> terms, Dimension dimension, Ratio scale, Ratio offset) {
        var kept = new LinkedHashMap<String, Integer>();
        for (var each : terms.entrySet()) if (each.getValue() != 0) kept.put(each.getKey(), each.getValue());
        this.terms = Collections.unmodifiableMap(kept);
        this.dimension = dimension;
        this.scale = scale;
        this.offset = offset;
        this.code = UnitText.code(this.terms);
    }

    /// The canonical UCUM code (case-sensitive), for storing: `kW.h`, `Cel`, `m3/h`, `1`. [Units#parse] reads it
    /// back.
    public String code() {
        return code;
    }

    /// How people read it: `kWh`, `°C`, `m³/h`; empty for `1`.
    public String symbol() {
        return UnitText.symbol(terms);
    }

    /// What it measures.
    public Dimension dimension() {
        return dimension;
    }

    /// Whether its 0 is not the quantity's 0, as of °C and °F: then a difference is not a value.
    public boolean hasOffset() {
        return !offset.isZero();
    }

    /// The unit of differences: kelvin for °C, itself for all without an offset.
    public Unit ofDifference() {
        if (!hasOffset()) return this;
        return Units.parse(code.equals("Cel") ? "K" : "[degR]");
    }

    /// The unit of a product. A unit with an offset counts as its difference. Throws [IllegalArgumentException]
    /// beyond
    /// [Units#PRODUCT_EXPONENT_MAX].
    public Unit times(Unit other) {
        return ofDifference().timesPower(other.ofDifference(), 1);
    }

    /// The unit of a quotient, in the same way.
    public Unit over(Unit other) {
        return ofDifference().timesPower(other.ofDifference(), -1);
    }

    Unit power(int exponent) {
        return ONE.timesPower(ofDifference(), exponent);
    }

    private Unit timesPower(Unit other, int power) {
        var all = new LinkedHashMap<>(terms);
        for (var each : other.terms.entrySet()) {
            int exponent = all.getOrDefault(each.getKey(), 0) + each.getValue() * power;
            if (Math.abs(exponent) > Units.PRODUCT_EXPONENT_MAX)
                throw new IllegalArgumentException("\"" + each.getKey() + "\" to the power of " + exponent
                        + " measures nothing; write exponents up to " + Units.PRODUCT_EXPONENT_MAX);
            all.put(each.getKey(), exponent);
        }
        return new Unit(
                all, dimension.timesPower(other.dimension, power), scale.times(other.scale.power(power)), Ratio.ZERO);
    }

    Ratio scale() {
        return scale;
    }

    Ratio offset() {
        return offset;
    }

    Map<String, Integer> terms() {
        return terms;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Unit u && code.equals(u.code);
    }

    @Override
    public int hashCode() {
        return code.hashCode();
    }

    @Override
    public String toString() {
        return code;
    }
}
