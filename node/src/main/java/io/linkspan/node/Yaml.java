package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// YAML 1.2 text with the core schema (YAML 1.2.2, 10.3) to a [Tree] and back. `yes`, `on` and `0123` are what they
/// look
/// like to a person: text, text and the number 123 as it was written. True, TRUE become `true`; null, ~ and an empty
/// value
/// become the empty scalar without quotes.
///
/// Thread-safety: no state, safe for many threads.
public final class Yaml {
    /// Longest file, in bytes and in characters.
    public static final int TEXT_CHARS_MAX = 8 << 20;

    /// Most lists and maps inside each other.
    public static final int NESTING_MAX = 32;

    /// Most scalars, lists and maps, each alias counted as often as it is used.
    public static final int PARTS_MAX = 1_000_000;

    /// Longest name of a field, in characters, quotes and escapes included (YAML 1.2.2, 7.4.2 and 8.2.2 allow
    /// 1024).
    public static final int NAME_CHARS_MAX = 1_000;

    /// Widest line that [#write] fills with a map or a list in flow style.
    public static final int COLUMNS_MAX = 120;

    /// YAML 1.2.2, 10.3.2: the texts without quotes that are no text.
    private static final Pattern LITERAL = Pattern.compile("true|True|TRUE|false|False|FALSE|null|Null|NULL|~|"
            + "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|"
            + "[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    private Yaml() {}

    /// Reads a file of UTF-8 text that holds one map; an empty file is an empty map.
    ///
    /// @throws Invalid with file, line, what is wrong and what would be right
    /// @throws IOException the file can not be read
    public static Tree.Fields read(Path file) throws Invalid, IOException {
        long size = Files.size(file);
        if (size > TEXT_CHARS_MAX)
            throw new Invalid(
                    new Mark(file.toString(), 1), "a file has at most " + TEXT_CHARS_MAX + " bytes, not " + size);
        byte[] bytes = Files.readAllBytes(file);
        try {
            return parseFields(
                    file.toString(),
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new Invalid(
                    new Mark(file.toString(), 0), "this is no UTF-8 text; save the file with the encoding UTF-8");
        }
    }

    /// Reads text that holds one map; empty text is an empty map. `file` names the source in errors and marks.
    public static Tree.Fields parseFields(String file, String text) throws Invalid {
        Tree tree = parse(file, text);
        return switch (tree) {
            case Tree.Fields fields -> fields;
            case Tree.Scalar s when s.text().isEmpty() && !s.quoted() -> new Tree.Fields(s.mark(), Map.of(), Map.of());
            case Tree.Scalar _, Tree.Items _ ->
                throw new Invalid(tree.mark(), "the file holds fields (name: value), not " + tree.kind());
        };
    }

    /// Reads one YAML document; empty text is the empty scalar.
    ///
    /// @throws Invalid as [#parseFields]
    public static Tree parse(String file, String text) throws Invalid {
        if (text.length() > TEXT_CHARS_MAX)
            throw new Invalid(
                    new Mark(file, 1),
                    "a YAML text has at most " + TEXT_CHARS_MAX + " characters, not " + text.length());
        try {
            return new YamlReader(file, text.startsWith("\uFEFF") ? text.substring(1) : text).document();
        } catch (MarkedYamlEngineException e) {
            throw YamlSentences.of(file, e);
        } catch (ReaderException e) {
            int line = 1
                    + (int) text.codePoints()
                            .limit(e.getPosition())
                            .filter(c -> c == '\n')
                            .count();
            throw new Invalid(
                    new Mark(file, line),
                    String.format("the character U+%04X can not stand in YAML; remove it", e.getCodePoint()));
        } catch (YamlEngineException e) {
            throw new Invalid(new Mark(file, 1), "this is no YAML 1.2: " + e.getMessage());
        }
    }

    /// Writes a tree as a person would: short maps and lists on one line of at most [#COLUMNS_MAX], longer ones
    /// with one
    /// field a line; quotes only where text would be read otherwise. The same tree gives the same text.
    ///
    /// @throws IllegalArgumentException a name is longer than [#NAME_CHARS_MAX]
    public static String write(Tree tree) {
        return new YamlWriter().document(tree);
    }

    /// Whether YAML takes this text without quotes for a number, true, false or nothing.
    static boolean isLiteral(String text) {
        return text.isEmpty() || LITERAL.matcher(text).matches();
    }
}
