package io.linkspan.history;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes a table in the file format of Apache Parquet (parquet-format 2.11, README.md, "File format"): `PAR1`, groups
/// of rows with the pages of each column, a footer that says where they are, its length, `PAR1`. Pages are packed with
/// ZSTD and have their CRC-32.
///
/// It goes from the first byte to the last, so it may be the body of an answer; what broke off has no footer, and no
/// reader takes it. One group is in memory at a time. For one thread.
final class ParquetWriter {
    /// Most rows of a group; the next begins another.
    static final int GROUP_ROWS_MAX = 65_536;
    /// Bytes of texts with which a group ends early.
    static final int GROUP_TEXT_BYTES_MAX = 4 << 20;
    /// Different words of a column with which a group ends early.
    static final int GROUP_WORDS_MAX = 4_096;
    /// Most rows of a page: what a reader unpacks at once.
    static final int PAGE_ROWS_MAX = 16_384;
    /// Most groups of a file, whose footer has about a kilobyte of each; more are refused.
    static final int GROUPS_MAX = 8_192;

    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 2; // FileMetaData: of encodings, beyond the plain ones
    private static final String CREATED_BY = "linkspan version 1";

    private final List<ParquetColumn> columns;
    private final Map<String, String> about;
    private final ParquetColumn.Place place;
    private final ParquetColumn.Room room = new ParquetColumn.Room();
    private final ParquetBytes groups = new ParquetBytes();
    private int groupCount;
    private long rows;
    private int inGroup;

    /// @param about goes into the footer, for people and programs that want to know where the file is from
    ParquetWriter(OutputStream out, List<ParquetColumn> columns, Map<String, String> about) throws IOException {
        this.columns = List.copyOf(columns);
        this.about = about;
        place = new ParquetColumn.Place(out);
        place.write(MAGIC, MAGIC.length);
    }

    /// The row that is being filled.
    int row() {
        return inGroup;
    }

    /// Ends a row. A column that got no value in it has none there.
    void endRow() throws IOException {
        boolean full = inGroup + 1 == GROUP_ROWS_MAX;
        int texts = 0;
        for (var column : columns) {
            column.checkRow(inGroup);
            texts += column.textBytes();
            full |= column.words() >= GROUP_WORDS_MAX;
        }
        inGroup++;
        rows++;
        if (full || texts >= GROUP_TEXT_BYTES_MAX) endGroup();
    }

    /// How many rows there are.
    long rows() {
        return rows;
    }

    /// What it keeps in memory, in bytes.
    long bytes() {
        long bytes = room.bytes() + groups.room();
        for (var column : columns) bytes += column.bytes();
        return bytes;
    }

    private void endGroup() throws IOException {
        if (inGroup == 0) return;
        if (groupCount == GROUPS_MAX)
            throw new IOException("One Parquet file has at most " + GROUPS_MAX
                    + " groups of rows, which are full; ask for a shorter span or fewer properties");
        long from = place.at;
        var chunks = new ArrayList<ParquetColumn.Chunk>(columns.size());
        for (var column : columns) chunks.add(column.write(inGroup, room, place));
        long unpacked =
                chunks.stream().mapToLong(ParquetColumn.Chunk::unpackedBytes).sum();
        var group = new ThriftWriter(groups)
                .structs(
                        1,
                        chunks.stream().map(c -> (ThriftWriter.Fields) c::write).toList(),
                        chunks.size())
                .i64(2, unpacked)
                .i64(3, inGroup)
                .i64(5, from)
                .i64(6, place.at - from);
        group.stop();
        groupCount++;
        inGroup = 0;
    }

    /// Writes what is left, and the footer (FileMetaData). The stream stays open.
    void finish() throws IOException {
        endGroup();
        var footer = new ParquetBytes();
        var schema = new ArrayList<ThriftWriter.Fields>();
        schema.add(root -> root.text(4, "linkspan").i32(5, columns.size()));
        for (var column : columns) schema.add(column::schema);
        var pairs = about.entrySet().stream()
                .map(e -> (ThriftWriter.Fields) pair -> pair.text(1, e.getKey()).text(2, e.getValue()))
                .toList();
        var orders = columns.stream()
                .map(_ -> (ThriftWriter.Fields) order -> order.struct(1, _ -> {})) // TYPE_ORDER
                .toList();
        new ThriftWriter(footer)
                .i32(1, VERSION)
                .structs(2, schema, schema.size())
                .i64(3, rows)
                .written(4, groups, groupCount)
                .structs(5, pairs, pairs.size())
                .text(6, CREATED_BY)
                .structs(7, orders, orders.size())
                .stop();
        int length = footer.size();
        footer.u32(length);
        footer.add(MAGIC);
        place.write(footer.array(), footer.size());
        place.out.flush();
    }
}
