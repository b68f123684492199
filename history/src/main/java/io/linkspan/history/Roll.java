package io.linkspan.history;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.History;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// What a stretch of time held of a property, as it is stored. One of an hour is not made of those of its minutes:
/// minutes
/// without a reading have none, and yet a figure stood in them.
///
/// @param count readings
/// @param used readings with a figure, of a quality better than BAD; with none, the figures are NaN and their instants
/// 0
/// @param first the first figure and its instant; so for last, min and max, of which the first counts
/// @param sum of the figures
/// @param area sum of each figure times the microseconds that it stood
/// @param held microseconds in which a figure stood
/// @param consumption of a register; NaN for what is no register
record Roll(
        long from,
        long to,
        long count,
        long used,
        double first,
        long firstAt,
        double last,
        long lastAt,
        double min,
        long minAt,
        double max,
        long maxAt,
        double sum,
        double area,
        long held,
        double consumption) {

    /// Bit in a row's first byte: the figures stood all the time.
    private static final int HELD_ALL = 1;
    private static final int HAS_CONSUMPTION = 2;
    private static final int HAS_FIGURES = 4;
    /// All four figures are the same.
    private static final int IS_LEVEL = 8;

    private static final long[] UNITS = {1_000_000, 1_000, 1};

    /// The measurements of all kinds.
    static final List<String> MEASUREMENTS = java.util.Arrays.stream(History.Every.values())
            .map(Roll::measurement)
            .toList();

    static String measurement(History.Every every) {
        return switch (every) {
            case MINUTE -> "rollup_minute";
            case QUARTER -> "rollup_quarter";
            case HOUR -> "rollup_hour";
            case DAY -> "rollup_day";
        };
    }

    History.Bucket bucket() {
        return new History.Bucket(
                from,
                to,
                count,
                min,
                max,
                used == 0 ? Double.NaN : sum / used,
                held == 0 ? Double.NaN : area / held,
                last,
                consumption,
                first,
                firstAt,
                lastAt);
    }

    /// The rolls of one day as bytes: decimals of the figures and the unit of the times once, then each row against
    /// the
    /// one before.
    static byte[] encode(List<Roll> rolls) {
        var out = new ByteWriter();
        int decimals = decimals(rolls);
        int unit = unit(rolls);
        out.u8(1).varint(rolls.size()).u8(decimals).u8(unit);
        long at = 0;
        double figure = 0;
        for (var r : rolls) {
            boolean figures = r.used > 0;
            boolean level = figures && r.first == r.last && r.min == r.max && r.first == r.min;
            int bits = (r.held == r.to - r.from ? HELD_ALL : 0)
                    | (Double.isNaN(r.consumption) ? 0 : HAS_CONSUMPTION)
                    | (figures ? HAS_FIGURES : 0)
                    | (level ? IS_LEVEL : 0);
            out.u8(bits).signed((r.from - at) / UNITS[unit]).varint((r.to - r.from) / UNITS[unit]);
            at = r.from;
            out.varint(r.count);
            if (figures) {
                out.varint(r.count - r.used);
                figure(out, r.first, figure, decimals);
                if (!level) {
                    figure(out, r.last, r.first, decimals);
                    figure(out, r.min, r.first, decimals);
                    figure(out, r.max, r.first, decimals);
                    out.varint((r.minAt - r.from) / UNITS[unit]).varint((r.maxAt - r.from) / UNITS[unit]);
                }
                out.varint((r.firstAt - r.from) / UNITS[unit]).varint((r.lastAt - r.from) / UNITS[unit]);
                out.f64(r.sum);
                figure = r.last;
            }
            if ((bits & HELD_ALL) == 0) out.varint(r.held);
            if (r.held > 0) out.f64(r.area);
            if (!Double.isNaN(r.consumption)) out.f64(r.consumption);
        }
        return out.copy();
    }

    static List<Roll> decode(byte[] bytes) {
        var in = new ByteReader(ByteBuffer.wrap(bytes));
        int version = in.u8();
        if (version != 1)
            throw new IllegalArgumentException("A roll-up of version " + version + " is unknown; update Linkspan");
        int n = in.items();
        int decimals = in.u8();
        long unit = UNITS[in.u8()];
        var rolls = new ArrayList<Roll>(n);
        long at = 0;
        double figure = 0;
        for (int i = 0; i < n; i++) {
            var r = decode(in, at, figure, decimals, unit);
            rolls.add(r);
            at = r.from;
            if (r.used > 0) figure = r.last;
        }
        return rolls;
    }

    private static Roll decode(ByteReader in, long at, double figure, int decimals, long unit) {
        int bits = in.u8();
        long from = at + in.signed() * unit;
        long to = from + in.varint() * unit;
        long count = in.varint();
        long used = 0;
        double first = Double.NaN;
        double last = first;
        double min = first;
        double max = first;
        long firstAt = 0;
        long lastAt = 0;
        long minAt = 0;
        long maxAt = 0;
        double sum = 0;
        if ((bits & HAS_FIGURES) != 0) {
            used = count - in.varint();
            first = figure(in, figure, decimals);
            boolean level = (bits & IS_LEVEL) != 0;
            last = level ? first : figure(in, first, decimals);
            min = level ? first : figure(in, first, decimals);
            max = level ? first : figure(in, first, decimals);
            minAt = level ? 0 : from + in.varint() * unit;
            maxAt = level ? 0 : from + in.varint() * unit;
            firstAt = from + in.varint() * unit;
            lastAt = from + in.varint() * unit;
            if (level) minAt = maxAt = firstAt;
            sum = in.f64();
        }
        long held = (bits & HELD_ALL) != 0 ? to - from : in.varint();
        double area = held > 0 ? in.f64() : 0;
        double consumption = (bits & HAS_CONSUMPTION) != 0 ? in.f64() : Double.NaN;
        return new Roll(
                from,
                to,
                count,
                used,
                first,
                firstAt,
                last,
                lastAt,
                min,
                minAt,
                max,
                maxAt,
                sum,
                area,
                held,
                consumption);
    }

    private static void figure(ByteWriter out, double value, double before, int decimals) {
        if (decimals > SegmentWriter.DECIMALS_MAX) out.f64(value);
        else {
            double scale = Math.pow(10, decimals);
            out.signed(Math.round(value * scale) - Math.round(before * scale));
        }
    }

    private static double figure(ByteReader in, double before, int decimals) {
        if (decimals > SegmentWriter.DECIMALS_MAX) return in.f64();
        double scale = Math.pow(10, decimals);
        return (Math.round(before * scale) + in.signed()) / scale;
    }

    private static int decimals(List<Roll> rolls) {
        var figures = new double[rolls.size() * 4];
        int n = 0;
        for (var r : rolls) {
            if (r.used == 0) continue;
            figures[n++] = r.first;
            figures[n++] = r.last;
            figures[n++] = r.min;
            figures[n++] = r.max;
        }
        return SegmentWriter.decimals(figures, n);
    }

    private static int unit(List<Roll> rolls) {
        int unit = 0;
        for (var r : rolls) {
            unit = unit(unit, r.from, r.to);
            if (r.used > 0) unit = unit(unit(unit, r.firstAt, r.lastAt), r.minAt, r.maxAt);
        }
        return unit;
    }

    private static int unit(int unit, long a, long b) {
        while (a % UNITS[unit] != 0 || b % UNITS[unit] != 0) unit++;
        return unit;
    }
}
