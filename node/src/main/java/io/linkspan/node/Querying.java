package io.linkspan.node;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.history.CsvExport;
import io.linkspan.history.Export;
import io.linkspan.history.HistorySettings;
import io.linkspan.history.TsFileHistory;
import io.linkspan.model.Durations;
import io.linkspan.model.History;
import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// Answers the request `query`: the readings of a span of time, or buckets of them, through the filter of the owner's
/// contract. Streams, so that a year needs no more memory than an hour. No state.
final class Querying {
    /// What a stopped site's log may have beyond its history, in bytes of memory.
    static final long STORED_MEMORY_BYTES_MAX = 64L << 20;

    private Querying() {}

    /// A history for the time of one answer.
    ///
    /// @param closing what ends that time
    record Opened(History history, Closeable closing) implements Closeable {
        @Override
        public void close() throws IOException {
            closing.close();
        }
    }

    /// Opens the history of a site.
    @FunctionalInterface
    interface Opening {
        /// @throws IOException it can not be opened
        Opened open(SiteView view) throws IOException;
    }

    /// Opens the history of a site whose node does not run, and changes nothing.
    static Opened openStored(Path data, SiteView view) throws IOException {
        TsFileHistory history;
        try {
            history = TsFileHistory.openToLook(
                    data.resolve(Histories.FOLDER).resolve(view.id().toString()),
                    view.id(),
                    view.directory().file().name(),
                    HistorySettings.STANDARD.withMemory(STORED_MEMORY_BYTES_MAX),
                    () -> view.directory().file().zone());
        } catch (NoSuchFileException e) {
            throw new NoSuch("there is no history in " + data + "; the node begins one when it runs");
        }
        try (var feed = view.feed(history.resumeAt())) {
            for (var item = feed.next(); item.isPresent(); item = feed.next()) history.take(item.get());
            history.caughtUp(view.nowMicros());
        } catch (Log.BeyondBranch e) {
            history.close();
            throw new IOException("the history has what the log, which was restored, has not; run the node once", e);
        } catch (IOException e) {
            history.close();
            throw e;
        }
        return new Opened(history, history::close);
    }

    static void answer(SiteView view, Opening histories, Settings request, ControlSocket.Answers out)
            throws Invalid, IOException {
        var zone = view.directory().file().zone();
        long now = view.nowMicros();
        long from = time(request, "from", zone, now, now - Durations.micros(java.time.Duration.ofDays(1)));
        long to = time(request, "to", zone, now, now);
        if (from > to) throw request.wrong("from", "is after " + Telling.instant(to) + ", where it ends");
        boolean again = request.flag("again", false);
        var every = every(request);
        var file = file(request, every);
        var paths = request.items("properties").stream()
                .filter(Tree.Scalar.class::isInstance)
                .map(t -> ((Tree.Scalar) t).text())
                .toList();
        if (paths.isEmpty()) throw request.wrong("properties", "names at least one, such as meter.power");
        for (String path : paths) Looks.number(view, path);
        try (var opened = histories.open(view)) {
            var filter = Filter.of(Contract.OWNER, view.directory(), view.closed(), view::nowMicros);
            var history = filter.over(opened.history());
            if (file.isPresent()) {
                var named = new java.util.ArrayList<Export.Named>();
                for (String path : paths) named.add(property(view, path));
                var portions = new Portions(out);
                var wrote = new Export(named, from, to, Optional.ofNullable(every), file.get())
                        .write(opened.history(), filter, portions);
                portions.flush();
                out.end(Trees.fields()
                        .plain("rows", wrote.rows())
                        .plain("left", wrote.left())
                        .time("from", from)
                        .time("to", to)
                        .time("complete_to", Math.min(history.completeTo(), to))
                        .done());
                return;
            }
            long[] rows = {0};
            for (String path : paths) {
                int number = property(view, path).property();
                if (every != null) rows[0] += buckets(history, path, number, from, to, every, out);
                else if (again && filter.lets(number) && opened.history() instanceof TsFileHistory whole)
                    CsvExport.each(whole, number, from, to, point -> {
                        out.item(row(path, point));
                        rows[0]++;
                    });
                else rows[0] += points(history, path, number, from, to, out);
            }
            out.end(Trees.fields()
                    .plain("rows", rows[0])
                    .time("from", from)
                    .time("to", to)
                    .time("complete_to", Math.min(history.completeTo(), to))
                    .done());
        }
    }

    private static Export.Named property(SiteView view, String path) throws NoSuch {
        var named = NodePlace.named(view.directory(), path);
        if (named.property() == 0) throw new NoSuch("\"" + path + "\" is no property; write for example boiler.on");
        return named;
    }

    /// Whether the answer is a file, in portions of bytes.
    private static Optional<Export.Form> file(Settings request, History.@org.jspecify.annotations.Nullable Every every)
            throws Invalid {
        var wanted = request.text("file");
        if (wanted.isEmpty()) return Optional.empty();
        if (wanted.get().equals("parquet")) return Optional.of(Export.Form.PARQUET);
        if (!wanted.get().equals("wide"))
            throw request.wrong("file", "is parquet or wide, not \"" + wanted.get() + "\"");
        if (every != null) throw request.wrong("every", "goes with no wide form: that one has readings");
        return Optional.of(Export.Form.WIDE);
    }

    /// Bytes of a file as items of an answer.
    private static final class Portions extends OutputStream {
        /// Bytes of one item, in Base64 a third more.
        private static final int PORTION_BYTES = 96 << 10;

        private final ControlSocket.Answers out;
        private final byte[] portion = new byte[PORTION_BYTES];
        private int filled;

        Portions(ControlSocket.Answers out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            if (filled == PORTION_BYTES) flush();
            portion[filled++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            for (int done = 0; done < length; ) {
                if (filled == PORTION_BYTES) flush();
                int n = Math.min(length - done, PORTION_BYTES - filled);
                System.arraycopy(bytes, from + done, portion, filled, n);
                filled += n;
                done += n;
            }
        }

        @Override
        public void flush() throws IOException {
            if (filled == 0) return;
            out.item(Trees.fields()
                    .text("bytes", Base64.getEncoder().encodeToString(Arrays.copyOf(portion, filled)))
                    .done());
            filled = 0;
        }
    }

    private static Tree.Fields row(String path, History.Point point) {
        return Trees.fields()
                .text("property", path)
                .text("time", Telling.instant(point.atMicros()).toString())
                .put("value", Trees.value(point.value()))
                .text("quality", Trees.word(point.quality()))
                .done();
    }

    private static long points(History history, String path, int number, long from, long to, ControlSocket.Answers out)
            throws IOException {
        long rows = 0;
        for (long at = from; at < to; ) {
            var page = history.read(number, at, to, History.POINTS_MAX);
            for (var point : page.points()) out.item(row(path, point));
            rows += page.points().size();
            if (!page.more() || page.points().isEmpty()) break;
            at = page.points().getLast().atMicros() + 1;
        }
        return rows;
    }

    private static long buckets(
            History history,
            String path,
            int number,
            long from,
            long to,
            History.Every every,
            ControlSocket.Answers out)
            throws IOException {
        long rows = 0;
        for (long at = from; at < to; ) {
            var page = history.buckets(number, at, to, every);
            for (var b : page.buckets()) {
                var row = Trees.fields()
                        .text("property", path)
                        .text("from", Telling.instant(b.fromMicros()).toString())
                        .text("to", Telling.instant(b.toMicros()).toString())
                        .plain("count", b.count());
                figure(row, "min", b.min());
                figure(row, "max", b.max());
                figure(row, "mean", b.mean());
                figure(row, "time_mean", b.timeMean());
                figure(row, "last", b.last());
                figure(row, "consumption", b.consumption());
                out.item(row.done());
            }
            rows += page.buckets().size();
            if (!page.more() || page.buckets().isEmpty()) break;
            at = page.buckets().getLast().toMicros();
        }
        return rows;
    }

    private static void figure(Trees.Fields row, String name, double figure) {
        if (!Double.isNaN(figure)) row.plain(name, figure);
    }

    private static History.@org.jspecify.annotations.Nullable Every every(Settings request) throws Invalid {
        var wanted = request.text("every");
        if (wanted.isEmpty()) return null;
        return switch (wanted.get()) {
            case "1min", "minute" -> History.Every.MINUTE;
            case "15min", "quarter" -> History.Every.QUARTER;
            case "1h", "hour" -> History.Every.HOUR;
            case "1d", "day" -> History.Every.DAY;
            default -> // open: what a person wrote
                throw request.wrong("every", "is 1min, 15min, 1h or 1d, not \"" + wanted.get() + "\"");
        };
    }

    /// A time of the site's zone where it has no offset, a day, or how long ago.
    static long time(Settings request, String field, ZoneId zone, long now, long otherwise) throws Invalid {
        var text = request.text(field);
        if (text.isEmpty()) return otherwise;
        String t = text.get();
        try {
            if (t.matches("\\d+[a-z]+")) return now - Durations.micros(Durations.parse(t));
            if (t.matches("\\d{4}-\\d\\d-\\d\\d"))
                return micros(LocalDate.parse(t).atStartOfDay(zone).toInstant());
            boolean isLocal = t.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?");
            return micros(
                    isLocal
                            ? LocalDateTime.parse(t).atZone(zone).toInstant()
                            : OffsetDateTime.parse(t).toInstant());
        } catch (DateTimeException | IllegalArgumentException e) {
            throw request.wrong(
                    field,
                    "is a time such as 2026-01-14T12:00 or 2026-01-14T11:00Z, a day such as 2026-01-14, or how long ago"
                            + " such as 7d, not \"" + t + "\"");
        }
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }
}
