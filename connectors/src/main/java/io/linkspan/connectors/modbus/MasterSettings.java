package io.linkspan.connectors.modbus;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import java.time.Duration;

/// What a person can set for a master. See README.md for the words.
///
/// @param rtu RTU frames, also on TCP
/// @param timeout how long one request may take, without the time of its bytes on a serial line
/// @param turnaround the quiet time before each request on a serial line, where it must be longer than 3.5 characters
/// @param every how often points are read that do not say so themselves
/// @param backOffMax the longest pause before a silent unit is tried again
record MasterSettings(
        Endpoint endpoint,
        boolean rtu,
        Duration timeout,
        Duration turnaround,
        Duration every,
        Duration backOffMax,
        Plan.Limits limits) {

    /// The port of Modbus TCP (TCP 4.3.1).
    static final int TCP_PORT = 502;

    /// The speed and the mode of Modbus RTU where nothing else is said (SL 3.3 and 2.5.1).
    static final int BAUD = 19_200;

    static final String MODE = "8E1";

    private enum Framing {
        TCP,
        RTU
    }

    /// For a line over TCP.
    static MasterSettings tcp(Settings settings) throws Invalid {
        var endpoint = endpoint(settings, "192.168.1.20:502", BAUD, MODE);
        if (!(endpoint instanceof Endpoint.Tcp))
            throw settings.wrong("endpoint", "is host:port for modbus_tcp; a serial line is type: modbus_rtu");
        boolean rtu = settings.choice("framing", Framing.class).orElse(Framing.TCP) == Framing.RTU;
        return rest(settings, endpoint, rtu, Duration.ofSeconds(1));
    }

    /// For a serial line.
    static MasterSettings rtu(Settings settings) throws Invalid {
        int baud = (int) settings.integer("baud", BAUD, 300, 4_000_000);
        var mode = settings.text("mode").orElse(MODE);
        if (!mode.matches("(?i)[78][NEO][12]"))
            throw settings.wrong("mode", "is 8E1, 8N1, 8O1, 8N2 ..., not \"" + mode + "\"");
        var endpoint = endpoint(settings, "/dev/ttyUSB0", baud, mode.toUpperCase(java.util.Locale.ROOT));
        if (!(endpoint instanceof Endpoint.Serial))
            throw settings.wrong(
                    "endpoint", "is a serial line such as /dev/ttyUSB0; over TCP write type: modbus_tcp, framing: rtu");
        return rest(settings, endpoint, true, Duration.ofMillis(500));
    }

    private static Endpoint endpoint(Settings settings, String example, int baud, String mode) throws Invalid {
        var text = settings.needText("endpoint", example);
        try {
            return Endpoint.parse(text, TCP_PORT, baud, mode);
        } catch (IllegalArgumentException e) {
            throw settings.wrong("endpoint", String.valueOf(e.getMessage()));
        }
    }

    private static MasterSettings rest(Settings settings, Endpoint endpoint, boolean rtu, Duration timeout)
            throws Invalid {
        return new MasterSettings(
                endpoint,
                rtu,
                between(settings, "timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1)),
                between(settings, "turnaround", Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5)),
                between(settings, "every", Duration.ofSeconds(1), Duration.ofMillis(10), Duration.ofDays(1)),
                between(settings, "back-off-max", Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofHours(1)),
                new Plan.Limits(
                        (int) settings.integer("max-registers", Table.HOLDING.readMax(), 1, Table.HOLDING.readMax()),
                        (int) settings.integer("max-bits", Table.COIL.readMax(), 1, Table.COIL.readMax()),
                        (int) settings.integer("bridge", 10, 0, Table.HOLDING.readMax())));
    }

    private static Duration between(Settings settings, String name, Duration otherwise, Duration least, Duration most)
            throws Invalid {
        var value = settings.duration(name).orElse(otherwise);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0)
            throw settings.wrong(
                    name,
                    "is " + io.linkspan.model.Durations.format(least) + " to "
                            + io.linkspan.model.Durations.format(most) + ", not "
                            + io.linkspan.model.Durations.format(value));
        return value;
    }

    /// The lowest and the highest unit on this line (SL 2.2; TCP 4.4.2: 0 and 255 are the device itself).
    int unitMin() {
        return endpoint instanceof Endpoint.Tcp && !rtu ? 0 : 1;
    }

    int unitMax() {
        return endpoint instanceof Endpoint.Tcp && !rtu ? 255 : 247;
    }
}
