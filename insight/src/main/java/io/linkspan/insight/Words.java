package io.linkspan.insight;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// A sentence as words: small letters, punctuation apart, numbers apart from their units, short forms written out.
/// Pure.
final class Words {
    private static final Pattern WORD = Pattern.compile(
            "(?<![\\p{L}\\d])-?\\d{1,9}([.,]\\d{1,6})?(?::\\d\\d)?|\\d{1,9}([.,]\\d{1,6})?|'s(?= )|\\p{L}['\\p{L}\\p{M}]*|°\\p{L}?|%|[.,;!?]|\\S");

    /// Short forms and what they stand for; English alone has them.
    private static final List<String[]> SHORT = List.of(
            new String[] {"don't", "do not"},
            new String[] {"doesn't", "does not"},
            new String[] {"didn't", "did not"},
            new String[] {"isn't", "is not"},
            new String[] {"aren't", "are not"},
            new String[] {"wasn't", "was not"},
            new String[] {"can't", "can not"},
            new String[] {"won't", "will not"},
            new String[] {"shouldn't", "should not"},
            new String[] {"what's", "what is"},
            new String[] {"how's", "how is"},
            new String[] {"who's", "who is"},
            new String[] {"where's", "where is"},
            new String[] {"it's", "it is"},
            new String[] {"that's", "that is"},
            new String[] {"i'd", "i would"},
            new String[] {"i'm", "i am"},
            new String[] {"let's", "let us"},
            new String[] {"a.m.", "am"},
            new String[] {"p.m.", "pm"});

    private Words() {}

    /// The words of a sentence. A full stop between two of them is the word `.`, a comma `,`.
    static List<String> of(String text) {
        String t = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replace('’', '\'')
                .replace('‘', '\'')
                .replace('`', '\'')
                .replace('−', '-')
                .replace('–', '-');
        for (var pair : SHORT) t = t.replace(pair[0], pair[1]);
        var words = new ArrayList<String>();
        var m = WORD.matcher(t);
        while (m.find()) {
            String word = m.group();
            if (word.equals("-")) continue;
            if (word.matches("[;!?]")) word = ".";
            words.add(word);
        }
        while (!words.isEmpty()
                && (words.getLast().equals(".") || words.getLast().equals(","))) words.removeLast();
        return words;
    }

    /// The words of a name: no punctuation.
    static List<String> ofName(String name) {
        return of(name.replace('_', ' ')).stream()
                .filter(w -> Character.isLetterOrDigit(w.charAt(0)))
                .toList();
    }

    /// How many letters have to be added, left out, changed or swapped with their neighbour (Damerau, 1964), as far
    /// as
    /// `most`; more is told as `most + 1`.
    static int distance(String a, String b, int most) {
        if (Math.abs(a.length() - b.length()) > most) return most + 1;
        int[] before = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        int[] next = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            next[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                next[j] = Math.min(row[j - 1] + change, 1 + Math.min(row[j], next[j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1))
                    next[j] = Math.min(next[j], before[j - 2] + 1);
            }
            int[] old = before;
            before = row;
            row = next;
            next = old;
        }
        return Math.min(row[b.length()], most + 1);
    }
}
