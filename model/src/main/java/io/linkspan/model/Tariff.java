package io.linkspan.model;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What energy costs: which registers are billed, and at which prices since when. Read by [SiteFile]. Money is decimal
/// and
/// exact; a price per year becomes one per month at [#DECIMALS] decimals, half to even.
///
/// @param imports paths of registers that count what is taken; at least one
/// @param exports paths of registers that count what is given
/// @param prices by the day from which they are valid, growing; at least one
public record Tariff(
        String id,
        Optional<String> title,
        Currency currency,
        List<String> imports,
        List<String> exports,
        List<Prices> prices) {

    /// Decimals of a quotient of money.
    public static final int DECIMALS = 12;
    /// Most registers of one direction of a tariff.
    public static final int REGISTERS_MAX = 100;
    /// Most changes of the prices of one tariff.
    public static final int PRICES_MAX = 1_000;
    /// Most bands of one price.
    public static final int BANDS_MAX = 100;
    /// Most months of which a capacity charge takes the mean.
    public static final int MONTHS_MAX = 36;
    /// Minutes of the grid on which hours of a tariff lie.
    public static final int GRID_MINUTES = 15;

    /// What is valid from a day on, until the next.
    ///
    /// @param from midnight in the site's zone; [LocalDate#MIN]: ever
    /// @param standing money a day
    public record Prices(LocalDate from, Rate taken, Optional<Rate> given, BigDecimal standing, Optional<Peak> peak) {}

    /// What one kWh costs, or earns where it is given.
    public sealed interface Rate {
        /// By day and hour: the first band that fits. The last one always does.
        record Bands(List<Band> bands) implements Rate {}

        /// By the register that counted it.
        record ByRegister(Map<String, BigDecimal> prices) implements Rate {}

        /// By a property whose readings are prices: each x `factor` + `plus`.
        ///
        /// @param each how long a price stands at most; it ends when the next begins
        /// @param perKwh what a reading is multiplied with to be money per kWh: 0.001 for one per MWh
        record Dynamic(String property, Duration each, BigDecimal perKwh, BigDecimal factor, BigDecimal plus)
                implements Rate {}
    }

    /// A price at some hours of some days.
    ///
    /// @param days in the site's zone
    /// @param hours empty: all day
    public record Band(String name, BigDecimal price, Set<DayOfWeek> days, List<Hours> hours) {}

    /// A part of a day on the wall clock, from a minute on up to, and without, another; over midnight where it ends
    /// before
    /// it begins.
    public record Hours(int fromMinute, int toMinute) {
        /// Whether a minute of the day is in it.
        public boolean has(int minute) {
            return fromMinute < toMinute
                    ? minute >= fromMinute && minute < toMinute
                    : minute >= fromMinute || minute < toMinute;
        }
    }

    /// A charge for the highest mean power of a quarter of an hour.
    ///
    /// @param charge money per kW and month
    /// @param leastKw what is billed at least
    /// @param months how many monthly peaks the mean is taken of, the newest last
    public record Peak(BigDecimal charge, BigDecimal leastKw, int months) {}

    public Tariff {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
        prices = List.copyOf(prices);
    }

    /// The prices of a day; none before the first.
    public Optional<Prices> on(LocalDate day) {
        Prices found = null;
        for (var each : prices) if (!each.from().isAfter(day)) found = each;
        return Optional.ofNullable(found);
    }

    /// How many kWh one of an energy unit is.
    ///
    /// @throws IllegalArgumentException it is no unit of energy
    public static BigDecimal kwh(String unit) {
        var c = Units.conversion(unit, KWH);
        return BigDecimal.valueOf(c.multiply())
                .divide(BigDecimal.valueOf(c.divide()), DECIMALS, RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
    }

    // ---- reading

    private static final String KWH = "kW.h";

    static Tariff read(Settings s, SiteFile.Lookup known) throws Invalid {
        String id = s.needName("id");
        var currency = currency(s);
        var imports = registers(s, "import", known);
        if (imports.isEmpty())
            throw new Invalid(
                    s.mark(),
                    "\"import\" is missing: the register that counts what is taken, for example import: meter.energy");
        var exports = registers(s, "export", known);
        for (String path : exports) if (imports.contains(path)) throw s.wrong("export", "names " + path + " too");
        var prices = new ArrayList<Prices>();
        for (var p : s.list("prices")) {
            var next = prices(p, currency, imports, exports, known);
            if (!prices.isEmpty() && !next.from().isAfter(prices.getLast().from()))
                throw p.has("from")
                        ? p.wrong(
                                "from",
                                "is later than the one before, "
                                        + prices.getLast().from())
                        : new Invalid(p.mark(), "\"from\" is missing: only the first prices may leave it out");
            prices.add(next);
            if (prices.size() > PRICES_MAX) throw s.wrong("prices", "has at most " + PRICES_MAX + " entries");
        }
        if (prices.isEmpty())
            throw new Invalid(
                    s.mark(),
                    "\"prices\" is missing; write for example prices: [ { from: 2026-01-01, import: 0.31 } ]");
        var tariff = new Tariff(id, s.text("title"), currency, imports, exports, prices);
        s.finish();
        return tariff;
    }

    private static Currency currency(Settings s) throws Invalid {
        String code = s.needText("currency", "EUR");
        try {
            return Currency.getInstance(code);
        } catch (IllegalArgumentException _) {
            throw s.wrong("currency", "is a code of ISO 4217 such as EUR, not \"" + code + "\"");
        }
    }

    /// One path, or a list of them.
    private static List<String> registers(Settings s, String field, SiteFile.Lookup known) throws Invalid {
        var part = s.part(field);
        if (part.isEmpty()) return List.of();
        var all = new ArrayList<String>();
        for (var item : part.get() instanceof Tree.Items i ? i.items() : List.of(part.get())) {
            if (!(item instanceof Tree.Scalar path))
                throw s.wrong(field, "names registers: meter.energy, or [meter.energy_day, meter.energy_night]");
            var register = known.property(s, field, path.text());
            if (register.type() != ValueType.REGISTER)
                throw s.wrong(
                        field,
                        path.text() + " is a " + register.type().word() + "; a bill is made of registers"
                                + " (type: register)");
            checkEnergy(s, field, path.text(), register);
            if (all.contains(path.text())) throw s.wrong(field, "names " + path.text() + " twice");
            all.add(path.text());
        }
        if (all.isEmpty() || all.size() > REGISTERS_MAX)
            throw s.wrong(field, "names 1.." + REGISTERS_MAX + " registers");
        return all;
    }

    private static void checkEnergy(Settings s, String field, String path, Property register) throws Invalid {
        try {
            kwh(register.unit()
                    .orElseThrow(() -> s.wrong(field, path + " has no unit; a register of energy has unit: kWh")));
        } catch (IllegalArgumentException _) {
            throw s.wrong(
                    field, path + " counts " + register.unit().orElse("") + "; a register of energy has unit: kWh");
        }
    }

    private static Prices prices(
            Settings p, Currency currency, List<String> imports, List<String> exports, SiteFile.Lookup known)
            throws Invalid {
        var from = day(p);
        var taken = rate(p, "import", currency, imports, known)
                .orElseThrow(() ->
                        new Invalid(p.mark(), "\"import\" is missing: the price of a kWh, for example import: 0.31"));
        var given = rate(p, "export", currency, exports, known);
        if (given.isPresent() && exports.isEmpty())
            throw p.wrong("export", "has a price, and the tariff names no register that counts what is given");
        var standing =
                p.has("standing") ? amount(p, "standing", currency, Map.of("/day", BigDecimal.ONE)) : BigDecimal.ZERO;
        var peak = peak(p, currency);
        p.finish();
        return new Prices(from, taken, given, standing, peak);
    }

    private static LocalDate day(Settings p) throws Invalid {
        var text = p.text("from");
        if (text.isEmpty()) return LocalDate.MIN;
        try {
            return LocalDate.parse(text.get());
        } catch (DateTimeException _) {
            throw p.wrong("from", "is a day such as 2026-01-01, not \"" + text.get() + "\"");
        }
    }

    private static Optional<Rate> rate(
            Settings p, String field, Currency currency, List<String> registers, SiteFile.Lookup known) throws Invalid {
        var part = p.part(field);
        if (part.isEmpty()) return Optional.empty();
        return Optional.of(
                switch (part.get()) {
                    case Tree.Scalar _ ->
                        new Rate.Bands(List.of(new Band(
                                "all", perKwh(p, field, currency), EnumSet.allOf(DayOfWeek.class), List.of())));
                    case Tree.Items _ -> bands(p, field, currency);
                    case Tree.Fields f ->
                        f.fields().containsKey("of")
                                ? dynamic(p.below(field).orElseThrow(), currency, known)
                                : byRegister(p, field, currency, registers);
                });
    }

    private static Rate bands(Settings p, String field, Currency currency) throws Invalid {
        var all = new ArrayList<Band>();
        var names = new HashSet<String>();
        boolean rest = false;
        for (var b : p.list(field)) {
            if (rest) throw new Invalid(b.mark(), "a band after one without days and hours is never reached");
            String name = b.needName("name");
            if (!names.add(name)) throw b.wrong("name", "names a second band \"" + name + "\"");
            rest = !b.has("days") && !b.has("hours");
            all.add(new Band(name, perKwh(b, "price", currency), days(b), hours(b)));
            b.finish();
        }
        if (!rest)
            throw p.wrong(
                    field,
                    "says nothing of the other hours; the last band has a name and a price, no days and no hours");
        if (all.size() > BANDS_MAX) throw p.wrong(field, "has at most " + BANDS_MAX + " bands");
        return new Rate.Bands(List.copyOf(all));
    }

    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    /// `mon-fri`, `sat`, or a list of such.
    private static Set<DayOfWeek> days(Settings b) throws Invalid {
        var all = EnumSet.noneOf(DayOfWeek.class);
        for (String text : texts(b, "days")) {
            int dash = text.indexOf('-');
            int from = DAYS.indexOf(dash < 0 ? text : text.substring(0, dash));
            int to = DAYS.indexOf(dash < 0 ? text : text.substring(dash + 1));
            if (from < 0 || to < 0)
                throw b.wrong("days", "is mon-fri, or a list such as [sat, sun], not \"" + text + "\"");
            for (int i = from; ; i = (i + 1) % DAYS.size()) {
                all.add(DayOfWeek.of(i + 1));
                if (i == to) break;
            }
        }
        return all.isEmpty() ? EnumSet.allOf(DayOfWeek.class) : all;
    }

    private static final Pattern HOURS = Pattern.compile("(\\d{2}):(\\d{2})-(\\d{2}):(\\d{2})");

    private static List<Hours> hours(Settings b) throws Invalid {
        var all = new ArrayList<Hours>();
        for (String text : texts(b, "hours")) {
            var m = HOURS.matcher(text);
            int from = m.matches() ? minute(m.group(1), m.group(2)) : -1;
            int to = from < 0 ? -1 : minute(m.group(3), m.group(4));
            if (from < 0 || to < 0 || from == to || from == MINUTES_A_DAY)
                throw b.wrong(
                        "hours",
                        "is \"07:00-22:00\", in quarters of an hour on the site's clock, not \"" + text + "\"");
            all.add(new Hours(from, to));
        }
        return List.copyOf(all);
    }

    private static final int MINUTES_A_DAY = 1_440;

    private static int minute(String hour, String minute) {
        int all = Integer.parseInt(hour) * 60 + Integer.parseInt(minute);
        return Integer.parseInt(minute) < 60 && all <= MINUTES_A_DAY && all % GRID_MINUTES == 0 ? all : -1;
    }

    private static List<String> texts(Settings b, String field) throws Invalid {
        var part = b.part(field);
        if (part.isEmpty()) return List.of();
        var all = new ArrayList<String>();
        for (var item : part.get() instanceof Tree.Items i ? i.items() : List.of(part.get())) {
            if (!(item instanceof Tree.Scalar word)) throw b.wrong(field, "is a word or a list of words");
            all.add(word.text().trim().toLowerCase(Locale.ROOT));
        }
        if (all.isEmpty()) throw b.wrong(field, "lists nothing; leave it out for all of them");
        return all;
    }

    private static Rate byRegister(Settings p, String field, Currency currency, List<String> registers) throws Invalid {
        var below = p.below(field).orElseThrow();
        var all = new LinkedHashMap<String, BigDecimal>();
        for (String path : registers) {
            if (!below.has(path))
                throw p.wrong(field, "gives no price for " + path + "; it names each register of the tariff");
            all.put(path, perKwh(below, path, currency));
        }
        below.finish();
        return new Rate.ByRegister(java.util.Collections.unmodifiableMap(all));
    }

    private static Rate dynamic(Settings d, Currency currency, SiteFile.Lookup known) throws Invalid {
        String path = d.needText("of", "market.price");
        var property = known.property(d, "of", path);
        BigDecimal perKwh = pricePerKwh(property.unit().orElse(""), currency)
                .filter(_ -> property.type() == ValueType.NUMBER)
                .orElseThrow(() -> d.wrong(
                        "of",
                        path + " is no price: it has type: number and unit: " + currency + "/kWh, or " + currency
                                + "/MWh"));
        var each = d.duration("each")
                .orElseThrow(() -> new Invalid(d.mark(), "\"each\" is missing: how long a price stands, such as 1h"));
        if (each.isZero() || each.toMinutes() % GRID_MINUTES != 0 || !each.equals(Duration.ofMinutes(each.toMinutes())))
            throw d.wrong("each", "is whole quarters of an hour: 15min, 30min, 1h");
        var factor = d.has("factor") ? decimal(d, "factor") : BigDecimal.ONE;
        var plus = d.has("plus") ? perKwh(d, "plus", currency) : BigDecimal.ZERO;
        d.finish();
        return new Rate.Dynamic(path, each, perKwh, factor, plus);
    }

    /// What a number in a unit of price is multiplied with to be money per kWh; none: it is no price in this
    /// currency.
    private static Optional<BigDecimal> pricePerKwh(String unit, Currency currency) {
        for (var e : Map.of("kWh", "1", "MWh", "0.001").entrySet())
            if (unit.equals(
                    Units.parse(currency.getCurrencyCode() + "/" + e.getKey()).code()))
                return Optional.of(new BigDecimal(e.getValue()));
        return Optional.empty();
    }

    private static Optional<Peak> peak(Settings p, Currency currency) throws Invalid {
        var below = p.below("peak");
        if (below.isEmpty()) return Optional.empty();
        var s = below.get();
        String of = s.needText("of", "quarter-hour");
        if (!of.equals("quarter-hour"))
            throw s.wrong("of", "is quarter-hour: the mean power of each quarter of an hour, not \"" + of + "\"");
        if (!s.has("charge"))
            throw new Invalid(
                    s.mark(), "\"charge\" is missing; write for example charge: 4.1 " + currency + " per kW and month");
        var charge = amount(
                s,
                "charge",
                currency,
                Map.of(
                        "/kw/month",
                        BigDecimal.ONE,
                        "/kw/year",
                        BigDecimal.ONE.divide(BigDecimal.valueOf(12), 2 * DECIMALS, RoundingMode.HALF_EVEN)));
        var least = BigDecimal.ZERO;
        var text = s.text("least");
        if (text.isPresent()) {
            var m = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?) ?kW").matcher(text.get());
            if (!m.matches()) throw s.wrong("least", "is a power such as 2.5 kW, not \"" + text.get() + "\"");
            least = new BigDecimal(m.group(1));
        }
        int months = (int) s.integer("months", 12, 1, MONTHS_MAX);
        s.finish();
        return Optional.of(new Peak(charge, least, months));
    }

    // ---- money

    private static final Pattern AMOUNT = Pattern.compile("([+-]?\\d{1,9}(?:\\.\\d{1,9})?)(?:\\s+(\\S.*))?");

    private static BigDecimal perKwh(Settings s, String field, Currency currency) throws Invalid {
        return amount(s, field, currency, Map.of("/kwh", BigDecimal.ONE, "/mwh", new BigDecimal("0.001")));
    }

    /// A decimal number, alone or with what it is per: `4.1 EUR per kW and month`, `4.1 EUR/kW/month`.
    private static BigDecimal amount(Settings s, String field, Currency currency, Map<String, BigDecimal> per)
            throws Invalid {
        String text = s.needText(field, "0.31");
        var m = AMOUNT.matcher(text.trim());
        if (m.matches()) {
            var number = new BigDecimal(m.group(1));
            if (m.group(2) == null) return number;
            String unit =
                    m.group(2).replaceAll("\\s+(per|and)\\s+|\\s*/\\s*", "/").toLowerCase(Locale.ROOT);
            String code = currency.getCurrencyCode().toLowerCase(Locale.ROOT);
            var factor = unit.startsWith(code) ? per.get(unit.substring(code.length())) : null;
            if (factor != null) return exact(number.multiply(factor));
        }
        String units = String.join(
                ", ",
                per.keySet().stream().sorted().map(u -> currency + spelled(u)).toList());
        throw s.wrong(field, "is a number, alone or in " + units + ", not \"" + text + "\"");
    }

    private static String spelled(String per) {
        return per.replace("kwh", "kWh").replace("mwh", "MWh").replace("kw/", "kW/");
    }

    private static BigDecimal exact(BigDecimal amount) {
        return amount.scale() <= DECIMALS ? amount : amount.setScale(DECIMALS, RoundingMode.HALF_EVEN);
    }

    private static BigDecimal decimal(Settings s, String field) throws Invalid {
        var m = AMOUNT.matcher(s.needText(field, "1.06").trim());
        if (m.matches() && m.group(2) == null) return new BigDecimal(m.group(1));
        throw s.wrong(field, "is a decimal number such as 1.06");
    }
}
