package io.linkspan.simulation;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Debian's mosquitto as a process of its own on a free port of loopback.
final class Mosquitto implements Judged {
    private static final int PORT_FIRST = 20_000;
    private static final int PORT_END = 32_000; // Linux gives connections 32768 and up
    private static final int PORT_TRIES = 100;
    private static final Duration START_MAX = Duration.ofSeconds(20);

    private final Path folder;
    private final Process process;
    private final InetSocketAddress at;

    private Mosquitto(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.at = MqttWire.loopback(port);
    }

    /// Whether the program is here.
    static boolean isHere() {
        return program().isPresent();
    }

    /// Skips the test that asks where the program is missing.
    static void need() {
        Assumptions.assumeTrue(
                isHere(), "mosquitto is missing, so nothing was compared with it; install it (apt install mosquitto)");
    }

    /// One of mosquitto's clients (`pub`, `sub`, `rr`) for the broker on this port of loopback; it tells each line
    /// at
    /// once, which it does not by itself when nobody sits before it. Skips the test that asks where it is missing.
    static List<String> client(String program, int port, String... more) {
        var all = new ArrayList<>(List.of(
                ForeignProgram.need("stdbuf", "coreutils"),
                "-oL",
                ForeignProgram.need("mosquitto_" + program, "mosquitto-clients"),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port)));
        all.addAll(List.of(more));
        return all;
    }

    private static java.util.Optional<Path> program() {
        return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/sbin")
                .map(folder -> Path.of(folder, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Mosquitto start(Path folder, String... settings) throws IOException, InterruptedException {
        return start(folder, freePort(), settings);
    }

    /// @param settings further lines of its configuration file
    static Mosquitto start(Path folder, int port, String... settings) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        var lines = Stream.concat(
                        Stream.of(
                                "listener " + port + " 127.0.0.1",
                                "allow_anonymous true",
                                "log_type error",
                                "set_tcp_nodelay true",
                                "user " + System.getProperty("user.name")),
                        Stream.of(settings))
                .toList();
        Path file = Files.write(folder.resolve("mosquitto.conf"), lines);
        var process = new ProcessBuilder(List.of(program().orElseThrow().toString(), "-c", file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.txt").toFile())
                .start();
        var broker = new Mosquitto(folder, process, port);
        try {
            broker.await();
            return broker;
        } catch (IOException | InterruptedException e) {
            broker.close();
            throw e;
        }
    }

    /// Below those that connections get by themselves, one of which may be taken before a broker listens.
    static int freePort() throws IOException {
        for (int i = 0; i < PORT_TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(PORT_FIRST, PORT_END);
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (BindException e) {
                // taken: another one
            }
        }
        throw new IOException("No free port from " + PORT_FIRST + " to " + PORT_END);
    }

    private void await() throws IOException, InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(at);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > end)
                    throw new IOException("mosquitto did not start: " + said(), e);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("mosquitto.txt"));
    }

    @Override
    public String name() {
        return "mosquitto";
    }

    @Override
    public InetSocketAddress at() {
        return at;
    }

    long pid() {
        return process.pid();
    }

    /// `kill -9`.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
