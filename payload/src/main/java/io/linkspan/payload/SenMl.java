package io.linkspan.payload;

import io.linkspan.model.Tree;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// SenML packs (RFC 8428), read from the tree of their JSON or CBOR. Base fields are worked in (RFC 8428, 4.6), so
/// that
/// each record stands for itself. Pure.
public final class SenMl {
    /// Most records of one pack.
    public static final int RECORDS_MAX = 10_000;

    /// Times before this are relative to now (RFC 8428, 4.5.3), in seconds: 2^28.
    static final BigDecimal ABSOLUTE_FROM = BigDecimal.valueOf(1L << 28);

    /// The largest time, in seconds since 1970: the year 9999.
    private static final BigDecimal TIME_MAX = BigDecimal.valueOf(253_402_300_799L);

    private SenMl() {}

    /// One resolved record (RFC 8428, 4.6).
    ///
    /// @param name base name and name joined
    /// @param unit its unit in UCUM, where the pack names one that we know
    /// @param value what it measured; a number has its base value in it
    /// @param sum what has been summed up so far, its base sum in it
    /// @param micros its time, microseconds since 1970 UTC; none where the pack tells none
    public record Item(
            String name, Optional<String> unit, Optional<Tree> value, Optional<Tree> sum, Optional<Long> micros) {}

    /// CBOR's labels (RFC 8428, 6, table 4), as a CBOR reader gives them: as text.
    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("-1", "bver"),
            Map.entry("-2", "bn"),
            Map.entry("-3", "bt"),
            Map.entry("-4", "bu"),
            Map.entry("-5", "bv"),
            Map.entry("-6", "bs"),
            Map.entry("0", "n"),
            Map.entry("1", "u"),
            Map.entry("2", "v"),
            Map.entry("3", "vs"),
            Map.entry("4", "vb"),
            Map.entry("5", "s"),
            Map.entry("6", "t"),
            Map.entry("7", "ut"),
            Map.entry("8", "vd"));

    /// SenML's unit names (RFC 8428, 12.1, and the secondary ones of RFC 8798, 3) where UCUM writes them otherwise.
    private static final Map<String, String> UNITS = Map.ofEntries(
            Map.entry("/", "1"),
            Map.entry("%", "%"),
            Map.entry("%RH", "%"),
            Map.entry("%EL", "%"),
            Map.entry("EL", "s"),
            Map.entry("lat", "deg"),
            Map.entry("lon", "deg"),
            Map.entry("count", "1"),
            Map.entry("1/s", "/s"),
            Map.entry("1/min", "/min"),
            Map.entry("beat/min", "/min"),
            Map.entry("beats", "1"),
            Map.entry("VA", "V.A"),
            Map.entry("VAs", "V.A.s"),
            Map.entry("kVA", "kV.A"),
            Map.entry("Wh", "W.h"),
            Map.entry("kWh", "kW.h"),
            Map.entry("m/s2", "m/s2"),
            Map.entry("Ohm", "Ohm"),
            Map.entry("min", "min"),
            Map.entry("h", "h"));

    /// Reads a pack.
    ///
    /// @param nowMicros for times that are relative to now
    /// @throws BadPayload it is no pack, or of a version that we do not know
    public static List<Item> resolve(Tree pack, long nowMicros) throws BadPayload {
        if (!(pack instanceof Tree.Items records)) throw new BadPayload("a SenML pack is a list, not " + pack.kind());
        if (records.items().size() > RECORDS_MAX)
            throw new BadPayload("a SenML pack has at most " + RECORDS_MAX + " records");
        var resolved = new ArrayList<Item>();
        var base = new HashMap<String, Tree>();
        for (Tree each : records.items()) {
            if (!(each instanceof Tree.Fields f)) throw new BadPayload("a SenML record is a map, not " + each.kind());
            var fields = labelled(f);
            for (String name : List.of("bn", "bt", "bu", "bv", "bs", "bver"))
                if (fields.containsKey(name)) base.put(name, fields.get(name));
            known(fields, base);
            boolean hasValue = List.of("v", "vs", "vb", "vd", "s").stream().anyMatch(fields::containsKey);
            if (hasValue) resolved.add(item(fields, base, nowMicros));
        }
        return resolved;
    }

    private static Map<String, Tree> labelled(Tree.Fields record) throws BadPayload {
        var fields = new HashMap<String, Tree>();
        for (var each : record.fields().entrySet()) {
            String label = LABELS.getOrDefault(each.getKey(), each.getKey());
            if (fields.put(label, each.getValue()) != null)
                throw new BadPayload("a SenML record has \"" + label + "\" twice");
        }
        return fields;
    }

    /// RFC 8428, 4.4: a pack of a higher version, and a field that must be understood, are not to be guessed at.
    private static void known(Map<String, Tree> fields, Map<String, Tree> base) throws BadPayload {
        var version = text(base.get("bver"));
        if (version.isPresent() && !version.get().matches("[1-9]|10"))
            throw new BadPayload("this SenML is of version " + version.get() + "; we know up to 10");
        for (String name : fields.keySet())
            if (name.endsWith("_"))
                throw new BadPayload("the SenML field \"" + name + "\" must be understood, and we do not know it");
    }

    private static Item item(Map<String, Tree> fields, Map<String, Tree> base, long nowMicros) throws BadPayload {
        String name = text(base.get("bn")).orElse("") + text(fields.get("n")).orElse("");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9:./_-]*")) // RFC 8428, 4.5.1
        throw new BadPayload("a SenML record is called " + Shape.shown(name) + "; a name has letters, digits, -:./_");
        var unit = text(fields.get("u")).or(() -> text(base.get("bu"))).map(u -> UNITS.getOrDefault(u, u));
        Optional<Tree> value = number(fields, "v", base, "bv");
        for (String other : List.of("vs", "vb", "vd")) {
            if (!fields.containsKey(other)) continue;
            if (value.isPresent()) throw new BadPayload("the SenML record " + name + " has two values");
            value = Optional.ofNullable(fields.get(other));
        }
        return new Item(name, unit, value, number(fields, "s", base, "bs"), time(fields, base, nowMicros));
    }

    private static Optional<Tree> number(Map<String, Tree> fields, String name, Map<String, Tree> base, String baseName)
            throws BadPayload {
        if (!fields.containsKey(name)) return Optional.empty();
        var sum = decimal(fields, name).add(base.containsKey(baseName) ? decimal(base, baseName) : BigDecimal.ZERO);
        return Optional.of(Tree.plain(sum.toString()));
    }

    /// RFC 8428, 4.5.3: below 2^28 seconds a time is relative to now.
    private static Optional<Long> time(Map<String, Tree> fields, Map<String, Tree> base, long nowMicros)
            throws BadPayload {
        if (!fields.containsKey("t") && !base.containsKey("bt")) return Optional.empty();
        var seconds = (fields.containsKey("t") ? decimal(fields, "t") : BigDecimal.ZERO)
                .add(base.containsKey("bt") ? decimal(base, "bt") : BigDecimal.ZERO);
        if (seconds.abs().compareTo(TIME_MAX) > 0) throw new BadPayload("the SenML time " + seconds + " is no time");
        long micros = seconds.movePointRight(6).longValue();
        return Optional.of(seconds.compareTo(ABSOLUTE_FROM) < 0 ? nowMicros + micros : micros);
    }

    private static BigDecimal decimal(Map<String, Tree> fields, String name) throws BadPayload {
        String text = text(fields.get(name)).orElse("");
        if (text.length() <= Shape.NUMBER_CHARACTERS_MAX && text.matches("-?\\d+(\\.\\d+)?([eE][+-]?\\d{1,3})?"))
            return new BigDecimal(text);
        throw new BadPayload("the SenML field \"" + name + "\" is a number, not " + Shape.shown(text));
    }

    private static Optional<String> text(@org.jspecify.annotations.Nullable Tree tree) {
        return tree instanceof Tree.Scalar s ? Optional.of(s.text()) : Optional.empty();
    }
}
