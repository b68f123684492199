package io.linkspan.site;

import io.linkspan.model.Alarm;
import io.linkspan.model.AlarmState;
import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Cell.WriteState;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Hold;
import io.linkspan.model.Input.DiskState;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Note;
import io.linkspan.model.Outcome;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Wish;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A site's state at one entry. Taking it copies references on the site's thread (the parts are immutable); its bytes
/// are made
/// on any other. What belongs to private links is not in it.
public final class Image {
    /// Version of the bytes; older ones are always read.
    public static final int VERSION = 2;
    /// Version of the bytes of a state that has no more than the first version knew: they stay what they were.
    private static final int VERSION_BARE = 1;

    private final Program program;
    private final Twin[] twins;
    private final Actuator[] actuators;
    private final LinkState[] links;
    private final RuleState[] rules;
    private final AlarmState[] alarms;
    private final Map<Long, Note> notes;
    private final Map<String, TellState> tells;
    private final long nextNote;
    private final Map<Integer, State.RuleOff> rulesOff;
    private final String mode;
    private final Series[] series;
    private final State.Turns[] turns;
    private final State.LineState[] lines;
    private final BitSet unitSilent;
    private final Map<String, State.Out> outOfService;
    private final Map<Long, Sending> sending;
    private final Map<Long, Open> open;
    private final Map<String, State.Over> over;
    private final Bulks bulks;
    private final @org.jspecify.annotations.Nullable WindowState[] windows;
    private final boolean armed;
    private final DiskState disk;
    private final long[] counters;

    Image(State s) {
        program = s.program;
        twins = s.twins.clone();
        actuators = s.actuators.clone();
        links = s.links.clone();
        rules = s.rules.clone();
        alarms = s.alarms.clone();
        notes = new TreeMap<>(s.notes);
        tells = new TreeMap<>(s.tells);
        nextNote = s.nextNote;
        rulesOff = new TreeMap<>(s.rulesOff);
        mode = s.mode;
        series = s.series.clone();
        turns = s.turns.clone();
        lines = s.lines.clone();
        unitSilent = (BitSet) s.unitSilent.clone();
        outOfService = new TreeMap<>(s.outOfService);
        sending = new TreeMap<>(s.sending);
        open = new TreeMap<>(s.open);
        over = new LinkedHashMap<>(s.over);
        bulks = s.bulks.copy();
        windows = s.windows.share();
        armed = s.armed;
        disk = s.disk;
        counters = new long[] {s.startedSite, s.nextHold, s.nextWrite, s.nextCommand, s.here, s.lastSite, s.lastWall};
    }

    /// Packed position of the entry that it was taken behind.
    public long here() {
        return counters[4];
    }

    /// SHA-256 of the bytes: equal states have equal hashes.
    public byte[] hash() {
        var w = new ByteWriter();
        write(w);
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update(w.view());
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Each Java has SHA-256", e);
        }
    }

    /// Writes the bytes.
    public void write(ByteWriter w) {
        boolean bare = isBare();
        w.u8(EntryCodec.FAMILY_SITE << 4 | (bare ? VERSION_BARE : VERSION));
        directory(w, program.directory);
        for (long c : counters) w.signed(c);
        w.flag(armed).constant(disk);
        for (int p = 1; p < program.propertiesEnd(); p++) property(w, p);
        for (int i = 1; i < program.linksEnd(); i++) link(w, i);
        for (int c = 1; c < program.connectorsEnd(); c++)
            w.flag(lines[c].up()).text(lines[c].why()).signed(lines[c].sinceSite());
        w.varint(outOfService.size());
        outOfService.forEach((thing, out) ->
                EntryCodec.principal(w.text(thing).text(out.reason()), out.by()).signed(out.sinceWall()));
        commands(w);
        if (bare) return;
        for (var o : open.values()) {
            w.flag(tells(o));
            if (tells(o)) EntryCodec.progress(w, o.progress().orElseThrow());
        }
        bulks.write(w);
        rules(w);
        alarms(w);
        notes(w);
        WindowStates.write(w, windows);
    }

    private void alarms(ByteWriter w) {
        int moved = 0;
        for (int i = 1; i < program.rulesEnd(); i++) if (isMoved(i)) moved++;
        w.varint(moved);
        for (int i = 1; i < program.rulesEnd(); i++) if (isMoved(i)) alarm(w, alarms[i]);
    }

    private boolean isMoved(int alarm) {
        return !alarms[alarm].equals(AlarmState.fresh(alarm));
    }

    private static void alarm(ByteWriter w, AlarmState a) {
        w.varint(a.alarm())
                .flag(a.active())
                .flag(a.acknowledged())
                .flag(a.latched())
                .flag(a.unknown());
        w.signed(a.unknownSite()).signed(a.returnsSite()).flag(a.byDesign());
        w.flag(a.shelf().isPresent());
        a.shelf().ifPresent(shelf -> said(w, shelf.said()).signed(shelf.untilSite()));
        optional(w, a.out());
        w.varint(a.count()).signed(a.raised()).signed(a.raisedWall());
        w.signed(a.announcedSite()).varint(a.escalated()).signed(a.changed()).signed(a.changedWall());
        w.text(a.text()).flag(a.first());
        optional(w, a.seen());
        optional(w, a.comment());
    }

    private static ByteWriter said(ByteWriter w, AlarmState.Said said) {
        return EntryCodec.principal(w, said.by()).signed(said.wall()).text(said.text());
    }

    private static void optional(ByteWriter w, Optional<AlarmState.Said> said) {
        w.flag(said.isPresent());
        said.ifPresent(s -> said(w, s));
    }

    private void notes(ByteWriter w) {
        w.varint(nextNote).varint(notes.size());
        for (var n : notes.values()) {
            w.varint(n.number())
                    .text(n.tell())
                    .text(n.channel())
                    .varint(n.alarm())
                    .constant(n.kind());
            w.constant(n.severity())
                    .text(n.subject())
                    .text(n.text())
                    .signed(n.opened())
                    .signed(n.openedWall());
            w.signed(n.expiresSite()).varint(n.tries()).text(n.why());
        }
        w.varint(tells.size());
        tells.forEach((id, t) -> w.text(id)
                .signed(t.windowSite())
                .varint(t.inWindow())
                .flag(t.storm())
                .varint(t.held())
                .varint(t.first())
                .constant(t.highest()));
    }

    /// Whether there is nothing that the first version did not know.
    private boolean isBare() {
        return bulks.isEmpty()
                && open.values().stream().noneMatch(this::tells)
                && program.rulesEnd() == 1
                && mode.isEmpty()
                && nextNote == 1
                && tells.isEmpty()
                && program.windows().isEmpty();
    }

    private void rules(ByteWriter w) {
        w.text(mode);
        for (int i = 1; i < program.rulesEnd(); i++) {
            var r = rules[i];
            w.constant(r.phase()).signed(r.met().sinceSite()).signed(r.met().unsureSince());
            w.constant(r.branch())
                    .varint(r.step())
                    .signed(r.wakeSite())
                    .varint(r.held().size());
            for (var h : r.held())
                w.varint(h.hold()).varint(h.property()).flag(h.otherwise()).varint(h.step());
            var acts = r.acts();
            w.signed(r.lastAtWall())
                    .varint(acts.fired())
                    .signed(acts.firedWall())
                    .varint(acts.recent());
            w.signed(acts.recentSite()).signed(acts.limitedUntil()).signed(r.here());
        }
        w.varint(rulesOff.size());
        rulesOff.forEach((rule, off) -> EntryCodec.principal(w.varint(rule).text(off.reason()), off.by())
                .signed(off.sinceWall()));
    }

    private boolean tells(Open o) {
        return o.progress().isPresent() && !program.isPrivate(o.property());
    }

    private static void directory(ByteWriter w, Directory d) {
        w.signed(d.revision());
        w.text(d.revision() == 0 ? "" : Json.write(d.file().tree()));
        var all = new ArrayList<>(d.numbers().values());
        all.sort(java.util.Comparator.comparing((Result.Numbered n) -> n.sort())
                .thenComparingInt(Result.Numbered::number)
                .thenComparing(Result.Numbered::path));
        w.varint(all.size());
        for (var n : all) w.constant(n.sort()).text(n.path()).varint(n.number()).varint(n.version());
    }

    private void property(ByteWriter w, int p) {
        boolean closed = program.isPrivate(p);
        var t = closed ? Twin.UNREAD : twins[p];
        w.flag(t.reading() != null);
        var reading = t.reading();
        if (reading != null)
            w.value(reading.value())
                    .constant(reading.quality())
                    .signed(reading.deviceTimeMicros())
                    .signed(t.receivedSite())
                    .signed(t.receivedWall())
                    .signed(t.at())
                    .signed(t.usableSite())
                    .varint(t.count());
        var s = closed ? Series.WHOLE : series[p]; // when a private reading closed a gap stands in no log either
        w.signed(s.missingSince())
                .text(s.cause())
                .varint(s.count())
                .signed(s.missingMicros())
                .varint(s.gaps().size());
        for (var g : s.gaps()) w.signed(g.fromWall()).signed(g.toWall()).text(g.cause());
        var n = turns[p];
        w.signed(n.baseUnscaled()).varint(n.decimals()).varint(n.count()).flag(unitSilent.get(p));
        var point = program.point(p);
        boolean actuator = point.isPresent()
                && point.get().property() != null
                && point.get().property().writable();
        if (actuator) actuator(w, closed ? Actuator.IDLE : actuators[p]);
    }

    private static void actuator(ByteWriter w, Actuator a) {
        w.varint(a.holds().size());
        for (var h : a.holds()) EntryCodec.hold(w, h, false);
        EntryCodec.charge(w, a.charge());
        EntryCodec.optional(w, a.desired()).constant(a.write()).varint(a.pending());
        EntryCodec.optional(w, a.written()).signed(a.writtenSite()).signed(a.switchedSite());
        EntryCodec.optional(w, a.withheld()).varint(a.rewrites());
    }

    private void link(ByteWriter w, int i) {
        var run = program.link(i);
        var l = run.isPresent() && run.get().link().isPrivate() ? LinkState.fresh(links[i].since()) : links[i];
        w.flag(l.wish().isPresent());
        if (l.wish().isPresent()) EntryCodec.wish(w, l.wish().get());
        w.signed(l.silentSince())
                .flag(l.careful())
                .signed(l.since())
                .f64(l.integral())
                .f64(l.last())
                .signed(l.steppedSite());
    }

    private void commands(ByteWriter w) {
        var visible = sending.values().stream()
                .filter(s -> !program.isPrivate(s.property()))
                .toList();
        w.varint(visible.size());
        for (var s : visible)
            EntryCodec.optional(w.varint(s.write()).varint(s.property()), s.value())
                    .signed(s.orderedWall());
        w.varint(open.size());
        for (var o : open.values()) {
            EntryCodec.principal(w.varint(o.number()).text(o.key()), o.by());
            w.varint(o.property()).varint(o.hold()).signed(o.deadlineSite()).signed(o.opened());
            boolean closed = program.isPrivate(o.property());
            EntryCodec.optional(w, o.input()).varint(closed ? 0 : o.write()).signed(closed ? 0 : o.sentWall());
        }
        w.varint(over.size());
        over.forEach((key, o) ->
                EntryCodec.outcome(w.text(key).varint(o.number()), o.outcome()).signed(o.untilSite()));
    }

    // ---- reading

    static void restore(State s, ByteBuffer bytes) {
        var r = new ByteReader(bytes);
        int head = r.u8();
        if (head >> 4 != EntryCodec.FAMILY_SITE || (head & 0xF) > VERSION)
            throw new IllegalArgumentException("A snapshot was written by a newer version; update Linkspan");
        s.program = Program.compileKnown(directory(r));
        s.startedSite = r.signed();
        s.nextHold = r.signed();
        s.nextWrite = r.signed();
        s.nextCommand = r.signed();
        s.here = r.signed();
        s.lastSite = r.signed();
        s.lastWall = r.signed();
        s.armed = r.flag();
        s.disk = r.constant(DiskState.values());
        int properties = s.program.propertiesEnd();
        s.twins = new Twin[properties];
        s.actuators = new Actuator[properties];
        s.series = new Series[properties];
        s.turns = new State.Turns[properties];
        s.links = new LinkState[s.program.linksEnd()];
        s.rules = new RuleState[s.program.rulesEnd()];
        Arrays.fill(s.rules, RuleState.fresh(s.lastSite, s.lastWall));
        s.alarms = new AlarmState[s.program.rulesEnd()];
        for (int i = 0; i < s.alarms.length; i++) s.alarms[i] = AlarmState.fresh(i);
        s.lines = new State.LineState[s.program.connectorsEnd()];
        zero(s);
        for (int p = 1; p < properties; p++) property(r, s, p);
        for (int i = 1; i < s.links.length; i++) s.links[i] = link(r);
        for (int c = 1; c < s.lines.length; c++) s.lines[c] = new State.LineState(r.flag(), r.text(), r.signed());
        for (int n = r.items(); n > 0; n--)
            s.outOfService.put(r.text(), new State.Out(r.text(), EntryCodec.principal(r), r.signed()));
        commands(r, s);
        if ((head & 0xF) > VERSION_BARE) {
            for (var o : List.copyOf(s.open.values()))
                if (r.flag()) s.open.put(o.number(), o.at(EntryCodec.progress(r)));
            s.bulks.read(r);
            rules(r, s);
            for (int n = r.items(); n > 0; n--) {
                var alarm = alarm(r);
                s.alarms[alarm.alarm()] = alarm;
            }
            s.countGroups();
            notes(r, s);
            s.windows.read(r, s.program);
        } else s.windows.none(s.program);
        if (r.left() != 0) throw new IllegalArgumentException("A snapshot has " + r.left() + " bytes too many");
    }

    /// Numbers count from 1; place 0 holds what an unknown number finds.
    private static void zero(State s) {
        s.twins[0] = Twin.UNREAD;
        s.actuators[0] = Actuator.IDLE;
        s.series[0] = Series.WHOLE;
        s.turns[0] = State.Turns.NONE;
        s.links[0] = LinkState.fresh(0);
        s.lines[0] = State.LineState.UNKNOWN;
    }

    private static Directory directory(ByteReader r) {
        long revision = r.signed();
        String text = r.text();
        var numbers = new HashMap<Directory.Key, Result.Numbered>(); // order does not matter
        for (int n = r.items(); n > 0; n--) {
            var numbered = new Result.Numbered(r.constant(Result.Sort.values()), r.text(), r.count(), r.count());
            numbers.put(new Directory.Key(numbered.sort(), numbered.path()), numbered);
        }
        if (revision == 0) return Directory.EMPTY;
        try {
            return new Directory(SiteFile.read(Json.parseFields("", text)), revision, numbers);
        } catch (Invalid e) {
            throw new IllegalArgumentException("The site file in a snapshot can not be read: " + e.getMessage(), e);
        }
    }

    private static void property(ByteReader r, State s, int p) {
        s.twins[p] = Twin.UNREAD;
        if (r.flag()) {
            var reading = new Reading(p, r.value(), r.constant(Quality.values()), r.signed());
            s.twins[p] = new Twin(reading, r.signed(), r.signed(), r.signed(), r.signed(), r.varint());
        }
        long missing = r.signed();
        String cause = r.text();
        long count = r.varint();
        long micros = r.signed();
        var gaps = new ArrayList<Series.Gap>();
        for (int n = r.items(); n > 0; n--) gaps.add(new Series.Gap(r.signed(), r.signed(), r.text()));
        s.series[p] = new Series(missing, cause, List.copyOf(gaps), count, micros);
        s.turns[p] = new State.Turns(r.signed(), r.count(), r.count());
        s.unitSilent.set(p, r.flag());
        s.actuators[p] = s.isActuator(p) ? actuator(r) : Actuator.IDLE;
    }

    private static Actuator actuator(ByteReader r) {
        var holds = new ArrayList<Hold>();
        for (int n = r.items(); n > 0; n--) holds.add(EntryCodec.hold(r));
        return new Actuator(
                List.copyOf(holds),
                EntryCodec.charge(r),
                EntryCodec.optional(r),
                r.constant(WriteState.values()),
                r.varint(),
                EntryCodec.optional(r),
                r.signed(),
                r.signed(),
                EntryCodec.optional(r),
                r.count());
    }

    private static LinkState link(ByteReader r) {
        Optional<Wish> wish = r.flag() ? Optional.of(EntryCodec.wish(r)) : Optional.empty();
        return new LinkState(wish, r.signed(), r.flag(), r.signed(), r.f64(), r.f64(), r.signed());
    }

    private static void rules(ByteReader r, State s) {
        s.mode = r.text();
        for (int i = 1; i < s.rules.length; i++) {
            var met = new RuleState.Met(r.constant(RuleState.Phase.values()), r.signed(), r.signed());
            var place = new RuleState.Place(r.constant(RuleState.Branch.values()), r.count(), r.signed());
            var held = new ArrayList<RuleState.Held>();
            for (int n = r.items(); n > 0; n--)
                held.add(new RuleState.Held(r.varint(), r.count(), r.flag(), r.count()));
            long lastAt = r.signed();
            var acts = new RuleState.Acts(r.varint(), r.signed(), r.count(), r.signed(), r.signed());
            s.rules[i] = new RuleState(met, place, acts, List.copyOf(held), lastAt, r.signed());
        }
        for (int n = r.items(); n > 0; n--)
            s.rulesOff.put(r.count(), new State.RuleOff(r.text(), EntryCodec.principal(r), r.signed()));
    }

    private static AlarmState alarm(ByteReader r) {
        return new AlarmState(
                r.count(),
                r.flag(),
                r.flag(),
                r.flag(),
                r.flag(),
                r.signed(),
                r.signed(),
                r.flag(),
                r.flag() ? Optional.of(new AlarmState.Shelf(said(r), r.signed())) : Optional.empty(),
                optional(r),
                r.varint(),
                r.signed(),
                r.signed(),
                r.signed(),
                r.varint(),
                r.signed(),
                r.signed(),
                r.text(),
                r.flag(),
                optional(r),
                optional(r));
    }

    private static AlarmState.Said said(ByteReader r) {
        return new AlarmState.Said(EntryCodec.principal(r), r.signed(), r.text());
    }

    private static Optional<AlarmState.Said> optional(ByteReader r) {
        return r.flag() ? Optional.of(said(r)) : Optional.empty();
    }

    private static void notes(ByteReader r, State s) {
        s.nextNote = r.varint();
        for (int n = r.items(); n > 0; n--) {
            var note = new Note(
                    r.varint(),
                    r.text(),
                    r.text(),
                    r.count(),
                    r.constant(Note.Kind.values()),
                    r.constant(Alarm.Severity.values()),
                    r.text(),
                    r.text(),
                    r.signed(),
                    r.signed(),
                    r.signed(),
                    r.count(),
                    r.text());
            s.notes.put(note.number(), note);
        }
        for (int n = r.items(); n > 0; n--)
            s.tells.put(
                    r.text(),
                    new TellState(
                            r.signed(),
                            r.count(),
                            r.flag(),
                            r.varint(),
                            r.count(),
                            r.constant(Alarm.Severity.values())));
    }

    private static void commands(ByteReader r, State s) {
        for (int n = r.items(); n > 0; n--) {
            var x = new Sending(r.varint(), r.count(), EntryCodec.optional(r), r.signed(), s.lastSite);
            s.sending.put(x.write(), x);
        }
        for (int n = r.items(); n > 0; n--) {
            long number = r.varint();
            String key = r.text();
            var by = EntryCodec.principal(r);
            var o = new Open(
                    number,
                    key,
                    by,
                    r.count(),
                    r.varint(),
                    r.signed(),
                    r.signed(),
                    EntryCodec.optional(r),
                    r.varint(),
                    r.signed(),
                    Optional.empty());
            s.open.put(number, o);
        }
        for (int n = r.items(); n > 0; n--) {
            String key = r.text();
            long number = r.varint();
            Outcome outcome = EntryCodec.outcome(r);
            s.over.put(key, new State.Over(number, outcome, r.signed()));
        }
    }
}
