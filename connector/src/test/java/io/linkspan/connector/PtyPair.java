package io.linkspan.connector;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Two serial devices joined by a cable: pseudo terminals that `socat` makes. Close it to pull the cable.
public final class PtyPair implements AutoCloseable {
    private static final long READY_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Process socat;
    private final Path folder;

    private PtyPair(Process socat, Path folder) {
        this.socat = socat;
        this.folder = folder;
    }

    /// Makes a pair; skips the test, saying so, where `socat` is missing.
    public static PtyPair open() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                List.of("/usr/bin/socat", "/bin/socat", "/usr/local/bin/socat").stream()
                        .anyMatch(p -> Files.isExecutable(Path.of(p))),
                "socat is missing, so there is no pty pair to stand for a serial cable; install it (apt install socat)");
        var folder = Files.createTempDirectory("linkspan-pty");
        var pair = new PtyPair(
                new ProcessBuilder(
                                "socat",
                                "pty,raw,echo=0,link=" + folder.resolve("a"),
                                "pty,raw,echo=0,link=" + folder.resolve("b"))
                        .redirectErrorStream(true)
                        .start(),
                folder);
        long end = System.nanoTime() + READY_TIMEOUT_NANOS;
        while (!(Files.exists(folder.resolve("a")) && Files.exists(folder.resolve("b")))) {
            if (!pair.socat.isAlive() || System.nanoTime() > end) {
                pair.socat.destroy();
                throw new IOException("socat made no pty pair: "
                        + new String(pair.socat.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return pair;
    }

    /// The path of one end.
    public String a() {
        return folder.resolve("a").toString();
    }

    /// The path of the other end.
    public String b() {
        return folder.resolve("b").toString();
    }

    @Override
    public void close() throws IOException {
        socat.destroy();
        try {
            if (!socat.waitFor(5, TimeUnit.SECONDS)) socat.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(folder.resolve("a"));
        Files.deleteIfExists(folder.resolve("b"));
        Files.deleteIfExists(folder);
    }
}
