package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands, end to end: over the socket to a whole node, over real sockets to its machines.
class CommandsTest {
    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        TestNode.await(
                "the boiler is read", () -> node.value("boiler.temperature").equals("58.5"));
        node.power(1.2);
        TestNode.await("the meter is read", () -> node.value("meter.power").equals("1.2"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private void shed() throws Exception {
        node.power(9);
        TestNode.await("the boiler is shed", () -> !node.isOn());
    }

    @Test
    void showsWhatIsKnown() {
        var all = node.say("get");
        assertThat(all.exit()).isEqualTo(Exit.DONE);
        assertThat(all.out())
                .contains("meter.power", "1.2 kW", "boiler.temperature", "58.5 °C", "riverside_12, revision 1, armed");
        assertThat(node.say("get", "boiler.on").out()).contains("boiler.on").doesNotContain("meter.power");
        assertThat(node.say("get", "meter.power", "--json").out())
                .contains("\"property\":\"meter.power\"", "\"value\":1.2", "\"unit\":\"kW\"");
        var none = node.say("get", "boiler.pressure");
        assertThat(none.exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(none.err()).contains("boiler has no \"pressure\", but on, temperature");
    }

    @Test
    void tellsWhyAPeakIsShed() throws Exception {
        shed();
        TestNode.await(
                "the write is answered",
                () -> node.say("why", "boiler.on").out().contains("done, reads back off"));
        var why = node.say("why", "boiler.on");
        assertThat(why.out())
                .contains("boiler.on was set to off")
                .contains("link shed_peak (version 1) holds boiler.on at off, it saw 9 kW")
                .contains("grid_meter: meter.power 9 kW")
                .contains("1-0:1.7.0(09.000*kW)")
                .contains("boiler.on: shed_peak is in charge")
                .containsPattern("06 01 05 00 00 00 00");
        assertThat(node.say("get", "boiler.on").out()).contains("shed_peak (economy)");
        assertThat(node.say("why", "meter.power").out()).contains("meter.power 9 kW came from grid_meter");
    }

    @Test
    void whyIsTheSameFromTheFolderAfterwards() throws Exception {
        shed();
        TestNode.await(
                "the write is answered",
                () -> node.say("why", "boiler.on").out().contains("done, reads back off"));
        String before = node.say("why", "boiler.on", "--json").out();
        node.end();
        assertThat(node.say("why", "boiler.on", "--json").out()).isEqualTo(before);
        assertThat(node.say("set", "boiler.on", "true").exit()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(node.say("get").out()).contains("meter.power", "9 kW");
        assertThat(node.say("verify").out()).contains("whole:");
    }

    @Test
    void setTellsTheTruth() throws Exception {
        var done = node.say("set", "boiler.on", "false");
        assertThat(done.exit()).isEqualTo(Exit.DONE);
        assertThat(done.out()).contains("boiler.on: done");
        assertThat(node.isOn()).isFalse();
        var sensor = node.say("set", "boiler.temperature", "20");
        assertThat(sensor.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(sensor.out()).contains("boiler.temperature is a sensor");
        var wrong = node.say("set", "boiler.on", "maybe");
        assertThat(wrong.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(wrong.err()).contains("is true or false, not \"maybe\"");
        var released = node.say("set", "boiler.on", "--release");
        assertThat(released.exit()).isEqualTo(Exit.DONE);
        TestNode.await("its fallback holds again", node::isOn);
        assertThat(node.say("set", "boiler.on", "--release").exit()).isEqualTo(Exit.SAID_NO);
    }

    @Test
    void aLowerWishIsOutrankedAndSaysByWhom() {
        assertThat(node.say("set", "boiler.on", "false").exit()).isEqualTo(Exit.DONE);
        var lower = node.say("set", "boiler.on", "true", "--priority", "economy");
        assertThat(lower.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(lower.out()).contains("outranked by");
        assertThat(node.isOn()).isFalse();
    }

    @Test
    void whatIsNotReachedIsNotSent() throws Exception {
        node.plant.mute(true);
        TestNode.await("it is missing", () -> node.say("get", "boiler.on").out().contains("missing since"));
        var late = node.say("set", "boiler.on", "false", "--deadline", "1s", "--json");
        assertThat(late.exit()).isEqualTo(Exit.NOT_SENT);
        assertThat(late.out()).containsPattern("\"kind\":\"(not_sent|in_doubt)\"");
    }

    @Test
    void outOfServiceIsNeverWritten() throws Exception {
        assertThat(node.say("service", "boiler", "--out", "element is being changed")
                        .exit())
                .isEqualTo(Exit.DONE);
        var refused = node.say("set", "boiler.on", "false");
        assertThat(refused.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(refused.out()).contains("out of service (element is being changed");
        node.power(9);
        TestNode.await(
                "the link acted", () -> node.say("why", "boiler.on").out().contains("out of service"));
        assertThat(node.isOn()).isTrue();
        assertThat(node.say("get", "boiler.on").out()).contains("out of service (element is being changed)");
        assertThat(node.say("service", "boiler", "--in").exit()).isEqualTo(Exit.DONE);
        TestNode.await("the link has its way", () -> !node.isOn());
    }

    @Test
    void disarmedItOnlyWatches() throws Exception {
        assertThat(node.say("arm", "--off").exit()).isEqualTo(Exit.DONE);
        node.power(9);
        TestNode.await(
                "it says what it would do",
                () -> node.say("why", "boiler.on").out().contains("the site only watches"));
        assertThat(node.isOn()).isTrue();
        assertThat(node.say("arm").exit()).isEqualTo(Exit.DONE);
        TestNode.await("the link has its way", () -> !node.isOn());
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        assertThat(node.say("set", "boiler.on", "false", "--for", "2h").exit()).isEqualTo(Exit.DONE);
        node.end();
        node.begin();
        TestNode.await(
                "the boiler is read again",
                () -> node.say("get", "boiler.on").out().contains("(manual) until"));
        assertThat(node.isOn()).isFalse();
        assertThat(node.say("tail", "--from", "0").out())
                .contains("sets boiler.on to off", "Linkspan stopped in order");
    }

    @Test
    void aSecondProcessIsRefused() {
        assertThatThrownBy(() -> Running.start(Running.Settings.of(node.data, node.site), _ -> {}))
                .hasMessageContaining("in use by")
                .hasMessageContaining("stop that one first");
    }

    @Test
    void applyShowsAndChanges() throws Exception {
        node.write(node.text().replace("off-above: 5.0", "off-above: 12.0"));
        var dry = node.say("apply", node.site.toString(), "--dry-run");
        assertThat(dry.exit()).isEqualTo(Exit.DONE);
        assertThat(dry.out())
                .contains("Changed:", "link shed_peak (version 2)", "Risks:", "boiler.on: nobody said what it does");
        assertThat(node.view().directory().revision()).isEqualTo(1);
        assertThat(node.say("apply", node.site.toString()).out()).contains("Revision 2 is in force");
        node.power(9);
        TestNode.await("it was read", () -> node.value("meter.power").equals("9"));
        assertThat(node.say("tail").out()).doesNotContain("shed_peak (version 2) holds");
        assertThat(node.say("apply", node.site.toString()).out()).contains("says what is running");
    }

    @Test
    void applyRefusesWhatIsWrongAtItsLine() throws Exception {
        node.write(node.text().replace("off-above", "off-abvoe"));
        var wrong = node.say("apply", node.site.toString());
        assertThat(wrong.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(wrong.err()).containsPattern("site\\.yaml:\\d+: ");
        assertThat(node.view().directory().revision()).isEqualTo(1);
    }

    @Test
    void applyAsksBeforeItTakesOut() throws Exception {
        node.write(node.text().replaceAll("(?s)links:.*", ""));
        var asked = node.say("apply", node.site.toString());
        assertThat(asked.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(asked.out()).contains("Taken out", "link shed_peak");
        assertThat(node.view().directory().file().links()).containsKey("shed_peak");
        assertThat(node.say("apply", node.site.toString(), "--yes").exit()).isEqualTo(Exit.DONE);
        assertThat(node.view().directory().file().links()).isEmpty();
    }

    @Test
    void anOlderRevisionIsRefusedOrMerged() throws Exception {
        String mine = node.say("export").out();
        assertThat(mine).contains("revision: 1");
        node.write(mine.replace("off-above: 5.0", "off-above: 6.0"));
        assertThat(node.say("apply", node.site.toString()).exit()).isEqualTo(Exit.DONE);
        node.write(mine.replace("on-below: 2.5", "on-below: 3.5"));
        var other = node.say("apply", node.site.toString());
        assertThat(other.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(other.err()).contains("the file is of revision 1, running is revision 2", "--merge");
        assertThat(node.say("apply", node.site.toString(), "--merge").exit()).isEqualTo(Exit.DONE);
        assertThat(node.say("export").out()).contains("off-above: 6.0", "on-below: 3.5");
        node.write(mine.replace("off-above: 5.0", "off-above: 7.0"));
        var conflict = node.say("apply", node.site.toString(), "--merge");
        assertThat(conflict.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(conflict.err())
                .contains("links.shed_peak.off-above: the running site has 6.0, the file 7.0, both began with 5.0");
    }

    @Test
    void aBackupIsConsistentWhileItRunsAndComesBackPassive() throws Exception {
        shed();
        var drawn = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB), "png", drawn);
        var site = node.running().node().sites().getFirst();
        new PictureFolder(node.data, site).put("ground_floor", drawn.toByteArray());
        Path file = folder.resolve("backup.zip");
        assertThat(node.say("backup", file.toString()).exit()).isEqualTo(Exit.DONE);
        Path other = folder.resolve("o");
        var restored = TestNode.run("restore", file.toString(), "--data", other.toString());
        assertThat(restored.err()).isEmpty();
        assertThat(restored.exit()).isEqualTo(Exit.DONE);
        assertThat(TestNode.run("get", "--data", other.toString()).out()).contains("meter.power", "9 kW");
        assertThat(TestNode.run("why", "boiler.on", "--data", other.toString()).out())
                .contains("shed_peak (version 1)");
        assertThat(new PictureFolder(other, site)
                        .get("ground_floor")
                        .orElseThrow()
                        .bytes())
                .isEqualTo(drawn.toByteArray());
        assertThat(Backup.isPassive(other)).isTrue();
        var settings = Running.Settings.of(other, node.site);
        var passive = new Running.Settings(
                other, settings.siteFile(), settings.clock(), settings.log(), settings.permitted(), true);
        try (var second = Running.start(passive, _ -> {})) {
            assertThat(second.node().connectors(second.node().sites().getFirst()))
                    .isEmpty();
            assertThat(second.view(second.node().sites().getFirst()).newest().epoch())
                    .isEqualTo(2);
        }
        assertThat(TestNode.run("verify", "--data", other.toString()).exit()).isEqualTo(Exit.DONE);
        assertThat(TestNode.run("restore", file.toString(), "--data", other.toString())
                        .exit())
                .isEqualTo(Exit.SAID_NO);
    }

    @Test
    void aDamagedLogIsNamed() throws Exception {
        node.end();
        try (var files = Files.walk(node.data.resolve(Node.JOURNAL).resolve("log"))) {
            Path segment =
                    files.filter(p -> p.toString().endsWith(".seg")).findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            bytes[400] ^= 1;
            Files.write(segment, bytes);
        }
        var verified = node.say("verify");
        assertThat(verified.exit()).isEqualTo(Exit.DAMAGED);
        assertThat(verified.out()).contains("DAMAGED");
    }

    @Test
    void statusTellsHowConnectorsAreDoing() {
        assertThat(node.say("status").out()).contains("grid_meter", "plant_room", "up", "the disk is ok");
    }

    @Test
    void readsAndProbesByHand() throws Exception {
        String endpoint = node.view()
                .directory()
                .file()
                .connectors()
                .get("plant_room")
                .settings()
                .needText("endpoint", "");
        var read = TestNode.run("read", endpoint, "unit 1 input 4");
        assertThat(read.exit()).isEqualTo(Exit.DONE);
        assertThat(read.out()).contains("int16", "585");
        var found = TestNode.run("probe", "modbus_tcp", endpoint, "units=1..2");
        assertThat(found.out()).contains("unit: 1");
        assertThat(TestNode.run("probe", "telnet", endpoint).exit()).isEqualTo(Exit.NO_SUCH);
    }

    @Test
    void aWronglyWrittenCommandSaysHow() {
        var unknown = TestNode.run("gte");
        assertThat(unknown.exit()).isEqualTo(Exit.USAGE);
        assertThat(unknown.err()).contains("gte", "get");
        assertThat(TestNode.run("get", "--jsno").err()).contains("linkspan get:", "--jsno");
        assertThat(node.say("set", "boiler.on").err()).contains("a value is missing");
        assertThat(node.say("service", "boiler").err()).contains("--out");
        var none = TestNode.run("get", "--data", folder.resolve("none").toString());
        assertThat(none.exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(none.err()).contains("there is no folder");
    }
}
