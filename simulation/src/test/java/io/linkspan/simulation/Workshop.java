package io.linkspan.simulation;

import io.linkspan.connectors.dsmrp1.MeterForm;
import io.linkspan.connectors.dsmrp1.SimulatedP1Meter;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.model.Invalid;
import io.linkspan.model.Tree;
import io.linkspan.node.Yaml;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Machines on real protocols that outlive the node which works them, with a book of what was written to them: a meter
/// whose load
/// jumps with each telegram, so that its links act each time, a plant with a boiler, a display, a valve and a pump, and
/// a store of
/// registers that are only read. Safe for many threads.
final class Workshop implements AutoCloseable {
    /// Registers that are only read.
    static final int STORE = 100;
    /// Between two telegrams, each of which makes the links act.
    static final Duration TELEGRAM_EVERY = Duration.ofMillis(25);

    private static final Duration CALM = Duration.ofMillis(60);

    private final SimulatedP1Meter meter = new SimulatedP1Meter(MeterForm.BELGIAN);
    private final SimulatedModbusMachine plant = new SimulatedModbusMachine();
    private final int plantPort;
    private final List<Seen> seen = new ArrayList<>();
    private final Thread load;
    private volatile boolean open = true;

    /// One write as a machine saw it.
    ///
    /// @param path of the property in the site file
    /// @param raw the register, or 0 and 1
    record Seen(String path, int raw, long nanos) {}

    Workshop() throws IOException {
        plant.unit(1).flag("coil 0", true);
        for (int unit : new int[] {2, 3, 5}) plant.unit(unit).number("holding 0 uint16", 0);
        for (int i = 0; i < STORE; i++) plant.unit(4).number("holding " + i + " int16", i);
        plant.onWrite(w -> note(new Seen(path(w.unit()), w.value(), w.nanos())));
        plantPort = plant.listenTcp();
        meter.listen();
        load = Thread.ofPlatform().name("workshop").daemon().start(this::run);
    }

    private static String path(int unit) {
        return switch (unit) {
            case 1 -> "boiler.on";
            case 2 -> "valve.position";
            case 3 -> "pump.speed";
            case 5 -> "display.shown";
            default -> throw new IllegalStateException("Nobody should write to unit " + unit);
        };
    }

    private void note(Seen write) {
        synchronized (seen) {
            seen.add(write);
            seen.notifyAll();
        }
    }

    private void run() {
        for (int i = 0; open; i++) {
            meter.power(i % 2 == 0 ? 6 + i % 300 * 0.01 : 1 + i % 100 * 0.01);
            meter.sendNow();
            LockSupport.parkNanos(TELEGRAM_EVERY.toNanos());
        }
    }

    /// All writes from the `from`th on.
    List<Seen> seen(int from) {
        synchronized (seen) {
            return List.copyOf(seen.subList(from, seen.size()));
        }
    }

    /// How many writes there were.
    int count() {
        synchronized (seen) {
            return seen.size();
        }
    }

    /// Waits for the first write of a link from the `from`th write on; null when none came in time.
    @org.jspecify.annotations.Nullable
    Seen awaitLink(int from, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        synchronized (seen) {
            while (true) {
                for (var s : seen.subList(from, seen.size()))
                    if (s.path.equals("boiler.on") || s.path.equals("display.shown")) return s;
                long left = end - System.nanoTime();
                if (left <= 0) return null;
                TimeUnit.NANOSECONDS.timedWait(seen, left);
            }
        }
    }

    /// What was on its way has arrived: no request comes any more.
    void settle() throws IOException {
        plant.cut();
        meter.cut();
        for (long requests = -1; requests != plant.requests(); ) {
            requests = plant.requests();
            LockSupport.parkNanos(CALM.toNanos());
        }
    }

    /// The raw value of what was ordered, as the machine sees it.
    static int raw(io.linkspan.model.Value value) {
        return switch (value) {
            case io.linkspan.model.Value.Flag f -> f.on() ? 1 : 0;
            case io.linkspan.model.Value.Int i -> (int) i.value();
            case io.linkspan.model.Value.Num n -> (int) Math.round(n.value() * 100);
            default ->
                throw new IllegalArgumentException("No machine here takes " + value); // open: no other is in the file
        };
    }

    SimulatedModbusMachine plant() {
        return plant;
    }

    SimulatedP1Meter meter() {
        return meter;
    }

    Tree.Fields site() throws Invalid {
        return Yaml.parseFields("workshop.yaml", text());
    }

    String text() {
        var store = new StringBuilder();
        for (int i = 0; i < STORE; i++)
            store.append("      r")
                    .append(i)
                    .append(": { type: number, at: \"holding ")
                    .append(i)
                    .append(" int16\", every: 250ms }\n");
        return """
                linkspan: 1
                site: workshop
                armed: true
                connectors:
                  - { id: grid, type: dsmr_p1, port: "tcp://127.0.0.1:@P1@" }
                  - { id: plant, type: modbus_tcp, endpoint: "127.0.0.1:@MODBUS@" }
                  - { id: shelves, type: modbus_tcp, endpoint: "127.0.0.1:@MODBUS@" }
                things:
                  - id: meter
                    connector: grid
                    properties:
                      power: { type: number, unit: kW, at: "1-0:1.7.0" }
                      energy: { type: register, unit: kWh, at: "1-0:1.8.1" }
                  - id: boiler
                    connector: plant
                    unit: 1
                    properties:
                      on: { type: flag, writable: true, at: "coil 0", every: 100ms, fallback: true, without-us: last-value }
                  - id: valve
                    connector: plant
                    unit: 2
                    properties:
                      position: { type: integer, writable: true, at: "holding 0 uint16", every: 100ms, without-us: last-value }
                  - id: pump
                    connector: plant
                    unit: 3
                    properties:
                      speed: { type: integer, writable: true, at: "holding 0 uint16", every: 100ms, without-us: last-value }
                  - id: display
                    connector: plant
                    unit: 5
                    properties:
                      shown: { type: number, unit: kW, writable: true, at: "holding 0 uint16 x0.01", every: 1s, without-us: last-value }
                  - id: store
                    connector: shelves
                    unit: 4
                    properties:
                @STORE@links:
                  - { id: shed, from: meter.power, to: boiler.on, priority: economy, value: false, off-above: 5.0, on-below: 2.5,
                      silent: { after: 60s, then: release } }
                  - { id: show, from: meter.power, to: display.shown, dead-band: 0.05, silent: { after: 60s, then: release } }
                """.replace("@P1@", Integer.toString(meter.port()))
                .replace("@MODBUS@", Integer.toString(plantPort))
                .replace("@STORE@", store);
    }

    @Override
    public void close() throws IOException {
        open = false;
        try {
            load.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (plant) {
            meter.close();
        }
    }
}
