package io.linkspan.site;

import io.linkspan.model.Alarm.Severity;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Durations;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Note;
import io.linkspan.model.Result;
import io.linkspan.model.Result.NoteEnd;
import io.linkspan.model.Result.StormMove;
import io.linkspan.model.Rule;
import io.linkspan.model.Tell;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Decides who is told of what, and what becomes of the messages. Sending them is the node's.
final class Tells {
    /// Most messages that wait to be delivered; one more is dropped, and people are told so.
    static final int OPEN_MAX = 1_000;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Tells() {}

    /// Adds the messages that a move of an alarm makes.
    ///
    /// @param next the alarm after its move
    static void add(
            State state,
            RuleRun run,
            RuleRun.Raises raises,
            AlarmState next,
            Note.Kind kind,
            Moment now,
            List<Result> into) {
        long after = kind == Note.Kind.ESCALATED ? next.escalated() : 0;
        var zoned = zoned(state, now.wall());
        for (var tell : raises.tells()) {
            if (State.micros(tell.after()) != after || !tell.counts(state.mode, zoned)) continue;
            if (kind == Note.Kind.RETURNED && !tell.returned()) continue;
            var severity = raises.alarm().severity();
            var counted = state.tell(tell.id());
            if (counted.storm()) {
                into.add(new Result.NoteHeld(tell.id(), run.number(), kind, severity));
            } else if (counted.within(now.site()) >= TellState.SINGLY_MAX) {
                into.add(new Result.TellStorm(tell.id(), StormMove.BEGAN));
                into.add(new Result.NoteHeld(tell.id(), run.number(), kind, severity));
                begins(state, tell, run.rule(), next, severity, now, into);
            } else
                open(
                        state,
                        tell,
                        run.number(),
                        kind,
                        severity,
                        subject(state, run.rule(), severity, next, kind),
                        text(state, run.rule(), severity, next, now),
                        now,
                        into);
        }
    }

    private static ZonedDateTime zoned(State state, long wall) {
        return Ambience.at(wall)
                .withZoneSameInstant(state.program.directory.file().zone());
    }

    private static void open(
            State state,
            Tell tell,
            int alarm,
            Note.Kind kind,
            Severity severity,
            String subject,
            String text,
            Moment now,
            List<Result> into) {
        for (String channel : tell.to())
            open(
                    state,
                    tell.id(),
                    channel,
                    alarm,
                    kind,
                    severity,
                    subject,
                    text,
                    now.site() + State.micros(tell.expires()),
                    into);
    }

    private static void open(
            State state,
            String tell,
            String channel,
            int alarm,
            Note.Kind kind,
            Severity severity,
            String subject,
            String text,
            long expires,
            List<Result> into) {
        int opened = 0;
        for (var r : into) if (r instanceof Result.NoteOpened) opened++;
        long number = state.nextNote + opened;
        into.add(new Result.NoteOpened(number, tell, channel, alarm, kind, severity, subject, text, expires));
        if (state.notes.size() + opened < OPEN_MAX) return;
        into.add(new Result.NoteEnded(number, NoteEnd.DROPPED, OPEN_MAX + " messages wait already"));
        into.add(lost(channel, subject, "dropped, as " + OPEN_MAX + " messages wait already"));
    }

    private static Result lost(String channel, String subject, String why) {
        return new Result.Noticed(
                Result.Severity.HIGH,
                "channel " + channel,
                "A message over " + channel + " was not delivered (" + subject + "): " + why);
    }

    // ---- words

    private static String site(State state) {
        return "[" + state.program.directory.file().name() + "] ";
    }

    private static String subject(State state, Rule rule, Severity severity, AlarmState next, Note.Kind kind) {
        String says = next.text().isEmpty() ? rule.title().orElse(rule.id()) : next.text();
        return site(state)
                + switch (kind) {
                    case RETURNED -> "over: ";
                    case AGAIN -> severity.word() + ", still: ";
                    case ESCALATED ->
                        severity.word() + ", not acknowledged for "
                                + Durations.format(java.time.Duration.ofNanos(next.escalated() * 1_000)) + ": ";
                    case RAISED, STORM, STORM_OVER, TEST -> severity.word() + ": ";
                }
                + says;
    }

    private static String text(State state, Rule rule, Severity severity, AlarmState next, Moment now) {
        var all = new ArrayList<String>();
        all.add(next.text());
        all.add("");
        all.add("Alarm: " + rule.id() + rule.title().map(t -> " (" + t + ")").orElse(""));
        all.add("Severity: " + severity.word());
        rule.alarm()
                .flatMap(io.linkspan.model.Alarm::group)
                .ifPresent(g -> all.add("Group: " + g + (next.first() ? ", the first of it" : "")));
        rule.alarm().flatMap(io.linkspan.model.Alarm::owner).ifPresent(o -> all.add("Owner: " + o));
        all.add("Raised: " + TIME.format(zoned(state, next.raisedWall())));
        all.add("Now: " + next.standing().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ", "
                + TIME.format(zoned(state, now.wall())));
        return String.join("\n", all);
    }

    // ---- storms

    private static void begins(
            State state, Tell tell, Rule rule, AlarmState next, Severity severity, Moment now, List<Result> into) {
        String subject = site(state) + "many alarms at once, the newest: " + next.text();
        String text =
                "More than " + TellState.SINGLY_MAX + " messages within a minute. From now on they are counted, and"
                        + " told together when no more come than that. The log has each.\n\n"
                        + text(state, rule, severity, next, now);
        open(state, tell, 0, Note.Kind.STORM, severity, subject, text, now, into);
    }

    /// Whether messages may be told one by one again is looked at.
    static List<Result> storms(State state, Moment now) {
        var results = new ArrayList<Result>();
        for (var e : state.tells.entrySet()) {
            var counted = e.getValue();
            if (!counted.storm() || counted.windowEnd() > now.site()) continue;
            boolean isOver = counted.inWindow() <= TellState.SINGLY_MAX;
            results.add(new Result.TellStorm(e.getKey(), isOver ? StormMove.OVER : StormMove.GOES_ON));
            var tell = state.program.directory.file().tells().get(e.getKey());
            if (isOver && tell != null) over(state, tell, counted, now, results);
        }
        return results;
    }

    private static void over(State state, Tell tell, TellState counted, Moment now, List<Result> into) {
        int unseen = 0;
        for (int i = 1; i < state.alarms.length; i++) if (state.alarms[i].needsAcknowledging()) unseen++;
        String first =
                state.program.rule(counted.first()).map(run -> run.rule().id()).orElse("an alarm that was taken out");
        String subject = site(state) + "the many alarms are over: " + counted.held() + " messages were held, " + unseen
                + " alarms are not acknowledged";
        String text = "Held since it began: " + counted.held() + "\nThe first of them: " + first
                + "\nNot acknowledged now: " + unseen + "\n\nlinkspan alarms lists them; the log has each.";
        open(state, tell, 0, Note.Kind.STORM_OVER, counted.highest(), subject, text, now, into);
    }

    /// Site time at which a storm is looked at again; [Hold#WITHOUT_END] when there is none.
    static long lookAgainAt(State state) {
        long at = Hold.WITHOUT_END;
        for (var counted : state.tells.values()) if (counted.storm()) at = Math.min(at, counted.windowEnd());
        return at;
    }

    // ---- what becomes of messages

    static List<Result> told(State state, Input.NoteTold input) {
        var note = state.notes.get(input.note());
        if (note == null) return List.of();
        return switch (input.told()) {
            case DELIVERED -> List.of(new Result.NoteEnded(note.number(), NoteEnd.DELIVERED, input.detail()));
            case FAILED -> List.of(new Result.NoteTried(note.number(), input.detail()));
            case REFUSED ->
                List.of(
                        new Result.NoteEnded(note.number(), NoteEnd.REFUSED, input.detail()),
                        lost(note.channel(), note.subject(), "refused: " + input.detail()));
        };
    }

    /// Messages that are too old.
    static List<Result> expired(State state, long number) {
        var note = state.notes.get(number);
        if (note == null) return List.of();
        String why = note.tries() == 0
                ? "it was never tried"
                : "it was tried " + note.tries() + " times, last: " + note.why();
        return List.of(
                new Result.NoteEnded(number, NoteEnd.EXPIRED, why),
                lost(note.channel(), note.subject(), "too old, " + why));
    }

    /// A person tries a channel.
    static List<Result> tried(State state, Input.ChannelTried input, Moment now) {
        var file = state.program.directory.file();
        if (!file.channels().containsKey(input.channel())) return List.of();
        var results = new ArrayList<Result>();
        open(
                state,
                "",
                input.channel(),
                0,
                Note.Kind.TEST,
                Severity.LOW,
                site(state) + "a test of " + input.channel(),
                "Somebody tries whether messages arrive. Nothing is wrong.",
                now.site() + State.micros(Tell.EXPIRES),
                results);
        return results;
    }

    /// Messages over channels that a new file has no more.
    static List<Result> removed(State state, io.linkspan.model.SiteFile next) {
        var results = new ArrayList<Result>();
        for (var note : state.notes.values())
            if (!next.channels().containsKey(note.channel()))
                results.add(
                        new Result.NoteEnded(note.number(), NoteEnd.REMOVED, "its channel was taken out of the site"));
        return results;
    }
}
