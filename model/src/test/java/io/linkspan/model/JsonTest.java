package io.linkspan.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Property(tries = 500)
    void whatIsWrittenReadsBackEqual(@ForAll("trees") Tree tree) throws Invalid {
        assertThat(bare(Json.parse("", Json.write(tree)))).isEqualTo(bare(tree));
        assertThat(bare(Json.parse("", Json.pretty(tree)))).isEqualTo(bare(tree));
        assertThat(Json.write(tree)).doesNotContain("\n", "\r");
    }

    @Property(tries = 2_000)
    void anyTextIsReadOrRefusedInWords(@ForAll String text) {
        try {
            Json.parse("f.json", text);
        } catch (Invalid e) {
            assertThat(e).hasMessageMatching("(?s)f\\.json:\\d+: .*(JSON).*");
        }
    }

    @Test
    void numbersKeepEachDigit() throws Invalid {
        String text = "[12345678901234567890.10,1E+400,-0,0.1000]";
        assertThat(Json.write(Json.parse("", text))).isEqualTo(text);
    }

    @Test
    void whatJsonTakesWithoutQuotes() {
        var bare = java.util.regex.Pattern.compile("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        String signs = "0019-+.eE a";
        var random = new java.util.SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(9); n > 0; n--) text.append(signs.charAt(random.nextInt(signs.length())));
            assertThat(Json.isBare(text.toString()))
                    .as(text.toString())
                    .isEqualTo(bare.matcher(text).matches());
        }
        for (String word : new String[] {"true", "false", "null"})
            assertThat(Json.isBare(word)).isTrue();
        for (String word : new String[] {"True", "nul", "truex", ""})
            assertThat(Json.isBare(word)).isFalse();
    }

    @Test
    void marksNameTheLine() throws Invalid {
        Tree.Fields tree = Json.parseFields("a.json", "{\n \"a\": [\n  1,\n  {\"b\": 2}]}");
        assertThat(tree.keys().get("a")).isEqualTo(new Mark("a.json", 2, 2));
        var items = (Tree.Items) tree.fields().get("a");
        assertThat(items.items().get(1).mark()).hasToString("a.json:4");
    }

    @Test
    void aScalarThatJsonCanNotSayBareIsQuoted() {
        var tree = Tree.items(List.of(Tree.plain("0x10"), Tree.plain("01"), Tree.plain(true), Tree.text("5")));
        assertThat(Json.write(tree)).isEqualTo("[\"0x10\",\"01\",true,\"5\"]");
    }

    @Test
    void nothingIsNull() throws Invalid {
        assertThat(Json.write(Json.parse("", "{\"a\": null, \"b\": \"\"}"))).isEqualTo("{\"a\":null,\"b\":\"\"}");
    }

    @Test
    void badTextIsRefusedAtItsLine() {
        refused("", "f:1: a JSON value is missing: the text is empty");
        refused("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}", "f:3: \"a\" stands twice in one object, first in line 1");
        refused("{} {}", "f:1: one JSON value is enough; here a second one begins");
        refused("[1,\n 2,,]", "f:2: this is no JSON: ");
        refused("{\"a\": ", "f:1: this is no JSON: ");
        refused("[".repeat(Json.NESTING_MAX + 1), "too large or too deep");
        refused("9".repeat(Json.NUMBER_CHARS_MAX + 1), "too large or too deep");
        refused("\"" + "x".repeat(Json.TEXT_CHARS_MAX) + "\"", "at most " + Json.TEXT_CHARS_MAX);
    }

    @Test
    void aListIsNoObject() {
        assertThatThrownBy(() -> Json.parseFields("", "[1]"))
                .hasMessage("a JSON object ({\"name\": value}) is needed here, not a list");
    }

    private static void refused(String text, String sentence) {
        assertThatThrownBy(() -> Json.parse("f", text))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(sentence);
    }

    @Provide
    Arbitrary<Tree> trees() {
        Arbitrary<Tree> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20).map(Tree::text),
                Arbitraries.bigDecimals().map(n -> Tree.plain(n.toString())),
                Arbitraries.of("true", "false", "", "-0", "1e5").map(Tree::plain));
        return Arbitraries.lazyOf(
                () -> leaves,
                () -> leaves,
                () -> trees().list().ofMaxSize(3).map(Tree::items),
                () -> Arbitraries.maps(Arbitraries.strings().ofMaxLength(8), trees())
                        .ofMaxSize(3)
                        .map(Tree::fields));
    }

    /// The same tree without places.
    private static Tree bare(Tree tree) {
        return switch (tree) {
            case Tree.Scalar s -> new Tree.Scalar(Mark.NONE, s.text(), s.quoted());
            case Tree.Items i ->
                Tree.items(i.items().stream().map(JsonTest::bare).toList());
            case Tree.Fields f -> {
                Map<String, Tree> fields = new LinkedHashMap<>();
                f.fields().forEach((name, part) -> fields.put(name, bare(part)));
                yield Tree.fields(fields);
            }
        };
    }
}
