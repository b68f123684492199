package io.linkspan.insight;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The words of one language and what they say, from a file of ours (`lexicon-en.txt`). Immutable, safe for many
/// threads.
final class Lexicon {
    /// What sorts of words there are; a sort's word in the file is its name in small letters.
    enum Sort {
        SKIP,
        ARTICLE,
        PREP,
        TO,
        BY,
        DO,
        STATE,
        ACT,
        WENT,
        UP,
        DOWN,
        DIM,
        MORE,
        LESS,
        HIGH,
        LOW,
        WHAT,
        WHICH,
        COUNT,
        MUCH,
        HOW,
        WHY,
        WHO,
        WHEN,
        HOWLONG,
        BE,
        ANY,
        ALL,
        NOT,
        TOO,
        THAN,
        ABOVE,
        BELOW,
        AND,
        THEN,
        EXCEPT,
        EVERYTHING,
        EVERYWHERE,
        HERE,
        IT,
        THERE,
        LEVEL,
        FLOOR,
        UNIT,
        QUANTITY,
        CLASS,
        PLURAL,
        MASS,
        ROOM,
        SAME,
        VALUE,
        MAX,
        MIN,
        HALF,
        HINT,
        AUTO,
        RELEASE,
        USE,
        COST,
        PRODUCE,
        AGG,
        LAST,
        WHOLE,
        MODE,
        SCENE,
        TIMER,
        CANCEL,
        UNTIL,
        FOR,
        AFTER,
        TIME,
        HALF_HOUR,
        QUARTER_HOUR,
        AND_HALF,
        PAST_HOUR,
        TO_HOUR,
        QUARTER,
        AM,
        PM,
        OCLOCK,
        PART,
        NOON,
        MIDNIGHT,
        DAY,
        PERIOD,
        RECENT,
        WEEKDAY,
        MINUS,
        POINT,
        NUMBER,
        TENS,
        HUNDRED
    }

    /// One thing that a phrase can say.
    ///
    /// @param of which one: the class, the quantity, the number; may be empty
    record Sense(Sort sort, String of) {}

    private static final Map<Language, Lexicon> ALL = new EnumMap<>(Language.class);

    static {
        for (var language : Language.values()) ALL.put(language, read(language));
    }

    private final Language language;
    private final Map<String, List<Sense>> phrases = new HashMap<>();
    private final Map<String, List<Sense>> byCanonical = new HashMap<>();
    private final Map<String, String> same = new HashMap<>();
    private final Map<String, Double> numbers = new HashMap<>();
    private final Set<String> plurals = new HashSet<>();
    private int longest = 1;

    private Lexicon(Language language) {
        this.language = language;
    }

    /// The words of this language.
    static Lexicon of(Language language) {
        return java.util.Objects.requireNonNull(ALL.get(language));
    }

    private static Lexicon read(Language language) {
        var lexicon = new Lexicon(language);
        for (String line : lines("lexicon-" + language.tag() + ".txt")) {
            int colon = line.indexOf(':');
            if (line.startsWith("#") || colon < 0) continue;
            String[] head = line.substring(0, colon).strip().split(" ", 2);
            var sort = Sort.valueOf(head[0].toUpperCase(Locale.ROOT));
            String of = head.length > 1 ? head[1] : "";
            var all = new ArrayList<String>();
            for (String phrase : line.substring(colon + 1).split(",")) all.add(phrase.strip());
            lexicon.add(sort, of, all);
        }
        lexicon.addNumbers();
        lexicon.phrases.forEach((p, senses) -> lexicon.byCanonical
                .computeIfAbsent(lexicon.canonicalPhrase(p), _ -> new ArrayList<>())
                .addAll(senses));
        return lexicon;
    }

    /// The lines of a text that comes with this module.
    static List<String> lines(String name) {
        try (InputStream in = Lexicon.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException(name + " is not in this program; build it again");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can not be read", e);
        }
    }

    private void add(Sort sort, String of, List<String> all) {
        switch (sort) {
            case SAME -> {
                for (String each : all) same.put(canonicalPhrase(each), canonicalPhrase(all.getFirst()));
            }
            case PLURAL -> plurals.addAll(all);
            default -> { // open: every other sort is phrases with a sense
                for (String phrase : all) put(phrase, new Sense(sort, of));
            }
        }
    }

    private void put(String phrase, Sense sense) {
        phrases.computeIfAbsent(phrase, _ -> new ArrayList<>()).add(sense);
        longest = Math.max(longest, phrase.split(" ").length);
    }

    /// Every number in words from 0 to 99, as one word or two.
    private void addNumbers() {
        var units = new HashMap<String, Integer>();
        var tens = new HashMap<String, Integer>();
        phrases.forEach((phrase, senses) -> {
            for (var s : senses) {
                if (s.sort() == Sort.NUMBER) numbers.put(phrase, Double.parseDouble(s.of()));
                if (s.sort() == Sort.TENS) tens.put(phrase, Integer.parseInt(s.of()));
                if (s.sort() == Sort.NUMBER && s.of().matches("[1-9]")) units.put(phrase, Integer.parseInt(s.of()));
            }
        });
        numbers.putAll(as(tens));
        tens.forEach((t, ten) -> units.forEach((u, unit) -> {
            double value = ten + unit;
            switch (language) {
                case EN -> {
                    numbers.put(t + " " + u, value);
                    numbers.put(t + u, value);
                }
                case NL -> {
                    numbers.put(u + "en" + t, value);
                    numbers.put(u + "ën" + t, value);
                }
            }
        }));
        numbers.keySet().forEach(n -> longest = Math.max(longest, n.split(" ").length));
    }

    private static Map<String, Double> as(Map<String, Integer> whole) {
        var all = new HashMap<String, Double>();
        whole.forEach((k, v) -> all.put(k, v.doubleValue()));
        return all;
    }

    Language language() {
        return language;
    }

    /// What a phrase can say; none for one that is in no line.
    List<Sense> senses(String phrase) {
        return phrases.getOrDefault(phrase, List.of());
    }

    /// The senses of a word in any number: those of `compressor` for `compressors`.
    List<Sense> nouns(String phrase) {
        var direct = senses(phrase);
        if (!direct.isEmpty()) return direct;
        String singular = canonicalPhrase(phrase);
        var found = new ArrayList<Sense>();
        for (var s : byCanonical.getOrDefault(singular, List.of())) if (isNoun(s.sort())) found.add(s);
        return found;
    }

    private static boolean isNoun(Sort sort) {
        return sort == Sort.CLASS || sort == Sort.ROOM || sort == Sort.QUANTITY;
    }

    /// Whether this way of writing a class is of several.
    boolean isPlural(String phrase) {
        if (plurals.contains(phrase)) return true;
        return senses(phrase).isEmpty() && !nouns(phrase).isEmpty();
    }

    /// The number that a phrase of one or two words says; NaN for none.
    double number(String phrase) {
        return numbers.getOrDefault(phrase, Double.NaN);
    }

    /// Words in the longest phrase.
    int longest() {
        return longest;
    }

    /// One way to write what several words say: plurals, articles and synonyms taken out.
    String canonical(String word) {
        String c = language.canonical(word);
        return same.getOrDefault(c, c);
    }

    private String canonicalPhrase(String phrase) {
        var words = new ArrayList<String>();
        for (String word : phrase.split(" ")) words.add(language.canonical(word));
        return String.join(" ", words);
    }

    /// The words of a name, each canonical, synonyms of several words joined: what [Gazetteer] compares.
    List<String> canonical(List<String> words) {
        var all = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++) {
            String two = i + 1 < words.size() ? canonicalPhrase(words.get(i) + " " + words.get(i + 1)) : "";
            String known = same.get(two);
            if (known != null) {
                all.addAll(List.of(known.split(" ")));
                i++;
            } else all.addAll(List.of(canonical(words.get(i)).split(" ")));
        }
        return all;
    }

    /// Every single word that is in a phrase.
    Set<String> vocabulary() {
        var all = new HashSet<String>();
        for (String phrase : phrases.keySet()) all.addAll(List.of(phrase.split(" ")));
        return all;
    }
}
