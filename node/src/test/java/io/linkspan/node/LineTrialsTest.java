package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.access.Problem;
import io.linkspan.connector.Report;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a person tries on a line before it is in a site file, on real sockets.
class LineTrialsTest {
    @TempDir
    private Path folder;

    private TestNode node;
    private SimulatedModbusMachine machine;
    private int port;
    private NodeDesk desk;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        machine = new SimulatedModbusMachine();
        machine.unit(3).number("input 12 float32", 1234.5).number("holding 0 uint16", 7);
        machine.unit(5).number("holding 0 uint16", 9);
        port = machine.listenTcp();
        var running = node.running();
        desk = new NodeDesk(running.node(), running.clock(), 1, () -> "", _ -> Optional.empty());
    }

    @AfterEach
    void stop() throws Exception {
        machine.close();
        node.close();
    }

    private String ask(Tree.Fields request) throws Exception {
        return Json.write(desk.ask(Principal.person("anna"), request).end());
    }

    private static Tree.Fields line(String endpoint) {
        return Tree.fields(Map.of("endpoint", Tree.text(endpoint), "units", Tree.text("1..6")));
    }

    private static Tree.Fields probe(String endpoint) {
        return Trees.fields()
                .text("do", "probe")
                .text("type", "modbus_tcp")
                .put("line", line(endpoint))
                .done();
    }

    private Tree.Fields trial(String address, String endpoint) {
        String yaml = node.text()
                .replace(
                        "connectors:\n",
                        "connectors:\n  - { id: new_line, type: modbus_tcp, endpoint: \"" + endpoint
                                + "\", timeout: 300ms }\n")
                .replace(
                        "things:\n",
                        "things:\n  - { id: fresh, connector: new_line, unit: 3, properties: { power: { type:"
                                + " number, unit: W, at: \"" + address + "\" } } }\n");
        return Trees.fields()
                .text("do", "try")
                .text("thing", "fresh")
                .text("yaml", yaml)
                .done();
    }

    @Test
    void itIsToldWhoAnswersAndHowToTalkToIt() throws Exception {
        String told = ask(probe("127.0.0.1:" + port));
        assertThat(told)
                .contains("\"unit\":\"3\"", "\"unit\":\"5\"", "\"type\":\"modbus_tcp\"", "\"complete\":true")
                .doesNotContain("\"unit\":\"4\"");
    }

    @Test
    void aMachineOfAFileThatIsNotAppliedIsReadAndNothingChanges() throws Exception {
        String before = Json.write(Applying.exported(node.view().directory()));
        String told = ask(trial("input 12 float32", "127.0.0.1:" + port));
        assertThat(told).contains("\"property\":\"fresh.power\"", "1234.5", "\"unit\":\"W\"", "\"missing\":[]");
        assertThat(machine.writes()).isEmpty();
        assertThat(Json.write(Applying.exported(node.view().directory()))).isEqualTo(before);
    }

    @Test
    void whatDoesNotAnswerIsNamedAndNotMadeUp() throws Exception {
        String told = ask(trial("input 900 float32", "127.0.0.1:" + port));
        assertThat(told)
                .contains("\"missing\":[\"fresh.power\"]", "\"values\":[]")
                .doesNotContain("\"problem\":\"\"");
        int closed;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = free.getLocalPort();
        }
        assertThat(ask(probe("127.0.0.1:" + closed))).contains("\"found\":[]").doesNotContain("\"problem\":\"\"");
    }

    @Test
    void aLineThatAConnectorHasIsLeftAlone() throws Exception {
        String plant = node.text().replaceAll("(?s).*plant_room.*endpoint: \"127.0.0.1:(\\d+)\".*", "localhost:$1");
        assertThatThrownBy(() -> ask(probe(plant)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("plant_room has the line");
        assertThatThrownBy(() -> ask(trial("input 4 int16", plant))).hasMessageContaining("plant_room has the line");
    }

    @Test
    void aWrongFileIsRefusedAtItsLineAndATypeThatCanNotBeTriedIsNamed() {
        assertThatThrownBy(() -> ask(trial("inputt 12", "127.0.0.1:" + port)))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(422));
        var server = Trees.fields()
                .text("do", "probe")
                .text("type", "modbus_server")
                .put("line", line("127.0.0.1:" + port))
                .done();
        assertThatThrownBy(() -> ask(server)).hasMessageContaining("can not be tried");
    }

    @Test
    void anEarlierRevisionIsListedAndGiven() throws Exception {
        node.write(node.text().replace("Main electricity meter", "The new meter"));
        assertThat(node.say("apply", node.site.toString()).exit()).isZero();
        String all = ask(Trees.fields().text("do", "revisions").done());
        assertThat(all).contains("\"revision\":1", "\"revision\":2");
        assertThat(ask(Trees.fields()
                        .text("do", "revision")
                        .text("revision", "1")
                        .done()))
                .contains("Main electricity meter");
        assertThat(ask(Trees.fields().text("do", "profiles").done())).contains("eastron_sdm120", "\"baud\"");
    }

    @Test
    void whatConnectorsFoundIsKeptOnceTheNewestFirstAndBounded() {
        var finds = new Finds();
        for (int i = 0; i < Finds.KEPT_MAX + 5; i++)
            finds.put("bus", new Report.Found("device " + i, Map.of("unit", "" + i)), i);
        finds.put("bus", new Report.Found("device 9", Map.of("unit", "9")), 1_000);
        var all = finds.of(Set.of("bus"));
        assertThat(all).hasSize(Finds.KEPT_MAX);
        assertThat(all.getFirst().found().what()).isEqualTo("device 9");
        assertThat(all.getFirst().firstMicros()).isEqualTo(9);
        assertThat(finds.of(Set.of("other"))).isEmpty();
    }
}
