package io.linkspan.simulation;

import java.time.Duration;
import java.time.LocalDateTime;

/// The house of the demo: what was recorded, and around it a boiler, a heating circuit and a hall whose physics is
/// closed. What
/// the boiler draws is in the meter; its water cools, is drawn and is heated again. Not thread-safe.
///
/// Recorded: the power of appliances and lights and the temperatures of the rooms. Ours: everything else.
public final class House {
    /// A day with several peaks, from shortly before its first.
    public static final LocalDateTime START = LocalDateTime.of(2016, 1, 14, 6, 50);
    /// What the element of the boiler draws, in W.
    public static final double ELEMENT_WATTS = 2_500;

    /// Longest step of the physics, in seconds.
    private static final double STEP_SECONDS_MAX = 10;
    private static final double WATER_LITRES = 150;
    private static final double JOULES_PER_LITRE_KELVIN = 4_186;
    private static final double LOSS_WATTS_PER_KELVIN = 1.6;
    private static final double CELLAR_CELSIUS = 15;
    private static final double COLD_WATER_CELSIUS = 10;
    private static final double THERMOSTAT_ON_CELSIUS = 55;
    private static final double THERMOSTAT_OFF_CELSIUS = 60;
    private static final double SUPPLY_CELSIUS = 55;
    private static final double FLOW_TIME_SECONDS = 300;
    private static final double RETURN_ABOVE_ROOM_KELVIN = 6;
    private static final double QUARTER_SECONDS = 900;
    private static final double DAY_SECONDS = 86_400;

    /// Hot water: from second of the day, for seconds, in litres.
    private static final double[][] DRAWS = {
        {hour(6, 50), 600, 40}, {hour(7, 20), 600, 40}, {hour(8, 10), 480, 25}, {hour(9, 30), 300, 12},
        {hour(12, 20), 600, 18}, {hour(16, 20), 600, 20}, {hour(18, 30), 900, 30}, {hour(21, 30), 600, 45}
    };

    private final HouseRecord record;
    private final double startOfDay;
    private double seconds;
    private HouseRecord.Row now;

    private boolean boilerMayHeat = true;
    private boolean thermostatCalls;
    private boolean elementOn;
    private double waterCelsius = 57;
    private double flowCelsius = 30;
    private double valvePercent = 20;

    private long elementSwitchings;
    private double quarterJoules;
    private double drawnJoules;
    private double quarterDone;
    private double peakWatts;

    /// The house as it was at this time of the record.
    ///
    /// @param start at a row of the record: each 10 minutes
    public House(LocalDateTime start) {
        this(start, HouseRecord.DAYS_MAX);
    }

    /// The same, with so many days of the record before it begins again.
    House(LocalDateTime start, int days) {
        record = HouseRecord.from(start, days);
        startOfDay = start.toLocalTime().toSecondOfDay();
        now = record.at(0);
    }

    private static double hour(int hour, int minute) {
        return hour * 3_600.0 + minute * 60.0;
    }

    /// Whether the boiler may heat when its thermostat calls for it: its coil.
    public void boilerMayHeat(boolean may) {
        boilerMayHeat = may;
    }

    /// How far the valve of the heating is open, 0..100 %.
    public void valve(double percent) {
        valvePercent = Math.max(0, Math.min(100, percent));
    }

    /// Lets time pass.
    public void advance(Duration time) {
        double left = time.toNanos() / 1e9;
        while (left > 1e-9) {
            double toQuarter = QUARTER_SECONDS - quarterDone;
            double step = Math.min(Math.min(left, STEP_SECONDS_MAX), toQuarter);
            step(step);
            left -= step;
        }
    }

    private void step(double dt) {
        now = record.at(seconds);
        heatWater(dt);
        double wanted = returnCelsius() + (SUPPLY_CELSIUS - returnCelsius()) * valvePercent / 100;
        flowCelsius += (wanted - flowCelsius) * Math.min(1, dt / FLOW_TIME_SECONDS);
        quarterJoules += meterWatts() * dt;
        drawnJoules += meterWatts() * dt;
        quarterDone += dt;
        seconds += dt;
        if (quarterDone >= QUARTER_SECONDS - 1e-6) {
            peakWatts = Math.max(peakWatts, quarterJoules / QUARTER_SECONDS);
            quarterJoules = 0;
            quarterDone = 0;
        }
    }

    private void heatWater(double dt) {
        if (waterCelsius < THERMOSTAT_ON_CELSIUS) thermostatCalls = true;
        if (waterCelsius > THERMOSTAT_OFF_CELSIUS) thermostatCalls = false;
        boolean on = thermostatCalls && boilerMayHeat;
        if (on != elementOn) elementSwitchings++;
        elementOn = on;
        double watts = boilerWatts() - LOSS_WATTS_PER_KELVIN * (waterCelsius - CELLAR_CELSIUS);
        waterCelsius += watts * dt / (WATER_LITRES * JOULES_PER_LITRE_KELVIN);
        waterCelsius -= drawnLitres(dt) / WATER_LITRES * (waterCelsius - COLD_WATER_CELSIUS);
    }

    private double drawnLitres(double dt) {
        double ofDay = (startOfDay + seconds) % DAY_SECONDS;
        double litres = 0;
        for (double[] draw : DRAWS) if (ofDay >= draw[0] && ofDay < draw[0] + draw[1]) litres += draw[2] * dt / draw[1];
        return litres;
    }

    // What can be seen

    /// What the house draws from the grid now, in W, the boiler with it.
    public double meterWatts() {
        return now.watts() + boilerWatts();
    }

    /// What the boiler draws, in W.
    public double boilerWatts() {
        return elementOn ? ELEMENT_WATTS : 0;
    }

    /// The boiler's water, in °C.
    public double waterCelsius() {
        return waterCelsius;
    }

    /// Water that flows to the floors, in °C.
    public double flowCelsius() {
        return flowCelsius;
    }

    /// Water that comes back from them, in °C: it has warmed the living room.
    public double returnCelsius() {
        return now.living() + RETURN_ABOVE_ROOM_KELVIN;
    }

    /// The kitchen, in °C, as recorded.
    public double kitchenCelsius() {
        return now.kitchen();
    }

    /// The living room, in °C, as recorded.
    public double livingCelsius() {
        return now.living();
    }

    /// The bathroom, in °C, as recorded.
    public double bathroomCelsius() {
        return now.bathroom();
    }

    /// Outside, in °C, as recorded.
    public double outsideCelsius() {
        return now.outside();
    }

    /// Whether somebody is in the hall: as long as lights were recorded.
    public boolean somebodyInHall() {
        return now.lit();
    }

    /// Which time of the record this is.
    public LocalDateTime recordedTime() {
        return record.time(seconds);
    }

    /// How long the house has run.
    public Duration ran() {
        return Duration.ofMillis((long) (seconds * 1_000));
    }

    /// What the house drew from the grid since it began, in J.
    public double drawnJoules() {
        return drawnJoules;
    }

    /// How often the element went on or off.
    public long elementSwitchings() {
        return elementSwitchings;
    }

    /// The highest mean of a whole quarter of an hour, in W: what a capacity tariff bills. 0 before the first is
    /// over.
    public double peakWatts() {
        return peakWatts;
    }
}
