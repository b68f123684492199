package io.linkspan.payload;

import dev.cel.common.ast.CelExpr;
import io.linkspan.model.Unit;
import io.linkspan.model.Units;
import io.linkspan.payload.Kind.Number;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The operators and functions that expressions know, each with what it takes. For one thread and one expression.
final class CheckedCalls {
    private static final String FUNCTIONS =
            "min, max, abs, round, clamp, number, quantity, has, size, contains, startsWith, endsWith, int, double and on"
                    + " lists all, exists, exists_one, filter, map";
    private final Emitter emit;
    private final Quantities quantities;

    CheckedCalls(Emitter emit, Quantities quantities) {
        this.emit = emit;
        this.quantities = quantities;
    }

    Term check(long at, String function, List<Term> a) throws Refused {
        return switch (function) {
            case "_+_" -> plus(at, a.get(0), a.get(1));
            case "_-_" -> quantities.minus(at, number(a.get(0), "-"), number(a.get(1), "-"));
            case "_*_" -> quantities.times(at, number(a.get(0), "*"), number(a.get(1), "*"));
            case "_/_" -> quantities.over(at, number(a.get(0), "/"), number(a.get(1), "/"));
            case "_%_" -> remainder(at, number(a.get(0), "%"), number(a.get(1), "%"));
            case "-_" -> quantities.unary(at, CelEngine.NEGATE, number(a.get(0), "-"), -1);
            case "!_", "@not_strictly_false" -> logical(at, function, a);
            case "_&&_", "_||_" -> logical(at, function, a);
            case "_?_:_" -> choose(at, a.get(0), a.get(1), a.get(2));
            case "_<_", "_<=_", "_>_", "_>=_" -> order(at, function, a);
            case "_==_", "_!=_" -> same(at, function, alike(a, "compared"));
            case "@in" -> in(at, a.get(0), a.get(1));
            default -> named(at, function, a); // open: what a person typed
        };
    }

    private Term named(long at, String function, List<Term> a) throws Refused {
        return switch (function) {
            case "min", "max" -> extreme(at, function, a);
            case "abs" -> quantities.unary(at, CelEngine.ABS, number(only(at, function, a), function), 1);
            case "round" -> round(at, a);
            case "clamp" -> clamp(at, a);
            case "double" -> number(only(at, function, a), function);
            case "int" -> quantities.unary(at, CelEngine.TRUNCATE, number(only(at, function, a), function), 1);
            case "number" -> number(at, a);
            case "quantity" -> quantity(at, a);
            case "size" -> size(at, a);
            case "contains", "startsWith", "endsWith" -> search(at, function, a);
            default -> throw unknown(at, function); // open: what a person typed
        };
    }

    private static Refused unknown(long at, String function) {
        if (function.equals("_[_]"))
            return new Refused(
                    at, "items are not taken by their place; write exists, all, filter or map over the list");
        return new Refused(at, "there is no function \"" + function + "\" here; there is " + FUNCTIONS);
    }

    private Term plus(long at, Term a, Term b) throws Refused {
        if (a.kind() instanceof Kind.Items left && b.kind() instanceof Kind.Items right)
            return append(at, a, b, left, right);
        if (isText(a) && isText(b)) return joined(at, "_+_", List.of(a, b), new Kind.Text(Optional.empty()));
        return quantities.plus(at, number(a, "+"), number(b, "+"));
    }

    private Term append(long at, Term a, Term b, Kind.Items left, Kind.Items right) throws Refused {
        return joined(
                at, "_+_", List.of(a, b), sameItems(at, left, right, Math.addExact(left.length(), right.length())));
    }

    private static Kind sameItems(long at, Kind.Items left, Kind.Items right, int length) throws Refused {
        if (left.of().isPresent() && right.of().isPresent() && !left.of().equals(right.of()))
            throw new Refused(
                    at, "two lists of different kinds or units can not be joined; write one list of all items");
        return new Kind.Items(left.of().or(right::of), length);
    }

    private Term remainder(long at, Term a, Term b) throws Refused {
        var alike = quantities.alike(List.of(a, b), "divided with a remainder");
        return joined(at, CelEngine.REMAINDER, alike, withoutConstant(kindOf(alike)));
    }

    private Term logical(long at, String function, List<Term> a) throws Refused {
        for (var term : a)
            if (!(term.kind() instanceof Kind.Flag))
                throw new Refused(
                        term.at(),
                        term.name() + " is " + term.kind().described() + " and no condition; write for example "
                                + (term.kind() instanceof Number ? "x > 0" : "x == \"...\""));
        return joined(at, function, a, new Kind.Flag());
    }

    private Term choose(long at, Term condition, Term yes, Term no) throws Refused {
        logical(at, "_?_:_", List.of(condition));
        if (yes.kind() instanceof Kind.Items left && no.kind() instanceof Kind.Items right)
            return joined(
                    at,
                    "_?_:_",
                    List.of(condition, yes, no),
                    sameItems(at, left, right, Math.max(left.length(), right.length())));
        var alike = alike(List.of(yes, no), "the two ends of one choice");
        return joined(at, "_?_:_", List.of(condition, alike.get(0), alike.get(1)), withoutConstant(kindOf(alike)));
    }

    private Term order(long at, String function, List<Term> a) throws Refused {
        for (var term : a) number(term, function.replace("_", ""));
        return joined(at, function, quantities.alike(a, "compared"), new Kind.Flag());
    }

    private Term same(long at, String function, List<Term> a) {
        boolean flags = a.getFirst().kind() instanceof Kind.Flag;
        String emitted = !flags ? function : function.equals("_==_") ? CelEngine.SAME : CelEngine.OTHER;
        return joined(at, emitted, a, new Kind.Flag());
    }

    private Term in(long at, Term item, Term list) throws Refused {
        if (!(list.kind() instanceof Kind.Items items))
            throw new Refused(
                    list.at(), list.name() + " is " + list.kind().described() + " and no list; write [1, 2, 3]");
        if (items.of().isEmpty()) return joined(at, "@in", List.of(item, list), new Kind.Flag());
        var sample = new Term(list.at(), list.expr(), items.of().get(), "an item of the list", 1);
        var alike = alike(List.of(sample, item), "compared");
        if (items.of().get() instanceof Number n && n.unit().isEmpty())
            return joined(at, "@in", List.of(item, list), new Kind.Flag());
        return joined(at, "@in", List.of(alike.get(1), list), new Kind.Flag());
    }

    private Term extreme(long at, String function, List<Term> a) throws Refused {
        if (a.size() < 2)
            throw new Refused(at, function + " takes two or more numbers, such as " + function + "(a.x, b.x)");
        for (var term : a) number(term, function);
        var alike = quantities.alike(a, "compared");
        String emitted = function.equals("min") ? CelEngine.MIN : CelEngine.MAX;
        var so = alike.get(0);
        for (var next : alike.subList(1, alike.size()))
            so = joined(at, emitted, List.of(so, next), withoutConstant(kindOf(alike)));
        return so;
    }

    private Term round(long at, List<Term> a) throws Refused {
        if (a.size() == 1) return quantities.unary(at, CelEngine.ROUND, number(a.get(0), "round"), 1);
        if (a.size() != 2)
            throw new Refused(at, "round takes a number and, if wanted, a step: round(x) or round(x, 0.5)");
        for (var term : a) number(term, "round");
        if (Quantities.number(a.get(1)).constant().orElse(1) <= 0)
            throw new Refused(a.get(1).at(), "a step of rounding is above 0, such as round(x, 0.5)");
        var alike = quantities.alike(a, "rounded to each other");
        return joined(at, CelEngine.ROUND_TO, alike, withoutConstant(kindOf(alike)));
    }

    private Term clamp(long at, List<Term> a) throws Refused {
        if (a.size() != 3) throw new Refused(at, "clamp takes three numbers: clamp(x, lowest, highest)");
        for (var term : a) number(term, "clamp");
        double lowest = Quantities.number(a.get(1)).constant().orElse(Double.NEGATIVE_INFINITY);
        double highest = Quantities.number(a.get(2)).constant().orElse(Double.POSITIVE_INFINITY);
        if (lowest > highest)
            throw new Refused(
                    at,
                    "clamp takes the lowest value before the highest: clamp(x, " + ExpressionChecker.text(highest)
                            + ", " + ExpressionChecker.text(lowest) + ")");
        var alike = quantities.alike(a, "compared");
        Kind kind = withoutConstant(kindOf(alike));
        var below = joined(at, CelEngine.MIN, List.of(alike.get(0), alike.get(2)), kind);
        return joined(at, CelEngine.MAX, List.of(below, alike.get(1)), kind);
    }

    private Term number(long at, List<Term> a) throws Refused {
        if (a.size() != 2) throw new Refused(at, "number takes a quantity and a unit: number(meter.power, \"kW\")");
        Unit unit = unit(a.get(1));
        var n = Quantities.number(number(a.get(0), "number"));
        if (n.unit().isEmpty() || !Units.sameDimension(n.unit().get(), unit))
            throw new Refused(
                    a.get(0).at(),
                    a.get(0).name() + " is " + n.described() + " and no number of " + Kind.described(unit)
                            + "; name a unit of its dimension");
        var converted = quantities.to(unit, 1, a.get(0));
        return converted.with(converted.expr(), Number.in(Unit.ONE, 1));
    }

    private Term quantity(long at, List<Term> a) throws Refused {
        if (a.size() != 2) throw new Refused(at, "quantity takes a number and a unit: quantity(3.5, \"kW\")");
        Unit unit = unit(a.get(1));
        var n = Quantities.number(number(a.get(0), "quantity"));
        if (n.unit().isPresent() && !n.unit().get().equals(Unit.ONE))
            throw new Refused(
                    a.get(0).at(),
                    a.get(0).name() + " is " + n.described() + " already; quantity takes a plain number");
        return a.get(0).with(a.get(0).expr(), Number.in(unit, unit.hasOffset() ? 1 : 0));
    }

    private static Unit unit(Term term) throws Refused {
        if (!(term.kind() instanceof Kind.Text text)
                || text.possible().isEmpty()
                || text.possible().get().size() != 1)
            throw new Refused(term.at(), "a unit is written as a text here, such as \"kW\"");
        try {
            return Units.parse(text.possible().get().iterator().next());
        } catch (IllegalArgumentException e) {
            throw new Refused(term.at(), e.getMessage());
        }
    }

    private Term size(long at, List<Term> a) throws Refused {
        var of = only(at, "size", a);
        if (!(of.kind() instanceof Kind.Items) && !isText(of))
            throw new Refused(
                    of.at(), of.name() + " is " + of.kind().described() + "; only a list and a text have a size");
        var count = joined(at, "size", a, new Kind.Flag());
        return count.with(emit.call(CelEngine.COUNT, count.expr()), Number.in(Unit.ONE, 1));
    }

    private Term search(long at, String function, List<Term> a) throws Refused {
        if (a.size() != 2 || !isText(a.get(0)) || !isText(a.get(1)))
            throw new Refused(
                    at, function + " is asked of a text with a text: thing.property." + function + "(\"abc\")");
        var emitted = emit.member(a.get(0).expr(), function, a.get(1).expr());
        return new Term(
                at, emitted, new Kind.Flag(), "this", a.get(0).cost() + a.get(1).cost() + 1);
    }

    private static Term only(long at, String function, List<Term> a) throws Refused {
        if (a.size() == 1) return a.get(0);
        throw new Refused(at, function + " takes one argument, not " + a.size());
    }

    private static Term number(Term term, String operator) throws Refused {
        if (term.kind() instanceof Number) return term;
        String hint = term.kind() instanceof Kind.Flag
                ? "; write (" + term.name().replace("\"", "") + " ? 1 : 0) if that is meant"
                : "";
        throw new Refused(
                term.at(),
                term.name() + " is " + term.kind().described() + ", and \"" + operator + "\" takes numbers" + hint);
    }

    private static boolean isText(Term term) {
        return term.kind() instanceof Kind.Text || term.kind() instanceof Kind.Choice;
    }

    /// Terms that are set beside each other, in one kind and one unit.
    List<Term> alike(List<Term> terms, String what) throws Refused {
        var first = terms.get(0);
        for (var term : terms) {
            boolean same = isText(first)
                    ? isText(term)
                    : first.kind().getClass() == term.kind().getClass();
            if (!same)
                throw new Refused(
                        term.at(),
                        first.name() + " is " + first.kind().described() + " and " + term.name() + " "
                                + term.kind().described() + ": they can not be " + what);
        }
        if (first.kind() instanceof Number) return quantities.alike(terms, what);
        if (first.kind() instanceof Kind.Items) throw new Refused(first.at(), "lists can not be " + what);
        for (var term : terms) if (term.kind() instanceof Kind.Choice choice) checkChoices(choice, term, terms);
        return terms;
    }

    private static void checkChoices(Kind.Choice choice, Term property, List<Term> terms) throws Refused {
        for (var term : terms)
            if (term.kind() instanceof Kind.Text text)
                for (var name : text.possible().orElse(Set.of()))
                    if (!choice.names().contains(name))
                        throw new Refused(
                                term.at(),
                                "\"" + name + "\" is no choice of " + property.name() + "; it is one of "
                                        + String.join(", ", choice.names()));
    }

    /// What terms that are alike have in common.
    Kind kindOf(List<Term> alike) {
        if (!(isText(alike.get(0)))) {
            for (var term : alike) if (term.kind() instanceof Number n && !Double.isNaN(n.weight())) return n;
            return alike.get(0).kind();
        }
        var names = new LinkedHashSet<String>();
        for (var term : alike) {
            switch (term.kind()) {
                case Kind.Text text -> {
                    if (text.possible().isEmpty()) return new Kind.Text(Optional.empty());
                    names.addAll(text.possible().get());
                }
                case Kind.Choice choice -> names.addAll(choice.names());
                case Number _, Kind.Flag _, Kind.Items _ -> throw new IllegalStateException("Not alike: " + alike);
            }
        }
        return new Kind.Text(Optional.of(names));
    }

    private static Kind withoutConstant(Kind kind) {
        return kind instanceof Number n ? new Number(n.unit(), n.weight(), java.util.OptionalDouble.empty()) : kind;
    }

    private Term joined(long at, String function, List<Term> a, Kind kind) {
        long cost = 1;
        var arguments = new ArrayList<CelExpr>();
        for (var term : a) {
            cost += term.cost();
            arguments.add(term.expr());
        }
        return new Term(at, emit.call(function, arguments.toArray(CelExpr[]::new)), kind, "this", cost);
    }
}
