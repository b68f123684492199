package io.linkspan.history;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.tsfile.compatibility.DeserializeConfig;
import org.apache.tsfile.compress.IUnCompressor;
import org.apache.tsfile.encoding.decoder.Decoder;
import org.apache.tsfile.enums.TSDataType;
import org.apache.tsfile.file.MetaMarker;
import org.apache.tsfile.file.header.PageHeader;
import org.apache.tsfile.file.metadata.ChunkMetadata;
import org.apache.tsfile.file.metadata.DeviceMetadataIndexEntry;
import org.apache.tsfile.file.metadata.IChunkMetadata;
import org.apache.tsfile.file.metadata.IDeviceID;
import org.apache.tsfile.file.metadata.MetadataIndexNode;
import org.apache.tsfile.file.metadata.TimeseriesMetadata;
import org.apache.tsfile.file.metadata.enums.MetadataIndexNodeType;
import org.apache.tsfile.file.metadata.enums.TSEncoding;
import org.apache.tsfile.read.TsFileSequenceReader;
import org.apache.tsfile.utils.ReadWriteForEncodingUtils;
import org.apache.tsfile.utils.ReadWriteIOUtils;

/// Reads one segment. Safe for many threads; what it hands out is not.
final class SegmentFile implements AutoCloseable {
    static final String QUALITY = "quality";
    static final String RECEIVED = "received";
    static final String AGAIN = "again";

    private static final Set<String> NONE = Set.of();

    /// What is read of a chunk at once; the small ones are whole then.
    private static final int CHUNK_BYTES_FIRST = 1 << 11;

    private final String site;
    private final Disk disk;
    private final Node root;

    SegmentFile(Path file, String site) throws IOException {
        this.site = site;
        try (var reader = new TsFileSequenceReader(file.toString())) {
            var roots = reader.readFileMetadata().getTableMetadataIndexNodeMap();
            var node = roots.get("root." + site);
            if (node == null || roots.size() != 1)
                throw new IOException("The segment " + file + " is not one of " + site + "; restore it from a backup");
            disk = new Disk(file, 0);
            root = new Node(0, 0);
            root.fill(node, disk);
        }
    }

    private SegmentFile(SegmentFile other, Disk disk) {
        site = other.site;
        this.disk = disk;
        root = other.root;
    }

    /// The same file for one thread that reads most of it in about the order in which it was written. Not to be
    /// closed.
    SegmentFile scan() {
        return new SegmentFile(this, disk.scan());
    }

    /// Bytes of a file. Not interruptible, since an interrupt would close the file for all. Safe for many threads,
    /// but
    /// not one that reads ahead.
    private static final class Disk {
        private static final int AHEAD_BYTES = 1 << 16;

        private final RandomAccessFile file;
        private final byte[] ahead;
        private long aheadAt;
        private int aheadLength;

        Disk(Path path, int aheadBytes) throws IOException {
            this(new RandomAccessFile(path.toFile(), "r"), aheadBytes);
        }

        private Disk(RandomAccessFile file, int aheadBytes) {
            this.file = file;
            ahead = new byte[aheadBytes];
        }

        Disk scan() {
            return new Disk(file, AHEAD_BYTES);
        }

        /// Up to so many bytes, fewer only at the end of the file.
        ByteBuffer read(long at, int length) throws IOException {
            if (at >= aheadAt && at + length <= aheadAt + aheadLength)
                return ByteBuffer.wrap(ahead, (int) (at - aheadAt), length).slice();
            if (length > ahead.length) {
                var bytes = new byte[length];
                return ByteBuffer.wrap(bytes, 0, read(at, bytes));
            }
            aheadLength = read(at, ahead);
            aheadAt = at;
            return ByteBuffer.wrap(ahead, 0, Math.min(length, aheadLength)).slice();
        }

        private int read(long at, byte[] bytes) throws IOException {
            synchronized (file) {
                file.seek(at);
                int n = 0;
                while (n < bytes.length) {
                    int more = file.read(bytes, n, bytes.length - n);
                    if (more < 0) break;
                    n += more;
                }
                return n;
            }
        }

        void close() throws IOException {
            synchronized (file) {
                file.close();
            }
        }
    }

    /// A part of the index over the devices, read when it is asked for and kept: 20 bytes a property instead of the
    /// parsing of 256 names for each question (TsFile format: the index is a tree, by the name of the device).
    private static final class Node {
        private final long from;
        private final long to;
        private boolean isFilled;
        private IDeviceID[] firsts = new IDeviceID[0];
        private Node[] children = new Node[0];
        private int[] properties = new int[0]; // growing, of a leaf
        private long[] starts = new long[0];
        private int[] lengths = new int[0];

        Node(long from, long to) {
            this.from = from;
            this.to = to;
        }

        synchronized Node filled(Disk disk) throws IOException {
            if (!isFilled)
                fill(
                        MetadataIndexNode.deserializeFrom(
                                disk.read(from, (int) (to - from)), true, new DeserializeConfig()),
                        disk);
            return this;
        }

        private void fill(MetadataIndexNode node, Disk disk) throws IOException {
            isFilled = true;
            var entries = node.getChildren();
            int n = entries.size();
            if (node.getNodeType() == MetadataIndexNodeType.INTERNAL_DEVICE) {
                firsts = new IDeviceID[n];
                children = new Node[n];
                for (int i = 0; i < n; i++) {
                    firsts[i] = ((DeviceMetadataIndexEntry) entries.get(i)).getDeviceID();
                    children[i] = new Node(entries.get(i).getOffset(), end(node, i));
                }
                return;
            }
            var order = new TreeMap<Integer, long[]>();
            long first = entries.getFirst().getOffset();
            var nodes = disk.read(first, (int) (node.getEndOffset() - first));
            for (int i = 0; i < n; i++) {
                nodes.position((int) (entries.get(i).getOffset() - first));
                var own = MetadataIndexNode.deserializeFrom(nodes, false, new DeserializeConfig());
                if (own.getNodeType() != MetadataIndexNodeType.LEAF_MEASUREMENT)
                    throw new IOException("A property has more than 256 series in a segment; none of ours has");
                order.put(
                        property(((DeviceMetadataIndexEntry) entries.get(i)).getDeviceID()),
                        new long[] {own.getChildren().getFirst().getOffset(), own.getEndOffset()});
            }
            properties = new int[n];
            starts = new long[n];
            lengths = new int[n];
            int i = 0;
            for (var e : order.entrySet()) {
                properties[i] = e.getKey();
                starts[i] = e.getValue()[0];
                lengths[i++] = (int) (e.getValue()[1] - e.getValue()[0]);
            }
        }

        private static long end(MetadataIndexNode node, int i) {
            return i + 1 < node.getChildren().size()
                    ? node.getChildren().get(i + 1).getOffset()
                    : node.getEndOffset();
        }

        /// The index of the series of one device; empty when it has none.
        ByteBuffer find(IDeviceID device, int property, Disk disk) throws IOException {
            filled(disk);
            if (children.length > 0) {
                int i = Arrays.binarySearch(firsts, device);
                if (i < 0) i = -i - 2;
                return i < 0 ? EMPTY : children[i].find(device, property, disk);
            }
            int i = Arrays.binarySearch(properties, property);
            return i < 0 ? EMPTY : disk.read(starts[i], lengths[i]);
        }

        void list(SortedSet<Integer> all, Disk disk) throws IOException {
            filled(disk);
            for (var child : children) child.list(all, disk);
            for (int property : properties) all.add(property);
        }
    }

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private static int property(IDeviceID device) {
        return Integer.parseInt(
                device.segment(device.segmentNum() - 1).toString().substring(1));
    }

    /// The numbers of the properties that are in it, growing.
    SortedSet<Integer> properties() throws IOException {
        var all = new TreeSet<Integer>();
        root.list(all, disk);
        return all;
    }

    /// Where the chunks of a property are, by measurement.
    private Map<String, List<ChunkMetadata>> chunks(int property) throws IOException {
        var chunks = new HashMap<String, List<ChunkMetadata>>();
        var index = root.find(SegmentWriter.device(site, property), property, disk);
        while (index.hasRemaining()) {
            var series = TimeseriesMetadata.deserializeFrom(index, NONE, true);
            var list = new ArrayList<ChunkMetadata>();
            for (IChunkMetadata chunk : series.getChunkMetadataList()) list.add((ChunkMetadata) chunk);
            chunks.put(series.getMeasurementId(), list);
        }
        return chunks;
    }

    /// The rows of a property in a span, one cursor a column.
    List<Merge.Cursor> cursors(int property, long fromMicros, long toMicros) throws IOException {
        return cursors(chunks(property), fromMicros, toMicros);
    }

    /// All of a property: the rows, one cursor a column, and what did not stand.
    record Whole(List<Merge.Cursor> cursors, List<Again> again) {}

    Whole whole(int property) throws IOException {
        var chunks = chunks(property);
        return new Whole(cursors(chunks, Long.MIN_VALUE, Long.MAX_VALUE), again(chunks));
    }

    /// Whether it may have something that was received at or after an instant.
    boolean hasFrom(long wallMicros) throws IOException {
        for (int property : properties()) {
            var chunks = chunks(property);
            for (var chunk : chunks.getOrDefault(AGAIN, List.of())) if (chunk.getEndTime() >= wallMicros) return true;
            for (var chunk : chunks.getOrDefault(RECEIVED, List.of()))
                if ((Long) chunk.getStatistics().getMaxValue() >= wallMicros) return true;
        }
        return false;
    }

    private List<Merge.Cursor> cursors(Map<String, List<ChunkMetadata>> chunks, long fromMicros, long toMicros) {
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
        for (var page : pages(chunk, Long.MIN_VALUE, beforeMicros))
            for (long at : page.decodeTimes()) if (at < beforeMicros) last = Math.max(last, at);
        return last;
    }

    /// What did not stand of a property, as it is stored.
    List<Again> again(int property) throws IOException {
        return again(chunks(property));
    }

    private List<Again> again(Map<String, List<ChunkMetadata>> chunks) throws IOException {
        var again = new ArrayList<Again>();
        for (var blob : blobs(chunks, AGAIN, Long.MIN_VALUE, Long.MAX_VALUE))
            again.add(Again.decode(blob.atMicros(), blob.bytes()));
        return again;
    }

    /// The bytes of a measurement in a span.
    List<SegmentWriter.Blob> blobs(int property, String measurement, long fromMicros, long toMicros)
            throws IOException {
        return blobs(chunks(property), measurement, fromMicros, toMicros);
    }

    /// All bytes of some measurements.
    Map<String, List<SegmentWriter.Blob>> blobs(int property, List<String> measurements) throws IOException {
        var chunks = chunks(property);
        var all = new HashMap<String, List<SegmentWriter.Blob>>();
        for (var name : measurements) all.put(name, blobs(chunks, name, Long.MIN_VALUE, Long.MAX_VALUE));
        return all;
    }

    private List<SegmentWriter.Blob> blobs(
            Map<String, List<ChunkMetadata>> chunks, String measurement, long fromMicros, long toMicros)
            throws IOException {
        var blobs = new ArrayList<SegmentWriter.Blob>();
        for (var chunk : within(chunks.get(measurement), fromMicros, toMicros))
            for (var page : pages(chunk)) {
                var values = Decoder.getDecoderByType(page.encoding, TSDataType.BLOB);
                for (long at : page.decodeTimes()) {
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

    /// A page that is unpacked: times and values are to be decoded.
    private record Page(ByteBuffer times, ByteBuffer values, int count, TSEncoding encoding) {
        long[] decodeTimes() {
            long[] all = new long[count];
            Diffs.decode(times, all, count);
            return all;
        }
    }

    private List<Page> pages(ChunkMetadata chunk) throws IOException {
        return pages(chunk, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /// The pages of a chunk that have to do with a span (TsFile format: a chunk is its kind, name, length, type,
    /// packing
    /// and encoding, and pages; a page is two lengths, statistics unless it is the only one, and the packed bytes:
    /// length
    /// of the times, times, values).
    private List<Page> pages(ChunkMetadata about, long fromMicros, long toMicros) throws IOException {
        var header = disk.read(about.getOffsetOfChunkHeader(), CHUNK_BYTES_FIRST);
        boolean single = (header.get() & 0x3F) == MetaMarker.ONLY_ONE_PAGE_CHUNK_HEADER;
        ReadWriteIOUtils.readVarIntString(header);
        int length = ReadWriteForEncodingUtils.readUnsignedVarInt(header);
        var type = ReadWriteIOUtils.readDataType(header);
        var packed = ReadWriteIOUtils.readCompressionType(header);
        var encoding = ReadWriteIOUtils.readEncoding(header);
        var data = header.remaining() >= length
                ? header.slice(header.position(), length)
                : disk.read(about.getOffsetOfChunkHeader() + header.position(), length);
        if (data.remaining() < length) throw new IOException("A segment ends within a chunk; restore it from a backup");
        var unpack = IUnCompressor.getUnCompressor(packed);
        var pages = new ArrayList<Page>();
        while (data.hasRemaining()) {
            var page = single
                    ? PageHeader.deserializeFrom(data, about.getStatistics())
                    : PageHeader.deserializeFrom(data, type);
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
            pages.add(new Page(times, values, (int) page.getNumOfValues(), encoding));
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
                pages = SegmentFile.this.pages(about, fromMicros, toMicros);
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
            Diffs.decode(page.times, all.times(), n);
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
            if (page.encoding == TSEncoding.TS_2DIFF && (column != Column.NUMBER || isScaled(page.values))) {
                if (column != Column.NUMBER) Diffs.decode(page.values, bits, n);
                else {
                    double scale = Math.pow(10, ReadWriteForEncodingUtils.readUnsignedVarInt(page.values));
                    Diffs.decode(page.values.slice(), bits, n);
                    for (int i = 0; i < n; i++) bits[i] = Double.doubleToRawLongBits(bits[i] / scale);
                }
                return;
            }
            var values = Decoder.getDecoderByType(page.encoding, type(column));
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

    /// Whether all numbers of a page are scaled: it begins with their decimals then, and else with a mark far
    /// above.
    private static boolean isScaled(ByteBuffer values) {
        return values.get(values.position()) >= 0;
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
                    for (long at : page.decodeTimes()) {
                        all[i] = at;
                        values[i++] = chunk.getDataType() == TSDataType.INT32
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
        disk.close();
    }
}
