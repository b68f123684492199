package io.linkspan.payload;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Says what would be right where CEL's parser only says what it did not expect. Pure.
final class SyntaxHints {
    private static final Map<Pattern, String> HINTS = new LinkedHashMap<>();

    static {
        hint("\\bAND\\b|\\band\\b", "\"and\" is written &&");
        hint("\\bOR\\b|\\bor\\b", "\"or\" is written ||");
        hint("\\bNOT\\b|\\bnot\\b", "\"not\" is written !");
        hint("<>|=/=", "\"is not\" is written !=");
        hint("=<|=>", "\"at most\" is written <= and \"at least\" >=");
        hint("(?<![=<>!])=(?!=)", "\"is equal to\" is written ==");
        hint("(?<!&)&(?!&)", "\"and\" is written &&");
        hint("(?<!\\|)\\|(?!\\|)", "\"or\" is written ||");
        hint("\\d,\\d", "a decimal number is written with a point: 5.5");
        hint("\\bif\\b", "a choice is written condition ? this : that");
        hint(
                "\\d\\s*(°\\w?|kWh?|Wh?|V|A|C|K|h|m|l|bar|%)(?!\\w)",
                "a literal takes the unit of what it meets and has none of its own");
    }

    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"|'[^']*'");

    private SyntaxHints() {}

    private static void hint(String pattern, String sentence) {
        HINTS.put(Pattern.compile(pattern), sentence);
    }

    /// @param offset where the parser stopped, in characters
    /// @param message what the parser says
    static String sentence(String text, int offset, String message) {
        if (message.contains("recursion limit"))
            return "it nests deeper than nestingMax = " + Expression.NESTING_MAX + "; split it";
        if (message.contains("node limit"))
            return "it has more than nodesMax = " + Expression.NODES_MAX + " parts; split it";
        if (message.contains("has() macro")) return "has asks for a property of a thing: has(boiler.temperature)";
        if (message.contains("For input string")) return "the number is too large; at most 9007199254740992 is exact";
        if (offset >= text.length()) return "it ends too early; something is missing after the last word";
        String outside = QUOTED.matcher(text)
                .replaceAll(quoted -> "'".repeat(quoted.group().length()));
        for (var hint : HINTS.entrySet()) if (isNear(hint.getKey(), outside, offset)) return hint.getValue();
        if (message.contains("reserved identifier"))
            return message.replace("identifier:", "word of CEL:") + " can not be a name";
        if (text.chars().filter(c -> c == '"').count() % 2 == 1) return "a text has no closing quote";
        int point = text.codePointAt(Math.min(offset, text.length() - 1));
        return "\"" + Character.toString(point)
                + "\" can not stand here; a condition is for example boiler.temperature < 55.0";
    }

    /// Whether the pattern stands where the parser stopped.
    private static boolean isNear(Pattern pattern, String text, int offset) {
        var found = pattern.matcher(text);
        while (found.find()) if (found.start() <= offset + 1 && found.end() >= offset - 1) return true;
        return false;
    }
}
