package io.linkspan.access;

import io.linkspan.model.Tree;
import java.util.List;

/// The rows of [Energy] as CSV (RFC 4180), money and kWh with a decimal point. No state.
public final class EnergyCsv {
    private static final List<String> COSTS = List.of("energy", "export", "standing", "capacity", "total");

    private EnergyCsv() {}

    /// One line a row, of each tariff.
    public static String of(Tree.Fields told) {
        var out =
                new StringBuilder("tariff,from,to,import_kwh,export_kwh,energy,export,standing,capacity,total,currency,"
                        + "estimated_kwh,unpriced_kwh,lacking_s\r\n");
        for (var t : items(told, "tariffs"))
            for (var r : items(t, "rows")) {
                var cost = (Tree.Fields) r.fields().get("cost");
                out.append(text(t, "id"))
                        .append(',')
                        .append(text(r, "from"))
                        .append(',')
                        .append(text(r, "to"));
                out.append(',').append(text(r, "import_kwh")).append(',').append(text(r, "export_kwh"));
                for (String each : COSTS) out.append(',').append(cost == null ? "" : text(cost, each));
                out.append(',').append(text(t, "currency"));
                for (String each : List.of("estimated_kwh", "unpriced_kwh", "lacking_s"))
                    out.append(',').append(text(r, each).isEmpty() ? "0" : text(r, each));
                out.append("\r\n");
            }
        return out.toString();
    }

    private static List<Tree.Fields> items(Tree.Fields of, String name) {
        return of.fields().get(name) instanceof Tree.Items i
                ? i.items().stream().map(Tree.Fields.class::cast).toList()
                : List.of();
    }

    private static String text(Tree.Fields of, String name) {
        return of.fields().get(name) instanceof Tree.Scalar s ? s.text() : "";
    }
}
