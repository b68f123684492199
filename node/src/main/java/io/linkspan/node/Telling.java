package io.linkspan.node;

import io.linkspan.model.AlarmState;
import io.linkspan.model.BulkOrder;
import io.linkspan.model.Cell;
import io.linkspan.model.Durations;
import io.linkspan.model.Entry;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Progress;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A site's records in plain words: what happened, what followed, who is in charge. For one thread.
final class Telling {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final SiteView view;
    private final Lexicon lexicon;
    private final ZoneId zone;

    Telling(SiteView view) {
        this.view = view;
        this.lexicon = Lexicon.of(view.directory());
        this.zone = view.directory().file().zone();
    }

    Lexicon lexicon() {
        return lexicon;
    }

    // ---- times

    /// Wall time to the millisecond, with its day: `2026-01-14 14:02:07.123`.
    String exactly(long wallMicros) {
        var at = instant(wallMicros).atZone(zone);
        return at.toLocalDate() + " " + TIME.format(at);
    }

    /// Wall time for a sentence: `14:02:07`, with the day when it is not the day of now.
    String at(long wallMicros) {
        var at = instant(wallMicros).atZone(zone);
        LocalDate today = instant(view.nowMicros()).atZone(zone).toLocalDate();
        return (at.toLocalDate().equals(today) ? CLOCK : DAY).format(at);
    }

    static Instant instant(long wallMicros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(wallMicros, 1_000_000L), Math.floorMod(wallMicros, 1_000_000L) * 1_000);
    }

    private String until(long siteMicros) {
        return siteMicros == Hold.WITHOUT_END ? "" : " until " + at(view.wallOf(siteMicros));
    }

    // ---- who is in charge

    /// Who is in charge of an actuator, in words; empty for a sensor.
    String inCharge(Cell cell) {
        if (cell.duty().isEmpty()) return "";
        var duty = cell.duty().get();
        if (duty.outOfService().isPresent())
            return "nobody: out of service (" + duty.outOfService().get() + ")";
        var hold = duty.holds().stream()
                .filter(h -> h.id() == duty.charge().hold())
                .findFirst();
        return switch (duty.charge().by()) {
            case NOBODY -> "nobody";
            case FALLBACK -> "nobody: its fallback";
            case MINIMUM_TIME -> "its minimum time" + until(duty.charge().untilSite());
            case HOLD -> hold.map(this::holder).orElse("somebody");
            case BOUND -> hold.map(h -> holder(h) + " (a bound)").orElse("a bound");
        };
    }

    /// Who holds: `shed_peak (economy)`, `anna (manual) until 18:02:00`.
    String holder(Hold hold) {
        String who = hold.ofLink() ? lexicon.linkName(hold.link()) : who(hold.by());
        return who + " (" + hold.priority().word() + ")" + until(hold.untilSite());
    }

    /// A party in words.
    static String who(io.linkspan.model.Principal by) {
        return switch (by.kind()) {
            case SYSTEM -> "Linkspan";
            case PERSON, APPLICATION -> by.name();
            case NODE -> "node " + by.name();
            case RULE -> "rule " + by.name();
            case DEVICE -> by.name().startsWith("at ") ? "somebody " + by.name() : by.name();
        };
    }

    // ---- what happened

    /// An entry in words: what happened, then what followed, a line each; readings alone give one line.
    List<String> lines(Entry entry) {
        var lines = new ArrayList<String>();
        happened(entry).ifPresent(lines::add);
        for (var result : entry.results()) followed(result).ifPresent(lines::add);
        if (lines.isEmpty()) lines.add("nothing that can be shown");
        return lines;
    }

    /// What happened, in words; none for a frame of which nothing can be shown.
    Optional<String> happened(Entry entry) {
        String by = who(entry.by());
        return switch (entry.input()) {
            case Input.Started i -> Optional.of("Linkspan " + i.program() + " started");
            case Input.Stopping _ -> Optional.of("Linkspan stopped in order");
            case Input.Frame i -> frame(i, entry.readingsDropped());
            case Input.Apply _ -> Optional.of(by + " applied a site file");
            case Input.LineChanged i ->
                Optional.of("the line of " + lexicon.connector(i.connector()) + (i.up() ? " came up" : " went down")
                        + because(i.why()));
            case Input.UnitChanged i ->
                Optional.of(properties(i.properties())
                        + (i.answers() ? " can be reached again" : " can not be reached")
                        + because(i.why()));
            case Input.GapReported i -> Optional.of(gap(i.properties(), i.fromWall(), i.toWall(), i.cause()));
            case Input.Late i -> Optional.of(lexicon.property(i.property()) + " did not come in time");
            case Input.Set i ->
                Optional.of(
                        by + " sets " + lexicon.property(i.property()) + " to " + lexicon.value(i.property(), i.value())
                                + " (" + i.priority().word() + ")");
            case Input.Release i ->
                Optional.of(by + " gives " + lexicon.property(i.property()) + " back ("
                        + i.priority().word() + ")");
            case Input.Invoke i -> Optional.of(by + " invokes " + lexicon.property(i.action()));
            case Input.Answered i -> Optional.of(answered(i, entry.results()));
            case Input.Progressed i ->
                Optional.of(
                        "write " + i.write() + " is " + new Progress(Progress.Stage.UNDER_WAY, i.percent(), i.text()));
            case Input.Cancel i -> Optional.of(by + " cancels command " + i.number());
            case Input.Bulk i -> Optional.of(by + " orders " + ordered(i.order()));
            case Input.Service i ->
                Optional.of(by
                        + (i.out()
                                ? " takes " + i.thing() + " out of service" + because(i.reason())
                                : " gives " + i.thing() + " back to service"));
            case Input.Arm i -> Optional.of(by + (i.armed() ? " arms the site" : " disarms the site: it only watches"));
            case Input.Exchange i ->
                Optional.of(by + " exchanged the meter of " + lexicon.property(i.property()) + ": the old one showed "
                        + i.oldLast() + ", the new one begins with " + i.newFirst());
            case Input.Due i -> Optional.of(due(i));
            case Input.ClockStepped i ->
                Optional.of("the clock of the box was set by "
                        + Durations.format(Duration.ofNanos(Math.abs(i.by()) * 1_000))
                        + (i.by() < 0 ? " back" : " forward"));
            case Input.DiskChanged i -> Optional.of("the disk is " + word(i.state()));
            case Input.Happened i ->
                Optional.of(i.thing() + " told " + i.event()
                        + i.value().map(v -> ": " + v).orElse(""));
            case Input.ModeSet i -> Optional.of(by + " puts the site into mode " + i.mode());
            case Input.SceneSet i -> Optional.of(by + " sets the scene " + i.scene());
            case Input.RuleSwitched i ->
                Optional.of(by + (i.off() ? " puts " : " wakes ") + "rule " + lexicon.rule(i.rule())
                        + (i.off() ? " to sleep" : "") + because(i.reason()));
            case Input.AlarmsAcknowledged i ->
                Optional.of(by + " acknowledges " + alarms(i.alarms()) + because(i.comment()));
            case Input.AlarmReset i ->
                Optional.of(by + " resets alarm " + lexicon.rule(i.alarm()) + because(i.comment()));
            case Input.AlarmShelved i ->
                Optional.of(
                        i.time() == 0
                                ? by + " takes alarm " + lexicon.rule(i.alarm()) + " back" + because(i.reason())
                                : by + " puts alarm " + lexicon.rule(i.alarm()) + " aside for "
                                        + Durations.format(Duration.ofNanos(i.time() * 1_000)) + because(i.reason()));
            case Input.AlarmCommented i ->
                Optional.of(by + " says of alarm " + lexicon.rule(i.alarm()) + ": " + i.text());
            case Input.AlarmService i ->
                Optional.of(by
                        + (i.out()
                                ? " takes alarm " + lexicon.rule(i.alarm()) + " out of service"
                                : " gives alarm " + lexicon.rule(i.alarm()) + " back to service")
                        + because(i.reason()));
            case Input.NoteTold i -> Optional.of("message " + i.note() + ": " + told(i.told()) + because(i.detail()));
            case Input.ChannelTried i -> Optional.of(by + " tries the channel " + i.channel());
        };
    }

    private Optional<String> frame(Input.Frame frame, boolean dropped) {
        if (frame.readings().isEmpty())
            return dropped ? Optional.of("readings that are kept no longer") : Optional.empty();
        var text = new StringBuilder(lexicon.connector(frame.connector())).append(": ");
        int shown = 0;
        for (Reading r : frame.readings()) {
            if (shown == SHOWN_READINGS_MAX) {
                text.append(" and ").append(frame.readings().size() - shown).append(" more");
                break;
            }
            if (shown++ > 0) text.append(", ");
            text.append(reading(r));
        }
        return Optional.of(text.toString());
    }

    /// Most readings of one frame that are told in words.
    private static final int SHOWN_READINGS_MAX = 8;

    /// One reading: `meter.power 5.4 kW`, with its quality where it is not good.
    String reading(Reading r) {
        String quality = switch (r.quality()) {
            case GOOD -> "";
            case UNCERTAIN, BAD, ESTIMATED, CORRECTED -> " (" + word(r.quality()) + ")";
        };
        return lexicon.property(r.property()) + " " + lexicon.value(r.property(), r.value()) + quality;
    }

    /// An answer that nobody waits for any more changes nothing.
    private static String answered(Input.Answered answer, List<Result> results) {
        boolean awaited = results.stream().anyMatch(r -> r instanceof Result.WriteEnded);
        return awaited
                ? "write " + answer.write() + " was answered"
                : "write " + answer.write() + " was answered too late or once more (" + answer.outcome()
                        + "): what was told of it stands";
    }

    /// `12 times lamp_1.dim ... to 30 %, 10 a second`.
    String ordered(BulkOrder order) {
        int first = order.properties().getFirst();
        return lexicon.property(first)
                + (order.properties().size() == 1
                        ? ""
                        : " and " + (order.properties().size() - 1) + " more") + " to "
                + lexicon.value(first, order.value()) + " (" + order.priority().word() + ")";
    }

    private String due(Input.Due due) {
        int ref = (int) due.ref();
        return switch (due.timer()) {
            case SILENCE -> "the source of " + lexicon.linkName(ref) + " has been silent for too long";
            case CAREFUL_END -> lexicon.linkName(ref) + " has held its careful value long enough";
            case LEASE -> "a lease on " + lexicon.property(ref) + " is over";
            case ACTUATOR -> "it is time to look at " + lexicon.property(ref) + " again";
            case WINDOW -> "the window of " + lexicon.property(ref) + " is looked at";
            case DEADLINE -> "the deadline of command " + due.ref() + " passed";
            case RULE -> "it is time to look at rule " + lexicon.rule(ref) + " again";
            case ANSWER -> "no answer to write " + due.ref() + " came in time: it is waited for no longer";
            case BULK_NEXT -> "it is time for the next command of order " + due.ref();
            case ALARM -> "it is time to look at alarm " + lexicon.rule(ref) + " again";
            case NOTE -> "message " + due.ref() + " is too old";
            case STORM -> "it is time to look whether too many messages come";
        };
    }

    // ---- what followed

    /// What followed, in words; none for the readings themselves.
    Optional<String> followed(Result result) {
        return switch (result) {
            case Result.Took _ -> Optional.empty();
            case Result.Began r ->
                r.crashed()
                        ? Optional.of("the last run did not end in order: what happened since " + at(r.lastWall())
                                + " may not be recorded")
                        : Optional.empty();
            case Result.Adopted r -> Optional.of("revision " + r.revision() + " of the site file is in force");
            case Result.RegisterTurned r ->
                Optional.of("the register " + lexicon.property(r.property())
                        + (r.exchanged() ? " is a new meter's" : " rolled over"));
            case Result.LinkMoved r -> Optional.of(moved(r));
            case Result.HoldPlaced r ->
                Optional.of(
                        holder(r.hold()) + " holds " + lexicon.property(r.hold().property()) + " at "
                                + lexicon.wish(r.hold().property(), r.hold().wish()));
            case Result.HoldEnded r ->
                Optional.of("the wish for " + lexicon.property(r.property()) + " is over: " + ended(r.why()));
            case Result.Charged r -> Optional.of(charged(r));
            case Result.WriteOrdered r ->
                Optional.of("write " + r.write() + ": " + lexicon.property(r.property()) + " to "
                        + lexicon.value(r.property(), r.value()));
            case Result.WriteWithheld r ->
                Optional.of(lexicon.property(r.property()) + " would be set to "
                        + lexicon.value(r.property(), r.value()) + ", but "
                        + switch (r.why()) {
                            case WATCHING -> "the site only watches";
                            case OUT_OF_SERVICE -> "it is out of service";
                        });
            case Result.WriteEnded r ->
                Optional.of("write " + r.write() + " to " + lexicon.property(r.property()) + ": "
                        + outcome(r.property(), r.outcome()));
            case Result.LocalChange r ->
                Optional.of("somebody worked " + lexicon.property(r.property()) + " at the machine: it is "
                        + lexicon.value(r.property(), r.seen()));
            case Result.Left r ->
                Optional.of(lexicon.property(r.property()) + " is left at " + lexicon.value(r.property(), r.seen())
                        + ", other than it shall be: a person must look");
            case Result.CommandOpened r -> Optional.of("command " + r.number() + " is under way");
            case Result.CommandEnded r -> Optional.of("command " + r.number() + ": " + r.outcome());
            case Result.CommandAt r -> Optional.of("command " + r.number() + ": " + r.progress());
            case Result.LeaseBegan r ->
                Optional.of("the lease of the wish for " + lexicon.property(r.property()) + " begins"
                        + until(r.untilSite()));
            case Result.BulkOpened r -> Optional.of("order " + r.number() + " is under way: " + ordered(r.order()));
            case Result.BulkMoved r ->
                Optional.of("order " + r.number() + ": "
                        + switch (r.move()) {
                            case BEGAN -> "its command " + r.command() + " begins";
                            case CANCELLED -> "the rest was taken back, no more begin";
                            case STOPPED -> "too many were not done, no more begin";
                            case ENDED -> "all that began have their outcome";
                        });
            case Result.LineIs _, Result.UnitIs _, Result.ServiceIs _, Result.ArmedIs _, Result.DiskIs _ ->
                Optional.empty();
            case Result.GapOpened r ->
                Optional.of(properties(r.properties()) + " missing from " + at(r.fromWall()) + because(r.cause()));
            case Result.GapClosed r -> Optional.of(properties(r.properties()) + " missing until " + at(r.toWall()));
            case Result.GapNoted r -> Optional.of(gap(r.properties(), r.fromWall(), r.toWall(), r.cause()));
            case Result.Computed r -> Optional.of(computed(r));
            case Result.CaughtUp r -> Optional.of(caughtUp(r));
            case Result.Noticed r -> Optional.of(r.text());
            case Result.RuleMoved r -> Optional.of(moved(r));
            case Result.RuleHolds _ -> Optional.empty();
            case Result.ModeIs r ->
                r.mode().isEmpty() ? Optional.empty() : Optional.of("the site is in mode " + r.mode());
            case Result.RuleIs _ -> Optional.empty();
            case Result.AlarmMoved r -> moved(r);
            case Result.NoteOpened r ->
                Optional.of("message " + r.note() + " goes to " + r.channel() + ": " + r.subject());
            case Result.NoteTried r -> Optional.of("message " + r.note() + " is tried again later" + because(r.why()));
            case Result.NoteEnded r ->
                Optional.of("message " + r.note() + " is " + word(r.end()) + because(r.detail()));
            case Result.NoteHeld r ->
                Optional.of("alarm " + lexicon.rule(r.alarm()) + " is counted and told with others (" + r.tell() + ")");
            case Result.TellStorm r ->
                Optional.of(
                        switch (r.move()) {
                            case BEGAN -> "more come than can be told one by one (" + r.tell() + ")";
                            case GOES_ON -> "still more come than can be told one by one (" + r.tell() + ")";
                            case OVER -> "they are told one by one again (" + r.tell() + ")";
                        });
        };
    }

    private static String told(Input.Told told) {
        return switch (told) {
            case DELIVERED -> "the channel took it";
            case FAILED -> "it could not be delivered";
            case REFUSED -> "the channel refuses it";
        };
    }

    private String alarms(List<Integer> numbers) {
        if (numbers.isEmpty()) return "no alarm";
        String first = "alarm " + lexicon.rule(numbers.getFirst());
        return numbers.size() == 1 ? first : first + " and " + (numbers.size() - 1) + " more";
    }

    /// What an alarm did; none where what happened says it already.
    private Optional<String> moved(Result.AlarmMoved r) {
        String name = "alarm " + lexicon.rule(r.alarm());
        String saw = saw(r.seen());
        return switch (r.move()) {
            case RAISED ->
                Optional.of(name + " (version " + r.version() + ") is raised: " + r.text()
                        + (r.first() ? " (the first of its group)" : "")
                        + (r.standing() == AlarmState.Standing.UNACKNOWLEDGED
                                ? ""
                                : ", " + word(r.standing()) + ", so nobody is told")
                        + saw);
            case RETURNING -> Optional.of("the condition of " + name + " is met no longer" + until(r.untilSite()));
            case STAYED -> Optional.of(name + " stays: its condition is met again");
            case RETURNED ->
                Optional.of(name
                        + switch (r.standing()) {
                            case RETURNED_UNACKNOWLEDGED -> " is over, and nobody acknowledged it";
                            case LATCHED_UNACKNOWLEDGED, LATCHED_ACKNOWLEDGED ->
                                " stays until a person resets it: its condition is met no longer";
                            case NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, SHELVED, SUPPRESSED_BY_DESIGN, OUT_OF_SERVICE ->
                                " is over";
                        }
                        + saw);
            case SHELVED -> Optional.of(name + " is put aside" + until(r.untilSite()));
            case SHELF_ENDED -> Optional.of(name + " is put aside no longer" + stands(r.standing()));
            case UNSHELVED, IN_SERVICE -> Optional.of(name + " is there again" + stands(r.standing()));
            case SUPPRESSED -> Optional.of(name + " is not told now, by design");
            case UNSUPPRESSED -> Optional.of(name + " is told again" + stands(r.standing()));
            case AGAIN -> Optional.of(name + " still stands, and is raised anew");
            case ESCALATED ->
                Optional.of("nobody acknowledged " + name + " within "
                        + Durations.format(Duration.ofNanos(r.untilSite() * 1_000)) + ": others are told");
            case UNSURE -> Optional.of(name + " can not know what it looks at");
            case SURE -> Optional.of(name + " knows again what it looks at");
            case REMOVED -> Optional.of(name + " is no more");
            case ACKNOWLEDGED, RESET -> Optional.of(name + " is now " + word(r.standing()));
            case OUT_OF_SERVICE, COMMENTED -> Optional.empty();
        };
    }

    private static String stands(AlarmState.Standing standing) {
        return standing == AlarmState.Standing.UNACKNOWLEDGED ? ": it stands" : "";
    }

    private String saw(List<Result.Seen> seen) {
        return seen.isEmpty()
                ? ""
                : ": "
                        + seen.stream()
                                .map(s -> lexicon.seen(s.of(), s.value()))
                                .collect(java.util.stream.Collectors.joining(", "));
    }

    private String moved(Result.RuleMoved r) {
        String name = "rule " + lexicon.rule(r.rule()) + " (version " + r.version() + ")";
        String saw = saw(r.seen());
        return switch (r.move()) {
            case MET -> "the condition of " + name + " is met" + waits(r.untilSite()) + saw;
            case CALLED_OFF -> "the condition of " + name + " was not met long enough" + saw;
            case FIRED -> name + " acts" + (r.atWall() == 0 ? "" : ", at its time " + at(r.atWall())) + saw;
            case ENDED -> "the condition of " + name + " is met no longer" + saw;
            case STEPPED -> {
                boolean waits = r.untilSite() != Hold.WITHOUT_END && r.untilSite() != 0;
                yield name + (waits ? " waits" + until(r.untilSite()) : " went on");
            }
            case UNSURE -> name + " can not know what it looks at, and goes on as it is" + saw;
            case SURE -> name + " knows again what it looks at" + saw;
            case SILENT -> name + " could not know for too long what it looks at, and lets go" + saw;
            case ASLEEP -> name + " sleeps in this mode of the site";
            case NOT_MET -> name + " had its time (" + at(r.atWall()) + ") and its condition was not met" + saw;
            case SKIPPED ->
                name + (r.atWall() == 0 ? " was due" : " had its time (" + at(r.atWall()) + ")")
                        + " while it could not act, and does not catch up";
            case LIMITED -> name + " acted too often and is stopped for a while";
            case OFF -> name + " was put to sleep";
            case COUNTS_ANEW -> name + " counts its times from now on: the clock was set far back";
            case POINT -> name + " came to its point of " + at(r.atWall());
        };
    }

    private String waits(long untilSite) {
        return untilSite == Hold.WITHOUT_END ? "" : ", it acts if it still is" + until(untilSite);
    }

    /// `house.power_quarter is 3.2 kW from 14:00:00 to 14:15:00, of 90 readings that cover 98 % of the time`.
    String computed(Result.Computed r) {
        String span = " from " + at(r.fromWall()) + " to " + at(r.toWall());
        if (r.value().isEmpty())
            return lexicon.property(r.property()) + " missing" + span + because(Result.Computed.NOTHING);
        int sources = sources(r.property());
        long whole = Math.max(1, (r.toWall() - r.fromWall()) * Math.max(1, sources));
        return reading(r.reading().orElseThrow()) + span + ", of " + r.readings()
                + (r.readings() == 1 ? " reading" : " readings")
                + (r.coveredMicros() < whole ? " that cover " + r.coveredMicros() * 100 / whole + " % of the time" : "")
                + (r.corrects() ? "; late readings made it another value" : "");
    }

    /// How many properties a window looks at together.
    private int sources(int property) {
        var directory = view.directory();
        String path = lexicon.property(property);
        var thing = directory.file().things().get(path.substring(0, Math.max(0, path.indexOf('.'))));
        var of = directory.find(path);
        return thing == null || of.isEmpty()
                ? 1
                : directory.file().windowed(thing, of.get()).size();
    }

    private String caughtUp(Result.CaughtUp r) {
        return "late readings of " + lexicon.property(r.property()) + " changed " + r.corrected() + " of its values"
                + (r.tooLate() == 0 ? "" : "; " + r.tooLate() + " came too late for any");
    }

    private String moved(Result.LinkMoved r) {
        var link = lexicon.link(r.link());
        String name = "link " + lexicon.linkName(r.link()) + " (version " + r.version() + ")";
        String to = link.map(l -> l.to()).orElse("its target");
        int target = link.map(l -> view.directory().property(l.to())).orElse(0);
        String wish = r.wish().map(w -> lexicon.wish(target, w)).orElse("nothing");
        String saw = link.map(l -> l.isPrivate()).orElse(false)
                ? ", what it saw is withheld"
                : Double.isNaN(r.seen())
                        ? ""
                        : ", it saw "
                                + link.flatMap(lexicon::source)
                                        .map(s -> lexicon.number(s, r.seen()))
                                        .orElse(Double.toString(r.seen()));
        return switch (r.move()) {
            case HOLDS -> name + " holds " + to + " at " + wish + saw;
            case LETS_GO -> name + " lets go of " + to + saw;
            case SILENT ->
                name + (r.wish().isPresent() ? " holds " + to + " at " + wish : " lets go of " + to)
                        + ", because its source is silent";
            case CAREFUL_END -> name + " holds " + to + " no longer: its source has been silent for too long";
            case HEARD -> name + " hears its source again" + saw;
            case STEPPED -> name + " went on" + saw;
        };
    }

    private String charged(Result.Charged r) {
        String what = lexicon.property(r.property()) + ": ";
        String desired = r.desired()
                .map(v -> ", it shall be " + lexicon.value(r.property(), v))
                .orElse("");
        return what
                + switch (r.charge().by()) {
                    case NOBODY -> "nobody is in charge";
                    case FALLBACK -> "nobody is in charge, its fallback holds";
                    case MINIMUM_TIME ->
                        "its minimum time is in charge" + until(r.charge().untilSite());
                    case HOLD -> chargedBy(r) + " is in charge";
                    case BOUND -> chargedBy(r) + " bounds it";
                }
                + desired;
    }

    private String chargedBy(Result.Charged r) {
        if (r.charge().link() != 0) return lexicon.linkName(r.charge().link());
        return view.cell(r.property())
                .flatMap(Cell::duty)
                .flatMap(d -> d.holds().stream()
                        .filter(h -> h.id() == r.charge().hold())
                        .findFirst())
                .map(h -> who(h.by()))
                .orElse("hold " + r.charge().hold());
    }

    /// What became of a write, with the value that was read back as people read it.
    String outcome(int property, io.linkspan.model.Outcome outcome) {
        if (outcome instanceof io.linkspan.model.Outcome.Done done)
            return "done"
                    + done.readBack()
                            .map(v -> ", reads back " + lexicon.value(property, v))
                            .orElse("");
        return outcome.toString();
    }

    private static String ended(Result.Ended why) {
        return switch (why) {
            case RELEASED -> "given back";
            case LEASE -> "its lease ran out";
            case REPLACED -> "a newer wish took its place";
            case NOT_SENT -> "its command was not sent in time";
            case REMOVED -> "what it belongs to was taken out of the site";
            case RESTART -> "the restart dropped it";
            case RULE -> "its rule let go";
            case CANCELLED -> "its command was cancelled";
        };
    }

    /// `meter.power was missing from 14:02:00 to 14:07:00 (wrong CRC)`.
    String gap(List<Integer> properties, long fromWall, long toWall, String cause) {
        return properties(properties) + " missing from " + at(fromWall) + " to " + at(toWall) + because(cause);
    }

    private String properties(List<Integer> numbers) {
        if (numbers.isEmpty()) return "nothing";
        String first = lexicon.property(numbers.getFirst());
        return numbers.size() == 1 ? first : first + " and " + (numbers.size() - 1) + " more";
    }

    private static String because(String why) {
        return why.isEmpty() ? "" : " (" + why + ")";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
