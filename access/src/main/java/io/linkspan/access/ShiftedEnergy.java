package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.Directory;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What energy would have cost, had machines been on at other times: what the registers really counted, plus what each
/// machine draws by a link's `own-power` for as long as it would have been on longer, less where shorter, at the price
/// of that quarter of an hour. Whether it would have drawn it nobody measured: a boiler that is held off now heats
/// later, and that is not in it. No state.
public final class ShiftedEnergy {
    private static final double HOUR = 3_600_000_000.0;
    private static final int ENERGY_DECIMALS = 3;

    private ShiftedEnergy() {}

    /// A machine that would have been on at other times.
    ///
    /// @param property its path
    /// @param moreOn microseconds that it would have been on longer (less: negative), by the wall time at which a
    /// quarter of an hour begins
    public record Switched(String property, SortedMap<Long, Long> moreOn) {}

    /// The answer as JSON.
    ///
    /// @param from microseconds since 1970, as is `to`
    public static Tree.Fields tell(Place place, Filter filter, long from, long to, List<Switched> all)
            throws IOException {
        var energies = new TreeMap<Long, BigDecimal>();
        var machines = new ArrayList<Tree>();
        for (var each : all) machines.add(machine(place.directory(), each, energies));
        var tariffs = new ArrayList<Tree>();
        var history = place.history();
        if (history.isPresent())
            for (var tariff : place.directory().file().tariffs().values()) {
                var let = filter.over(history.get());
                long until = Math.min(place.nowMicros(), let.completeTo());
                tariffs.add(tariff(Bill.of(tariff, place, filter, let, from, to, until), from, to, energies));
            }
        return Words.fields()
                .list("machines", machines)
                .list("tariffs", tariffs)
                .done();
    }

    private static Tree machine(Directory directory, Switched each, TreeMap<Long, BigDecimal> energies) {
        var out = Words.fields().text("property", each.property());
        var kw = drawn(directory, each.property());
        if (kw.isEmpty())
            return out.text("unknown", "nobody says what " + each.property() + " draws; give a link to it own-power:")
                    .done();
        var sum = BigDecimal.ZERO;
        for (var e : each.moreOn().entrySet()) {
            var kwh = BigDecimal.valueOf(kw.get() * e.getValue() / HOUR)
                    .setScale(Counted.DECIMALS, RoundingMode.HALF_EVEN);
            energies.merge(e.getKey(), kwh, BigDecimal::add);
            sum = sum.add(kwh);
        }
        return out.plain("kw", kw.get())
                .put("kwh_more", plain(sum, ENERGY_DECIMALS))
                .done();
    }

    private static Optional<Double> drawn(Directory directory, String property) {
        return directory.file().links().values().stream()
                .filter(l -> l.to().equals(property) && !l.isPrivate())
                .flatMap(l -> Saved.kw(directory, l).stream())
                .findFirst();
    }

    private static Tree tariff(Bill bill, long from, long to, TreeMap<Long, BigDecimal> energies) {
        var kwh = BigDecimal.ZERO;
        var cost = BigDecimal.ZERO;
        for (var row : bill.rows(from, to, Bill.Step.DAY)) {
            kwh = kwh.add(row.imported());
            cost = cost.add(row.total());
        }
        var more = BigDecimal.ZERO;
        var unpriced = BigDecimal.ZERO;
        var moreKwh = BigDecimal.ZERO;
        for (var e : energies.entrySet()) {
            moreKwh = moreKwh.add(e.getValue());
            var price = bill.marginal(e.getKey());
            if (price.isPresent()) more = more.add(price.get().multiply(e.getValue()));
            else unpriced = unpriced.add(e.getValue().abs());
        }
        var out = Words.fields()
                .text("id", bill.tariff().id())
                .text("currency", bill.tariff().currency().getCurrencyCode())
                .put("really", side(kwh, cost))
                .put("rehearsed", side(kwh.add(moreKwh), cost.add(more)))
                .put("cost_more", plain(more, Energy.MONEY_DECIMALS))
                .list("peaks", peaks(bill, from, to, energies));
        if (unpriced.signum() != 0) out.put("unpriced_kwh", plain(unpriced, ENERGY_DECIMALS));
        return out.done();
    }

    private static Tree side(BigDecimal kwh, BigDecimal cost) {
        return Words.fields()
                .put("import_kwh", plain(kwh, ENERGY_DECIMALS))
                .put("cost", plain(cost, Energy.MONEY_DECIMALS))
                .done();
    }

    private static List<Tree> peaks(Bill bill, long from, long to, TreeMap<Long, BigDecimal> energies) {
        var real = bill.peaks(from, to, new TreeMap<>());
        var rehearsed = bill.peaks(from, to, energies);
        var all = new ArrayList<Tree>();
        for (int i = 0; i < Math.min(real.size(), rehearsed.size()); i++)
            all.add(Words.fields()
                    .text("month", real.get(i).month().toString())
                    .put("really_kw", plain(real.get(i).kw(), ENERGY_DECIMALS))
                    .put("rehearsed_kw", plain(rehearsed.get(i).kw(), ENERGY_DECIMALS))
                    .done());
        return all;
    }

    private static Tree plain(BigDecimal amount, int decimals) {
        return Tree.plain(amount.setScale(decimals, RoundingMode.HALF_UP).toPlainString());
    }
}
