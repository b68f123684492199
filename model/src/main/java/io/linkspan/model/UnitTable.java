package io.linkspan.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The usual units: what metering, plants, buildings and farms measure in. Values as in UCUM 2.1, section 4. Immutable.
final class UnitTable {
    /// Code, m = takes prefixes (b = also binary ones), value, term, symbol where it is not the code, other
    /// spellings
    /// (~ = those take prefixes too). "base" starts a dimension of its own. A line uses only lines above it.
    private static final String LINES = """
            m|m|base|||metre meter
            kg|-|base||
            g|m|1e-3|kg||gram
            s|m|base|||sec second seconds
            A|m|base|||ampere amp
            K|m|base|||kelvin Kelvin
            mol|m|base||
            cd|m|base||
            rad|m|base||
            bit|mb|base|||~b
            var|m|base||
            dB|-|base||
            dBm|-|base||
            [pH]|-|base||pH|pH ph
            [NTU]|-|base||NTU|NTU FNU
            EUR|-|base||€|€ euro
            GBP|-|base||£|£
            USD|-|base||$|$
            CHF|-|base||
            10*|-|10|1|10
            %|-|1e-2|1||percent pct %RH
            [ppth]|-|1e-3|1|‰
            [ppm]|-|1e-6|1|ppm|ppm
            [ppb]|-|1e-9|1|ppb|ppb
            sr|m|1|rad2
            deg|-|3.141592653589793238462643383279503/180|rad|°|degree degrees
            circ|-|6.283185307179586476925286766559006|rad
            gon|-|3.141592653589793238462643383279503/200|rad
            min|-|60|s||minute minutes
            h|-|3600|s||hr hour hours
            d|-|86400|s||day days
            wk|-|604800|s||week
            mo|-|2629800|s||month
            a|-|31557600|s||year
            Hz|m|1|s-1
            Bq|m|1|s-1
            N|m|1|kg.m/s2
            Pa|m|1|N/m2||pascal
            bar|m|1e5|Pa
            atm|-|101325|Pa
            m[H2O]|m|9806.65|Pa|mH₂O|~mH2O
            m[Hg]|m|133322|Pa|mHg|~mHg
            J|m|1|N.m||joule
            W|m|1|J/s||watt
            eV|m|1.602176634e-19|J
            cal|m|4.184|J
            [Btu_IT]|-|1055.05585262|J|Btu|Btu BTU
            C|m|1|A.s
            V|m|1|W/A||volt
            F|m|1|C/V
            Ohm|m|1|V/A|Ω|~ohm
            S|m|1|A/V
            Wb|m|1|V.s
            T|m|1|Wb/m2
            H|m|1|Wb/A
            lm|m|1|cd.sr
            lx|m|1|lm/m2||~lux
            Gy|m|1|J/kg
            Sv|m|1|J/kg
            Cel|-|1|K+273.15|°C|degC celsius Celsius
            [degF]|-|5/9|K+459.67|°F|degF fahrenheit Fahrenheit
            [degR]|-|5/9|K|°R
            l|m|1e-3|m3|l|~litre ~liter
            L|m|1e-3|m3|l
            ar|m|100|m2||ha=har
            t|m|1000|kg||tonne
            By|mb|8|bit|B|byte bytes kB=kBy MB=MBy GB=GBy TB=TBy KiB=KiBy MiB=MiBy GiB=GiBy
            Bd|m|1|s-1
            [g]|m|9.80665|m/s2|g
            [in_i]|-|0.0254|m|in|in inch
            [ft_i]|-|0.3048|m|ft|ft foot feet
            [yd_i]|-|0.9144|m|yd|yd yard
            [mi_i]|-|1609.344|m|mi|mi mile
            [nmi_i]|-|1852|m|nmi|nmi
            [kn_i]|-|1852/3600|m/s|kn|kn
            [cft_i]|-|0.028316846592|m3|ft³|
            [gal_us]|-|0.003785411784|m3|gal|gal
            [gal_br]|-|0.00454609|m3|gal (UK)
            [lb_av]|-|0.45359237|kg|lb|lb lbs
            [oz_av]|-|0.45359237/16|kg|oz|oz
            [lbf_av]|-|4.4482216152605|N|lbf|lbf
            [psi]|-|4.4482216152605/0.00064516|Pa|psi|psi PSI
            [in_i'Hg]|-|3386.3788|Pa|inHg|inHg
            [in_i'H2O]|-|249.08891|Pa|inH₂O|inH2O
            [HP]|-|745.69987158227022|W|hp|hp HP
            kat|m|1|mol/s
            """;

    /// Spellings of whole terms.
    private static final String COMPOUNDS = """
            ~Wh=W.h ~varh=var.h ~VAr=var ~VArh=var.h ~VA=V.A ~VAh=V.A.h ~Ah=A.h Nm=N.m kNm=kN.m ~Wp=W ~bps=bit/s
            rpm={rpm}/min RPM={rpm}/min bpm=/min mph=[mi_i]/h kmh=km/h kph=km/h lpm=l/min gpm=[gal_us]/min cfm=[cft_i]/min
            pcs={pcs}
            """;

    private static final String NAME_LINES = """
            a length=m|a mass=kg|a time=s|a current=A|a temperature=K|an amount of substance=mol|a luminous intensity=cd
            an angle=rad|a solid angle=sr|an amount of data=bit|a reactive power=var|a reactive energy=var.s|a level=dB
            a power level=dBm|a pH=[pH]|a turbidity=[NTU]|a sum of euros=EUR|a sum of pounds=GBP|a sum of dollars=USD
            a sum of francs=CHF|a frequency=Hz|a force=N|a pressure=Pa|an energy=J|a power=W|a charge=C|a voltage=V
            a capacitance=F|a resistance=Ohm|a conductance=S|a magnetic flux=Wb|a flux density=T|an inductance=H
            a luminous flux=lm|an illuminance=lx|a dose=Gy|an area=m2|a volume=m3|a speed=m/s|an acceleration=m/s2
            a flow=m3/s|a mass flow=kg/s|a density=kg/m3|a data rate=bit/s|an irradiance=W/m2|a conductivity=S/m
            a rotation=rad/s|a share or a count=1|a price of energy=EUR/J|a catalytic activity=kat|a heat transfer=W/K
            """;

    private static final String PREFIX_LINES = """
            k=1e3 M=1e6 G=1e9 T=1e12 P=1e15 E=1e18 Z=1e21 Y=1e24 h=100 da=10 d=0.1 c=0.01 m=1e-3 u=1e-6 n=1e-9 p=1e-12
            f=1e-15 a=1e-18 z=1e-21 y=1e-24 Ki=1024 Mi=1048576 Gi=1073741824 Ti=1099511627776
            """;

    private static final Map<String, String> PREFIXES = new HashMap<>();
    private static final Map<String, Line> ATOMS = new LinkedHashMap<>();
    private static final Map<String, String> SPELLINGS = new LinkedHashMap<>();
    private static final Map<String, String> PREFIXED_SPELLINGS = new LinkedHashMap<>();

    /// Only split here, read when asked for, and written without lambdas: a start pays for what its site uses.
    static {
        for (var prefix : PREFIX_LINES.split("\\s")) {
            int is = prefix.indexOf('=');
            if (is > 0) PREFIXES.put(prefix.substring(0, is), prefix.substring(is + 1));
        }
        for (var line : LINES.split("\n")) {
            String[] part = line.split("\\|", -1);
            String symbol = part.length > 4 && !part[4].isEmpty() ? part[4] : part[0];
            ATOMS.put(part[0], new Line(part[2], part[3], part[1].startsWith("m"), part[1].endsWith("b"), symbol));
            if (part.length > 5) for (var spelling : part[5].split(" ")) addSpelling(spelling, part[0]);
        }
        for (var spelling : COMPOUNDS.split("\\s")) addSpelling(spelling, "");
    }

    private record Line(String scale, String term, boolean metric, boolean binary, String symbol) {}

    /// A term split into its prefix (or none) and its atom.
    private record Prefixed(String prefix, String atom) {}

    private UnitTable() {}

    private static void addSpelling(String spelling, String code) {
        boolean prefixed = spelling.startsWith("~");
        String text = prefixed ? spelling.substring(1) : spelling;
        int is = text.indexOf('=');
        String means = is < 0 ? code : text.substring(is + 1);
        if (is >= 0) text = text.substring(0, is);
        if (text.isEmpty()) return;
        SPELLINGS.put(text, means);
        if (prefixed) PREFIXED_SPELLINGS.put(text, means);
    }

    /// The unit of one atom, with or without a prefix.
    static Optional<Unit> find(String term) {
        var line = ATOMS.get(term);
        if (line != null) return Optional.of(unit(term, line));
        var split = split(term, ATOMS);
        if (split.isEmpty()) return Optional.empty();
        String prefix = split.get().prefix();
        var atom = Objects.requireNonNull(ATOMS.get(split.get().atom()));
        if (!atom.metric() || prefix.endsWith("i") && !atom.binary()) return Optional.empty();
        Unit unit = unit(split.get().atom(), atom);
        Ratio scale = Ratio.parse(Objects.requireNonNull(PREFIXES.get(prefix))).times(unit.scale());
        return Optional.of(Units.single(term, unit.dimension(), scale, Ratio.ZERO));
    }

    private static Unit unit(String code, Line line) {
        if (line.scale().equals("base")) return Units.single(code, Dimension.base(code), Ratio.ONE, Ratio.ZERO);
        int plus = line.term().indexOf('+');
        Unit of = new UnitParser(plus < 0 ? line.term() : line.term().substring(0, plus)).parse();
        Ratio scale = Ratio.parse(line.scale()).times(of.scale());
        Ratio offset = plus < 0
                ? Ratio.ZERO
                : Ratio.parse(line.term().substring(plus + 1)).times(scale);
        return Units.single(code, of.dimension(), scale, offset);
    }

    /// The UCUM text that an engineer's spelling stands for.
    static Optional<String> spelling(String term) {
        var whole = SPELLINGS.get(term);
        if (whole != null) return Optional.of(whole);
        var split = split(term, PREFIXED_SPELLINGS);
        return split.isEmpty()
                ? Optional.empty()
                : Optional.of(split.get()
                        .prefix()
                        .concat(Objects.requireNonNull(
                                PREFIXED_SPELLINGS.get(split.get().atom()))));
    }

    private static Optional<Prefixed> split(String term, Map<String, ?> atoms) {
        for (int n = 1; n <= 2 && n < term.length(); n++) {
            String prefix = term.substring(0, n);
            String atom = term.substring(n);
            if (PREFIXES.containsKey(prefix) && atoms.containsKey(atom)) return Optional.of(new Prefixed(prefix, atom));
        }
        return Optional.empty();
    }

    /// The atom of a term without its prefix; the term itself where the table has none.
    static String atomOf(String term) {
        var split = ATOMS.containsKey(term) ? Optional.<Prefixed>empty() : split(term, ATOMS);
        return split.isEmpty() ? term : split.get().atom();
    }

    static String symbolOf(String term) {
        var line = ATOMS.get(atomOf(term));
        if (line == null) return term;
        String prefix = term.substring(0, term.length() - atomOf(term).length());
        return (prefix.equals("u") ? "µ" : prefix).concat(line.symbol());
    }

    /// What a dimension is called, with its article. Read at each call: only error messages ask.
    static Optional<String> nameOf(Dimension dimension) {
        for (var name : NAME_LINES.split("[|\n]")) {
            int is = name.indexOf('=');
            if (new UnitParser(name.substring(is + 1)).parse().dimension().equals(dimension))
                return Optional.of(name.substring(0, is));
        }
        return Optional.empty();
    }

    /// A known code or spelling that differs in capitals or in one letter.
    static Optional<String> nearest(String name) {
        var known = new ArrayList<>(SPELLINGS.keySet());
        for (var prefix : List.of("k", "M", "m")) {
            for (var spelling : PREFIXED_SPELLINGS.keySet()) known.add(prefix + spelling);
            ATOMS.forEach((code, line) -> known.add(line.metric() ? prefix + code : code));
        }
        return known.stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .or(() ->
                        known.stream().filter(each -> isOneEditAway(each, name)).findFirst());
    }

    private static boolean isOneEditAway(String a, String b) {
        int longest = Math.max(a.length(), b.length());
        int shortest = Math.min(a.length(), b.length());
        if (shortest < 3 || longest - shortest > 1) return false;
        int front = 0;
        while (front < shortest && a.charAt(front) == b.charAt(front)) front++;
        int back = 0;
        while (back < shortest - front && a.charAt(a.length() - 1 - back) == b.charAt(b.length() - 1 - back)) back++;
        return longest - front - back <= 1;
    }

    /// The codes of the table.
    static Set<String> codes() {
        return ATOMS.keySet();
    }
}
