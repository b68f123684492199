package io.linkspan.payload;

import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.dataformat.cbor.CBORFactory;

/// CBOR (RFC 8949) to the same tree as JSON and back, as RFC 8949, 6 pairs them: bytes are base64url, a key that is a
/// number is its digits, not-a-number and infinity are null. Safe for many threads.
public final class Cbor {
    /// Most maps and lists inside each other.
    public static final int NESTING_MAX = io.linkspan.model.Json.NESTING_MAX;

    private static final CBORFactory FACTORY = CBORFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxNumberLength(io.linkspan.model.Json.NUMBER_CHARS_MAX)
                    .maxNameLength(io.linkspan.model.Json.NAME_CHARS_MAX)
                    .maxStringLength(io.linkspan.model.Json.TEXT_CHARS_MAX)
                    .build())
            .build();

    private Cbor() {}

    /// Reads one data item.
    ///
    /// @throws BadPayload it is no CBOR, or larger or deeper than is taken
    public static Tree parse(byte[] bytes) throws BadPayload {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            JsonToken first = parser.nextToken();
            if (first == null) throw new BadPayload("it is empty where CBOR was promised");
            Tree tree = value(parser, first);
            if (parser.nextToken() != null) throw new BadPayload("one CBOR item is enough; a second one follows");
            return tree;
        } catch (JacksonException e) {
            throw new BadPayload("it is no CBOR: " + firstLine(e));
        }
    }

    private static String firstLine(JacksonException e) {
        String message = String.valueOf(e.getOriginalMessage());
        int end = message.indexOf('\n');
        return Shape.shown(end < 0 ? message : message.substring(0, end));
    }

    private static Tree value(JsonParser parser, JsonToken token) throws BadPayload {
        return switch (token) {
            case START_OBJECT -> fields(parser);
            case START_ARRAY -> items(parser);
            case VALUE_STRING -> Tree.text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_TRUE, VALUE_FALSE -> Tree.plain(parser.getString());
            case VALUE_NUMBER_FLOAT -> number(parser);
            case VALUE_NULL -> Tree.plain("");
            case VALUE_EMBEDDED_OBJECT -> embedded(parser);
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, NOT_AVAILABLE ->
                throw new BadPayload("it is no CBOR: an item is missing");
        };
    }

    private static Tree number(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case FLOAT, DOUBLE -> {
                double d = parser.getDoubleValue();
                boolean single = parser.getNumberType() == JsonParser.NumberType.FLOAT;
                // a float of 21.5 degrees is 21.5, not 21.499999...: its own shortest digits
                yield Tree.plain(!Double.isFinite(d) ? "" : single ? Float.toString((float) d) : Double.toString(d));
            }
            case INT, LONG, BIG_INTEGER, BIG_DECIMAL ->
                Tree.plain(parser.getDecimalValue().toString());
        };
    }

    private static Tree embedded(JsonParser parser) throws BadPayload {
        if (parser.getEmbeddedObject() instanceof byte[] bytes)
            return Tree.text(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        return Tree.plain(""); // undefined and other simple values
    }

    private static Tree fields(JsonParser parser) throws BadPayload {
        Map<String, Tree> fields = new LinkedHashMap<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            if (token != JsonToken.PROPERTY_NAME)
                throw new BadPayload("it is no CBOR: a map has a key that is no text");
            String name = parser.currentName();
            var next = parser.nextToken();
            if (next == null) throw new BadPayload("it is no CBOR: it ends too early");
            if (fields.put(name, value(parser, next)) != null)
                throw new BadPayload(Shape.shown(name) + " stands twice in one map");
        }
        return Tree.fields(fields);
    }

    private static Tree items(JsonParser parser) throws BadPayload {
        List<Tree> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) throw new BadPayload("it is no CBOR: it ends too early");
            items.add(value(parser, token));
        }
        return new Tree.Items(Mark.NONE, items);
    }

    /// Writes a tree: whole numbers and decimals as the smallest that holds them, texts as texts.
    public static byte[] write(Tree tree) {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(tree, generator);
        }
        return out.toByteArray();
    }

    private static void write(Tree tree, JsonGenerator out) {
        switch (tree) {
            case Tree.Scalar s when s.quoted() -> out.writeString(s.text());
            case Tree.Scalar s when s.text().isEmpty() -> out.writeNull();
            case Tree.Scalar s
            when s.text().equals("true") || s.text().equals("false") ->
                out.writeBoolean(s.text().equals("true"));
            case Tree.Scalar s when s.text().matches("-?\\d{1,18}") -> out.writeNumber(Long.parseLong(s.text()));
            case Tree.Scalar s
            when io.linkspan.model.Json.isBare(s.text()) -> out.writeNumber(Double.parseDouble(s.text()));
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
}
