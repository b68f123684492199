package io.linkspan.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Machine to machine: from one property to another machine's property.
///
/// @param from `meter.power`; none where an expression names its sources
/// @param to the actuator: `boiler.on`
/// @param bound how the result is meant: a value, or a bound on what others may wish
/// @param silent what happens when the source is silent; there is no default
/// @param deadBand a smaller change of the result is not worth a new wish
/// @param maxSkew how far apart in time several sources may be
/// @param isPrivate the readings belong to the two parties alone: they reach no log, history, feed or backup
/// @param actFirst the write goes out before the disk has it
/// @param was the name before a renaming
public record Link(
        String id,
        Optional<String> from,
        String to,
        Priority priority,
        Does does,
        Bound bound,
        Silent silent,
        double deadBand,
        Optional<Duration> maxSkew,
        boolean isPrivate,
        boolean actFirst,
        Optional<String> was) {

    /// What a link does with what it reads.
    public sealed interface Does {
        /// Holds a value on one side of a threshold and releases it (or holds the other) on the far side of a
        /// second one.
        ///
        /// @param whenAbove held while the source is above `above`
        /// @param whenBelow held while the source is below `below`
        /// @param own what the target draws while it is on, taken out of the source before the thresholds are
        /// looked at
        record Switch(
                double above, Optional<Value> whenAbove, double below, Optional<Value> whenBelow, Optional<Own> own)
                implements Does {}

        /// Passes the value on: converted to the target's unit, then x `factor` + `offset`.
        record Scale(double factor, double offset) implements Does {}

        /// Computes the value by a CEL expression over any properties of the site.
        ///
        /// @param unit the unit of the result where it is not the target's
        record Map(String expression, Optional<String> unit) implements Does {}

        /// Forbids a value (or bounds it) while a CEL condition holds.
        record Interlock(String when, Wish wish) implements Does {}

        /// Keeps the source at a set-point by moving the target (parallel PID with clamped integral).
        ///
        /// @param setpoint a number in the source's unit, or the name of a property
        /// @param gain target units per source unit; negative for cooling
        /// @param integralTime seconds; 0: none
        /// @param derivativeTime seconds; 0: none
        record Pid(String setpoint, double gain, double integralTime, double derivativeTime, double least, double most)
                implements Does {}
    }

    /// What the target itself draws while it is on: a number in the source's unit, or a property that measures it.
    public sealed interface Own {
        /// A rated power.
        record Rated(double amount) implements Own {}

        /// A measured one.
        record Measured(String property) implements Own {}
    }

    /// How the result of a link is meant.
    public enum Bound {
        /// As the value.
        NONE,
        /// As the most that a lower hold may get.
        AT_MOST,
        /// As the least that a lower hold may get.
        AT_LEAST
    }

    /// Silence has a direction.
    ///
    /// @param after how long without a usable reading
    /// @param then a *limit* holds its careful value, a *use* releases
    /// @param value the careful value; for a switch its own
    /// @param atMost how long the careful value is held; none: for ever, as the file says in so many words
    /// @param heartbeat a property whose readings show that the source is alive; none: the source's own
    public record Silent(
            Duration after, Then then, Optional<Wish> value, Optional<Duration> atMost, Optional<String> heartbeat) {}

    /// What a silent source means.
    public enum Then {
        /// A limit: it tightens.
        HOLD,
        /// A use: it lets go.
        RELEASE
    }

    /// Whether silence tightens it.
    public boolean isLimit() {
        return silent.then() == Then.HOLD;
    }

    /// Reads one link. The target's property must be known, for its type.
    static Link read(Settings s, SiteFile.Lookup known) throws Invalid {
        String id = s.needName("id");
        String to = s.needText("to", "boiler.on");
        Property target = known.writable(s, "to", to);
        var from = s.text("from");
        if (from.isPresent()) known.property(s, "from", from.get());
        Does does = does(s, from, target, known);
        if (does instanceof Does.Switch || does instanceof Does.Scale || does instanceof Does.Pid) {
            if (from.isEmpty()) throw new Invalid(s.mark(), "\"from\" is missing; write for example from: meter.power");
        }
        Bound bound = s.choice("bound", Bound.class).orElse(Bound.NONE);
        if (bound != Bound.NONE && !target.type().isQuantity())
            throw s.wrong("bound", "belongs to a quantity; for a flag write when: ... and forbid: true");
        if (bound != Bound.NONE && !(does instanceof Does.Scale || does instanceof Does.Map))
            throw s.wrong("bound", "belongs to a link that passes a value on (scale, map)");
        var link = new Link(
                id,
                from,
                to,
                s.choice("priority", Priority.class)
                        .orElse(does instanceof Does.Interlock ? Priority.PROTECT : Priority.OPERATE),
                does,
                bound,
                silent(s, target, does, bound, known),
                s.number("dead-band").orElse(0.0),
                s.duration("max-skew"),
                s.flag("private", false),
                s.flag("act-first", false),
                s.text("was"));
        if (link.priority == Priority.FALLBACK)
            throw s.wrong("priority", "fallback belongs to the property's fallback:, not to a link");
        s.text("title");
        s.finish();
        return link;
    }

    private static Does does(Settings s, Optional<String> from, Property target, SiteFile.Lookup known) throws Invalid {
        var kinds = new ArrayList<String>();
        for (String kind : List.of("map", "when", "pid")) if (s.has(kind)) kinds.add(kind);
        boolean thresholds = false;
        for (String field : THRESHOLDS) thresholds |= s.has(field);
        if (thresholds) kinds.add("thresholds");
        if (kinds.size() > 1)
            throw new Invalid(
                    s.mark(), "a link does one thing, not " + String.join(" and ", kinds) + "; make two links");
        if (thresholds) return threshold(s, from, target, known);
        if (s.has("map")) return new Does.Map(s.needText("map", "\"meter.power * 0.5\""), s.text("unit"));
        if (s.has("when")) return interlock(s, target);
        if (s.has("pid")) return pid(s.below("pid").orElseThrow(), target, known);
        return new Does.Scale(s.number("factor").orElse(1.0), s.number("offset").orElse(0.0));
    }

    private static final List<String> THRESHOLDS = List.of(
            "off-above",
            "on-below",
            "on-above",
            "off-below",
            "hold-above",
            "release-below",
            "hold-below",
            "release-above");

    private static Does threshold(Settings s, Optional<String> from, Property target, SiteFile.Lookup known)
            throws Invalid {
        if (from.isEmpty()) throw new Invalid(s.mark(), "\"from\" is missing; write for example from: meter.power");
        Property source = known.property(s, "from", from.get());
        if (!source.type().isQuantity()) throw s.wrong("from", "must be a quantity to be compared with a threshold");
        Optional<Value> value = value(s, "value", target);
        var own = own(s, known);
        for (String[] pair : new String[][] {
            {"off-above", "on-below"},
            {"on-above", "off-below"},
            {"hold-above", "release-below"},
            {"release-above", "hold-below"}
        }) {
            var above = s.number(pair[0]);
            var below = s.number(pair[1]);
            if (above.isEmpty() && below.isEmpty()) continue;
            if (above.isEmpty() || below.isEmpty()) {
                String missing = above.isEmpty() ? pair[1] + " needs " + pair[0] : pair[0] + " needs " + pair[1];
                throw new Invalid(s.mark(), missing + " too, so that it does not flutter");
            }
            if (above.get() <= below.get())
                throw s.wrong(pair[0], "must be more than " + pair[1] + ", so that it does not flutter");
            return sides(s, pair, above.get(), below.get(), value, target, own);
        }
        throw new Invalid(
                s.mark(),
                "thresholds come in pairs: off-above with on-below, on-above with off-below, "
                        + "hold-above with release-below, hold-below with release-above");
    }

    private static Does.Switch sides(
            Settings s,
            String[] pair,
            double above,
            double below,
            Optional<Value> value,
            Property target,
            Optional<Own> own)
            throws Invalid {
        boolean flagWords = pair[0].startsWith("o");
        if (flagWords && target.type() != ValueType.FLAG)
            throw s.wrong(
                    pair[0], "switches a flag; for a " + target.type().word() + " write hold-above and release-below");
        if (!flagWords) {
            if (value.isEmpty()) throw new Invalid(s.mark(), "\"value\" is missing: what to hold");
            boolean holdAbove = pair[0].equals("hold-above");
            return new Does.Switch(
                    above, holdAbove ? value : Optional.empty(), below, holdAbove ? Optional.empty() : value, own);
        }
        Value aboveValue = pair[0].equals("off-above") ? Value.Flag.OFF : Value.Flag.ON;
        Value belowValue = pair[0].equals("off-above") ? Value.Flag.ON : Value.Flag.OFF;
        return new Does.Switch(
                above,
                value.isEmpty() || value.get().equals(aboveValue) ? Optional.of(aboveValue) : Optional.empty(),
                below,
                value.isEmpty() || value.get().equals(belowValue) ? Optional.of(belowValue) : Optional.empty(),
                own);
    }

    private static Optional<Own> own(Settings s, SiteFile.Lookup known) throws Invalid {
        var text = s.text("own-power");
        if (text.isEmpty()) return Optional.empty();
        if (text.get().contains(".") && Character.isLetter(text.get().charAt(0))) {
            known.property(s, "own-power", text.get());
            return Optional.of(new Own.Measured(text.get()));
        }
        return Optional.of(new Own.Rated(s.number("own-power").orElseThrow()));
    }

    private static Does interlock(Settings s, Property target) throws Invalid {
        String when = s.needText("when", "\"tank.level < 5.0\"");
        var forbid = value(s, "forbid", target);
        var most = s.number("at-most");
        var least = s.number("at-least");
        int given = (forbid.isPresent() ? 1 : 0) + (most.isPresent() ? 1 : 0) + (least.isPresent() ? 1 : 0);
        if (given != 1)
            throw new Invalid(s.mark(), "a link with \"when\" has one of forbid: VALUE, at-most: N, at-least: N");
        if (forbid.isPresent()) return new Does.Interlock(when, new Wish.Forbid(forbid.get()));
        if (!target.type().isQuantity())
            throw s.wrong(most.isPresent() ? "at-most" : "at-least", "belongs to a quantity");
        return new Does.Interlock(
                when, most.isPresent() ? new Wish.AtMost(most.get()) : new Wish.AtLeast(least.orElseThrow()));
    }

    private static Does pid(Settings s, Property target, SiteFile.Lookup known) throws Invalid {
        if (target.type() != ValueType.NUMBER && target.type() != ValueType.INTEGER)
            throw new Invalid(
                    s.mark(),
                    "a pid moves a number or an integer, not a " + target.type().word());
        String setpoint = s.needText("setpoint", "55.0");
        if (Character.isLetter(setpoint.charAt(0))) known.property(s, "setpoint", setpoint);
        else s.number("setpoint");
        double gain = s.number("gain").orElse(0.0);
        if (gain == 0)
            throw new Invalid(s.mark(), "\"gain\" is missing: target units per source unit, negative for cooling");
        double[] ends = {target.min().orElse(Double.NaN), target.max().orElse(Double.NaN)};
        double least = s.number("least").orElse(ends[0]);
        double most = s.number("most").orElse(ends[1]);
        if (!(least < most))
            throw new Invalid(s.mark(), "a pid needs least and most (or the target's range), least first");
        double ti = seconds(s, "integral-time");
        double td = seconds(s, "derivative-time");
        s.finish();
        return new Does.Pid(setpoint, gain, ti, td, least, most);
    }

    private static double seconds(Settings s, String field) throws Invalid {
        return s.duration(field).map(d -> Durations.micros(d) / 1e6).orElse(0.0);
    }

    private static Optional<Value> value(Settings s, String field, Property target) throws Invalid {
        var text = s.text(field);
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(Values.parse(target.type(), target.choices(), text.get()));
        } catch (IllegalArgumentException e) {
            throw s.wrong(field, e);
        }
    }

    private static Silent silent(Settings s, Property target, Does does, Bound bound, SiteFile.Lookup known)
            throws Invalid {
        var part = s.below("silent");
        if (part.isEmpty())
            throw new Invalid(
                    s.mark(),
                    "\"silent\" is missing: say what a silent source means, for example silent: { after: 60s, then: hold, "
                            + "at-most: 2h } (a limit tightens) or silent: { after: 60s, then: release } (a use lets go)");
        Settings p = part.get();
        var after = p.duration("after");
        if (after.isEmpty()) throw new Invalid(p.mark(), "\"after\" is missing: for example after: 60s");
        var then = p.choice("then", Then.class);
        if (then.isEmpty())
            throw new Invalid(p.mark(), "\"then\" is missing: hold (a limit tightens) or release (a use lets go)");
        Optional<Wish> careful = Optional.empty();
        Optional<Duration> atMost = Optional.empty();
        if (then.get() == Then.HOLD) {
            careful = careful(p, target, does, bound);
            String most = p.needText("at-most", "2h (or forever)");
            if (!most.equals("forever")) atMost = p.duration("at-most");
        }
        var heartbeat = p.text("heartbeat");
        if (heartbeat.isPresent()) known.property(p, "heartbeat", heartbeat.get());
        p.finish();
        return new Silent(after.get(), then.get(), careful, atMost, heartbeat);
    }

    private static Optional<Wish> careful(Settings p, Property target, Does does, Bound bound) throws Invalid {
        var value = value(p, "value", target);
        if (value.isPresent()) {
            double limit = Values.asDouble(value.get()).orElse(0);
            return Optional.of(
                    switch (bound) {
                        case NONE -> new Wish.Want(value.get());
                        case AT_MOST -> new Wish.AtMost(limit);
                        case AT_LEAST -> new Wish.AtLeast(limit);
                    });
        }
        if (does instanceof Does.Interlock i) return Optional.of(i.wish());
        if (does instanceof Does.Switch w) {
            if (w.whenAbove().isPresent() && w.whenBelow().isEmpty())
                return Optional.of(new Wish.Want(w.whenAbove().get()));
            if (w.whenBelow().isPresent() && w.whenAbove().isEmpty())
                return Optional.of(new Wish.Want(w.whenBelow().get()));
        }
        throw new Invalid(p.mark(), "\"value\" is missing: the careful value that is held while the source is silent");
    }
}
