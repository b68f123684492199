package io.linkspan.node;

import io.linkspan.feed.Feed;
import io.linkspan.model.Alarm;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Durations;
import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import io.linkspan.model.Note;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.Rule;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The requests about alarms: what stands, what was, and what people do about it. No state.
final class AlarmRequests {
    /// Most alarms of one answer.
    static final int ALARMS_MAX = 10_000;
    /// Newest entries of the log that a journal is looked for in.
    static final long JOURNAL_ENTRIES = 200_000;
    /// Moves in a journal, unless more are asked for, and most of them.
    static final int JOURNAL_MOVES = 100;

    static final int JOURNAL_MOVES_MAX = 10_000;

    private AlarmRequests() {}

    // ---- looking

    /// Answers a request that only looks: `alarms`, `alarm`, `alarm-journal` or `messages`.
    static void look(String what, SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        switch (what) {
            case "alarms" -> list(view, s, out);
            case "alarm" -> one(view, s, out);
            case "alarm-journal" -> journal(view, s, out);
            default -> messages(view, out); // open: the one that is left
        }
    }

    /// Which alarms are wanted.
    private enum Wanted {
        /// Those that are not normal.
        STANDING,
        /// Those that somebody must acknowledge.
        UNACKNOWLEDGED,
        /// Those whose condition is met, or that latched.
        ACTIVE,
        /// Those that are put aside, not told by design, or out of service.
        SUPPRESSED,
        /// All.
        ALL;

        boolean has(AlarmState a) {
            return switch (this) {
                case STANDING -> a.isStanding();
                case UNACKNOWLEDGED -> a.needsAcknowledging();
                case ACTIVE -> a.active() || a.latched();
                case SUPPRESSED -> a.isSuppressed();
                case ALL -> true;
            };
        }
    }

    private static void list(SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        var wanted = s.choice("state", Wanted.class).orElse(Wanted.STANDING);
        var atLeast = s.choice("severity", Alarm.Severity.class).orElse(Alarm.Severity.LOW);
        var group = s.text("group");
        var owner = s.text("owner");
        int most = (int) s.integer("most", ALARMS_MAX, 1, ALARMS_MAX);
        var telling = new Telling(view);
        var all = new ArrayList<Tree>();
        int left = 0;
        int standing = 0;
        int unseen = 0;
        for (var state : sorted(view)) {
            var alarm = alarm(view, state).orElseThrow();
            if (state.isStanding()) standing++;
            if (state.needsAcknowledging()) unseen++;
            if (!wanted.has(state)
                    || alarm.severity().compareTo(atLeast) < 0
                    || group.isPresent() && !group.equals(alarm.group())
                    || owner.isPresent() && !owner.equals(alarm.owner())) continue;
            if (all.size() < most) all.add(tree(view, telling, state));
            else left++;
        }
        out.end(Trees.fields()
                .put("alarms", Tree.items(all))
                .plain("left_out", left)
                .plain("standing", standing)
                .plain("unacknowledged", unseen)
                .plain("messages_waiting", view.notes().size())
                .time("now", view.nowMicros())
                .done());
    }

    /// The most urgent first: not seen before seen, then by severity, then the newest.
    private static List<AlarmState> sorted(SiteView view) {
        var all = new ArrayList<>(view.alarms());
        all.removeIf(state -> alarm(view, state).isEmpty());
        all.sort(java.util.Comparator.comparing((AlarmState a) -> !a.needsAcknowledging())
                .thenComparing(a -> !a.isStanding())
                .thenComparing(a -> -alarm(view, a).orElseThrow().severity().ordinal())
                .thenComparing(a -> -a.raisedWall())
                .thenComparing(AlarmState::alarm));
        return all;
    }

    private static Optional<Rule> rule(SiteView view, AlarmState state) {
        String id = Lexicon.of(view.directory()).rule(state.alarm());
        return Optional.ofNullable(view.directory().file().rules().get(id));
    }

    private static Optional<Alarm> alarm(SiteView view, AlarmState state) {
        return rule(view, state).flatMap(Rule::alarm);
    }

    /// An alarm as it stands, in words.
    static Tree.Fields tree(SiteView view, Telling telling, AlarmState a) {
        var out = Trees.fields().text("alarm", telling.lexicon().rule(a.alarm()));
        rule(view, a).flatMap(Rule::title).ifPresent(t -> out.text("title", t));
        alarm(view, a).ifPresent(alarm -> {
            out.text("severity", alarm.severity().word());
            alarm.group().ifPresent(g -> out.text("group", g));
            alarm.owner().ifPresent(o -> out.text("owner", o));
        });
        rule(view, a).flatMap(Rule::it).ifPresent(thing -> out.text("thing", thing));
        out.text("state", Trees.word(a.standing()))
                .plain("active", a.active() || a.latched())
                .plain("needs_acknowledging", a.needsAcknowledging())
                .text("text", a.text())
                .plain("count", a.count())
                .time("raised", a.raisedWall())
                .time("changed", a.changedWall());
        if (a.raised() != 0) out.text("raised_at", Trees.position(Log.Position.of(view.id(), a.raised())));
        if (a.first()) out.plain("first_of_group", true);
        if (a.unknown()) out.plain("unknown", true);
        a.shelf()
                .ifPresent(shelf ->
                        said(out, "shelved", shelf.said()).time("shelved_until", view.wallOf(shelf.untilSite())));
        a.out().ifPresent(said -> said(out, "out_of_service", said));
        if (a.acknowledged()) a.seen().ifPresent(said -> said(out, "acknowledged", said));
        a.comment().ifPresent(said -> said(out, "comment", said));
        return out.done();
    }

    private static Trees.Fields said(Trees.Fields out, String what, AlarmState.Said said) {
        return out.put(
                what,
                Trees.fields()
                        .text("by", Telling.who(said.by()))
                        .time("time", said.wall())
                        .text("text", said.text())
                        .done());
    }

    /// The alarm that a request names.
    ///
    /// @throws NoSuch there is none, with what is near
    static AlarmState named(SiteView view, String id) throws NoSuch {
        int number = view.directory().rule(id);
        for (var state : view.alarms())
            if (number != 0 && state.alarm() == number && alarm(view, state).isPresent()) return state;
        var known = view.directory().file().rules().values().stream()
                .filter(r -> r.alarm().isPresent())
                .map(Rule::id)
                .limit(NAMED_MAX)
                .toList();
        throw new NoSuch("there is no alarm \"" + id + "\" in "
                + view.directory().file().name()
                + (known.isEmpty() ? "; its file has none" : ", but " + String.join(", ", known)));
    }

    private static final int NAMED_MAX = 20;

    private static void one(SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        var state = named(view, s.needText("alarm", "freezer_warm"));
        var fields = new LinkedHashMap<>(tree(view, new Telling(view), state).fields());
        fields.put("condition", condition(rule(view, state).orElseThrow()));
        out.end(Tree.fields(fields));
    }

    private static Tree.Fields condition(Rule rule) {
        var out = Trees.fields();
        if (rule.does() instanceof Rule.Does.Reacts r) {
            r.when().ifPresent(w -> out.text("when", w));
            r.until().ifPresent(u -> out.text("until", u));
            if (!r.at().isEmpty()) out.texts("at", r.at());
            time(out, "for", r.held());
        }
        var alarm = rule.alarm().orElseThrow();
        time(out, "off_delay", alarm.offDelay());
        alarm.again().ifPresent(t -> time(out, "again", t));
        alarm.unknown().ifPresent(t -> time(out, "unknown", t));
        alarm.suppress().ifPresent(c -> out.text("suppress", c));
        time(out, "shelve_at_most", alarm.shelveMax());
        return out.texts("modes", rule.modes()).plain("latch", alarm.latch()).done();
    }

    private static void time(Trees.Fields out, String name, Duration time) {
        if (!time.isZero()) out.text(name, Durations.format(time));
    }

    // ---- what was

    /// What an alarm, or all of them, did: the newest moves, in order, as far as they are within the newest
    /// entries.
    private static void journal(SiteView view, Settings s, ControlSocket.Answers out) throws Invalid, IOException {
        var named = s.text("alarm");
        int number = named.isEmpty() ? 0 : named(view, named.get()).alarm();
        int most = (int) s.integer("most", JOURNAL_MOVES, 1, JOURNAL_MOVES_MAX);
        var newest = view.newest();
        var from = new Log.Position(newest.site(), newest.epoch(), Math.max(0, newest.seq() - JOURNAL_ENTRIES));
        var found = new ArrayDeque<Tree>();
        var telling = new Telling(view);
        try (Feed feed = view.feed(from)) {
            while (true) {
                Optional<Feed.Item> item;
                try {
                    item = feed.next();
                } catch (Log.Damaged e) {
                    continue; // what can not be read is named by tail and verify; the others are told
                }
                if (item.isEmpty()) break;
                for (var r : item.get().entry().results())
                    if (r instanceof Result.AlarmMoved m && (number == 0 || m.alarm() == number)) {
                        found.addLast(move(telling, item.get().at(), item.get().entry(), m));
                        if (found.size() > most) found.removeFirst();
                    }
            }
        }
        out.end(Trees.fields()
                .put("journal", Tree.items(List.copyOf(found)))
                .text("from", Trees.position(from))
                .done());
    }

    private static Tree move(Telling telling, Log.Position at, Entry entry, Result.AlarmMoved m) {
        var followed = telling.followed(m);
        boolean byPerson = !m.by().equals(Principal.SYSTEM) && followed.isPresent();
        String words = followed.or(() -> telling.happened(entry)).orElse("")
                + (byPerson ? " by " + Telling.who(m.by()) : "")
                + (byPerson && !m.text().isEmpty() ? ": " + m.text() : "");
        return Trees.fields()
                .text("position", Trees.position(at))
                .time("time", entry.at().wall())
                .text("alarm", telling.lexicon().rule(m.alarm()))
                .text("move", Trees.word(m.move()))
                .text("state", Trees.word(m.standing()))
                .text("by", Telling.who(m.by()))
                .text("said", m.text())
                .text("text", words)
                .done();
    }

    private static void messages(SiteView view, ControlSocket.Answers out) throws IOException {
        var all = new ArrayList<Tree>();
        for (Note n : view.notes())
            all.add(Trees.fields()
                    .plain("message", n.number())
                    .text("channel", n.channel())
                    .text("tell", n.tell())
                    .text("kind", Trees.word(n.kind()))
                    .text("subject", n.subject())
                    .time("since", n.openedWall())
                    .time("until", view.wallOf(n.expiresSite()))
                    .plain("tries", n.tries())
                    .text("last_error", n.why())
                    .done());
        out.end(Trees.fields().put("messages", Tree.items(all)).done());
    }

    // ---- acting

    /// What a request asks of a site, and the sentence for when nothing follows from it.
    record Act(Input input, String nothing) {}

    /// The input of a request that acts on alarms; none when it is none of these.
    static Optional<Act> act(String what, SiteView view, Settings s) throws Invalid, NoSuch {
        return switch (what) {
            case "acknowledge" -> Optional.of(acknowledge(view, s));
            case "reset" -> {
                var alarm = one(view, s);
                yield Optional.of(new Act(
                        new Input.AlarmReset(alarm.alarm(), said(s, "comment", false)),
                        "it is " + word(alarm) + "; only one that latched, and was acknowledged, is reset"));
            }
            case "shelve" -> Optional.of(shelve(view, s));
            case "unshelve" -> {
                var alarm = one(view, s);
                yield Optional.of(new Act(
                        new Input.AlarmShelved(alarm.alarm(), 0, said(s, "comment", false)),
                        "it is not put aside, but " + word(alarm)));
            }
            case "comment" ->
                Optional.of(new Act(new Input.AlarmCommented(one(view, s).alarm(), said(s, "text", true)), ""));
            case "alarm-service" -> {
                var alarm = one(view, s);
                boolean out = s.flag("out", true);
                yield Optional.of(new Act(
                        new Input.AlarmService(alarm.alarm(), out, said(s, "reason", out)),
                        "it is " + word(alarm) + " already"));
            }
            case "try-channel" -> {
                String channel = s.needText("channel", "phone");
                var known = view.directory().file().channels().keySet();
                if (!known.contains(channel))
                    throw new NoSuch("there is no channel \"" + channel + "\" in the site's file"
                            + (known.isEmpty() ? "; it has none" : ", but " + String.join(", ", known)));
                yield Optional.of(new Act(new Input.ChannelTried(channel), ""));
            }
            default -> Optional.empty(); // open: what came over the wire
        };
    }

    private static AlarmState one(SiteView view, Settings s) throws Invalid, NoSuch {
        return named(view, s.needText("alarm", "freezer_warm"));
    }

    private static String word(AlarmState alarm) {
        return alarm.standing().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Act acknowledge(SiteView view, Settings s) throws Invalid, NoSuch {
        var alarms = new ArrayList<Integer>();
        for (var item : s.items("alarms"))
            if (item instanceof Tree.Scalar id)
                alarms.add(named(view, id.text()).alarm());
        if (s.has("alarm")) alarms.add(one(view, s).alarm());
        if (s.flag("all", false))
            for (var state : view.alarms()) if (state.needsAcknowledging()) alarms.add(state.alarm());
        if (alarms.isEmpty() && !s.flag("all", false))
            throw s.wrong("alarms", "is missing: which alarms somebody saw, such as [freezer_warm]");
        if (alarms.size() > ALARMS_MAX) throw s.wrong("alarms", "names at most " + ALARMS_MAX + " alarms at once");
        return new Act(
                new Input.AlarmsAcknowledged(alarms, said(s, "comment", false)),
                "nothing there is to acknowledge: somebody did, or it is put aside or out of service");
    }

    private static Act shelve(SiteView view, Settings s) throws Invalid, NoSuch {
        var alarm = one(view, s);
        var time = s.duration("for")
                .orElseThrow(() -> s.wrong("for", "is missing: an alarm is put aside for a time, such as 2h"));
        var most = alarm(view, alarm).orElseThrow().shelveMax();
        if (time.compareTo(most) > 0)
            throw s.wrong("for", "is at most " + Durations.format(most) + " for this alarm (shelve-at-most)");
        return new Act(new Input.AlarmShelved(alarm.alarm(), Durations.micros(time), said(s, "reason", true)), "");
    }

    private static String said(Settings s, String field, boolean must) throws Invalid {
        String text = must
                ? s.needText(field, "\"the door was left open\"")
                : s.text(field).orElse("");
        if (text.length() > Alarm.REASON_CHARACTERS_MAX)
            throw s.wrong(field, "has at most " + Alarm.REASON_CHARACTERS_MAX + " characters");
        return text;
    }

    /// What followed, for who asked.
    ///
    /// @throws SaidNo nothing did
    static Tree.Fields taken(SiteView view, Act act, Asked.Taken taken) throws SaidNo {
        var lexicon = Lexicon.of(view.directory());
        var moved = new ArrayList<Tree>();
        var messages = new ArrayList<Tree>();
        for (var r : taken.results()) {
            if (r instanceof Result.AlarmMoved m)
                moved.add(Tree.fields(Map.of(
                        "alarm", Tree.text(lexicon.rule(m.alarm())), "state", Tree.text(Trees.word(m.standing())))));
            if (r instanceof Result.NoteOpened n) messages.add(Tree.plain(n.note()));
        }
        if (moved.isEmpty() && messages.isEmpty()) throw new SaidNo(act.nothing());
        return Trees.fields()
                .put("alarms", Tree.items(moved))
                .put("messages", Tree.items(messages))
                .text("position", Trees.position(Log.Position.of(view.id(), taken.here())))
                .done();
    }
}
