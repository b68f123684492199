package io.linkspan.node;

import io.linkspan.model.Tree;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One tree as YAML text in the style that [Yaml#write] describes. For one text and one thread.
final class YamlWriter {
    private static final int INDENT = 2;

    /// Most collections inside each other on one line: a property with its `without-us`.
    private static final int FLOW_NESTING_MAX = 2;

    /// What may stand inside a text without quotes beside letters and digits, whatever stands around it.
    private static final String SAFE_INSIDE = "_./+-";

    /// YAML 1.1 takes it for a number.
    private static final Pattern OLD_NUMBER = Pattern.compile("[0-9][0-9_.]*");

    private final StringBuilder out = new StringBuilder();

    String document(Tree tree) {
        switch (tree) {
            case Tree.Fields f when !f.fields().isEmpty() -> fields(f, 0, true);
            case Tree.Items i when !i.items().isEmpty() -> items(i, 0, true);
            case Tree.Scalar _, Tree.Fields _, Tree.Items _ ->
                out.append(flow(tree)).append('\n');
        }
        return out.toString();
    }

    /// One field a line. The indentation of the first line is already there.
    private void fields(Tree.Fields fields, int indent, boolean root) {
        boolean first = true;
        for (var field : fields.fields().entrySet()) {
            if (!first) indent(indent);
            first = false;
            String name = name(field.getKey());
            out.append(name).append(':');
            below(field.getValue(), indent, indent + name.length() + 2, root);
        }
    }

    /// What follows a name and its colon.
    private void below(Tree tree, int indent, int column, boolean root) {
        if (fitsFlow(tree, column, root)) {
            out.append(' ').append(flow(tree)).append('\n');
            return;
        }
        out.append('\n');
        indent(indent + INDENT);
        switch (tree) {
            case Tree.Fields f -> fields(f, indent + INDENT, false);
            case Tree.Items i -> items(i, indent + INDENT, root);
            case Tree.Scalar s -> out.append(scalar(s)).append('\n');
        }
    }

    /// One item a line; a definition that has parts of its own gets several. The indentation of the first line is
    /// already there.
    private void items(Tree.Items items, int indent, boolean root) {
        boolean first = true;
        for (Tree item : items.items()) {
            if (!first) indent(indent);
            first = false;
            out.append("- ");
            int column = indent + INDENT;
            switch (item) {
                case Tree each
                when height(each) <= (root ? 1 : FLOW_NESTING_MAX) && fitsFlow(each, column, false) ->
                    out.append(flow(each)).append('\n');
                case Tree.Fields f -> fields(f, column, false);
                case Tree.Items i -> items(i, column, false);
                case Tree.Scalar s -> out.append(scalar(s)).append('\n');
            }
        }
    }

    private void indent(int columns) {
        out.repeat(' ', columns);
    }

    /// The top level is always open: one connector, thing or link a line or more.
    private static boolean fitsFlow(Tree tree, int column, boolean root) {
        int height = height(tree);
        if (height == 0) return true;
        if (height > FLOW_NESTING_MAX || (root && (height > 1 || tree instanceof Tree.Fields))) return false;
        return column + flow(tree).length() <= Yaml.COLUMNS_MAX;
    }

    /// How many collections are inside each other; an empty one is as good as a word.
    private static int height(Tree tree) {
        return switch (tree) {
            case Tree.Scalar _ -> 0;
            case Tree.Items i when i.items().isEmpty() -> 0;
            case Tree.Fields f when f.fields().isEmpty() -> 0;
            case Tree.Items i ->
                1 + i.items().stream().mapToInt(YamlWriter::height).max().orElse(0);
            case Tree.Fields f ->
                1
                        + f.fields().values().stream()
                                .mapToInt(YamlWriter::height)
                                .max()
                                .orElse(0);
        };
    }

    private static String flow(Tree tree) {
        return switch (tree) {
            case Tree.Scalar s -> scalar(s);
            case Tree.Items i -> i.items().stream().map(YamlWriter::flow).collect(Collectors.joining(", ", "[", "]"));
            case Tree.Fields f when f.fields().isEmpty() -> "{}";
            case Tree.Fields f ->
                f.fields().entrySet().stream().map(YamlWriter::flow).collect(Collectors.joining(", ", "{ ", " }"));
        };
    }

    private static String flow(Map.Entry<String, Tree> field) {
        return name(field.getKey()) + ": " + flow(field.getValue());
    }

    private static String name(String name) {
        String text = text(name);
        if (name.isEmpty() || text.length() > Yaml.NAME_CHARS_MAX)
            throw new IllegalArgumentException(
                    "A name has 1.." + Yaml.NAME_CHARS_MAX + " characters, quotes included, not " + text.length());
        return text;
    }

    private static String scalar(Tree.Scalar scalar) {
        if (scalar.quoted() || !Yaml.isLiteral(scalar.text())) return text(scalar.text());
        return scalar.text().isEmpty() ? "null" : scalar.text();
    }

    /// Text, in quotes where it could be read otherwise.
    private static String text(String text) {
        boolean plain = isSafe(text)
                && !Yaml.isLiteral(text)
                && !OLD_NUMBER.matcher(text).matches();
        return plain ? text : quoted(text);
    }

    /// A loop and no pattern: a text may be long, and a pattern of alternatives recurses for each character.
    private static boolean isSafe(String text) {
        boolean wordBefore = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean word = Character.isLetter(c) || (c >= '0' && c <= '9') || c == '_';
            boolean fits =
                    word || (i > 0 && SAFE_INSIDE.indexOf(c) >= 0) || (wordBefore && c == ' ' && i + 1 < text.length());
            if (!fits) return false;
            wordBefore = word;
        }
        return true;
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> { // every other character
                    if (isPrintable(c)) quoted.appendCodePoint(c);
                    else if (c <= 0xFFFF) quoted.append(String.format("\\u%04X", c));
                    else quoted.append(String.format("\\U%08X", c));
                }
            }
        }
        return quoted.append('"').toString();
    }

    /// YAML 1.2.2, 5.1 (c-printable) without the line breaks of 5.4 and the byte order mark.
    private static boolean isPrintable(int c) {
        return (c >= 0x20 && c <= 0x7E)
                || (c >= 0xA0 && c <= 0xD7FF && c != 0x2028 && c != 0x2029)
                || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF)
                || c >= 0x10000;
    }
}
