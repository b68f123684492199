package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A program that is not ours, while it runs: its lines one by one, and in the end all of them.
final class ForeignProgram implements AutoCloseable {
    private static final int SECONDS_MAX = 60;

    private final List<String> command;
    private final Process process;
    private final BufferedReader lines;

    private ForeignProgram(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /// Skips the test that asks where the program is missing.
    static String need(String name, String packageName) {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
            if (Files.isExecutable(Path.of(folder, name)))
                return Path.of(folder, name).toString();
        Assumptions.abort(name + " is missing, so this was not tried; install it (apt install " + packageName + ")");
        throw new AssertionError();
    }

    static ForeignProgram start(List<String> command, Path folder) throws IOException {
        return new ForeignProgram(
                command,
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start());
    }

    /// All that it prints until it ends by itself.
    static List<String> run(List<String> command, Path folder, String input) throws IOException, InterruptedException {
        try (var program = start(command, folder)) {
            program.process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            program.process.getOutputStream().close();
            return program.finish();
        }
    }

    /// Reads on until a line has `part` in it.
    void await(String part) throws IOException {
        var seen = new ArrayList<String>();
        for (String line; (line = lines.readLine()) != null; seen.add(line)) if (line.contains(part)) return;
        throw new IOException(command + " ended without \"" + part + "\": " + seen);
    }

    /// Its next line.
    String next() throws IOException {
        String line = lines.readLine();
        if (line == null) throw new IOException(command + " ended");
        return line;
    }

    /// The rest of its lines; it has to end by itself.
    List<String> finish() throws IOException, InterruptedException {
        var rest = new ArrayList<String>();
        var reader = Thread.ofVirtual().start(() -> {
            try {
                for (String line; (line = lines.readLine()) != null; ) rest.add(line);
            } catch (IOException e) {
                rest.add("(cut off)");
            }
        });
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        if (!ended) close();
        reader.join();
        assertThat(ended).as("%s ended; it said %s", command, rest).isTrue();
        return rest;
    }

    /// `kill -9`.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
