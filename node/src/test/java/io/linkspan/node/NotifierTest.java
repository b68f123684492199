package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.linkspan.model.Json;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node tells people of alarms over each kind of channel, through failures and restarts. The mail server and the
/// MQTT broker are not ours; where they are not installed, that is said and their tests are skipped.
@Timeout(240)
class NotifierTest {
    private static final String KEY = Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes());

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private final ConcurrentLinkedQueue<Posted> posted = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private volatile int status = 200;
    private TestNode node;

    /// A request that the server got.
    private record Posted(String id, String time, String signature, String body) {}

    @BeforeEach
    void begin() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var head = exchange.getRequestHeaders();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            posted.add(new Posted(
                    head.getFirst("webhook-id"),
                    head.getFirst("webhook-timestamp"),
                    head.getFirst("webhook-signature"),
                    body));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        Files.writeString(folder.resolve("secret"), "whsec_" + KEY + "\n");
        node = TestNode.start(folder);
    }

    @AfterEach
    void end() throws Exception {
        node.close();
        server.stop(0);
        for (var each : started) each.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /// The site with one alarm, told over this channel.
    private void channel(String channel) throws Exception {
        node.write(node.text() + """
                channels:
                  - { id: out, %s }
                tell:
                  - { id: all, to: out }
                alarms:
                  - { id: cold, when: "boiler.temperature < 50", text: "Boiler at {boiler.temperature}, größer als je", severity: high }
                """.formatted(channel));
        var said = node.say("apply", node.site.toString());
        assertThat(said.exit()).as(said.err()).isZero();
    }

    private void cold() {
        node.plant.unit(1).number("input 4 int16 x0.1", 40);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    private void webhook() throws Exception {
        channel("type: webhook, url: \"" + url() + "\", secret-file: " + folder.resolve("secret"));
    }

    private List<Result.NoteEnd> ends() throws IOException {
        var all = new ArrayList<Result.NoteEnd>();
        var view = node.view();
        try (var feed = view.feed(new io.linkspan.model.Log.Position(view.id(), 1, 0))) {
            for (var item = feed.next(); item.isPresent(); item = feed.next())
                for (var r : item.get().entry().results()) if (r instanceof Result.NoteEnded e) all.add(e.end());
        }
        return all;
    }

    private void awaitDelivered() throws Exception {
        TestNode.await("the message is delivered", () -> ends().contains(Result.NoteEnd.DELIVERED));
        TestNode.await("nothing waits", () -> node.view().notes().isEmpty());
    }

    @Test
    void aWebhookIsSignedAndTriedAgainWithTheSameId() throws Exception {
        status = 503;
        webhook();
        cold();
        TestNode.await("it was tried", () -> !posted.isEmpty());
        status = 204;
        awaitDelivered();
        assertThat(posted.stream().map(Posted::id).distinct()).hasSize(1);
        for (var each : posted) {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
            byte[] sum = mac.doFinal((each.id + "." + each.time + "." + each.body).getBytes(StandardCharsets.UTF_8));
            assertThat(each.signature).isEqualTo("v1," + Base64.getEncoder().encodeToString(sum));
        }
        var body = Json.parseFields("", posted.peek().body);
        assertThat(Where.text(body, "type")).isEqualTo("alarm.raised");
        assertThat(Where.text((Tree.Fields) body.fields().get("data"), "subject"))
                .isEqualTo("[riverside_12] high: Boiler at 40 °C, größer als je");
        int before = posted.size();
        node.end();
        node.begin();
        TestNode.await(
                "the alarm stands after the restart",
                () -> node.view().alarms().stream().anyMatch(a -> a.isStanding()));
        assertThat(node.say("alarms").out()).contains("cold");
        assertThat(posted).hasSize(before); // never again once it was delivered
    }

    @Test
    void aRestartGoesOnTrying() throws Exception {
        status = 500;
        webhook();
        cold();
        TestNode.await("it was tried", () -> node.view().notes().stream().anyMatch(n -> n.tries() > 0));
        node.end();
        String id = posted.peek().id;
        posted.clear();
        status = 200;
        node.begin();
        awaitDelivered();
        assertThat(posted).hasSize(1).first().extracting(Posted::id).isEqualTo(id);
    }

    @Test
    void whoWantsNoMessagesAnyMoreIsTakenAtHisWord() throws Exception {
        status = 410;
        webhook();
        cold();
        TestNode.await("it is refused", () -> ends().contains(Result.NoteEnd.REFUSED));
        assertThat(posted).hasSize(1);
    }

    @Test
    void ntfyIsToldAsItsInterfaceSays() throws Exception {
        channel("type: ntfy, server: \"http://127.0.0.1:" + server.getAddress().getPort() + "\", topic: riverside");
        cold();
        awaitDelivered();
        var body = Json.parseFields("", posted.peek().body);
        assertThat(Where.text(body, "topic")).isEqualTo("riverside");
        assertThat(Where.text(body, "priority")).isEqualTo("5");
        assertThat(Where.text(body, "title")).startsWith("[riverside_12] high: Boiler");
    }

    @Test
    void peopleDoWhatIsToBeDoneOverTheCommandLine() throws Exception {
        webhook();
        cold();
        awaitDelivered();
        assertThat(node.say("alarms").out()).contains("cold", "high", "unacknowledged", "Boiler at 40 °C");
        assertThat(node.say("why", "cold").out()).contains("boiler.temperature < 50", "40 °C");
        assertThat(node.say("alarms", "ack", "cold", "--comment", "I look").out())
                .contains("cold: acknowledged");
        var again = node.say("alarms", "ack", "cold");
        assertThat(again.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(again.err()).contains("nothing there is to acknowledge");
        assertThat(node.say("alarms", "shelve", "cold", "--for", "9h", "--reason", "x")
                        .err())
                .contains("at most 8h");
        assertThat(node.say("alarms", "shelve", "cold", "--for", "2h", "--reason", "being repaired")
                        .out())
                .contains("cold: shelved");
        assertThat(node.say("alarms", "unshelve", "cold").out()).contains("cold: unacknowledged");
        assertThat(node.say("alarms", "comment", "cold", "the pump is new").exit())
                .isZero();
        assertThat(node.say("alarms", "service", "cold", "--out", "probe broken")
                        .out())
                .contains("out of service");
        assertThat(node.say("alarms", "service", "cold", "--in").out()).contains("unacknowledged");
        assertThat(node.say("alarms", "history", "cold").out())
                .contains(
                        "is raised",
                        "is now acknowledged by",
                        ": I look",
                        "aside",
                        "the pump is new",
                        "out of service");
        assertThat(node.say("alarms", "ack", "warm").exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(node.say("alarms", "test", "out").out()).contains("goes to out");
    }

    // ---- servers that are not ours

    private int free() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private Process start(String... words) throws IOException {
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    @Test
    void mailGoesOverTlsToAServerThatIsNotOurs() throws Exception {
        Path python = Path.of("/usr/bin/python3");
        Assumptions.assumeTrue(
                Files.isExecutable(python)
                        && start(python.toString(), "-c", "import aiosmtpd").waitFor() == 0,
                "aiosmtpd is missing, so this was not tried; install it (apt install python3-aiosmtpd)");
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        Assumptions.assumeTrue(
                start(
                                        "openssl",
                                        "req",
                                        "-x509",
                                        "-newkey",
                                        "rsa:2048",
                                        "-nodes",
                                        "-days",
                                        "2",
                                        "-subj",
                                        "/CN=localhost",
                                        "-addext",
                                        "subjectAltName=DNS:localhost,IP:127.0.0.1",
                                        "-keyout",
                                        key.toString(),
                                        "-out",
                                        certificate.toString())
                                .waitFor()
                        == 0,
                "openssl makes no certificate, so this was not tried");
        Path mail = Files.createDirectory(folder.resolve("mail"));
        Path script = folder.resolve("receive.py");
        try (var in = NotifierTest.class.getResourceAsStream("/smtp/receive.py")) {
            Files.copy(java.util.Objects.requireNonNull(in), script);
        }
        int port = free();
        var smtp = start(
                python.toString(),
                script.toString(),
                "" + port,
                mail.toString(),
                certificate.toString(),
                key.toString());
        assertThat(smtp.inputReader().readLine()).isEqualTo("ready");
        Files.writeString(folder.resolve("password"), "geheim\n");
        channel("type: email, server: \"127.0.0.1:" + port + "\", user: anna, password-file: "
                + folder.resolve("password") + ", ca: " + certificate
                + ", from: site@example.org, to: [anna@example.org, nobody@example.org, ben@example.org]");
        cold();
        awaitDelivered();
        String text = Files.readString(mail.resolve("1.eml"));
        assertThat(text)
                .contains(
                        "FOR anna@example.org,ben@example.org",
                        "From: site@example.org",
                        "Auto-Submitted: auto-generated")
                .contains("Message-ID: <linkspan_");
        String body = text.substring(text.indexOf("base64") + 6).replaceAll("\\s", "");
        assertThat(new String(Base64.getDecoder().decode(body), StandardCharsets.UTF_8))
                .contains("größer als je", "Severity: high");
        assertThat(node.say("tail", "--from", "1").out()).contains("but not for nobody@example.org");
    }

    @Test
    void aBrokerThatIsNotOursTakesThem() throws Exception {
        Path broker = Path.of("/usr/sbin/mosquitto");
        Path subscriber = Path.of("/usr/bin/mosquitto_sub");
        for (var each : List.of(broker, subscriber))
            Assumptions.assumeTrue(
                    Files.isExecutable(each),
                    each + " is missing, so this was not tried; install it (apt install mosquitto mosquitto-clients)");
        int port = free();
        var config = Files.write(
                folder.resolve("mosquitto.conf"), List.of("listener " + port + " 127.0.0.1", "allow_anonymous true"));
        start(broker.toString(), "-c", config.toString());
        channel("type: mqtt, endpoint: \"mqtt://127.0.0.1:" + port + "\", topic: riverside/alarms, retain: true");
        cold();
        awaitDelivered();
        var got = start(
                subscriber.toString(),
                "-h",
                "127.0.0.1",
                "-p",
                "" + port,
                "-t",
                "riverside/alarms",
                "-C",
                "1",
                "-W",
                "20");
        assertThat(got.inputReader(StandardCharsets.UTF_8).readLine()).contains("alarm.raised", "größer als je");
    }

    // ---- the mail itself

    @Test
    void aSubjectIsEncodedWithoutSplittingACharacter() {
        String subject = "größer\r\nBcc: x@example.org " + "Ü".repeat(80) + "\uD83D\uDD25".repeat(20);
        String encoded = Email.encoded(subject);
        var back = new StringBuilder();
        for (String word : encoded.split("\r\n ")) {
            assertThat(word.length()).isLessThanOrEqualTo(75);
            assertThat(word).startsWith("=?UTF-8?B?").endsWith("?=");
            back.append(new String(
                    Base64.getDecoder().decode(word.substring(10, word.length() - 2)), StandardCharsets.UTF_8));
        }
        assertThat(back).hasToString(subject);
    }
}
