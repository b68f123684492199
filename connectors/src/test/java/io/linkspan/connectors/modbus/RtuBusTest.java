package io.linkspan.connectors.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.MemoryLine;
import io.linkspan.connector.TestSurroundings;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One request at a time on a serial line, with what a disturbed line sends. The line lies in memory.
class RtuBusTest {
    private static final Endpoint ENDPOINT = new Endpoint.Serial("/dev/memory", 9_600, "8N1");
    private static final Request READ = new Request.Read(Table.HOLDING, 1, 1);
    private static final Duration TIMEOUT = Duration.ofMillis(100);

    private final TestSurroundings here = new TestSurroundings("bus");
    private MemoryLine theirs = here.plug(ENDPOINT);
    private RtuBus bus = new RtuBus(ours(), here, 9_600, Duration.ZERO);

    private io.linkspan.connector.Line ours() {
        try {
            return here.open(ENDPOINT);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void fresh() {
        theirs = here.plug(ENDPOINT);
        bus = new RtuBus(ours(), here, 9_600, Duration.ZERO);
    }

    @AfterEach
    void close() throws Exception {
        here.close();
    }

    private static byte[] frame(int unit, String pdu) {
        return new Rtu(unit, HexFormat.of().parseHex(pdu.replace(" ", ""))).encode();
    }

    /// Answers when the request is there: what lies on the line before is thrown away.
    private Exchange exchange(byte[]... answers) throws Exception {
        var machine = Thread.ofVirtual().start(() -> {
            try {
                byte[] request = new byte[8];
                for (int n = 0; n < request.length; )
                    n += theirs.read(request, n, request.length - n, Duration.ofSeconds(5));
                for (byte[] each : answers) theirs.write(each);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        var result = bus.exchange(17, READ, TIMEOUT);
        machine.join();
        return result;
    }

    private static void assertValue(Exchange exchange, int value) {
        assertThat(exchange).isInstanceOfSatisfying(Exchange.Answered.class, a -> {
            assertThat(a.response()).isInstanceOf(Response.Data.class);
            assertThat(Request.word(((Response.Data) a.response()).bytes(), 0)).isEqualTo(value);
        });
    }

    @Test
    void takesTheAnswer() throws Exception {
        assertValue(exchange(frame(17, "03 02 00 2A")), 42);
    }

    @Test
    void takesAnAnswerInPieces() throws Exception {
        byte[] answer = frame(17, "03 02 00 2A");
        assertValue(
                exchange(Arrays.copyOf(answer, 1), Arrays.copyOfRange(answer, 1, 4), Arrays.copyOfRange(answer, 4, 7)),
                42);
    }

    @Test
    void skipsALateAnswerOfAnotherUnitOrFunction() throws Exception {
        assertValue(exchange(frame(18, "03 02 00 07"), frame(17, "04 02 00 07"), frame(17, "03 02 00 2A")), 42);
    }

    @Test
    void whatCameBeforeTheRequestIsThrownAway() throws Exception {
        theirs.write(frame(17, "03 02 00 07"));
        assertValue(exchange(frame(17, "03 02 00 2A")), 42);
    }

    @Test
    void aWrongCrcIsNoAnswerAndTheNextBeginsClean() throws Exception {
        byte[] wrong = frame(17, "03 02 00 2A");
        wrong[4] ^= 1;
        assertThat(exchange(wrong))
                .isInstanceOfSatisfying(
                        Exchange.Garbled.class, g -> assertThat(g.what()).isEqualTo("sent a wrong CRC"));
        assertValue(exchange(frame(17, "03 02 00 2B")), 43);
    }

    @Test
    void aCutAnswerIsNoAnswer() throws Exception {
        assertThat(exchange(Arrays.copyOf(frame(17, "03 02 00 2A"), 4)))
                .isInstanceOfSatisfying(
                        Exchange.Garbled.class, g -> assertThat(g.what()).contains("4 bytes"));
        assertValue(exchange(frame(17, "03 02 00 2B")), 43);
    }

    @Test
    void noiseIsNoAnswer() throws Exception {
        byte[] noise = new byte[700];
        Arrays.fill(noise, (byte) 0x55);
        assertThat(exchange(noise)).isInstanceOf(Exchange.Garbled.class);
        assertValue(exchange(frame(17, "03 02 00 2B")), 43);
    }

    @Test
    void silenceIsSilence() throws Exception {
        assertThat(exchange()).isInstanceOf(Exchange.Silent.class);
        assertThat(bus.sent()).isTrue();
    }

    @Test
    void keepsTheQuietTime() throws Exception {
        long before = here.nanoTime();
        for (int i = 0; i < 3; i++) assertValue(exchange(frame(17, "03 02 00 2A")), 42);
        assertThat(here.nanoTime() - before).isGreaterThanOrEqualTo(2 * Rtu.quietNanos(9_600));
    }

    @Test
    void aClosedLineIsLost() {
        theirs.close();
        assertThatThrownBy(() -> bus.exchange(17, READ, TIMEOUT)).isInstanceOf(IOException.class);
    }

    @Test
    void anExceptionIsAnAnswer() throws Exception {
        assertThat(exchange(frame(17, "83 06")))
                .isInstanceOfSatisfying(
                        Exchange.Answered.class, a -> assertThat(a.response()).isEqualTo(new Response.Refused(3, 6)));
    }

    @Test
    void faultsOnARealMachineCostNoWrongValue() throws Exception {
        try (var machine = new SimulatedModbusMachine()) {
            machine.unit(1).number("input 4 int16 x0.1", 21.5);
            var point = TestPoints.read(
                    1, "boiler.temperature", io.linkspan.model.ValueType.NUMBER, 1, "input 4 int16 x0.1");
            try (var bus = new TestSurroundings("bus", point)) {
                var running = bus.start(new ModbusTcp()
                        .create(TestPoints.settings(
                                "endpoint",
                                "127.0.0.1:" + machine.listenRtuOverTcp(),
                                "framing",
                                "rtu",
                                "timeout",
                                "100ms",
                                "every",
                                "20ms",
                                "back-off-max",
                                "100ms")));
                bus.awaitReading(point, _ -> true);
                for (var fault : List.of(
                        SimulatedModbusMachine.Fault.WRONG_CRC,
                        SimulatedModbusMachine.Fault.HALF,
                        SimulatedModbusMachine.Fault.WRONG_UNIT,
                        SimulatedModbusMachine.Fault.STALE_FIRST,
                        SimulatedModbusMachine.Fault.LOST)) {
                    machine.fault(fault, 3);
                    bus.forget();
                    long before = machine.requests();
                    while (machine.requests() < before + 6) Thread.sleep(2);
                    bus.awaitReading(point, _ -> true);
                    assertThat(bus.readings())
                            .as("%s", fault)
                            .allMatch(r -> r.value().toString().equals("21.5"));
                }
                running.stop();
            }
        }
    }
}
