package io.linkspan.site;

import io.linkspan.model.Ambient;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Property;
import io.linkspan.model.Result.Sort;
import io.linkspan.model.Rule;
import io.linkspan.model.Rule.Step;
import io.linkspan.model.Tree;
import io.linkspan.payload.Expression;
import io.linkspan.payload.Typed;
import io.linkspan.payload.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The rules and schedules of a program, made ready to run. Immutable once made.
final class Ruled {
    private static final int[] NONE = {};

    private final Directory directory;
    private final @Nullable RuleRun[] rules;
    private final Map<Integer, int[]> of = new HashMap<>(); // looked up only
    private final int[] ofMode;
    private final Map<String, Tree.Fields> written;
    private final RuleNames known;

    /// @param program its points are known already
    Ruled(Directory directory, Program program) throws Invalid {
        this.directory = directory;
        written = written(directory.file().tree());
        known = new RuleNames(directory);
        rules = new RuleRun[1 + program.most(Sort.RULE)];
        var all = directory.file().rules().values();
        if (all.isEmpty()) {
            ofMode = NONE;
            return;
        }
        var users = new HashMap<Integer, TreeSet<Integer>>(); // looked up only
        var modes = new TreeSet<Integer>();
        for (var rule : all) {
            var run = ready(rule, program);
            rules[run.number()] = run;
            if (!rule.modes().isEmpty()) modes.add(run.number());
            for (var condition : run.conditions())
                for (int each : condition.of()) {
                    if (each > 0)
                        users.computeIfAbsent(each, _ -> new TreeSet<>()).add(run.number());
                    if (each == Ambient.SITE_MODE.number()) modes.add(run.number());
                }
        }
        users.forEach((property, numbers) -> of.put(property, array(numbers)));
        ofMode = array(modes);
    }

    private static int[] array(TreeSet<Integer> numbers) {
        return numbers.stream().mapToInt(i -> i).toArray();
    }

    private RuleRun ready(Rule rule, Program program) throws Invalid {
        var names = known.known(rule.it());
        int number = directory.rule(rule.id());
        int version = directory.version(Sort.RULE, rule.id());
        return switch (rule.does()) {
            case Rule.Does.Plans plans -> {
                var times = new ArrayList<Recurrence>();
                for (var point : plans.points()) times.add(time(rule, point.at()));
                int target = directory.property(plans.to());
                yield new RuleRun(number, version, rule, null, null, times, List.of(), List.of(), target, false, null);
            }
            case Rule.Does.Reacts r -> {
                var times = new ArrayList<Recurrence>();
                for (String at : r.at()) times.add(time(rule, at));
                var when = condition(rule, r.when(), names);
                var until = condition(rule, r.until(), names);
                var then = steps(rule, r.then(), names, program);
                var otherwise = steps(rule, r.otherwise(), names, program);
                var alarm = alarm(rule, names);
                // what a rule at its times sees of the clock needs no looking at in between
                boolean clock =
                        RuleRun.conditions(r.at().isEmpty() ? when : null, until, then, otherwise, alarm).stream()
                                .anyMatch(Condition::usesClock);
                yield new RuleRun(number, version, rule, when, until, times, then, otherwise, 0, clock, alarm);
            }
        };
    }

    private Recurrence time(Rule rule, String text) throws Invalid {
        var mark = mark(rule, "at");
        var time = Recurrence.read(mark, text);
        if (time.needsPosition() && directory.file().position().isEmpty())
            throw new Invalid(
                    mark,
                    "rule " + rule.id() + " follows the sun, and the site does not say where it is; write for example"
                            + " position: { latitude: 51.05, longitude: 3.72 }");
        return time;
    }

    private List<RuleRun.Ready> steps(Rule rule, List<Step> steps, Map<String, Typed> names, Program program)
            throws Invalid {
        var all = new ArrayList<RuleRun.Ready>();
        for (var step : steps)
            all.add(
                    switch (step) {
                        case Step.Hold h -> hold(rule, h, names, program);
                        case Step.Release r -> new RuleRun.Ready(r, directory.property(r.to()), null, null);
                        case Step.Invoke i -> new RuleRun.Ready(i, directory.property(i.action()), null, null);
                        case Step.Await a ->
                            new RuleRun.Ready(a, 0, null, condition(rule, Optional.of(a.condition()), names));
                        case Step.Mode _, Step.Tell _, Step.Wait _, Step.Raise _ ->
                            new RuleRun.Ready(step, 0, null, null);
                    });
        return all;
    }

    private RuleRun.@Nullable Raises alarm(Rule rule, Map<String, Typed> names) throws Invalid {
        var alarm = rule.alarm();
        if (alarm.isEmpty()) return null;
        return new RuleRun.Raises(
                alarm.get(),
                text(rule, alarm.get().text(), names),
                condition(rule, alarm.get().suppress(), names),
                directory.file().tells().values().stream()
                        .filter(tell -> tell.concerns(alarm.get()))
                        .toList());
    }

    /// A text in which `{boiler.temperature}` stands for a value.
    private List<RuleRun.Part> text(Rule rule, String text, Map<String, Typed> names) throws Invalid {
        var all = new ArrayList<RuleRun.Part>();
        int at = 0;
        for (int open; (open = text.indexOf('{', at)) >= 0; ) {
            int close = text.indexOf('}', open);
            String name = close < 0 ? "" : text.substring(open + 1, close).strip();
            if (!names.containsKey(name))
                throw new Invalid(
                        mark(rule, "text"),
                        "the text of " + rule.id() + " names {" + name + "}, which is no property of this site; write"
                                + " for example {boiler.temperature}");
            if (open > at) all.add(new RuleRun.Part(text.substring(at, open), 0));
            all.add(new RuleRun.Part(name, number(rule, name)));
            at = close + 1;
        }
        if (at < text.length()) all.add(new RuleRun.Part(text.substring(at), 0));
        return all;
    }

    private RuleRun.Ready hold(Rule rule, Step.Hold hold, Map<String, Typed> names, Program program) throws Invalid {
        int target = directory.property(hold.to());
        Condition asks = null;
        if (hold.asks() instanceof Rule.Asks.Computed computed) {
            Property property = program.point(target).orElseThrow().must();
            asks = compile(rule, computed.expression(), names, Wanted.of(Program.typed(property)));
        }
        Condition until =
                hold.life() instanceof Rule.Life.Until u ? condition(rule, Optional.of(u.condition()), names) : null;
        return new RuleRun.Ready(hold, target, asks, until);
    }

    private @Nullable Condition condition(Rule rule, Optional<String> text, Map<String, Typed> names) throws Invalid {
        return text.isEmpty() ? null : compile(rule, text.get(), names, Wanted.CONDITION);
    }

    private Condition compile(Rule rule, String text, Map<String, Typed> names, Wanted wanted) throws Invalid {
        var mark = mark(rule, "when");
        var expression = Expression.compile(mark, text, names, wanted);
        int[] numbers = expression.variables().stream()
                .mapToInt(name -> number(rule, name))
                .toArray();
        var condition = new Condition(expression, numbers);
        for (var ambient : Ambient.values())
            if (ambient.needsPosition()
                    && condition.uses(ambient)
                    && directory.file().position().isEmpty())
                throw new Invalid(
                        mark,
                        "rule " + rule.id() + " looks at " + ambient.path()
                                + ", and the site does not say where it is; write for example"
                                + " position: { latitude: 51.05, longitude: 3.72 }");
        return condition;
    }

    private int number(Rule rule, String name) {
        return known.number(rule.it(), name);
    }

    /// Where a field of a rule stands; else where the rule does.
    Mark mark(Rule rule, String field) {
        String id = rule.it()
                .map(thing -> rule.id().substring(0, rule.id().length() - thing.length() - 1))
                .orElse(rule.id());
        var fields = written.get(id);
        if (fields == null) return Mark.NONE;
        var part = fields.fields().get(field);
        return part == null ? fields.mark() : part.mark();
    }

    /// The rules and schedules as the file has them.
    private static Map<String, Tree.Fields> written(Tree.Fields tree) {
        var all = new HashMap<String, Tree.Fields>(); // looked up only
        for (String list : List.of("rules", "schedules", "alarms"))
            if (tree.fields().get(list) instanceof Tree.Items items)
                for (var item : items.items())
                    if (item instanceof Tree.Fields f && f.fields().get("id") instanceof Tree.Scalar id)
                        all.put(id.text(), f);
        return all;
    }

    Optional<RuleRun> rule(int number) {
        return number > 0 && number < rules.length ? Optional.ofNullable(rules[number]) : Optional.empty();
    }

    int[] of(int property) {
        return of.getOrDefault(property, NONE);
    }

    int[] ofMode() {
        return ofMode;
    }

    int end() {
        return rules.length;
    }
}
