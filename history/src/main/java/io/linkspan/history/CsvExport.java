package io.linkspan.history;

import io.linkspan.model.History;
import io.linkspan.model.Quality;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// Readings as comma-separated text (RFC 4180), one reading a line: `property,time,value,quality`, times in UTC. What
/// it
/// writes [CsvImport] reads. Holds one page of readings at a time.
public final class CsvExport {
    static final String HEAD = "property,time,value,quality";

    private CsvExport() {}

    /// A property by its number, under a name.
    public record Named(int property, String name) {}

    /// Writes the readings of a span, property by property, and with each instant what does not stand there: in an
    /// order in
    /// which a history that reads them makes the same of them. When they came is not in it.
    ///
    /// @return how many lines
    public static long write(
            TsFileHistory history, List<Named> properties, long fromMicros, long toMicros, Appendable out)
            throws IOException {
        out.append(HEAD).append("\r\n");
        long[] written = {0};
        for (var named : properties)
            each(history, named.property(), fromMicros, toMicros, point -> {
                line(named.name(), point, out);
                written[0]++;
            });
        return written[0];
    }

    /// Takes a reading.
    @FunctionalInterface
    public interface Points {
        /// Takes it.
        void point(History.Point point) throws IOException;
    }

    /// Hands over the readings of a span and with each instant what does not stand there, in an order in which a
    /// history
    /// that takes them makes the same of them: the last that is CORRECTED stands, else the first.
    public static void each(TsFileHistory history, int property, long fromMicros, long toMicros, Points points)
            throws IOException {
        var beside = new TreeMap<Long, List<Again>>();
        for (var again : history.again(property, fromMicros, toMicros))
            beside.computeIfAbsent(again.atMicros(), _ -> new ArrayList<>()).add(again);
        for (long from = fromMicros; from < toMicros; ) {
            var page = history.read(property, from, toMicros, History.POINTS_MAX);
            for (var point : page.points()) {
                var others = beside.getOrDefault(point.atMicros(), List.of());
                for (var other : others) if (other.quality() == Quality.CORRECTED) points.point(point(other));
                points.point(point);
                for (var other : others) if (other.quality() != Quality.CORRECTED) points.point(point(other));
            }
            if (!page.more()) return;
            from = page.points().getLast().atMicros() + 1;
        }
    }

    private static History.Point point(Again again) {
        return new History.Point(again.atMicros(), again.value(), again.quality());
    }

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

    /// A field as it stands in a line (RFC 4180, 2).
    public static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
