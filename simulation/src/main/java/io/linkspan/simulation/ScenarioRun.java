package io.linkspan.simulation;

import io.linkspan.connector.Report;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.SimulatedDisk;
import io.linkspan.model.Durations;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Property;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.Values;
import io.linkspan.model.WithoutUs;
import io.linkspan.node.Arrival;
import io.linkspan.node.Asked;
import io.linkspan.node.Receipt;
import io.linkspan.node.SimulatedClock;
import io.linkspan.node.SteppedNode;
import io.linkspan.node.Yaml;
import io.linkspan.simulation.Plant.By;
import io.linkspan.simulation.Scenario.Line;
import io.linkspan.site.Assessment;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Runs a scenario over the real site and journal, in simulated time, with machines that do at once what they are told.
///
/// Not thread-safe.
public final class ScenarioRun {
    private static final long PACE_NANOS = 50_000_000;
    /// Where no machine watches the time by itself.
    private static final long LONG_PACE_NANOS = 60 * World.SECOND;
    private static final double SAME = 1e-6;
    /// Sentences of one time follow each other within it.
    private static final long SAME_TIME_NANOS = World.SECOND / 10;
    private static final int SHOWN_DAYS_MAX = 8;
    private static final int WATCHDOG_TIMES = 3;

    private final Scenario scenario;
    private final SimulatedClock clock;
    private final long startWall;
    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final SiteId id = new SiteId(1, 1);
    private final Plant plant = new Plant();
    private final Set<String> cut = new HashSet<>();
    private final Map<String, Long> fed = new HashMap<>();
    private final Map<String, Long> writtenAt = new HashMap<>();
    private final Map<String, Asked> told = new HashMap<>();
    private final ArrayDeque<Result.WriteOrdered> orders = new ArrayDeque<>();
    private final Oracle oracle = new Oracle(id);
    private Optional<SteppedNode> node = Optional.empty();
    private SiteFile file;
    private int keys;

    private ScenarioRun(Scenario scenario, SiteFile file) {
        this.scenario = scenario;
        this.file = file;
        startWall = scenario.begins()
                .map(at -> at.atZone(file.zone()).toInstant().toEpochMilli() * 1_000)
                .orElse(World.START_WALL_MICROS);
        clock = new SimulatedClock(startWall);
    }

    /// Runs it to its end.
    ///
    /// @throws Invalid a sentence can not be understood, or what is expected is not so; with file and line
    /// @throws IOException a file can not be read
    public static void run(Scenario scenario) throws IOException, Invalid {
        var tree = tree(scenario);
        var run = new ScenarioRun(scenario, SiteFile.read(tree));
        run.start();
        run.apply(tree);
        run.pass(100_000_000);
        for (var line : scenario.lines()) run.live(line);
    }

    /// The site file, with the lists of the other file behind its own.
    static Tree.Fields tree(Scenario scenario) throws IOException, Invalid {
        var site = Yaml.read(scenario.site());
        if (scenario.with().isEmpty()) return site;
        var fields = new LinkedHashMap<>(site.fields());
        var keys = new LinkedHashMap<>(site.keys());
        var with = Yaml.read(scenario.with().get());
        with.fields().forEach((field, part) -> fields.merge(field, part, ScenarioRun::joined));
        keys.putAll(with.keys());
        return new Tree.Fields(site.mark(), fields, keys);
    }

    private static Tree joined(Tree under, Tree over) {
        if (!(under instanceof Tree.Items a) || !(over instanceof Tree.Items b)) return over;
        return Tree.items(Stream.concat(a.items().stream(), b.items().stream()).toList());
    }

    /// When a sentence is said, on the world's monotone clock.
    private long nanos(Scenario.When when) {
        return switch (when) {
            case Scenario.When.After after -> after.micros() * 1_000;
            case Scenario.When.Shown shown -> clock.nanoTime() + nanosUntil(shown);
        };
    }

    private long nanosUntil(Scenario.When.Shown shown) {
        var now = ZonedDateTime.ofInstant(Instant.ofEpochMilli(clock.wallMicros() / 1_000), file.zone());
        var minute = now.truncatedTo(ChronoUnit.MINUTES);
        for (var at = minute; ; at = at.plusMinutes(1)) { // by instants: an hour may be shown twice, or never
            boolean isShown = at.toLocalTime().equals(shown.time())
                    && shown.day().map(at.getDayOfWeek()::equals).orElse(true);
            if (isShown) return Math.max(0, ChronoUnit.NANOS.between(now, at));
            if (at.isAfter(minute.plusDays(SHOWN_DAYS_MAX)))
                throw new IllegalStateException("no clock in " + file.zone() + " shows " + shown + " in a week");
        }
    }

    private void live(Line line) throws IOException, Invalid {
        if (line.at().isPresent()) {
            long at = nanos(line.at().get());
            if (at < clock.nanoTime() - SAME_TIME_NANOS)
                throw new Invalid(
                        line.mark(), "time does not go back: it is " + clock.nanoTime() / 1_000_000 + " ms already");
            pass(at - clock.nanoTime());
        }
        if (line.begins("expect")) expect(line);
        else act(line);
        pass(2_000_000);
    }

    // ---- time

    private void pass(long nanos) throws IOException {
        long end = clock.nanoTime() + nanos;
        while (true) {
            turn();
            long wait = end - clock.nanoTime();
            if (wait <= 0) return;
            if (node.isPresent())
                wait = Math.min(wait, Math.max(1_000, Math.min(up().turn(), up().nanosUntilCommit())));
            clock.advance(Duration.ofNanos(Math.min(wait, isWatching() ? PACE_NANOS : LONG_PACE_NANOS)));
        }
    }

    private boolean isWatching() {
        for (var thing : file.things().values())
            for (var p : thing.properties().values())
                if (p.writing()
                        .map(w -> w.withoutUs() instanceof WithoutUs.Watchdog
                                || w.withoutUs() instanceof WithoutUs.AutoOff)
                        .orElse(false)) return true;
        return false;
    }

    private SteppedNode up() {
        return node.orElseThrow();
    }

    private void turn() throws IOException {
        if (node.isPresent()) {
            up().turn();
            up().commit();
            oracle.catchUp(up().log());
            for (Result.WriteOrdered order; (order = orders.poll()) != null; ) machine(order);
        }
        for (var thing : file.things().values())
            for (var p : thing.properties().values()) alone(thing.id() + "." + p.name(), p);
    }

    /// What a machine does without us: it watches our heartbeat, or its own time.
    private void alone(String path, Property property) {
        if (property.writing().isEmpty()) return;
        long now = clock.nanoTime();
        switch (property.writing().get().withoutUs()) {
            case WithoutUs.Watchdog w -> {
                boolean feeds = node.isPresent()
                        && !isCut(path)
                        && up().watched(up().site().directory().property(path));
                if (feeds) fed.put(path, now);
                long patience = Durations.micros(w.every()) * 1_000 * WATCHDOG_TIMES;
                if (now - fed.getOrDefault(path, 0L) > patience)
                    property.writing().get().fallback().ifPresent(v -> becomes(path, v, By.ITSELF));
            }
            case WithoutUs.AutoOff off -> {
                if (now - writtenAt.getOrDefault(path, now) > Durations.micros(off.after()) * 1_000)
                    becomes(path, Value.Flag.OFF, By.ITSELF);
            }
            case WithoutUs.LastValue _, WithoutUs.None _ -> {}
        }
    }

    private void becomes(String path, Value value, By by) {
        if (by == By.ITSELF && plant.value(path).equals(Optional.of(value))) return;
        plant.put(clock.nanoTime(), path, value, by);
    }

    private boolean isCut(String path) {
        String thing = path.substring(0, path.indexOf('.'));
        return cut.contains(thing) || cut.contains(connector(thing));
    }

    private String connector(String thing) {
        return Optional.ofNullable(file.things().get(thing))
                .flatMap(t -> t.connector())
                .orElse("");
    }

    private void machine(Result.WriteOrdered order) {
        String path = up().site().directory().name(Result.Sort.PROPERTY, order.property());
        Outcome outcome = new Outcome.NotSent(Outcome.Cause.UNREACHABLE);
        if (!isCut(path)) {
            writtenAt.put(path, clock.nanoTime());
            becomes(path, order.value().orElseThrow(), By.US);
            outcome = new Outcome.Done(file.property(path).isPresent() ? order.value() : Optional.empty());
        }
        heard(path, new Report.Answer(order.write(), new Report.Progress.Ended(outcome), Report.Raw.NONE));
    }

    private void heard(String path, Report report) {
        up().arrive(new Arrival.Heard(connector(path.substring(0, path.indexOf('.'))), report, new Receipt()));
    }

    // ---- what happens

    private void start() throws IOException {
        node = Optional.of(SteppedNode.start(id, disk, JournalSettings.standard(1), clock, orders::add));
        oracle.restarted(up().log());
        for (var c : up().site().directory().file().connectors().keySet()) if (!cut.contains(c)) line(c, true);
        for (var thing : up().site().directory().file().things().values())
            for (var p : thing.properties().values()) {
                String path = thing.id() + "." + p.name();
                if (p.writable() && !isCut(path) && plant.value(path).isPresent())
                    read(path, plant.value(path).get());
            }
    }

    private void line(String connector, boolean up) {
        up().arrive(new Arrival.LineChanged(connector, up, up ? "" : connector + " is cut", new Receipt()));
    }

    private void read(String path, Value value) {
        int number = up().site().directory().property(path);
        if (number != 0) heard(path, new Report.Frame(List.of(Reading.good(number, value)), Report.Raw.NONE));
    }

    private void apply(Tree.Fields tree) throws IOException, Invalid {
        var next = SiteFile.read(tree);
        Assessment.of(up().site().directory(), next);
        ask("owner", new Input.Apply(Json.write(tree)));
        file = next;
        pass(1_000_000);
        for (var c : next.connectors().keySet()) if (!cut.contains(c)) line(c, true);
        for (String path : next.paths()) begins(path, next.property(path).orElseThrow());
    }

    /// A machine that nobody spoke of does what it falls back to, else nothing.
    private void begins(String path, Property property) {
        if (property.writing().isEmpty() || plant.value(path).isPresent() || isCut(path)) return;
        Optional<Value> idle = property.type().isQuantity()
                ? Optional.of(Values.quantity(property.type(), 0))
                : property.type() == ValueType.FLAG ? Optional.of(Value.Flag.OFF) : Optional.empty();
        property.writing().get().fallback().or(() -> idle).ifPresent(value -> {
            becomes(path, value, By.ITSELF);
            read(path, value);
        });
    }

    private Asked ask(String person, Input input) {
        var asked = new Asked();
        up().ask(Principal.person(person), input, asked);
        told.put(person, asked);
        return asked;
    }

    private void act(Line line) throws IOException, Invalid {
        if (line.begins("kill", "linkspan")) {
            disk.kill();
            node = Optional.empty();
            orders.clear();
        } else if (line.begins("start", "linkspan")) start();
        else if (line.begins("cut")) cut(line.word(1));
        else if (line.begins("restore")) restore(line.word(1));
        else if (line.begins("apply")) apply(Yaml.read(scenario.file().resolveSibling(line.word(1))));
        else if (line.begins("set", "clock")) setClock(line);
        else if (line.words().size() > 1) verb(line);
        else throw new Invalid(line.mark(), "nobody knows what \"" + line + "\" means; see docs/simulation.md");
    }

    /// Somebody sets the clock of the box; what the machines count goes on.
    private void setClock(Line line) throws Invalid {
        long micros = Scenario.duration(line.mark(), line.word(3));
        boolean back = line.word(2).equals("back");
        if (!back && !line.word(2).equals("forward"))
            throw new Invalid(line.mark(), "a clock is set forward or back: set clock back 1h");
        clock.stepWall(Duration.ofNanos((back ? -micros : micros) * 1_000));
    }

    private void cut(String what) {
        if (!cut.add(what) || node.isEmpty()) return;
        if (file.connectors().containsKey(what)) line(what, false);
        else if (file.things().containsKey(what)) unit(what, false);
    }

    private void restore(String what) {
        if (!cut.remove(what) || node.isEmpty()) return;
        if (file.connectors().containsKey(what)) line(what, true);
        else if (file.things().containsKey(what)) unit(what, true);
    }

    private void unit(String thing, boolean answers) {
        var numbers = new ArrayList<Integer>();
        var known = file.things().get(thing);
        if (known == null) throw new IllegalStateException("Site " + file.name() + " has no thing " + thing);
        for (String p : known.properties().keySet())
            numbers.add(up().site().directory().property(thing + "." + p));
        heard(thing + ".", new Report.Unit(numbers, answers, answers ? "" : thing + " does not answer"));
    }

    private void verb(Line line) throws Invalid {
        String who = line.word(0);
        switch (line.word(1)) {
            case "reads" -> {
                String path = who + "." + line.word(2);
                Value value = value(line, path, 3);
                becomes(path, value, By.ITSELF);
                if (node.isPresent() && !isCut(path)) read(path, value);
            }
            case "sets" -> {
                String path = line.word(2);
                long lease =
                        line.place("for") < 0 ? 0 : Scenario.duration(line.mark(), line.word(line.place("for") + 1));
                ask(
                        who,
                        new Input.Set(
                                "k" + ++keys,
                                number(line, path),
                                Optional.of(value(line, path, 3)),
                                priority(line),
                                lease,
                                0));
            }
            case "releases" -> ask(who, new Input.Release("k" + ++keys, number(line, line.word(2)), priority(line)));
            case "invokes" -> ask(who, new Input.Invoke("k" + ++keys, number(line, line.word(2)), Optional.empty(), 0));
            case "takes" -> ask(who, new Input.Service(line.word(2), true, line.rest(6)));
            case "gives" -> ask(who, new Input.Service(line.word(2), false, ""));
            case "arms" -> ask(who, new Input.Arm(true));
            case "disarms" -> ask(who, new Input.Arm(false));
            case "puts" -> ask(who, new Input.ModeSet(mode(line, line.word(5))));
            case "calls" -> {
                if (!file.scenes().containsKey(line.word(4)))
                    throw new Invalid(line.mark(), "there is no scene " + line.word(4));
                ask(who, new Input.SceneSet("k" + ++keys, line.word(4), priority(line), 0, 0));
            }
            case "stops" -> ask(who, new Input.RuleSwitched(rule(line, line.word(4)), true, line.rest(5)));
            case "resumes" -> ask(who, new Input.RuleSwitched(rule(line, line.word(4)), false, ""));
            case "exchanges" -> {
                String path = line.word(2);
                ask(who, new Input.Exchange(number(line, path), value(line, path, 4), value(line, path, 6)));
            }
            default -> // open: what was typed
                throw new Invalid(
                        line.mark(),
                        "\"" + line.word(1) + "\" is none of reads, sets, releases, invokes, takes, gives,"
                                + " arms, disarms, puts, calls, stops, resumes, exchanges");
        }
    }

    private String mode(Line line, String mode) throws Invalid {
        if (file.modes().contains(mode)) return mode;
        throw new Invalid(line.mark(), "the site has the modes " + file.modes() + ", not " + mode);
    }

    private int rule(Line line, String id) throws Invalid {
        int number = up().site().directory().rule(id);
        if (number == 0) throw new Invalid(line.mark(), "there is no rule or schedule " + id);
        return number;
    }

    private int number(Line line, String path) throws Invalid {
        int number = up().site().directory().property(path);
        if (number == 0)
            throw new Invalid(
                    line.mark(), path + " is not in " + scenario.site().getFileName());
        return number;
    }

    private Property property(Line line, String path) throws Invalid {
        return file.property(path)
                .orElseThrow(() -> new Invalid(
                        line.mark(), path + " is not in " + scenario.site().getFileName()));
    }

    private static Priority priority(Line line) throws Invalid {
        int at = line.place("at");
        if (at < 0) return Priority.MANUAL;
        for (var p : Priority.values()) if (p.word().equals(line.word(at + 1))) return p;
        throw new Invalid(line.mark(), line.word(at + 1) + " is no priority");
    }

    private Value value(Line line, String path, int from) throws Invalid {
        var property = property(line, path);
        try {
            var value = Values.parse(property.type(), property.choices(), line.word(from));
            boolean hasUnit =
                    line.words().size() > from + 1 && property.unit().isPresent() && !isWord(line.word(from + 1));
            if (!hasUnit || !(value instanceof Value.Num n)) return value;
            return new Value.Num(
                    Units.conversion(line.word(from + 1), property.unit().get()).apply(n.value()));
        } catch (IllegalArgumentException e) {
            throw new Invalid(line.mark(), path + " " + e.getMessage());
        }
    }

    private static boolean isWord(String word) {
        return List.of("for", "at", "within", "to").contains(word);
    }

    // ---- what is expected

    private void expect(Line line) throws IOException, Invalid {
        int within = line.place("within");
        String patience = within < 0 ? "0s" : line.rest(within + 1).replace(" ", "");
        long end = clock.nanoTime() + Scenario.duration(line.mark(), patience) * 1_000;
        String found = look(line);
        while (!found.isEmpty() && clock.nanoTime() < end) {
            pass(1_000_000);
            found = look(line);
        }
        if (!found.isEmpty()) throw new Invalid(line.mark(), "\"" + line + "\" does not hold: " + found);
    }

    /// Empty when it is so, else what is so instead.
    private String look(Line line) throws IOException, Invalid {
        if (line.word(2).equals("notices")) return same(String.valueOf(notices(line.rest(3))), line.word(1));
        return switch (line.word(1)) {
            case "in" -> same(up().site().inCharge(number(line, line.word(3))), line.rest(5));
            case "why" -> why(line, line.word(2), line.word(4));
            case "log" -> readings(line, line.word(6), line.word(3));
            case "history" -> readings(line, line.word(2), line.word(4));
            case "gap" -> gap(line);
            case "no" -> covered(line, line.word(3), 5) ? "the ledger names a gap there" : "";
            case "machine" -> machine(line);
            case "mode" -> same(up().site().mode(), line.word(3));
            case "rule" -> acted(line);
            case "told" -> {
                var asked = told.get(line.word(2));
                String outcome = asked == null
                        ? "nothing"
                        : outcome(asked).map(Outcome::toString).orElse("nothing yet");
                yield outcome.contains(line.rest(3)) ? "" : "told was: " + outcome;
            }
            default -> equal(line, line.word(1), shown(line, line.word(1)), 3); // open: a path
        };
    }

    private String acted(Line line) throws Invalid {
        int rule = rule(line, line.word(2));
        long times = up().site().allRules().stream()
                .filter(c -> c.rule() == rule)
                .mapToLong(RuleCell::fired)
                .sum();
        return String.valueOf(times).equals(line.word(4)) ? "" : "it acted " + times + " times";
    }

    /// How often people were told something with these words.
    private long notices(String words) throws IOException {
        return entries().stream()
                .flatMap(e -> e.results().stream())
                .filter(r -> r instanceof Result.Noticed n && n.text().contains(words))
                .count();
    }

    private static Optional<Outcome> outcome(Asked asked) {
        try {
            return asked.awaitOutcome(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String same(String is, String shall) {
        return is.equals(shall) ? "" : "it is " + is;
    }

    /// An actuator shows what it shall do, else what was read; a sensor what was read.
    private Optional<Value> shown(Line line, String path) throws Invalid {
        int number = number(line, path);
        var cell = up().site().allCells().stream()
                .filter(c -> c.property() == number)
                .findFirst();
        var desired = cell.flatMap(c -> c.duty()).flatMap(d -> d.desired());
        return desired.isPresent() ? desired : cell.flatMap(c -> c.reading()).map(Reading::value);
    }

    private String equal(Line line, String path, Optional<Value> is, int at) throws Invalid {
        if (line.word(at).equals("nothing")) return is.isEmpty() ? "" : path + " is " + is.get();
        var shall = value(line, path, at);
        return is.isPresent() && Values.same(is.get(), shall, SAME)
                ? ""
                : path + " is " + is.map(Value::toString).orElse("unknown");
    }

    private String machine(Line line) throws Invalid {
        String path = line.word(2);
        if (!line.word(3).equals("written")) return equal(line, path, plant.value(path), 4);
        long times = plant.book(path).stream().filter(c -> c.by() == By.US).count();
        return times == Long.parseLong(line.word(4)) ? "" : path + " was written " + times + " times";
    }

    private String gap(Line line) throws Invalid {
        return covered(line, line.word(2), 4) ? "" : "the ledger names no such gap";
    }

    private boolean covered(Line line, String path, int from) throws Invalid {
        long begin = startWall + Scenario.duration(line.mark(), line.word(from));
        long end = startWall + Scenario.duration(line.mark(), line.word(from + 2));
        return oracle.covers(number(line, path), begin) && oracle.covers(number(line, path), end);
    }

    private String readings(Line line, String path, String shall) throws IOException, Invalid {
        int number = number(line, path);
        long n = 0;
        for (var entry : entries())
            if (entry.input() instanceof Input.Frame f)
                n += f.readings().stream().filter(r -> r.property() == number).count();
        return String.valueOf(n).equals(shall) ? "" : "the log has " + n;
    }

    /// The newest entry that put somebody in charge names the link or the person.
    private String why(Line line, String path, String name) throws IOException, Invalid {
        int number = number(line, path);
        String words = "";
        for (var entry : entries()) {
            boolean charges =
                    entry.results().stream().anyMatch(r -> r instanceof Result.Charged c && c.property() == number);
            if (charges) words = names(entry) + " " + up().site().inCharge(number);
        }
        return words.contains(name) ? "" : "it names " + words.strip();
    }

    private String names(Entry entry) {
        var names = new StringBuilder(entry.by().toString());
        for (var r : entry.results())
            if (r instanceof Result.LinkMoved m)
                names.append(' ').append(up().site().directory().name(Result.Sort.LINK, m.link()));
            else if (r instanceof Result.RuleMoved m)
                names.append(' ').append(up().site().directory().name(Result.Sort.RULE, m.rule()));
        return names.toString();
    }

    private List<Entry> entries() throws IOException {
        var all = new ArrayList<Entry>();
        up().log().urge();
        turn();
        try (var reader = up().log().read(new Log.Position(id, 1, 1))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) all.add(EntryCodec.decode(stored));
        }
        return all;
    }
}
