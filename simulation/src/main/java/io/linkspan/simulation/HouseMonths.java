package io.linkspan.simulation;

import io.linkspan.model.Value;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// The months before the demo, so that a newcomer has charts at once: the house as it was recorded from the demo's
/// first
/// moment
/// on, with the boiler and the heating simulated around it, moved in time so that it ends where the demo begins, at the
/// same time
/// of day.
final class HouseMonths {
    /// How far the record goes from the demo's first moment on, in whole days.
    static final int DAYS = 86;

    private static final Duration ROW = HouseRecord.INTERVAL;
    private static final double JOULES_PER_WATT_HOUR = 3_600;

    private HouseMonths() {}

    /// Writes them as CSV: a time and a column for each series, a row each 10 minutes.
    ///
    /// @param end wall time of the demo's first moment: no row is later, or at it
    /// @param register what the meter shows then, 1/1,000 kWh: the last row comes up to it
    static void write(Writer to, Instant end, long register) throws IOException {
        double used = wattHours();
        var out = new BufferedWriter(to);
        out.write("time,meter.power,meter.energy_day,boiler.temperature,boiler.power,heating.flow,heating.return_flow,"
                + "rooms.living,rooms.kitchen,rooms.bathroom,rooms.outside\n");
        var house = new House(House.START, DAYS);
        var time = end.minus(DAYS, ChronoUnit.DAYS);
        double wattHours = 0;
        for (; time.isBefore(end); time = time.plus(ROW)) {
            row(out, time, house, new Value.Register(register - Math.round(used - wattHours), 3));
            wattHours += advance(house);
        }
        out.flush();
    }

    /// What the house draws in all the months.
    private static double wattHours() {
        var house = new House(House.START, DAYS);
        double all = 0;
        for (long rows = Duration.ofDays(DAYS).dividedBy(ROW); rows > 0; rows--) all += advance(house);
        return all;
    }

    private static double advance(House house) {
        double before = house.drawnJoules();
        house.advance(ROW);
        return (house.drawnJoules() - before) / JOULES_PER_WATT_HOUR;
    }

    private static void row(Writer out, Instant time, House house, Value.Register register) throws IOException {
        out.write(String.format(
                Locale.ROOT,
                "%s,%.2f,%s,%.1f,%.0f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f%n",
                time,
                house.meterWatts() / 1_000,
                register,
                house.waterCelsius(),
                house.boilerWatts(),
                house.flowCelsius(),
                house.returnCelsius(),
                house.livingCelsius(),
                house.kitchenCelsius(),
                house.bathroomCelsius(),
                house.outsideCelsius()));
    }
}
