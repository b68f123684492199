package io.linkspan.insight;

import io.linkspan.insight.Lexicon.Sense;
import io.linkspan.insight.Lexicon.Sort;
import java.util.List;
import java.util.Optional;

/// One or several words of a sentence that belong together. Immutable.
///
/// @param text as it was said
/// @param canonical as names are compared
/// @param senses what it can say by the language; empty for a name or a number
/// @param number the number that it is; NaN for none
/// @param minutes of a time such as 20:30; -1 for none
/// @param isName it is of a name of the site
/// @param isPlural it is said of several
/// @param isWhole it is a whole name of several words, or a number within one: it says nothing else
/// @param readFrom what was written, where that was read as another word
record Token(
        String text,
        List<String> canonical,
        List<Sense> senses,
        double number,
        int minutes,
        boolean isName,
        boolean isPlural,
        boolean isWhole,
        Optional<String> readFrom) {

    boolean is(Sort sort) {
        if (isWhole) return false;
        for (var s : senses) if (s.sort() == sort) return true;
        return false;
    }

    /// Which one of a sort it says; empty for none.
    String of(Sort sort) {
        if (!isWhole) for (var s : senses) if (s.sort() == sort) return s.of();
        return "";
    }

    boolean isNumber() {
        return !Double.isNaN(number) && !isWhole;
    }

    /// Nobody knows it.
    boolean isUnknown() {
        return senses.isEmpty() && !isName && Double.isNaN(number) && !text.equals(",") && !text.equals(".");
    }
}
