package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.tsfile.encoding.decoder.DeltaBinaryDecoder;
import org.apache.tsfile.encoding.encoder.DeltaBinaryEncoder;
import org.junit.jupiter.api.Test;

/// Our own TS_2DIFF is read by TsFile's, and reads what TsFile wrote.
class DiffsTest {
    private static final int[] LENGTHS = {1, 2, 8, 128, 129, 130, 257, 258, 259, 1_000};

    @Test
    void writesAndReadsWhatTsFileDoes() throws Exception {
        var random = new Random(7);
        for (int length : LENGTHS)
            for (int width = 0; width <= Long.SIZE; width++) {
                long[] values = new long[length];
                for (int i = 0; i < length; i++) values[i] = width == 0 ? 5 : random.nextLong() >> Long.SIZE - width;
                var ours = new Diffs.Bytes();
                Diffs.encode(values, 0, length, ours);
                byte[] bytes = Arrays.copyOf(ours.array(), ours.size());
                // TsFile leaves old bits behind the last number of a later block, so only the first is the same
                if (length <= 129)
                    assertThat(bytes).as("%d of %d bits", length, width).isEqualTo(theirs(values));
                long[] fromTheirs = new long[length];
                Diffs.decode(ByteBuffer.wrap(theirs(values)), fromTheirs, length);
                assertThat(fromTheirs).as("%d of %d bits", length, width).isEqualTo(values);
                long[] back = new long[length];
                var in = ByteBuffer.wrap(bytes);
                Diffs.decode(in, back, length);
                assertThat(back).as("%d of %d bits", length, width).isEqualTo(values);
                assertThat(in.hasRemaining()).isFalse();
                var decoder = new DeltaBinaryDecoder.LongDeltaDecoder();
                var again = ByteBuffer.wrap(bytes);
                for (long value : values) assertThat(decoder.readLong(again)).isEqualTo(value);
            }
    }

    @Test
    void refusesWhatIsNoPage() {
        var ours = new Diffs.Bytes();
        Diffs.encode(new long[] {1, 5, 2, 9}, 0, 4, ours);
        byte[] bytes = Arrays.copyOf(ours.array(), ours.size());
        for (int cut = 0; cut < bytes.length; cut++) {
            var in = ByteBuffer.wrap(bytes, 0, cut).slice();
            assertThatThrownBy(() -> Diffs.decode(in, new long[4], 4)).isInstanceOf(IllegalArgumentException.class);
        }
        bytes[3] = 100; // more differences than numbers are asked for
        assertThatThrownBy(() -> Diffs.decode(ByteBuffer.wrap(bytes), new long[4], 4))
                .hasMessageContaining("damaged");
    }

    private static byte[] theirs(long[] values) throws Exception {
        var encoder = new DeltaBinaryEncoder.LongDeltaEncoder();
        var out = new ByteArrayOutputStream();
        for (long value : values) encoder.encode(value, out);
        encoder.flush(out);
        return out.toByteArray();
    }
}
