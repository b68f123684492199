package io.linkspan.model;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/// JSON text (RFC 8259) to a [Tree] and back. Numbers stay the text that they were, so no digit is lost; a name that
/// stands
/// twice in one object is refused (RFC 8259, 4 leaves open which one would count). `null` is the empty scalar without
/// quotes, as an empty value in YAML is.
///
/// Thread-safety: no state, safe for many threads.
public final class Json {
    /// Longest text, in characters.
    public static final int TEXT_CHARS_MAX = 16 << 20;

    /// Most lists and objects inside each other.
    public static final int NESTING_MAX = 64;

    /// Longest number, in characters.
    public static final int NUMBER_CHARS_MAX = 400;

    /// Longest name of a field, in characters.
    public static final int NAME_CHARS_MAX = 1_000;

    /// RFC 8259, 6 and 3: what may stand without quotes.

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .maxStringLength(TEXT_CHARS_MAX)
                    .build())
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .build())
            .build();

    private Json() {}

    /// Reads one JSON value; `file` names the source in errors and marks and may be empty.
    ///
    /// @throws Invalid with the line and what is wrong; also when a limit of this class is passed
    public static Tree parse(String file, String text) throws Invalid {
        if (text.length() > TEXT_CHARS_MAX)
            throw new Invalid(
                    new Mark(file, 1),
                    "a JSON text has at most " + TEXT_CHARS_MAX + " characters, not " + text.length());
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) throw new Invalid(new Mark(file, 1), "a JSON value is missing: the text is empty");
            Tree tree = value(file, parser, first);
            if (parser.nextToken() != null)
                throw new Invalid(mark(file, parser), "one JSON value is enough; here a second one begins");
            return tree;
        } catch (StreamConstraintsException e) {
            throw new Invalid(
                    mark(file, e.getLocation()), "this JSON is too large or too deep: " + e.getOriginalMessage());
        } catch (StreamReadException e) {
            throw new Invalid(mark(file, e.getLocation()), "this is no JSON: " + sentence(e.getOriginalMessage()));
        }
    }

    /// Reads an object.
    ///
    /// @throws Invalid as [#parse], and when it is another value
    public static Tree.Fields parseFields(String file, String text) throws Invalid {
        Tree tree = parse(file, text);
        if (tree instanceof Tree.Fields fields) return fields;
        throw new Invalid(tree.mark(), "a JSON object ({\"name\": value}) is needed here, not " + tree.kind());
    }

    /// Writes JSON on one line. A scalar without quotes becomes a number, true or false if JSON can say it so, null
    /// if it
    /// is empty, else text: `0x10` becomes `"0x10"`.
    public static String write(Tree tree) {
        return write(tree, ObjectWriteContext.empty());
    }

    /// Writes JSON for people: one field a line, indented by two blanks.
    public static String pretty(Tree tree) {
        return write(tree, INDENTED);
    }

    private static final ObjectWriteContext INDENTED = new ObjectWriteContext.Base() {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    };

    private static String write(Tree tree, ObjectWriteContext context) {
        var out = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(context, out)) {
            write(tree, generator);
        }
        return out.toString();
    }

    private static void write(Tree tree, JsonGenerator out) {
        switch (tree) {
            case Tree.Scalar s when s.quoted() -> out.writeString(s.text());
            case Tree.Scalar s when s.text().isEmpty() -> out.writeNull();
            case Tree.Scalar s when isBare(s.text()) -> out.writeRawValue(s.text());
            case Tree.Scalar s -> out.writeString(s.text());
            case Tree.Items i -> {
                out.writeStartArray();
                for (Tree each : i.items()) write(each, out);
                out.writeEndArray();
            }
            case Tree.Fields f -> {
                out.writeStartObject();
                f.fields().forEach((name, part) -> {
                    out.writeName(name);
                    write(part, out);
                });
                out.writeEndObject();
            }
        }
    }

    /// Whether JSON can say this text without quotes: a number as RFC 8259 writes it, `true`, `false` or `null`.
    public static boolean isBare(String text) {
        return text.length() <= NUMBER_CHARS_MAX
                && (isNumber(text) || text.equals("true") || text.equals("false") || text.equals("null"));
    }

    /// RFC 8259, 6. By hand: each scalar of an answer is looked at, and a pattern takes as long as writing it does.
    private static boolean isNumber(String text) {
        int first = text.startsWith("-") ? 1 : 0;
        int at = digits(text, first);
        if (at == first || (text.charAt(first) == '0' && at > first + 1)) return false;
        if (at < text.length() && text.charAt(at) == '.') {
            int fraction = at + 1;
            at = digits(text, fraction);
            if (at == fraction) return false;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int exponent = at + 1;
            if (exponent < text.length() && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) exponent++;
            at = digits(text, exponent);
            if (at == exponent) return false;
        }
        return at == text.length();
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
        return at;
    }

    private static Tree value(String file, JsonParser parser, JsonToken token) throws Invalid {
        Mark mark = mark(file, parser);
        return switch (token) {
            case START_OBJECT -> fields(file, parser, mark);
            case START_ARRAY -> items(file, parser, mark);
            case VALUE_STRING -> new Tree.Scalar(mark, parser.getString(), true);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                new Tree.Scalar(mark, parser.getString(), false);
            case VALUE_NULL -> new Tree.Scalar(mark, "", false);
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new Invalid(mark, "a JSON value is missing before \"" + token.asString() + "\"");
        };
    }

    private static Tree.Fields fields(String file, JsonParser parser, Mark mark) throws Invalid {
        Map<String, Tree> fields = new LinkedHashMap<>();
        Map<String, Mark> keys = new HashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            Mark here = mark(file, parser);
            Mark before = keys.put(name, here);
            if (before != null)
                throw new Invalid(here, "\"" + name + "\" stands twice in one object, first in line " + before.line());
            fields.put(name, value(file, parser, parser.nextToken()));
        }
        return new Tree.Fields(mark, fields, keys);
    }

    private static Tree.Items items(String file, JsonParser parser, Mark mark) throws Invalid {
        List<Tree> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken())
            items.add(value(file, parser, token));
        return new Tree.Items(mark, items);
    }

    private static Mark mark(String file, JsonParser parser) {
        return mark(file, parser.currentTokenLocation());
    }

    private static Mark mark(String file, tools.jackson.core.TokenStreamLocation place) {
        return place == null
                ? new Mark(file, 1)
                : new Mark(file, Math.max(1, place.getLineNr()), Math.max(0, place.getColumnNr()));
    }

    private static String sentence(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
