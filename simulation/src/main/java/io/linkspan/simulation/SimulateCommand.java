package io.linkspan.simulation;

import io.linkspan.node.NodeClock;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `simulate`: the machines of the recorded house alone, for `run examples/riverside.yaml` to talk to.
@Command(
        name = "simulate",
        description = "simulated machines alone: a smart meter (DSMR P1 over TCP) and a plant room (Modbus TCP)")
final class SimulateCommand implements Callable<Integer> {
    private static final int METER_PORT = 2001;
    private static final int PLANT_PORT = 5020;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--p1-port", paramLabel = "N", description = "port of the meter on loopback (2001; 0: a free one)")
    private int meterPort = METER_PORT;

    @Option(
            names = "--modbus-port",
            paramLabel = "N",
            description = "port of the plant room on loopback (5020; 0: a free one)")
    private int plantPort = PLANT_PORT;

    @Option(names = "--watchdog", description = "the boiler goes off when holding register 10 is not written for 30 s")
    private boolean watchdog;

    @Option(
            names = "--from",
            paramLabel = "HH:MM",
            description = "time of the recorded day to begin with (16:50: ten minutes to a peak)")
    private LocalTime from = LocalTime.of(16, 50);

    @Override
    public Integer call() throws Exception {
        var ended = new CountDownLatch(1);
        var house = new House(House.START.toLocalDate().atTime(from.getHour(), from.getMinute() / 10 * 10));
        try (var machines =
                new HouseMachines(house, Optional.empty(), NodeClock.real(), INTERVAL, meterPort, plantPort)) {
            if (watchdog) machines.watchdog(WATCHDOG);
            machines.start();
            tell(machines);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(ended::countDown));
            ended.await();
        }
        return 0;
    }

    private void tell(HouseMachines machines) {
        if (spec == null) return;
        PrintWriter out = spec.commandLine().getOut();
        out.println("Smart meter, DSMR P1 (Belgian), a telegram a second:  tcp://127.0.0.1:" + machines.meterPort());
        out.println("Plant room, Modbus TCP:                                127.0.0.1:" + machines.plantPort());
        out.println(
                "  unit 1 boiler:   coil 0 may heat, input 4 int16 x0.1 water in Cel, input 5 uint16 element in W, holding 10 watchdog");
        out.println(
                "  unit 2 heating:  holding 0 uint16 x0.1 valve in %, input 0 and 1 int16 x0.01 flow and return in Cel");
        out.println("  unit 3 rooms:    input 0..3 int16 x0.01 living room, kitchen, bathroom, outside in Cel");
        out.println("  unit 4 hall:     discrete 0 somebody there, coil 0 light");
        out.println("  unit 5 display:  holding 0 uint16 x0.01 shows kW");
        out.println("In another terminal: ./linkspan run examples/riverside.yaml    End with Ctrl-C.");
        out.flush();
    }
}
