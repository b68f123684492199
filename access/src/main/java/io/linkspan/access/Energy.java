package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.feed.NotLet;
import io.linkspan.model.History;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tariff;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Energy in words: what was counted, what it cost, the peaks, and what links saved, over the history of a site as far
/// as a
/// contract lets it out. docs/energy.md says how each figure is reckoned.
///
/// Thread-safety: safe for many threads.
public final class Energy {
    /// Most rows of one answer; more are refused.
    public static final int ROWS_MAX = 10_000;
    /// Longest span of one answer, in days.
    public static final int SPAN_DAYS_MAX = 1_100;
    /// Decimals of money as it is told, half up. Sums are made before.
    public static final int MONEY_DECIMALS = 4;

    /// How long one answer reads in the log for what links did; the next answer goes on there.
    private static final long LOG_NANOS_MAX = Duration.ofSeconds(3).toNanos();

    private static final int ENERGY_DECIMALS = 3;

    private final Map<SiteId, Charges> charges = new ConcurrentHashMap<>();

    /// What is asked for.
    ///
    /// @param from microseconds since 1970, as is `to`
    /// @param step `quarter`, `hour`, `day` or `month`
    public record Asked(long from, long to, String step) {}

    /// The answer as JSON.
    ///
    /// @throws Problem what is asked for can not be answered
    /// @throws NotLet the contract does not let it out
    public Tree.Fields tell(Place place, Filter filter, Asked asked) throws Problem, IOException {
        var step = step(asked.step());
        if (asked.from() >= asked.to()) throw Problem.of(400, "from is before to");
        if (asked.to() - asked.from() > Duration.ofDays(SPAN_DAYS_MAX).toMillis() * 1_000)
            throw Problem.of(400, "One answer spans at most " + SPAN_DAYS_MAX + " days; ask in parts");
        long least = step == Bill.Step.QUARTER ? Counted.QUARTER_MICROS : 4 * Counted.QUARTER_MICROS;
        if (step.compareTo(Bill.Step.DAY) < 0 && (asked.to() - asked.from()) / least > ROWS_MAX)
            throw Problem.of(400, "One answer has at most " + ROWS_MAX + " rows; ask for every=day, or in parts");
        var history = place.history()
                .orElseThrow(() -> Problem.of(
                        503,
                        "This node keeps no history of "
                                + place.directory().file().name()));
        var let = filter.over(history);
        long until = Math.min(place.nowMicros(), let.completeTo());
        var tariffs = new ArrayList<Tree>();
        var bills = new ArrayList<Bill>();
        for (var tariff : place.directory().file().tariffs().values()) {
            for (String path : tariff.imports()) need(place, filter, path);
            for (String path : tariff.exports()) need(place, filter, path);
            var bill = Bill.of(tariff, place, filter, let, asked.from(), asked.to(), until);
            bills.add(bill);
            tariffs.add(tariff(place, let, bill, tariff, asked, step));
        }
        var out = Words.fields()
                .time("from", asked.from())
                .time("to", asked.to())
                .text("every", word(step))
                .time("complete_to", Math.min(until, asked.to()))
                .list("tariffs", tariffs);
        if (filter.contract().isOwner()) out.put("links", links(place, let, bills, asked, until));
        return out.done();
    }

    private static void need(Place place, Filter filter, String path) throws Problem {
        int number = place.directory().property(path);
        if (number == 0 || !(filter.contract().isOwner() || filter.lets(number)))
            throw Problem.of(
                    403,
                    "A tariff of this site bills " + path + ", which is not in the contract of "
                            + filter.contract().party());
    }

    private static Bill.Step step(String word) throws Problem {
        for (var each : Bill.Step.values()) if (word(each).equals(word)) return each;
        throw Problem.of(400, "every is quarter, hour, day or month, not \"" + Words.cut(word) + "\"");
    }

    private static String word(Bill.Step step) {
        return step.name().toLowerCase(Locale.ROOT);
    }

    // ---- a tariff

    private static Tree.Fields tariff(
            Place place, History history, Bill bill, Tariff tariff, Asked asked, Bill.Step step) throws IOException {
        var rows = bill.rows(asked.from(), asked.to(), step);
        var out = Words.fields().text("id", tariff.id());
        tariff.title().ifPresent(t -> out.text("title", t));
        out.text("currency", tariff.currency().getCurrencyCode())
                .list("import", tariff.imports().stream().map(Tree::text).toList())
                .list("export", tariff.exports().stream().map(Tree::text).toList());
        bill.countedTo().ifPresent(at -> out.time("counted_to", at));
        out.put("total", row(total(rows, asked)))
                .list("rows", rows.stream().map(Energy::row).toList())
                .list(
                        "peaks",
                        bill.peaks(asked.from(), asked.to(), new TreeMap<>()).stream()
                                .map(Energy::peak)
                                .toList());
        var prices = bill.prices(asked.from(), asked.to());
        if (!prices.isEmpty() && prices.size() <= ROWS_MAX)
            out.list(
                    "prices",
                    prices.stream()
                            .map(p -> Tree.items(List.of(
                                    Tree.text(Words.time(p.at())),
                                    Tree.plain(p.perKwh().stripTrailingZeros().toPlainString()))))
                            .toList());
        var missing = new ArrayList<Tree>();
        for (String path : tariff.imports())
            for (var m : history.missing(place.directory().property(path), asked.from(), asked.to())) {
                var one = Words.fields().text("property", path).time("from", m.fromMicros());
                if (m.toMicros() != Long.MAX_VALUE) one.time("to", m.toMicros());
                missing.add(one.text("cause", m.cause()).done());
            }
        return out.list("missing", missing).done();
    }

    private static Bill.Row total(List<Bill.Row> rows, Asked asked) {
        var taken = new TreeMap<String, Bill.Part>();
        var given = new TreeMap<String, Bill.Part>();
        var estimated = BigDecimal.ZERO;
        var unpriced = BigDecimal.ZERO;
        var standing = BigDecimal.ZERO;
        var capacity = BigDecimal.ZERO;
        long lacking = 0;
        for (var r : rows) {
            r.taken().forEach((n, p) -> taken.merge(n, p, (a, b) -> a.plus(b.kwh(), b.cost())));
            r.given().forEach((n, p) -> given.merge(n, p, (a, b) -> a.plus(b.kwh(), b.cost())));
            estimated = estimated.add(r.estimated());
            unpriced = unpriced.add(r.unpriced());
            standing = standing.add(r.standing());
            capacity = capacity.add(r.capacity());
            lacking += r.lackingMicros();
        }
        long from = rows.isEmpty() ? asked.from() : rows.getFirst().from();
        long to = rows.isEmpty() ? asked.from() : rows.getLast().to();
        return new Bill.Row(from, to, estimated, unpriced, lacking, taken, given, standing, capacity);
    }

    private static Tree.Fields row(Bill.Row r) {
        var out = Words.fields()
                .time("from", r.from())
                .time("to", r.to())
                .put("import_kwh", kwh(r.imported()))
                .put("export_kwh", kwh(r.exported()))
                .put(
                        "cost",
                        Words.fields()
                                .put("energy", money(r.energy()))
                                .put("export", money(r.credit()))
                                .put("standing", money(r.standing()))
                                .put("capacity", money(r.capacity()))
                                .put("total", money(r.total()))
                                .done())
                .list("parts", parts(r.taken()));
        if (!r.given().isEmpty()) out.list("export_parts", parts(r.given()));
        if (r.estimated().signum() != 0) out.put("estimated_kwh", kwh(r.estimated()));
        if (r.unpriced().signum() != 0) out.put("unpriced_kwh", kwh(r.unpriced()));
        if (r.lackingMicros() > 0) out.plain("lacking_s", r.lackingMicros() / 1_000_000);
        return out.done();
    }

    private static List<Tree> parts(Map<String, Bill.Part> parts) {
        var all = new ArrayList<Tree>();
        parts.forEach((name, p) -> all.add(Words.fields()
                .text("name", name)
                .put("kwh", kwh(p.kwh()))
                .put("cost", money(p.cost()))
                .done()));
        return all;
    }

    private static Tree.Fields peak(Bill.Peak p) {
        var out = Words.fields()
                .text("month", p.month().toString())
                .put("kw", kwh(p.kw()))
                .time("at", p.at())
                .plain("estimated_quarters", p.estimatedQuarters())
                .plain("lacking_quarters", p.lackingQuarters());
        p.charge()
                .ifPresent(c -> out.put("billed_kw", kwh(p.billedKw()))
                        .plain("of_months", p.months())
                        .put("charge", money(c)));
        return out.done();
    }

    private static Tree kwh(BigDecimal amount) {
        return Tree.plain(amount.setScale(ENERGY_DECIMALS, RoundingMode.HALF_UP).toPlainString());
    }

    private static Tree money(BigDecimal amount) {
        return Tree.plain(amount.setScale(MONEY_DECIMALS, RoundingMode.HALF_UP).toPlainString());
    }

    // ---- links

    private Tree links(Place place, History history, List<Bill> bills, Asked asked, long until) throws IOException {
        var all = new ArrayList<Tree>();
        var directory = place.directory();
        if (bills.isEmpty()) return Tree.items(all);
        var told = charges.computeIfAbsent(place.id(), _ -> new Charges())
                .look(place, asked.from(), Math.min(asked.to(), until), LOG_NANOS_MAX);
        for (var link : directory.file().links().values()) {
            var unknown = Saved.unknowable(directory, link);
            if (unknown.isPresent()) {
                if (link.does() instanceof io.linkspan.model.Link.Does.Switch && !link.isPrivate())
                    all.add(head(link).text("unknown", unknown.get()).done());
                continue;
            }
            var saved = Saved.of(directory, history, link, told.stretches(), asked.from(), Math.min(asked.to(), until));
            all.add(saved(bills, asked, told, saved));
        }
        return Tree.items(all);
    }

    private static Words.Fields head(io.linkspan.model.Link link) {
        return Words.fields().text("id", link.id()).text("to", link.to());
    }

    private static Tree.Fields saved(List<Bill> bills, Asked asked, Charges.Told told, Saved saved) {
        var out = head(saved.link())
                .plain("times", saved.times())
                .plain("held_s", saved.heldMicros() / 1_000_000)
                .put("shifted_kwh", kwh(saved.shifted()))
                .text("method", saved.measured() ? "measured" : "rated")
                .plain("assumed", saved.assumed())
                .plain("unknown_s", saved.unknownMicros() / 1_000_000);
        if (!told.whole()) out.time("read_to", Math.max(0, told.readTo()));
        if (told.keptFrom() > asked.from()) out.time("kept_from", told.keptFrom());
        if (told.damaged() > 0) out.plain("damaged", told.damaged());
        var tariffs = new ArrayList<Tree>();
        for (var bill : bills) tariffs.add(saved(bill, asked, saved));
        return out.list("tariffs", tariffs).done();
    }

    private static Optional<BigDecimal> charge(Bill.Peak with, Bill.Peak without) {
        return without.charge().flatMap(c -> with.charge().map(c::subtract));
    }

    private static Tree.Fields saved(Bill bill, Asked asked, Saved saved) {
        var cost = BigDecimal.ZERO;
        var unpriced = BigDecimal.ZERO;
        for (var e : saved.energies().entrySet()) {
            var price = bill.marginal(e.getKey());
            if (price.isPresent()) cost = cost.add(price.get().multiply(e.getValue()));
            else unpriced = unpriced.add(e.getValue().abs());
        }
        var with = bill.peaks(asked.from(), asked.to(), new TreeMap<>());
        var atOnce = bill.peaks(asked.from(), asked.to(), saved.energies());
        var evenly = bill.peaks(asked.from(), asked.to(), saved.evenly());
        var most = bill.peaks(asked.from(), asked.to(), saved.most());
        var months = new ArrayList<Tree>();
        for (int i = 0; i < with.size(); i++) { // what is added makes no month known that was not
            var a = with.get(i);
            var low = atOnce.get(i).kw().compareTo(evenly.get(i).kw()) < 0 ? atOnce.get(i) : evenly.get(i);
            var high = most.get(i).kw().compareTo(low.kw()) < 0 ? low : most.get(i);
            var one = Words.fields()
                    .text("month", a.month().toString())
                    .put("peak_kw", kwh(a.kw()))
                    .put("without_kw", kwh(high.kw()))
                    .put("without_least_kw", kwh(low.kw()))
                    .time("without_at", high.at());
            charge(a, high).ifPresent(c -> one.put("capacity_saved", money(c)));
            charge(a, low).ifPresent(c -> one.put("capacity_saved_least", money(c)));
            months.add(one.done());
        }
        var out = Words.fields()
                .text("id", bill.tariff().id())
                .put("energy_saved", money(cost))
                .list("months", months);
        if (unpriced.signum() != 0) out.put("unpriced_kwh", kwh(unpriced));
        return out.done();
    }
}
