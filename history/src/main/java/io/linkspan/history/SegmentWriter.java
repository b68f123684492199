package io.linkspan.history;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.tsfile.compress.ICompressor;
import org.apache.tsfile.enums.TSDataType;
import org.apache.tsfile.file.metadata.IDeviceID;
import org.apache.tsfile.file.metadata.StringArrayDeviceID;
import org.apache.tsfile.file.metadata.enums.CompressionType;
import org.apache.tsfile.file.metadata.enums.TSEncoding;
import org.apache.tsfile.file.metadata.statistics.DoubleStatistics;
import org.apache.tsfile.file.metadata.statistics.LongStatistics;
import org.apache.tsfile.file.metadata.statistics.Statistics;
import org.apache.tsfile.utils.Binary;
import org.apache.tsfile.write.chunk.ChunkWriterImpl;
import org.apache.tsfile.write.schema.MeasurementSchema;
import org.apache.tsfile.write.writer.LocalTsFileOutput;

/// Writes one segment, a TsFile, property by property. README.md of this module has the names in it.
///
/// Not thread-safe. [#finish] syncs the file; without it nothing that was written counts.
final class SegmentWriter implements AutoCloseable {
    /// Most rows of one chunk: what a merge holds of a property at a time.
    static final int CHUNK_ROWS_MAX = 1 << 16;

    /// Most decimals with which numbers are kept as scaled integers; with more they are kept as XORed doubles.
    static final int DECIMALS_MAX = 6;

    /// Beyond this a scaled number might not come back as the double that it was.
    private static final double SCALED_MAX = 1L << 52;

    private static final double[] SCALE = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};

    /// Most rows of one page: what a question unpacks at least.
    private static final int PAGE_ROWS_MAX = 10_000;

    /// How hard ZSTD tries. Its highest level (22), which TsFile would take, costs fifty times as much for a few
    /// parts in
    /// a hundred.
    private static final int DENSE_EFFORT = 3;

    private static final ICompressor QUICK = ICompressor.getCompressor(CompressionType.LZ4);

    private final LocalTsFileOutput output;
    private final IndexingWriter writer;
    private final String site;
    private final CompressionType packed;
    private long[] times = new long[0];
    private long[] longs = new long[0];
    private double[] doubles = new double[0];
    private int property;
    private boolean isGroupOpen;
    private long lastAgain;
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;
    private long rows;
    private final Diffs.Bytes part = new Diffs.Bytes(); // of a page: its times
    private final Diffs.Bytes page = new Diffs.Bytes();
    private final Diffs.Bytes pages = new Diffs.Bytes(); // of a chunk
    private byte[] packedPage = new byte[0];

    /// @param dense packs as tightly as it can, which costs time; else quickly
    SegmentWriter(Path file, String site, boolean dense) throws IOException {
        this.site = site;
        packed = dense ? CompressionType.ZSTD : CompressionType.LZ4;
        output = new LocalTsFileOutput(new FileOutputStream(file.toFile()));
        writer = new IndexingWriter(output, site);
    }

    /// The name of a property as a device: the site's name and the number that the property keeps for life.
    static IDeviceID device(String site, int property) {
        return new StringArrayDeviceID("root." + site, "p" + property);
    }

    void begin(int property) {
        this.property = property;
        isGroupOpen = false;
        lastAgain = Long.MIN_VALUE;
    }

    void end() throws IOException {
        if (isGroupOpen) writer.endProperty(property);
    }

    /// Rows of the property that began, behind those before.
    void rows(Rows rows) throws IOException {
        if (rows.size() == 0) return;
        from = Math.min(from, rows.times()[0]);
        to = Math.max(to, rows.times()[rows.size() - 1]);
        this.rows += rows.size();
        int columns = 0;
        for (int i = 0; i < rows.size(); i++) columns |= 1 << (rows.tags()[i] & 0xF);
        for (int c = 0; columns >>> c != 0; c++) if ((columns >>> c & 1) != 0) column(Column.at(c), rows);
        qualities(rows);
        received(rows);
    }

    private void column(Column column, Rows rows) throws IOException {
        switch (column) {
            case NUMBER -> numbers(rows);
            case FLAG -> flags(rows);
            case CHOICE, TEXT, OTHER -> objects(column, rows);
            case INTEGER,
                    REGISTER_0,
                    REGISTER_1,
                    REGISTER_2,
                    REGISTER_3,
                    REGISTER_4,
                    REGISTER_5,
                    REGISTER_6,
                    REGISTER_7,
                    REGISTER_8,
                    REGISTER_9 -> longs(column, rows);
        }
    }

    private void numbers(Rows rows) throws IOException {
        int n = pick(Column.NUMBER, rows);
        if (doubles.length < n) doubles = new double[longs.length];
        for (int i = 0; i < n; i++) doubles[i] = Double.longBitsToDouble(longs[i]);
        int decimals = decimals(doubles, n);
        if (decimals > DECIMALS_MAX) {
            var chunk = chunk(Column.NUMBER.measurement(), TSDataType.DOUBLE, TSEncoding.GORILLA, Map.of());
            for (int i = 0; i < n; i++) chunk.write(times[i], doubles[i]);
            chunk.writeToFileWriter(writer);
            return;
        }
        for (int i = 0; i < n; i++) longs[i] = scaled(doubles[i] * SCALE[decimals]);
        chunk(
                Column.NUMBER.measurement(),
                TSDataType.DOUBLE,
                TSEncoding.TS_2DIFF,
                n,
                (from, to, out) -> {
                    out.unsignedVarint(decimals);
                    Diffs.encode(longs, from, to, out);
                },
                (statistics, from, to) -> count((DoubleStatistics) statistics, from, to));
    }

    private static long scaled(double scaled) {
        return (long) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }

    /// The fewest decimals with which all come back as they were; more than [#DECIMALS_MAX] when none are few
    /// enough.
    static int decimals(double[] values, int n) {
        int d = 0;
        for (int i = 0; i < n; i++) {
            double v = values[i];
            while (true) {
                double scaled = v * SCALE[d];
                if (scaled < SCALED_MAX && scaled > -SCALED_MAX && scaled(scaled) / SCALE[d] == v) break;
                if (++d > DECIMALS_MAX) return d;
            }
        }
        return d;
    }

    private void longs(Column column, Rows rows) throws IOException {
        int n = pick(column, rows);
        longs(column.measurement(), n);
    }

    private void longs(String measurement, int n) throws IOException {
        chunk(
                measurement,
                TSDataType.INT64,
                TSEncoding.TS_2DIFF,
                n,
                (from, to, out) -> Diffs.encode(longs, from, to, out),
                (statistics, from, to) -> count((LongStatistics) statistics, from, to));
    }

    private void count(DoubleStatistics statistics, int from, int to) {
        double min = doubles[from];
        double max = min;
        double sum = 0;
        for (int i = from; i < to; i++) {
            double value = doubles[i];
            if (value < min) min = value;
            if (value > max) max = value;
            sum += value;
        }
        statistics.initializeStats(min, max, doubles[from], doubles[to - 1], sum);
    }

    private void count(LongStatistics statistics, int from, int to) {
        long min = longs[from];
        long max = min;
        double sum = 0;
        for (int i = from; i < to; i++) {
            long value = longs[i];
            if (value < min) min = value;
            if (value > max) max = value;
            sum += value;
        }
        statistics.initializeStats(min, max, longs[from], longs[to - 1], sum);
    }

    @FunctionalInterface
    private interface PageValues {
        void encode(int from, int to, Diffs.Bytes out);
    }

    @FunctionalInterface
    private interface Counted {
        void values(Statistics<?> statistics, int from, int to);
    }

    /// A chunk whose times are in `times`, in pages (TsFile format: a page is two
    /// lengths, statistics unless it is the only one, and the packed bytes: length of the times, times, values).
    private void chunk(String name, TSDataType type, TSEncoding encoding, int n, PageValues values, Counted counted)
            throws IOException {
        pages.clear();
        var all = Statistics.getStatsByType(type);
        for (int from = 0; from < n; from += PAGE_ROWS_MAX) {
            int to = Math.min(n, from + PAGE_ROWS_MAX);
            part.clear();
            Diffs.encode(times, from, to, part);
            page.clear();
            page.unsignedVarint(part.size());
            page.add(part.array(), 0, part.size());
            values.encode(from, to, page);
            var statistics = n <= PAGE_ROWS_MAX ? all : Statistics.getStatsByType(type);
            counted.values(statistics, from, to);
            statistics.setEmpty(false);
            statistics.setStartTime(times[from]);
            statistics.setEndTime(times[to - 1]);
            statistics.setCount(to - from);
            int length = pack();
            pages.unsignedVarint(page.size());
            pages.unsignedVarint(length);
            if (n > PAGE_ROWS_MAX) {
                var bytes = new ByteArrayOutputStream();
                statistics.serialize(bytes);
                pages.add(bytes.toByteArray(), 0, bytes.size());
                all.mergeStatistics(statistics);
            }
            pages.add(packedPage, 0, length);
        }
        open();
        int count = (n + PAGE_ROWS_MAX - 1) / PAGE_ROWS_MAX;
        writer.startFlushChunk(name, packed, type, encoding, all, pages.size(), count, 0);
        output.write(pages.array(), 0, pages.size());
        writer.endCurrentChunk();
    }

    /// Packs what is in `page` into `packedPage`.
    private int pack() throws IOException {
        int most = packed == CompressionType.ZSTD
                ? (int) Zstd.compressBound(page.size())
                : QUICK.getMaxBytesForCompression(page.size());
        if (packedPage.length < most) packedPage = new byte[most];
        if (packed != CompressionType.ZSTD) return QUICK.compress(page.array(), 0, page.size(), packedPage);
        return (int)
                Zstd.compressByteArray(packedPage, 0, packedPage.length, page.array(), 0, page.size(), DENSE_EFFORT);
    }

    private void flags(Rows rows) throws IOException {
        int n = pick(Column.FLAG, rows);
        var chunk = chunk(Column.FLAG.measurement(), TSDataType.BOOLEAN, TSEncoding.RLE, Map.of());
        for (int i = 0; i < n; i++) chunk.write(times[i], longs[i] != 0);
        chunk.writeToFileWriter(writer);
    }

    private void objects(Column column, Rows rows) throws IOException {
        var chunk = column == Column.OTHER
                ? chunk(column.measurement(), TSDataType.BLOB, TSEncoding.PLAIN, Map.of())
                : chunk(
                        column.measurement(),
                        TSDataType.TEXT,
                        column == Column.CHOICE ? TSEncoding.DICTIONARY : TSEncoding.PLAIN,
                        Map.of());
        for (int i = 0; i < rows.size(); i++) {
            if (rows.column(i) != column) continue;
            var bytes = column == Column.OTHER
                    ? Column.encode(rows.object(i))
                    : rows.object(i).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            chunk.write(rows.times()[i], new Binary(bytes));
        }
        chunk.writeToFileWriter(writer);
    }

    /// The rows of one column as plain arrays, without a copy when there is no other.
    private int pick(Column column, Rows rows) {
        room(rows.size());
        int n = 0;
        for (int i = 0; i < rows.size(); i++) {
            if ((rows.tags()[i] & 0xF) != column.ordinal()) continue;
            times[n] = rows.times()[i];
            longs[n++] = rows.bits()[i];
        }
        return n;
    }

    private void room(int rows) {
        if (times.length >= rows) return;
        int room = Math.max(rows, times.length * 2);
        times = new long[room];
        longs = new long[room];
    }

    private void qualities(Rows rows) throws IOException {
        ChunkWriterImpl chunk = null;
        for (int i = 0; i < rows.size(); i++) {
            if (rows.tags()[i] >> 4 == 0) continue;
            if (chunk == null) chunk = chunk(SegmentFile.QUALITY, TSDataType.INT32, TSEncoding.RLE, Map.of());
            chunk.write(rows.times()[i], rows.tags()[i] >> 4);
        }
        if (chunk != null) chunk.writeToFileWriter(writer);
    }

    private void received(Rows rows) throws IOException {
        if (rows.received() == null) return;
        int n = 0;
        room(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            if (rows.received(i) == 0) continue;
            times[n] = rows.times()[i];
            longs[n++] = rows.received(i);
        }
        if (n > 0) longs(SegmentFile.RECEIVED, n);
    }

    /// What did not stand, in the order of receiving; of one microsecond each gets one later.
    void again(List<Again> further) throws IOException {
        if (further.isEmpty()) return;
        var chunk = chunk(SegmentFile.AGAIN, TSDataType.BLOB, TSEncoding.PLAIN, Map.of());
        for (var again : further) {
            lastAgain = Math.max(lastAgain + 1, again.receivedMicros());
            chunk.write(lastAgain, new Binary(again.encode(lastAgain)));
        }
        chunk.writeToFileWriter(writer);
    }

    /// Bytes under instants.
    void blobs(String measurement, List<Blob> blobs) throws IOException {
        if (blobs.isEmpty()) return;
        int n = 0;
        room(blobs.size());
        for (var blob : blobs) {
            from = Math.min(from, blob.atMicros());
            to = Math.max(to, blob.atMicros());
            times[n++] = blob.atMicros();
        }
        rows += n;
        chunk(
                measurement,
                TSDataType.BLOB,
                TSEncoding.PLAIN,
                n,
                (first, end, out) -> {
                    for (var blob : blobs.subList(first, end)) {
                        out.unsignedVarint(blob.bytes().length << 1); // a signed one, not negative
                        out.add(blob.bytes(), 0, blob.bytes().length);
                    }
                },
                (_, _, _) -> {
                    // of bytes nothing is counted but their instants
                });
    }

    /// Bytes under an instant.
    record Blob(long atMicros, byte[] bytes) {}

    private ChunkWriterImpl chunk(String name, TSDataType type, TSEncoding encoding, Map<String, String> more)
            throws IOException {
        open();
        return new ChunkWriterImpl(new MeasurementSchema(name, type, encoding, packed, more));
    }

    private void open() throws IOException {
        if (!isGroupOpen) writer.startChunkGroup(device(site, property));
        isGroupOpen = true;
    }

    /// How many rows were written.
    long written() {
        return rows;
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /// Writes the index, syncs and closes.
    void finish() throws IOException {
        writer.endFile();
    }

    @Override
    public void close() throws IOException {
        output.close();
    }
}
