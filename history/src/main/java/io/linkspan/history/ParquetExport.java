package io.linkspan.history;

import io.linkspan.model.History;
import io.linkspan.model.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Readings, or windows of them, as a table in the format of Apache Parquet: property by property, in order of time. A
/// reading's value stands in the column of its kind; the others are null. What does not stand is not in it.
final class ParquetExport {
    private final ParquetWriter writer;
    private final ParquetColumn property = column("property", ParquetColumn.Kind.WORD);
    private final ParquetColumn unit = optional("unit", ParquetColumn.Kind.WORD);

    private ParquetExport(OutputStream out, List<ParquetColumn> columns, Map<String, String> about) throws IOException {
        var all = new java.util.ArrayList<ParquetColumn>();
        all.add(property);
        all.addAll(columns);
        all.add(unit);
        writer = new ParquetWriter(out, all, about);
    }

    private static ParquetColumn column(String name, ParquetColumn.Kind kind) {
        return new ParquetColumn(name, kind, false);
    }

    private static ParquetColumn optional(String name, ParquetColumn.Kind kind) {
        return new ParquetColumn(name, kind, true);
    }

    private int begin(Export.Named named) {
        int row = writer.row();
        property.word(row, named.name());
        named.unit().ifPresent(u -> unit.word(row, u));
        return row;
    }

    private static Map<String, String> about(History history, long fromMicros, long toMicros) {
        var about = new LinkedHashMap<String, String>();
        about.put("linkspan.from", time(fromMicros));
        about.put("linkspan.to", time(toMicros));
        about.put("linkspan.complete_to", time(Math.min(history.completeTo(), toMicros)));
        return about;
    }

    private static String time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    /// Writes readings.
    ///
    /// @return how many
    static long readings(
            History history, List<Export.Named> properties, long fromMicros, long toMicros, OutputStream out)
            throws IOException {
        var time = column("time", ParquetColumn.Kind.TIME);
        var kind = column("kind", ParquetColumn.Kind.WORD);
        var values = new Values();
        var quality = column("quality", ParquetColumn.Kind.WORD);
        var received = optional("received", ParquetColumn.Kind.TIME);
        var table = new ParquetExport(
                out,
                List.of(
                        time,
                        kind,
                        values.number,
                        values.integer,
                        values.register,
                        values.flag,
                        values.text,
                        quality,
                        received),
                about(history, fromMicros, toMicros));
        for (var named : properties)
            Export.each(history, named.property(), fromMicros, toMicros, (point, receivedMicros) -> {
                int row = table.begin(named);
                time.whole(row, point.atMicros());
                kind.word(row, point.value().type().word());
                values.add(row, point.value());
                quality.word(row, point.quality().name().toLowerCase(Locale.ROOT));
                if (receivedMicros != 0) received.whole(row, receivedMicros);
                table.writer.endRow();
            });
        table.writer.finish();
        return table.writer.rows();
    }

    /// A column for each form that a value can have.
    private static final class Values {
        private final ParquetColumn number = optional("number", ParquetColumn.Kind.NUMBER);
        private final ParquetColumn integer = optional("integer", ParquetColumn.Kind.INTEGER);
        private final ParquetColumn register = optional("register", ParquetColumn.Kind.EXACT);
        private final ParquetColumn flag = optional("flag", ParquetColumn.Kind.FLAG);
        private final ParquetColumn text = optional("text", ParquetColumn.Kind.TEXT);

        private void add(int row, Value value) {
            switch (value) {
                case Value.Num n -> number.number(row, n.value());
                case Value.Int i -> integer.whole(row, i.value());
                case Value.Register r -> register.exact(row, r.unscaled(), r.decimals());
                case Value.Flag f -> flag.flag(row, f.on());
                case Value.Choice _, Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ ->
                    text.text(row, value.toString()); // as in CSV; `kind` says what it is
            }
        }
    }

    /// Writes windows; a figure that there is none of is null.
    ///
    /// @return how many
    static long windows(
            History history,
            List<Export.Named> properties,
            long fromMicros,
            long toMicros,
            History.Every every,
            OutputStream out)
            throws IOException {
        var from = column("from", ParquetColumn.Kind.TIME);
        var to = column("to", ParquetColumn.Kind.TIME);
        var count = column("count", ParquetColumn.Kind.INTEGER);
        var figures = List.of("min", "max", "mean", "time_mean", "last", "consumption").stream()
                .map(name -> optional(name, ParquetColumn.Kind.NUMBER))
                .toList();
        var columns = new java.util.ArrayList<>(List.of(from, to, count));
        columns.addAll(figures);
        var table = new ParquetExport(out, columns, about(history, fromMicros, toMicros));
        for (var named : properties)
            Export.eachWindow(history, named.property(), fromMicros, toMicros, every, b -> {
                int row = table.begin(named);
                from.whole(row, b.fromMicros());
                to.whole(row, b.toMicros());
                count.whole(row, b.count());
                double[] all = {b.min(), b.max(), b.mean(), b.timeMean(), b.last(), b.consumption()};
                for (int i = 0; i < all.length; i++)
                    if (!Double.isNaN(all[i])) figures.get(i).number(row, all[i]);
                table.writer.endRow();
            });
        table.writer.finish();
        return table.writer.rows();
    }
}
