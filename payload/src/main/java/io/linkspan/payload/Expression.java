package io.linkspan.payload;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An expression in CEL over the properties of a site.
public final class Expression {
    private final List<String> variables;

    private Expression(List<String> variables) {
        this.variables = variables;
    }

    /// What became of one evaluation.
    public sealed interface Result {
        /// It has a value.
        record Of(Value value) implements Result {}

        /// It has none.
        record NoValue(String reason) implements Result {}
    }

    /// The values that an expression is computed from.
    @FunctionalInterface
    public interface Values {
        /// The value of the variable at this place of [Expression#variables].
        Optional<Value> value(int variable);
    }

    /// Checks an expression.
    public static Expression compile(Mark at, String text, Map<String, Typed> variables, Wanted wanted) throws Invalid {
        if (variables.isEmpty() || !variables.containsKey(text.trim()))
            throw new Invalid(at, "names no property: " + text);
        return new Expression(List.of(text.trim()));
    }

    /// The properties that it uses.
    public List<String> variables() {
        return variables;
    }

    /// Computes it.
    public Result evaluate(Values values) {
        var value = values.value(0);
        return value.isPresent() ? new Result.Of(value.get()) : new Result.NoValue("it was not read");
    }
}
