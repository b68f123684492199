package io.linkspan.model;

import java.math.BigInteger;
import java.util.Map;

/// Units by their UCUM code (The Unified Code for Units of Measure 2.1, case-sensitive) and by the spellings that
/// engineers
/// use beside it: `kWh`, `°C`, `m³`, `rpm`. Pure and safe for many threads.
///
/// The usual units are in a table of ours ([UnitTable]); what it does not have is looked up in Indriya's UCUM
/// ([UcumAtoms]),
/// whose classes cost a cold start about 180 ms and are therefore loaded only then.
public final class Units {
    /// Longest text of a unit.
    public static final int CODE_CHARACTERS_MAX = 64;

    /// Largest exponent within a text.
    public static final int EXPONENT_MAX = 9;

    /// Largest exponent of one atom in a product of units.
    public static final int PRODUCT_EXPONENT_MAX = 81;

    private Units() {}

    /// Reads a unit; throws [IllegalArgumentException] with a sentence that says what would be right.
    public static Unit parse(String text) {
        return new UnitParser(text).parse();
    }

    /// Whether numbers in one can be converted into the other.
    public static boolean sameDimension(Unit a, Unit b) {
        return a.dimension().equals(b.dimension());
    }

    /// How numbers in `from` become numbers in `to`; throws [IllegalArgumentException] between two dimensions.
    public static Conversion conversion(Unit from, Unit to) {
        if (!sameDimension(from, to))
            throw new IllegalArgumentException(
                    "\"" + from.code() + "\" is " + from.dimension().name() + " and \"" + to.code() + "\" "
                            + to.dimension().name() + ": no conversion");
        Ratio factor = from.scale().over(to.scale());
        Ratio offset = from.offset().minus(to.offset()).over(to.scale());
        BigInteger divide = factor.divisor()
                .multiply(offset.divisor())
                .divide(factor.divisor().gcd(offset.divisor()));
        var whole = new Ratio(divide, BigInteger.ONE);
        var multiply = factor.times(whole).numerator();
        if (!isExact(multiply) || !isExact(divide)) return rounded(from, to, factor, offset);
        return new Conversion(multiply.doubleValue(), offset.times(whole).nearest(), divide.doubleValue());
    }

    private static Conversion rounded(Unit from, Unit to, Ratio factor, Ratio offset) {
        double multiply = factor.nearest();
        if (multiply == 0 || Double.isInfinite(multiply))
            throw new IllegalArgumentException("\"" + from.code() + "\" and \"" + to.code()
                    + "\" are further apart than a number can say; write units of nearer sizes");
        return Conversion.of(multiply, offset.nearest());
    }

    /// Whether a double holds it without rounding.
    private static boolean isExact(BigInteger whole) {
        return whole.bitLength() < Double.MAX_EXPONENT
                && whole.shiftRight(whole.getLowestSetBit()).bitLength() <= Double.PRECISION;
    }

    /// The same by their texts; throws [IllegalArgumentException] if one is no unit or there is no conversion.
    public static Conversion conversion(String from, String to) {
        return conversion(parse(from), parse(to));
    }

    static String symbolOf(String term) {
        return UnitTable.symbolOf(term);
    }

    static String atomOf(String term) {
        return UnitTable.atomOf(term);
    }

    static String nameOf(Dimension dimension) {
        return UnitTable.nameOf(dimension).orElseGet(() -> "a quantity in " + UnitText.symbol(dimension.exponents()));
    }

    static Unit single(String term, Dimension dimension, Ratio scale, Ratio offset) {
        return new Unit(Map.of(term, 1), dimension, scale, offset);
    }
}
