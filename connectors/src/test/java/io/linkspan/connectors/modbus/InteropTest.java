package io.linkspan.connectors.modbus;

import static io.linkspan.connectors.modbus.TestPoints.point;
import static io.linkspan.connectors.modbus.TestPoints.read;
import static io.linkspan.connectors.modbus.TestPoints.settings;
import static io.linkspan.connectors.modbus.TestPoints.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Point;
import io.linkspan.connector.PtyPair;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.model.Outcome;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With parts that are not ours: `mbpoll` reads and writes our server, a server made with libmodbus answers our master.
class InteropTest {
    private static final Path SOURCE = Path.of("src/test/resources/interop/libmodbus_server.c");

    private static void needs(String tool, String packageName) {
        boolean there =
                List.of("/usr/bin/", "/usr/local/bin/").stream().anyMatch(p -> Files.isExecutable(Path.of(p + tool)));
        Assumptions.assumeTrue(
                there, tool + " is missing, so this was not tried; install it (apt install " + packageName + ")");
    }

    // Our server, their master

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

    @Test
    void mbpollReadsAndWritesOurServer() throws Exception {
        needs("mbpoll", "mbpoll");
        var power = served(1, "meter.power", ValueType.NUMBER, "holding 0 float32", false);
        var on = served(2, "boiler.on", ValueType.FLAG, "coil 0", true);
        var set = served(3, "boiler.set_point", ValueType.NUMBER, "holding 10 int16", true);
        var level = served(4, "tank.level", ValueType.NUMBER, "input 3 uint16", false);
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        try (var here = new TestSurroundings("scada", power, on, set, level)) {
            here.current(power, new Value.Num(2.5));
            here.current(on, Value.Flag.ON);
            here.current(set, new Value.Num(-40));
            var running = here.start(new ModbusServer().create(settings("endpoint", "127.0.0.1:" + port, "unit", "1")));
            here.await(Report.LineUp.class);
            var tcp = List.of("mbpoll", "-m", "tcp", "-p", Integer.toString(port), "-a", "1", "-0", "-1", "-q");
            assertThat(run(tcp, "-t", "4:float", "-B", "-r", "0", "127.0.0.1")).contains("[0]:", "2.5");
            assertThat(run(tcp, "-t", "4", "-r", "10", "127.0.0.1")).contains("[10]:", "-40");
            assertThat(run(tcp, "-t", "0", "-r", "0", "127.0.0.1")).contains("[0]:", "1");
            assertThat(run(tcp, "-t", "3", "-r", "3", "127.0.0.1"))
                    .as("no value")
                    .contains("device or server failure".substring(0, 6));
            assertThat(run(tcp, "-t", "4", "-r", "99", "127.0.0.1")).contains("Illegal data address");
            assertThat(run(tcp, "-t", "0", "-r", "0", "127.0.0.1", "0")).contains("Written 1 references");
            assertThat(run(tcp, "-t", "4", "-r", "10", "127.0.0.1", "55")).contains("Written 1 references");
            assertThat(here.reports(Report.Asked.class).stream()
                            .map(a -> a.property() + "=" + a.value())
                            .toList())
                    .containsExactly("2=false", "3=55");
            running.stop();
        }
    }

    private static String run(List<String> command, String... more) throws IOException, InterruptedException {
        var all = new ArrayList<>(command);
        all.addAll(List.of(more));
        var process = new ProcessBuilder(all).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    // Their server, our master

    @Test
    void ourMasterReadsAndWritesLibmodbusOverTcp(@TempDir Path folder) throws Exception {
        var server = new ProcessBuilder(built(folder).toString(), "tcp", "0")
                .redirectErrorStream(true)
                .start();
        try {
            var port = firstLine(server);
            readsAndWrites(new ModbusTcp().create(settings("endpoint", "127.0.0.1:" + port, "every", "50ms")));
        } finally {
            end(server);
        }
    }

    @Test
    void ourMasterReadsAndWritesLibmodbusOverASerialLine(@TempDir Path folder) throws Exception {
        var program = built(folder);
        try (var cable = PtyPair.open()) {
            var server = new ProcessBuilder(program.toString(), "rtu", cable.b(), "5")
                    .redirectErrorStream(true)
                    .start();
            try {
                firstLine(server);
                readsAndWrites(new ModbusRtu()
                        .create(settings(
                                "endpoint",
                                cable.a(),
                                "baud",
                                "9600",
                                "mode",
                                "8N1",
                                "every",
                                "50ms",
                                "timeout",
                                "2s")));
            } finally {
                end(server);
            }
        }
    }

    private static void readsAndWrites(Connector master) throws Exception {
        var temperature = read(1, "boiler.temperature", ValueType.NUMBER, 5, "input 4 int16 x0.1");
        var voltage = read(2, "meter.voltage", ValueType.NUMBER, 5, "input 10 float32");
        var frequency = read(3, "meter.frequency", ValueType.NUMBER, 5, "input 12 float32 cdab");
        var door = read(4, "boiler.door", ValueType.FLAG, 5, "discrete 3");
        var on = write(5, "boiler.on", ValueType.FLAG, 5, "coil 0");
        var set = write(6, "boiler.set_point", ValueType.NUMBER, 5, "holding 7 int16 x0.5");
        var limit = write(7, "boiler.limit", ValueType.NUMBER, 5, "holding 50 float32 badc");
        var pump = write(8, "boiler.pump", ValueType.FLAG, 5, "holding 60 bit 3");
        var beyond = read(9, "boiler.beyond", ValueType.NUMBER, 5, "holding 205");
        try (var here =
                new TestSurroundings("bus", temperature, voltage, frequency, door, on, set, limit, pump, beyond)) {
            var running = here.start(master);
            assertThat(here.awaitReading(temperature, _ -> true).value()).isEqualTo(new Value.Num(21.5));
            assertThat(here.awaitReading(voltage, _ -> true).value()).isEqualTo(new Value.Num(230.5));
            assertThat(here.awaitReading(frequency, _ -> true).value()).isEqualTo(new Value.Num(49.95));
            assertThat(here.awaitReading(door, _ -> true).value()).isEqualTo(Value.Flag.ON);
            assertThat(here.awaitReading(set, _ -> true).value()).isEqualTo(new Value.Num(40));
            done(here, on, Value.Flag.ON);
            done(here, set, new Value.Num(-12.5));
            done(here, limit, new Value.Num(3.25));
            done(here, pump, Value.Flag.ON);
            done(here, pump, Value.Flag.OFF);
            assertThat(here.await(Report.Unit.class).properties()).containsExactly(9);
            running.stop();
        }
    }

    private static void done(TestSurroundings here, Point point, Value value) throws InterruptedException {
        assertThat(here.awaitOutcome(here.command(point, value))).isEqualTo(new Outcome.Done(Optional.of(value)));
    }

    private static Path built(Path folder) throws IOException, InterruptedException {
        needs("gcc", "gcc");
        Assumptions.assumeTrue(
                Files.exists(Path.of("/usr/include/modbus/modbus.h")),
                "libmodbus is missing, so this was not tried; install it (apt install libmodbus-dev)");
        var program = folder.resolve("libmodbus_server");
        var output = run(List.of(
                "gcc", "-O1", "-o", program.toString(), SOURCE.toString(), "-I/usr/include/modbus", "-lmodbus"));
        assertThat(output).as("what the compiler said").doesNotContain("error");
        return program;
    }

    private static String firstLine(Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
    }
}
