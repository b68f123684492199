package io.linkspan.connectors.modbus;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import java.time.Duration;
import java.util.OptionalInt;

/// What a person can set for a server. See README.md for the words.
///
/// @param rtu RTU frames instead of Modbus TCP
/// @param unit the unit it answers for; none: any
/// @param nan a floating point without value is sent as NaN instead of refused
/// @param staleAfter a value that is older counts as none; zero: never
/// @param outcomeWait how long a write waits for what became of it before it is answered as accepted
/// @param connectionsMax connections at the same time
/// @param idleMax a connection that sends nothing for so long is closed
record ServerSettings(
        Endpoint.Tcp endpoint,
        boolean rtu,
        OptionalInt unit,
        boolean nan,
        Duration staleAfter,
        Duration outcomeWait,
        int connectionsMax,
        Duration idleMax) {

    private enum Framing {
        TCP,
        RTU
    }

    private enum NoValue {
        EXCEPTION,
        NAN
    }

    static ServerSettings of(Settings settings) throws Invalid {
        var text = settings.needText("endpoint", "127.0.0.1:5502");
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(text, MasterSettings.TCP_PORT, MasterSettings.BAUD, MasterSettings.MODE);
        } catch (IllegalArgumentException e) {
            throw settings.wrong("endpoint", String.valueOf(e.getMessage()));
        }
        if (!(endpoint instanceof Endpoint.Tcp tcp))
            throw settings.wrong("endpoint", "is the address to listen on, such as 127.0.0.1:5502, not a serial line");
        var never = settings.text("stale-after").filter("never"::equals).isPresent();
        settings.part("serves"); // read by the node, which makes points of it
        return new ServerSettings(
                tcp,
                settings.choice("framing", Framing.class).orElse(Framing.TCP) == Framing.RTU,
                settings.has("unit") ? OptionalInt.of((int) settings.integer("unit", 1, 0, 255)) : OptionalInt.empty(),
                settings.choice("no-value", NoValue.class).orElse(NoValue.EXCEPTION) == NoValue.NAN,
                never ? Duration.ZERO : settings.duration("stale-after").orElse(Duration.ofMinutes(1)),
                settings.duration("outcome-wait").orElse(Duration.ofMillis(500)),
                (int) settings.integer("connections-max", 16, 1, Surroundings.TASKS_MAX),
                settings.duration("idle-max").orElse(Duration.ofMinutes(10)));
    }
}
