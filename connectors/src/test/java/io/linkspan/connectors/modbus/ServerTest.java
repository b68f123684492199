package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.point;
import static io.linkspan.connectors.modbus.TestPoints.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.ConnectorContract;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Our things as a Modbus device, from the master's side.
class ServerTest {
    private static final Point POWER = served(1, "meter.power", ValueType.NUMBER, "holding 0 float32", false);
    private static final Point ON = served(2, "boiler.on", ValueType.FLAG, "coil 0", true);
    private static final Point SET = served(3, "boiler.set_point", ValueType.NUMBER, "holding 10 int16 x0.5", true);
    private static final Point MODE = served(4, "boiler.mode", ValueType.CHOICE, "holding 11", true);
    private static final Point PUMP = served(5, "boiler.pump", ValueType.FLAG, "holding 12 bit 0", true);
    private static final Point ALARM = served(6, "boiler.alarm", ValueType.FLAG, "holding 12 bit 3", false);
    private static final Point LEVEL = served(7, "tank.level", ValueType.NUMBER, "input 0 int16 nan 0x8000", false);
    private static final Point VALVE = served(8, "tank.valve", ValueType.FLAG, "coil 1", true);
    private static final Point FULL = served(9, "tank.full", ValueType.FLAG, "discrete 5", false);
    private static final Point ENERGY = served(10, "meter.energy", ValueType.REGISTER, "input 2 uint32 x0.1", false);

    private Optional<TestSurroundings> surroundings = Optional.empty();
    private Optional<TestSurroundings.Running> running = Optional.empty();
    private Optional<Socket> socket = Optional.empty();

    private static Point served(int number, String name, ValueType type, String at, boolean writable) {
        return point(
                number,
                name,
                type,
                -1,
                at,
                writable ? Point.Access.SERVE_WRITABLE : Point.Access.SERVE,
                Optional.empty(),
                new WithoutUs.None());
    }

    @AfterEach
    void close() throws Exception {
        if (socket.isPresent()) socket.get().close();
        if (running.isPresent()) running.get().stop();
        if (surroundings.isPresent()) surroundings.get().close();
    }

    private TestSurroundings start(String... words) throws Exception {
        var here = new TestSurroundings("scada", POWER, ON, SET, MODE, PUMP, ALARM, LEVEL, VALVE, FULL, ENERGY);
        surroundings = Optional.of(here);
        int port = freePort();
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("endpoint", "127.0.0.1:" + port, "unit", "1", "serves", "-"));
        running = Optional.of(here.start(new ModbusServer().create(settings(all.toArray(new String[0])))));
        here.await(Report.LineUp.class);
        socket = Optional.of(new Socket(InetAddress.getLoopbackAddress(), port));
        socket.get().setSoTimeout(10_000);
        here.current(POWER, new Value.Num(2.5));
        here.current(ON, Value.Flag.ON);
        here.current(SET, new Value.Num(55.5));
        here.current(MODE, new Value.Choice("full"));
        here.current(PUMP, Value.Flag.ON);
        here.current(ALARM, Value.Flag.OFF);
        here.current(VALVE, Value.Flag.OFF);
        here.current(FULL, Value.Flag.ON);
        here.current(ENERGY, new Value.Register(123_456, 1));
        return here;
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private String ask(int unit, String pdu) throws IOException {
        var out = socket.orElseThrow().getOutputStream();
        out.write(new Mbap(77, unit, HexFormat.of().parseHex(pdu.replace(" ", ""))).encode());
        return answer();
    }

    private String answer() throws IOException {
        var in = socket.orElseThrow().getInputStream();
        byte[] head = in.readNBytes(7);
        if (head.length < 7) return "closed";
        assertThat(Request.word(head, 0)).isEqualTo(77);
        return HexFormat.of().withUpperCase().formatHex(in.readNBytes(Request.word(head, 4) - 1));
    }

    @ParameterizedTest
    @CsvSource({
        "03 00 00 00 02, 030440200000", // 2.5
        "03 00 00 00 01, 03024020", // half of it
        "03 00 0A 00 03, 0306006F00020001", // 55.5, full, pump
        "01 00 00 00 02, 010101",
        "02 00 05 00 01, 020101",
        "04 00 02 00 02, 04040001E240",
        "04 00 00 00 01, 04028000", // no value: its marker, not 0
        "03 00 00 00 03, 8302", // nothing at 2
        "03 00 05 00 01, 8302",
        "01 00 00 00 00, 8103",
        "2B 0E 01 00, AB01",
        "05 00 05 FF 00, 8502",
        "06 00 00 00 01, 8602", // half of a value
        "10 00 00 00 02 04 41 20 00 00, 9002", // not writable
        "06 00 0B 00 09, 8603", // no such choice
        "06 00 0C 00 09, 8602", // would change the alarm bit
    })
    void answers(String request, String response) throws Exception {
        start();
        assertThat(ask(1, request)).isEqualTo(response);
    }

    @Test
    void anotherUnitIsNotHere() throws Exception {
        start();
        assertThat(ask(2, "03 00 00 00 01")).isEqualTo("830B");
        assertThat(ask(255, "03 00 00 00 01")).isEqualTo("03024020");
    }

    @Test
    void aStaleValueIsRefusedAndNever0() throws Exception {
        var here = start("stale-after", "10s");
        here.advance(Duration.ofSeconds(9));
        assertThat(ask(1, "03 00 00 00 02")).isEqualTo("030440200000");
        here.advance(Duration.ofSeconds(2));
        assertThat(ask(1, "03 00 00 00 02")).isEqualTo("8304");
        assertThat(ask(1, "01 00 00 00 01")).isEqualTo("8104");
    }

    @Test
    void aStaleFloatIsNotANumberWhereThatIsWanted() throws Exception {
        var here = start("no-value", "nan");
        here.advance(Duration.ofMinutes(2));
        assertThat(ask(1, "03 00 00 00 02")).isEqualTo("03047FC00000");
        assertThat(ask(1, "01 00 00 00 01")).isEqualTo("8104");
    }

    @ParameterizedTest
    @CsvSource({
        "05 00 00 00 00, 2=false",
        "0F 00 00 00 02 01 02, 2=false 8=true",
        "06 00 0A 00 6F, 3=55.5",
        "10 00 0A 00 02 04 00 64 00 00, 3=50 4=off",
        "06 00 0C 00 00, 5=false",
        "16 00 0A FF 00 00 10, 3=8", // (0x6F AND 0xFF00) OR 0x10
        "17 00 0A 00 01 00 0B 00 01 02 00 01, 4=eco",
    })
    void aWriteIsAWish(String request, String wishes) throws Exception {
        var here = start();
        var response = ask(1, request);
        assertThat(response).startsWith(request.replace(" ", "").substring(0, 2));
        assertThat(here.reports(Report.Asked.class).stream()
                        .map(a -> a.property() + "=" + a.value())
                        .toList())
                .containsExactly(wishes.split(" "));
        assertThat(here.reports(Report.Asked.class)).allMatch(a -> a.party().equals("modbus master 127.0.0.1"));
        assertThat(here.reports(Report.Asked.class)).allMatch(a -> a.raw().bytes().length > 10);
    }

    @Test
    void aWishThatIsNotGrantedIsAnException() throws Exception {
        var here = start();
        here.wishes(_ -> Optional.of(new Outcome.Refused("out of service")));
        assertThat(ask(1, "05 00 00 00 00")).isEqualTo("8504");
        here.wishes(_ -> Optional.of(new Outcome.Outranked("frost rule")));
        assertThat(ask(1, "05 00 00 00 00")).isEqualTo("8504");
        here.wishes(_ -> Optional.empty());
        assertThat(ask(1, "05 00 00 00 00"))
                .as("accepted and on disk, not over yet")
                .isEqualTo("0500000000");
        here.diskDead(true);
        assertThat(ask(1, "05 00 00 00 00")).isEqualTo("8504");
    }

    @Test
    void nothingIsAskedWhenAPartIsWrong() throws Exception {
        var here = start();
        assertThat(ask(1, "10 00 0A 00 02 04 00 64 00 09")).isEqualTo("9003");
        assertThat(here.reports(Report.Asked.class)).isEmpty();
    }

    @Test
    void hostileBytesCloseTheirConnectionOnly() throws Exception {
        start();
        var random = new Random(4711);
        for (int i = 0; i < 50; i++)
            try (var hostile = new Socket(
                    InetAddress.getLoopbackAddress(), socket.orElseThrow().getPort())) {
                byte[] bytes = new byte[1 + random.nextInt(600)];
                random.nextBytes(bytes);
                hostile.getOutputStream().write(bytes);
                hostile.shutdownOutput();
                hostile.setSoTimeout(10_000);
                try {
                    hostile.getInputStream().readAllBytes();
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            }
        assertThat(ask(1, "03 00 00 00 02")).isEqualTo("030440200000");
    }

    @Test
    void oneMessageInPiecesAndSeveralInOne() throws Exception {
        start();
        byte[] request = new Mbap(77, 1, HexFormat.of().parseHex("0300000002")).encode();
        var out = socket.orElseThrow().getOutputStream();
        for (byte each : request) {
            out.write(each);
            out.flush();
        }
        assertThat(answer()).isEqualTo("030440200000");
        byte[] three = new byte[3 * request.length];
        for (int i = 0; i < 3; i++) System.arraycopy(request, 0, three, i * request.length, request.length);
        out.write(three);
        for (int i = 0; i < 3; i++) assertThat(answer()).isEqualTo("030440200000");
    }

    @Test
    void connectionsHaveALimit() throws Exception {
        start("connections-max", "1");
        assertThat(ask(1, "03 00 00 00 01")).isEqualTo("03024020");
        try (var second = new Socket(
                InetAddress.getLoopbackAddress(), socket.orElseThrow().getPort())) {
            second.setSoTimeout(10_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(ask(1, "03 00 00 00 01")).isEqualTo("03024020");
    }

    @Test
    void rtuOverTcp() throws Exception {
        start("framing", "rtu");
        var out = socket.orElseThrow().getOutputStream();
        byte[] request = new Rtu(1, HexFormat.of().parseHex("0300000002")).encode();
        out.write(new Rtu(2, HexFormat.of().parseHex("0300000002")).encode()); // somebody else's
        out.write(request);
        byte[] answer = socket.orElseThrow().getInputStream().readNBytes(9);
        assertThat(Rtu.parse(answer, 9).orElseThrow().pdu())
                .isEqualTo(HexFormat.of().parseHex("030440200000"));
        request[request.length - 1] ^= 1;
        out.write(request);
        request[request.length - 1] ^= 1;
        out.write(request);
        assertThat(Arrays.copyOf(socket.orElseThrow().getInputStream().readNBytes(9), 3))
                .isEqualTo(new byte[] {1, 3, 4});
    }

    @Test
    void overlapsAreLeftOut() {
        var image = new ServerImage(List.of(POWER, served(20, "meter.again", ValueType.NUMBER, "holding 1", false)));
        assertThat(image.overlaps()).singleElement().asString().contains("meter.again", "meter.power");
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        return ConnectorContract.of(new ModbusServer(), ServedMachine::new);
    }

    private static final class ServedMachine implements ConnectorContract.Machine {
        private final Map<String, String> settings;

        private ServedMachine() throws IOException {
            settings = Map.of("endpoint", "127.0.0.1:" + freePort());
        }

        @Override
        public Map<String, String> settings() {
            return settings;
        }

        @Override
        public List<Point> points() {
            return List.of(POWER, ON);
        }

        @Override
        public boolean had(Point point, Value value) {
            return false;
        }

        @Override
        public void mute(boolean silent) {}

        @Override
        public void cut() {}

        @Override
        public boolean cutEndsRun() {
            return false;
        }

        @Override
        public void close() {}
    }
}
