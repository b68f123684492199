package io.linkspan.node;

import static org.assertj.core.api.Assertions.fail;

import io.linkspan.connectors.dsmrp1.MeterForm;
import io.linkspan.connectors.dsmrp1.SimulatedP1Meter;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.model.Invalid;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// A whole node in the test's process, beside a simulated meter and a simulated boiler on real sockets. The commands of
/// the
/// command line run against it as a person would type them.
final class TestNode implements AutoCloseable {
    /// Longest wait for something that a test waits for.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final SimulatedP1Meter meter;
    final SimulatedModbusMachine plant;
    final Path data;
    final Path site;
    private final int plantPort;
    private Running running;

    /// What a command answered.
    record Said(int exit, String out, String err) {}

    /// Starts machines, and a node that reads them.
    static TestNode start(Path folder) throws Exception {
        return new TestNode(folder);
    }

    private TestNode(Path folder) throws Exception {
        meter = new SimulatedP1Meter(MeterForm.DSMR_5).listen();
        meter.power(1.2);
        plant = new SimulatedModbusMachine();
        plant.unit(1).flag("coil 0", true).number("input 4 int16 x0.1", 58.5);
        plantPort = plant.listenTcp();
        data = folder.resolve("d");
        site = folder.resolve("site.yaml");
        write(text());
        begin();
    }

    /// The site file as it is at first.
    String text() {
        return """
                linkspan: 1
                site: riverside_12
                zone: Europe/Brussels
                armed: true
                connectors:
                  - { id: grid_meter, type: dsmr_p1, port: "tcp://127.0.0.1:%d" }
                  - { id: plant_room, type: modbus_tcp, endpoint: "127.0.0.1:%d", timeout: 500ms }
                things:
                  - id: meter
                    title: Main electricity meter
                    connector: grid_meter
                    properties:
                      power: { type: number, unit: kW, at: "1-0:1.7.0" }
                      energy_import: { type: register, unit: kWh, at: "1-0:1.8.1" }
                  - id: boiler
                    connector: plant_room
                    unit: 1
                    properties:
                      on: { type: flag, writable: true, at: "coil 0", every: 100ms, fallback: true }
                      temperature: { type: number, unit: Cel, at: "input 4 int16 x0.1", every: 100ms }
                links:
                  - id: shed_peak
                    from: meter.power
                    to: boiler.on
                    priority: economy
                    value: false
                    off-above: 5.0
                    on-below: 2.5
                    silent: { after: 10min, then: release }
                """.formatted(meter.port(), plantPort);
    }

    /// Writes the site file.
    void write(String yaml) throws IOException {
        Files.writeString(site, yaml);
    }

    /// Starts the node on its folder, as `run` does.
    void begin() throws Invalid, IOException, InterruptedException {
        running = Running.start(Running.Settings.of(data, site), _ -> {});
    }

    /// Ends the node in order; its folder stays.
    void end() throws IOException {
        running.close();
    }

    /// The node's only site.
    SiteView view() {
        return running.view(site());
    }

    private SiteId site() {
        return running.node().sites().getFirst();
    }

    Running running() {
        return running;
    }

    /// Runs a command on the node's folder.
    Said say(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.add("--data");
        all.add(data.toString());
        return run(all.toArray(String[]::new));
    }

    /// Runs a command.
    static Said run(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Said(exit, out.toString(), err.toString());
    }

    /// Sends a telegram with this power once the node listens.
    void power(double kilowatts) throws InterruptedException {
        if (!meter.awaitListeners(1, PATIENCE)) fail("Nobody listens to the meter");
        meter.power(kilowatts);
        meter.sendNow();
    }

    /// Whether the boiler is on, at the machine.
    boolean isOn() {
        return plant.unit(1).flag("coil 0");
    }

    /// The newest value of a property in words; `-` when there is none.
    String value(String path) {
        var cell = view().cell(view().directory().property(path));
        return cell.flatMap(c -> c.reading()).map(r -> r.value().toString()).orElse("-");
    }

    /// Waits until something holds, and says what did not when it never does.
    static void await(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.call()) {
            if (System.nanoTime() > end) fail("After " + PATIENCE + " still not: " + what);
            Thread.sleep(5); // looked at again, not waited for
        }
    }

    @Override
    public void close() throws IOException {
        try (meter;
                plant) {
            running.close();
        }
    }
}
