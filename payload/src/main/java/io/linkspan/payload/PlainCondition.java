package io.linkspan.payload;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import io.linkspan.payload.Emitter.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A condition of comparisons joined by and, or and not: computed without CEL's interpreter, with the result that CEL
/// gives, values that are missing included (CEL specification, "Logical Operators": `false && error` is false, `true ||
/// error` is true). Most conditions of rules are such, and there may be thousands, so they are not made ready in CEL at
/// all. Immutable.
final class PlainCondition {
    /// What a part is found to be.
    enum Truth {
        YES,
        NO,
        /// A value is missing.
        NONE;

        private static Truth of(boolean truth) {
            return truth ? YES : NO;
        }
    }

    /// Where values come from; what is missing is `NaN` as a number, which no value is, and `null` as a text.
    interface Source {
        double number(Slot slot);

        @Nullable
        String text(Slot slot);

        Truth flag(Slot slot);
    }

    private sealed interface Part {
        record Fixed(Truth truth) implements Part {}

        record Asked(Slot slot) implements Part {}

        record Not(Part of) implements Part {}

        record All(List<Part> of) implements Part {}

        record Any(List<Part> of) implements Part {}

        record Ordered(Order order, Operand a, Operand b) implements Part {}

        record Named(boolean same, Text a, Text b) implements Part {}

        record Alike(boolean same, Part a, Part b) implements Part {}
    }

    private enum Order {
        LESS,
        AT_MOST,
        MORE,
        AT_LEAST,
        SAME,
        OTHER
    }

    private record Operand(@Nullable Slot slot, double fixed) {
        double value(Source source) {
            return slot == null ? fixed : source.number(slot);
        }
    }

    private record Text(@Nullable Slot slot, String fixed) {
        @Nullable
        String value(Source source) {
            return slot == null ? fixed : source.text(slot);
        }
    }

    private final Part whole;

    private PlainCondition(Part whole) {
        this.whole = whole;
    }

    /// The condition that a checked and rewritten tree is; none if it has parts that are left to CEL.
    static Optional<PlainCondition> of(CelExpr tree, List<Slot> slots) {
        return part(tree, slots).map(PlainCondition::new);
    }

    Truth evaluate(Source source) {
        return evaluate(whole, source);
    }

    private static Truth evaluate(Part part, Source source) {
        return switch (part) {
            case Part.Fixed fixed -> fixed.truth;
            case Part.Asked asked -> source.flag(asked.slot);
            case Part.Not not ->
                switch (evaluate(not.of, source)) {
                    case YES -> Truth.NO;
                    case NO -> Truth.YES;
                    case NONE -> Truth.NONE;
                };
            case Part.All all -> joined(all.of, source, Truth.NO, Truth.YES);
            case Part.Any any -> joined(any.of, source, Truth.YES, Truth.NO);
            case Part.Ordered o -> ordered(o.order, o.a.value(source), o.b.value(source));
            case Part.Named n -> named(n.same, n.a.value(source), n.b.value(source));
            case Part.Alike a -> alike(a.same, evaluate(a.a, source), evaluate(a.b, source));
        };
    }

    /// One part that decides, decides, whatever else is missing.
    private static Truth joined(List<Part> of, Source source, Truth decides, Truth otherwise) {
        var result = otherwise;
        for (var each : of) {
            var truth = evaluate(each, source);
            if (truth == decides) return decides;
            if (truth == Truth.NONE) result = Truth.NONE;
        }
        return result;
    }

    private static Truth ordered(Order order, double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) return Truth.NONE;
        return Truth.of(
                switch (order) {
                    case LESS -> a < b;
                    case AT_MOST -> a <= b;
                    case MORE -> a > b;
                    case AT_LEAST -> a >= b;
                    case SAME -> a == b;
                    case OTHER -> a != b;
                });
    }

    private static Truth named(boolean same, @Nullable String a, @Nullable String b) {
        return a == null || b == null ? Truth.NONE : Truth.of(a.equals(b) == same);
    }

    private static Truth alike(boolean same, Truth a, Truth b) {
        return a == Truth.NONE || b == Truth.NONE ? Truth.NONE : Truth.of(a == b == same);
    }

    // ---- reading the tree

    private static Optional<Part> part(CelExpr e, List<Slot> slots) {
        return switch (e.getKind()) {
            case CONSTANT ->
                e.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
                        ? Optional.of(new Part.Fixed(Truth.of(e.constant().booleanValue())))
                        : Optional.empty();
            case IDENT -> slot(e, 'b', slots).map(Part.Asked::new);
            case CALL -> call(e.call(), slots);
            case SELECT, LIST, STRUCT, MAP, COMPREHENSION, NOT_SET -> Optional.empty();
        };
    }

    private static Optional<Part> call(CelCall call, List<Slot> slots) {
        if (call.target().isPresent()) return Optional.empty();
        var arguments = call.args();
        return switch (call.function()) {
            case "!_" -> part(arguments.getFirst(), slots).map(Part.Not::new);
            case "_&&_" -> parts(arguments, slots).map(Part.All::new);
            case "_||_" -> parts(arguments, slots).map(Part.Any::new);
            case "_<_" -> ordered(Order.LESS, arguments, slots);
            case "_<=_" -> ordered(Order.AT_MOST, arguments, slots);
            case "_>_" -> ordered(Order.MORE, arguments, slots);
            case "_>=_" -> ordered(Order.AT_LEAST, arguments, slots);
            case "_==_" -> same(true, arguments, slots);
            case "_!=_" -> same(false, arguments, slots);
            case CelEngine.SAME -> parts(arguments, slots).map(two -> new Part.Alike(true, two.get(0), two.get(1)));
            case CelEngine.OTHER -> parts(arguments, slots).map(two -> new Part.Alike(false, two.get(0), two.get(1)));
            default -> Optional.empty(); // open: all that CEL knows beside
        };
    }

    private static Optional<List<Part>> parts(List<CelExpr> arguments, List<Slot> slots) {
        var all = new ArrayList<Part>();
        for (var each : arguments) {
            var part = part(each, slots);
            if (part.isEmpty()) return Optional.empty();
            all.add(part.get());
        }
        return Optional.of(List.copyOf(all));
    }

    private static Optional<Part> ordered(Order order, List<CelExpr> arguments, List<Slot> slots) {
        var a = operand(arguments.get(0), slots);
        var b = operand(arguments.get(1), slots);
        return a.isPresent() && b.isPresent()
                ? Optional.of(new Part.Ordered(order, a.get(), b.get()))
                : Optional.empty();
    }

    private static Optional<Part> same(boolean same, List<CelExpr> arguments, List<Slot> slots) {
        var numbers = ordered(same ? Order.SAME : Order.OTHER, arguments, slots);
        if (numbers.isPresent()) return numbers;
        var a = text(arguments.get(0), slots);
        var b = text(arguments.get(1), slots);
        return a.isPresent() && b.isPresent() ? Optional.of(new Part.Named(same, a.get(), b.get())) : Optional.empty();
    }

    private static Optional<Operand> operand(CelExpr e, List<Slot> slots) {
        if (e.getKind() == CelExpr.ExprKind.Kind.CONSTANT && e.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE)
            return Optional.of(new Operand(null, e.constant().doubleValue()));
        return slot(e, 'd', slots).map(slot -> new Operand(slot, 0));
    }

    private static Optional<Text> text(CelExpr e, List<Slot> slots) {
        if (e.getKind() == CelExpr.ExprKind.Kind.CONSTANT && e.constant().getKind() == CelConstant.Kind.STRING_VALUE)
            return Optional.of(new Text(null, e.constant().stringValue()));
        return slot(e, 's', slots).map(slot -> new Text(slot, ""));
    }

    private static Optional<Slot> slot(CelExpr e, char letter, List<Slot> slots) {
        if (e.getKind() != CelExpr.ExprKind.Kind.IDENT || e.ident().name().charAt(0) != letter) return Optional.empty();
        return Optional.of(
                slots.get(Integer.parseInt(e.ident().name(), 1, e.ident().name().length(), 10)));
    }
}
