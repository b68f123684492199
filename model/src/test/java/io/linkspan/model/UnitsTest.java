package io.linkspan.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
    /// Not in UCUM, or known to be wrong or not plain multiples in Indriya.
    private static final Set<String> OURS_ALONE =
            Set.of("var", "dB", "dBm", "[pH]", "[NTU]", "EUR", "GBP", "USD", "CHF", "10*", "[HP]", "[degR]");

    @ParameterizedTest
    @CsvSource({
        "kWh, kW.h, kWh",
        "kW.h, kW.h, kWh",
        "Wh, W.h, Wh",
        "kvarh, kvar.h, kvarh",
        "kvar, kvar, kvar",
        "kVA, kV.A, kVA",
        "kVAh, kV.A.h, kVAh",
        "Ah, A.h, Ah",
        "mAh, mA.h, mAh",
        "°C, Cel, °C",
        "Cel, Cel, °C",
        "℃, Cel, °C",
        "degC, Cel, °C",
        "°F, [degF], °F",
        "%, %, %",
        "%RH, %, %",
        "m3, m3, m³",
        "m³, m3, m³",
        "m^3, m3, m³",
        "l, l, l",
        "L, L, l",
        "l/min, l/min, l/min",
        "rpm, {rpm}/min, rpm",
        "bar, bar, bar",
        "mbar, mbar, mbar",
        "m³/h, m3/h, m³/h",
        "W/m², W/m2, W/m²",
        "µS/cm, uS/cm, µS/cm",
        "kΩ, kOhm, kΩ",
        "1, 1, ''",
        "W/(m².K), W/(m2.K), W/(m²·K)",
        "W/m2/K, W/(m2.K), W/(m²·K)",
        "m/s^2, m/s2, m/s²",
        "1/min, /min, 1/min",
        "kg.m.s-2, kg.m/s2, kg·m/s²",
        "EUR/kWh, EUR/(kW.h), €/kWh",
        "ppm, [ppm], ppm",
        "10*-6, /10*6, 1/10⁶",
        "°, deg, °",
        "°C/min, K/min, K/min",
        "psi, [psi], psi",
        "kB, kBy, kB",
        "daN, daN, daN",
        "kW·h, kW.h, kWh",
        "ug/m3, ug/m3, µg/m³",
        "Pa, Pa, Pa",
        "min, min, min",
        "mm, mm, mm",
        "ha, har, har",
        "mmHg, mm[Hg], mmHg",
        "[gal_us]/min, [gal_us]/min, gal/min",
        "{pulses}, {pulses}, ''",
        "kW.h{import}, kW.h.{import}, kWh",
    })
    void takesWhatEngineersWrite(String written, String code, String symbol) {
        var unit = Units.parse(written);
        assertThat(unit.code()).isEqualTo(code);
        assertThat(unit.symbol()).isEqualTo(symbol);
        assertThat(Units.parse(code)).isEqualTo(unit);
        assertThat(Units.conversion(Units.parse(code), unit).isNone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1.1, kW, W, 1100",
        "1, kWh, J, 3600000",
        "20, Cel, K, 293.15",
        "25.3, Cel, K, 298.45",
        "212, °F, Cel, 100",
        "37, Cel, °F, 98.6",
        "-40, °F, Cel, -40",
        "36, km/h, m/s, 10",
        "10, m/s, km/h, 36",
        "1, m3/h, l/min, 16.666666666666668",
        "3000, rpm, Hz, 50",
        "1, %, 1, 0.01",
        "50, %, [ppm], 500000",
        "1013.25, mbar, bar, 1.01325",
        "180, deg, rad, 3.141592653589793",
        "1, hp, W, 745.6998715822702",
        "1, psi, Pa, 6894.757293168362",
        "0.3, EUR/kWh, EUR/MWh, 300",
        "5, kvarh, varh, 5000",
        "1, d, s, 86400",
        "1, GiB, By, 1073741824",
        "1, m3, [cft_i], 35.31466672148859",
        "0.7, kWh, Wh, 700",
        "7, W, kW, 0.007",
        "1, V.A, W, 1",
        "1, V/A, Ohm, 1",
        "1, C, A.h, 0.0002777777777777778",
    })
    void convertsWithOneRounding(double x, String from, String to, double result) {
        var conversion = Units.conversion(from, to);
        assertThat(conversion.apply(x)).isEqualTo(result);
        assertThat(conversion.inverse().apply(result)).isCloseTo(x, within(Math.ulp(x) * 2));
    }

    @Test
    void aDifferenceOfTemperaturesHasNoOffset() {
        var conversion = Units.conversion("Cel", "[degF]");
        assertThat(conversion.applyToDifference(10)).isEqualTo(18);
        assertThat(conversion.factor()).isEqualTo(1.8);
        assertThat(conversion.offset()).isEqualTo(32);
        assertThat(Units.parse("Cel").hasOffset()).isTrue();
        assertThat(Units.parse("Cel").ofDifference()).isEqualTo(Units.parse("K"));
        assertThat(Units.parse("K").hasOffset()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "W => Cel => \"W\" is a power and \"Cel\" a temperature: no conversion",
                "kWh => kW => \"kW.h\" is an energy and \"kW\" a power: no conversion",
                "kvar => kW => \"kvar\" is a reactive power and \"kW\" a power: no conversion",
                "% => deg => \"%\" is a share or a count and \"deg\" an angle: no conversion",
                "kg.m => s => \"kg.m\" is a quantity in kg·m and \"s\" a time: no conversion",
                "EUR => USD => \"EUR\" is a sum of euros and \"USD\" a sum of dollars: no conversion",
            })
    void refusesAnotherDimension(String from, String to, String sentence) {
        assertThat(Units.sameDimension(Units.parse(from), Units.parse(to))).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.conversion(from, to))
                .withMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "kWhh => \"kWhh\" is no unit we know; write a UCUM code such as kW.h, Cel, m3/h or %; did you mean \"kWh\"?",
                "KW => \"KW\" is no unit we know; write a UCUM code such as kW.h, Cel, m3/h or %; did you mean \"kW\"?",
                "celcius => \"celcius\" is no unit we know; write a UCUM code such as kW.h, Cel, m3/h or %; did you mean \"celsius\"?",
                "l/blub => \"blub\" in \"l/blub\" is no unit we know; write a UCUM code such as kW.h, Cel, m3/h or %",
                "'' => A unit is missing: write a UCUM code such as kW.h, Cel, m3/h or %, or 1 for none",
                "W/ => The unit \"W/\" ends where a unit is due; write a UCUM code such as kW.h, Cel, m3/h or %",
                "W//s => The unit \"W//s\" has a \"/\" where a unit is due; write a UCUM code such as kW.h, Cel, m3/h or %",
                "(W => The unit \"(W\" has a \"(\" without its \")\"; write a UCUM code such as kW.h, Cel, m3/h or %",
                "W) => The unit \"W)\" has a \")\" too many; write a UCUM code such as kW.h, Cel, m3/h or %",
                "W{x => The unit \"W{x\" has a \"{\" without its \"}\"; write a UCUM code such as kW.h, Cel, m3/h or %",
                "kW h => The unit \"kW h\" has a blank; write a dot for a product and / for a quotient; write a UCUM code such as kW.h, Cel, m3/h or %",
                "m0 => The unit \"m0\" has the exponent \"0\"; it goes from -9 to 9 without 0; write a UCUM code such as kW.h, Cel, m3/h or %",
                "m12 => The unit \"m12\" has the exponent \"12\"; it goes from -9 to 9 without 0; write a UCUM code such as kW.h, Cel, m3/h or %",
                "Nm3 => The unit \"Nm3\" raises \"Nm\" to a power; write \"(N.m)3\" if that is meant; write a UCUM code such as kW.h, Cel, m3/h or %",
                "1234567890.m => The unit \"1234567890.m\" has the number 1234567890; a factor is 1..999999999, beyond that write 10*12; write a UCUM code such as kW.h, Cel, m3/h or %",
            })
    void saysWhatIsWrong(String text, String sentence) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.parse(text)).withMessage(sentence);
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 1_000_000})
    void hasALongestText(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.parse("m".repeat(length)))
                .withMessageContaining("at most 64 characters, not " + length);
    }

    @Test
    void hasADeepestNesting() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.parse("(".repeat(9) + "m" + ")".repeat(9)))
                .withMessageContaining("more than 8 parentheses");
    }

    @Test
    void hasALargestPowerHoweverItIsWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.parse("(((((((km9)9)9)9)9)9)9)9"))
                .withMessage("\"km\" to the power of 729 measures nothing; write exponents up to 81");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.conversion("(Ym9)9", "m81"))
                .withMessageContaining("exponent");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.conversion("(Ym9)9", "(ym9)9"))
                .withMessage(
                        "\"Ym81\" and \"ym81\" are further apart than a number can say; write units of nearer sizes");
    }

    @Test
    void theTableAgreesWithIndriya() {
        int compared = 0;
        for (var code : UnitTable.codes()) {
            if (OURS_ALONE.contains(code)) continue;
            var ours = UnitTable.find(code).orElseThrow();
            var theirs = UcumAtoms.find(code);
            if (ours.hasOffset()) continue; // compared below: Indriya's is no plain multiple
            assertThat(theirs).as(code).isPresent();
            assertThat(theirs.orElseThrow().scale().nearest() / ours.scale().nearest())
                    .as(code + " in base units")
                    .isCloseTo(1, within(code.equals("eV") ? 1e-7 : 1e-9)); // theirs is the eV of 2006
            assertThat(siAlone(theirs.orElseThrow())).as(code).isEqualTo(siAlone(ours));
            compared++;
        }
        assertThat(compared).isGreaterThan(70);
    }

    /// Indriya has no dimension for angles and bits.
    private static Dimension siAlone(Unit unit) {
        var exponents = new java.util.TreeMap<>(unit.dimension().exponents());
        exponents.keySet().removeAll(Set.of("rad", "bit"));
        return new Dimension(exponents);
    }

    @Test
    void temperaturesAgreeWithIndriya() {
        var format = systems.uom.ucum.format.UCUMFormat.getInstance(
                systems.uom.ucum.format.UCUMFormat.Variant.CASE_SENSITIVE);
        for (var code : Set.of("Cel", "[degF]"))
            for (double x : new double[] {-40, 0, 21.5, 100})
                assertThat(toSystem(format.parse(code), x))
                        .isCloseTo(Units.conversion(code, "K").apply(x), within(1e-9));
    }

    private static <Q extends javax.measure.Quantity<Q>> double toSystem(javax.measure.Unit<Q> unit, double x) {
        return unit.getConverterTo(unit.getSystemUnit()).convert(x);
    }

    @Test
    void takesTheRestOfUcumFromIndriyaButNotWhatItHasWrong() {
        assertThat(Units.conversion("[acr_us]", "m2").factor()).isCloseTo(4046.87261, within(1e-4));
        assertThat(Units.conversion("mP", "Pa.s").factor()).isCloseTo(1e-4, within(1e-12));
        for (var wrong : Set.of("REM", "kRAD", "Ky", "[rlk_us]"))
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> Units.parse(wrong));
        for (var logarithmic : Set.of("Np", "B[W]"))
            assertThatIllegalArgumentException().as(logarithmic).isThrownBy(() -> Units.parse(logarithmic));
    }

    @Test
    void productsAndQuotientsFollow() {
        var kw = Units.parse("kW");
        var h = Units.parse("h");
        assertThat(kw.times(h)).isEqualTo(Units.parse("kWh"));
        assertThat(Units.parse("kWh").over(h)).isEqualTo(kw);
        assertThat(kw.over(kw)).isEqualTo(Unit.ONE);
        assertThat(Units.parse("V").times(Units.parse("A")).dimension().name()).isEqualTo("a power");
        assertThat(Units.parse("kW").over(Units.parse("Cel")).code()).isEqualTo("kW/K");
        assertThat(Units.sameDimension(Units.parse("N.m"), Units.parse("J"))).isTrue();
    }

    @Property(tries = 500)
    void conversionsComeBack(@ForAll("pairs") Unit[] pair, @ForAll @DoubleRange(min = -1e9, max = 1e9) double x) {
        Unit from = pair[0];
        Unit to = pair[1];
        var there = Units.conversion(from, to);
        double offset = Math.abs(there.inverse().offset());
        assertThat(there.inverse().apply(there.apply(x))).isCloseTo(x, within(1e-12 * (Math.abs(x) + offset) + 1e-300));
        assertThat(Units.conversion(to, from).apply(there.apply(x)))
                .isCloseTo(x, within(1e-12 * (Math.abs(x) + offset) + 1e-300));
    }

    @Property(tries = 500)
    void codesAreReadBack(@ForAll("codes") String a, @ForAll("codes") String b, @ForAll("codes") String c) {
        var unit = Units.parse(a).times(Units.parse(b)).over(Units.parse(c));
        Assume.that(unit.code().length() <= Units.CODE_CHARACTERS_MAX);
        var again = Units.parse(unit.code());
        assertThat(again).isEqualTo(unit);
        assertThat(again.dimension()).isEqualTo(unit.dimension());
        assertThat(again.scale()).isEqualTo(unit.scale());
    }

    @Property(tries = 2000)
    void anyTextIsAUnitOrASentence(@ForAll("texts") String text) {
        try {
            assertThat(Units.parse(Units.parse(text).code())).isEqualTo(Units.parse(text));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).contains("write");
        }
    }

    @Provide
    Arbitrary<String> codes() {
        return Arbitraries.of(UnitTable.codes())
                .flatMap(atom -> Arbitraries.of("", "k", "m", "M", "u")
                        .map(prefix -> UnitTable.find(prefix + atom).isPresent() ? prefix + atom : atom));
    }

    /// Two units of one dimension.
    @Provide
    Arbitrary<Unit[]> pairs() {
        return codes().map(Units::parse)
                .flatMap(from -> Arbitraries.of(UnitTable.codes().stream()
                                .map(Units::parse)
                                .filter(to -> Units.sameDimension(from, to))
                                .toList())
                        .map(to -> new Unit[] {from, to}));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("kWhm39/.(){}[]-+12 °C²10*^%µx").ofMaxLength(20);
    }
}
