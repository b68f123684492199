package io.linkspan.connectors.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connectors.mqtt.SparkplugPayload.Content;
import io.linkspan.connectors.mqtt.SparkplugPayload.Malformed;
import io.linkspan.connectors.mqtt.SparkplugPayload.Metric;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SparkplugPayloadTest {
    @Test
    void readsWhatProtocolBuffersWrite() throws Malformed {
        // timestamp 1486193505706; metric { name "A", alias 1, timestamp, datatype 11 Boolean, boolean_value true };
        // seq 2
        var bytes = HexFormat.of()
                .parseHex("08aaeba4c0a02b" + "1210" + "0a0141" + "1001" + "18aaeba4c0a02b" + "200b" + "7001" + "1802");
        var payload = SparkplugPayload.parse(bytes);
        assertThat(payload.timestampMillis()).hasValue(1486193505706L);
        assertThat(payload.seq()).hasValue(2);
        assertThat(payload.metrics())
                .containsExactly(new Metric(
                        "A",
                        OptionalLong.of(1),
                        OptionalLong.of(1486193505706L),
                        11,
                        false,
                        192,
                        Optional.empty(),
                        new Content.Truth(true)));
    }

    @Test
    void passesOverWhatItDoesNotKnow() throws Malformed {
        // uuid "x" (4), body (5), a field 500 of each wire type
        var bytes = HexFormat.of()
                .parseHex(
                        "220178" + "2a0100" + "a01f05" + "a11f0000000000000000" + "a21f0100" + "a51f00000000" + "1807");
        assertThat(SparkplugPayload.parse(bytes).seq()).hasValue(7);
    }

    @Test
    void readsQualityAndUnit() throws Malformed {
        // properties { keys "Quality", "engUnit"; values { type 3, int_value 500 }, { type 12, string_value "bar" } }
        var properties = "0a075175616c697479" + "0a07656e67556e6974" + "1205080318f403" + "1207080c4203626172";
        var metric = "0a0150" + "200a" + "4a22" + properties + "69000000000000f03f";
        var bytes = HexFormat.of().parseHex("12" + "%02x".formatted(metric.length() / 2) + metric);
        var read = SparkplugPayload.parse(bytes).metrics().getFirst();
        assertThat(read.quality()).isEqualTo(500);
        assertThat(read.unit()).contains("bar");
        assertThat(read.content()).isEqualTo(new Content.Real(1, false));
    }

    @Test
    void refusesWhatIsCutOrTooLarge() {
        assertThatThrownBy(() -> SparkplugPayload.parse(new byte[] {8})).hasMessage("ends within a number (at byte 1)");
        assertThatThrownBy(() -> SparkplugPayload.parse(new byte[] {18, 5, 1}))
                .hasMessage("ends within a field (at byte 2)");
        assertThatThrownBy(() -> SparkplugPayload.parse(new byte[SparkplugPayload.PAYLOAD_BYTES_MAX + 1]))
                .hasMessageContaining("at most 4194304");
        assertThatThrownBy(() -> SparkplugPayload.parse(HexFormat.of().parseHex("12030a01ff")))
                .hasMessageContaining("no UTF-8");
        assertThatThrownBy(() -> SparkplugPayload.parse(HexFormat.of().parseHex("0b")))
                .hasMessageContaining("wire type 3");
    }

    @Property(tries = 500)
    void whatWasWrittenIsRead(@ForAll("payloads") SparkplugPayload payload) throws Malformed {
        assertThat(SparkplugPayload.parse(payload.encode())).isEqualTo(payload);
    }

    @Property(tries = 2_000)
    void anyBytesAreReadOrRefusedWithASentence(@ForAll byte[] bytes) {
        try {
            SparkplugPayload.parse(bytes);
        } catch (Malformed e) {
            assertThat(e).hasMessageContaining(" ");
        }
    }

    @Property(tries = 500)
    void aChangedByteIsReadOrRefused(
            @ForAll("payloads") SparkplugPayload payload, @ForAll int where, @ForAll byte what) {
        var bytes = payload.encode();
        if (bytes.length > 0) bytes[Math.floorMod(where, bytes.length)] ^= what;
        anyBytesAreReadOrRefusedWithASentence(bytes);
    }

    @Provide
    Arbitrary<SparkplugPayload> payloads() {
        var number = Arbitraries.longs().greaterOrEqual(0);
        var maybe = number.optional().map(o -> o.map(OptionalLong::of).orElse(OptionalLong.empty()));
        Arbitrary<Content> contents = Arbitraries.oneOf(
                Arbitraries.longs().between(0, 0xFFFF_FFFFL).map(Content.Whole::new),
                Arbitraries.doubles().map(d -> new Content.Real(d, false)),
                Arbitraries.floats().map(f -> new Content.Real(f, true)),
                Arbitraries.of(true, false).map(Content.Truth::new),
                Arbitraries.strings()
                        .ofMaxLength(20)
                        .filter(s -> !hasLoneSurrogate(s))
                        .map(Content.Words::new),
                Arbitraries.just(new Content.None()));
        var names = Arbitraries.strings().alpha().ofMaxLength(12);
        Arbitrary<Metric> metrics = Combinators.combine(
                        names,
                        maybe,
                        maybe,
                        Arbitraries.integers().between(0, 18).filter(t -> t != 4 && t != 8 && t != 13),
                        Arbitraries.of(true, false),
                        contents)
                .as((name, alias, time, type, old, content) ->
                        new Metric(name, alias, time, type, old, 192, Optional.empty(), content));
        return Combinators.combine(maybe, metrics.list().ofMaxSize(8), maybe)
                .as((time, list, seq) -> new SparkplugPayload(time, List.copyOf(list), seq));
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
