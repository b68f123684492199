package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.SetUpCode;
import io.linkspan.access.SignIn;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Accounts and tokens from the command line, over the socket to a whole node.
class AccountCommandsTest {
    private static final String PASSWORD = "seven green boats";

    @TempDir
    Path folder;

    private TestNode node;
    private String password = "";

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        password =
                Files.writeString(folder.resolve("password"), PASSWORD + "\n").toString();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private void anna() {
        var added = node.say("account", "add", "anna", "--role", "owner", "--password-file", password);
        assertThat(added.exit()).isEqualTo(Exit.DONE);
        assertThat(added.out()).contains("anna may sign in, as owner");
    }

    private SignIn.Attempt signIn(String name, String password) throws Exception {
        return node.running().entrance().signIn().signIn(name, password, InetAddress.getLoopbackAddress());
    }

    @Test
    void accountsAreAddedChangedAndRemoved() throws Exception {
        anna();
        assertThat(signIn("anna", PASSWORD)).isInstanceOf(SignIn.Attempt.In.class);
        assertThat(node.say("account", "add", "Bert", "--password-file", password)
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(node.say("account", "list").out()).contains("anna", "owner", "bert", "viewer", "never");
        assertThat(node.say("account", "role", "bert", "installer").out()).contains("bert is installer");
        Files.writeString(Path.of(password), "eight blue trains\n");
        assertThat(node.say("account", "password", "bert", "--password-file", password)
                        .exit())
                .isEqualTo(Exit.DONE);
        assertThat(signIn("bert", PASSWORD)).isInstanceOf(SignIn.Attempt.Wrong.class);
        assertThat(signIn("bert", "eight blue trains")).isInstanceOf(SignIn.Attempt.In.class);
        assertThat(node.say("account", "remove", "bert").exit()).isEqualTo(Exit.DONE);
        assertThat(node.say("account", "list").out()).doesNotContain("bert");
    }

    @Test
    void whatCanNotBeSaysWhy() {
        anna();
        var last = node.say("account", "remove", "anna");
        assertThat(last.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(last.err()).contains("anna is the last owner");
        var nobody = node.say("account", "role", "eve", "owner");
        assertThat(nobody.exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(nobody.err()).contains("no account eve, but anna");
        assertThat(node.say("account", "role", "anna", "king").err()).contains("owner");
        assertThat(node.say("account", "add", "anna", "--password-file", password)
                        .err())
                .contains("already the account anna");
        var code = node.say("setup-code");
        assertThat(code.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(code.err()).contains("account password");
        assertThat(node.say("account").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void theSetUpCodeIsMadeShownAndReplaced() throws Exception {
        String welcome =
                node.running().entrance().welcome("http://127.0.0.1:8080").orElseThrow();
        var file = node.data.resolve(SetUpCode.FILE);
        String first = Files.readString(file).strip();
        assertThat(welcome).contains(first, "http://127.0.0.1:8080");
        var second = node.say("setup-code");
        assertThat(second.out().strip())
                .isEqualTo(Files.readString(file).strip())
                .isNotEqualTo(first);
        anna();
        assertThat(file).doesNotExist();
        assertThat(node.running().entrance().welcome("x")).isEmpty();
    }

    @Test
    void tokensAreMadeListedAndRevoked() {
        anna();
        var made = node.say("token", "add", "anna", "Grafana on the laptop", "--for", "90d");
        assertThat(made.exit()).isEqualTo(Exit.DONE);
        String secret = made.out().strip();
        assertThat(secret).startsWith("lsp_");
        assertThat(node.running().node().accounts().byToken(secret)).isPresent();
        var list = node.say("token", "list");
        assertThat(list.out())
                .contains("Grafana on the laptop", "anna", "viewer")
                .doesNotContain(secret);
        String id = made.err().substring(made.err().lastIndexOf(' ') + 1).strip();
        assertThat(node.say("token", "revoke", id).exit()).isEqualTo(Exit.DONE);
        assertThat(node.running().node().accounts().byToken(secret)).isEmpty();
        assertThat(node.say("token", "revoke", id).exit()).isEqualTo(Exit.SAID_NO);
        assertThat(node.say("token", "add", "eve", "x").err()).contains("no account eve");
    }

    @Test
    void accountsAreThereAfterARestartAndTheNodeIsNoSite() throws Exception {
        anna();
        String secret = node.say("token", "add", "anna", "t").out().strip();
        node.end();
        assertThat(StoredSite.in(node.data)).hasSize(1);
        assertThat(node.say("get").out()).contains("riverside_12");
        assertThat(node.say("verify").out()).contains("accounts of the node: complete", "whole");
        node.begin();
        assertThat(node.running().node().sites()).hasSize(1).doesNotContain(SiteId.NODE);
        assertThat(node.say("get").exit()).isEqualTo(Exit.DONE);
        assertThat(node.running().node().accounts().byToken(secret)).isPresent();
        assertThat(signIn("anna", PASSWORD)).isInstanceOf(SignIn.Attempt.In.class);
    }

    @Test
    void theAuditNamesWhoDidWhat() throws Exception {
        anna();
        signIn("mallory\u001b[2J", "guess guess guess");
        node.say("account", "remove", "anna");
        node.running().node().accounts().finish();
        String log = node.say("account", "log").out();
        assertThat(log)
                .contains("account anna, owner")
                .contains("not done: anna is the last owner")
                .contains("refused 1 times: sign in of mallory?[2j from 127.0.0.1 (1)")
                .doesNotContain("\u001b");
        assertThat(node.say("account", "log", "--json", "--most", "1")
                        .out()
                        .strip()
                        .lines())
                .hasSize(1);
    }

    @Test
    void noSecretIsInAnyAnswerOrBackupAndABackupBringsAccountsBack() throws Exception {
        anna();
        String secret = node.say("token", "add", "anna", "t").out().strip();
        String cookie = signIn("anna", PASSWORD) instanceof SignIn.Attempt.In in ? in.cookie() : "";
        assertThat(cookie).isNotEmpty();
        var backup = folder.resolve("backup.zip");
        assertThat(node.say("backup", backup.toString()).out()).contains("of passwords and tokens only hashes");
        var said = new StringBuilder(unzipped(backup));
        for (String[] words : new String[][] {
            {"tail", "--most", "100"},
            {"export"},
            {"why", "boiler.on"},
            {"account", "log"},
            {"account", "list"},
            {"token", "list"},
            {"status"}
        }) said.append(node.say(words).out());
        assertThat(said.toString())
                .contains("$argon2id$") // in the backup
                .doesNotContain(PASSWORD)
                .doesNotContain(secret)
                .doesNotContain(secret.substring(4))
                .doesNotContain(cookie);
        assertThat(node.say("account", "log").out()
                        + node.say("account", "list", "--json").out())
                .doesNotContain("argon2");

        var other = folder.resolve("other");
        assertThat(TestNode.run("restore", backup.toString(), "--data", other.toString())
                        .exit())
                .isEqualTo(Exit.DONE);
        var settings = new Running.Settings(
                other,
                java.util.Optional.empty(),
                NodeClock.real(),
                NodeFile.LogLimits.STANDARD,
                java.util.Set.of(),
                true);
        try (var restored = Running.start(settings, _ -> {})) {
            assertThat(restored.node().accounts().byToken(secret)).isPresent();
            assertThat(restored.node().sites()).hasSize(1);
        }
    }

    private static String unzipped(Path zip) throws IOException {
        var all = new StringBuilder();
        try (var file = new ZipFile(zip.toFile())) {
            for (var entry : file.stream().toList())
                all.append(new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1));
        }
        return all.toString();
    }
}
