package io.linkspan.connectors.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The payload of a Sparkplug B message (Sparkplug 3.0.0, chapter 6, Google Protocol Buffer Schema), as far as a host
/// application needs it: templates and data sets are told apart and left unread.
///
/// The wire format is that of protocol buffers: a varint of field number and wire type before each field; unknown
/// fields are
/// passed over. A field that comes twice is taken as it came last, as protocol buffers say.
///
/// @param timestampMillis when it was sent, milliseconds since 1970 UTC; none in a NDEATH
/// @param seq 0..255; none in a NDEATH and in commands
record SparkplugPayload(OptionalLong timestampMillis, List<Metric> metrics, OptionalLong seq) {
    /// Longest payload, in bytes; a longer one is refused.
    static final int PAYLOAD_BYTES_MAX = 4 << 20;
    /// Most metrics of one payload; of more it is refused.
    static final int METRICS_MAX = 20_000;
    /// Longest name of a metric, in bytes.
    static final int NAME_BYTES_MAX = 1_024;

    /// Data types of a metric by their codes (enum DataType of the schema). Arrays and the rest have no value for
    /// us.
    static final int INT8 = 1;

    static final int INT16 = 2;
    static final int INT32 = 3;
    static final int INT64 = 4;
    static final int UINT8 = 5;
    static final int UINT16 = 6;
    static final int UINT32 = 7;
    static final int UINT64 = 8;
    static final int FLOAT = 9;
    static final int DOUBLE = 10;
    static final int BOOLEAN = 11;
    static final int STRING = 12;
    static final int DATE_TIME = 13;
    static final int TEXT = 14;
    static final int UUID = 15;
    static final int BYTES = 17;
    static final int FILE = 18;

    SparkplugPayload {
        metrics = List.copyOf(metrics);
    }

    /// One metric.
    ///
    /// @param name empty where the alias says which
    /// @param alias a number that the birth gave to the name
    /// @param dataType a code of above; 0 where the birth has said it
    /// @param historical not the newest value: it was kept while the line was down
    /// @param quality the property `Quality` (chapter 6, Quality Codes): 0 bad, 192 good, 500 stale
    /// @param unit the property `engUnit`, where the node tells it
    record Metric(
            String name,
            OptionalLong alias,
            OptionalLong timestampMillis,
            int dataType,
            boolean historical,
            int quality,
            Optional<String> unit,
            Content content) {
        /// Quality codes of the property `Quality`.
        static final int QUALITY_BAD = 0;

        static final int QUALITY_GOOD = 192;
        static final int QUALITY_STALE = 500;
    }

    /// The value of a metric as it is on the wire, before its data type is known.
    sealed interface Content {
        /// `int_value` and `long_value`: bits, signed or not as the data type says.
        record Whole(long bits) implements Content {}

        /// `float_value` and `double_value`.
        record Real(double value, boolean single) implements Content {}

        /// `boolean_value`.
        record Truth(boolean on) implements Content {}

        /// `string_value`.
        record Words(String text) implements Content {}

        /// `bytes_value`.
        record Raw(byte[] bytes) implements Content {}

        /// The metric says that it has no value (`is_null`), or has none.
        record None() implements Content {}

        /// A data set, template or extension, which we do not read.
        record Unread() implements Content {}
    }

    /// What is no payload of Sparkplug B.
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String what) {
            super(what);
        }
    }

    // ---- bytes to payload

    /// @throws Malformed what is wrong, and at which byte
    static SparkplugPayload parse(byte[] bytes) throws Malformed {
        if (bytes.length > PAYLOAD_BYTES_MAX)
            throw new Malformed("is " + bytes.length + " bytes long, at most " + PAYLOAD_BYTES_MAX + " are taken");
        var in = new In(bytes, 0, bytes.length);
        var timestamp = OptionalLong.empty();
        var seq = OptionalLong.empty();
        var metrics = new ArrayList<Metric>();
        while (in.more()) {
            int tag = in.tag();
            switch (tag) {
                case 1 << 3 -> timestamp = OptionalLong.of(in.varint());
                case 2 << 3 | 2 -> {
                    if (metrics.size() == METRICS_MAX) throw in.wrong("has more than " + METRICS_MAX + " metrics");
                    metrics.add(metric(in.part()));
                }
                case 3 << 3 -> seq = OptionalLong.of(in.varint());
                default -> in.skip(tag); // open: fields that later versions add, uuid and body
            }
        }
        return new SparkplugPayload(timestamp, metrics, seq);
    }

    private static Metric metric(In in) throws Malformed {
        String name = "";
        var alias = OptionalLong.empty();
        var timestamp = OptionalLong.empty();
        int dataType = 0;
        boolean historical = false;
        boolean none = false;
        var told = new Told(Metric.QUALITY_GOOD, Optional.empty());
        Content content = new Content.None();
        while (in.more()) {
            int tag = in.tag();
            switch (tag) {
                case 1 << 3 | 2 -> name = in.text(NAME_BYTES_MAX);
                case 2 << 3 -> alias = OptionalLong.of(in.varint());
                case 3 << 3 -> timestamp = OptionalLong.of(in.varint());
                case 4 << 3 -> dataType = (int) Math.clamp(in.varint(), 0, Short.MAX_VALUE);
                case 5 << 3 -> historical = in.varint() != 0;
                case 7 << 3 -> none = in.varint() != 0;
                case 9 << 3 | 2 -> told = properties(in.part());
                case 10 << 3, 11 << 3 -> content = new Content.Whole(in.varint());
                case 12 << 3 | 5 -> content = new Content.Real(Float.intBitsToFloat(in.fixed32()), true);
                case 13 << 3 | 1 -> content = new Content.Real(Double.longBitsToDouble(in.fixed64()), false);
                case 14 << 3 -> content = new Content.Truth(in.varint() != 0);
                case 15 << 3 | 2 -> content = new Content.Words(in.text(PAYLOAD_BYTES_MAX));
                case 16 << 3 | 2 -> content = new Content.Raw(in.bytes(PAYLOAD_BYTES_MAX));
                case 17 << 3 | 2, 18 << 3 | 2, 19 << 3 | 2 -> {
                    in.skip(tag);
                    content = new Content.Unread();
                }
                default -> in.skip(tag); // open: is_transient, metadata and what later versions add
            }
        }
        if (none) content = new Content.None();
        return new Metric(name, alias, timestamp, dataType, historical, told.quality, told.unit, content);
    }

    private record Told(int quality, Optional<String> unit) {}

    /// A PropertySet: keys and values beside each other, by place. Only two of them mean something to us.
    private static Told properties(In in) throws Malformed {
        var keys = new ArrayList<String>();
        var values = new ArrayList<Content>();
        while (in.more()) {
            int tag = in.tag();
            switch (tag) {
                case 1 << 3 | 2 -> keys.add(in.text(NAME_BYTES_MAX));
                case 2 << 3 | 2 -> values.add(propertyValue(in.part()));
                default -> in.skip(tag); // open: extensions
            }
        }
        int quality = Metric.QUALITY_GOOD;
        Optional<String> unit = Optional.empty();
        for (int i = 0; i < Math.min(keys.size(), values.size()); i++) {
            if (keys.get(i).equalsIgnoreCase("quality") && values.get(i) instanceof Content.Whole w)
                quality = (int) w.bits();
            if (keys.get(i).equals("engUnit") && values.get(i) instanceof Content.Words w) unit = Optional.of(w.text());
        }
        return new Told(quality, unit);
    }

    private static Content propertyValue(In in) throws Malformed {
        Content content = new Content.None();
        while (in.more()) {
            int tag = in.tag();
            switch (tag) {
                case 3 << 3, 4 << 3 -> content = new Content.Whole(in.varint());
                case 8 << 3 | 2 -> content = new Content.Words(in.text(NAME_BYTES_MAX));
                default -> in.skip(tag); // open: values of properties that we do not know
            }
        }
        return content;
    }

    /// A walk over the fields of one message within the payload.
    private static final class In {
        private final byte[] bytes;
        private int at;
        private final int end;

        In(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.at = from;
            this.end = end;
        }

        boolean more() {
            return at < end;
        }

        Malformed wrong(String what) {
            return new Malformed(what + " (at byte " + at + ")");
        }

        /// Field number and wire type, in one number as on the wire.
        int tag() throws Malformed {
            long tag = varint();
            if (tag < 8 || tag > Integer.MAX_VALUE) throw wrong("has no field number where one is due");
            return (int) tag;
        }

        long varint() throws Malformed {
            long value = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                if (at == end) throw wrong("ends within a number");
                byte b = bytes[at++];
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) return value;
            }
            throw wrong("has a number of more than ten bytes");
        }

        int fixed32() throws Malformed {
            need(4);
            int value = 0;
            for (int i = 3; i >= 0; i--) value = value << 8 | bytes[at + i] & 0xFF;
            at += 4;
            return value;
        }

        long fixed64() throws Malformed {
            need(8);
            long value = 0;
            for (int i = 7; i >= 0; i--) value = value << 8 | bytes[at + i] & 0xFF;
            at += 8;
            return value;
        }

        private void need(long length) throws Malformed {
            if (length < 0 || length > end - at) throw wrong("ends within a field");
        }

        private int length() throws Malformed {
            long length = varint();
            need(length);
            return (int) length;
        }

        In part() throws Malformed {
            int length = length();
            var part = new In(bytes, at, at + length);
            at += length;
            return part;
        }

        byte[] bytes(int max) throws Malformed {
            int length = length();
            if (length > max) throw wrong("has a field of " + length + " bytes, at most " + max + " are taken");
            byte[] copy = java.util.Arrays.copyOfRange(bytes, at, at + length);
            at += length;
            return copy;
        }

        String text(int max) throws Malformed {
            byte[] copy = bytes(max);
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(java.nio.ByteBuffer.wrap(copy))
                        .toString();
            } catch (CharacterCodingException e) {
                throw wrong("has a text that is no UTF-8");
            }
        }

        void skip(int tag) throws Malformed {
            switch (tag & 7) {
                case 0 -> varint();
                case 1 -> fixed64();
                case 2 -> part();
                case 5 -> fixed32();
                default -> throw wrong("has a field of wire type " + (tag & 7)); // open: groups are long out of use
            }
        }
    }

    // ---- payload to bytes

    /// The same payload in bytes: what a command, a simulated node or a test sends.
    byte[] encode() {
        var out = new Out();
        timestampMillis.ifPresent(t -> out.number(1, t));
        for (var m : metrics) out.bytes(2, encode(m));
        seq.ifPresent(s -> out.number(3, s));
        return out.bytes.toByteArray();
    }

    private static byte[] encode(Metric m) {
        var out = new Out();
        if (!m.name.isEmpty()) out.bytes(1, m.name.getBytes(StandardCharsets.UTF_8));
        m.alias.ifPresent(a -> out.number(2, a));
        m.timestampMillis.ifPresent(t -> out.number(3, t));
        if (m.dataType != 0) out.number(4, m.dataType);
        if (m.historical) out.number(5, 1);
        if (m.quality != Metric.QUALITY_GOOD || m.unit.isPresent()) out.bytes(9, encodeProperties(m));
        switch (m.content) {
            case Content.Whole w -> {
                boolean wide = m.dataType == INT64 || m.dataType == UINT64 || m.dataType == DATE_TIME;
                out.number(wide ? 11 : 10, wide ? w.bits : w.bits & 0xFFFFFFFFL);
            }
            case Content.Real r when r.single -> out.fixed32(12, Float.floatToRawIntBits((float) r.value));
            case Content.Real r -> out.fixed64(13, Double.doubleToRawLongBits(r.value));
            case Content.Truth t -> out.number(14, t.on ? 1 : 0);
            case Content.Words w -> out.bytes(15, w.text.getBytes(StandardCharsets.UTF_8));
            case Content.Raw r -> out.bytes(16, r.bytes);
            case Content.None _, Content.Unread _ -> out.number(7, 1);
        }
        return out.bytes.toByteArray();
    }

    private static byte[] encodeProperties(Metric m) {
        var keys = new Out();
        var values = new Out();
        if (m.quality != Metric.QUALITY_GOOD) {
            keys.bytes(1, "Quality".getBytes(StandardCharsets.UTF_8));
            var value = new Out();
            value.number(1, INT32);
            value.number(3, m.quality & 0xFFFF_FFFFL);
            values.bytes(2, value.bytes.toByteArray());
        }
        if (m.unit.isPresent()) {
            keys.bytes(1, "engUnit".getBytes(StandardCharsets.UTF_8));
            var value = new Out();
            value.number(1, STRING);
            value.bytes(8, m.unit.get().getBytes(StandardCharsets.UTF_8));
            values.bytes(2, value.bytes.toByteArray());
        }
        keys.bytes.writeBytes(values.bytes.toByteArray());
        return keys.bytes.toByteArray();
    }

    private static final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private void varint(long value) {
            for (; (value & ~0x7FL) != 0; value >>>= 7) bytes.write((int) (value & 0x7F | 0x80));
            bytes.write((int) value);
        }

        void number(int field, long value) {
            varint((long) field << 3);
            varint(value);
        }

        void bytes(int field, byte[] content) {
            varint((long) field << 3 | 2);
            varint(content.length);
            bytes.writeBytes(content);
        }

        void fixed32(int field, int value) {
            varint((long) field << 3 | 5);
            for (int i = 0; i < 4; i++) bytes.write(value >>> 8 * i);
        }

        void fixed64(int field, long value) {
            varint((long) field << 3 | 1);
            for (int i = 0; i < 8; i++) bytes.write((int) (value >>> 8 * i));
        }
    }
}
