package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NodeFileTest {
    private static final Path FOLDER = Path.of("/etc/linkspan");

    @Test
    void allOfItIsRead() throws Invalid {
        var file = read("""
                linkspan: 1
                data: /var/lib/linkspan
                sites: [ riverside_12.yaml, /srv/farm.yaml ]
                page: "192.168.1.5:80"
                permitted-listeners: [ "0.0.0.0:1502", "192.168.1.5:80" ]
                log: { commit-every: 10s, segment: 64MiB, control-reserve: 0, keep-readings: 30d, readings-most: 512MiB,
                       frames: 2MiB }
                """);
        assertThat(file)
                .isEqualTo(new NodeFile(
                        Optional.of(Path.of("/var/lib/linkspan")),
                        java.util.List.of(Path.of("/etc/linkspan/riverside_12.yaml"), Path.of("/srv/farm.yaml")),
                        Optional.of(
                                new HttpFile(new Endpoint.Tcp("192.168.1.5", 80), new HttpFile.Security.None(), true)),
                        Set.of(new Endpoint.Tcp("0.0.0.0", 1502), new Endpoint.Tcp("192.168.1.5", 80)),
                        new NodeFile.LogLimits(
                                Duration.ofSeconds(10), 64 << 20, 0, Duration.ofDays(30), 512L << 20, 2 << 20)));
    }

    @Test
    void anEmptyFileIsTheStandard() throws Invalid {
        assertThat(read("# nothing yet\n")).isEqualTo(NodeFile.standard());
        assertThat(NodeFile.standard().page()).contains(new Endpoint.Tcp("127.0.0.1", 8080));
        assertThat(read("page: none").page()).isEmpty();
        assertThat(read("page: \"[::1]:9000\"").page()).contains(new Endpoint.Tcp("::1", 9000));
    }

    @Test
    void eachMistakeHasItsLineAndSentence() {
        refused("a: 1\n", "n:1: nothing here is called \"a\"");
        refused("data: /x\nsite: y.yaml\n", "n:2: nothing here is called \"site\"; did you mean \"sites\"?");
        refused("linkspan: 2\n", "n:1: \"linkspan\" is the grammar 2; this program reads up to 1");
        refused("sites: [ a.yaml, ./a.yaml ]\n", "n:1: \"sites\" names ./a.yaml twice");
        refused("sites:\n  - { file: a }\n", "n:2: \"sites\" lists site files such as riverside_12.yaml, not a map");
        refused("page: 0.0.0.0:8080\n", "n:1: \"page\" opens the page to the network of this box");
        refused("page: box.example:8080\n", "n:1: \"page\" opens the page to the network of this box");
        refused("page: 8080\n", "n:1: an address to listen on is a host and a port");
        refused(
                "page: 127.0.0.1:99999\n",
                "n:1: \"127.0.0.1:99999\" is no address to listen on: A port is 0..65535, not 99999");
        refused("permitted-listeners: [ /dev/ttyUSB0 ]\n", "n:1: an address to listen on is a host and a port");
        refused("log:\n  commit-every: 5min\n", "n:2: \"commit-every\" is at most 1min");
        refused(
                "log: { segment: 16 }\n",
                "\"segment\" is a size with a unit such as 512KiB, 16MiB or 4GiB, not \"16\"");
        refused("log: { segment: 2GiB }\n", "\"segment\" is 1MiB to 1GiB, not \"2GiB\"");
        refused("log: { comit-every: 1s }\n", "did you mean \"commit-every\"?");
    }

    @Test
    void theDoorIsClosedToTheNetworkWithoutTls() throws Invalid {
        assertThat(read("http: { listen: \"0.0.0.0:443\", tls: local }").http())
                .contains(new HttpFile(new Endpoint.Tcp("0.0.0.0", 443), new HttpFile.Security.Local(), false));
        assertThat(read("http: { tls: { certificate: a.pem, key: /k/b.pem } }").http())
                .contains(new HttpFile(
                        new Endpoint.Tcp("127.0.0.1", 8080),
                        new HttpFile.Security.Own(Path.of("/etc/linkspan/a.pem"), Path.of("/k/b.pem")),
                        false));
        assertThat(read("http: { listen: \"10.0.0.5:80\", insecure: true }").page())
                .contains(new Endpoint.Tcp("10.0.0.5", 80));
        assertThat(read("http: none").http()).isEmpty();
        assertThat(read("http: { listen: \"127.0.0.1:9000\" }").page()).contains(new Endpoint.Tcp("127.0.0.1", 9000));
        refused(
                "http: { listen: \"0.0.0.0:80\" }\n",
                "\"listen\" opens the page to the network of this box without TLS");
        refused("http: { listen: \"box.example:80\", tls: none }\n", "insecure: true");
        assertThat(read("http: { origins: [\"https://dash.example\", \"http://10.0.0.7:3000\"] }")
                        .http()
                        .orElseThrow()
                        .origins())
                .containsExactlyInAnyOrder("https://dash.example", "http://10.0.0.7:3000");
        for (String origin : List.of(
                "*", "null", "dash.example", "https://dash.example/", "https://Dash.example", "https://*.example"))
            refused("http: { origins: [\"" + origin + "\"] }\n", "https://dash.example");
        refused("http: { tls: maybe }\n", "\"tls\" is none, local, or");
        refused("http: { tls: { certificate: a.pem } }\n", "key");
        refused("http: { tsl: local }\n", "did you mean \"tls\"?");
        refused("http: 8080\n", "\"http\" is { listen:");
        refused("http: none\npage: none\n", "older word");
    }

    @Test
    void theSchemaKnowsWhatTheReaderKnows() throws Exception {
        var properties = below(schema(), "properties");
        assertThat(properties.fields().keySet()).isEqualTo(known("zzzzzzzz: 1"));
        assertThat(below(below(properties, "log"), "properties").fields().keySet())
                .isEqualTo(known("log: { zzzzzzzz: 1 }"));
    }

    @Test
    void eachExampleOfTheSchemaIsRead() throws Exception {
        var properties = below(schema(), "properties");
        for (var each : properties.fields().entrySet())
            for (Tree example : examples(each.getValue())) {
                NodeFile.read(Tree.fields(Map.of(each.getKey(), example)), FOLDER);
            }
        for (var each : below(below(properties, "log"), "properties").fields().entrySet())
            for (Tree example : examples(each.getValue()))
                NodeFile.read(Tree.fields(Map.of("log", Tree.fields(Map.of(each.getKey(), example)))), FOLDER);
    }

    private static Iterable<Tree> examples(Tree property) {
        var items = ((Tree.Items) ((Tree.Fields) property).fields().get("examples")).items();
        assertThat(items).isNotEmpty();
        return items;
    }

    private static Set<String> known(String text) {
        try {
            read(text);
            throw new AssertionError("an unknown field was read");
        } catch (Invalid e) {
            String list = e.getMessage().substring(e.getMessage().indexOf("known are ") + "known are ".length());
            return new TreeSet<>(Set.of(list.split(", ")));
        }
    }

    private static Tree.Fields below(Tree tree, String name) {
        return (Tree.Fields) ((Tree.Fields) tree).fields().get(name);
    }

    private static Tree.Fields schema() throws IOException, Invalid {
        try (var in = NodeFile.class.getResourceAsStream("/schema/node.schema.json")) {
            return Json.parseFields("node.schema.json", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static NodeFile read(String text) throws Invalid {
        return NodeFile.read(Yaml.parseFields("n", text), FOLDER);
    }

    private static void refused(String text, String sentence) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(Invalid.class).hasMessageContaining(sentence);
    }
}
