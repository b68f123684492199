package io.linkspan.connectors.modbus;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/// From the number in a register to the quantity and back: `(raw x factor + offset) / 10^decimals`, exact.
///
/// @param factor not 0
/// @param decimals 0..[#DECIMALS_MAX]
public record Scaling(long factor, long offset, int decimals) {
    /// The number is the quantity.
    public static final Scaling NONE = new Scaling(1, 0, 0);

    /// Most decimals of a scale or an offset.
    public static final int DECIMALS_MAX = 15;

    /// Whole numbers up to here are exact as `double`.
    private static final long DOUBLE_EXACT_MAX = 1L << 53;

    private static final double[] TEN_TO = new double[DECIMALS_MAX + 1];

    static {
        for (int i = 0; i <= DECIMALS_MAX; i++)
            TEN_TO[i] = BigDecimal.TEN.pow(i).doubleValue();
    }

    public Scaling {
        if (factor == 0) throw new IllegalArgumentException("A scale is not 0");
        if (decimals < 0 || decimals > DECIMALS_MAX)
            throw new IllegalArgumentException("A scale has 0.." + DECIMALS_MAX + " decimals, not " + decimals);
    }

    /// From a scale and an offset as a person writes them: 0.1 and -40.
    static Scaling of(BigDecimal scale, BigDecimal offset) {
        int decimals = Math.max(
                0,
                Math.max(
                        scale.stripTrailingZeros().scale(),
                        offset.stripTrailingZeros().scale()));
        try {
            return new Scaling(
                    scale.movePointRight(decimals).longValueExact(),
                    offset.movePointRight(decimals).longValueExact(),
                    decimals);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("A scale or an offset is too large: " + scale + ", " + offset, e);
        }
    }

    /// The same for a raw number that the device itself scales by 10^`exponent` (SunSpec scale factors).
    ///
    /// @throws ArithmeticException beyond what a `long` can hold
    Scaling times10(int exponent) {
        if (exponent >= 0) return new Scaling(Math.multiplyExact(factor, tenTo(exponent)), offset, decimals);
        if (decimals - exponent > DECIMALS_MAX) throw new ArithmeticException("more decimals than " + DECIMALS_MAX);
        return new Scaling(factor, Math.multiplyExact(offset, tenTo(-exponent)), decimals - exponent);
    }

    /// Whether each whole number stays whole.
    boolean keepsWhole() {
        return decimals == 0;
    }

    /// The quantity as a number, rounded once.
    double number(long raw) {
        long high = Math.multiplyHigh(raw, factor);
        long low = raw * factor;
        if (((high == 0 && low >= 0) || (high == -1 && low < 0))
                && Math.abs(low) < DOUBLE_EXACT_MAX / 2
                && Math.abs(offset) < DOUBLE_EXACT_MAX / 2) return (low + offset) / TEN_TO[decimals];
        return exact(BigInteger.valueOf(raw)).doubleValue();
    }

    /// The quantity, exact.
    BigDecimal exact(BigInteger raw) {
        return new BigDecimal(raw.multiply(BigInteger.valueOf(factor)).add(BigInteger.valueOf(offset)), decimals);
    }

    /// The quantity of a number that the device sent as a decimal fraction, exact.
    BigDecimal exact(BigDecimal raw) {
        return raw.multiply(BigDecimal.valueOf(factor))
                .add(BigDecimal.valueOf(offset))
                .movePointLeft(decimals);
    }

    /// The number for a register that comes nearest to the quantity.
    BigInteger raw(BigDecimal quantity) {
        return shifted(quantity)
                .divide(BigDecimal.valueOf(factor), 0, RoundingMode.HALF_EVEN)
                .toBigInteger();
    }

    /// The number for a register that holds fractions.
    BigDecimal fraction(BigDecimal quantity) {
        return shifted(quantity).divide(BigDecimal.valueOf(factor), MathContext.DECIMAL128);
    }

    private BigDecimal shifted(BigDecimal quantity) {
        return quantity.movePointRight(decimals).subtract(BigDecimal.valueOf(offset));
    }

    private static long tenTo(int exponent) {
        long product = 1;
        for (int i = 0; i < exponent; i++) product = Math.multiplyExact(product, 10);
        return product;
    }

    @Override
    public String toString() {
        if (equals(NONE)) return "";
        var scale = BigDecimal.valueOf(factor, decimals).stripTrailingZeros();
        var shift = BigDecimal.valueOf(offset, decimals).stripTrailingZeros();
        return (scale.compareTo(BigDecimal.ONE) == 0 ? "" : " x" + scale.toPlainString())
                + (shift.signum() == 0 ? "" : (shift.signum() > 0 ? " +" : " ") + shift.toPlainString());
    }
}
