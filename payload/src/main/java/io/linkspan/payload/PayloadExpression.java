package io.linkspan.payload;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.Program;
import io.linkspan.model.Tree;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A CEL expression over a message: `msg.power.value * 10`, `msg.sensors[0].t`, `msg.state == "heat" ? msg.target :
/// 0`.
/// `msg` is the message's JSON, `topic` its topic. What a message is made of is known only when it is there, so types
/// are checked when it runs, other than in [Expression]. All numbers are decimal numbers. Immutable, safe for many
/// threads.
final class PayloadExpression {
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .maxExpressionCodePointSize(Expression.TEXT_CHARACTERS_MAX)
            .maxParseRecursionDepth(Expression.NESTING_MAX)
            .maxParseExpressionNodeCount(Expression.NODES_MAX)
            .comprehensionMaxIterations(Expression.ITERATIONS_MAX)
            .build();
    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("msg", SimpleType.DYN)
            .addVar("topic", SimpleType.STRING)
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();

    private final String text;
    private final Program program;

    private PayloadExpression(String text, Program program) {
        this.text = text;
        this.program = program;
    }

    /// Reads one, or throws [IllegalArgumentException] with what would be right.
    static PayloadExpression compile(String text) {
        var parsed = COMPILER.parse(text, "expression");
        try {
            var tree = parsed.getAst();
            var doubles = CelAbstractSyntaxTree.newParsedAst(new Doubles().of(tree.getExpr()), tree.getSource());
            return new PayloadExpression(
                    text, RUNTIME.createProgram(COMPILER.check(doubles).getAst()));
        } catch (CelValidationException e) {
            throw new IllegalArgumentException("the expression can not be read: " + firstLine(e), e);
        } catch (CelEvaluationException e) {
            throw new IllegalArgumentException("the expression can not run: " + e.getMessage(), e);
        }
    }

    private static String firstLine(CelValidationException e) {
        return e.getErrors().isEmpty()
                ? String.valueOf(e.getMessage())
                : e.getErrors().getFirst().getMessage();
    }

    /// Computes it; none where the message lacks what it asks for, or has null there.
    ///
    /// @throws BadPayload it has no result for this message
    Optional<Tree> evaluate(String topic, Tree message) throws BadPayload {
        try {
            return tree(program.eval(Map.of("msg", object(message), "topic", topic)));
        } catch (CelEvaluationException e) {
            if (e.getErrorCode() == dev.cel.common.CelErrorCode.ATTRIBUTE_NOT_FOUND) return Optional.empty();
            throw new BadPayload("\"" + text + "\" has no result: " + Shape.shown(String.valueOf(e.getMessage())));
        }
    }

    private Optional<Tree> tree(Object result) throws BadPayload {
        return switch (result) {
            case NullValue _ -> Optional.empty();
            case Double d
            when Double.isFinite(d) -> Optional.of(Tree.plain(new BigDecimal(Double.toString(d)).toString()));
            case Long l -> Optional.of(Tree.plain(l));
            case Boolean b -> Optional.of(Tree.plain(b));
            case String s -> Optional.of(Tree.text(s));
            default -> // open: whatever CEL computes
                throw new BadPayload("\"" + text + "\" is neither a number nor a text nor true or false");
        };
    }

    private static Object object(Tree tree) {
        return switch (tree) {
            case Tree.Scalar s when s.quoted() -> s.text();
            case Tree.Scalar s when s.text().isEmpty() -> NullValue.NULL_VALUE;
            case Tree.Scalar s
            when s.text().equals("true") || s.text().equals("false") -> s.text().equals("true");
            case Tree.Scalar s -> Double.parseDouble(s.text());
            case Tree.Items i -> {
                var all = new ArrayList<Object>();
                for (Tree each : i.items()) all.add(object(each));
                yield all;
            }
            case Tree.Fields f -> {
                var all = new LinkedHashMap<String, Object>();
                f.fields().forEach((name, part) -> all.put(name, object(part)));
                yield all;
            }
        };
    }

    @Override
    public String toString() {
        return text;
    }

    /// Makes each whole number of an expression a decimal number, as those of a message are: CEL does not multiply
    /// the one with the other. The place in a list stays whole.
    private static final class Doubles {
        CelExpr of(CelExpr e) {
            return switch (e.getKind()) {
                case CONSTANT -> constant(e);
                case SELECT ->
                    e.toBuilder()
                            .setSelect(e.select().toBuilder()
                                    .setOperand(of(e.select().operand()))
                                    .build())
                            .build();
                case CALL -> call(e);
                case LIST ->
                    e.toBuilder()
                            .setList(CelExpr.CelList.newBuilder()
                                    .addElements(all(e.list().elements()))
                                    .addOptionalIndices(e.list().optionalIndices())
                                    .build())
                            .build();
                case COMPREHENSION -> loop(e);
                case IDENT, MAP, STRUCT, NOT_SET -> e;
            };
        }

        private ImmutableList<CelExpr> all(List<CelExpr> parts) {
            return parts.stream().map(this::of).collect(ImmutableList.toImmutableList());
        }

        private static CelExpr constant(CelExpr e) {
            if (e.constant().getKind() != CelConstant.Kind.INT64_VALUE) return e;
            return CelExpr.ofConstant(
                    e.id(), CelConstant.ofValue((double) e.constant().int64Value()));
        }

        private CelExpr call(CelExpr e) {
            var call = e.call();
            var arguments = call.function().equals("_[_]")
                    ? ImmutableList.of(of(call.args().getFirst()), call.args().getLast())
                    : all(call.args());
            return CelExpr.ofCall(e.id(), call.target().map(this::of), call.function(), arguments);
        }

        private CelExpr loop(CelExpr e) {
            var loop = e.comprehension();
            return e.toBuilder()
                    .setComprehension(loop.toBuilder()
                            .setIterRange(of(loop.iterRange()))
                            .setAccuInit(loop.accuInit()) // exists_one counts in whole numbers
                            .setLoopStep(step(loop))
                            .build())
                    .build();
        }

        /// `exists` and `all` join flags, `exists_one` counts: only the condition inside has numbers of the
        /// person.
        private CelExpr step(CelExpr.CelComprehension loop) {
            boolean counts = loop.accuInit().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                    && loop.accuInit().constant().getKind() == CelConstant.Kind.INT64_VALUE;
            if (!counts) return of(loop.loopStep());
            var step = loop.loopStep().call();
            return CelExpr.ofCall(
                    loop.loopStep().id(),
                    step.target(),
                    step.function(),
                    ImmutableList.of(
                            of(step.args().get(0)),
                            step.args().get(1),
                            step.args().get(2)));
        }
    }
}
