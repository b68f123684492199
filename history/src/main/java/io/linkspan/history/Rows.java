package io.linkspan.history;

import io.linkspan.model.History;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Readings of one property in columns, the first `size` of each array. What is handed out is not changed any more.
///
/// @param times microseconds, growing, each once (but in what [Series] holds before it is sorted)
/// @param bits see [Column#bits]
/// @param tags the column in the lower four bits, the quality above them
/// @param objects values that are no bits; null when there is none
/// @param received when a reading came that was older than a known one, or of the same instant; 0 for all others;
/// null when there is none
record Rows(int size, long[] times, long[] bits, byte[] tags, Value @Nullable [] objects, long @Nullable [] received) {

    static final Rows EMPTY = new Rows(0, new long[0], new long[0], new byte[0], null, null);

    private static final Quality[] QUALITIES = Quality.values();

    static byte tag(Column column, Quality quality) {
        return (byte) (column.ordinal() | quality.ordinal() << 4);
    }

    /// Room for so many rows.
    static Rows room(int size) {
        return new Rows(size, new long[size], new long[size], new byte[size], null, null);
    }

    Column column(int i) {
        return Column.at(tags[i] & 0xF);
    }

    Quality quality(int i) {
        return QUALITIES[tags[i] >> 4 & 7];
    }

    Value value(int i) {
        Column column = column(i);
        return column.inBits() ? column.value(bits[i]) : object(i);
    }

    Value object(int i) {
        if (objects == null || objects[i] == null) throw new IllegalStateException("Row " + i + " lacks its value");
        return objects[i];
    }

    /// The value as a figure; NaN for what is none, and for a reading that is BAD.
    double figure(int i) {
        return quality(i) == Quality.BAD ? Double.NaN : column(i).figure(bits[i]);
    }

    long received(int i) {
        return received == null ? 0 : received[i];
    }

    boolean isSameValue(int i, Rows other, int j) {
        if ((tags[i] & 0xF) != (other.tags[j] & 0xF)) return false;
        return column(i).inBits() ? bits[i] == other.bits[j] : object(i).equals(other.object(j));
    }

    History.Point point(int i) {
        return new History.Point(times[i], value(i), quality(i));
    }

    /// The first row at or after an instant.
    int indexFrom(int from, long micros) {
        int i = Arrays.binarySearch(times, from, size, micros);
        return i < 0 ? -i - 1 : i;
    }

    /// Only these rows.
    Rows slice(int from, int to) {
        if (from == 0) return new Rows(to, times, bits, tags, objects, received);
        return new Rows(
                to - from,
                Arrays.copyOfRange(times, from, to),
                Arrays.copyOfRange(bits, from, to),
                Arrays.copyOfRange(tags, from, to),
                objects == null ? null : Arrays.copyOfRange(objects, from, to),
                received == null ? null : Arrays.copyOfRange(received, from, to));
    }

    /// Collects rows; then it may be used anew.
    static final class Builder {
        private long[] times = new long[64];
        private long[] bits = new long[64];
        private byte[] tags = new byte[64];
        private Value @Nullable [] objects;
        private long @Nullable [] received;
        private int size;

        int size() {
            return size;
        }

        void add(Rows rows, int from, int to) {
            int n = to - from;
            room(size + n);
            System.arraycopy(rows.times, from, times, size, n);
            System.arraycopy(rows.bits, from, bits, size, n);
            System.arraycopy(rows.tags, from, tags, size, n);
            if (rows.objects != null) {
                if (objects == null) objects = new Value[times.length];
                System.arraycopy(rows.objects, from, objects, size, n);
            }
            if (rows.received != null) {
                if (received == null) received = new long[times.length];
                System.arraycopy(rows.received, from, received, size, n);
            }
            size += n;
        }

        private void room(int needed) {
            if (needed <= times.length) return;
            int room = Math.max(needed, times.length * 2);
            times = Arrays.copyOf(times, room);
            bits = Arrays.copyOf(bits, room);
            tags = Arrays.copyOf(tags, room);
            if (objects != null) objects = Arrays.copyOf(objects, room);
            if (received != null) received = Arrays.copyOf(received, room);
        }

        /// What was collected; it is valid until the next [#add].
        Rows take() {
            var rows = new Rows(size, times, bits, tags, objects, received);
            size = 0;
            objects = null;
            received = null;
            return rows;
        }
    }
}
