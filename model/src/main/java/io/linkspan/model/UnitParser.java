package io.linkspan.model;

/// Reads the text of one unit (UCUM 2.1, section 2.1), one pass, no backtracking. For one thread, used once.
final class UnitParser {
    private static final String EXAMPLES = "a UCUM code such as kW.h, Cel, m3/h or %";
    private static final int NESTING_MAX = 8;
    private static final int FACTOR_DIGITS_MAX = 9;
    private static final int TEN_EXPONENT_MAX = 30;
    private final String written;
    private final String text;
    private int at;
    private int nesting;

    UnitParser(String written) {
        this.written = written;
        if (written.length() > Units.CODE_CHARACTERS_MAX)
            throw new IllegalArgumentException("A unit has at most " + Units.CODE_CHARACTERS_MAX + " characters, not "
                    + written.length() + "; write " + EXAMPLES);
        this.text = spelling(written.trim());
        if (text.isEmpty())
            throw new IllegalArgumentException("A unit is missing: write " + EXAMPLES + ", or 1 for none");
    }

    /// From what engineers write to UCUM's characters.
    private static String spelling(String text) {
        if (isAscii(text)) return text.indexOf('*') < 0 && text.indexOf('^') < 0 ? text : operators(text);
        return operators(text.replace("°C", "Cel")
                .replace("℃", "Cel")
                .replace("°F", "[degF]")
                .replace("°", "deg")
                .replace("Ω", "Ohm")
                .replace("\u2126", "Ohm")
                .replace("‰", "[ppth]")
                .replace('µ', 'u')
                .replace('μ', 'u')
                .replace('⁻', '-'));
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) > '~') return false;
        return true;
    }

    private static String operators(String plain) {
        var out = new StringBuilder();
        for (char c : plain.toCharArray()) {
            int raised = UnitText.SUPERSCRIPTS.indexOf(c);
            if (raised >= 0) out.append(raised);
            else if (c == '·' || c == '⋅' || c == '×') out.append('.');
            else if (c == '*') out.append(endsInTen(out) ? "*" : ".");
            else if (c == '^') out.append(endsInTen(out) ? "*" : "");
            else out.append(c);
        }
        return out.toString();
    }

    private static boolean endsInTen(StringBuilder out) {
        int n = out.length();
        boolean ten = n >= 2 && out.charAt(n - 2) == '1' && out.charAt(n - 1) == '0';
        return ten && (n == 2 || "./(".indexOf(out.charAt(n - 3)) >= 0);
    }

    Unit parse() {
        Unit unit = term();
        if (at < text.length()) throw wrong("has a \"" + text.charAt(at) + "\" too many");
        return unit;
    }

    private Unit term() {
        if (++nesting > NESTING_MAX) throw wrong("has more than " + NESTING_MAX + " parentheses in each other");
        Unit unit = peek() == '/' ? Unit.ONE : component();
        while (peek() == '.' || peek() == '/') {
            char operator = text.charAt(at++);
            Unit next = component();
            unit = operator == '.' ? unit.times(next) : unit.over(next);
        }
        nesting--;
        return unit;
    }

    private Unit component() {
        if (peek() == '(') {
            at++;
            Unit inner = term();
            if (peek() != ')') throw wrong("has a \"(\" without its \")\"");
            at++;
            return peek() == '-' || Character.isDigit(peek()) ? inner.power(exponent()) : inner;
        }
        if (peek() == '{') return annotation();
        Unit unit = atom();
        return peek() == '{' ? unit.times(annotation()) : unit;
    }

    /// Text in braces says what is counted and has no meaning to a computer (UCUM 2.1, section 2.1.6).
    private Unit annotation() {
        int end = text.indexOf('}', at);
        if (end < 0) throw wrong("has a \"{\" without its \"}\"");
        String note = text.substring(at, end + 1);
        at = end + 1;
        return note.length() == 2 ? Unit.ONE : Units.single(note, Dimension.NONE, Ratio.ONE, Ratio.ZERO);
    }

    private Unit atom() {
        int from = at;
        int end = from;
        while (end < text.length() && "./(){}".indexOf(text.charAt(end)) < 0)
            end = text.charAt(end) == '[' && text.indexOf(']', end) > 0 ? text.indexOf(']', end) + 1 : end + 1;
        String whole = text.substring(from, end);
        if (whole.isEmpty())
            throw wrong((at == text.length() ? "ends" : "has a \"" + text.charAt(at) + "\"") + " where a unit is due");
        int letters = whole.length();
        while (letters > 0 && Character.isDigit(whole.charAt(letters - 1))) letters--;
        if (letters == 0) return number(whole, end);
        if (letters < whole.length() && letters > 1 && "+-".indexOf(whole.charAt(letters - 1)) >= 0) letters--;
        at = from + letters;
        Unit unit = named(whole.substring(0, letters));
        if (letters == whole.length()) return unit;
        if (unit.terms().size() > 1)
            throw wrong("raises \"" + whole.substring(0, letters) + "\" to a power; write \"(" + unit.code() + ")"
                    + whole.substring(letters) + "\" if that is meant");
        return unit.power(exponent());
    }

    private Unit number(String digits, int end) {
        at = end;
        if (digits.length() > FACTOR_DIGITS_MAX || Long.parseLong(digits) == 0)
            throw wrong("has the number " + digits + "; a factor is 1..999999999, beyond that write 10*12");
        long factor = Long.parseLong(digits);
        if (factor == 1) return Unit.ONE;
        return Units.single(Long.toString(factor), Dimension.NONE, Ratio.of(factor), Ratio.ZERO);
    }

    private int exponent() {
        int limit = text.startsWith("10*", Math.max(0, at - 3)) ? TEN_EXPONENT_MAX : Units.EXPONENT_MAX;
        int from = at;
        if (peek() == '-' || peek() == '+') at++;
        while (Character.isDigit(peek())) at++;
        String digits = text.substring(from, at);
        int exponent = isShortNumber(digits) ? Integer.parseInt(digits) : 0;
        if (exponent != 0 && Math.abs(exponent) <= limit) return exponent;
        throw wrong("has the exponent \"" + digits + "\"; it goes from -" + limit + " to " + limit + " without 0");
    }

    private static boolean isShortNumber(String digits) {
        int n = digits.length();
        return n > 0 && n <= 3 && Character.isDigit(digits.charAt(n - 1));
    }

    private Unit named(String name) {
        var known = UnitTable.find(name);
        if (known.isPresent()) return known.get();
        var other = UnitTable.spelling(name);
        if (other.isPresent()) return new UnitParser(other.get()).parse();
        if (isCurrency(name)) return Units.single("{" + name + "}", Dimension.NONE, Ratio.ONE, Ratio.ZERO);
        if (!name.matches("(?:[A-Za-z_']|\\[[A-Za-z0-9_'.]+])+")) throw unknown(name); // nothing for Indriya
        return UcumAtoms.find(name).orElseThrow(() -> unknown(name));
    }

    /// A code of ISO 4217: UCUM has no money, so it stands as an annotation, `{EUR}/kW.h`.
    private static boolean isCurrency(String name) {
        if (!name.matches("[A-Z]{3}")) return false;
        try {
            java.util.Currency.getInstance(name);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private IllegalArgumentException unknown(String name) {
        if (name.indexOf(' ') >= 0) return wrong("has a blank; write a dot for a product and / for a quotient");
        String part = name.equals(written) ? "" : "\"" + name + "\" in ";
        String near = UnitTable.nearest(name)
                .map(n -> "; did you mean \"" + n + "\"?")
                .orElse("");
        return new IllegalArgumentException(part + "\"" + written + "\" is no unit we know; write " + EXAMPLES + near);
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("The unit \"" + written + "\" " + what + "; write " + EXAMPLES);
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }
}
