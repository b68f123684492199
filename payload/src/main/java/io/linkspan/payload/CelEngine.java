package io.linkspan.payload;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelSource;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// CEL with arithmetic that never answers with infinity or not-a-number. Loading it costs a cold start about half a
/// second
/// of CPU, so nothing refers to it before the first expression. Safe for many threads.
final class CelEngine {
    static final String ADD = "@plus";
    static final String SUBTRACT = "@minus";
    static final String MULTIPLY = "@times";
    static final String DIVIDE = "@over";
    static final String REMAINDER = "@rem";
    static final String MIN = "@min";
    static final String MAX = "@max";
    static final String ROUND_TO = "@round_to";
    static final String NEGATE = "@negate";
    static final String ABS = "@abs";
    static final String ROUND = "@round";
    static final String TRUNCATE = "@truncate";
    static final String COUNT = "@count";
    /// Flags are compared by a function of our own: CEL's `==` takes a missing value that came out of `&&` or `||`
    /// for a
    /// value, and answers.
    static final String SAME = "@same";

    static final String OTHER = "@other";

    private static final Map<String, CelFunctionOverload.Binary<Double, Double>> BINARY = Map.of(
            ADD, (a, b) -> finite(a + b),
            SUBTRACT, (a, b) -> finite(a - b),
            MULTIPLY, (a, b) -> finite(a * b),
            DIVIDE, (a, b) -> finite(a / divisor(b)),
            REMAINDER, (a, b) -> finite(a % divisor(b)),
            MIN, (a, b) -> Math.min(a, b),
            MAX, (a, b) -> Math.max(a, b),
            ROUND_TO, (x, step) -> finite(Math.rint(x / divisor(step)) * step));
    private static final Map<String, CelFunctionOverload.Unary<Double>> UNARY = Map.of(
            NEGATE, x -> -x,
            ABS, x -> Math.abs(x),
            ROUND, x -> Math.rint(x),
            TRUNCATE, x -> x < 0 ? Math.ceil(x) : Math.floor(x));

    /// Most values that a computed tree asks for: half for properties and whether they have a value, half for
    /// properties in
    /// another unit than their own (beyond it they are converted in the tree).
    static final int SLOTS_MAX = 4 * Expression.VARIABLES_MAX;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .maxExpressionCodePointSize(Expression.TEXT_CHARACTERS_MAX)
            .maxParseRecursionDepth(Expression.NESTING_MAX)
            .maxParseExpressionNodeCount(Expression.NODES_MAX)
            .comprehensionMaxIterations(Expression.ITERATIONS_MAX)
            .build();
    private static final CelParser PARSER = CelParserFactory.standardCelParserBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .build();
    private static final CelCompiler COMPILER = compiler();
    private static final CelRuntime RUNTIME = runtime();

    /// Programs by their tree, the least used dropped: trees name their values by place (`d0`), so what rules ask
    /// of
    /// many
    /// things is one program.
    private static final Map<CelExpr, Program> PROGRAMS = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CelExpr, Program> eldest) {
            return size() > PROGRAMS_MAX;
        }
    };

    /// Most programs that are kept to be shared.
    private static final int PROGRAMS_MAX = 1_000;

    private CelEngine() {}

    /// A computation that has no result, told in words. Without a stack: it is an answer, no bug.
    static final class Undefined extends RuntimeException {
        private static final long serialVersionUID = 1;

        Undefined(String why) {
            super(why, null, false, false);
        }
    }

    static CelValidationResult parse(String text) {
        return PARSER.parse(text, "expression");
    }

    /// Makes a checked and rewritten tree ready to run. That CEL refuses it would be a bug in our checker.
    static Program program(CelExpr tree) {
        synchronized (PROGRAMS) {
            return PROGRAMS.computeIfAbsent(tree, CelEngine::made);
        }
    }

    private static Program made(CelExpr tree) {
        try {
            var source = CelSource.newBuilder("").build();
            var checked = COMPILER.check(CelAbstractSyntaxTree.newParsedAst(tree, source))
                    .getAst();
            return RUNTIME.createProgram(checked);
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalStateException("CEL refused what our checker took: " + e.getMessage(), e);
        }
    }

    private static CelCompiler compiler() {
        var builder = CelCompilerFactory.standardCelCompilerBuilder().setOptions(OPTIONS);
        for (int i = 0; i < SLOTS_MAX; i++)
            builder.addVar("d" + i, SimpleType.DOUBLE)
                    .addVar("b" + i, SimpleType.BOOL)
                    .addVar("s" + i, SimpleType.STRING);
        BINARY.keySet()
                .forEach(name -> builder.addFunctionDeclarations(declared(name, SimpleType.DOUBLE, SimpleType.DOUBLE)));
        UNARY.keySet().forEach(name -> builder.addFunctionDeclarations(declared(name, SimpleType.DOUBLE)));
        builder.addFunctionDeclarations(declared(COUNT, SimpleType.INT));
        for (String name : List.of(SAME, OTHER))
            builder.addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(
                    name,
                    CelOverloadDecl.newGlobalOverload(
                            name + "_bool", SimpleType.BOOL, List.of(SimpleType.BOOL, SimpleType.BOOL))));
        return builder.build();
    }

    private static CelFunctionDecl declared(String name, CelType... arguments) {
        return CelFunctionDecl.newFunctionDeclaration(
                name, CelOverloadDecl.newGlobalOverload(name + "_double", SimpleType.DOUBLE, List.of(arguments)));
    }

    private static CelRuntime runtime() {
        var bindings = new ArrayList<CelFunctionBinding>();
        BINARY.forEach((name, body) -> bindings.addAll(CelFunctionBinding.fromOverloads(
                name, CelFunctionBinding.from(name + "_double", Double.class, Double.class, body))));
        UNARY.forEach((name, body) -> bindings.addAll(
                CelFunctionBinding.fromOverloads(name, CelFunctionBinding.from(name + "_double", Double.class, body))));
        CelFunctionOverload.Binary<Boolean, Boolean> same = Boolean::equals;
        CelFunctionOverload.Binary<Boolean, Boolean> other = (a, b) -> !a.equals(b);
        bindings.addAll(CelFunctionBinding.fromOverloads(
                SAME, CelFunctionBinding.from(SAME + "_bool", Boolean.class, Boolean.class, same)));
        bindings.addAll(CelFunctionBinding.fromOverloads(
                OTHER, CelFunctionBinding.from(OTHER + "_bool", Boolean.class, Boolean.class, other)));
        CelFunctionOverload.Unary<Long> count = Long::doubleValue;
        bindings.addAll(
                CelFunctionBinding.fromOverloads(COUNT, CelFunctionBinding.from(COUNT + "_double", Long.class, count)));
        return CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(OPTIONS)
                .addFunctionBindings(bindings)
                .build();
    }

    private static double finite(double x) {
        if (!Double.isFinite(x)) throw new Undefined("a result is too large for a number");
        return x;
    }

    private static double divisor(double x) {
        if (x == 0) throw new Undefined("a division by 0");
        return x;
    }
}
