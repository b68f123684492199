package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.PageView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The live page of the demo in a real browser: Debian's Chromium, driven by npm's playwright-core, audited by
/// axe-core. Needs
/// them, and npm to fetch the last two; without, it is skipped with a sentence.
@Tag("long")
class LivePageBrowserTest {
    private static final List<String> PACKAGES = List.of("playwright-core@1.65.1", "axe-core@4.14.1");
    private static final int PROCESS_MINUTES_MAX = 5;

    @TempDir
    private Path folder;

    @Test
    void aBrowserFindsNothingWrongWithThePage() throws Exception {
        var chromium = program("chromium");
        var node = program("node");
        var npm = program("npm");
        Files.copy(Path.of("src/test/resources/browser/page.mjs"), folder.resolve("page.mjs"));
        Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
        var fetched = run(npm, "install", "--no-audit", "--no-fund", PACKAGES.get(0), PACKAGES.get(1));
        Assumptions.assumeTrue(fetched.exit() == 0, "npm could not fetch " + PACKAGES + ": " + fetched.text());
        var screen = new Waiting();
        var demo = new Demo(new Demo.Options(400, Optional.empty(), Optional.empty(), Optional.of(0)), screen);
        var running = Thread.ofPlatform().start(() -> screen.run(demo));
        try {
            assertThat(screen.begun.await(PROCESS_MINUTES_MAX, TimeUnit.MINUTES))
                    .isTrue();
            Path pictures = Files.createDirectories(Path.of("target/live-page"));
            var looked = run(
                    node,
                    "page.mjs",
                    screen.address() + "/plain",
                    chromium,
                    pictures.toAbsolutePath().toString());
            assertThat(looked.text()).contains("nothing wrong");
            assertThat(looked.exit()).isZero();
        } finally {
            demo.stop();
            running.join();
        }
    }

    private static String program(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
            if (Files.isExecutable(Path.of(folder, name)))
                return Path.of(folder, name).toString();
        Assumptions.abort(
                name + " is missing, so the page was not looked at; install it (apt install chromium nodejs npm)");
        throw new AssertionError();
    }

    private record Ran(int exit, String text) {}

    private Ran run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PROCESS_MINUTES_MAX, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            return new Ran(-1, "no end after " + PROCESS_MINUTES_MAX + " min: " + Files.readString(output));
        }
        return new Ran(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    /// Says when the page is there.
    private static final class Waiting implements DemoScreen {
        private final CountDownLatch begun = new CountDownLatch(1);
        private volatile String introduction = "";

        void run(Demo demo) {
            try {
                demo.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        String address() {
            int at = introduction.indexOf("http://");
            return introduction.substring(at, introduction.indexOf(' ', at));
        }

        @Override
        public void begin(String text) {
            introduction = text;
            begun.countDown();
        }

        @Override
        public boolean show(PageView site, LocalDateTime recorded) {
            return false;
        }

        @Override
        public void end() {}

        @Override
        public void line(String text) {}
    }
}
