package io.linkspan.access;

import io.linkspan.model.History;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What one register counted in each quarter of an hour of a span, exact to 1/1,000,000 of its unit.
///
/// What a register shows is known at its readings and, through roll-over and exchange, what was counted between them.
/// At
/// the
/// edge of a quarter it lies on the line between the reading before and the one after; so the quarters of a span add up
/// to what the register counted in it. Readings further apart than [#SURE_MICROS] make the quarters between them
/// estimates: the
/// sum is known, its place in time is not. Before the first and behind the last reading nothing is known.
///
/// Not thread-safe; not changed once it is made.
final class Counted {
    static final long QUARTER_MICROS = 900_000_000L;
    /// Readings that are further apart leave open in which quarter something was counted: 16 minutes.
    static final long SURE_MICROS = 960_000_000L;
    /// How far behind a span the next reading is looked for: 31 days.
    private static final long AHEAD_MICROS = 31L * 86_400_000_000L;
    /// Decimals of what is counted; no meter shows as many.
    static final int DECIMALS = 6;

    private final long from;
    private final BigDecimal[] kwh;
    private final boolean[] estimated;
    private final long[] known;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    private Counted(long from, int quarters) {
        this.from = from;
        kwh = new BigDecimal[quarters];
        Arrays.fill(kwh, BigDecimal.ZERO);
        estimated = new boolean[quarters];
        known = new long[quarters];
    }

    /// What is known of a register at an instant: counted since the first of these.
    private record Knot(long at, BigDecimal sum) {}

    /// Asks a history.
    ///
    /// @param from a whole quarter, as is `to`
    /// @param single whether single readings may be asked for
    /// @param perUnit kWh in one of the register's unit
    static Counted of(History history, int property, long from, long to, boolean single, BigDecimal perUnit)
            throws IOException {
        var counted = new Counted(from, Math.toIntExact((to - from) / QUARTER_MICROS));
        var knots = new ArrayList<Knot>();
        if (single) {
            var before = history.lastBefore(property, from);
            if (before.isPresent()
                    && before.get().quality() != Quality.BAD
                    && Values.asDouble(before.get().value()).isPresent())
                knots.add(new Knot(before.get().atMicros(), BigDecimal.ZERO));
        }
        buckets(history, property, from, to, knots);
        if (knots.isEmpty() || knots.getLast().at() < to) behind(history, property, to, knots);
        counted.spread(knots, perUnit);
        return counted;
    }

    /// Where the series ends before the span does, the next reading says what was counted meanwhile.
    private static void behind(History history, int property, long to, List<Knot> knots) throws IOException {
        if (knots.isEmpty() || history.completeTo() <= to) return;
        long near = to + 4 * QUARTER_MICROS;
        int had = knots.size();
        buckets(history, property, to, near, knots);
        if (knots.size() == had) buckets(history, property, near, near + AHEAD_MICROS, knots);
    }

    private static void buckets(History history, int property, long from, long to, List<Knot> knots)
            throws IOException {
        for (long at = from; at < to; ) {
            var page = history.buckets(property, at, to, History.Every.QUARTER);
            for (var b : page.buckets()) if (!Double.isNaN(b.consumption()) && !Double.isNaN(b.last())) add(b, knots);
            if (!page.more() || page.buckets().isEmpty()) return;
            at = page.buckets().getLast().toMicros();
        }
    }

    private static void add(History.Bucket b, List<Knot> knots) {
        long end = b.lastAtMicros() == 0 ? b.toMicros() : b.lastAtMicros();
        var counted = decimal(b.consumption());
        if (knots.isEmpty() && b.firstAtMicros() == 0) knots.add(new Knot(b.fromMicros(), BigDecimal.ZERO));
        boolean told = b.firstAtMicros() != 0 && b.last() >= b.first();
        var within = told ? decimal(b.last() - b.first()) : BigDecimal.ZERO;
        if (knots.isEmpty()) {
            // counted before it, by nobody that we know: only what came within counts
            knots.add(new Knot(told ? b.firstAtMicros() : end, BigDecimal.ZERO));
            if (told && end > b.firstAtMicros()) knots.add(new Knot(end, within));
            return;
        }
        var before = knots.getLast();
        var sum = before.sum().add(counted);
        var atFirst = sum.subtract(within);
        if (told && b.firstAtMicros() > before.at() && b.firstAtMicros() < end && atFirst.compareTo(before.sum()) >= 0)
            knots.add(new Knot(b.firstAtMicros(), atFirst));
        if (end > knots.getLast().at()) knots.add(new Knot(end, sum));
        else knots.set(knots.size() - 1, new Knot(knots.getLast().at(), sum));
    }

    private static BigDecimal decimal(double figure) {
        return BigDecimal.valueOf(figure).setScale(DECIMALS, RoundingMode.HALF_EVEN);
    }

    private void spread(List<Knot> knots, BigDecimal perUnit) {
        if (knots.isEmpty()) return;
        first = knots.getFirst().at();
        last = knots.getLast().at();
        int k = 0;
        var atStart = BigDecimal.ZERO;
        for (int i = 0; i < kwh.length; i++) {
            long start = Math.max(first, from + i * QUARTER_MICROS);
            long end = Math.min(last, from + (i + 1) * QUARTER_MICROS);
            if (end <= start) continue;
            while (k + 1 < knots.size() && knots.get(k + 1).at() <= start) k++;
            if (i == 0 || known[i - 1] == 0) atStart = at(knots, k, start);
            int j = k;
            boolean sure = true;
            while (true) {
                sure &= knots.get(j + 1).at() - knots.get(j).at() <= SURE_MICROS;
                if (j + 2 >= knots.size() || knots.get(j + 1).at() >= end) break;
                j++;
            }
            var atEnd = at(knots, j, end);
            kwh[i] = atEnd.subtract(atStart).multiply(perUnit);
            estimated[i] = !sure;
            known[i] = end - start;
            atStart = atEnd;
        }
    }

    private static BigDecimal at(List<Knot> knots, int k, long at) {
        var a = knots.get(k);
        if (k + 1 >= knots.size() || at <= a.at()) return a.sum();
        var b = knots.get(k + 1);
        if (at >= b.at()) return b.sum();
        return a.sum()
                .add(b.sum()
                        .subtract(a.sum())
                        .multiply(BigDecimal.valueOf(at - a.at()))
                        .divide(BigDecimal.valueOf(b.at() - a.at()), DECIMALS, RoundingMode.HALF_EVEN));
    }

    // ---- what can be asked of quarter i

    BigDecimal kwh(int i) {
        return kwh[i];
    }

    boolean isEstimated(int i) {
        return estimated[i];
    }

    /// Microseconds of the quarter of which is known what was counted.
    long known(int i) {
        return known[i];
    }

    /// Whether anything is known in the span or before it.
    boolean isEmpty() {
        return first > last;
    }

    /// The first reading that counts; [Long#MAX_VALUE]: none.
    long first() {
        return first;
    }

    /// The last one; [Long#MIN_VALUE]: none.
    long last() {
        return last;
    }

    /// A reading as a decimal number.
    static java.util.Optional<BigDecimal> decimal(Value value) {
        return switch (value) {
            case Value.Num n -> java.util.Optional.of(BigDecimal.valueOf(n.value()));
            case Value.Int n -> java.util.Optional.of(BigDecimal.valueOf(n.value()));
            case Value.Register r -> java.util.Optional.of(r.exact());
            case Value.Choice _, Value.Flag _, Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ ->
                java.util.Optional.empty();
        };
    }
}
