package io.linkspan.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes units: as UCUM code and as people read them. Pure.
final class UnitText {
    static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private static final Set<String> JOINED_BEFORE_HOUR = Set.of("W", "var", "A");

    private UnitText() {}

    /// The canonical UCUM code of these terms (UCUM 2.1, section 2.1: dots, one solidus, parentheses below it).
    static String code(Map<String, Integer> terms) {
        var above = new StringBuilder();
        var below = new StringBuilder();
        for (var each : terms.entrySet()) {
            var side = each.getValue() > 0 ? above : below;
            if (!side.isEmpty()) side.append('.');
            side.append(power(each.getKey(), Math.abs(each.getValue())));
        }
        if (below.isEmpty()) return above.isEmpty() ? "1" : above.toString();
        boolean several = below.indexOf(".") >= 0;
        return above.append('/')
                .append(several ? "(" : "")
                .append(below)
                .append(several ? ")" : "")
                .toString();
    }

    private static String power(String term, int exponent) {
        if (Character.isDigit(term.charAt(term.length() - 1)))
            return new BigInteger(term).pow(exponent).toString();
        return exponent == 1 && !term.equals("10*") ? term : term.concat(Integer.toString(exponent));
    }

    /// How people read these terms.
    static String symbol(Map<String, Integer> terms) {
        if (code(terms).equals("{rpm}/min")) return "rpm";
        var above = new ArrayList<Shown>();
        var below = new ArrayList<Shown>();
        for (var each : terms.entrySet()) {
            var shown = new Shown(each.getKey(), Math.abs(each.getValue()));
            if (!each.getKey().startsWith("{")) (each.getValue() > 0 ? above : below).add(shown);
        }
        if (below.isEmpty()) return joined(above);
        String divisor = joined(below);
        if (divisor.contains("·")) divisor = "(" + divisor + ")";
        return (above.isEmpty() ? "1" : joined(above)) + "/" + divisor;
    }

    private record Shown(String term, int exponent) {
        String text() {
            return Units.symbolOf(term) + (exponent == 1 ? "" : superscript(exponent));
        }
    }

    private static String joined(List<Shown> parts) {
        var text = new StringBuilder();
        String before = "";
        for (var part : parts) {
            if (!before.isEmpty() && !isWrittenTogether(before, part.term())) text.append('·');
            text.append(part.text());
            before = part.term();
        }
        return text.toString();
    }

    /// kWh, kvarh, Ah and VA are written without a dot.
    private static boolean isWrittenTogether(String before, String term) {
        String atom = Units.atomOf(before);
        return term.equals("h") && JOINED_BEFORE_HOUR.contains(atom) || term.equals("A") && atom.equals("V");
    }

    private static String superscript(int number) {
        var text = new StringBuilder();
        for (char digit : Integer.toString(number).toCharArray()) text.append(SUPERSCRIPTS.charAt(digit - '0'));
        return text.toString();
    }
}
