package io.linkspan.insight;

import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Understood.Reason;
import io.linkspan.model.SiteFile;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads sentences about one site: its words are those of the language's lexicon and the names of the site file. A word
/// that is in neither is never passed over: the sentence is not understood then. What fits several things, and what may
/// not be done unasked ([Caution]), comes back as a question. Immutable, safe for many threads; it reads no clock.
public final class Interpreter {
    /// Longest sentence, in characters; a longer one is [Reason#TOO_LONG].
    public static final int TEXT_CHARACTERS_MAX = 300;

    /// Most words of a sentence; more are [Reason#TOO_LONG].
    public static final int WORDS_MAX = 60;

    /// Most words that nobody knows; with more it is not looked for what they may have meant.
    static final int UNKNOWN_WORDS_MAX = 4;

    private static final Set<Sort> VERBS = EnumSet.of(Sort.DO, Sort.ACT, Sort.DIM, Sort.UP, Sort.DOWN, Sort.RELEASE);

    private final SiteFile file;
    private final Presets presets;
    private final Map<Language, Gazetteer> gazetteers = new EnumMap<>(Language.class);

    /// @param presets what the site file does not hold
    public Interpreter(SiteFile file, Presets presets) {
        this.file = file;
        this.presets = presets;
        for (var language : Language.values()) gazetteers.put(language, new Gazetteer(file, Lexicon.of(language)));
    }

    /// What a sentence was taken for.
    ///
    /// @param language in which it made sense
    public record Answer(Language language, Understood understood) {}

    /// Reads one sentence.
    ///
    /// @param preferred the language that is tried first, and in which is answered when none makes sense
    /// @param now in the site's zone
    /// @param situation how the site is: what is already so, and who is in charge
    public Answer read(String text, Language preferred, ZonedDateTime now, Situation situation) {
        if (text.length() > TEXT_CHARACTERS_MAX) return new Answer(preferred, unclear(Reason.TOO_LONG));
        var words = Words.of(text);
        if (words.isEmpty()) return new Answer(preferred, unclear(Reason.EMPTY));
        if (words.size() > WORDS_MAX) return new Answer(preferred, unclear(Reason.TOO_LONG));
        Answer best = new Answer(preferred, read(words, preferred, now, situation));
        for (var other : Language.values()) {
            if (other == preferred || rank(best.understood()) == MEANT) continue;
            var understood = read(words, other, now, situation);
            if (rank(understood) > rank(best.understood())) best = new Answer(other, understood);
        }
        return best;
    }

    private static final int MEANT = 4;

    private static int rank(Understood u) {
        return switch (u) {
            case Understood.Meant _ -> MEANT;
            case Understood.Asked _ -> 3;
            case Understood.Unclear x ->
                x.reason() == Reason.UNKNOWN_WORD ? 0 : x.reason() == Reason.NO_SUCH_THING ? 1 : 2;
        };
    }

    private static Understood.Unclear unclear(Reason reason) {
        return new Understood.Unclear(reason, List.of(), List.of());
    }

    private Understood read(List<String> words, Language language, ZonedDateTime now, Situation situation) {
        var lexicon = Lexicon.of(language);
        var gazetteer = java.util.Objects.requireNonNull(gazetteers.get(language));
        if (gazetteer.isTooLarge()) return unclear(Reason.SITE_TOO_LARGE);
        var preset = new PresetGrammar(presets, lexicon, gazetteer).read(words, now);
        if (preset.isPresent()) return preset.get();
        var tokens = Tokens.of(words, lexicon, gazetteer);
        var parts = split(tokens, language, now);
        var read = new ArrayList<Understood>();
        for (var part : parts) read.add(new Caution(file, situation).over(part(part, language, now, gazetteer)));
        return read.size() == 1 ? read.getFirst() : joined(read);
    }

    // ---- several sentences in one

    private static List<List<Token>> split(List<Token> tokens, Language language, ZonedDateTime now) {
        var parts = new ArrayList<List<Token>>();
        int from = 0;
        for (int i = 1; i < tokens.size() - 1; i++) {
            var t = tokens.get(i);
            boolean joins = t.is(Sort.AND)
                    || t.is(Sort.THEN)
                    || t.text().equals(",")
                    || t.text().equals(".");
            if (!joins || i <= from) continue;
            var left = new Clause(tokens.subList(from, i), language, now);
            int next = i + 1;
            while (next < tokens.size() - 1
                    && (tokens.get(next).is(Sort.THEN) || tokens.get(next).is(Sort.AND))) next++;
            var right = new Clause(tokens.subList(next, tokens.size()), language, now);
            if (!stands(left, right)) continue;
            parts.add(tokens.subList(from, i));
            from = next;
            i = next;
        }
        parts.add(tokens.subList(from, tokens.size()));
        return parts;
    }

    /// Whether both sides of a joining word say what is to be done.
    private static boolean stands(Clause left, Clause right) {
        if (QuestionGrammar.isQuestion(left) || !says(left)) return false;
        int i = right.first();
        while (i < right.size() && right.at(i).is(Sort.NOT)) i++;
        if (i < right.size() && VERBS.stream().anyMatch(s -> right.is(i0(right), s))) return true;
        boolean states = left.has(Sort.STATE, Sort.ACT) && right.has(Sort.STATE, Sort.ACT);
        boolean numbers = hasValue(left) && hasValue(right);
        return states || numbers;
    }

    private static int i0(Clause clause) {
        int i = clause.first();
        while (i < clause.size() && clause.at(i).is(Sort.NOT)) i++;
        return i;
    }

    private static boolean says(Clause c) {
        return hasValue(c)
                || c.has(
                        Sort.STATE,
                        Sort.ACT,
                        Sort.DIM,
                        Sort.MORE,
                        Sort.LESS,
                        Sort.UP,
                        Sort.DOWN,
                        Sort.VALUE,
                        Sort.MAX,
                        Sort.MIN,
                        Sort.HALF);
    }

    private static boolean hasValue(Clause c) {
        for (int i = 1; i < c.size(); i++)
            if (c.at(i).isNumber() && (c.at(i - 1).is(Sort.TO) || c.is(i + 1, Sort.UNIT))) return true;
        return false;
    }

    private static Understood joined(List<Understood> parts) {
        if (parts.size() > Intent.Several.INTENTS_MAX) return unclear(Reason.TOO_LONG);
        var intents = new ArrayList<Intent>();
        var notes = new ArrayList<Understood.Note>();
        var asked = new ArrayList<Understood.Asked>();
        for (var part : parts)
            switch (part) {
                case Understood.Unclear u -> {
                    return u;
                }
                case Understood.Asked a -> {
                    asked.add(a);
                    intents.add(a.choices().getFirst());
                    notes.addAll(a.notes());
                }
                case Understood.Meant m -> {
                    intents.add(m.intent());
                    notes.addAll(m.notes());
                }
            }
        if (asked.size() > 1) return unclear(Reason.SEVERAL_QUESTIONS);
        if (asked.size() == 1) return with(asked.getFirst(), intents, notes);
        boolean timed = !when(intents.getLast()).equals(Intent.When.NOW)
                && intents.subList(0, intents.size() - 1).stream().anyMatch(i -> when(i).equals(Intent.When.NOW));
        if (!timed) return new Understood.Meant(new Intent.Several(intents), notes);
        var all = new ArrayList<Intent>();
        for (var i : intents) all.add(with(i, when(intents.getLast())));
        return new Understood.Asked(
                Understood.Why.WHICH_ONE, List.of(new Intent.Several(all), new Intent.Several(intents)), notes, 0);
    }

    /// A question about one of several is about all of them: nothing is done before it is answered.
    private static Understood with(Understood.Asked asked, List<Intent> intents, List<Understood.Note> notes) {
        int at = intents.indexOf(asked.choices().getFirst());
        var choices = new ArrayList<Intent>();
        for (var c : asked.choices()) {
            var all = new ArrayList<>(intents);
            all.set(at, c);
            choices.add(new Intent.Several(all));
        }
        return new Understood.Asked(asked.why(), choices, notes, asked.more());
    }

    private static Intent.When when(Intent intent) {
        return switch (intent) {
            case Intent.Set i -> i.when();
            case Intent.Adjust i -> i.when();
            case Intent.Invoke i -> i.when();
            case Intent.Mode i -> i.when();
            case Intent.Scene i -> i.when();
            case Intent.Release _,
                    Intent.Query _,
                    Intent.Why _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Timer _,
                    Intent.Cancel _,
                    Intent.Several _ -> Intent.When.NOW;
        };
    }

    private static Intent with(Intent intent, Intent.When when) {
        return switch (intent) {
            case Intent.Set i -> new Intent.Set(i.targets(), when);
            case Intent.Adjust i -> new Intent.Adjust(i.changes(), when);
            case Intent.Invoke i -> new Intent.Invoke(i.action(), when);
            case Intent.Mode i -> new Intent.Mode(i.id(), when);
            case Intent.Scene i -> new Intent.Scene(i.id(), when);
            case Intent.Release _,
                    Intent.Query _,
                    Intent.Why _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Timer _,
                    Intent.Cancel _,
                    Intent.Several _ -> intent;
        };
    }

    // ---- one

    private static Understood part(List<Token> tokens, Language language, ZonedDateTime now, Gazetteer gazetteer) {
        var clause = new Clause(tokens, language, now);
        if (isCancel(clause)) return new Understood.Meant(new Intent.Cancel(), List.of());
        if (clause.has(Sort.TIMER) && !clause.has(Sort.CLASS)) return timer(clause);
        var unknown = clause.unknown();
        if (!unknown.isEmpty()) return clause.unclear(Reason.UNKNOWN_WORD, unknown);
        var targets = new Targets(gazetteer);
        var wish = wish(clause, targets);
        if (wish.isPresent()) return wish.get();
        return QuestionGrammar.isQuestion(clause)
                ? new QuestionGrammar(clause, targets).read()
                : new CommandGrammar(clause, targets).read();
    }

    private static boolean isCancel(Clause clause) {
        return clause.has(Sort.CANCEL)
                && clause.tokens().stream()
                        .allMatch(t -> t.is(Sort.CANCEL) || t.is(Sort.SKIP) || t.is(Sort.ARTICLE) || t.is(Sort.IT));
    }

    private static Understood timer(Clause clause) {
        for (int i = 0; i < clause.size(); i++) {
            var d = clause.times().duration(i);
            if (d.isPresent())
                return new Understood.Meant(new Intent.Timer(d.get().value()), clause.notes());
        }
        return clause.unclear(Reason.NO_TIME, List.of());
    }

    /// `it is too cold in here`: no command, but one is offered.
    private static Optional<Understood> wish(Clause clause, Targets targets) {
        int i = clause.first();
        boolean states = i + 1 < clause.size()
                && (clause.is(i, Sort.IT) || clause.at(i).is(Sort.ARTICLE))
                && clause.is(i + 1, Sort.BE)
                && clause.has(Sort.TOO);
        if (!states) return Optional.empty();
        int high = clause.find(Sort.HIGH);
        int low = clause.find(Sort.LOW);
        if (high < 0 && low < 0) return Optional.empty();
        String quantity =
                high >= 0 ? clause.at(high).of(Sort.HIGH) : clause.at(low).of(Sort.LOW);
        clause.takeAll(Sort.IT, Sort.BE, Sort.TOO, Sort.HIGH, Sort.LOW);
        int sign = high >= 0 ? -1 : 1;
        Targets.Result<Double> found = targets.resolve(
                clause.nouns(),
                (e, own) -> Fits.change(e, Optional.empty(), "", quantity, own)
                        .map(f -> new Targets.Fit<>(f.what() * sign, f.rank())));
        return Optional.of(
                switch (found) {
                    case Targets.Result.Missing<Double> m -> clause.unclear(m.reason(), m.about());
                    case Targets.Result.Found<Double> f -> {
                        var choices = new ArrayList<Intent>();
                        for (var h : f.hits())
                            choices.add(new Intent.Adjust(
                                    List.of(new Intent.Change(h.entry().path(), h.what(), true)), Intent.When.NOW));
                        yield new Understood.Asked(Understood.Why.WISH, choices, clause.notes(), 0);
                    }
                });
    }
}
