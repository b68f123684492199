package io.linkspan.payload;

import io.linkspan.model.Conversion;
import io.linkspan.model.Dimension;
import io.linkspan.model.Unit;
import io.linkspan.model.Units;
import io.linkspan.payload.Kind.Number;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// The rules of units in expressions. A literal takes the unit of what it meets; two units of one dimension become the
/// first's; products and quotients have a unit of their own; a temperature is no difference of temperatures.
final class Quantities {
    private static final double UNTOLD = Double.NaN;
    private final Emitter emit;

    Quantities(Emitter emit) {
        this.emit = emit;
    }

    static Number number(Term term) {
        if (term.kind() instanceof Number n) return n;
        throw new IllegalStateException("Not a number: " + term.name());
    }

    /// The terms in the unit of the first that has one.
    ///
    /// @param what completes the sentence "they can not be ..."
    List<Term> alike(List<Term> terms, String what) throws Refused {
        var first = firstWithUnit(terms);
        if (first.isEmpty()) return terms;
        Unit unit = number(first.get()).unit().orElseThrow();
        double weight = weightOf(terms, unit);
        var all = new ArrayList<Term>();
        for (var term : terms) {
            checkDimension(first.get(), term, what);
            var converted = to(unit, weight, term);
            double own = number(converted).weight();
            if (unit.hasOffset() && own != weight && !Double.isNaN(own) && !Double.isNaN(weight))
                throw new Refused(
                        term.at(),
                        first.get().name() + " and " + term.name() + " are a temperature and a difference (or a sum) of"
                                + " temperatures: they can not be " + what);
            all.add(converted);
        }
        return all;
    }

    private static Optional<Term> firstWithUnit(List<Term> terms) {
        return terms.stream().filter(t -> number(t).unit().isPresent()).findFirst();
    }

    private static double weightOf(List<Term> terms, Unit unit) {
        double weight = 1;
        for (var term : terms) {
            var n = number(term);
            if (n.unit().isEmpty() || !n.unit().get().hasOffset()) continue;
            weight = n.weight();
            if (!Double.isNaN(weight)) return weight;
        }
        return unit.hasOffset() ? weight : 1;
    }

    private static void checkDimension(Term first, Term other, String what) throws Refused {
        var a = number(first).unit().orElseThrow();
        var b = number(other).unit();
        if (b.isEmpty() || Units.sameDimension(a, b.get())) return;
        throw new Refused(
                other.at(),
                first.name() + " is " + Kind.described(a) + " and " + other.name() + " " + Kind.described(b.get())
                        + ": they can not be " + what);
    }

    /// A term in another unit of its dimension; a literal takes the unit.
    ///
    /// @param weight of a literal, and of a property in kelvin that meets °C: 1 for a temperature, 0 for a
    /// difference
    Term to(Unit unit, double weight, Term term) throws Refused {
        var n = number(term);
        if (n.unit().isEmpty()) return term.with(term.expr(), Number.in(unit, weight));
        Unit from = n.unit().get();
        double own = Double.isNaN(n.weight()) && !from.hasOffset() ? weight : n.weight();
        var c = weighted(conversion(from, unit, term), own, term);
        return term.with(emit.converted(term.expr(), c), Number.in(unit, own));
    }

    private static Conversion conversion(Unit from, Unit to, Term term) throws Refused {
        try {
            return Units.conversion(from, to);
        } catch (IllegalArgumentException e) {
            throw new Refused(term.at(), String.valueOf(e.getMessage()));
        }
    }

    private static Conversion weighted(Conversion c, double weight, Term term) throws Refused {
        if (c.add() == 0) return c;
        if (weight != 0 && weight != 1)
            throw new Refused(
                    term.at(),
                    "is " + term.name()
                            + " a temperature or a difference of temperatures? The text does not tell, and to"
                            + " another scale they go differently; give both sides the same unit, or write"
                            + " number(..., \"K\")");
        return weight == 1 ? c : new Conversion(c.multiply(), 0, c.divide());
    }

    /// `a + b`: beside a temperature with an offset, a literal or a kelvin is a difference.
    Term plus(long at, Term a, Term b) throws Refused {
        return sum(at, a, b, 1);
    }

    /// `a - b`: the difference of two temperatures has no offset. After a literal it stays open whether the literal
    /// was a
    /// temperature or a step.
    Term minus(long at, Term a, Term b) throws Refused {
        return sum(at, a, b, -1);
    }

    private Term sum(long at, Term a, Term b, int sign) throws Refused {
        String function = sign > 0 ? CelEngine.ADD : CelEngine.SUBTRACT;
        var first = firstWithUnit(List.of(a, b));
        if (first.isEmpty()) return literals(at, function, a, b, number(a), number(b));
        Unit unit = number(first.get()).unit().orElseThrow();
        checkDimension(first.get(), first.get() == a ? b : a, sign > 0 ? "added" : "subtracted");
        checkTold(a, b);
        checkTold(b, a);
        boolean literalTaken = sign < 0 && number(b).unit().isEmpty();
        boolean fromLiteral = sign < 0 && number(a).unit().isEmpty();
        var left = to(unit, fromLiteral ? 1 : 0, a);
        var right = to(unit, 0, b);
        double weight = number(left).weight() + sign * number(right).weight();
        if (literalTaken && number(left).weight() == 1) weight = UNTOLD;
        if (sign < 0 && bothInKelvin(a, b)) weight = 0;
        return joined(at, function, left, right, Number.in(unit, weight));
    }

    private static boolean bothInKelvin(Term a, Term b) {
        var x = number(a).unit();
        var y = number(b).unit();
        return x.isPresent()
                && y.isPresent()
                && !x.get().hasOffset()
                && !y.get().hasOffset();
    }

    /// Refuses to guess whether a property in kelvin beside one in °C is a temperature or a difference.
    private static void checkTold(Term term, Term beside) throws Refused {
        var own = number(term);
        var other = number(beside).unit();
        if (own.unit().isEmpty() || other.isEmpty() || !other.get().hasOffset()) return;
        if (own.unit().get().hasOffset() || !Double.isNaN(own.weight())) return;
        String name = term.name().replace("\"", "");
        throw new Refused(
                term.at(),
                term.name() + " is in " + own.unit().get().symbol() + ", and beside "
                        + other.get().symbol()
                        + " the text does not tell whether it is a temperature or a difference; write quantity(number("
                        + name + ", \"Cel\"), \"Cel\") for a temperature or quantity(number(" + name
                        + ", \"K\"), \"K\") for a difference");
    }

    private Term literals(long at, String function, Term a, Term b, Number x, Number y) throws Refused {
        if (x.constant().isEmpty() || y.constant().isEmpty()) return joined(at, function, a, b, Number.free());
        double p = x.constant().getAsDouble();
        double q = y.constant().getAsDouble();
        double value = switch (function) {
            case CelEngine.ADD -> p + q;
            case CelEngine.SUBTRACT -> p - q;
            case CelEngine.MULTIPLY -> p * q;
            default -> p / q; // our own four
        };
        if (!Double.isFinite(value))
            throw new Refused(at, "this computes to no number (a division by 0, or too large); write another literal");
        return new Term(at, emit.number(value), Number.literal(value), "the number " + value, 1);
    }

    private Term joined(long at, String function, Term a, Term b, Number kind) {
        return new Term(at, emit.call(function, a.expr(), b.expr()), kind, "this", a.cost() + b.cost() + 1);
    }

    /// `a * b`.
    Term times(long at, Term left, Term right) throws Refused {
        var a = plain(left);
        var b = plain(right);
        var x = number(a);
        var y = number(b);
        if (x.unit().isEmpty() && y.unit().isEmpty()) return literals(at, CelEngine.MULTIPLY, a, b, x, y);
        if (isFactor(y) && x.unit().isPresent()) return joined(at, CelEngine.MULTIPLY, a, b, scaled(x, y.constant()));
        if (isFactor(x) && y.unit().isPresent()) return joined(at, CelEngine.MULTIPLY, a, b, scaled(y, x.constant()));
        return product(at, CelEngine.MULTIPLY, a, b);
    }

    /// `a / b`.
    Term over(long at, Term left, Term right) throws Refused {
        var a = plain(left);
        var b = plain(right);
        var x = number(a);
        var y = number(b);
        if (y.constant().isPresent() && y.constant().getAsDouble() == 0)
            throw new Refused(b.at(), "a division by 0 has no result; write another divisor");
        if (x.unit().isEmpty() && y.unit().isEmpty()) return literals(at, CelEngine.DIVIDE, a, b, x, y);
        if (isFactor(y) && x.unit().isPresent()) {
            var factor = y.constant().isPresent()
                    ? OptionalDouble.of(1 / y.constant().getAsDouble())
                    : y.constant();
            return joined(at, CelEngine.DIVIDE, a, b, scaled(x, factor));
        }
        return product(at, CelEngine.DIVIDE, a, b);
    }

    /// Shares in % or ppm enter a product as shares of 1, so that 50 % of 4 kW is 2 kW.
    private Term plain(Term term) throws Refused {
        var unit = number(term).unit();
        boolean share = unit.isPresent() && unit.get().dimension().equals(Dimension.NONE);
        return share ? to(Unit.ONE, 1, term) : term;
    }

    private static boolean isFactor(Number n) {
        return n.unit().isEmpty() || n.unit().get().equals(Unit.ONE);
    }

    private static Number scaled(Number n, OptionalDouble factor) {
        Unit unit = n.unit().orElseThrow();
        double weight = n.weight() == 0 ? 0 : factor.isPresent() ? n.weight() * factor.getAsDouble() : UNTOLD;
        return Number.in(unit, weight);
    }

    /// The unit of a factor: a temperature with an offset is none, a difference is.
    private static Unit difference(Term term) throws Refused {
        var n = number(term);
        if (n.unit().isEmpty()) return Unit.ONE;
        if (n.unit().get().hasOffset() && n.weight() != 0)
            throw new Refused(
                    term.at(),
                    term.name() + " is a temperature in " + n.unit().get().symbol() + ", and only a difference of"
                            + " temperatures can be multiplied or divided by a quantity; subtract another one, or write"
                            + " number(..., \"K\")");
        return n.unit().get().ofDifference();
    }

    private Term product(long at, String function, Term a, Term b) throws Refused {
        Unit left = difference(a);
        Unit right = difference(b);
        try {
            Unit unit = function.equals(CelEngine.MULTIPLY) ? left.times(right) : left.over(right);
            var product = joined(at, function, a, b, Number.in(unit, 0));
            return unit.dimension().equals(Dimension.NONE) ? to(Unit.ONE, 1, product) : product;
        } catch (IllegalArgumentException e) {
            throw new Refused(at, String.valueOf(e.getMessage()));
        }
    }

    /// `-a`, and rounding, which leave the unit as it is.
    Term unary(long at, String function, Term a, double sign) {
        var n = number(a);
        if (n.constant().isPresent() && sign < 0) {
            double value = -n.constant().getAsDouble();
            return new Term(at, emit.number(value), Number.literal(value), "the number " + value, 1);
        }
        return new Term(
                at,
                emit.call(function, a.expr()),
                new Number(n.unit(), n.weight() * sign, OptionalDouble.empty()),
                "this",
                a.cost() + 1);
    }

    /// The result in its target's unit.
    Term result(Term term, Optional<Unit> said, Unit target) throws Refused {
        if (said.isPresent() && !Units.sameDimension(said.get(), target))
            throw new Refused(
                    term.at(),
                    "\"unit\" says " + Kind.described(said.get()) + " and the target measures " + Kind.described(target)
                            + ": write a unit of the target's dimension");
        var own = number(term).unit();
        if (own.isPresent() && Units.sameDimension(own.get(), target)) return to(target, 1, term);
        if (own.isPresent() && said.isEmpty())
            throw new Refused(
                    term.at(),
                    "the result is " + Kind.described(own.get()) + " and its target " + Kind.described(target)
                            + "; compute a quantity of that dimension, or say which unit the number is in, such as unit: "
                            + target.code());
        var number = term.with(term.expr(), new Number(said.or(() -> Optional.of(target)), 1, OptionalDouble.empty()));
        return to(target, 1, number);
    }
}
