package io.linkspan.connectors.dsmrp1;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The kinds of meters that may hang behind a smart meter, with their device types (EN 13757-3, "medium"); a telegram
/// says the type of each channel in `0-n:24.1.0`, in decimal.
enum MbusMeter {
    GAS("m3", 3),
    WATER("m3", 7),
    WARM_WATER("m3", 6),
    HEAT("GJ", 4, 12, 13),
    COOLING("GJ", 10, 11),
    ELECTRICITY("kWh", 2);

    private final String unit;
    private final Set<Long> types;

    MbusMeter(String unit, long... types) {
        this.unit = unit;
        this.types = Set.copyOf(Arrays.stream(types).boxed().toList());
    }

    boolean is(long type) {
        return types.contains(type);
    }

    /// In what such meters usually count.
    String usualUnit() {
        return unit;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<MbusMeter> of(String word) {
        return Arrays.stream(values()).filter(m -> m.word().equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(MbusMeter::word).toList();
    }
}
