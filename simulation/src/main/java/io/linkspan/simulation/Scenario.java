package io.linkspan.simulation;

import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A scenario as a meter engineer writes it: a site file, then sentences at points in time, and what is expected. The
/// language is described in docs/simulation.md.
///
/// @param site the site file, beside the scenario
/// @param with a file whose lists join those of the site file
/// @param begins what the clock on the site's wall shows at the beginning; none: any time
public record Scenario(Path file, Path site, Optional<Path> with, Optional<LocalDateTime> begins, List<Line> lines) {
    private static final Pattern TIME = Pattern.compile("\\d{2}:\\d{2}");
    private static final DateTimeFormatter BEGINNING = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    /// When a sentence is said.
    public sealed interface When {
        /// So many microseconds after the beginning.
        record After(long micros) implements When {}

        /// The next time that the clock on the wall shows it, now included.
        record Shown(Optional<DayOfWeek> day, LocalTime time) implements When {}
    }

    /// A sentence.
    ///
    /// @param at when; none: where the one before left time
    public record Line(Mark mark, Optional<When> at, List<String> words) {
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
        Optional<Path> with = Optional.empty();
        Optional<LocalDateTime> begins = Optional.empty();
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
            if (words.getFirst().equals("with")) {
                with = Optional.of(file.resolveSibling(words.size() == 2 ? words.get(1) : ""));
                continue;
            }
            if (words.getFirst().equals("begin")) {
                begins = Optional.of(beginning(mark, String.join(" ", words.subList(1, words.size()))));
                continue;
            }
            lines.add(line(mark, words));
        }
        if (site == null)
            throw new Invalid(new Mark(file.toString(), 1), "the first line names the site file: site house.yaml");
        return new Scenario(file, site, with, begins, lines);
    }

    private static LocalDateTime beginning(Mark mark, String text) throws Invalid {
        try {
            return LocalDateTime.parse(text, BEGINNING);
        } catch (DateTimeParseException _) {
            throw new Invalid(mark, "\"" + text + "\" is no beginning; write for example begin 2026-03-28 21:00");
        }
    }

    private static Line line(Mark mark, List<String> words) throws Invalid {
        if (!words.getFirst().equals("at")) return new Line(mark, Optional.empty(), words);
        if (words.size() < 3) throw new Invalid(mark, "after \"at\" stand a time and a sentence: at 5s cut internet");
        var day =
                Optional.of(words.get(1)).map(DAYS::indexOf).filter(i -> i >= 0).map(i -> DayOfWeek.of(i + 1));
        int time = day.isPresent() ? 2 : 1;
        if (!TIME.matcher(words.get(time)).matches() && day.isEmpty())
            return new Line(
                    mark, Optional.of(new When.After(duration(mark, words.get(1)))), words.subList(2, words.size()));
        return new Line(
                mark,
                Optional.of(new When.Shown(day, time(mark, words.get(time)))),
                words.subList(time + 1, words.size()));
    }

    private static LocalTime time(Mark mark, String text) throws Invalid {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeParseException _) {
            throw new Invalid(mark, "\"" + text + "\" is no time of day; write for example at 07:00 or at sat 07:00");
        }
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
