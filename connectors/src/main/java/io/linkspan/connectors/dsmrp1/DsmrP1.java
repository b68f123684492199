package io.linkspan.connectors.dsmrp1;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Point;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Settings;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;

/// The connector type `dsmr_p1`; README.md beside this file says what a site file may hold. Safe for many threads.
public final class DsmrP1 implements ConnectorType, Probes {
    /// Where smart meters with a P1 port send over TCP when the port is not named: what adapters on the market use.
    public static final int TCP_PORT = 2_001;

    /// Bits a second from DSMR 4 on (P1 5.0.2, 6.3); DSMR 2.2 and 3 have 9600 7E1, to be written in the `port`.
    public static final int BAUD = 115_200;

    private static final String MODE = "8N1";
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");
    private static final Duration SILENCE = Duration.ofSeconds(35);
    private static final Duration SILENCE_MIN = Duration.ofSeconds(2);

    /// One port, as its settings say.
    ///
    /// @param zone where the meter stands: its time stamps are local
    /// @param silence so long without a whole telegram and the line counts as lost
    record Port(Endpoint endpoint, ZoneId zone, Duration silence) {}

    @Override
    public String name() {
        return "dsmr_p1";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        var port = new Port(endpoint(settings, "port"), zone(settings), silence(settings));
        settings.finish();
        return new P1Port(port);
    }

    private static Endpoint endpoint(Settings settings, String field) throws Invalid {
        String text = settings.needText(field, "\"tcp://192.168.1.20:2001\", or /dev/ttyUSB0");
        try {
            return Endpoint.parse(text, TCP_PORT, BAUD, MODE);
        } catch (IllegalArgumentException e) {
            throw settings.wrong(field, String.valueOf(e.getMessage()));
        }
    }

    private static ZoneId zone(Settings settings) throws Invalid {
        var text = settings.text("zone");
        if (text.isEmpty()) return ZONE;
        try {
            return ZoneId.of(text.get());
        } catch (DateTimeException e) {
            throw settings.wrong("zone", "is a time zone such as Europe/Brussels, not \"" + text.get() + "\"");
        }
    }

    private static Duration silence(Settings settings) throws Invalid {
        var silence = settings.duration("silence").orElse(SILENCE);
        if (silence.compareTo(SILENCE_MIN) < 0)
            throw settings.wrong(
                    "silence",
                    "is at least " + Durations.format(SILENCE_MIN)
                            + ": a meter speaks once a second, an old one once in ten");
        return silence;
    }

    /// Waits for a telegram at each speed of the standard, up to 12 s each. The endpoint may stand in `port` or
    /// `endpoint`.
    @Override
    public void probe(Surroundings here, Settings settings, Consumer<Report.Found> found)
            throws Invalid, IOException, InterruptedException {
        var endpoint = endpoint(settings, settings.has("endpoint") ? "endpoint" : "port");
        new P1Probe(here, zone(settings)).probe(endpoint, found);
    }

    @Override
    public List<Shown> read(Surroundings here, Settings settings, String address)
            throws Invalid, IOException, InterruptedException {
        var endpoint = endpoint(settings, settings.has("endpoint") ? "endpoint" : "port");
        try {
            return new P1Probe(here, zone(settings)).read(endpoint, P1Address.parse(address));
        } catch (IllegalArgumentException e) {
            throw new Invalid(Mark.NONE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void check(Point point) throws Invalid {
        var address = address(point);
        switch (point.access()) {
            case READ -> {}
            case WRITE, INVOKE -> throw wrong(point, "is writable, but a P1 port only speaks; leave out writable:");
            case SERVE, SERVE_WRITABLE -> throw wrong(point, "is to be served, but a P1 port serves nobody");
        }
        checkType(point, address);
        checkUnit(point, address);
        point.thingSettings().finish();
    }

    /// The address of a point.
    static P1Address address(Point point) throws Invalid {
        try {
            return P1Address.parse(point.at().text());
        } catch (IllegalArgumentException e) {
            throw wrong(point, String.valueOf(e.getMessage()));
        }
    }

    private static void checkType(Point point, P1Address address) throws Invalid {
        switch (point.type()) {
            case NUMBER, INTEGER, REGISTER -> {
                if (address instanceof P1Address.Identification) throw wrong(point, "is a text; declare type: text");
            }
            case TEXT -> {}
            case FLAG, CHOICE -> {
                if (address instanceof P1Address.Clock || address instanceof P1Address.Identification)
                    throw wrong(point, "at \"" + address + "\" has no codes; declare type: text");
            }
            case BYTES, POSITION, GROUP ->
                throw wrong(
                        point,
                        "is a " + point.type().word()
                                + ", which no P1 meter sends; declare number, integer, register, choice, flag or text");
        }
    }

    private static void checkUnit(Point point, P1Address address) throws Invalid {
        var usual = address.usualUnit();
        if (!point.type().isQuantity() || point.unit().isEmpty() || usual.isEmpty()) return;
        String wanted = point.unit().get();
        var scale = P1Scale.between(usual.get(), wanted);
        if (scale.isEmpty())
            throw wrong(
                    point,
                    "at \"" + address + "\" comes in " + usual.get() + ", which cannot be turned into " + wanted
                            + "; write unit: " + usual.get());
        if (point.type() == ValueType.REGISTER && scale.get().power().isEmpty())
            throw wrong(
                    point,
                    "is a register, which keeps each digit, but " + usual.get() + " and " + wanted
                            + " are no power of ten apart; write unit: " + usual.get() + ", or type: number");
    }

    private static Invalid wrong(Point point, String what) {
        return new Invalid(point.at().mark(), point.name() + " " + what);
    }
}
