package io.linkspan.connectors.mqtt;

import io.linkspan.payload.JsonPointer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The few forms of Jinja that devices really announce themselves with, as words of our addresses. What has another
/// form
/// is not guessed at. Pure.
///
/// - `{{ value_json.a['b'][0] }}` is `json /a/b/0`, `{{ value }}` the whole message;
/// - filters that only make a number of a number, or stand in for what is missing, say nothing (`float`, `int`,
/// `round`,
///   `default`, `is_defined`); `multiply(k)`, `* k` and `/ k` are a factor;
/// - `{{ 'ON' if value_json.a == 5 else 'OFF' }}`, also as `{% if %}`, is an expression.
final class Templates {
    /// Longest template that is looked at, in characters.
    static final int CHARACTERS_MAX = 1_000;

    private static final String STEP = "(?:\\.[A-Za-z_][A-Za-z0-9_]*|\\[\\s*(?:'[^']*'|\"[^\"]*\"|\\d{1,6})\\s*])";
    private static final String PATH = "value_json" + STEP + "*";
    private static final Pattern ONE_STEP = Pattern.compile(STEP);
    private static final Pattern WHOLE =
            Pattern.compile("\\(*\\s*(value|" + PATH + ")((?:\\s*\\|[^|]+|\\s*[*/]\\s*[0-9.]+|\\s*\\))*)\\s*");
    private static final Pattern FILTER = Pattern.compile(
            "\\|\\s*(float|int|round|default|is_defined|multiply|string)\\s*(?:\\(([^()]*)\\))?|([*/])\\s*([0-9]+(?:\\.[0-9]+)?)|\\)");
    private static final String LITERAL = "'[^'\\\\]*'|\"[^\"\\\\]*\"|-?[0-9]+(?:\\.[0-9]+)?|true|false|True|False";
    private static final String CONDITION = "(" + PATH + ")(?:\\s*(==|!=|<=|>=|<|>)\\s*(" + LITERAL + "))?";
    private static final Pattern INLINE =
            Pattern.compile("(" + LITERAL + ")\\s+if\\s+" + CONDITION + "\\s+else\\s+(" + LITERAL + ")");
    private static final Pattern BLOCK = Pattern.compile("\\{%-?\\s*if\\s+" + CONDITION
            + "\\s*-?%}\\s*([^{}]*?)\\s*\\{%-?\\s*else\\s*-?%}\\s*([^{}]*?)\\s*\\{%-?\\s*endif\\s*-?%}");
    private static final Pattern VALUE =
            Pattern.compile("\\{\\{\\s*value\\s*(?:\\|\\s*(?:int|float|round)\\s*(?:\\(\\s*\\d*\\s*\\))?\\s*)*}}");

    private Templates() {}

    /// How a value stands in a message, as words of an address; empty: the message is the value. None where the
    /// template
    /// has another form.
    static Optional<String> reading(Optional<String> template) {
        String text = template.orElse("").trim();
        if (text.isEmpty()) return Optional.of("");
        if (text.length() > CHARACTERS_MAX) return Optional.empty();
        var block = BLOCK.matcher(text);
        if (block.matches())
            return choice(
                    block.group(1), block.group(2), block.group(3), quoted(block.group(4)), quoted(block.group(5)));
        if (!text.startsWith("{{") || !text.endsWith("}}") || text.indexOf("{{", 2) >= 0) return Optional.empty();
        String inner = text.substring(2, text.length() - 2)
                .replaceFirst("^-", "")
                .replaceFirst("-$", "")
                .trim();
        var inline = INLINE.matcher(inner);
        if (inline.matches())
            return choice(inline.group(2), inline.group(3), inline.group(4), inline.group(1), inline.group(5));
        return path(inner);
    }

    private static Optional<String> path(String inner) {
        var whole = WHOLE.matcher(inner);
        if (!whole.matches()) return Optional.empty();
        var factor = BigDecimal.ONE;
        String rest = whole.group(2);
        var filter = FILTER.matcher(rest);
        int end = 0;
        while (filter.find()) {
            if (!rest.substring(end, filter.start()).isBlank()) return Optional.empty();
            end = filter.end();
            var by = filter.group(3) != null
                    ? filter.group(4)
                    : "multiply".equals(filter.group(1)) ? filter.group(2) : null;
            if (by == null) continue;
            if (!by.trim().matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) return Optional.empty();
            var number = new BigDecimal(by.trim());
            if (number.signum() == 0) return Optional.empty();
            factor = "/".equals(filter.group(3))
                    ? factor.divide(number, MathContext.DECIMAL64)
                    : factor.multiply(number);
        }
        if (!rest.substring(end).isBlank()) return Optional.empty();
        String scaled = factor.compareTo(BigDecimal.ONE) == 0
                ? ""
                : " x" + factor.stripTrailingZeros().toPlainString();
        if (whole.group(1).equals("value")) return Optional.of(scaled.trim());
        var steps = steps(whole.group(1));
        return Optional.of("json"
                + (steps.isEmpty() ? "" : " " + word(JsonPointer.of(steps).toString())) + scaled);
    }

    private static Optional<String> choice(String path, String operator, String literal, String yes, String no) {
        String left = "msg"
                + String.join(
                        "", steps(path).stream().map(s -> "[\"" + s + "\"]").toList());
        if (path.matches(".*\\[\\s*\\d.*") || (left + yes + no).indexOf('\'') >= 0 && !plain(yes, no))
            return Optional.empty();
        String condition = operator == null ? left + " == true" : left + " " + operator + " " + literal(literal);
        return Optional.of("cel " + "'" + condition + " ? " + literal(yes) + " : " + literal(no) + "'");
    }

    private static boolean plain(String yes, String no) {
        return yes.startsWith("'") && no.startsWith("'");
    }

    private static String literal(String jinja) {
        if (jinja.startsWith("'") || jinja.startsWith("\""))
            return "\"" + jinja.substring(1, jinja.length() - 1) + "\"";
        return jinja.replace("True", "true").replace("False", "false");
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "") + "'";
    }

    private static List<String> steps(String path) {
        var steps = new ArrayList<String>();
        var step = ONE_STEP.matcher(path);
        while (step.find()) {
            String s = step.group();
            String name = s.startsWith(".")
                    ? s.substring(1)
                    : s.substring(1, s.length() - 1).trim();
            boolean quotes = name.startsWith("'") || name.startsWith("\"");
            steps.add(quotes ? name.substring(1, name.length() - 1) : name);
        }
        return steps;
    }

    /// The message of a command, as words of an address; empty: the value alone. None where the template has
    /// another
    /// form.
    static Optional<String> command(Optional<String> template) {
        String text = template.orElse("").trim();
        if (text.isEmpty()) return Optional.of("plain");
        if (text.length() > CHARACTERS_MAX) return Optional.empty();
        String ours = VALUE.matcher(text).replaceAll("{value}");
        if (ours.equals("{value}")) return Optional.of("plain");
        if (ours.contains("{{") || ours.contains("{%") || !ours.contains("{value}")) return Optional.empty();
        return Optional.of("text '" + ours.replace("'", "''") + "'");
    }

    /// A word of an address, in quotes where it needs them.
    static String word(String text) {
        boolean bare = !text.isEmpty()
                && text.chars().noneMatch(c -> Character.isWhitespace(c) || c == '\'')
                && !text.equals("->");
        return bare ? text : "'" + text.replace("'", "''") + "'";
    }
}
