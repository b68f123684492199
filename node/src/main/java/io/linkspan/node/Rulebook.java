package io.linkspan.node;

import io.linkspan.model.Ambient;
import io.linkspan.model.Cell;
import io.linkspan.model.Durations;
import io.linkspan.model.Link;
import io.linkspan.model.Log;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Rule;
import io.linkspan.model.Rule.Does;
import io.linkspan.model.Rule.Life;
import io.linkspan.model.Rule.Step;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import io.linkspan.site.Judgement;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rules, schedules, scenes and modes of a site for people: what each says, what it does now, what it did, and what
/// keeps
/// it from acting. For one thread.
final class Rulebook {
    /// Newest entries that are looked at for what a rule did.
    static final int MOVE_ENTRIES_MAX = 100_000;
    /// Most moves of a rule that are told, and how many without being asked.
    static final int MOVES_MAX = 1_000;

    static final int MOVES = 50;

    private final SiteView view;
    private final Telling telling;
    private final Lexicon lexicon;

    Rulebook(SiteView view) {
        this.view = view;
        telling = new Telling(view);
        lexicon = telling.lexicon();
    }

    /// All rules and schedules, in the order of the file.
    Tree.Fields all() {
        var all = new ArrayList<Tree>();
        for (var rule : view.directory().file().rules().values())
            all.add(one(rule).done());
        return Trees.fields()
                .text("mode", view.mode())
                .texts("modes", view.directory().file().modes())
                .put("rules", Tree.items(all))
                .done();
    }

    /// One rule with its steps, what each part of its condition says now, and what it did lately.
    ///
    /// @param moves most moves that are told, the newest first
    Tree.Fields rule(String id, int moves) throws IOException {
        var rule = find(id);
        var out = one(rule);
        if (rule.does() instanceof Does.Reacts r) {
            out.text("silent", silent(r.silent()));
            r.when().ifPresent(when -> out.put("condition", judged(when, rule)));
            boolean acted =
                    cell(rule).map(c -> c.state() == RuleCell.State.ACTIVE).orElse(false);
            r.until().filter(_ -> acted).ifPresent(until -> out.put("ends_when", judged(until, rule)));
        }
        out.text("why_not", whyNot(rule));
        return out.put("moves", moved(view.directory().rule(id), moves)).done();
    }

    Rule find(String id) throws NoSuch {
        var rules = view.directory().file().rules();
        var rule = rules.get(id);
        if (rule != null) return rule;
        throw new NoSuch("there is no rule \"" + id + "\" in this site"
                + (rules.isEmpty()
                        ? ", which has none"
                        : ", but "
                                + String.join(
                                        ", ",
                                        rules.keySet().stream().limit(NAMED_MAX).toList())));
    }

    private static final int NAMED_MAX = 20;

    /// The scenes of a site.
    Tree.Fields scenes() {
        var all = new ArrayList<Tree>();
        for (var scene : view.directory().file().scenes().values()) all.add(scene(scene));
        return Trees.fields().put("scenes", Tree.items(all)).done();
    }

    private Tree scene(SiteFile.Scene scene) {
        var set = new ArrayList<Tree>();
        scene.set()
                .forEach((path, value) -> set.add(Trees.fields()
                        .text("property", path)
                        .put("value", Trees.value(value))
                        .text("shown", lexicon.value(view.directory().property(path), value))
                        .done()));
        var out = Trees.fields().text("id", scene.id());
        scene.title().ifPresent(t -> out.text("title", t));
        return out.put("set", Tree.items(set)).done();
    }

    // ---- one rule

    private Optional<RuleCell> cell(Rule rule) {
        return view.rule(view.directory().rule(rule.id()));
    }

    private Trees.Fields one(Rule rule) {
        var out = Trees.fields().text("id", rule.id());
        rule.title().ifPresent(t -> out.text("title", t));
        rule.it().ifPresent(it -> out.text("for_thing", it));
        out.text("kind", rule.does() instanceof Does.Plans ? "schedule" : "rule")
                .text("sentence", sentence(rule))
                .text("priority", rule.priority().word())
                .plain("version", view.directory().version(Result.Sort.RULE, rule.id()));
        if (!rule.modes().isEmpty()) out.texts("modes", rule.modes());
        if (rule.does() instanceof Does.Reacts r) {
            r.when().ifPresent(w -> out.text("when", w));
            r.until().ifPresent(u -> out.text("until", u));
            if (!r.at().isEmpty()) out.texts("at", r.at()).text("missed", Trees.word(r.missed()));
            if (!r.held().isZero()) out.text("for", Durations.format(r.held()));
            out.put("then", steps(r.then()));
            if (!r.otherwise().isEmpty()) out.put("else", steps(r.otherwise()));
        } else if (rule.does() instanceof Does.Plans p) out.put("points", points(p));
        out.texts("works", rule.holds());
        cell(rule).ifPresent(c -> {
            out.text("state", Trees.word(c.state()))
                    .time("since", c.sinceWall())
                    .time("next", c.untilWall())
                    .plain("fired", c.fired())
                    .time("last_fired", c.firedWall())
                    .texts("holds", c.holds().stream().map(lexicon::property).toList());
            if (!c.why().isEmpty()) out.text("reason", c.why());
            if (c.at() != 0) out.text("at_position", Trees.position(Log.Position.of(view.id(), c.at())));
        });
        return out;
    }

    // ---- what it says

    /// A rule as one sentence.
    String sentence(Rule rule) {
        String modes = rule.modes().isEmpty() ? "" : "In mode " + String.join(" or ", rule.modes()) + ": ";
        return modes
                + switch (rule.does()) {
                    case Does.Plans p -> "by the clock, " + p.to() + " is held at " + plan(p);
                    case Does.Reacts r -> reacts(r);
                };
    }

    private String plan(Does.Plans p) {
        var parts = new ArrayList<String>();
        for (var point : p.points())
            parts.add(point.value()
                            .map(v -> lexicon.value(view.directory().property(p.to()), v))
                            .orElse("nothing")
                    + " from " + point.at());
        return String.join(", ", parts);
    }

    private String reacts(Does.Reacts r) {
        var text = new StringBuilder();
        if (!r.at().isEmpty()) text.append("at ").append(String.join(", ", r.at()));
        if (r.when().isPresent())
            text.append(r.at().isEmpty() ? "when " : ", if ").append(r.when().get());
        if (!r.held().isZero()) text.append(" for ").append(Durations.format(r.held()));
        text.append(": ").append(words(r.then()));
        r.until().ifPresent(u -> text.append("; it counts as met until ").append(u));
        if (!r.otherwise().isEmpty()) text.append("; else: ").append(words(r.otherwise()));
        return text.toString();
    }

    private String words(List<Step> steps) {
        return String.join(", then ", steps.stream().map(this::words).toList());
    }

    private String words(Step step) {
        return switch (step) {
            case Step.Hold h -> "hold " + h.to() + " at " + asks(h) + life(h.life());
            case Step.Release r -> "let go of " + r.to();
            case Step.Mode m -> "put the site into mode " + m.mode();
            case Step.Invoke i ->
                "invoke " + i.action() + i.value().map(v -> " with " + v).orElse("");
            case Step.Raise r ->
                "raise a " + Trees.word(r.alarm().severity()) + " alarm \""
                        + r.alarm().text() + "\"";
            case Step.Tell t -> "tell \"" + t.text() + "\"";
            case Step.Wait w -> "wait " + Durations.format(w.time());
            case Step.Await a ->
                "wait until " + a.condition()
                        + a.atMost()
                                .map(t -> " for at most " + Durations.format(t))
                                .orElse("");
        };
    }

    private String asks(Step.Hold hold) {
        return switch (hold.asks()) {
            case Rule.Asks.Computed c -> "what " + c.expression() + " gives";
            case Rule.Asks.Fixed f -> lexicon.wish(view.directory().property(hold.to()), f.wish());
        };
    }

    private static String life(Life life) {
        return switch (life) {
            case Life.WhileMet _ -> "";
            case Life.For f -> " for " + Durations.format(f.time());
            case Life.Linger l -> ", and " + Durations.format(l.time()) + " longer";
            case Life.Until u -> " until " + u.condition();
            case Life.Released _ -> " until a person releases it";
        };
    }

    /// How long a wish of a step lives, field by field; nothing where it ends with the condition.
    private static void lives(Trees.Fields out, Life life) {
        switch (life) {
            case Life.WhileMet _ -> {}
            case Life.For f -> out.text("for", Durations.format(f.time()));
            case Life.Linger l -> out.text("linger", Durations.format(l.time()));
            case Life.Until u -> out.text("until", u.condition());
            case Life.Released _ -> out.plain("until_released", true);
        }
    }

    private static String silent(Rule.Silent silent) {
        return "what can not be known for " + Durations.format(silent.after())
                + (silent.then() == Link.Then.RELEASE ? " makes it let go" : " changes nothing");
    }

    private Tree steps(List<Step> steps) {
        var all = new ArrayList<Tree>();
        for (var step : steps) {
            var out = Trees.fields().text("do", Trees.word(step.getClass())).text("text", words(step));
            switch (step) {
                case Step.Hold h -> {
                    out.text("property", h.to());
                    if (h.asks() instanceof Rule.Asks.Fixed(Wish.Want(Value value)))
                        out.put("value", Trees.value(value));
                    out.text("asks", asks(h));
                    lives(out, h.life());
                }
                case Step.Release r -> out.text("property", r.to());
                case Step.Mode m -> out.text("mode", m.mode());
                case Step.Invoke i -> out.text("action", i.action());
                case Step.Raise r ->
                    out.text("severity", Trees.word(r.alarm().severity()))
                            .text("says", r.alarm().text());
                case Step.Tell t ->
                    out.text("severity", Trees.word(t.severity())).text("says", t.text());
                case Step.Wait w -> out.text("time", Durations.format(w.time()));
                case Step.Await a -> out.text("condition", a.condition());
            }
            all.add(out.done());
        }
        return Tree.items(all);
    }

    private Tree points(Does.Plans plans) {
        var all = new ArrayList<Tree>();
        for (var point : plans.points()) {
            var out = Trees.fields().text("at", point.at());
            point.value()
                    .ifPresent(v -> out.put("value", Trees.value(v))
                            .text("shown", lexicon.value(view.directory().property(plans.to()), v)));
            all.add(out.done());
        }
        return Tree.items(all);
    }

    // ---- what its condition says now

    private List<Judgement.Part> judge(String condition, Rule rule) {
        return new Judgement(view.directory(), view.mode(), view.nowMicros(), this::known).of(condition, rule.it());
    }

    /// A value as rules take it.
    private Optional<Value> known(int property) {
        return view.cell(property).filter(Cell::stands).flatMap(Cell::reading).map(Reading::value);
    }

    private Tree judged(String condition, Rule rule) {
        var all = new ArrayList<Tree>();
        for (var part : judge(condition, rule)) {
            var out = Trees.fields()
                    .text("text", part.text())
                    .text("met", part.met().map(m -> m ? "yes" : "no").orElse("unknown"));
            var seen = new ArrayList<Tree>();
            for (var s : part.seen()) seen.add(seen(s));
            all.add(out.put("seen", Tree.items(seen)).done());
        }
        return Tree.items(all);
    }

    private Tree seen(Result.Seen seen) {
        var out = Trees.fields()
                .text("of", Ambient.of(seen.of()).map(Ambient::path).orElseGet(() -> lexicon.property(seen.of())))
                .text("text", lexicon.seen(seen.of(), seen.value()));
        seen.value().ifPresent(v -> {
            out.put("value", Trees.value(v));
            Values.asDouble(v).ifPresent(d -> out.plain("number", d));
        });
        return out.done();
    }

    /// What keeps a rule from acting, in words.
    String whyNot(Rule rule) {
        var cell = cell(rule);
        if (cell.isEmpty()) return "it is not known yet";
        var c = cell.get();
        return switch (c.state()) {
            case OFF -> "a person put it to sleep" + (c.why().isEmpty() ? "" : " (" + c.why() + ")");
            case ASLEEP ->
                "it sleeps: the site is in mode " + view.mode() + ", it is awake in "
                        + String.join(" and ", rule.modes());
            case LIMITED -> "it acted too often and is stopped until " + telling.at(c.untilWall());
            case MET ->
                "its condition is met since " + telling.at(c.sinceWall()) + ", but not long enough: it acts at "
                        + telling.at(c.untilWall());
            case ACTIVE ->
                "it acted at " + telling.at(c.firedWall() == 0 ? c.sinceWall() : c.firedWall()) + " and holds";
            case WAITING ->
                "it is at a step that waits"
                        + (c.untilWall() == 0 ? " for a condition" : " until " + telling.at(c.untilWall()));
            case UNSURE, IDLE -> condition(rule, c);
        };
    }

    private String condition(Rule rule, RuleCell c) {
        String next = c.untilWall() == 0 ? "" : "; its next time is " + telling.at(c.untilWall());
        if (!(rule.does() instanceof Does.Reacts r) || r.when().isEmpty()) return "its time has not come" + next;
        var parts = new ArrayList<String>();
        for (var part : judge(r.when().get(), rule)) {
            if (part.met().equals(Optional.of(true))) continue;
            String saw = String.join(
                    ", ",
                    part.seen().stream()
                            .map(s -> lexicon.seen(s.of(), s.value()))
                            .toList());
            parts.add("\"" + part.text() + "\" is " + (part.met().isPresent() ? "not met" : "not known")
                    + (saw.isEmpty() ? "" : ": " + saw));
        }
        if (parts.isEmpty()) return (r.at().isEmpty() ? "its condition is met now" : "its time has not come") + next;
        return String.join("; ", parts) + next;
    }

    // ---- what it did

    private Tree moved(int number, int most) throws IOException {
        var newest = view.newest();
        var from = new Log.Position(newest.site(), newest.epoch(), Math.max(0, newest.seq() - MOVE_ENTRIES_MAX));
        var all = new ArrayDeque<Tree>();
        try (var feed = view.feed(from)) {
            for (var item = feed.next(); item.isPresent(); item = feed.next())
                for (var r : item.get().entry().results())
                    if (r instanceof Result.RuleMoved m && m.rule() == number && m.move() != Result.RuleMove.STEPPED) {
                        all.addFirst(Trees.fields()
                                .text("position", Trees.position(item.get().at()))
                                .time("time", item.get().entry().at().wall())
                                .text("move", Trees.word(m.move()))
                                .plain("version", m.version())
                                .put(
                                        "seen",
                                        Tree.items(m.seen().stream()
                                                .map(this::seen)
                                                .toList()))
                                .text("text", telling.followed(m).orElse(""))
                                .done());
                        if (all.size() > most) all.removeLast();
                    }
        } catch (Log.BeyondBranch e) {
            return Tree.items(List.of()); // nothing is on disk yet
        }
        return Tree.items(List.copyOf(all));
    }
}
