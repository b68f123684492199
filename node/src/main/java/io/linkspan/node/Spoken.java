package io.linkspan.node;

import io.linkspan.insight.Intent;
import io.linkspan.insight.Language;
import io.linkspan.insight.Understood;
import io.linkspan.model.Cell;
import io.linkspan.model.Durations;
import io.linkspan.model.Hold;
import io.linkspan.model.Outcome;
import io.linkspan.model.Result;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A site's things, values and wishes in the words of one language, for answers to sentences. For one thread.
final class Spoken {
    private final SiteView view;
    private final Sayings sayings;
    private final Lexicon lexicon;

    Spoken(SiteView view, Language language) {
        this.view = view;
        this.sayings = Sayings.of(language);
        this.lexicon = Lexicon.of(view.directory());
    }

    String say(String key, Object... values) {
        return sayings.say(key, values);
    }

    // ---- names and values

    /// A property as people call it: the thing's title, its area where the title does not say it, what of it.
    String name(String path) {
        int dot = path.indexOf('.');
        var thing = view.directory().file().things().get(path.substring(0, dot));
        if (thing == null) return path;
        String title = thing.title().orElse(thing.id().replace('_', ' '));
        String area = thing.area().isEmpty() ? "" : thing.area().getLast();
        boolean said = title.toLowerCase(Locale.ROOT).contains(area.toLowerCase(Locale.ROOT));
        String of = path.substring(dot + 1);
        String what = of.equals("on")
                ? ""
                : view.directory().find(path).flatMap(p -> p.title()).orElse(of.replace('_', ' '));
        return title + (said ? "" : " (" + area + ")") + (what.isEmpty() ? "" : ", " + what);
    }

    /// A value with its unit: `on`, `yes`, `19.5 °C`.
    String value(String path, Value value) {
        if (value instanceof Value.Flag flag) {
            boolean isSwitch = path.endsWith(".on");
            return flag.on()
                    ? say(isSwitch ? "on" : "yes").toLowerCase(Locale.ROOT)
                    : say(isSwitch ? "off" : "no").toLowerCase(Locale.ROOT);
        }
        return lexicon.value(view.directory().property(path), value);
    }

    String number(String path, double number) {
        return value(path, new Value.Num(number));
    }

    /// A difference, with the unit of differences: `+1 K`.
    String difference(String path, double by) {
        String unit = view.directory()
                .find(path)
                .flatMap(p -> p.unit())
                .map(u -> Units.parse(u).ofDifference().symbol())
                .orElse("");
        return (by < 0 ? "" : "+") + new Value.Num(by) + (unit.isEmpty() ? "" : " " + unit);
    }

    String time(ZonedDateTime t) {
        var today = Telling.instant(view.nowMicros()).atZone(t.getZone()).toLocalDate();
        return DateTimeFormatter.ofPattern(t.toLocalDate().equals(today) ? "HH:mm" : "yyyy-MM-dd HH:mm", Locale.ROOT)
                .format(t);
    }

    /// Who is in charge of an actuator now; empty for a sensor.
    String charge(Cell cell) {
        if (cell.duty().isEmpty()) return "";
        var duty = cell.duty().get();
        var by = duty.charge();
        for (var h : duty.holds()) if (h.id() == by.hold() && isOfHold(by.by())) return say("charge", holder(h));
        return "";
    }

    private static boolean isOfHold(Result.By by) {
        return by == Result.By.HOLD || by == Result.By.BOUND;
    }

    /// Who holds, and until when.
    String holder(Hold hold) {
        String who = hold.ofLink() ? lexicon.linkName(hold.link()) : Telling.who(hold.by());
        if (hold.untilSite() == Hold.WITHOUT_END) return who;
        return say(
                "until",
                who,
                time(Telling.instant(view.wallOf(hold.untilSite()))
                        .atZone(view.directory().file().zone())));
    }

    String outcome(String path, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done d ->
                d.readBack().map(v -> say("outcome.read", value(path, v))).orElseGet(() -> say("outcome.done"));
            case Outcome.Refused r -> say("outcome.refused", r.why());
            case Outcome.Outranked o -> say("outcome.outranked", o.by());
            case Outcome.NotSent n -> say("outcome." + n.cause().name().toLowerCase(Locale.ROOT));
            case Outcome.InDoubt _ -> say("outcome.doubt");
        };
    }

    // ---- intents and questions

    /// What an intent would do, for a button.
    String intent(Intent intent) {
        return switch (intent) {
            case Intent.Set i ->
                list(i.targets().stream()
                                .map(t -> say("setTo", name(t.path()), value(t.path(), t.value())))
                                .toList())
                        + when(i.when());
            case Intent.Adjust i ->
                list(i.changes().stream()
                                .map(c -> say("changeBy", name(c.path()), difference(c.path(), c.by())))
                                .toList())
                        + when(i.when());
            case Intent.Invoke i -> action(i.action()) + when(i.when());
            case Intent.Release i ->
                say("give", list(i.paths().stream().map(this::name).toList()));
            case Intent.Why i -> name(i.path());
            case Intent.Several i ->
                String.join("; ", i.intents().stream().map(this::intent).toList());
            case Intent.Query _,
                    Intent.Past _,
                    Intent.Energy _,
                    Intent.Mode _,
                    Intent.Scene _,
                    Intent.Timer _,
                    Intent.Cancel _ -> intent.canonical();
        };
    }

    String action(String path) {
        int dot = path.indexOf('.');
        var thing = view.directory().file().things().get(path.substring(0, dot));
        if (thing == null) return path;
        String title = thing.title().orElse(thing.id());
        var action = thing.actions().get(path.substring(dot + 1));
        return say("invoke", title, action == null ? path : action.title().orElse(action.name()));
    }

    /// Most names in one list; the others are counted.
    private static final int LISTED_MAX = 12;

    String list(List<String> all) {
        if (all.size() <= LISTED_MAX) return String.join(", ", all);
        return String.join(", ", all.subList(0, LISTED_MAX)) + " + " + (all.size() - LISTED_MAX);
    }

    private String when(Intent.When when) {
        var parts = new ArrayList<String>();
        when.at().ifPresent(t -> parts.add(" " + say("at", time(t))));
        when.length().ifPresent(d -> parts.add(" " + say("for", Durations.format(d))));
        when.until().ifPresent(t -> parts.add(" " + say("untilTime", time(t))));
        return String.join("", parts);
    }

    String note(Understood.Note note) {
        return switch (note) {
            case Understood.Note.Read n -> say("read", n.word(), n.as());
            case Understood.Note.Hour n -> say("hour", n.said(), n.time());
            case Understood.Note.Step n ->
                say("step", new Value.Num(n.step()) + (n.unit().isEmpty() ? "" : " " + n.unit()));
        };
    }

    String unclear(Understood.Unclear u) {
        String about = u.about().isEmpty() ? say("that") : "\"" + String.join(" ", u.about()) + "\"";
        String text = switch (u.reason()) {
            case EMPTY -> say("unclear.EMPTY", example());
            case UNKNOWN_WORD, NO_SUCH_THING, NO_ACTION -> say("unclear." + u.reason(), about, example());
            case NO_CONTEXT -> say("unclear.NO_CONTEXT", String.join(" ", u.about()));
            case TOO_LONG, CAN_NOT, NO_TARGET, NO_TIME, NO_PRESET, SITE_TOO_LARGE, SEVERAL_QUESTIONS ->
                say("unclear." + u.reason(), about);
        };
        return u.known().isEmpty() ? text : text + " " + say("understood", String.join(", ", u.known()));
    }

    /// A sentence that this site understands.
    private String example() {
        for (var thing : view.directory().file().things().values())
            for (var p : thing.properties().values())
                if (p.writable() && p.type() == ValueType.FLAG && p.name().equals("on"))
                    return say(
                            "example.set",
                            thing.title().orElse(thing.id().replace('_', ' ')).toLowerCase(Locale.ROOT));
        for (var thing : view.directory().file().things().values())
            for (var p : thing.properties().values())
                return say(
                        "example.ask",
                        p.title().orElse(p.name().replace('_', ' ')).toLowerCase(Locale.ROOT) + " "
                                + thing.title()
                                        .orElse(thing.id().replace('_', ' '))
                                        .toLowerCase(Locale.ROOT));
        return "-";
    }
}
