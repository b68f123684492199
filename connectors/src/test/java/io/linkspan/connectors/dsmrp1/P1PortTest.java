package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.MemoryLine;
import io.linkspan.connector.Point;
import io.linkspan.connector.PtyPair;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Reading;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The listening loop over a line in memory, where each byte is in the test's hand, and once over a serial cable.
class P1PortTest {
    private static final Endpoint.Tcp ADDRESS = new Endpoint.Tcp("meter", 2001);

    private final Point power = TestPoints.point(1, "power", ValueType.NUMBER, "kW", "1-0:1.7.0");
    private final Point gas = TestPoints.point(2, "gas", ValueType.REGISTER, "m3", "mbus gas");
    private final TestSurroundings here = new TestSurroundings("grid_meter", power, gas);
    private final SimulatedP1Meter meter = new SimulatedP1Meter(MeterForm.DSMR_5);
    private final MemoryLine line = here.plug(ADDRESS);
    private TestSurroundings.Running running;

    @BeforeEach
    void start() throws Exception {
        running = here.start(connector("tcp://meter:2001"));
        here.await(Report.LineUp.class);
    }

    @AfterEach
    void stop() throws Exception {
        running.stop();
        here.close();
        meter.close();
    }

    private static Connector connector(String port) throws Exception {
        return new DsmrP1().create(new Settings(Tree.fields(Map.of("port", Tree.text(port)))));
    }

    private byte[] telegram(double kilowatts) {
        meter.power(kilowatts);
        return meter.telegram().encode();
    }

    private void say(byte[] bytes) throws IOException {
        line.write(bytes);
    }

    private void awaitPower(double kilowatts) throws InterruptedException {
        here.awaitReading(power, v -> v.equals(new Value.Num(kilowatts)));
    }

    @Test
    void oneTelegramIsOneFrameWithItsBytesAndTheMetersTimes() throws Exception {
        meter.gas(12.345);
        byte[] bytes = telegram(1.25);
        say(bytes);
        var frame = here.await(Report.Frame.class);
        long time = meter.telegram().timeMicros(ZoneId.of("Europe/Amsterdam")).orElseThrow();
        assertThat(frame.readings())
                .extracting(Reading::value)
                .containsExactly(new Value.Num(1.25), new Value.Register(12_345, 3));
        assertThat(frame.readings())
                .allSatisfy(r -> assertThat(time - r.deviceTimeMicros()).isBetween(0L, 2_000_000L));
        assertThat(new String(frame.raw().bytes(), StandardCharsets.ISO_8859_1))
                .isEqualTo(new String(bytes, StandardCharsets.ISO_8859_1).stripTrailing());
    }

    @Test
    void whatComesByteByByteIsTheSame() throws Exception {
        for (byte b : telegram(2.5)) line.write(new byte[] {b});
        awaitPower(2.5);
    }

    @Test
    void aWrongCrcIsAGapWithItsCauseAndCostsOneTelegram() throws Exception {
        say(telegram(1));
        awaitPower(1);
        byte[] wrong = telegram(2);
        wrong[wrong.length / 2] ^= 1;
        say(wrong);
        say(telegram(3));
        awaitPower(3);
        var gap = here.await(Report.Gap.class, g -> g.properties().isEmpty());
        assertThat(gap.cause()).contains("CRC is", "its content gives", "check the cable", "tcp://meter:2001");
        assertThat(gap.fromMicros()).isLessThanOrEqualTo(gap.toMicros());
        assertThat(here.readings()).extracting(Reading::value).doesNotContain(new Value.Num(2));
    }

    @Test
    void aCutTelegramCostsOneAndTheNextIsTaken() throws Exception {
        byte[] cut = telegram(1);
        line.write(cut, 0, cut.length / 2);
        say(telegram(2));
        awaitPower(2);
        assertThat(here.await(Report.Gap.class, g -> g.properties().isEmpty()).cause())
                .contains("was cut after");
        assertThat(here.readings()).extracting(Reading::value).doesNotContain(new Value.Num(1));
    }

    @Test
    void listeningBeginsInTheMiddleOfATelegramWithoutAGap() throws Exception {
        byte[] first = telegram(1);
        line.write(first, first.length / 2, first.length - first.length / 2);
        say(telegram(2));
        awaitPower(2);
        assertThat(here.reports(Report.Gap.class).stream()
                        .filter(g -> g.properties().isEmpty()))
                .isEmpty();
    }

    @Test
    void aTelegramThatLostItsBeginningIsAGap() throws Exception {
        say(telegram(1));
        byte[] beheaded = telegram(2);
        line.write(beheaded, 9, beheaded.length - 9);
        say(telegram(3));
        awaitPower(3);
        assertThat(here.await(Report.Gap.class, g -> g.properties().isEmpty()).cause())
                .contains("without the \"/\"");
    }

    @Test
    void garbageBetweenTelegramsIsPassedOver() throws Exception {
        say(telegram(1));
        say("\0\0(garbage*kW)\r\n\u00ff".getBytes(StandardCharsets.ISO_8859_1));
        say(telegram(2));
        awaitPower(1);
        awaitPower(2);
    }

    @Test
    void aGasReadingIsToldOnceHoweverOftenTheMeterRepeatsIt() throws Exception {
        meter.gas(5);
        say(telegram(1));
        say(telegram(2));
        awaitPower(2);
        meter.gas(6);
        say(telegram(3));
        awaitPower(3);
        assertThat(here.readings().stream()
                        .filter(r -> r.property() == gas.number())
                        .map(Reading::value))
                .containsExactly(new Value.Register(5_000, 3), new Value.Register(6_000, 3));
    }

    @Test
    void aPointWithEveryIsToldThatOften() throws Exception {
        var slow = TestPoints.every(power, Duration.ofSeconds(10));
        var tariff = TestPoints.point(3, "tariff", ValueType.INTEGER, "", "0-0:96.14.0");
        here.points(List.of(slow, tariff));
        for (int i = 1; i <= 31; i++) { // one a second
            meter.tariff(1 + i % 2);
            int before = here.reports(Report.Frame.class).size();
            say(telegram(i));
            here.await(Report.Frame.class, f -> here.reports(Report.Frame.class).size() > before);
            here.advance(Duration.ofSeconds(1));
        }
        assertThat(here.readings().stream()
                        .filter(r -> r.property() == power.number())
                        .map(Reading::value))
                .containsExactlyElementsOf(LongStream.of(1, 11, 21, 31)
                        .mapToObj(n -> (Value) new Value.Num(n))
                        .toList());
        assertThat(here.readings().stream().filter(r -> r.property() == tariff.number()))
                .hasSize(31);
    }

    @Test
    void whatAMeterDoesNotSendIsToldOnce() throws Exception {
        var frequency = TestPoints.point(3, "frequency", ValueType.NUMBER, "Hz", "1-0:14.7.0");
        here.points(List.of(power, frequency));
        say(telegram(1));
        say(telegram(2));
        say(telegram(3));
        awaitPower(3);
        assertThat(here.reports(Report.Gap.class))
                .extracting(Report.Gap::properties, Report.Gap::cause)
                .containsExactly(tuple(List.of(3), "this meter sends no 1-0:14.7.0"));
    }

    @Test
    void aFullQueueDropsTheOldestAndTellsTheGap() throws Exception {
        say(telegram(1));
        awaitPower(1);
        here.full(true);
        int telegrams = P1Port.TELEGRAMS_WAITING_MAX + 3;
        for (int i = 0; i < telegrams; i++) {
            sayWhileFull(10 + i);
        }
        here.full(false);
        awaitPower(10 + telegrams - 1);
        assertThat(here.await(Report.Gap.class, g -> g.properties().isEmpty()).cause())
                .contains("queue full");
        var values = here.readings().stream()
                .filter(r -> r.property() == power.number())
                .map(Reading::value)
                .toList();
        assertThat(values).hasSize(1 + P1Port.TELEGRAMS_WAITING_MAX);
        assertThat(values.get(1))
                .as("the oldest went")
                .isEqualTo(new Value.Num(10 + telegrams - P1Port.TELEGRAMS_WAITING_MAX));
    }

    private void sayWhileFull(double kilowatts) throws Exception {
        int refused = here.refusedOffers();
        say(telegram(kilowatts));
        long end = System.nanoTime() + TestSurroundings.PATIENCE.toNanos();
        while (here.refusedOffers() == refused && System.nanoTime() < end) Thread.onSpinWait();
    }

    @Test
    void theHourlyReadingOfADroppedTelegramIsTakenFromALaterOne() throws Exception {
        here.full(true);
        meter.gas(7);
        for (int i = 0; i <= P1Port.TELEGRAMS_WAITING_MAX; i++) sayWhileFull(10 + i);
        here.full(false);
        say(telegram(50));
        awaitPower(50);
        assertThat(here.readings().stream()
                        .filter(r -> r.property() == gas.number())
                        .map(Reading::value))
                .containsExactly(new Value.Register(7_000, 3));
    }

    @Test
    void whatWasHeardBeforeTheLineWasLostIsHandedOver() throws Exception {
        here.full(true);
        sayWhileFull(1);
        sayWhileFull(2);
        line.close();
        here.full(false);
        assertThat(running.awaitEnd().orElseThrow()).hasMessageContaining("was closed by the other side");
        assertThat(here.readings().stream()
                        .filter(r -> r.property() == power.number())
                        .map(Reading::value))
                .containsExactly(new Value.Num(1), new Value.Num(2));
    }

    @Test
    void aMeterThatFallsSilentIsALostLine() throws Exception {
        say(telegram(1));
        awaitPower(1);
        here.advance(Duration.ofSeconds(36));
        assertThat(running.awaitEnd().orElseThrow())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sent nothing in 35s")
                .hasMessageContaining("check the cable");
    }

    @Test
    void bytesThatAreNoTelegramsPointAtTheSpeed() throws Exception {
        say(new byte[] {(byte) 0x80, 0, 7, (byte) 0xF8});
        line.awaitEmpty();
        here.advance(Duration.ofSeconds(36));
        assertThat(running.awaitEnd().orElseThrow())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sent 4 bytes but no whole telegram in 35s")
                .hasMessageContaining("is its speed right?");
    }

    @Test
    void aSerialLineIsHeardLikeASocket() throws Exception {
        try (var cable = PtyPair.open();
                var serialHere = new TestSurroundings("serial_meter", power)) {
            meter.onSerial(cable.a());
            var serial = serialHere.start(connector(cable.b()));
            serialHere.await(Report.LineUp.class);
            meter.power(3.3);
            meter.sendNow();
            var reading = serialHere.awaitReading(power, v -> v.equals(new Value.Num(3.3)));
            assertThat(Instant.ofEpochSecond(reading.deviceTimeMicros() / 1_000_000))
                    .isAfter(Instant.parse("2020-01-01T00:00:00Z"));
            serial.stop();
            assertThat(serial.leftOpen()).isEmpty();
        }
    }
}
