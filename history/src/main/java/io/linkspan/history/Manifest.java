package io.linkspan.history;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/// What belongs to a history. It is one small file, replaced as a whole: what it does not name is not there.
///
/// @param site the name under `root.` in the segments, for life
/// @param zone in which the days of the roll-ups begin
/// @param sealed the newest entry of the log that is in segments, packed; 0: none
/// @param completeTo its wall time
/// @param ledger the file of the ledger; empty: none
/// @param rolledTo the midnight up to which days are rolled up; [Long#MIN_VALUE]: none is
/// @param segments in the order in which their readings came
/// @param imports what was imported: by the name of the source, the hash of its content
/// @param stale days whose roll-ups are not right any more, by property
/// @param droppedTo up to where the readings of a property were dropped
record Manifest(
        String site,
        String zone,
        long sealed,
        long completeTo,
        String ledger,
        long nextFile,
        long rolledTo,
        List<Info> segments,
        SortedMap<String, String> imports,
        SortedMap<Integer, SortedSet<Long>> stale,
        SortedMap<Integer, Long> droppedTo) {

    static final String NAME = "manifest.lsh";
    private static final byte[] MAGIC = "LSHIST01".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /// A segment.
    ///
    /// @param isRollUp has roll-ups, else readings
    /// @param level how often it was merged
    /// @param from oldest instant in it, `to` the newest
    /// @param cuts limits of retention, in microseconds, for which it was rewritten already
    record Info(
            String file, boolean isRollUp, int level, long from, long to, long rows, long bytes, SortedSet<Long> cuts) {
        boolean meets(long fromMicros, long toMicros) {
            return to >= fromMicros && from < toMicros;
        }
    }

    static Manifest empty(String site, String zone) {
        return new Manifest(
                site, zone, 0, 0, "", 1, Long.MIN_VALUE, List.of(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    Manifest withSegments(List<Info> others) {
        return new Manifest(
                site, zone, sealed, completeTo, ledger, nextFile, rolledTo, others, imports, stale, droppedTo);
    }

    Manifest withSealed(long position, long complete, String ledgerFile) {
        return new Manifest(
                site, zone, position, complete, ledgerFile, nextFile, rolledTo, segments, imports, stale, droppedTo);
    }

    Manifest withRolled(String itsZone, long to, SortedMap<Integer, SortedSet<Long>> nowStale) {
        return new Manifest(
                site, itsZone, sealed, completeTo, ledger, nextFile, to, segments, imports, nowStale, droppedTo);
    }

    Manifest withDropped(SortedMap<Integer, Long> dropped) {
        return new Manifest(
                site, zone, sealed, completeTo, ledger, nextFile, rolledTo, segments, imports, stale, dropped);
    }

    Manifest withImport(String source, String hash) {
        var more = new TreeMap<>(imports);
        more.put(source, hash);
        return new Manifest(
                site, zone, sealed, completeTo, ledger, nextFile, rolledTo, segments, more, stale, droppedTo);
    }

    /// Nothing of the log after an instant, and nothing imported that may not be imported again.
    Manifest withBranchEnded(long complete, String ledgerFile) {
        return new Manifest(
                site, zone, 0, complete, ledgerFile, nextFile, rolledTo, segments, new TreeMap<>(), stale, droppedTo);
    }

    Manifest withNextFile(long next) {
        return new Manifest(
                site, zone, sealed, completeTo, ledger, next, rolledTo, segments, imports, stale, droppedTo);
    }

    /// These days are stale too, as far as they are rolled up and their readings are there.
    SortedMap<Integer, SortedSet<Long>> moreStale(int property, SortedSet<Long> days) {
        var all = new TreeMap<>(stale);
        var own = new TreeSet<>(all.getOrDefault(property, new TreeSet<>()));
        long dropped = droppedTo.getOrDefault(property, Long.MIN_VALUE);
        for (long day : days) if (day < rolledTo && day >= dropped) own.add(day);
        if (!own.isEmpty()) all.put(property, own);
        return all;
    }

    byte[] encode() {
        var out = new ByteWriter();
        for (byte b : MAGIC) out.u8(b);
        out.text(site)
                .text(zone)
                .i64(sealed)
                .i64(completeTo)
                .text(ledger)
                .varint(nextFile)
                .i64(rolledTo);
        out.varint(segments.size());
        for (var s : segments) {
            out.text(s.file)
                    .flag(s.isRollUp)
                    .u8(s.level)
                    .i64(s.from)
                    .i64(s.to)
                    .varint(s.rows)
                    .varint(s.bytes);
            out.varint(s.cuts.size());
            for (long cut : s.cuts) out.varint(cut);
        }
        out.varint(imports.size());
        imports.forEach((source, hash) -> out.text(source).text(hash));
        out.varint(stale.size());
        stale.forEach((property, days) -> {
            out.varint(property).varint(days.size());
            for (long day : days) out.i64(day);
        });
        out.varint(droppedTo.size());
        droppedTo.forEach((property, to) -> out.varint(property).i64(to));
        var crc = new CRC32C();
        crc.update(out.view());
        out.i64(crc.getValue());
        return out.copy();
    }

    static Manifest decode(byte[] bytes, String where) throws IOException {
        var crc = new CRC32C();
        if (bytes.length > 8) crc.update(bytes, 0, bytes.length - 8);
        if (bytes.length < 16 || ByteBuffer.wrap(bytes).getLong(bytes.length - 8) != crc.getValue())
            throw new IOException(where + " is damaged; restore it from a backup, or move the history's folder away and"
                    + " let it grow anew from the log");
        var in = new ByteReader(ByteBuffer.wrap(bytes, 0, bytes.length - 8));
        for (byte b : MAGIC)
            if (in.u8() != b) throw new IOException(where + " is of a version that is unknown here; update Linkspan");
        var empty = empty(in.text(), in.text());
        var sealed = empty.withSealed(in.i64(), in.i64(), in.text()).withNextFile(in.varint());
        long rolledTo = in.i64();
        var segments = new ArrayList<Info>();
        for (int n = in.items(); n > 0; n--) {
            segments.add(new Info(
                    in.text(), in.flag(), in.u8(), in.i64(), in.i64(), in.varint(), in.varint(), longs(in, false)));
        }
        var imports = new LinkedHashMap<String, String>();
        for (int n = in.items(); n > 0; n--) imports.put(in.text(), in.text());
        var stale = new TreeMap<Integer, SortedSet<Long>>();
        for (int n = in.items(); n > 0; n--) stale.put(in.count(), longs(in, true));
        var dropped = new TreeMap<Integer, Long>();
        for (int n = in.items(); n > 0; n--) dropped.put(in.count(), in.i64());
        var whole = sealed.withSegments(List.copyOf(segments))
                .withRolled(empty.zone, rolledTo, stale)
                .withDropped(dropped);
        for (Map.Entry<String, String> e : imports.entrySet()) whole = whole.withImport(e.getKey(), e.getValue());
        return whole;
    }

    private static SortedSet<Long> longs(ByteReader in, boolean wide) {
        var all = new TreeSet<Long>();
        for (int n = in.items(); n > 0; n--) all.add(wide ? in.i64() : in.varint());
        return all;
    }
}
