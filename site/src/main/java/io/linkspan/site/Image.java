package io.linkspan.site;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Cell.WriteState;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Hold;
import io.linkspan.model.Input.DiskState;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
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

    /// The last version that knew of no windows; what has none is still written so.
    private static final int WITHOUT_WINDOWS = 1;

    private final Program program;
    private final Twin[] twins;
    private final Actuator[] actuators;
    private final LinkState[] links;
    private final Series[] series;
    private final State.Turns[] turns;
    private final State.LineState[] lines;
    private final BitSet unitSilent;
    private final Map<String, State.Out> outOfService;
    private final Map<Long, Sending> sending;
    private final Map<Long, Open> open;
    private final Map<String, State.Over> over;
    private final @org.jspecify.annotations.Nullable WindowState[] windows;
    private final boolean armed;
    private final DiskState disk;
    private final long[] counters;

    Image(State s) {
        program = s.program;
        twins = s.twins.clone();
        actuators = s.actuators.clone();
        links = s.links.clone();
        series = s.series.clone();
        turns = s.turns.clone();
        lines = s.lines.clone();
        unitSilent = (BitSet) s.unitSilent.clone();
        outOfService = new TreeMap<>(s.outOfService);
        sending = new TreeMap<>(s.sending);
        open = new TreeMap<>(s.open);
        over = new LinkedHashMap<>(s.over);
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
        boolean hasWindows = !program.windows().isEmpty();
        w.u8(EntryCodec.FAMILY_SITE << 4 | (hasWindows ? VERSION : WITHOUT_WINDOWS));
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
        if (hasWindows) WindowStates.write(w, windows);
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
        s.lines = new State.LineState[s.program.connectorsEnd()];
        zero(s);
        for (int p = 1; p < properties; p++) property(r, s, p);
        for (int i = 1; i < s.links.length; i++) s.links[i] = link(r);
        for (int c = 1; c < s.lines.length; c++) s.lines[c] = new State.LineState(r.flag(), r.text(), r.signed());
        for (int n = r.items(); n > 0; n--)
            s.outOfService.put(r.text(), new State.Out(r.text(), EntryCodec.principal(r), r.signed()));
        commands(r, s);
        if ((head & 0xF) > WITHOUT_WINDOWS) s.windows.read(r, s.program);
        else s.windows.none(s.program);
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

    private static void commands(ByteReader r, State s) {
        for (int n = r.items(); n > 0; n--) {
            var x = new Sending(r.varint(), r.count(), EntryCodec.optional(r), r.signed());
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
                    r.signed());
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
