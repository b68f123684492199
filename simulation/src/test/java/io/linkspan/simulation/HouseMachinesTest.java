package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.node.NodeClock;
import io.linkspan.node.SpeedClock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HouseMachinesTest {
    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;

    @Test
    void theMeterTellsWhatTheHouseDraws() throws Exception {
        var clock = new SpeedClock(NodeClock.real(), 400, 1_795_000_000_000_000L);
        try (var machines = new HouseMachines(
                                new House(House.START), Optional.empty(), clock, Duration.ofSeconds(10), 0, 0)
                        .start();
                var socket = new Socket(InetAddress.getLoopbackAddress(), machines.meterPort())) {
            socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String power = line(in, "1-0:1.7.0(");
            double kilowatts = Double.parseDouble(power.substring(10, power.indexOf('*')));
            assertThat(kilowatts).isBetween(0.2, 5.0);
            String time = line(in, "0-0:1.0.0(");
            assertThat(time).matches("0-0:1\\.0\\.0\\(26\\d{10}W\\)");
        }
    }

    private static String line(BufferedReader in, String start) throws Exception {
        for (String line; (line = in.readLine()) != null; ) if (line.startsWith(start)) return line;
        throw new AssertionError("the meter hung up before a line that starts with " + start);
    }

    @Test
    void bothPortsAreGivenBack() throws Exception {
        int meter;
        int plant;
        try (var machines = new HouseMachines(
                new House(House.START), Optional.empty(), NodeClock.real(), Duration.ofSeconds(1), 0, 0)) {
            meter = machines.meterPort();
            plant = machines.plantPort();
        }
        try (var again = new HouseMachines(
                new House(House.START), Optional.empty(), NodeClock.real(), Duration.ofSeconds(1), meter, plant)) {
            assertThat(again.plantPort()).isEqualTo(plant);
        }
    }
}
