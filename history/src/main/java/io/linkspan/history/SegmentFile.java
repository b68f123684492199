package io.linkspan.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.tsfile.compress.IUnCompressor;
import org.apache.tsfile.encoding.decoder.Decoder;
import org.apache.tsfile.enums.TSDataType;
import org.apache.tsfile.file.MetaMarker;
import org.apache.tsfile.file.header.PageHeader;
import org.apache.tsfile.file.metadata.ChunkMetadata;
import org.apache.tsfile.file.metadata.IChunkMetadata;
import org.apache.tsfile.file.metadata.enums.TSEncoding;
import org.apache.tsfile.read.TsFileSequenceReader;
import org.apache.tsfile.read.common.Chunk;
import org.apache.tsfile.utils.ReadWriteForEncodingUtils;

/// Reads one segment. Safe for many threads; what it hands out is not.
final class SegmentFile implements AutoCloseable {
    static final String QUALITY = "quality";
    static final String RECEIVED = "received";
    static final String AGAIN = "again";

    /// Behind all names of measurements, so that the last leaf of a device's index, its only one, is looked at.
    private static final String BEHIND_ALL = "zz";

    private final TsFileSequenceReader reader;
    private final String site;
    private final Set<String> measurements;

    SegmentFile(Path file, String site) throws IOException {
        this.site = site;
        reader = new TsFileSequenceReader(file.toString());
        var all = new ArrayList<>(List.of(QUALITY, RECEIVED, AGAIN));
        for (var column : Column.values()) all.add(column.measurement());
        for (var every : io.linkspan.model.History.Every.values()) all.add(Roll.measurement(every));
        measurements = Set.copyOf(all);
    }

    /// The numbers of the properties that are in it, in no order.
    List<Integer> properties() throws IOException {
        synchronized (reader) {
            return reader.getAllDevices().stream()
                    .map(d -> Integer.parseInt(
                            d.segment(d.segmentNum() - 1).toString().substring(1)))
                    .toList();
        }
    }

    /// Where the chunks of a property are, by measurement.
    private Map<String, List<ChunkMetadata>> chunks(int property) throws IOException {
        var chunks = new HashMap<String, List<ChunkMetadata>>();
        synchronized (reader) {
            var all = reader.readTimeseriesMetadata(
                    SegmentWriter.device(site, property), BEHIND_ALL, measurements, true, null);
            for (var series : all) {
                var list = new ArrayList<ChunkMetadata>();
                for (IChunkMetadata chunk : series.getChunkMetadataList()) list.add((ChunkMetadata) chunk);
                chunks.put(series.getMeasurementId(), list);
            }
        }
        return chunks;
    }

    /// The rows of a property in a span, one cursor a column.
    List<Merge.Cursor> cursors(int property, long fromMicros, long toMicros) throws IOException {
        var chunks = chunks(property);
        var cursors = new ArrayList<Merge.Cursor>();
        for (var column : Column.values()) {
            var own = within(chunks.get(column.measurement()), fromMicros, toMicros);
            if (own.isEmpty()) continue;
            cursors.add(new Pages(
                    column,
                    own,
                    new Overlay(within(chunks.get(QUALITY), fromMicros, toMicros)),
                    new Overlay(within(chunks.get(RECEIVED), fromMicros, toMicros)),
                    fromMicros,
                    toMicros));
        }
        return cursors;
    }

    /// The instant of the newest row before another one; [Long#MIN_VALUE] when there is none.
    long lastBefore(int property, long beforeMicros) throws IOException {
        var chunks = chunks(property);
        long best = Long.MIN_VALUE;
        for (var column : Column.values()) {
            for (var chunk :
                    chunks.getOrDefault(column.measurement(), List.of()).reversed()) {
                if (chunk.getStartTime() >= beforeMicros) continue;
                if (chunk.getEndTime() < beforeMicros) best = Math.max(best, chunk.getEndTime());
                else if (chunk.getEndTime() > best) best = Math.max(best, lastBefore(chunk, beforeMicros));
                break;
            }
        }
        return best;
    }

    private long lastBefore(ChunkMetadata chunk, long beforeMicros) throws IOException {
        long last = Long.MIN_VALUE;
        for (var page : pages(load(chunk), chunk, Long.MIN_VALUE, beforeMicros))
            for (int i = 0; i < page.count; i++) {
                long at = page.time.readLong(page.times);
                if (at < beforeMicros) last = Math.max(last, at);
            }
        return last;
    }

    /// What did not stand of a property, as it is stored.
    List<Again> again(int property) throws IOException {
        var again = new ArrayList<Again>();
        for (var blob : blobs(property, AGAIN, Long.MIN_VALUE, Long.MAX_VALUE))
            again.add(Again.decode(blob.atMicros(), blob.bytes()));
        return again;
    }

    /// The bytes of a measurement in a span.
    List<SegmentWriter.Blob> blobs(int property, String measurement, long fromMicros, long toMicros)
            throws IOException {
        var blobs = new ArrayList<SegmentWriter.Blob>();
        for (var chunk : within(chunks(property).get(measurement), fromMicros, toMicros))
            for (var page : pages(chunk)) {
                var values = Decoder.getDecoderByType(page.encoding, TSDataType.BLOB);
                for (int i = 0; i < page.count; i++) {
                    long at = page.time.readLong(page.times);
                    byte[] bytes = values.readBinary(page.values).getValues();
                    if (at >= fromMicros && at < toMicros) blobs.add(new SegmentWriter.Blob(at, bytes));
                }
            }
        return blobs;
    }

    private static List<ChunkMetadata> within(
            @org.jspecify.annotations.Nullable List<ChunkMetadata> chunks, long fromMicros, long toMicros) {
        if (chunks == null) return List.of();
        return chunks.stream()
                .filter(c -> c.getEndTime() >= fromMicros && c.getStartTime() < toMicros)
                .toList();
    }

    private Chunk load(ChunkMetadata chunk) throws IOException {
        synchronized (reader) {
            return reader.readMemChunk(chunk);
        }
    }

    /// A page that is unpacked: times and values are to be decoded.
    private record Page(Decoder time, ByteBuffer times, ByteBuffer values, int count, TSEncoding encoding) {}

    private List<Page> pages(ChunkMetadata chunk) throws IOException {
        return pages(load(chunk), chunk, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /// The pages of a chunk that have to do with a span (TsFile format: a page is two lengths, statistics unless it
    /// is
    /// the only one, and the packed bytes: length of the times, times, values).
    private static List<Page> pages(Chunk chunk, ChunkMetadata about, long fromMicros, long toMicros)
            throws IOException {
        var pages = new ArrayList<Page>();
        var header = chunk.getHeader();
        var data = chunk.getData();
        boolean single = (header.getChunkType() & 0x3F) == MetaMarker.ONLY_ONE_PAGE_CHUNK_HEADER;
        var unpack = IUnCompressor.getUnCompressor(header.getCompressionType());
        while (data.hasRemaining()) {
            var page = single
                    ? PageHeader.deserializeFrom(data, about.getStatistics())
                    : PageHeader.deserializeFrom(data, header.getDataType());
            int at = data.position();
            data.position(at + page.getCompressedSize());
            if (page.getUncompressedSize() == 0 || page.getEndTime() < fromMicros || page.getStartTime() >= toMicros)
                continue;
            var bytes = new byte[page.getUncompressedSize()];
            unpack.uncompress(data.array(), data.arrayOffset() + at, page.getCompressedSize(), bytes, 0);
            var both = ByteBuffer.wrap(bytes);
            int timesLength = ReadWriteForEncodingUtils.readUnsignedVarInt(both);
            var times = both.slice(both.position(), timesLength);
            var values = both.slice(both.position() + timesLength, both.remaining() - timesLength);
            pages.add(new Page(
                    Decoder.getDecoderByType(TSEncoding.TS_2DIFF, TSDataType.INT64),
                    times,
                    values,
                    (int) page.getNumOfValues(),
                    header.getEncodingType()));
        }
        return pages;
    }

    /// The rows of one column.
    private final class Pages extends Merge.Cursor {
        private final Column column;
        private final List<ChunkMetadata> chunks;
        private final Overlay qualities;
        private final Overlay received;
        private final long fromMicros;
        private final long toMicros;
        private int nextChunk;
        private List<Page> pages = List.of();
        private int nextPage;
        private long upcoming;

        Pages(
                Column column,
                List<ChunkMetadata> chunks,
                Overlay qualities,
                Overlay received,
                long fromMicros,
                long toMicros) {
            this.column = column;
            this.chunks = chunks;
            this.qualities = qualities;
            this.received = received;
            this.fromMicros = fromMicros;
            this.toMicros = toMicros;
            upcoming = Math.max(chunks.getFirst().getStartTime(), fromMicros);
        }

        @Override
        long upcoming() {
            return upcoming;
        }

        @Override
        void load() throws IOException {
            if (nextPage == pages.size()) {
                if (nextChunk == chunks.size()) {
                    upcoming = Long.MAX_VALUE;
                    return;
                }
                var about = chunks.get(nextChunk++);
                pages = pages(SegmentFile.this.load(about), about, fromMicros, toMicros);
                nextPage = 0;
            }
            if (nextPage < pages.size()) decode(pages.get(nextPage++));
            boolean more = nextPage < pages.size();
            if (isLoaded() && more) upcoming = rows.times()[rows.size() - 1] + 1;
            else if (!more)
                upcoming = nextChunk == chunks.size()
                        ? Long.MAX_VALUE
                        : Math.max(chunks.get(nextChunk).getStartTime(), fromMicros);
        }

        private void decode(Page page) throws IOException {
            int n = page.count;
            var all = Rows.room(n);
            for (int i = 0; i < n; i++) all.times()[i] = page.time.readLong(page.times);
            var objects = column.inBits() ? null : new io.linkspan.model.Value[n];
            values(page, all.bits(), objects);
            java.util.Arrays.fill(all.tags(), 0, n, (byte) column.ordinal());
            qualities.apply(all.times(), n, (i, code) -> all.tags()[i] = (byte) (column.ordinal() | (int) code << 4));
            long[] late = received.isEmpty() ? null : new long[n];
            if (late != null) received.apply(all.times(), n, (i, at) -> late[i] = at);
            int first = all.indexFrom(0, fromMicros);
            int end = all.indexFrom(first, toMicros);
            rows = new Rows(end, all.times(), all.bits(), all.tags(), objects, late);
            index = first;
        }

        private void values(
                Page page, long[] bits, io.linkspan.model.Value @org.jspecify.annotations.Nullable [] objects) {
            int n = page.count;
            var type = SegmentFile.type(column);
            var values = Decoder.getDecoderByType(page.encoding, type);
            if (objects != null) {
                for (int i = 0; i < n; i++) {
                    byte[] bytes = values.readBinary(page.values).getValues();
                    objects[i] = object(column, bytes);
                }
            } else if (column == Column.NUMBER) {
                for (int i = 0; i < n; i++) bits[i] = Double.doubleToRawLongBits(values.readDouble(page.values));
            } else if (column == Column.FLAG) {
                for (int i = 0; i < n; i++) bits[i] = values.readBoolean(page.values) ? 1 : 0;
            } else {
                for (int i = 0; i < n; i++) bits[i] = values.readLong(page.values);
            }
        }
    }

    private static io.linkspan.model.Value object(Column column, byte[] bytes) {
        if (column == Column.OTHER) return Column.decode(bytes);
        var text = new String(bytes, StandardCharsets.UTF_8);
        return column == Column.CHOICE
                ? new io.linkspan.model.Value.Choice(text)
                : new io.linkspan.model.Value.Text(text);
    }

    private static TSDataType type(Column column) {
        return switch (column) {
            case NUMBER -> TSDataType.DOUBLE;
            case FLAG -> TSDataType.BOOLEAN;
            case CHOICE, TEXT -> TSDataType.TEXT;
            case OTHER -> TSDataType.BLOB;
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
                    REGISTER_9 -> TSDataType.INT64;
        };
    }

    /// A thin series beside the values: what is not ordinary about some rows.
    private final class Overlay {
        private interface At {
            void set(int row, long value);
        }

        private final List<ChunkMetadata> chunks;
        private long @org.jspecify.annotations.Nullable [] times;
        private long[] values = new long[0];

        Overlay(List<ChunkMetadata> chunks) {
            this.chunks = chunks;
        }

        boolean isEmpty() {
            return chunks.isEmpty();
        }

        void apply(long[] rows, int n, At at) throws IOException {
            if (isEmpty()) return;
            long[] known = times == null ? load() : times;
            int k = java.util.Arrays.binarySearch(known, rows[0]);
            if (k < 0) k = -k - 1;
            for (int i = 0; i < n && k < known.length; ) {
                if (known[k] < rows[i]) k++;
                else if (known[k] > rows[i]) i++;
                else at.set(i++, values[k++]);
            }
        }

        private long[] load() throws IOException {
            int n = 0;
            for (var c : chunks) n += (int) c.getNumOfPoints();
            long[] all = new long[n];
            values = new long[n];
            int i = 0;
            for (var chunk : chunks)
                for (var page : pages(chunk)) {
                    var decoder = Decoder.getDecoderByType(page.encoding, chunk.getDataType());
                    for (int k = 0; k < page.count; k++, i++) {
                        all[i] = page.time.readLong(page.times);
                        values[i] = chunk.getDataType() == TSDataType.INT32
                                ? decoder.readInt(page.values)
                                : decoder.readLong(page.values);
                    }
                }
            times = all;
            return all;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (reader) {
            reader.close();
        }
    }
}
