package io.linkspan.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Entries of the site's family as bytes: a control part and a readings part (see [Log]). The format is version
/// [#VERSION];
/// older ones are always read, a newer one is refused with a sentence. Not thread-safe; made to be used again.
///
/// Values that belong to a private link are not written: what is decoded has no value in their place.
public final class EntryCodec {
    /// Family of the site's entries: the first byte of each part that is not empty.
    public static final int FAMILY_SITE = 1;
    /// Version of this format.
    public static final int VERSION = 1;

    private static final int HEAD = FAMILY_SITE << 4 | VERSION;

    private final ByteWriter control = new ByteWriter();
    private final ByteWriter readings = new ByteWriter();

    /// Tells which properties and links are private.
    public interface Privacy {
        /// Whether the property's values belong to two parties alone.
        boolean property(int number);

        /// Whether the link's values do.
        boolean link(int number);
    }

    /// Encodes an entry; the parts are then in [#control] and [#readings].
    public void encode(long seq, Moment at, Principal by, Input input, List<Result> results, Privacy secret) {
        control.clear();
        readings.clear();
        if (input instanceof Input.Frame frame) {
            var took = results.isEmpty() || !(results.getFirst() instanceof Result.Took t) ? null : t;
            frame(seq, at, frame, took);
            var others = took == null ? results : results.subList(1, results.size());
            if (others.isEmpty()) return;
            control.u8(HEAD).u8(IN_FRAME);
            results(others, secret);
            return;
        }
        control.u8(HEAD);
        input(input, secret);
        principal(by);
        results(results, secret);
    }

    /// The control part of what was encoded last.
    public ByteBuffer control() {
        return control.view();
    }

    /// The readings part of what was encoded last.
    public ByteBuffer readings() {
        return readings.view();
    }

    /// Decodes what a log stored.
    ///
    /// @throws IllegalArgumentException the bytes are of a newer version, or of nobody's making
    public static Entry decode(Log.Stored stored) {
        var at = new Moment(stored.siteTimeMicros(), stored.wallTimeMicros());
        int epoch = stored.at().epoch();
        long seq = stored.at().seq();
        var results = new ArrayList<Result>();
        Input input = null;
        Principal by = Principal.SYSTEM;
        if (stored.readings().hasRemaining()) {
            var r = new ByteReader(stored.readings().slice());
            head(r);
            input = frame(seq, at, r, results);
            by = Principal.device("");
        }
        if (stored.control().hasRemaining()) {
            var c = new ByteReader(stored.control().slice());
            head(c);
            int tag = c.u8();
            if (tag != IN_FRAME) {
                input = input(tag, c);
                by = principal(c);
            } else if (input == null) {
                input = new Input.Frame(0, List.of(), 0, 0);
                by = Principal.device("");
            }
            results(c, results);
        }
        if (input == null) input = new Input.Frame(0, List.of(), 0, 0);
        return new Entry(epoch, seq, at, by, whole(input, results), results, stored.readingsDropped());
    }

    /// What stands in the results is not written a second time in the input.
    private static Input whole(Input input, List<Result> results) {
        if (results.isEmpty()) return input;
        if (input instanceof Input.Apply && results.getFirst() instanceof Result.Adopted adopted)
            return new Input.Apply(adopted.text());
        if (input instanceof Input.Answered a && results.getFirst() instanceof Result.WriteEnded ended)
            return new Input.Answered(a.write(), ended.outcome(), a.rawId(), a.rawCheck());
        return input;
    }

    private static void head(ByteReader r) {
        int head = r.u8();
        if (head >> 4 != FAMILY_SITE)
            throw new IllegalArgumentException(
                    "An entry of family " + (head >> 4) + " is unknown to this version; update Linkspan");
        if ((head & 0xF) > VERSION)
            throw new IllegalArgumentException(
                    "An entry was written by a newer version (format " + (head & 0xF) + "); update Linkspan");
    }

    // ---- readings

    private static final int MORE = 0x80;

    private void frame(long seq, Moment at, Input.Frame frame, Result.@org.jspecify.annotations.Nullable Took took) {
        readings.u8(HEAD).varint((long) frame.connector() << 1 | (frame.rawId() != 0 ? 1 : 0));
        if (frame.rawId() != 0)
            readings.signed(frame.rawId() - seq).u8(frame.rawCheck() >> 8).u8(frame.rawCheck());
        readings.varint(frame.readings().size());
        int property = 0;
        long time = at.wall();
        for (int i = 0; i < frame.readings().size(); i++) {
            var reading = frame.readings().get(i);
            Quality taken =
                    took == null ? reading.quality() : took.readings().get(i).quality();
            readings.signed(reading.property() - property);
            property = reading.property();
            boolean plain = reading.quality() == Quality.GOOD && taken == Quality.GOOD && !reading.hasDeviceTime();
            readings.value(reading.value(), plain ? 0 : MORE);
            if (plain) continue;
            readings.u8(reading.quality().ordinal() | taken.ordinal() << 3 | (reading.hasDeviceTime() ? 0x40 : 0));
            if (!reading.hasDeviceTime()) continue;
            readings.signed(reading.deviceTimeMicros() - time);
            time = reading.deviceTimeMicros();
        }
    }

    private static Input frame(long seq, Moment at, ByteReader r, List<Result> results) {
        long connector = r.varint();
        long rawId = 0;
        int rawCheck = 0;
        if ((connector & 1) != 0) {
            rawId = r.signed() + seq;
            rawCheck = r.u8() << 8 | r.u8();
        }
        int n = r.items();
        var reported = new ArrayList<Reading>(n);
        var taken = new ArrayList<Reading>(n);
        int property = 0;
        long time = at.wall();
        Quality[] qualities = Quality.values();
        for (int i = 0; i < n; i++) {
            property += (int) r.signed();
            int tag = r.u8();
            Value value = r.value(tag, 0);
            Quality told = Quality.GOOD;
            Quality took = Quality.GOOD;
            long deviceTime = Reading.NO_TIME;
            if ((tag & MORE) != 0) {
                int bits = r.u8();
                told = quality(qualities, bits & 7);
                took = quality(qualities, bits >> 3 & 7);
                if ((bits & 0x40) != 0) deviceTime = time += r.signed();
            }
            var reading = new Reading(property, value, told, deviceTime);
            reported.add(reading);
            taken.add(told == took ? reading : reading.as(took));
        }
        if (n > 0) results.add(new Result.Took(taken));
        return new Input.Frame((int) (connector >> 1), reported, rawId, rawCheck);
    }

    private static Quality quality(Quality[] all, int code) {
        if (code >= all.length) throw new IllegalArgumentException("No quality has the code " + code);
        return all[code];
    }

    // ---- inputs

    private static final int IN_FRAME = 0;

    private void input(Input input, Privacy secret) {
        var c = control;
        switch (input) {
            case Input.Frame _ -> throw new IllegalStateException("A frame is encoded with its readings");
            case Input.Started i -> c.u8(1).text(i.program()).flag(i.clean()).signed(i.lastWall());
            case Input.Stopping _ -> c.u8(2);
            case Input.Apply _ -> c.u8(3); // the text stands in what follows from it
            case Input.LineChanged i ->
                c.u8(4).varint(i.connector()).flag(i.up()).text(i.why());
            case Input.UnitChanged i ->
                numbers(c.u8(5), i.properties()).flag(i.answers()).text(i.why());
            case Input.GapReported i ->
                numbers(c.u8(6), i.properties())
                        .signed(i.fromWall())
                        .signed(i.toWall())
                        .text(i.cause());
            case Input.Late i -> c.u8(7).varint(i.property()).signed(i.sinceWall());
            case Input.Set i -> {
                c.u8(8).text(i.key()).varint(i.property());
                optional(secret.property(i.property()) ? Optional.empty() : i.value());
                c.constant(i.priority()).varint(i.lease()).varint(i.deadline());
            }
            case Input.Release i -> c.u8(9).text(i.key()).varint(i.property()).constant(i.priority());
            case Input.Invoke i -> {
                c.u8(10).text(i.key()).varint(i.action());
                optional(i.value());
                c.varint(i.deadline());
            }
            case Input.Answered i -> {
                c.u8(11).varint(i.write());
                outcome(withheld(i.outcome())); // the read-back stands in what follows, unless it is private
                c.signed(i.rawId()).varint(i.rawCheck());
            }
            case Input.Service i -> c.u8(12).text(i.thing()).flag(i.out()).text(i.reason());
            case Input.Arm i -> c.u8(13).flag(i.armed());
            case Input.Exchange i ->
                c.u8(14).varint(i.property()).value(i.oldLast()).value(i.newFirst());
            case Input.Due i -> c.u8(15).constant(i.timer()).varint(i.ref());
            case Input.ClockStepped i -> c.u8(16).signed(i.by());
            case Input.DiskChanged i -> c.u8(17).constant(i.state());
            case Input.ModeSet i -> c.u8(20).text(i.mode());
            case Input.SceneSet i ->
                c.u8(21)
                        .text(i.key())
                        .text(i.scene())
                        .constant(i.priority())
                        .varint(i.lease())
                        .varint(i.deadline());
            case Input.RuleSwitched i -> c.u8(22).varint(i.rule()).flag(i.off()).text(i.reason());
            case Input.AlarmsAcknowledged i -> numbers(c.u8(35), i.alarms()).text(i.comment());
            case Input.AlarmShelved i ->
                c.u8(36).varint(i.alarm()).varint(i.time()).text(i.reason());
            case Input.AlarmCommented i ->
                c.u8(37).varint(i.alarm()).flag(false).text(i.text());
            case Input.AlarmReset i -> c.u8(37).varint(i.alarm()).flag(true).text(i.comment());
            case Input.AlarmService i ->
                c.u8(38).varint(i.alarm()).flag(i.out()).text(i.reason());
            case Input.NoteTold i ->
                c.u8(39).flag(true).varint(i.note()).constant(i.told()).text(i.detail());
            case Input.ChannelTried i -> c.u8(39).flag(false).text(i.channel());
            case Input.Happened i -> {
                c.u8(18).text(i.thing()).text(i.event());
                optional(i.value());
                c.signed(i.rawId()).varint(i.rawCheck());
            }
            case Input.Progressed i ->
                c.u8(30).varint(i.write()).varint(i.percent()).text(i.text());
            case Input.Cancel i -> c.u8(31).varint(i.number());
            case Input.Bulk i -> bulk(c.u8(32), i.order());
        }
    }

    private static Input input(int tag, ByteReader c) {
        return switch (tag) {
            case 1 -> new Input.Started(c.text(), c.flag(), c.signed());
            case 2 -> new Input.Stopping();
            case 3 -> new Input.Apply("");
            case 4 -> new Input.LineChanged(c.count(), c.flag(), c.text());
            case 5 -> new Input.UnitChanged(numbers(c), c.flag(), c.text());
            case 6 -> new Input.GapReported(numbers(c), c.signed(), c.signed(), c.text());
            case 7 -> new Input.Late(c.count(), c.signed());
            case 8 ->
                new Input.Set(c.text(), c.count(), optional(c), c.constant(Priority.values()), c.varint(), c.varint());
            case 9 -> new Input.Release(c.text(), c.count(), c.constant(Priority.values()));
            case 10 -> new Input.Invoke(c.text(), c.count(), optional(c), c.varint());
            case 11 -> new Input.Answered(c.varint(), outcome(c), c.signed(), c.count());
            case 12 -> new Input.Service(c.text(), c.flag(), c.text());
            case 13 -> new Input.Arm(c.flag());
            case 14 -> new Input.Exchange(c.count(), c.value(), c.value());
            case 15 -> new Input.Due(c.constant(Input.Timer.values()), c.varint());
            case 16 -> new Input.ClockStepped(c.signed());
            case 17 -> new Input.DiskChanged(c.constant(Input.DiskState.values()));
            case 18 -> new Input.Happened(c.text(), c.text(), optional(c), c.signed(), c.count());
            case 20 -> new Input.ModeSet(c.text());
            case 21 -> new Input.SceneSet(c.text(), c.text(), c.constant(Priority.values()), c.varint(), c.varint());
            case 22 -> new Input.RuleSwitched(c.count(), c.flag(), c.text());
            case 30 -> new Input.Progressed(c.varint(), c.count(), c.text());
            case 31 -> new Input.Cancel(c.varint());
            case 32 -> new Input.Bulk(bulk(c));
            case 35 -> new Input.AlarmsAcknowledged(numbers(c), c.text());
            case 36 -> new Input.AlarmShelved(c.count(), c.varint(), c.text());
            case 37 -> {
                int alarm = c.count();
                yield c.flag() ? new Input.AlarmReset(alarm, c.text()) : new Input.AlarmCommented(alarm, c.text());
            }
            case 38 -> new Input.AlarmService(c.count(), c.flag(), c.text());
            case 39 ->
                c.flag()
                        ? new Input.NoteTold(c.varint(), c.constant(Input.Told.values()), c.text())
                        : new Input.ChannelTried(c.text());
            default -> // open: a byte
                throw new IllegalArgumentException(
                        "An input of type " + tag + " is newer than this version; update Linkspan");
        };
    }

    // ---- results

    private void results(List<Result> results, Privacy secret) {
        control.varint(results.size());
        for (var result : results) result(result, secret);
    }

    private void adopted(Result.Adopted r) {
        var c = control;
        c.u8(2)
                .varint(r.revision())
                .bytes(Deflated.bytes(r.text()))
                .varint(r.numbers().size());
        for (var n : r.numbers())
            c.constant(n.sort()).text(n.path()).varint(n.number()).varint(n.version());
    }

    private void ordered(Result.WriteOrdered r, boolean secret) {
        control.u8(8).varint(r.write()).varint(r.property());
        optional(secret ? Optional.empty() : r.value());
        control.varint(r.hold()).varint(r.cause()).flag(r.actFirst());
    }

    private void opened(Result.CommandOpened r) {
        control.u8(12).varint(r.number()).text(r.key());
        principal(r.by());
        optional(control.varint(r.property()).varint(r.hold()), r.input()).signed(r.deadlineSite());
    }

    private static void results(ByteReader c, List<Result> into) {
        for (int n = c.items(); n > 0; n--) into.add(result(c));
    }

    private void result(Result result, Privacy secret) {
        var c = control;
        switch (result) {
            case Result.Took _ -> throw new IllegalStateException("Readings are encoded with their frame");
            case Result.Began r -> c.u8(1).text(r.program()).flag(r.crashed()).signed(r.lastWall());
            case Result.Adopted r -> adopted(r);
            case Result.RegisterTurned r ->
                c.u8(3)
                        .varint(r.property())
                        .flag(r.exchanged())
                        .signed(r.baseUnscaled())
                        .varint(r.decimals());
            case Result.LinkMoved r -> linkMoved(r, secret.link(r.link()));
            case Result.HoldPlaced r ->
                hold(c.u8(5), r.hold(), secret.property(r.hold().property()));
            case Result.HoldEnded r ->
                c.u8(6).varint(r.hold()).varint(r.property()).constant(r.why());
            case Result.Charged r -> {
                c.u8(7).varint(r.property());
                charge(c, r.charge());
                optional(secret.property(r.property()) ? Optional.empty() : r.desired());
            }
            case Result.WriteOrdered r -> ordered(r, secret.property(r.property()));
            case Result.WriteWithheld r -> {
                c.u8(9).varint(r.property());
                optional(secret.property(r.property()) ? Optional.empty() : r.value());
                c.constant(r.why());
            }
            case Result.WriteEnded r -> {
                c.u8(10).varint(r.write()).varint(r.property());
                outcome(secret.property(r.property()) ? withheld(r.outcome()) : r.outcome());
            }
            case Result.LocalChange r -> {
                c.u8(11).varint(r.property());
                optional(secret.property(r.property()) ? Optional.empty() : r.seen());
            }
            case Result.CommandOpened r -> opened(r);
            case Result.CommandEnded r -> {
                c.u8(13).varint(r.number()).text(r.key());
                outcome(r.outcome());
            }
            case Result.LineIs r -> c.u8(14).varint(r.connector()).flag(r.up()).text(r.why());
            case Result.GapOpened r ->
                numbers(c.u8(15), r.properties()).signed(r.fromWall()).text(r.cause());
            case Result.GapClosed r -> numbers(c.u8(16), r.properties()).signed(r.toWall());
            case Result.GapNoted r ->
                numbers(c.u8(17), r.properties())
                        .signed(r.fromWall())
                        .signed(r.toWall())
                        .text(r.cause());
            case Result.ServiceIs r -> {
                c.u8(18).text(r.thing()).flag(r.out()).text(r.reason());
                principal(r.by());
            }
            case Result.ArmedIs r -> c.u8(19).flag(r.armed());
            case Result.RuleMoved r -> ruleMoved(r);
            case Result.RuleHolds r ->
                c.u8(31)
                        .varint(r.rule())
                        .flag(r.otherwise())
                        .varint(r.step())
                        .varint(r.hold())
                        .varint(r.property());
            case Result.ModeIs r -> principal(c.u8(32).text(r.mode()), r.by());
            case Result.RuleIs r ->
                principal(c.u8(33).varint(r.rule()).flag(r.off()).text(r.reason()), r.by());
            case Result.AlarmMoved r -> alarmMoved(r);
            case Result.NoteOpened r -> noteOpened(r);
            case Result.NoteTried r -> c.u8(52).varint(r.note()).text(r.why());
            case Result.NoteEnded r ->
                c.u8(53).varint(r.note()).constant(r.end()).text(r.detail());
            case Result.NoteHeld r -> noteHeld(r);
            case Result.TellStorm r -> c.u8(55).text(r.tell()).constant(r.move());
            case Result.DiskIs r -> c.u8(20).constant(r.state());
            case Result.UnitIs r ->
                numbers(c.u8(22), r.properties())
                        .flag(r.answers())
                        .text(r.why())
                        .signed(r.wall());
            case Result.Left r -> {
                c.u8(23).varint(r.property());
                optional(secret.property(r.property()) ? Optional.empty() : r.seen());
            }
            case Result.CommandAt r -> {
                c.u8(45).varint(r.number()).text(r.key()).varint(r.property());
                var told = r.progress();
                progress(c, secret.property(r.property()) ? new Progress(told.stage(), 0, "") : told);
            }
            case Result.LeaseBegan r ->
                c.u8(46).varint(r.hold()).varint(r.property()).signed(r.untilSite());
            case Result.BulkOpened r -> bulk(principal(c.u8(47).varint(r.number()), r.by()), r.order());
            case Result.BulkMoved r ->
                c.u8(48)
                        .varint(r.number())
                        .constant(r.move())
                        .signed(r.target())
                        .varint(r.command());
            case Result.Computed r -> computed(r);
            case Result.CaughtUp r ->
                c.u8(61).varint(r.property()).varint(r.corrected()).varint(r.tooLate());
            case Result.Noticed r ->
                c.u8(21).constant(r.severity()).text(r.about()).text(r.text());
        }
    }

    private static Result result(ByteReader c) {
        int tag = c.u8();
        return switch (tag) {
            case 1 -> new Result.Began(c.text(), c.flag(), c.signed());
            case 2 -> new Result.Adopted(c.varint(), Deflated.text(c.bytes()), numbered(c));
            case 3 -> new Result.RegisterTurned(c.count(), c.flag(), c.signed(), c.count());
            case 4 -> linkMoved(c);
            case 5 -> new Result.HoldPlaced(hold(c));
            case 6 -> new Result.HoldEnded(c.varint(), c.count(), c.constant(Result.Ended.values()));
            case 7 -> new Result.Charged(c.count(), charge(c), optional(c));
            case 8 -> new Result.WriteOrdered(c.varint(), c.count(), optional(c), c.varint(), c.varint(), c.flag());
            case 9 -> new Result.WriteWithheld(c.count(), optional(c), c.constant(Result.Withheld.values()));
            case 10 -> new Result.WriteEnded(c.varint(), c.count(), outcome(c));
            case 11 -> new Result.LocalChange(c.count(), optional(c));
            case 12 ->
                new Result.CommandOpened(
                        c.varint(), c.text(), principal(c), c.count(), c.varint(), optional(c), c.signed());
            case 13 -> new Result.CommandEnded(c.varint(), c.text(), outcome(c));
            case 14 -> new Result.LineIs(c.count(), c.flag(), c.text());
            case 15 -> new Result.GapOpened(numbers(c), c.signed(), c.text());
            case 16 -> new Result.GapClosed(numbers(c), c.signed());
            case 17 -> new Result.GapNoted(numbers(c), c.signed(), c.signed(), c.text());
            case 18 -> new Result.ServiceIs(c.text(), c.flag(), c.text(), principal(c));
            case 19 -> new Result.ArmedIs(c.flag());
            case 20 -> new Result.DiskIs(c.constant(Input.DiskState.values()));
            case 21 -> new Result.Noticed(c.constant(Result.Severity.values()), c.text(), c.text());
            case 23 -> new Result.Left(c.count(), optional(c));
            case 60 -> computed(c);
            case 61 -> new Result.CaughtUp(c.count(), c.count(), c.varint());
            case 22 -> new Result.UnitIs(numbers(c), c.flag(), c.text(), c.signed());
            case 30 -> ruleMoved(c);
            case 31 -> new Result.RuleHolds(c.count(), c.flag(), c.count(), c.varint(), c.count());
            case 32 -> new Result.ModeIs(c.text(), principal(c));
            case 33 -> new Result.RuleIs(c.count(), c.flag(), c.text(), principal(c));
            case 45 -> new Result.CommandAt(c.varint(), c.text(), c.count(), progress(c));
            case 46 -> new Result.LeaseBegan(c.varint(), c.count(), c.signed());
            case 47 -> new Result.BulkOpened(c.varint(), principal(c), bulk(c));
            case 48 ->
                new Result.BulkMoved(c.varint(), c.constant(Result.BulkMove.values()), (int) c.signed(), c.varint());
            case 50 -> alarmMoved(c);
            case 51 ->
                new Result.NoteOpened(
                        c.varint(),
                        c.text(),
                        c.text(),
                        c.count(),
                        c.constant(Note.Kind.values()),
                        c.constant(Alarm.Severity.values()),
                        c.text(),
                        c.text(),
                        c.signed());
            case 52 -> new Result.NoteTried(c.varint(), c.text());
            case 53 -> new Result.NoteEnded(c.varint(), c.constant(Result.NoteEnd.values()), c.text());
            case 54 ->
                new Result.NoteHeld(
                        c.text(), c.count(), c.constant(Note.Kind.values()), c.constant(Alarm.Severity.values()));
            case 55 -> new Result.TellStorm(c.text(), c.constant(Result.StormMove.values()));
            default -> // open: a byte
                throw new IllegalArgumentException(
                        "A result of type " + tag + " is newer than this version; update Linkspan");
        };
    }

    private void computed(Result.Computed r) {
        int bits = r.quality().ordinal() | (r.value().isPresent() ? 0x10 : 0) | (r.corrects() ? 0x20 : 0);
        control.u8(60).varint(r.property()).u8(bits).signed(r.toWall()).varint(r.toWall() - r.fromWall());
        control.varint(r.coveredMicros()).varint(r.readings());
        r.value().ifPresent(control::value);
    }

    private static Result computed(ByteReader c) {
        int property = c.count();
        int bits = c.u8();
        long to = c.signed();
        long from = to - c.varint();
        long covered = c.varint();
        long readings = c.varint();
        Optional<Value> value = (bits & 0x10) != 0 ? Optional.of(c.value()) : Optional.empty();
        var quality = quality(Quality.values(), bits & 0xF);
        return new Result.Computed(property, from, to, value, quality, covered, readings, (bits & 0x20) != 0);
    }

    private static List<Result.Numbered> numbered(ByteReader c) {
        int n = c.items();
        var all = new ArrayList<Result.Numbered>(n);
        while (n-- > 0) all.add(new Result.Numbered(c.constant(Result.Sort.values()), c.text(), c.count(), c.count()));
        return all;
    }

    // ---- parts that several share; snapshots use them too

    private void linkMoved(Result.LinkMoved r, boolean secret) {
        control.u8(4).varint(r.link()).varint(r.version()).constant(r.move());
        boolean sees = !secret && !Double.isNaN(r.seen());
        boolean steps = !secret && (r.integral() != 0 || r.last() != 0);
        control.u8((sees ? 1 : 0) | (r.wish().isPresent() ? 2 : 0) | (steps ? 4 : 0));
        if (sees) control.value(new Value.Num(r.seen()));
        if (r.wish().isPresent())
            wish(control, secret ? new Wish.Hidden() : r.wish().get());
        if (steps) control.f64(r.integral()).f64(r.last());
    }

    private static Result linkMoved(ByteReader c) {
        int link = c.count();
        int version = c.count();
        var move = c.constant(Result.Move.values());
        int bits = c.u8();
        double seen = (bits & 1) != 0 ? Values.asDouble(c.value()).orElse(Double.NaN) : Double.NaN;
        Optional<Wish> wish = (bits & 2) != 0 ? Optional.of(wish(c)) : Optional.empty();
        double integral = (bits & 4) != 0 ? c.f64() : 0;
        double last = (bits & 4) != 0 ? c.f64() : 0;
        return new Result.LinkMoved(link, version, move, seen, wish, integral, last);
    }

    private void ruleMoved(Result.RuleMoved r) {
        var c = control.u8(30).varint(r.rule()).varint(r.version()).constant(r.move());
        boolean waits = r.untilSite() != Hold.WITHOUT_END;
        c.u8((r.otherwise() ? 1 : 0) | (r.step() != 0 ? 2 : 0) | (waits ? 4 : 0) | (r.atWall() != 0 ? 8 : 0));
        if (r.step() != 0) c.varint(r.step());
        if (waits) c.signed(r.untilSite());
        if (r.atWall() != 0) c.signed(r.atWall());
        seen(r.seen());
    }

    private static Result ruleMoved(ByteReader c) {
        int rule = c.count();
        int version = c.count();
        var move = c.constant(Result.RuleMove.values());
        int bits = c.u8();
        int step = (bits & 2) != 0 ? c.count() : 0;
        long until = (bits & 4) != 0 ? c.signed() : Hold.WITHOUT_END;
        long at = (bits & 8) != 0 ? c.signed() : 0;
        return new Result.RuleMoved(rule, version, move, (bits & 1) != 0, step, until, at, seen(c));
    }

    private void alarmMoved(Result.AlarmMoved r) {
        var c = control.u8(50).varint(r.alarm()).varint(r.version()).constant(r.move());
        c.constant(r.standing());
        boolean known = !r.by().equals(Principal.SYSTEM);
        c.u8((r.untilSite() != 0 ? 1 : 0)
                | (r.unknown() ? 2 : 0)
                | (r.first() ? 4 : 0)
                | (r.text().isEmpty() ? 0 : 8)
                | (known ? 16 : 0));
        if (r.untilSite() != 0) c.signed(r.untilSite());
        if (!r.text().isEmpty()) c.text(r.text());
        if (known) principal(r.by());
        seen(r.seen());
    }

    private static Result alarmMoved(ByteReader c) {
        int alarm = c.count();
        int version = c.count();
        var move = c.constant(Result.AlarmMove.values());
        var standing = c.constant(AlarmState.Standing.values());
        int bits = c.u8();
        long until = (bits & 1) != 0 ? c.signed() : 0;
        String text = (bits & 8) != 0 ? c.text() : "";
        var by = (bits & 16) != 0 ? principal(c) : Principal.SYSTEM;
        return new Result.AlarmMoved(
                alarm, version, move, standing, until, (bits & 2) != 0, (bits & 4) != 0, text, seen(c), by);
    }

    private void noteOpened(Result.NoteOpened r) {
        control.u8(51).varint(r.note()).text(r.tell()).text(r.channel()).varint(r.alarm());
        control.constant(r.kind()).constant(r.severity());
        control.text(r.subject()).text(r.text()).signed(r.expiresSite());
    }

    private void noteHeld(Result.NoteHeld r) {
        control.u8(54).text(r.tell()).varint(r.alarm()).constant(r.kind()).constant(r.severity());
    }

    private void seen(List<Result.Seen> all) {
        control.varint(all.size());
        for (var seen : all) optional(control.signed(seen.of()), seen.value());
    }

    private static List<Result.Seen> seen(ByteReader c) {
        var all = new ArrayList<Result.Seen>();
        for (int n = c.items(); n > 0; n--) all.add(new Result.Seen(Math.toIntExact(c.signed()), optional(c)));
        return all;
    }

    private static Outcome withheld(Outcome outcome) {
        return outcome instanceof Outcome.Done ? new Outcome.Done(Optional.empty()) : outcome;
    }

    private void principal(Principal by) {
        principal(control, by);
    }

    /// Writes who acts.
    public static ByteWriter principal(ByteWriter w, Principal by) {
        return w.constant(by.kind()).text(by.name());
    }

    /// Reads who acts.
    public static Principal principal(ByteReader r) {
        return new Principal(r.constant(Principal.Kind.values()), r.text());
    }

    private void optional(Optional<Value> value) {
        optional(control, value);
    }

    /// Writes a value that may be missing.
    public static ByteWriter optional(ByteWriter w, Optional<Value> value) {
        w.flag(value.isPresent());
        value.ifPresent(w::value);
        return w;
    }

    /// Reads a value that may be missing.
    public static Optional<Value> optional(ByteReader r) {
        return r.flag() ? Optional.of(r.value()) : Optional.empty();
    }

    /// Writes a list of numbers.
    public static ByteWriter numbers(ByteWriter w, List<Integer> numbers) {
        w.varint(numbers.size());
        int last = 0;
        for (int number : numbers) {
            w.signed(number - (long) last);
            last = number;
        }
        return w;
    }

    /// Reads a list of numbers.
    public static List<Integer> numbers(ByteReader r) {
        int n = r.items();
        var all = new ArrayList<Integer>(n);
        int last = 0;
        while (n-- > 0) all.add(last += (int) r.signed());
        return all;
    }

    /// Writes a wish.
    public static ByteWriter wish(ByteWriter w, Wish wish) {
        return switch (wish) {
            case Wish.Want x -> w.u8(0).value(x.value());
            case Wish.AtMost x -> w.u8(1).f64(x.limit());
            case Wish.AtLeast x -> w.u8(2).f64(x.limit());
            case Wish.Forbid x -> w.u8(3).value(x.value());
            case Wish.Hidden _ -> w.u8(4);
        };
    }

    /// Reads a wish.
    public static Wish wish(ByteReader r) {
        int tag = r.u8();
        return switch (tag) {
            case 0 -> new Wish.Want(r.value());
            case 1 -> new Wish.AtMost(r.f64());
            case 2 -> new Wish.AtLeast(r.f64());
            case 3 -> new Wish.Forbid(r.value());
            case 4 -> new Wish.Hidden();
            default -> throw new IllegalArgumentException("No wish has the tag " + tag); // open: a byte
        };
    }

    /// Writes a hold.
    public static ByteWriter hold(ByteWriter w, Hold h, boolean secret) {
        w.varint(h.id()).varint(h.property()).varint(h.link());
        principal(w, h.by()).constant(h.priority());
        wish(w, secret ? new Wish.Hidden() : h.wish());
        return w.varint(h.placed()).signed(h.placedSite()).signed(h.untilSite());
    }

    /// Reads a hold.
    public static Hold hold(ByteReader r) {
        return new Hold(
                r.varint(),
                r.count(),
                r.count(),
                principal(r),
                r.constant(Priority.values()),
                wish(r),
                r.varint(),
                r.signed(),
                r.signed());
    }

    /// Writes who is in charge.
    public static ByteWriter charge(ByteWriter w, Result.Charge c) {
        return w.constant(c.by()).varint(c.hold()).varint(c.link()).signed(c.untilSite());
    }

    /// Reads who is in charge.
    public static Result.Charge charge(ByteReader r) {
        return new Result.Charge(r.constant(Result.By.values()), r.varint(), r.count(), r.signed());
    }

    /// Writes how far a command is.
    public static ByteWriter progress(ByteWriter w, Progress p) {
        return w.constant(p.stage()).varint(p.percent()).text(p.text());
    }

    /// Reads how far a command is.
    public static Progress progress(ByteReader r) {
        return new Progress(r.constant(Progress.Stage.values()), r.count(), r.text());
    }

    /// Writes an order over many actuators.
    public static ByteWriter bulk(ByteWriter w, BulkOrder o) {
        return numbers(w.text(o.key()), o.properties())
                .value(o.value())
                .constant(o.priority())
                .varint(o.lease())
                .varint(o.deadline())
                .varint(o.every())
                .varint(o.atOnce())
                .varint(o.failuresMax());
    }

    /// Reads an order over many actuators.
    public static BulkOrder bulk(ByteReader r) {
        return new BulkOrder(
                r.text(),
                numbers(r),
                r.value(),
                r.constant(Priority.values()),
                r.varint(),
                r.varint(),
                r.varint(),
                r.count(),
                r.count());
    }

    private void outcome(Outcome outcome) {
        outcome(control, outcome);
    }

    /// Writes an outcome.
    public static ByteWriter outcome(ByteWriter w, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done o -> optional(w.u8(0), o.readBack());
            case Outcome.Refused o -> w.u8(1).text(o.why());
            case Outcome.Outranked o -> w.u8(2).text(o.by());
            case Outcome.NotSent o -> w.u8(3).constant(o.cause());
            case Outcome.InDoubt o -> w.u8(4).signed(o.sentAtMicros());
        };
    }

    /// Reads an outcome.
    public static Outcome outcome(ByteReader r) {
        int tag = r.u8();
        return switch (tag) {
            case 0 -> new Outcome.Done(optional(r));
            case 1 -> new Outcome.Refused(r.text());
            case 2 -> new Outcome.Outranked(r.text());
            case 3 -> new Outcome.NotSent(r.constant(Outcome.Cause.values()));
            case 4 -> new Outcome.InDoubt(r.signed());
            default -> throw new IllegalArgumentException("No outcome has the tag " + tag); // open: a byte
        };
    }
}
