package io.linkspan.model;

import io.linkspan.model.Rule.Asks;
import io.linkspan.model.Rule.Life;
import io.linkspan.model.Rule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what a rule does, step by step.
final class RuleSteps {
    private static final String WORDS =
            "hold, at-most, at-least, forbid, release, scene, mode, invoke, alarm, tell, wait, await";

    /// `until: released` is no condition.
    private static final String RELEASED = "released";

    private final Optional<String> it;
    private final Rule.Known known;

    RuleSteps(Optional<String> it, Rule.Known known) {
        this.it = it;
        this.known = known;
    }

    /// The steps below a field.
    ///
    /// @param moment whether the rule acts at a moment, so that its holds must say how long they live
    List<Step> read(Settings s, String field, boolean moment) throws Invalid {
        var all = new ArrayList<Step>();
        for (var step : s.list(field)) {
            all.addAll(step(step, moment));
            step.finish();
        }
        if (all.size() > Rule.STEPS_MAX) throw s.wrong(field, "has at most " + Rule.STEPS_MAX + " steps");
        return all;
    }

    private List<Step> step(Settings s, boolean moment) throws Invalid {
        if (s.has("hold") || s.has("at-most") || s.has("at-least") || s.has("forbid") || s.has("scene"))
            return holds(s, moment);
        if (s.has("release"))
            return List.of(new Step.Release(writable(s, "release", s.needText("release", "boiler.on"))));
        if (s.has("mode")) return List.of(new Step.Mode(known.mode(s, "mode", s.needText("mode", "away"))));
        if (s.has("invoke")) return List.of(invoke(s));
        if (s.has("alarm")) return List.of(alarm(s));
        if (s.has("tell")) return List.of(tell(s));
        if (s.has("wait")) return List.of(new Step.Wait(s.duration("wait").orElseThrow()));
        if (s.has("await"))
            return List.of(new Step.Await(s.needText("await", "\"door.closed\""), s.duration("at-most-for")));
        throw new Invalid(s.mark(), "a step of a rule is one of " + WORDS);
    }

    // ---- holds

    private List<Step> holds(Settings s, boolean moment) throws Invalid {
        var life = life(s, moment);
        var all = new ArrayList<Step>();
        if (s.has("scene")) {
            String name = s.needText("scene", "evening");
            var scene = known.scenes().get(name);
            if (scene == null)
                throw s.wrong(
                        "scene",
                        "names no scene of this site: \"" + name + "\""
                                + SiteFile.Lookup.near(name, known.scenes().keySet()));
            scene.set()
                    .forEach((path, value) -> all.add(new Step.Hold(path, new Asks.Fixed(new Wish.Want(value)), life)));
        }
        for (String field : List.of("hold", "at-most", "at-least", "forbid")) {
            var below = s.below(field);
            if (below.isEmpty()) continue;
            for (String path : below.get().tree().fields().keySet()) {
                String to = writable(below.get(), path, path);
                all.add(new Step.Hold(to, asks(below.get(), field, path, to), life));
            }
        }
        if (all.isEmpty())
            throw new Invalid(s.mark(), "a hold names what it holds; write for example hold: { boiler.on: true }");
        return all;
    }

    private Asks asks(Settings s, String word, String field, String to) throws Invalid {
        var target = known.lookup().property(s, field, to);
        String text = s.needText(field, "true");
        if (word.equals("hold"))
            return text.startsWith("=")
                    ? new Asks.Computed(text.substring(1).strip())
                    : new Asks.Fixed(new Wish.Want(value(s, field, target, text)));
        if (word.equals("forbid")) return new Asks.Fixed(new Wish.Forbid(value(s, field, target, text)));
        if (!target.type().isQuantity())
            throw s.wrong(field, "is a " + target.type().word() + "; " + word + " belongs to a quantity");
        double limit = s.number(field).orElseThrow();
        return new Asks.Fixed(word.equals("at-most") ? new Wish.AtMost(limit) : new Wish.AtLeast(limit));
    }

    /// A value of a property, checked against its range.
    static Value value(Settings s, String field, Property target, String text) throws Invalid {
        Value value;
        try {
            value = Values.parse(target.type(), target.choices(), text);
        } catch (IllegalArgumentException e) {
            throw s.wrong(field, e);
        }
        if (!target.type().isQuantity()) return value;
        double d = Values.asDouble(value).orElseThrow();
        if (d < target.min().orElse(Double.NEGATIVE_INFINITY)
                || d > target.max().orElse(Double.POSITIVE_INFINITY))
            throw s.wrong(
                    field,
                    "takes " + target.min().map(String::valueOf).orElse("..") + " to "
                            + target.max().map(String::valueOf).orElse("..") + ", not " + text);
        return value;
    }

    private static Life life(Settings s, boolean moment) throws Invalid {
        var time = s.duration("for");
        var linger = s.duration("linger");
        var until = s.text("until");
        int given = (time.isPresent() ? 1 : 0) + (linger.isPresent() ? 1 : 0) + (until.isPresent() ? 1 : 0);
        if (given > 1)
            throw new Invalid(
                    s.mark(),
                    "a hold lives for: a time, or until: a condition, or until: released, or linger:s; say one");
        if (moment && (given == 0 || linger.isPresent()))
            throw new Invalid(
                    s.mark(),
                    "a hold that is placed at a moment says how long it lives: for: 2h, or until: \"boiler.temperature > 60\", or until: released");
        if (time.isPresent()) return new Life.For(time.get());
        if (linger.isPresent()) return new Life.Linger(linger.get());
        return until.<Life>map(text -> text.equals(RELEASED) ? new Life.Released() : new Life.Until(text))
                .orElseGet(Life.WhileMet::new);
    }

    // ---- others

    private Step invoke(Settings s) throws Invalid {
        String path = path(s.needText("invoke", "door.open"));
        int dot = path.indexOf('.');
        var thing = dot < 0 ? null : known.things().get(path.substring(0, dot));
        var action = thing == null ? null : thing.actions().get(path.substring(dot + 1));
        if (action == null) throw s.wrong("invoke", "names no action of this site: \"" + path + "\"");
        var text = s.text("value");
        if (text.isPresent() != action.input().isPresent())
            throw s.wrong(
                    "invoke",
                    action.input()
                            .map(type -> path + " takes a " + type.word() + ": add value:")
                            .orElse(path + " takes no value"));
        if (text.isEmpty()) return new Step.Invoke(path, Optional.empty());
        try {
            return new Step.Invoke(
                    path, Optional.of(Values.parse(action.input().orElseThrow(), java.util.Map.of(), text.get())));
        } catch (IllegalArgumentException e) {
            throw s.wrong("value", e);
        }
    }

    private static Step alarm(Settings s) throws Invalid {
        var a = s.below("alarm").orElseThrow();
        var raise = new Step.Raise(Alarm.read(a));
        a.finish();
        return raise;
    }

    private static Step tell(Settings s) throws Invalid {
        if (s.part("tell").orElseThrow() instanceof Tree.Scalar text)
            return new Step.Tell(Result.Severity.WARNING, text.text());
        var t = s.below("tell").orElseThrow();
        var tell = new Step.Tell(
                t.choice("severity", Result.Severity.class).orElse(Result.Severity.WARNING),
                t.needText("text", "\"The door is open\""));
        t.finish();
        return tell;
    }

    private String writable(Settings s, String field, String path) throws Invalid {
        String to = path(path);
        known.lookup().writable(s, field, to);
        return to;
    }

    /// `it.on` of a rule for many things is this thing's.
    private String path(String path) throws Invalid {
        return it.isPresent() && path.startsWith("it.") ? it.get() + path.substring(2) : path;
    }
}
