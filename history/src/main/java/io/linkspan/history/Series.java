package io.linkspan.history;

import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The readings of one property that are in memory, in the order in which they came.
///
/// Thread-safety: one thread adds, any thread takes what is there: it never sees half a row.
final class Series {
    private static final int ROWS_FIRST = 8;
    private static final int BYTES_A_ROW = 17;
    private static final int BYTES_OF_AN_OBJECT = 56;
    /// Room of which less than this part was used is not kept for the next rows.
    private static final int ROOM_UNUSED_MAX = 4;
    /// What a series costs beside its rows.
    static final int BYTES_AROUND = 200;

    private long[] times = new long[ROWS_FIRST];
    private long[] bits = new long[ROWS_FIRST];
    private byte[] tags = new byte[ROWS_FIRST];
    private Value @Nullable [] objects;
    private long @Nullable [] received;
    private boolean isSorted = true;
    private long first = Long.MAX_VALUE;
    private long bytes = BYTES_AROUND;
    private volatile int size; // written last: who reads it sees all of the rows before it

    /// What became of a reading.
    enum Taken {
        ADDED,
        /// It was there already.
        REPEATED
    }

    /// Adds a reading.
    ///
    /// @param newest the newest instant that the property ever had
    Taken add(long at, Value value, Quality quality, long receivedMicros, long newest) {
        // Most are numbers; a switch over the kinds of values costs more than all the rest.
        boolean isNumber = value instanceof Value.Num;
        Column column = isNumber ? Column.NUMBER : Column.of(value);
        long word = value instanceof Value.Num number ? Double.doubleToRawLongBits(number.value()) : Column.bits(value);
        int n = size;
        boolean late = at <= newest;
        if (late && n > 0 && times[n - 1] == at && quality != Quality.CORRECTED && isSame(n - 1, column, word, value))
            return Taken.REPEATED;
        if (n == times.length) grow();
        times[n] = at;
        bits[n] = word;
        tags[n] = Rows.tag(column, quality);
        if (!column.inBits()) {
            if (objects == null) objects = new Value[times.length];
            bytes += BYTES_OF_AN_OBJECT;
            objects[n] = value;
        }
        if (late) {
            if (received == null) received = new long[times.length];
            bytes += Long.BYTES;
            received[n] = receivedMicros;
        }
        if (n > 0 && at <= times[n - 1]) isSorted = false;
        first = Math.min(first, at);
        bytes += BYTES_A_ROW;
        size = n + 1;
        return Taken.ADDED;
    }

    private boolean isSame(int i, Column column, long word, Value value) {
        if ((tags[i] & 0xF) != column.ordinal()) return false;
        return column.inBits() ? bits[i] == word : objects != null && value.equals(objects[i]);
    }

    private void grow() {
        int room = times.length + Math.max(ROWS_FIRST, times.length / 2);
        times = Arrays.copyOf(times, room);
        bits = Arrays.copyOf(bits, room);
        tags = Arrays.copyOf(tags, room);
        if (objects != null) objects = Arrays.copyOf(objects, room);
        if (received != null) received = Arrays.copyOf(received, room);
    }

    int size() {
        return size;
    }

    /// What the rows take, in bytes, without the room for more.
    long bytes() {
        return bytes;
    }

    /// Empties it, and keeps the room for the next rows. Only when nobody looks any more.
    ///
    /// @return whether it is worth keeping: it was used, and most of its room was
    boolean clear() {
        int used = size;
        if (used < times.length / ROOM_UNUSED_MAX) return false;
        size = 0;
        objects = null;
        received = null;
        isSorted = true;
        first = Long.MAX_VALUE;
        bytes = BYTES_AROUND;
        return used > 0;
    }

    /// The oldest instant.
    long first() {
        return size == 0 ? Long.MAX_VALUE : first;
    }

    /// All rows in order of time, each instant once.
    ///
    /// @param again gets the further values of an instant
    Rows rows(Merge.Conflicts again) {
        int n = size;
        var rows = new Rows(n, times, bits, tags, objects, received);
        return isSorted ? rows : sorted(rows, again);
    }

    private static Rows sorted(Rows rows, Merge.Conflicts again) {
        var order = IntStream.range(0, rows.size())
                .boxed()
                .sorted(Comparator.comparingLong(i -> rows.times()[i])) // stable: of one instant the first stays first
                .toList();
        var sorted = new Rows.Builder();
        for (int i = 0, end; i < order.size(); i = end) {
            long at = rows.times()[order.get(i)];
            end = i + 1;
            while (end < order.size() && rows.times()[order.get(end)] == at) end++;
            if (end == i + 1) sorted.add(rows, order.get(i), order.get(i) + 1);
            else {
                var same = List.copyOf(order.subList(i, end)).stream()
                        .map(k -> new Merge.Row(rows, k))
                        .toList();
                var main = Merge.resolve(same, again);
                sorted.add(main.rows(), main.index(), main.index() + 1);
            }
        }
        return sorted.take();
    }
}
