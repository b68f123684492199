package io.linkspan.connectors.dsmrp1;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class P1TimeTest {
    private static final ZoneId AMSTERDAM = ZoneId.of("Europe/Amsterdam");

    private static Instant instant(String text, ZoneId zone) {
        return Instant.ofEpochSecond(P1Time.micros(text, zone).orElseThrow() / 1_000_000);
    }

    @ParameterizedTest
    @CsvSource({
        "170102192002W, Europe/Amsterdam, 2017-01-02T18:20:02Z",
        "200512135409S, Europe/Amsterdam, 2020-05-12T11:54:09Z",
        "251026023000S, Europe/Amsterdam, 2025-10-26T00:30:00Z", // the hour that comes twice, first
        "251026023000W, Europe/Amsterdam, 2025-10-26T01:30:00Z", // and second
        "251026023000,  Europe/Amsterdam, 2025-10-26T00:30:00Z", // without a letter: the first
        "161107190000,  Europe/Amsterdam, 2016-11-07T18:00:00Z",
        "160707190000,  Europe/Amsterdam, 2016-07-07T17:00:00Z",
        "210217184019W, Europe/Stockholm, 2021-02-17T17:40:19Z",
        "240701120000S, Europe/Helsinki,  2024-07-01T09:00:00Z",
        "700101010000W, Europe/Amsterdam, 1970-01-01T00:00:00Z",
        "000104180320W, Europe/Amsterdam, 2000-01-04T17:03:20Z"
    })
    void timeStampsAreLocalTimes(String text, String zone, String expected) {
        assertThat(instant(text, ZoneId.of(zone))).isEqualTo(Instant.parse(expected));
    }

    @ParameterizedTest
    @CsvSource({"170230120000W", "171301120000W", "170101240000W", "1701011200W", "170101120000X", "17010112000aW", "''"
    })
    void whatIsNoTimeIsNone(String text) {
        assertThat(P1Time.micros(text, AMSTERDAM)).isEmpty();
    }

    // From the year 2000 to 2069: what two digits can say.
    @Property(tries = 500)
    void whatIsWrittenIsReadBack(@ForAll @LongRange(min = 946_771_200L, max = 3_155_673_600L) long seconds) {
        String text = P1Time.format(seconds * 1_000_000 + 999_999, AMSTERDAM);
        assertThat(P1Time.micros(text, AMSTERDAM)).hasValue(seconds * 1_000_000);
    }

    @Test
    void partsOfASecondAreCutOff() {
        assertThat(P1Time.format(1_500_000, ZoneId.of("UTC"))).isEqualTo("700101000001W");
    }
}
