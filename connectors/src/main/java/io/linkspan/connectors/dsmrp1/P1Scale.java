package io.linkspan.connectors.dsmrp1;

import io.linkspan.model.Conversion;
import io.linkspan.model.Units;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.OptionalInt;

/// How a number in the unit of the wire becomes one in the unit of its point, digit for digit where the two are a power
/// of ten apart: kWh and W.h, m3 and L.
///
/// @param power of ten between the units, if there is one: what a register needs
record P1Scale(Conversion conversion, OptionalInt power) {
    private static final int POWER_MAX = 18;

    private P1Scale(Conversion conversion) {
        this(conversion, powerOf(conversion));
    }

    /// The scale between two units; none when one is no unit, or they measure different things, or only one of them
    /// is there.
    static Optional<P1Scale> between(String sent, String wanted) {
        if (sent.equals(wanted)) return Optional.of(new P1Scale(Conversion.NONE));
        try {
            return Optional.of(new P1Scale(Units.conversion(sent.isEmpty() ? "1" : sent, wanted)));
        } catch (IllegalArgumentException e) { // what was sent is for the meter to say, not for us to guess
            return Optional.empty();
        }
    }

    /// Any conversion, rounded to 34 digits where it must be.
    BigDecimal apply(BigDecimal sent) {
        return power.isPresent()
                ? shift(sent)
                : sent.multiply(new BigDecimal(conversion.multiply()))
                        .add(new BigDecimal(conversion.add()))
                        .divide(new BigDecimal(conversion.divide()), MathContext.DECIMAL128);
    }

    /// A conversion that keeps each digit.
    ///
    /// @throws ArithmeticException the units are no power of ten apart
    BigDecimal shift(BigDecimal sent) {
        return sent.scaleByPowerOfTen(power.orElseThrow(() -> new ArithmeticException("no power of ten")));
    }

    private static OptionalInt powerOf(Conversion conversion) {
        if (conversion.add() != 0) return OptionalInt.empty();
        var multiply = new BigDecimal(conversion.multiply());
        var divide = new BigDecimal(conversion.divide());
        for (int power = -POWER_MAX; power <= POWER_MAX; power++)
            if (multiply.compareTo(divide.scaleByPowerOfTen(power)) == 0) return OptionalInt.of(power);
        return OptionalInt.empty();
    }
}
