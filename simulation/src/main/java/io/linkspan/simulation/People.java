package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Value;
import io.linkspan.node.Asked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What people do in the simulated world, and what befalls it: wishes, releases, buttons at the machine, other files,
/// full disks, power cuts. Each command is remembered until it ends, so that no outcome is ahead of the machine's book.
final class People {
    private static final List<String> ACTUATORS = List.of(
            "boiler.on",
            "pump.on",
            "pump.speed",
            "heater.power",
            "valve.position",
            "lamp.on",
            "lamp.level",
            "charger.limit",
            "charger.display");
    private static final List<String> THINGS = List.of("boiler", "pump", "heater", "valve", "lamp", "charger");
    private static final List<String> LINES = List.of("grid", "plant", "shop", "street");
    private static final List<String> NAMES = List.of("anna", "ben", "chris");

    /// A command that has no outcome yet.
    private record Waiting(String key, String path, Optional<Value> value, Asked asked, long since) {}

    private final World world;
    private final List<Waiting> waiting = new ArrayList<>();
    private Optional<Waiting> newest = Optional.empty();
    private int keys;

    People(World world) {
        this.world = world;
    }

    void begin() {
        world.in(world.between(1, 3) * World.SECOND, this::something);
    }

    void stopped() {
        waiting.clear();
    }

    private Principal somebody() {
        return Principal.person(NAMES.get(world.random.nextInt(NAMES.size())));
    }

    private String one(List<String> of) {
        return of.get(world.random.nextInt(of.size()));
    }

    private void something() {
        if (world.isQuiet()) return;
        world.in(world.between(World.SECOND / 20, 4 * World.SECOND), this::something);
        if (world.node().isEmpty()) return;
        int dice = world.random.nextInt(100);
        if (dice < 26) set();
        else if (dice < 34) release();
        else if (dice < 38) again();
        else if (dice < 43) invoke();
        else if (dice < 60) process();
        else if (dice < 68) local();
        else if (dice < 73) service();
        else if (dice < 76) ask(somebody(), new Input.Arm(world.random.nextBoolean()));
        else if (dice < 81) world.bus().cut(one(LINES));
        else if (dice < 85)
            world.bus().silence(WorldSite.MACHINES.get(world.random.nextInt(WorldSite.MACHINES.size())));
        else if (dice < 87) world.bus().hang();
        else if (dice < 89) ask(somebody(), new Input.Apply(WorldSite.any(world.random)));
        else if (dice < 92) world.up().snapshot();
        else if (dice < 93) clock();
        else if (dice < 95) disk();
        else if (!world.bus().hangs()) end();
    }

    private void process() {
        world.bus().processChanges();
    }

    private Asked ask(Principal by, Input input) {
        var asked = new Asked();
        if (!(input instanceof Input.Apply)) world.tell(by + " asks " + input);
        world.up().ask(by, input, asked);
        return asked;
    }

    private void set() {
        String path = one(ACTUATORS);
        Value value = world.any(path);
        long lease = world.random.nextInt(3) == 0 ? world.between(5, 60) * 1_000_000 : 0;
        long deadline = world.random.nextInt(3) == 0 ? world.between(2, 20) * 1_000_000 : 0;
        String key = "k" + ++keys;
        var input = new Input.Set(key, number(path), Optional.of(value), world.anyPriority(path), lease, deadline);
        command(new Waiting(key, path, Optional.of(value), ask(somebody(), input), world.now()));
    }

    private void command(Waiting one) {
        waiting.add(one);
        newest = Optional.of(one);
    }

    private void release() {
        String path = one(ACTUATORS);
        ask(somebody(), new Input.Release("k" + ++keys, number(path), world.anyPriority(path)));
    }

    /// The same command once more, as a client does that got no answer.
    private void again() {
        if (newest.isEmpty() || newest.get().value.isEmpty()) return;
        var one = newest.get();
        var input = new Input.Set(one.key, number(one.path), one.value, io.linkspan.model.Priority.MANUAL, 0, 0);
        waiting.add(new Waiting(one.key, one.path, one.value, ask(somebody(), input), one.since));
    }

    private void invoke() {
        String path = world.random.nextBoolean() ? "pump.reset" : "pump.beep";
        String key = "k" + ++keys;
        command(new Waiting(
                key,
                path,
                Optional.empty(),
                ask(somebody(), new Input.Invoke(key, number(path), Optional.empty(), 0)),
                world.now()));
    }

    private void local() {
        String path = one(ACTUATORS.subList(0, 7));
        world.bus().worked(path, world.any(path));
    }

    private void service() {
        String thing = one(THINGS);
        boolean out = !world.oracle.isOutOfService(thing) && world.random.nextBoolean();
        ask(somebody(), new Input.Service(thing, out, out ? "bearing" : ""));
    }

    private void clock() {
        long seconds = world.between(3, 4000);
        if (world.wallGoesBack && world.random.nextBoolean()) seconds = -seconds;
        world.clock.stepWall(Duration.ofSeconds(seconds));
        world.tell("the wall clock is set by " + seconds + " s");
    }

    private void disk() {
        if (world.random.nextInt(4) == 0 && !world.bus().hangs()) {
            world.tell("the next sync fails");
            world.disk.failNextForce();
            return;
        }
        world.tell("the disk is full");
        world.disk.capacity(world.disk.usedBytes() + world.between(0, 2_000));
        world.in(world.between(2, 30) * World.SECOND, () -> world.disk.capacity(Long.MAX_VALUE));
    }

    private void end() {
        switch (world.random.nextInt(4)) {
            case 0 -> world.stop(World.Stop.POWER);
            case 1 -> world.stop(World.Stop.KILL);
            case 2 -> world.stop(World.Stop.ORDERLY);
            default -> world.stopInCommit(); // open: one of four
        }
    }

    private int number(String path) {
        return world.up().site().directory().property(path);
    }

    // ---- what must hold

    /// No outcome is ahead of the machine's book, and what is told is what the log has.
    void check() {
        for (var i = waiting.iterator(); i.hasNext(); ) {
            var one = i.next();
            var outcome = outcome(one.asked);
            if (outcome.isEmpty()) continue;
            i.remove();
            truthful(one, outcome.get());
        }
    }

    private static Optional<Outcome> outcome(Asked asked) {
        try {
            return asked.awaitOutcome(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Violation("no-step-fails", "interrupted");
        }
    }

    private void truthful(Waiting one, Outcome outcome) {
        var logged = world.oracle.outcome(one.key);
        if (world.up().journal().health() == io.linkspan.journal.Health.OK)
            unless(
                    logged.equals(Optional.of(outcome)),
                    "one-command-one-outcome",
                    one.key + " was told as " + outcome + ", the log has " + logged);
        boolean action = one.value.isEmpty();
        long times = action ? world.plant.times(one.path, one.since) : 0;
        switch (outcome) {
            case Outcome.Done _
            when action ->
                unless(times > 0, "outcome-never-ahead", one.path + " was told as done, the machine knows of nothing");
            case Outcome.Done _ ->
                unless(
                        world.bus().did(one.path, one.value.orElseThrow(), 0.25, one.since),
                        "outcome-never-ahead",
                        one.path + " = " + one.value.get() + " was told as done, the machine never was so");
            case Outcome.Refused _, Outcome.Outranked _, Outcome.NotSent _, Outcome.InDoubt _ -> {}
        }
    }

    /// The last wishes are taken back, so that only links are left.
    void rest() {
        world.tell("people go home");
        for (String thing : THINGS) ask(Principal.person("anna"), new Input.Service(thing, false, ""));
        ask(Principal.person("anna"), new Input.Arm(true));
        for (String path : ACTUATORS)
            for (var p : io.linkspan.model.Priority.values())
                ask(Principal.person("anna"), new Input.Release("k" + ++keys, number(path), p));
    }

    /// At rest: every command has its end.
    void atRest() {
        check();
        unless(
                world.oracle.open().isEmpty(),
                "one-command-one-outcome",
                "these commands never ended: " + world.oracle.open());
        unless(waiting.isEmpty(), "one-command-one-outcome", "nobody was told what became of " + waiting);
    }
}
