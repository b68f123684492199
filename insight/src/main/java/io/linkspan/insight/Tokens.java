package io.linkspan.insight;

import io.linkspan.insight.Lexicon.Sense;
import io.linkspan.insight.Lexicon.Sort;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Words as tokens: the longest name or phrase at each place, numbers, compounds apart, small misspellings read as what
/// they are nearest to. For one sentence and one thread.
final class Tokens {
    /// Shortest word that may be misspelt, in letters; longer ones may by two letters.
    private static final int TYPO_LETTERS_MIN = 4;

    private static final int TWO_TYPOS_LETTERS_MIN = 8;

    /// What a misspelt word is never read as: who misspells `unlock` is not to be guessed at.
    private static final Set<Sort> NEVER_GUESSED = EnumSet.of(
            Sort.STATE,
            Sort.ACT,
            Sort.NOT,
            Sort.UP,
            Sort.DOWN,
            Sort.MORE,
            Sort.LESS,
            Sort.EXCEPT,
            Sort.NUMBER,
            Sort.TENS);

    private final Lexicon lexicon;
    private final Gazetteer gazetteer;
    private final List<String> words;
    private final List<Token> tokens = new ArrayList<>();
    private int misspelt;

    private Tokens(List<String> words, Lexicon lexicon, Gazetteer gazetteer) {
        this.words = words;
        this.lexicon = lexicon;
        this.gazetteer = gazetteer;
    }

    static List<Token> of(List<String> words, Lexicon lexicon, Gazetteer gazetteer) {
        var t = new Tokens(words, lexicon, gazetteer);
        for (int at = 0; at < words.size(); ) at += t.take(at);
        return t.tokens;
    }

    /// Takes the token at a place; says how many words it has.
    private int take(int at) {
        int n = whole(at);
        if (n == 0) n = inName(at);
        if (n == 0) n = phrase(at);
        if (n == 0) n = digits(at);
        if (n == 0) n = single(at);
        return n;
    }

    private int whole(int at) {
        for (int n = Math.min(Gazetteer.NAME_WORDS_MAX, words.size() - at); n > 1; n--) {
            var span = words.subList(at, at + n);
            var canonical = lexicon.canonical(digitsOf(span));
            if (!gazetteer.isName(canonical)) continue;
            boolean plural = !gazetteer.isWrittenSo(span.getLast())
                    && !lexicon.canonical(span.getLast()).equals(span.getLast());
            if (plural && !lexicon.nouns(span.getLast()).isEmpty()) continue; // of several: no name of one
            tokens.add(new Token(
                    String.join(" ", span),
                    canonical,
                    List.of(),
                    Double.NaN,
                    -1,
                    true,
                    plural,
                    true,
                    Optional.empty()));
            return n;
        }
        return 0;
    }

    /// `two` as `2`, where a name may have it so.
    private List<String> digitsOf(List<String> span) {
        var all = new ArrayList<String>();
        for (String word : span) all.add(digits(word));
        return all;
    }

    private String digits(String word) {
        double number = lexicon.number(word);
        return Double.isNaN(number) || number != Math.rint(number) ? word : Integer.toString((int) number);
    }

    /// A number that belongs to the name before it: `zone 3`.
    private int inName(int at) {
        if (tokens.isEmpty() || !(tokens.getLast().isName() || tokens.getLast().is(Sort.CLASS))) return 0;
        String number = digits(words.get(at));
        if (!number.matches("\\d+")) return 0;
        if (!gazetteer.follows(tokens.getLast().canonical().getLast(), number)) return 0;
        tokens.add(new Token(
                words.get(at), List.of(number), List.of(), Double.NaN, -1, true, false, true, Optional.empty()));
        return 1;
    }

    private int phrase(int at) {
        for (int n = Math.min(lexicon.longest(), words.size() - at); n > 0; n--) {
            String phrase = String.join(" ", words.subList(at, at + n));
            double number = lexicon.number(phrase);
            var senses = lexicon.senses(phrase);
            if (senses.isEmpty()) senses = lexicon.nouns(phrase);
            if (senses.isEmpty() && Double.isNaN(number)) continue;
            tokens.add(token(phrase, senses, number, Optional.empty()));
            return n;
        }
        return 0;
    }

    private Token token(String phrase, List<Sense> senses, double number, Optional<String> readFrom) {
        var canonical = lexicon.canonical(List.of(phrase.split(" ")));
        boolean isName = canonical.stream().allMatch(gazetteer::knows);
        boolean plural = lexicon.isPlural(phrase)
                || (isName
                        && senses.isEmpty()
                        && !gazetteer.isWrittenSo(phrase)
                        && !lexicon.canonical(phrase).equals(phrase));
        return new Token(phrase, canonical, withChoice(phrase, senses), number, -1, isName, plural, false, readFrom);
    }

    /// The name of a choice of this site says its value, whatever else it says.
    private List<Sense> withChoice(String phrase, List<Sense> senses) {
        if (!gazetteer.isChoice(phrase)
                || senses.stream().anyMatch(s -> s.sort() == Sort.VALUE && s.of().equals(phrase))) return senses;
        var all = new ArrayList<>(senses);
        all.add(new Sense(Sort.VALUE, phrase));
        return all;
    }

    private int digits(int at) {
        String word = words.get(at);
        if (!word.matches("-?\\d+([.,]\\d+)?(:\\d\\d)?")) return 0;
        int colon = word.indexOf(':');
        double number = Double.parseDouble((colon < 0 ? word : word.substring(0, colon)).replace(',', '.'));
        int minutes = colon < 0 ? -1 : Integer.parseInt(word.substring(colon + 1));
        boolean isName = gazetteer.knows(word);
        tokens.add(new Token(word, List.of(word), List.of(), number, minutes, isName, false, false, Optional.empty()));
        return 1;
    }

    private int single(int at) {
        String word = words.get(at);
        String canonical = lexicon.canonical(word);
        boolean known = gazetteer.knows(canonical) || gazetteer.isChoice(word) || word.equals(",") || word.equals(".");
        if (known) tokens.add(token(word, List.of(), Double.NaN, Optional.empty()));
        else if (!compound(word) && !ending(word) && !misspelt(word))
            tokens.add(token(word, List.of(), Double.NaN, Optional.empty()));
        return 1;
    }

    private boolean compound(String word) {
        var parts = gazetteer.split(word);
        if (parts.isEmpty()) return false;
        for (String part : parts.get()) tokens.add(token(part, senses(part), lexicon.number(part), Optional.empty()));
        return true;
    }

    private List<Sense> senses(String word) {
        var direct = lexicon.senses(word);
        return direct.isEmpty() ? lexicon.nouns(word) : direct;
    }

    /// `defrosting` is said of a property called `defrost`.
    private boolean ending(String word) {
        if (lexicon.language() != Language.EN || !word.endsWith("ing") || word.length() < 7) return false;
        String stem = word.substring(0, word.length() - 3);
        if (!gazetteer.knows(stem)) return false;
        tokens.add(token(stem, List.of(), Double.NaN, Optional.empty()));
        return true;
    }

    private boolean misspelt(String word) {
        if (++misspelt > Interpreter.UNKNOWN_WORDS_MAX) return false;
        if (word.length() < TYPO_LETTERS_MIN || !Character.isLetter(word.charAt(0))) return false;
        int most = word.length() >= TWO_TYPOS_LETTERS_MIN ? 2 : 1;
        for (int edits = 1; edits <= most; edits++) {
            String nearest = "";
            int found = 0;
            for (String known : near(word, edits)) {
                nearest = known;
                found++;
            }
            if (found > 1) return false;
            if (found == 1) {
                var senses = senses(nearest);
                if (senses.stream().anyMatch(s -> NEVER_GUESSED.contains(s.sort()))) return false;
                tokens.add(token(nearest, senses, Double.NaN, Optional.of(word)));
                return true;
            }
        }
        return false;
    }

    private Set<String> near(String word, int edits) {
        var all = new java.util.TreeSet<String>();
        for (String known : gazetteer.surface())
            if (known.length() >= TYPO_LETTERS_MIN && Words.distance(word, known, edits) == edits) all.add(known);
        for (String known : lexicon.vocabulary())
            if (known.length() >= TYPO_LETTERS_MIN && Words.distance(word, known, edits) == edits) all.add(known);
        return all;
    }
}
