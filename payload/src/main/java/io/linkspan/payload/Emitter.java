package io.linkspan.payload;

import com.google.common.collect.ImmutableList;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import io.linkspan.model.Conversion;
import io.linkspan.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds the tree that CEL computes, and collects the values that it asks for. For one thread and one expression.
final class Emitter {
    private final List<Slot> slots = new ArrayList<>();
    private long ids;

    /// One value that the computed tree asks for, under the name `d3`, `b3` or `s3`.
    ///
    /// @param variable its place in the expression's variables
    /// @param presence asks only whether there is a value
    record Slot(int variable, ValueType type, Conversion conversion, boolean presence) {
        /// What CEL calls values of this kind.
        char letter() {
            if (presence) return 'b';
            return switch (type) {
                case NUMBER, INTEGER, REGISTER -> 'd';
                case FLAG -> 'b';
                case CHOICE, TEXT -> 's';
                case BYTES, POSITION, GROUP -> throw new IllegalStateException("No expression takes a " + type.word());
            };
        }
    }

    List<Slot> slots() {
        return List.copyOf(slots);
    }

    CelExpr variable(Slot slot) {
        int at = slots.indexOf(slot);
        if (at < 0) {
            at = slots.size();
            slots.add(slot);
        }
        return ident(slot.letter() + Integer.toString(at));
    }

    CelExpr ident(String name) {
        return CelExpr.ofIdent(++ids, name);
    }

    CelExpr constant(CelConstant constant) {
        return CelExpr.ofConstant(++ids, constant);
    }

    CelExpr number(double value) {
        return constant(CelConstant.ofValue(value));
    }

    CelExpr call(String function, CelExpr... arguments) {
        return CelExpr.ofCall(++ids, Optional.empty(), function, ImmutableList.copyOf(arguments));
    }

    CelExpr member(CelExpr target, String function, CelExpr argument) {
        return CelExpr.ofCall(++ids, Optional.of(target), function, ImmutableList.of(argument));
    }

    CelExpr list(List<CelExpr> items) {
        return CelExpr.ofList(++ids, ImmutableList.copyOf(items), ImmutableList.of());
    }

    CelExpr loop(
            String item, CelExpr range, String sum, CelExpr from, CelExpr condition, CelExpr step, CelExpr result) {
        return CelExpr.ofComprehension(++ids, item, range, sum, from, condition, step, result);
    }

    /// The expression converted. A variable is converted where its value is fetched.
    CelExpr converted(CelExpr expr, Conversion c) {
        if (c.isNone()) return expr;
        if (expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT)
            return number(c.apply(expr.constant().doubleValue()));
        if (expr.getKind() == CelExpr.ExprKind.Kind.IDENT && isSlot(expr.ident().name())) {
            var slot = slots.get(Integer.parseInt(expr.ident().name().substring(1)));
            if (slot.conversion().isNone() && slots.size() < CelEngine.SLOTS_MAX / 2)
                return variable(new Slot(slot.variable(), slot.type(), c, false));
        }
        CelExpr scaled = c.multiply() == 1 ? expr : call(CelEngine.MULTIPLY, expr, number(c.multiply()));
        CelExpr moved = c.add() == 0 ? scaled : call(CelEngine.ADD, scaled, number(c.add()));
        return c.divide() == 1 ? moved : call(CelEngine.DIVIDE, moved, number(c.divide()));
    }

    private static boolean isSlot(String name) {
        return name.charAt(0) == 'd';
    }
}
