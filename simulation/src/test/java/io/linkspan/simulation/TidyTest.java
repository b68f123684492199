package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.simulation.Tidy.Finding;
import io.linkspan.simulation.Tidy.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds the rules of style that a machine can check, over all sources, and shows for each rule a piece of code that
/// breaks it and one beside it that does not.
class TidyTest {
    private static final Path ROOT = root();

    @Test
    void sourcesAreTidy() throws IOException {
        var sources = sources();
        assertThat(sources.stream().map(Source::module).distinct()).contains("model", "site", "journal", "node");
        assertThat(Tidy.lines(Tidy.check(sources))).isEmpty();
    }

    @Test
    void textsAreFinishedAndNameNoMachine() throws IOException {
        var findings = new ArrayList<Finding>();
        for (var file : files(Set.of(
                "java",
                "md",
                "yaml",
                "yml",
                "xml",
                "json",
                "html",
                "js",
                "mjs",
                "ts",
                "tsx",
                "css",
                "properties",
                "scenario",
                "")))
            if (!file.getFileName().toString().startsWith("Tidy")) findings.addAll(Tidy.checkText(source(file)));
        assertThat(Tidy.lines(findings)).isEmpty();
    }

    @Test
    void everyPackageRefusesNull() throws IOException {
        for (var folder : packages())
            assertThat(folder.resolve("package-info.java"))
                    .as("%s: a package says @NullMarked in its package-info.java", ROOT.relativize(folder))
                    .content()
                    .contains("@NullMarked");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "call         # site       # long t = System.currentTimeMillis();",
                "call         # model      # Object t = java.time.Instant.now();",
                "call         # site       # Object t = LocalDateTime.now(zone);",
                "call         # site       # Thread.ofVirtual();",
                "call         # site       # Object id = UUID.randomUUID();",
                "call         # connectors # Thread.sleep(10);",
                "call         # journal    # TimeUnit.SECONDS.sleep(1);",
                "call         # connectors # long t = System.nanoTime();",
                "construction # site       # Object t = new Thread(task);",
                "construction # model      # Object r = new java.util.Random();",
                "order        # site       # var m = new HashMap<String, String>();",
                "order        # model      # m = Map.copyOf(m);",
                "order        # site       # var s = things.stream().collect(Collectors.toSet());",
                "construction # connectors # var s = new Socket(host, 502);",
                "synchronized # site       # synchronized (this) { count++; }",
                "print        # site       # System.out.println(1);",
                "print        # journal    # e.printStackTrace();",
                "catch        # node       # try { run(); } catch (Exception e) { log(e); }",
                "catch        # node       # try { run(); } catch (IOException | RuntimeException e) { log(e); }",
                "catch        # node       # try { run(); } catch (RuntimeException e) { throw new IOException(e); }",
                "interrupt    # node       # try { run(); } catch (InterruptedException e) { log(e); }",
                "default      # site       # int n = switch (value) { case Flag f -> 1; default -> 2; };",
                "default      # site       # switch (quality) { case GOOD -> go(); default -> {} }",
            })
    void findsWhatIsPlantedInAMethod(String rule, String module, String code) throws IOException {
        assertThat(Tidy.rules(Tidy.check(List.of(inMethod(module, code))))).containsExactly(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "node       # long t = System.currentTimeMillis();",
                "node       # Thread.sleep(10);",
                "site       # String text = ~System.currentTimeMillis()~; // not Thread.sleep either",
                "site       # var m = new LinkedHashMap<String, String>();",
                "site       # var m = new HashMap<String, String>(); // looked up only",
                "model      # m = Map.of();",
                "node       # try { run(); } catch (IOException e) { log(e); }",
                "node       # try { run(); } catch (IOException | RuntimeException e) { line.close(); throw e; }",
                "node       # try { run(); } catch (InterruptedException e) { again(); } // somebody else's",
                "node       # try { run(); } catch (RuntimeException e) { log(e); } // not the top",
                "node       # try { run(); } catch (InterruptedException e) { Thread.currentThread().interrupt(); }",
                "node       # try { run(); } catch (InterruptedException e) { throw new IOException(e); }",
                "site       # int n = switch (text) { case ~on~ -> 1; case ~off~ -> 0; default -> 2; };",
                "site       # int n = switch (code) { case -1 -> 1; default -> 2; };",
                "site       # int n = switch (value) { case Flag f -> 1; case Text t -> 2; };",
            })
    void leavesInnocentCodeAlone(String module, String code) throws IOException {
        var text = code.replace('~', '"')
                .replace("catch (RuntimeException e) {", "catch (RuntimeException e) { // thread top\n");
        assertThat(Tidy.lines(Tidy.check(List.of(inMethod(module, text))))).isEmpty();
    }

    @Test
    void findsBannedNames() throws IOException {
        for (var name : List.of(
                "SiteImpl",
                "LinkManager",
                "CrcHelper",
                "ByteUtil",
                "BytesUtils",
                "AbstractMeter",
                "DefaultClock",
                "ConnectorBase"))
            assertThat(Tidy.rules(check("node", "class " + name + " {}")))
                    .as(name)
                    .containsExactly("name");
        for (var name : List.of("Database", "Defaults", "Basement", "Abstraction", "Utility"))
            assertThat(check("node", "class " + name + " {}")).as(name).isEmpty();
    }

    @Test
    void findsBannedImports() throws IOException {
        assertThat(Tidy.rules(check("site", "import java.net.Socket; class A {}")))
                .containsExactly("import");
        assertThat(Tidy.rules(check("model", "import java.nio.file.Path; class A {}")))
                .containsExactly("import");
        assertThat(Tidy.rules(check("site", "import java.util.concurrent.ConcurrentHashMap; class A {}")))
                .containsExactly("import");
        assertThat(check("model", "import java.net.URI; class A {}")).isEmpty();
        assertThat(check("node", "import java.net.Socket; class A {}")).isEmpty();
    }

    @Test
    void findsUndocumentedPublicTypesAndMethods() throws IOException {
        assertThat(Tidy.rules(check("model", "public class A {}"))).containsExactly("doc");
        assertThat(Tidy.rules(check("model", "/// A.\npublic class A { public void go() {} }")))
                .containsExactly("doc");
        assertThat(Tidy.rules(check("model", "/// A.\npublic interface A { void go(); }")))
                .containsExactly("doc");
        assertThat(Tidy.rules(check("model", "/// A.\npublic interface A { record B(int c) {} }")))
                .containsExactly("doc");

        assertThat(check("model", "class A { public void go() {} }")).isEmpty();
        assertThat(check("model", "/// A.\npublic class A {\n/// Goes.\n@Deprecated public void go() {} }"))
                .isEmpty();
        assertThat(
                        check(
                                "model",
                                "/// A.\npublic class A { A() {} void go() {} @Override public String toString() { return \"\"; } }"))
                .isEmpty();
        assertThat(check("model", "/// A.\npublic sealed interface A { record B(int c) implements A {} }"))
                .isEmpty();
    }

    @Test
    void findsMethodsLongerThanAScreen() throws IOException {
        var fits = "class A { void go() {\n" + "count++;\n".repeat(Tidy.METHOD_LINES_MAX - 2) + "} }";
        assertThat(check("node", fits)).isEmpty();
        assertThat(Tidy.rules(check("node", fits.replaceFirst("count", "count++;\ncount"))))
                .containsExactly("length");
    }

    @Test
    void printsBelongToTheCommandLine() throws IOException {
        var text = "class %s { void go() { System.out.println(1); } }";
        assertThat(Tidy.check(
                        List.of(new Source("node/src/main/java/io/linkspan/node/Main.java", text.formatted("Main")))))
                .isEmpty();
        assertThat(Tidy.check(List.of(new Source(
                        "node/src/main/java/io/linkspan/node/SetCommand.java", text.formatted("SetCommand")))))
                .isEmpty();
        assertThat(Tidy.rules(Tidy.check(
                        List.of(new Source("node/src/main/java/io/linkspan/node/Loop.java", text.formatted("Loop"))))))
                .containsExactly("print");
    }

    @Test
    void aSimulatedMachineIsTheOtherEndOfTheLine() throws IOException {
        var text = "class A { void go() { Thread.sleep(1); new ServerSocket(0); } }";
        assertThat(Tidy.rules(check("connectors", text))).containsExactly("call", "construction");
        assertThat(Tidy.check(List.of(new Source("connectors/src/main/java/a/SimulatedMeter.java", text))))
                .isEmpty();
    }

    @Test
    void findsUnfinishedTextAndMachinePaths() {
        assertThat(Tidy.rules(Tidy.checkText(new Source("README.md", "TODO: write"))))
                .containsExactly("unfinished");
        assertThat(Tidy.rules(Tidy.checkText(new Source("a/A.java", "throw x(\"not implemented yet\")"))))
                .containsExactly("unfinished");
        assertThat(Tidy.rules(Tidy.checkText(new Source("a.yaml", "port: /home/ann/meter"))))
                .containsExactly("path");
        assertThat(Tidy.rules(Tidy.checkText(new Source("a.md", "see `/" + "work/notes`"))))
                .containsExactly("path");
        assertThat(Tidy.checkText(new Source("a.md", "a mastodon, ~/.sdkman, /var/lib/linkspan, docs/" + "work/x")))
                .isEmpty();
    }

    @Test
    void aFindingNamesFileAndLine() throws IOException {
        var file = "site/src/main/java/io/linkspan/site/A.java";
        assertThat(Tidy.lines(Tidy.check(List.of(new Source(file, "class A {\n  long t = System.nanoTime();\n}")))))
                .isEqualTo(file + ":2: System.nanoTime: the core reads no clock: take the step's `now`");
    }

    private static List<Finding> check(String module, String code) throws IOException {
        return Tidy.check(List.of(new Source(module + "/src/main/java/io/linkspan/" + module + "/A.java", code)));
    }

    private static Source inMethod(String module, String code) {
        return new Source(
                module + "/src/main/java/io/linkspan/" + module + "/A.java",
                "class A { void go() {\n" + code + "\n} }");
    }

    private static List<Source> sources() throws IOException {
        return files(Set.of("java")).stream().map(TidyTest::source).toList();
    }

    private static List<Path> packages() throws IOException {
        return files(Set.of("java")).stream()
                .filter(file -> file.toString().contains("/src/main/"))
                .map(Path::getParent)
                .distinct()
                .toList();
    }

    private static List<Path> files(Set<String> extensions) throws IOException {
        try (var all = Files.walk(ROOT)) {
            return all.filter(file -> isTracked(ROOT.relativize(file)) && Files.isRegularFile(file))
                    .filter(file -> extensions.contains(extension(file)))
                    .sorted()
                    .toList();
        }
    }

    /// Leaves out what a build or an editor makes.
    private static boolean isTracked(Path file) {
        for (var part : file)
            if (Set.of("target", ".git", ".idea", ".vscode", "data", "demo-data", "node_modules")
                    .contains(part.toString())) return false;
        return true;
    }

    private static String extension(Path file) {
        var name = file.getFileName().toString();
        return name.contains(".") ? name.substring(name.lastIndexOf('.') + 1) : "";
    }

    private static Source source(Path file) {
        try {
            return new Source(ROOT.relativize(file).toString(), Files.readString(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot read " + file + "; every source is UTF-8 text", e);
        }
    }

    static Path root() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("linkspan"))) folder = folder.getParent();
        return folder;
    }
}
