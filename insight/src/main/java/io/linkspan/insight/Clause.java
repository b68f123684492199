package io.linkspan.insight;

import io.linkspan.insight.Intent.When;
import io.linkspan.insight.Lexicon.Sort;
import io.linkspan.insight.Understood.Note;
import io.linkspan.insight.Understood.Reason;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The tokens of one part of a sentence, with which of them were taken to say something; what is left are nouns. For
/// one thread.
final class Clause {
    private final List<Token> tokens;
    private final boolean[] taken;
    private final Times times;
    private final List<Note> notes = new ArrayList<>();

    Clause(List<Token> tokens, Language language, ZonedDateTime now) {
        this.tokens = tokens;
        this.taken = new boolean[tokens.size()];
        this.times = new Times(tokens, language, now);
        for (var t : tokens) t.readFrom().ifPresent(from -> notes.add(new Note.Read(from, t.text())));
    }

    List<Note> notes() {
        return notes;
    }

    Times times() {
        return times;
    }

    List<Token> tokens() {
        return tokens;
    }

    int size() {
        return tokens.size();
    }

    Token at(int i) {
        return tokens.get(i);
    }

    boolean is(int i, Sort sort) {
        return i >= 0 && i < tokens.size() && !taken[i] && tokens.get(i).is(sort);
    }

    /// The place of the first token of a sort that is not taken; -1 for none.
    int find(Sort... sorts) {
        for (int i = 0; i < tokens.size(); i++) for (var s : sorts) if (is(i, s)) return i;
        return -1;
    }

    boolean has(Sort... sorts) {
        return find(sorts) >= 0;
    }

    void take(int i) {
        taken[i] = true;
    }

    boolean isTaken(int i) {
        return taken[i];
    }

    /// Takes every token of a sort; says whether there was one.
    boolean takeAll(Sort... sorts) {
        boolean any = false;
        for (int i = 0; i < tokens.size(); i++)
            for (var s : sorts)
                if (is(i, s)) {
                    taken[i] = true;
                    any = true;
                }
        return any;
    }

    /// The first token that carries meaning: politeness and articles left out.
    int first() {
        int i = 0;
        while (i < tokens.size() && (taken[i] || tokens.get(i).is(Sort.SKIP))) i++;
        return i;
    }

    /// What is left: nouns, and what stands between them.
    List<Token> nouns() {
        var all = new ArrayList<Token>();
        for (int i = 0; i < tokens.size(); i++) if (!taken[i]) all.add(tokens.get(i));
        return all;
    }

    boolean hasNouns() {
        return nouns().stream().anyMatch(t -> !Targets.isFiller(t));
    }

    List<String> unknown() {
        return tokens.stream().filter(Token::isUnknown).map(Token::text).toList();
    }

    List<String> known() {
        return tokens.stream()
                .filter(t -> !t.isUnknown() && !Targets.isFiller(t))
                .map(Token::text)
                .toList();
    }

    Understood.Unclear unclear(Reason reason, List<String> about) {
        return new Understood.Unclear(reason, known(), about);
    }

    // ---- numbers

    /// A number with its unit.
    ///
    /// @param unit UCUM; empty for none
    /// @param to it is said to be reached: `to 20`
    /// @param by it is said to be a difference: `by 2`
    record Number(double value, String unit, boolean to, boolean by) {}

    /// Takes the one number that is left; none where there is none.
    Optional<Number> number() {
        for (int i = 0; i < tokens.size(); i++) {
            if (taken[i] || !tokens.get(i).isNumber()) continue;
            double value = tokens.get(i).number();
            int before = i - 1;
            if (before >= 0 && is(before, Sort.MINUS)) {
                value = -value;
                take(before--);
            }
            while (before >= 0 && (tokens.get(before).is(Sort.ARTICLE) || taken[before])) before--;
            boolean to = before >= 0 && tokens.get(before).is(Sort.TO);
            boolean by = before >= 0 && tokens.get(before).is(Sort.BY);
            if (by) take(before);
            take(i);
            int next = i + 1;
            if (is(next, Sort.POINT)
                    && next + 1 < tokens.size()
                    && tokens.get(next + 1).isNumber()) {
                value += Math.signum(value == 0 ? 1 : value)
                        * tokens.get(next + 1).number()
                        / 10;
                take(next);
                take(next + 1);
                next += 2;
            }
            if (is(next, Sort.HUNDRED)) {
                value *= 100;
                take(next++);
            }
            if (is(next, Sort.AND_HALF)) {
                value += 0.5;
                take(next++);
            }
            String unit = "";
            if (is(next, Sort.UNIT)) {
                unit = tokens.get(next).of(Sort.UNIT);
                take(next++);
                if (is(next, Sort.UNIT)) {
                    unit = tokens.get(next).of(Sort.UNIT);
                    take(next);
                }
            }
            return Optional.of(new Number(value, unit, to, by));
        }
        int hundred = find(Sort.HUNDRED);
        if (hundred < 0) return Optional.empty();
        boolean to = hundred > 0 && tokens.get(hundred - 1).is(Sort.TO);
        take(hundred);
        String unit = "";
        if (is(hundred + 1, Sort.UNIT)) {
            unit = tokens.get(hundred + 1).of(Sort.UNIT);
            take(hundred + 1);
        }
        return Optional.of(new Number(100, unit, to, false));
    }

    // ---- when

    /// Takes what is said about when a command is done and until when; none when a time can not be read.
    Optional<When> when() {
        Optional<ZonedDateTime> at = Optional.empty();
        Optional<ZonedDateTime> until = Optional.empty();
        Optional<java.time.Duration> length = Optional.empty();
        for (int i = 0; i < tokens.size(); i++) {
            if (taken[i]) continue;
            if (is(i, Sort.UNTIL)) {
                var t = times.instant(i + 1);
                if (t.isEmpty() || isValue(t.get().end())) continue;
                until = Optional.of(noted(i, t.get()));
                i = t.get().end() - 1;
            } else if (is(i, Sort.FOR) || isBare(i)) {
                var d = times.duration(is(i, Sort.FOR) ? i + 1 : i);
                if (d.isEmpty()) continue;
                length = Optional.of(d.get().value());
                takeFrom(i, d.get().end());
                if (is(d.get().end(), Sort.FOR)) take(d.get().end());
                i = d.get().end() - 1;
            } else if (isIn(i)) {
                var d = times.duration(i + 1);
                if (d.isEmpty()) continue;
                at = Optional.of(times.after(d.get().value()));
                takeFrom(i, d.get().end());
                i = d.get().end() - 1;
            } else if (times.isAt(i) || is(i, Sort.DAY) || is(i, Sort.PART) || is(i, Sort.WEEKDAY)) {
                var t = times.instant(times.isAt(i) ? i + 1 : i);
                if (t.isEmpty() || isValue(t.get().end())) continue;
                if (times.isAt(i) && isOnlyNumber(i)) continue;
                at = Optional.of(noted(i, t.get()));
                i = t.get().end() - 1;
            }
        }
        return Optional.of(new When(at, length, until));
    }

    /// Whether what follows a number shows that it is no time.
    private boolean isValue(int end) {
        return end < tokens.size() && tokens.get(end).is(Sort.UNIT) && !taken[end];
    }

    /// `keep it at 17` says a value when there is nothing else to be set.
    private boolean isOnlyNumber(int i) {
        if (has(Sort.STATE, Sort.ACT, Sort.MORE, Sort.LESS, Sort.UP, Sort.DOWN, Sort.VALUE)) return false;
        int numbers = 0;
        for (int j = 0; j < tokens.size(); j++) if (!taken[j] && tokens.get(j).isNumber()) numbers++;
        return numbers <= 1 && i + 1 < tokens.size() && tokens.get(i + 1).minutes() < 0;
    }

    /// A duration without a word before it: `half an hour`, `een uur`.
    private boolean isBare(int i) {
        if (i > 0 && (isIn(i - 1) || tokens.get(i - 1).is(Sort.BY))) return false;
        return times.duration(i).isPresent();
    }

    private boolean isIn(int i) {
        if (i < 0 || i >= tokens.size()) return false;
        var t = tokens.get(i);
        return t.is(Sort.AFTER) || t.is(Sort.PREP) && t.text().equals("in");
    }

    private ZonedDateTime noted(int from, Times.Found<Times.Instant> found) {
        var said = new ArrayList<String>();
        for (int i = from; i < found.end(); i++) said.add(tokens.get(i).text());
        if (found.value().chosen())
            notes.add(new Note.Hour(
                    String.join(" ", said), found.value().time().toLocalTime().toString()));
        takeFrom(from, found.end());
        return found.value().time();
    }

    void takeFrom(int from, int end) {
        for (int i = from; i < end; i++) take(i);
    }

    /// Takes the stretch of the past that is asked about.
    Optional<Intent.Period> period() {
        for (int i = 0; i < tokens.size(); i++) {
            if (taken[i]) continue;
            var p = times.period(i);
            if (p.isEmpty()) continue;
            takeFrom(i, p.get().end());
            return Optional.of(p.get().value());
        }
        return Optional.empty();
    }

    // ---- states

    private static final Set<Sort> PLACES =
            java.util.EnumSet.of(Sort.ROOM, Sort.LEVEL, Sort.FLOOR, Sort.CLASS, Sort.WHOLE);

    /// Whether `on` stands before a place or a thing, so that it may only say where.
    private boolean isWhere(int i) {
        if (!tokens.get(i).text().equals("on")) return false;
        int j = i + 1;
        while (j < tokens.size()
                && (tokens.get(j).is(Sort.ARTICLE) || tokens.get(j).is(Sort.ALL))) j++;
        if (j >= tokens.size() || taken[j]) return false;
        var t = tokens.get(j);
        return t.isWhole() || t.isName() || t.senses().stream().anyMatch(s -> PLACES.contains(s.sort()));
    }

    /// Takes the words of state; each state once.
    ///
    /// @param asked `on` before a place says where, and nothing else
    List<String> states(boolean asked) {
        var sure = new ArrayList<Integer>();
        var unsure = new ArrayList<Integer>();
        for (int i = 0; i < tokens.size(); i++) {
            boolean acts = is(i, Sort.ACT) && !(tokens.get(i).is(Sort.DO) && hasOtherState(i)) && !isNounOf(i);
            if (acts) sure.add(i);
            else if (is(i, Sort.STATE)) (isWhere(i) ? unsure : sure).add(i);
        }
        if (sure.isEmpty() && !unsure.isEmpty() && !asked) sure.add(unsure.getFirst());
        var all = new ArrayList<String>();
        for (int i : sure) {
            String state = is(i, Sort.ACT) && !isNounOf(i)
                    ? tokens.get(i).of(Sort.ACT)
                    : tokens.get(i).of(Sort.STATE);
            if (!all.contains(state)) all.add(state);
            take(i);
        }
        for (int i : unsure) if (!taken[i]) take(i);
        return all;
    }

    private boolean hasOtherState(int at) {
        for (int i = 0; i < tokens.size(); i++) if (i != at && is(i, Sort.STATE) && !isWhere(i)) return true;
        return false;
    }

    /// `the front door lock`: a verb that stands behind a noun and is one itself.
    private boolean isNounOf(int i) {
        return i > 0
                && tokens.get(i).is(Sort.CLASS)
                && (tokens.get(i - 1).isName()
                        || tokens.get(i - 1).is(Sort.ARTICLE)
                        || tokens.get(i - 1).is(Sort.CLASS));
    }
}
