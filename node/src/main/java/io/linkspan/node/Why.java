package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Rule;
import io.linkspan.model.Window;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Tells from the log why an actuator is as it is, or where a sensor's value came from: the telegram with its bytes,
/// the link
/// with its version, the wish, who was in charge, the write and what became of it. Works for every write in the log,
/// however old:
/// each write names the entry that caused it, and each is read where it stands.
///
/// For one thread.
public final class Why {
    /// Entries that are looked at behind a write for what became of it.
    static final int ANSWER_ENTRIES_MAX = 200_000;
    /// Entries that are looked at before a write for a restart, or for who was put in charge.
    static final int BEFORE_ENTRIES_MAX = 50_000;
    /// Newest entries that are looked at for the gaps of a sensor, and most gaps that are told.
    static final int GAP_ENTRIES = 50_000;

    /// Newest telegrams that are told of the readings of a window.
    private static final int WINDOW_TELEGRAMS_MAX = 3;
    /// Deepest windows over windows that are told.
    private static final int WINDOWS_DEPTH_MAX = 8;

    private static final int GAPS_TOLD_MAX = 5;
    private static final int FIRST_CHUNK = 512;
    private static final int CHUNK_MAX = 1 << 18;

    private final SiteView view;
    private final Telling telling;
    private final Lexicon lexicon;
    private final List<Explanation.Step> steps = new ArrayList<>();

    /// Looks at this site.
    public Why(SiteView view) {
        this.view = view;
        this.telling = new Telling(view);
        this.lexicon = telling.lexicon();
    }

    // ---- of a property

    /// Why a property is as it is: of an actuator its newest write, of a sensor its newest telegram.
    ///
    /// @throws NoSuch this site has no such property
    public Explanation property(int number) throws IOException {
        steps.clear();
        String path = lexicon.property(number);
        var cell = view.cell(number);
        if (cell.map(c -> c.isPrivate()).orElse(false)) return closed(number, path);
        boolean isSensor = cell.map(c -> c.duty().isEmpty()).orElse(false);
        if (isSensor) return sensor(number, path);
        var newest =
                newest(e -> order(e, number).isPresent() || withheld(e, number).isPresent());
        if (newest.isEmpty()) {
            String charge =
                    cell.map(c -> "; in charge is " + telling.inCharge(c)).orElse("");
            return new Explanation(path, path + " was never written" + charge + underWay(cell), steps);
        }
        var item = newest.get();
        var order = order(item.entry(), number);
        if (order.isPresent()) {
            var why = write(path, item, order.get());
            return new Explanation(path, why.headline() + underWay(cell), steps);
        }
        var kept = withheld(item.entry(), number).orElseThrow();
        trigger(item, number);
        return new Explanation(path, telling.followed(kept).orElse(path), steps);
    }

    private static String underWay(Optional<Cell> cell) {
        return cell.flatMap(Cell::duty)
                .flatMap(Cell.Duty::progress)
                .map(p -> "; a command is under way, " + p)
                .orElse("");
    }

    private static Optional<Result.WriteOrdered> order(Entry entry, int property) {
        for (var r : entry.results())
            if (r instanceof Result.WriteOrdered w && (property == 0 || w.property() == property))
                return Optional.of(w);
        return Optional.empty();
    }

    private static Optional<Result.WriteWithheld> withheld(Entry entry, int property) {
        for (var r : entry.results())
            if (r instanceof Result.WriteWithheld w && w.property() == property) return Optional.of(w);
        return Optional.empty();
    }

    /// A private property: that its link acted is told, and when, and nothing else.
    private Explanation closed(int number, String path) throws IOException {
        var moved =
                newest(e -> e.results().stream().anyMatch(r -> r instanceof Result.LinkMoved m && targets(m, number)));
        moved.ifPresent(item -> {
            for (var r : item.entry().results())
                if (r instanceof Result.LinkMoved m && targets(m, number))
                    step(
                            "link",
                            item,
                            "link " + lexicon.linkName(m.link()) + " (version " + m.version()
                                    + ") acted; what it saw and wished is withheld",
                            new byte[0]);
        });
        return new Explanation(
                path, path + " belongs to a private link: its values are kept between the two parties", steps);
    }

    private boolean targets(Result.LinkMoved moved, int property) {
        var link = lexicon.link(moved.link());
        return link.isEmpty() || view.directory().property(link.get().to()) == property;
    }

    /// Whether a rule holds, or held, this property.
    private boolean ruleTargets(Result.RuleMoved moved, int property) {
        var rule = view.directory().file().rules().get(lexicon.rule(moved.rule()));
        String path = lexicon.property(property);
        return rule != null && rule.holds().contains(path);
    }

    // ---- of an alarm

    /// Why an alarm stands as it does: what raised it last, with the values that were seen, and what became of it.
    public Explanation alarm(AlarmState alarm) throws IOException {
        steps.clear();
        String id = lexicon.rule(alarm.alarm());
        String state =
                alarm.standing().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        if (alarm.raised() == 0) {
            var held = newest(e -> isOf(e, alarm.alarm()));
            held.ifPresent(item -> alarmSteps(item, alarm.alarm()));
            return new Explanation(id, "alarm " + id + " was never raised; it is " + state, steps);
        }
        var from = Log.Position.of(view.id(), alarm.raised());
        int looked = 0;
        try (var feed = view.feed(from)) {
            for (var item = feed.next(); item.isPresent() && looked < ANSWER_ENTRIES_MAX; item = feed.next(), looked++)
                if (isOf(item.get().entry(), alarm.alarm())) alarmSteps(item.get(), alarm.alarm());
        }
        var rule = view.directory().file().rules().get(id);
        String when = rule != null && rule.does() instanceof Rule.Does.Reacts r
                ? r.when().map(w -> " because " + w).orElse("")
                : "";
        return new Explanation(
                id,
                "alarm " + id + " was raised at " + telling.at(alarm.raisedWall()) + when + " (" + alarm.text()
                        + "); it is " + state,
                steps);
    }

    private static boolean isOf(Entry entry, int alarm) {
        return entry.results().stream()
                .anyMatch(r -> r instanceof Result.AlarmMoved m && m.alarm() == alarm
                        || r instanceof Result.NoteOpened n && n.alarm() == alarm);
    }

    private void alarmSteps(Feed.Item item, int alarm) {
        happened(item);
        for (var r : item.entry().results()) {
            boolean tells = r instanceof Result.RuleMoved m && m.rule() == alarm
                    || r instanceof Result.AlarmMoved a && a.alarm() == alarm
                    || r instanceof Result.NoteOpened n && n.alarm() == alarm
                    || r instanceof Result.NoteHeld h && h.alarm() == alarm;
            if (tells) telling.followed(r).ifPresent(text -> step(kind(r), item, text, new byte[0]));
        }
    }

    // ---- of an entry

    /// Why an entry is as it is: of one with a write the whole chain of the write, of an answer that of the write
    /// which it
    /// answers, of any other what happened and what followed.
    ///
    /// @throws NoSuch there is no such entry
    public Explanation entry(Log.Position at) throws IOException {
        steps.clear();
        var item = at(at).orElseThrow(() -> new NoSuch("there is no entry " + Trees.position(at)
                + " in this log, or it is" + " private; the newest is " + Trees.position(view.newest())));
        String about = "entry " + Trees.position(at);
        var order = order(item.entry(), 0);
        var opened = opened(item.entry());
        if (opened.isPresent()
                && order.map(o -> o.property() == opened.get().property()).orElse(true))
            return command(about, item, opened.get(), order);
        if (order.isPresent()) return write(about, item, order.get());
        if (item.entry().input() instanceof Input.Answered answered) {
            var asked = newestBefore(
                    at,
                    e -> e.results().stream()
                            .anyMatch(r -> r instanceof Result.WriteOrdered w && w.write() == answered.write()));
            if (asked.isPresent())
                return write(about, asked.get(), orderOf(asked.get().entry(), answered.write()));
        }
        happened(item);
        for (var r : item.entry().results())
            telling.followed(r).ifPresent(text -> step(kind(r), item, text, new byte[0]));
        return new Explanation(about, telling.lines(item.entry()).getFirst(), steps);
    }

    /// Why an entry wrote this property; one entry may write several.
    ///
    /// @throws NoSuch there is no such entry, or it does not write this property
    public Explanation write(Log.Position at, int property) throws IOException {
        steps.clear();
        var item = at(at).orElseThrow(() -> new NoSuch("there is no entry " + Trees.position(at) + " in this log"));
        var order = order(item.entry(), property)
                .orElseThrow(() ->
                        new NoSuch("entry " + Trees.position(at) + " does not write " + lexicon.property(property)));
        return write(lexicon.property(property), item, order);
    }

    // ---- a command

    private static Optional<Result.CommandOpened> opened(Entry entry) {
        for (var r : entry.results()) if (r instanceof Result.CommandOpened o) return Optional.of(o);
        return Optional.empty();
    }

    /// A command from the entry that opened it to its outcome, with each write and each sign of life on the way.
    private Explanation command(
            String about, Feed.Item item, Result.CommandOpened opened, Optional<Result.WriteOrdered> order)
            throws IOException {
        String headline;
        if (order.isPresent()) headline = write(about, item, order.get()).headline();
        else {
            headline = happened(item);
            for (var r : item.entry().results())
                telling.followed(r).ifPresent(text -> step(kind(r), item, text, new byte[0]));
        }
        return new Explanation(about, headline + "; command " + opened.number() + " " + course(item, opened), steps);
    }

    /// Adds the steps of a command behind its entry; what became of it, in words.
    private String course(Feed.Item item, Result.CommandOpened opened) throws IOException {
        for (var r : item.entry().results())
            if (r instanceof Result.CommandEnded e && e.number() == opened.number()) return "is " + e.outcome();
        String at = "is under way";
        try (var feed = view.feed(Feed.after(item.at()))) {
            int left = ANSWER_ENTRIES_MAX;
            for (var next = feed.next(); next.isPresent() && left-- > 0; next = feed.next())
                for (var r : next.get().entry().results()) {
                    if (!isAbout(r, opened, item)) continue;
                    var step = made(kind(r), next.get(), telling.followed(r).orElse(""), new byte[0]);
                    boolean known = steps.stream()
                            .anyMatch(s -> s.at().equals(step.at()) && s.text().equals(step.text()));
                    if (!known) steps.add(step);
                    if (r instanceof Result.CommandEnded e) return "is " + e.outcome();
                    if (r instanceof Result.CommandAt c) at = "is under way, " + c.progress();
                }
        } catch (Log.BeyondBranch e) {
            return at; // it is the newest entry
        }
        return at;
    }

    private static boolean isAbout(Result result, Result.CommandOpened opened, Feed.Item item) {
        return switch (result) {
            case Result.CommandAt r -> r.number() == opened.number();
            case Result.CommandEnded r -> r.number() == opened.number();
            case Result.HoldEnded r -> opened.hold() != 0 && r.hold() == opened.hold();
            case Result.LeaseBegan r -> r.hold() == opened.hold();
            case Result.WriteOrdered r ->
                r.property() == opened.property()
                        && (opened.hold() == 0 ? r.cause() == item.at().packed() : r.hold() == opened.hold());
            default -> false; // open: the others are about something else
        };
    }

    private static Result.WriteOrdered orderOf(Entry entry, long write) {
        for (var r : entry.results()) if (r instanceof Result.WriteOrdered w && w.write() == write) return w;
        throw new IllegalStateException("Entry " + entry.seq() + " does not order write " + write);
    }

    // ---- the chain of a write

    private Explanation write(String about, Feed.Item item, Result.WriteOrdered write) throws IOException {
        int property = write.property();
        var cause = Log.Position.of(view.id(), write.cause());
        String reason = "";
        boolean charged = isCharged(item.entry(), property);
        if (!cause.equals(item.at()) && write.cause() != 0) {
            var first = at(cause);
            if (first.isPresent()) {
                reason = trigger(first.get(), property);
                charged |= isCharged(first.get().entry(), property);
            }
        }
        if (!charged) inCharge(item.at(), property);
        restart(cause, item.at());
        String last = trigger(item, property);
        if (reason.isEmpty()) reason = last;
        String value = lexicon.value(property, write.value());
        step(
                "write",
                item,
                "write " + write.write() + ": " + lexicon.property(property) + " to " + value
                        + (write.actFirst()
                                ? ", sent before it was on disk (act-first)"
                                : ", on disk before it was sent"),
                new byte[0]);
        String outcome = answer(item, write);
        return new Explanation(
                about,
                lexicon.property(property) + " was set to " + value + " at "
                        + telling.at(item.entry().at().wall()) + outcome + (reason.isEmpty() ? "" : "; " + reason),
                steps);
    }

    private static boolean isCharged(Entry entry, int property) {
        return entry.results().stream().anyMatch(r -> r instanceof Result.Charged c && c.property() == property);
    }

    /// What happened, and what of it concerns the property; the most telling of these sentences is returned.
    private String trigger(Feed.Item item, int property) throws IOException {
        windows(item, property);
        String reason = happened(item);
        boolean strong = item.entry().input() instanceof Input.Set;
        for (var r : item.entry().results()) {
            if (!concerns(r, property)) continue;
            String text = telling.followed(r).orElse("");
            step(kind(r), item, text, new byte[0]);
            boolean tells = r instanceof Result.LinkMoved
                    || r instanceof Result.LocalChange
                    || r instanceof Result.RuleMoved m && m.move() != Result.RuleMove.STEPPED;
            if (tells || (!strong && r instanceof Result.Charged c && c.charge().by() != Result.By.HOLD)) {
                if (!strong) reason = text;
                strong |= tells;
            }
        }
        return reason;
    }

    private boolean concerns(Result result, int property) {
        return switch (result) {
            case Result.LinkMoved r -> targets(r, property);
            case Result.RuleMoved r -> ruleTargets(r, property);
            case Result.HoldPlaced r -> r.hold().property() == property;
            case Result.HoldEnded r -> r.property() == property;
            case Result.Charged r -> r.property() == property;
            case Result.LocalChange r -> r.property() == property;
            case Result.WriteWithheld r -> r.property() == property;
            case Result.CommandOpened r -> r.property() == property;
            case Result.CommandAt r -> r.property() == property;
            case Result.LeaseBegan r -> r.property() == property;
            case Result.BulkOpened r -> r.order().properties().contains(property);
            case Result.Began r -> r.crashed();
            case Result.Adopted _, Result.ArmedIs _, Result.ServiceIs _ -> true;
            case Result.Took _,
                    Result.RegisterTurned _,
                    Result.WriteOrdered _,
                    Result.WriteEnded _,
                    Result.Left _,
                    Result.CommandEnded _,
                    Result.BulkMoved _,
                    Result.LineIs _,
                    Result.UnitIs _,
                    Result.GapOpened _,
                    Result.GapClosed _,
                    Result.GapNoted _,
                    Result.DiskIs _,
                    Result.RuleHolds _,
                    Result.ModeIs _,
                    Result.RuleIs _,
                    Result.AlarmMoved _,
                    Result.NoteOpened _,
                    Result.NoteTried _,
                    Result.NoteEnded _,
                    Result.NoteHeld _,
                    Result.TellStorm _,
                    Result.Computed _,
                    Result.CaughtUp _,
                    Result.Noticed _ -> false;
        };
    }

    private static String kind(Result result) {
        return switch (result) {
            case Result.LinkMoved _ -> "link";
            case Result.RuleMoved _, Result.RuleHolds _ -> "rule";
            case Result.AlarmMoved _ -> "alarm";
            case Result.NoteOpened _, Result.NoteTried _, Result.NoteEnded _, Result.NoteHeld _, Result.TellStorm _ ->
                "message";
            case Result.HoldPlaced _, Result.HoldEnded _, Result.LeaseBegan _ -> "wish";
            case Result.Charged _ -> "charge";
            case Result.LocalChange _, Result.Left _ -> "local-change";
            case Result.WriteOrdered _, Result.WriteWithheld _ -> "write";
            case Result.WriteEnded _ -> "answer";
            case Result.CommandOpened _,
                    Result.CommandEnded _,
                    Result.CommandAt _,
                    Result.BulkOpened _,
                    Result.BulkMoved _ -> "command";
            case Result.Began _ -> "restart";
            case Result.GapOpened _, Result.GapClosed _, Result.GapNoted _ -> "missing";
            case Result.Computed _, Result.CaughtUp _ -> "window";
            case Result.Took _,
                    Result.Adopted _,
                    Result.RegisterTurned _,
                    Result.LineIs _,
                    Result.UnitIs _,
                    Result.ServiceIs _,
                    Result.ArmedIs _,
                    Result.DiskIs _,
                    Result.ModeIs _,
                    Result.RuleIs _,
                    Result.Noticed _ -> "site";
        };
    }

    private String happened(Feed.Item item) {
        var entry = item.entry();
        String text = telling.happened(entry).orElse("a telegram of which nothing can be shown");
        byte[] wire = wire(entry.input());
        boolean lost = wire.length == 0 && rawId(entry.input()) != 0;
        step(kind(entry.input()), item, text + (lost ? " (its bytes are kept no longer)" : ""), wire);
        return text;
    }

    private static String kind(Input input) {
        return switch (input) {
            case Input.Frame _, Input.Happened _ -> "telegram";
            case Input.Set _,
                    Input.Release _,
                    Input.Invoke _,
                    Input.Cancel _,
                    Input.Bulk _,
                    Input.Arm _,
                    Input.Service _,
                    Input.Apply _,
                    Input.ModeSet _,
                    Input.SceneSet _,
                    Input.RuleSwitched _,
                    Input.AlarmsAcknowledged _,
                    Input.AlarmReset _,
                    Input.AlarmShelved _,
                    Input.AlarmCommented _,
                    Input.AlarmService _,
                    Input.ChannelTried _,
                    Input.Exchange _ -> "person";
            case Input.NoteTold _ -> "message";
            case Input.Due _ -> "timer";
            case Input.Started _, Input.Stopping _ -> "restart";
            case Input.LineChanged _, Input.UnitChanged _ -> "line";
            case Input.Answered _, Input.Progressed _ -> "answer";
            case Input.GapReported _, Input.Late _ -> "missing";
            case Input.ClockStepped _, Input.DiskChanged _ -> "box";
        };
    }

    private static long rawId(Input input) {
        return switch (input) {
            case Input.Frame f -> f.rawId();
            case Input.Answered a -> a.rawId();
            case Input.Happened h -> h.rawId();
            default -> 0; // open: the others came without bytes
        };
    }

    private byte[] wire(Input input) {
        int check = switch (input) {
            case Input.Frame f -> f.rawCheck();
            case Input.Answered a -> a.rawCheck();
            case Input.Happened h -> h.rawCheck();
            default -> 0; // open: the others came without bytes
        };
        long id = rawId(input);
        return id == 0 ? new byte[0] : view.frame(id, check).orElse(new byte[0]);
    }

    /// Who had been put in charge before, where neither the cause nor the write says so.
    private void inCharge(Log.Position before, int property) throws IOException {
        var charged = newestWithin(before, BEFORE_ENTRIES_MAX, e -> isCharged(e, property));
        if (charged.isPresent()) trigger(charged.get(), property); // with the telegram and the link that put it there
    }

    /// A restart between the cause and the write.
    private void restart(Log.Position cause, Log.Position write) throws IOException {
        if (cause.equals(write)) return;
        newestWithin(write, BEFORE_ENTRIES_MAX, e -> e.input() instanceof Input.Started)
                .filter(item -> item.at().compareTo(cause) > 0)
                .ifPresent(this::happened);
    }

    /// What became of a write, and of the command that it was for; in words for the headline.
    private String answer(Feed.Item ordered, Result.WriteOrdered write) throws IOException {
        try (var feed = view.feed(Feed.after(ordered.at()))) {
            int left = ANSWER_ENTRIES_MAX;
            for (var item = feed.next(); item.isPresent() && left-- > 0; item = feed.next())
                for (var r : item.get().entry().results()) {
                    if (r instanceof Result.WriteEnded ended && ended.write() == write.write()) {
                        answered(item.get(), ordered, ended);
                        return ": " + telling.outcome(ended.property(), ended.outcome());
                    }
                }
        } catch (Log.BeyondBranch e) {
            return ", not answered yet"; // the write is the newest entry
        }
        return ", not answered yet";
    }

    private void answered(Feed.Item item, Feed.Item ordered, Result.WriteEnded ended) {
        double millis = (item.entry().at().site() - ordered.entry().at().site()) / 1_000.0;
        boolean lost = rawId(item.entry().input()) != 0 && wire(item.entry().input()).length == 0;
        step(
                "answer",
                item,
                "after %.1f ms: %s%s"
                        .formatted(
                                millis,
                                telling.outcome(ended.property(), ended.outcome()),
                                lost ? " (its bytes are kept no longer)" : ""),
                wire(item.entry().input()));
        for (var r : item.entry().results())
            if (r instanceof Result.CommandEnded c)
                step("command", item, telling.followed(c).orElse(""), new byte[0]);
    }

    // ---- of a window

    /// The windows of an entry that a link of it to this property looks at, each with its readings.
    private void windows(Feed.Item item, int property) throws IOException {
        for (var r : item.entry().results()) {
            if (!(r instanceof Result.LinkMoved moved) || !targets(moved, property)) continue;
            var link = lexicon.link(moved.link());
            if (link.isEmpty()) continue;
            for (var other : item.entry().results())
                if (other instanceof Result.Computed c && looksAt(link.get(), lexicon.property(c.property())))
                    window(item, c, 0);
        }
    }

    private static boolean looksAt(io.linkspan.model.Link link, String path) {
        return link.from().equals(Optional.of(path))
                || switch (link.does()) {
                    case io.linkspan.model.Link.Does.Map m -> names(m.expression(), path);
                    case io.linkspan.model.Link.Does.Interlock i -> names(i.when(), path);
                    case io.linkspan.model.Link.Does.Switch _,
                            io.linkspan.model.Link.Does.Scale _,
                            io.linkspan.model.Link.Does.Pid _ -> false;
                };
    }

    private static boolean names(String expression, String path) {
        return Pattern.compile("(?<![a-z0-9_.])" + Pattern.quote(path) + "(?![a-z0-9_.])")
                .matcher(expression)
                .find();
    }

    /// What a window computed, behind the newest telegrams that it was computed from.
    private void window(Feed.Item item, Result.Computed computed, int depth) throws IOException {
        var sources = sources(computed.property());
        var from = new ArrayList<Feed.Item>();
        var at = item.at();
        while (from.size() < WINDOW_TELEGRAMS_MAX) {
            var found = newestWithin(at, BEFORE_ENTRIES_MAX, e -> isOf(e, sources, computed));
            if (found.isEmpty()) break;
            from.addFirst(found.get());
            at = found.get().at();
            if (found.get().entry().results().stream().anyMatch(Result.Computed.class::isInstance)) break;
        }
        for (var each : from) {
            boolean isWindow = false;
            for (var r : each.entry().results())
                if (r instanceof Result.Computed inner
                        && sources.contains(inner.property())
                        && depth < WINDOWS_DEPTH_MAX) {
                    window(each, inner, depth + 1);
                    isWindow = true;
                }
            if (!isWindow) happened(each);
        }
        step("window", item, telling.computed(computed), new byte[0]);
    }

    /// Whether an entry has a reading that is in the stretch, or the last one before it.
    private static boolean isOf(Entry entry, List<Integer> sources, Result.Computed computed) {
        for (var r : entry.results()) {
            if (r instanceof Result.Took took && entry.at().wall() < computed.toWall())
                for (var reading : took.readings()) if (sources.contains(reading.property())) return true;
            if (r instanceof Result.Computed inner
                    && sources.contains(inner.property())
                    && inner.value().isPresent()
                    && inner.toWall() <= computed.toWall()) return true;
        }
        return false;
    }

    private List<Integer> sources(int property) {
        var file = view.directory().file();
        String path = lexicon.property(property);
        var thing = file.things().get(path.substring(0, path.indexOf('.')));
        var of = view.directory().find(path);
        if (thing == null || of.isEmpty() || of.get().window().isEmpty()) return List.of();
        var paths = of.get().window().get().of() instanceof Window.Of.Condition c
                ? file.paths().stream().filter(p -> names(c.text(), p)).toList()
                : file.windowed(thing, of.get());
        return paths.stream().map(view.directory()::property).toList();
    }

    private static Optional<Result.Computed> computed(Entry entry, int property) {
        for (var r : entry.results())
            if (r instanceof Result.Computed c
                    && c.property() == property
                    && c.value().isPresent()) return Optional.of(c);
        return Optional.empty();
    }

    // ---- of a sensor

    private Explanation sensor(int number, String path) throws IOException {
        var newest = newest(e -> reading(e, number).isPresent());
        var gaps = gaps(number);
        String headline = path + " was never read";
        boolean isWindow = view.directory().find(path).flatMap(p -> p.window()).isPresent();
        if (isWindow) {
            headline = path + " was never computed";
            var told = newest(e -> computed(e, number).isPresent());
            if (told.isPresent()) {
                var computed = computed(told.get().entry(), number).orElseThrow();
                window(told.get(), computed, 0);
                headline = telling.computed(computed);
            }
        } else if (newest.isPresent()) {
            var reading = reading(newest.get().entry(), number).orElseThrow();
            happened(newest.get());
            headline = telling.reading(reading) + " came from "
                    + source(newest.get().entry()) + " at "
                    + telling.at(newest.get().entry().at().wall());
        }
        var cell = view.cell(number).orElseThrow();
        if (cell.missingSince() != 0)
            headline += "; missing since " + telling.at(cell.missingSince()) + " (" + cell.missingCause() + ")";
        steps.addAll(gaps);
        return new Explanation(path, headline, steps);
    }

    private String source(Entry entry) {
        return entry.input() instanceof Input.Frame f ? lexicon.connector(f.connector()) : "Linkspan";
    }

    private static Optional<Reading> reading(Entry entry, int property) {
        if (!(entry.input() instanceof Input.Frame frame)) return Optional.empty();
        for (var r : entry.results())
            if (r instanceof Result.Took took)
                for (var reading : took.readings()) if (reading.property() == property) return Optional.of(reading);
        return frame.readings().stream().filter(r -> r.property() == property).findFirst();
    }

    private List<Explanation.Step> gaps(int number) throws IOException {
        var newest = view.newest();
        var from = new Log.Position(newest.site(), newest.epoch(), Math.max(0, newest.seq() - GAP_ENTRIES));
        var found = new ArrayList<Explanation.Step>();
        try (var feed = view.feed(from)) {
            for (var item = feed.next(); item.isPresent(); item = feed.next())
                for (var r : item.get().entry().results())
                    if (isGap(r, number))
                        found.add(
                                made("missing", item.get(), telling.followed(r).orElse(""), new byte[0]));
        }
        return found.subList(Math.max(0, found.size() - GAPS_TOLD_MAX), found.size());
    }

    private static boolean isGap(Result result, int number) {
        return switch (result) {
            case Result.GapOpened g -> g.properties().contains(number);
            case Result.GapClosed g -> g.properties().contains(number);
            case Result.GapNoted g -> g.properties().contains(number);
            case Result.Computed c -> c.property() == number && c.value().isEmpty();
            default -> false; // open: the others say nothing of gaps
        };
    }

    // ---- looking through the log

    private void step(String kind, Feed.Item item, String text, byte[] wire) {
        steps.add(made(kind, item, text, wire));
    }

    private Explanation.Step made(String kind, Feed.Item item, String text, byte[] wire) {
        long wall = item.entry().at().wall();
        return new Explanation.Step(kind, item.at(), wall, telling.exactly(wall), text, wire);
    }

    private Optional<Feed.Item> at(Log.Position at) throws IOException {
        try (var feed = view.feed(at)) {
            return feed.next().filter(item -> item.at().equals(at));
        } catch (Log.BeyondBranch e) {
            return Optional.empty();
        }
    }

    private Optional<Feed.Item> newest(Predicate<Entry> wanted) throws IOException {
        var newest = view.newest();
        return newestBefore(new Log.Position(newest.site(), newest.epoch(), newest.seq() + 1), wanted);
    }

    private Optional<Feed.Item> newestBefore(Log.Position end, Predicate<Entry> wanted) throws IOException {
        var found = newestWithin(end, Long.MAX_VALUE, wanted);
        if (found.isPresent() || end.epoch() == 1) return found;
        var last = new ArrayList<Feed.Item>();
        try (var feed = view.feed(new Log.Position(end.site(), 1, 0))) { // earlier epochs are rare: from the beginning
            for (var item = feed.next(); item.isPresent(); item = feed.next()) {
                if (item.get().at().epoch() == end.epoch()) break;
                if (wanted.test(item.get().entry())) last = new ArrayList<>(Collections.singletonList(item.get()));
            }
        }
        return last.stream().findFirst();
    }

    /// The newest entry of the epoch before a position, looked for backwards in growing steps.
    private Optional<Feed.Item> newestWithin(Log.Position end, long most, Predicate<Entry> wanted) throws IOException {
        long to = end.seq();
        long left = most;
        for (int chunk = FIRST_CHUNK; to > 1 && left > 0; chunk = Math.min(CHUNK_MAX, chunk * 4)) {
            long from = Math.max(1, to - Math.min(chunk, left));
            Optional<Feed.Item> last = Optional.empty();
            try (var feed = view.feed(new Log.Position(end.site(), end.epoch(), from))) {
                for (var item = feed.next(); item.isPresent(); item = feed.next()) {
                    if (item.get().at().epoch() != end.epoch()
                            || item.get().at().seq() >= to) break;
                    if (wanted.test(item.get().entry())) last = item;
                }
            }
            if (last.isPresent()) return last;
            left -= to - from;
            to = from;
        }
        return Optional.empty();
    }
}
