package io.linkspan.insight;

import io.linkspan.insight.Intent.When;
import io.linkspan.insight.Lexicon.Sort;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Modes and scenes by their names: a sentence that says nothing else than "switch to" one.
final class PresetGrammar {
    private static final Set<Sort> AROUND = EnumSet.of(
            Sort.DO,
            Sort.ACT,
            Sort.TO,
            Sort.ARTICLE,
            Sort.SKIP,
            Sort.WHOLE,
            Sort.MODE,
            Sort.SCENE,
            Sort.PREP,
            Sort.STATE,
            Sort.QUANTITY);

    private final Presets presets;
    private final Lexicon lexicon;
    private final Gazetteer gazetteer;

    PresetGrammar(Presets presets, Lexicon lexicon, Gazetteer gazetteer) {
        this.presets = presets;
        this.lexicon = lexicon;
        this.gazetteer = gazetteer;
    }

    /// The intent, where the sentence is of a mode or a scene.
    Optional<Understood> read(List<String> words, ZonedDateTime now) {
        var mode = named(words, now, presets.modes(), Sort.MODE);
        var scene = named(words, now, presets.scenes(), Sort.SCENE);
        if (mode.isPresent() && scene.isPresent())
            return Optional.of(new Understood.Asked(
                    Understood.Why.WHICH_ONE, List.of(mode(mode.get()), scene(scene.get())), List.of(), 0));
        return mode.<Intent>map(PresetGrammar::mode)
                .or(() -> scene.map(PresetGrammar::scene))
                .map(i -> new Understood.Meant(i, List.of()));
    }

    private record Named(String id, When when) {}

    private static Intent mode(Named n) {
        return new Intent.Mode(n.id(), n.when());
    }

    private static Intent scene(Named n) {
        return new Intent.Scene(n.id(), n.when());
    }

    private Optional<Named> named(List<String> words, ZonedDateTime now, Map<String, String> all, Sort sort) {
        for (var each : all.entrySet())
            for (String name : List.of(each.getKey(), each.getValue())) {
                var rest = without(words, Words.ofName(name), sort);
                if (rest.isEmpty()) continue;
                var clause = new Clause(Tokens.of(rest.get().words(), lexicon, gazetteer), lexicon.language(), now);
                var when = clause.when();
                if (when.isEmpty()) continue;
                boolean plain = true;
                boolean says = rest.get().says();
                for (int i = 0; i < clause.size(); i++) {
                    if (clause.isTaken(i)) continue;
                    var t = clause.at(i);
                    plain &= AROUND.stream().anyMatch(t::is)
                            && !isOff(t)
                            && t.readFrom().isEmpty();
                    says |= t.is(Sort.DO) || t.is(Sort.ACT) || t.is(sort);
                }
                if (plain && says) return Optional.of(new Named(each.getKey(), when.get()));
            }
        return Optional.empty();
    }

    private static boolean isOff(Token t) {
        return t.is(Sort.STATE) && !t.of(Sort.STATE).equals("on")
                || t.is(Sort.ACT) && !t.of(Sort.ACT).equals("on");
    }

    private record Rest(List<String> words, boolean says) {}

    /// The words around a name; none where it does not stand there. Dutch joins it with its noun: `nachtstand`.
    private Optional<Rest> without(List<String> words, List<String> name, Sort sort) {
        if (name.isEmpty()) return Optional.empty();
        int at = java.util.Collections.indexOfSubList(words, name);
        if (at >= 0) return Optional.of(new Rest(around(words, at, name.size()), false));
        if (name.size() > 1) return Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).startsWith(name.getFirst())) continue;
            String end = words.get(i).substring(name.getFirst().length());
            if (lexicon.senses(end).stream().anyMatch(s -> s.sort() == sort))
                return Optional.of(new Rest(around(words, i, 1), true));
        }
        return Optional.empty();
    }

    private static List<String> around(List<String> words, int at, int n) {
        var rest = new ArrayList<>(words.subList(0, at));
        rest.addAll(words.subList(at + n, words.size()));
        return rest;
    }
}
