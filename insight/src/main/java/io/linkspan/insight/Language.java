package io.linkspan.insight;

import java.util.Locale;

/// The languages in which a site can be spoken to.
public enum Language {
    /// English.
    EN,
    /// Dutch.
    NL;

    /// The tag of BCP 47: `en`.
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What the articles, plurals and compounds of a word have in common: `lights` and `light` give the same.
    ///
    /// @param word in small letters
    String canonical(String word) {
        if (word.isEmpty() || Character.isDigit(word.charAt(0))) return word;
        return switch (this) {
            case EN -> english(word);
            case NL -> dutch(word);
        };
    }

    private static String english(String word) {
        String w = word.endsWith("'s") ? word.substring(0, word.length() - 2) : word;
        int n = w.length();
        if (n > 4 && w.endsWith("ies")) return w.substring(0, n - 3) + "y";
        if (n > 4 && (w.endsWith("ches") || w.endsWith("shes") || w.endsWith("xes") || w.endsWith("sses")))
            return w.substring(0, n - 2);
        if (n > 3 && w.endsWith("s") && !w.endsWith("ss") && !w.endsWith("us") && !w.endsWith("is"))
            return w.substring(0, n - 1);
        return w;
    }

    private static String dutch(String word) {
        String w = word.endsWith("'s") ? word.substring(0, word.length() - 2) : word;
        int n = w.length();
        if (n > 4 && w.endsWith("ieën")) return w.substring(0, n - 2) + "e";
        if (n > 4 && w.endsWith("en")) return singular(w.substring(0, n - 2));
        if (n > 4 && w.endsWith("s") && !w.endsWith("ss") && "aeiou".indexOf(w.charAt(n - 2)) < 0)
            return w.substring(0, n - 1);
        return w;
    }

    /// Without `-en`: a doubled consonant becomes one, an open vowel two.
    private static String singular(String stem) {
        int n = stem.length();
        char end = stem.charAt(n - 1);
        if (stem.endsWith("or")) return stem;
        if (end == stem.charAt(n - 2) && !isVowel(end)) return stem.substring(0, n - 1);
        if (n >= 3 && !isVowel(end) && "aou".indexOf(stem.charAt(n - 2)) >= 0 && !isVowel(stem.charAt(n - 3)))
            return stem.substring(0, n - 1) + stem.charAt(n - 2) + end;
        return stem;
    }

    private static boolean isVowel(char c) {
        return "aeiouy".indexOf(c) >= 0;
    }
}
