package io.linkspan.insight;

import io.linkspan.insight.Gazetteer.Entry;
import io.linkspan.insight.Intent.When;
import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Targets.Fit;
import io.linkspan.insight.Targets.Hit;
import io.linkspan.insight.Targets.Result;
import io.linkspan.insight.Understood.Note;
import io.linkspan.insight.Understood.Reason;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Commands: states, numbers, more and less, choices, actions, giving back. For one sentence and one thread.
final class CommandGrammar {
    /// What is to be done with one entry: a value for a property, or the action that it is.
    private record Deed(Optional<Value> value) {}

    private final Clause clause;
    private final Targets targets;
    private When when = When.NOW;

    CommandGrammar(Clause clause, Targets targets) {
        this.clause = clause;
        this.targets = targets;
    }

    Understood read() {
        boolean negated = clause.takeAll(Sort.NOT);
        takeLastIn();
        clause.takeAll(Sort.BE);
        var time = clause.when();
        if (time.isEmpty()) return clause.unclear(Reason.NO_TIME, List.of());
        when = time.get();
        if (clause.has(Sort.UNTIL)
                && !clause.tokens().get(clause.find(Sort.UNTIL)).is(Sort.TO))
            return clause.unclear(
                    Reason.NO_TIME, List.of(clause.at(clause.find(Sort.UNTIL)).text()));
        var meant = deed();
        return negated ? negated(meant) : meant;
    }

    /// `schakel de lamp in`: a preposition at the end says "on".
    private boolean switchedIn;

    private void takeLastIn() {
        int last = clause.size() - 1;
        switchedIn =
                last > 0 && clause.is(last, Sort.PREP) && clause.at(last).text().equals("in") && clause.has(Sort.DO);
        if (switchedIn) clause.take(last);
    }

    /// What was forbidden is never done; it is asked whether the opposite shall be held.
    private Understood negated(Understood meant) {
        if (meant instanceof Understood.Meant(Intent.Set set, var notes)) {
            var opposite = new ArrayList<Intent.Target>();
            for (var t : set.targets()) {
                if (!(t.value() instanceof Value.Flag flag)) return clause.unclear(Reason.NO_ACTION, List.of("not"));
                opposite.add(new Intent.Target(t.path(), new Value.Flag(!flag.on())));
            }
            return new Understood.Asked(Understood.Why.NOT_TO, List.of(new Intent.Set(opposite, set.when())), notes, 0);
        }
        return meant instanceof Understood.Unclear ? meant : clause.unclear(Reason.NO_ACTION, List.of("not"));
    }

    private Understood deed() {
        if (isRelease()) return release();
        var verbs = clause.has(Sort.DO, Sort.ACT);
        var hint = hint();
        var share = share();
        var number = clause.number();
        if (number.isEmpty() || !number.get().to()) {
            var change = change(number, share);
            if (change.isPresent()) return change.get();
        }
        if (number.isPresent()) return number(number.get(), hint);
        if (share.isPresent()) return share(share.get(), hint);
        var choice = choice();
        if (choice.isPresent()) return choice.get();
        var states = clause.states(false);
        clause.takeAll(Sort.DO, Sort.ACT);
        if (states.size() > 1) return clause.unclear(Reason.NO_ACTION, states);
        if (switchedIn && states.isEmpty()) return state("on");
        if (states.size() == 1) return state(states.getFirst());
        if (verbs || clause.hasNouns()) return action();
        return clause.unclear(Reason.NO_ACTION, List.of());
    }

    // ---- giving back

    private boolean isRelease() {
        boolean released = clause.has(Sort.RELEASE);
        boolean automatic = clause.has(Sort.AUTO);
        if (!released && !automatic) return false;
        for (int i = 0; i < clause.size(); i++) {
            boolean other = (clause.is(i, Sort.STATE)
                            || clause.is(i, Sort.ACT)
                            || clause.at(i).isNumber())
                    && !clause.isTaken(i)
                    && !clause.is(i, Sort.RELEASE)
                    && !clause.is(i, Sort.AUTO);
            if (other) return false;
        }
        return true;
    }

    private Understood release() {
        boolean automatic = clause.takeAll(Sort.AUTO);
        clause.takeAll(Sort.RELEASE, Sort.DO, Sort.ACT, Sort.MODE);
        if (automatic) {
            var auto = targets.resolve(
                    clause.nouns(),
                    (e, own) -> e.property().stream()
                            .flatMap(p -> p.choices().values().stream())
                            .filter(c -> c.equalsIgnoreCase("auto") || c.equalsIgnoreCase("automatic"))
                            .findFirst()
                            .filter(_ -> e.writable())
                            .map(c -> new Fit<>(new Deed(Optional.of(new Value.Choice(c))), 1)));
            if (auto instanceof Result.Found<Deed>) return done(auto);
        }
        Result<String> found = targets.resolve(
                clause.nouns(), (e, own) -> e.writable() ? Optional.of(new Fit<>(e.path(), 1)) : Optional.empty());
        return switch (found) {
            case Result.Missing<String> m -> clause.unclear(m.reason(), m.about());
            case Result.Found<String> f -> {
                long things = f.hits().stream()
                        .map(h -> h.entry().thing().id())
                        .distinct()
                        .count();
                var paths = f.hits().stream().map(Hit::what).toList();
                if (things <= 1 || f.several()) yield meant(new Intent.Release(paths));
                yield asked(
                        Understood.Why.WHICH_ONE,
                        paths.stream()
                                .<Intent>map(p -> new Intent.Release(List.of(p)))
                                .toList());
            }
        };
    }

    private Understood meant(Intent intent) {
        return new Understood.Meant(intent, clause.notes());
    }

    private Understood asked(Understood.Why why, List<Intent> choices) {
        return new Understood.Asked(why, choices, clause.notes(), 0);
    }

    // ---- numbers

    /// The quantity that a word such as `brighter` is about; empty for none.
    private String hint() {
        int heat = clause.find(Sort.HINT);
        if (heat >= 0 && heat == clause.first()) {
            clause.take(heat);
            return clause.at(heat).of(Sort.HINT);
        }
        if (clause.has(Sort.DIM)) return "brightness";
        return "";
    }

    /// The share of a range that words such as `maximum` and `halfway` say; none where there is none.
    private Optional<Double> share() {
        int i = clause.find(Sort.MAX, Sort.MIN, Sort.HALF);
        if (i < 0) return Optional.empty();
        var t = clause.at(i);
        double share = t.is(Sort.MAX) ? 1 : t.is(Sort.MIN) ? 0 : 0.5;
        clause.take(i);
        return Optional.of(share);
    }

    private Understood number(Clause.Number number, String hint) {
        takeVerbs();
        clause.takeAll(Sort.DIM, Sort.MORE, Sort.LESS, Sort.UP, Sort.DOWN);
        return done(targets.resolve(
                clause.nouns(),
                (e, own) -> Fits.number(e, number.value(), number.unit(), hint, own)
                        .map(f -> new Fit<>(new Deed(Optional.of(f.what())), f.rank()))));
    }

    private Understood share(double share, String hint) {
        takeVerbs();
        clause.takeAll(Sort.DIM, Sort.UP, Sort.DOWN, Sort.MORE, Sort.LESS);
        return done(targets.resolve(
                clause.nouns(),
                (e, own) -> Fits.share(e, share, hint, own)
                        .map(f -> new Fit<>(new Deed(Optional.of(f.what())), f.rank()))));
    }

    /// A state beside a number only says how it is reached: `open the blind to 30 %`.
    private void takeVerbs() {
        clause.states(false);
        clause.takeAll(Sort.DO, Sort.ACT);
    }

    // ---- more and less

    private record Way(String quantity, int sign) {}

    private Optional<Understood> change(Optional<Clause.Number> number, Optional<Double> share) {
        if (share.isPresent()) return Optional.empty();
        var way = way();
        if (way.isEmpty()
                || number.isPresent() && clause.has(Sort.DIM) && !number.get().by()) return Optional.empty();
        var w = way.get();
        clause.takeAll(Sort.MORE, Sort.LESS, Sort.UP, Sort.DOWN, Sort.DIM, Sort.DO);
        if (w.quantity().isEmpty() && number.isEmpty()) {
            var covers = targets.<Deed>resolve(
                    clause.nouns(),
                    (e, own) -> e.classes().contains("cover")
                            ? Fits.value(e, w.sign() > 0 ? "open" : "closed", own)
                                    .filter(_ -> e.writable())
                                    .map(f -> new Fit<>(new Deed(Optional.of(f.what())), f.rank()))
                            : Optional.empty());
            if (covers instanceof Result.Found<Deed>) return Optional.of(done(covers));
        }
        var by = number.map(Clause.Number::value).map(Math::abs);
        String unit = number.map(Clause.Number::unit).orElse("");
        return Optional.of(changed(
                targets.resolve(
                        clause.nouns(),
                        (e, own) -> Fits.change(e, by, unit, w.quantity(), own)
                                .map(f -> new Fit<>(f.what() * w.sign(), f.rank()))),
                by.isEmpty()));
    }

    private Optional<Way> way() {
        for (int i = 0; i < clause.size(); i++) {
            if (clause.is(i, Sort.MORE) && !clause.at(i).of(Sort.MORE).equals("any"))
                return Optional.of(new Way(clause.at(i).of(Sort.MORE), 1));
            if (clause.is(i, Sort.LESS) && !clause.at(i).of(Sort.LESS).equals("any"))
                return Optional.of(new Way(clause.at(i).of(Sort.LESS), -1));
        }
        if (clause.has(Sort.DIM)) return Optional.of(new Way("brightness", -1));
        if (clause.has(Sort.UP)) return Optional.of(new Way("", 1));
        if (clause.has(Sort.DOWN)) return Optional.of(new Way("", -1));
        if (clause.has(Sort.MORE)) return Optional.of(new Way("", 1));
        return clause.has(Sort.LESS) ? Optional.of(new Way("", -1)) : Optional.empty();
    }

    private Understood changed(Result<Double> result, boolean usual) {
        return switch (result) {
            case Result.Missing<Double> m -> clause.unclear(m.reason(), m.about());
            case Result.Found<Double> f -> {
                var changes = f.hits().stream()
                        .map(h -> new Intent.Change(h.entry().path(), h.what(), usual))
                        .toList();
                if (usual) noteStep(f.hits().getFirst());
                if (changes.size() == 1 || f.several()) yield meant(new Intent.Adjust(changes, when));
                var choices = new ArrayList<Intent>();
                for (var c : changes) choices.add(new Intent.Adjust(List.of(c), when));
                choices.add(new Intent.Adjust(changes, when));
                yield asked(Understood.Why.WHICH_ONE, choices);
            }
        };
    }

    private void noteStep(Hit<Double> hit) {
        String unit = hit.entry()
                .property()
                .flatMap(io.linkspan.model.Property::unit)
                .map(u -> Units.parse(u).ofDifference().symbol())
                .orElse("");
        clause.notes().add(new Note.Step(Math.abs(hit.what()), unit));
    }

    // ---- choices, states and actions

    /// The name of a choice, where something that is named has it; else the word is a noun.
    private Optional<Understood> choice() {
        for (int i = 0; i < clause.size(); i++) {
            if (!clause.is(i, Sort.VALUE)) continue;
            var word = clause.at(i);
            var nouns = new ArrayList<Token>();
            for (int j = 0; j < clause.size(); j++) {
                var t = clause.at(j);
                boolean says = clause.isTaken(j)
                        || j == i
                        || clause.is(j, Sort.DO)
                        || clause.is(j, Sort.ACT)
                        || clause.is(j, Sort.MODE)
                        || clause.is(j, Sort.STATE) && t.text().equals("on");
                if (!says) nouns.add(t);
            }
            Result<Deed> found = targets.resolve(
                    nouns,
                    (e, own) -> e.writable()
                            ? Fits.choice(e, word).map(v -> new Fit<>(new Deed(Optional.of(v)), 1))
                            : Optional.empty());
            if (found instanceof Result.Found<Deed> f) return Optional.of(done(f));
        }
        return Optional.empty();
    }

    private Understood state(String state) {
        if (clause.has(Sort.EVERYTHING)) return everything(state);
        return done(targets.resolve(clause.nouns(), (e, own) -> deed(e, state, own)));
    }

    private static Optional<Fit<Deed>> deed(Entry e, String state, boolean own) {
        if (e.isAction()) {
            String name = e.path().substring(e.path().indexOf('.') + 1);
            boolean starts = state.equals("on") && (name.equals("start") || name.equals("run"));
            boolean stops = state.equals("off") && (name.equals("stop") || name.equals("pause"));
            return starts || stops ? Optional.of(new Fit<>(new Deed(Optional.empty()), 3)) : Optional.empty();
        }
        if (!e.writable()) return Optional.empty();
        return Fits.value(e, state, own).map(f -> new Fit<>(new Deed(Optional.of(f.what())), f.rank()));
    }

    /// What is called nothing but everything is asked back, lights first.
    private Understood everything(String state) {
        clause.takeAll(Sort.EVERYTHING);
        var nouns = clause.nouns();
        Result<Deed> found = Targets.isAll(nouns)
                ? new Result.Found<>(targets.all((e, own) -> deed(e, state, own)), true)
                : targets.resolve(nouns, (e, own) -> deed(e, state, own));
        if (!(found instanceof Result.Found<Deed> f) || f.hits().isEmpty())
            return clause.unclear(Reason.CAN_NOT, List.of());
        var choices = new ArrayList<Intent>();
        for (var part : Targets.byClass(f.hits()).values()) choices.add(intent(part));
        choices.add(intent(f.hits()));
        return asked(Understood.Why.MANY, choices);
    }

    private Understood action() {
        Result<Deed> found = targets.resolve(
                clause.nouns(),
                (e, own) ->
                        e.isAction() && own ? Optional.of(new Fit<>(new Deed(Optional.empty()), 1)) : Optional.empty());
        if (found instanceof Result.Found<Deed> f) return done(f);
        if (found instanceof Result.Missing<Deed> m && m.reason() != Reason.CAN_NOT)
            return clause.unclear(m.reason(), m.about());
        return switchable();
    }

    /// Things are named and nothing is said of them.
    private Understood switchable() {
        return clause.unclear(
                Reason.NO_ACTION,
                clause.nouns().stream()
                        .filter(t -> !Targets.isFiller(t))
                        .map(Token::text)
                        .toList());
    }

    // ---- what comes of it

    private Understood done(Result<Deed> result) {
        return switch (result) {
            case Result.Missing<Deed> m -> clause.unclear(m.reason(), m.about());
            case Result.Found<Deed> f -> {
                boolean several = f.several() && targets.hasHead(clause.nouns()) && !isMixed(f.hits());
                if (f.hits().size() == 1 || several || isOneQuantity(f.hits())) yield meant(intent(f.hits()));
                var choices = new ArrayList<Intent>();
                for (var h : f.hits()) choices.add(intent(List.of(h)));
                if (f.hits().stream().allMatch(h -> h.what().value().isPresent())) choices.add(intent(f.hits()));
                yield asked(Understood.Why.WHICH_ONE, choices);
            }
        };
    }

    /// `kitchen brightness` names a quantity and no thing: every light there.
    private boolean isOneQuantity(List<Hit<Deed>> hits) {
        return hits.stream()
                        .allMatch(h -> h.entry().is("brightness")
                                && h.entry().classes().contains("light"))
                && clause.nouns().stream().anyMatch(t -> t.is(Sort.QUANTITY))
                && clause.nouns().stream().noneMatch(t -> t.is(Sort.CLASS) || t.is(Sort.IT))
                && clause.nouns().stream().anyMatch(t -> t.isName() && !t.is(Sort.QUANTITY));
    }

    /// Whether one thing would get two values: nobody asks for that.
    private static boolean isMixed(List<Hit<Deed>> hits) {
        long things = hits.stream().map(h -> h.entry().thing().id()).distinct().count();
        return things < hits.size()
                && hits.stream()
                        .anyMatch(h -> hits.stream()
                                .anyMatch(o -> o != h
                                        && o.entry().thing() == h.entry().thing()
                                        && !o.entry()
                                                .quantities()
                                                .equals(h.entry().quantities())));
    }

    private Intent intent(List<Hit<Deed>> hits) {
        var set = new ArrayList<Intent.Target>();
        var all = new ArrayList<Intent>();
        for (var h : hits) {
            if (h.what().value().isPresent())
                set.add(new Intent.Target(h.entry().path(), h.what().value().get()));
            else all.add(new Intent.Invoke(h.entry().path(), when));
        }
        if (!set.isEmpty()) all.addFirst(new Intent.Set(set, when));
        return all.size() == 1 ? all.getFirst() : new Intent.Several(all);
    }
}
