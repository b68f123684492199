package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Endpoint;
import io.linkspan.node.HttpFile;
import io.linkspan.node.LivePage;
import io.linkspan.node.NodeClock;
import io.linkspan.node.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console before a real node in Debian's Chromium: from the set-up code to a boiler that is switched by hand.
/// Needs
/// both, and the console's packages; without, it is skipped with a sentence.
class ConsoleNodeTest {
    private static final int PROCESS_MINUTES_MAX = 3;

    @TempDir
    private Path folder;

    @Test
    void aPersonGetsInAndSwitchesTheBoilerAndSeesWhy() throws Exception {
        var chromium = program("chromium");
        var node = program("node");
        Path console = Path.of("../console").toRealPath();
        Assumptions.assumeTrue(
                Files.isDirectory(console.resolve("node_modules/playwright-core"))
                        && LivePage.class.getResource("/io/linkspan/console/index.html") != null,
                "The console is not built, the build says why (apt install nodejs npm)");
        var house = new House(House.START);
        try (var machines =
                new HouseMachines(house, Optional.empty(), NodeClock.real(), Duration.ofMillis(200), 0, 0)) {
            machines.start();
            String site = Files.readString(Path.of("../examples/riverside.yaml"))
                    .replace(":2001\"", ":" + machines.meterPort() + "\"")
                    .replace(":5020\"", ":" + machines.plantPort() + "\"");
            var file = Files.writeString(folder.resolve("riverside.yaml"), site);
            try (var running = Running.start(Running.Settings.of(folder.resolve("data"), file), _ -> {});
                    var page = new LivePage()
                            .open(
                                    running,
                                    new HttpFile(
                                            new Endpoint.Tcp("127.0.0.1", 0), new HttpFile.Security.None(), false))) {
                String code = running.entrance().signIn().setUpCode().orElseThrow();
                Path pictures = Files.createDirectories(Path.of("target/console"));
                var walked = run(
                        console,
                        node,
                        "test/node/walk.mjs",
                        page.address(),
                        code,
                        chromium,
                        pictures.toAbsolutePath().toString());
                assertThat(walked).contains("nothing wrong");
            }
        }
    }

    private static String program(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
            if (Files.isExecutable(Path.of(folder, name)))
                return Path.of(folder, name).toString();
        Assumptions.abort(
                name + " is missing, so the console was not walked through (apt install chromium nodejs npm)");
        throw new AssertionError();
    }

    private String run(Path in, String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        var process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PROCESS_MINUTES_MAX, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
