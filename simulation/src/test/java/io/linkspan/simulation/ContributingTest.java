package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/// The connector that CONTRIBUTING.md builds: its code is taken from the page, must compile without a warning, be tidy,
/// and
/// pass the test that the page gives it.
class ContributingTest {
    private static final Pattern FILE =
            Pattern.compile("`(connectors/src/\\S+\\.java)`\n```java\n(.*?)\n```", Pattern.DOTALL);

    @Test
    void theConnectorOfThePageWorks(@TempDir Path folder) throws Exception {
        var files = filesOfThePage();
        assertThat(files).hasSizeGreaterThanOrEqualTo(5);
        compile(files, folder);
        assertThat(Tidy.lines(Tidy.check(files))).isEmpty();
        try (var loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            var summary = new SummaryGeneratingListener();
            var request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(loader.loadClass("io.linkspan.connectors.mtsics.MtSicsTest")))
                    .build();
            LauncherFactory.create().execute(request, summary);
            var failures = new ArrayList<String>();
            for (var each : summary.getSummary().getFailures())
                failures.add(each.getTestIdentifier().getDisplayName() + ": " + each.getException());
            assertThat(failures).isEmpty();
            assertThat(summary.getSummary().getTestsSucceededCount()).isGreaterThan(10);
        }
    }

    private static List<Tidy.Source> filesOfThePage() throws IOException {
        var files = new ArrayList<Tidy.Source>();
        var matcher = FILE.matcher(Files.readString(TidyTest.root().resolve("CONTRIBUTING.md")));
        while (matcher.find()) files.add(new Tidy.Source(matcher.group(1), matcher.group(2) + "\n"));
        return files;
    }

    private static void compile(List<Tidy.Source> files, Path folder) throws IOException {
        var paths = new ArrayList<Path>();
        for (var file : files) {
            var path = folder.resolve(file.file());
            Files.createDirectories(path.getParent());
            paths.add(Files.writeString(path, file.text()));
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var options =
                    List.of("-Xlint:all,-processing,-path", "-proc:none", "-cp", classPath, "-d", folder.toString());
            var done = compiler.getTask(
                            messages, manager, null, options, null, manager.getJavaFileObjectsFromPaths(paths))
                    .call();
            assertThat(messages.toString()).isEmpty();
            assertThat(done).isTrue();
        }
    }
}
