package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.History;
import io.linkspan.model.Property;
import io.linkspan.model.Quality;
import io.linkspan.model.Tariff;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a tariff makes of what its registers counted: a pure function of readings, prices and a span. Money is decimal
/// and
/// exact; only where time is divided (a standing charge over its day, a capacity charge over its month, a mean of
/// peaks) a quotient is cut at [Tariff#DECIMALS] decimals, half to even. Nothing is rounded before it is told.
///
/// Not thread-safe.
final class Bill {
    /// How long a row is.
    enum Step {
        QUARTER,
        HOUR,
        DAY,
        MONTH
    }

    /// A share of a row at one price.
    record Part(BigDecimal kwh, BigDecimal cost) {
        static final Part NONE = new Part(BigDecimal.ZERO, BigDecimal.ZERO);

        Part plus(BigDecimal more, BigDecimal costs) {
            return new Part(kwh.add(more), cost.add(costs));
        }
    }

    /// A stretch of time.
    ///
    /// @param estimated kWh of which the place in time is estimated
    /// @param unpriced kWh of which no price is known; they are in no cost
    /// @param lackingMicros time of which nothing is known
    /// @param taken by the name of a price
    /// @param credit what was earned
    record Row(
            long from,
            long to,
            BigDecimal estimated,
            BigDecimal unpriced,
            long lackingMicros,
            Map<String, Part> taken,
            Map<String, Part> given,
            BigDecimal standing,
            BigDecimal capacity) {
        BigDecimal imported() {
            return taken.values().stream().map(Part::kwh).reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        BigDecimal exported() {
            return given.values().stream().map(Part::kwh).reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        BigDecimal energy() {
            return taken.values().stream().map(Part::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        BigDecimal credit() {
            return given.values().stream().map(Part::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        BigDecimal total() {
            return energy().subtract(credit()).add(standing).add(capacity);
        }
    }

    /// The highest quarter of a month.
    ///
    /// @param kw its mean power; 0 when no quarter is known whole
    /// @param at when it began; 0: none
    /// @param estimatedQuarters in which a higher one may hide
    /// @param lackingQuarters of which nothing, or not all, is known
    /// @param billedKw the mean of the monthly peaks, each at least the tariff's least
    /// @param months how many months that mean is of
    /// @param charge for the whole month; none without a capacity charge
    record Peak(
            YearMonth month,
            BigDecimal kw,
            long at,
            int estimatedQuarters,
            int lackingQuarters,
            BigDecimal billedKw,
            int months,
            Optional<BigDecimal> charge) {}

    /// A price of a dynamic tariff.
    record Price(long at, BigDecimal perKwh) {}

    private static final int PRICES_PAGE = 10_000;
    private static final String UNPRICED = "no price known";

    private final Tariff tariff;
    private final ZoneId zone;
    private final long gridFrom;
    private final int quarters;
    private final long until;
    private final Map<String, Counted> imports = new LinkedHashMap<>();
    private final Map<String, Counted> exports = new LinkedHashMap<>();
    private final Map<String, TreeMap<Long, BigDecimal>> markets = new LinkedHashMap<>();
    private long counted = Long.MIN_VALUE;
    private long since = Long.MAX_VALUE;

    private Bill(Tariff tariff, ZoneId zone, long gridFrom, long to, long until) {
        this.tariff = tariff;
        this.zone = zone;
        this.gridFrom = gridFrom;
        this.until = until;
        quarters = Math.toIntExact((up(to) - gridFrom) / Counted.QUARTER_MICROS);
    }

    /// Reads what a bill over a span needs.
    ///
    /// @param until what is later has not happened yet
    /// @throws IOException also where a contract does not let the registers out
    static Bill of(Tariff tariff, Place place, Filter filter, History history, long from, long to, long until)
            throws IOException {
        var zone = place.directory().file().zone();
        int months = tariff.prices().stream()
                .flatMap(p -> p.peak().stream())
                .mapToInt(Tariff.Peak::months)
                .max()
                .orElse(1);
        long start = micros(month(zone, from).minusMonths(months - 1L).atDay(1), zone);
        var bill = new Bill(tariff, zone, down(start), Math.max(from, Math.min(to, until)), until);
        boolean single = !filter.isReduced();
        for (String path : tariff.imports()) bill.imports.put(path, bill.count(place, history, path, single));
        for (String path : tariff.exports()) bill.exports.put(path, bill.count(place, history, path, single));
        for (var prices : tariff.prices()) {
            bill.market(place, history, prices.taken());
            if (prices.given().isPresent())
                bill.market(place, history, prices.given().get());
        }
        return bill;
    }

    private Counted count(Place place, History history, String path, boolean single) throws IOException {
        var unit = place.directory().find(path).flatMap(Property::unit).orElseThrow();
        var one = Counted.of(
                history, place.directory().property(path), gridFrom, end(quarters - 1), single, Tariff.kwh(unit));
        if (!one.isEmpty()) {
            counted = Math.max(counted, one.last());
            since = Math.min(since, Math.max(gridFrom, one.first()));
        }
        return one;
    }

    private void market(Place place, History history, Tariff.Rate rate) throws IOException {
        if (!(rate instanceof Tariff.Rate.Dynamic d) || markets.containsKey(d.property())) return;
        var all = new TreeMap<Long, BigDecimal>();
        int number = place.directory().property(d.property());
        long at = gridFrom - d.each().toNanos() / 1_000;
        while (true) {
            var page = history.read(number, at, end(quarters - 1), PRICES_PAGE);
            for (var p : page.points())
                if (p.quality() != Quality.BAD) Counted.decimal(p.value()).ifPresent(v -> all.put(p.atMicros(), v));
            if (!page.more() || page.points().isEmpty()) break;
            at = page.points().getLast().atMicros() + 1;
        }
        markets.put(d.property(), all);
    }

    // ---- time

    static long down(long micros) {
        return Math.floorDiv(micros, Counted.QUARTER_MICROS) * Counted.QUARTER_MICROS;
    }

    static long up(long micros) {
        return -down(-micros);
    }

    private long start(int i) {
        return gridFrom + i * Counted.QUARTER_MICROS;
    }

    private long end(int i) {
        return start(i + 1);
    }

    static ZonedDateTime local(long micros, ZoneId zone) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atZone(zone);
    }

    static YearMonth month(ZoneId zone, long micros) {
        return YearMonth.from(local(micros, zone));
    }

    static long micros(LocalDate day, ZoneId zone) {
        return Math.multiplyExact(day.atStartOfDay(zone).toEpochSecond(), 1_000_000L);
    }

    /// Where the row ends that an instant is in. Hours are those of the zone's clock, which may be off by half an
    /// hour.
    static long rowEnd(long at, Step step, ZoneId zone) {
        var day = local(at, zone);
        return switch (step) {
            case QUARTER -> down(at) + Counted.QUARTER_MICROS;
            case HOUR -> {
                long into = (day.getMinute() * 60L + day.getSecond()) * 1_000_000L + day.getNano() / 1_000;
                yield at - into + 4 * Counted.QUARTER_MICROS;
            }
            case DAY -> micros(day.toLocalDate().plusDays(1), zone);
            case MONTH -> micros(month(zone, at).plusMonths(1).atDay(1), zone);
        };
    }

    // ---- rows

    Tariff tariff() {
        return tariff;
    }

    /// Up to when all that was counted is in it; none when nothing is known.
    Optional<Long> countedTo() {
        return counted == Long.MIN_VALUE ? Optional.empty() : Optional.of(Math.min(counted, until));
    }

    /// One row for each step of a span; what has not happened yet has none.
    List<Row> rows(long from, long to, Step step) {
        var rows = new ArrayList<Row>();
        var peaks = new LinkedHashMap<YearMonth, Peak>();
        long last = Math.min(up(to), Math.max(down(from), up(until)));
        for (long at = down(from); at < last; ) {
            long next = Math.min(rowEnd(at, step, zone), last);
            rows.add(row(at, next, peaks));
            at = next;
        }
        return rows;
    }

    private Row row(long from, long to, Map<YearMonth, Peak> peaks) {
        var taken = new LinkedHashMap<String, Part>();
        var given = new LinkedHashMap<String, Part>();
        var estimated = BigDecimal.ZERO;
        var unpriced = BigDecimal.ZERO;
        long lacking = 0;
        int first = index(from);
        for (int i = first; i < index(to); i++) {
            unpriced = unpriced.add(price(i, imports, taken, true)).add(price(i, exports, given, false));
            boolean sure = true;
            var all = BigDecimal.ZERO;
            for (var c : imports.values()) {
                all = all.add(c.kwh(i));
                sure &= !c.isEstimated(i);
            }
            if (!sure) estimated = estimated.add(all);
            lacking += lacking(i);
        }
        long begun = Math.max(from, since);
        long done = Math.min(to, until);
        return new Row(
                from,
                to,
                estimated,
                unpriced,
                lacking,
                taken,
                given,
                done > begun ? standing(begun, done) : BigDecimal.ZERO,
                done > begun ? capacity(begun, done, peaks) : BigDecimal.ZERO);
    }

    private int index(long at) {
        return (int) Math.max(0, Math.min(quarters, (at - gridFrom) / Counted.QUARTER_MICROS));
    }

    /// Time of a quarter of which a register says nothing, though it could by now.
    private long lacking(int i) {
        long most = 0;
        for (var c : imports.values()) {
            long over = Math.min(end(i), until) - start(i);
            if (over <= 0 || c.known(i) >= over) continue;
            boolean late = !c.isEmpty() && start(i) < c.last() + Counted.SURE_MICROS && start(i) >= c.first();
            if (!late || until - c.last() > Counted.SURE_MICROS) most = Math.max(most, over - c.known(i));
        }
        return most;
    }

    /// @return kWh without a price
    private BigDecimal price(int i, Map<String, Counted> registers, Map<String, Part> parts, boolean taken) {
        var at = local(start(i), zone);
        var prices = tariff.on(at.toLocalDate());
        var unpriced = BigDecimal.ZERO;
        for (var e : registers.entrySet()) {
            if (e.getValue().known(i) == 0) continue;
            var kwh = e.getValue().kwh(i);
            var rate = prices.flatMap(p -> taken ? Optional.of(p.taken()) : p.given());
            if (rate.isEmpty() && prices.isPresent()) { // nothing is paid for what is given
                parts.merge("all", Part.NONE.plus(kwh, BigDecimal.ZERO), (a, b) -> a.plus(b.kwh(), b.cost()));
                continue;
            }
            var named = rate.flatMap(r -> named(r, e.getKey(), at, start(i)));
            if (named.isEmpty()) unpriced = unpriced.add(kwh);
            var cost = named.map(n -> n.perKwh().multiply(kwh)).orElse(BigDecimal.ZERO);
            parts.merge(
                    named.map(Named::name).orElse(UNPRICED),
                    Part.NONE.plus(kwh, cost),
                    (a, b) -> a.plus(b.kwh(), b.cost()));
        }
        return unpriced;
    }

    private record Named(String name, BigDecimal perKwh) {}

    private Optional<Named> named(Tariff.Rate rate, String register, ZonedDateTime at, long micros) {
        return switch (rate) {
            case Tariff.Rate.Bands b -> {
                int minute = at.getHour() * 60 + at.getMinute();
                yield b.bands().stream()
                        .filter(band -> band.days().contains(at.getDayOfWeek())
                                && (band.hours().isEmpty()
                                        || band.hours().stream().anyMatch(h -> h.has(minute))))
                        .findFirst()
                        .map(band -> new Named(band.name(), band.price()));
            }
            case Tariff.Rate.ByRegister r ->
                Optional.ofNullable(r.prices().get(register)).map(p -> new Named(register, p));
            case Tariff.Rate.Dynamic d -> market(d, micros).map(p -> new Named("market", p));
        };
    }

    private Optional<BigDecimal> market(Tariff.Rate.Dynamic d, long at) {
        var entry = markets.getOrDefault(d.property(), new TreeMap<>()).floorEntry(at);
        if (entry == null || at - entry.getKey() >= d.each().toNanos() / 1_000) return Optional.empty();
        return Optional.of(
                entry.getValue().multiply(d.perKwh()).multiply(d.factor()).add(d.plus()));
    }

    /// What one more kWh of a quarter would have cost; none: that is not known. Of several registers the first
    /// speaks.
    Optional<BigDecimal> marginal(long at) {
        var local = local(at, zone);
        return tariff.on(local.toLocalDate())
                .flatMap(p -> named(p.taken(), tariff.imports().getFirst(), local, at))
                .map(Named::perKwh);
    }

    /// The prices of the first dynamic rate within a span, oldest first.
    List<Price> prices(long from, long to) {
        var all = new ArrayList<Price>();
        for (int i = index(from); i < index(to); i++) {
            var local = local(start(i), zone);
            var rate = tariff.on(local.toLocalDate()).map(Tariff.Prices::taken);
            if (rate.isPresent() && rate.get() instanceof Tariff.Rate.Dynamic d) {
                var price = market(d, start(i));
                if (price.isPresent()) all.add(new Price(start(i), price.get()));
            }
        }
        return all;
    }

    private BigDecimal standing(long from, long to) {
        var sum = BigDecimal.ZERO;
        for (long at = from; at < to; ) {
            long next = Math.min(rowEnd(at, Step.DAY, zone), to);
            var day = local(at, zone).toLocalDate();
            long length = micros(day.plusDays(1), zone) - micros(day, zone);
            var prices = tariff.on(day);
            if (prices.isPresent()) sum = sum.add(share(prices.get().standing(), next - at, length));
            at = next;
        }
        return sum;
    }

    private static BigDecimal share(BigDecimal whole, long part, long of) {
        return whole.multiply(BigDecimal.valueOf(part))
                .divide(BigDecimal.valueOf(of), Tariff.DECIMALS, RoundingMode.HALF_EVEN);
    }

    private BigDecimal capacity(long from, long to, Map<YearMonth, Peak> peaks) {
        var sum = BigDecimal.ZERO;
        for (long at = from; at < to; ) {
            var month = month(zone, at);
            long next = Math.min(rowEnd(at, Step.MONTH, zone), to);
            long length = micros(month.plusMonths(1).atDay(1), zone) - micros(month.atDay(1), zone);
            var charge =
                    peaks.computeIfAbsent(month, m -> peak(m, new TreeMap<>())).charge();
            if (charge.isPresent()) sum = sum.add(share(charge.get(), next - at, length));
            at = next;
        }
        return sum;
    }

    // ---- peaks

    /// The peaks of the months of a span, oldest first; months of which nothing is known are left out.
    ///
    /// @param more kWh by the beginning of a quarter, to be added to what was counted
    List<Peak> peaks(long from, long to, TreeMap<Long, BigDecimal> more) {
        var all = new ArrayList<Peak>();
        long last = Math.min(to, until);
        for (var m = month(zone, from); micros(m.atDay(1), zone) < last; m = m.plusMonths(1)) {
            var peak = peak(m, more);
            if (peak.at() != 0) all.add(peak);
        }
        return all;
    }

    private record Highest(BigDecimal kwh, long at, int estimated, int lacking) {}

    private Peak peak(YearMonth month, TreeMap<Long, BigDecimal> more) {
        var here = highest(month, more);
        var tariffHere = tariff.on(month.atEndOfMonth()).flatMap(Tariff.Prices::peak);
        var kw = kw(here.kwh());
        if (tariffHere.isEmpty())
            return new Peak(month, kw, here.at(), here.estimated(), here.lacking(), kw, 1, Optional.empty());
        var sum = BigDecimal.ZERO;
        int known = 0;
        for (int back = 0; back < tariffHere.get().months(); back++) {
            var of = back == 0 ? here : highest(month.minusMonths(back), more);
            if (of.at() == 0) continue;
            sum = sum.add(kw(of.kwh()).max(tariffHere.get().leastKw()));
            known++;
        }
        var billed = known == 0
                ? tariffHere.get().leastKw()
                : sum.divide(BigDecimal.valueOf(known), Tariff.DECIMALS, RoundingMode.HALF_EVEN);
        return new Peak(
                month,
                kw,
                here.at(),
                here.estimated(),
                here.lacking(),
                billed,
                known,
                Optional.of(billed.multiply(tariffHere.get().charge())));
    }

    private static BigDecimal kw(BigDecimal kwhOfQuarter) {
        return kwhOfQuarter.multiply(BigDecimal.valueOf(4));
    }

    private Highest highest(YearMonth month, TreeMap<Long, BigDecimal> more) {
        var best = new Highest(BigDecimal.ZERO, 0, 0, 0);
        int estimated = 0;
        int lacking = 0;
        int end = index(micros(month.plusMonths(1).atDay(1), zone));
        for (int i = index(micros(month.atDay(1), zone)); i < end; i++) {
            if (end(i) > until) break;
            var sum = more.getOrDefault(start(i), BigDecimal.ZERO);
            boolean whole = true;
            boolean sure = true;
            for (var c : imports.values()) {
                sum = sum.add(c.kwh(i));
                whole &= c.known(i) == Counted.QUARTER_MICROS;
                sure &= !c.isEstimated(i);
            }
            if (!whole) {
                if (start(i) >= since) lacking++;
            } else if (!sure) estimated++;
            else if (best.at() == 0 || sum.compareTo(best.kwh()) > 0) best = new Highest(sum, start(i), 0, 0);
        }
        return new Highest(best.kwh(), best.at(), estimated, lacking);
    }
}
