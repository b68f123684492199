package io.linkspan.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The page as the jar carries it, and its own tests: the pure parts in Node, what people do in Debian's Chromium.
class ConsoleTest {
    private static final int PROCESS_MINUTES_MAX = 10;
    private static final Path OUTPUT = Path.of("target/console-tests.log");

    @Test
    void theJarHasThePageAndEachOfItsFilesPacked() throws IOException {
        Assumptions.assumeTrue(
                ConsoleTest.class.getResource("index.html") != null,
                "The page was not built, the build says why (apt install nodejs npm)");
        var page = text("index.html");
        assertThat(page).doesNotContain("http:", "https:", "<style", "onload=");
        var files = Pattern.compile("(?:src|href)=\"\\./([^\"]+)\"").matcher(page);
        int found = 0;
        for (; files.find(); found++)
            assertThat(unpacked(files.group(1) + ".gz")).isEqualTo(text(files.group(1)));
        assertThat(found).isGreaterThanOrEqualTo(3);
        assertThat(unpacked("index.html.gz")).isEqualTo(page);
    }

    @Test
    void thePurePartsPassTheirTests() throws Exception {
        program("npm");
        passes("test");
    }

    @Test
    @Tag("long")
    void peopleCanDoWhatThePageIsForAndAxeFindsNothing() throws Exception {
        program("npm");
        program("chromium");
        passes("e2e");
    }

    @Test
    @Tag("long")
    void eachPageIsQuickAndOpenToAllBeforeLighthouse() throws Exception {
        program("npm");
        program("chromium");
        passes("lighthouse");
    }

    private static void passes(String script) throws Exception {
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of("node_modules")), "The packages of the console are not there (npm ci)");
        var process = new ProcessBuilder("npm", "run", "--silent", script)
                .redirectErrorStream(true)
                .redirectOutput(OUTPUT.toFile())
                .start();
        if (!process.waitFor(PROCESS_MINUTES_MAX, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        var said = Files.readString(OUTPUT, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).containsPattern("(?m)^# pass [1-9]").contains("# fail 0", "# skipped 0");
    }

    private static void program(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
            if (Files.isExecutable(Path.of(folder, name))) return;
        Assumptions.abort(name + " is missing, so this was not tested; install it (apt install chromium nodejs npm)");
    }

    private static String text(String file) throws IOException {
        try (InputStream in = resource(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String unpacked(String file) throws IOException {
        try (InputStream in = new GZIPInputStream(resource(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream resource(String file) {
        var in = ConsoleTest.class.getResourceAsStream(file);
        if (in == null) throw new AssertionError("The jar has no " + file);
        return in;
    }
}
