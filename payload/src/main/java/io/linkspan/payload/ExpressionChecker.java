package io.linkspan.payload;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import io.linkspan.model.Conversion;
import io.linkspan.model.Unit;
import io.linkspan.payload.Emitter.Slot;
import io.linkspan.payload.Kind.Number;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Walks CEL's syntax tree once: gives each part its kind and unit, refuses what has no meaning, and rewrites the rest
/// for
/// [CelEngine]. For one thread, used once.
final class ExpressionChecker {
    private static final int NAMED_MAX = 8;
    private final Map<String, Typed> known;
    private final Emitter emit;
    private final Quantities quantities;
    private final CheckedCalls calls;
    private final Map<String, Integer> used = new HashMap<>();
    private final List<String> variables = new ArrayList<>();
    private final Map<String, Local> locals = new HashMap<>();
    private int nodes;
    private int loops;

    /// A variable of a macro, such as `x` in `list.exists(x, x > 3)`.
    private record Local(String emitted, Kind kind) {}

    ExpressionChecker(Map<String, Typed> known, Emitter emit) {
        this.known = known;
        this.emit = emit;
        this.quantities = new Quantities(emit);
        this.calls = new CheckedCalls(emit, quantities);
    }

    /// The properties that the expression uses, in the order of their first use.
    List<String> variables() {
        return List.copyOf(variables);
    }

    /// The whole expression, its result as wanted.
    Term check(CelExpr tree, Wanted wanted) throws Refused {
        var term = walk(tree);
        if (term.cost() > Expression.COST_MAX)
            throw new Refused(
                    tree.id(),
                    "the expression takes up to " + term.cost() + " steps; costMax is " + Expression.COST_MAX
                            + ", so shorten the lists");
        return new CheckedResult(quantities).fit(term, wanted);
    }

    Term walk(CelExpr e) throws Refused {
        if (++nodes > Expression.NODES_MAX)
            throw new Refused(
                    e.id(), "the expression has more than nodesMax = " + Expression.NODES_MAX + " parts; split it");
        return switch (e.getKind()) {
            case CONSTANT -> constant(e);
            case IDENT, SELECT -> name(e);
            case CALL -> call(e, e.call());
            case LIST -> list(e);
            case COMPREHENSION -> loop(e, e.comprehension());
            case MAP, STRUCT, NOT_SET ->
                throw new Refused(
                        e.id(), "maps and messages are not part of expressions here; name a property or a list");
        };
    }

    private Term constant(CelExpr e) throws Refused {
        CelConstant c = e.constant();
        return switch (c.getKind()) {
            case INT64_VALUE -> literal(e, c.int64Value(), Math.abs(c.int64Value()) <= Expression.WHOLE_MAX);
            case DOUBLE_VALUE -> literal(e, c.doubleValue(), Double.isFinite(c.doubleValue()));
            case BOOLEAN_VALUE -> term(e, emit.constant(c), new Kind.Flag(), Boolean.toString(c.booleanValue()));
            case STRING_VALUE ->
                term(
                        e,
                        emit.constant(c),
                        new Kind.Text(Optional.of(Set.of(c.stringValue()))),
                        "\"" + c.stringValue() + "\"");
            case UINT64_VALUE -> throw new Refused(e.id(), "numbers have no suffix here; write 4 and not 4u");
            case NULL_VALUE ->
                throw new Refused(
                        e.id(), "there is no null; write has(thing.property) to ask whether there is a value");
            case BYTES_VALUE, TIMESTAMP_VALUE, DURATION_VALUE, NOT_SET ->
                throw new Refused(e.id(), "only numbers, true, false and texts are literals here");
        };
    }

    private Term literal(CelExpr e, double value, boolean fits) throws Refused {
        if (!fits) throw new Refused(e.id(), "the number is too large to be exact; at most 9007199254740992 is");
        return term(e, emit.number(value), Number.literal(value), "the number " + text(value));
    }

    static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static Term term(CelExpr e, CelExpr emitted, Kind kind, String name) {
        return new Term(e.id(), emitted, kind, name, 1);
    }

    private Term name(CelExpr e) throws Refused {
        if (e.getKind() == CelExpr.ExprKind.Kind.SELECT && e.select().testOnly()) return presence(e);
        if (e.getKind() == CelExpr.ExprKind.Kind.IDENT) {
            var local = locals.get(e.ident().name());
            if (local != null)
                return term(
                        e,
                        emit.ident(local.emitted()),
                        local.kind(),
                        "\"" + e.ident().name() + "\"");
        }
        String path = path(e);
        Typed typed = property(e, path);
        Kind kind = switch (typed.type()) {
            case NUMBER, INTEGER, REGISTER -> Number.of(typed.unit().orElse(Unit.ONE));
            case FLAG -> new Kind.Flag();
            case TEXT -> new Kind.Text(Optional.empty());
            case CHOICE -> new Kind.Choice(new LinkedHashSet<>(typed.choices()));
            case BYTES, POSITION, GROUP ->
                throw new Refused(
                        e.id(),
                        "\"" + path + "\" is a " + typed.type().word() + " and can not be computed with; only has("
                                + path + ") can be asked");
        };
        var slot = new Slot(index(e, path), typed.type(), Conversion.NONE, false);
        return term(e, emit.variable(slot), kind, "\"" + path + "\"");
    }

    private Term presence(CelExpr e) throws Refused {
        String path = path(e);
        var slot = new Slot(index(e, path), property(e, path).type(), Conversion.NONE, true);
        return term(e, emit.variable(slot), new Kind.Flag(), "has(" + path + ")");
    }

    private String path(CelExpr e) throws Refused {
        if (e.getKind() == CelExpr.ExprKind.Kind.IDENT) return e.ident().name();
        if (e.getKind() == CelExpr.ExprKind.Kind.SELECT)
            return path(e.select().operand()) + "." + e.select().field();
        throw new Refused(
                e.id(), "a dot stands between the names of a thing and its property, as in boiler.temperature");
    }

    private Typed property(CelExpr e, String path) throws Refused {
        Typed typed = known.get(path);
        if (typed != null) return typed;
        var near = new TreeSet<String>();
        for (var each : known.keySet())
            if (each.endsWith("." + path) || sameThing(each, path) || each.equalsIgnoreCase(path)) near.add(each);
        var named = near.isEmpty() ? new TreeSet<>(known.keySet()) : near;
        String list = named.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
        if (named.size() > NAMED_MAX) list += " and " + (named.size() - NAMED_MAX) + " more";
        throw new Refused(
                e.id(), "there is no property \"" + path + "\" here" + (list.isEmpty() ? "" : "; there is " + list));
    }

    private static boolean sameThing(String a, String b) {
        int dot = b.lastIndexOf('.');
        return dot > 0 && a.startsWith(b.substring(0, dot + 1));
    }

    private int index(CelExpr e, String path) throws Refused {
        var before = used.get(path);
        if (before != null) return before;
        if (variables.size() == Expression.VARIABLES_MAX)
            throw new Refused(
                    e.id(),
                    "the expression names more than variablesMax = " + Expression.VARIABLES_MAX
                            + " properties; split it");
        variables.add(path);
        used.put(path, variables.size() - 1);
        return variables.size() - 1;
    }

    private Term call(CelExpr e, CelCall call) throws Refused {
        var arguments = new ArrayList<Term>();
        if (call.target().isPresent()) arguments.add(walk(call.target().get()));
        for (var argument : call.args()) arguments.add(walk(argument));
        return calls.check(e.id(), call.function(), arguments);
    }

    private Term list(CelExpr e) throws Refused {
        var items = new ArrayList<Term>();
        for (var element : e.list().elements()) items.add(walk(element));
        if (items.size() > Expression.ITEMS_MAX)
            throw new Refused(
                    e.id(), "the list has " + items.size() + " items; at most " + Expression.ITEMS_MAX + " are taken");
        if (items.isEmpty())
            return term(e, emit.list(List.of()), new Kind.Items(Optional.empty(), 0), "the empty list");
        var alike = calls.alike(items, "items of one list");
        long cost = 1 + alike.stream().mapToLong(Term::cost).sum();
        var emitted = emit.list(alike.stream().map(Term::expr).toList());
        Kind of = loose(calls.kindOf(alike), 0);
        return new Term(e.id(), emitted, new Kind.Items(Optional.of(of), items.size()), "the list", cost);
    }

    /// A macro (all, exists, exists_one, map, filter) as CEL expands it: a fold over a list.
    private Term loop(CelExpr e, CelComprehension loop) throws Refused {
        var range = walk(loop.iterRange());
        if (!(range.kind() instanceof Kind.Items items))
            throw new Refused(
                    e.id(), range.name() + " is " + range.kind().described() + "; only a list has items to walk");
        var from = walk(loop.accuInit());
        String item = "x" + ++loops;
        String sum = "y" + loops;
        var outerItem = bind(loop.iterVar(), new Local(item, items.of().orElseGet(Number::free)));
        var outerSum = bind(loop.accuVar(), new Local(sum, loose(from.kind(), 0)));
        var condition = walk(loop.loopCondition());
        var step = walk(loop.loopStep());
        bind(loop.accuVar(), new Local(sum, loose(step.kind(), items.length())));
        var result = walk(loop.result());
        restore(loop.iterVar(), outerItem);
        restore(loop.accuVar(), outerSum);
        var emitted = emit.loop(item, range.expr(), sum, from.expr(), condition.expr(), step.expr(), result.expr());
        long each = Math.multiplyExact((long) items.length(), condition.cost() + step.cost());
        long cost = Math.addExact(range.cost() + from.cost() + result.cost(), each);
        return new Term(e.id(), emitted, result.kind(), "this", Math.min(cost, Integer.MAX_VALUE));
    }

    /// The kind of what is summed up over a loop: no longer a constant, and a list as long as the loop.
    private static Kind loose(Kind kind, int length) {
        return switch (kind) {
            case Number n -> new Number(n.unit(), n.weight(), OptionalDouble.empty());
            case Kind.Items i -> new Kind.Items(i.of(), length);
            case Kind.Flag f -> f;
            case Kind.Text t -> t;
            case Kind.Choice c -> c;
        };
    }

    private Optional<Local> bind(String name, Local local) {
        return Optional.ofNullable(locals.put(name, local));
    }

    private void restore(String name, Optional<Local> before) {
        if (before.isPresent()) locals.put(name, before.get());
        else locals.remove(name);
    }
}
