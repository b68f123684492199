package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import io.linkspan.node.ControlClient;
import io.linkspan.node.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `linkspan run` in a process of its own, with its HTTP door on a port that stays the same over its lives. For one
/// thread.
final class NodeProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long LOOK_MILLIS = 20;

    private final Path data;
    private final Path log;
    private final List<String> command;
    private final String address;
    private Process process;

    /// Starts a node on an empty folder.
    static NodeProcess start(Path folder, String site) throws Exception {
        return new NodeProcess(folder, site);
    }

    private NodeProcess(Path folder, String site) throws Exception {
        data = folder.resolve("data");
        log = folder.resolve("node.log");
        int port = freePort();
        address = "http://127.0.0.1:" + port;
        var file = Files.writeString(folder.resolve("site.yaml"), site);
        command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                file.toString(),
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port));
        process = begin();
    }

    /// A port that nobody has now.
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process begin() throws Exception {
        var begun = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try (var client = HttpClient.newHttpClient()) {
            var ready = HttpRequest.newBuilder(URI.create(address + "/health/ready"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                assertThat(begun.isAlive()).as("The node ended: %s", said()).isTrue();
                assertThat(System.nanoTime()).as("It is not ready: %s", said()).isLessThan(end);
                try {
                    if (client.send(ready, BodyHandlers.discarding()).statusCode() == 200) return begun;
                } catch (IOException e) {
                    // it is not up yet
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    /// Where its door is.
    String address() {
        return address;
    }

    Path data() {
        return data;
    }

    /// Waits until something listens on this port of loopback.
    void awaitPort(int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(MqttWire.loopback(port));
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) throw new AssertionError(said(), e);
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    /// What it said so far.
    String said() throws IOException {
        String all = Files.exists(log) ? Files.readString(log) : "";
        return all.substring(Math.max(0, all.length() - 4_000));
    }

    /// One request over the control socket, as the commands make them.
    Tree.Fields ask(String json) throws Exception {
        try (var client = ControlClient.connect(data)) {
            return client.ask(Json.parseFields("", json));
        }
    }

    /// A token of a new account with this role.
    String token(String account, String role) throws Exception {
        ask("{\"do\":\"account-add\",\"name\":\"" + account + "\",\"role\":\"" + role
                + "\",\"password\":\"a quiet river bank\"}");
        var made = ask(
                "{\"do\":\"token-add\",\"account\":\"" + account + "\",\"title\":\"test\",\"role\":\"" + role + "\"}");
        return ((Tree.Scalar) made.fields().get("token")).text();
    }

    /// Time its processors spent on it since it began.
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// `kill -9`.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Starts it again on its folder.
    void restart() throws Exception {
        process = begin();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /// The java that runs this test, for programs of somebody else.
    static List<String> java(String... words) {
        var all = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        all.addAll(List.of(words));
        return all;
    }
}
