package io.linkspan.simulation;

import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A scenario as a meter engineer writes it: a site file, then sentences at points in time, and what is expected. The
/// language is described in docs/simulation.md.
///
/// @param site the site file, beside the scenario
public record Scenario(Path file, Path site, List<Line> lines) {
    /// A sentence.
    ///
    /// @param at when, in microseconds from the beginning; none: where the one before left time
    public record Line(Mark mark, Optional<Long> at, List<String> words) {
        public Line {
            words = List.copyOf(words);
        }

        /// Whether it begins with these words.
        boolean begins(String... with) {
            return words.size() >= with.length && words.subList(0, with.length).equals(List.of(with));
        }

        /// The n-th word, counted from 0.
        String word(int n) throws Invalid {
            if (n >= words.size()) throw new Invalid(mark, "the sentence ends too early: \"" + this + "\"");
            return words.get(n);
        }

        /// What stands from the n-th word on.
        String rest(int n) {
            return n >= words.size() ? "" : String.join(" ", words.subList(n, words.size()));
        }

        /// The place of a word; -1 when it is not there.
        int place(String word) {
            return words.indexOf(word);
        }

        @Override
        public String toString() {
            return rest(0);
        }
    }

    public Scenario {
        lines = List.copyOf(lines);
    }

    /// Reads a scenario.
    ///
    /// @throws Invalid at the line of what is wrong
    /// @throws IOException the file can not be read
    public static Scenario read(Path file) throws IOException, Invalid {
        Path site = null;
        var lines = new ArrayList<Line>();
        int number = 0;
        for (String text : Files.readAllLines(file)) {
            var mark = new Mark(file.toString(), ++number);
            int comment = text.indexOf('#');
            String plain = (comment < 0 ? text : text.substring(0, comment)).strip();
            if (plain.isEmpty()) continue;
            var words = new ArrayList<>(List.of(plain.split("\\s+")));
            if (words.getFirst().equals("site")) {
                site = file.resolveSibling(words.size() == 2 ? words.get(1) : "");
                continue;
            }
            lines.add(line(mark, words));
        }
        if (site == null)
            throw new Invalid(new Mark(file.toString(), 1), "the first line names the site file: site house.yaml");
        return new Scenario(file, site, lines);
    }

    private static Line line(Mark mark, List<String> words) throws Invalid {
        if (!words.getFirst().equals("at")) return new Line(mark, Optional.empty(), words);
        if (words.size() < 3) throw new Invalid(mark, "after \"at\" stand a time and a sentence: at 5s cut internet");
        return new Line(mark, Optional.of(duration(mark, words.get(1))), words.subList(2, words.size()));
    }

    /// A duration in microseconds.
    static long duration(Mark mark, String text) throws Invalid {
        try {
            return Durations.micros(Durations.parse(text));
        } catch (IllegalArgumentException e) {
            throw new Invalid(mark, "\"" + text + "\" " + e.getMessage());
        }
    }
}
