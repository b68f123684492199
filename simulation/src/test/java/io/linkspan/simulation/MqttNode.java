package io.linkspan.simulation;

import io.linkspan.node.Main;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Our broker as people run it: a Linkspan node in a process of its own.
final class MqttNode implements Judged {
    private static final Path CONFORMANCE = Path.of("../examples/conformance.yaml");
    private static final String CONFORMANCE_PORT = "18830";
    private static final Duration START_MAX = Duration.ofSeconds(90);

    private final Path folder;
    private final Process process;
    private final InetSocketAddress at;

    private MqttNode(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.at = MqttWire.loopback(port);
    }

    /// With `examples/conformance.yaml`, on a free port.
    static MqttNode start(Path folder) throws IOException, InterruptedException {
        return start(folder, Mosquitto.freePort());
    }

    static MqttNode start(Path folder, int port) throws IOException, InterruptedException {
        return start(folder, port, Files.readString(CONFORMANCE).replace(CONFORMANCE_PORT, Integer.toString(port)));
    }

    /// @param port one that its broker listens on
    /// @param site the site file's text; a folder that was used before goes on with its site
    static MqttNode start(Path folder, int port, String site) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path file = Files.writeString(folder.resolve("site.yaml"), site);
        var process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "run",
                        file.toString(),
                        "--data",
                        folder.resolve("data").toString(),
                        "--no-page"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("node.txt").toFile())
                .start();
        var node = new MqttNode(folder, process, port);
        try {
            node.await();
            return node;
        } catch (IOException | InterruptedException e) {
            node.close();
            throw e;
        }
    }

    private void await() throws IOException, InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(at);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > end)
                    throw new IOException("The node did not listen on " + at + ": " + said(), e);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /// The end of what it printed.
    String said() throws IOException {
        String all = Files.readString(folder.resolve("node.txt"));
        return all.substring(Math.max(0, all.length() - 4_000));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public String name() {
        return "Linkspan";
    }

    @Override
    public InetSocketAddress at() {
        return at;
    }

    /// `kill -9`.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS))
                process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
