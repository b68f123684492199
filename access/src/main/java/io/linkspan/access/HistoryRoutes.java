package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.History;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/// The routes of the readings by time. All ask the history through the filter of who asks. No state.
final class HistoryRoutes {
    /// What is asked for when nobody says from when.
    private static final long SPAN_MICROS = Duration.ofDays(1).toMillis() * 1_000;

    private static final int CSV_PAGE = 10_000;

    private HistoryRoutes() {}

    static List<Route> all() {
        String cell = "/v1/sites/{site}/cells/{path}";
        var exports = new Semaphore(Limits.EXPORTS_MAX);
        return List.of(
                Route.data("GET", cell + "/history", HistoryRoutes::history),
                Route.data("GET", cell + "/history.csv", HistoryRoutes::csv).streaming(),
                Route.data("GET", "/v1/sites/{site}/history/export", visit -> export(visit, exports))
                        .streaming());
    }

    /// What is asked for: a property of a site, over a span of time, as far as it may be told.
    private record Asked(Place place, Filter filter, History history, int property, String path, long from, long to) {
        static Asked of(Visit visit) throws Problem {
            var place = visit.place();
            var filter = visit.filter(place);
            String path = visit.part("path");
            int number = place.directory().property(path);
            if (number == 0 || (!filter.contract().isOwner() && !filter.lets(number)))
                throw Problem.of(
                        404,
                        "There is no property \"" + Words.cut(path) + "\" in "
                                + place.directory().file().name()
                                + "; a path is a thing and its property such as boiler.on");
            var history = kept(place);
            var span = Span.of(visit, place);
            return new Asked(place, filter, filter.over(history), number, path, span.from(), span.to());
        }

        Words.Fields head() {
            var out = Words.fields().text("property", path);
            place.directory().find(path).flatMap(Property::unit).ifPresent(u -> out.text("unit", u));
            return out.time("from", from).time("to", to).time("complete_to", Math.min(history.completeTo(), to));
        }

        Tree missing() throws IOException {
            var all = new ArrayList<Tree>();
            for (var m : history.missing(property, from, to)) {
                var one = Words.fields().time("from", m.fromMicros());
                if (m.toMicros() != Long.MAX_VALUE) one.time("to", m.toMicros());
                all.add(one.text("cause", m.cause()).done());
            }
            return Tree.items(all);
        }
    }

    private static History kept(Place place) throws Problem {
        return place.history()
                .orElseThrow(() -> Problem.of(
                        503,
                        "This node keeps no history of "
                                + place.directory().file().name()));
    }

    /// From when up to, and without, when.
    private record Span(long from, long to) {
        static Span of(Visit visit, Place place) throws Problem {
            var toText = visit.query("to");
            long to = toText.isPresent() ? Words.micros("to", toText.get()) : place.nowMicros();
            var fromText = visit.query("from");
            long from = fromText.isPresent() ? Words.micros("from", fromText.get()) : to - SPAN_MICROS;
            if (from > to) throw Problem.of(400, "from is not after to");
            return new Span(from, to);
        }
    }

    private static void history(Visit visit) throws Problem, IOException {
        var asked = Asked.of(visit);
        var every = visit.query("every");
        if (every.isPresent()) buckets(visit, asked, every(every.get()));
        else if (visit.query("columns").isPresent()) columns(visit, asked);
        else points(visit, asked);
    }

    private static History.Every every(String word) throws Problem {
        for (var each : History.Every.values())
            if (each.name().toLowerCase(Locale.ROOT).equals(word)) return each;
        throw Problem.of(400, "every is minute, quarter, hour or day, not \"" + Words.cut(word) + "\"");
    }

    private static long after(Visit visit, Asked asked) throws Problem {
        var after = visit.query("after");
        return after.isPresent() ? Math.max(asked.from(), Words.micros("after", after.get())) : asked.from();
    }

    private static void points(Visit visit, Asked asked) throws Problem, IOException {
        int max = visit.number("max", Limits.POINTS_MAX, 1, Limits.POINTS_MAX);
        var found = asked.history().read(asked.property(), after(visit, asked), asked.to(), max);
        var out = asked.head().list("points", trees(found.points()));
        if (found.more() && !found.points().isEmpty())
            out.text("next", Long.toString(found.points().getLast().atMicros() + 1));
        visit.json(out.put("missing", asked.missing()).done());
    }

    private static void columns(Visit visit, Asked asked) throws Problem, IOException {
        int columns = visit.number("columns", 1_000, 1, History.COLUMNS_MAX);
        var found = asked.history().reduce(asked.property(), asked.from(), asked.to(), columns);
        visit.json(asked.head()
                .list("points", trees(found))
                .put("missing", asked.missing())
                .done());
    }

    private static List<Tree> trees(List<History.Point> points) {
        var all = new ArrayList<Tree>(points.size());
        for (var p : points)
            all.add(Tree.items(List.of(
                    Tree.text(Words.time(p.atMicros())),
                    Words.value(p.value()),
                    Tree.text(p.quality().name().toLowerCase(Locale.ROOT)))));
        return all;
    }

    private static void buckets(Visit visit, Asked asked, History.Every every) throws Problem, IOException {
        var found = asked.history().buckets(asked.property(), after(visit, asked), asked.to(), every);
        var all = found.buckets();
        boolean more = found.more() || all.size() > Limits.POINTS_MAX;
        if (all.size() > Limits.POINTS_MAX) all = all.subList(0, Limits.POINTS_MAX);
        var out = asked.head().list("buckets", all.stream().map(Cells::bucket).toList());
        if (more && !all.isEmpty()) out.text("next", Long.toString(all.getLast().toMicros()));
        visit.json(out.put("missing", asked.missing()).done());
    }

    // ---- CSV (RFC 4180)

    /// Page by page, so that a year needs no more memory than an hour. A reduced contract gets its windows.
    private static void csv(Visit visit) throws Problem, IOException {
        var asked = Asked.of(visit);
        var windows = asked.filter().contract().windows();
        var first = windows.isEmpty()
                ? asked.history().read(asked.property(), asked.from(), asked.to(), CSV_PAGE)
                : new History.Points(List.of(), false);
        visit.header("Content-Type", "text/csv; charset=utf-8");
        visit.header("Content-Disposition", "attachment; filename=\"" + asked.path() + ".csv\"");
        try (var out = new Lines(visit)) {
            if (windows.isPresent()) csvBuckets(out, asked, windows.get());
            else csvPoints(out, asked, first);
        }
    }

    private static void csvPoints(Lines out, Asked asked, History.Points first) throws IOException {
        out.line("time,value,quality");
        long written = 0;
        for (var page = first; ; ) {
            for (var p : page.points())
                out.line(Words.time(p.atMicros()) + "," + quoted(p.value().toString()) + ","
                        + p.quality().name().toLowerCase(Locale.ROOT));
            written += page.points().size();
            if (!page.more() || page.points().isEmpty()) return;
            long next = page.points().getLast().atMicros() + 1;
            if (written >= Limits.CSV_POINTS_MAX) {
                out.line("# more from " + Words.time(next));
                return;
            }
            page = asked.history().read(asked.property(), next, asked.to(), CSV_PAGE);
        }
    }

    private static void csvBuckets(Lines out, Asked asked, History.Every every) throws IOException {
        out.line("from,to,count,min,max,mean,time_mean,last,consumption");
        long from = asked.from();
        while (true) {
            var page = asked.history().buckets(asked.property(), from, asked.to(), every);
            for (var b : page.buckets())
                out.line(Words.time(b.fromMicros()) + "," + Words.time(b.toMicros()) + "," + b.count() + ","
                        + plain(b.min()) + "," + plain(b.max()) + "," + plain(b.mean()) + "," + plain(b.timeMean())
                        + "," + plain(b.last()) + "," + plain(b.consumption()));
            if (!page.more() || page.buckets().isEmpty()) return;
            from = page.buckets().getLast().toMicros();
        }
    }

    private static String plain(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }

    private static String quoted(String text) {
        boolean needs = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return needs ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
    }

    // ---- files of several properties

    /// Streams a file, so that a year needs no more memory than an hour. Nothing is sent before it is clear that it
    /// may
    /// be; what breaks off later has no end that a client could take for one.
    private static void export(Visit visit, Semaphore exports) throws Problem, IOException {
        var place = visit.place();
        var filter = visit.filter(place);
        var form = form(visit);
        var span = Span.of(visit, place);
        var readings = new Place.Readings(wanted(visit, place, filter), span.from(), span.to(), form);
        var history = kept(place);
        if (form == Place.FileForm.WIDE_CSV && filter.isReduced())
            throw Problem.of(403, "Your contract lets windows out and no single readings; ask for form=long");
        if (form == Place.FileForm.WIDE_CSV && readings.paths().size() > Limits.WIDE_PROPERTIES_MAX)
            throw Problem.of(
                    400,
                    "The wide form has at most " + Limits.WIDE_PROPERTIES_MAX + " properties, not "
                            + readings.paths().size() + "; name them with properties=, or ask for form=long");
        if (!exports.tryAcquire())
            throw Problem.of(503, Limits.EXPORTS_MAX + " files of readings are being written; ask again in a minute")
                    .with("Retry-After", "60");
        try {
            boolean isParquet = form == Place.FileForm.PARQUET;
            visit.header("Content-Type", isParquet ? "application/vnd.apache.parquet" : "text/csv; charset=utf-8");
            visit.header(
                    "Content-Disposition",
                    "attachment; filename=\"" + place.directory().file().name() + (isParquet ? ".parquet" : ".csv")
                            + "\"");
            var out = new BufferedOutputStream(new Portions(visit), Limits.EXPORT_WRITE_BYTES_MAX);
            place.write(readings, history, filter, out);
            out.close();
        } finally {
            exports.release();
        }
    }

    private static Place.FileForm form(Visit visit) throws Problem {
        String format = visit.query("format").orElse("csv");
        String form = visit.query("form").orElse("long");
        return switch (format + " " + form) {
            case "csv long" -> Place.FileForm.CSV;
            case "csv wide" -> Place.FileForm.WIDE_CSV;
            case "parquet long" -> Place.FileForm.PARQUET;
            default -> // open: what a client wrote
                throw Problem.of(
                        400,
                        "format is csv or parquet, and form is long or, of csv, wide; not \"" + Words.cut(format)
                                + "\" and \"" + Words.cut(form) + "\"");
        };
    }

    /// The properties that are named, else all that may be told, in the order of their names.
    private static List<String> wanted(Visit visit, Place place, Filter filter) throws Problem {
        var named = visit.query("properties");
        if (named.isEmpty())
            return place.directory().numbers().values().stream()
                    .filter(n -> n.sort() == Result.Sort.PROPERTY && n.version() != 0 && filter.lets(n.number()))
                    .map(Result.Numbered::path)
                    .sorted()
                    .toList();
        var paths = List.of(named.get().split(",", -1));
        for (String path : paths) {
            int number = place.directory().property(path);
            if (number == 0 || !filter.lets(number))
                throw Problem.of(
                        404,
                        "There is no property \"" + Words.cut(path) + "\" in "
                                + place.directory().file().name()
                                + " for you; properties= are paths such as boiler.on, with commas between");
        }
        return paths;
    }

    /// Bytes to a client, which is dropped when it does not take a portion in time.
    private static final class Portions extends OutputStream {
        private final Visit visit;
        private final OutputStream out;

        Portions(Visit visit) {
            this.visit = visit;
            out = visit.response().outputStream();
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            for (int done = 0; done < length; ) {
                int n = Math.min(length - done, Limits.EXPORT_WRITE_BYTES_MAX);
                visit.watch().begin(visit.limits().writeWithin());
                try {
                    out.write(bytes, from + done, n);
                } finally {
                    visit.watch().end();
                }
                done += n;
            }
        }

        @Override
        public void close() throws IOException {
            visit.watch().begin(visit.limits().writeWithin());
            try {
                out.close();
            } finally {
                visit.watch().end();
            }
        }
    }

    /// Lines to a client, which is dropped when it does not take them.
    private static final class Lines implements AutoCloseable {
        private static final int BUFFER_BYTES = 32_768;

        private final Visit visit;
        private final OutputStream out;
        private final StringBuilder buffer = new StringBuilder();

        Lines(Visit visit) {
            this.visit = visit;
            out = visit.response().outputStream();
        }

        void line(String text) throws IOException {
            buffer.append(text).append("\r\n");
            if (buffer.length() >= BUFFER_BYTES) flush();
        }

        private void flush() throws IOException {
            visit.watch().begin(visit.limits().writeWithin());
            try {
                out.write(buffer.toString().getBytes(StandardCharsets.UTF_8));
                buffer.setLength(0);
            } finally {
                visit.watch().end();
            }
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }
    }
}
