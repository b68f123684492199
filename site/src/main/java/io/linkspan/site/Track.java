package io.linkspan.site;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Conversion;
import io.linkspan.model.Window.Function;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one window keeps of one of its sources. The newest readings are kept as they are, in order of time, so that
/// late
/// ones find their place; older ones are put into the [Pane] of their step and forgotten. Not thread-safe.
final class Track {
    /// Most readings that are kept as they are; beyond that the oldest can not be overtaken any more, as if they
    /// were
    /// older than `late` allows.
    static final int READINGS_KEPT_MAX = 4_096;

    /// Most exchanges of a meter whose step down was not seen yet.
    static final int TURNS_KEPT_MAX = 16;

    /// The reading says that there is no value.
    static final byte NONE = 0x20;
    /// The reading may be acted on.
    static final byte USABLE = 0x10;

    private static final byte DECIMALS = 0x0F;
    private static final double[] TENS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    private static final long[] WHOLE_TENS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    /// What is kept of one step of a window's calendar.
    static final class Pane {
        final long from;
        long count;
        long covered;
        final Aggregate figures;

        Pane(long from, Aggregate figures) {
            this.from = from;
            this.figures = figures;
        }

        Pane copy() {
            var copy = new Pane(from, figures.copy());
            copy.count = count;
            copy.covered = covered;
            return copy;
        }
    }

    /// How a reading was taken.
    enum Taken {
        /// It has its place.
        ADDED,
        /// It was there already, or another one of its instant is.
        REPEATED,
        /// Its time is over.
        TOO_LATE
    }

    /// Gives the pane of an instant, or none where it is of no interest.
    private interface Panes {
        @Nullable
        Pane at(long from);
    }

    private long[] times = new long[8];
    private long[] bits = new long[8];
    private byte[] tags = new byte[8];
    private int start;
    private int end;

    /// Readings before this instant are in panes.
    private long settledTo = Long.MIN_VALUE;

    private boolean hasCarry;
    private long carryAt;
    private long carryBits;
    private byte carryTag = NONE;
    private boolean hasShown;
    private long shownBits;
    private byte shownTag;

    private final TreeMap<Long, BigDecimal> turns = new TreeMap<>();
    private final ArrayDeque<BigDecimal> awaited = new ArrayDeque<>();
    private boolean wentDown;
    private long downAt;
    private BigDecimal downBy = BigDecimal.ZERO;

    private final TreeMap<Long, Pane> panes = new TreeMap<>();
    private @Nullable Pane newest;

    /// The panes that readings which are kept as they are belong to, made up to one of them: they follow from the
    /// rest, are
    /// in no image, and are made anew when a reading comes between or another gap is known.
    private final TreeMap<Long, Pane> madeUp = new TreeMap<>();

    private long madeTo = Long.MIN_VALUE;
    private List<Series> madeUnder = List.of();

    // ---- taking

    /// Takes a reading.
    ///
    /// @param word bits of the figure as a double; of a register that is counted, its unscaled value
    /// @param tag [#NONE], or [#USABLE] or 0, with the register's decimals
    Taken add(long at, long word, byte tag, boolean corrects, boolean exact) {
        if (at < settledTo)
            return hasCarry && carryAt == at && carryBits == word && carryTag == tag ? Taken.REPEATED : Taken.TOO_LATE;
        int i = end;
        while (i > start && times[i - 1] > at) i--;
        if (i > start && times[i - 1] == at) {
            if (!corrects || bits[i - 1] == word && tags[i - 1] == tag) return Taken.REPEATED;
            bits[i - 1] = word;
            tags[i - 1] = tag;
            remake();
            return Taken.ADDED;
        }
        if (end == times.length) {
            int moved = makeRoom();
            i -= moved;
        }
        System.arraycopy(times, i, times, i + 1, end - i);
        System.arraycopy(bits, i, bits, i + 1, end - i);
        System.arraycopy(tags, i, tags, i + 1, end - i);
        if (at <= madeTo) remake();
        times[i] = at;
        bits[i] = word;
        tags[i] = tag;
        end++;
        if (exact && !awaited.isEmpty() && down(i).signum() < 0) turns.put(at, awaited.removeFirst());
        return Taken.ADDED;
    }

    private int makeRoom() {
        int size = end - start;
        int moved = start;
        int room = size > times.length - times.length / 4 ? times.length * 2 : times.length;
        times = Arrays.copyOf(Arrays.copyOfRange(times, start, end), room);
        bits = Arrays.copyOf(Arrays.copyOfRange(bits, start, end), room);
        tags = Arrays.copyOf(Arrays.copyOfRange(tags, start, end), room);
        start = 0;
        end = size;
        return moved;
    }

    /// The instant of the next reading behind one; [Long#MAX_VALUE] when there is none.
    long next(long at) {
        int i = index(at + 1);
        return i < end ? times[i] : Long.MAX_VALUE;
    }

    /// The newest instant; [Long#MIN_VALUE] before the first.
    long newest() {
        return end > start ? times[end - 1] : hasCarry ? carryAt : Long.MIN_VALUE;
    }

    /// Until when there is something to compute a figure from.
    long standsUntil(WindowRun.Member member, Gaps gaps) {
        long at = newest();
        if (at == Long.MIN_VALUE) return at;
        boolean none = ((end > start ? tags[end - 1] : carryTag) & NONE) != 0;
        return none || member.windows() != null ? at + 1 : Math.max(at + 1, gaps.stop(member.properties(), at));
    }

    /// How many readings are kept as they are.
    int kept() {
        return end - start;
    }

    /// The first of the kept readings that is not before an instant.
    private int index(long at) {
        int low = start;
        int high = end;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] < at) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    // ---- registers

    /// A register began anew: so much is to be added to the step down.
    ///
    /// @return the instant of the step that counts otherwise now; [Long#MIN_VALUE] when it is not there yet
    long turned(BigDecimal more) {
        for (int i = end - 1; i >= start; i--) {
            if (turns.containsKey(times[i]) || down(i).signum() >= 0) continue;
            turns.put(times[i], more);
            remake();
            return times[i];
        }
        if (wentDown) {
            remake();
            wentDown = false;
            var entry = panes.floorEntry(downAt);
            if (entry != null && entry.getValue().figures instanceof Aggregate.Steps steps)
                steps.counted(nano(downBy.add(more).max(BigDecimal.ZERO)));
            return downAt;
        }
        if (awaited.size() < TURNS_KEPT_MAX) awaited.add(more);
        return Long.MIN_VALUE;
    }

    private static BigDecimal exact(long word, byte tag) {
        return BigDecimal.valueOf(word, tag & DECIMALS);
    }

    /// The step to a kept reading if it is one down, else 0.
    private BigDecimal down(int i) {
        if ((tags[i] & NONE) != 0) return BigDecimal.ZERO;
        int before = i - 1;
        while (before >= start && (tags[before] & NONE) != 0) before--;
        if (before < start && !hasShown) return BigDecimal.ZERO;
        var shown = before < start ? exact(shownBits, shownTag) : exact(bits[before], tags[before]);
        return exact(bits[i], tags[i]).subtract(shown).min(BigDecimal.ZERO);
    }

    /// In 10^-9 of the unit; 0 for what is no step of a register (beyond 9 x 10^9 units).
    private static long nano(BigDecimal step) {
        var unscaled = step.movePointRight(Aggregate.Steps.UNIT).toBigInteger();
        return unscaled.bitLength() < Long.SIZE ? unscaled.longValue() : 0;
    }

    /// Follows a register from reading to reading.
    private final class Register {
        private boolean has = hasShown;
        private long word = shownBits;
        private byte tag = shownTag;
        private BigDecimal down = BigDecimal.ZERO;

        /// What was counted up to this reading since the one before it.
        long step(long at, long nextWord, byte nextTag) {
            long step = has ? counted(at, nextWord, nextTag) : 0;
            has = true;
            word = nextWord;
            tag = nextTag;
            return step;
        }

        private long counted(long at, long nextWord, byte nextTag) {
            down = BigDecimal.ZERO;
            if ((tag & DECIMALS) == (nextTag & DECIMALS) && nextWord >= word && nextWord - word >= 0) {
                long step = nextWord - word;
                long by = WHOLE_TENS[Aggregate.Steps.UNIT - (nextTag & DECIMALS)];
                return step <= Long.MAX_VALUE / by ? step * by : 0;
            }
            var step = exact(nextWord, nextTag).subtract(exact(word, tag));
            var turn = turns.get(at);
            if (step.signum() < 0 && turn != null) return nano(step.add(turn).max(BigDecimal.ZERO));
            if (step.signum() < 0) down = step;
            return nano(step.max(BigDecimal.ZERO));
        }
    }

    // ---- putting into panes

    /// Puts the readings before an instant into their panes.
    ///
    /// @param from panes before this instant are of no interest any more
    void settle(long to, long from, WindowRun run, WindowRun.Member member, Gaps gaps) {
        settledTo = Math.max(settledTo, to);
        int until = index(settledTo);
        if (end - until > READINGS_KEPT_MAX) {
            until = end - READINGS_KEPT_MAX;
            settledTo = times[until - 1] + 1;
        }
        if (until == start) return;
        Panes all = at -> at + run.step().micros() * 2 < from ? null : paneOf(at, run, member);
        var register = new Register();
        for (int i = start; i < until; i++) {
            // what stood before this reading is known to its end now
            if (hasCarry)
                stood(
                        carryAt,
                        carryTag,
                        figure(carryBits, carryTag, member),
                        times[i],
                        from,
                        Long.MAX_VALUE,
                        run,
                        member,
                        gaps,
                        all);
            point(times[i], bits[i], tags[i], from, Long.MAX_VALUE, register, run, member, all);
            if (member.exact() && register.down.signum() < 0) {
                wentDown = true;
                downAt = times[i];
                downBy = register.down;
                register.down = BigDecimal.ZERO;
            }
            hasCarry = true;
            carryAt = times[i];
            carryBits = bits[i];
            carryTag = tags[i];
        }
        hasShown = register.has;
        shownBits = register.word;
        shownTag = register.tag;
        start = until;
        turns.headMap(settledTo).clear();
        if (carryAt > madeTo) remake();
        madeUp.headMap(run.calendar().start(carryAt)).clear();
    }

    private Pane paneOf(long at, WindowRun run, WindowRun.Member member) {
        var known = newest;
        if (known != null && known.from == at) return known;
        var pane = panes.get(at);
        if (pane == null) {
            pane = new Pane(at, Aggregate.of(run.window().function(), member.exact()));
            panes.put(at, pane);
        }
        newest = pane;
        return pane;
    }

    /// Forgets the panes before an instant.
    void forget(long before) {
        if (panes.isEmpty() || panes.firstKey() >= before) return;
        panes.headMap(before).clear();
        madeUp.headMap(before).clear();
        newest = null;
    }

    private static double figure(long word, byte tag, WindowRun.Member member) {
        return member.exact() ? word / TENS[tag & DECIMALS] : Double.longBitsToDouble(word);
    }

    private void point(
            long at,
            long word,
            byte tag,
            long from,
            long to,
            Register register,
            WindowRun run,
            WindowRun.Member member,
            Panes into) {
        if ((tag & NONE) != 0) return;
        double figure = figure(word, tag, member);
        long step = member.exact() ? register.step(at, word, tag) : 0;
        if (at >= from && at < to) {
            var pane = into.at(run.calendar().start(at));
            if (pane != null) {
                pane.count++;
                pane.figures.point(at, figure, step);
            }
        }
        if (member.windows() != null) // it stands for the stretch before it
        pieces(Math.max(from, member.windows().start(at)), Math.min(to, at + 1), figure, tag, run, into);
    }

    /// What a reading stood for, until the next one or a gap.
    private static void stood(
            long at,
            byte tag,
            double figure,
            long next,
            long from,
            long to,
            WindowRun run,
            WindowRun.Member member,
            Gaps gaps,
            Panes into) {
        if ((tag & NONE) != 0 || member.windows() != null) return;
        long end = Math.min(Math.min(next, to), gaps.stop(member.properties(), at));
        pieces(Math.max(at, from), end, figure, tag, run, into);
    }

    private static void pieces(long from, long to, double figure, byte tag, WindowRun run, Panes into) {
        for (long at = from; at < to; ) {
            long end = Math.min(to, run.calendar().end(at));
            var pane = into.at(run.calendar().start(at));
            if (pane != null) {
                pane.figures.stood(at, end, figure);
                if ((tag & USABLE) != 0) pane.covered += end - at;
            }
            at = end;
        }
    }

    // ---- asking

    /// What a stretch held.
    ///
    /// @param to behind its last instant
    /// @param keptFrom nothing before this instant is of interest
    Pane over(long from, long to, long keptFrom, WindowRun run, WindowRun.Member member, Gaps gaps) {
        boolean isWhole = newest() < to || run.calendar().start(to) == to;
        return isWhole ? joined(from, to, keptFrom, run, member, gaps) : walked(from, to, run, member, gaps);
    }

    /// Of whole panes, which are kept made up to the newest reading.
    private Pane joined(long from, long to, long keptFrom, WindowRun run, WindowRun.Member member, Gaps gaps) {
        makeUp(keptFrom, run, member, gaps);
        var sum = new Pane(from, Aggregate.of(run.window().function(), member.exact()));
        var standing = standing(from, to, run, member, gaps);
        long first = run.calendar().start(from);
        var settled = panes.subMap(first, to).values().iterator();
        var made = madeUp.subMap(first, to).values().iterator();
        var ends = standing.values().iterator();
        Pane a = next(settled);
        Pane b = next(made);
        Pane c = next(ends);
        while (a != null || b != null || c != null) { // of each step the one that knows most
            long at = Math.min(from(a), Math.min(from(b), from(c)));
            if (c != null && c.from == at) join(sum, c);
            else if (b != null && b.from == at) join(sum, b);
            else if (a != null) join(sum, a);
            if (from(a) == at) a = next(settled);
            if (from(b) == at) b = next(made);
            if (from(c) == at) c = next(ends);
        }
        return sum;
    }

    private static @Nullable Pane next(Iterator<Pane> panes) {
        return panes.hasNext() ? panes.next() : null;
    }

    private static long from(@Nullable Pane pane) {
        return pane == null ? Long.MAX_VALUE : pane.from;
    }

    /// The panes in which the newest reading stands, up to an instant: its end is not known yet.
    private TreeMap<Long, Pane> standing(long from, long to, WindowRun run, WindowRun.Member member, Gaps gaps) {
        var over = new TreeMap<Long, Pane>();
        if (newest() == Long.MIN_VALUE || newest() >= to) return over;
        boolean isKept = end > start;
        long word = isKept ? bits[end - 1] : carryBits;
        byte tag = isKept ? tags[end - 1] : carryTag;
        stood(
                newest(),
                tag,
                figure(word, tag, member),
                to,
                from,
                to,
                run,
                member,
                gaps,
                copies(over, madeUp, run, member));
        return over;
    }

    /// Copies of the panes as they are now, for what is added to them for one answer.
    private Panes copies(TreeMap<Long, Pane> over, TreeMap<Long, Pane> newer, WindowRun run, WindowRun.Member member) {
        return at -> over.computeIfAbsent(at, _ -> {
            var made = newer.get(at);
            var kept = made == null ? panes.get(at) : made;
            return kept == null ? new Pane(at, Aggregate.of(run.window().function(), member.exact())) : kept.copy();
        });
    }

    /// Makes the panes of the readings that are kept as they are, as far as they are not made yet.
    private void makeUp(long keptFrom, WindowRun run, WindowRun.Member member, Gaps gaps) {
        var ledger = gaps.of(member.properties());
        if (!ledger.equals(madeUnder)) remake();
        madeUnder = ledger;
        int i = Math.max(start, madeTo == Long.MIN_VALUE ? start : index(madeTo + 1));
        if (i == end) return;
        var register = new Register();
        for (int k = i - 1; member.exact() && k >= start; k--)
            if ((tags[k] & NONE) == 0) {
                register.step(times[k], bits[k], tags[k]);
                break;
            }
        Panes own = copies(madeUp, new TreeMap<>(), run, member);
        for (; i < end; i++) {
            boolean isFirst = i == start;
            if (!isFirst || hasCarry) {
                byte tag = isFirst ? carryTag : tags[i - 1];
                double figure = figure(isFirst ? carryBits : bits[i - 1], tag, member);
                long at = isFirst ? carryAt : times[i - 1];
                stood(at, tag, figure, times[i], keptFrom, Long.MAX_VALUE, run, member, gaps, own);
            }
            point(times[i], bits[i], tags[i], keptFrom, Long.MAX_VALUE, register, run, member, own);
            madeTo = times[i];
        }
    }

    /// What was made up is of no use any more: a reading came between, or a gap is known.
    private void remake() {
        madeUp.clear();
        madeTo = Long.MIN_VALUE;
    }

    /// Of readings, one by one: for a stretch that ends within a pane in which there are later ones.
    private Pane walked(long from, long to, WindowRun run, WindowRun.Member member, Gaps gaps) {
        var over = new TreeMap<Long, Pane>();
        unsettled(from, to, run, member, gaps, copies(over, new TreeMap<>(), run, member));
        var sum = new Pane(from, Aggregate.of(run.window().function(), member.exact()));
        var all = new TreeMap<Long, Pane>(panes.subMap(run.calendar().start(from), to));
        all.putAll(over);
        for (var pane : all.values()) join(sum, pane);
        return sum;
    }

    private static void join(Pane sum, Pane pane) {
        sum.count += pane.count;
        sum.covered += pane.covered;
        sum.figures.merge(pane.figures);
    }

    private void unsettled(long from, long to, WindowRun run, WindowRun.Member member, Gaps gaps, Panes into) {
        var register = new Register();
        int first = member.exact() ? start : Math.max(start, index(from) - 1);
        boolean has = first > start || hasCarry;
        long at = first > start ? times[first - 1] : carryAt;
        long word = first > start ? bits[first - 1] : carryBits;
        byte tag = first > start ? tags[first - 1] : carryTag;
        for (int i = first; i < end && (at < to || !has); i++) {
            if (has) stood(at, tag, figure(word, tag, member), times[i], from, to, run, member, gaps, into);
            if (times[i] >= to && member.windows() == null) return;
            point(times[i], bits[i], tags[i], from, to, register, run, member, into);
            has = true;
            at = times[i];
            word = bits[i];
            tag = tags[i];
        }
        if (has) stood(at, tag, figure(word, tag, member), Long.MAX_VALUE, from, to, run, member, gaps, into);
    }

    /// Where series are missing.
    interface Gaps {
        /// The beginning of the first gap of one of these series that does not end before an instant, and is
        /// not before it;
        /// [Long#MAX_VALUE] when there is none.
        long stop(int[] properties, long at);

        /// What is known of these series.
        List<Series> of(int[] properties);
    }

    // ---- images

    Track copy() {
        var copy = new Track();
        copy.times = times.clone();
        copy.bits = bits.clone();
        copy.tags = tags.clone();
        copy.start = start;
        copy.end = end;
        copy.settledTo = settledTo;
        copy.hasCarry = hasCarry;
        copy.carryAt = carryAt;
        copy.carryBits = carryBits;
        copy.carryTag = carryTag;
        copy.hasShown = hasShown;
        copy.shownBits = shownBits;
        copy.shownTag = shownTag;
        copy.turns.putAll(turns);
        copy.awaited.addAll(awaited);
        copy.wentDown = wentDown;
        copy.downAt = downAt;
        copy.downBy = downBy;
        panes.forEach((at, pane) -> copy.panes.put(at, pane.copy()));
        return copy;
    }

    void write(ByteWriter w) {
        w.varint(end - start);
        for (int i = start; i < end; i++)
            w.signed(times[i] - (i == start ? 0 : times[i - 1])).u8(tags[i]).i64(bits[i]);
        w.signed(settledTo).flag(hasCarry).signed(carryAt).i64(carryBits).u8(carryTag);
        w.flag(hasShown).i64(shownBits).u8(shownTag).varint(turns.size());
        turns.forEach((at, more) -> w.signed(at).text(more.toPlainString()));
        w.varint(awaited.size());
        for (var more : awaited) w.text(more.toPlainString());
        w.flag(wentDown).signed(downAt).text(downBy.toPlainString()).varint(panes.size());
        for (var pane : panes.values()) {
            w.signed(pane.from).varint(pane.count).varint(pane.covered);
            pane.figures.write(w);
        }
    }

    static Track read(ByteReader r, Function function, boolean exact) {
        var t = new Track();
        int n = r.items();
        t.times = new long[Math.max(8, n)];
        t.bits = new long[Math.max(8, n)];
        t.tags = new byte[Math.max(8, n)];
        t.end = n;
        for (int i = 0; i < n; i++) {
            t.times[i] = r.signed() + (i == 0 ? 0 : t.times[i - 1]);
            t.tags[i] = (byte) r.u8();
            t.bits[i] = r.i64();
        }
        t.settledTo = r.signed();
        t.hasCarry = r.flag();
        t.carryAt = r.signed();
        t.carryBits = r.i64();
        t.carryTag = (byte) r.u8();
        t.hasShown = r.flag();
        t.shownBits = r.i64();
        t.shownTag = (byte) r.u8();
        for (int i = r.items(); i > 0; i--) t.turns.put(r.signed(), new BigDecimal(r.text()));
        for (int i = r.items(); i > 0; i--) t.awaited.add(new BigDecimal(r.text()));
        t.wentDown = r.flag();
        t.downAt = r.signed();
        t.downBy = new BigDecimal(r.text());
        for (int i = r.items(); i > 0; i--) {
            var pane = new Pane(r.signed(), Aggregate.of(function, exact));
            pane.count = r.varint();
            pane.covered = r.varint();
            pane.figures.read(r);
            t.panes.put(pane.from, pane);
        }
        return t;
    }

    /// A figure in the first member's unit.
    static double converted(double x, Conversion conversion) {
        return conversion.isNone() ? x : conversion.apply(x);
    }
}
