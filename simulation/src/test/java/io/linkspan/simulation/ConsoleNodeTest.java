package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Endpoint;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.node.HttpFile;
import io.linkspan.node.LivePage;
import io.linkspan.node.NodeClock;
import io.linkspan.node.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console before a real node in Debian's Chromium: from the set-up code to a boiler that is switched by hand.
/// Needs
/// both, and the console's packages; without, it is skipped with a sentence.
class ConsoleNodeTest {
    private static final int PROCESS_MINUTES_MAX = 10;

    @TempDir
    private Path folder;

    @Test
    void aPersonGetsInAndSwitchesTheBoilerAndSeesWhy() throws Exception {
        assertThat(before("test/node/walk.mjs", new HttpFile.Security.None(), "target/console"))
                .contains("nothing wrong");
    }

    /// The same under TLS: the browser knows this box's certificate, and one that does not is stopped.
    @Test
    @Tag("long")
    void aPersonGetsInUnderTls() throws Exception {
        assertThat(before("test/node/walk.mjs", new HttpFile.Security.Local(), "target/console-tls"))
                .contains("nothing wrong");
    }

    @Test
    @Tag("long")
    void eachPageOfANodeIsQuickAndOpenToAll() throws Exception {
        assertThat(before("test/lighthouse.mjs", new HttpFile.Security.None(), "target/console"))
                .containsPattern("(?m)^# pass [1-9]")
                .contains("# fail 0");
    }

    /// Runs a script before a node that nobody has signed in to yet, and gives what it said.
    private String before(String script, HttpFile.Security security, String shown) throws Exception {
        var chromium = program("chromium");
        var node = program("node");
        Path console = Path.of("../console").toRealPath();
        Assumptions.assumeTrue(
                Files.isDirectory(console.resolve("node_modules/playwright-core"))
                        && LivePage.class.getResource("/io/linkspan/console/index.html") != null,
                "The console is not built, the build says why (apt install nodejs npm)");
        var house = new House(House.START);
        try (var machines = new HouseMachines(house, Optional.empty(), NodeClock.real(), Duration.ofMillis(200), 0, 0);
                var meter = new SimulatedModbusMachine()) {
            machines.start();
            int meterPort = sdm120(meter).listenTcp();
            String site = Files.readString(Path.of("../examples/riverside.yaml"))
                    .replace(":2001\"", ":" + machines.meterPort() + "\"")
                    .replace(":5020\"", ":" + machines.plantPort() + "\"");
            var file = Files.writeString(folder.resolve("riverside.yaml"), site);
            try (var running = Running.start(Running.Settings.of(folder.resolve("data"), file), _ -> {});
                    var page = new LivePage()
                            .open(running, new HttpFile(new Endpoint.Tcp("127.0.0.1", 0), security, false))) {
                String code = running.entrance().signIn().setUpCode().orElseThrow();
                Path pictures = Files.createDirectories(Path.of(shown));
                var command = new ArrayList<>(List.of(
                        node,
                        script,
                        page.address(),
                        code,
                        chromium,
                        pictures.toAbsolutePath().toString(),
                        "127.0.0.1:" + meterPort));
                Path tls = folder.resolve("data/tls");
                if (security instanceof HttpFile.Security.Local) command.add(hash(tls.resolve("server.pem")));
                return run(console, tls.resolve("ca.pem"), command);
            }
        }
    }

    /// A meter that nobody has described yet, as its profile knows it.
    private static SimulatedModbusMachine sdm120(SimulatedModbusMachine meter) {
        var unit = meter.unit(3).number("holding 0 uint16", 0);
        for (int input : new int[] {0, 6, 12, 18, 24, 30, 70, 72, 74, 76, 78})
            unit.number("input " + input + " float32", input == 30 ? 0.98 : 200 + input);
        return meter;
    }

    /// The SHA-256 of a certificate's key, as browsers pin it (RFC 7469, 2.4).
    private static String hash(Path certificate) throws Exception {
        try (var in = Files.newInputStream(certificate)) {
            var key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
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

    /// @param authority that Node is to trust when it asks by itself
    private String run(Path in, Path authority, List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        var builder = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        if (Files.exists(authority)) builder.environment().put("NODE_EXTRA_CA_CERTS", authority.toString());
        var process = builder.start();
        if (!process.waitFor(PROCESS_MINUTES_MAX, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
