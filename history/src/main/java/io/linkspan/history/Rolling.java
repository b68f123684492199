package io.linkspan.history;

import io.linkspan.model.History.Every;
import io.linkspan.model.History.Missing;
import io.linkspan.model.Quality;
import java.util.ArrayList;
import java.util.List;

/// Makes rolls of readings that come in order of time.
///
/// A figure stands from its instant until the next reading, the next gap, or the end of its bucket; one that stood when
/// a bucket began stands in it too. A BAD reading is no figure: from then on none stands. Not thread-safe.
final class Rolling {
    /// How long after a meter was exchanged people may tell so: 31 days. Until then the step down is no
    /// consumption.
    static final long TOLD_MAX_MICROS = 31L * 86_400_000_000L;

    private final Calendar calendar;
    private final Every every;
    private final List<Missing> gaps;
    private final List<Turn> turns;
    private final long[] turnsUsed;
    private final List<Roll> done = new ArrayList<>();
    private int nextGap;

    private double standing = Double.NaN;
    private long since = Long.MIN_VALUE;
    private double shown = Double.NaN;
    private long shownAt;

    private boolean isOpen;
    private long from;
    private long to;
    private long count;
    private long used;
    private double first;
    private long firstAt;
    private double last;
    private long lastAt;
    private double min;
    private long minAt;
    private double max;
    private long maxAt;
    private double sum;
    private double area;
    private long held;
    private double consumption;

    /// That a register began anew.
    ///
    /// @param atMicros when that was noticed, or told
    /// @param more what is to be added to the difference of what it shows
    record Turn(long atMicros, boolean exchanged, double more) {}

    Rolling(Calendar calendar, Every every, List<Missing> gaps, List<Turn> turns) {
        this.calendar = calendar;
        this.every = every;
        this.gaps = gaps;
        this.turns = turns;
        turnsUsed = new long[turns.size()];
    }

    /// The newest reading before the first that is added.
    void before(Rows rows, int i) {
        long at = rows.times()[i];
        standing = rows.figure(i);
        since = at;
        if (rows.column(i).isRegister() && rows.quality(i) != Quality.BAD) {
            shown = standing;
            shownAt = at;
        }
    }

    /// The figures of some rows, for several that roll the same.
    ///
    /// @param isPlain each is a figure, and none that of a register
    record Figures(double[] all, boolean isPlain) {
        static Figures of(Rows rows, int start, int end) {
            double[] all = new double[end - start];
            boolean plain = true;
            for (int i = start; i < end; i++) {
                double figure = rows.figure(i);
                all[i - start] = figure;
                plain &= !Double.isNaN(figure) && !rows.column(i).isRegister();
            }
            return new Figures(all, plain);
        }
    }

    void add(Rows rows, int start, int end) {
        add(rows, start, end, Figures.of(rows, start, end));
    }

    void add(Rows rows, int start, int end, Figures figures) {
        for (int i = start; i < end; i++) {
            if (figures.isPlain && isOpen && used > 0 && since >= from && gapAfter(since) >= to)
                i = within(rows.times(), figures.all, start, i, end);
            if (i == end) return;
            long at = rows.times()[i];
            boolean register = rows.column(i).isRegister();
            stand(at);
            if (!isOpen || at >= to) open(at, register);
            count++;
            double figure = figures.all[i - start];
            if (!Double.isNaN(figure)) {
                take(figure, at);
                if (register) consume(figure, at);
            }
            standing = figure;
            since = at;
        }
    }

    /// Adds those that are in the open bucket, in which no gap is, and in which a figure stands.
    ///
    /// @return the first that is behind it, or `end`
    private int within(long[] times, double[] figures, int start, int next, int end) {
        int i = next;
        double stands = standing;
        if (Double.isNaN(stands)) return i;
        long before = since;
        double areaNow = area;
        double sumNow = sum;
        for (; i < end; i++) {
            long at = times[i];
            if (at >= to) break;
            double figure = figures[i - start];
            areaNow += stands * (at - before);
            sumNow += figure;
            if (figure < min) {
                min = figure;
                minAt = at;
            }
            if (figure > max) {
                max = figure;
                maxAt = at;
            }
            stands = figure;
            before = at;
        }
        if (i == next) return i;
        held += before - since;
        count += i - next;
        used += i - next;
        last = stands;
        lastAt = before;
        area = areaNow;
        sum = sumNow;
        standing = stands;
        since = before;
        return i;
    }

    private void open(long at, boolean register) {
        close();
        from = calendar.start(at, every);
        to = calendar.end(from, every);
        isOpen = true;
        count = 0;
        used = 0;
        sum = 0;
        area = 0;
        held = 0;
        first = last = min = max = Double.NaN;
        firstAt = lastAt = minAt = maxAt = 0;
        consumption = register ? 0 : Double.NaN;
        long end = Math.min(at, gapAfter(since));
        if (!Double.isNaN(standing)) hold(Math.max(since, from), end);
    }

    /// What stood until `at`, as far as it is in the open bucket.
    private void stand(long at) {
        if (isOpen && !Double.isNaN(standing)) hold(Math.max(since, from), Math.min(Math.min(at, to), gapAfter(since)));
    }

    private void hold(long start, long end) {
        if (end <= start) return;
        held += end - start;
        area += standing * (end - start);
    }

    /// The beginning of the first gap after an instant.
    private long gapAfter(long at) {
        while (nextGap < gaps.size() && gaps.get(nextGap).fromMicros() <= at) nextGap++;
        return nextGap < gaps.size() ? gaps.get(nextGap).fromMicros() : Long.MAX_VALUE;
    }

    private void take(double figure, long at) {
        if (used++ == 0) {
            first = min = max = figure;
            firstAt = minAt = maxAt = at;
        }
        if (figure < min) {
            min = figure;
            minAt = at;
        }
        if (figure > max) {
            max = figure;
            maxAt = at;
        }
        last = figure;
        lastAt = at;
        sum += figure;
    }

    private void consume(double figure, long at) {
        if (!Double.isNaN(shown)) {
            double step = figure - shown;
            if (step < 0) step = Math.max(0, step + turned(at));
            consumption = (Double.isNaN(consumption) ? 0 : consumption) + step;
        }
        shown = figure;
        shownAt = at;
    }

    /// What to add to a step down: of the first turn that fits and was not used yet.
    private double turned(long at) {
        for (int i = 0; i < turns.size(); i++) {
            var turn = turns.get(i);
            long latest = turn.exchanged() ? at + TOLD_MAX_MICROS : at;
            if (turnsUsed[i] != 0 || turn.atMicros() < shownAt || turn.atMicros() > latest) continue;
            turnsUsed[i] = at;
            return turn.more();
        }
        return 0;
    }

    /// How many buckets are whole.
    int size() {
        return done.size();
    }

    private void close() {
        if (!isOpen) return;
        isOpen = false;
        done.add(new Roll(
                from,
                to,
                count,
                used,
                first,
                firstAt,
                last,
                lastAt,
                min,
                minAt,
                max,
                maxAt,
                sum,
                area,
                held,
                consumption));
    }

    /// The rolls; what stands last, stands up to `until` at most.
    List<Roll> finish(long until) {
        stand(until);
        close();
        return done;
    }
}
