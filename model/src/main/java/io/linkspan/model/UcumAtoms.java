package io.linkspan.model;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.measure.MeasurementException;
import javax.measure.Quantity;
import systems.uom.ucum.format.UCUMFormat;
import systems.uom.ucum.internal.format.TokenMgrError;

/// The rest of UCUM's multiples of SI units, from Indriya. Loaded at the first unit that [UnitTable] does not have.
final class UcumAtoms {
    private static final Map<String, String> BASES =
            Map.of("[L]", "m", "[M]", "kg", "[T]", "s", "[I]", "A", "[Θ]", "K", "[N]", "mol", "[J]", "cd");

    /// What systems-ucum 2.2 has otherwise than UCUM 2.1: a hundredth, a ten thousandth, values of another decade.
    /// Better no
    /// unit than a wrong one.
    private static final Set<String> WRONG = Set.of("Ky", "RAD", "REM", "[rlk_us]", "[HP]", "[k]", "[G]");

    private UcumAtoms() {}

    /// The unit of one atom, with or without a prefix; none if Indriya does not know it, has it wrong, or it is no
    /// plain
    /// multiple of SI units.
    static Optional<Unit> find(String term) {
        if (WRONG.stream().anyMatch(term::endsWith)) return Optional.empty();
        try {
            return plain(
                    term,
                    UCUMFormat.getInstance(UCUMFormat.Variant.CASE_SENSITIVE).parse(term));
        } catch (MeasurementException | TokenMgrError | NumberFormatException _) {
            return Optional.empty(); // unknown, or logarithmic: Indriya says so in these three ways
        }
    }

    private static <Q extends Quantity<Q>> Optional<Unit> plain(String term, javax.measure.Unit<Q> unit) {
        var toBase = unit.getConverterTo(unit.getSystemUnit());
        double scale = toBase.convert(1.0);
        if (!toBase.isLinear() || !Double.isFinite(scale) || scale == 0) return Optional.empty();
        return Optional.of(
                Units.single(term, dimension(unit.getDimension()), Ratio.parse(Double.toString(scale)), Ratio.ZERO));
    }

    private static Dimension dimension(javax.measure.Dimension of) {
        var parts = of.getBaseDimensions();
        if (parts == null) return of.toString().equals("one") ? Dimension.NONE : base(of.toString());
        var product = Dimension.NONE;
        for (var part : parts.entrySet())
            product = product.times(dimension(part.getKey()).power(part.getValue()));
        return product;
    }

    private static Dimension base(String symbol) {
        var base = BASES.get(symbol);
        if (base == null) throw new MeasurementException("Indriya's dimension " + symbol + " is none of the SI's");
        return Dimension.base(base);
    }
}
