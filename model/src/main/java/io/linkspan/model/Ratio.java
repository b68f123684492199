package io.linkspan.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/// An exact fraction in lowest terms, the divisor positive: what one unit is worth in another.
record Ratio(BigInteger numerator, BigInteger divisor) {
    static final Ratio ZERO = of(0);
    static final Ratio ONE = of(1);

    Ratio {
        if (divisor.signum() == 0) throw new ArithmeticException("A ratio has no divisor 0");
        BigInteger common = numerator.gcd(divisor);
        if (divisor.signum() < 0) common = common.negate();
        numerator = numerator.divide(common);
        divisor = divisor.divide(common);
    }

    static Ratio of(long whole) {
        return new Ratio(BigInteger.valueOf(whole), BigInteger.ONE);
    }

    /// Reads a decimal number or a fraction of two: `0.001`, `1e-9`, `5/9`.
    static Ratio parse(String text) {
        int slash = text.indexOf('/');
        if (slash >= 0) return parse(text.substring(0, slash)).over(parse(text.substring(slash + 1)));
        var decimal = new BigDecimal(text);
        return decimal.scale() > 0
                ? new Ratio(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()))
                : new Ratio(decimal.toBigIntegerExact(), BigInteger.ONE);
    }

    Ratio times(Ratio other) {
        return new Ratio(numerator.multiply(other.numerator), divisor.multiply(other.divisor));
    }

    Ratio over(Ratio other) {
        return new Ratio(numerator.multiply(other.divisor), divisor.multiply(other.numerator));
    }

    Ratio minus(Ratio other) {
        return new Ratio(
                numerator.multiply(other.divisor).subtract(other.numerator.multiply(divisor)),
                divisor.multiply(other.divisor));
    }

    Ratio power(int exponent) {
        return exponent < 0 ? ONE.over(power(-exponent)) : new Ratio(numerator.pow(exponent), divisor.pow(exponent));
    }

    boolean isZero() {
        return numerator.signum() == 0;
    }

    /// The nearest double, rounded once.
    double nearest() {
        return new BigDecimal(numerator)
                .divide(new BigDecimal(divisor), MathContext.DECIMAL128)
                .doubleValue();
    }
}
