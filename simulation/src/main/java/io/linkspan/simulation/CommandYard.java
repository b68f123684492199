package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.connector.Report;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.SimulatedDisk;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.AlarmState;
import io.linkspan.model.BulkOrder;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Note;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Progress;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.node.Arrival;
import io.linkspan.node.Asked;
import io.linkspan.node.Receipt;
import io.linkspan.node.SimulatedClock;
import io.linkspan.node.SiteView;
import io.linkspan.node.SteppedNode;
import io.linkspan.node.Why;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The test of truth for commands: a whole node in one thread, from a seed, and a yard of devices that sleep, die,
/// answer late, twice or not at all, and lie about nothing. Random commands, invocations, orders over many and
/// cancellations are held against the devices' own books: what is told never runs ahead of them, nothing is done twice,
/// each command has one outcome, and `why` explains each. Linkspan is killed on the way. The same seed gives the same
/// yard, to the last bit. Not thread-safe.
public final class CommandYard {
    private static final long START_WALL_MICROS = World.START_WALL_MICROS;
    private static final long SECOND = World.SECOND;
    private static final int DEVICES = 40;
    private static final int SEGMENT_BYTES = 64 << 10;
    /// How long a device that sleeps listens after it was heard; a little longer than it promises.
    private static final long LISTENS = 3_200_000_000L;
    /// How long nothing new is asked for at the end, at least.
    private static final long QUIET = 400 * SECOND;
    /// After that long every command must have come to its end: an order over many may wait for a lost answer each
    /// time.
    private static final long QUIET_MAX = 3_000 * SECOND;

    private static final String LINE = "yard";

    /// What a yard came to.
    ///
    /// @param violation the invariant that broke; none: all held
    /// @param outcomes how many commands came to each kind of end
    public record Verdict(
            long seed,
            Optional<Violation> violation,
            int commands,
            int writes,
            int entries,
            int stops,
            int explained,
            Map<String, Integer> outcomes) {
        public Verdict {
            outcomes = Map.copyOf(outcomes);
        }

        @Override
        public String toString() {
            return "seed " + seed + ": " + violation.map(Throwable::getMessage).orElse("all invariants hold") + " ("
                    + commands + " commands, " + writes + " writes, " + entries + " entries, " + stops + " stops, "
                    + explained + " explained; " + new TreeMap<>(outcomes) + ")";
        }
    }

    private record Event(long nanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(order, other.order);
        }
    }

    /// A command as the log opened it, and the writes that were ordered for it.
    private static final class Opened {
        final Result.CommandOpened what;
        final Log.Position at;
        final long nanos;
        final Optional<Value> value;
        final Set<Long> writes = new HashSet<>();
        Optional<Outcome> outcome = Optional.empty();

        Opened(Result.CommandOpened what, Log.Position at, long nanos, Optional<Value> value) {
            this.what = what;
            this.at = at;
            this.nanos = nanos;
            this.value = value;
        }
    }

    private final long seed;
    private final SplittableRandom random;
    private final int most;
    private final SimulatedClock clock = new SimulatedClock(START_WALL_MICROS);
    private final SimulatedDisk disk;
    private final SiteId id;
    private final Map<String, YardDevice> devices = new LinkedHashMap<>();
    private final Plant plant = new Plant();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Long, Opened> opened = new LinkedHashMap<>();
    private final Map<Long, Opened> underWay = new LinkedHashMap<>();
    private final Map<Log.Position, Result.CommandEnded> refusedAtOnce = new LinkedHashMap<>();
    private final Map<String, Outcome> ended = new HashMap<>();
    private final Map<Asked, String> waiting = new LinkedHashMap<>();
    private final Map<String, Integer> outcomes = new HashMap<>();
    private Optional<SteppedNode> node = Optional.empty();
    private Log.Position last;
    private long order;
    private int life;
    private int keys;
    private int writes;
    private int entries;
    private int stops;
    private int explained;
    private boolean quiet;

    /// Lives through one yard of a few hundred commands.
    public static Verdict of(long seed) {
        return of(seed, 300);
    }

    /// Lives through one yard.
    ///
    /// @param commands how many the site takes or refuses, at least
    public static Verdict of(long seed, int commands) {
        return new CommandYard(seed, commands).live();
    }

    private CommandYard(long seed, int most) {
        this.seed = seed;
        this.most = most;
        random = new SplittableRandom(seed);
        disk = new SimulatedDisk(random.nextLong());
        id = new SiteId(seed, 11);
        last = new Log.Position(id, 1, 0);
        for (int i = 1; i <= DEVICES; i++) {
            var d = new YardDevice("d_" + i, i % 2 == 0);
            devices.put(d.id, d);
            plant.put(0, d.level(), new Value.Num(0), Plant.By.ITSELF);
        }
    }

    private Verdict live() {
        Optional<Violation> broken = Optional.empty();
        try {
            begin();
            while (opened.size() + refusedAtOnce.size() < most) turn();
            rest();
            explain();
        } catch (Violation e) {
            broken = Optional.of(e);
        } catch (RuntimeException | IOException e) { // the yard's thread top: what breaks in the product is a finding
            broken = Optional.of(new Violation(
                    "no-step-fails",
                    e + " at " + List.of(e.getStackTrace()).subList(0, Math.min(3, e.getStackTrace().length))));
        }
        return new Verdict(
                seed, broken, opened.size() + refusedAtOnce.size(), writes, entries, stops, explained, outcomes);
    }

    private static String site() {
        var things = new ArrayList<String>();
        for (int i = 1; i <= DEVICES; i++)
            things.add("""
                    { "id": "d_%d", "connector": "yard", %s
                      "properties": { "battery": { "type": "number", "at": "%d" },
                                      "level": { "type": "number", "writable": true, "range": [0, 100], "at": "%d" } },
                      "actions": { "ring": { "at": "%d" } } }
                    """.formatted(
                            i,
                            i % 2 == 0 ? "\"sleeps\": { \"wakes-every\": \"90s\", \"awake-for\": \"3s\" }," : "",
                            i,
                            100 + i,
                            200 + i));
        return """
                { "linkspan": 1, "site": "yard", "zone": "Europe/Brussels", "armed": true,
                  "connectors": [ { "id": "yard", "type": "modbus_tcp", "endpoint": "127.0.0.1:5020" } ],
                  "things": [ %s ] }
                """.formatted(String.join(",", things));
    }

    // ---- time

    private long now() {
        return clock.nanoTime();
    }

    private void in(long nanos, Runnable action) {
        events.add(new Event(now() + Math.max(0, nanos), order++, action));
    }

    private long between(long least, long most) {
        return least + random.nextLong(most - least + 1);
    }

    private boolean chance(int ofHundred) {
        return !quiet && random.nextInt(100) < ofHundred;
    }

    private void begin() throws IOException {
        start();
        up().ask(Principal.person("owner"), new Input.Apply(site()), new Asked());
        for (var d : devices.values()) in(between(0, 20 * SECOND), () -> report(d));
        in(SECOND, this::somebody);
    }

    private void turn() throws IOException {
        long wait = SECOND;
        if (node.isPresent()) {
            wait = Math.min(wait, up().turn());
            wait = Math.min(wait, up().nanosUntilCommit());
        }
        if (!events.isEmpty()) wait = Math.min(wait, events.element().nanos - now());
        if (wait > 0) clock.advance(Duration.ofNanos(Math.max(1_000, wait)));
        if (node.isPresent() && up().nanosUntilCommit() == 0) commit();
        if (!events.isEmpty() && events.element().nanos <= now())
            events.remove().action.run();
        told();
    }

    private SteppedNode up() {
        return node.orElseThrow();
    }

    private void start() throws IOException {
        var settings = JournalSettings.standard(random.nextLong())
                .committingEvery(Duration.ofMillis(200))
                .sized(SEGMENT_BYTES, SEGMENT_BYTES, SEGMENT_BYTES);
        node = Optional.of(SteppedNode.start(id, disk, settings, clock, this::write));
        int of = life;
        in(between(0, SECOND), () -> {
            if (of == life) up().arrive(new Arrival.LineChanged(LINE, true, "", new Receipt()));
        });
        catchUp();
    }

    private void commit() throws IOException {
        up().commit();
        catchUp();
        book();
    }

    /// Linkspan is killed, or its power goes, and begins anew.
    private void stop() {
        stops++;
        life++;
        if (random.nextBoolean()) disk.kill();
        else disk.cutPower();
        node = Optional.empty();
        waiting.clear();
        in(between(SECOND / 10, 10 * SECOND), () -> {
            try {
                start();
            } catch (IOException e) {
                throw new Violation("no-step-fails", "Linkspan did not start: " + e);
            }
        });
    }

    // ---- devices

    /// A device is heard: its battery and what it is set to, as it is.
    private void report(YardDevice d) {
        in(between(d.sleeps ? 40 : 15, d.sleeps ? 80 : 40) * SECOND, () -> report(d));
        if (d.isDead(now()) || node.isEmpty()) return;
        d.awakeUntil = now() + LISTENS;
        if (d.toldDead) {
            d.toldDead = false;
            heard(new Report.Unit(numbers(d), true, ""));
        }
        var readings = new ArrayList<Reading>();
        readings.add(Reading.good(number(d.id + ".battery"), new Value.Num(between(20, 42) / 10.0)));
        if (!chance(20))
            readings.add(Reading.good(number(d.level()), plant.value(d.level()).orElseThrow()));
        heard(new Report.Frame(readings, Report.Raw.NONE));
        if (chance(3)) {
            d.deadUntil = now() + between(20, 200) * SECOND;
            in(between(1, 10) * SECOND, () -> {
                if (!d.isDead(now()) || node.isEmpty()) return;
                d.toldDead = true;
                heard(new Report.Unit(numbers(d), false, d.id + " does not answer"));
            });
        }
    }

    private List<Integer> numbers(YardDevice d) {
        return List.of(number(d.id + ".battery"), number(d.level()), number(d.ring()));
    }

    private int number(String path) {
        return up().site().directory().property(path);
    }

    private void heard(Report report) {
        up().arrive(new Arrival.Heard(LINE, report, new Receipt()));
    }

    /// What the node hands to the connector.
    private void write(Result.WriteOrdered what) {
        writes++;
        int of = life;
        in(between(5_000_000, 50_000_000), () -> onTheWire(of, what));
    }

    private void onTheWire(int of, Result.WriteOrdered what) {
        if (of != life && random.nextBoolean()) return;
        String path = directory().name(Result.Sort.PROPERTY, what.property());
        var d = Objects.requireNonNull(devices.get(path.substring(0, path.indexOf('.'))));
        var doubt = new Outcome.InDoubt(clock.wallMicros());
        if (!d.listens(now())) {
            boolean known = random.nextBoolean(); // a connection that is not there, or bytes into the air
            answer(of, what, known ? new Outcome.NotSent(Outcome.Cause.UNREACHABLE) : doubt, 2 * SECOND);
            return;
        }
        int dice = quiet ? 0 : random.nextInt(100);
        if (dice >= 94) { // lost on the way there
            if (dice >= 97) answer(of, what, doubt, 2 * SECOND);
            return;
        }
        d.received.add(what.write());
        if (dice >= 86) {
            d.refused.add(what.write());
            answer(of, what, new Outcome.Refused("the device is too hot"), 20_000_000);
        } else if (dice >= 76) slowly(of, d, path, what);
        else {
            carryOut(d, path, what);
            var done = done(path, what);
            if (dice < 60) answer(of, what, done, between(1_000_000, 800_000_000));
            else if (dice < 65) answer(of, what, done, between(62, 95) * SECOND);
            else if (dice < 70) {
                answer(of, what, done, 10_000_000);
                answer(
                        of,
                        what,
                        random.nextBoolean() ? done : new Outcome.Refused("once more"),
                        between(1, 90) * SECOND);
            } else if (dice < 73) answer(of, what, doubt, 2 * SECOND);
            // else: it was done, and its answer is lost
        }
    }

    private void slowly(int of, YardDevice d, String path, Result.WriteOrdered what) {
        long whole = between(3, 20) * SECOND;
        for (int percent : new int[] {25, 50, 75})
            in(whole * percent / 100, () -> {
                d.said.put(what.write(), percent);
                if (of == life) tell(what, new Report.Progress.At(percent, "step " + percent / 25));
            });
        in(whole, () -> {
            carryOut(d, path, what);
            answer(of, what, done(path, what), 5_000_000);
        });
    }

    private void carryOut(YardDevice d, String path, Result.WriteOrdered what) {
        unless(d.carriedOut.add(what.write()), "no-write-twice", "write " + what.write() + " came twice to " + path);
        plant.put(now(), path, what.value().orElseThrow(), Plant.By.US);
    }

    private static Outcome done(String path, Result.WriteOrdered what) {
        return new Outcome.Done(path.endsWith(".ring") ? Optional.empty() : what.value());
    }

    private void answer(int of, Result.WriteOrdered what, Outcome outcome, long after) {
        in(after, () -> {
            if (of == life) tell(what, new Report.Progress.Ended(outcome));
        });
    }

    private void tell(Result.WriteOrdered what, Report.Progress progress) {
        if (node.isPresent()) heard(new Report.Answer(what.write(), progress, Report.Raw.NONE));
    }

    // ---- people

    private void somebody() {
        if (quiet) return;
        in(between(SECOND / 20, 2 * SECOND), this::somebody);
        if (node.isEmpty() || up().site().directory().property("d_1.level") == 0) return;
        int dice = random.nextInt(1000);
        if (dice < 640) set();
        else if (dice < 840) invoke();
        else if (dice < 930) cancel();
        else if (dice < 960) release();
        else if (dice < 985) many();
        else if (dice < 995) up().snapshot();
        else stop();
    }

    private YardDevice any() {
        return Objects.requireNonNull(devices.get("d_" + between(1, DEVICES)));
    }

    private static final List<String> PEOPLE = List.of("anna", "eve", "joe");
    private static final List<Priority> PRIORITIES = List.of(Priority.MANUAL, Priority.MANUAL, Priority.OPERATE);

    private void ask(Input input, String key) {
        var one = new Asked();
        if (!key.isEmpty()) waiting.put(one, key);
        up().ask(Principal.person(PEOPLE.get(random.nextInt(PEOPLE.size()))), input, one);
    }

    private long micros(long least, long most) {
        return random.nextInt(3) == 0 ? between(least, most) * 1_000_000 : 0;
    }

    private void set() {
        String key = "s" + ++keys;
        var value = new Value.Num(between(0, 110)); // beyond 100 is refused
        var priority = PRIORITIES.get(random.nextInt(PRIORITIES.size()));
        ask(
                new Input.Set(
                        key, number(any().level()), Optional.of(value), priority, micros(20, 600), micros(5, 200)),
                key);
    }

    private void invoke() {
        String key = "i" + ++keys;
        ask(new Input.Invoke(key, number(any().ring()), Optional.empty(), micros(5, 200)), key);
    }

    private void release() {
        ask(new Input.Release("r" + ++keys, number(any().level()), Priority.MANUAL), "");
    }

    private void cancel() {
        var numbers = new ArrayList<Long>();
        for (var c : up().book().underWay()) numbers.add(c.opened().number());
        for (long b : up().book().bulks(b -> b.isOver() ? -1L : b.number())) if (b > 0 && chance(20)) numbers.add(b);
        if (!numbers.isEmpty()) ask(new Input.Cancel(numbers.get(random.nextInt(numbers.size()))), "");
    }

    private void many() {
        var numbers = new ArrayList<Integer>();
        int first = random.nextInt(DEVICES);
        int count = (int) between(3, 15);
        for (int i = 0; i < count; i++) numbers.add(number("d_" + (1 + (first + i) % DEVICES) + ".level"));
        long every = between(1, 2_000) * 1_000;
        var bulk = new BulkOrder(
                "b" + ++keys,
                numbers,
                new Value.Num(between(0, 100)),
                Priority.MANUAL,
                0,
                micros(10, 200),
                every,
                (int) between(1, 8),
                (int) between(0, 3));
        ask(new Input.Bulk(bulk), "");
    }

    // ---- what must hold

    private Directory directory() {
        return node.map(n -> n.site().directory()).orElse(known);
    }

    private Directory known = Directory.EMPTY;

    /// Reads what became durable since the last call.
    private void catchUp() throws IOException {
        try (var reader = up().log().read(new Log.Position(id, last.epoch(), last.seq() + 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                last = stored.at();
                entries++;
                look(stored.at(), EntryCodec.decode(stored));
            }
        }
        known = up().site().directory();
    }

    private void look(Log.Position at, Entry entry) {
        Optional<Value> wished = Optional.empty();
        for (var r : entry.results())
            switch (r) {
                case Result.HoldPlaced h -> {
                    if (h.hold().wish() instanceof io.linkspan.model.Wish.Want w) wished = Optional.of(w.value());
                }
                case Result.CommandOpened o -> {
                    var one = new Opened(o, at, begun(entry), wished);
                    opened.put(o.number(), one);
                    underWay.put(o.number(), one);
                }
                case Result.WriteOrdered w -> {
                    for (var o : underWay.values()) if (isOf(w, o)) o.writes.add(w.write());
                }
                case Result.CommandAt c -> progress(c);
                case Result.CommandEnded e -> ended(at, e);
                default -> {} // open: the others are held against other books
            }
    }

    /// When the entry was made, on the yard's clock: its wall clock never jumps.
    private static long begun(Entry entry) {
        return (entry.at().wall() - START_WALL_MICROS) * 1_000;
    }

    private static boolean isOf(Result.WriteOrdered w, Opened o) {
        return w.property() == o.what.property()
                && (o.what.hold() == 0 ? w.cause() == o.at.packed() : w.hold() == o.what.hold());
    }

    private YardDevice device(int property) {
        String path = directory().name(Result.Sort.PROPERTY, property);
        return Objects.requireNonNull(devices.get(path.substring(0, path.indexOf('.'))));
    }

    private void progress(Result.CommandAt c) {
        var o = Objects.requireNonNull(opened.get(c.number()));
        var d = device(c.property());
        unless(o.outcome.isEmpty(), "progress-is-no-outcome", "command " + c.number() + " went on after its end");
        if (c.progress().stage() == Progress.Stage.WAITS_FOR_WAKE) {
            unless(d.sleeps, "outcome-never-ahead", d.id + " never sleeps, and a command waits for it to wake");
            unless(
                    o.writes.stream().noneMatch(d.received::contains),
                    "outcome-never-ahead",
                    "command " + c.number() + " waits for " + d.id + ", which has it");
        } else
            unless(
                    o.writes.stream()
                            .anyMatch(w ->
                                    d.said.getOrDefault(w, 0) >= c.progress().percent()),
                    "outcome-never-ahead",
                    "command " + c.number() + " was told at " + c.progress() + ", the device never said so");
    }

    private void ended(Log.Position at, Result.CommandEnded e) {
        unless(
                ended.put(e.key(), e.outcome()) == null,
                "one-command-one-outcome",
                "command " + e.number() + " (" + e.key() + ") ended twice");
        if (!e.key().startsWith("r")) outcomes.merge(e.outcome().getClass().getSimpleName(), 1, Integer::sum);
        var o = opened.get(e.number());
        if (o == null) {
            if (!e.key().startsWith("r")) refusedAtOnce.put(at, e);
            unless(
                    e.outcome() instanceof Outcome.Refused || e.key().startsWith("r"),
                    "one-command-one-outcome",
                    e.key() + " was never opened and is " + e.outcome());
            return;
        }
        o.outcome = Optional.of(e.outcome());
        underWay.remove(e.number());
        truthful(o, device(o.what.property()), e.outcome());
    }

    /// What is told against the book of the device.
    private void truthful(Opened o, YardDevice d, Outcome outcome) {
        String what = "command " + o.what.number() + " (" + o.what.key() + ") on " + d.id + " is told as " + outcome;
        boolean action = o.what.hold() == 0;
        boolean rang = o.writes.stream().anyMatch(d.carriedOut::contains);
        switch (outcome) {
            case Outcome.Done _ when action -> unless(rang, "outcome-never-ahead", what + ", the device never did it");
            case Outcome.Done _ ->
                unless(
                        plant.was(d.level(), o.value.orElseThrow(), 0, o.nanos),
                        "outcome-never-ahead",
                        what + ", the device never was at " + o.value);
            case Outcome.Refused _ ->
                unless(
                        action
                                ? !rang
                                : o.writes.stream().anyMatch(d.refused::contains)
                                        || !plant.value(d.level()).equals(o.value),
                        "outcome-never-ahead",
                        what + ", the device did it");
            case Outcome.NotSent _ ->
                unless(
                        o.writes.stream().noneMatch(d.received::contains),
                        "outcome-never-ahead",
                        what + ", the device has it");
            case Outcome.InDoubt _ ->
                unless(!o.writes.isEmpty(), "outcome-never-ahead", what + ", nothing was ever ordered");
            case Outcome.Outranked _ -> {}
        }
        if (action)
            unless(
                    o.writes.stream().filter(d.carriedOut::contains).count() <= 1,
                    "no-command-twice",
                    what + ", the device did it more than once");
    }

    /// What the doors show is what the disk has.
    private void book() {
        for (var c : up().book().underWay()) {
            var o = opened.get(c.opened().number());
            unless(
                    o != null && o.outcome.isEmpty(),
                    "outcome-never-ahead",
                    "command " + c.opened().number() + " is shown as under way: " + c.words());
            unless(
                    !c.ordered() || o == null || !o.writes.isEmpty(),
                    "outcome-never-ahead",
                    "command " + c.opened().number() + " is shown as sent, nothing was ordered");
        }
        for (var c : up().book().ended())
            unless(
                    c.outcome().equals(Optional.ofNullable(ended.get(c.opened().key()))),
                    "one-command-one-outcome",
                    c.opened().key() + " is shown as " + c.words());
    }

    /// Who asked is told what the log has.
    private void told() {
        for (var i = waiting.entrySet().iterator(); i.hasNext(); ) {
            var one = i.next();
            var outcome = outcome(one.getKey());
            if (outcome.isEmpty()) continue;
            i.remove();
            unless(
                    outcome.equals(Optional.ofNullable(ended.get(one.getValue()))),
                    "one-command-one-outcome",
                    one.getValue() + " was told as " + outcome.get() + ", the log has " + ended.get(one.getValue()));
        }
    }

    private static Optional<Outcome> outcome(Asked one) {
        try {
            return one.awaitOutcome(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Violation("no-step-fails", "interrupted");
        }
    }

    /// Nothing new is asked for: every command comes to its end.
    private void rest() throws IOException {
        quiet = true;
        long least = now() + QUIET;
        long end = now() + QUIET_MAX;
        while (now() < end && (now() < least || node.isEmpty() || isBusy())) turn();
        up().log().urge();
        for (int i = 0; i < 20; i++) turn();
        for (var o : opened.values())
            unless(
                    o.outcome.isPresent(),
                    "one-command-one-outcome",
                    "command " + o.what.number() + " (" + o.what.key() + ") never ended");
        unless(waiting.isEmpty(), "one-command-one-outcome", "nobody was told what became of " + waiting.values());
        for (boolean over : up().book().bulks(io.linkspan.site.Bulk::isOver))
            unless(over, "one-command-one-outcome", "an order over many never ended");
    }

    private boolean isBusy() {
        return !underWay.isEmpty()
                || up().book().bulks(io.linkspan.site.Bulk::isOver).contains(false);
    }

    // ---- why

    /// Each command is explained: who asked, each write, and what became of it.
    private void explain() throws IOException {
        var view = new View();
        for (var o : opened.values()) {
            var why = new Why(view).entry(o.at);
            String ending = "command " + o.what.number() + " is " + o.outcome.orElseThrow();
            unless(
                    why.headline().contains(ending),
                    "each-command-is-explained",
                    "why " + o.at + " says: " + why.headline() + ", not: " + ending);
            unless(
                    why.steps().stream()
                            .anyMatch(s -> s.kind().equals("person") || s.kind().equals("timer")),
                    "each-command-is-explained",
                    "why " + o.at + " does not say who asked");
            for (long write : o.writes)
                unless(
                        why.steps().stream().anyMatch(s -> s.text().startsWith("write " + write + ":")),
                        "each-command-is-explained",
                        "why " + o.at + " does not tell of write " + write);
            explained++;
        }
        for (var refused : refusedAtOnce.entrySet()) {
            var why = new Why(view).entry(refused.getKey());
            String ending = refused.getValue().outcome().toString();
            unless(
                    why.steps().stream().anyMatch(s -> s.text().contains(ending)),
                    "each-command-is-explained",
                    "why " + refused.getKey() + " does not say: " + ending);
            explained++;
        }
    }

    /// The yard's site, for who looks at it.
    private final class View implements SiteView {
        @Override
        public SiteId id() {
            return id;
        }

        @Override
        public Directory directory() {
            return up().board().directory();
        }

        @Override
        public boolean armed() {
            return up().board().armed();
        }

        @Override
        public Optional<Cell> cell(int property) {
            return up().board().cell(property);
        }

        @Override
        public List<Cell> cells() {
            return up().board().all();
        }

        @Override
        public Optional<RuleCell> rule(int number) {
            return up().board().rule(number);
        }

        @Override
        public String mode() {
            return up().board().mode();
        }

        @Override
        public Optional<Snapshot> snapshot(Predicate<Log.Position> usable) {
            return Optional.empty();
        }

        @Override
        public List<AlarmState> alarms() {
            return up().board().alarms();
        }

        @Override
        public List<Note> notes() {
            return up().board().notes();
        }

        @Override
        public Log.Reader reader(Log.Position from) throws IOException {
            return up().log().read(from);
        }

        @Override
        public Log.Position newest() {
            return new Log.Position(id, up().log().head().epoch(), up().log().durable());
        }

        @Override
        public long nowMicros() {
            return clock.wallMicros();
        }

        @Override
        public long wallOf(long siteMicros) {
            return START_WALL_MICROS + siteMicros;
        }

        @Override
        public Optional<byte[]> frame(long frame, int check) {
            return Optional.empty();
        }
    }
}
