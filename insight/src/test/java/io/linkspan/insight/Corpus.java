package io.linkspan.insight;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Sentences over model houses with what each one means, and how what the interpreter makes of them is judged.
final class Corpus {
    /// When they are said.
    static final ZonedDateTime NOW = ZonedDateTime.parse("2026-01-14T15:00+01:00[Europe/Brussels]");

    private static final Map<String, String> HOUSES =
            Map.of("home", "home", "farm", "farm", "cold store", "cold_store");
    private static final Map<String, String> PERIODS = Map.of(
            "today", "2026-01-14T00:00..2026-01-15T00:00",
            "yesterday", "2026-01-13T00:00..2026-01-14T00:00",
            "last_night", "2026-01-13T22:00..2026-01-14T06:00",
            "this_week", "2026-01-12T00:00..2026-01-19T00:00",
            "last_week", "2026-01-05T00:00..2026-01-12T00:00",
            "this_month", "2026-01-01T00:00..2026-02-01T00:00",
            "last_month", "2025-12-01T00:00..2026-01-01T00:00",
            "this_year", "2026-01-01T00:00..2027-01-01T00:00",
            "last_year", "2025-01-01T00:00..2026-01-01T00:00");

    /// One sentence.
    ///
    /// @param expected what it may mean, any of them
    record Case(String house, Language language, String sentence, List<String> expected) {
        @Override
        public String toString() {
            return house + ": " + sentence;
        }
    }

    /// How it went.
    enum Verdict {
        /// As expected.
        RIGHT,
        /// It was asked back, or not understood, where it was clear: a nuisance.
        NOT_TAKEN,
        /// It was taken, and should have been asked back or refused.
        NOT_ASKED,
        /// Something else is told.
        WRONG_ANSWER,
        /// Something else would be done.
        WRONG_DEED
    }

    private static final Map<String, String> GROUPS = groups();
    private static final Map<String, Interpreter> INTERPRETERS = new HashMap<>();

    private Corpus() {}

    static String resource(String name) {
        try (InputStream in = Corpus.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> groups() {
        var all = new HashMap<String, String>();
        for (String line : resource("/sentences/groups.txt").lines().toList())
            if (!line.startsWith("#")) all.put(line.split(" = ")[0], line.split(" = ")[1]);
        return all;
    }

    static List<Case> read(String part, Language language) {
        var all = new ArrayList<Case>();
        String house = "";
        for (String line : resource("/sentences/" + part + "." + language.tag() + ".txt")
                .lines()
                .toList()) {
            if (line.startsWith("## ")) house = line.substring(3);
            if (!line.contains(" => ")) continue;
            String[] halves = line.split(" => ");
            var expected = new ArrayList<String>();
            for (String each : halves[1].split(" \\|\\| ")) expected.add(canonical(each.strip()));
            all.add(new Case(Objects.requireNonNull(HOUSES.get(house), house), language, halves[0], expected));
        }
        return all;
    }

    /// Groups and dates written out, each list in order.
    private static String canonical(String text) {
        var several = new ArrayList<String>();
        for (String one : text.split(" ; ")) several.add(one(one));
        return String.join(" ; ", several);
    }

    private static String one(String text) {
        var head = new ArrayList<String>();
        var paths = new ArrayList<String>();
        var tail = new ArrayList<String>();
        String before = "";
        for (String word : text.replaceAll("(\\d\\d-\\d\\d) (\\d\\d:)", "$1T$2").split(" ")) {
            if (word.startsWith("@")) {
                String[] group = word.substring(1).split("=", 2);
                for (String path :
                        Objects.requireNonNull(GROUPS.get(group[0]), word).split(" ")) paths.add(path + "=" + group[1]);
            } else if (word.contains(".") && !before.equals("energy")) paths.add(word);
            else (paths.isEmpty() ? head : tail).add(time(word, before));
            before = word;
        }
        paths.sort(java.util.Comparator.comparing(p -> p.split("[=<>+]|-(?=\\d)")[0]));
        head.addAll(paths);
        head.addAll(tail);
        return String.join(" ", head);
    }

    private static String time(String word, String before) {
        if (PERIODS.containsKey(word)) return PERIODS.get(word);
        boolean isTime = before.equals("at") || before.equals("until");
        if (isTime && word.matches("\\d\\d:\\d\\d")) return "2026-01-14T" + word;
        if (isTime) return "2026-" + word;
        return word;
    }

    static Interpreter interpreter(String house, Language language) {
        return INTERPRETERS.computeIfAbsent(house + language, _ -> {
            var titles = language == Language.EN
                    ? new Presets(
                            Map.of("home", "Home", "away", "Away", "night", "Night"),
                            Map.of("movie_night", "Movie night", "good_morning", "Good morning"))
                    : new Presets(
                            Map.of("home", "Thuis", "away", "Afwezig", "night", "Nacht"),
                            Map.of("movie_night", "Filmavond", "good_morning", "Goedemorgen"));
            return new Interpreter(house(house, language), titles);
        });
    }

    /// A model house with its titles in a language.
    static SiteFile house(String name, Language language) {
        try {
            var tree = Json.parseFields(name, resource("/houses/" + name + ".json"));
            return SiteFile.read(language == Language.EN ? tree : (Tree.Fields) translated(tree, ""));
        } catch (Invalid e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static final Map<String, String> DUTCH = dutch();

    private static Map<String, String> dutch() {
        var all = new HashMap<String, String>();
        for (String line : resource("/houses/names.nl.txt").lines().toList())
            if (line.contains(" = ")) all.put(line.split(" = ")[0], line.split(" = ")[1]);
        return all;
    }

    private static Tree translated(Tree tree, String field) {
        return switch (tree) {
            case Tree.Fields f -> {
                var fields = new LinkedHashMap<String, Tree>();
                f.fields().forEach((k, v) -> fields.put(k, translated(v, k)));
                yield new Tree.Fields(f.mark(), fields, f.keys());
            }
            case Tree.Items i ->
                new Tree.Items(
                        i.mark(),
                        i.items().stream().map(t -> translated(t, field)).toList());
            case Tree.Scalar s ->
                field.equals("title") || field.equals("area")
                        ? Tree.text(Objects.requireNonNull(DUTCH.get(s.text()), s.text()))
                        : s;
        };
    }

    static String said(Case c) {
        return told(interpreter(c.house(), c.language())
                .read(c.sentence(), c.language(), NOW, Situation.NOTHING_KNOWN)
                .understood());
    }

    private static String told(Understood u) {
        return switch (u) {
            case Understood.Meant m -> m.intent().canonical();
            case Understood.Asked a -> {
                var all = new ArrayList<String>();
                for (var i : a.choices()) all.add("question " + i.canonical());
                yield String.join(" | ", all);
            }
            case Understood.Unclear x -> "unclear " + x.reason() + " " + x.about();
        };
    }

    static Verdict judge(Case c) {
        var u = interpreter(c.house(), c.language())
                .read(c.sentence(), c.language(), NOW, Situation.NOTHING_KNOWN)
                .understood();
        return switch (u) {
            case Understood.Meant m -> {
                if (c.expected().contains(m.intent().canonical())) yield Verdict.RIGHT;
                if (c.expected().stream().allMatch(e -> e.startsWith("question") || e.equals("unclear")))
                    yield Verdict.NOT_ASKED;
                yield m.intent().acts() ? Verdict.WRONG_DEED : Verdict.WRONG_ANSWER;
            }
            case Understood.Asked a -> {
                for (var i : a.choices()) if (c.expected().contains("question " + i.canonical())) yield Verdict.RIGHT;
                yield Verdict.NOT_TAKEN;
            }
            case Understood.Unclear _ -> c.expected().contains("unclear") ? Verdict.RIGHT : Verdict.NOT_TAKEN;
        };
    }
}
