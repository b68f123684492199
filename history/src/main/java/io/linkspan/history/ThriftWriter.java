package io.linkspan.history;

import java.nio.charset.StandardCharsets;

/// Structures in the compact protocol of Apache Thrift (`thrift-compact-protocol.md`), as far as the headers and the
/// footer of a Parquet file need it: fields in the order of their numbers, each with the distance to the one before.
final class ThriftWriter {
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int STRUCT = 12;
    /// Structures in structures; a footer has at most six.
    private static final int DEPTH_MAX = 16;
    /// Lists of more elements have their length behind the first byte.
    private static final int SHORT_LIST_MAX = 14;

    private final ParquetBytes out;
    private final int[] last = new int[DEPTH_MAX];
    private int depth;

    ThriftWriter(ParquetBytes out) {
        this.out = out;
    }

    /// Writes the fields of a structure.
    @FunctionalInterface
    interface Fields {
        void write(ThriftWriter out);
    }

    /// Ends the outermost structure.
    void stop() {
        out.u8(0);
        last[depth] = 0;
    }

    private void field(int number, int type) {
        int step = number - last[depth];
        if (step < 1 || step > 15)
            throw new IllegalArgumentException("Field " + number + " can not follow field " + last[depth]);
        out.u8(step << 4 | type);
        last[depth] = number;
    }

    ThriftWriter flag(int number, boolean value) {
        field(number, value ? TRUE : FALSE);
        return this;
    }

    ThriftWriter i32(int number, int value) {
        field(number, I32);
        out.signed(value);
        return this;
    }

    ThriftWriter i64(int number, long value) {
        field(number, I64);
        out.signed(value);
        return this;
    }

    ThriftWriter bytes(int number, byte[] value) {
        field(number, BINARY);
        out.varint(value.length);
        out.add(value);
        return this;
    }

    ThriftWriter text(int number, String value) {
        return bytes(number, value.getBytes(StandardCharsets.UTF_8));
    }

    ThriftWriter struct(int number, Fields fields) {
        field(number, STRUCT);
        nested(fields);
        return this;
    }

    private void nested(Fields fields) {
        depth++;
        last[depth] = 0;
        fields.write(this);
        out.u8(0);
        depth--;
    }

    private void list(int number, int type, int size) {
        field(number, LIST);
        out.u8(Math.min(size, SHORT_LIST_MAX + 1) << 4 | type);
        if (size > SHORT_LIST_MAX) out.varint(size);
    }

    ThriftWriter i32s(int number, int... values) {
        list(number, I32, values.length);
        for (int value : values) out.signed(value);
        return this;
    }

    ThriftWriter texts(int number, String... values) {
        list(number, BINARY, values.length);
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            out.varint(bytes.length);
            out.add(bytes);
        }
        return this;
    }

    ThriftWriter structs(int number, Iterable<? extends Fields> all, int size) {
        list(number, STRUCT, size);
        for (var each : all) nested(each);
        return this;
    }

    /// A list of structures that were written before, one behind the other, each with its end.
    ThriftWriter written(int number, ParquetBytes structs, int size) {
        list(number, STRUCT, size);
        out.add(structs.array(), 0, structs.size());
        return this;
    }
}
