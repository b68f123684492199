package io.linkspan.model;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// What things, properties, links and connectors may be called: `[a-z][a-z0-9_]{0,62}` and no word that CEL or Apache
/// IoTDB keeps for itself, so that one name serves in expressions, paths, topics and files alike.
public final class Names {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    /// CEL language definition, "Reserved words"; IoTDB path rules: `root`, `time`, `timestamp`.
    private static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "false",
            "for",
            "function",
            "if",
            "import",
            "in",
            "let",
            "loop",
            "package",
            "namespace",
            "null",
            "return",
            "true",
            "var",
            "void",
            "while",
            "root",
            "time",
            "timestamp");

    private Names() {}

    /// Returns the name, or throws [IllegalArgumentException] with what would be right.
    public static String check(String name) {
        if (RESERVED.contains(name))
            throw new IllegalArgumentException(
                    "\"" + name + "\" is a reserved word of CEL or IoTDB; write for example \"" + name + "_1\"");
        if (!NAME.matcher(name).matches())
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name: a letter a-z, then up to 62 of a-z, 0-9 and _" + suggestion(name));
        return name;
    }

    /// Whether two words differ by at most two letters added, left out or changed.
    public static boolean near(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()] <= 2;
    }

    private static String suggestion(String name) {
        String s = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "_").replaceAll("^[^a-z]+", "");
        if (s.length() > 63) s = s.substring(0, 63);
        return s.isEmpty() || RESERVED.contains(s) ? "" : "; \"" + s + "\" would be right";
    }
}
