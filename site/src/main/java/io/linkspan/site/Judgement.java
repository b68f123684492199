package io.linkspan.site;

import io.linkspan.model.Ambient;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Result.Seen;
import io.linkspan.model.Value;
import io.linkspan.payload.Expression;
import io.linkspan.payload.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// What each part of a rule's condition says with given values: which one keeps the rule from acting, and what it saw.
/// A pure
/// function for who looks from outside; the site itself decides in its step.
public final class Judgement {
    private final Directory directory;
    private final RuleNames names;
    private final String mode;
    private final long wall;
    private final IntFunction<Optional<Value>> values;

    /// A part of a condition: what stands between its outermost `&&`.
    ///
    /// @param met none: it can not be known
    public record Part(String text, Optional<Boolean> met, List<Seen> seen) {
        public Part {
            seen = List.copyOf(seen);
        }
    }

    /// Judges with these values.
    ///
    /// @param mode that the site is in
    /// @param wall microseconds since 1970 UTC
    /// @param values by the number of a property; none where it can not be known
    public Judgement(Directory directory, String mode, long wall, IntFunction<Optional<Value>> values) {
        this.directory = directory;
        names = new RuleNames(directory);
        this.mode = mode;
        this.wall = wall;
        this.values = values;
    }

    /// The parts of a condition of a rule.
    ///
    /// @param it the thing that `it` stands for
    public List<Part> of(String condition, Optional<String> it) {
        var known = names.known(it);
        var all = new ArrayList<Part>();
        for (String text : parts(condition)) {
            try {
                var expression = Expression.compile(Mark.NONE, text, known, Wanted.CONDITION);
                var numbers = expression.variables().stream()
                        .map(name -> names.number(it, name))
                        .toList();
                var result = expression.evaluate(i -> value(numbers.get(i)));
                Optional<Boolean> met = result instanceof Expression.Result.Of of
                        ? Optional.of(of.value().equals(Value.Flag.ON))
                        : Optional.empty();
                all.add(new Part(
                        text,
                        met,
                        numbers.stream().map(n -> new Seen(n, value(n))).toList()));
            } catch (Invalid e) {
                throw new IllegalStateException(
                        "A part of a condition that is in force does not compile: " + e.getMessage(), e);
            }
        }
        return all;
    }

    private Optional<Value> value(int of) {
        return of > 0
                ? values.apply(of)
                : Ambience.value(directory.file(), mode, Ambient.of(of).orElseThrow(), wall);
    }

    /// Splits at `&&` outside of parentheses, brackets and quotes; text that has none is one part.
    static List<String> parts(String condition) {
        var all = new ArrayList<String>();
        int depth = 0;
        int from = 0;
        char quote = 0;
        for (int i = 0; i < condition.length(); i++) {
            char c = condition.charAt(i);
            if (quote != 0) {
                if (c == '\\') i++;
                else if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') quote = c;
            else if (c == '(' || c == '[') depth++;
            else if (c == ')' || c == ']') depth--;
            else if (depth == 0 && (c == '?' || condition.startsWith("||", i))) return List.of(condition.strip());
            else if (depth == 0 && condition.startsWith("&&", i)) {
                all.add(condition.substring(from, i).strip());
                from = i + 2;
                i++;
            }
        }
        all.add(condition.substring(from).strip());
        return all;
    }
}
