package io.linkspan.payload;

import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelValidationException;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelVariableResolver;
import dev.cel.runtime.Program;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.payload.Emitter.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A condition or a map over properties, written in CEL (Common Expression Language) and checked for types and units
/// before
/// it ever runs: `boiler.temperature < 55.0 && meter.power > 3`.
///
/// - All numbers are decimal numbers (doubles): `7 / 2` is 3.5. Registers and integers are numbers; one beyond 2^53 has
/// none.
/// - A literal takes the unit of what it is compared with or added to; a property of another unit is converted to the
/// first's.
/// - `a && b` and `a || b` have a result as soon as one side decides, even if the other has no value.
/// - Beside what CEL has for flags, numbers, texts and lists there is `min`, `max`, `abs`, `round(x)`, `round(x,
/// step)`,
///   `clamp(x, lowest, highest)`, `number(x, "kW")` (a plain number) and `quantity(3.5, "kW")` (back).
///
/// Immutable and safe for many threads; [#evaluate] reads nothing but its argument. The first [#compile] in a process
/// loads
/// CEL, which takes a cold start about half a second of CPU; nothing else here does.
public final class Expression {
    /// Longest text, in characters.
    public static final int TEXT_CHARACTERS_MAX = 4_000;

    /// Most parts of an expression, macros expanded.
    public static final int NODES_MAX = 1_000;

    /// Deepest nesting; a sum of n parts nests n deep.
    public static final int NESTING_MAX = 100;

    /// Most steps that one evaluation may take, loops included.
    public static final int COST_MAX = 10_000;

    /// Most rounds of all loops of one evaluation.
    public static final int ITERATIONS_MAX = 1_000;

    /// Most items of one list.
    public static final int ITEMS_MAX = 100;

    /// Most properties that one expression names.
    public static final int VARIABLES_MAX = 50;

    /// The largest whole number that a double holds without a gap before it: 2^53.
    static final long WHOLE_MAX = 1L << 53;

    private final String text;
    private final List<String> variables;
    private final List<Slot> slots;
    private final Wanted wanted;
    private final Computing computing;

    private Expression(String text, List<String> variables, List<Slot> slots, Wanted wanted, Computing computing) {
        this.text = text;
        this.variables = variables;
        this.slots = slots;
        this.wanted = wanted;
        this.computing = computing;
    }

    /// How it is computed.
    private sealed interface Computing {
        record Plainly(PlainCondition condition) implements Computing {}

        record InCel(Program program) implements Computing {}
    }

    /// What became of one evaluation.
    public sealed interface Result {
        /// It has a value, of the wanted type and in the target's unit.
        record Of(Value value) implements Result {}

        /// It has none: a source has no value, or the computation has no result (a division by 0, a number too
        /// large).
        ///
        /// @param reason completes the sentence "no value, because ..."
        record NoValue(String reason) implements Result {}
    }

    /// The values that an expression is computed from.
    @FunctionalInterface
    public interface Values {
        /// The value of the variable at this place of [Expression#variables], none if it has none that can be
        /// used.
        Optional<Value> value(int variable);
    }

    /// Checks an expression.
    ///
    /// @param at where it stands, for the error
    /// @param variables what it may name, by the name: `boiler.temperature`, `value`
    /// @throws Invalid with the column, what is wrong and what would be right
    public static Expression compile(Mark at, String text, Map<String, Typed> variables, Wanted wanted) throws Invalid {
        return compile(at, text, variables, wanted, true);
    }

    /// @param plainly whether CEL's interpreter may be left out where nothing needs it
    static Expression compile(Mark at, String text, Map<String, Typed> variables, Wanted wanted, boolean plainly)
            throws Invalid {
        if (text.length() > TEXT_CHARACTERS_MAX)
            throw new Invalid(
                    at,
                    "the expression has " + text.length() + " characters; at most " + TEXT_CHARACTERS_MAX
                            + " are taken, so split it");
        if (text.isBlank())
            throw new Invalid(at, "the expression is empty; write for example boiler.temperature < 55.0");
        var parsed = CelEngine.parse(text);
        if (parsed.hasError()) throw unreadable(at, text, parsed.getErrors().getFirst());
        try {
            var tree = parsed.getAst();
            return checked(at, text, tree.getExpr(), tree.getSource(), variables, wanted, plainly);
        } catch (CelValidationException e) {
            throw new IllegalStateException("CEL parsed \"" + text + "\" without an error and has no tree", e);
        }
    }

    private static Expression checked(
            Mark at,
            String text,
            dev.cel.common.ast.CelExpr tree,
            CelSource source,
            Map<String, Typed> variables,
            Wanted wanted,
            boolean plainly)
            throws Invalid {
        var emit = new Emitter();
        var checker = new ExpressionChecker(variables, emit);
        try {
            var term = checker.check(tree, wanted);
            var slots = emit.slots();
            var plain = plainly ? PlainCondition.of(term.expr(), slots) : Optional.<PlainCondition>empty();
            Computing computing = plain.isPresent()
                    ? new Computing.Plainly(plain.get())
                    : new Computing.InCel(CelEngine.program(term.expr()));
            return new Expression(text, checker.variables(), slots, wanted, computing);
        } catch (Refused e) {
            int offset = source.getPositionsMap().getOrDefault(e.part(), 0);
            throw new Invalid(at, place(text, offset) + ": " + e.getMessage());
        }
    }

    /// Where in the text, counted from 1.
    private static String place(String text, int codePoints) {
        int end = text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
        String before = text.substring(0, end);
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        int column = before.length() - (before.lastIndexOf('\n') + 1) + 1;
        return (line == 1 ? "" : "line " + line + ", ") + "column " + column + " of the expression";
    }

    private static Invalid unreadable(Mark at, String text, CelIssue issue) {
        var location = issue.getSourceLocation();
        int offset = 0;
        String[] lines = text.split("\n", -1);
        for (int i = 0; i + 1 < location.getLine() && i < lines.length; i++) offset += lines[i].length() + 1;
        offset += Math.max(0, location.getColumn());
        return new Invalid(at, place(text, offset) + ": " + SyntaxHints.sentence(text, offset, issue.getMessage()));
    }

    /// The text as it was written.
    public String text() {
        return text;
    }

    /// The properties that it uses, each once, in the order of their first use.
    public List<String> variables() {
        return variables;
    }

    /// Whether it is computed without CEL's interpreter.
    boolean isPlain() {
        return computing instanceof Computing.Plainly;
    }

    /// What it was compiled for.
    public Wanted wanted() {
        return wanted;
    }

    /// Computes it. Deterministic: the same values give the same result; no clock, no state.
    public Result evaluate(Values values) {
        var fetch = new Fetch(slots, variables, values);
        return switch (computing) {
            case Computing.Plainly plainly ->
                switch (plainly.condition.evaluate(fetch)) {
                    case YES -> YES;
                    case NO -> NO;
                    case NONE -> new Result.NoValue(fetch.missing().orElse("a value is missing"));
                };
            case Computing.InCel inCel -> inCel(inCel.program, fetch);
        };
    }

    private static final Result YES = new Result.Of(Value.Flag.ON);
    private static final Result NO = new Result.Of(Value.Flag.OFF);

    private Result inCel(Program program, Fetch fetch) {
        try {
            return result(program.eval(fetch));
        } catch (CelEvaluationException e) {
            return new Result.NoValue(fetch.missing().orElseGet(() -> reason(e)));
        }
    }

    /// The same by the names of the properties.
    public Result evaluate(Map<String, Value> values) {
        return evaluate(variable -> Optional.ofNullable(values.get(variables.get(variable))));
    }

    private static String reason(Throwable e) {
        for (Throwable each = e; each != null; each = each.getCause())
            if (each instanceof CelEngine.Undefined) return String.valueOf(each.getMessage());
        return String.valueOf(e.getMessage());
    }

    private Result result(Object computed) {
        if (computed instanceof Boolean flag) return new Result.Of(flag ? Value.Flag.ON : Value.Flag.OFF);
        if (computed instanceof String string) return text(string);
        if (!(computed instanceof Double number))
            throw new IllegalStateException("\"" + text + "\" was computed to a " + computed.getClass());
        boolean whole = wanted.target().type() == ValueType.INTEGER;
        return whole ? integer(number) : new Result.Of(new Value.Num(number));
    }

    private static Result integer(double number) {
        double whole = Math.rint(number);
        if (Math.abs(whole) > WHOLE_MAX)
            return new Result.NoValue("the result " + number + " is too large for an integer");
        return new Result.Of(new Value.Int((long) whole));
    }

    private Result text(String string) {
        if (wanted.target().type() == ValueType.CHOICE) {
            if (wanted.target().choices().contains(string)) return new Result.Of(new Value.Choice(string));
            return new Result.NoValue("the result \"" + string + "\" is none of the target's choices");
        }
        if (string.length() > Value.BYTES_MAX) return new Result.NoValue("the result is longer than a text may be");
        return new Result.Of(new Value.Text(string));
    }

    @Override
    public String toString() {
        return text;
    }

    /// Fetches values for one evaluation and remembers the first that was missing.
    private static final class Fetch implements CelVariableResolver, PlainCondition.Source {
        private final List<Slot> slots;
        private final List<String> variables;
        private final Values values;
        private Optional<String> missing = Optional.empty();

        Fetch(List<Slot> slots, List<String> variables, Values values) {
            this.slots = slots;
            this.variables = variables;
            this.values = values;
        }

        Optional<String> missing() {
            return missing;
        }

        @Override
        public Optional<Object> find(String name) {
            char letter = name.charAt(0);
            if (letter != 'd' && letter != 'b' && letter != 's') return Optional.empty();
            return find(slots.get(Integer.parseInt(name, 1, name.length(), 10)), letter);
        }

        @Override
        public double number(Slot slot) {
            return find(slot, 'd').map(Double.class::cast).orElse(Double.NaN);
        }

        @Override
        public @Nullable String text(Slot slot) {
            return find(slot, 's').map(String.class::cast).orElse(null);
        }

        @Override
        public PlainCondition.Truth flag(Slot slot) {
            var found = find(slot, 'b');
            if (found.isEmpty()) return PlainCondition.Truth.NONE;
            return found.get().equals(true) ? PlainCondition.Truth.YES : PlainCondition.Truth.NO;
        }

        private Optional<Object> find(Slot slot, char letter) {
            var value = values.value(slot.variable());
            if (slot.presence()) return Optional.of(value.isPresent());
            if (value.isEmpty()) return none(slot, "has no value");
            return switch (value.get()) {
                case Value.Num n when letter == 'd' -> number(slot, n.value());
                case Value.Int i when letter == 'd' -> whole(slot, i.value());
                case Value.Register r when letter == 'd' -> number(slot, decimal(r));
                case Value.Flag f when letter == 'b' -> Optional.of(f.on());
                case Value.Choice c when letter == 's' -> Optional.of(c.name());
                case Value.Text t when letter == 's' -> Optional.of(t.text());
                case Value other ->
                    none(
                            slot,
                            "has a " + other.type().word() + " where a "
                                    + slot.type().word() + " is declared");
            };
        }

        private Optional<Object> whole(Slot slot, long value) {
            if (Math.abs(value) > WHOLE_MAX || value == Long.MIN_VALUE)
                return none(slot, "is " + value + ", too large to compute with");
            return number(slot, value);
        }

        /// One rounding: both are exact up to 2^53, and the quotient is the nearest double.
        private static double decimal(Value.Register register) {
            if (Math.abs(register.unscaled()) > WHOLE_MAX || register.unscaled() == Long.MIN_VALUE)
                return register.exact().doubleValue();
            return register.unscaled() / TENS[register.decimals()];
        }

        private static final double[] TENS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

        private Optional<Object> number(Slot slot, double value) {
            double converted =
                    slot.conversion().isNone() ? value : slot.conversion().apply(value);
            if (!Double.isFinite(converted)) return none(slot, "is too large to be converted");
            return Optional.of(converted);
        }

        private Optional<Object> none(Slot slot, String why) {
            if (missing.isEmpty()) missing = Optional.of("\"" + variables.get(slot.variable()) + "\" " + why);
            return Optional.empty();
        }
    }
}
