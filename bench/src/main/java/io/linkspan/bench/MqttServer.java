package io.linkspan.bench;

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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A broker in a process of its own, so that what it costs can be read from outside (proc(5)).
final class MqttServer implements AutoCloseable {
    private static final int PORT_FIRST = 21_000;
    private static final int PORT_END = 32_000;
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration END_MAX = Duration.ofSeconds(30);

    /// A process's times in /proc are counted in these (sysconf(_SC_CLK_TCK), 100 on every Linux of today).
    private static final long TICK_MICROS = 10_000;

    private final String name;
    private final List<String> command;
    private final Path folder;
    private final int port;
    private Process process;

    private MqttServer(String name, List<String> command, Path folder, int port) throws IOException {
        this.name = name;
        this.command = command;
        this.folder = folder;
        this.port = port;
        this.process = launched();
        // Whoever ends the bench ends its servers.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly(), "end " + name));
    }

    /// Debian's mosquitto; nothing where it is not installed.
    static Optional<MqttServer> mosquitto(Path folder) throws IOException, InterruptedException {
        var program = Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) return Optional.empty();
        Files.createDirectories(folder);
        int port = freePort();
        var file = Files.write(
                folder.resolve("mosquitto.conf"),
                List.of(
                        "listener " + port + " 127.0.0.1",
                        "allow_anonymous true",
                        "log_type error",
                        "set_tcp_nodelay true",
                        "max_queued_messages 0",
                        "max_inflight_messages 0",
                        "user " + System.getProperty("user.name")));
        return Optional.of(awaited(
                new MqttServer("mosquitto", List.of(program.get().toString(), "-c", file.toString()), folder, port)));
    }

    /// HiveMQ's Community Edition, with its persistence in files and Java's own options; nothing where its
    /// libraries can
    /// not be fetched.
    static Optional<MqttServer> hivemq(Path folder) throws IOException, InterruptedException {
        Path peer = Path.of("bench/peers/hivemq");
        Path libraries = Path.of("bench/target/hivemq");
        if (!Files.isDirectory(libraries) && !fetched(peer.resolve("pom.xml"), libraries)) return Optional.empty();
        Files.createDirectories(folder);
        int port = freePort();
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                libraries + "/*",
                peer.resolve("HiveMqPeer.java").toString(),
                folder.toString(),
                Integer.toString(port));
        return Optional.of(awaited(new MqttServer("HiveMQ", command, folder, port)));
    }

    private static boolean fetched(Path pom, Path into) throws IOException, InterruptedException {
        String goal = "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies";
        var maven = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-q",
                        "-f",
                        pom.toString(),
                        goal,
                        "-DoutputDirectory=" + into.toAbsolutePath())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (maven.waitFor() == 0) return true;
        Folders.delete(into);
        return false;
    }

    /// Ours, with the Java options of a package.
    ///
    /// @param site a site file with `PORT` where its broker's port belongs
    /// @param options the Java options as `packaging/jvm.options` has them
    static MqttServer linkspan(Path folder, String site, List<String> options)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        int port = freePort();
        var file = Files.writeString(folder.resolve("site.yaml"), site.replace("PORT", Integer.toString(port)));
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.linkspan.node.Main", "run"));
        command.addAll(List.of(file.toString(), "--data", folder.resolve("data").toString(), "--no-page"));
        return awaited(new MqttServer("Linkspan", command, folder, port));
    }

    String name() {
        return name;
    }

    InetSocketAddress at() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// Processor time of all its threads since its start, in microseconds, in steps of 10,000.
    long cpuMicros() throws IOException {
        return cpuMicros(process.pid());
    }

    /// Processor time of a process, as [#cpuMicros].
    static long cpuMicros(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(words[11]) + Long.parseLong(words[12])) * TICK_MICROS; // utime, stime
    }

    /// What it holds in memory (VmRSS), in KiB.
    long residentKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")))
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        throw new IOException(name + " tells no resident memory");
    }

    /// Starts it again, so that nothing of what was before lies in its memory, and waits until it listens.
    void fresh() throws IOException, InterruptedException {
        restart();
        awaited(this);
    }

    /// `kill -9`, and a start on the same folder and port. Does not wait until it listens.
    void restart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        process = launched();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String said() throws IOException {
        String all = Files.readString(folder.resolve("said.txt"));
        return all.substring(Math.max(0, all.length() - 2_000));
    }

    private Process launched() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said.txt").toFile())
                .start();
    }

    private static MqttServer awaited(MqttServer server) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(server.at());
                return server;
            } catch (IOException e) {
                if (!server.isAlive() || System.nanoTime() > end) {
                    server.close();
                    throw new IOException(server.name + " does not listen; it said: " + server.said(), e);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /// Below those that connections get by themselves (Linux: 32768 and up), of which the load takes thousands.
    private static int freePort() throws IOException {
        for (int port = PORT_FIRST; port < PORT_END; port++) {
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (BindException e) {
                // taken: the next one
            }
        }
        throw new IOException("No free port from " + PORT_FIRST + " to " + PORT_END);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
