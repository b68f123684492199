package io.linkspan.site;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Window.Function;
import java.util.Arrays;
import java.util.OptionalDouble;

/// What is kept of the readings of a stretch of time, instead of the readings: as much as one figure needs, and so that
/// two stretches in a row can be joined. Fed in order of time; the same readings give the same bits, whatever the order
/// in
/// which they came. Nothing is ever taken out of one again, so sliding windows do not drift. Not thread-safe.
sealed interface Aggregate {
    /// An empty one.
    ///
    /// @param register whether the readings are those of a cumulative register
    static Aggregate of(Function function, boolean register) {
        return switch (function) {
            case COUNT, SUM, MEAN_OF_READINGS -> new Tally();
            case MEAN, TIME_IN -> new Area();
            case CONSUMPTION -> register ? new Steps() : new Area();
            case MIN -> new Extreme(-1);
            case MAX -> new Extreme(1);
            case PERCENTILE -> new Quantiles();
            case RATE -> register ? new Steps() : new Ends();
            case SLOPE, DEVIATION -> new Moments();
        };
    }

    /// A reading at an instant.
    ///
    /// @param step of a register what it counted since the reading before, in [Steps#UNIT]; else 0
    void point(long at, double value, long step);

    /// A value stood, from an instant up to another.
    void stood(long from, long to, double value);

    /// Adds that of a later stretch.
    void merge(Aggregate later);

    /// The figure; none when there was nothing to make it of. Times are in seconds for `time-in` and in hours for
    /// all
    /// others.
    OptionalDouble figure(Function function, double rank);

    Aggregate copy();

    void write(ByteWriter w);

    void read(ByteReader r);

    double MICROS_A_SECOND = 1e6;
    double MICROS_AN_HOUR = 3.6e9;

    /// A sum that keeps what each addition rounds off (Neumaier, ZAMM 54, 1974).
    final class Sum {
        private double sum;
        private double rest;

        void add(double x) {
            double next = sum + x;
            rest += Math.abs(sum) >= Math.abs(x) ? (sum - next) + x : (x - next) + sum;
            sum = next;
        }

        void add(Sum other) {
            add(other.sum);
            add(other.rest);
        }

        double value() {
            return sum + rest;
        }

        void copyTo(Sum other) {
            other.sum = sum;
            other.rest = rest;
        }

        void write(ByteWriter w) {
            w.f64(sum).f64(rest);
        }

        void read(ByteReader r) {
            sum = r.f64();
            rest = r.f64();
        }
    }

    /// Values by the time that they stood.
    final class Area implements Aggregate {
        private final Sum area = new Sum(); // unit x microseconds
        private long held;

        @Override
        public void point(long at, double value, long step) {
            // what it stands for is told by stood
        }

        @Override
        public void stood(long from, long to, double value) {
            area.add(value * (to - from));
            held += to - from;
        }

        @Override
        public void merge(Aggregate later) {
            area.add(((Area) later).area);
            held += ((Area) later).held;
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            if (held == 0) return OptionalDouble.empty();
            double by =
                    function == Function.MEAN ? held : function == Function.TIME_IN ? MICROS_A_SECOND : MICROS_AN_HOUR;
            return OptionalDouble.of(area.value() / by);
        }

        @Override
        public Aggregate copy() {
            var copy = new Area();
            area.copyTo(copy.area);
            copy.held = held;
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            area.write(w);
            w.varint(held);
        }

        @Override
        public void read(ByteReader r) {
            area.read(r);
            held = r.varint();
        }
    }

    /// How many, and their sum.
    final class Tally implements Aggregate {
        private final Sum sum = new Sum();
        private long count;
        private boolean stands;

        @Override
        public void point(long at, double value, long step) {
            sum.add(value);
            count++;
        }

        @Override
        public void stood(long from, long to, double value) {
            stands = true; // so none came, and nothing is missing
        }

        @Override
        public void merge(Aggregate later) {
            sum.add(((Tally) later).sum);
            count += ((Tally) later).count;
            stands |= ((Tally) later).stands;
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            if (count == 0 && (!stands || function == Function.MEAN_OF_READINGS)) return OptionalDouble.empty();
            if (function == Function.COUNT) return OptionalDouble.of(count);
            return OptionalDouble.of(function == Function.SUM ? sum.value() : sum.value() / count);
        }

        @Override
        public Aggregate copy() {
            var copy = new Tally();
            sum.copyTo(copy.sum);
            copy.count = count;
            copy.stands = stands;
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            sum.write(w);
            w.varint(count).flag(stands);
        }

        @Override
        public void read(ByteReader r) {
            sum.read(r);
            count = r.varint();
            stands = r.flag();
        }
    }

    /// The least or the largest.
    final class Extreme implements Aggregate {
        private final int sign;
        private double value = Double.NaN;

        Extreme(int sign) {
            this.sign = sign;
        }

        private void look(double x) {
            if (Double.isNaN(value) || Double.compare(x, value) * sign > 0) value = x;
        }

        @Override
        public void point(long at, double x, long step) {
            look(x);
        }

        @Override
        public void stood(long from, long to, double x) {
            look(x);
        }

        @Override
        public void merge(Aggregate later) {
            double other = ((Extreme) later).value;
            if (!Double.isNaN(other)) look(other);
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
        }

        @Override
        public Aggregate copy() {
            var copy = new Extreme(sign);
            copy.value = value;
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            w.f64(value);
        }

        @Override
        public void read(ByteReader r) {
            value = r.f64();
        }
    }

    /// What a register counted, exactly.
    final class Steps implements Aggregate {
        /// A step of a register is counted in 10^-9 of its unit.
        static final int UNIT = 9;

        private long sum;
        private long held;

        @Override
        public void point(long at, double value, long step) {
            sum += step;
        }

        @Override
        public void stood(long from, long to, double value) {
            held += to - from;
        }

        @Override
        public void merge(Aggregate later) {
            sum += ((Steps) later).sum;
            held += ((Steps) later).held;
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            if (held == 0) return OptionalDouble.empty();
            double counted = sum / 1e9;
            return OptionalDouble.of(function == Function.RATE ? counted / (held / MICROS_AN_HOUR) : counted);
        }

        /// A step down was a new meter's: this much was counted after all.
        void counted(long more) {
            sum += more;
        }

        @Override
        public Aggregate copy() {
            var copy = new Steps();
            copy.sum = sum;
            copy.held = held;
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            w.signed(sum).varint(held);
        }

        @Override
        public void read(ByteReader r) {
            sum = r.signed();
            held = r.varint();
        }
    }

    /// The first reading and the last.
    final class Ends implements Aggregate {
        private long firstAt = Long.MAX_VALUE;
        private double first;
        private long lastAt;
        private double last;

        @Override
        public void point(long at, double value, long step) {
            if (firstAt == Long.MAX_VALUE) {
                firstAt = at;
                first = value;
            }
            lastAt = at;
            last = value;
        }

        @Override
        public void stood(long from, long to, double value) {
            // growth is between readings
        }

        @Override
        public void merge(Aggregate later) {
            var other = (Ends) later;
            if (other.firstAt == Long.MAX_VALUE) return;
            point(other.firstAt, other.first, 0);
            point(other.lastAt, other.last, 0);
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            if (firstAt == Long.MAX_VALUE || lastAt == firstAt) return OptionalDouble.empty();
            return OptionalDouble.of((last - first) / ((lastAt - firstAt) / MICROS_AN_HOUR));
        }

        @Override
        public Aggregate copy() {
            var copy = new Ends();
            copy.firstAt = firstAt;
            copy.first = first;
            copy.lastAt = lastAt;
            copy.last = last;
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            w.signed(firstAt).f64(first).signed(lastAt).f64(last);
        }

        @Override
        public void read(ByteReader r) {
            firstAt = r.signed();
            first = r.f64();
            lastAt = r.signed();
            last = r.f64();
        }
    }

    /// Means and centred moments of time and value, updated and joined without cancellation (Welford, Technometrics
    /// 4(3),
    /// 1962; Chan, Golub and LeVeque, 1979).
    final class Moments implements Aggregate {
        private long count;
        private long origin; // the first reading's time: what is left of a time since 1970 would be too coarse
        private double meanTime; // microseconds since the origin
        private double mean;
        private double timeTime;
        private double timeValue;
        private double valueValue;

        @Override
        public void point(long at, double value, long step) {
            if (count++ == 0) origin = at;
            double dt = (at - origin) - meanTime;
            double dv = value - mean;
            meanTime += dt / count;
            mean += dv / count;
            timeTime += dt * ((at - origin) - meanTime);
            timeValue += dt * (value - mean);
            valueValue += dv * (value - mean);
        }

        @Override
        public void stood(long from, long to, double value) {
            // readings count, not how long they stood
        }

        @Override
        public void merge(Aggregate later) {
            var b = (Moments) later;
            if (b.count == 0) return;
            if (count == 0) {
                b.copyTo(this);
                return;
            }
            double n = count + b.count;
            double dt = (b.origin - origin) + b.meanTime - meanTime;
            double dv = b.mean - mean;
            double weight = count / n * b.count;
            timeTime += b.timeTime + dt * dt * weight;
            timeValue += b.timeValue + dt * dv * weight;
            valueValue += b.valueValue + dv * dv * weight;
            meanTime += dt * (b.count / n);
            mean += dv * (b.count / n);
            count += b.count;
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            if (function == Function.DEVIATION)
                return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(valueValue / count));
            return timeTime == 0 ? OptionalDouble.empty() : OptionalDouble.of(timeValue / timeTime * MICROS_AN_HOUR);
        }

        private void copyTo(Moments other) {
            other.count = count;
            other.origin = origin;
            other.meanTime = meanTime;
            other.mean = mean;
            other.timeTime = timeTime;
            other.timeValue = timeValue;
            other.valueValue = valueValue;
        }

        @Override
        public Aggregate copy() {
            var copy = new Moments();
            copyTo(copy);
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            w.varint(count)
                    .signed(origin)
                    .f64(meanTime)
                    .f64(mean)
                    .f64(timeTime)
                    .f64(timeValue)
                    .f64(valueValue);
        }

        @Override
        public void read(ByteReader r) {
            count = r.varint();
            origin = r.signed();
            meanTime = r.f64();
            mean = r.f64();
            timeTime = r.f64();
            timeValue = r.f64();
            valueValue = r.f64();
        }
    }

    /// How often each value was there: exact up to [#KEYS_MAX] different ones, beyond that to as many leading bits
    /// as fit.
    /// Which bits go depends on the values alone, not on their order (compare the uniform collapse of Epicoco et
    /// al.,
    /// UDDSketch, IEEE Access 8, 2020).
    final class Quantiles implements Aggregate {
        /// Most different values that are told apart: of values within one power of two at least one part in
        /// 512.
        static final int KEYS_MAX = 1_024;

        private long[] keys = {};
        private long[] counts = {};
        private int size;
        private int shift;

        /// Bits that sort as the numbers do.
        private static long key(double value) {
            long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
            return bits < 0 ? ~bits ^ Long.MIN_VALUE : bits;
        }

        private static double value(long key) {
            return Double.longBitsToDouble(key < 0 ? ~(key ^ Long.MIN_VALUE) : key);
        }

        @Override
        public void point(long at, double value, long step) {
            add(key(value) >> shift, 1);
        }

        private void add(long key, long count) {
            int i = Arrays.binarySearch(keys, 0, size, key);
            if (i >= 0) {
                counts[i] += count;
                return;
            }
            i = -i - 1;
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, Math.max(8, size * 2));
                counts = Arrays.copyOf(counts, Math.max(8, size * 2));
            }
            System.arraycopy(keys, i, keys, i + 1, size - i);
            System.arraycopy(counts, i, counts, i + 1, size - i);
            keys[i] = key;
            counts[i] = count;
            size++;
            while (size > KEYS_MAX) coarser(shift + 1);
        }

        private void coarser(int bits) {
            int more = bits - shift;
            int n = 0;
            for (int i = 0; i < size; i++) {
                long key = keys[i] >> more;
                if (n > 0 && keys[n - 1] == key) counts[n - 1] += counts[i];
                else {
                    keys[n] = key;
                    counts[n++] = counts[i];
                }
            }
            size = n;
            shift = bits;
        }

        @Override
        public void stood(long from, long to, double value) {
            // readings count, not how long they stood
        }

        @Override
        public void merge(Aggregate later) {
            var other = (Quantiles) later;
            if (other.shift > shift) coarser(other.shift);
            for (int i = 0; i < other.size; i++) add(other.keys[i] >> (shift - other.shift), other.counts[i]);
        }

        @Override
        public OptionalDouble figure(Function function, double rank) {
            long all = 0;
            for (int i = 0; i < size; i++) all += counts[i];
            if (all == 0) return OptionalDouble.empty();
            long wanted = Math.max(1, (long) Math.ceil(rank / 100 * all));
            int i = 0;
            for (long seen = counts[0]; seen < wanted; seen += counts[++i]) {}
            // the middle of what was put together
            long key = (keys[i] << shift) + (shift == 0 ? 0 : 1L << (shift - 1));
            return OptionalDouble.of(value(key));
        }

        @Override
        public Aggregate copy() {
            var copy = new Quantiles();
            copy.keys = Arrays.copyOf(keys, size);
            copy.counts = Arrays.copyOf(counts, size);
            copy.size = size;
            copy.shift = shift;
            return copy;
        }

        @Override
        public void write(ByteWriter w) {
            w.varint(shift).varint(size);
            for (int i = 0; i < size; i++) w.i64(keys[i]).varint(counts[i]);
        }

        @Override
        public void read(ByteReader r) {
            shift = r.count();
            size = r.items();
            keys = new long[size];
            counts = new long[size];
            for (int i = 0; i < size; i++) {
                keys[i] = r.i64();
                counts[i] = r.varint();
            }
        }
    }
}
