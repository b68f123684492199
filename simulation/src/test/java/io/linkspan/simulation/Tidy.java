package io.linkspan.simulation;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConstantCaseLabelTree;
import com.sun.source.tree.DefaultCaseLabelTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParameterizedTypeTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.UnionTypeTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Reads Java sources as syntax trees and says in one line each what breaks the rules of style that a machine can
/// check: where it is, why it is a rule, and what to write instead.
final class Tidy {
    /// The longest method, in lines with its signature: what fits a screen. The labels of a switch do not count: a
    /// table
    /// with a line for each kind is read from end to end at a glance.
    static final int METHOD_LINES_MAX = 70;

    /// A source file. `file` is its path within the repository, and tells the module.
    record Source(String file, String text) {
        String module() {
            return file.substring(0, file.indexOf('/'));
        }

        boolean isMain() {
            return file.contains("/src/main/");
        }

        /// The other end of a connector's line, in its folder for tests and the demo: it opens and sleeps by
        /// itself.
        boolean isSimulatedMachine() {
            return file.contains("/Simulated");
        }

        String line(long number) {
            return text.lines().skip(number - 1).findFirst().orElse("");
        }
    }

    /// One thing to put right.
    record Finding(String rule, String file, long line, String message) {
        @Override
        public String toString() {
            return file + ":" + line + ": " + message;
        }
    }

    /// A call, construction or import that some modules may not use, and what to use instead.
    private record Ban(Set<String> modules, Pattern what, String instead) {
        boolean bans(String module, String name) {
            return modules.contains(module) && what.matcher(name).find();
        }
    }

    private static final Set<String> CORE = Set.of("site", "model");
    private static final Set<String> DRIVEN =
            Set.of("site", "model", "journal", "connector", "connectors", "payload", "feed");

    private static final List<Ban> BANNED_CALLS = List.of(
            ban(CORE, "\\bSystem\\.(currentTimeMillis|nanoTime)$", "the core reads no clock: take the step's `now`"),
            ban(
                    CORE,
                    "\\b(Instant|Local\\w+|ZonedDateTime|OffsetDateTime|Year|YearMonth|MonthDay)\\.now$|\\bClock\\.(system|tick)",
                    "the core reads no clock: take the step's `now`"),
            ban(
                    CORE,
                    "\\b(Thread\\.(?!currentThread)\\w+|Executors\\.\\w+|CompletableFuture\\.\\w+)$",
                    "the core starts no thread and waits for nothing: return a result, node acts on it"),
            ban(
                    CORE,
                    "\\b(Math\\.random|ThreadLocalRandom\\.current|UUID\\.randomUUID|RandomGenerator\\.\\w+)$",
                    "the core draws no random number: take it as an argument"),
            ban(
                    DRIVEN,
                    "\\b(Thread\\.sleep|TimeUnit\\.\\w+\\.sleep)$",
                    "a fixed sleep cannot be simulated: wait through the surroundings' clock"),
            ban(
                    Set.of("connectors"),
                    "\\b(System\\.(currentTimeMillis|nanoTime)|Instant\\.now|Local\\w+\\.now)$",
                    "a connector's time comes from its surroundings, or it cannot be simulated: here.clock()"));

    private static final List<Ban> BANNED_CONSTRUCTIONS = List.of(
            ban(CORE, "^Thread$", "the core starts no thread: return a result, node acts on it"),
            ban(
                    CORE,
                    "^(Random|SecureRandom|SplittableRandom)$",
                    "the core draws no random number: take it as an argument"),
            ban(
                    CORE,
                    "^(ReentrantLock|ReentrantReadWriteLock|Semaphore)$",
                    "a site is stepped by one thread: no lock is needed"),
            ban(
                    Set.of("connectors"),
                    "^(Socket|ServerSocket|DatagramSocket|FileInputStream|FileOutputStream|Thread)$",
                    "a connector opens what its surroundings give, or it cannot be simulated: here.open(...)"));

    private static final String ORDER =
            "the order of a hash table differs from start to start, and replay must give the same"
                    + " bits: LinkedHashMap, LinkedHashSet or TreeMap (else say on the line: `// looked up only`, or `// order does not matter`)";
    private static final Pattern ORDER_IS_NOTHING = Pattern.compile("// .*(looked up only|order does not matter)");

    private static final List<Ban> UNORDERED = List.of(
            ban(Set.of("site"), "^(HashMap|HashSet|IdentityHashMap)$", ORDER),
            ban(
                    CORE,
                    "\\b((Map|Set)\\.copyOf|Collectors\\.(toSet|toUnmodifiableSet|toMap|toUnmodifiableMap|groupingBy))$",
                    ORDER),
            ban(CORE, "^(toSet|toUnmodifiableSet|toMap|toUnmodifiableMap|groupingBy)$", ORDER));

    private static final List<Ban> BANNED_IMPORTS = List.of(
            ban(
                    CORE,
                    "^java\\.net\\.(?!URI)|^java\\.nio\\.(file|channels)\\.",
                    "the core opens no socket and no file: use a port in model"),
            ban(Set.of("site"), "^java\\.util\\.concurrent\\.", "a site is stepped by one thread: plain collections"),
            ban(CORE, "^java\\.util\\.Timer", "a timer of the core is a record with a due time"));

    private static final Pattern BAD_NAME = Pattern.compile(
            "(Impl|Manager|Helper|Helpers|Util|Utils|Base|Default|Abstract)$|^(Abstract|Default|Base)[A-Z]");

    /// Types of the command line: they print, everything else logs or returns.
    private static final Pattern PRINTS =
            Pattern.compile("^bench/|/(node|simulation)/(\\w*Command|\\w*Commands|Main|Terminal\\w*)\\.java$");

    private final List<Finding> findings = new ArrayList<>();

    private Tidy() {}

    static List<Finding> check(List<Source> sources) throws IOException {
        var tidy = new Tidy();
        var files = sources.stream().collect(toMap(source -> URI.create("mem:///" + source.file()), source -> source));
        var task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(
                        null,
                        null,
                        problem -> {},
                        List.of("-proc:none", "--release", "25"),
                        null,
                        files.entrySet().stream().map(InMemory::new).toList());
        var docs = DocTrees.instance(task);
        for (CompilationUnitTree unit : task.parse())
            tidy.new Reader(files.get(unit.getSourceFile().toUri()), unit, docs).scan(unit, null);
        return tidy.findings;
    }

    private static final class InMemory extends SimpleJavaFileObject {
        private final String text;

        InMemory(Map.Entry<URI, Source> file) {
            super(file.getKey(), JavaFileObject.Kind.SOURCE);
            this.text = file.getValue().text();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private final class Reader extends TreePathScanner<Void, Void> {
        private final Source source;
        private final CompilationUnitTree unit;
        private final DocTrees docs;

        Reader(Source source, CompilationUnitTree unit, DocTrees docs) {
            this.source = source;
            this.unit = unit;
            this.docs = docs;
        }

        @Override
        public Void visitImport(ImportTree tree, Void none) {
            checkBans("import", BANNED_IMPORTS, tree.getQualifiedIdentifier().toString(), tree);
            return super.visitImport(tree, none);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree tree, Void none) {
            var name = tree.getMethodSelect().toString();
            checkBans("call", BANNED_CALLS, name, tree);
            checkOrder(name, tree);
            if (source.isMain()
                    && name.matches("(java\\.lang\\.)?(System\\.(out|err)|IO)\\.\\w+")
                    && !PRINTS.matcher(source.file()).find())
                report("print", tree, "only the command line prints; return the text, or log it");
            if (name.endsWith(".printStackTrace") && tree.getArguments().isEmpty())
                report(
                        "print",
                        tree,
                        "a stack trace on the screen helps nobody; log it with what, where and what next");
            return super.visitMethodInvocation(tree, none);
        }

        @Override
        public Void visitNewClass(NewClassTree tree, Void none) {
            var type = tree.getIdentifier() instanceof ParameterizedTypeTree generic
                    ? generic.getType()
                    : tree.getIdentifier();
            var name = type.toString();
            var simple = name.substring(name.lastIndexOf('.') + 1);
            checkBans("construction", BANNED_CONSTRUCTIONS, simple, tree);
            checkOrder(simple, tree);
            return super.visitNewClass(tree, none);
        }

        @Override
        public Void visitSynchronized(SynchronizedTree tree, Void none) {
            if (isCore()) report("synchronized", tree, "a site is stepped by one thread: no lock is needed");
            return super.visitSynchronized(tree, none);
        }

        @Override
        public Void visitCatch(CatchTree tree, Void none) {
            var type = tree.getParameter().getType();
            var names = type instanceof UnionTypeTree union
                    ? union.getTypeAlternatives().stream().map(Object::toString).toList()
                    : List.of(type.toString());
            var isTop = THREAD_TOP.matcher(lineOf(tree)).find();
            if (source.isMain() && !isTop && names.stream().anyMatch(BROAD::contains) && !throwsOn(tree))
                report(
                        "catch",
                        tree,
                        "catches " + String.join(" | ", names) + "; catch what you can handle, by its name"
                                + " (at the top of a thread: say `// thread top` on the line)");
            if (!isTop && names.contains("InterruptedException") && !passesInterruptOn(tree))
                report(
                        "interrupt",
                        tree,
                        "swallows an interrupt; throw it on, or Thread.currentThread().interrupt()"
                                + " (where nobody needs it: say why in a comment)");
            return super.visitCatch(tree, none);
        }

        /// Cleans up and lets it go on.
        private boolean throwsOn(CatchTree tree) {
            var statements = tree.getBlock().getStatements();
            return !statements.isEmpty()
                    && statements.getLast() instanceof ThrowTree last
                    && last.getExpression()
                            .toString()
                            .equals(tree.getParameter().getName().toString());
        }

        private static final Pattern THREAD_TOP = Pattern.compile("// .*\\bthread('s)? top\\b");
        private static final Pattern PASSED_ON = Pattern.compile("interrupt\\(\\)|throw |return\\b|interrupted = true");
        private static final Set<String> BROAD = Set.of("Exception", "RuntimeException", "Throwable", "Error");

        private boolean passesInterruptOn(CatchTree tree) {
            var block = tree.getBlock().toString();
            if (PASSED_ON.matcher(block).find()) return true;
            for (long line = lineNumber(startOf(tree)); line <= lineNumber(endOf(tree)); line++)
                if (source.line(line).contains("//")) return true;
            return false;
        }

        @Override
        public Void visitSwitch(SwitchTree tree, Void none) {
            checkDefault(tree.getCases());
            return super.visitSwitch(tree, none);
        }

        @Override
        public Void visitSwitchExpression(SwitchExpressionTree tree, Void none) {
            checkDefault(tree.getCases());
            return super.visitSwitchExpression(tree, none);
        }

        /// A switch over texts or numbers needs a default; over our sealed types and enums it hides a new kind.
        private void checkDefault(List<? extends CaseTree> cases) {
            if (!source.isMain()) return;
            var labels = cases.stream().flatMap(c -> c.getLabels().stream()).toList();
            if (labels.stream()
                    .anyMatch(label -> label instanceof ConstantCaseLabelTree constant && isLiteral(constant))) return;
            for (var label : labels)
                if (label instanceof DefaultCaseLabelTree && !lineOf(label).contains("//"))
                    report(
                            "default",
                            label,
                            "a default hides the kind that is added next; name each kind"
                                    + " (where the type is not ours: say why in a comment on the line)");
        }

        private boolean isLiteral(ConstantCaseLabelTree label) {
            var constant = label.getConstantExpression();
            return constant instanceof LiteralTree || constant instanceof UnaryTree;
        }

        @Override
        public Void visitClass(ClassTree tree, Void none) {
            var name = tree.getSimpleName().toString();
            if (BAD_NAME.matcher(name).find())
                report("name", tree, name + " says how it is built, not what it is; use the field's word for it");
            if (source.isMain() && isPublic() && !isBareKind(tree) && docs.getDocComment(getCurrentPath()) == null)
                report("doc", tree, "the public type " + name + " has no ///; one sentence that says what it is");
            return super.visitClass(tree, none);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void none) {
            var name = tree.getName().toString();
            if (source.isMain()
                    && isPublic()
                    && !name.equals("<init>")
                    && !name.equals("main")
                    && !isOverride(tree)
                    && docs.getDocComment(getCurrentPath()) == null)
                report(
                        "doc",
                        tree,
                        "the public method " + name + " has no ///; say what it does, with units and errors");
            if (isCore() && tree.getModifiers().getFlags().contains(Modifier.SYNCHRONIZED))
                report("synchronized", tree, "a site is stepped by one thread: no lock is needed");
            var lines = source.text()
                    .lines()
                    .skip(lineNumber(startOf(tree)) - 1)
                    .limit(lineNumber(endOf(tree)) - lineNumber(startOf(tree)) + 1)
                    .filter(line -> !line.strip().startsWith("case "))
                    .count();
            if (source.isMain() && lines > METHOD_LINES_MAX)
                report(
                        "length",
                        tree,
                        "the method " + name + " has " + lines + " lines, more than the " + METHOD_LINES_MAX
                                + " that fit a screen; name its parts");
            return super.visitMethod(tree, none);
        }

        private boolean isOverride(MethodTree tree) {
            return tree.getModifiers().getAnnotations().stream()
                    .anyMatch(a -> a.getAnnotationType().toString().equals("Override"));
        }

        /// A record without methods of its own that is a kind of the interface around it: the interface's doc
        /// speaks for it.
        private boolean isBareKind(ClassTree tree) {
            var parent = getCurrentPath().getParentPath().getLeaf();
            return tree.getKind() == Tree.Kind.RECORD
                    && parent instanceof ClassTree around
                    && tree.getImplementsClause().stream()
                            .anyMatch(type -> type.toString()
                                    .equals(around.getSimpleName().toString()));
        }

        /// Whether the type or method at the current path is public, and all types around it too.
        private boolean isPublic() {
            for (var path = getCurrentPath(); path != null; path = path.getParentPath()) {
                var parent = path.getParentPath() == null
                        ? null
                        : path.getParentPath().getLeaf();
                var inInterface = parent instanceof ClassTree around && around.getKind() == Tree.Kind.INTERFACE;
                if (path.getLeaf() instanceof ClassTree type) {
                    if (!isPublic(type.getModifiers().getFlags(), inInterface)) return false;
                    if (!(parent instanceof ClassTree) && !(parent instanceof CompilationUnitTree)) return false;
                } else if (path.getLeaf() instanceof MethodTree method
                        && !isPublic(method.getModifiers().getFlags(), inInterface)) return false;
            }
            return true;
        }

        private boolean isPublic(Set<Modifier> flags, boolean inInterface) {
            return flags.contains(Modifier.PUBLIC) || (inInterface && !flags.contains(Modifier.PRIVATE));
        }

        private void checkBans(String rule, List<Ban> bans, String name, Tree at) {
            if (!source.isMain() || source.isSimulatedMachine()) return;
            bans.stream()
                    .filter(ban -> ban.bans(source.module(), name))
                    .forEach(ban -> report(rule, at, name + ": " + ban.instead()));
        }

        private void checkOrder(String name, Tree at) {
            if (!ORDER_IS_NOTHING.matcher(lineOf(at)).find()) checkBans("order", UNORDERED, name, at);
        }

        private boolean isCore() {
            return source.isMain() && CORE.contains(source.module());
        }

        private long startOf(Tree tree) {
            return docs.getSourcePositions().getStartPosition(unit, tree);
        }

        private long endOf(Tree tree) {
            return docs.getSourcePositions().getEndPosition(unit, tree);
        }

        private long lineNumber(long position) {
            return position < 0 ? 1 : unit.getLineMap().getLineNumber(position);
        }

        private String lineOf(Tree tree) {
            return source.line(lineNumber(startOf(tree)));
        }

        private void report(String rule, Tree at, String message) {
            findings.add(new Finding(rule, source.file(), lineNumber(startOf(at)), message));
        }
    }

    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b|(?i:\\bnot (yet implemented|implemented yet)\\b)");
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.~$}])/(work|root|home/\\w+|Users/\\w+)(?=[/\\s\"'`]|$)");

    /// The rules for any text of the repository, whatever its language.
    static List<Finding> checkText(Source source) {
        var findings = new ArrayList<Finding>();
        var lines = source.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var unfinished = UNFINISHED.matcher(lines.get(i));
            if (unfinished.find())
                findings.add(new Finding(
                        "unfinished",
                        source.file(),
                        i + 1,
                        "\"" + unfinished.group() + "\" announces what is not there; do it, or leave it out"));
            var path = MACHINE_PATH.matcher(lines.get(i));
            if (path.find())
                findings.add(new Finding(
                        "path",
                        source.file(),
                        i + 1,
                        path.group() + " is a path of one machine; make it relative, or a setting"));
        }
        return findings;
    }

    static String lines(List<Finding> findings) {
        return findings.stream().map(Finding::toString).sorted().collect(joining("\n"));
    }

    static Stream<String> rules(List<Finding> findings) {
        return findings.stream().map(Finding::rule);
    }

    private static Ban ban(Set<String> modules, String what, String instead) {
        return new Ban(modules, Pattern.compile(what), instead);
    }
}
