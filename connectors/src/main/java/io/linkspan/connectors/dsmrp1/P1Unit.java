package io.linkspan.connectors.dsmrp1;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A unit of a telegram or of a point, as a power of ten of its quantity's plain unit, so that kW and W, kWh and Wh, m3 and L
/// can be turned into each other without losing a digit. UCUM writes energy `kW.h`, meters and people write `kWh`.
///
/// @param plain the unit without prefix: `Wh`, `W`, `m3`
/// @param power of ten: 3 for kilo
record P1Unit(String plain, int power) {
    private static final List<String> PLAIN = List.of("Wh", "varh", "VAh", "var", "VA", "W", "V", "A", "J", "Hz", "s");
    private static final Map<String, Integer> PREFIX = Map.of("", 0, "m", -3, "k", 3, "M", 6, "G", 9, "T", 12);
    private static final Map<String, Integer> VOLUME =
            Map.of("m3", 0, "hL", -1, "hl", -1, "dm3", -3, "L", -3, "l", -3, "cm3", -6, "mL", -6, "ml", -6);

    /// Reads one; none for a unit that no P1 meter has.
    static Optional<P1Unit> parse(String text) {
        String t = text.replace(".", "");
        var volume = Optional.ofNullable(VOLUME.get(t));
        if (volume.isPresent()) return Optional.of(new P1Unit("m3", volume.get()));
        for (var plain : PLAIN) {
            if (!t.endsWith(plain)) continue;
            var power = Optional.ofNullable(PREFIX.get(t.substring(0, t.length() - plain.length())));
            if (power.isPresent()) return Optional.of(new P1Unit(plain, power.get()));
        }
        return Optional.empty();
    }

    /// The power of ten that turns a number in this unit into one in the other; none when they measure different things.
    Optional<Integer> powerTo(P1Unit other) {
        return plain.equals(other.plain) ? Optional.of(power - other.power) : Optional.empty();
    }
}
