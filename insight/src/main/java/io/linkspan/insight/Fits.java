package io.linkspan.insight;

import io.linkspan.insight.Gazetteer.Entry;
import io.linkspan.insight.Intent.Condition;
import io.linkspan.insight.Intent.Relation;
import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Targets.Fit;
import io.linkspan.model.Property;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which property a word of state, a number or a quantity is about, and with which value. Pure.
final class Fits {
    /// States that exclude each other, by the word of the lexicon.
    private static final Map<String, String> OPPOSITES = Map.ofEntries(
            Map.entry("on", "off"),
            Map.entry("off", "on"),
            Map.entry("open", "closed"),
            Map.entry("closed", "open"),
            Map.entry("locked", "unlocked"),
            Map.entry("unlocked", "locked"),
            Map.entry("muted", "unmuted"),
            Map.entry("unmuted", "muted"),
            Map.entry("detected", "clear"),
            Map.entry("clear", "detected"),
            Map.entry("wet", "dry"),
            Map.entry("dry", "wet"),
            Map.entry("running", "off"));

    /// Words of a flag's name, and the state that it says when it is true.
    private static final Map<String, String> FLAGS = Map.ofEntries(
            Map.entry("open", "open"),
            Map.entry("opened", "open"),
            Map.entry("closed", "closed"),
            Map.entry("locked", "locked"),
            Map.entry("lock", "locked"),
            Map.entry("unlocked", "unlocked"),
            Map.entry("muted", "muted"),
            Map.entry("mute", "muted"),
            Map.entry("motion", "detected"),
            Map.entry("occupancy", "detected"),
            Map.entry("presence", "detected"),
            Map.entry("occupied", "detected"),
            Map.entry("smoke", "detected"),
            Map.entry("leak", "wet"),
            Map.entry("water", "wet"),
            Map.entry("flood", "wet"),
            Map.entry("wet", "wet"));

    private static final Set<String> SWITCHES = Set.of(
            "on",
            "power",
            "switch",
            "switched",
            "enabled",
            "active",
            "running",
            "charging",
            "output",
            "relay",
            "state");

    /// Things whose switch opens and closes them.
    private static final Set<String> OPENINGS = Set.of("valve", "hatch", "gate", "vent", "garage_door", "cover");

    /// What a bare number sets, the likeliest first.
    private static final List<String> SETTABLE =
            List.of("setpoint", "brightness", "position", "speed", "volume", "current", "level");

    private static final int DECIMALS = 6;
    private static final double TEMPERATURE_STEP = 1;
    private static final double PERCENT_STEP = 10;
    private static final double STEPS_OF_A_RANGE = 10;

    private Fits() {}

    static String opposite(String state) {
        return OPPOSITES.getOrDefault(state, "");
    }

    // ---- states

    /// The comparison that says whether an entry is in a state.
    static Optional<Fit<Condition>> condition(Entry e, String state, boolean own) {
        if (e.isAction()) return Optional.empty();
        var p = e.property().orElseThrow();
        if (p.type() == ValueType.NUMBER || p.type() == ValueType.INTEGER) {
            if (!isOpening(e, p)) return Optional.empty();
            double closed = p.min().orElse(0.0);
            var relation = state.equals("open") ? Relation.ABOVE : Relation.EQUAL;
            return state.equals("open") || state.equals("closed")
                    ? fit(new Condition(e.path(), relation, Optional.of(new Value.Num(closed))), 4)
                    : Optional.empty();
        }
        return value(e, state, own)
                .map(f -> new Fit<>(new Condition(e.path(), Relation.EQUAL, Optional.of(f.what())), f.rank()));
    }

    private static <T> Optional<Fit<T>> fit(T what, int rank) {
        return Optional.of(new Fit<>(what, rank));
    }

    /// The value that puts an entry into a state.
    static Optional<Fit<Value>> value(Entry e, String state, boolean own) {
        if (e.isAction()) return Optional.empty();
        var p = e.property().orElseThrow();
        return switch (p.type()) {
            case FLAG -> flag(e, p, state, own);
            case CHOICE -> choice(p, state);
            case NUMBER, INTEGER -> opening(e, p, state);
            case REGISTER, TEXT, BYTES, POSITION, GROUP -> Optional.empty();
        };
    }

    private static Optional<Fit<Value>> flag(Entry e, Property p, String state, boolean own) {
        String says = says(p);
        boolean isOn = state.equals("on") || state.equals("running");
        if (says.equals(state)) return fit(Value.Flag.ON, 7);
        if (!says.isEmpty() && opposite(says).equals(state)) return fit(Value.Flag.OFF, 7);
        if (own && says.isEmpty() && (isOn || state.equals("off") || state.equals("detected")))
            return fit(new Value.Flag(!state.equals("off")), 6);
        if (own && says.equals("detected") && (isOn || state.equals("off"))) return fit(new Value.Flag(isOn), 6);
        if (own && says.equals("wet") && (state.equals("detected") || state.equals("clear")))
            return fit(new Value.Flag(state.equals("detected")), 6);
        boolean isSwitch = says.isEmpty() && hasWord(p, SWITCHES);
        if (isSwitch && (isOn || state.equals("off"))) return fit(new Value.Flag(isOn), 5);
        if (isSwitch
                && (state.equals("open") || state.equals("closed"))
                && e.classes().stream().anyMatch(OPENINGS::contains))
            return fit(new Value.Flag(state.equals("open")), 4);
        return says.isEmpty() && isOnlyFlag(e) && (isOn || state.equals("off"))
                ? fit(new Value.Flag(isOn), 2)
                : Optional.empty();
    }

    /// The state that a flag says by its name when it is true; empty for a plain switch.
    private static String says(Property p) {
        var words = Words.ofName(p.name());
        for (int i = words.size() - 1; i >= 0; i--) {
            String state = FLAGS.get(words.get(i));
            if (state != null) return state;
        }
        return "";
    }

    private static boolean hasWord(Property p, Set<String> words) {
        return Words.ofName(p.name()).stream().anyMatch(words::contains);
    }

    private static boolean isOnlyFlag(Entry e) {
        return e.thing().properties().values().stream()
                        .filter(p -> p.type() == ValueType.FLAG)
                        .count()
                == 1;
    }

    private static Optional<Fit<Value>> choice(Property p, String state) {
        for (String name : p.choices().values())
            for (var language : Language.values())
                for (var s : Lexicon.of(language).senses(String.join(" ", Words.ofName(name))))
                    if (s.sort() == Sort.STATE && s.of().equals(state)) return fit(new Value.Choice(name), 3);
        return Optional.empty();
    }

    private static boolean isOpening(Entry e, Property p) {
        return p.unit().map(u -> u.equals("%")).orElse(false)
                && (e.is("position")
                        || e.ownClasses().contains("vent")
                        || e.classes().contains("cover"));
    }

    private static Optional<Fit<Value>> opening(Entry e, Property p, String state) {
        if (!isOpening(e, p)) return Optional.empty();
        return switch (state) {
            case "open" -> fit(quantity(p, p.max().orElse(100.0)), 4);
            case "closed" -> fit(quantity(p, p.min().orElse(0.0)), 4);
            default -> Optional.empty(); // open: a state of the lexicon that is no opening
        };
    }

    /// A choice by what a sentence calls it, in the words of the lexicon or its own.
    static Optional<Value> choice(Entry e, Token token) {
        if (e.isAction()) return Optional.empty();
        for (String name : e.property().orElseThrow().choices().values()) {
            String words = String.join(" ", Words.ofName(name));
            if (words.equals(token.text())) return Optional.of(new Value.Choice(name));
            for (var s : token.senses())
                if (s.sort() == Sort.VALUE && s.of().equals(words)) return Optional.of(new Value.Choice(name));
        }
        return Optional.empty();
    }

    // ---- numbers

    /// The value that a number with a unit, or without one, sets.
    ///
    /// @param unit UCUM; empty for none
    /// @param quantity what must be set; empty for anything
    static Optional<Fit<Value>> number(Entry e, double number, String unit, String quantity, boolean own) {
        if (!e.writable()) return Optional.empty();
        var p = e.property().orElseThrow();
        if (!p.type().isQuantity() || !quantity.isEmpty() && !e.is(quantity)) return Optional.empty();
        var converted = converted(p, number, unit);
        return converted.isEmpty()
                ? Optional.empty()
                : fit(quantity(p, converted.get()), rank(e, SETTABLE) + (own ? SETTABLE.size() : 0));
    }

    private static Optional<Double> converted(Property p, double number, String unit) {
        if (unit.isEmpty()) return Optional.of(number);
        if (p.unit().isEmpty()) return Optional.empty();
        var from = Units.parse(unit);
        var to = Units.parse(p.unit().get());
        if (unit.equals("Cel") && p.unit().get().equals("[degF]")) return Optional.of(number);
        if (!Units.sameDimension(from, to)) return Optional.empty();
        return Optional.of(rounded(Units.conversion(from, to).apply(number)));
    }

    private static double rounded(double d) {
        return BigDecimal.valueOf(d).setScale(DECIMALS, RoundingMode.HALF_UP).doubleValue();
    }

    private static Value quantity(Property p, double d) {
        return p.type() == ValueType.INTEGER ? new Value.Int(Math.round(d)) : new Value.Num(d);
    }

    private static int rank(Entry e, List<String> order) {
        for (int i = 0; i < order.size(); i++) if (e.is(order.get(i))) return order.size() - i;
        return 0;
    }

    /// The largest, the least or the middle of what a property can be.
    ///
    /// @param share 1 for the largest, 0 for the least
    static Optional<Fit<Value>> share(Entry e, double share, String quantity, boolean own) {
        if (!e.writable()) return Optional.empty();
        var p = e.property().orElseThrow();
        if (!p.type().isQuantity() || p.min().isEmpty() || p.max().isEmpty()) return Optional.empty();
        if (!quantity.isEmpty() && !e.is(quantity)) return Optional.empty();
        double d = p.min().get() + share * (p.max().get() - p.min().get());
        return fit(quantity(p, rounded(d)), rank(e, SETTABLE) + (own ? SETTABLE.size() : 0));
    }

    /// How far a relative change goes, in the unit of the property.
    ///
    /// @param by none: the usual step
    static Optional<Fit<Double>> change(Entry e, Optional<Double> by, String unit, String quantity, boolean own) {
        if (!e.writable()) return Optional.empty();
        var p = e.property().orElseThrow();
        if (!p.type().isQuantity()) return Optional.empty();
        if (!quantity.isEmpty() && !e.is(quantity)) return Optional.empty();
        if (quantity.equals("temperature") && !e.is("setpoint") && hasSetpoint(e)) return Optional.empty();
        var step = by.isPresent() ? difference(p, by.get(), unit) : usual(e, p);
        int rank = rank(e, SETTABLE) + (own ? SETTABLE.size() : 0);
        return step.isEmpty() ? Optional.empty() : fit(step.get(), rank);
    }

    private static boolean hasSetpoint(Entry e) {
        return e.thing().properties().containsKey("setpoint");
    }

    private static Optional<Double> difference(Property p, double by, String unit) {
        if (unit.isEmpty()) return Optional.of(by);
        if (p.unit().isEmpty()) return Optional.empty();
        var from = Units.parse(unit);
        var to = Units.parse(p.unit().get());
        if (unit.equals("Cel") && p.unit().get().equals("[degF]")) return Optional.of(by);
        if (!Units.sameDimension(from, to)) return Optional.empty();
        return Optional.of(rounded(Units.conversion(from, to).applyToDifference(by)));
    }

    private static Optional<Double> usual(Entry e, Property p) {
        double least = p.step().orElse(0.0);
        if (e.is("temperature")) return Optional.of(Math.max(TEMPERATURE_STEP, least));
        if (p.unit().map(u -> u.equals("%")).orElse(false)) return Optional.of(Math.max(PERCENT_STEP, least));
        if (p.min().isEmpty() || p.max().isEmpty()) return Optional.empty();
        double tenth = (p.max().get() - p.min().get()) / STEPS_OF_A_RANGE;
        return Optional.of(least > 0 ? Math.max(least, Math.rint(tenth / least) * least) : tenth);
    }

    // ---- readings

    /// A value that is asked for.
    ///
    /// @param quantities what it may be; empty for anything
    static Optional<Fit<Condition>> reading(Entry e, Set<String> quantities, boolean setpoint, boolean own) {
        if (e.isAction()) return Optional.empty();
        var told = new Condition(e.path(), Relation.ANY, Optional.empty());
        if (setpoint) return e.is("setpoint") ? fit(told, 6) : Optional.empty();
        if (quantities.isEmpty()) return fit(told, own ? 5 : 1);
        if (quantities.stream().noneMatch(e::is)) return Optional.empty();
        boolean isAsked = quantities.contains("setpoint");
        int rank = (own ? 4 : 2) + (e.is("setpoint") && !isAsked ? -2 : 0);
        return fit(told, rank);
    }

    /// A comparison with a number, or with what it shall be.
    static Optional<Fit<Condition>> compared(
            Entry e, Relation relation, Optional<Double> number, String unit, Set<String> quantities, boolean own) {
        if (e.isAction()) return Optional.empty();
        var p = e.property().orElseThrow();
        if (!p.type().isQuantity()) return Optional.empty();
        var reading = reading(e, quantities, false, own);
        if (reading.isEmpty()) return Optional.empty();
        Optional<Value> value = Optional.empty();
        if (number.isPresent()) {
            var converted = converted(p, number.get(), unit);
            if (converted.isEmpty()) return Optional.empty();
            value = Optional.of(quantity(p, converted.get()));
        }
        return fit(new Condition(e.path(), relation, value), reading.get().rank());
    }
}
