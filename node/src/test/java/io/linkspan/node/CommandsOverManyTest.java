package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `set --all`, `commands` and `cancel`, end to end: over the socket to a whole node and its machines.
class CommandsOverManyTest {
    private static final int LAMPS = 4;

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        var things = new StringBuilder();
        for (int i = 1; i <= LAMPS; i++) {
            node.plant.unit(10 + i).number("holding 0 int16", 100);
            things.append(
                    "  - { id: lamp_%d, kind: streetlight, connector: plant_room, unit: %d }\n".formatted(i, 10 + i));
        }
        // nobody answers as unit 40: it sleeps
        things.append("""
                  - id: valve
                    connector: plant_room
                    unit: 40
                    sleeps: { wakes-every: 1h, awake-for: 5s }
                    properties:
                      open: { type: flag, writable: true, at: "coil 0", every: 1s }
                """);
        String kind = """
                kinds:
                  - id: streetlight
                    properties:
                      dim: { type: integer, unit: "%", writable: true, at: "holding 0 int16", every: 100ms, range: [0, 100] }
                """;
        node.write(node.text().replace("things:\n", kind + "things:\n").replace("links:\n", things + "links:\n"));
        var applied = node.say("apply", node.site.toString(), "--yes");
        assertThat(applied.exit()).as(applied.toString()).isEqualTo(Exit.DONE);
        for (int i = 1; i <= LAMPS; i++) {
            String path = "lamp_" + i + ".dim";
            TestNode.await(path + " is read", () -> node.value(path).equals("100"));
        }
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void oneOrderOverManyThings() throws Exception {
        var all = node.say("set", "--all", "kind:streetlight.dim", "30", "--rate", "100/s", "--key", "evening");
        assertThat(all.out()).contains("ended: 4 of 4 done, 0 not done");
        assertThat(all.exit()).isEqualTo(Exit.DONE);
        for (int i = 1; i <= LAMPS; i++)
            assertThat(node.value("lamp_" + i + ".dim")).isEqualTo("30");
        var again = node.say("set", "--all", "kind:streetlight.dim", "30", "--rate", "100/s", "--key", "evening");
        assertThat(again.out()).contains("ended: 4 of 4 done");
        var other = node.say("set", "--all", "kind:streetlight.dim", "40", "--rate", "100/s", "--key", "evening");
        assertThat(other.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(node.say("commands", "evening").out())
                .contains("4 of 4 done")
                .contains("lamp_4.dim")
                .contains("done, reads back 30");
        assertThat(node.say("tail", "--from", "1").out()).contains("all that began have their outcome");
        assertThat(node.say("cancel", "evening").exit()).isEqualTo(Exit.SAID_NO);
    }

    @Test
    void whoIsMeantIsSaidInThreeWays() {
        assertThat(node.say("set", "--all", "lamp_1,lamp_3.dim", "20", "--rate", "100/s")
                        .out())
                .contains("2 of 2 done");
        assertThat(node.say("set", "--all", "lamp_?.dim", "25", "--rate", "100/s")
                        .out())
                .contains("4 of 4 done");
        var none = node.say("set", "--all", "kind:pump.on", "true");
        assertThat(none.exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(none.err()).contains("no thing of kind \"pump\" has an actuator \"on\"");
        assertThat(node.say("set", "--all", "lamp_1,boiler.dim", "1").exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(node.say("set", "--all", "lamp_*.dim", "1", "--rate", "fast").err())
                .contains("10/s, 30/min or 100/h");
        assertThat(node.say("set", "lamp_1.dim", "1", "--rate", "1/s").exit()).isEqualTo(Exit.USAGE);
    }

    @Test
    void theRestIsTakenBack() {
        var given = node.say("set", "--all", "lamp_*.dim", "10", "--rate", "1/h", "--key", "slow", "--no-wait");
        assertThat(given.out()).contains("of 4 done");
        var back = node.say("cancel", "slow");
        assertThat(back.exit()).isEqualTo(Exit.DONE);
        assertThat(back.out()).contains("cancelled").contains("3 not begun");
        assertThat(node.say("commands", "slow").out()).contains("not begun: cancelled");
    }

    @Test
    void aCommandWaitsForADeviceThatSleepsThroughARestartAndIsTakenBack() throws Exception {
        var waits = node.say("set", "valve.open", "true", "--key", "irrigate");
        assertThat(waits.exit()).isEqualTo(Exit.NOT_SENT);
        assertThat(waits.out()).contains("waiting for the device to wake").contains("linkspan cancel irrigate");
        assertThat(node.say("get", "valve.open").out()).contains("waiting for the device to wake");
        assertThat(node.say("why", "valve.open").out()).contains("waiting for the device to wake");
        node.end();
        node.begin();
        assertThat(node.say("commands").out()).contains("irrigate").contains("waiting for the device to wake");
        var back = node.say("cancel", "irrigate");
        assertThat(back.out()).contains("irrigate: not sent: cancelled");
        assertThat(node.say("commands").out()).doesNotContain("irrigate");
        assertThat(node.say("commands", "irrigate").out()).contains("not sent: cancelled");
        assertThat(node.say("cancel", "irrigate").err()).contains("it is over: not sent: cancelled");
        assertThat(node.say("cancel", "nobody").exit()).isEqualTo(Exit.NO_SUCH);
    }

    @Test
    void itIsSentWhenTheDeviceIsHeard() throws Exception {
        node.say("set", "valve.open", "true", "--key", "irrigate");
        node.plant.unit(40).flag("coil 0", false);
        TestNode.await(
                "the command is done",
                () -> node.say("commands", "irrigate").out().contains("done, reads back true"));
        assertThat(node.value("valve.open")).isEqualTo("true");
    }
}
