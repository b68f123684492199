package io.linkspan.history;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.History.Missing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/// What is known of each property beside its readings: the newest instant, where it is missing, and how its register
/// turned. What is said twice is known once, so that a log may be taken again.
///
/// Thread-safety: safe for many threads.
final class Ledger {
    /// Most gaps of one property; the oldest goes.
    static final int GAPS_MAX = 4_096;
    /// Most turns of one register; the oldest goes.
    static final int TURNS_MAX = 1_024;

    private static final class Entry {
        final List<Missing> gaps = new ArrayList<>();
        final List<Turned> turns = new ArrayList<>();
    }

    private static final Entry NOTHING = new Entry();

    /// A register's base from an instant on.
    private record Turned(long atMicros, boolean exchanged, long base, int decimals) {}

    private static final long NONE = Long.MIN_VALUE;

    private final Map<Integer, Entry> entries = new HashMap<>();
    private volatile AtomicLongArray newest =
            cells(64); // one that is replaced loses nothing: an import waits for the taker
    private long gapsForgotten;

    private Entry entry(int property) {
        return entries.computeIfAbsent(property, _ -> new Entry());
    }

    /// The newest instant of a property; [Long#MIN_VALUE]: it has none. Takes no lock: it is asked with each
    /// reading.
    long newest(int property) {
        var all = newest;
        return property < all.length() ? all.get(property) : NONE;
    }

    /// By one at a time: who takes waits for who imports.
    void newest(int property, long micros) {
        var all = newest;
        if (property >= all.length()) all = room(property);
        if (micros > all.getPlain(property)) all.setRelease(property, micros);
    }

    private synchronized AtomicLongArray room(int property) {
        var all = newest;
        if (property < all.length()) return all;
        var more = cells(Math.max(property + 1, all.length() * 2));
        for (int i = 0; i < all.length(); i++) more.set(i, all.get(i));
        newest = more;
        return more;
    }

    private static AtomicLongArray cells(int length) {
        var cells = new AtomicLongArray(length);
        for (int i = 0; i < length; i++) cells.setPlain(i, NONE);
        return cells;
    }

    /// @return whether that is news
    synchronized boolean gapOpened(int property, long fromMicros, String cause) {
        var gaps = entry(property).gaps;
        for (var gap : gaps) if (gap.fromMicros() == fromMicros || gap.toMicros() == Long.MAX_VALUE) return false;
        return add(gaps, new Missing(fromMicros, Long.MAX_VALUE, cause));
    }

    synchronized boolean gapClosed(int property, long toMicros) {
        var gaps = entry(property).gaps;
        for (int i = gaps.size() - 1; i >= 0; i--) {
            var gap = gaps.get(i);
            if (gap.toMicros() != Long.MAX_VALUE) continue;
            if (toMicros <= gap.fromMicros()) gaps.remove(i);
            else gaps.set(i, new Missing(gap.fromMicros(), toMicros, gap.cause()));
            return true;
        }
        return false;
    }

    synchronized boolean gapNoted(int property, long fromMicros, long toMicros, String cause) {
        if (toMicros <= fromMicros) return false;
        var gap = new Missing(fromMicros, toMicros, cause);
        var gaps = entry(property).gaps;
        return !gaps.contains(gap) && add(gaps, gap);
    }

    private boolean add(List<Missing> gaps, Missing gap) {
        int i = gaps.size();
        while (i > 0 && gaps.get(i - 1).fromMicros() > gap.fromMicros()) i--;
        gaps.add(i, gap);
        if (gaps.size() > GAPS_MAX) {
            gaps.removeFirst();
            gapsForgotten++;
        }
        return true;
    }

    synchronized boolean turned(int property, long atMicros, boolean exchanged, long base, int decimals) {
        var turns = entry(property).turns;
        var turn = new Turned(atMicros, exchanged, base, decimals);
        if (turns.contains(turn)) return false;
        turns.add(turn);
        if (turns.size() > TURNS_MAX) turns.removeFirst();
        return true;
    }

    /// Where a property is missing within a span, oldest first.
    synchronized List<Missing> missing(int property, long fromMicros, long toMicros) {
        var entry = entries.get(property);
        if (entry == null) return List.of();
        return entry.gaps.stream()
                .filter(g -> g.toMicros() > fromMicros && g.fromMicros() < toMicros)
                .toList();
    }

    /// How a register turned, each with what it adds to the difference of what is shown.
    synchronized List<Rolling.Turn> turns(int property) {
        var entry = entries.get(property);
        if (entry == null) return List.of();
        var turns = new ArrayList<Rolling.Turn>();
        double before = 0;
        for (var t : entry.turns) {
            double base = java.math.BigDecimal.valueOf(t.base, t.decimals).doubleValue();
            turns.add(new Rolling.Turn(t.atMicros, t.exchanged, base - before));
            before = base;
        }
        return turns;
    }

    /// The properties that are known.
    synchronized List<Integer> properties() {
        var all = new ArrayList<Integer>();
        for (int i = 0; i < newest.length(); i++) if (newest.get(i) != NONE || entries.containsKey(i)) all.add(i);
        return all;
    }

    /// How many gaps were forgotten since the start because of [#GAPS_MAX].
    synchronized long gapsForgotten() {
        return gapsForgotten;
    }

    /// Forgets what was said from an instant on.
    ///
    /// @param newestNow asked for the newest instant of each property that has one; [Long#MIN_VALUE]: none
    synchronized void backTo(long wallMicros, java.util.function.IntToLongFunction newestNow) {
        for (var entry : entries.values()) {
            entry.gaps.removeIf(gap -> gap.fromMicros() >= wallMicros);
            entry.gaps.replaceAll(gap ->
                    gap.toMicros() >= wallMicros ? new Missing(gap.fromMicros(), Long.MAX_VALUE, gap.cause()) : gap);
            entry.turns.removeIf(turn -> turn.atMicros >= wallMicros);
        }
        var all = newest;
        for (int i = 0; i < all.length(); i++) if (all.get(i) != NONE) all.set(i, newestNow.applyAsLong(i));
    }

    synchronized byte[] encode() {
        var out = new ByteWriter();
        var all = properties();
        out.u8(1).varint(all.size());
        int before = 0;
        for (int property : all) {
            out.varint(property - before);
            before = property;
            var entry = entries.getOrDefault(property, NOTHING);
            out.i64(newest(property)).varint(entry.gaps.size());
            for (var gap : entry.gaps)
                out.i64(gap.fromMicros()).i64(gap.toMicros()).text(gap.cause());
            out.varint(entry.turns.size());
            for (var turn : entry.turns)
                out.i64(turn.atMicros).flag(turn.exchanged).i64(turn.base).u8(turn.decimals);
        }
        return out.copy();
    }

    static Ledger decode(byte[] bytes) {
        var ledger = new Ledger();
        var in = new ByteReader(ByteBuffer.wrap(bytes));
        int version = in.u8();
        if (version != 1)
            throw new IllegalArgumentException("A ledger of version " + version + " is unknown; update Linkspan");
        int property = 0;
        for (int n = in.items(); n > 0; n--) {
            property += in.count();
            var entry = ledger.entry(property);
            ledger.newest(property, in.i64());
            for (int gaps = in.items(); gaps > 0; gaps--) entry.gaps.add(new Missing(in.i64(), in.i64(), in.text()));
            for (int turns = in.items(); turns > 0; turns--)
                entry.turns.add(new Turned(in.i64(), in.flag(), in.i64(), in.u8()));
        }
        return ledger;
    }
}
