package io.linkspan.payload;

import java.util.ArrayList;
import java.util.List;

/// An address cut into words at its blanks. What stands between `'...'` is one word, with `''` for a quote in it.
final class AddressWords {
    /// Longest address, in characters.
    static final int ADDRESS_CHARACTERS_MAX = 8_000;

    private AddressWords() {}

    /// @param quoted written between quotes, so it is no word of the grammar
    record Word(String text, boolean quoted) {
        boolean is(String word) {
            return !quoted && text.equals(word);
        }
    }

    /// @throws IllegalArgumentException a quote is left open, or the text is too long
    static List<Word> split(String address) {
        if (address.length() > ADDRESS_CHARACTERS_MAX)
            throw new IllegalArgumentException("an address has at most " + ADDRESS_CHARACTERS_MAX + " characters");
        var words = new ArrayList<Word>();
        int i = 0;
        while (i < address.length()) {
            char c = address.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '\'') {
                i = quoted(address, i, words);
            } else {
                int end = i;
                while (end < address.length() && !Character.isWhitespace(address.charAt(end))) end++;
                words.add(new Word(address.substring(i, end), false));
                i = end;
            }
        }
        return words;
    }

    private static int quoted(String address, int from, List<Word> into) {
        var word = new StringBuilder();
        for (int i = from + 1; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c != '\'') {
                word.append(c);
            } else if (i + 1 < address.length() && address.charAt(i + 1) == '\'') {
                word.append('\'');
                i++;
            } else {
                into.add(new Word(word.toString(), true));
                return i + 1;
            }
        }
        throw new IllegalArgumentException("a quote ' is left open");
    }
}
