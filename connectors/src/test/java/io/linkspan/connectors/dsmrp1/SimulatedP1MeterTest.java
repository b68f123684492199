package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Value;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulatedP1MeterTest {
    private final AtomicLong now = new AtomicLong(micros("2026-01-14T10:00:00Z"));

    private static long micros(String instant) {
        return Instant.parse(instant).getEpochSecond() * 1_000_000;
    }

    private SimulatedP1Meter meter(MeterForm form) {
        return new SimulatedP1Meter(form, now::get);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos() / 1_000);
    }

    private static String shown(SimulatedP1Meter meter, String obis) {
        return meter.telegram()
                .find(Obis.parse(obis).orElseThrow())
                .orElseThrow()
                .last();
    }

    @ParameterizedTest
    @EnumSource
    void eachFormSendsWhatTheCodecReads(MeterForm form) throws BadTelegram {
        try (var meter = meter(form)) {
            meter.power(-2.5);
            meter.gas(1234.5);
            var telegram = P1Telegram.parse(meter.telegram().encode());
            assertThat(telegram).isEqualTo(meter.telegram());
            assertThat(telegram.crc()).isEqualTo(form != MeterForm.DSMR_2_2);
            assertThat(telegram.find(Obis.parse("1-0:2.7.0").orElseThrow())
                            .orElseThrow()
                            .last())
                    .endsWith("2.500*kW".substring(0, form == MeterForm.DSMR_2_2 ? 4 : 5) + "*kW");
        }
    }

    @Test
    void registersCountWhatThePowerWas() {
        try (var meter = meter(MeterForm.DSMR_5)) {
            meter.power(3.6);
            pass(Duration.ofSeconds(1_234)); // 3.6 kW x 1234 s = 1234 Wh
            assertThat(shown(meter, "1-0:1.8.1")).isEqualTo("000001.234*kWh");
            meter.tariff(2);
            pass(Duration.ofHours(10));
            meter.power(-1);
            pass(Duration.ofMinutes(30));
            assertThat(shown(meter, "1-0:1.8.1")).isEqualTo("000001.234*kWh");
            assertThat(shown(meter, "1-0:1.8.2")).isEqualTo("000036.000*kWh");
            assertThat(shown(meter, "1-0:2.8.2")).isEqualTo("000000.500*kWh");
        }
    }

    @Test
    void nothingIsLostBetweenTelegrams() {
        try (var meter = meter(MeterForm.DSMR_5)) {
            meter.power(0.1);
            for (int i = 0; i < 3_600; i++) { // 100 W: 0.03 Wh a second
                pass(Duration.ofSeconds(1));
                meter.telegram();
            }
            assertThat(shown(meter, "1-0:1.8.1")).isEqualTo("000000.100*kWh");
        }
    }

    @Test
    void aRegisterRollsOver() {
        try (var meter = meter(MeterForm.DSMR_5)) {
            meter.set("1-0:1.8.1", new Value.Register(999_999_999, 3));
            meter.power(2);
            pass(Duration.ofSeconds(3_600));
            assertThat(shown(meter, "1-0:1.8.1")).isEqualTo("000001.999*kWh");
        }
    }

    @Test
    void aBelgianMeterTellsDemandAndPeakOfTheMonth() {
        try (var meter = meter(MeterForm.BELGIAN)) {
            meter.power(4);
            pass(Duration.ofMinutes(7).plusSeconds(30));
            assertThat(shown(meter, "1-0:1.4.0")).as("half a quarter at 4 kW").isEqualTo("02.000*kW");
            pass(Duration.ofMinutes(7).plusSeconds(30));
            assertThat(shown(meter, "1-0:1.4.0")).isEqualTo("00.000*kW");
            assertThat(meter.telegram()
                            .find(Obis.parse("1-0:1.6.0").orElseThrow())
                            .orElseThrow()
                            .groups())
                    .containsExactly("260114111500W", "04.000*kW");
            meter.power(1);
            pass(Duration.ofHours(1));
            assertThat(shown(meter, "1-0:1.6.0"))
                    .as("a lower quarter is no peak")
                    .isEqualTo("04.000*kW");
            now.set(micros("2026-01-31T23:20:00Z"));
            assertThat(shown(meter, "1-0:1.6.0")).as("a new month begins").isEqualTo("01.000*kW");
        }
    }

    @Test
    void itsClockMayBeWrongWhileItsRegistersAreRight() {
        try (var meter = meter(MeterForm.DSMR_5)) {
            meter.power(1);
            meter.clockOff(Duration.ofMinutes(-10));
            pass(Duration.ofHours(1));
            assertThat(meter.telegram().timeMicros(ZoneId.of("Europe/Amsterdam")))
                    .hasValue(micros("2026-01-14T10:50:00Z"));
            assertThat(shown(meter, "1-0:1.8.1")).isEqualTo("000001.000*kWh");
        }
    }

    @Test
    void whatItCannotShowIsRefused() {
        try (var meter = meter(MeterForm.DSMR_5)) {
            assertThatThrownBy(() -> meter.set("1-0:14.7.0", new Value.Num(50)))
                    .hasMessageContaining("has no 1-0:14.7.0; it has");
            assertThatThrownBy(() -> meter.power(100))
                    .hasMessageContaining("1-0:1.7.0 shows 0..100 exclusive, not 100");
            assertThatThrownBy(() -> meter.tariff(3)).hasMessageContaining("1 or 2, not 3");
            assertThatThrownBy(meter::port).hasMessageContaining("call listen() first");
        }
    }

    @Test
    void messagesAreSentAsHexadecimal() {
        try (var meter = meter(MeterForm.DSMR_5)) {
            meter.set("0-0:96.13.0", new Value.Text("Grüezi"));
            assertThat(shown(meter, "0-0:96.13.0")).isEqualTo("4772FC657A69");
        }
    }

    @Test
    void manyListenAndFaultsComeWhenTheyAreAskedFor() throws Exception {
        try (var meter = meter(MeterForm.DSMR_5).listen();
                var a = new Socket(InetAddress.getLoopbackAddress(), meter.port());
                var b = new Socket(InetAddress.getLoopbackAddress(), meter.port())) {
            assertThat(meter.awaitListeners(2, Duration.ofSeconds(10))).isTrue();
            meter.power(1.5);
            int length = meter.telegram().encode().length;
            meter.sendNow();
            meter.fault(SimulatedP1Meter.Fault.WRONG_CRC, 1);
            meter.sendNow();
            meter.silent(true);
            meter.sendNow();
            meter.silent(false);
            meter.fault(SimulatedP1Meter.Fault.CUT, 1);
            meter.sendNow();
            meter.sendNow();
            for (var client : new Socket[] {a, b}) {
                var in = client.getInputStream();
                assertThat(P1Telegram.parse(in.readNBytes(length)).objects()).hasSizeGreaterThan(30);
                assertThatThrownBy(() -> P1Telegram.parse(in.readNBytes(length)))
                        .hasMessageContaining("CRC is");
                var half = in.readNBytes(length / 2);
                assertThat(new String(half, StandardCharsets.ISO_8859_1))
                        .startsWith("/")
                        .doesNotContain("!");
                assertThat(P1Telegram.parse(in.readNBytes(length))).isNotNull();
            }
            meter.cut();
            assertThat(a.getInputStream().read()).as("the line is cut").isEqualTo(-1);
        }
    }
}
