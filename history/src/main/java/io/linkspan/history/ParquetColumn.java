package io.linkspan.history;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// One column of a Parquet file: its values of the row group that is being filled, and how they become pages.
///
/// The numbers of types, encodings and fields are those of `parquet.thrift` of parquet-format 2.11. Pages are of
/// version 1: the levels and the values packed together. For one thread.
final class ParquetColumn {
    /// What a column has, as its readers see it.
    enum Kind {
        /// Text of which few are different.
        WORD(BYTE_ARRAY, RLE_DICTIONARY),
        TEXT(BYTE_ARRAY, PLAIN),
        /// Microseconds since 1970 UTC.
        TIME(INT64, DELTA_BINARY_PACKED),
        NUMBER(DOUBLE, PLAIN),
        INTEGER(INT64, DELTA_BINARY_PACKED),
        /// A decimal number with [#EXACT_SCALE] decimals; every [io.linkspan.model.Value.Register] is one.
        EXACT(FIXED_LEN_BYTE_ARRAY, PLAIN),
        FLAG(BOOLEAN, PLAIN);

        private final int type;
        private final int encoding;

        Kind(int type, int encoding) {
            this.type = type;
            this.encoding = encoding;
        }
    }

    static final int EXACT_SCALE = 9;
    /// 2^63 x 10^9 has 28 digits, and those fit into twelve bytes.
    static final int EXACT_DIGITS = 28;

    private static final int EXACT_BYTES = 12;
    private static final long[] TENS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    // Type
    private static final int BOOLEAN = 0;
    private static final int INT64 = 2;
    private static final int DOUBLE = 5;
    private static final int BYTE_ARRAY = 6;
    private static final int FIXED_LEN_BYTE_ARRAY = 7;
    // FieldRepetitionType
    private static final int REQUIRED = 0;
    private static final int OPTIONAL = 1;
    // ConvertedType, for readers that know no LogicalType
    private static final int UTF8 = 0;
    private static final int DECIMAL = 5;
    private static final int TIMESTAMP_MICROS = 10;
    // Encoding
    private static final int PLAIN = 0;
    private static final int RLE = 3;
    private static final int DELTA_BINARY_PACKED = 5;
    private static final int RLE_DICTIONARY = 8;
    // CompressionCodec, PageType
    private static final int ZSTD = 6;
    private static final int DATA_PAGE = 0;
    private static final int DICTIONARY_PAGE = 2;

    private static final int EFFORT = 3; // ZSTD's own usual level

    private final String name;
    private final Kind kind;
    private final boolean optional;
    private final BitSet defined = new BitSet();
    private long[] values = new long[64]; // bits of numbers, places in the dictionary
    private final ParquetBytes texts = new ParquetBytes(); // texts and decimals as they stand in a page
    private int[] ends = new int[64]; // of each text
    private int size;
    private final Map<String, Integer> words = new LinkedHashMap<>();

    /// @param optional a row may have no value
    ParquetColumn(String name, Kind kind, boolean optional) {
        this.name = name;
        this.kind = kind;
        this.optional = optional;
    }

    // ---- filling

    void word(int row, String value) {
        need(Kind.WORD);
        Integer place = words.get(value);
        if (place == null) {
            place = words.size();
            words.put(value, place);
        }
        add(row, place);
    }

    void text(int row, String value) {
        need(Kind.TEXT);
        texts.sized(value.getBytes(StandardCharsets.UTF_8));
        end(row);
    }

    void whole(int row, long value) {
        if (kind != Kind.TIME) need(Kind.INTEGER);
        add(row, value);
    }

    void number(int row, double value) {
        need(Kind.NUMBER);
        add(row, Double.doubleToRawLongBits(value));
    }

    void flag(int row, boolean value) {
        need(Kind.FLAG);
        add(row, value ? 1 : 0);
    }

    /// `unscaled` x 10^-`decimals`, at most [#EXACT_SCALE] decimals: big-endian, two's complement (LogicalTypes.md,
    /// DECIMAL).
    void exact(int row, long unscaled, int decimals) {
        need(Kind.EXACT);
        long factor = TENS[EXACT_SCALE - decimals];
        long high = Math.multiplyHigh(unscaled, factor);
        long low = unscaled * factor;
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) texts.u8((int) (high >>> shift));
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) texts.u8((int) (low >>> shift));
        end(row);
    }

    private void need(Kind wanted) {
        if (kind != wanted) throw new IllegalArgumentException("Column " + name + " has a " + kind + ", no " + wanted);
    }

    private void add(int row, long value) {
        if (size == values.length) values = Arrays.copyOf(values, size * 2);
        values[size++] = value;
        defined.set(row);
    }

    private void end(int row) {
        if (size == ends.length) ends = Arrays.copyOf(ends, size * 2);
        ends[size++] = texts.size();
        defined.set(row);
    }

    /// A row is complete: it has a value where it must have one.
    void checkRow(int row) {
        if (!optional && !defined.get(row)) throw new IllegalStateException("Row " + row + " lacks its " + name);
    }

    /// How many different words it has.
    int words() {
        return words.size();
    }

    /// What its texts take, in bytes.
    int textBytes() {
        return texts.size();
    }

    /// What it takes in memory, in bytes, but for its words.
    long bytes() {
        return (long) values.length * Long.BYTES
                + (long) ends.length * Integer.BYTES
                + texts.room()
                + defined.size() / 8;
    }

    // ---- the schema (SchemaElement)

    void schema(ThriftWriter out) {
        out.i32(1, kind.type);
        if (kind == Kind.EXACT) out.i32(2, EXACT_BYTES);
        out.i32(3, optional ? OPTIONAL : REQUIRED).text(4, name);
        switch (kind) {
            case WORD, TEXT -> out.i32(6, UTF8).struct(10, type -> type.struct(1, _ -> {}));
            case TIME ->
                out.i32(6, TIMESTAMP_MICROS)
                        .struct(
                                10,
                                type -> type.struct(
                                        8,
                                        time -> time.flag(1, true) // the axis is UTC
                                                .struct(2, unit -> unit.struct(2, _ -> {}))));
            case EXACT ->
                out.i32(6, DECIMAL)
                        .i32(7, EXACT_SCALE)
                        .i32(8, EXACT_DIGITS)
                        .struct(
                                10,
                                type -> type.struct(
                                        5, d -> d.i32(1, EXACT_SCALE).i32(2, EXACT_DIGITS)));
            case NUMBER, INTEGER, FLAG -> {
                // the type says it
            }
        }
    }

    // ---- pages

    /// Where the bytes of a file go, with how many there were.
    static final class Place {
        final OutputStream out;
        long at;

        Place(OutputStream out) {
            this.out = out;
        }

        void write(byte[] bytes, int length) throws IOException {
            out.write(bytes, 0, length);
            at += length;
        }
    }

    /// Room for one page at a time, shared by all columns.
    static final class Room {
        final ParquetBytes page = new ParquetBytes();
        final ParquetBytes header = new ParquetBytes();
        final ParquetBytes levels = new ParquetBytes();
        final long[] bits = new long[ParquetWriter.PAGE_ROWS_MAX];
        byte[] packed = new byte[0];

        long bytes() {
            return page.room() + header.room() + levels.room() + packed.length + (long) bits.length * Long.BYTES;
        }
    }

    /// What the footer says of a chunk.
    record Chunk(
            ParquetColumn column,
            int rows,
            int nulls,
            long firstPage,
            long dictionaryAt,
            long bytes,
            long unpackedBytes,
            byte @Nullable [] least,
            byte @Nullable [] most) {
        /// ColumnChunk, with its ColumnMetaData and Statistics.
        void write(ThriftWriter out) {
            long from = dictionaryAt >= 0 ? dictionaryAt : firstPage;
            out.i64(2, from).struct(3, meta -> {
                meta.i32(1, column.kind.type)
                        .i32s(2, column.encodings())
                        .texts(3, column.name)
                        .i32(4, ZSTD)
                        .i64(5, rows)
                        .i64(6, unpackedBytes)
                        .i64(7, bytes)
                        .i64(9, firstPage);
                if (dictionaryAt >= 0) meta.i64(11, dictionaryAt);
                meta.struct(12, s -> {
                    s.i64(3, nulls);
                    if (least != null && most != null)
                        s.bytes(5, most).bytes(6, least).flag(7, true).flag(8, true);
                });
            });
        }
    }

    private int[] encodings() {
        return kind.encoding == PLAIN ? new int[] {PLAIN, RLE} : new int[] {PLAIN, RLE, kind.encoding};
    }

    /// Writes the pages of the rows so far, and empties the column for the next group.
    Chunk write(int rows, Room room, Place place) throws IOException {
        long begin = place.at;
        long[] unpacked = {0};
        long dictionaryAt = -1;
        if (kind == Kind.WORD && size > 0) {
            dictionaryAt = place.at;
            room.page.clear();
            for (String word : words.keySet()) room.page.sized(word.getBytes(StandardCharsets.UTF_8));
            int count = words.size();
            page(
                    room,
                    place,
                    DICTIONARY_PAGE,
                    unpacked,
                    h -> h.struct(7, d -> d.i32(1, count).i32(2, PLAIN)));
        }
        long firstPage = place.at;
        int first = 0;
        for (int row = 0; row < rows; row += ParquetWriter.PAGE_ROWS_MAX) {
            int end = Math.min(rows, row + ParquetWriter.PAGE_ROWS_MAX);
            int n = optional ? defined.get(row, end).cardinality() : end - row;
            room.page.clear();
            if (optional) levels(row, end, room);
            values(first, first + n, room.page);
            first += n;
            int encoding = n == 0 ? PLAIN : kind.encoding;
            int count = end - row;
            page(
                    room,
                    place,
                    DATA_PAGE,
                    unpacked,
                    h -> h.struct(
                            5, d -> d.i32(1, count).i32(2, encoding).i32(3, RLE).i32(4, RLE)));
        }
        var bounds = bounds();
        var chunk = new Chunk(
                this,
                rows,
                rows - size,
                firstPage,
                dictionaryAt,
                place.at - begin,
                unpacked[0],
                bounds == null ? null : bounds[0],
                bounds == null ? null : bounds[1]);
        clear();
        return chunk;
    }

    /// Definition levels (Encodings.md, RLE: in a page of version 1 with their length before them).
    private void levels(int row, int end, Room room) {
        for (int i = row; i < end; i++) room.bits[i - row] = defined.get(i) ? 1 : 0;
        room.levels.clear();
        room.levels.hybrid(room.bits, 0, end - row, 1);
        room.page.u32(room.levels.size());
        room.page.add(room.levels.array(), 0, room.levels.size());
    }

    private void values(int from, int to, ParquetBytes out) {
        if (from == to) return;
        switch (kind) {
            case WORD -> {
                int width = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(words.size() - 1));
                out.u8(width);
                out.hybrid(values, from, to, width);
            }
            case TEXT, EXACT -> {
                int begin = from == 0 ? 0 : ends[from - 1];
                out.add(texts.array(), begin, ends[to - 1] - begin);
            }
            case TIME, INTEGER -> out.deltas(values, from, to);
            case NUMBER -> {
                for (int i = from; i < to; i++) out.u64(values[i]);
            }
            case FLAG -> out.flags(values, from, to);
        }
    }

    /// Packs what is in the room's page and writes it behind its PageHeader.
    private static void page(Room room, Place place, int type, long[] unpacked, ThriftWriter.Fields more)
            throws IOException {
        int length = room.page.size();
        int most = (int) Zstd.compressBound(length);
        if (room.packed.length < most) room.packed = new byte[most];
        long packed = Zstd.compressByteArray(room.packed, 0, most, room.page.array(), 0, length, EFFORT);
        if (Zstd.isError(packed)) throw new IOException("A page can not be packed: " + Zstd.getErrorName(packed));
        var crc = new CRC32(); // of the bytes as they are in the file, without the header
        crc.update(room.packed, 0, (int) packed);
        room.header.clear();
        var header = new ThriftWriter(room.header)
                .i32(1, type)
                .i32(2, length)
                .i32(3, (int) packed)
                .i32(4, (int) crc.getValue());
        more.write(header);
        header.stop();
        place.write(room.header.array(), room.header.size());
        place.write(room.packed, (int) packed);
        unpacked[0] += room.header.size() + length;
    }

    /// The least and the largest value (Statistics, in the order of the type); null where none is told.
    private byte @Nullable [] @Nullable [] bounds() {
        if (size == 0) return null;
        return switch (kind) {
            case WORD -> {
                byte[][] all = words.keySet().stream()
                        .map(w -> w.getBytes(StandardCharsets.UTF_8))
                        .sorted(Arrays::compareUnsigned)
                        .toArray(byte[][]::new);
                yield new byte[][] {all[0], all[all.length - 1]};
            }
            case TIME, INTEGER -> {
                var of = Arrays.stream(values, 0, size).summaryStatistics();
                yield new byte[][] {plain(of.getMin()), plain(of.getMax())};
            }
            case NUMBER -> {
                double least = Double.POSITIVE_INFINITY;
                double most = Double.NEGATIVE_INFINITY;
                for (int i = 0; i < size; i++) {
                    double value = Double.longBitsToDouble(values[i]);
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
                // Of two zeros the least is the negative one, and the largest the other (ColumnOrder).
                yield new byte[][] {
                    plain(Double.doubleToRawLongBits(least == 0 ? -0.0 : least)),
                    plain(Double.doubleToRawLongBits(most == 0 ? 0.0 : most))
                };
            }
            case TEXT, EXACT, FLAG -> null;
        };
    }

    private static byte[] plain(long bits) {
        var out = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) out[i] = (byte) (bits >>> i * Byte.SIZE);
        return out;
    }

    private void clear() {
        defined.clear();
        texts.clearTo(ParquetWriter.GROUP_TEXT_BYTES_MAX);
        words.clear();
        size = 0;
    }
}
