package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/// What a YAML parser says, in the words of the person who wrote the file. No state.
final class YamlSentences {
    private YamlSentences() {}

    /// One sentence for a parser's error.
    static Invalid of(String file, MarkedYamlEngineException e) {
        Mark mark = e.getProblemMark()
                .or(e::getContextMark)
                .map(m -> new Mark(file, m.getLine() + 1, m.getColumn() + 1))
                .orElse(new Mark(file, 1));
        int opened = line(e.getContextMark()).orElse(mark.line());
        return new Invalid(mark, sentence(text(e.getContext()), text(e.getProblem()), character(e), opened));
    }

    private static String sentence(String context, String problem, String character, int opened) {
        if (character.equals("\t") || problem.contains("\\t(TAB)") || problem.contains("tab character"))
            return "a tab stands where YAML takes blanks only; indent with two blanks a level";
        if (problem.startsWith("mapping values are not allowed"))
            return "a \":\" stands where no name can be; put text that has \": \" in it in quotes, or check the indentation";
        if (problem.contains("could not find expected ':'"))
            return "a name without its \":\" begins in line " + opened
                    + "; write name: value, or close the quote before it";
        if (problem.contains("end of stream") && context.contains("quoted scalar"))
            return "the quote that opens in line " + opened + " is never closed";
        if (context.contains("flow mapping"))
            return "the \"{\" of line " + opened + " wants a comma or its \"}\" before this";
        if (context.contains("flow sequence"))
            return "the \"[\" of line " + opened + " wants a comma or its \"]\" before this";
        if (problem.contains("<block end>") || problem.contains("block sequence entries are not allowed"))
            return "this line is not indented like those it belongs to (line " + opened + ")";
        if (problem.contains("cannot start any token"))
            return "no text begins with \"" + character + "\"; put it in quotes";
        if (problem.contains("escape character") || problem.contains("escape sequence"))
            return "text in \" \" has a \\ that begins no known sign; write \\\\ for a backslash, or use ' '";
        String both = context.isEmpty() ? problem : context + ": " + problem;
        return "this is no YAML: " + both.replace('\n', ' ');
    }

    private static String character(MarkedYamlEngineException e) {
        return e.getProblemMark()
                .filter(m -> m.getPointer() < m.getBuffer().length)
                .map(m -> Character.toString(m.getBuffer()[m.getPointer()]))
                .orElse("");
    }

    private static Optional<Integer> line(Optional<org.snakeyaml.engine.v2.exceptions.Mark> mark) {
        return mark.map(m -> m.getLine() + 1);
    }

    private static String text(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text;
    }
}
