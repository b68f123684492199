package io.linkspan.connectors.dsmrp1;

import io.linkspan.model.Value;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ServerSocketFactory;

/// A smart meter that sends real telegrams, for tests and the demo: over TCP to any number of clients, and to a serial
/// device. Its registers count what its power was, by the clock that it is given; it can do wrong in each way that a
/// meter, a cable or an adapter does.
/// ```java
/// try (var meter = new SimulatedP1Meter(MeterForm.DSMR_5).listen()) {
///     meter.power(1.2);
///     meter.every(Duration.ofSeconds(1));       // or, by hand: meter.sendNow();
///     connect("tcp://127.0.0.1:" + meter.port());
/// }
/// ```
/// Thread-safety: safe for many threads. Only this class of the folder opens sockets; no connector does.
public final class SimulatedP1Meter implements AutoCloseable {
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");
    private static final long WATT_MICROS_PER_WATT_HOUR = 3_600_000_000L;
    private static final long QUARTER_MICROS = 900_000_000L;
    private static final double VOLTS = 230.0;
    private static final int CLIENTS_WAITING_MAX = 50;
    private static final Obis IMPORT = new Obis(1, 0, 1, 7, 0);
    private static final Obis EXPORT = new Obis(1, 0, 2, 7, 0);
    private static final Obis DEMAND = new Obis(1, 0, 1, 4, 0);
    private static final Obis PEAK = new Obis(1, 0, 1, 6, 0);
    private static final Obis TARIFF = new Obis(0, 0, 96, 14, 0);

    private final MeterForm form;
    private final LongSupplier wallMicros;
    private final Map<Obis, P1Object> objects = new LinkedHashMap<>();
    private final Map<Obis, Long> counted = new LinkedHashMap<>();
    private final List<OutputStream> outputs = new ArrayList<>();
    private final Semaphore listeners = new Semaphore(0);
    private final CountDownLatch gone = new CountDownLatch(1);
    private final Map<Fault, Integer> faults = new LinkedHashMap<>();
    private final Object sending = new Object();
    private Optional<ServerSocket> server = Optional.empty();
    private long countedToMicros;
    private long quarterWattMicros;
    private long importWatts;
    private long exportWatts;
    private Duration clockOff = Duration.ZERO;
    private Duration delay = Duration.ZERO;
    private boolean silent;

    /// What may go wrong with a telegram.
    public enum Fault {
        /// Its CRC does not fit; without a CRC, a bracket is missing.
        WRONG_CRC,
        /// Its second half does not come.
        CUT,
        /// Its first half does not come.
        BEHEADED,
        /// Bytes that are no telegram come before it.
        GARBAGE_BEFORE,
        /// It comes twice.
        TWICE
    }

    /// A meter of this form, by the clock of this machine.
    public SimulatedP1Meter(MeterForm form) {
        this(form, () -> InstantSource.system().millis() * 1_000);
    }

    /// A meter of this form; its registers count by this clock, in microseconds since 1970 UTC.
    public SimulatedP1Meter(MeterForm form, LongSupplier wallMicros) {
        this.form = form;
        this.wallMicros = wallMicros;
        for (var each : form.objects()) objects.put(each.id(), each);
        countedToMicros = wallMicros.getAsLong();
    }

    // Whom it speaks to

    /// Takes clients on a free port of loopback.
    public SimulatedP1Meter listen() throws IOException {
        return listen(0);
    }

    /// Takes clients on this port of loopback; 0 is any free one.
    public synchronized SimulatedP1Meter listen(int port) throws IOException {
        var door = ServerSocketFactory.getDefault()
                .createServerSocket(port, CLIENTS_WAITING_MAX, InetAddress.getLoopbackAddress());
        server = Optional.of(door);
        Thread.ofVirtual().name("meter door").start(() -> takeClients(door));
        return this;
    }

    private void takeClients(ServerSocket door) {
        try {
            while (true) {
                var client = door.accept();
                client.setTcpNoDelay(true);
                addListener(client.getOutputStream()); // closing it closes the socket
            }
        } catch (IOException e) {
            // the door was closed: the meter is gone
        }
    }

    private synchronized void addListener(OutputStream output) {
        outputs.add(output);
        listeners.release();
    }

    /// The port that clients find it on.
    public synchronized int port() {
        return server.orElseThrow(() -> new IllegalStateException("The meter does not listen; call listen() first"))
                .getLocalPort();
    }

    /// Speaks to a serial device too, as it is set; a pty of `socat` needs no setting.
    public synchronized SimulatedP1Meter onSerial(String path) throws IOException {
        addListener(Files.newOutputStream(Path.of(path), StandardOpenOption.WRITE));
        return this;
    }

    /// Waits until so many listen to it.
    ///
    /// @return whether they do
    public boolean awaitListeners(int wanted, Duration timeout) throws InterruptedException {
        if (!listeners.tryAcquire(wanted, timeout.toNanos(), TimeUnit.NANOSECONDS)) return false;
        listeners.release(wanted);
        return true;
    }

    // What it shows

    /// Sets what an object shows, in the unit and with the digits that this form has for it. A register that is
    /// larger rolls over; a message or an id is a text, a state (breaker, tariff) an integer or a flag.
    ///
    /// @throws IllegalArgumentException this form has no such object, or the number does not fit
    public synchronized void set(String obis, Value value) {
        count();
        var id = Obis.parse(obis).orElseThrow(() -> new IllegalArgumentException("\"" + obis + "\" is no OBIS id"));
        var object = object(id);
        put(
                object,
                switch (value) {
                    case Value.Num n -> number(object, BigDecimal.valueOf(n.value()), false);
                    case Value.Int i
                    when P1Quantity.parse(object.last()).isPresent() ->
                        number(object, BigDecimal.valueOf(i.value()), false);
                    case Value.Register r -> number(object, r.exact(), true);
                    case Value.Text t ->
                        HexFormat.of().withUpperCase().formatHex(t.text().getBytes(StandardCharsets.ISO_8859_1));
                    case Value.Flag f -> f.on() ? "1" : "0";
                    case Value.Int _, Value.Choice _, Value.Bytes _, Value.Position _, Value.Group _ ->
                        throw new IllegalArgumentException(obis + " cannot show " + value);
                });
        counted.remove(id);
        if (id.equals(IMPORT)) importWatts = watts(id);
        if (id.equals(EXPORT)) exportWatts = watts(id);
    }

    /// Draws this power, in kW; below zero it feeds in. Registers, phases, demand and peak follow.
    public synchronized void power(double kilowatts) {
        double drawn = Math.max(0, kilowatts);
        double fed = Math.max(0, -kilowatts);
        set(IMPORT.toString(), new Value.Num(drawn));
        set(EXPORT.toString(), new Value.Num(fed));
        setIfThere("1-0:21.7.0", drawn);
        setIfThere("1-0:22.7.0", fed);
        setIfThere("1-0:31.7.0", (drawn + fed) * 1_000 / VOLTS);
    }

    private void setIfThere(String obis, double value) {
        if (objects.containsKey(Obis.parse(obis).orElseThrow())) set(obis, new Value.Num(value));
    }

    /// Counts in this tariff from now on: 1 or 2.
    public void tariff(int tariff) {
        if (tariff != 1 && tariff != 2) throw new IllegalArgumentException("A tariff is 1 or 2, not " + tariff);
        set(TARIFF.toString(), new Value.Int(tariff));
    }

    /// The gas meter behind it was read now and shows this, in m3.
    public synchronized void gas(double cubicMetres) {
        for (var each : List.copyOf(objects.values()))
            if (each.id().channel() == 1
                    && (each.id().kind() == 2 || P1Telegram.isOldMbus(each))
                    && each.id().quantity() == 24) put(each, number(each, BigDecimal.valueOf(cubicMetres), true));
    }

    /// The telegram that it would send now.
    public synchronized P1Telegram telegram() {
        count();
        return new P1Telegram(form.identification(), List.copyOf(objects.values()), form.crc());
    }

    private P1Object object(Obis id) {
        return Optional.ofNullable(objects.get(id))
                .orElseThrow(() -> new IllegalArgumentException(
                        "A " + form + " meter has no " + id + "; it has " + objects.keySet()));
    }

    /// Puts a new content in the last brackets, and the time of now in the first, where the object has one.
    private void put(P1Object object, String content) {
        var groups = new ArrayList<>(object.groups());
        groups.set(groups.size() - 1, content);
        String stamp = P1Time.format(meterMicros(), ZONE);
        if (P1Telegram.isOldMbus(object)) groups.set(0, stamp.substring(0, stamp.length() - 1));
        else if (groups.size() == 2) groups.set(0, stamp);
        objects.put(object.id(), new P1Object(object.id(), groups));
    }

    private static String number(P1Object object, BigDecimal value, boolean rollsOver) {
        String pattern = object.last();
        int unit = pattern.indexOf('*');
        String digits = unit < 0 ? pattern : pattern.substring(0, unit);
        int point = digits.indexOf('.');
        int decimals = point < 0 ? 0 : digits.length() - point - 1;
        int whole = point < 0 ? digits.length() : point;
        var limit = BigDecimal.TEN.pow(whole);
        var rounded = value.setScale(decimals, RoundingMode.HALF_UP);
        if (rollsOver) rounded = rounded.remainder(limit);
        if (rounded.signum() < 0 || rounded.compareTo(limit) >= 0)
            throw new IllegalArgumentException(object.id() + " shows 0.." + limit + " exclusive, not " + value);
        String text = rounded.toPlainString();
        return "0".repeat(digits.length() - text.length()) + text + (unit < 0 ? "" : pattern.substring(unit));
    }

    // What it counts

    private long meterMicros() {
        return wallMicros.getAsLong() + clockOff.toNanos() / 1_000;
    }

    private long watts(Obis id) {
        return P1Quantity.parse(object(id).last())
                .orElseThrow()
                .exact()
                .movePointRight(3)
                .longValueExact();
    }

    /// Brings registers, demand and time to now.
    private void count() {
        long now = wallMicros.getAsLong();
        while (countedToMicros < now) {
            long quarterEnd = (Math.floorDiv(countedToMicros, QUARTER_MICROS) + 1) * QUARTER_MICROS;
            long to = Math.min(now, quarterEnd);
            long micros = to - countedToMicros;
            int tariff = P1Quantity.parse(object(TARIFF).last())
                    .map(q -> (int) q.unscaled())
                    .orElse(1);
            add(new Obis(1, 0, 1, 8, tariff), importWatts * micros);
            add(new Obis(1, 0, 2, 8, tariff), exportWatts * micros);
            quarterWattMicros += importWatts * micros;
            countedToMicros = to;
            if (to == quarterEnd) endQuarter();
        }
        showDemand();
        if (objects.containsKey(Obis.TIME)) {
            objects.put(Obis.TIME, new P1Object(Obis.TIME, List.of(P1Time.format(meterMicros(), ZONE))));
        }
    }

    private void add(Obis register, long wattMicros) {
        var object = object(register);
        long all = counted.getOrDefault(register, 0L) + wattMicros;
        long whole = all / WATT_MICROS_PER_WATT_HOUR;
        counted.put(register, all % WATT_MICROS_PER_WATT_HOUR);
        if (whole == 0) return;
        var kilowattHours =
                P1Quantity.parse(object.last()).orElseThrow().exact().add(BigDecimal.valueOf(whole, 3));
        put(object, number(object, kilowattHours, true));
    }

    private BigDecimal quarterKilowatts() {
        return BigDecimal.valueOf(quarterWattMicros / QUARTER_MICROS, 3);
    }

    private void showDemand() {
        if (objects.containsKey(DEMAND)) put(object(DEMAND), number(object(DEMAND), quarterKilowatts(), false));
    }

    private void endQuarter() {
        var peak = quarterKilowatts();
        quarterWattMicros = 0;
        if (!objects.containsKey(PEAK)) return;
        var object = object(PEAK);
        var before = P1Quantity.parse(object.last()).orElseThrow().exact();
        var end = Instant.ofEpochSecond(countedToMicros / 1_000_000).atZone(ZONE);
        boolean newMonth = end.getDayOfMonth() == 1 && end.getHour() == 0 && end.getMinute() == 15;
        if (newMonth || peak.compareTo(before) > 0)
            objects.put(
                    PEAK,
                    new P1Object(PEAK, List.of(P1Time.format(countedToMicros, ZONE), number(object, peak, false))));
    }

    // What it sends

    /// Sends one telegram to all that listen; returns when it is out. Does nothing while it is silent.
    public void sendNow() {
        synchronized (sending) { // telegrams of two threads do not mix
            List<byte[]> parts;
            Duration pause;
            synchronized (this) {
                if (silent) return;
                parts = parts(telegram().encode());
                pause = delay;
            }
            for (int i = 0; i < parts.size(); i++) {
                if (i > 0 && !pause.isZero() && !stillThereAfter(pause)) return;
                sendAll(parts.get(i));
            }
        }
    }

    private boolean stillThereAfter(Duration pause) {
        try {
            return !gone.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private List<byte[]> parts(byte[] telegram) {
        byte[] whole = telegram;
        if (has(Fault.WRONG_CRC)) whole[form.crc() ? whole.length / 3 : lastIndexOf(whole, ')')] ^= 1;
        byte[] first = Arrays.copyOf(whole, whole.length / 2);
        byte[] second = Arrays.copyOfRange(whole, whole.length / 2, whole.length);
        var parts = new ArrayList<byte[]>();
        if (has(Fault.GARBAGE_BEFORE)) parts.add("\0\u00FF(1.2*kW)garbage\r\n".getBytes(StandardCharsets.ISO_8859_1));
        boolean twice = has(Fault.TWICE);
        if (!has(Fault.BEHEADED)) parts.add(first);
        if (!has(Fault.CUT)) parts.add(second);
        if (twice) parts.add(whole);
        return parts;
    }

    private static int lastIndexOf(byte[] bytes, char wanted) {
        for (int i = bytes.length - 1; i >= 0; i--) if (bytes[i] == wanted) return i;
        return 0;
    }

    private boolean has(Fault fault) {
        int left = faults.getOrDefault(fault, 0);
        if (left > 0) faults.put(fault, left - 1);
        return left > 0;
    }

    private void sendAll(byte[] bytes) {
        List<OutputStream> to;
        synchronized (this) {
            to = List.copyOf(outputs);
        }
        for (var each : to) {
            try {
                each.write(bytes);
                each.flush();
            } catch (IOException e) { // it hung up; the others listen on
                drop(each);
            }
        }
    }

    /// Speaks by itself from now on, once in this time.
    public void every(Duration interval) {
        Thread.ofVirtual().name("meter voice").start(() -> {
            while (stillThereAfter(interval)) sendNow();
        });
    }

    // What goes wrong

    /// Sends its next telegrams with this fault; faults add up.
    public synchronized void fault(Fault fault, int telegrams) {
        faults.merge(fault, telegrams, Integer::sum);
    }

    /// Says nothing, or speaks again; its lines stay open and its registers count on.
    public synchronized void silent(boolean yes) {
        silent = yes;
    }

    /// Pauses so long in the middle of each telegram.
    public synchronized void delay(Duration inTheMiddle) {
        delay = inTheMiddle;
    }

    /// Its clock is ahead by this, or behind when negative; its registers are not.
    public synchronized void clockOff(Duration ahead) {
        clockOff = ahead;
    }

    /// Breaks all lines, as a meter that starts anew or an adapter that loses its radio; new clients are taken.
    public synchronized void cut() {
        for (var each : List.copyOf(outputs)) drop(each);
    }

    private synchronized void drop(OutputStream output) {
        if (!outputs.remove(output)) return;
        listeners.tryAcquire();
        close(output);
    }

    private static void close(Closeable it) {
        try {
            it.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }

    /// Switches it off: nobody can connect any more.
    @Override
    public synchronized void close() {
        gone.countDown();
        server.ifPresent(SimulatedP1Meter::close);
        cut();
    }
}
