package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlTest {
    private static final String SITE = """
            linkspan: 1
            site: riverside_12
            zone: Europe/Brussels
            armed: true
            connectors:
              - { id: grid_meter, type: dsmr_p1, port: "tcp://127.0.0.1:2001" }
              - { id: plant_room, type: modbus_tcp, endpoint: "127.0.0.1:5020" }
            kinds:
              - id: boiler
                properties:
                  on:
                    type: flag
                    writable: true
                    at: coil 0
                    fallback: true
                    minimum-off: 10min
                    minimum-on: 5min
                    without-us: { watchdog: holding 10, every: 5s }
                  temperature: { type: number, unit: Cel, step: 0.1, at: input 4 int16 x0.1, every: 1s, range: [-40, 120] }
            things:
              - { id: boiler, kind: boiler, connector: plant_room, unit: 1, serial: "0042" }
            links:
              - id: shed_peak
                from: meter.power
                off-above: 5.0
                silent: { after: 60s, then: hold, at-most: 2h }
            """;

    @Test
    void aSiteFileIsWrittenAsAPersonWouldAndStaysTheSame() throws Invalid {
        assertThat(Yaml.write(Yaml.parse("", SITE))).isEqualTo(SITE);
    }

    @Property(tries = 5_000)
    void whatIsWrittenReadsBackEqual(@ForAll long seed) throws Invalid {
        Tree tree = tree(new Random(seed), 5);
        String text = Yaml.write(tree);
        assertThat(meaning(Yaml.parse("", text))).isEqualTo(meaning(tree));
        assertThat(Yaml.write(Yaml.parse("", text))).isEqualTo(text);
    }

    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void anyTextIsReadOrRefusedInWords(@ForAll("nearlyYaml") String text) {
        try {
            Yaml.parse("f.yaml", text);
        } catch (Invalid e) {
            assertThat(e).hasMessageMatching("f\\.yaml:\\d+: \\S[^\\n]*");
        }
    }

    @Test
    void theCoreSchemaAndNoOlderOne() throws Invalid {
        Tree.Fields tree = Yaml.parseFields(
                "", "{ a: True, b: yes, c: 0123, d: ~, e: , f: \"5\", g: 'x', h: 1:30, i: !!str 7, j: 0.10 }");
        assertThat(tree.fields().values().stream().map(YamlTest::meaning))
                .containsExactly("=true", "yes", "=0123", "=", "=", "5", "x", "1:30", "7", "=0.10");
    }

    @Test
    void marksNameFileAndLine() throws Invalid {
        Tree.Fields tree = Yaml.parseFields("s.yaml", "# a comment\na: 1\nb:\n  - x\n  - { c: 2 }\n");
        assertThat(tree.keys().get("b")).isEqualTo(new Mark("s.yaml", 3, 1));
        var items = (Tree.Items) tree.fields().get("b");
        assertThat(items.items().get(1).mark()).hasToString("s.yaml:5");
    }

    @Test
    void anAliasRepeatsItsAnchor() throws Invalid {
        Tree.Fields tree = Yaml.parseFields("", "a: &x { p: 1 }\nb: *x\n");
        assertThat(tree.fields().get("b")).isEqualTo(tree.fields().get("a"));
    }

    @Test
    void anEmptyFileIsAnEmptyMap() throws Invalid {
        assertThat(Yaml.parseFields("", "").fields()).isEmpty();
        assertThat(Yaml.parseFields("", "\uFEFF# only a comment\n").fields()).isEmpty();
    }

    @Test
    void eachMistakeHasItsSentenceAndItsLine() {
        refused("a: 1\n\tb: 2\n", "f:2: a tab stands where YAML takes blanks only; indent with two blanks a level");
        refused("a:\n\t- 1\n", "f:2: a tab stands");
        refused("a: 1\nb: 2\na: 3\n", "f:3: \"a\" stands twice in one map, first in line 1");
        refused("a: b: c\n", "f:1: a \":\" stands where no name can be; put text that has \": \" in it in quotes");
        refused("a: 1\nb\nc: 2\n", "f:3: a name without its \":\" begins in line 2");
        refused("a: \"x\nb: 1\n", "the quote that opens in line 1 is never closed");
        refused("a: { b: 1\nc: 2\n", "the \"{\" of line 1 wants a comma or its \"}\"");
        refused("a: [1, 2\nc: 2\n", "the \"[\" of line 1 wants a comma or its \"]\"");
        refused("a:\n    b: 1\n  c: 2\n", "f:3: this line is not indented like those it belongs to");
        refused("a:\n  - 1\n b: 2\n", "f:3: this line is not indented");
        refused("a: @x\n", "f:1: no text begins with \"@\"; put it in quotes");
        refused("a: \"C:\\xyz\"\n", "text in \" \" has a \\ that begins no known sign");
        refused("a: *x\n", "f:1: \"*x\" repeats what is marked \"&x\", but nothing above is");
        refused("a: &x [*x]\n", "but nothing above is");
        refused("a: !ruby/object 1\n", "tags such as \"!ruby/object\" have no meaning here");
        refused("<<: { a: 1 }\n", "\"<<\" is no part of YAML 1.2");
        refused("? [a]\n: 1\n", "the name of a field is a word");
        refused("a: 1\n---\nb: 2\n", "f:2: one file holds one document");
        refused("a: 1\nb: \u0007\n", "f:2: the character U+0007 can not stand in YAML");
        refused("a: 1\n\"\": 1\n", "f:2: a name is missing before the \":\"");
        refused("- 1\n", "f:1: the file holds fields (name: value), not a list");
    }

    @Test
    void theLimitsHold() {
        refused("a: " + "[".repeat(Yaml.NESTING_MAX) + "]".repeat(Yaml.NESTING_MAX), "at most 32 lists and maps");
        refused("a: \"" + "x".repeat(Yaml.TEXT_CHARS_MAX) + "\"", "a YAML text has at most");
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
        refused(bomb.toString(), "a file holds at most 1000000 values, aliases counted as often as used");
    }

    @Test
    void aLongTextIsNoDangerToTheStack() throws Invalid {
        String text = "long text ".repeat(100_000) + "end";
        assertThat(meaning(Yaml.parse("", Yaml.write(Tree.text(text))))).isEqualTo(text);
    }

    @Test
    void aFileThatIsNoUtf8IsRefused(@TempDir Path dir) throws Exception {
        Path file = Files.write(dir.resolve("s.yaml"), "titel: Küche\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Yaml.read(file)).isInstanceOf(Invalid.class).hasMessageContaining("no UTF-8 text");
    }

    private static void refused(String text, String sentence) {
        assertThatThrownBy(() -> Yaml.parseFields("f", text))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(sentence);
    }

    @Provide
    Arbitrary<String> nearlyYaml() {
        Arbitrary<String> pieces = Arbitraries.of(
                "a",
                ": ",
                ":",
                "- ",
                "\n",
                "\n  ",
                "{ ",
                " }",
                "[",
                "]",
                ", ",
                "\"",
                "'",
                "#",
                " #",
                "&x ",
                "*x",
                "!t ",
                "|",
                ">",
                "%",
                "? ",
                "---",
                "...",
                "\t",
                "@",
                "~",
                "\\",
                "\r",
                "é",
                "\u0000",
                "\uD800",
                "<<",
                "%YAML 1.2\n",
                "1");
        return Arbitraries.oneOf(pieces.list().ofMaxSize(30).map(all -> String.join("", all)), Arbitraries.strings());
    }

    private static final List<String> WORDS = List.of(
            "on",
            "true",
            "5",
            "0x1f",
            "1_000",
            "1:30",
            "a b",
            " a",
            "a ",
            "a: b",
            "a #b",
            "-",
            "- a",
            "~",
            "null",
            ".5",
            "0.",
            "+1",
            "[",
            "x".repeat(130),
            "line\nbreak",
            "<<",
            "Küche 55 °C",
            "?",
            "a:b",
            "id",
            "boiler.on",
            "off-above",
            "é");

    /// A tree of at most `depth` levels; each branch of the writer is taken for some seed.
    private static Tree tree(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 7)) {
            case 0 -> Tree.text(text(random));
            case 1 -> Tree.text(WORDS.get(random.nextInt(WORDS.size())));
            case 2 -> Tree.plain(new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(30)).toString());
            case 3 ->
                Tree.plain(List.of("true", "false", "", "-0", "1e5", "word").get(random.nextInt(6)));
            case 4 ->
                Tree.items(Stream.generate(() -> tree(random, depth - 1))
                        .limit(random.nextInt(4))
                        .toList());
            default -> {
                Map<String, Tree> fields = new LinkedHashMap<>();
                for (int i = random.nextInt(6); i > 0; i--)
                    fields.put(
                            random.nextBoolean() ? WORDS.get(random.nextInt(WORDS.size())) : "k" + text(random),
                            tree(random, depth - 1));
                yield Tree.fields(fields);
            }
        };
    }

    private static String text(Random random) {
        return whole(random.ints(random.nextInt(10), 0, random.nextBoolean() ? 0x100 : 0x10_0000)
                .mapToObj(Character::toString)
                .collect(Collectors.joining()));
    }

    /// Half a pair of UTF-16 is no character and can stand in no file.
    private static String whole(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /// What a tree says, without its places: text, or "=" and a literal.
    private static Object meaning(Tree tree) {
        return switch (tree) {
            case Tree.Scalar s when !s.quoted() && Yaml.isLiteral(s.text()) -> "=" + s.text();
            case Tree.Scalar s -> s.text();
            case Tree.Items i ->
                List.copyOf(i.items().stream().map(YamlTest::meaning).toList());
            case Tree.Fields f -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                f.fields().forEach((name, part) -> fields.put(name, meaning(part)));
                yield List.copyOf(fields.entrySet()); // the order counts
            }
        };
    }
}
