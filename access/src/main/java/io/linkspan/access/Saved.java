package io.linkspan.access;

import io.linkspan.model.Directory;
import io.linkspan.model.History;
import io.linkspan.model.Link;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Thing;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// An estimate of what a link saved that holds a machine off, and how it is reckoned.
///
/// The log says when the link had its way, and what would have been wished without it. Where that is "on", the machine
/// would
/// have gone on drawing its own power from the moment at which it was held, until it had the energy that it took after
/// it
/// was let go (at most until it stopped by itself). That energy is shifted, not saved: in each quarter what it would
/// have drawn is added and what it took back is taken off. Where the machine's power is not measured, it is taken to
/// draw its
/// own power all the time, and to take all of it back at once.
///
/// How its wish for energy grew meanwhile, nobody measured, and a peak is a matter of minutes. So the peak is told from
/// the
/// least to the most: at least the lower of two reckonings (it went on at once at its own power; it drew evenly until
/// it
/// was let go for the last time), and at most what the meter would have shown had the machine drawn its own power in
/// each
/// quarter for as long as it was held.
///
/// @param energies kWh by the beginning of a quarter that the meter would have counted more, or less, without the link
/// @param evenly the same, had it drawn evenly
/// @param most what a quarter can have had more at most; these do not add up
/// @param times how often it had its way
/// @param heldMicros for how long in all
/// @param assumed how often the machine drew nothing as it was held, and began when it was let go: when it would have
/// begun is assumed
/// @param unknownMicros how long it had its way where nobody can tell what would have been without it
/// @param shifted kWh that were drawn later
/// @param measured whether the machine's own power is measured
record Saved(
        Link link,
        TreeMap<Long, BigDecimal> energies,
        TreeMap<Long, BigDecimal> evenly,
        TreeMap<Long, BigDecimal> most,
        int times,
        long heldMicros,
        int assumed,
        long unknownMicros,
        BigDecimal shifted,
        boolean measured) {

    private static final long MINUTE = 60_000_000L;
    /// How long after it was let go a machine takes back what it did not get: 6 hours at most.
    private static final long BACK_MICROS = 6L * 3_600_000_000L;
    /// Below this share of its own power a machine is off.
    private static final double OFF_SHARE = 0.1;

    /// Why nothing can be said of a link; empty: something can.
    static Optional<String> unknowable(Directory directory, Link link) {
        if (link.isPrivate()) return Optional.of("it is a private link of two machines");
        if (!(link.does() instanceof Link.Does.Switch s))
            return Optional.of("only a link that switches at thresholds can be reckoned");
        if (s.own().isEmpty()) return Optional.of("nobody says what " + link.to() + " draws; give the link own-power:");
        if (kw(directory, link).isEmpty() && measuredBy(directory, link).isEmpty())
            return Optional.of("own-power is not in a unit of power");
        return Optional.empty();
    }

    /// What the machine draws while it is on, in kW, as the link says it.
    static Optional<Double> kw(Directory directory, Link link) {
        if (!(link.does() instanceof Link.Does.Switch s) || !(s.own().orElse(null) instanceof Link.Own.Rated r))
            return Optional.empty();
        return link.from()
                .flatMap(directory::find)
                .flatMap(Property::unit)
                .flatMap(Saved::toKw)
                .map(f -> f * r.amount());
    }

    private static Optional<Double> toKw(String unit) {
        try {
            return Optional.of(Units.conversion(unit, "kW").factor());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// The property that measures what the machine draws: the link's own, else the only power of the same thing.
    private static Optional<String> measuredBy(Directory directory, Link link) {
        if (link.does() instanceof Link.Does.Switch s
                && s.own().orElse(null) instanceof Link.Own.Measured(var property)) return Optional.of(property);
        var thing = Optional.ofNullable(
                directory.file().things().get(link.to().substring(0, link.to().indexOf('.'))));
        var found = new ArrayList<String>();
        for (var p : thing.map(Thing::properties).orElse(java.util.Map.of()).values())
            if (!p.writable() && p.unit().flatMap(Saved::toKw).isPresent())
                found.add(thing.orElseThrow().id() + "." + p.name());
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /// Reckons.
    ///
    /// @param stretches of all links, oldest first
    /// @param until what is later has not happened yet
    static Saved of(
            Directory directory, History history, Link link, List<Charges.Stretch> stretches, long from, long until)
            throws IOException {
        var reckoning = new Reckoning(directory, history, link, until);
        int number = directory.link(link.id());
        for (var s : stretches)
            if (s.link() == number
                    && directory.name(Result.Sort.PROPERTY, s.property()).equals(link.to()))
                reckoning.add(s.from(), Math.min(s.to(), until), s.instead(), s.from() >= from);
        return reckoning.end();
    }

    private static final class Reckoning {
        private final History history;
        private final Link link;
        private final long until;
        private final int power;
        private final double toKw;
        private final double own;
        private final Optional<Value> wants;
        private final TreeMap<Long, BigDecimal> energies = new TreeMap<>();
        private final TreeMap<Long, BigDecimal> evenly = new TreeMap<>();
        private final TreeMap<Long, BigDecimal> most = new TreeMap<>();
        private final List<long[]> chained = new ArrayList<>();
        private int times;
        private long held;
        private int assumed;
        private long unknown;
        private BigDecimal shifted = BigDecimal.ZERO;
        private long chain = Long.MIN_VALUE; // since when the machine is owed something
        private long letGo = Long.MIN_VALUE;
        private double took;

        Reckoning(Directory directory, History history, Link link, long until) {
            this.history = history;
            this.link = link;
            this.until = until;
            var measured = measuredBy(directory, link).filter(p -> directory.property(p) != 0);
            power = measured.map(directory::property).orElse(0);
            toKw = measured.flatMap(directory::find)
                    .flatMap(Property::unit)
                    .flatMap(Saved::toKw)
                    .orElse(1.0);
            own = kw(directory, link).orElse(0.0);
            wants = link.does() instanceof Link.Does.Switch s ? s.whenAbove().or(s::whenBelow) : Optional.empty();
        }

        void add(long from, long to, Optional<Value> instead, boolean counts) throws IOException {
            if (to <= from) return;
            if (counts) {
                times++;
                held += to - from;
            }
            if (instead.isEmpty() || wants.isEmpty()) {
                unknown += to - from;
                return;
            }
            if (instead.equals(wants) || !Value.Flag.ON.equals(instead.get())) return; // it would have been off anyway
            if (power == 0) {
                both(from, to, own);
                put(most, from, to, own);
                both(to, Math.min(until, to + (to - from)), -own);
                shifted = shifted.add(kwh(own, to - from));
                return;
            }
            if (chain != Long.MIN_VALUE && takeBack(letGo, from)) settle();
            if (chain == Long.MIN_VALUE) {
                chain = from;
                boolean drew = history.lastBefore(power, from)
                        .flatMap(p -> Counted.decimal(p.value()))
                        .map(v -> v.doubleValue() * toKw > OFF_SHARE * Math.max(own, 0.001))
                        .orElse(false);
                if (!drew) assumed++;
            }
            letGo = to;
            chained.add(new long[] {from, to});
        }

        /// What the machine drew after it was let go, minute by minute.
        ///
        /// @return whether it stopped by itself
        private boolean takeBack(long from, long to) throws IOException {
            long end = Math.min(Math.min(to, until), from + BACK_MICROS);
            if (end <= from) return false;
            boolean ran = false;
            for (var b : history.buckets(power, from, end, History.Every.MINUTE).buckets()) {
                if (Double.isNaN(b.timeMean())) continue;
                long a = Math.max(from, b.fromMicros());
                long z = Math.min(end, b.toMicros());
                double kw = b.timeMean() * toKw;
                boolean on = kw > OFF_SHARE * Math.max(own, 0.001);
                if (!on && (ran || z > from + START_MICROS)) return true;
                if (!on || z <= a) continue;
                ran = true;
                both(a, z, -kw);
                took += kw * (z - a) / HOUR;
            }
            return end < to;
        }

        /// A machine that draws nothing so long after it was let go wanted nothing: 3 minutes.
        private static final long START_MICROS = 3 * MINUTE;

        private static final double HOUR = 3_600_000_000.0;

        /// From the moment at which it was held it would have drawn what it took later.
        private void settle() {
            double rate = own > 0 ? own : took / Math.max(1, letGo - chain) * HOUR;
            if (took > 0 && rate > 0) {
                long end = chain + (long) (took / rate * HOUR);
                put(energies, chain, end, rate);
                long last = Math.max(end, letGo);
                put(evenly, chain, last, took / (last - chain) * HOUR);
                shifted = shifted.add(kwh(rate, Math.min(end, letGo) - chain));
                for (long[] hold : chained) put(most, hold[0], hold[1], rate);
            }
            chained.clear();
            chain = Long.MIN_VALUE;
            took = 0;
        }

        private static BigDecimal kwh(double kw, long micros) {
            return BigDecimal.valueOf(kw * micros / HOUR).setScale(Counted.DECIMALS, RoundingMode.HALF_EVEN);
        }

        private void both(long from, long to, double kw) {
            put(energies, from, to, kw);
            put(evenly, from, to, kw);
        }

        private static void put(TreeMap<Long, BigDecimal> energies, long from, long to, double kw) {
            for (long at = from; at < to; ) {
                long quarter = Bill.down(at);
                long next = Math.min(quarter + Counted.QUARTER_MICROS, to);
                energies.merge(quarter, kwh(kw, next - at), BigDecimal::add);
                at = next;
            }
        }

        Saved end() throws IOException {
            if (chain != Long.MIN_VALUE) {
                takeBack(letGo, until);
                settle();
            }
            return new Saved(link, energies, evenly, most, times, held, assumed, unknown, shifted, power != 0);
        }
    }
}
