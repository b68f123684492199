package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each folder of `golden/dsmr_p1` is a case: `telegram.txt`, byte for byte, and `expected.txt` with a line for each
/// address that is asked: `address | type | unit | value | time`. A value `none: why` says that there is none, a first
/// line `refused: why` that the whole telegram is no telegram. A new case is a new folder and no code.
class GoldenTelegramTest {
    private static final Path CASES = Path.of("src/test/resources/golden/dsmr_p1");
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        try (var folders = Files.list(CASES)) {
            var all = folders.filter(Files::isDirectory).sorted().toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(6);
            return all.stream().map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)));
        }
    }

    private static void check(Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve("telegram.txt"));
        var is = new ArrayList<String>();
        var expected = Files.readAllLines(folder.resolve("expected.txt"), StandardCharsets.UTF_8).stream()
                .filter(l -> !l.isBlank() && !l.startsWith("#"))
                .map(l -> l.replaceAll("\\s*\\|\\s*", " | ").strip())
                .toList();
        try {
            var telegram = P1Telegram.parse(bytes);
            for (var line : expected) is.add(answer(telegram, line));
            assertThat(P1Telegram.parse(telegram.encode()))
                    .as("written and read again")
                    .isEqualTo(telegram);
        } catch (BadTelegram e) {
            is.add("refused: " + e.getMessage());
        }
        assertThat(String.join("\n", is)).isEqualTo(String.join("\n", expected));
    }

    private static String answer(P1Telegram telegram, String line) {
        String[] part = line.split(" \\| ", -1);
        var choices = new HashMap<Long, String>();
        String type = part[1];
        if (type.startsWith("choice")) {
            for (var each : type.substring("choice ".length()).split(" "))
                choices.put(Long.parseLong(each.split("=")[0]), each.split("=")[1]);
            type = "choice";
        }
        var point = TestPoints.choices(
                TestPoints.point(1, "golden", ValueType.valueOf(type.toUpperCase(Locale.ROOT)), part[2], part[0]),
                choices);
        var found = new P1Source(point, P1Address.parse(part[0]), ZONE).in(telegram);
        return part[0] + " | " + part[1] + " | " + part[2] + " | "
                + switch (found) {
                    case P1Source.Found.Is is -> shown(is.reading());
                    case P1Source.Found.Not not -> ("none: " + not.why()).strip();
                };
    }

    private static String shown(Reading reading) {
        String value = reading.value() instanceof Value.Text t
                ? "\"" + t.text() + "\""
                : reading.value().toString();
        return value + " | "
                + (reading.hasDeviceTime()
                        ? Instant.ofEpochSecond(reading.deviceTimeMicros() / 1_000_000)
                                .toString()
                        : "no time");
    }

    /// The cases must not agree by being empty.
    @Test
    void eachCaseAsksSomething() throws IOException {
        try (var folders = Files.list(CASES)) {
            for (var each : folders.filter(Files::isDirectory).toList())
                assertThat(Files.readAllLines(each.resolve("expected.txt")).stream()
                                .filter(l -> l.contains("|") || l.startsWith("refused")))
                        .as(each.toString())
                        .isNotEmpty();
        }
    }
}
