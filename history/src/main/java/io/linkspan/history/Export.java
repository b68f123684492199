package io.linkspan.history;

import io.linkspan.feed.Filter;
import io.linkspan.model.History;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Readings of several properties as one file, as far as a contract lets them out: a contract of windows gets its
/// windows. Holds one page of readings at a time, and of Parquet one group of rows. Immutable.
///
/// @param every windows instead of readings
public record Export(List<Named> properties, long fromMicros, long toMicros, Optional<History.Every> every, Form form) {
    /// Most readings that are taken from the history at once.
    static final int PAGE_POINTS_MAX = 10_000;

    /// What a file looks like.
    public enum Form {
        /// Comma-separated text, a row for each reading, which `import` takes back.
        CSV,
        /// Comma-separated text, a row for each instant and a column for each property.
        WIDE,
        /// Apache Parquet, a row for each reading.
        PARQUET
    }

    /// A property by its number, under a name.
    public record Named(int property, String name, Optional<String> unit) {}

    /// What became of it.
    ///
    /// @param left readings that the wide form has no place for
    public record Wrote(long rows, long left) {}

    public Export {
        properties = List.copyOf(properties);
        if (fromMicros > toMicros) throw new IllegalArgumentException("A span ends after it begins");
        if (form == Form.WIDE && every.isPresent())
            throw new IllegalArgumentException("The wide form has readings, no windows");
    }

    /// Writes it; the stream stays open. What broke off is no whole file: Parquet then lacks its footer.
    ///
    /// @throws io.linkspan.feed.NotLet the contract does not let it out; nothing is written then
    public Wrote write(History history, Filter filter, OutputStream out) throws IOException {
        var open = filter.over(history);
        for (var named : properties) open.missing(named.property(), fromMicros, fromMicros); // refuses what is not let
        // The owner is let all: what the filter's view can not tell, the history itself does.
        boolean all = filter.contract().isOwner() && history instanceof TsFileHistory;
        var from = all ? history : open;
        var windows = filter.contract().windows().or(this::every);
        if (form == Form.PARQUET)
            return new Wrote(
                    windows.isPresent()
                            ? ParquetExport.windows(from, properties, fromMicros, toMicros, windows.get(), out)
                            : ParquetExport.readings(from, properties, fromMicros, toMicros, out),
                    0);
        var text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        var wrote = text(from, windows, text);
        text.flush();
        return wrote;
    }

    private Wrote text(History history, Optional<History.Every> windows, Appendable out) throws IOException {
        if (form == Form.WIDE) {
            if (windows.isEmpty()) return CsvExport.wide(history, properties, fromMicros, toMicros, out);
            throw new io.linkspan.feed.NotLet(
                    "The wide form has single readings, which this contract does not let out; ask for form=long");
        }
        if (windows.isPresent())
            return new Wrote(CsvExport.windows(history, properties, fromMicros, toMicros, windows.get(), out), 0);
        var named = properties.stream()
                .map(p -> new CsvExport.Named(p.property(), p.name()))
                .toList();
        return new Wrote(
                history instanceof TsFileHistory whole
                        ? CsvExport.write(whole, named, fromMicros, toMicros, out)
                        : CsvExport.write(history, named, fromMicros, toMicros, out),
                0);
    }

    /// Takes a reading.
    @FunctionalInterface
    interface Readings {
        /// @param receivedMicros when it came, where that is told; else 0
        void reading(History.Point point, long receivedMicros) throws IOException;
    }

    /// Hands over the readings of a span, page by page.
    static void each(History history, int property, long fromMicros, long toMicros, Readings readings)
            throws IOException {
        for (long from = fromMicros; from < toMicros; ) {
            long[] last = {from};
            boolean more;
            if (history instanceof TsFileHistory whole)
                more = whole.each(property, from, toMicros, PAGE_POINTS_MAX, (point, received) -> {
                    readings.reading(point, received);
                    last[0] = point.atMicros();
                });
            else {
                var page = history.read(property, from, toMicros, PAGE_POINTS_MAX);
                for (var point : page.points()) {
                    readings.reading(point, 0);
                    last[0] = point.atMicros();
                }
                more = page.more();
            }
            if (!more) return;
            from = last[0] + 1;
        }
    }

    /// Takes a window.
    @FunctionalInterface
    interface Windows {
        void window(History.Bucket bucket) throws IOException;
    }

    /// Hands over the windows of a span.
    static void eachWindow(
            History history, int property, long fromMicros, long toMicros, History.Every every, Windows windows)
            throws IOException {
        for (long from = fromMicros; from < toMicros; ) {
            var page = history.buckets(property, from, toMicros, every);
            for (var bucket : page.buckets()) windows.window(bucket);
            if (!page.more() || page.buckets().isEmpty()) return;
            from = page.buckets().getLast().toMicros();
        }
    }
}
