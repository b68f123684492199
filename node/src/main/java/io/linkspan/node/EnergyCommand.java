package io.linkspan.node;

import io.linkspan.access.EnergyCsv;
import io.linkspan.model.Tree;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The command `energy`: what was counted, what it cost, the peaks, and what links saved. It needs the running node.
@Command(name = "energy", description = "shows energy by the site's tariffs: kWh, cost, peaks, and what links saved")
final class EnergyCommand implements Callable<Integer> {
    @Mixin
    private final Where where = new Where();

    @Option(
            names = "--from",
            paramLabel = "DAY|TIME",
            description = "from here on: 2026-01-14, or 2026-01-14T17:00Z (the first of this month without)")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "DAY|TIME", description = "up to here, and without it (now without)")
    private @Nullable String to;

    @Option(names = "--every", paramLabel = "STEP", description = "quarter, hour, day or month (day without)")
    private String every = "day";

    @Option(names = "--csv", description = "the rows as CSV")
    private boolean csv;

    @Override
    public Integer call() throws Exception {
        var request = where.request("energy").text("every", every);
        if (from != null) request.text("from", from);
        if (to != null) request.text("to", to);
        var answer = where.askNode(request);
        if (csv) {
            where.out().print(EnergyCsv.of(answer));
            where.out().flush();
            return Exit.DONE;
        }
        if (where.printed(answer)) return Exit.DONE;
        var tariffs = Where.list(answer, "tariffs");
        if (tariffs.isEmpty())
            throw new NoSuch("the site has no tariff; docs/energy.md says how its file says what energy costs");
        var zone = ZoneId.of(Where.text(answer, "zone"));
        for (var tariff : tariffs) tariff(tariff, zone);
        for (var link : Where.list(answer, "links")) link(link);
        return Exit.DONE;
    }

    private void tariff(Tree.Fields tariff, ZoneId zone) {
        String money = Where.text(tariff, "currency");
        where.print(Terminal.harmless(Where.optional(tariff, "title").orElse(Where.text(tariff, "id"))));
        var table = new Table("FROM", "TAKEN kWh", "GIVEN kWh", "ENERGY", "STANDING", "CAPACITY", "TOTAL " + money, "");
        for (var row : Where.list(tariff, "rows")) table.row(row(row, label(Where.text(row, "from"), zone)));
        Where.below(tariff, "total").ifPresent(total -> table.row(row(total, "in all")));
        where.out().print(table.text(where.terminal()));
        for (var peak : Where.list(tariff, "peaks"))
            where.print("Peak of " + Where.text(peak, "month") + ": " + Where.text(peak, "kw") + " kW on "
                    + at(Where.text(peak, "at"), zone)
                    + Where.optional(peak, "charge")
                            .map(c -> "; billed " + Where.text(peak, "billed_kw") + " kW (mean of "
                                    + Where.text(peak, "of_months") + "), " + cents(c) + " " + money + " for the month")
                            .orElse("")
                    + hidden(peak));
        where.print("");
    }

    private static String hidden(Tree.Fields peak) {
        long quarters = Long.parseLong(Where.text(peak, "estimated_quarters"))
                + Long.parseLong(Where.text(peak, "lacking_quarters"));
        return quarters == 0 ? "" : "; a higher one may hide in " + quarters + " quarters that were not measured";
    }

    private String label(String time, ZoneId zone) {
        boolean days = every.equals("day") || every.equals("month");
        return days ? Instant.parse(time).atZone(zone).toLocalDate().toString() : at(time, zone);
    }

    private static String at(String time, ZoneId zone) {
        return Instant.parse(time).atZone(zone).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT));
    }

    private static Table.Cell[] row(Tree.Fields row, String label) {
        var cost = Where.below(row, "cost").orElse(Tree.fields(java.util.Map.of()));
        var notes = new ArrayList<String>();
        Where.optional(row, "estimated_kwh").ifPresent(k -> notes.add(k + " kWh estimated in time"));
        Where.optional(row, "unpriced_kwh").ifPresent(k -> notes.add(k + " kWh without a price"));
        Where.optional(row, "lacking_s")
                .ifPresent(s -> notes.add("lacks " + Ages.text(java.time.Duration.ofSeconds(Long.parseLong(s)))));
        return new Table.Cell[] {
            Table.Cell.of(label),
            Table.Cell.number(Where.text(row, "import_kwh")),
            Table.Cell.number(Where.text(row, "export_kwh")),
            Table.Cell.number(cents(
                    new BigDecimal(Where.text(cost, "energy")).subtract(new BigDecimal(Where.text(cost, "export"))))),
            Table.Cell.number(cents(Where.text(cost, "standing"))),
            Table.Cell.number(cents(Where.text(cost, "capacity"))),
            Table.Cell.number(cents(Where.text(cost, "total"))),
            Table.Cell.of(String.join("; ", notes), Terminal.Tone.WARN)
        };
    }

    private static String cents(String amount) {
        return cents(new BigDecimal(amount));
    }

    private static String cents(BigDecimal amount) {
        return amount.setScale(2, java.math.RoundingMode.HALF_UP).toPlainString();
    }

    private void link(Tree.Fields link) {
        String id = Where.text(link, "id");
        var unknown = Where.optional(link, "unknown");
        if (unknown.isPresent()) {
            where.print("Link " + id + ": what it saved is not known: " + unknown.get());
            return;
        }
        where.print("Link " + id + " had its way " + Where.text(link, "times") + " times, "
                + Ages.text(java.time.Duration.ofSeconds(Long.parseLong(Where.text(link, "held_s")))) + " in all; "
                + Where.text(link, "shifted_kwh") + " kWh were drawn later (estimate, by "
                + (Where.text(link, "method").equals("measured") ? "what the machine drew" : "its own power, at most")
                + ")");
        for (var tariff : Where.list(link, "tariffs")) {
            List<String> told = new ArrayList<>();
            told.add("energy " + cents(Where.text(tariff, "energy_saved")));
            for (var month : Where.list(tariff, "months"))
                told.add(Where.text(month, "month") + ": peak " + Where.text(month, "peak_kw") + " kW instead of "
                        + Where.text(month, "without_least_kw") + " to " + Where.text(month, "without_kw")
                        + Where.optional(month, "capacity_saved")
                                .map(c -> ", capacity " + cents(Where.text(month, "capacity_saved_least")) + " to "
                                        + cents(c))
                                .orElse(""));
            where.print("  saved by " + Where.text(tariff, "id") + ": " + String.join("; ", told));
        }
        Where.optional(link, "read_to").ifPresent(at -> where.print("  The log was read up to " + at + "; ask again"));
    }

    /// A day in a zone, or a time, as microseconds since 1970.
    static long micros(String text, ZoneId zone) {
        if (text.matches("\\d{4}-\\d{2}-\\d{2}"))
            return LocalDate.parse(text).atStartOfDay(zone).toEpochSecond() * 1_000_000;
        var at = java.time.OffsetDateTime.parse(text).toInstant();
        return java.time.temporal.ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }
}
