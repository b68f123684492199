package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// The encodings of Parquet against small decoders, which are written after `Encodings.md` and not after the encoders.
class ParquetBytesTest {
    /// Bytes that are read one after the other.
    private static final class Reading {
        private final byte[] bytes;
        private int at;

        Reading(ParquetBytes written) {
            bytes = Arrays.copyOf(written.array(), written.size());
        }

        long varint() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = bytes[at++];
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) return value;
            }
        }

        long zigzag() {
            long n = varint();
            return n >>> 1 ^ -(n & 1);
        }

        /// The value whose bits begin so many bits behind here, the lowest bit first.
        long bits(int from, int width) {
            long value = 0;
            for (int b = 0; b < width; b++) {
                int bit = from + b;
                value |= (long) (bytes[at + bit / 8] >>> bit % 8 & 1) << b;
            }
            return value;
        }
    }

    private static long[] hybrid(Reading in, int n, int width) {
        var values = new long[n];
        for (int i = 0; i < n; ) {
            long header = in.varint();
            assertThat(header >>> 1).isPositive();
            if ((header & 1) == 0) {
                long value = in.bits(0, (width + 7) / 8 * 8);
                in.at += (width + 7) / 8;
                for (long k = header >>> 1; k > 0; k--) values[i++] = value;
            } else {
                int count = (int) (header >>> 1) * 8;
                for (int k = 0; k < count; k++) {
                    long value = in.bits(k * width, width);
                    if (i < n) values[i++] = value;
                    else assertThat(value).as("what fills up").isZero();
                }
                in.at += count * width / 8;
            }
        }
        return values;
    }

    private static long[] deltas(Reading in) {
        int block = (int) in.varint();
        int parts = (int) in.varint();
        assertThat(block % 128).isZero();
        assertThat(block / parts % 32).isZero();
        var values = new long[(int) in.varint()];
        long before = in.zigzag();
        if (values.length > 0) values[0] = before;
        for (int i = 1; i < values.length; ) {
            long least = in.zigzag();
            byte[] widths = Arrays.copyOfRange(in.bytes, in.at, in.at + parts);
            in.at += parts;
            for (int p = 0; p < parts && i < values.length; p++) {
                for (int k = 0; k < block / parts && i < values.length; k++)
                    values[i++] = before += least + in.bits(k * widths[p], widths[p]);
                in.at += block / parts * widths[p] / 8;
            }
        }
        return values;
    }

    @Property(tries = 300)
    void smallNumbersComeBack(@ForAll("runs") List<Run> runs) {
        long[] values =
                runs.stream().flatMapToLong(r -> Arrays.stream(r.values())).toArray();
        int width = Math.max(
                1, 64 - Long.numberOfLeadingZeros(Arrays.stream(values).max().orElse(0)));
        var out = new ParquetBytes();
        out.hybrid(values, 0, values.length, width);
        var in = new Reading(out);
        assertThat(hybrid(in, values.length, width)).isEqualTo(values);
        assertThat(in.at).isEqualTo(out.size());
    }

    @Property(tries = 300)
    void wholeNumbersComeBack(@ForAll("numbers") long[] values, @ForAll boolean aPart) {
        int from = aPart ? values.length / 3 : 0;
        var out = new ParquetBytes();
        out.deltas(values, from, values.length);
        var in = new Reading(out);
        assertThat(deltas(in)).isEqualTo(Arrays.copyOfRange(values, from, values.length));
        assertThat(in.at).isEqualTo(out.size());
    }

    /// Numbers of which each comes several times.
    record Run(long[] values) {}

    @Provide
    Arbitrary<List<Run>> runs() {
        var value = Arbitraries.oneOf(
                Arbitraries.longs().between(0, 1), Arbitraries.longs().between(0, 70_000));
        return Combinators.combine(value, Arbitraries.integers().between(1, 40))
                .as((v, n) -> {
                    var all = new long[n];
                    Arrays.fill(all, v);
                    return new Run(all);
                })
                .list()
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<long[]> numbers() {
        var near = Arbitraries.longs().between(-1_000, 1_000);
        var all = Arbitraries.longs();
        var steps = Arbitraries.of(0L, 1_000_000L, 60_000_000L);
        return Arbitraries.oneOf(near, all, steps).array(long[].class).ofMaxSize(600);
    }

    @Test
    void theEndsOfTheRangeWrapAround() {
        long[] values = {Long.MAX_VALUE, Long.MIN_VALUE, 0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1};
        var out = new ParquetBytes();
        out.deltas(values, 0, values.length);
        assertThat(deltas(new Reading(out))).isEqualTo(values);
    }

    /// The example of Encodings.md: 1 to 7 in three bits.
    @Test
    void bitsBeginWithTheLowest() {
        var out = new ParquetBytes();
        out.hybrid(new long[] {0, 1, 2, 3, 4, 5, 6, 7}, 0, 8, 3);
        assertThat(Arrays.copyOf(out.array(), out.size())).containsExactly(3, 0b10001000, 0b11000110, 0b11111010);
    }
}
