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
    /// Readings of all properties together that the wide form holds at once.
    static final int WIDE_POINTS_MAX = 100_000;

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

    /// Writes windows, property by property; a figure that there is none of is empty.
    ///
    /// @return how many
    static long windows(
            History history,
            List<Export.Named> properties,
            long fromMicros,
            long toMicros,
            History.Every every,
            Appendable out)
            throws IOException {
        out.append("property,from,to,count,min,max,mean,time_mean,last,consumption\r\n");
        long[] written = {0};
        for (var named : properties)
            Export.eachWindow(history, named.property(), fromMicros, toMicros, every, b -> {
                out.append(named.name()).append(',').append(time(b.fromMicros()));
                out.append(',').append(time(b.toMicros())).append(',').append(Long.toString(b.count()));
                for (double figure : new double[] {b.min(), b.max(), b.mean(), b.timeMean(), b.last(), b.consumption()})
                    out.append(',').append(Double.isNaN(figure) ? "" : Double.toString(figure));
                out.append("\r\n");
                written[0]++;
            });
        return written[0];
    }

    /// Writes a row for each instant, with a column for each property, which [CsvImport] takes back. There is no
    /// place
    /// for a quality in it, so readings that are UNCERTAIN or BAD are left out, and empty texts; the last line says
    /// how many.
    static Export.Wrote wide(
            History history, List<Export.Named> properties, long fromMicros, long toMicros, Appendable out)
            throws IOException {
        if (properties.size() >= CsvImport.COLUMNS_MAX)
            throw new IllegalArgumentException("At most " + (CsvImport.COLUMNS_MAX - 1) + " properties fit beside the"
                    + " time, not " + properties.size());
        int page = Math.clamp(WIDE_POINTS_MAX / Math.max(1, properties.size()), 1, Export.PAGE_POINTS_MAX);
        out.append("time");
        var walks = new ArrayList<Walk>();
        for (var named : properties) {
            out.append(',').append(named.name());
            walks.add(new Walk(history, named.property(), fromMicros, toMicros, page));
        }
        out.append("\r\n");
        long rows = 0;
        while (true) {
            long at = Long.MAX_VALUE;
            for (var walk : walks) at = Math.min(at, walk.at());
            if (at == Long.MAX_VALUE) break;
            out.append(time(at));
            for (var walk : walks) {
                out.append(',');
                if (walk.at() == at) out.append(quoted(walk.take()));
            }
            out.append("\r\n");
            rows++;
        }
        long left = walks.stream().mapToLong(w -> w.left).sum();
        if (left > 0)
            out.append("# left out, since they are uncertain, bad or empty: ")
                    .append(Long.toString(left))
                    .append("\r\n");
        return new Export.Wrote(rows, left);
    }

    /// One property on its way through a span.
    private static final class Walk {
        private final History history;
        private final int property;
        private final long to;
        private final int most;
        private long from;
        private History.Points page = new History.Points(List.of(), true);
        private int next;
        private long left;

        Walk(History history, int property, long from, long to, int most) {
            this.history = history;
            this.property = property;
            this.from = from;
            this.to = to;
            this.most = most;
        }

        /// The next instant that has a value; [Long#MAX_VALUE] when there is none.
        long at() throws IOException {
            while (true) {
                for (; next < page.points().size(); next++) {
                    var point = page.points().get(next);
                    if (point.quality().isUsable() && !point.value().toString().isEmpty()) return point.atMicros();
                    left++;
                }
                if (!page.more() || from >= to) return Long.MAX_VALUE;
                page = history.read(property, from, to, most);
                next = 0;
                if (!page.points().isEmpty()) from = page.points().getLast().atMicros() + 1;
            }
        }

        String take() {
            return page.points().get(next++).value().toString();
        }
    }

    private static String time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    private static void line(String name, History.Point point, Appendable out) throws IOException {
        out.append(name)
                .append(',')
                .append(time(point.atMicros()))
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
