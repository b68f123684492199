package io.linkspan.history;

import io.linkspan.model.History;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/// Readings as comma-separated text (RFC 4180), one reading a line: `property,time,value,quality`, times in UTC. What
/// it
/// writes [CsvImport] reads. Holds one page of readings at a time.
public final class CsvExport {
    static final String HEAD = "property,time,value,quality";

    private CsvExport() {}

    /// A property by its number, under a name.
    public record Named(int property, String name) {}

    /// Writes the readings of a span, property by property.
    ///
    /// @return how many
    public static long write(History history, List<Named> properties, long fromMicros, long toMicros, Appendable out)
            throws IOException {
        out.append(HEAD).append("\r\n");
        long written = 0;
        for (var named : properties) {
            long from = fromMicros;
            while (from < toMicros) {
                var page = history.read(named.property(), from, toMicros, History.POINTS_MAX);
                for (var point : page.points()) line(named.name(), point, out);
                written += page.points().size();
                if (!page.more()) break;
                from = page.points().getLast().atMicros() + 1;
            }
        }
        return written;
    }

    private static void line(String name, History.Point point, Appendable out) throws IOException {
        out.append(name)
                .append(',')
                .append(Instant.EPOCH.plus(point.atMicros(), ChronoUnit.MICROS).toString())
                .append(',')
                .append(quoted(point.value().toString()))
                .append(',')
                .append(point.quality().name().toLowerCase(Locale.ROOT))
                .append("\r\n");
    }

    private static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
