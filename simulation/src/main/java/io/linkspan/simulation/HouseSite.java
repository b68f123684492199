package io.linkspan.simulation;

import io.linkspan.access.Pictures;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Tree;
import io.linkspan.node.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The site file of the [House], for a clock that runs at some speed. Real lines and a busy box are no faster on a
/// faster clock,
/// so what is patience in it grows with the speed.
///
/// @param speed how fast the clock runs
/// @param offAboveKilowatts above this, without the boiler's own draw, the boiler is shed
/// @param onBelowKilowatts below this it is released
record HouseSite(double speed, double offAboveKilowatts, double onBelowKilowatts) {
    /// Sheds on the recorded day's peaks, and leaves its usual load alone.
    static HouseSite at(double speed) {
        return new HouseSite(speed, 2.0, 1.2);
    }

    private static final String FILE = "house.yaml";
    private static final String PICTURE = "ground_floor";
    /// Most telegrams and polls in a second of real time.
    private static final int PER_SECOND_MAX = 40;
    /// A silence is one only after this much real time.
    private static final double PATIENCE_SECONDS = 2;
    private static final double SILENT_SECONDS_MIN = 60;
    private static final double TIMEOUT_SECONDS_MAX = 60;

    /// Time between two telegrams, and between two polls, on the clock.
    Duration interval() {
        return Duration.ofSeconds(Math.max(1, (long) Math.ceil(speed / PER_SECOND_MAX)));
    }

    /// How long a source may be silent, on the clock.
    Duration silent() {
        return Duration.ofSeconds((long) Math.max(SILENT_SECONDS_MIN, speed * PATIENCE_SECONDS));
    }

    private Duration timeout() {
        return Duration.ofSeconds((long) Math.clamp(speed, 1, TIMEOUT_SECONDS_MAX));
    }

    /// The file, its machines on these ports of loopback.
    Tree.Fields file(int meterPort, int plantPort) throws Invalid {
        return Yaml.parseFields(FILE, text(meterPort, plantPort));
    }

    /// Puts the picture of its ground floor, which its file names, among the site's pictures; one that a person put
    /// there stays.
    static void picture(Pictures pictures) throws IOException {
        if (pictures.get(PICTURE).isPresent()) return;
        try (var stream = HouseSite.class.getResourceAsStream(PICTURE + ".png")) {
            if (stream == null) throw new IllegalStateException(PICTURE + " is not in this program; build it again");
            pictures.put(PICTURE, stream.readAllBytes());
        }
    }

    private String text(int meterPort, int plantPort) {
        try (var stream = HouseSite.class.getResourceAsStream(FILE)) {
            if (stream == null) throw new IllegalStateException(FILE + " is not in this program; build it again");
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@P1@", Integer.toString(meterPort))
                    .replace("@MODBUS@", Integer.toString(plantPort))
                    .replace("@EVERY@", Durations.format(interval()))
                    .replace("@TIMEOUT@", Durations.format(timeout()))
                    .replace("@SILENT@", Durations.format(silent()))
                    .replace("@OFF_ABOVE@", Double.toString(offAboveKilowatts))
                    .replace("@ON_BELOW@", Double.toString(onBelowKilowatts));
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " can not be read", e);
        }
    }
}
