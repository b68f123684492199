package io.linkspan.simulation;

import io.linkspan.connectors.dsmrp1.MeterForm;
import io.linkspan.connectors.dsmrp1.SimulatedP1Meter;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.connectors.modbus.Table;
import io.linkspan.node.NodeClock;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The machines of a [House] on their real protocols: its smart meter sends telegrams over TCP, its plant room answers
/// Modbus
/// TCP, both on loopback. One thread lets the house live. Safe for many threads.
public final class HouseMachines implements AutoCloseable {
    /// Most telegrams whose time is remembered; of more, the oldest are forgotten.
    static final int TELEGRAMS_MAX = 500_000;
    /// What the register of the meter shows at first, in 1/1,000 kWh.
    static final long REGISTER = 4_213_807;
    /// Number of the unit with the boiler.
    static final int BOILER = 1;
    /// Number of the unit with the display.
    static final int DISPLAY = 5;

    private static final int HEATING = 2;
    private static final int ROOMS = 3;
    private static final int HALL = 4;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final House house;
    private final Optional<House> unshed;
    private final NodeClock clock;
    private final Duration interval;
    private final SimulatedP1Meter meter;
    private final SimulatedModbusMachine plant;
    private final int plantPort;
    private final Thread life;
    private final Map<Long, Long> sentNanos = new LinkedHashMap<>();
    private volatile long houseMicros;
    private volatile boolean open = true;

    /// Makes the machines; they answer from now on, and [#start] lets time pass.
    ///
    /// @param unshed the same house, whose boiler nobody ever sheds, for comparison
    /// @param interval between two telegrams, on the clock
    /// @param meterPort 0: a free one
    /// @param plantPort 0: a free one
    /// @throws IOException a port is taken
    public HouseMachines(
            House house, Optional<House> unshed, NodeClock clock, Duration interval, int meterPort, int plantPort)
            throws IOException {
        this.house = house;
        this.unshed = unshed;
        this.clock = clock;
        this.interval = interval;
        houseMicros = clock.wallMicros();
        plant = new SimulatedModbusMachine();
        plant.unit(BOILER).flag("coil 0", true).number("holding 10 uint16", 0);
        plant.unit(HEATING).number("holding 0 uint16 x0.1", 20);
        plant.unit(HALL).flag("coil 0", false);
        plant.unit(DISPLAY).number("holding 0 uint16 x0.01", 0);
        meter = new SimulatedP1Meter(MeterForm.BELGIAN, () -> houseMicros);
        meter.set("1-0:1.8.1", new io.linkspan.model.Value.Register(REGISTER, 3));
        show();
        try {
            meter.listen(meterPort);
            this.plantPort = plant.listenTcp(plantPort);
        } catch (IOException e) {
            close(meter, plant);
            throw e;
        }
        life = Thread.ofPlatform().name("simulated house").daemon().unstarted(this::live);
    }

    /// Puts a watchdog on the boiler: its coil goes off when holding register 10 is not written for so long.
    public HouseMachines watchdog(Duration after) {
        plant.unit(BOILER).watchdog(10, after, "coil 0");
        return this;
    }

    /// Lets time pass.
    public HouseMachines start() {
        life.start();
        return this;
    }

    private void live() {
        long from = clock.wallMicros();
        long step = interval.toNanos() / 1_000;
        houseMicros = from;
        try {
            while (open) {
                long wait = houseMicros + step - clock.wallMicros();
                clock.sleep(Duration.ofNanos(Math.max(0, wait) * 1_000));
                long behind = Math.max(0, clock.wallMicros() - houseMicros) / step;
                advance(Math.max(1, behind) * step);
                send();
            }
        } catch (InterruptedException e) {
            // only close() interrupts
        }
    }

    private void advance(long micros) {
        synchronized (house) {
            house.boilerMayHeat(plant.unit(BOILER).flag("coil 0"));
            house.valve(plant.unit(HEATING).number("holding 0 uint16 x0.1"));
            house.advance(Duration.ofNanos(micros * 1_000));
            unshed.ifPresent(u -> u.advance(Duration.ofNanos(micros * 1_000)));
            houseMicros += micros;
            show();
        }
    }

    private void show() {
        meter.power(house.meterWatts() / 1_000);
        plant.unit(BOILER)
                .number("input 4 int16 x0.1", house.waterCelsius())
                .number("input 5 uint16", house.boilerWatts());
        plant.unit(HEATING)
                .number("input 0 int16 x0.01", house.flowCelsius())
                .number("input 1 int16 x0.01", house.returnCelsius());
        plant.unit(ROOMS)
                .number("input 0 int16 x0.01", house.livingCelsius())
                .number("input 1 int16 x0.01", house.kitchenCelsius())
                .number("input 2 int16 x0.01", house.bathroomCelsius())
                .number("input 3 int16 x0.01", house.outsideCelsius());
        plant.unit(HALL).flag("discrete 0", house.somebodyInHall());
    }

    /// The time is taken before the telegram is encoded and written: what is measured from it is never too short.
    private void send() {
        long second = Math.floorDiv(houseMicros, 1_000_000) * 1_000_000;
        synchronized (sentNanos) {
            sentNanos.put(second, System.nanoTime());
            if (sentNanos.size() > TELEGRAMS_MAX)
                sentNanos.remove(sentNanos.keySet().iterator().next());
        }
        meter.sendNow();
    }

    // What can be asked

    /// The port of the meter.
    public int meterPort() {
        return meter.port();
    }

    /// The port of the plant room.
    public int plantPort() {
        return plantPort;
    }

    /// How long the house has run, which time of the record it is, and more: a look at it while it stands still.
    public <T> T look(java.util.function.Function<House, T> question) {
        synchronized (house) {
            return question.apply(house);
        }
    }

    /// When the telegram with this time was written.
    ///
    /// @param deviceMicros the telegram's own time, microseconds since 1970 UTC, whole seconds
    /// @return nanoseconds of this process; none when there was no such telegram or it is forgotten
    Optional<Long> sentNanos(long deviceMicros) {
        synchronized (sentNanos) {
            return Optional.ofNullable(sentNanos.get(deviceMicros));
        }
    }

    /// What was written to a coil or register of a unit, oldest first; times in nanoseconds of this process.
    List<SimulatedModbusMachine.Write> writes(int unit, Table table, int address) {
        return plant.writes().stream()
                .filter(w -> w.unit() == unit && w.table() == table && w.first() == address)
                .toList();
    }

    @Override
    public void close() throws IOException {
        open = false;
        life.interrupt();
        try {
            if (life.isAlive()) life.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close(meter, plant);
    }

    private static void close(SimulatedP1Meter meter, SimulatedModbusMachine plant) throws IOException {
        try (plant) {
            meter.close();
        }
    }
}
