package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

class HouseTest {
    private static final LocalDateTime NIGHT = LocalDateTime.of(2016, 1, 14, 1, 0);

    private final House house = new House(House.START);

    @Test
    void whatTheBoilerDrawsIsInTheMeter() {
        var shed = new House(House.START);
        shed.boilerMayHeat(false);
        for (int i = 0; i < 60; i++) {
            house.advance(Duration.ofMinutes(2));
            shed.advance(Duration.ofMinutes(2));
            assertThat(house.meterWatts() - house.boilerWatts()).isEqualTo(shed.meterWatts());
            assertThat(shed.boilerWatts()).isZero();
        }
        assertThat(house.elementSwitchings()).isPositive();
    }

    /// 2.5 kW for 10 minutes are 1.5 MJ: 2.39 K in 150 litres, less 0.1 K that is lost.
    @Test
    void theElementHeatsTheWaterAsMuchAsItsEnergyDoes() {
        var night = new House(NIGHT); // nobody draws before 06:50
        night.boilerMayHeat(false);
        while (night.waterCelsius() >= 55) night.advance(Duration.ofMinutes(1));
        double before = night.waterCelsius();
        night.boilerMayHeat(true);
        night.advance(Duration.ofMinutes(10));
        assertThat(night.waterCelsius() - before).isCloseTo((2_500 - 1.6 * 40) * 600 / (150 * 4_186.0), within(0.01));
    }

    @Test
    void theThermostatKeepsTheWaterBetweenItsLimitsUnlessItIsDrawn() {
        var unshed = new House(NIGHT);
        double most = 0;
        for (int i = 0; i < 24 * 60; i++) {
            unshed.advance(Duration.ofMinutes(1));
            most = Math.max(most, unshed.waterCelsius());
            assertThat(unshed.waterCelsius()).isBetween(30.0, 61.0);
        }
        assertThat(most).isGreaterThan(59.9);
    }

    @Test
    void theFlowFollowsTheValve() {
        house.valve(0);
        house.advance(Duration.ofHours(1));
        assertThat(house.flowCelsius()).isCloseTo(house.returnCelsius(), within(0.2));
        house.valve(100);
        house.advance(Duration.ofHours(1));
        assertThat(house.flowCelsius()).isCloseTo(55.0, within(0.2));
    }

    @Test
    void thePeakIsTheHighestMeanOfAWholeQuarter() {
        var shed = new House(House.START);
        shed.boilerMayHeat(false);
        assertThat(shed.peakWatts()).isZero();
        shed.advance(Duration.ofMinutes(30)); // 07:05 to 07:20 are 480 W for 5 min and 2280 W for 10 min
        assertThat(shed.peakWatts()).isCloseTo((480 + 2 * 2_280) / 3.0, within(1e-6));
        shed.advance(Duration.ofMinutes(14)); // 07:20 to 07:35 is not over yet: 2460 W for 10 min, then 480 W
        assertThat(shed.peakWatts()).isCloseTo(1_680, within(1e-6));
        shed.advance(Duration.ofMinutes(1));
        assertThat(shed.peakWatts()).isCloseTo((2_460 * 2 + 480) / 3.0, within(1e-6));
    }

    @Test
    void stepsOfAnyLengthGiveTheSameHouse() {
        var other = new House(House.START);
        house.advance(Duration.ofHours(2));
        for (int i = 0; i < 720; i++) other.advance(Duration.ofSeconds(10));
        assertThat(other.waterCelsius()).isCloseTo(house.waterCelsius(), within(1e-6));
        assertThat(other.recordedTime()).isEqualTo(house.recordedTime()).isEqualTo(House.START.plusHours(2));
    }

    @Test
    void temperaturesLieBetweenTwoRowsAndPowerIsOfItsRow() {
        var record = HouseRecord.from(LocalDateTime.of(2016, 1, 14, 7, 0));
        assertThat(record.at(0).watts()).isEqualTo(480);
        assertThat(record.at(599).watts()).isEqualTo(480);
        assertThat(record.at(600).watts()).isEqualTo(2_280);
        assertThat(record.at(0).outside()).isEqualTo(4.0);
        assertThat(record.at(300).outside()).isCloseTo(3.975, within(1e-9));
    }

    @Test
    void theRecordBeginsAgainAfterItsEnd() {
        var record = HouseRecord.from(LocalDateTime.of(2016, 1, 14, 7, 0));
        double all = HouseRecord.DAYS_MAX * 86_400.0;
        assertThat(record.at(all + 600)).isEqualTo(record.at(600));
        assertThat(record.time(all + 600)).isEqualTo(record.time(600));
    }

    @Test
    void aTimeThatTheRecordDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> new House(LocalDateTime.of(2017, 1, 1, 0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2016-04-10");
        assertThatThrownBy(() -> new House(LocalDateTime.of(2016, 1, 14, 7, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each 10 minutes");
    }
}
