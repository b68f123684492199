package io.linkspan.site;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.util.ArrayList;
import java.util.List;

/// Some days of the week, at least one.
///
/// @param bits bit 0 is Monday, bit 6 Sunday
record Weekdays(int bits) {
    static final Weekdays ALL = new Weekdays(0b111_1111);
    static final List<String> WORDS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final List<String> NAMES =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
    private static final Weekdays MON_FRI = new Weekdays(0b001_1111);
    private static final int THURSDAY = 3; // 1970-01-01

    /// Reads `mon-fri`, `sat,sun`, `fri-mon`.
    ///
    /// @param text all of what a person wrote, for the error
    static Weekdays read(Mark at, String text, String part) throws Invalid {
        int bits = 0;
        for (String item : part.split("\\s*,\\s*", -1)) {
            int dash = item.indexOf('-');
            int from = day(at, text, dash < 0 ? item : item.substring(0, dash).trim());
            int to = dash < 0 ? from : day(at, text, item.substring(dash + 1).trim());
            for (int i = from; ; i = (i + 1) % 7) {
                bits |= 1 << i;
                if (i == to) break;
            }
        }
        return new Weekdays(bits);
    }

    private static int day(Mark at, String text, String word) throws Invalid {
        int day = WORDS.indexOf(word);
        if (day < 0)
            throw Recurrence.wrong(
                    at,
                    text,
                    word,
                    "is no day of the week; days are mon-fri, or a list such as sat,sun"
                            + Recurrence.near(word, WORDS));
        return day;
    }

    /// Whether a day is one of them.
    ///
    /// @param epochDay days since 1970-01-01
    boolean has(long epochDay) {
        return (bits >> Math.floorMod(epochDay + THURSDAY, 7) & 1) != 0;
    }

    /// For people: `each weekday`.
    String words() {
        if (equals(ALL)) return "each day";
        if (equals(MON_FRI)) return "each weekday";
        var names = new ArrayList<String>();
        for (int i = 0; i < 7; i++) if ((bits >> i & 1) != 0) names.add(NAMES.get(i));
        if (names.size() == 1) return "each " + names.getFirst();
        return "each " + String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }
}
