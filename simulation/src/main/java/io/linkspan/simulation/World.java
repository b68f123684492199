package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.journal.Health;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.SimulatedDisk;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.node.Asked;
import io.linkspan.node.SimulatedClock;
import io.linkspan.node.SteppedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// A whole node in one thread, from a seed: the loop, the committer, the site and the journal as the product has them,
/// on a
/// disk that loses what was not synced, a clock that jumps, lines that fail, machines with a book of their own, people,
/// and
/// power that goes. After each turn what must always hold is checked; see docs/simulation.md for the names.
///
/// The same seed gives the same world, to the last bit. Not thread-safe.
public final class World {
    /// Wall time of the beginning: 2016-01-14T07:00Z.
    static final long START_WALL_MICROS = 1_452_754_800_000_000L;
    /// How long a world goes wrong, in simulated seconds.
    static final int SECONDS = 240;
    /// How long nothing goes wrong at its end, so that all must come to rest.
    static final int QUIET_SECONDS = 150;
    static final long SECOND = 1_000_000_000L;
    /// Most bytes in the segments of the small journal.
    private static final int SEGMENT_BYTES = 64 << 10;
    /// Lines of the story that are kept for who looks for the cause.
    private static final int STORY_LINES = 40;

    /// What a world came to.
    ///
    /// @param violation the invariant that broke; none: all held
    /// @param story the last things that happened, for who looks for the cause
    public record Verdict(
            long seed,
            Optional<Violation> violation,
            int entries,
            int writes,
            int stops,
            int seconds,
            List<String> story) {
        public Verdict {
            story = List.copyOf(story);
        }

        @Override
        public String toString() {
            return "seed " + seed + ": "
                    + violation.map(Throwable::getMessage).orElse("all invariants hold") + " (" + entries + " entries, "
                    + writes
                    + " writes, " + stops + " stops, " + seconds + " simulated s)";
        }
    }

    private record Event(long nanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(order, other.order);
        }
    }

    final long seed;
    final SplittableRandom random;
    final SimulatedClock clock = new SimulatedClock(START_WALL_MICROS);
    final SimulatedDisk disk;
    final Plant plant = new Plant();
    final SiteId id;
    final Oracle oracle;
    /// Whether the ledger can be held against wall times: not where the wall clock goes back.
    final boolean wallGoesBack;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final ArrayDeque<String> story = new ArrayDeque<>();
    private final Bus bus;
    private final People people;
    private Optional<SteppedNode> node = Optional.empty();
    private long order;
    private long commitAt;
    private long told;
    private boolean powerFails;
    private boolean quiet;
    private int stops;
    private boolean settledLast;

    /// Lives through one world.
    public static Verdict of(long seed) {
        return new World(seed, false).live();
    }

    /// Lives through one world on a disk that only says that it synced: the control that must fail.
    public static Verdict withoutSync(long seed) {
        return new World(seed, true).live();
    }

    private World(long seed, boolean withoutSync) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        disk = new SimulatedDisk(random.nextLong());
        if (withoutSync) disk.ignoreForces();
        id = new SiteId(seed, 7);
        oracle = new Oracle(id);
        wallGoesBack = random.nextInt(4) == 0;
        bus = new Bus(this);
        people = new People(this);
    }

    private Verdict live() {
        Optional<Violation> broken = Optional.empty();
        try {
            begin();
            until(SECONDS * SECOND);
            rest();
        } catch (Violation e) {
            broken = Optional.of(e);
        } catch (RuntimeException | IOException e) { // the world's thread top: what breaks in the product is a finding
            broken = Optional.of(new Violation("no-step-fails", e + where(e)));
        }
        return new Verdict(
                seed,
                broken,
                oracle.entries(),
                bus.writes(),
                stops,
                (int) (clock.nanoTime() / SECOND),
                new ArrayList<>(story));
    }

    private static String where(Throwable e) {
        return e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
    }

    // ---- time

    long now() {
        return clock.nanoTime();
    }

    /// Does something later.
    void in(long nanos, Runnable action) {
        events.add(new Event(now() + Math.max(0, nanos), order++, action));
    }

    boolean chance(int ofHundred) {
        return !quiet && random.nextInt(100) < ofHundred;
    }

    long between(long least, long most) {
        return least + random.nextLong(most - least + 1);
    }

    boolean isQuiet() {
        return quiet;
    }

    void tell(String what) {
        if (story.size() == STORY_LINES) story.removeFirst();
        story.add("%.6f s %s".formatted(now() / 1e9, what));
    }

    private void begin() throws IOException {
        start();
        var asked = new Asked();
        up().ask(Principal.person("owner"), new Input.Apply(WorldSite.any(random)), asked);
        bus.begin();
        people.begin();
    }

    private void until(long end) throws IOException {
        while (now() < end) turn();
    }

    /// One turn of the world: time goes on to what is next, then one of the two threads of a node has its turn.
    private void turn() throws IOException {
        long wait = SECOND;
        if (node.isPresent()) {
            wait = Math.min(wait, up().turn());
            long commit = up().nanosUntilCommit();
            if (commit == 0 && commitAt < now()) commitAt = now() + (chance(30) ? between(0, 20_000_000) : 0);
            if (commit == 0) wait = Math.min(wait, commitAt - now());
            else if (commit != Long.MAX_VALUE) wait = Math.min(wait, commit);
        }
        if (!events.isEmpty()) wait = Math.min(wait, events.element().nanos - now());
        if (wait > 0) clock.advance(Duration.ofNanos(Math.max(1_000, wait)));
        if (node.isPresent()) {
            if (random.nextBoolean()) up().turn();
            if (up().nanosUntilCommit() == 0 && commitAt <= now()) commit();
        }
        if (!events.isEmpty() && events.element().nanos <= now())
            events.remove().action.run();
        check();
    }

    // ---- the node

    Optional<SteppedNode> node() {
        return node;
    }

    Bus bus() {
        return bus;
    }

    SteppedNode up() {
        return node.orElseThrow();
    }

    private void start() throws IOException {
        var settings = JournalSettings.standard(random.nextLong())
                .committingEvery(Duration.ofMillis(200))
                .sized(SEGMENT_BYTES, SEGMENT_BYTES, SEGMENT_BYTES);
        var started = SteppedNode.start(id, disk, settings, clock, this::write);
        tell("Linkspan starts at entry " + started.log().head().seq());
        node = Optional.of(started);
        commitAt = 0;
        oracle.restarted(started.log());
        unless(
                started.log().durable() >= 0 && oracle.entries() >= told,
                "nothing-acknowledged-is-lost",
                told + " entries were told as durable, " + oracle.entries() + " are there");
        bus.started();
    }

    /// A link that acts first may write while Linkspan starts.
    private void write(io.linkspan.model.Result.WriteOrdered what) {
        if (node.isPresent()) bus.write(what);
        else in(0, () -> node.ifPresent(_ -> bus.write(what)));
    }

    private void commit() throws IOException {
        var journal = up().journal();
        long forces = disk.forces();
        boolean waits = journal.pendingBytes() > 0 && journal.health() == Health.OK;
        up().commit();
        oracle.catchUp(up().log());
        told = Math.max(told, oracle.entries());
        if (waits && journal.pendingBytes() == 0 && journal.health() == Health.OK)
            unless(
                    disk.forces() > forces,
                    "nothing-acknowledged-is-lost",
                    "entries were told as durable and no file was synced");
        oracle.compare(up().site());
        if (journal.health() == Health.DEAD && !powerFails) in(between(SECOND / 10, 5 * SECOND), this::stopDead);
        if (journal.health() == Health.DEAD) powerFails = true;
    }

    private void stopDead() {
        if (node.isEmpty() || up().journal().health() != Health.DEAD) return;
        // what hangs is late only after a while: a stop before that would hide readings that nobody could have missed
        if (bus.hangs()) in(SECOND, this::stopDead);
        else stop(Stop.POWER);
    }

    /// How Linkspan stops.
    enum Stop {
        /// The power goes: what was not synced is there in part.
        POWER,
        /// The process is killed.
        KILL,
        /// It is told to.
        ORDERLY
    }

    /// Stops Linkspan, and starts it again after a while.
    void stop(Stop how) {
        if (node.isEmpty()) return;
        tell("Linkspan stops: " + how);
        stops++;
        try {
            switch (how) {
                case ORDERLY -> {
                    bus.stopped();
                    up().close();
                    oracle.catchUp(up().log());
                    disk.kill();
                }
                case KILL -> {
                    oracle.catchUp(up().log());
                    disk.kill();
                }
                case POWER -> {
                    oracle.catchUp(up().log());
                    disk.cutPower();
                }
            }
        } catch (IOException e) {
            if (up().journal().health() == Health.OK)
                throw new Violation("no-step-fails", "the end in order failed: " + e);
            disk.cutPower();
        }
        disk.capacity(Long.MAX_VALUE);
        node = Optional.empty();
        powerFails = false;
        bus.stopped();
        people.stopped();
        in(between(SECOND / 100, 20 * SECOND), () -> {
            try {
                start();
            } catch (IOException e) {
                throw new Violation("no-step-fails", "Linkspan did not start: " + e);
            }
        });
    }

    /// The power goes in the middle of a commit.
    void stopInCommit() {
        if (node.isEmpty() || up().journal().health() != Health.OK) return;
        powerFails = true;
        disk.failAfter(random.nextInt(6));
        up().commit();
        stop(Stop.POWER);
    }

    // ---- what must hold

    private void check() {
        if (node.isEmpty()) return;
        var site = up().site();
        for (var cell : site.allCells()) {
            if (cell.isPrivate() || cell.duty().isEmpty()) continue;
            String path = site.directory().name(io.linkspan.model.Result.Sort.PROPERTY, cell.property());
            Arbitration.check(
                    path,
                    cell.duty().get(),
                    site.directory()
                            .find(path)
                            .orElseThrow()
                            .writing()
                            .orElseThrow()
                            .combine());
        }
        bus.check();
        people.check();
    }

    /// Nothing goes wrong any more: all must come to rest as it should be.
    private void rest() throws IOException {
        tell("The quiet at the end");
        quiet = true;
        disk.capacity(Long.MAX_VALUE);
        while (node.isEmpty()) turn();
        people.rest();
        bus.rest();
        until(now() + QUIET_SECONDS * SECOND);
        while (node.isEmpty()) turn();
        up().log().urge();
        for (int i = 0; i < 20; i++) turn();
        oracle.catchUp(up().log());
        oracle.compare(up().site());
        bus.atRest();
        people.atRest();
        Again.check(up().log(), id, WorldSite.any(random));
        Bytes.search(disk);
        stop(Stop.KILL);
        while (node.isEmpty()) turn();
        oracle.compare(up().site());
        settledLast = true;
    }

    /// Whether the world came to its end.
    boolean cameToRest() {
        return settledLast;
    }

    /// The position behind which the site goes on, for who must name one.
    Log.Position head() {
        return up().log().head();
    }

    /// Any value that fits a property.
    Value any(String path) {
        return switch (path) {
            case "boiler.on", "pump.on", "lamp.on" -> random.nextBoolean() ? Value.Flag.ON : Value.Flag.OFF;
            case "valve.position" -> new Value.Int(between(0, 100));
            case "lamp.level" -> new Value.Num(between(0, 20) / 2.0);
            case "charger.limit" -> new Value.Num(WorldSite.MARK_NUMBER + random.nextDouble());
            case "charger.display" -> new Value.Text(WorldSite.MARK + random.nextInt(1000));
            default -> new Value.Num(between(0, 200) / 2.0); // open: the other actuators are in percent
        };
    }

    Priority anyPriority(String path) {
        var all = List.of(Priority.MANUAL, Priority.OPERATE, Priority.COMFORT, Priority.ECONOMY, Priority.SUGGEST);
        if (random.nextInt(8) == 0 && !path.equals("boiler.on")) return Priority.PROTECT;
        return all.get(random.nextInt(all.size()));
    }
}
