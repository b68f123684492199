package io.linkspan.history;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.tsfile.enums.TSDataType;
import org.apache.tsfile.file.metadata.IDeviceID;
import org.apache.tsfile.file.metadata.StringArrayDeviceID;
import org.apache.tsfile.file.metadata.enums.CompressionType;
import org.apache.tsfile.file.metadata.enums.TSEncoding;
import org.apache.tsfile.utils.Binary;
import org.apache.tsfile.write.chunk.ChunkWriterImpl;
import org.apache.tsfile.write.schema.MeasurementSchema;
import org.apache.tsfile.write.writer.LocalTsFileOutput;
import org.apache.tsfile.write.writer.TsFileIOWriter;

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

    private final LocalTsFileOutput output;
    private final TsFileIOWriter writer;
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

    /// @param dense packs as tightly as it can, which costs time; else quickly
    SegmentWriter(Path file, String site, boolean dense) throws IOException {
        this.site = site;
        packed = dense ? CompressionType.ZSTD : CompressionType.LZ4;
        output = new LocalTsFileOutput(new FileOutputStream(file.toFile()));
        writer = new TsFileIOWriter(output);
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
        if (isGroupOpen) writer.endChunkGroup();
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
        var chunk = decimals > DECIMALS_MAX
                ? chunk(Column.NUMBER.measurement(), TSDataType.DOUBLE, TSEncoding.GORILLA, Map.of())
                : chunk(
                        Column.NUMBER.measurement(),
                        TSDataType.DOUBLE,
                        TSEncoding.TS_2DIFF,
                        Map.of("max_point_number", Integer.toString(decimals)));
        for (int i = 0; i < n; i++) chunk.write(times[i], doubles[i]);
        chunk.writeToFileWriter(writer);
    }

    /// The fewest decimals with which all come back as they were; more than [#DECIMALS_MAX] when none are few
    /// enough.
    static int decimals(double[] values, int n) {
        int d = 0;
        for (int i = 0; i < n; i++) {
            double v = values[i];
            while (true) {
                double scaled = v * SCALE[d];
                if (Math.abs(scaled) < SCALED_MAX && Math.round(scaled) / SCALE[d] == v) break;
                if (++d > DECIMALS_MAX) return d;
            }
        }
        return d;
    }

    private void longs(Column column, Rows rows) throws IOException {
        int n = pick(column, rows);
        var chunk = chunk(column.measurement(), TSDataType.INT64, TSEncoding.TS_2DIFF, Map.of());
        for (int i = 0; i < n; i++) chunk.write(times[i], longs[i]);
        chunk.writeToFileWriter(writer);
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
        if (times.length < rows.size()) {
            times = new long[rows.size()];
            longs = new long[rows.size()];
        }
        int n = 0;
        for (int i = 0; i < rows.size(); i++) {
            if ((rows.tags()[i] & 0xF) != column.ordinal()) continue;
            times[n] = rows.times()[i];
            longs[n++] = rows.bits()[i];
        }
        return n;
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
        ChunkWriterImpl chunk = null;
        for (int i = 0; i < rows.size(); i++) {
            if (rows.received(i) == 0) continue;
            if (chunk == null) chunk = chunk(SegmentFile.RECEIVED, TSDataType.INT64, TSEncoding.TS_2DIFF, Map.of());
            chunk.write(rows.times()[i], rows.received(i));
        }
        if (chunk != null) chunk.writeToFileWriter(writer);
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
        var chunk = chunk(measurement, TSDataType.BLOB, TSEncoding.PLAIN, Map.of());
        for (var blob : blobs) {
            from = Math.min(from, blob.atMicros());
            to = Math.max(to, blob.atMicros());
            chunk.write(blob.atMicros(), new Binary(blob.bytes()));
        }
        rows += blobs.size();
        chunk.writeToFileWriter(writer);
    }

    /// Bytes under an instant.
    record Blob(long atMicros, byte[] bytes) {}

    private ChunkWriterImpl chunk(String name, TSDataType type, TSEncoding encoding, Map<String, String> more)
            throws IOException {
        if (!isGroupOpen) writer.startChunkGroup(device(site, property));
        isGroupOpen = true;
        return new ChunkWriterImpl(new MeasurementSchema(name, type, encoding, packed, more));
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
