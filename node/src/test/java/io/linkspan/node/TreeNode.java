package io.linkspan.node;

import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.JsonNodeFactory;
import dev.harrel.jsonschema.SimpleType;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One of our trees as the schema library sees it.
record TreeNode(Tree tree, String pointer) implements JsonNode {
    /// Reads JSON with our own reader.
    static final class Factory implements JsonNodeFactory {
        @Override
        public JsonNode wrap(Object node) {
            return node instanceof JsonNode own ? own : new TreeNode((Tree) node, "");
        }

        @Override
        public JsonNode create(String raw) {
            try {
                return new TreeNode(Json.parse("", raw), "");
            } catch (Invalid e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    @Override
    public String getJsonPointer() {
        return pointer;
    }

    @Override
    public SimpleType getNodeType() {
        return switch (tree) {
            case Tree.Fields _ -> SimpleType.OBJECT;
            case Tree.Items _ -> SimpleType.ARRAY;
            case Tree.Scalar s -> scalar(s);
        };
    }

    private static SimpleType scalar(Tree.Scalar s) {
        if (s.quoted()) return SimpleType.STRING;
        if (s.text().isEmpty()) return SimpleType.NULL;
        if (s.text().equals("true") || s.text().equals("false")) return SimpleType.BOOLEAN;
        if (!Json.isBare(s.text())) return SimpleType.STRING;
        return new BigDecimal(s.text()).stripTrailingZeros().scale() <= 0 ? SimpleType.INTEGER : SimpleType.NUMBER;
    }

    private String text() {
        return ((Tree.Scalar) tree).text();
    }

    @Override
    public boolean asBoolean() {
        return Boolean.parseBoolean(text());
    }

    @Override
    public String asString() {
        return text();
    }

    @Override
    public BigInteger asInteger() {
        return new BigDecimal(text()).toBigIntegerExact();
    }

    @Override
    public BigDecimal asNumber() {
        return new BigDecimal(text());
    }

    @Override
    public List<JsonNode> asArray() {
        var all = new ArrayList<JsonNode>();
        for (var item : ((Tree.Items) tree).items()) all.add(new TreeNode(item, pointer + "/" + all.size()));
        return all;
    }

    @Override
    public Map<String, JsonNode> asObject() {
        var all = new LinkedHashMap<String, JsonNode>();
        ((Tree.Fields) tree)
                .fields()
                .forEach((name, part) ->
                        all.put(name, new TreeNode(part, pointer + "/" + JsonNode.encodeJsonPointer(name))));
        return all;
    }
}
