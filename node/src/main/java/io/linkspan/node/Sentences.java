package io.linkspan.node;

import io.linkspan.insight.Intent;
import io.linkspan.insight.Interpreter;
import io.linkspan.insight.Language;
import io.linkspan.insight.Presets;
import io.linkspan.insight.Situation;
import io.linkspan.insight.Understood;
import io.linkspan.model.Cell;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.io.IOException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Answers the request `say`: a sentence is understood, done in the name of whoever says it or answered, or asked back.
/// What it does is what `set`, `release` and `invoke` do, through the same arbiter and into the same log. For one
/// thread.
final class Sentences {
    /// Sites whose words are kept at once; another one takes the place of the one that was asked longest ago.
    static final int SITES_MAX = 8;

    /// A site as it is defined now.
    private record Defined(SiteId site, long revision) {}

    private static final Map<Defined, Interpreter> KNOWN = new LinkedHashMap<>(SITES_MAX, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Defined, Interpreter> eldest) {
            return size() > SITES_MAX;
        }
    };

    private final Node node;
    private final SiteView view;
    private final Principal by;
    private final Queried queried;
    private Spoken spoken;

    /// @param queried answers what is only asked
    Sentences(Node node, SiteView view, Principal by, Queried queried) {
        this.node = node;
        this.view = view;
        this.by = by;
        this.queried = queried;
        this.spoken = new Spoken(view, Language.EN);
    }

    /// What was asked.
    private record Said(
            String sentence,
            Optional<String> choice,
            boolean dryRun,
            boolean mayAct,
            Priority priority,
            Optional<String> key) {}

    /// The answer to one sentence.
    Tree.Fields answer(Settings s) throws Invalid, IOException, InterruptedException {
        var preferred = s.choice("language", Language.class).orElse(Language.EN);
        var said = new Said(
                s.needText("sentence", "\"turn off the lights\""),
                s.text("choice"),
                s.flag("dry-run", false),
                s.flag("may-act", true),
                s.choice("priority", Priority.class).orElse(Priority.MANUAL),
                s.text("key"));
        var zone = view.directory().file().zone();
        var now = Telling.instant(view.nowMicros()).atZone(zone);
        var answer = interpreter(view).read(said.sentence(), preferred, now, situation());
        spoken = new Spoken(view, answer.language());
        var out = Trees.fields().text("language", answer.language().tag());
        return switch (answer.understood()) {
            case Understood.Unclear u ->
                end(out, "not_understood", spoken.unclear(u)).done();
            case Understood.Asked a -> chosen(a, said, out, now);
            case Understood.Meant m -> later(m, said, out, now);
        };
    }

    private static Interpreter interpreter(SiteView view) {
        var directory = view.directory();
        synchronized (KNOWN) {
            return KNOWN.computeIfAbsent(
                    new Defined(view.id(), directory.revision()),
                    _ -> new Interpreter(directory.file(), presets(directory.file())));
        }
    }

    /// Modes by their names, scenes by their titles too.
    private static Presets presets(SiteFile file) {
        var modes = new LinkedHashMap<String, String>();
        for (String mode : file.modes()) modes.put(mode, mode.replace('_', ' '));
        var scenes = new LinkedHashMap<String, String>();
        for (var scene : file.scenes().values())
            scenes.put(scene.id(), scene.title().orElse(scene.id().replace('_', ' ')));
        return new Presets(modes, scenes);
    }

    private Situation situation() {
        return path -> cell(path).filter(c -> !c.isPrivate());
    }

    private Optional<Cell> cell(String path) {
        return view.cell(view.directory().property(path));
    }

    private static Trees.Fields end(Trees.Fields out, String kind, String text) {
        return out.text("kind", kind).text("text", text);
    }

    // ---- questions

    private Tree.Fields chosen(Understood.Asked asked, Said said, Trees.Fields out, ZonedDateTime now)
            throws IOException, InterruptedException {
        if (said.choice().isEmpty()) return question(why(asked), asked.choices(), asked.notes(), out);
        for (var i : asked.choices())
            if (i.canonical().equals(said.choice().get())) return done(i, asked.notes(), said, out, now);
        return question(spoken.say("choiceGone") + " " + why(asked), asked.choices(), asked.notes(), out);
    }

    private String why(Understood.Asked asked) {
        if (asked.why() != Understood.Why.OUTRANKED) return spoken.say("ask." + asked.why());
        var path = switch (asked.choices().getFirst()) {
            case Intent.Set i -> i.targets().getFirst().path();
            case Intent.Adjust i -> i.changes().getFirst().path();
            case Intent.Invoke _,
                    Intent.Release _,
                    Intent.Query _,
                    Intent.Why _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Mode _,
                    Intent.Scene _,
                    Intent.Timer _,
                    Intent.Cancel _,
                    Intent.Several _ -> "";
        };
        return spoken.say("ask.OUTRANKED", cell(path).map(this::holder).orElse(""));
    }

    private String holder(Cell cell) {
        var duty = cell.duty().orElseThrow();
        return duty.holds().stream()
                .filter(h -> h.id() == duty.charge().hold())
                .findFirst()
                .map(spoken::holder)
                .orElse("");
    }

    private Tree.Fields question(String text, List<Intent> choices, List<Understood.Note> notes, Trees.Fields out) {
        var all = new ArrayList<Tree>();
        for (var i : choices)
            all.add(Trees.fields()
                    .text("id", i.canonical())
                    .text("text", spoken.intent(i))
                    .done());
        return end(out, "question", text + noted(notes))
                .put("choices", Tree.items(all))
                .done();
    }

    private String noted(List<Understood.Note> notes) {
        var text = new StringBuilder();
        for (var n : notes) text.append(' ').append(spoken.note(n));
        return text.toString();
    }

    /// A sentence does nothing later: what it would have done then can be done now, or not.
    private Tree.Fields later(Understood.Meant meant, Said said, Trees.Fields out, ZonedDateTime now)
            throws IOException, InterruptedException {
        var atOnce = atOnce(meant.intent());
        if (atOnce.equals(meant.intent())) return done(meant.intent(), meant.notes(), said, out, now);
        if (said.choice().filter(atOnce.canonical()::equals).isPresent())
            return done(atOnce, List.of(), said, out, now);
        out.text("meaning", meant.intent().canonical());
        return question(spoken.say("later"), List.of(atOnce), meant.notes(), out);
    }

    private static Intent atOnce(Intent intent) {
        return switch (intent) {
            case Intent.Set i -> new Intent.Set(i.targets(), atOnce(i.when()));
            case Intent.Adjust i -> new Intent.Adjust(i.changes(), atOnce(i.when()));
            case Intent.Invoke i -> new Intent.Invoke(i.action(), atOnce(i.when()));
            case Intent.Several i ->
                new Intent.Several(i.intents().stream().map(Sentences::atOnce).toList());
            case Intent.Mode i -> new Intent.Mode(i.id(), atOnce(i.when()));
            case Intent.Scene i -> new Intent.Scene(i.id(), atOnce(i.when()));
            case Intent.Release _,
                    Intent.Query _,
                    Intent.Why _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Timer _,
                    Intent.Cancel _ -> intent;
        };
    }

    private static Intent.When atOnce(Intent.When when) {
        return new Intent.When(Optional.empty(), when.length(), when.until());
    }

    // ---- what is meant

    private Tree.Fields done(Intent intent, List<Understood.Note> notes, Said said, Trees.Fields out, ZonedDateTime now)
            throws IOException, InterruptedException {
        out.text("meaning", intent.canonical()).plain("acts", intent.acts());
        if (said.dryRun())
            return end(out, "understood", spoken.intent(intent) + noted(notes)).done();
        if (intent.acts() && !said.mayAct())
            return end(out, "refused", spoken.say("notMay", spoken.intent(intent)))
                    .done();
        var doing = new Doing(said, now);
        doing.run(intent);
        doing.end();
        var text = String.join("\n", doing.lines)
                + (notes.isEmpty() ? "" : "\n" + noted(notes).strip());
        if (intent.acts() && !view.armed() && !doing.refused) text += "\n" + spoken.say("watching");
        out.put("outcomes", Tree.items(doing.outcomes));
        if (!doing.undo.isEmpty()) out.put("undo", Tree.items(doing.undo));
        return end(out, doing.refused ? "refused" : intent.acts() ? "done" : "answer", text)
                .done();
    }

    /// One intent on its way, with all that comes of it.
    private final class Doing {
        private final Said said;
        private final ZonedDateTime now;
        private final List<String> lines = new ArrayList<>();
        private final List<Tree> outcomes = new ArrayList<>();
        private final List<Tree> undo = new ArrayList<>();
        private final List<Under> under = new ArrayList<>();
        private boolean refused;

        Doing(Said said, ZonedDateTime now) {
            this.said = said;
            this.now = now;
        }

        void run(Intent intent) throws IOException, InterruptedException {
            switch (intent) {
                case Intent.Set i -> {
                    for (var t : i.targets()) set(t, i.when());
                }
                case Intent.Adjust i -> {
                    for (var c : i.changes()) adjust(c, i.when());
                }
                case Intent.Invoke i ->
                    ask(
                            i.action(),
                            spoken.action(i.action()),
                            new Input.Invoke(
                                    key(i.action()), view.directory().property(i.action()), Optional.empty(), 0));
                case Intent.Release i -> {
                    for (String path : i.paths()) release(path);
                }
                case Intent.Query i -> lines.addAll(queried.now(i, spoken));
                case Intent.Past i -> lines.addAll(queried.past(i, spoken));
                case Intent.Energy i -> lines.addAll(queried.energy(i, spoken));
                case Intent.Why i ->
                    lines.add(new Why(view)
                            .property(view.directory().property(i.path()))
                            .headline());
                case Intent.Timer i -> refuse(spoken.say("noTimer", example(i.length())));
                case Intent.Mode i -> mode(i);
                case Intent.Scene i -> {
                    var scene = view.directory().file().scenes().get(i.id());
                    if (scene == null) refuse(spoken.say("noPreset"));
                    else scene(scene, i.when());
                }
                case Intent.Cancel _ -> lines.add(spoken.say("nothing"));
                case Intent.Several i -> {
                    for (var each : i.intents()) run(each);
                }
            }
        }

        private void scene(SiteFile.Scene scene, Intent.When when) throws InterruptedException {
            var set = new Input.SceneSet(key(scene.id()), scene.id(), said.priority(), lease(when), 0);
            scene.set().keySet().forEach(this::noteUndo);
            var asked = node.setScene(view.id(), by, set);
            asked.each().forEach((path, each) -> {
                var value = Optional.ofNullable(scene.set().get(path))
                        .map(v -> spoken.value(path, v))
                        .orElse("");
                String text = spoken.say("value", spoken.name(path), value);
                under.add(new Under(path, text, asked.stored(), each));
            });
        }

        private void mode(Intent.Mode intent) throws IOException, InterruptedException {
            if (intent.when().length().isPresent() || intent.when().until().isPresent()) {
                refuse(spoken.say("modeForATime")); // a mode has no lease
                return;
            }
            if (node.ask(view.id(), by, new Input.ModeSet(intent.id()))
                    .await(Requests.STORE_TIMEOUT)
                    .isEmpty())
                throw new IOException("it is not on disk yet and may never be: "
                        + node.journal().trouble());
            lines.add(spoken.say("mode", intent.id()));
        }

        private String example(Duration length) {
            return spoken.say("for", io.linkspan.model.Durations.format(length));
        }

        private void refuse(String text) {
            lines.add(text);
            refused = true;
        }

        private String key(String path) {
            return said.key()
                    .map(k -> by + " say " + k + " " + path)
                    .orElseGet(() -> UUID.randomUUID().toString());
        }

        private void set(Intent.Target t, Intent.When when) throws InterruptedException {
            noteUndo(t.path());
            ask(
                    t.path(),
                    spoken.say("value", spoken.name(t.path()), spoken.value(t.path(), t.value())),
                    new Input.Set(
                            key(t.path()),
                            view.directory().property(t.path()),
                            Optional.of(t.value()),
                            said.priority(),
                            lease(when),
                            0));
        }

        private long lease(Intent.When when) {
            var length = when.length()
                    .or(() -> when.until().map(u -> Duration.between(now, u)))
                    .orElse(Duration.ZERO);
            return length.toSeconds() * 1_000_000L;
        }

        private void adjust(Intent.Change c, Intent.When when) throws InterruptedException {
            var p = view.directory().find(c.path()).orElseThrow();
            var standing = cell(c.path())
                    .filter(x -> !x.isPrivate())
                    .flatMap(x -> x.duty()
                            .flatMap(Cell.Duty::desired)
                            .or(() -> x.reading().map(io.linkspan.model.Reading::value)));
            if (standing.isEmpty()) {
                refuse(spoken.say("standing", spoken.name(c.path()), spoken.difference(c.path(), c.by())));
                return;
            }
            double to = Values.asDouble(standing.get()).orElse(0) + c.by();
            to = Math.min(p.max().orElse(Double.MAX_VALUE), Math.max(p.min().orElse(-Double.MAX_VALUE), to));
            set(new Intent.Target(c.path(), Values.quantity(p.type(), to)), when);
        }

        private void release(String path) throws InterruptedException {
            ask(
                    path,
                    spoken.say("released", spoken.name(path)),
                    new Input.Release(key(path), view.directory().property(path), said.priority()));
        }

        /// What takes it back: the wish of a person that it replaces, or giving the actuator back.
        private void noteUndo(String path) {
            var out = Trees.fields().text("property", path);
            cell(path).filter(c -> !c.isPrivate()).flatMap(Cell::duty).stream()
                    .flatMap(d -> d.holds().stream())
                    .filter(h -> !h.ofSite() && h.priority() == said.priority() && h.by().equals(by))
                    .findFirst()
                    .ifPresent(h -> {
                        if (h.wish() instanceof Wish.Want(var value)) {
                            out.put("value", Trees.value(value));
                            if (h.untilSite() != Hold.WITHOUT_END) {
                                long left = Math.max(1, (view.wallOf(h.untilSite()) - view.nowMicros()) / 1_000_000);
                                out.text("for", left + "s");
                            }
                        }
                    });
            undo.add(out.text("priority", said.priority().word()).done());
        }

        /// @param stored tells when the site has it
        /// @param asked what became of it
        private record Under(String path, String text, Asked stored, Asked asked) {}

        /// Hands it to the site; what becomes of all of them is waited for together.
        private void ask(String path, String text, Input input) throws InterruptedException {
            var asked = node.ask(view.id(), by, input);
            under.add(new Under(path, text, asked, asked));
        }

        void end() throws IOException, InterruptedException {
            long until = System.nanoTime()
                    + Duration.ofNanos(Input.DEADLINE_MICROS * 1_000)
                            .plus(Requests.ANSWER_GRACE)
                            .toNanos();
            for (var u : under) {
                if (u.stored().await(Requests.STORE_TIMEOUT).isEmpty())
                    throw new IOException("it is not on disk yet and may never be: "
                            + node.journal().trouble());
                boolean waits = view.armed();
                var outcome = waits
                        ? u.asked().awaitOutcome(Duration.ofNanos(Math.max(1, until - System.nanoTime())))
                        : Optional.<Outcome>empty();
                var told = Trees.fields().text("property", u.path());
                outcome.ifPresent(o -> told.put("outcome", Trees.outcome(o)));
                outcomes.add(told.done());
                String what =
                        outcome.map(o -> spoken.outcome(u.path(), o)).orElseGet(() -> spoken.say("outcome.pending"));
                String charge = cell(u.path())
                        .filter(c -> !c.isPrivate())
                        .map(spoken::charge)
                        .orElse("");
                lines.add(u.text() + " - " + what + (charge.isEmpty() ? "" : "; " + charge));
            }
        }
    }
}
