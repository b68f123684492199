package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The applications in examples/ take a feed of a node with a contract, are killed in the middle and started again:
/// they
/// have each value once.
class ExamplesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Path EXAMPLES = Path.of("../examples");

    @TempDir
    private Path folder;

    @Test
    void theJavaApplicationHasEachValueOnce() throws Exception {
        run(NodeProcess.java(EXAMPLES.resolve("app-java/Taker.java").toString()));
    }

    @Test
    void theTypeScriptApplicationHasEachValueOnce() throws Exception {
        var compiler = Path.of("../console/node_modules/typescript/bin/tsc");
        Assumptions.assumeTrue(
                Files.exists(compiler), "The console is not built, the build says why (apt install nodejs npm)");
        var compiled = folder.resolve("compiled");
        var said = folder.resolve("tsc.txt");
        var source = EXAMPLES.resolve("app-typescript/taker.ts");
        var compiling = new ProcessBuilder(
                        "node",
                        compiler.toString(),
                        source.toString(),
                        "--ignoreConfig",
                        "--noCheck", // the types of Node are a package of their own, which this clone has no other use
                        // for
                        "--target",
                        "es2022",
                        "--module",
                        "es2022",
                        "--moduleResolution",
                        "bundler",
                        "--outDir",
                        compiled.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(compiling.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(compiling.exitValue()).as(Files.readString(said)).isZero();
        Files.move(compiled.resolve("taker.js"), compiled.resolve("taker.mjs"));
        run(List.of("node", compiled.resolve("taker.mjs").toString()));
    }

    private void run(List<String> application) throws Exception {
        var values = folder.resolve("values.txt");
        try (var workshop = new Workshop();
                var node = NodeProcess.start(folder, workshop.text())) {
            String token = contract(node);
            var command = new ArrayList<>(application);
            command.add(node.address() + "/v1/sites/workshop/feed");
            command.add(values.toString());
            int lines = 0;
            for (int life = 0; life < 3; life++) {
                var begun = new ProcessBuilder(command)
                        .redirectError(folder.resolve("errors.txt").toFile());
                begun.environment().put("LINKSPAN_TOKEN", token);
                var process = begun.start();
                try {
                    lines = await(process, values, lines + 50);
                    if (life == 1) { // its node dies too, and comes back
                        node.kill();
                        node.restart();
                        lines = await(process, values, lines + 50);
                    }
                } finally {
                    process.destroyForcibly().waitFor();
                }
                if (life == 0)
                    Files.writeString(values, Files.readString(values) + "9999 torn"); // as a power cut might
            }
            node.kill();
            compare(Files.readAllLines(values), node);
        }
    }

    /// An application that may have the meter and the boiler, each reading.
    private static String contract(NodeProcess node) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(node.address() + "/v1/sites/workshop/applications"))
                            .header("Authorization", "Bearer " + node.token("anna", "owner"))
                            .header("Content-Type", "application/json")
                            .POST(
                                    BodyPublishers.ofString(
                                            "{\"name\": \"taker\", \"contract\": {\"properties\": [\"meter\", \"boiler.on\"]}}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            return ((Tree.Scalar) Json.parseFields("", answer.body()).fields().get("token")).text();
        }
    }

    private int await(Process process, Path values, int lines) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            int count = Files.exists(values) ? Files.readAllLines(values).size() : 0;
            if (count >= lines) return count;
            assertThat(process.isAlive()).as(errors()).isTrue();
            assertThat(System.nanoTime())
                    .as("%d lines, not %d: %s", count, lines, errors())
                    .isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors.txt"));
    }

    /// A line a position, each later than the one before, with the values that the log has there.
    private static void compare(List<String> lines, NodeProcess node) throws Exception {
        var said = Said.readings(node.data());
        for (String path : List.of("meter.power", "meter.energy", "boiler.on")) {
            var taken = new ArrayList<Said.Value>();
            for (String line : lines)
                for (String word : line.split(" "))
                    if (word.startsWith(path + "="))
                        taken.add(new Said.Value(
                                Long.parseLong(line.split(" ")[0]),
                                word.substring(path.length() + 1).replace("\"", "")));
            assertThat(taken).as(path).isNotEmpty();
            assertThat(taken.stream().map(v -> normal(v)).toList())
                    .as(path)
                    .isEqualTo(said.get(path).subList(0, taken.size()).stream()
                            .map(v -> normal(v))
                            .toList());
        }
        assertThat(lines).allMatch(line -> !line.contains("store."));
        long before = 0;
        for (String line : lines) {
            long position = Long.parseLong(line.split(" ")[0]);
            assertThat(position).isGreaterThan(before);
            before = position;
        }
    }

    /// JSON has no 6.10 and no difference between it and 6.1.
    private static Said.Value normal(Said.Value v) {
        return v.value().matches("-?[0-9.]+(E-?[0-9]+)?")
                ? new Said.Value(v.seq(), Double.toString(Double.parseDouble(v.value())))
                : v;
    }
}
