package io.linkspan.insight;

import io.linkspan.insight.Gazetteer.Entry;
import io.linkspan.insight.Intent.Ask;
import io.linkspan.insight.Intent.Condition;
import io.linkspan.insight.Intent.Figure;
import io.linkspan.insight.Intent.Relation;
import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Targets.Fit;
import io.linkspan.insight.Targets.Hit;
import io.linkspan.insight.Targets.Result;
import io.linkspan.insight.Understood.Reason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Questions: values, states, counts, why, what was, energy. For one sentence and one thread.
final class QuestionGrammar {
    /// How far back "the last time" is looked for, in days.
    static final int LAST_DAYS = 90;

    private final Clause clause;
    private final Targets targets;
    private boolean negated;

    QuestionGrammar(Clause clause, Targets targets) {
        this.clause = clause;
        this.targets = targets;
    }

    /// Whether a sentence is a question.
    static boolean isQuestion(Clause c) {
        int i = c.first();
        while (i < c.size()
                && (c.is(i, Sort.TO) || c.is(i, Sort.PREP))
                && c.at(i).is(Sort.TO)) i++;
        if (c.is(i, Sort.ARTICLE)) i++;
        for (var sort : List.of(
                Sort.WHAT,
                Sort.WHICH,
                Sort.COUNT,
                Sort.MUCH,
                Sort.HOW,
                Sort.WHY,
                Sort.WHO,
                Sort.WHEN,
                Sort.HOWLONG,
                Sort.BE)) if (c.is(i, sort) && !c.is(i, Sort.DO)) return true;
        if (c.has(Sort.AGG) && c.has(Sort.QUANTITY) && !c.has(Sort.DO, Sort.TO, Sort.ACT)) return true;
        return c.has(Sort.QUANTITY)
                && !c.has(
                        Sort.DO,
                        Sort.ACT,
                        Sort.STATE,
                        Sort.UP,
                        Sort.DOWN,
                        Sort.MORE,
                        Sort.LESS,
                        Sort.VALUE,
                        Sort.MAX,
                        Sort.MIN,
                        Sort.HALF,
                        Sort.DIM,
                        Sort.TIMER,
                        Sort.RELEASE)
                && c.tokens().stream().noneMatch(Token::isNumber);
    }

    Understood read() {
        negated = clause.takeAll(Sort.NOT);
        if (clause.has(Sort.WHY, Sort.WHO)) return why();
        var period = clause.period();
        if (isEnergy(period.isPresent())) return energy(period);
        if (clause.has(Sort.WHEN)) return last();
        if (clause.has(Sort.HOWLONG)) return lasting(period);
        if (period.isPresent() && !isState()) return past(period.get());
        if (period.isPresent()) return clause.unclear(Reason.CAN_NOT, List.of());
        return now();
    }

    private Understood meant(Intent intent) {
        return new Understood.Meant(intent, clause.notes());
    }

    private boolean isState() {
        return clause.has(Sort.STATE, Sort.ACT) && !clause.has(Sort.AGG, Sort.HOW, Sort.MUCH);
    }

    // ---- why

    private Understood why() {
        var quantities = adjectives();
        clause.takeAll(Sort.WHY, Sort.WHO, Sort.BE);
        String went = "";
        int i = clause.find(Sort.WENT);
        if (i >= 0) {
            went = clause.at(i).of(Sort.WENT);
            clause.take(i);
        }
        var states = clause.states(true);
        clause.takeAll(Sort.DO, Sort.ACT);
        String state = states.isEmpty() ? went : states.getFirst();
        Result<String> found = targets.resolve(clause.nouns(), (e, own) -> why(e, state, quantities, own));
        return switch (found) {
            case Result.Missing<String> m -> clause.unclear(m.reason(), m.about());
            case Result.Found<String> f -> {
                var all = f.hits().stream()
                        .<Intent>map(h -> new Intent.Why(h.what()))
                        .toList();
                yield all.size() == 1
                        ? meant(all.getFirst())
                        : new Understood.Asked(Understood.Why.WHICH_ONE, all, clause.notes(), 0);
            }
        };
    }

    private static Optional<Fit<String>> why(Entry e, String state, Set<String> quantities, boolean own) {
        if (e.isAction()) return Optional.empty();
        int bonus = e.writable() ? 10 : 0;
        if (!quantities.isEmpty())
            return quantities.stream().anyMatch(e::is)
                    ? Optional.of(new Fit<>(e.path(), bonus + (own ? 1 : 0)))
                    : Optional.empty();
        if (state.isEmpty()) return Optional.of(new Fit<>(e.path(), bonus + (own ? 20 : 0)));
        return Fits.condition(e, state, own).map(f -> new Fit<>(e.path(), bonus + f.rank()));
    }

    // ---- what was

    private boolean isEnergy(boolean hasPeriod) {
        if (!clause.has(Sort.USE, Sort.COST, Sort.PRODUCE)) return false;
        if (!hasPeriod && !clause.has(Sort.COST)) return false;
        for (int i = 0; i < clause.size(); i++) {
            if (clause.isTaken(i) || Targets.isFiller(clause.at(i))) continue;
            var t = clause.at(i);
            boolean said = List.of(
                                    Sort.WHAT,
                                    Sort.MUCH,
                                    Sort.COUNT,
                                    Sort.BE,
                                    Sort.USE,
                                    Sort.COST,
                                    Sort.PRODUCE,
                                    Sort.HOW,
                                    Sort.DO,
                                    Sort.AGG,
                                    Sort.RECENT,
                                    Sort.FOR)
                            .stream()
                            .anyMatch(t::is)
                    || t.is(Sort.QUANTITY) && List.of("energy", "power").contains(t.of(Sort.QUANTITY));
            if (!said && !isSite(i)) return false;
        }
        return true;
    }

    /// The site itself by a word that its name has: `cold store`.
    private boolean isSite(int i) {
        return clause.at(i).is(Sort.CLASS)
                && clause.at(i).of(Sort.CLASS).equals("cold")
                && !clause.at(i).isName();
    }

    private Understood energy(Optional<Intent.Period> period) {
        var about = clause.has(Sort.COST)
                ? Intent.About.COST
                : clause.has(Sort.USE) ? Intent.About.USED : Intent.About.PRODUCED;
        return meant(new Intent.Energy(about, period.orElse(clause.times().today())));
    }

    private Understood last() {
        clause.takeAll(Sort.WHEN, Sort.BE, Sort.LAST);
        return over(Figure.LAST, clause.times().lastDays(LAST_DAYS), state());
    }

    private Understood lasting(Optional<Intent.Period> period) {
        clause.takeAll(Sort.HOWLONG, Sort.BE);
        return over(Figure.TIME, period.orElse(clause.times().today()), state());
    }

    private String state() {
        var went = clause.find(Sort.WENT);
        var states = clause.states(true);
        clause.takeAll(Sort.WENT, Sort.DO, Sort.ACT);
        String state = states.isEmpty() ? went < 0 ? "" : clause.at(went).of(Sort.WENT) : states.getFirst();
        return negated && !state.isEmpty() ? Fits.opposite(state) : state;
    }

    private Understood over(Figure figure, Intent.Period period, String state) {
        if (state.isEmpty()) return clause.unclear(Reason.NO_ACTION, List.of());
        return told(
                targets.resolve(clause.nouns(), (e, own) -> Fits.condition(e, state, own)),
                all -> new Intent.Past(figure, all, period));
    }

    private Understood past(Intent.Period period) {
        var figure = figure();
        var quantities = adjectives();
        clause.takeAll(
                Sort.WHAT,
                Sort.HOW,
                Sort.MUCH,
                Sort.COUNT,
                Sort.WHICH,
                Sort.BE,
                Sort.AGG,
                Sort.USE,
                Sort.PRODUCE,
                Sort.DO);
        var asked = quantities.isEmpty() ? quantitiesSaid() : quantities;
        return told(
                targets.resolve(
                        clause.nouns(),
                        (e, own) -> Fits.reading(e, asked, false, own)
                                .filter(_ -> e.property().orElseThrow().type().isQuantity())),
                all -> new Intent.Past(figure, all, period));
    }

    private Figure figure() {
        int i = clause.find(Sort.AGG);
        if (i < 0) return Figure.ALL;
        return switch (clause.at(i).of(Sort.AGG)) {
            case "max" -> Figure.MAX;
            case "min" -> Figure.MIN;
            case "sum" -> Figure.SUM;
            default -> Figure.MEAN; // the lexicon leaves only the mean
        };
    }

    private interface Told {
        Intent of(List<Condition> all);
    }

    private Understood told(Result<Condition> result, Told intent) {
        return switch (result) {
            case Result.Missing<Condition> m -> clause.unclear(m.reason(), m.about());
            case Result.Found<Condition> f ->
                meant(intent.of(f.hits().stream().map(Hit::what).toList()));
        };
    }

    // ---- what is

    private Understood now() {
        var said = ask();
        var compared = compared(said);
        if (compared.isPresent()) return compared.get();
        boolean isAdjective = (said == Ask.IS || said == Ask.ALL)
                && clause.has(Sort.HIGH, Sort.LOW)
                && !clause.has(Sort.STATE, Sort.ACT, Sort.VALUE);
        var ask = isAdjective ? Ask.VALUE : said; // "is it cold outside" is told how cold
        boolean isSetTo = isSetTo();
        var quantities = ask == Ask.VALUE ? adjectives() : new LinkedHashSet<String>();
        takeQuestion();
        if (ask != Ask.VALUE || clause.has(Sort.STATE) && isListed()) return states(ask == Ask.VALUE ? Ask.WHICH : ask);
        return value(quantities, isSetTo);
    }

    /// `what lights are on`: a class and a state after "what" ask which.
    private boolean isListed() {
        int c = clause.find(Sort.CLASS);
        int s = clause.find(Sort.STATE);
        return c >= 0 && s > c && clause.at(c).isPlural();
    }

    private void takeQuestion() {
        for (int i = 0; i < clause.size(); i++) {
            boolean asks = clause.is(i, Sort.WHAT)
                    || clause.is(i, Sort.WHICH)
                    || clause.is(i, Sort.COUNT)
                    || clause.is(i, Sort.MUCH)
                    || clause.is(i, Sort.HOW)
                    || clause.is(i, Sort.USE)
                    || clause.is(i, Sort.PRODUCE)
                    || clause.is(i, Sort.DO) && !clause.is(i, Sort.ACT) && !clause.is(i, Sort.QUANTITY)
                    || clause.is(i, Sort.BE) && !clause.at(i).is(Sort.QUANTITY);
            if (asks) clause.take(i);
        }
    }

    private Ask ask() {
        int i = clause.first();
        while (i < clause.size() && !isAsking(i)) i++;
        if (i >= clause.size()) return Ask.VALUE;
        var t = clause.at(i);
        boolean hasState = clause.has(Sort.STATE, Sort.ACT, Sort.WENT) || hasRunning(i);
        if (t.is(Sort.WHICH)) return Ask.WHICH;
        if (t.is(Sort.COUNT)) return hasState ? Ask.COUNT : Ask.VALUE;
        if (!t.is(Sort.BE) || t.is(Sort.WHAT)) return Ask.VALUE;
        if (clause.has(Sort.ANY)) return Ask.ANY;
        if (clause.has(Sort.ALL, Sort.EVERYWHERE)) return Ask.ALL;
        boolean there = clause.has(Sort.THERE)
                || clause.tokens().stream().anyMatch(x -> x.text().equals("er"));
        boolean plural = clause.tokens().stream().anyMatch(Token::isPlural);
        if (there && (plural || clause.has(Sort.CLASS))) return Ask.ANY;
        return plural ? Ask.ALL : Ask.IS;
    }

    private boolean isAsking(int i) {
        for (var s : List.of(Sort.WHAT, Sort.WHICH, Sort.COUNT, Sort.MUCH, Sort.HOW, Sort.BE))
            if (clause.is(i, s)) return true;
        return false;
    }

    /// Dutch verbs that say a state and ask at once: `draait de pomp`, `brandt er licht`.
    private static final Set<String> RUNS = Set.of("draait", "draaien", "brandt", "branden", "loopt", "lopen");

    private boolean hasRunning(int from) {
        for (int i = from; i < clause.size(); i++)
            if (RUNS.contains(clause.at(i).text())) return true;
        return false;
    }

    /// `what is it set to`, `op hoeveel graden staat het`: what it shall be.
    private boolean isSetTo() {
        int last = clause.size() - 1;
        boolean english = clause.has(Sort.WHAT) && last > 0 && clause.is(last, Sort.TO) && clause.is(last - 1, Sort.DO);
        boolean dutch = clause.is(0, Sort.TO) && clause.is(1, Sort.MUCH);
        if (dutch) clause.takeAll(Sort.UNIT);
        return english || dutch;
    }

    // ---- values

    /// The quantities that an adjective is about: `warm`, `full`.
    private Set<String> adjectives() {
        var all = new LinkedHashSet<String>();
        for (int i = 0; i < clause.size(); i++) {
            if (!clause.is(i, Sort.HIGH) && !clause.is(i, Sort.LOW)) continue;
            if (clause.at(i).is(Sort.STATE) && !clause.has(Sort.HOW, Sort.WHY)) continue;
            for (var s : clause.at(i).senses())
                if ((s.sort() == Sort.HIGH || s.sort() == Sort.LOW) && !s.of().equals("any")) all.add(s.of());
            clause.take(i);
        }
        return all;
    }

    private Set<String> quantitiesSaid() {
        var all = new LinkedHashSet<String>();
        for (int i = 0; i < clause.size(); i++)
            if (clause.is(i, Sort.QUANTITY)) all.add(clause.at(i).of(Sort.QUANTITY));
        return all;
    }

    private Understood value(Set<String> adjectives, boolean setpoint) {
        boolean whole = clause.has(Sort.WHOLE);
        var said = quantitiesSaid();
        var asked = adjectives.isEmpty() ? said : adjectives;
        if (asked.contains("state")) {
            for (int i = 0; i < clause.size(); i++)
                if (clause.is(i, Sort.QUANTITY)
                        && clause.at(i).of(Sort.QUANTITY).equals("state")) clause.take(i);
            return ofState();
        }
        if (!clause.hasNouns() || onlyQuantities()) return wide(asked, whole);
        return told(
                targets.resolve(clause.nouns(), (e, own) -> Fits.reading(e, asked, setpoint, own)),
                all -> new Intent.Query(Ask.VALUE, all));
    }

    private boolean onlyQuantities() {
        return clause.nouns().stream().allMatch(t -> Targets.isFiller(t) || t.is(Sort.QUANTITY));
    }

    /// A quantity without a thing: of the whole site its meter, else what a property is called by, else all of
    /// them.
    private Understood wide(Set<String> asked, boolean whole) {
        if (asked.isEmpty()) {
            for (var t : clause.tokens())
                if (t.is(Sort.IT) || t.is(Sort.HERE)) return clause.unclear(Reason.NO_CONTEXT, List.of(t.text()));
            return clause.unclear(Reason.NO_TARGET, List.of());
        }
        boolean meter = whole || asked.contains("energy");
        var quantities = asked.contains("energy") ? Set.of("power") : asked;
        var hits = targets.all((e, own) -> !meter || e.classes().contains("meter")
                ? Fits.reading(e, quantities, false, own).filter(f -> f.rank() > 0)
                : Optional.<Fit<Condition>>empty());
        if (hits.isEmpty()) return clause.unclear(Reason.NO_SUCH_THING, List.copyOf(asked));
        return meant(new Intent.Query(Ask.VALUE, hits.stream().map(Hit::what).toList()));
    }

    /// The state of a thing is its choice, else its switch, else everything of it.
    private Understood ofState() {
        return told(
                targets.resolve(
                        clause.nouns(),
                        (e, own) -> e.property().map(p -> {
                            int rank = switch (p.type()) {
                                case CHOICE -> 3;
                                case FLAG -> 2;
                                case NUMBER, INTEGER, REGISTER, TEXT, BYTES, POSITION, GROUP -> 1;
                            };
                            return new Fit<>(new Condition(e.path(), Relation.ANY, Optional.empty()), rank);
                        })),
                all -> new Intent.Query(Ask.VALUE, all));
    }

    // ---- comparisons

    private Optional<Understood> compared(Ask ask) {
        boolean too = clause.has(Sort.TOO);
        boolean number0 = clause.tokens().stream().anyMatch(Token::isNumber);
        boolean more = number0 && clause.has(Sort.ABOVE) || clause.has(Sort.THAN) && clause.has(Sort.MORE);
        boolean less = number0 && clause.has(Sort.BELOW) || clause.has(Sort.THAN) && clause.has(Sort.LESS);
        if (!too && !more && !less) return Optional.empty();
        var quantities = new LinkedHashSet<String>();
        for (int i = 0; i < clause.size(); i++)
            for (var sort : List.of(Sort.MORE, Sort.LESS))
                if (clause.is(i, sort) && !clause.at(i).of(sort).equals("any"))
                    quantities.add(clause.at(i).of(sort));
        int high = clause.find(Sort.HIGH);
        int low = clause.find(Sort.LOW);
        if (too && high < 0 && low < 0) return Optional.empty();
        var relation = too ? high >= 0 ? Relation.TOO_HIGH : Relation.TOO_LOW : more ? Relation.ABOVE : Relation.BELOW;
        if (too) quantities.addAll(adjectives());
        fromPhrase(quantities);
        clause.takeAll(Sort.TOO, Sort.THAN, Sort.ABOVE, Sort.BELOW, Sort.MORE, Sort.LESS, Sort.UP, Sort.DOWN);
        var number = clause.number();
        if (!too && number.isEmpty()) return Optional.of(clause.unclear(Reason.NO_ACTION, List.of()));
        String unit = number.map(Clause.Number::unit).orElse("");
        if (unit.equals("Cel")) quantities.add("temperature");
        takeQuestion();
        quantities.addAll(quantitiesSaid());
        if (quantities.isEmpty() && number.isPresent() && unit.isEmpty()) quantities.add("temperature");
        if (unit.equals("%")) quantities.remove("temperature");
        var value = number.map(Clause.Number::value);
        return Optional.of(told(
                targets.resolve(clause.nouns(), (e, own) -> Fits.compared(e, relation, value, unit, quantities, own)),
                all -> new Intent.Query(ask == Ask.VALUE ? Ask.IS : ask, all)));
    }

    /// `warmer than` says which quantity.
    private void fromPhrase(Set<String> quantities) {
        for (int i = 0; i < clause.size(); i++)
            if (clause.is(i, Sort.ABOVE) || clause.is(i, Sort.BELOW)) {
                String text = clause.at(i).text();
                if (text.matches("(warm|hot|cold|cool|kouder|koeler).*")) quantities.add("temperature");
            }
    }

    // ---- states

    private Understood states(Ask ask) {
        boolean running = hasRunning(0);
        var word = choiceWord();
        var states = clause.states(false);
        clause.takeAll(Sort.DO, Sort.ACT, Sort.WENT);
        if (states.size() > 1) return clause.unclear(Reason.NO_ACTION, states);
        if (states.isEmpty() && running) states = List.of("running");
        String state = states.isEmpty() ? "" : negated ? Fits.opposite(states.getFirst()) : states.getFirst();
        if (word.isPresent() && state.isEmpty()) {
            var t = word.get();
            return told(
                    targets.resolve(
                            clause.nouns(),
                            (e, own) -> Fits.choice(e, t)
                                    .map(v -> new Fit<>(new Condition(e.path(), Relation.EQUAL, Optional.of(v)), 1))),
                    all -> new Intent.Query(ask, all));
        }
        String said = state.isEmpty() ? negated ? "clear" : "detected" : state;
        boolean named = state.isEmpty();
        var asked = ask;
        return told(
                targets.resolve(
                        clause.nouns(), (e, own) -> named && !own ? Optional.empty() : Fits.condition(e, said, own)),
                all -> new Intent.Query(asked, all));
    }

    /// The name of a choice, taken: `docked`.
    private Optional<Token> choiceWord() {
        for (int i = 0; i < clause.size(); i++)
            if (clause.is(i, Sort.VALUE) && !clause.is(i, Sort.STATE) && !clause.is(i, Sort.DO)) {
                clause.take(i);
                return Optional.of(clause.at(i));
            }
        return Optional.empty();
    }
}
