package io.linkspan.history;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import org.apache.tsfile.common.conf.TSFileDescriptor;
import org.apache.tsfile.file.MetaMarker;
import org.apache.tsfile.file.metadata.ChunkMetadata;
import org.apache.tsfile.file.metadata.IChunkMetadata;
import org.apache.tsfile.file.metadata.IDeviceID;
import org.apache.tsfile.file.metadata.MeasurementMetadataIndexEntry;
import org.apache.tsfile.file.metadata.MetadataIndexConstructor;
import org.apache.tsfile.file.metadata.MetadataIndexNode;
import org.apache.tsfile.file.metadata.TsFileMetadata;
import org.apache.tsfile.file.metadata.enums.MetadataIndexNodeType;
import org.apache.tsfile.utils.BloomFilter;
import org.apache.tsfile.utils.PublicBAOS;
import org.apache.tsfile.utils.ReadWriteIOUtils;
import org.apache.tsfile.write.writer.TsFileIOWriter;
import org.apache.tsfile.write.writer.TsFileOutput;
import org.apache.tsfile.write.writer.tsmiterator.TSMIterator;

/// Writes the index of a TsFile as TsFile would, from bytes that it collects device by device, instead of from an
/// object for each chunk that stays until the end: a third of the time of a segment, and most of its memory.
///
/// Not thread-safe.
final class IndexingWriter extends TsFileIOWriter {
    /// Digits of the largest number of a property.
    private static final int DIGITS_MAX = 7;

    private final String site;
    private final PublicBAOS index = new PublicBAOS();
    private int[] properties = new int[64];
    private int[] ends = new int[64]; // in `index`
    private int size;
    private final List<String> paths = new ArrayList<>(); // the measurement of each series
    private int[] series = new int[64]; // how many series end before the end of each property

    IndexingWriter(TsFileOutput output, String site) throws IOException {
        super(output);
        this.site = site;
    }

    /// Ends the chunks of a property.
    void endProperty(int property) throws IOException {
        if (size == properties.length) {
            properties = Arrays.copyOf(properties, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
            series = Arrays.copyOf(series, size * 2);
        }
        if (chunkMetadataList.size() == 1) {
            var only = chunkMetadataList.getFirst();
            add(only.getMeasurementUid(), List.of(only));
        } else {
            var byName = new TreeMap<String, List<IChunkMetadata>>();
            for (ChunkMetadata chunk : chunkMetadataList)
                byName.computeIfAbsent(chunk.getMeasurementUid(), _ -> new ArrayList<>())
                        .add(chunk);
            for (var e : byName.entrySet()) add(e.getKey(), e.getValue());
        }
        series[size] = paths.size();
        properties[size] = property;
        ends[size++] = index.size();
        chunkMetadataList = new ArrayList<>();
        out.flush();
    }

    private void add(String measurement, List<IChunkMetadata> chunks) throws IOException {
        TSMIterator.constructOneTimeseriesMetadata(measurement, chunks).serializeTo(index);
        paths.add(measurement);
    }

    /// Writes the index, syncs and closes (TsFile format: a separator; what is known of each series, by device; the
    /// tree
    /// over the devices; the root with a Bloom filter over the paths; its length; the magic string).
    @Override
    public void endFile() throws IOException {
        long began = out.getPosition();
        ReadWriteIOUtils.write(MetaMarker.SEPARATOR, out.wrapAsStream());
        var filter = BloomFilter.getEmptyBloomFilter(
                TSFileDescriptor.getInstance().getConfig().getBloomFilterErrorRate(), paths.size());
        var nodes = new LinkedHashMap<IDeviceID, MetadataIndexNode>(size * 2);
        for (int i : byName()) {
            var node = new MetadataIndexNode(MetadataIndexNodeType.LEAF_MEASUREMENT);
            int own = i == 0 ? 0 : series[i - 1];
            node.addEntry(new MeasurementMetadataIndexEntry(paths.get(own), out.getPosition()));
            int from = i == 0 ? 0 : ends[i - 1];
            out.wrapAsStream().write(index.getBuf(), from, ends[i] - from);
            node.setEndOffset(out.getPosition());
            var device = "root." + site + ".p" + properties[i] + ".";
            for (int k = own; k < series[i]; k++) filter.add(device + paths.get(k));
            nodes.put(SegmentWriter.device(site, properties[i]), node);
        }
        var root = new TsFileMetadata();
        var roots = new TreeMap<String, MetadataIndexNode>();
        if (size > 0) roots.put("root." + site, MetadataIndexConstructor.checkAndBuildLevelIndex(nodes, out));
        root.setTableMetadataIndexNodeMap(roots);
        root.setTableSchemaMap(schema.getTableSchemaMap());
        root.setMetaOffset(began);
        root.setBloomFilter(filter);
        root.addProperty("encryptLevel", encryptLevel);
        root.addProperty("encryptType", encryptType);
        root.addProperty("encryptKey", encryptKey);
        ReadWriteIOUtils.write(root.serializeTo(out.wrapAsStream()), out.wrapAsStream());
        out.write(MAGIC_STRING_BYTES);
        out.force();
        out.close();
        canWrite = false;
    }

    /// The places of the properties in the order of their devices' names: 1, 10, 100, 11, 2.
    private int[] byName() {
        long[] keys = new long[size];
        for (int i = 0; i < size; i++) {
            long padded = properties[i];
            int digits = Integer.toString(properties[i]).length();
            for (int k = digits; k < DIGITS_MAX; k++) padded *= 10;
            keys[i] = (padded << 4 | digits) << 24 | i;
        }
        Arrays.sort(keys);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) order[i] = (int) keys[i] & 0xFF_FFFF;
        return order;
    }
}
