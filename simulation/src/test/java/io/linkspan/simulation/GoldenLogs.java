package io.linkspan.simulation;

import static io.linkspan.simulation.GoldenSite.HOME;
import static io.linkspan.simulation.GoldenSite.NEIGHBOUR;
import static io.linkspan.simulation.GoldenSite.SECOND;

import io.linkspan.access.AccountsInput;
import io.linkspan.access.Language;
import io.linkspan.access.Refusal;
import io.linkspan.access.Role;
import io.linkspan.broker.GoldenBroker;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.RealDisk;
import io.linkspan.journal.RetentionLimits;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import io.linkspan.node.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What happens in each golden log: one script a decision, named as its page in docs/decisions.
///
/// [#main] writes the folders; run it by hand when the format gets a new version, into **new** folders: those that are
/// there stay, for old logs are always read.
final class GoldenLogs {
    static final Path FOLDER = TidyTest.root().resolve("simulation/src/test/resources/golden-logs");

    private static final Principal ANNA = Principal.person("anna");
    private static final Principal BERT = Principal.person("bert");
    private static final Principal SCADA = new Principal(Principal.Kind.APPLICATION, "control_room");

    private GoldenLogs() {}

    /// One script.
    @FunctionalInterface
    interface Script {
        void play(Stage stage) throws IOException, Invalid;
    }

    /// Where a script plays.
    ///
    /// @param files the folder with its site files
    record Stage(Journal journal, Path files) {
        GoldenSite site() throws IOException, Invalid {
            return new GoldenSite(journal, HOME).begin(file("site.yaml"));
        }

        Tree.Fields file(String name) throws IOException, Invalid {
            return Yaml.parseFields(name, Files.readString(files.resolve(name)));
        }
    }

    static final Map<String, Script> SCRIPTS = new TreeMap<>(Map.ofEntries(
            Map.entry("0002-one-entry-one-step", GoldenLogs::oneEntry),
            Map.entry("0003-who-owns-what", GoldenLogs::oneStream),
            Map.entry("0004-private-readings", GoldenLogs::privateReadings),
            Map.entry("0005-log-act-tell", GoldenLogs::afterACrash),
            Map.entry("0006-one-way-to-write", GoldenLogs::holds),
            Map.entry("0008-outcomes", GoldenLogs::outcomes),
            Map.entry("0010-time", GoldenLogs::time),
            Map.entry("0011-retention", GoldenLogs::retention),
            Map.entry("0012-identity", GoldenLogs::epochs),
            Map.entry("0014-values", GoldenLogs::values),
            Map.entry("0015-units", GoldenLogs::units),
            Map.entry("0016-disk-full-or-dead", GoldenLogs::diskFull),
            Map.entry("0017-files", GoldenLogs::files),
            Map.entry("0018-secrets-and-principals", GoldenLogs::principals),
            Map.entry("0021-damage", GoldenLogs::damage),
            Map.entry("0022-ledger", GoldenLogs::ledger),
            Map.entry("0036-accounts-in-the-node-log", GoldenLogs::accounts),
            Map.entry("0052-applications-at-the-broker", GoldenLogs::broker)));

    /// Writes every folder anew: `GoldenLogs FOLDER`, the site files being there.
    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        for (var script : SCRIPTS.entrySet()) {
            var here = folder.resolve(script.getKey());
            for (String old : List.of("log", "snapshots")) delete(here.resolve(old));
            write(script.getValue(), here, here);
            Files.writeString(here.resolve("expected.txt"), GoldenText.of(here));
        }
    }

    /// Plays a script into a folder and closes its journal.
    static void write(Script script, Path files, Path into) throws IOException, Invalid {
        var disk = new RealDisk(into);
        try (var journal = Journal.open(disk, settings())) {
            script.play(new Stage(journal, files));
        }
        disk.delete("lock");
        if (script.equals(SCRIPTS.get("0021-damage"))) flip(into.resolve("log/00000001.seg"));
    }

    /// Files of 4 KiB, the smallest there are, and little room for what waits, so that a burst is too much.
    private static JournalSettings settings() {
        return new JournalSettings(
                Duration.ofMillis(200), 1 << 12, 1 << 12, 1 << 13, 1 << 12, 0, Duration.ofSeconds(1), 20_160_114);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var all = Files.walk(folder)) {
            for (var each : all.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }

    /// A bit of the last quarter changes while nobody looks.
    private static void flip(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length * 3 / 4] ^= 0x10;
        Files.write(segment, bytes);
    }

    // ---- the scripts

    private static void oneEntry(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).pass(1).reads("meter.power", 4.0);
        s.pass(1)
                .reads("meter.power", 7.9)
                .done(); // the reading, the link, who is in charge and the write are one entry
        s.pass(1).reads("meter.power", 7.9); // nothing follows: logged all the same
        s.pass(70); // the silence is an entry of its own, at the moment at which it was due
        s.check();
    }

    private static void oneStream(Stage stage) throws IOException, Invalid {
        var home = stage.site();
        var neighbour = new GoldenSite(stage.journal(), NEIGHBOUR).begin(stage.file("site.yaml"));
        for (int i = 0; i < 20; i++) {
            home.pass(1).reads("meter.power", i / 10.0);
            if (i % 3 == 0) neighbour.pass(3).reads("meter.power", i);
        }
        home.check();
        neighbour.check();
    }

    /// A number that stands nowhere in the files of its log.
    static final double PRIVATE = 4711.25;

    private static void privateReadings(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("car.limit", 0).reads("meter.power", PRIVATE).done();
        s.frame(s.reading("meter.power", new Value.Num(PRIVATE)), s.reading("meter.voltage", new Value.Num(231.5)));
        s.restart(false, 30);
        s.line("plant_room", true, "").pass(61);
        s.check();
    }

    private static void afterACrash(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).reads("pump.on", Flag.OFF).reads("fan.on", Flag.OFF);
        s.reads("meter.power", 7.9); // ordered, and never answered
        s.set(ANNA, "pump.on", Flag.ON, Priority.MANUAL).done();
        s.set(ANNA, "fan.on", Flag.ON, Priority.MANUAL).done();
        s.restart(false, 120); // what was sent is in doubt; the fan's wish is dropped, the pump is left
        s.line("grid_meter", true, "").line("plant_room", true, "");
        s.pass(1).reads("boiler.on", Flag.ON); // read before it is written: still on, so off is written again
        s.reads("pump.on", Flag.OFF)
                .reads("fan.on", Flag.ON)
                .reads("meter.power", 7.9)
                .done();
        s.pass(1).restart(true, 60); // in order: nothing is in doubt
        s.line("grid_meter", true, "").line("plant_room", true, "");
        s.pass(1).reads("boiler.on", Flag.OFF).reads("meter.power", 7.9);
        s.check();
    }

    private static void holds(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("tank.level", 50)
                .reads("boiler.on", Flag.ON)
                .reads("pump.on", Flag.OFF)
                .reads("pump.speed", 0)
                .done();
        s.reads("meter.power", 7.9).done(); // the link sheds
        s.set(ANNA, "boiler.on", Flag.ON, Priority.MANUAL); // outranks it, after the minimum time off
        s.pass(59).reads("meter.power", 7.9).reads("tank.level", 50);
        s.release(ANNA, "boiler.on", Priority.MANUAL);
        s.set(BERT, "pump.on", Flag.ON, Priority.MANUAL).done();
        s.set(BERT, "pump.speed", new Value.Num(90), Priority.MANUAL); // narrowed by the bound of a link
        s.reads("tank.level", 4.5).done(); // the interlock forbids
        s.pass(1).reads("pump.on", Flag.ON).pass(3).reads("pump.on", Flag.ON); // does not obey: written again
        s.set(SCADA, "pump.on", Flag.ON, Priority.SUGGEST); // outranked, and waits below
        s.pass(70); // both sources silent: the limit tightens, the use lets go
        s.reads("tank.level", 50).reads("meter.power", 1.0);
        s.pass(4 * 3600); // the leases of people run out
        s.check();
    }

    private static void outcomes(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).reads("pump.on", Flag.OFF).reads("pump.speed", 0);
        s.set(ANNA, "pump.on", Flag.ON, Priority.MANUAL).done();
        s.setAgain(ANNA, "pump.on", Flag.ON); // the same key: not written twice
        s.set(ANNA, "pump.speed", new Value.Num(50), Priority.MANUAL);
        s.answer(new Outcome.Refused("illegal data value"));
        s.set(BERT, "pump.on", Flag.OFF, Priority.COMFORT); // outranked
        s.set(ANNA, "meter.power", new Value.Num(1), Priority.MANUAL); // a sensor
        s.set(ANNA, "pump.on", Flag.OFF, Priority.MANUAL).answer(new Outcome.InDoubt(s.wall()));
        s.pass(2).reads("pump.on", Flag.OFF); // read back: it was done
        s.invoke(ANNA, "pump.reset").answer(new Outcome.InDoubt(s.wall())); // stays in doubt
        s.invoke(ANNA, "pump.beep").answer(new Outcome.InDoubt(s.wall())); // safe to repeat: sent again
        s.done();
        s.line("plant_room", false, "connection refused");
        s.set(ANNA, "pump.on", Flag.ON, Priority.MANUAL).pass(31); // never sent
        s.check();
    }

    private static void time(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).reads("meter.power", 7.9).done();
        s.wallClock(3600);
        s.pass(10); // site time does not jump with it
        s.reads("meter.power", 7.9);
        s.wallClock(-7200);
        s.pass(10);
        s.reads("meter.power", 7.9);
        s.frame(s.at("meter.power", new Value.Num(7.9), s.wall() - 2 * SECOND)); // the device's clock is right
        s.frame(s.at("meter.power", new Value.Num(1.0), s.wall() - 86_400 * SECOND)); // a day off: UNCERTAIN
        s.set(ANNA, "boiler.on", Flag.ON, Priority.MANUAL).pass(600).done(); // after the minimum time off
        s.restart(true, 5 * 3600); // the lease has run on over the downtime, silence counts anew
        s.line("grid_meter", true, "").line("plant_room", true, "").pass(61);
        s.check();
    }

    private static void retention(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON);
        for (int i = 0; i < 400; i++) {
            s.pass(1).reads("meter.power", i % 100 == 99 ? 7.9 : 1 + i / 1000.0);
            if (i % 100 == 99) s.done();
        }
        s.snapshot();
        for (int i = 0; i < 60; i++) s.pass(1).reads("meter.power", 2 + i / 1000.0);
        stage.journal().commitNow(0);
        while (stage.journal().maintain(0)) continue;
        var oldest = s.log.snapshots().getLast();
        var limits = new RetentionLimits(Map.of(HOME, oldest), Long.MAX_VALUE, Long.MAX_VALUE);
        if (stage.journal().dropReadings(limits).isEmpty()) throw new AssertionError("Nothing was dropped");
        s.check();
    }

    private static void epochs(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).reads("meter.power", 1.0);
        s.epoch("restored from a backup");
        s.restart(false, 600);
        s.line("grid_meter", true, "").line("plant_room", true, "");
        s.reads("boiler.on", Flag.ON).reads("meter.power", 7.9).done();
        s.epoch("another node leads");
        s.restart(false, 10);
        s.check();
    }

    private static void values(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.frame(
                s.reading("meter.energy", new Value.Register(999_998_700, 3)),
                s.reading("meter.pulses", new Value.Int(Long.MAX_VALUE)),
                s.reading("meter.state", new Value.Choice("fault")),
                s.reading("meter.serial", new Value.Text("Zähler 7 / №1")),
                s.reading("meter.raw", new Value.Bytes(new byte[] {0, 1, (byte) 0xFF})),
                s.reading("meter.place", new Value.Position(50.85, 4.35, 13)),
                s.reading(
                        "meter.phases", Value.Group.of(Map.of("l1", new Value.Num(230.1), "l2", new Value.Num(229.9)))),
                s.reading("meter.power", new Value.Num(-0.5)));
        s.pass(1).reads("meter.energy", new Value.Register(400, 3)); // rolled over
        s.pass(1).reads("meter.energy", new Value.Register(1_500, 3));
        s.pass(1).reads("meter.energy", new Value.Register(900, 3)); // went back: UNCERTAIN, and a person is told
        s.input(new Input.Exchange(
                s.number("meter.energy"), new Value.Register(1_500, 3), new Value.Register(3_000, 3)));
        s.pass(1).reads("meter.energy", new Value.Register(3_200, 3));
        s.pass(1).reads("meter.power", 200_000); // out of range: BAD
        s.pass(1).reads("meter.power", new Value.Text("n/a")); // of another type: BAD
        s.pass(1).reads("meter.state", new Value.Choice("melting")); // no such choice: BAD
        s.check();
    }

    private static void units(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("car.limit", 0).reads("heat_pump.supply", 20).reads("pump.on", Flag.OFF);
        s.reads("roof.power", 3500).done(); // W to kW
        s.pass(1).reads("outside.temperature", 50).done(); // °F to °C
        s.pass(1)
                .frame(
                        s.reading("heat_pump.flow", new Value.Num(1.2)),
                        s.reading("heat_pump.return_flow", new Value.Num(30)),
                        s.reading("heat_pump.leaving", new Value.Num(308.15))); // m³/h, °C and K
        s.pass(1).reads("roof.power", 12_000); // clamped to the range of the target
        s.check();
    }

    private static void diskFull(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).reads("meter.power", 1.0);
        s.input(Principal.SYSTEM, new Input.DiskChanged(Input.DiskState.CONTROL_ONLY));
        s.pass(1).reads("meter.power", 7.9).done(); // links go on
        var text = "x".repeat(3_000);
        for (int i = 0; i < 6; i++) s.frame(s.reading("meter.message", new Value.Text(text + i))); // too much waits
        s.reads("meter.power", 7.9);
        stage.journal().commitNow(0);
        s.input(Principal.SYSTEM, new Input.DiskChanged(Input.DiskState.OK));
        s.pass(1).reads("meter.power", 1.0);
        if (stage.journal().readingsRefused() == 0) throw new AssertionError("No readings were refused");
    }

    private static void files(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON).reads("meter.power", 7.9).done();
        s.apply(stage.file("site-2.yaml")); // renamed, retired, a link changed, another added
        s.reads("meter.active_power", 7.9);
        s.apply(Tree.fields(Map.of("linkspan", Tree.plain(1)))); // refused: changes nothing, and is on record
        s.check();
    }

    private static void principals(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON);
        s.set(ANNA, "boiler.on", Flag.OFF, Priority.MANUAL).done();
        s.set(SCADA, "boiler.on", Flag.ON, Priority.OPERATE);
        s.input(new Principal(Principal.Kind.NODE, "cabinet_3"), new Input.Arm(false));
        s.input(BERT, new Input.Service("boiler", true, "bearing is loud"));
        s.pass(1).reads("boiler.on", Flag.ON); // at the machine itself
        s.input(BERT, new Input.Service("boiler", false, ""));
        s.input(ANNA, new Input.Arm(true));
        s.check();
    }

    private static void damage(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("boiler.on", Flag.ON);
        for (int i = 0; i < 150; i++) s.pass(1).reads("meter.power", i / 100.0);
        s.reads("meter.power", 7.9).done();
    }

    private static void ledger(Stage stage) throws IOException, Invalid {
        var s = stage.site();
        s.reads("meter.power", 1.0).reads("boiler.on", Flag.ON);
        s.pass(10).line("grid_meter", false, "connection reset");
        s.pass(30).line("grid_meter", true, "").reads("meter.power", 1.1); // missing from the last reading to here
        int boiler = s.number("boiler.on");
        s.input(
                Principal.device("plant_room"),
                new Input.UnitChanged(List.of(boiler), false, "unit 1 does not answer"));
        s.pass(5).input(Principal.device("plant_room"), new Input.UnitChanged(List.of(boiler), true, ""));
        s.reads("boiler.on", Flag.ON);
        s.pass(10).input(Principal.SYSTEM, new Input.Late(s.number("meter.power"), s.wall() - 5 * SECOND));
        s.reads("meter.power", 1.2);
        s.input(
                Principal.device("grid_meter"),
                new Input.GapReported(
                        List.of(s.number("meter.power")), s.wall() - 3 * SECOND, s.wall() - SECOND, "queue full"));
        s.input(
                Principal.device("grid_meter"),
                new Input.Happened("meter", "power_cut", Optional.of(new Value.Int(1)), 0, 0));
        s.restart(true, 60);
        s.line("grid_meter", true, "").reads("meter.power", 1.3);
        s.check();
    }

    private static void accounts(Stage stage) throws IOException {
        var people = new GoldenPeople(stage.journal());
        people.does("anna", new AccountsInput.SetUp("anna", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$MQ", Language.NL));
        people.signsIn("anna", "first cookie");
        people.does("anna", new AccountsInput.Add("bert", Role.INSTALLER, "$argon2id$bert", Language.EN));
        people.signsIn("bert", "second cookie");
        people.token("bert", "k3v9x2ab", Role.OPERATOR);
        people.does("anna", new AccountsInput.Remove("anna")); // the last owner: denied
        people.application("anna", "billing", "meter.energy_import");
        people.cursor("billing", 42);
        people.snapshot();
        people.application("anna", "billing", "meter"); // version 2, the cursor stays
        people.cursor("billing", 43);
        people.does(
                "bert",
                new AccountsInput.Change(
                        "bert",
                        Optional.empty(),
                        Optional.of("$argon2id$other"),
                        Optional.of(Language.NL),
                        Optional.empty()));
        people.refused(Refusal.What.SIGN_IN, "mallory", "192.0.2.7", 12);
        people.signsIn("bert", "third cookie");
        people.pass(Duration.ofDays(31)); // what is over goes with the next step
        people.does("anna", new AccountsInput.Remove("bert"));
    }

    private static void broker(Stage stage) throws IOException {
        new GoldenBroker(stage.journal(), SiteId.ofConnector(HOME, "broker")).live();
    }
}
