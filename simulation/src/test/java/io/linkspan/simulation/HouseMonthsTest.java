package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HouseMonthsTest {
    private static final Instant END = Instant.parse("2026-11-26T10:11:12Z");

    @Test
    void theMonthsEndWhereTheDemoBegins() throws IOException {
        var text = new StringWriter();
        HouseMonths.write(text, END, 4_213_807);
        var lines = text.toString().lines().toList();
        int rows = HouseMonths.DAYS * 144;
        assertThat(lines).hasSize(rows + 1);
        int columns = lines.getFirst().split(",").length;
        Instant at = END.minus(Duration.ofDays(HouseMonths.DAYS));
        BigDecimal register = BigDecimal.ZERO;
        for (String line : lines.subList(1, lines.size())) {
            String[] f = line.split(",");
            assertThat(f).hasSize(columns);
            assertThat(Instant.parse(f[0])).isEqualTo(at);
            assertThat(new BigDecimal(f[2])).as("a register only grows").isGreaterThanOrEqualTo(register);
            register = new BigDecimal(f[2]);
            at = at.plus(HouseRecord.INTERVAL);
        }
        assertThat(at).isEqualTo(END);
        assertThat(register).isBetween(new BigDecimal("4213.0"), new BigDecimal("4213.807"));
    }

    @Test
    void theyAreWhatWasRecorded() throws IOException {
        var text = new StringWriter();
        HouseMonths.write(text, END, 4_213_807);
        String first = text.toString().lines().skip(1).findFirst().orElseThrow();
        var recorded = HouseRecord.from(House.START).at(0);
        String[] f = first.split(",");
        assertThat(Double.parseDouble(f[7])).isCloseTo(recorded.living(), org.assertj.core.data.Offset.offset(0.051));
        assertThat(Double.parseDouble(f[10])).isCloseTo(recorded.outside(), org.assertj.core.data.Offset.offset(0.051));
    }
}
