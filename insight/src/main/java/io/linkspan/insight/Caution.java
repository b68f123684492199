package io.linkspan.insight;

import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Understood.Why;
import io.linkspan.model.Cell;
import io.linkspan.model.Priority;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Thing;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is asked back before it is done: locks, doors and valves, values outside of a range or far from now, what would
/// only wait below somebody else's wish, and switching off what keeps goods.
final class Caution {
    /// Farthest that a temperature may be set from what it is set to now, in kelvin.
    static final double TEMPERATURE_STEP_MAX = 5;

    /// Most actuators that one sentence sets unasked; lights are not counted.
    static final int UNASKED_MAX = 8;

    private static final Set<String> RISKY =
            Set.of("lock", "garage_door", "gate", "door", "valve", "hatch", "oven", "alarm");
    private static final Set<String> KEEPING = Set.of("cold", "compressor", "fence", "heat_lamp");
    private static final String BY_NAME = "lock";

    private final SiteFile file;
    private final Situation situation;

    Caution(SiteFile file, Situation situation) {
        this.file = file;
        this.situation = situation;
    }

    /// The same, or a question where it must not be done unasked.
    Understood over(Understood understood) {
        if (!(understood instanceof Understood.Meant meant)) return understood;
        return switch (meant.intent()) {
            case Intent.Set set -> over(set, meant);
            case Intent.Adjust adjust -> over(adjust, meant);
            case Intent.Release _,
                    Intent.Invoke _,
                    Intent.Query _,
                    Intent.Why _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Mode _,
                    Intent.Scene _,
                    Intent.Timer _,
                    Intent.Cancel _,
                    Intent.Several _ -> meant;
        };
    }

    private static Understood asked(Why why, Intent intent, Understood.Meant meant) {
        return new Understood.Asked(why, List.of(intent), meant.notes(), 0);
    }

    private Understood over(Intent.Set set, Understood.Meant meant) {
        var within = new ArrayList<Intent.Target>();
        for (var t : set.targets()) within.add(new Intent.Target(t.path(), within(t)));
        if (!within.equals(set.targets())) return asked(Why.OUT_OF_RANGE, new Intent.Set(within, set.when()), meant);
        long counted = set.targets().stream()
                .filter(t -> !classes(t.path()).contains("light"))
                .count();
        if (counted > UNASKED_MAX) return asked(Why.MANY, set, meant);
        for (var t : set.targets()) {
            var why = why(t);
            if (why.isPresent()) return asked(why.get(), set, meant);
        }
        return meant;
    }

    private Understood over(Intent.Adjust adjust, Understood.Meant meant) {
        for (var c : adjust.changes()) {
            var charge = charge(c.path());
            if (charge.isPresent()) return asked(charge.get(), adjust, meant);
            if (isTemperature(property(c.path())) && Math.abs(c.by()) > TEMPERATURE_STEP_MAX)
                return asked(Why.FAR, adjust, meant);
        }
        return meant;
    }

    private Property property(String path) {
        return file.property(path).orElseThrow();
    }

    private Thing thing(String path) {
        return java.util.Objects.requireNonNull(file.things().get(path.substring(0, path.indexOf('.'))));
    }

    /// The value, or the nearest that the property is made for.
    private Value within(Intent.Target t) {
        var p = property(t.path());
        var d = Values.asDouble(t.value());
        if (!p.type().isQuantity() || d.isEmpty()) return t.value();
        double nearest = Math.min(
                p.max().orElse(Double.MAX_VALUE), Math.max(p.min().orElse(-Double.MAX_VALUE), d.getAsDouble()));
        return nearest == d.getAsDouble() ? t.value() : Values.quantity(p.type(), nearest);
    }

    private Optional<Why> why(Intent.Target t) {
        var charge = charge(t.path());
        if (charge.isPresent()) return charge;
        var classes = classes(t.path());
        var p = property(t.path());
        boolean moves = p.type() == io.linkspan.model.ValueType.FLAG || p.type() == io.linkspan.model.ValueType.CHOICE;
        if (moves && (p.name().contains(BY_NAME) || classes.stream().anyMatch(RISKY::contains)))
            return Optional.of(Why.RISKY);
        boolean off = t.value().equals(Value.Flag.OFF) || t.value().equals(new Value.Choice("off"));
        if (off
                && classes.stream().anyMatch(KEEPING::contains)
                && !p.name().equals("light")
                && !p.name().equals("defrost")) return Optional.of(Why.KEEPS_GOODS);
        return isFar(t, p) ? Optional.of(Why.FAR) : Optional.empty();
    }

    private boolean isFar(Intent.Target t, Property p) {
        if (!isTemperature(p)) return false;
        var now = situation.cell(t.path()).flatMap(Caution::standing);
        var is = now.map(Values::asDouble).orElse(java.util.OptionalDouble.empty());
        var shall = Values.asDouble(t.value());
        if (is.isEmpty() || shall.isEmpty()) return false;
        double kelvin =
                Units.conversion(p.unit().orElse("Cel"), "K").applyToDifference(shall.getAsDouble() - is.getAsDouble());
        return Math.abs(kelvin) > TEMPERATURE_STEP_MAX;
    }

    /// What an actuator shall be now, else what it reads.
    static Optional<Value> standing(Cell cell) {
        return cell.duty().flatMap(Cell.Duty::desired).or(() -> cell.reading().map(io.linkspan.model.Reading::value));
    }

    private static boolean isTemperature(Property p) {
        return p.unit()
                .map(u -> Units.sameDimension(Units.parse(u), Units.parse("K")))
                .orElse(false);
    }

    /// Whether a person's wish would wait below somebody else's, or not be written at all.
    private Optional<Why> charge(String path) {
        var duty = situation.cell(path).flatMap(Cell::duty);
        if (duty.isEmpty()) return Optional.empty();
        if (duty.get().outOfService().isPresent()) return Optional.of(Why.OUT_OF_SERVICE);
        var by = duty.get().charge();
        boolean higher = (by.by() == Result.By.HOLD || by.by() == Result.By.BOUND)
                && duty.get().holds().stream()
                        .anyMatch(h -> h.id() == by.hold() && h.priority().beats(Priority.MANUAL));
        return higher ? Optional.of(Why.OUTRANKED) : Optional.empty();
    }

    /// The classes of a thing and a property by every word of their names, in every language.
    private Set<String> classes(String path) {
        var thing = thing(path);
        var all = new java.util.TreeSet<String>();
        var names = new ArrayList<String>(List.of(thing.id(), path.substring(path.indexOf('.') + 1)));
        thing.title().ifPresent(names::add);
        thing.kind().ifPresent(names::add);
        property(path).title().ifPresent(names::add);
        for (String name : names) {
            var words = Words.ofName(name);
            for (var language : Language.values()) {
                var lexicon = Lexicon.of(language);
                for (int i = 0; i < words.size(); i++) {
                    for (int n = Math.min(3, words.size() - i); n > 0; n--)
                        add(lexicon, String.join(" ", words.subList(i, i + n)), all);
                    for (int cut = 3; cut <= words.get(i).length() - 4; cut++)
                        if (language == Language.NL) add(lexicon, words.get(i).substring(cut), all);
                }
            }
        }
        return all;
    }

    private static void add(Lexicon lexicon, String phrase, Set<String> all) {
        for (var s : lexicon.nouns(phrase)) if (s.sort() == Sort.CLASS) all.add(s.of());
    }
}
