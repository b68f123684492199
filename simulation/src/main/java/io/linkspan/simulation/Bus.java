package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.connector.Report;
import io.linkspan.journal.Health;
import io.linkspan.model.Cell;
import io.linkspan.model.Outcome;
import io.linkspan.model.Property;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Value.Flag;
import io.linkspan.model.Values;
import io.linkspan.node.Arrival;
import io.linkspan.node.Receipt;
import io.linkspan.simulation.Plant.By;
import io.linkspan.simulation.WorldSite.Machine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The lines and machines of the simulated world, and the connectors that keep the contract: polls that come late,
/// twice,
/// broken or not at all, writes whose answer is late or lost. Every reading that a machine had is remembered, so that
/// the
/// ledger can be held against it.
final class Bus {
    /// Longest time from an order to the machine, in nanoseconds.
    private static final long LATENCY_MAX = 400_000_000L;
    /// After a change at the machine our next write may cross it; that is no switching of ours.
    private static final long CROSSING = 8 * World.SECOND;
    /// How long a reading may be on its way, which makes the site's picture of a machine old.
    private static final long PICTURE_AGE = 20 * World.SECOND;

    /// A line: what it does, and what the connector knows of it.
    private static final class Line {
        boolean cut;
        boolean toldUp;
        long busyUntil;
    }

    /// A reading that a machine had for us.
    ///
    /// @param excused nobody could have known of it
    private record Sent(String path, int property, Value value, long wall) {}

    private record Promise(Receipt receipt, int property, Value value) {}

    private final World world;
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private final Set<String> silentUnits = new HashSet<>();
    private final Set<String> hung = new HashSet<>();
    private final Map<String, Double> process = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Promise> promises = new ArrayList<>();
    private final Set<String> begun = new HashSet<>();
    private long energy = 12_345;
    private int counter;
    private int life;
    private int writes;

    Bus(World world) {
        this.world = world;
        for (var m : WorldSite.MACHINES) lines.computeIfAbsent(m.line(), _ -> new Line());
        process.put("meter.power", 1.2);
        process.put("tank.temperature", 18.0);
        process.put("tank.level", 60.0);
        for (String flag : List.of("boiler.on", "pump.on", "lamp.on")) world.plant.put(0, flag, Flag.OFF, By.ITSELF);
        for (String number : List.of("pump.speed", "heater.power", "lamp.level", "charger.limit"))
            world.plant.put(0, number, new Value.Num(0), By.ITSELF);
        world.plant.put(0, "valve.position", new Value.Int(0), By.ITSELF);
        world.plant.put(0, "charger.display", new Value.Text("-"), By.ITSELF);
    }

    void begin() {
        for (var m : WorldSite.MACHINES)
            poll(m, m.thing().equals("meter") ? 2 * World.SECOND : world.between(1, 5) * World.SECOND);
    }

    // ---- lines

    /// Linkspan runs: each connector tries its line.
    void started() {
        life++;
        promises.clear();
        lines.forEach((name, line) -> {
            line.toldUp = false;
            line.busyUntil = 0;
            int of = life;
            world.in(world.between(0, World.SECOND), () -> {
                if (of == life && world.node().isPresent()) line(name, line, !line.cut);
            });
        });
    }

    void stopped() {
        life++;
        lines.values().forEach(line -> line.toldUp = false);
    }

    private void line(String name, Line line, boolean up) {
        line.toldUp = up;
        if (up)
            silentUnits.removeIf(thing -> WorldSite.machine(thing + ".").line().equals(name));
        world.up().arrive(new Arrival.LineChanged(name, up, up ? "" : name + " is cut", new Receipt()));
    }

    void cut(String name) {
        var line = need(lines, name);
        if (line.cut) return;
        line.cut = true;
        world.tell("the line " + name + " is cut");
        world.in(world.between(0, World.SECOND), () -> tellLine(name, line));
        world.in(world.between(2, 40) * World.SECOND, () -> {
            line.cut = false;
            world.tell("the line " + name + " is there again");
            world.in(world.between(0, 2 * World.SECOND), () -> tellLine(name, line));
        });
    }

    private void tellLine(String name, Line line) {
        if (world.node().isPresent() && line.toldUp == line.cut) line(name, line, !line.cut);
    }

    /// One machine on a line no longer answers.
    void silence(Machine machine) {
        var line = need(lines, machine.line());
        if (world.node().isEmpty() || !line.toldUp || line.cut || !silentUnits.add(machine.thing())) return;
        world.tell(machine.thing() + " does not answer");
        unit(machine, false);
        world.in(world.between(2, 30) * World.SECOND, () -> {
            if (!silentUnits.remove(machine.thing())) return;
            world.tell(machine.thing() + " answers again");
            if (world.node().isPresent() && line.toldUp) unit(machine, true);
        });
    }

    private void unit(Machine machine, boolean answers) {
        var report = new Report.Unit(numbers(machine), answers, answers ? "" : machine.thing() + " does not answer");
        world.up().arrive(new Arrival.Heard(machine.line(), report, new Receipt()));
    }

    /// The meter sends nothing though its line is up, for so long that it is late.
    void hang() {
        if (!hung.add("meter")) return;
        world.tell("the meter hangs");
        world.in(world.between(10, 25) * World.SECOND, () -> hung.remove("meter"));
    }

    boolean hangs() {
        return !hung.isEmpty();
    }

    // ---- readings

    private void poll(Machine machine, long every) {
        world.in(every, () -> poll(machine, every));
        var line = need(lines, machine.line());
        var frame = new LinkedHashMap<String, Value>();
        for (String p : machine.sensors()) frame.put(machine.thing() + "." + p, sense(machine.thing() + "." + p));
        for (String p : machine.actuators())
            frame.put(
                    machine.thing() + "." + p,
                    world.plant.value(machine.thing() + "." + p).orElseThrow());
        if (world.node().isEmpty()
                || line.cut
                || !line.toldUp
                || silentUnits.contains(machine.thing())
                || hung.contains(machine.thing())) {
            frame.forEach(this::remember);
            return;
        }
        if (world.chance(4)) {
            frame.forEach(this::remember);
            long wall = world.clock.wallMicros();
            heard(machine, new Report.Gap(numbers(machine), wall, wall, "wrong CRC"));
            return;
        }
        if (world.chance(20)) world.in(world.between(0, 300_000_000L), () -> deliver(machine, frame));
        else deliver(machine, frame);
        if (world.chance(4)) world.in(world.between(0, 200_000_000L), () -> deliver(machine, frame));
    }

    private Value sense(String path) {
        // each reading of a process value is its own, so that it can be found again
        double unique = ++counter * 1e-6;
        return switch (path) {
            case "meter.energy" -> new Value.Register(energy += 1, 3);
            case "meter.power" -> {
                double boiler = world.plant.value("boiler.on").equals(Optional.of(Flag.ON)) ? 2.0 : 0.0;
                yield new Value.Num(round(need(process, path) + boiler + unique));
            }
            case "neighbour.draw" -> new Value.Num(WorldSite.MARK_NUMBER + world.random.nextDouble());
            case "neighbour.note" -> new Value.Text(WorldSite.MARK + counter);
            case "neighbour.open" -> new Value.Num(round(unique));
            default -> new Value.Num(round(need(process, path) + unique)); // open: the other sensors of the site
        };
    }

    private static <V> V need(Map<String, V> map, String name) {
        return Objects.requireNonNull(map.get(name), () -> name + " is not in this world");
    }

    private static double round(double d) {
        return Math.rint(d * 1e6) / 1e6;
    }

    private void remember(String path, Value value) {
        int number = number(path);
        if (number != 0 && !WorldSite.isPrivate(path) && begun.contains(path) && value instanceof Value.Num)
            sent.add(new Sent(path, number, value, world.clock.wallMicros()));
    }

    private void deliver(Machine machine, Map<String, Value> frame) {
        var line = need(lines, machine.line());
        frame.forEach(this::remember);
        if (world.node().isEmpty() || line.cut || !line.toldUp || silentUnits.contains(machine.thing())) return;
        var readings = new ArrayList<Reading>();
        frame.forEach((path, value) -> {
            if (number(path) != 0) readings.add(new Reading(number(path), value, Quality.GOOD, Reading.NO_TIME));
        });
        var receipt = heard(machine, new Report.Frame(readings, raw(frame)));
        frame.forEach((path, value) -> {
            if (WorldSite.isPrivate(path) || !(value instanceof Value.Num)) return;
            begun.add(path);
            promises.add(new Promise(receipt, number(path), value));
        });
    }

    private static Report.Raw raw(Map<String, Value> frame) {
        return new Report.Raw(frame.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Receipt heard(Machine machine, Report report) {
        var receipt = new Receipt();
        world.up().arrive(new Arrival.Heard(machine.line(), report, receipt));
        return receipt;
    }

    private int number(String path) {
        return world.node()
                .map(n -> n.site().directory().property(path))
                .filter(n -> n != 0)
                .orElseGet(() -> numbers.getOrDefault(path, 0));
    }

    private final Map<String, Integer> numbers = new HashMap<>();

    private List<Integer> numbers(Machine machine) {
        var all = new ArrayList<Integer>();
        for (String p : machine.sensors()) all.add(number(machine.thing() + "." + p));
        for (String p : machine.actuators()) all.add(number(machine.thing() + "." + p));
        return all;
    }

    /// The process changes: a kettle, the weather, the level.
    void processChanges() {
        switch (world.random.nextInt(3)) {
            case 0 -> process.put("meter.power", world.between(2, 80) / 10.0);
            case 1 -> process.put("tank.temperature", (double) world.between(-5, 35));
            default -> process.put("tank.level", (double) world.between(1, 99)); // open: one of three
        }
    }

    // ---- writes

    /// What the node hands to the connector.
    void write(Result.WriteOrdered order) {
        writes++;
        var node = world.up();
        var site = node.site();
        String path = site.directory().name(Result.Sort.PROPERTY, order.property());
        numbers.put(path, order.property());
        if (!order.actFirst() && node.journal().health() != Health.DEAD) {
            catchUp();
            unless(
                    world.oracle.orderIsDurable(order),
                    "written-only-after-durable",
                    path + " is written by order " + order.write() + ", which is not on disk");
        }
        unless(order.value().isPresent(), "no-step-fails", path + " is written with no value");
        var line = need(lines, WorldSite.machine(path).line());
        var machine = WorldSite.machine(path);
        int of = life;
        if (!line.toldUp || silentUnits.contains(machine.thing())) {
            answer(of, machine, order, new Outcome.NotSent(Outcome.Cause.UNREACHABLE), world.between(0, 50_000_000));
            return;
        }
        long at = Math.max(world.now(), line.busyUntil)
                + (world.chance(10) ? world.between(1, LATENCY_MAX) : world.between(1_000_000, 20_000_000));
        line.busyUntil = at;
        world.in(at - world.now(), () -> onTheWire(of, line, machine, path, order));
    }

    private void catchUp() {
        try {
            world.oracle.catchUp(world.up().log());
        } catch (java.io.IOException e) {
            throw new Violation("no-step-fails", "the log can not be read: " + e);
        }
    }

    private void onTheWire(int of, Line line, Machine machine, String path, Result.WriteOrdered order) {
        if (of != life && !world.chance(50)) return;
        var doubt = new Outcome.InDoubt(world.clock.wallMicros());
        if (line.cut) {
            answer(of, machine, order, doubt, world.between(0, World.SECOND));
            return;
        }
        if (world.chance(4)) {
            answer(of, machine, order, new Outcome.Refused("the machine is busy"), 0);
            return;
        }
        if (world.chance(4)) {
            answer(of, machine, order, doubt, World.SECOND);
            return;
        }
        execute(path, order.value().orElseThrow());
        boolean action = !machine.actuators().contains(path.substring(path.indexOf('.') + 1));
        Outcome done = new Outcome.Done(action || world.chance(10) ? Optional.empty() : order.value());
        if (world.chance(5)) answer(of, machine, order, doubt, World.SECOND);
        else
            answer(
                    of,
                    machine,
                    order,
                    done,
                    world.chance(5) ? world.between(1, 5) * World.SECOND : world.between(0, 5_000_000));
    }

    private void execute(String path, Value value) {
        boolean switches = !world.plant.value(path).equals(Optional.of(value));
        if (path.equals("boiler.on") && switches) minimumTime(value);
        world.plant.put(world.now(), path, value, By.US);
        world.tell("machine: " + path + " = " + value);
    }

    /// By the machine's own book: how long was it as it is?
    private void minimumTime(Value next) {
        var book = world.plant.book("boiler.on");
        Plant.Change last = null;
        Value before = Flag.OFF;
        for (var change : book) {
            if (change.by() == By.ITSELF && change.nanos() > 0 && world.now() - change.nanos() < CROSSING) return;
            if (!change.value().equals(before)) last = change;
            before = change.value();
        }
        if (last == null || last.by() == By.ITSELF) return;
        long minimum = (next.equals(Flag.ON) ? WorldSite.MINIMUM_OFF_MICROS : WorldSite.MINIMUM_ON_MICROS) * 1_000;
        unless(
                world.now() - last.nanos() >= minimum - 2 * LATENCY_MAX,
                "minimum-times-kept",
                "boiler.on switches to " + next + " after " + (world.now() - last.nanos()) / 1e9 + " s");
    }

    private void answer(int of, Machine machine, Result.WriteOrdered order, Outcome outcome, long after) {
        world.in(after, () -> {
            if (of != life || world.node().isEmpty()) return;
            var raw = raw(Map.of(machine.thing(), order.value().orElseThrow()));
            heard(machine, new Report.Answer(order.write(), new Report.Progress.Ended(outcome), raw));
        });
    }

    /// A person works the machine itself.
    void worked(String path, Value value) {
        world.tell("a person at the machine: " + path + " = " + value);
        world.plant.put(world.now(), path, value, By.ITSELF);
    }

    int writes() {
        return writes;
    }

    // ---- what must hold

    /// Who was told that a reading is stored can rely on it.
    void check() {
        for (var i = promises.iterator(); i.hasNext(); ) {
            var promise = i.next();
            if (!isDurable(promise.receipt)) continue;
            i.remove();
            if (!world.oracle.stored(promise.property, promise.value)) catchUp();
            unless(
                    world.oracle.stored(promise.property, promise.value),
                    "nothing-acknowledged-is-lost",
                    "a reading of property " + promise.property + " was told as stored and is not in the log");
        }
    }

    private static boolean isDurable(Receipt receipt) {
        try {
            return receipt.awaitDurable(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Violation("no-step-fails", "interrupted");
        }
    }

    /// The process stands still.
    void rest() {
        process.put("meter.power", 0.5);
        process.put("tank.temperature", 20.0);
        process.put("tank.level", 50.0);
    }

    /// At rest: machines do what they shall, and the ledger tells the truth.
    void atRest() {
        var site = world.up().site();
        for (Cell cell : site.allCells()) {
            String path = site.directory().name(Result.Sort.PROPERTY, cell.property());
            unless(
                    cell.missingSince() == 0,
                    "ledger-equals-truth",
                    path + " is read and shown as missing: " + cell.missingCause());
            if (cell.duty().isEmpty() || cell.isPrivate()) continue;
            settled(site.directory().find(path).orElseThrow(), path, cell);
        }
        if (!world.wallGoesBack) ledger();
    }

    private void settled(Property property, String path, Cell cell) {
        var duty = cell.duty().orElseThrow();
        boolean ours = world.oracle.isArmed()
                && duty.outOfService().isEmpty()
                && duty.desired().isPresent()
                && duty.write() != Cell.WriteState.LEFT
                && duty.write() != Cell.WriteState.REFUSED;
        if (!ours) return;
        var writing = property.writing().orElseThrow();
        Value is = world.plant.value(path).orElseThrow();
        unless(
                Values.same(is, duty.desired().get(), Math.max(writing.tolerance(), writing.leastStep())),
                "comes-to-rest",
                path + " is " + is + " at rest, and shall be " + duty.desired().get() + " (" + duty.write() + ")");
    }

    private void ledger() {
        long settled = world.clock.wallMicros() - 2_000_000;
        for (var one : sent) {
            if (one.wall > settled) continue; // on its way to the disk
            boolean stored = world.oracle.stored(one.property, one.value);
            unless(
                    stored || world.oracle.covers(one.property, one.wall),
                    "ledger-equals-truth",
                    one.path + " had " + one.value + " at wall " + (one.wall - World.START_WALL_MICROS) / 1e6
                            + " s; it is not stored, and the ledger names no gap there, only "
                            + world.oracle.gaps(one.property));
        }
    }

    /// Whether the machine was so at a time when somebody could take it for done.
    boolean did(String path, Value value, double tolerance, long since) {
        return world.plant.was(path, value, tolerance, since - PICTURE_AGE);
    }
}
