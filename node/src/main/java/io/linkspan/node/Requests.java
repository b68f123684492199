package io.linkspan.node;

import io.linkspan.access.Energy;
import io.linkspan.access.Problem;
import io.linkspan.access.ShiftedEnergy;
import io.linkspan.access.SignIn;
import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.model.Durations;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Progress;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Settings;
import io.linkspan.model.Thing;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The requests that a running node answers: over its Unix socket now, over HTTP later. A request is an object whose
/// `do` says
/// what; docs/commands.md has the list. What only looks is in [Looks].
///
/// Thread-safety: safe for many threads.
public final class Requests implements ControlSocket.Handler {
    /// How long an answer may take beyond the deadline of its command.
    static final Duration ANSWER_GRACE = Duration.ofSeconds(5);

    /// How long it may take until something is on disk.
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

    private final Node node;
    private final Principal by;
    private final NodeClock clock;
    private final Energy energy = new Energy();
    private final Looks looks;
    private final Optional<AccountRequests> people;
    private final CommandRequests commands;

    /// Those of the socket, which only the user who runs the node may open: about accounts too.
    ///
    /// @param by who acts through this door
    public Requests(Node node, NodeClock clock, SignIn signIn, Principal by) {
        this(node, clock, Optional.of(new AccountRequests(signIn, node.accountsLog(), by)), by);
    }

    /// Those about sites alone.
    ///
    /// @param by who acts through this door
    public Requests(Node node, NodeClock clock, Principal by) {
        this(node, clock, Optional.empty(), by);
    }

    private Requests(Node node, NodeClock clock, Optional<AccountRequests> people, Principal by) {
        this.people = people;
        this.node = node;
        this.clock = clock;
        this.by = by;
        commands = new CommandRequests(node, by);
        looks = new Looks(
                () -> {
                    var all = new ArrayList<SiteView>();
                    for (var id : node.sites()) all.add(new RunningSite(node, clock, id));
                    return all;
                },
                view -> new Querying.Opened(
                        node.history(view.id())
                                .orElseThrow(
                                        () -> new IOException("the history is not open yet, or can not be opened; the"
                                                + " node's log says why")),
                        () -> {}),
                this::withEnergy);
    }

    /// The person who is logged in on this box.
    public static Principal here() {
        return Principal.person(System.getProperty("user.name", "somebody"));
    }

    @Override
    public void handle(Tree.Fields request, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        var s = new Settings(request);
        String what = s.needText("do", "get");
        if (people.isPresent() && people.get().answer(what, s, out)) return;
        if (looks.answer(what, s, out)) return;
        var view = looks.site(s);
        if (commands.answer(what, view, s, request, out)) return;
        var act = AlarmRequests.act(what, view, s);
        if (act.isPresent()) {
            alarms(view, act.get(), out);
            return;
        }
        var key = BoundKey.of(by, request);
        var keyed = key.isPresent() ? new Settings(key.get().in(request)) : s;
        switch (what) {
            case "set" -> command(view, keyed, key, set(view, keyed), out);
            case "release" -> command(view, keyed, key, release(view, keyed), out);
            case "invoke" -> command(view, keyed, key, invoke(view, keyed), out);
            case "arm" -> store(view, new Input.Arm(s.flag("armed", true)), out);
            case "service" -> store(view, service(view, s), out);
            case "mode" -> store(view, mode(view, s), out);
            case "scene" -> scene(view, s, out);
            case "rule-sleep" -> store(view, asleep(view, s), out);
            case "exchange" -> store(view, exchange(view, s), out);
            case "apply" -> apply(view, s, out);
            case "import" -> bring(view, s, out);
            case "snapshot" -> {
                node.snapshot(view.id());
                out.end(Tree.fields(Map.of()));
            }
            case "energy" -> energy(view, s, out);
            case "rehearsal-start" ->
                out.end(node.rehearsals().begin(view, RehearsalRun.asked(view, s), by, this::withEnergy));
            case "rehearsals" ->
                out.end(Trees.fields()
                        .put("rehearsals", Tree.items(node.rehearsals().all(view.id())))
                        .done());
            case "rehearsal" -> out.end(node.rehearsals().one(view.id(), number(s)));
            case "rehearsal-cancel" -> out.end(node.rehearsals().cancel(view.id(), number(s)));
            case "shadow-start" -> shadow(view, s, out);
            case "shadow" -> out.end(node.shadows().show(view.id()));
            case "shadow-stop" -> out.end(node.shadows().stop(view.id()));
            case "shadow-switch" -> switchTo(view, s, out);
            case "say" -> out.end(sentences(view).answer(s));
            case "status" -> out.end(status(view));
            case "probe" -> probe(s, out);
            case "try" -> tryOut(view, s, out);
            case "found" -> found(view, out);
            default -> // open: what came over the wire
                throw s.wrong(
                        "do",
                        "is get, tail, why, rules, rule, scenes, modes, query, export, sites, profiles, revisions, revision, set, release, invoke, commands, command, cancel, bulk, mode, scene, rule-sleep, arm,"
                                + " service, exchange, apply, import, snapshot, status, probe, try, found, energy,"
                                + " rehearse, rehearsal-start, rehearsals, rehearsal, rehearsal-cancel, shadow-start,"
                                + " shadow, shadow-stop, shadow-switch, alarms, alarm, alarm-journal, messages, acknowledge,"
                                + " reset, shelve, unshelve, comment, alarm-service, try-channel, say, or about accounts, not \""
                                + what + "\"");
        }
    }

    // ---- wishes

    private static String key(Settings s) throws Invalid {
        return s.text("key").orElseGet(() -> UUID.randomUUID().toString());
    }

    private static Input set(SiteView view, Settings s) throws Invalid, IOException {
        String path = s.needText("property", "boiler.on");
        var property = property(view, path);
        return new Input.Set(
                key(s),
                view.directory().property(path),
                Optional.of(value(s, property)),
                s.choice("priority", Priority.class).orElse(Priority.MANUAL),
                micros(s, "for"),
                micros(s, "deadline"));
    }

    private static Property property(SiteView view, String path) throws NoSuch {
        Looks.number(view, path);
        return view.directory()
                .find(path)
                .orElseThrow(() -> new NoSuch("\"" + path + "\" is no property; write for example boiler.on"));
    }

    private static Value value(Settings s, Property property) throws Invalid {
        try {
            return Values.parse(property.type(), property.choices(), s.needText("value", "true"));
        } catch (IllegalArgumentException e) {
            throw s.wrong("value", e);
        }
    }

    private static long micros(Settings s, String field) throws Invalid {
        return s.duration(field).map(Durations::micros).orElse(0L);
    }

    private static Input release(SiteView view, Settings s) throws Invalid, IOException {
        String path = s.needText("property", "boiler.on");
        property(view, path);
        var priority = s.choice("priority", Priority.class).orElse(Priority.MANUAL);
        return new Input.Release(key(s), view.directory().property(path), priority);
    }

    private static Input invoke(SiteView view, Settings s) throws Invalid, IOException {
        String path = s.needText("action", "pump.flush");
        Looks.number(view, path);
        var action = action(view, path);
        Optional<Value> value = Optional.empty();
        if (action.input().isPresent()) {
            try {
                value = Optional.of(Values.parse(action.input().get(), Map.of(), s.needText("value", "1")));
            } catch (IllegalArgumentException e) {
                throw s.wrong("value", e);
            }
        } else if (s.has("value")) throw s.wrong("value", "is not taken: " + path + " takes none");
        return new Input.Invoke(key(s), view.directory().property(path), value, micros(s, "deadline"));
    }

    private static Thing.Action action(SiteView view, String path) throws NoSuch {
        int dot = path.indexOf('.');
        var thing = dot < 0 ? null : view.directory().file().things().get(path.substring(0, dot));
        var action = thing == null ? null : thing.actions().get(path.substring(dot + 1));
        if (action == null) throw new NoSuch("\"" + path + "\" is no action; a property is set with: linkspan set");
        return action;
    }

    private void command(SiteView view, Settings s, Optional<BoundKey> key, Input input, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        s.has("no-wait");
        boolean waits = !s.flag("no-wait", false);
        long deadline = micros(s, "deadline");
        var asked = node.ask(view.id(), by, input, key);
        var taken = asked.await(STORE_TIMEOUT);
        if (asked.isContradicted()) throw new KeyUsed(key.map(BoundKey::key).orElse(""));
        if (taken.isEmpty()) throw new IOException(notStored());
        var answer = Trees.fields()
                .text("key", key.map(BoundKey::key).orElse(keyOf(input)))
                .text(
                        "position",
                        Trees.position(io.linkspan.model.Log.Position.of(
                                view.id(), taken.get().here())));
        var waiting = Requests.waiting(keyOf(input), taken.get().results());
        if (waiting.isPresent()) answer.put("progress", Trees.progress(waiting.get()));
        else if (waits) {
            var wait = Duration.ofNanos((deadline == 0 ? Input.DEADLINE_MICROS : deadline) * 1_000)
                    .plus(ANSWER_GRACE);
            asked.awaitOutcome(wait).ifPresent(o -> answer.put("outcome", Trees.outcome(o)));
        }
        out.end(answer.done());
    }

    /// All values of a scene at once, each with what became of it.
    private void scene(SiteView view, Settings s, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        String name = s.needText("scene", "evening");
        var scene = view.directory().file().scenes().get(name);
        if (scene == null)
            throw new NoSuch("there is no scene \"" + name + "\" in this site"
                    + (view.directory().file().scenes().isEmpty()
                            ? ", which has none"
                            : ", but "
                                    + String.join(
                                            ", ",
                                            view.directory().file().scenes().keySet())));
        var priority = s.choice("priority", Priority.class).orElse(Priority.MANUAL);
        var set = new Input.SceneSet(key(s), name, priority, micros(s, "for"), micros(s, "deadline"));
        var asked = node.setScene(view.id(), by, set);
        var taken = asked.stored().await(STORE_TIMEOUT).orElseThrow(() -> new IOException(notStored()));
        boolean waits = !s.flag("no-wait", false);
        long end = System.nanoTime()
                + (set.deadline() == 0 ? Input.DEADLINE_MICROS : set.deadline()) * 1_000
                + ANSWER_GRACE.toNanos();
        var outcomes = new ArrayList<Tree>();
        for (var e : asked.each().entrySet()) {
            var told = Trees.fields().text("property", e.getKey());
            var left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (waits) e.getValue().awaitOutcome(left).ifPresent(o -> told.put("outcome", Trees.outcome(o)));
            outcomes.add(told.done());
        }
        out.end(Trees.fields()
                .text("key", set.key())
                .text("position", Trees.position(io.linkspan.model.Log.Position.of(view.id(), taken.here())))
                .put("outcomes", Tree.items(outcomes))
                .done());
    }

    private static Input mode(SiteView view, Settings s) throws Invalid, NoSuch {
        String mode = s.needText("mode", "away");
        var modes = view.directory().file().modes();
        if (!modes.contains(mode))
            throw new NoSuch("there is no mode \"" + mode + "\" in this site"
                    + (modes.isEmpty() ? ", which has none" : ", but " + String.join(", ", modes)));
        return new Input.ModeSet(mode);
    }

    private static Input asleep(SiteView view, Settings s) throws Invalid, NoSuch {
        String id = s.needText("rule", "legionella");
        new Rulebook(view).find(id);
        return new Input.RuleSwitched(
                view.directory().rule(id), s.flag("off", true), s.text("reason").orElse(""));
    }

    /// That a command waits for a device to wake: nobody waits hours for an answer.
    private static Optional<Progress> waiting(String key, List<Result> results) {
        for (var r : results)
            if (r instanceof Result.CommandAt at && at.key().equals(key)) return Optional.of(at.progress());
        return Optional.empty();
    }

    private static String keyOf(Input input) {
        return switch (input) {
            case Input.Set i -> i.key();
            case Input.Release i -> i.key();
            case Input.Invoke i -> i.key();
            default -> ""; // open: the other inputs are no commands
        };
    }

    private String notStored() {
        return notStored(node);
    }

    /// What is told when the disk did not take it in time.
    static String notStored(Node node) {
        return "it is not on disk yet and may never be: " + node.journal().trouble();
    }

    // ---- what is stored and has no outcome of its own

    private void store(SiteView view, Input input, ControlSocket.Answers out) throws IOException, InterruptedException {
        var taken = node.ask(view.id(), by, input).await(STORE_TIMEOUT).orElseThrow(() -> new IOException(notStored()));
        out.end(Trees.fields()
                .text("position", Trees.position(io.linkspan.model.Log.Position.of(view.id(), taken.here())))
                .done());
    }

    private void alarms(SiteView view, AlarmRequests.Act act, ControlSocket.Answers out)
            throws IOException, InterruptedException {
        var taken = node.ask(view.id(), by, act.input())
                .await(STORE_TIMEOUT)
                .orElseThrow(() -> new IOException(notStored()));
        out.end(AlarmRequests.taken(view, act, taken));
    }

    private static Input service(SiteView view, Settings s) throws Invalid, NoSuch {
        String thing = s.needText("thing", "boiler");
        if (!view.directory().file().things().containsKey(thing)) {
            Looks.number(view, thing);
            throw new NoSuch("\"" + thing + "\" is no thing; a whole thing is taken out of service, such as "
                    + thing.substring(0, Math.max(0, thing.indexOf('.'))));
        }
        boolean takeOut = s.flag("out", true);
        return new Input.Service(
                thing, takeOut, takeOut ? s.needText("reason", "\"compressor is being changed\"") : "");
    }

    private static Input exchange(SiteView view, Settings s) throws Invalid, IOException {
        String path = s.needText("property", "meter.energy_import");
        var property = property(view, path);
        if (property.type() != io.linkspan.model.ValueType.REGISTER)
            throw s.wrong(
                    "property",
                    "is a register of a meter, not a " + property.type().word());
        return new Input.Exchange(view.directory().property(path), register(s, "old"), register(s, "new"));
    }

    private static Value register(Settings s, String field) throws Invalid {
        try {
            return Values.parse(io.linkspan.model.ValueType.REGISTER, Map.of(), s.needText(field, "12345.678"));
        } catch (IllegalArgumentException e) {
            throw s.wrong(field, e);
        }
    }

    // ---- the site file

    private void apply(SiteView view, Settings s, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        var file = Applying.read(
                s.text("file").orElse("site.yaml"),
                s.needText("yaml", "\"linkspan: 1 ...\""),
                s.text("csv-file"),
                s.text("csv").orElse(""));
        var meeting = s.flag("merge", false)
                ? Applying.Meeting.MERGE
                : s.flag("force", false) ? Applying.Meeting.FORCE : Applying.Meeting.REFUSE;
        var ready = Applying.ready(node, view, file, meeting);
        boolean dryRun = s.flag("dry-run", false);
        if (!dryRun && !ready.unchanged()) {
            refuseUnconfirmed(s, ready);
            adopt(view, ready);
        }
        out.end(Applying.told(ready.assessment())
                .plain("unchanged", ready.unchanged())
                .plain("applied", !dryRun && !ready.unchanged())
                .plain("revision", view.directory().revision())
                .done());
    }

    private static void refuseUnconfirmed(Settings s, Applying.Ready ready) throws Invalid, SaidNo {
        if (!ready.assessment().removed().isEmpty() && !s.flag("confirmed", false))
            throw new SaidNo(
                    "it takes out " + String.join(", ", ready.assessment().removed())
                            + "; say --yes if that is meant (their history stays)");
    }

    private void adopt(SiteView view, Applying.Ready ready) throws Invalid, IOException, InterruptedException {
        long before = view.directory().revision();
        var taken = node.apply(view.id(), by, ready.tree()).await(STORE_TIMEOUT);
        if (taken.isEmpty()) throw new IOException(notStored());
        if (view.directory().revision() == before)
            throw new IOException("the site did not take the file; its log says why (linkspan tail)");
    }

    // ---- before a file is in force

    private static int number(Settings s) throws Invalid {
        return (int) s.integer("id", 0, 0, Integer.MAX_VALUE);
    }

    private void shadow(SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        var file = RehearsalRun.file(view.directory(), s);
        var assessment = node.assess(view.id(), file);
        if (Applying.same(view.directory().file().tree(), file))
            throw new SaidNo("the file says what is running; a shadow of it would do the same");
        out.end(Trees.fields()
                .put("changes", Applying.told(assessment).done())
                .put("shadow", node.shadows().begin(view, file, by.toString()))
                .done());
    }

    /// Puts the shadow's file in force, as `apply` does, and ends the shadow.
    private void switchTo(SiteView view, Settings s, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        var kept = node.shadows().kept(view.id());
        if (kept.revision() != view.directory().revision() && !s.flag("force", false))
            throw new SaidNo("the running file was changed since the shadow began: it is of revision "
                    + view.directory().revision() + ", not " + kept.revision()
                    + "; begin a shadow with a file that has that change, or say --force");
        var ready = Applying.ready(node, view, kept.file(), Applying.Meeting.FORCE);
        if (!ready.unchanged()) {
            refuseUnconfirmed(s, ready);
            adopt(view, ready);
        }
        var last = node.shadows().stop(view.id());
        out.end(Applying.told(ready.assessment())
                .plain("unchanged", ready.unchanged())
                .plain("revision", view.directory().revision())
                .put("shadow", last)
                .done());
    }

    /// A rehearsal with the energy that it would have shifted, where the site has tariffs.
    private Tree.Fields withEnergy(SiteView view, RehearsalRun.Rehearsed done, Tree.Fields report) throws IOException {
        if (view.directory().file().tariffs().isEmpty()
                || done.told().reproduced().isPresent()) return report;
        var switched = new ArrayList<ShiftedEnergy.Switched>();
        for (var a : done.told().actuators())
            if (a.isFlag() && !a.moreOn().isEmpty())
                switched.add(new ShiftedEnergy.Switched(
                        view.directory().name(Result.Sort.PROPERTY, a.property()), a.moreOn()));
        var place = place(view);
        var filter = Filter.of(Contract.OWNER, view.directory(), place.closed(), place::nowMicros);
        long to = Math.max(done.from() + 1, done.told().at().wall());
        var all = new LinkedHashMap<>(report.fields());
        all.put("energy", ShiftedEnergy.tell(place, filter, done.from(), to, switched));
        return Tree.fields(all);
    }

    private NodePlace place(SiteView view) {
        return new NodePlace(
                new RunningSite(node, clock, view.id()),
                node.board(view.id()),
                new PageViews(node.board(view.id()), clock, 1),
                () -> "",
                new PictureFolder(node.data(), view.id()),
                () -> node.history(view.id()));
    }

    private void bring(SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        var brought = node.bring(view.id(), Path.of(s.needText("file", "\"/srv/meter-2025.csv\"")));
        out.end(Trees.fields()
                .plain("unchanged", !brought.isNew())
                .plain("lines", brought.lines())
                .plain("readings", brought.readings())
                .texts("left", brought.left())
                .done());
    }

    // ---- before anything is applied

    private void probe(Settings s, ControlSocket.Answers out) throws Invalid, IOException, InterruptedException {
        String type = s.needText("type", "modbus_tcp");
        var line = s.part("line")
                .orElseThrow(() -> s.wrong("line", "is missing: how the line is reached, such as {endpoint: ...}"));
        if (!(line instanceof Tree.Fields fields)) throw s.wrong("line", "has fields such as endpoint");
        out.end(node.trials().probe(type, new Settings(fields)));
    }

    private void tryOut(SiteView view, Settings s, ControlSocket.Answers out)
            throws Invalid, IOException, InterruptedException {
        String thing = s.needText("thing", "meter_2");
        var tree = Applying.read("site.yaml", s.needText("yaml", "\"linkspan: 1 ...\""), Optional.empty(), "");
        node.assess(view.id(), tree);
        out.end(node.trials().read(tree, thing));
    }

    private void found(SiteView view, ControlSocket.Answers out) throws IOException {
        var all = new ArrayList<Tree>();
        for (var find : node.found(view.id())) all.add(Finds.tree(find));
        out.end(Trees.fields().put("found", Tree.items(all)).done());
    }

    private void energy(SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        var place = place(view);
        var zone = view.directory().file().zone();
        long to = s.has("to") ? time(s, "to", zone) : view.nowMicros();
        var month = Instant.EPOCH
                .plus(to - 1, ChronoUnit.MICROS)
                .atZone(zone)
                .toLocalDate()
                .withDayOfMonth(1);
        long from =
                s.has("from") ? time(s, "from", zone) : month.atStartOfDay(zone).toEpochSecond() * 1_000_000L;
        var all = new LinkedHashMap<>(
                energy(view, new Energy.Asked(from, to, s.text("every").orElse("day")))
                        .fields());
        all.put("zone", Tree.text(zone.getId()));
        out.end(Tree.fields(all));
    }

    private Tree.Fields energy(SiteView view, Energy.Asked asked) throws IOException {
        var place = new NodePlace(
                new RunningSite(node, clock, view.id()),
                node.board(view.id()),
                new PageViews(node.board(view.id()), clock, 1),
                () -> "",
                new PictureFolder(node.data(), view.id()),
                () -> node.history(view.id()));
        var filter = Filter.of(Contract.OWNER, view.directory(), place.closed(), place::nowMicros);
        try {
            return energy.tell(place, filter, asked);
        } catch (Problem e) {
            throw new NoSuch(String.valueOf(e.getMessage()));
        }
    }

    private Sentences sentences(SiteView view) {
        var queried = new Queried(
                view, node.history(view.id()), (from, to) -> energy(view, new Energy.Asked(from, to, "day")));
        return new Sentences(node, view, by, queried);
    }

    private static long time(Settings s, String field, java.time.ZoneId zone) throws Invalid {
        String text = s.needText(field, "2026-01-14");
        try {
            return EnergyCommand.micros(text, zone);
        } catch (java.time.DateTimeException e) {
            throw s.wrong(field, "is a day such as 2026-01-14, or a time such as 2026-01-14T17:00Z");
        }
    }

    // ---- how it is doing

    private Tree.Fields status(SiteView view) {
        var connectors = new ArrayList<Tree>();
        for (var c : node.connectors(view.id()))
            connectors.add(Trees.fields()
                    .text("connector", c.connector())
                    .plain("up", c.up())
                    .time("since", c.sinceMicros())
                    .plain("frames", c.frames())
                    .plain("readings", c.readings())
                    .plain("gaps", c.gaps())
                    .plain("commands", c.commands())
                    .plain("reconnects", c.reconnects())
                    .plain("dropped", c.refusedOffers())
                    .text("last_error", c.lastError())
                    .done());
        var journal = node.journal();
        return Trees.fields()
                .text("version", Version.NUMBER)
                .text("site", view.directory().file().name())
                .text("id", view.id().toString())
                .plain("revision", view.directory().revision())
                .plain("armed", view.armed())
                .text("position", Trees.position(view.newest()))
                .text("disk", Trees.word(journal.health()))
                .text("trouble", journal.trouble())
                .plain("syncs", journal.syncs())
                .plain("bytes_written", journal.bytesWritten())
                .plain("readings_refused", journal.readingsRefused())
                .text("broken", node.broken().map(Throwable::toString).orElse(""))
                .put("connectors", Tree.items(List.copyOf(connectors)))
                .done();
    }
}
