package io.linkspan.connectors.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.TestSurroundings;
import io.linkspan.connectors.modbus.ModbusTcp;
import io.linkspan.connectors.modbus.SimulatedModbusMachine;
import io.linkspan.connectors.modbus.Table;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Registers as a manual or a public test prints them, read over the wire with the profile: a new case is a new file in
/// `golden/`. A line is `profile NAME`, `input ADDRESS WORDS`, `holding ADDRESS WORDS` (hexadecimal) or
/// `expect PROPERTY VALUE`, where `none` means that the device says it has no value.
class ProfilesGoldenTest {
    /// How exact a manual prints what a float holds (230.2 for 230.20001), in steps of the property.
    private static final double PRINTED = 0.001;

    private static final Path FOLDER = Path.of("src/test/resources/io/linkspan/connectors/profiles/golden");

    static List<String> cases() throws IOException {
        try (var folder = Files.list(FOLDER)) {
            return folder.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theProfileReadsTheRegistersAsTheirSourceDoes(String file) throws Exception {
        var expected = new LinkedHashMap<String, String>();
        String profile = "";
        try (var machine = new SimulatedModbusMachine()) {
            for (String line : Files.readAllLines(FOLDER.resolve(file))) {
                String[] words = line.split(" +");
                if (line.startsWith("#")) continue;
                switch (words[0]) {
                    case "profile" -> profile = words[1];
                    case "expect" -> expected.put(words[1], words[2]);
                    case "input" -> put(machine, Table.INPUT, words);
                    case "holding" -> put(machine, Table.HOLDING, words);
                    default -> throw new IllegalArgumentException(file + ": " + line); // what a person wrote
                }
            }
            assertThat(expected).isNotEmpty();
            check(machine, Profile.load(profile), expected);
        }
    }

    private static void put(SimulatedModbusMachine machine, Table table, String[] words) {
        int[] registers = Arrays.stream(words, 2, words.length)
                .mapToInt(word -> Integer.parseInt(word, 16))
                .toArray();
        machine.unit(1).raw(table, Integer.parseInt(words[1]), registers);
    }

    private static void check(SimulatedModbusMachine machine, Profile profile, Map<String, String> expected)
            throws Exception {
        var points = profile.points().stream()
                .filter(point -> expected.containsKey(point.name().substring(3)))
                .toList();
        assertThat(points).hasSameSizeAs(expected.keySet());
        try (var here = new TestSurroundings("bus", points.toArray(Point[]::new))) {
            var settings = new Settings(Tree.fields(Map.of("endpoint", Tree.text("127.0.0.1:" + machine.listenTcp()))));
            var running = here.start(new ModbusTcp().create(settings));
            for (var point : points)
                check(here, point, expected.get(point.name().substring(3)));
            // where the interrupt met it: waiting, or within a read
            assertThat(running.stop())
                    .get()
                    .isInstanceOfAny(InterruptedException.class, java.io.InterruptedIOException.class);
        }
    }

    private static void check(TestSurroundings here, Point point, String expected) throws InterruptedException {
        if (expected.equals("none")) {
            var silent = here.await(Report.Unit.class, r -> r.properties().contains(point.number()));
            assertThat(silent.answers()).isFalse();
            assertThat(silent.why()).startsWith(point.name() + " has no value");
            return;
        }
        var reading = here.awaitReading(point, _ -> true);
        switch (reading.value()) {
            case Value.Num n ->
                assertThat(n.value())
                        .as(point.name())
                        .isCloseTo(
                                Double.parseDouble(expected),
                                within(point.step().orElse(0.0) * PRINTED));
            case Value.Register r -> assertThat(r.exact()).as(point.name()).isEqualByComparingTo(expected);
            case Value.Int _,
                    Value.Choice _,
                    Value.Flag _,
                    Value.Text _,
                    Value.Bytes _,
                    Value.Position _,
                    Value.Group _ ->
                assertThat(reading.value().toString()).as(point.name()).isEqualTo(expected);
        }
    }
}
