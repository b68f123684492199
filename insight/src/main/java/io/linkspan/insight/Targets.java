package io.linkspan.insight;

import io.linkspan.insight.Gazetteer.Entry;
import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Understood.Reason;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds what the nouns of a sentence name: every word of them must be said of what is found. Of what fits, a whole
/// name goes before a whole area, and an area before words that only occur. For one thread.
final class Targets {
    /// What an entry is good for, and how well; none when it can not.
    ///
    /// @param <T> what is to be done with it, or asked of it
    interface Wanted<T> {
        /// @param own whether the words name the property itself
        Optional<Fit<T>> of(Entry entry, boolean own);
    }

    /// How well an entry fits; the best of each thing are taken.
    record Fit<T>(T what, int rank) {}

    /// An entry that fits.
    record Hit<T>(Entry entry, T what) {}

    /// What was found.
    ///
    /// @param several more than one was asked for
    sealed interface Result<T> {
        record Found<T>(List<Hit<T>> hits, boolean several) implements Result<T> {}

        record Missing<T>(Reason reason, List<String> about) implements Result<T> {}
    }

    private static final Set<Sort> FILLERS = EnumSet.of(
            Sort.ARTICLE,
            Sort.SKIP,
            Sort.PREP,
            Sort.TO,
            Sort.ALL,
            Sort.ANY,
            Sort.EVERYWHERE,
            Sort.WHOLE,
            Sort.THERE,
            Sort.FOR,
            Sort.IT);

    private final Gazetteer gazetteer;

    Targets(Gazetteer gazetteer) {
        this.gazetteer = gazetteer;
    }

    /// The nouns of one sentence, in its order, with what stands between them.
    <T> Result<T> resolve(List<Token> nouns, Wanted<T> wanted) {
        int cut = at(nouns, Sort.EXCEPT);
        var main = cut < 0 ? nouns : nouns.subList(0, cut);
        boolean several = isSeveral(main);
        var parts = parts(main);
        if (parts.isEmpty()) return missing(nouns);
        var hits = new LinkedHashMap<String, Hit<T>>();
        boolean plain = parts.size() == 1;
        for (int i = 0; i < parts.size(); i++) {
            var found = part(parts, i, wanted);
            if (found instanceof Result.Missing<T> m) return m;
            var these = ((Result.Found<T>) found).hits();
            if (!plain && these.size() > 1 && !isSeveral(parts.get(i)) && !isSeveral(parts.getLast()) && !several)
                return new Result.Found<>(these, false);
            for (var h : these) hits.put(h.entry().path(), h);
        }
        if (cut >= 0) {
            var minus = without(nouns.subList(cut + 1, nouns.size()), parts.getLast(), wanted);
            if (minus.isEmpty())
                return new Result.Missing<>(Reason.NO_SUCH_THING, texts(nouns.subList(cut, nouns.size())));
            minus.forEach(hits::remove);
            if (hits.isEmpty()) return new Result.Missing<>(Reason.NO_SUCH_THING, texts(nouns));
        }
        return new Result.Found<>(List.copyOf(hits.values()), several || !plain || cut >= 0);
    }

    private <T> List<String> without(List<Token> nouns, List<Token> main, Wanted<T> wanted) {
        var all = new ArrayList<String>();
        for (var part : parts(nouns)) {
            var alone = match(part, wanted);
            if (alone.isEmpty()) {
                var withHead = new ArrayList<>(part);
                for (var t : main) if (t.is(Sort.CLASS)) withHead.add(t);
                alone = match(withHead, wanted);
            }
            if (alone.isEmpty()) return List.of();
            for (var h : alone) all.add(h.entry().path());
        }
        return all;
    }

    private <T> Result<T> missing(List<Token> nouns) {
        for (var t : nouns)
            if (t.is(Sort.IT) || t.is(Sort.HERE)) return new Result.Missing<>(Reason.NO_CONTEXT, List.of(t.text()));
        return new Result.Missing<>(Reason.NO_TARGET, List.of());
    }

    private static int at(List<Token> tokens, Sort sort) {
        for (int i = 0; i < tokens.size(); i++) if (tokens.get(i).is(sort)) return i;
        return -1;
    }

    private static boolean isSeveral(List<Token> tokens) {
        for (var t : tokens)
            if (t.is(Sort.ALL) || t.is(Sort.ANY) || t.is(Sort.EVERYWHERE) || t.is(Sort.MASS) || t.isPlural())
                return true;
        return false;
    }

    /// Whether a word stands between names and says nothing of them.
    static boolean isFiller(Token t) {
        return !t.isWhole() && t.senses().stream().anyMatch(s -> FILLERS.contains(s.sort()));
    }

    /// The parts of a list, each with its words; what only joins is left out of them.
    private static List<List<Token>> parts(List<Token> nouns) {
        var all = new ArrayList<List<Token>>();
        var part = new ArrayList<Token>();
        for (var t : nouns) {
            if (t.is(Sort.AND) || t.text().equals(",") || t.text().equals(".")) {
                if (hasWords(part)) all.add(List.copyOf(part));
                part.clear();
            } else part.add(t);
        }
        if (hasWords(part)) all.add(List.copyOf(part));
        return all;
    }

    private static boolean hasWords(List<Token> part) {
        return part.stream().anyMatch(t -> !isFiller(t));
    }

    /// One part of a list, with what it shares with the last: the class in `kitchen and hall lights`, the place in
    /// `the lights and the fan in the kitchen`.
    private <T> Result<T> part(List<List<Token>> parts, int i, Wanted<T> wanted) {
        var own = parts.get(i);
        var last = parts.getLast();
        if (!hasHead(own)) {
            var head = head(parts, i);
            if (!head.isEmpty()) {
                var with = new ArrayList<>(own);
                with.addAll(head);
                var hits = match(with, wanted);
                return hits.isEmpty() ? explain(with) : new Result.Found<>(hits, true);
            }
        }
        if (i < parts.size() - 1 && !hasArea(own)) {
            int prep = lastPrep(last);
            if (prep >= 0) {
                var with = new ArrayList<>(own);
                with.addAll(last.subList(prep, last.size()));
                var hits = match(with, wanted);
                if (!hits.isEmpty()) return new Result.Found<>(hits, true);
            }
        }
        var hits = match(own, wanted);
        return hits.isEmpty() ? explain(own) : new Result.Found<>(hits, isSeveral(own));
    }

    /// The class that a part which only names a place shares with another: that of the last part, else of the
    /// nearest
    /// one before.
    private List<Token> head(List<List<Token>> parts, int i) {
        var order = new ArrayList<List<Token>>();
        if (i < parts.size() - 1) order.add(parts.getLast());
        for (int j = i - 1; j >= 0; j--) order.add(parts.get(j));
        for (var part : order) {
            var head = part.stream()
                    .filter(t -> t.is(Sort.CLASS) || t.is(Sort.QUANTITY))
                    .toList();
            if (!head.isEmpty()) return head;
        }
        return List.of();
    }

    /// Whether something else than places is named.
    boolean hasHead(List<Token> part) {
        return part.stream().anyMatch(t -> !isFiller(t) && !isPlace(t));
    }

    private boolean isPlace(Token t) {
        if (t.is(Sort.ROOM) || t.is(Sort.LEVEL)) return true;
        return gazetteer.entries().stream().anyMatch(e -> e.areas().contains(t.canonical()));
    }

    private boolean hasArea(List<Token> part) {
        return part.stream().anyMatch(this::isPlace);
    }

    private static int lastPrep(List<Token> part) {
        for (int i = part.size() - 1; i >= 0; i--) if (part.get(i).is(Sort.PREP)) return i;
        return -1;
    }

    /// Why nothing fits: the first word that is said of nothing here, else all of them together.
    private <T> Result<T> explain(List<Token> part) {
        var words = part.stream().filter(t -> !isFiller(t)).toList();
        for (var t : words)
            if (gazetteer.entries().stream().noneMatch(e -> covers(t, e)))
                return new Result.Missing<>(Reason.NO_SUCH_THING, List.of(t.text()));
        boolean together =
                gazetteer.entries().stream().anyMatch(e -> words.stream().allMatch(t -> covers(t, e)));
        return new Result.Missing<>(together ? Reason.CAN_NOT : Reason.NO_SUCH_THING, texts(words));
    }

    private static List<String> texts(List<Token> tokens) {
        return tokens.stream().map(Token::text).toList();
    }

    // ---- one name

    private record Scored<T>(Hit<T> hit, int name, int area, int rank) {}

    private <T> List<Hit<T>> match(List<Token> part, Wanted<T> wanted) {
        var words = part.stream().filter(t -> !isFiller(t)).toList();
        if (words.isEmpty()) return List.of();
        var all = new ArrayList<Scored<T>>();
        for (var e : gazetteer.entries()) {
            boolean covered = true;
            for (int i = 0; covered && i < words.size(); i++) covered = covers(words.get(i), e);
            if (!covered) continue;
            boolean own = words.stream().anyMatch(t -> isOwn(t, e));
            wanted.of(e, own).ifPresent(fit -> all.add(scored(e, fit, part)));
        }
        return best(all);
    }

    private static boolean isOwn(Token t, Entry e) {
        return e.own().containsAll(t.canonical())
                || t.is(Sort.CLASS) && e.ownClasses().contains(t.of(Sort.CLASS))
                || t.is(Sort.QUANTITY) && e.isFlag() && e.is(t.of(Sort.QUANTITY));
    }

    private static boolean covers(Token t, Entry e) {
        if (e.bag().containsAll(t.canonical())) return true;
        if (t.isWhole()) return false;
        for (var s : t.senses()) {
            boolean fits = s.sort() == Sort.CLASS && e.classes().contains(s.of())
                    || s.sort() == Sort.QUANTITY && e.is(s.of())
                    || s.sort() == Sort.LEVEL && e.level().equals(s.of());
            if (fits) return true;
        }
        return false;
    }

    private static <T> Scored<T> scored(Entry e, Fit<T> fit, List<Token> part) {
        var sequence = new ArrayList<String>();
        var surfaces = new ArrayList<Token>();
        for (var t : part) {
            if (t.is(Sort.ARTICLE)) continue;
            for (String w : isFiller(t) ? List.of("|") : t.canonical()) {
                sequence.add(w);
                surfaces.add(t);
            }
        }
        int area = 0;
        for (var a : e.areas()) if (indexOf(sequence, a) >= 0) area = Math.max(area, a.size());
        int name = longest(e.names(), sequence, surfaces, e, false);
        if (area > 0 && !isSeveral(part)) name = Math.max(name, longest(e.shortNames(), sequence, surfaces, e, true));
        name += longest(e.ownNames(), sequence, surfaces, e, false);
        return new Scored<>(new Hit<>(e, fit.what()), name, area, fit.rank());
    }

    private static int longest(
            Set<List<String>> names, List<String> sequence, List<Token> surfaces, Entry e, boolean asWritten) {
        int longest = 0;
        for (var n : names) {
            int at = indexOf(sequence, n);
            if (at < 0 || n.size() <= longest) continue;
            var last = surfaces.get(at + n.size() - 1);
            boolean other = (asWritten || last.isPlural())
                    && !Words.ofName(e.thing().title().orElse(e.thing().id())).contains(last.text());
            if (!other || last.isWhole()) longest = n.size();
        }
        return longest;
    }

    private static int indexOf(List<String> sequence, List<String> part) {
        return part.isEmpty() ? -1 : java.util.Collections.indexOfSubList(sequence, part);
    }

    private static <T> List<Hit<T>> best(List<Scored<T>> all) {
        int name = 0;
        int area = 0;
        for (var s : all) {
            if (s.name() > name) {
                name = s.name();
                area = s.area();
            } else if (s.name() == name) area = Math.max(area, s.area());
        }
        var ranks = new LinkedHashMap<String, Integer>();
        for (var s : all)
            if (s.name() == name && s.area() == area)
                ranks.merge(s.hit().entry().thing().id(), s.rank(), Math::max);
        var hits = new ArrayList<Hit<T>>();
        for (var s : all) {
            Integer rank = ranks.get(s.hit().entry().thing().id());
            if (s.name() == name && s.area() == area && rank != null && s.rank() == rank) hits.add(s.hit());
        }
        return hits;
    }

    /// Whether nothing is named.
    static boolean isAll(List<Token> nouns) {
        return nouns.stream().allMatch(Targets::isFiller);
    }

    /// Every entry that is good for it, the best of each thing.
    <T> List<Hit<T>> all(Wanted<T> wanted) {
        var all = new ArrayList<Scored<T>>();
        for (var e : gazetteer.entries())
            wanted.of(e, false).ifPresent(fit -> all.add(new Scored<>(new Hit<>(e, fit.what()), 0, 0, fit.rank())));
        return best(all);
    }

    /// The hits by the classes of their things, lights first: what "everything" is asked back with.
    static <T> Map<String, List<Hit<T>>> byClass(List<Hit<T>> hits) {
        var all = new LinkedHashMap<String, List<Hit<T>>>();
        for (String first : List.of("light")) all.put(first, new ArrayList<>());
        for (var h : hits)
            for (String c : h.entry().classes())
                all.computeIfAbsent(c, _ -> new ArrayList<>()).add(h);
        all.values().removeIf(List::isEmpty);
        return all;
    }
}
