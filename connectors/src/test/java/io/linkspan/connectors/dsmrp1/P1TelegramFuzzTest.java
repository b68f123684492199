package io.linkspan.connectors.dsmrp1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.linkspan.model.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Tag;

/// Hostile bytes, guided by coverage: neither the framer nor the codec nor a point may throw anything but
/// [BadTelegram].
@Tag("long")
class P1TelegramFuzzTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");
    private static final List<P1Source> SOURCES = List.of(
            source("1-0:1.8.1", ValueType.REGISTER, "kWh"),
            source("1-0:99.97.0", ValueType.TEXT, ""),
            source("0-0:96.13.0", ValueType.TEXT, ""),
            source("0-0:96.3.10", ValueType.FLAG, ""),
            source("mbus gas", ValueType.REGISTER, "m3"),
            source("time", ValueType.INTEGER, "ms"));

    private static P1Source source(String at, ValueType type, String unit) {
        return new P1Source(TestPoints.point(1, "fuzzed", type, unit, at), P1Address.parse(at), ZONE);
    }

    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] bytes) {
        var framer = new P1Framer();
        for (var piece : framer.feed(bytes, 0, bytes.length))
            if (piece instanceof P1Framer.Piece.Whole(var whole)) look(whole);
        look(bytes);
        look(withRightCrc(bytes));
    }

    /// The same content where the CRC is no guard.
    private static byte[] withRightCrc(byte[] content) {
        var out = new ByteArrayOutputStream();
        out.writeBytes("/X\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        for (byte b : content) if (b != '!') out.write(b);
        out.writeBytes("\r\n!".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes("%04X\r\n"
                .formatted(P1Telegram.crc16(out.toByteArray(), out.size()))
                .getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static void look(byte[] bytes) {
        try {
            var telegram = P1Telegram.parse(bytes);
            for (var source : SOURCES) source.in(telegram);
        } catch (BadTelegram e) {
            if (e.getMessage() == null) throw new AssertionError("a refusal without a sentence", e);
        }
    }
}
