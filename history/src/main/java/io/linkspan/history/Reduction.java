package io.linkspan.history;

import io.linkspan.model.History.Point;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Of each column of a chart the first, the least, the largest and the last reading (M4: Jugel et al., PVLDB 7(10),
/// 2014). Not thread-safe.
final class Reduction {
    private final long from;
    private final long to;
    private final int columns;
    private final List<Point> points = new ArrayList<>();
    private final TreeMap<Long, Point> of = new TreeMap<>(); // of the column that is open
    private long column = -1;
    private double min;
    private double max;
    private Point least = new Point(0, Value.Flag.OFF, Quality.GOOD);
    private Point largest = least;
    private Point first = least;
    private Point last = least;

    Reduction(long from, long to, int columns) {
        this.from = from;
        this.to = to;
        this.columns = columns;
    }

    private long columnOf(long at) {
        return (long) ((double) (at - from) / (to - from) * columns);
    }

    void add(Rows rows, int start, int end) {
        for (int i = start; i < end; i++) {
            if (rows.quality(i) == Quality.BAD) continue;
            long at = rows.times()[i];
            double figure = rows.figure(i);
            long own = columnOf(at);
            if (own == column && !Double.isNaN(figure) && figure >= min && figure <= max) {
                lastRow(rows, i, figure);
                continue;
            }
            var point = point(rows, i, figure);
            begin(own, point, figure);
            if (figure < min) {
                min = figure;
                least = point;
            }
            if (figure > max) {
                max = figure;
                largest = point;
            }
            last = point;
            pending = -1;
        }
        settle();
    }

    // The last row of a column is mostly followed by another: its point is made only when it stays the last.
    private int pending = -1;
    private Rows pendingRows = Rows.EMPTY;
    private double pendingFigure;

    private void lastRow(Rows rows, int i, double figure) {
        pending = i;
        pendingRows = rows;
        pendingFigure = figure;
    }

    private void settle() {
        if (pending >= 0) last = point(pendingRows, pending, pendingFigure);
        pending = -1;
    }

    private void begin(long own, Point point, double figure) {
        if (own == column) return;
        close();
        column = own;
        min = max = figure;
        first = least = largest = last = point;
    }

    private static Point point(Rows rows, int i, double figure) {
        var value = Double.isNaN(figure) ? rows.value(i) : new Value.Num(figure);
        return new Point(rows.times()[i], value, rows.quality(i));
    }

    /// What a stretch of time held; it belongs to the column of its middle.
    void add(Roll roll) {
        if (roll.used() == 0) return;
        var one = number(roll.firstAt(), roll.first());
        begin(columnOf(Math.clamp(roll.from() + (roll.to() - roll.from()) / 2, from, to - 1)), one, roll.first());
        if (roll.min() < min) {
            min = roll.min();
            least = number(roll.minAt(), min);
        }
        if (roll.max() > max) {
            max = roll.max();
            largest = number(roll.maxAt(), max);
        }
        last = number(roll.lastAt(), roll.last());
    }

    private static Point number(long at, double figure) {
        return new Point(at, new Value.Num(figure), Quality.GOOD);
    }

    private void close() {
        settle();
        if (column < 0) return;
        of.clear();
        for (var point : List.of(first, least, largest, last)) of.put(point.atMicros(), point);
        points.addAll(of.values());
    }

    List<Point> finish() {
        close();
        column = -1;
        return points;
    }
}
