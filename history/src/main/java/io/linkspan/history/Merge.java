package io.linkspan.history;

import io.linkspan.model.Quality;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Joins the readings of one property from several places, in order of time.
///
/// Of several values of one instant the last that is CORRECTED stands, and without one the first that came: so it does
/// not matter in which steps they are joined. What does not stand goes to the side series; an equal value is one
/// reading.
final class Merge {
    private Merge() {}

    /// Takes rows in order of time.
    @FunctionalInterface
    interface Sink {
        /// Rows `from` to `to` - 1; they are valid during the call.
        ///
        /// @return whether more are wanted
        boolean accept(Rows rows, int from, int to) throws IOException;
    }

    /// Takes what does not stand.
    @FunctionalInterface
    interface Conflicts {
        Conflicts IGNORED = _ -> {};

        void add(Again again);
    }

    /// One row of some rows.
    record Row(Rows rows, int index) {}

    /// Rows from one place, block by block. Not thread-safe.
    abstract static class Cursor {
        Rows rows = Rows.EMPTY;
        int index;

        /// The instant of the next row, or one before it while its block is not loaded; [Long#MAX_VALUE] at the
        /// end.
        final long next() {
            return isLoaded() ? rows.times()[index] : upcoming();
        }

        final boolean isLoaded() {
            return index < rows.size();
        }

        /// An instant at or before the first row of the next block; [Long#MAX_VALUE] when there is none.
        abstract long upcoming();

        /// Loads the next block.
        abstract void load() throws IOException;
    }

    /// Rows that are in memory.
    static final class InMemory extends Cursor {
        InMemory(Rows rows, long fromMicros, long toMicros) {
            int first = rows.indexFrom(0, fromMicros);
            this.rows = rows.slice(0, rows.indexFrom(first, toMicros));
            index = first;
        }

        @Override
        long upcoming() {
            return Long.MAX_VALUE;
        }

        @Override
        void load() {
            throw new IllegalStateException("All is loaded");
        }
    }

    /// Hands over all rows of the cursors, which are in the order in which their readings came.
    static void run(List<Cursor> cursors, Sink sink, Conflicts again) throws IOException {
        while (true) {
            Cursor least = null;
            long at = Long.MAX_VALUE;
            long others = Long.MAX_VALUE;
            for (var c : cursors) {
                long next = c.next();
                if (next < at) {
                    others = at;
                    at = next;
                    least = c;
                } else others = Math.min(others, next);
            }
            if (least == null) return;
            if (at < others) {
                if (!least.isLoaded()) least.load();
                else {
                    int from = least.index;
                    least.index = least.rows.indexFrom(from, others);
                    if (!sink.accept(least.rows, from, least.index)) return;
                }
            } else if (!sameInstant(cursors, at, sink, again)) return;
        }
    }

    private static boolean sameInstant(List<Cursor> cursors, long at, Sink sink, Conflicts again) throws IOException {
        for (var c : cursors) {
            if (c.next() != at || c.isLoaded()) continue;
            c.load();
            return true; // its first row may be later than it said: look again
        }
        var same = new ArrayList<Row>();
        for (var c : cursors) if (c.next() == at) same.add(new Row(c.rows, c.index++));
        var main = resolve(same, again);
        return sink.accept(main.rows(), main.index(), main.index() + 1);
    }

    /// Which row of one instant stands.
    static Row resolve(List<Row> rows, Conflicts again) {
        Row main = rows.getFirst();
        for (var other : rows.subList(1, rows.size())) {
            boolean same = main.rows().isSameValue(main.index(), other.rows(), other.index());
            if (other.rows().quality(other.index()) == Quality.CORRECTED) {
                if (!same) again.add(again(main));
                main = other;
            } else if (!same) again.add(again(other));
        }
        return main;
    }

    private static Again again(Row row) {
        long at = row.rows().times()[row.index()];
        long received = row.rows().received(row.index());
        return new Again(
                received == 0 ? at : received,
                at,
                row.rows().value(row.index()),
                row.rows().quality(row.index()));
    }
}
