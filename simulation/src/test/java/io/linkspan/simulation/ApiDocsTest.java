package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.node.Main;
import io.linkspan.node.NodeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lines of each ```sh block of docs/api.md are what a reader would type: all run, in their order, in one shell,
/// against a node in a process of its own.
class ApiDocsTest {
    private static final Pattern BLOCK = Pattern.compile("^```sh\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final int BLOCKS_MIN = 5;
    private static final long MINUTES_MAX = 4;

    /// A command that does not end by itself is ended after a while, and must have said something.
    private static final String SHELL = """
            set -eu -o pipefail
            linkspan() { @JAVA@ -cp "$CLASS_PATH" @MAIN@ "$@"; }
            endless() { local code=0; timeout "$@" > endless.txt || code=$?; cat endless.txt; [ $code = 124 ] || return 1; }
            curl() {
                case " $* " in
                *Authorization*) set -- -sS --fail-with-body "$@" ;;
                *) set -- -sS --fail-with-body -H "Authorization: Bearer $DOOR" "$@" ;;
                esac
                case " $* " in
                *" -N "*) endless 3 curl "$@"; grep -q '^data: ' endless.txt ;;
                *) command curl "$@" ;;
                esac
            }
            java() { endless 15 @JAVA@ "$@"; grep -q 'meter.power=' values.txt; }
            """;

    @TempDir
    private Path folder;

    @Test
    void eachLineRuns() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/curl")),
                "curl is missing, so the page was not tried (apt install curl)");
        String page = Files.readString(Path.of("../docs/api.md"));
        var blocks = new ArrayList<String>();
        for (var m = BLOCK.matcher(page); m.find(); ) blocks.add(m.group(1));
        assertThat(blocks).hasSizeGreaterThanOrEqualTo(BLOCKS_MIN);
        var house = new House(House.START);
        try (var machines =
                new HouseMachines(house, Optional.empty(), NodeClock.real(), Duration.ofMillis(200), 0, 0)) {
            machines.start();
            String site = Files.readString(Path.of("../examples/riverside.yaml"))
                    .replace(":2001\"", ":" + machines.meterPort() + "\"")
                    .replace(":5020\"", ":" + machines.plantPort() + "\"");
            try (var node = NodeProcess.start(folder, site)) {
                for (String named : List.of("examples/app-java/Taker.java", "docs/console/plan.png")) {
                    Files.createDirectories(folder.resolve(named).getParent());
                    Files.copy(Path.of("..").resolve(named), folder.resolve(named));
                }
                String said = run(script(blocks, node), node.token("door", "owner"));
                assertThat(said).contains("\"kind\":\"done\"", "\"token\":\"", "event: readings");
            }
        }
    }

    private static String script(List<String> blocks, NodeProcess node) {
        var script = new StringBuilder(
                SHELL.replace("@JAVA@", NodeProcess.java().getFirst()).replace("@MAIN@", Main.class.getName()));
        for (String block : blocks)
            script.append(block.replace("http://127.0.0.1:8080", node.address())
                    .replace("./linkspan", "linkspan")
                    .replace("--data riverside-data", "--data '" + node.data() + "'"));
        return script.toString();
    }

    private String run(String script, String token) throws IOException, InterruptedException {
        var said = folder.resolve("said.txt");
        var builder = new ProcessBuilder(
                        "bash",
                        "-x",
                        Files.writeString(folder.resolve("page.sh"), script).toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("DOOR", token);
        builder.environment().put("CLASS_PATH", absolute(System.getProperty("java.class.path")));
        var process = builder.start();
        if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return Files.readString(said);
    }

    private static String absolute(String classPath) {
        var all = new ArrayList<String>();
        for (String part : classPath.split(java.io.File.pathSeparator, -1))
            all.add(Path.of(part).toAbsolutePath().toString());
        return String.join(java.io.File.pathSeparator, all);
    }
}
